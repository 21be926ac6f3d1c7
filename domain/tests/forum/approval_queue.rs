//! Pending messages: who sees them, approving, declining, and that nobody else can read them.

use crate::{ABSENT, complaint, describe, id, is_forbidden, is_not_found, mentions_of};
use domain::groups::{self, GroupForm};
use domain::messages::Target;
use domain::model::{Group, GroupKind, PendingId, Role, TopicId};
use domain::moderation::approval_queue;
use domain::moderation::approval_queue::{Answer, Answered};
use domain::people::{account_deletion, export};
use domain::platform::jobs::Task;
use domain::platform::validate::Draft;
use domain::policy::Viewer;
use domain::search::{self, Question};
use domain::testing::{TestForum, draft};
use domain::topics::moves;
use domain::{Error, Result, messages, topics};
use futures_util::TryStreamExt;
use std::time::Duration;

stories! {
    first_messages_are_held_and_approved_or_declined,
    held_messages_are_visible_only_to_their_author_and_moderators,
    a_form_sent_twice_is_held_once_and_posted_once,
    held_messages_can_be_withdrawn_and_are_deleted_with_their_author,
    held_messages_move_with_their_topic_and_are_deleted_with_their_group,
    site_admins_review_messages_in_groups_that_they_can_read,
    the_number_of_held_messages_is_limited,
}

pub async fn holding(forum: &TestForum, admin: Viewer, name: &str, kind: GroupKind, first_held: i64) -> Group {
    let group = forum.group(admin, name, kind).await;
    let form = GroupForm { first_held, ..GroupForm::new(name, kind) };
    groups::update(&forum.cx, admin, group.id, form).await.unwrap()
}

pub fn is_held<T: std::fmt::Debug>(answer: Result<T>) {
    assert!(matches!(answer, Err(Error::Pending)), "{answer:?}");
}

fn keyed(text: &str, key: &str) -> Draft {
    Draft::new(text.into(), Some(key.into()))
}

/// Returns ids and texts of a group's pending messages.
pub async fn waiting(forum: &TestForum, who: Viewer, group: &Group) -> Vec<(PendingId, String)> {
    let (found, rows) = approval_queue::of_group(&forum.cx, who, group.id).await.unwrap();
    assert_eq!(approval_queue::count(&found), rows.len() as i64);
    rows.into_iter().map(|row| (row.held_id, row.raw)).collect()
}

/// Returns what the author sees in a topic: each text, and why it was declined.
async fn own(forum: &TestForum, who: Viewer, topic: TopicId) -> Vec<(String, Option<String>)> {
    let found = topics::find(&forum.cx, who, topic).await.unwrap();
    let rows = domain::screening::hold::own(&forum.cx, who, found.group.id, Some(found.topic.id)).await.unwrap();
    rows.into_iter().map(|row| (row.raw, row.declined_at.map(|_| row.reason))).collect()
}

pub async fn said(forum: &TestForum, who: Viewer, topic: TopicId) -> Vec<String> {
    let found = topics::find(&forum.cx, who, topic).await.unwrap();
    let page = messages::page(&forum.cx, who, &found, messages::Window::After(0)).await.unwrap();
    page.messages.into_iter().map(|message| message.markup).collect()
}

pub async fn found_by_search(forum: &TestForum, who: Viewer, words: &str) -> usize {
    let question = Question { words: words.into(), limit: 50, ..Default::default() };
    search::ask(&forum.cx, who, question).await.unwrap().hits.len()
}

pub async fn approve(forum: &TestForum, who: Viewer, group: &Group, one: PendingId) -> Result<Answered> {
    approval_queue::answer(&forum.cx, who, Some(group.id), &[one], Answer::Approve).await
}

pub fn done(done: usize) -> Answered {
    Answered { done, ..Answered::default() }
}

async fn first_messages_are_held_and_approved_or_declined(forum: TestForum) {
    let cx = &forum.cx;
    let (mira, noor, ada) = (forum.person("mira").await, forum.person("noor").await, forum.person("ada").await);
    let moderator = forum.person("moderator").await;
    let garden = holding(&forum, mira, "Garden", GroupKind::Public, 1).await;
    forum.admit(&garden, &[noor, ada]).await;
    groups::admit(cx, garden.id, id(moderator), Role::Moderator).await.unwrap();
    // Moderators do not count as new.
    let topic = forum.topic(mira, &garden, "Plums", "Hello").await.topic;
    forum.post(moderator, topic, "Me too").await;
    is_held(messages::submit(cx, noor, Target::Topic(topic), draft("Buy plums")).await);
    // A pending message does not count as posted.
    is_held(messages::submit(cx, noor, Target::Topic(topic), draft("Really")).await);
    assert_eq!(own(&forum, noor, topic).await, [("Buy plums".into(), None), ("Really".into(), None)]);
    for who in [ada, mira, moderator, Viewer::Anonymous] {
        assert_eq!(own(&forum, who, topic).await, [], "it is the author's page alone that shows it");
    }
    let all = waiting(&forum, moderator, &garden).await;
    assert_eq!(all.iter().map(|(_, text)| text.as_str()).collect::<Vec<_>>(), ["Buy plums", "Really"]);
    let (_, rows) = approval_queue::of_group(cx, mira, garden.id).await.unwrap();
    assert_eq!((rows[0].author_name.as_str(), rows[0].topic_name.as_deref()), ("noor", Some("Plums")));
    assert!(rows[0].why.contains("New member"), "{}", rows[0].why);
    // Members can neither see nor answer the queue.
    for who in [noor, ada] {
        assert!(is_forbidden(approval_queue::of_group(cx, who, garden.id).await));
        assert!(is_forbidden(approve(&forum, who, &garden, all[0].0).await));
        assert_eq!(approval_queue::count(&groups::by_id(cx, who, garden.id).await.unwrap()), 0);
    }
    let nothing = Answer::Decline(" ".into());
    complaint(approval_queue::answer(cx, mira, Some(garden.id), &[all[0].0], nothing).await, "reason");
    let why = Answer::Decline("No <ads>.".into());
    assert_eq!(approval_queue::answer(cx, mira, Some(garden.id), &[all[0].0], why.clone()).await.unwrap(), done(1));
    assert_eq!(
        own(&forum, noor, topic).await,
        [("Buy plums".into(), Some("No <ads>.".into())), ("Really".into(), None)]
    );
    // An approved message is posted as of now, and counts as unread for others.
    forum.pass(Duration::from_secs(3_600));
    assert_eq!(approve(&forum, moderator, &garden, all[1].0).await.unwrap(), done(1));
    let posted_at = cx.now();
    forum.drain().await;
    assert_eq!(said(&forum, ada, topic).await, ["Hello", "Me too", "Really"]);
    let found = topics::find(cx, ada, topic).await.unwrap();
    let page = messages::page(cx, ada, &found, messages::Window::After(2)).await.unwrap();
    let [message] = page.messages.as_slice() else { panic!("{page:?}") };
    assert_eq!((message.created_at, message.author.username.as_str()), (posted_at, "noor"));
    assert_eq!(crate::unread(&forum, ada, topic).await, 3);
    assert_eq!(waiting(&forum, mira, &garden).await, []);
    // Both were answered. The author can withdraw a declined one, and is not new from now on.
    let again = approval_queue::answer(cx, mira, Some(garden.id), &[all[0].0, all[1].0], why).await.unwrap();
    assert_eq!(again, Answered { before: 2, ..Answered::default() });
    approval_queue::withdraw(cx, noor, all[0].0).await.unwrap();
    assert_eq!(own(&forum, noor, topic).await, []);
    forum.post(noor, topic, "Third").await;
    // Edits are not held for being by a new user.
    messages::edit(cx, noor, message.id, "Really!".into()).await.unwrap();
    forum.drain().await;
}

async fn held_messages_are_visible_only_to_their_author_and_moderators(forum: TestForum) {
    let cx = &forum.cx;
    let (mira, noor, ada) = (forum.person("mira").await, forum.person("noor").await, forum.person("ada").await);
    let boss = forum.site_admin("boss").await;
    for kind in [GroupKind::Public, GroupKind::Private] {
        let garden = holding(&forum, mira, kind.as_str(), kind, 1).await;
        forum.admit(&garden, &[noor, ada]).await;
        let topic = forum.topic(mira, &garden, "Plums", "Hello").await.topic;
        forum.drain().await;
        let cursor = cx.bus.open(domain::bus::Stream::User(id(ada))).await.unwrap();
        is_held(messages::submit(cx, noor, Target::Topic(topic), draft("the periwinkle for @ada")).await);
        is_held(
            messages::submit(
                cx,
                noor,
                Target::NewTopic { group: garden.id, title: "Periwinkle" },
                draft("periwinkle @ada"),
            )
            .await,
        );
        forum.drain().await;
        forum.catch_up().await;
        for who in [ada, Viewer::Anonymous] {
            if kind == GroupKind::Private && who == Viewer::Anonymous {
                continue;
            }
            assert_eq!(said(&forum, who, topic).await, ["Hello"]);
            let found = groups::by_id(cx, who, garden.id).await.unwrap();
            assert!(domain::screening::hold::own(cx, who, found.group.id, None).await.unwrap().is_empty());
            let (rows, _) = topics::list(cx, who, &found, &mut Default::default(), None, 50).await.unwrap();
            let listed: Vec<_> = rows.iter().map(|row| (row.topic.name.as_str(), row.excerpt.as_str())).collect();
            assert_eq!(listed, [("Plums", "Hello")]);
            assert_eq!(found_by_search(&forum, who, "periwinkle").await, 0);
        }
        assert_eq!(mentions_of(&forum, ada).await, []);
        assert_eq!(crate::unread(&forum, ada, topic).await, 1);
        let heard = cx.bus.backlog(domain::bus::Stream::User(id(ada)), cursor).await.unwrap();
        assert!(!format!("{heard:?}").to_lowercase().contains("periwinkle"), "{heard:?}");
        // Only the author's export has it.
        for (who, has) in [(noor, true), (ada, false), (mira, false)] {
            let text: String = export::download(cx, id(who)).await.unwrap().try_collect().await.unwrap();
            assert_eq!(text.contains("periwinkle"), has, "{text}");
        }
        // Site admins have no access in a private group; to outsiders it looks like an absent one.
        let one = waiting(&forum, mira, &garden).await[0].0;
        if kind == GroupKind::Private {
            assert!(approval_queue::of_site(cx, boss).await.unwrap().iter().all(|row| row.group.id != garden.id));
            let absent = domain::model::GroupId(ABSENT);
            for who in [boss, forum.person(&format!("stranger{kind}")).await, Viewer::Anonymous] {
                assert_eq!(
                    describe(approval_queue::of_group(cx, who, garden.id).await),
                    describe(approval_queue::of_group(cx, who, absent).await)
                );
                let answered = approve(&forum, who, &garden, one).await;
                let absent = approval_queue::answer(cx, who, Some(absent), &[one], Answer::Approve).await;
                assert_eq!(describe(answered), describe(absent));
                let own = approval_queue::withdraw(cx, who, one).await;
                assert_eq!(describe(own), describe(approval_queue::withdraw(cx, who, PendingId(ABSENT)).await));
            }
        }
        assert!(is_not_found(approval_queue::withdraw(cx, mira, one).await), "it is not hers");
        // The queue of another group cannot answer it.
        let own_group = forum.group(ada, &format!("Own {kind}"), GroupKind::Closed).await;
        assert_eq!(approve(&forum, ada, &own_group, one).await.unwrap(), Answered { before: 1, ..Answered::default() });
        assert_eq!(waiting(&forum, mira, &garden).await.len(), 2);
    }
    assert!(is_not_found(approval_queue::of_site(cx, mira).await));
    assert!(is_not_found(approval_queue::answer(cx, mira, None, &[], Answer::Approve).await));
}

async fn a_form_sent_twice_is_held_once_and_posted_once(forum: TestForum) {
    let cx = &forum.cx;
    let (mira, noor) = (forum.person("mira").await, forum.person("noor").await);
    let garden = holding(&forum, mira, "Garden", GroupKind::Public, 1).await;
    forum.admit(&garden, &[noor]).await;
    let topic = forum.topic(mira, &garden, "Plums", "Hello").await.topic;
    for _ in 0..3 {
        is_held(messages::submit(cx, noor, Target::Topic(topic), keyed("Once", "k1")).await);
    }
    let all = waiting(&forum, mira, &garden).await;
    assert_eq!(all.len(), 1);
    approve(&forum, mira, &garden, all[0].0).await.unwrap();
    // The browser got no answer and sends the form again.
    messages::submit(cx, noor, Target::Topic(topic), keyed("Once", "k1")).await.unwrap();
    forum.drain().await;
    assert_eq!(said(&forum, mira, topic).await, ["Hello", "Once"]);
    // Posted in another way meanwhile: approving has nothing left to do.
    let garden = holding(&forum, mira, "Orchard", GroupKind::Public, 3).await;
    forum.admit(&garden, &[noor]).await;
    let topic = forum.topic(mira, &garden, "Pears", "Hello").await.topic;
    is_held(messages::submit(cx, noor, Target::Topic(topic), keyed("Twice", "k2")).await);
    let form = GroupForm { first_held: 0, ..GroupForm::new("Orchard", GroupKind::Public) };
    groups::update(cx, mira, garden.id, form).await.unwrap();
    messages::submit(cx, noor, Target::Topic(topic), keyed("Twice", "k2")).await.unwrap();
    let one = waiting(&forum, mira, &garden).await[0].0;
    assert_eq!(approve(&forum, mira, &garden, one).await.unwrap().before, 1);
    assert_eq!(waiting(&forum, mira, &garden).await, []);
    forum.drain().await;
    assert_eq!(said(&forum, mira, topic).await, ["Hello", "Twice"]);
}

async fn held_messages_can_be_withdrawn_and_are_deleted_with_their_author(forum: TestForum) {
    let cx = &forum.cx;
    let (mira, noor) = (forum.person("mira").await, forum.person("noor").await);
    let garden = holding(&forum, mira, "Garden", GroupKind::Public, 1).await;
    forum.admit(&garden, &[noor]).await;
    let topic = forum.topic(mira, &garden, "Plums", "Hello").await.topic;
    is_held(messages::submit(cx, noor, Target::Topic(topic), draft("Later")).await);
    let one = waiting(&forum, mira, &garden).await[0].0;
    approval_queue::withdraw(cx, noor, one).await.unwrap();
    assert!(is_not_found(approval_queue::withdraw(cx, noor, one).await));
    assert_eq!(approve(&forum, mira, &garden, one).await.unwrap().before, 1);
    is_held(messages::submit(cx, noor, Target::Topic(topic), draft("Again")).await);
    let password = domain::platform::secrets::Password::new(domain::testing::PASSWORD);
    account_deletion::delete(cx, id(noor), password, false).await.unwrap();
    forum.drain().await;
    assert_eq!(waiting(&forum, mira, &garden).await, []);
    assert_eq!(crate::tables::ints(&forum, "select count(*) from held").await, [[0]]);
    // Declined messages are deleted after a while.
    let ada = forum.person("ada").await;
    forum.admit(&garden, &[ada]).await;
    is_held(messages::submit(cx, ada, Target::Topic(topic), draft("Plums?")).await);
    is_held(messages::submit(cx, ada, Target::Topic(topic), draft("Pears?")).await);
    let one = waiting(&forum, mira, &garden).await[0].0;
    approval_queue::answer(cx, mira, Some(garden.id), &[one], Answer::Decline("No.".into())).await.unwrap();
    forum.pass(Duration::from_secs(31 * 24 * 3_600));
    let sweep = Task::Sweep { slot: "now".into() };
    domain::reactors::run(cx, &domain::testing::DRAW, sweep).await.unwrap();
    forum.drain().await;
    assert_eq!(own(&forum, ada, topic).await, [("Pears?".into(), None)]);
}

async fn held_messages_move_with_their_topic_and_are_deleted_with_their_group(forum: TestForum) {
    let cx = &forum.cx;
    let (mira, noor) = (forum.person("mira").await, forum.person("noor").await);
    let garden = holding(&forum, mira, "Garden", GroupKind::Public, 1).await;
    let kitchen = forum.group(mira, "Kitchen", GroupKind::Public).await;
    forum.admit(&garden, &[noor]).await;
    forum.admit(&kitchen, &[noor]).await;
    let topic = forum.topic(mira, &garden, "Plums", "Hello").await.topic;
    is_held(messages::submit(cx, noor, Target::Topic(topic), draft("Jam?")).await);
    moves::to_group(cx, mira, topic, kitchen.id).await.unwrap();
    assert_eq!(waiting(&forum, mira, &garden).await, []);
    let one = waiting(&forum, mira, &kitchen).await[0].0;
    assert_eq!(own(&forum, noor, topic).await.len(), 1);
    assert_eq!(approve(&forum, mira, &kitchen, one).await.unwrap(), done(1));
    forum.drain().await;
    is_held(messages::submit(cx, noor, Target::NewTopic { group: garden.id, title: "Pears" }, draft("?")).await);
    groups::delete(cx, mira, garden.id, "Garden").await.unwrap();
    forum.drain().await;
    let boss = forum.site_admin("boss").await;
    assert!(approval_queue::of_site(cx, boss).await.unwrap().is_empty());
    assert_eq!(approval_queue::count_of_site(cx, boss).await.unwrap(), 0);
}

async fn site_admins_review_messages_in_groups_that_they_can_read(forum: TestForum) {
    let cx = &forum.cx;
    let (mira, noor, boss) = (forum.person("mira").await, forum.person("noor").await, forum.site_admin("boss").await);
    let mut ids = Vec::new();
    for kind in [GroupKind::Public, GroupKind::Closed, GroupKind::Private] {
        let group = holding(&forum, mira, kind.as_str(), kind, 1).await;
        forum.admit(&group, &[noor]).await;
        let topic = forum.topic(mira, &group, "Plums", "Hello").await.topic;
        is_held(messages::submit(cx, noor, Target::Topic(topic), draft(kind.as_str())).await);
        ids.extend(waiting(&forum, mira, &group).await.into_iter().map(|(id, _)| id));
    }
    let rows = approval_queue::of_site(cx, boss).await.unwrap();
    assert_eq!(rows.iter().map(|row| row.raw.as_str()).collect::<Vec<_>>(), ["public"]);
    assert_eq!(approval_queue::count_of_site(cx, boss).await.unwrap(), 1);
    let answered = approval_queue::answer(cx, boss, None, &ids, Answer::Approve).await.unwrap();
    assert_eq!(answered, Answered { done: 1, before: 2, refused: Vec::new() });
    forum.drain().await;
    assert!(is_not_found(approval_queue::count_of_site(cx, mira).await));
}

async fn the_number_of_held_messages_is_limited(forum: TestForum) {
    let cx = &forum.cx;
    let (mira, noor) = (forum.person("mira").await, forum.person("noor").await);
    let garden = holding(&forum, mira, "Garden", GroupKind::Public, 1).await;
    forum.admit(&garden, &[noor]).await;
    let topic = forum.topic(mira, &garden, "Plums", "Hello").await.topic;
    for n in 0..10 {
        is_held(messages::submit(cx, noor, Target::Topic(topic), keyed("Again", &format!("k{n}"))).await);
    }
    complaint(messages::submit(cx, noor, Target::Topic(topic), keyed("Again", "k10")).await, "text");
    is_held(messages::submit(cx, noor, Target::Topic(topic), keyed("Again", "k9")).await);
    assert_eq!(waiting(&forum, mira, &garden).await.len(), 10);
    forum.drain().await;
}
