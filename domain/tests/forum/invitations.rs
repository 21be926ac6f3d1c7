//! Invitations of users who were banned meanwhile, and permissions that are lost while an action waits for a lock.

use domain::groups::invitations::{self, LinkForm};
use domain::groups::{self, members};
use domain::live::unread;
use domain::model::{Group, GroupKind, Role};
use domain::people::account_deletion;
use domain::people::admins::{self, Actor, Restriction};
use domain::policy::Viewer;
use domain::testing::TestForum;

use crate::{id, is_forbidden, is_not_found, tables};

stories! {
    invitations_by_banned_people_do_not_work,
    a_right_lost_while_waiting_for_a_lock_is_not_used,
    an_invitation_by_name_is_emailed_and_shown_on_the_home_page,
    an_email_about_an_invitation_that_ended_is_not_sent,
    the_new_admin_of_a_group_and_the_site_admins_are_notified,
}

/// Creates a private group of mira, in which noor is a moderator.
async fn scene(forum: &TestForum) -> (Group, Viewer, Viewer, Viewer) {
    let (mira, noor, ada) = (forum.person("mira").await, forum.person("noor").await, forum.person("ada").await);
    let secret = forum.group(mira, "Secret", GroupKind::Private).await;
    forum.admit(&secret, &[noor]).await;
    members::set_role(&forum.cx, mira, secret.id, id(noor), Role::Moderator).await.unwrap();
    (secret, mira, noor, ada)
}

async fn invitations_by_banned_people_do_not_work(forum: TestForum) {
    let cx = &forum.cx;
    let (secret, mira, noor, ada) = scene(&forum).await;
    let boss = forum.site_admin("boss").await;
    let form = LinkForm { role: Some(Role::Member), uses: 5, days: 5 };
    let link = invitations::make_link(cx, noor, secret.id, form).await.unwrap();
    let asking = invitations::make_link(cx, noor, secret.id, LinkForm { role: None, ..form }).await.unwrap();
    invitations::invite(cx, noor, secret.id, "ada").await.unwrap();
    assert_eq!(unread::sidebar(cx, id(ada)).await.unwrap().invited, 1);
    for restriction in [Restriction::Suspend { days: 2 }, Restriction::Ban] {
        admins::restrict(cx, boss, id(noor), restriction, "Shouting").await.unwrap();
        for token in [&link, &asking] {
            assert!(is_not_found(invitations::offer(cx, ada, token).await), "{restriction:?}");
            assert!(is_not_found(invitations::follow(cx, ada, token, "").await), "{restriction:?}");
        }
        assert!(is_not_found(invitations::accept(cx, ada, secret.id).await), "{restriction:?}");
    }
    assert_eq!(unread::sidebar(cx, id(ada)).await.unwrap().invited, 0);
    assert!(invitations::mine(cx, ada).await.unwrap().is_empty());
    // They work again when the ban is lifted.
    admins::restrict(cx, boss, id(noor), Restriction::Lift, "").await.unwrap();
    assert_eq!(unread::sidebar(cx, id(ada)).await.unwrap().invited, 1);
    invitations::offer(cx, ada, &link).await.unwrap();
    invitations::accept(cx, ada, secret.id).await.unwrap();
    // Those of others are not touched.
    let other = invitations::make_link(cx, mira, secret.id, form).await.unwrap();
    admins::restrict(cx, boss, id(noor), Restriction::Ban, "Shouting").await.unwrap();
    invitations::offer(cx, boss, &other).await.unwrap();
    forum.drain().await;
}

async fn a_right_lost_while_waiting_for_a_lock_is_not_used(forum: TestForum) {
    let cx = &forum.cx;
    let (secret, mira, noor, ada) = scene(&forum).await;
    let group = secret.id;
    let eve = forum.person("eve").await;
    forum.admit(&secret, &[eve]).await;
    members::ban(cx, mira, group, id(eve), "Shouting").await.unwrap();
    invitations::invite(cx, mira, group, "ada").await.unwrap();
    let form = LinkForm { role: Some(Role::Member), uses: 5, days: 5 };
    invitations::make_link(cx, mira, group, form).await.unwrap();
    let link = invitations::list(cx, mira, group).await.unwrap().links[0].id;

    // While noor's actions wait for the lock of the group, she stops being a moderator.
    let mut tx = cx.db.begin().await.unwrap();
    domain::store::groups::lock(&mut tx, group).await.unwrap();
    let all = async {
        tokio::join!(
            members::lift_ban(cx, noor, group, id(eve)),
            invitations::uninvite(cx, noor, group, id(ada)),
            invitations::revoke(cx, noor, group, link),
        )
    };
    let demote = async {
        tables::wait_for_blocked(&forum, 3).await;
        domain::store::groups::members::set_role(&mut tx, group, id(noor), Role::Member).await.unwrap();
        tx.commit().await.unwrap();
    };
    let ((lifted, uninvited, revoked), ()) = tokio::join!(all, demote);
    assert!(is_forbidden(lifted));
    assert!(is_forbidden(uninvited));
    assert!(is_not_found(revoked), "it is the link of somebody else");
    assert_eq!(members::bans(cx, mira, group).await.unwrap().1.len(), 1);
    let shown = invitations::list(cx, mira, group).await.unwrap();
    assert_eq!((shown.links.len(), shown.invited.len()), (1, 1));
}

async fn with_email(forum: &TestForum, name: &str) {
    let statement = format!("update users set email = '{name}@example.org' where username = '{name}'");
    forum.execute(Box::leak(statement.into_boxed_str())).await;
}

fn kinds(forum: &TestForum, to: &str) -> Vec<String> {
    let to = format!("{to}@example.org");
    forum.emails().into_iter().filter(|email| email.to == to).map(|email| email.kind).collect()
}

async fn an_invitation_by_name_is_emailed_and_shown_on_the_home_page(forum: TestForum) {
    let cx = &forum.cx;
    let (secret, mira, _, ada) = scene(&forum).await;
    with_email(&forum, "ada").await;
    invitations::invite(cx, mira, secret.id, "ada").await.unwrap();
    invitations::invite(cx, mira, secret.id, "ada").await.unwrap();
    forum.drain().await;
    assert_eq!(kinds(&forum, "ada"), ["invited"], "once, however often they are invited");
    let home = async || {
        let sidebar = unread::sidebar(cx, id(ada)).await.unwrap();
        let page = domain::topics::home(cx, ada, &mut sidebar.clone(), None).await.unwrap();
        page.invited.into_iter().map(|row| (row.group.name, row.inviter)).collect::<Vec<_>>()
    };
    assert_eq!(home().await, [("Secret".to_owned(), "mira".to_owned())]);
    invitations::accept(cx, ada, secret.id).await.unwrap();
    assert!(home().await.is_empty());
}

async fn an_email_about_an_invitation_that_ended_is_not_sent(forum: TestForum) {
    let cx = &forum.cx;
    let (secret, mira, noor, ada) = scene(&forum).await;
    let boss = forum.site_admin("boss").await;
    let eve = forum.person("eve").await;
    for name in ["ada", "eve"] {
        with_email(&forum, name).await;
        invitations::invite(cx, noor, secret.id, name).await.unwrap();
    }
    domain::people::ignores::set(cx, eve, "noor", true).await.unwrap();
    invitations::uninvite(cx, mira, secret.id, id(ada)).await.unwrap();
    invitations::invite(cx, noor, secret.id, "ada").await.unwrap();
    admins::restrict(cx, boss, id(noor), Restriction::Ban, "Shouting").await.unwrap();
    forum.drain().await;
    assert_eq!((kinds(&forum, "ada"), kinds(&forum, "eve")), (Vec::new(), Vec::new()));
}

async fn the_new_admin_of_a_group_and_the_site_admins_are_notified(forum: TestForum) {
    let cx = &forum.cx;
    let (mira, ada, noor) = (forum.person("mira").await, forum.person("ada").await, forum.person("noor").await);
    forum.site_admin("boss").await;
    for name in ["mira", "ada", "noor", "boss"] {
        with_email(&forum, name).await;
    }
    let garden = forum.group(mira, "Garden", GroupKind::Public).await;
    forum.admit(&garden, &[ada]).await;
    forum.pass(std::time::Duration::from_secs(60));
    forum.admit(&garden, &[noor]).await;
    members::set_role(cx, mira, garden.id, id(noor), Role::Moderator).await.unwrap();
    let role = async |who| groups::by_id(cx, who, garden.id).await.unwrap().access.role();
    // A moderator inherits before older members.
    groups::leave(cx, mira, garden.id).await.unwrap();
    forum.drain().await;
    assert_eq!((role(noor).await, role(ada).await), (Some(Role::Admin), Some(Role::Member)));
    assert_eq!((kinds(&forum, "noor"), kinds(&forum, "ada")), (vec!["groupinherited".to_owned()], Vec::new()));
    assert_eq!(kinds(&forum, "boss"), ["groupsucceeded"]);
    // Also when the account of the last admin is deleted.
    account_deletion::delete_for(cx, Actor::Operator, id(noor), false).await.unwrap();
    forum.drain().await;
    assert_eq!(role(ada).await, Some(Role::Admin));
    assert_eq!(kinds(&forum, "ada"), ["groupinherited"]);
    // Someone who joins an empty group knows that.
    groups::leave(cx, ada, garden.id).await.unwrap();
    groups::join(cx, ada, garden.id).await.unwrap();
    forum.drain().await;
    assert_eq!(role(ada).await, Some(Role::Admin));
    assert_eq!((kinds(&forum, "ada").len(), kinds(&forum, "boss").len()), (1, 2));
}
