//! Overlapping bulk deletes: undoing one does not undo another, or what the author had deleted before.

use domain::live::notices;
use domain::messages::Target;
use domain::topics::placed;
use std::time::Duration;

use domain::admin::doctor;
use domain::messages::history;
use domain::model::{BulkDeleteId, Group, GroupKind, MessageId, NoticeKind};
use domain::moderation::approval_queue::Answer;
use domain::moderation::bulk_delete::Span;
use domain::moderation::{approval_queue, bulk_delete};
use domain::policy::Viewer;
use domain::testing::{TestForum, draft};
use domain::{groups, messages, topics};

use crate::tables::ints;
use crate::{id, is_forbidden, is_not_found};

stories! {
    undoing_a_groups_bulk_delete_leaves_that_of_the_site,
    undoing_the_sites_bulk_delete_leaves_that_of_a_group,
    only_site_admins_restore_single_messages_of_a_site_bulk_delete,
    restoring_a_topic_skips_messages_of_another_bulk_delete,
    authors_can_restore_their_own_deletions_after_an_undone_bulk_delete,
    nothing_is_approved_while_a_bulk_delete_starts,
}

const DAY: Duration = Duration::from_secs(24 * 3_600);

/// Returns those of the messages that are not deleted.
async fn there(forum: &TestForum, who: Viewer, ids: &[MessageId]) -> Vec<MessageId> {
    let placed = placed::placed(&forum.cx, who, ids).await.unwrap();
    placed.into_iter().filter(|placed| !placed.message.deleted).map(|placed| placed.message.id).collect()
}

async fn newest(forum: &TestForum, whom: Viewer, group: Option<&Group>) -> BulkDeleteId {
    domain::store::moderation::bulk_delete::of_user(&forum.cx.db, id(whom), group.map(|group| group.id), 1)
        .await
        .unwrap()[0]
        .id
}

struct Scene {
    mira: Viewer,
    spam: Viewer,
    ada: Viewer,
    boss: Viewer,
    garden: Group,
    orchard: Group,
}

/// Creates two groups, each with a moderator, a spammer and a reader.
async fn scene(forum: &TestForum) -> Scene {
    let (mira, spam, ada) = (forum.person("mira").await, forum.person("spam").await, forum.person("ada").await);
    let boss = forum.site_admin("boss").await;
    let garden = forum.group(mira, "Garden", GroupKind::Public).await;
    let orchard = forum.group(mira, "Orchard", GroupKind::Public).await;
    for group in [&garden, &orchard] {
        forum.admit(group, &[spam, ada]).await;
    }
    Scene { mira, spam, ada, boss, garden, orchard }
}

impl Scene {
    async fn clear_garden(&self, forum: &TestForum, span: Span) {
        bulk_delete::clear_group(&forum.cx, self.mira, self.garden.id, id(self.spam), span, "x", false).await.unwrap();
        forum.drain().await;
        forum.pass(Duration::from_secs(60));
    }

    async fn clear_site(&self, forum: &TestForum, span: Span) {
        bulk_delete::clear_site(&forum.cx, self.boss, id(self.spam), span, "x", None).await.unwrap();
        forum.drain().await;
        forum.pass(Duration::from_secs(60));
    }

    async fn undo_garden(&self, forum: &TestForum) {
        let removal = newest(forum, self.spam, Some(&self.garden)).await;
        bulk_delete::undo_in_group(&forum.cx, self.mira, self.garden.id, removal).await.unwrap();
        forum.drain().await;
    }

    async fn undo_site(&self, forum: &TestForum) {
        bulk_delete::undo_in_site(&forum.cx, self.boss, newest(forum, self.spam, None).await).await.unwrap();
        forum.drain().await;
    }

    /// Returns the spammer's unread notices, oldest first.
    async fn notices_of_author(&self, forum: &TestForum) -> Vec<NoticeKind> {
        let mut all = Vec::new();
        while let Some(told) = notices::unread(&forum.cx, id(self.spam)).await.unwrap() {
            notices::mark_read(&forum.cx, self.spam, told.id).await.unwrap();
            all.push(told.kind);
        }
        all
    }
}

async fn must_be_sound(forum: &TestForum) {
    forum.catch_up().await;
    assert_eq!(doctor::examine(&forum.cx).await.unwrap().drift, Vec::<String>::new());
}

async fn undoing_a_groups_bulk_delete_leaves_that_of_the_site(forum: TestForum) {
    let cx = &forum.cx;
    let scene = scene(&forum).await;
    let Scene { spam, ada, ref garden, ref orchard, .. } = scene;
    let talk = forum.topic(ada, garden, "Plums", "My plums").await;
    let inside = forum.post(spam, talk.topic, "Finches").await.id;
    let alone = forum.topic(spam, garden, "Finches", "Ten a dozen").await;
    let elsewhere = forum.topic(spam, orchard, "Finches", "Ten a dozen").await;
    let all = [inside, alone.id, elsewhere.id];
    scene.clear_garden(&forum, Span::All).await;
    scene.clear_site(&forum, Span::All).await;
    assert_eq!(there(&forum, ada, &all).await, []);
    scene.undo_garden(&forum).await;
    assert_eq!(there(&forum, ada, &all).await, [], "the admin of the site removed it too");
    assert!(is_not_found(topics::find(cx, ada, alone.topic).await));
    assert_eq!(scene.notices_of_author(&forum).await, [NoticeKind::Removal; 2], "nothing is back that could be told");
    let away = "select (select count(*) from removed_messages), (select count(*) from removed_topics),
        (select messages + topics from removals where group_id is null)";
    assert_eq!(ints(&forum, away).await, [[1, 2, 5]], "the other one keeps all of it");
    scene.undo_site(&forum).await;
    assert_eq!(there(&forum, ada, &all).await, all);
    assert_eq!(scene.notices_of_author(&forum).await, [NoticeKind::Restored]);
    must_be_sound(&forum).await;
}

async fn undoing_the_sites_bulk_delete_leaves_that_of_a_group(forum: TestForum) {
    let scene = scene(&forum).await;
    let Scene { spam, ada, ref garden, ref orchard, .. } = scene;
    let talk = forum.topic(ada, garden, "Plums", "My plums").await;
    let old = forum.post(spam, talk.topic, "Finches").await.id;
    let elsewhere = forum.topic(spam, orchard, "Finches", "Ten a dozen").await.id;
    scene.clear_site(&forum, Span::All).await;
    let new = forum.post(spam, talk.topic, "More finches").await.id;
    let all = [old, new, elsewhere];
    scene.clear_garden(&forum, Span::All).await;
    scene.undo_site(&forum).await;
    assert_eq!(there(&forum, ada, &all).await, [elsewhere], "what the group removed stays so");
    assert_eq!(scene.notices_of_author(&forum).await, [NoticeKind::Removal, NoticeKind::Removal, NoticeKind::Restored]);
    // A later message is not covered by the other bulk delete.
    forum.pass(Duration::from_secs(60));
    let late = forum.post(spam, talk.topic, "I am sorry").await.id;
    scene.undo_garden(&forum).await;
    assert_eq!(there(&forum, ada, &[old, new, late]).await, [old, new, late]);
    must_be_sound(&forum).await;
}

async fn restoring_a_topic_skips_messages_of_another_bulk_delete(forum: TestForum) {
    let cx = &forum.cx;
    let scene = scene(&forum).await;
    let Scene { spam, ada, ref garden, ref orchard, .. } = scene;
    let alone = forum.topic(spam, garden, "Finches", "Ten a dozen").await;
    forum.pass(3 * DAY);
    let mut all = vec![alone.id];
    for n in 0..120 {
        all.push(forum.post(spam, alone.topic, &format!("Finch {n}")).await.id);
    }
    forum.topic(spam, orchard, "Finches", "Ten a dozen").await;
    scene.clear_garden(&forum, Span::All).await;
    // The topic is already gone as a whole when the other one looks for messages of the last day.
    scene.clear_site(&forum, Span::Day).await;
    scene.undo_garden(&forum).await;
    assert!(topics::find(cx, ada, alone.topic).await.is_ok(), "it is older than that");
    assert_eq!(there(&forum, ada, &all).await, [alone.id]);
    scene.undo_site(&forum).await;
    assert_eq!(there(&forum, ada, &all).await, all);
    must_be_sound(&forum).await;
}

async fn authors_can_restore_their_own_deletions_after_an_undone_bulk_delete(forum: TestForum) {
    let cx = &forum.cx;
    let scene = scene(&forum).await;
    let Scene { spam, ada, ref garden, .. } = scene;
    let talk = forum.topic(ada, garden, "Plums", "My plums").await;
    let finch = forum.post(spam, talk.topic, "Finches").await.id;
    messages::delete(cx, spam, finch).await.unwrap();
    forum.drain().await;
    forum.pass(Duration::from_secs(60));
    // The author's own deletion, which they could restore, is all there is.
    scene.clear_garden(&forum, Span::All).await;
    assert!(is_forbidden(history::restore(cx, spam, finch).await), "it is not theirs any more");
    assert_eq!(there(&forum, ada, &[finch]).await, []);
    scene.undo_garden(&forum).await;
    assert_eq!(there(&forum, ada, &[finch]).await, [], "they had deleted it");
    history::restore(cx, spam, finch).await.unwrap();
    assert_eq!(there(&forum, ada, &[finch]).await, [finch]);
    must_be_sound(&forum).await;
}

async fn nothing_is_approved_while_a_bulk_delete_starts(forum: TestForum) {
    let cx = &forum.cx;
    let scene = scene(&forum).await;
    let Scene { mira, ada, boss, ref garden, .. } = scene;
    let talk = forum.topic(ada, garden, "Plums", "My plums").await.topic;
    for n in 0..6 {
        let who = forum.person(&format!("spammer{n}x")).await;
        forum.admit(garden, &[who]).await;
        forum.post(who, talk, "Finches").await;
        let form = |first_held| groups::GroupForm { first_held, ..groups::GroupForm::new("Garden", GroupKind::Public) };
        groups::update(cx, mira, garden.id, form(3)).await.unwrap();
        messages::submit(cx, who, Target::Topic(talk), draft("Ten a dozen")).await.unwrap_err();
        groups::update(cx, mira, garden.id, form(0)).await.unwrap();
        let waiting = approval_queue::of_group(cx, mira, garden.id).await.unwrap().1[0].held_id;
        let (approved, cleared) = tokio::join!(
            approval_queue::answer(cx, mira, Some(garden.id), std::slice::from_ref(&waiting), Answer::Approve),
            async {
                match n % 2 {
                    0 => bulk_delete::clear_site(cx, boss, id(who), Span::All, "x", None).await.map(drop),
                    _ => bulk_delete::clear_group(cx, mira, garden.id, id(who), Span::All, "x", false).await.map(drop),
                }
            }
        );
        approved.unwrap();
        cleared.unwrap();
        forum.drain().await;
        let left = format!("select count(*) from messages where deleted_at is null and author_id = {}", id(who));
        assert_eq!(ints(&forum, &left).await, [[0]], "posted or not, it went with the rest");
        assert!(approval_queue::of_group(cx, mira, garden.id).await.unwrap().1.is_empty());
    }
}

async fn only_site_admins_restore_single_messages_of_a_site_bulk_delete(forum: TestForum) {
    let cx = &forum.cx;
    let scene = scene(&forum).await;
    let Scene { mira, spam, ada, boss, ref garden, .. } = scene;
    let talk = forum.topic(ada, garden, "Plums", "My plums").await;
    let (one, other) =
        (forum.post(spam, talk.topic, "Finches").await.id, forum.post(spam, talk.topic, "More").await.id);
    scene.clear_site(&forum, Span::All).await;
    assert!(is_forbidden(history::restore(cx, mira, one).await));
    history::restore(cx, boss, one).await.unwrap();
    assert_eq!(there(&forum, ada, &[one, other]).await, [one]);
    scene.undo_site(&forum).await;
    assert_eq!(there(&forum, ada, &[one, other]).await, [one, other]);
    // From the bulk delete of their own group moderators can restore single messages.
    scene.clear_garden(&forum, Span::All).await;
    history::restore(cx, mira, other).await.unwrap();
    assert_eq!(there(&forum, ada, &[one, other]).await, [other]);
    must_be_sound(&forum).await;
}
