//! The worked examples of ARCHITECTURE.md: an auditor and a reactor that are not the program's own.

mod last_post;
mod no_shouting;

use domain::Error;
use domain::model::GroupKind;
use domain::platform::jobs::Cause;
use domain::reactors::{REACTORS, Reactor};
use domain::screening::{AUDITORS, Auditor, Submission};
use domain::testing::{DRAW, TestForum};

stories!(adding_an_auditor_takes_one_line_and_one_file, adding_a_reactor_takes_one_line_and_one_file);

async fn adding_an_auditor_takes_one_line_and_one_file(forum: TestForum) {
    let mira = forum.person("mira").await;
    let garden = forum.group(mira, "Garden", GroupKind::Public).await;
    let auditors = [AUDITORS, &[Auditor::Post(no_shouting::audit)]].concat();
    let found = domain::groups::by_id(&forum.cx, mira, garden.id).await.unwrap();
    let submission = |text| Submission {
        author: mira.id().unwrap(),
        group: Some(&found.group),
        access: found.access,
        title: None,
        text,
        nodes: &[],
        attachment: None,
        before: None,
        limits: &[],
    };
    let audited =
        domain::screening::submission(&auditors, &forum.cx, &submission("The plums are ripe, come over.")).await;
    assert_eq!(audited.unwrap(), domain::screening::Verdict::default());
    let refused =
        domain::screening::submission(&auditors, &forum.cx, &submission("THE PLUMS ARE RIPE, COME OVER.")).await;
    assert!(matches!(refused, Err(Error::Invalid(fields)) if fields.get("text").is_some()));
}

async fn adding_a_reactor_takes_one_line_and_one_file(forum: TestForum) {
    let mira = forum.person("mira").await;
    let garden = forum.group(mira, "Garden", GroupKind::Public).await;
    let posted = forum.topic(mira, &garden, "Plums", "They are ripe.").await;
    let key = format!("last-post:{}", garden.id);
    assert_eq!(forum.cx.kv.get(&key).await.unwrap(), None);
    let reactors = [REACTORS, &[Reactor { name: "last-post", react: last_post::react }]].concat();
    domain::reactors::react(&reactors, &forum.cx, &DRAW, &[Cause::MessagePosted { message: posted.id }]).await.unwrap();
    assert!(forum.cx.kv.get(&key).await.unwrap().is_some());
}

#[test]
fn the_examples_in_architecture_are_up_to_date() {
    let text = include_str!("../../../ARCHITECTURE.md");
    for example in [include_str!("examples/no_shouting.rs"), include_str!("examples/last_post.rs")] {
        assert!(text.contains(example.trim_end()), "ARCHITECTURE.md does not show:\n{example}");
    }
    assert!(text.lines().count() <= 200, "ARCHITECTURE.md has at most 200 lines");
}
