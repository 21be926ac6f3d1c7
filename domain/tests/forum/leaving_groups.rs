//! Joining and leaving groups, and who becomes their admin.

use crate::groups::form;
use crate::{describe, id, is_forbidden};
use domain::bus::Control;
use domain::groups;
use domain::live::unread;
use domain::model::{GroupKind, Role};
use domain::policy::Viewer;
use domain::testing::TestForum;

stories! {
    people_join_and_leave_groups,
    the_longest_member_becomes_admin_when_the_last_admin_leaves,
    when_two_admins_leave_at_once_the_group_keeps_an_admin,
    the_last_member_cannot_leave_a_private_group,
    joining_while_a_group_becomes_private_happens_before_or_fails,
}

async fn people_join_and_leave_groups(forum: TestForum) {
    let cx = &forum.cx;
    let (mira, noor) = (forum.person("mira").await, forum.person("noor").await);
    let garden = forum.group(mira, "Garden", GroupKind::Public).await;
    assert_eq!(groups::by_id(cx, noor, garden.id).await.unwrap().access.role(), None);
    let mut words = cx.bus.controls();
    groups::join(cx, noor, garden.id).await.unwrap();
    groups::join(cx, noor, garden.id).await.unwrap();
    assert_eq!(words.recv().await.unwrap(), Control::MembershipChanged { user: id(noor), group: garden.id });
    assert_eq!(groups::by_id(cx, noor, garden.id).await.unwrap().access.role(), Some(Role::Member));
    assert_eq!(unread::sidebar(cx, id(noor)).await.unwrap().groups.len(), 1);
    groups::leave(cx, noor, garden.id).await.unwrap();
    groups::leave(cx, noor, garden.id).await.unwrap();
    assert_eq!(groups::by_id(cx, noor, garden.id).await.unwrap().access.role(), None);
    assert_eq!(unread::sidebar(cx, id(noor)).await.unwrap().groups.len(), 0);
    assert_eq!(describe(groups::join(cx, Viewer::Anonymous, garden.id).await), "SignedOut");
}

async fn the_longest_member_becomes_admin_when_the_last_admin_leaves(forum: TestForum) {
    let cx = &forum.cx;
    let mira = forum.person("mira").await;
    let (eldest, moderator, youngest) =
        (forum.person("eldest").await, forum.person("moderator").await, forum.person("youngest").await);
    let garden = forum.group(mira, "Garden", GroupKind::Public).await;
    forum.admit(&garden, &[eldest, moderator, youngest]).await;
    forum.execute("update memberships set role = 'moderator' where user_id = (select id from users where username = 'moderator')").await;
    let role = |who| async move { groups::by_id(cx, who, garden.id).await.unwrap().access.role() };
    groups::leave(cx, mira, garden.id).await.unwrap();
    assert_eq!(
        (role(moderator).await, role(eldest).await),
        (Some(Role::Admin), Some(Role::Member)),
        "moderators first"
    );
    groups::leave(cx, moderator, garden.id).await.unwrap();
    assert_eq!((role(eldest).await, role(youngest).await), (Some(Role::Admin), Some(Role::Member)));
    groups::leave(cx, eldest, garden.id).await.unwrap();
    groups::leave(cx, youngest, garden.id).await.unwrap();
    assert!(groups::by_id(cx, mira, garden.id).await.is_ok(), "a public group may be empty");
}

async fn when_two_admins_leave_at_once_the_group_keeps_an_admin(forum: TestForum) {
    let (mira, noor, ada) = (forum.person("mira").await, forum.person("noor").await, forum.person("ada").await);
    for round in 0..5 {
        let group = forum.group(mira, &format!("Group {round}"), GroupKind::Public).await;
        groups::admit(&forum.cx, group.id, id(noor), Role::Admin).await.unwrap();
        forum.admit(&group, &[ada]).await;
        let (one, other) =
            tokio::join!(groups::leave(&forum.cx, mira, group.id), groups::leave(&forum.cx, noor, group.id));
        one.unwrap();
        other.unwrap();
        assert_eq!(groups::by_id(&forum.cx, ada, group.id).await.unwrap().access.role(), Some(Role::Admin));
    }
}

async fn the_last_member_cannot_leave_a_private_group(forum: TestForum) {
    let (mira, noor) = (forum.person("mira").await, forum.person("noor").await);
    let secret = forum.group(mira, "Secret", GroupKind::Private).await;
    forum.admit(&secret, &[noor]).await;
    let (one, other) =
        tokio::join!(groups::leave(&forum.cx, mira, secret.id), groups::leave(&forum.cx, noor, secret.id));
    assert_eq!(one.is_ok() as u8 + other.is_ok() as u8, 1);
    let left = if one.is_ok() { (noor, other) } else { (mira, one) };
    assert!(is_forbidden(left.1));
    assert_eq!(groups::by_id(&forum.cx, left.0, secret.id).await.unwrap().access.role(), Some(Role::Admin));
}

async fn joining_while_a_group_becomes_private_happens_before_or_fails(forum: TestForum) {
    let mira = forum.person("mira").await;
    let mut people = Vec::new();
    for n in 0..8 {
        people.push(forum.person(&format!("person{n}x{n}")).await);
    }
    let garden = forum.group(mira, "Garden", GroupKind::Public).await;
    let joins = people.iter().map(|who| groups::join(&forum.cx, *who, garden.id));
    let closing = groups::update(&forum.cx, mira, garden.id, form("Garden", GroupKind::Private));
    let (joined, closed) = tokio::join!(futures_util::future::join_all(joins), closing);
    closed.unwrap();
    for (who, answer) in people.into_iter().zip(joined) {
        assert_eq!(groups::by_id(&forum.cx, who, garden.id).await.is_ok(), answer.is_ok());
    }
    forum.drain().await;
}
