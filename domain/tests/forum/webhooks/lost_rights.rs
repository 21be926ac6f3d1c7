//! What happens to webhooks and bots of people who lose their rights in a group or on the site.

use domain::model::{GroupId, GroupKind, NoticeKind, Role, WebhookEvent};
use domain::people::admins::Restriction;
use domain::people::{admins, bots, notices};
use domain::policy::Viewer;
use domain::testing::TestForum;
use domain::webhooks::outgoing::{self, WebhookForm};
use domain::webhooks::sender;
use domain::{Error, groups};

use super::receiver::Receiver;
use crate::{id, is_forbidden};

stories! {
    a_webhook_is_off_when_its_author_is_no_longer_an_admin,
    a_webhook_of_the_site_is_off_when_its_author_is_dismissed,
    the_webhooks_of_a_suspended_admin_wait,
    the_bots_of_a_removed_member_are_removed_too,
    a_bot_cannot_have_bots,
}

async fn make(forum: &TestForum, who: Viewer, group: Option<GroupId>, receiver: &Receiver) {
    let form = WebhookForm {
        name: format!("By {}", id(who)),
        url: receiver.url.clone(),
        events: WebhookEvent::CHOICES.to_vec(),
    };
    outgoing::create(&forum.cx, who, group, form).await.unwrap();
}

/// Whether the webhooks are on, newest first.
async fn on(forum: &TestForum, who: Viewer, group: Option<GroupId>) -> Vec<bool> {
    let (_, hooks) = outgoing::list(&forum.cx, who, group).await.unwrap();
    hooks.iter().map(|hook| hook.off_at.is_none()).collect()
}

async fn a_webhook_is_off_when_its_author_is_no_longer_an_admin(forum: TestForum) {
    let cx = &forum.cx;
    let receiver = Receiver::open().await;
    let (ada, ben, cleo) = (forum.person("ada").await, forum.person("ben").await, forum.person("cleo").await);
    let shed = forum.group(ada, "Shed", GroupKind::Private).await;
    forum.admit(&shed, &[ben, cleo]).await;
    for who in [ben, cleo] {
        groups::members::set_role(cx, ada, shed.id, id(who), Role::Admin).await.unwrap();
        make(&forum, who, Some(shed.id), &receiver).await;
    }
    groups::members::set_role(cx, ada, shed.id, id(ben), Role::Moderator).await.unwrap();
    assert_eq!(on(&forum, ada, Some(shed.id)).await, [true, false]);
    groups::leave(cx, cleo, shed.id).await.unwrap();
    assert_eq!(on(&forum, ada, Some(shed.id)).await, [false, false]);
    let told = notices::page(cx, ada, None, 10).await.unwrap().lines;
    assert_eq!(told.iter().filter(|line| line.kind == NoticeKind::WebhookOff).count(), 2, "{told:?}");
    forum.topic(ada, &shed, "Plums", "One").await;
    forum.drain().await;
    assert_eq!(domain::webhooks::sender::send_due(cx).await.unwrap(), 0);
    assert_eq!(receiver.count(), 0);
}

async fn a_webhook_of_the_site_is_off_when_its_author_is_dismissed(forum: TestForum) {
    let cx = &forum.cx;
    let receiver = Receiver::open().await;
    let (boss, mate, ada) = (forum.site_admin("boss").await, forum.site_admin("mate").await, forum.person("ada").await);
    let (garden, shed) =
        (forum.group(ada, "Garden", GroupKind::Public).await, forum.group(mate, "Shed", GroupKind::Private).await);
    for group in [None, Some(garden.id), Some(shed.id)] {
        make(&forum, mate, group, &receiver).await;
    }
    admins::set_admin(cx, boss, id(mate), false).await.unwrap();
    assert_eq!(on(&forum, boss, None).await, [false]);
    assert_eq!(on(&forum, ada, Some(garden.id)).await, [false]);
    let mate = Viewer::User { id: id(mate), is_admin: false };
    assert_eq!(on(&forum, mate, Some(shed.id)).await, [true], "an admin of the group stays one");
    forum.drain().await;
}

async fn the_webhooks_of_a_suspended_admin_wait(forum: TestForum) {
    let cx = &forum.cx;
    let receiver = Receiver::open().await;
    let (boss, ada, ben) = (forum.site_admin("boss").await, forum.person("ada").await, forum.person("ben").await);
    let garden = forum.group(ada, "Garden", GroupKind::Public).await;
    forum.admit(&garden, &[ben]).await;
    make(&forum, ada, Some(garden.id), &receiver).await;
    admins::restrict(cx, boss, id(ada), Restriction::Suspend { days: 2 }, "because").await.unwrap();
    let plums = forum.topic(ben, &garden, "Plums", "One").await.topic;
    forum.drain().await;
    assert_eq!(sender::send_due(cx).await.unwrap(), 0);
    assert_eq!(receiver.count(), 0);
    // What happened meanwhile is sent when the account can be used again.
    forum.pass(std::time::Duration::from_secs(2 * 24 * 3_600));
    assert!(sender::send_due(cx).await.unwrap() > 0);
    let sent = receiver.count();
    admins::restrict(cx, boss, id(ada), Restriction::Suspend { days: 2 }, "because").await.unwrap();
    forum.post(ben, plums, "Two").await;
    forum.drain().await;
    assert_eq!(sender::send_due(cx).await.unwrap(), 0);
    admins::restrict(cx, boss, id(ada), Restriction::Lift, "").await.unwrap();
    assert!(sender::send_due(cx).await.unwrap() > 0);
    assert!(receiver.count() > sent);
    forum.drain().await;
}

async fn the_bots_of_a_removed_member_are_removed_too(forum: TestForum) {
    let cx = &forum.cx;
    let (ada, ben) = (forum.person("ada").await, forum.person("ben").await);
    let garden = forum.group(ada, "Garden", GroupKind::Public).await;
    let bot = bots::create(cx, ben, "ben-bot").await.unwrap();
    let program = Viewer::User { id: bot, is_admin: false };
    let is_in = async || domain::store::groups::members::one(&cx.db, garden.id, bot).await.unwrap().is_some();
    forum.admit(&garden, &[ben, program]).await;
    groups::members::remove(cx, ada, garden.id, id(ben)).await.unwrap();
    assert!(!is_in().await);
    groups::join(cx, ben, garden.id).await.unwrap();
    groups::join(cx, program, garden.id).await.unwrap();
    groups::members::ban(cx, ada, garden.id, id(ben), "Spam.").await.unwrap();
    assert!(!is_in().await);
    let refused = groups::join(cx, program, garden.id).await;
    assert!(matches!(refused, Err(Error::Forbidden(_) | Error::NotFound)), "{refused:?}");
    assert!(!is_in().await, "a bot of a banned person does not join");
    groups::members::lift_ban(cx, ada, garden.id, id(ben)).await.unwrap();
    groups::join(cx, program, garden.id).await.unwrap();
    forum.drain().await;
}

async fn a_bot_cannot_have_bots(forum: TestForum) {
    let cx = &forum.cx;
    let ada = forum.person("ada").await;
    let garden = forum.group(ada, "Garden", GroupKind::Public).await;
    let bot = bots::create_in_group(cx, ada, garden.id, "nest-cam").await.unwrap();
    groups::members::set_role(cx, ada, garden.id, bot, Role::Admin).await.unwrap();
    let program = Viewer::User { id: bot, is_admin: false };
    assert!(is_forbidden(bots::create(cx, program, "egg-cam").await));
    assert!(is_forbidden(bots::create_in_group(cx, program, garden.id, "egg-cam").await));
    forum.drain().await;
}
