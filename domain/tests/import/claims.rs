//! People claim the accounts that came with an import.

use std::io::Cursor;

use domain::admin;
use domain::import;
use domain::model::LogAction;
use domain::people::admins::Actor;
use domain::people::sessions::Origin;
use domain::people::{assistance, claims, passwords};
use domain::platform::secrets::Password;
use domain::testing::{TestForum, wait_for};
use domain::{Error, people};
use serde_json::json;

use crate::{made_up, rows};

stories!(
    the_owner_of_the_email_address_claims_the_account,
    the_operator_creates_a_single_use_claim_link,
    an_account_with_an_owner_cannot_be_claimed,
    site_admins_create_and_revoke_a_link,
);

fn origin() -> Origin {
    Origin::new([203, 0, 113, 7], "Test/1")
}

async fn imported(forum: &TestForum) {
    let line =
        json!({"type": "person", "id": "1", "username": "ann", "name": "Ann Example", "email": "Ann@Example.org"});
    import::jsonl(&forum.cx, Cursor::new(line.to_string()), &made_up(), |_| {}).await.unwrap();
}

fn new() -> Password {
    Password::new("three grey herons asleep")
}

async fn the_owner_of_the_email_address_claims_the_account(forum: TestForum) {
    imported(&forum).await;
    passwords::forgot(&forum.cx, "someone@example.org", &origin()).await.unwrap();
    passwords::forgot(&forum.cx, "ANN@Example.org", &origin()).await.unwrap();
    forum.drain().await;
    let emails = forum.emails();
    // To the address of the source, not to what was typed.
    assert_eq!(emails.iter().map(|email| email.to.as_str()).collect::<Vec<_>>(), ["ann@example.org"]);
    let token = emails[0].token.clone();
    let user = passwords::reset(&forum.cx, &token, new()).await.unwrap();
    let ann = assistance::named(&forum.cx, "ann").await.unwrap();
    assert_eq!((ann.id, ann.claimed, ann.email.as_deref()), (user, true, Some("ann@example.org")));
    assert!(rows(&forum, "select email from claims").await.is_empty());
    assert!(matches!(passwords::reset(&forum.cx, &token, new()).await, Err(Error::NotFound)));
    forum.drain().await;
    wait_for("the news of the password", || async { forum.emails().len() == 2 }).await;
}

async fn the_operator_creates_a_single_use_claim_link(forum: TestForum) {
    imported(&forum).await;
    let ann = assistance::named(&forum.cx, "ann").await.unwrap();
    let link = claims::link(&forum.cx, Actor::Operator, ann.id).await.unwrap();
    let token = link.split("token=").nth(1).unwrap();
    assert_eq!(passwords::resetting(&forum.cx, token).await.unwrap(), "ann");
    passwords::reset(&forum.cx, token, new()).await.unwrap();
    assert!(matches!(passwords::reset(&forum.cx, token, new()).await, Err(Error::NotFound)));
    // Nobody proved that they own the address, so it is not confirmed.
    let ann = assistance::named(&forum.cx, "ann").await.unwrap();
    assert_eq!((ann.claimed, ann.email), (true, None));
    assert_eq!(rows(&forum, "select what from audit_log").await, ["reset_link_sent"]);
    assert!(matches!(claims::link(&forum.cx, Actor::Operator, ann.id).await, Err(Error::Forbidden(_))));
    forum.drain().await;
    assert!(forum.emails().is_empty());
}

async fn an_account_with_an_owner_cannot_be_claimed(forum: TestForum) {
    imported(&forum).await;
    let ann = assistance::named(&forum.cx, "ann").await.unwrap();
    assistance::set_password(&forum.cx, ann.id, new()).await.unwrap();
    passwords::forgot(&forum.cx, "ann@example.org", &origin()).await.unwrap();
    forum.drain().await;
    assert!(forum.emails().is_empty());
    people::account_deletion::delete_for(&forum.cx, Actor::Operator, ann.id, false).await.unwrap();
    forum.drain().await;
    assert!(rows(&forum, "select email from claims").await.is_empty());
}

async fn site_admins_create_and_revoke_a_link(forum: TestForum) {
    imported(&forum).await;
    let cx = &forum.cx;
    let (boss, mira) = (forum.site_admin("boss").await, forum.person("mira").await);
    let ann = assistance::named(cx, "ann").await.unwrap();
    let until = async || admin::person_page(cx, boss, ann.id).await.unwrap().claim_until;
    assert_eq!(until().await, None);
    assert!(matches!(claims::revoke(cx, Actor::Admin(boss), ann.id).await, Err(Error::NotFound)));
    assert!(matches!(claims::link(cx, Actor::Admin(mira), ann.id).await, Err(Error::NotFound)));
    let token = |link: String| link.split("token=").nth(1).unwrap().to_owned();
    let first = token(claims::link(cx, Actor::Admin(boss), ann.id).await.unwrap());
    let expires = until().await.unwrap();
    assert!(expires > cx.now());
    assert_eq!(passwords::resetting(cx, &first).await.unwrap(), "ann");
    // A new link ends the one before.
    let second = token(claims::link(cx, Actor::Admin(boss), ann.id).await.unwrap());
    assert!(matches!(passwords::resetting(cx, &first).await, Err(Error::NotFound)));
    assert!(matches!(claims::revoke(cx, Actor::Admin(mira), ann.id).await, Err(Error::NotFound)));
    claims::revoke(cx, Actor::Admin(boss), ann.id).await.unwrap();
    assert!(matches!(passwords::resetting(cx, &second).await, Err(Error::NotFound)));
    assert_eq!(until().await, None);
    let log = domain::store::moderation::log::all(&cx.db).await.unwrap();
    let by_boss: Vec<LogAction> = log.into_iter().filter(|(by, _)| *by == boss.id()).map(|(_, what)| what).collect();
    assert_eq!(by_boss, [LogAction::ResetLinkSent, LogAction::ResetLinkSent, LogAction::ClaimLinkRevoked]);
    // It expires by itself, and works once.
    let third = token(claims::link(cx, Actor::Admin(boss), ann.id).await.unwrap());
    let fourth = {
        forum.pass(people::outbound_email::CONFIRM);
        assert!(matches!(passwords::reset(cx, &third, new()).await, Err(Error::NotFound)));
        assert_eq!(until().await, None);
        token(claims::link(cx, Actor::Admin(boss), ann.id).await.unwrap())
    };
    passwords::reset(cx, &fourth, new()).await.unwrap();
    assert!(matches!(claims::link(cx, Actor::Admin(boss), ann.id).await, Err(Error::Forbidden(_))));
    forum.drain().await;
}
