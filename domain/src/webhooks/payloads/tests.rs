//! What events become, and that they have no effect as markup.

use markup::{Node, Person, Site};
use serde_json::json;

use super::words::{link, plain, quote};
use super::*;

fn event(service: Service, name: &str, json: &Value) -> String {
    let body = json.to_string();
    let request = Request {
        event: Some((service, name)),
        content_type: "application/json",
        body: body.as_bytes(),
        ..Request::default()
    };
    match render(&request) {
        Ok(Rendered::Text(text)) => text,
        other => panic!("{other:?}"),
    }
}

fn is_nothing(name: &str, json: &Value) -> bool {
    let body = json.to_string();
    let request = Request { event: Some((Service::GitHub, name)), body: body.as_bytes(), ..Request::default() };
    matches!(render(&request), Ok(Rendered::Nothing))
}

fn nodes(text: &str) -> Vec<Node> {
    let parsed = markup::parse(text, &Site { base_url: "https://forum.example" });
    let known =
        parsed.usernames().iter().map(|name| (name.clone(), Person { id: 7, username: name.clone() })).collect();
    parsed.into_nodes(&known)
}

/// The HTML of a text.
fn html(text: &str) -> String {
    nodes(text).iter().map(Node::markup).collect()
}

const NASTY: &[&str] = &[
    "@ada @all @everyone",
    "`code` ``` fence",
    "**bold** _it_ *x*",
    "[label](https://evil.example/)",
    "![image](https://evil.example/a.png)",
    "https://evil.example/ http://evil.example",
    "www.evil.example WWW.evil.example wwww.evil.example",
    "> quote",
    ">> quote",
    "~~deleted~~ ||hidden|| x ||hidden|| __two words__",
    "\\@ada \\\\@ada",
    ":smile: :bird:",
    "](https://evil.example/)",
    "\u{202e}@ada\u{0}",
    "a\n```\n@ada\n",
    "<script>alert(1)</script>",
];

#[test]
fn syntax_in_a_payload_has_no_effect() {
    for nasty in NASTY {
        for text in [plain(nasty, 200), format!("**{}**", plain(nasty, 200)), quote(nasty), link(nasty, "no address")] {
            let nodes = nodes(&text);
            assert!(markup::mentions(&nodes).is_empty(), "{nasty}: {text}");
            assert!(markup::hosts(&nodes).is_empty(), "{nasty}: {text}");
            let html = html(&text);
            for effect in ["<code", "<pre", "<em", "<img", "<a ", "<script", "<s>", "spoiler", "class=\"emoji\""] {
                assert!(!html.contains(effect), "{nasty}: {html}");
            }
        }
        let linked = link(nasty, "https://example.org/a(b)[c]?d=`e`\\f");
        let nodes = nodes(&linked);
        assert!(markup::mentions(&nodes).is_empty() && markup::hosts(&nodes) == ["example.org"], "{linked}");
    }
}

#[test]
fn texts_of_a_payload_are_shown_as_written() {
    for (text, shown) in [
        ("Fix `parse` of a_b_c [ci skip]", "Fix `parse` of a_b_c [ci skip]"),
        ("mail@example.org: 10:30", "mail@example.org: 10:30"),
        ("see https://example.org/", "see https://example.org/"),
        ("a * b > c", "a * b &gt; c"),
    ] {
        assert_eq!(html(&plain(text, 200)), shown);
    }
    assert_eq!(plain(&"ä".repeat(300), 10), format!("{}…", "ä".repeat(10)));
}

#[test]
fn only_http_addresses_become_links() {
    for address in
        ["javascript:alert(1)", "data:text/html,x", "", "/relative", "mailto:a@example.org", "ftp://example.org/"]
    {
        assert_eq!(link("Look", address), "Look", "{address}");
    }
    assert_eq!(link("Look", "https://example.org/a b"), "[Look](https://example.org/a%20b)");
}

fn repository() -> Value {
    json!({"full_name": "mira/nest-box", "html_url": "https://code.example/mira/nest-box"})
}

#[test]
fn a_push_lists_its_commits() {
    let commit = |sum: &str, message: &str| {
        json!({"id": format!("{sum}0123456789"), "message": message, "url": format!("https://code.example/c/{sum}"),
               "author": {"name": "Mira", "username": "mira"}})
    };
    let mut push = json!({
        "ref": "refs/heads/main", "before": "1", "after": "2", "compare": "https://code.example/compare",
        "sender": {"login": "mira"}, "repository": repository(),
        "commits": [commit("abcdef0", "Add a box\n\nMore words"), commit("1234567", "Oil the hinge")],
    });
    let text = event(Service::GitHub, "push", &push);
    let expected = "**mira** pushed [2 commits](https://code.example/compare) to the branch main of \
        [mira/nest-box](https://code.example/mira/nest-box)\n\
        • [abcdef0](https://code.example/c/abcdef0) Add a box (mira)\n\
        • [1234567](https://code.example/c/1234567) Oil the hinge (mira)";
    assert_eq!(text, expected);
    push["commits"] = (0..8).map(|number| commit(&format!("000000{number}"), "More")).collect();
    let text = event(Service::GitHub, "push", &push);
    assert!(text.lines().count() == 7 && text.ends_with("• and 3 more"), "{text}");
    push["commits"] = json!([]);
    push["deleted"] = json!(true);
    assert!(event(Service::GitHub, "push", &push).starts_with("**mira** deleted the branch main"));
}

#[test]
fn events_of_github_become_sentences() {
    let sender = json!({"login": "noor"});
    let pull = |action: &str, merged: bool| {
        json!({"action": action, "sender": sender, "repository": repository(),
               "pull_request": {"number": 4, "title": "A roof", "html_url": "https://code.example/4", "body": "It rains.\n\nA lot.", "merged": merged}})
    };
    assert_eq!(
        event(Service::GitHub, "pull_request", &pull("opened", false)),
        "**noor** opened the pull request [#4 A roof](https://code.example/4) in \
         [mira/nest-box](https://code.example/mira/nest-box)\n> It rains.\n> A lot."
    );
    assert!(
        event(Service::GitHub, "pull_request", &pull("closed", true)).starts_with("**noor** merged the pull request")
    );
    assert!(event(Service::GitHub, "pull_request", &pull("closed", false)).starts_with("**noor** closed"));
    assert!(is_nothing("pull_request", &pull("labeled", false)));
    let issue = json!({"action": "opened", "sender": sender, "repository": repository(),
                       "issue": {"number": 5, "title": "Draught", "html_url": "https://code.example/5", "body": null}});
    assert!(event(Service::GitHub, "issues", &issue).starts_with("**noor** opened the issue [#5 Draught]"));
    let comment = json!({"action": "created", "sender": sender, "repository": repository(),
                         "issue": {"number": 5, "title": "Draught"}, "comment": {"html_url": "https://code.example/5#1", "body": "Seal it."}});
    let text = event(Service::GitHub, "issue_comment", &comment);
    assert!(
        text.starts_with("**noor** commented on [#5 Draught](https://code.example/5#1)")
            && text.ends_with("> Seal it.")
    );
    let release = json!({"action": "published", "sender": sender, "repository": repository(),
                         "release": {"tag_name": "v2", "html_url": "https://code.example/v2", "body": ""}});
    assert!(event(Service::GitHub, "release", &release).starts_with("**noor** published the release [v2]"));
    let run = |conclusion: &str| {
        json!({"action": "completed", "repository": repository(),
               "workflow_run": {"name": "CI", "html_url": "https://code.example/run", "head_branch": "main", "conclusion": conclusion}})
    };
    assert!(
        event(Service::GitHub, "workflow_run", &run("failure"))
            .starts_with("The workflow [CI](https://code.example/run) **failed** on main")
    );
    assert!(event(Service::GitHub, "workflow_run", &run("timed_out")).contains("ended: timed out"));
}

#[test]
fn events_of_forgejo_and_gitlab_become_sentences() {
    let push = json!({"ref": "refs/tags/v1", "after": "2", "compare_url": "https://forge.example/compare", "pusher": {"login": "mira"},
                      "repository": {"full_name": "mira/box", "html_url": "https://forge.example/mira/box"},
                      "total_commits": 1, "commits": [{"id": "abcdef0123", "message": "Add", "url": "https://forge.example/c", "author": {"username": "mira"}}]});
    let text = event(Service::GitHub, "push", &push);
    assert!(text.starts_with("**mira** pushed [1 commit](https://forge.example/compare) to the tag v1"), "{text}");
    let project = json!({"path_with_namespace": "mira/box", "web_url": "https://lab.example/mira/box"});
    let push = json!({"object_kind": "push", "ref": "refs/heads/main", "after": "2", "user_username": "noor", "project": project,
                      "total_commits_count": 30, "commits": [{"id": "abcdef0123", "message": "Add", "url": "https://lab.example/c", "author": {"name": "Noor"}}]});
    let text = event(Service::GitLab, "Push Hook", &push);
    assert!(
        text.starts_with("**noor** pushed [30 commits](https://lab.example/mira/box)")
            && text.ends_with("• and 25 more"),
        "{text}"
    );
    let merge = json!({"object_kind": "merge_request", "user": {"username": "noor"}, "project": project,
                       "object_attributes": {"iid": 3, "title": "Roof", "url": "https://lab.example/3", "action": "merge"}});
    assert!(
        event(Service::GitLab, "x", &merge)
            .starts_with("**noor** merged the merge request [#3 Roof](https://lab.example/3)")
    );
    let note = json!({"object_kind": "note", "user": {"username": "noor"}, "project": project, "issue": {"title": "Draught"},
                      "object_attributes": {"note": "Seal it.", "url": "https://lab.example/n"}});
    assert!(event(Service::GitLab, "x", &note).starts_with("**noor** commented on [Draught](https://lab.example/n)"));
    let pipeline = json!({"object_kind": "pipeline", "project": project,
                          "object_attributes": {"id": 9, "status": "failed", "ref": "main", "url": "https://lab.example/p"}});
    assert!(
        event(Service::GitLab, "x", &pipeline)
            .starts_with("The pipeline [#9](https://lab.example/p) **failed** on main")
    );
}

#[test]
fn alerts_name_what_fires() {
    let alerts = json!({
        "receiver": "forum", "externalURL": "https://watch.example/", "commonLabels": {"alertname": "Damp"},
        "alerts": [
            {"status": "firing", "labels": {"alertname": "Damp", "instance": "box-3"}, "annotations": {"summary": "82 % in @box 3"}, "generatorURL": "https://watch.example/a"},
            {"status": "resolved", "labels": {"alertname": "Cold"}, "annotations": {}},
        ],
    })
    .to_string();
    let request = Request { content_type: "application/json", body: alerts.as_bytes(), ..Request::default() };
    let Ok(Rendered::Text(text)) = render(&request) else { panic!("a text") };
    assert_eq!(
        text,
        "**1 alert firing, 1 resolved** · [Damp](https://watch.example/)\n\
         • **firing** [Damp](https://watch.example/a) (box-3): 82 % in \\@box 3\n\
         • resolved Cold"
    );
}

#[test]
fn malformed_events_cause_no_error() {
    let odd = [
        json!(null),
        json!(1),
        json!("x"),
        json!([]),
        json!({}),
        json!({"alerts": [1, null, {}]}),
        json!({"commits": {"a": 1}, "ref": 7}),
    ];
    for json in &odd {
        let body = json.to_string();
        for event in ["push", "pull_request", "issues", "issue_comment", "release", "workflow_run", "x"] {
            for service in [Service::GitHub, Service::GitLab] {
                let sent = Request { event: Some((service, event)), body: body.as_bytes(), ..Request::default() };
                let _ = render(&sent);
            }
        }
        let _ = render(&Request { content_type: "application/json", body: body.as_bytes(), ..Request::default() });
    }
}
