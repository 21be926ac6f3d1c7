//! Links that let people join a group.

use crate::members::role;
use crate::{complaint, id, is_forbidden, is_not_found};
use domain::groups::invitations::{Followed, LinkForm};
use domain::groups::{self, invitations, members, requests};
use domain::live::presence;
use domain::model::{GroupKind, Role};
use domain::moderation::records;
use domain::policy::Viewer;
use domain::testing::TestForum;
use std::time::Duration;

stories! {
    an_invitation_link_admits_a_limited_number_and_expires,
    an_invitation_link_grants_only_what_its_creator_may_still_grant,
    an_invitation_link_used_by_many_at_once_respects_its_limit,
    a_members_link_allows_requests_to_join_a_private_group,
    the_log_records_who_joined_by_whose_link_with_which_role,
}

fn link(role: Option<Role>, uses: i64, days: i64) -> LinkForm {
    LinkForm { role, uses, days }
}

async fn an_invitation_link_admits_a_limited_number_and_expires(forum: TestForum) {
    let cx = &forum.cx;
    let (mira, noor, ada) = (forum.person("mira").await, forum.person("noor").await, forum.person("ada").await);
    let secret = forum.group(mira, "Secret", GroupKind::Private).await;
    complaint(invitations::make_link(cx, mira, secret.id, link(Some(Role::Member), 0, 7)).await, "uses");
    complaint(invitations::make_link(cx, mira, secret.id, link(Some(Role::Member), 1, 91)).await, "days");
    assert!(is_not_found(invitations::make_link(cx, noor, secret.id, link(None, 1, 7)).await));
    let token = invitations::make_link(cx, mira, secret.id, link(Some(Role::Member), 1, 7)).await.unwrap();
    assert_eq!(token.len(), 32);
    let kept = crate::tables::texts(&forum, "select token from invitations").await;
    assert!(!kept.concat().contains(&token), "only its digest is kept");
    for wrong in ["", "0", &"0".repeat(32), &token.to_uppercase(), &format!("{token}0"), "%00", &kept[0]] {
        assert!(is_not_found(invitations::offer(cx, noor, wrong).await), "{wrong}");
    }
    // Looking at an invitation does not use it up.
    assert_eq!(invitations::offer(cx, Viewer::Anonymous, &token).await.unwrap().group.id, secret.id);
    assert_eq!(invitations::follow(cx, noor, &token, "").await.unwrap(), Followed::In(secret.clone()));
    assert_eq!(role(&forum, noor, secret.id).await, Some(Role::Member));
    assert!(is_not_found(invitations::follow(cx, ada, &token, "").await), "it is used up");
    assert!(is_not_found(invitations::offer(cx, ada, &token).await));
    let token = invitations::make_link(cx, mira, secret.id, link(Some(Role::Member), 5, 1)).await.unwrap();
    forum.pass(Duration::from_secs(24 * 3_600 + 1));
    assert!(is_not_found(invitations::follow(cx, ada, &token, "").await), "it is over");
    let token = invitations::make_link(cx, mira, secret.id, link(Some(Role::Member), 5, 1)).await.unwrap();
    let shown = invitations::list(cx, mira, secret.id).await.unwrap();
    assert_eq!(shown.links.len(), 1, "what ended is not listed");
    assert!(is_not_found(invitations::revoke(cx, noor, secret.id, shown.links[0].id).await), "it is not theirs");
    invitations::revoke(cx, mira, secret.id, shown.links[0].id).await.unwrap();
    assert!(is_not_found(invitations::follow(cx, ada, &token, "").await), "it is revoked");
    let token = invitations::make_link(cx, mira, secret.id, link(Some(Role::Member), 5, 1)).await.unwrap();
    members::ban(cx, mira, secret.id, id(noor), "because").await.unwrap();
    assert!(is_forbidden(invitations::follow(cx, noor, &token, "").await), "not for who was banned");
}

async fn an_invitation_link_grants_only_what_its_creator_may_still_grant(forum: TestForum) {
    let cx = &forum.cx;
    let (mira, noor, ada) = (forum.person("mira").await, forum.person("noor").await, forum.person("ada").await);
    let secret = forum.group(mira, "Secret", GroupKind::Private).await;
    groups::admit(cx, secret.id, id(noor), Role::Moderator).await.unwrap();
    for role in [Role::Moderator, Role::Admin] {
        complaint(invitations::make_link(cx, noor, secret.id, link(Some(role), 1, 7)).await, "role");
    }
    let member = invitations::make_link(cx, noor, secret.id, link(Some(Role::Member), 9, 7)).await.unwrap();
    let asks = invitations::make_link(cx, mira, secret.id, link(Some(Role::Moderator), 9, 7)).await.unwrap();
    invitations::offer(cx, ada, &member).await.unwrap();
    // Changes the role by SQL, as if both happened at once: the link still exists.
    forum
        .execute(
            "update memberships set role = 'member' where user_id = (select id from users where username = 'noor')",
        )
        .await;
    assert!(is_not_found(invitations::offer(cx, ada, &member).await));
    assert!(is_not_found(invitations::follow(cx, ada, &member, "").await));
    invitations::follow(cx, ada, &asks, "").await.unwrap();
    assert_eq!(role(&forum, ada, secret.id).await, Some(Role::Moderator));
    // Users who lose a role lose the invitation links made with it.
    members::set_role(cx, mira, secret.id, id(ada), Role::Admin).await.unwrap();
    members::set_role(cx, ada, secret.id, id(mira), Role::Member).await.unwrap();
    assert_eq!(invitations::list(cx, ada, secret.id).await.unwrap().links.len(), 1, "mira's went, noor's was not hers");
}

async fn an_invitation_link_used_by_many_at_once_respects_its_limit(forum: TestForum) {
    let cx = &forum.cx;
    let mira = forum.person("mira").await;
    let secret = forum.group(mira, "Secret", GroupKind::Private).await;
    let token = invitations::make_link(cx, mira, secret.id, link(Some(Role::Member), 3, 7)).await.unwrap();
    let mut people = Vec::new();
    for n in 0..8 {
        people.push(forum.person(&format!("person{n}x")).await);
    }
    let all = people.iter().map(|who| invitations::follow(cx, *who, &token, ""));
    let came = futures_util::future::join_all(all).await.into_iter().filter(Result::is_ok).count();
    assert_eq!(came, 3);
    assert_eq!(presence::aside(cx, secret.id).await.unwrap().members, 4);
}

async fn a_members_link_allows_requests_to_join_a_private_group(forum: TestForum) {
    let cx = &forum.cx;
    let (mira, noor, ada) = (forum.person("mira").await, forum.person("noor").await, forum.person("ada").await);
    let secret = forum.group(mira, "Secret", GroupKind::Private).await;
    forum.admit(&secret, &[noor]).await;
    complaint(invitations::make_link(cx, noor, secret.id, link(Some(Role::Member), 1, 7)).await, "role");
    let token = invitations::make_link(cx, noor, secret.id, link(None, 2, 7)).await.unwrap();
    assert_eq!(invitations::follow(cx, ada, &token, "It is me.").await.unwrap(), Followed::Requested(secret.clone()));
    assert!(is_not_found(groups::by_id(cx, ada, secret.id).await), "not before somebody said yes");
    assert!(invitations::offer(cx, ada, &token).await.unwrap().waits);
    assert_eq!(requests::mine(cx, ada).await.unwrap().len(), 1);
    requests::answer(cx, mira, secret.id, &[id(ada)], true).await.unwrap();
    assert_eq!(role(&forum, ada, secret.id).await, Some(Role::Member));
}

async fn the_log_records_who_joined_by_whose_link_with_which_role(forum: TestForum) {
    let cx = &forum.cx;
    let (mira, noor, ada) = (forum.person("mira").await, forum.person("noor").await, forum.person("ada").await);
    let (kim, eva) = (forum.person("kim").await, forum.person("eva").await);
    let boss = forum.site_admin("boss").await;
    let secret = forum.group(mira, "Secret", GroupKind::Private).await;
    groups::admit(cx, secret.id, id(noor), Role::Moderator).await.unwrap();
    forum.admit(&secret, &[eva]).await;
    let makes = invitations::make_link(cx, mira, secret.id, link(Some(Role::Moderator), 9, 7)).await.unwrap();
    let lets_in = invitations::make_link(cx, noor, secret.id, link(Some(Role::Member), 9, 7)).await.unwrap();
    let asks = invitations::make_link(cx, eva, secret.id, link(None, 9, 7)).await.unwrap();
    for _ in 0..2 {
        // Following a link as a member does not use it.
        invitations::follow(cx, ada, &makes, "").await.unwrap();
        invitations::follow(cx, kim, &lets_in, "").await.unwrap();
    }
    invitations::follow(cx, forum.person("lou").await, &asks, "").await.unwrap();
    for inviter in [mira, noor, eva] {
        let links = invitations::list(cx, mira, secret.id).await.unwrap().links;
        let of = links.iter().find(|link| link.inviter_id == id(inviter)).unwrap().id;
        invitations::revoke(cx, if inviter == eva { eva } else { mira }, secret.id, of).await.unwrap();
    }
    let log = crate::tables::texts(
        &forum,
        "select a.username || ' ' || l.what || ' ' || coalesce(u.username, '-') || ' ' || l.detail from audit_log l
         join users a on a.id = l.actor_id left join users u on u.id = l.user_id order by l.id",
    );
    let lines = [
        "mira link_made - moderator",
        "noor link_made - member",
        "ada link_followed mira moderator",
        "kim link_followed noor member",
        "mira link_revoked - moderator",
        "mira link_revoked noor member",
    ];
    assert_eq!(log.await, lines);
    // It was done with mira's link, not to her.
    assert!(records::of_account(cx, boss, id(mira)).await.unwrap().lines.is_empty());
}
