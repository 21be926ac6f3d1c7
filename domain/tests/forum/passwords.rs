//! A forgotten password is replaced with a link that only the mailbox knows.

use std::net::IpAddr;
use std::time::Duration;

use domain::accounts::{self, NewAccount};
use domain::secrets::{Password, digest};
use domain::sessions::{self, Origin};
use domain::testing::{TestForum, counting_statements};
use domain::{Error, addresses, letters, passwords};

use crate::{complaint, is_not_found, tables};

stories! {
    a_forgotten_password_is_replaced_with_a_link_that_works_once,
    known_and_unknown_addresses_are_answered_alike,
    a_link_ends_with_its_hour_and_with_any_change,
    of_two_who_use_a_link_at_once_one_sets_the_password,
    letters_to_a_mailbox_are_counted_from_wherever_they_are_asked_for,
}

const OLD: &str = "the old long one";
const NEW: &str = "the new long one";

fn origin() -> Origin {
    Origin { address: IpAddr::from([203, 0, 113, 7]), agent: "Test/1".into() }
}

async fn mira(forum: &TestForum) -> domain::model::UserId {
    let new = NewAccount { username: "mira".into(), email: "mira@example.org".into(), password: Password::new(OLD) };
    accounts::create(&forum.cx, new, false).await.unwrap()
}

async fn sign_in(forum: &TestForum, password: &str) -> domain::Result<accounts::SignedIn> {
    accounts::sign_in(&forum.cx, "mira", Password::new(password), &origin()).await
}

/// Asks for a link and reads it from the letter.
async fn link(forum: &TestForum) -> String {
    passwords::forgot(&forum.cx, "Mira@Example.org", &origin()).await.unwrap();
    forum.drain().await;
    let letter = forum.letters().pop().unwrap();
    assert_eq!((letter.to.as_str(), letter.kind.as_str()), ("Mira@Example.org", "reset"));
    assert_eq!(letter.token.len(), 32, "128 bits");
    letter.token
}

async fn a_forgotten_password_is_replaced_with_a_link_that_works_once(forum: TestForum) {
    let cx = &forum.cx;
    let mira = mira(&forum).await;
    let session = sessions::open(cx, mira, &origin()).await.unwrap();
    let token = link(&forum).await;
    assert_eq!(
        tables::texts(&forum, "select token_hash from letters").await,
        [digest(&token)],
        "the token is not kept"
    );
    let kept = tables::texts(&forum, "select seed from letters").await.concat();
    assert!(!kept.contains(&token) && !token.contains(&kept));

    assert_eq!(passwords::resetting(cx, &token).await.unwrap(), "mira");
    assert_eq!(passwords::resetting(cx, &token).await.unwrap(), "mira", "a look changes nothing");
    complaint(passwords::reset(cx, &token, Password::new("short")).await, "new_password");
    passwords::reset(cx, &token, Password::new(NEW)).await.unwrap();
    assert_eq!(sessions::authenticate(cx, &session).await.unwrap(), None, "whoever was signed in is not any more");
    sign_in(&forum, NEW).await.unwrap();
    complaint(sign_in(&forum, OLD).await, "password");
    assert!(is_not_found(passwords::resetting(cx, &token).await));
    assert!(is_not_found(passwords::reset(cx, &token, Password::new(OLD)).await));
    forum.drain().await;
    let told = forum.letters().pop().unwrap();
    assert_eq!((told.to.as_str(), told.kind.as_str()), ("mira@example.org", "passwordchanged"));
}

async fn known_and_unknown_addresses_are_answered_alike(forum: TestForum) {
    mira(&forum).await;
    let origin = origin();
    let ask = |email: &'static str| counting_statements(passwords::forgot(&forum.cx, email, &origin));
    let (known, costs) = ask("mira@example.org").await;
    let (unknown, costs_too) = ask("nobody@example.org").await;
    known.unwrap();
    unknown.unwrap();
    assert_eq!(costs, costs_too);
    assert_eq!(tables::ints(&forum, "select count(*) from letters where user_id is not null").await, [[0]]);
    forum.drain().await;
    let to: Vec<String> = forum.letters().into_iter().map(|letter| letter.to).collect();
    assert_eq!(to, ["mira@example.org"]);
    assert_eq!(tables::ints(&forum, "select count(*) from letters").await, [[1]], "of the other nothing is left");
    for bad in ["", "mira", "a@b@c.org"] {
        complaint(passwords::forgot(&forum.cx, bad, &origin).await, "email");
    }
}

async fn a_link_ends_with_its_hour_and_with_any_change(forum: TestForum) {
    let cx = &forum.cx;
    let mira = mira(&forum).await;
    let token = link(&forum).await;
    forum.pass(letters::RESET);
    assert!(is_not_found(passwords::resetting(cx, &token).await));

    let token = link(&forum).await;
    passwords::change(cx, mira, Password::new(OLD), Password::new(NEW), &origin()).await.unwrap();
    assert!(is_not_found(passwords::reset(cx, &token, Password::new("whoever has it")).await));

    let token = link(&forum).await;
    addresses::change(cx, mira, "", Password::new(NEW)).await.unwrap();
    assert!(is_not_found(passwords::reset(cx, &token, Password::new("whoever has it")).await));
    sign_in(&forum, NEW).await.unwrap();

    // The link of one purpose is good for no other, and garbage for none.
    for token in ["", "x", "\0", &"0".repeat(32)] {
        assert!(is_not_found(addresses::confirming(cx, token).await));
        assert!(is_not_found(passwords::resetting(cx, token).await));
    }
    // One that is asked for while the password changes ends too, also when its letter is still on its way.
    addresses::change(cx, mira, "mira@new.example.org", Password::new(NEW)).await.unwrap();
    forum.drain().await;
    let letter = forum.letters().pop().unwrap();
    assert!(is_not_found(passwords::resetting(cx, &letter.token).await));
    addresses::confirm(cx, &letter.token).await.unwrap();
    passwords::forgot(cx, "mira@new.example.org", &origin()).await.unwrap();
    passwords::change(cx, mira, Password::new(NEW), Password::new(OLD), &origin()).await.unwrap();
    let before = forum.letters().len();
    forum.drain().await;
    let kinds: Vec<String> = forum.letters().into_iter().skip(before).map(|letter| letter.kind).collect();
    assert_eq!(kinds, ["passwordchanged"]);
}

async fn of_two_who_use_a_link_at_once_one_sets_the_password(forum: TestForum) {
    mira(&forum).await;
    let token = link(&forum).await;
    let (one, other) = tokio::join!(
        passwords::reset(&forum.cx, &token, Password::new("one of the two")),
        passwords::reset(&forum.cx, &token, Password::new("the other one")),
    );
    assert_eq!([one.is_ok(), other.is_ok()].into_iter().filter(|done| *done).count(), 1);
    let used = if one.is_ok() { "one of the two" } else { "the other one" };
    sign_in(&forum, used).await.unwrap();
    forum.drain().await;
}

async fn letters_to_a_mailbox_are_counted_from_wherever_they_are_asked_for(mut forum: TestForum) {
    mira(&forum).await;
    forum.limit(|limits| limits.mails_per_mailbox = 2);
    let from = |last: u8| Origin { address: IpAddr::from([203, 0, 113, last]), agent: String::new() };
    for email in ["mira@example.org", "nobody@example.org"] {
        passwords::forgot(&forum.cx, email, &from(1)).await.unwrap();
        passwords::forgot(&forum.cx, &email.to_uppercase(), &from(2)).await.unwrap();
        match passwords::forgot(&forum.cx, email, &from(3)).await {
            Err(Error::TooMany(wait)) => assert!(wait <= Duration::from_secs(3_600)),
            other => panic!("{other:?}"),
        }
    }
    forum.drain().await;
}
