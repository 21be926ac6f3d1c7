//! Bulk delete of one user's messages, its undo, and the notices to that user.

use crate::tables::{Recount, ints};
use crate::{complaint, id, is_forbidden, is_not_found, unread};
use domain::admin::doctor;
use domain::groups::members;
use domain::live::notices;
use domain::messages::Target;
use domain::model::{BulkDeleteId, Grounds, Group, GroupKind, LogAction, MessageId, NoticeKind, Role, UserId};
use domain::moderation::bulk_delete::Span;
use domain::moderation::records;
use domain::moderation::{bulk_delete, log, reports, warnings};
use domain::people::admins::Restriction;
use domain::people::export;
use domain::platform::jobs::Task;
use domain::policy::Viewer;
use domain::testing::{DRAW, TestForum, draft};
use domain::topics::placed;
use domain::{groups, messages, reactors, search, topics};
use futures_util::TryStreamExt;
use std::time::Duration;

stories! {
    a_bulk_delete_updates_search_unread_and_reports_and_can_be_undone,
    a_bulk_delete_resumes_where_it_stopped_and_can_run_twice,
    only_messages_of_the_chosen_period_are_deleted,
    who_may_bulk_delete_and_undo,
    a_bulk_delete_can_ban_its_author_and_tell_them_why,
    a_warning_is_shown_above_every_page_until_it_is_read,
}

pub const DAY: Duration = Duration::from_secs(24 * 3_600);

/// Returns those of the messages that are not deleted, as `who` sees them.
pub async fn there(forum: &TestForum, who: Viewer, ids: &[MessageId]) -> Vec<MessageId> {
    let placed = placed::placed(&forum.cx, who, ids).await.unwrap();
    placed.into_iter().filter(|placed| !placed.message.deleted).map(|placed| placed.message.id).collect()
}

pub async fn newest(forum: &TestForum, user: UserId, group: Option<&Group>) -> BulkDeleteId {
    domain::store::moderation::bulk_delete::of_user(&forum.cx.db, user, group.map(|group| group.id), 1).await.unwrap()
        [0]
    .id
}

pub async fn found(forum: &TestForum, who: Viewer, words: &str) -> usize {
    forum.catch_up().await;
    let question =
        search::Question { words: words.into(), order: search::Order::Newest, limit: 20, ..Default::default() };
    search::ask(&forum.cx, who, question).await.unwrap().total
}

/// Asserts that all unread counts equal a recount, and that the doctor finds nothing.
pub async fn must_be_sound(forum: &TestForum, people: &[Viewer]) {
    let recount = Recount::of(forum).await;
    for who in people {
        let own = domain::live::unread::sidebar(&forum.cx, id(*who)).await.unwrap().unread();
        let counted: i64 = recount.groups(id(*who)).values().flat_map(|topics| topics.values()).sum();
        assert_eq!(own, counted, "{who:?}");
    }
    forum.catch_up().await;
    assert_eq!(doctor::examine(&forum.cx).await.unwrap().drift, Vec::<String>::new());
}

/// Creates a group with a moderator, a spammer and a reader.
pub async fn scene(forum: &TestForum) -> (Viewer, Viewer, Viewer, Group) {
    let (mira, spam, ada) = (forum.person("mira").await, forum.person("spam").await, forum.person("ada").await);
    let garden = forum.group(mira, "Garden", GroupKind::Public).await;
    forum.admit(&garden, &[spam, ada]).await;
    (mira, spam, ada, garden)
}

async fn a_bulk_delete_updates_search_unread_and_reports_and_can_be_undone(forum: TestForum) {
    let cx = &forum.cx;
    let (mira, spam, ada, garden) = scene(&forum).await;
    let talk = forum.topic(ada, &garden, "Plums", "My plums").await;
    let mixed = forum.topic(spam, &garden, "Finches", "Finches for sale @ada").await;
    let answer = forum.post(ada, mixed.topic, "No thanks").await;
    let alone = forum.topic(spam, &garden, "More finches", "Ten a dozen").await;
    let again = forum.post(spam, alone.topic, "Buy finches").await;
    let inside = forum.post(spam, talk.topic, "Plums and finches").await;
    for message in [mixed.id, again.id] {
        reports::create(cx, ada, message, Some(Grounds::Spam), "").await.unwrap();
    }
    forum.drain().await;
    let all = [talk.id, mixed.id, answer.id, alone.id, again.id, inside.id];
    assert_eq!((found(&forum, mira, "finches").await, unread(&forum, ada, alone.topic).await), (7, 2));
    let (_, measures) = bulk_delete::of_group(cx, mira, garden.id, id(spam)).await.unwrap();
    for (_, measure) in measures {
        assert_eq!((measure.messages, measure.topics), (4, 1));
    }

    bulk_delete::clear_group(cx, mira, garden.id, id(spam), Span::All, "Finches <again>", false).await.unwrap();
    forum.drain().await;
    assert_eq!(there(&forum, ada, &all).await, [talk.id, answer.id]);
    assert!(is_not_found(topics::find(cx, ada, alone.topic).await), "nobody else wrote in it");
    assert!(topics::find(cx, ada, mixed.topic).await.is_ok(), "what others wrote stays");
    assert_eq!((found(&forum, mira, "finches").await, unread(&forum, ada, alone.topic).await), (2, 0), "but the title");
    let (_, waiting) = reports::of_group(cx, mira, garden.id).await.unwrap();
    assert!(waiting.is_empty(), "the people who reported it are answered");
    assert!(crate::mentions_of(&forum, ada).await.iter().all(|(_, unread)| !unread));
    must_be_sound(&forum, &[mira, spam, ada]).await;
    // They get the reason. The log and their record have it too.
    let told = notices::unread(cx, id(spam)).await.unwrap().unwrap();
    assert_eq!(
        (told.kind, told.reason.as_str(), told.group_name.as_str()),
        (NoticeKind::Removal, "Finches <again>", "Garden")
    );
    let chosen = members::detail(cx, mira, garden.id, id(spam)).await.unwrap();
    let record = records::of_member(cx, mira, &chosen).await.unwrap();
    assert_eq!(record.lines.iter().map(|line| line.what).collect::<Vec<_>>(), [LogAction::PersonCleared]);
    assert_eq!((record.removals[0].messages, record.removals[0].topics), (4, 1));
    assert!(record.removals[0].finished_at.is_some());

    bulk_delete::undo_in_group(cx, mira, garden.id, record.removals[0].id).await.unwrap();
    forum.drain().await;
    assert_eq!(there(&forum, ada, &all).await, all);
    assert_eq!((found(&forum, mira, "finches").await, unread(&forum, ada, alone.topic).await), (7, 2));
    must_be_sound(&forum, &[mira, spam, ada]).await;
    assert!(is_not_found(bulk_delete::undo_in_group(cx, mira, garden.id, record.removals[0].id).await), "once");
}

async fn a_bulk_delete_resumes_where_it_stopped_and_can_run_twice(forum: TestForum) {
    let cx = &forum.cx;
    let (mira, spam, ada, garden) = scene(&forum).await;
    let (one, other) =
        (forum.topic(ada, &garden, "Plums", "One").await, forum.topic(ada, &garden, "Pears", "Two").await);
    for n in 0..130 {
        forum.post(spam, if n % 2 == 0 { one.topic } else { other.topic }, &format!("Finch {n}")).await;
    }
    forum.drain().await;
    bulk_delete::clear_group(cx, mira, garden.id, id(spam), Span::All, "Finches", false).await.unwrap();
    // Two concurrent runs take turns, and another run changes nothing.
    let removal = newest(&forum, id(spam), Some(&garden)).await;
    let (one, other) = tokio::join!(
        reactors::run(cx, &DRAW, Task::BulkDelete { removal }),
        reactors::run(cx, &DRAW, Task::BulkDelete { removal })
    );
    one.and(other).unwrap();
    forum.drain_twice().await;
    let left = "select count(*) from messages where deleted_at is null and raw like 'Finch%'";
    assert_eq!(ints(&forum, left).await, [[0]]);
    let kept = "select count(*), count(distinct message_id) from removed_messages";
    assert_eq!(ints(&forum, kept).await, [[130, 130]]);
    assert_eq!(ints(&forum, "select messages, topics from removals").await, [[130, 0]]);
    must_be_sound(&forum, &[mira, spam, ada]).await;
    bulk_delete::undo_in_group(cx, mira, garden.id, removal).await.unwrap();
    let (one, other) = tokio::join!(
        reactors::run(cx, &DRAW, Task::UndoBulkDelete { removal }),
        reactors::run(cx, &DRAW, Task::UndoBulkDelete { removal })
    );
    one.and(other).unwrap();
    forum.drain_twice().await;
    assert_eq!(ints(&forum, left).await, [[130]]);
    assert_eq!(ints(&forum, "select count(*) from removed_messages").await, [[0]]);
    must_be_sound(&forum, &[mira, spam, ada]).await;
}

async fn only_messages_of_the_chosen_period_are_deleted(forum: TestForum) {
    let cx = &forum.cx;
    let (mira, spam, ada, garden) = scene(&forum).await;
    let talk = forum.topic(ada, &garden, "Plums", "One").await;
    let old = forum.post(spam, talk.topic, "Long ago").await.id;
    forum.pass(DAY * 5);
    let week = forum.post(spam, talk.topic, "This week").await.id;
    forum.pass(DAY * 2);
    let today = forum.post(spam, talk.topic, "Today").await.id;
    let (_, measures) = bulk_delete::of_group(cx, mira, garden.id, id(spam)).await.unwrap();
    let counted: Vec<_> = measures.iter().map(|(span, measure)| (*span, measure.messages)).collect();
    assert_eq!(counted, [(Span::Day, 1), (Span::Week, 2), (Span::All, 3)]);
    let all = [old, week, today];
    for (span, left) in [(Span::Day, vec![old, week]), (Span::Week, vec![old]), (Span::All, vec![])] {
        bulk_delete::clear_group(cx, mira, garden.id, id(spam), span, "Finches", false).await.unwrap();
        forum.drain().await;
        assert_eq!(there(&forum, ada, &all).await, left, "{span:?}");
    }
    let nothing = bulk_delete::clear_group(cx, mira, garden.id, id(spam), Span::All, "Finches", false).await;
    assert!(complaint(nothing, "span").contains("no posts to delete"));
    // Later messages stay.
    let new = forum.post(spam, talk.topic, "I am sorry").await.id;
    forum.drain().await;
    assert_eq!(there(&forum, ada, &[new]).await, [new]);
}

async fn who_may_bulk_delete_and_undo(forum: TestForum) {
    let cx = &forum.cx;
    let (mira, spam, ada, garden) = scene(&forum).await;
    let (boss, eva) = (forum.site_admin("boss").await, forum.person("eva").await);
    groups::admit(cx, garden.id, id(eva), Role::Moderator).await.unwrap();
    let den = forum.group(ada, "Den", GroupKind::Private).await;
    forum.admit(&den, &[spam]).await;
    forum.topic(spam, &garden, "Finches", "For sale").await;
    let hidden = forum.topic(ada, &den, "Ours", "Hush").await;
    let there_too = forum.post(spam, hidden.topic, "Finches here").await.id;
    let direct = messages::submit(cx, spam, Target::Conversation { to: "ada", title: "" }, draft("Finches, Ada?"))
        .await
        .unwrap();
    forum.topic(mira, &garden, "Mine", "Plums").await;
    let clear = async |who, group: &Group, whom| {
        bulk_delete::clear_group(cx, who, group.id, id(whom), Span::All, "because", false).await
    };
    for who in [ada, spam] {
        assert!(is_forbidden(clear(who, &garden, spam).await), "members keep no order");
    }
    assert!(is_not_found(clear(mira, &den, spam).await), "not of that group");
    assert!(is_not_found(clear(boss, &den, spam).await), "nor is the site admin");
    assert!(is_forbidden(clear(eva, &garden, mira).await), "who stands above them");
    assert!(is_forbidden(clear(mira, &garden, mira).await));
    assert!(is_not_found(clear(mira, &garden, boss).await), "who never was there");
    for who in [mira, spam] {
        assert!(is_not_found(bulk_delete::clear_site(cx, who, id(spam), Span::All, "because", None).await));
    }
    assert!(is_forbidden(bulk_delete::clear_site(cx, boss, id(boss), Span::All, "because", None).await));
    complaint(bulk_delete::clear_site(cx, boss, id(spam), Span::All, " ", None).await, "reason");
    complaint(
        bulk_delete::clear_site(cx, boss, id(spam), Span::All, "x", Some(Restriction::Suspend { days: 0 })).await,
        "days",
    );
    // The whole site includes groups that the admin cannot read. A conversation keeps its topic.
    bulk_delete::clear_site(cx, boss, id(spam), Span::All, "because", None).await.unwrap();
    forum.drain().await;
    assert_eq!(there(&forum, ada, &[there_too, direct.id]).await, []);
    assert!(topics::find(cx, ada, direct.topic).await.is_ok());
    let removal = newest(&forum, id(spam), None).await;
    assert!(is_not_found(bulk_delete::undo_in_group(cx, mira, garden.id, removal).await), "it is not of the group");
    assert!(is_not_found(bulk_delete::undo_in_site(cx, mira, removal).await));
    bulk_delete::undo_in_site(cx, boss, removal).await.unwrap();
    forum.drain().await;
    assert_eq!(there(&forum, ada, &[there_too, direct.id]).await, [there_too, direct.id]);
    // A moderator can undo the bulk delete of a group admin; no one from another group can.
    clear(mira, &garden, spam).await.unwrap();
    forum.drain().await;
    let removal = newest(&forum, id(spam), Some(&garden)).await;
    assert!(is_not_found(bulk_delete::undo_in_group(cx, ada, den.id, removal).await));
    assert!(is_forbidden(bulk_delete::undo_in_group(cx, ada, garden.id, removal).await));
    bulk_delete::undo_in_group(cx, eva, garden.id, removal).await.unwrap();
    forum.drain().await;
    // An archived group does not change.
    groups::archive(cx, mira, garden.id, true).await.unwrap();
    assert!(is_forbidden(clear(mira, &garden, spam).await));
    must_be_sound(&forum, &[mira, spam, ada, eva]).await;
}

async fn a_bulk_delete_can_ban_its_author_and_tell_them_why(forum: TestForum) {
    let cx = &forum.cx;
    let (mira, spam, ada, garden) = scene(&forum).await;
    let boss = forum.site_admin("boss").await;
    let talk = forum.topic(ada, &garden, "Plums", "One").await;
    forum.post(spam, talk.topic, "Finch").await;
    bulk_delete::clear_group(cx, mira, garden.id, id(spam), Span::All, "Finches", true).await.unwrap();
    forum.drain().await;
    assert!(is_forbidden(groups::join(cx, spam, garden.id).await));
    for kind in [NoticeKind::Removal, NoticeKind::Ban] {
        let told = notices::unread(cx, id(spam)).await.unwrap().unwrap();
        assert_eq!((told.kind, told.reason.as_str()), (kind, "Finches"));
        notices::mark_read(cx, spam, told.id).await.unwrap();
    }
    // Moderators can open the page of a user who has left the group.
    let chosen = members::detail(cx, mira, garden.id, id(spam)).await.unwrap();
    assert!(chosen.is_banned && chosen.member.is_none());
    let what: Vec<_> =
        records::of_member(cx, mira, &chosen).await.unwrap().lines.iter().map(|line| line.what).collect();
    assert_eq!(what, [LogAction::MemberBanned, LogAction::PersonCleared]);
    // On the site, the same action can ban the account.
    let other = forum.group(spam, "Finches", GroupKind::Public).await;
    forum.topic(spam, &other, "Finches", "For sale").await;
    bulk_delete::clear_site(cx, boss, id(spam), Span::All, "Finches again", Some(Restriction::Ban)).await.unwrap();
    forum.drain().await;
    let account = domain::people::admins::person(cx, boss, id(spam)).await.unwrap();
    assert_eq!((account.banned_at.is_some(), account.barred_reason.as_str()), (true, "Finches again"));
    let record = domain::moderation::records::of_account(cx, boss, id(spam)).await.unwrap();
    let what: Vec<_> = record.lines.iter().map(|line| line.what).collect();
    assert_eq!(what[..2], [LogAction::AccountBanned, LogAction::PersonCleared]);
}

async fn a_warning_is_shown_above_every_page_until_it_is_read(forum: TestForum) {
    let cx = &forum.cx;
    let (mira, spam, ada, garden) = scene(&forum).await;
    let (boss, eva) = (forum.site_admin("boss").await, forum.person("eva").await);
    assert!(is_forbidden(warnings::warn_in_group(cx, ada, garden.id, id(spam), "because").await));
    assert!(is_not_found(warnings::warn_in_group(cx, mira, garden.id, id(eva), "because").await), "not of the group");
    assert!(is_not_found(warnings::warn(cx, mira, id(spam), "because").await));
    complaint(warnings::warn(cx, boss, id(spam), "").await, "reason");
    complaint(warnings::warn_in_group(cx, mira, garden.id, id(spam), &"x".repeat(1_001)).await, "reason");
    assert!(is_forbidden(warnings::warn(cx, boss, id(boss), "because").await));
    // An open session learns of it with its next request.
    let origin = domain::people::sessions::Origin::new(std::net::Ipv4Addr::LOCALHOST, "");
    let token = domain::people::sessions::open(cx, id(spam), &origin).await.unwrap();
    let has_unread_notice =
        async || domain::people::sessions::authenticate(cx, &token).await.unwrap().unwrap().has_unread_notice;
    assert!(!has_unread_notice().await);
    warnings::warn_in_group(cx, mira, garden.id, id(spam), "No finches").await.unwrap();
    warnings::warn(cx, boss, id(spam), "Really").await.unwrap();
    assert!(has_unread_notice().await);
    let first = notices::unread(cx, id(spam)).await.unwrap().unwrap();
    assert_eq!((first.kind, first.reason.as_str(), first.more), (NoticeKind::Warning, "No finches", 1));
    // Only the receiver can mark it as read.
    notices::mark_read(cx, ada, first.id).await.unwrap();
    assert_eq!(notices::unread(cx, id(spam)).await.unwrap(), Some(first.clone()));
    notices::mark_read(cx, spam, first.id).await.unwrap();
    let second = notices::unread(cx, id(spam)).await.unwrap().unwrap();
    assert_eq!((second.reason.as_str(), second.group_name.as_str(), second.more), ("Really", "", 0));
    notices::mark_read(cx, spam, second.id).await.unwrap();
    assert!(!has_unread_notice().await);
    // The group's record and the site's have it; nobody else sees it.
    let (_, page) = log::of_group(cx, mira, garden.id, None, None).await.unwrap();
    assert_eq!(page.lines.iter().map(|line| line.reason.as_str()).collect::<Vec<_>>(), ["No finches"]);
    assert!(log::of_group(cx, spam, garden.id, None, None).await.unwrap().1.lines.is_empty());
    assert_eq!(domain::moderation::records::of_account(cx, boss, id(spam)).await.unwrap().lines.len(), 2);
    assert!(is_not_found(domain::moderation::records::of_account(cx, mira, id(spam)).await));
    // Their export contains it.
    let all: String = export::download(cx, id(spam)).await.unwrap().try_collect().await.unwrap();
    assert!(all.contains(r#""reason":"No finches""#) && all.contains(r#""reason":"Really""#), "{all}");
}
