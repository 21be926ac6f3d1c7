//! Notices: who is notified of a decision, who made it and why; and reports by people without an account.

use crate::tables::{ints, texts};
use crate::{complaint, id, is_not_found};
use domain::bus::Stream;
use domain::groups::{self, GroupForm};
use domain::live::{notices, unread};
use domain::messages::Target;
use domain::model::{
    DecidedBy, Grounds, Group, GroupKind, MessageId, NoticeKind, NoticeLine, PendingId, ReportId, Role, Verdict,
};
use domain::moderation::approval_queue::{self, Answer};
use domain::moderation::{reports, restorations};
use domain::people::notices as told;
use domain::people::{account_deletion, export};
use domain::platform::jobs::Task;
use domain::platform::secrets::Password;
use domain::policy::Viewer;
use domain::testing::{PASSWORD, SentEmail, TestForum, draft};
use domain::{Error, messages, topics};
use futures_util::TryStreamExt;
use serde_json::json;
use std::time::Duration;

stories! {
    a_declined_message_is_returned_to_its_author_with_its_text,
    a_held_message_in_a_deleted_topic_or_group_is_returned_to_its_author,
    the_notice_of_an_approved_message_appears_live_and_counts_until_read,
    reporters_and_authors_are_told_the_decision_its_maker_and_reason,
    a_decision_is_emailed_to_a_confirmed_address,
    reporters_are_notified_when_the_topic_or_group_is_deleted,
    notices_do_not_reveal_private_groups,
    notices_are_visible_only_to_their_owner,
    a_notice_leaves_out_a_title_that_its_reader_may_not_see,
    notices_are_in_the_download_and_are_deleted_with_the_account,
    read_notices_are_deleted_after_ninety_days_but_warnings_stay,
}

pub async fn of(forum: &TestForum, who: Viewer) -> Vec<NoticeLine> {
    told::page(&forum.cx, who, None, 50).await.unwrap().lines
}

pub async fn kinds(forum: &TestForum, who: Viewer) -> Vec<NoticeKind> {
    of(forum, who).await.into_iter().map(|line| line.kind).collect()
}

async fn count(forum: &TestForum, who: Viewer) -> i64 {
    unread::sidebar(&forum.cx, id(who)).await.unwrap().notices
}

async fn report(forum: &TestForum, who: Viewer, message: MessageId) -> ReportId {
    reports::create(&forum.cx, who, message, Some(Grounds::Spam), "").await.unwrap();
    domain::store::moderation::reports::newest(&forum.cx.db).await.unwrap().unwrap()
}

/// Creates a group that holds first messages, with a member.
async fn holding(forum: &TestForum, admin: Viewer, member: Viewer, kind: GroupKind) -> Group {
    let group = forum.group(admin, "Garden", kind).await;
    forum.admit(&group, &[member]).await;
    groups::update(&forum.cx, admin, group.id, GroupForm { first_held: 3, ..GroupForm::new("Garden", kind) })
        .await
        .unwrap()
}

async fn hold(forum: &TestForum, who: Viewer, target: Target<'_>, text: &str) -> PendingId {
    assert!(matches!(messages::submit(&forum.cx, who, target, draft(text)).await, Err(Error::Pending)));
    domain::store::moderation::approval_queue::newest(&forum.cx.db).await.unwrap().unwrap()
}

async fn decline(forum: &TestForum, who: Viewer, group: &Group, one: PendingId, why: &str) {
    let answered = approval_queue::answer(&forum.cx, who, Some(group.id), &[one], Answer::Decline(why.into())).await;
    assert_eq!(answered.unwrap().done, 1);
}

/// Returns an email's source without the line breaks of its encoding.
pub fn source(email: &SentEmail) -> String {
    email.source.replace("=\r\n", "")
}

async fn a_declined_message_is_returned_to_its_author_with_its_text(forum: TestForum) {
    let (mira, noor) = (forum.person("mira").await, forum.person("noor").await);
    let garden = holding(&forum, mira, noor, GroupKind::Closed).await;
    let topic = forum.topic(mira, &garden, "Plums", "Hello").await.topic;
    let answer = hold(&forum, noor, Target::Topic(topic), "All that I know\nof plums").await;
    let start = hold(&forum, noor, Target::NewTopic { group: garden.id, title: "Pears" }, "And of pears").await;
    decline(&forum, mira, &garden, answer, "Too long").await;
    topics::delete(&forum.cx, mira, topic).await.unwrap();
    decline(&forum, mira, &garden, start, "Too short").await;
    forum.drain().await;
    let [second, first] = of(&forum, noor).await.try_into().unwrap();
    assert_eq!(
        (first.kind, first.reason.as_str(), first.group_name.as_str()),
        (NoticeKind::Declined, "Too long", "Garden")
    );
    assert_eq!((first.details.text.as_str(), first.topic_path), ("All that I know\nof plums", None));
    assert_eq!((first.details.by, first.details.automatic), (Some(DecidedBy::Moderators), false));
    assert_eq!((second.details.title.as_str(), second.details.text.as_str()), ("Pears", "And of pears"));
    assert_eq!(count(&forum, noor).await, 2);
}

async fn a_held_message_in_a_deleted_topic_or_group_is_returned_to_its_author(forum: TestForum) {
    let cx = &forum.cx;
    let (mira, noor) = (forum.person("mira").await, forum.person("noor").await);
    let garden = holding(&forum, mira, noor, GroupKind::Public).await;
    let topic = forum.topic(mira, &garden, "Plums", "Hello").await.topic;
    hold(&forum, noor, Target::Topic(topic), "In the topic").await;
    hold(&forum, noor, Target::NewTopic { group: garden.id, title: "Pears" }, "In the group").await;
    let sweep = async || {
        forum.drain().await;
        domain::reactors::run(cx, &domain::testing::DRAW, Task::Sweep { slot: "now".into() }).await.unwrap();
        forum.drain().await;
    };
    sweep().await;
    assert!(of(&forum, noor).await.is_empty(), "both still wait");
    topics::delete(cx, mira, topic).await.unwrap();
    sweep().await;
    let back =
        async || of(&forum, noor).await.into_iter().map(|line| (line.reason, line.details.text)).collect::<Vec<_>>();
    assert_eq!(back().await, [("The topic was deleted.".to_owned(), "In the topic".to_owned())]);
    groups::delete(cx, mira, garden.id, "Garden").await.unwrap();
    sweep().await;
    assert_eq!(back().await[0], ("The group was deleted.".to_owned(), "In the group".to_owned()));
    sweep().await;
    assert_eq!(back().await.len(), 2, "once each");
    assert_eq!(ints(&forum, "select count(*) from held").await, [[0]]);
}

async fn the_notice_of_an_approved_message_appears_live_and_counts_until_read(forum: TestForum) {
    let cx = &forum.cx;
    let (mira, noor) = (forum.person("mira").await, forum.person("noor").await);
    let garden = holding(&forum, mira, noor, GroupKind::Public).await;
    let one = hold(&forum, noor, Target::NewTopic { group: garden.id, title: "Pears" }, "Mine").await;
    let stream = Stream::User(id(noor));
    let cursor = cx.bus.open(stream).await.unwrap();
    cx.hub.renew().await.unwrap();
    let before = (unread::sidebar(cx, id(noor)).await.unwrap().unread(), count(&forum, noor).await);
    approval_queue::answer(cx, mira, Some(garden.id), &[one], Answer::Approve).await.unwrap();
    forum.drain_twice().await;
    let [line] = of(&forum, noor).await.try_into().unwrap();
    assert_eq!((line.kind, line.details.title.as_str()), (NoticeKind::Approved, "Pears"));
    assert!(line.message_id.is_some() && line.topic_path.as_deref() == Some("/garden/pears/"), "{line:?}");
    let heard = crate::live::events(&forum, stream, cursor).await;
    assert!(heard.contains(&json!({"type": "notice", "notices": 1})), "{heard:?}");
    assert_eq!((before, count(&forum, noor).await), ((0, 0), 1));
    assert_eq!(unread::sidebar(cx, id(noor)).await.unwrap().unread(), 0, "a notice is no unread message");
    assert_eq!(notices::unread(cx, id(noor)).await.unwrap(), None, "it is not shown above the page");
    notices::mark_all_read(cx, noor, line.id).await.unwrap();
    assert_eq!(count(&forum, noor).await, 0);
    let heard = crate::live::events(&forum, stream, cursor).await;
    assert_eq!(heard.last(), Some(&json!({"type": "notice", "notices": 0})));
}

async fn reporters_and_authors_are_told_the_decision_its_maker_and_reason(forum: TestForum) {
    let cx = &forum.cx;
    let (mira, noor, ada) = (forum.person("mira").await, forum.person("noor").await, forum.person("ada").await);
    let (eva, boss) = (forum.person("eva").await, forum.site_admin("boss").await);
    let garden = forum.group(mira, "Garden", GroupKind::Public).await;
    forum.admit(&garden, &[noor, ada]).await;
    let first = forum.topic(noor, &garden, "Plums", "Buy finches").await;
    let second = forum.post(noor, first.topic, "Buy wrens").await;
    report(&forum, mira, first.id).await;
    report(&forum, ada, first.id).await;
    let one = report(&forum, eva, first.id).await;
    reports::answer(cx, mira, one, Verdict::Deleted, "We sell no birds.").await.unwrap();
    let two = report(&forum, ada, second.id).await;
    reports::answer(cx, boss, two, Verdict::Nothing, "That is fine.").await.unwrap();
    forum.drain().await;
    // The author: one notice of the deletion, nothing of the report that led to nothing.
    let [line] = of(&forum, noor).await.try_into().unwrap();
    assert_eq!(
        (line.kind, line.reason.as_str(), line.message_id),
        (NoticeKind::MessageDeleted, "We sell no birds.", Some(first.id))
    );
    let details = line.details;
    assert_eq!(
        (details.by, details.grounds.as_slice(), details.automatic),
        (Some(DecidedBy::Moderators), &[Grounds::Spam][..], false)
    );
    // Each reporter, but not the moderator who decided and had reported it too.
    let verdicts = async |who| {
        let lines = of(&forum, who).await.into_iter();
        lines.map(|line| (line.details.verdict.unwrap(), line.details.by.unwrap(), line.reason)).collect::<Vec<_>>()
    };
    let (deleted, fine) = ("We sell no birds.".to_owned(), "That is fine.".to_owned());
    assert_eq!(
        verdicts(ada).await,
        [(Verdict::Nothing, DecidedBy::Admins, fine), (Verdict::Deleted, DecidedBy::Moderators, deleted.clone())]
    );
    assert_eq!(verdicts(eva).await, [(Verdict::Deleted, DecidedBy::Moderators, deleted)]);
    assert_eq!(kinds(&forum, mira).await, []);
    // A deletion without a report causes a notice too; one's own does not.
    let third = forum.post(noor, first.topic, "Buy larks").await;
    messages::delete_because(cx, mira, third.id, "No birds.").await.unwrap();
    messages::delete(cx, noor, second.id).await.unwrap();
    forum.drain().await;
    let lines = of(&forum, noor).await;
    assert_eq!((lines.len(), lines[0].reason.as_str(), lines[0].details.grounds.len()), (2, "No birds.", 0));
    complaint(messages::delete_because(cx, mira, first.id, &"x".repeat(1_001)).await, "reason");
    let logged = texts(&forum, "select reason from audit_log where what = 'message_deleted' order by id").await;
    assert_eq!(logged, ["We sell no birds.", "No birds."]);
}

async fn a_decision_is_emailed_to_a_confirmed_address(forum: TestForum) {
    let cx = &forum.cx;
    let (mira, noor, ada) = (forum.person("mira").await, forum.person("noor").await, forum.person("ada").await);
    forum.execute("update users set email = 'noor@example.org' where username = 'noor'").await;
    forum.execute("update users set new_email = 'ada@example.org' where username = 'ada'").await;
    let garden = forum.group(mira, "Garden", GroupKind::Private).await;
    forum.admit(&garden, &[noor, ada]).await;
    let first = forum.topic(noor, &garden, "Plums", "Buy finches").await;
    let one = report(&forum, ada, first.id).await;
    reports::answer(cx, mira, one, Verdict::Deleted, "We sell no birds.").await.unwrap();
    forum.drain_twice().await;
    let [email] = forum.emails().try_into().unwrap();
    assert_eq!((email.to.as_str(), email.kind.as_str()), ("noor@example.org", "notice"));
    let source = source(&email);
    assert!(source.contains("We sell no birds.") && source.contains("Garden"), "{source}");
    assert_eq!(kinds(&forum, ada).await, [NoticeKind::ReportAnswered], "an unconfirmed address gets nothing");
}

async fn reporters_are_notified_when_the_topic_or_group_is_deleted(forum: TestForum) {
    let cx = &forum.cx;
    let (mira, noor, ada) = (forum.person("mira").await, forum.person("noor").await, forum.person("ada").await);
    let garden = forum.group(mira, "Garden", GroupKind::Public).await;
    forum.admit(&garden, &[noor, ada]).await;
    let first = forum.topic(noor, &garden, "Finches", "Buy finches").await;
    report(&forum, ada, first.id).await;
    topics::delete(cx, mira, first.topic).await.unwrap();
    let own = forum.topic(noor, &garden, "Larks", "Mine").await;
    topics::delete(cx, noor, own.topic).await.unwrap();
    forum.drain().await;
    let [line] = of(&forum, noor).await.try_into().unwrap();
    assert_eq!((line.kind, line.details.title.as_str(), line.topic_path), (NoticeKind::TopicDeleted, "Finches", None));
    assert_eq!(kinds(&forum, ada).await, [NoticeKind::ReportAnswered]);
    let last = forum.topic(noor, &garden, "Siskins", "Buy siskins").await;
    report(&forum, ada, last.id).await;
    groups::delete(cx, mira, garden.id, "Garden").await.unwrap();
    domain::reactors::run(cx, &domain::testing::DRAW, Task::Sweep { slot: "now".into() }).await.unwrap();
    forum.drain().await;
    assert_eq!(kinds(&forum, ada).await, [NoticeKind::ReportAnswered; 2]);
    assert_eq!(ints(&forum, "select count(*) from reports where answered_at is null").await, [[0]]);
}

async fn notices_do_not_reveal_private_groups(forum: TestForum) {
    let cx = &forum.cx;
    let (mira, noor, ada) = (forum.person("mira").await, forum.person("noor").await, forum.person("ada").await);
    let den = forum.group(mira, "Den", GroupKind::Private).await;
    forum.admit(&den, &[noor, ada]).await;
    let first = forum.topic(noor, &den, "Plums", "Ours").await;
    let one = report(&forum, ada, first.id).await;
    groups::leave(cx, ada, den.id).await.unwrap();
    groups::update(cx, mira, den.id, GroupForm::new("Lions", GroupKind::Private)).await.unwrap();
    reports::answer(cx, mira, one, Verdict::Nothing, "").await.unwrap();
    messages::delete(cx, mira, first.id).await.unwrap();
    forum.drain().await;
    let [line] = of(&forum, ada).await.try_into().unwrap();
    assert_eq!(
        (line.group_name.as_str(), line.group_slug, line.message_id, line.topic_name),
        ("a group", None, None, None)
    );
    groups::leave(cx, noor, den.id).await.unwrap();
    let [line] = of(&forum, noor).await.try_into().unwrap();
    assert_eq!((line.group_name.as_str(), line.group_slug, line.message_id), ("Lions", None, None), "as it was told");
    // Notices about conversations leave out the name, which contains the names of the participants.
    let posted =
        messages::submit(cx, noor, Target::Conversation { to: "ada", title: "" }, draft("Hello")).await.unwrap();
    let boss = forum.site_admin("boss").await;
    let two = report(&forum, ada, posted.id).await;
    reports::answer(cx, boss, two, Verdict::Deleted, "").await.unwrap();
    forum.drain().await;
    let line = of(&forum, noor).await.swap_remove(0);
    assert_eq!((line.group_name.as_str(), line.details.by), ("a conversation", Some(DecidedBy::Admins)));
}

async fn a_notice_leaves_out_a_title_that_its_reader_may_not_see(forum: TestForum) {
    let cx = &forum.cx;
    let (mira, noor) = (forum.person("mira").await, forum.person("noor").await);
    forum.execute("update users set email = 'noor@example.org' where username = 'noor'").await;
    let den = forum.group(mira, "Den", GroupKind::Private).await;
    forum.admit(&den, &[noor]).await;
    let topic = forum.topic(noor, &den, "Plums", "Ours").await.topic;
    let titles = async || of(&forum, noor).await.into_iter().map(|line| line.details.title).collect::<Vec<_>>();
    topics::delete(cx, mira, topic).await.unwrap();
    assert_eq!(titles().await, ["Plums"]);
    groups::leave(cx, noor, den.id).await.unwrap();
    assert_eq!(titles().await, [""], "what she was told before");
    restorations::restore_topic(cx, mira, topic).await.unwrap();
    topics::rename(cx, mira, topic, "Secrets").await.unwrap();
    topics::delete(cx, mira, topic).await.unwrap();
    forum.drain().await;
    assert_eq!(titles().await, ["", "", ""]);
    let emails = forum.emails();
    assert_eq!(emails.len(), 3);
    assert!(emails.iter().all(|email| !source(email).contains("Secrets")));
    forum.admit(&den, &[noor]).await;
    assert_eq!(titles().await, ["", "", "Plums"], "what was left out then stays out");
}

async fn notices_are_visible_only_to_their_owner(forum: TestForum) {
    let cx = &forum.cx;
    let (mira, noor, ada) = (forum.person("mira").await, forum.person("noor").await, forum.person("ada").await);
    let garden = forum.group(mira, "Garden", GroupKind::Public).await;
    forum.admit(&garden, &[noor]).await;
    let posted = forum.topic(noor, &garden, "Plums", "Buy").await;
    report(&forum, ada, posted.id).await;
    messages::delete(cx, mira, posted.id).await.unwrap();
    forum.drain().await;
    let line = of(&forum, noor).await.swap_remove(0);
    for who in [mira, ada] {
        notices::mark_read(cx, who, line.id).await.unwrap();
        notices::mark_all_read(cx, who, line.id).await.unwrap();
        assert!(of(&forum, who).await.iter().all(|other| other.id != line.id));
    }
    assert_eq!(count(&forum, noor).await, 1);
    assert!(matches!(told::page(cx, Viewer::Anonymous, None, 50).await, Err(Error::SignedOut)));
    assert!(matches!(notices::mark_all_read(cx, Viewer::Anonymous, line.id).await, Err(Error::SignedOut)));
    // The group's moderators do not learn who reported something.
    groups::admit(cx, garden.id, id(mira), Role::Admin).await.ok();
    assert!(is_not_found(domain::groups::members::detail(cx, mira, garden.id, id(ada)).await));
}

async fn notices_are_in_the_download_and_are_deleted_with_the_account(forum: TestForum) {
    let cx = &forum.cx;
    let (mira, noor) = (forum.person("mira").await, forum.person("noor").await);
    forum.site_admin("boss").await;
    forum.execute("update users set email = 'noor@example.org' where username = 'noor'").await;
    let garden = holding(&forum, mira, noor, GroupKind::Public).await;
    let one = hold(&forum, noor, Target::NewTopic { group: garden.id, title: "Pears" }, "All I know").await;
    decline(&forum, mira, &garden, one, "Too much").await;
    let all: String = export::download(cx, id(noor)).await.unwrap().try_collect().await.unwrap();
    let mut lines = all.lines().map(|line| serde_json::from_str::<serde_json::Value>(line).unwrap());
    let line = lines.find(|line| line["type"] == "notice").unwrap();
    assert_eq!((&line["kind"], &line["reason"]), (&json!("declined"), &json!("Too much")));
    assert_eq!((&line["details"]["text"], &line["details"]["title"]), (&json!("All I know"), &json!("Pears")));
    account_deletion::delete(cx, id(noor), Password::new(PASSWORD), false).await.unwrap();
    forum.drain().await;
    assert_eq!(ints(&forum, "select count(*) from notices").await, [[0]]);
    let left = texts(&forum, "select kind from letters where detail is not null").await;
    assert_eq!(left, [""; 0], "no email keeps it");
}

async fn read_notices_are_deleted_after_ninety_days_but_warnings_stay(forum: TestForum) {
    let cx = &forum.cx;
    let (mira, noor) = (forum.person("mira").await, forum.person("noor").await);
    let garden = holding(&forum, mira, noor, GroupKind::Public).await;
    domain::moderation::warnings::warn_in_group(cx, mira, garden.id, id(noor), "No finches").await.unwrap();
    for text in ["One", "Two"] {
        let one = hold(&forum, noor, Target::NewTopic { group: garden.id, title: text }, text).await;
        decline(&forum, mira, &garden, one, "No").await;
    }
    let lines = of(&forum, noor).await;
    notices::mark_all_read(cx, noor, lines[1].id).await.unwrap();
    forum.pass(Duration::from_secs(91 * 24 * 3_600));
    forum.drain().await;
    domain::reactors::run(cx, &domain::testing::DRAW, Task::Sweep { slot: "now".into() }).await.unwrap();
    let left: Vec<_> = of(&forum, noor).await.into_iter().map(|line| (line.kind, line.details.text)).collect();
    assert_eq!(left, [(NoticeKind::Declined, "Two".to_owned()), (NoticeKind::Warning, String::new())]);
}
