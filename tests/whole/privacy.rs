//! For outsiders a private group does not exist.

use reqwest::header::HeaderMap;

use crate::support::{Forum, Page, Place, Running, Visitor, group_of, newcomer, topic_in, wait_for};

crate::both_ways!(
    a_private_group_answers_outsiders_as_if_it_did_not_exist,
    only_members_find_messages_of_a_private_group,
    former_members_cannot_see_a_private_group,
);

/// Returns headers without random values.
fn constant(headers: &HeaderMap) -> Vec<(String, String)> {
    let mut all: Vec<_> = headers
        .iter()
        .filter(|(name, _)| *name != "date")
        .map(|(name, value)| (name.to_string(), value.to_str().unwrap_or_default().to_owned()))
        .map(|(name, value)| match (name.as_str(), value.split_once("'nonce-")) {
            ("content-security-policy", Some((before, after))) => {
                (name, format!("{before}{}", after.split_once('\'').map_or("", |(_, rest)| rest)))
            }
            _ => (name, value),
        })
        .filter(|(name, _)| name != "set-cookie" && name != "x-request-id")
        .collect();
    all.sort();
    all
}

/// # Panics
/// When the two answers differ in more than the requested address.
fn must_be_alike(there: &Page, not_there: &Page) {
    assert_eq!(there.status, not_there.status, "{} and {}", there.path, not_there.path);
    // Answers contain their own address, in the link to sign in.
    let encoded = |path: &str| path.replace('/', "%2F").replace('?', "%3F").replace('=', "%3D").replace('&', "%26");
    let nameless =
        |page: &Page, text: &str| text.replace(&encoded(&page.path), "ADDRESS").replace(&page.path, "ADDRESS");
    let headers = |page: &Page| {
        let all = constant(&page.headers).into_iter();
        all.map(|(name, value)| (name, nameless(page, &value))).collect::<Vec<_>>()
    };
    assert_eq!(headers(there), headers(not_there), "{} and {}", there.path, not_there.path);
    let text = |page: &Page| nameless(page, &page.constant());
    assert_eq!(text(there), text(not_there), "{} and {}", there.path, not_there.path);
}

async fn secret_place(ana: &Visitor) -> (Place, Place, String) {
    let group = group_of(ana, "Secret cove", "private").await;
    let topic = topic_in(ana, &group, "Treasure", "the periwinkle lies under the oak").await;
    let message = ana.get(&topic.path).await.message("periwinkle");
    (group, topic, message)
}

async fn a_private_group_answers_outsiders_as_if_it_did_not_exist(running: Running) {
    let forum = Forum::start(running).await;
    let (ana, ben) = (newcomer(&forum, "ana").await, newcomer(&forum, "ben").await);
    let (group, topic, message) = secret_place(&ana).await;
    forum.jobs_done().await;
    // As long as the real ones, to compare lengths too.
    let absent = group.path.chars().map(|c| if c == '/' { c } else { 'n' }).collect::<String>();
    let slug = group.path.trim_matches('/');
    let pairs = [
        (group.path.clone(), absent.clone()),
        (topic.path.clone(), format!("{}nothings/", group.path)),
        (topic.path.clone(), format!("{absent}treasure/")),
        (format!("{}?at=1", topic.path), format!("{absent}treasure/?at=1")),
        (format!("/-/messages/{message}"), "/-/messages/9".to_owned()),
        (format!("/-/messages/{message}/edit"), "/-/messages/9/edit".to_owned()),
        (format!("/-/groups/{}/members", group.id), "/-/groups/9/members".to_owned()),
        (format!("/-/groups/{}/edit", group.id), "/-/groups/9/edit".to_owned()),
        (format!("/-/topics/{}/edit", topic.id), "/-/topics/9/edit".to_owned()),
        (format!("/search?q=oak&in={slug}"), format!("/search?q=oak&in={}", absent.trim_matches('/'))),
    ];
    for (who, visitor) in [("ben", &ben), ("anonymous", &forum.visitor())] {
        visitor.get("/-/sign-in").await;
        for (there, not_there) in &pairs {
            let (there, not_there) = (visitor.peek(there).await, visitor.peek(not_there).await);
            if who == "ben" {
                assert_eq!(there.status, 404, "{}", there.path);
            }
            must_be_alike(&there, &not_there);
        }
        for path in ["/", "/groups/", "/groups/?q=secret", "/users/ana/", "/search?q=periwinkle", "/search?q=treasure"]
        {
            let page = visitor.get(path).await.expect(200);
            for word in ["Secret cove", "secret-cove", "Treasure", "under the oak"] {
                assert!(!page.says(word), "{path} tells {who} of {word:?}");
            }
        }
    }
    // Actions, with a valid token.
    let signed_out = ben.get("/groups/").await.form("/sign-out");
    for (there, not_there) in [
        (format!("/-/groups/{}/join", group.id), "/-/groups/9/join"),
        (format!("/-/groups/{}/leave", group.id), "/-/groups/9/leave"),
        (format!("/-/groups/{}/topics", group.id), "/-/groups/9/topics"),
        (format!("/-/topics/{}/messages", topic.id), "/-/topics/9/messages"),
        (format!("/-/messages/{message}/star"), "/-/messages/9/star"),
        (format!("/-/messages/{message}/delete"), "/-/messages/9/delete"),
    ] {
        let mut form = signed_out.clone().with("text", "hello").with("title", "hello").with("key", &"k".repeat(32));
        form.action = there;
        let there = ben.send(&form).await.expect(404);
        form.action = not_there.to_owned();
        must_be_alike(&there, &ben.send(&form).await);
    }
    // Live polls of anonymous readers, with any cursor.
    let stranger = forum.visitor();
    let query = |id: &str| format!("after=0-1&group={id}");
    let there = stranger.ask("/live", stranger.poll(&query(&group.id))).await;
    let not_there = stranger.ask("/live", stranger.poll(&query("9"))).await;
    assert_eq!(there.status, 404, "{}", there.html);
    must_be_alike(&there, &not_there);
    // A member sees it.
    ana.get(&group.path).await.expect(200).must_say("Private");
}

async fn only_members_find_messages_of_a_private_group(running: Running) {
    let forum = Forum::start(running).await;
    let (ana, ben) = (newcomer(&forum, "ana").await, newcomer(&forum, "ben").await);
    let (_, _, message) = secret_place(&ana).await;
    let link = format!("#m{message}");
    let found = async || ana.get("/search?q=periwinkle").await.html.contains(&link).then_some(());
    wait_for("ana finds her own message", found).await;
    assert!(!ben.get("/search?q=periwinkle").await.html.contains(&link));
    assert!(!forum.visitor().get("/search?q=periwinkle").await.html.contains(&link));
}

async fn former_members_cannot_see_a_private_group(running: Running) {
    let forum = Forum::start(running).await;
    let (ana, ben) = (newcomer(&forum, "ana").await, newcomer(&forum, "ben").await);
    let group = group_of(&ana, "Secret cove", "public").await;
    let topic = topic_in(&ana, &group, "Treasure", "the periwinkle lies under the oak").await;
    ben.join(&group).await;
    let edit = ana.get(&format!("/-/groups/{}/edit", group.id)).await.expect(200).form("/edit");
    ana.submit(&edit.with("kind", "private")).await.expect(200).must_say("Private");
    let page = ben.get(&group.path).await.expect(200);
    wait_for("ben finds it", async || ben.get("/search?q=periwinkle").await.says("under the oak").then_some(())).await;
    let left = ben.submit(&page.form("/leave")).await.expect(200);
    assert_eq!(left.path, "/");
    ben.get(&group.path).await.expect(404);
    ben.get(&topic.path).await.expect(404);
    assert!(!ben.get("/search?q=periwinkle").await.says("under the oak"));
    assert!(!ben.get("/users/ana/").await.says("under the oak"));
}
