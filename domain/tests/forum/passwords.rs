//! Resetting a forgotten password by an emailed link.

use std::time::Duration;

use domain::people::accounts::NewAccount;
use domain::people::sessions::Origin;
use domain::people::{accounts, addresses, outbound_email, passwords, sessions};
use domain::platform::secrets::{Password, digest};
use domain::testing::{PASSWORD, TestForum, counting_statements};
use domain::{Error, store};

use crate::{complaint, id, is_not_found, tables};

stories! {
    passwords_that_are_easy_to_guess_are_refused,
    a_forgotten_password_is_replaced_with_a_link_that_works_once,
    known_and_unknown_addresses_are_answered_alike,
    a_reset_link_expires_after_an_hour_or_any_change,
    a_reset_link_used_twice_at_once_sets_one_password,
    emails_to_an_address_are_limited_across_networks,
    failed_sign_ups_do_not_use_up_the_emails_of_an_address,
    a_new_password_cancels_address_changes_requested_with_the_old_one,
    requests_that_began_with_an_old_password_are_refused,
}

const OLD: &str = "the old long one";
const NEW: &str = "the new long one";

async fn passwords_that_are_easy_to_guess_are_refused(forum: TestForum) {
    let cx = &forum.cx;
    let sign_up = |name: &'static str, password: &'static str| async move {
        let email = format!("{name}@example.org");
        let new = accounts::NewAccount { username: name.into(), email, password: Password::new(password) };
        accounts::sign_up(cx, new, &Default::default(), &origin()).await
    };
    for weak in
        ["password1", "        ", "qwertyuiop", "wilhelmine", "Wilhelmine1", "wilhelmine@example.org", "aaaaaaaaaaaa"]
    {
        complaint(sign_up("wilhelmine", weak).await, "password");
    }
    let mira = id(forum.person("mira").await);
    let change = accounts_change(cx, mira, "letmein123").await;
    complaint(change, "new_password");
    sign_up("wilhelmine", "three grey herons asleep").await.unwrap();
    accounts_change(cx, mira, "four white egrets awake").await.unwrap();
    forum.drain().await;
}

async fn accounts_change(cx: &domain::Context, user: domain::model::UserId, new: &str) -> domain::Result<String> {
    passwords::change(cx, user, Password::new(PASSWORD), Password::new(new), &origin()).await
}

fn origin() -> Origin {
    Origin::new([203, 0, 113, 7], "Test/1")
}

async fn mira(forum: &TestForum) -> domain::model::UserId {
    let new = NewAccount { username: "mira".into(), email: "mira@example.org".into(), password: Password::new(OLD) };
    accounts::create(&forum.cx, new, false).await.unwrap()
}

async fn sign_in(forum: &TestForum, password: &str) -> domain::Result<accounts::SignedIn> {
    accounts::sign_in(&forum.cx, "mira", Password::new(password), &origin()).await
}

/// Asks for a link and reads it from the email.
async fn link(forum: &TestForum) -> String {
    passwords::forgot(&forum.cx, "Mira@Example.org", &origin()).await.unwrap();
    forum.drain().await;
    let email = forum.emails().pop().unwrap();
    assert_eq!((email.to.as_str(), email.kind.as_str()), ("mira@example.org", "reset"));
    assert_eq!(email.token.len(), 32, "128 bits");
    email.token
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
    assert_eq!(sessions::authenticate(cx, &session).await.unwrap(), None, "all sessions ended");
    sign_in(&forum, NEW).await.unwrap();
    complaint(sign_in(&forum, OLD).await, "password");
    assert!(is_not_found(passwords::resetting(cx, &token).await));
    assert!(is_not_found(passwords::reset(cx, &token, Password::new(OLD)).await));
    forum.drain().await;
    let kinds: Vec<String> = forum.emails().into_iter().map(|email| email.kind).collect();
    assert_eq!(kinds, ["reset", "passwordchanged", "newbrowser"]);
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
    let to: Vec<String> = forum.emails().into_iter().map(|email| email.to).collect();
    assert_eq!(to, ["mira@example.org"]);
    assert_eq!(tables::ints(&forum, "select count(*) from letters").await, [[1]], "of the other nothing is left");
    for bad in ["", "mira", "a@b@c.org"] {
        complaint(passwords::forgot(&forum.cx, bad, &origin).await, "email");
    }
}

async fn a_reset_link_expires_after_an_hour_or_any_change(forum: TestForum) {
    let cx = &forum.cx;
    let mira = mira(&forum).await;
    let token = link(&forum).await;
    forum.pass(outbound_email::RESET);
    assert!(is_not_found(passwords::resetting(cx, &token).await));

    let token = link(&forum).await;
    passwords::change(cx, mira, Password::new(OLD), Password::new(NEW), &origin()).await.unwrap();
    assert!(is_not_found(passwords::reset(cx, &token, Password::new("a second try of it")).await));

    let token = link(&forum).await;
    addresses::change(cx, mira, "", Password::new(NEW), "").await.unwrap();
    assert!(is_not_found(passwords::reset(cx, &token, Password::new("a second try of it")).await));
    sign_in(&forum, NEW).await.unwrap();

    // A link of one purpose does not work for another, and garbage for none.
    for token in ["", "x", "\0", &"0".repeat(32)] {
        assert!(is_not_found(addresses::confirming(cx, token).await));
        assert!(is_not_found(passwords::resetting(cx, token).await));
    }
    // A password change also ends reset links, even one whose email is not sent yet.
    addresses::change(cx, mira, "mira@new.example.org", Password::new(NEW), "").await.unwrap();
    forum.drain().await;
    let email = forum.emails().pop().unwrap();
    assert!(is_not_found(passwords::resetting(cx, &email.token).await));
    addresses::confirm(cx, &email.token).await.unwrap();
    passwords::forgot(cx, "mira@new.example.org", &origin()).await.unwrap();
    passwords::change(cx, mira, Password::new(NEW), Password::new(OLD), &origin()).await.unwrap();
    let before = forum.emails().len();
    forum.drain().await;
    let kinds: Vec<String> = forum.emails().into_iter().skip(before).map(|email| email.kind).collect();
    assert_eq!(kinds, ["passwordchanged"]);
}

async fn a_reset_link_used_twice_at_once_sets_one_password(forum: TestForum) {
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

async fn emails_to_an_address_are_limited_across_networks(mut forum: TestForum) {
    mira(&forum).await;
    forum.limit(|limits| limits.mails_per_mailbox = 2);
    let from = |last: u8| Origin::new([203, 0, 113, last], "");
    for email in ["mira@example.org", "nobody@example.org"] {
        passwords::forgot(&forum.cx, email, &from(1)).await.unwrap();
        passwords::forgot(&forum.cx, &email.to_uppercase(), &from(2)).await.unwrap();
        match passwords::forgot(&forum.cx, email, &from(3)).await {
            Err(Error::TooMany(limit)) => assert!(limit.wait <= Duration::from_secs(3_600)),
            other => panic!("{other:?}"),
        }
    }
    forum.drain().await;
}

async fn failed_sign_ups_do_not_use_up_the_emails_of_an_address(mut forum: TestForum) {
    let cx = forum.cx.clone();
    mira(&forum).await;
    forum.limit(|limits| (limits.mails_per_mailbox, limits.sign_ups_per_address) = (2, 0));
    let sign_up = async |username: &str, password: &str| {
        let new = NewAccount {
            username: username.into(),
            email: "new@example.org".into(),
            password: Password::new(password),
        };
        accounts::sign_up(&forum.cx, new, &Default::default(), &origin()).await
    };
    // Failed sign-ups do not count.
    for (username, password) in [("mira", OLD), ("x", OLD), ("noor", "short"), ("m1ra", OLD)] {
        assert!(matches!(sign_up(username, password).await, Err(Error::Invalid(_))), "{username}");
    }
    for username in ["ada", "sven"] {
        sign_up(username, OLD).await.unwrap();
    }
    assert!(matches!(sign_up("noor", OLD).await, Err(Error::TooMany(_))));
    assert_eq!(tables::texts(&forum, "select username from users order by id").await, ["mira", "ada", "sven"]);
    // Reset emails have a limit of their own.
    forum.drain().await;
    let confirm = forum.emails().into_iter().find(|email| email.kind == "confirm").unwrap();
    addresses::confirm(&cx, &confirm.token).await.unwrap();
    passwords::forgot(&forum.cx, "new@example.org", &origin()).await.unwrap();
    forum.drain().await;
    assert_eq!(forum.emails().pop().unwrap().kind, "reset");
}

async fn a_new_password_cancels_address_changes_requested_with_the_old_one(forum: TestForum) {
    let cx = &forum.cx;
    let mira = mira(&forum).await;
    let evil = async |password: &str| {
        addresses::change(cx, mira, "evil@example.net", Password::new(password), "").await.unwrap();
        forum.drain().await;
        let emails: Vec<_> = forum.emails().into_iter().rev().take(2).collect();
        let sent = [&emails[1], &emails[0]].map(|email| (email.to.as_str(), email.kind.as_str()));
        assert_eq!(sent, [("mira@example.org", "addressasked"), ("evil@example.net", "confirm")]);
        emails[0].token.clone()
    };
    let is_ended = async |token: &str| {
        assert!(is_not_found(addresses::confirming(cx, token).await));
        assert!(is_not_found(addresses::confirm(cx, token).await));
        assert!(is_not_found(addresses::ask_again(cx, mira).await));
        let own = accounts::own(cx, mira).await.unwrap();
        assert_eq!((own.email.as_deref(), own.new_email), (Some("mira@example.org"), None));
    };
    let token = evil(OLD).await;
    passwords::reset(cx, &link(&forum).await, Password::new(NEW)).await.unwrap();
    is_ended(&token).await;
    let token = evil(NEW).await;
    passwords::change(cx, mira, Password::new(NEW), Password::new(OLD), &origin()).await.unwrap();
    is_ended(&token).await;
    // An email that is not sent yet is cancelled.
    forum.drain().await;
    addresses::change(cx, mira, "evil@example.net", Password::new(OLD), "").await.unwrap();
    passwords::change(cx, mira, Password::new(OLD), Password::new(NEW), &origin()).await.unwrap();
    let before = forum.emails().len();
    forum.drain().await;
    let kinds: Vec<String> = forum.emails().into_iter().skip(before).map(|email| email.kind).collect();
    assert_eq!(kinds, ["addressasked", "passwordchanged"]);

    // An account that never confirmed its address keeps it, and can ask for the email again.
    let new = NewAccount { username: "noor".into(), email: "noor@example.org".into(), password: Password::new(OLD) };
    let token = accounts::sign_up(cx, new, &Default::default(), &origin()).await.unwrap();
    let noor = sessions::authenticate(cx, &token).await.unwrap().unwrap().person.id;
    forum.drain().await;
    let first = forum.emails().pop().unwrap();
    passwords::change(cx, noor, Password::new(OLD), Password::new(NEW), &origin()).await.unwrap();
    assert!(is_not_found(addresses::confirm(cx, &first.token).await));
    addresses::ask_again(cx, noor).await.unwrap();
    forum.drain().await;
    addresses::confirm(cx, &forum.emails().pop().unwrap().token).await.unwrap();
    assert_eq!(accounts::own(cx, noor).await.unwrap().email.as_deref(), Some("noor@example.org"));
}

async fn requests_that_began_with_an_old_password_are_refused(forum: TestForum) {
    let mira = mira(&forum).await;
    let hash = Password::new(NEW).hash(&forum.cx.hashing.lane("")).await.unwrap();
    let mut tx = forum.cx.db.begin().await.unwrap();
    store::people::users::lock(&mut tx, &[mira]).await.unwrap();
    let cx = forum.cx.clone();
    let address =
        tokio::spawn(async move { addresses::change(&cx, mira, "evil@example.net", Password::new(OLD), "").await });
    tables::wait_for_blocked(&forum, 1).await;
    let cx = forum.cx.clone();
    let password = tokio::spawn(async move {
        passwords::change(&cx, mira, Password::new(OLD), Password::new("evil's own one"), &origin()).await
    });
    tables::wait_for_blocked(&forum, 2).await;
    store::people::users::set_password(&mut tx, mira, &hash).await.unwrap();
    tx.commit().await.unwrap();
    complaint(address.await.unwrap(), "current_password");
    complaint(password.await.unwrap().map(drop), "current_password");
    assert_eq!(accounts::own(&forum.cx, mira).await.unwrap().new_email, None);
    sign_in(&forum, NEW).await.unwrap();
    forum.drain().await;
}
