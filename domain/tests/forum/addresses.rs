//! Email addresses: confirmation and change, and that each email is sent once.

use domain::platform::jobs::Task;
use std::time::Duration;

use domain::model::UserId;
use domain::people::accounts::NewAccount;
use domain::people::sessions::Origin;
use domain::people::{accounts, addresses, outbound_email, passwords, sessions};
use domain::platform::mail::Mailer;
use domain::platform::secrets;
use domain::platform::secrets::Password;
use domain::testing::TestForum;

use crate::{complaint, is_not_found, tables};

stories! {
    an_address_is_confirmed_by_the_link_in_its_email,
    a_taken_address_is_revealed_only_to_its_owner,
    the_old_address_is_notified_of_the_new_one,
    changing_the_address_ends_all_other_sessions,
    changing_the_address_requires_the_password,
    when_two_accounts_request_an_address_the_first_to_confirm_gets_it,
    an_email_is_sent_once_however_often_its_job_runs,
    an_email_that_cannot_be_sent_is_kept_and_retried,
}

const LONG: &str = "long enough for all";

fn origin() -> Origin {
    Origin::new([203, 0, 113, 7], "Test/1")
}

async fn signed_up(forum: &TestForum, name: &str, email: &str) -> UserId {
    let new = NewAccount { username: name.into(), email: email.into(), password: Password::new(LONG) };
    let token = accounts::sign_up(&forum.cx, new, &Default::default(), &origin()).await.unwrap();
    sessions::authenticate(&forum.cx, &token).await.unwrap().unwrap().person.id
}

async fn addresses_of(forum: &TestForum, user: UserId) -> (Option<String>, Option<String>) {
    let user = accounts::own(&forum.cx, user).await.unwrap();
    (user.email, user.new_email)
}

fn kinds(forum: &TestForum) -> Vec<(String, String)> {
    forum.emails().into_iter().map(|email| (email.to, email.kind)).collect()
}

fn pair(to: &str, kind: &str) -> (String, String) {
    (to.to_owned(), kind.to_owned())
}

async fn an_address_is_confirmed_by_the_link_in_its_email(forum: TestForum) {
    let cx = &forum.cx;
    let mira = signed_up(&forum, "mira", "mira@example.org").await;
    assert_eq!(addresses_of(&forum, mira).await, (None, Some("mira@example.org".into())));
    // An unconfirmed address is good for nothing.
    complaint(accounts::sign_in(cx, "mira@example.org", Password::new(LONG), &origin()).await, "password");
    passwords::forgot(cx, "mira@example.org", &origin()).await.unwrap();
    forum.drain().await;
    assert_eq!(kinds(&forum), [pair("mira@example.org", "confirm")]);

    let token = forum.emails().pop().unwrap().token;
    let about = addresses::confirming(cx, &token).await.unwrap();
    assert_eq!(about, ("mira".to_owned(), "mira@example.org".to_owned()));
    assert_eq!(addresses_of(&forum, mira).await.0, None, "a look changes nothing");
    addresses::confirm(cx, &token).await.unwrap();
    assert_eq!(addresses_of(&forum, mira).await, (Some("mira@example.org".into()), None));
    accounts::sign_in(cx, "MIRA@example.org", Password::new(LONG), &origin()).await.unwrap();
    assert!(is_not_found(addresses::confirm(cx, &token).await));

    addresses::change(cx, mira, "late@example.org", Password::new(LONG), "").await.unwrap();
    forum.drain().await;
    let late = forum.emails().pop().unwrap().token;
    forum.pass(outbound_email::CONFIRM);
    assert!(is_not_found(addresses::confirm(cx, &late).await));
    addresses::ask_again(cx, mira).await.unwrap();
    forum.drain().await;
    let again = forum.emails().pop().unwrap().token;
    assert_ne!(again, late);
    addresses::confirm(cx, &again).await.unwrap();
    assert_eq!(addresses_of(&forum, mira).await.0.as_deref(), Some("late@example.org"));
    assert!(is_not_found(addresses::ask_again(cx, mira).await));
    forum.drain().await;
}

async fn a_taken_address_is_revealed_only_to_its_owner(forum: TestForum) {
    let new = NewAccount { username: "mira".into(), email: "mira@example.org".into(), password: Password::new(LONG) };
    accounts::create(&forum.cx, new, false).await.unwrap();
    // Signing up looks the same whether the address is taken or free.
    let noor = signed_up(&forum, "noor", "Mira@example.org").await;
    let sven = signed_up(&forum, "sven", "sven@example.org").await;
    assert!(addresses_of(&forum, noor).await.1.is_some() && addresses_of(&forum, sven).await.1.is_some());
    forum.drain().await;
    let emails = forum.emails();
    assert_eq!(kinds(&forum), [pair("Mira@example.org", "confirm"), pair("sven@example.org", "confirm")]);
    assert_eq!(emails[0].token, "", "there is nothing to confirm");
    assert_ne!(emails[1].token, "");
}

async fn the_old_address_is_notified_of_the_new_one(forum: TestForum) {
    let cx = &forum.cx;
    let new = NewAccount { username: "mira".into(), email: "old@example.org".into(), password: Password::new(LONG) };
    let mira = accounts::create(cx, new, false).await.unwrap();
    addresses::change(cx, mira, "new@example.org", Password::new(LONG), "").await.unwrap();
    forum.drain().await;
    // The old address gets an email before anything changes. Only the email to the new address can be sent again.
    let asked = [pair("old@example.org", "addressasked"), pair("new@example.org", "confirm")];
    assert_eq!(kinds(&forum), asked);
    addresses::ask_again(cx, mira).await.unwrap();
    forum.drain().await;
    assert_eq!(kinds(&forum)[2..], asked[1..]);
    assert_eq!(addresses_of(&forum, mira).await.0.as_deref(), Some("old@example.org"), "until then the old one counts");
    addresses::confirm(cx, &forum.emails()[2].token).await.unwrap();
    forum.drain().await;
    assert_eq!(kinds(&forum)[3..], [pair("old@example.org", "addresschanged")]);

    addresses::change(cx, mira, " ", Password::new(LONG), "").await.unwrap();
    forum.drain().await;
    assert_eq!(addresses_of(&forum, mira).await, (None, None));
    assert_eq!(kinds(&forum)[4..], [pair("new@example.org", "addresschanged")]);
}

async fn changing_the_address_ends_all_other_sessions(forum: TestForum) {
    let cx = &forum.cx;
    let mira = signed_up(&forum, "mira", "mira@example.org").await;
    for email in ["other@example.org", ""] {
        let here = sessions::open(cx, mira, &origin()).await.unwrap();
        let elsewhere = sessions::open(cx, mira, &origin()).await.unwrap();
        for token in [&here, &elsewhere] {
            assert!(sessions::authenticate(cx, token).await.unwrap().is_some());
        }
        complaint(addresses::change(cx, mira, email, Password::new("not this one"), "").await, "current_password");
        assert!(sessions::authenticate(cx, &elsewhere).await.unwrap().is_some(), "nothing was asked for");
        addresses::change(cx, mira, email, Password::new(LONG), &secrets::digest(&here)).await.unwrap();
        assert!(sessions::authenticate(cx, &here).await.unwrap().is_some());
        assert_eq!(sessions::authenticate(cx, &elsewhere).await.unwrap(), None, "{email}");
        assert_eq!(sessions::list(cx, mira).await.unwrap().len(), 1);
    }
    forum.drain().await;
}

async fn changing_the_address_requires_the_password(forum: TestForum) {
    let mira = signed_up(&forum, "mira", "").await;
    let change = |email: &'static str, password: &'static str| {
        let cx = forum.cx.clone();
        async move { addresses::change(&cx, mira, email, Password::new(password), "").await }
    };
    complaint(change("mira@example.org", "not this one").await, "current_password");
    complaint(change("mira at example", LONG).await, "email");
    assert_eq!(addresses_of(&forum, mira).await, (None, None));
    forum.drain().await;
    assert_eq!(forum.emails(), []);
}

async fn when_two_accounts_request_an_address_the_first_to_confirm_gets_it(forum: TestForum) {
    let cx = &forum.cx;
    let mira = signed_up(&forum, "mira", "shared@example.org").await;
    let noor = signed_up(&forum, "noor", "shared@example.org").await;
    forum.drain().await;
    let emails = forum.emails();
    addresses::confirm(cx, &emails[1].token).await.unwrap();
    complaint(addresses::confirm(cx, &emails[0].token).await, "email");
    assert_eq!(addresses_of(&forum, noor).await.0.as_deref(), Some("shared@example.org"));
    assert_eq!(addresses_of(&forum, mira).await.0, None);
    // Another change invalidates the earlier email.
    addresses::change(cx, mira, "own@example.org", Password::new(LONG), "").await.unwrap();
    assert!(is_not_found(addresses::confirm(cx, &emails[0].token).await));
    forum.drain().await;
}

async fn an_email_is_sent_once_however_often_its_job_runs(forum: TestForum) {
    let mira = signed_up(&forum, "mira", "mira@example.org").await;
    forum.drain_twice().await;
    let first = forum.emails();
    assert_eq!(first.len(), 1);
    for header in [
        "From: Test <forum@forum.example>",
        "Auto-Submitted: auto-generated",
        "multipart/alternative",
        "Message-ID: <letter-",
    ] {
        assert!(first[0].source.contains(header), "{header}: {}", first[0].source);
    }
    // As if a job had died after sending: the retry sends the same email to the same address.
    forum.execute("update letters set sent_at = null").await;
    let mut tx = forum.cx.db.begin().await.unwrap();
    let email = domain::model::EmailId(tables::ints(&forum, "select id from letters").await[0][0]);
    domain::platform::jobs::enqueue(&mut tx, Task::SendEmail { email }, forum.cx.now()).await.unwrap();
    tx.commit().await.unwrap();
    forum.drain().await;
    let name = |source: &str| source.lines().find(|line| line.starts_with("Message-ID:")).map(str::to_owned);
    let again = forum.emails();
    assert_eq!(again.len(), 1);
    assert_eq!((name(&again[0].source), &again[0].token), (name(&first[0].source), &first[0].token));
    addresses::confirm(&forum.cx, &again[0].token).await.unwrap();
    assert_eq!(addresses_of(&forum, mira).await.1, None);
}

async fn an_email_that_cannot_be_sent_is_kept_and_retried(mut forum: TestForum) {
    let folder = forum.cx.mail.clone();
    // A mail server that does not exist.
    let from = Mailer::parse_from("forum@forum.example").unwrap();
    forum.cx.mail = Mailer::smtp("smtp://127.0.0.1:1", from).unwrap();
    signed_up(&forum, "mira", "mira@example.org").await;
    let failures = forum.run_jobs(1).await;
    assert!(failures[0].contains("mail server"), "{failures:?}");
    assert_eq!(forum.emails(), []);
    forum.cx.mail = folder;
    forum.pass(Duration::from_secs(700));
    forum.drain().await;
    assert_eq!(kinds(&forum), [pair("mira@example.org", "confirm")]);
}
