//! Signing in with each request.

use std::time::Duration;

use domain::model::UserId;
use domain::people::accounts::SignedIn;
use domain::people::admins::{self, Restriction};
use domain::people::basic_auth::{Credentials, identify};
use domain::people::sessions::Origin;
use domain::people::{accounts, passwords, two_factor};
use domain::platform::hashing::Hashing;
use domain::platform::secrets::Password;
use domain::testing::{PASSWORD, TestForum, counting_statements};

use super::{Client, basic, send, stories, with_token};
use actix_web::test::TestRequest;

stories! {
    a_polling_client_is_authenticated_once_and_then_from_memory,
    wrong_credentials_count_as_failed_sign_ins_and_known_ones_do_not,
    a_new_password_revokes_all_tokens_in_every_process,
    a_suspended_or_banned_account_is_refused_at_once,
    accounts_with_two_factor_need_a_token,
    a_pending_account_is_refused,
    an_email_address_works_as_a_username,
}

fn origin() -> Origin {
    Origin::new([203, 0, 113, 7], "")
}

fn id(who: domain::policy::Viewer) -> UserId {
    who.id().expect("an account")
}

async fn a_polling_client_is_authenticated_once_and_then_from_memory(mut forum: TestForum) {
    forum.person("ada").await;
    let client = Credentials::new("ada", PASSWORD);
    identify(&forum.cx, &client, &origin()).await.expect("signed in");
    // From here on nothing can be hashed.
    forum.cx.hashing = Hashing::new(0, Duration::ZERO);
    let (again, statements) = counting_statements(async {
        for _ in 0..20 {
            identify(&forum.cx, &client, &origin()).await.expect("signed in");
        }
    })
    .await;
    assert_eq!((again, statements), ((), 0));
    // Another process needs no hash either.
    let mut other = forum.another().await;
    (other.credentials, other.hashing) = (std::sync::Arc::default(), forum.cx.hashing.clone());
    identify(&other, &client, &origin()).await.expect("signed in");
    identify(&forum.cx, &Credentials::new("ada", "wrong"), &origin()).await.expect_err("it would have to be hashed");
}

async fn wrong_credentials_count_as_failed_sign_ins_and_known_ones_do_not(mut forum: TestForum) {
    forum.limit(|limits| limits.sign_ins_per_account = 3);
    forum.person("ada").await;
    let right = Client::new(&forum, "ada");
    right.get("/api/account/verify.json").await.ok();
    let wrong = Client { forum: &forum, authorization: basic("ada", "wrong") };
    for _ in 0..2 {
        let said = wrong.get("/api/account/verify.json").await;
        assert_eq!(said.header("www-authenticate"), "Basic realm=\"Convore\"");
        assert_eq!(said.error(401), "Incorrect username or password.");
    }
    let said = wrong.get("/api/account/verify.json").await;
    assert!(!said.header("retry-after").is_empty());
    said.error(429);
    // Clients that are signed in already continue.
    for _ in 0..10 {
        right.get("/api/account/verify.json").await.ok();
    }
    // An unknown name gets the same answer.
    let nobody = Client { forum: &forum, authorization: basic("nobody", "wrong") };
    assert_eq!(nobody.get("/api/account/verify.json").await.error(401), "Incorrect username or password.");
}

async fn a_new_password_revokes_all_tokens_in_every_process(forum: TestForum) {
    let ada = forum.person("ada").await;
    let (by_password, by_token) = (Client::new(&forum, "ada"), with_token(&forum, ada, "ada", "read", None).await);
    let other = forum.another().await;
    let old = Credentials::new("ada", PASSWORD);
    identify(&other, &old, &origin()).await.expect("signed in");
    for client in [&by_password, &by_token] {
        client.get("/api/account/verify.json").await.ok();
    }
    let (new, mut words) = ("another good long one", other.bus.controls());
    passwords::change(&forum.cx, id(ada), Password::new(PASSWORD), Password::new(new), &origin())
        .await
        .expect("changed");
    for client in [&by_password, &by_token] {
        client.get("/api/account/verify.json").await.error(401);
    }
    // The other process gets a control message over the bus.
    let told =
        async { while !matches!(words.recv().await.expect("a word"), domain::bus::Control::UserChanged { .. }) {} };
    tokio::time::timeout(Duration::from_secs(20), told).await.expect("it is told");
    other.handle(&domain::bus::Control::UserChanged { user: id(ada) });
    identify(&other, &old, &origin()).await.expect_err("the password is another one");
    let fresh = Client { forum: &forum, authorization: basic("ada", new) };
    fresh.get("/api/account/verify.json").await.ok();
}

async fn a_suspended_or_banned_account_is_refused_at_once(forum: TestForum) {
    let (boss, ada) = (forum.site_admin("boss").await, forum.person("ada").await);
    let (by_password, by_token) = (Client::new(&forum, "ada"), with_token(&forum, ada, "ada", "read", None).await);
    for restriction in [Restriction::Suspend { days: 3 }, Restriction::Ban] {
        for client in [&by_password, &by_token] {
            client.get("/api/account/verify.json").await.ok();
        }
        admins::restrict(&forum.cx, boss, id(ada), restriction, "spam").await.expect("restricted");
        for client in [&by_password, &by_token] {
            assert!(client.get("/api/account/verify.json").await.error(401).contains("spam"));
        }
        admins::restrict(&forum.cx, boss, id(ada), Restriction::Lift, "").await.expect("lifted");
    }
}

async fn accounts_with_two_factor_need_a_token(forum: TestForum) {
    let ada = forum.person("ada").await;
    let (by_password, by_token) = (Client::new(&forum, "ada"), with_token(&forum, ada, "ada", "read", None).await);
    by_password.get("/api/account/verify.json").await.ok();
    forum
        .execute(
            "insert into second_steps (user_id, secret, created_at, confirmed_at)
             select id, 'x', created_at, created_at from users where username = 'ada'",
        )
        .await;
    assert!(two_factor::is_on(&forum.cx, id(ada)).await.expect("an answer"));
    forum.cx.handle(&domain::bus::Control::UserChanged { user: id(ada) });
    assert!(by_password.get("/api/account/verify.json").await.error(401).contains("API token"));
    by_token.get("/api/account/verify.json").await.ok();
    // Only a right password learns that.
    let wrong = Client { forum: &forum, authorization: basic("ada", "wrong") };
    assert_eq!(wrong.get("/api/account/verify.json").await.error(401), "Incorrect username or password.");
    let signed_in = accounts::sign_in(&forum.cx, "ada", Password::new(PASSWORD), &origin()).await.expect("a password");
    assert!(matches!(signed_in, SignedIn::Ticket(_)));
}

async fn a_pending_account_is_refused(forum: TestForum) {
    let ada = forum.person("ada").await;
    let (by_password, by_token) = (Client::new(&forum, "ada"), with_token(&forum, ada, "ada", "read", None).await);
    forum.execute("update users set waiting_since = created_at where username = 'ada'").await;
    for client in [&by_password, &by_token] {
        assert!(client.get("/api/groups.json").await.error(401).contains("approval"));
    }
}

async fn an_email_address_works_as_a_username(forum: TestForum) {
    let ada = forum.person("ada").await;
    forum.execute("update users set email = 'ada@example.org' where username = 'ada'").await;
    let said = send(
        &forum,
        TestRequest::get()
            .uri("/api/account/verify.json")
            .insert_header(("authorization", basic("Ada@Example.org", PASSWORD))),
    )
    .await;
    assert_eq!(said.ok()["username"], "ada");
    let by_token = with_token(&forum, ada, "ada@example.org", "read", None).await;
    by_token.get("/api/account/verify.json").await.ok();
    forum.person("ben").await;
    let other = with_token(&forum, ada, "ben", "read", None).await;
    other.get("/api/account/verify.json").await.error(401);
}
