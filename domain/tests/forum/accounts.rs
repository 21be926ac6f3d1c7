//! Accounts: sign-up, sign-in, sessions, profiles.

use domain::messages::by_person;
use std::time::Duration;

use domain::Error;
use domain::model::{Language, Profile, Theme};
use domain::people::accounts::{NewAccount, SignedIn};
use domain::people::sessions::Origin;
use domain::people::{accounts, first_admin, passwords, sessions};
use domain::platform::secrets::{Password, digest};
use domain::policy::Viewer;
use domain::testing::{PASSWORD, TestForum, wait_for};

use crate::{complaint, describe, id, is_forbidden, is_not_found, tables};

stories! {
    people_sign_up_sign_out_and_sign_in_again,
    look_alikes_of_a_taken_name_are_refused,
    existing_look_alike_accounts_keep_their_names,
    a_taken_email_address_is_refused_without_revealing_it,
    all_errors_of_a_form_are_reported_at_once,
    an_unknown_name_and_a_wrong_password_get_the_same_answer,
    a_revoked_session_ends_in_every_process_that_remembers_it,
    only_its_owner_can_end_a_session,
    a_new_password_ends_all_sessions_and_starts_a_new_one,
    a_session_expires,
    only_one_first_admin_can_be_created,
    when_many_use_the_first_admin_link_at_once_one_becomes_admin,
    only_site_admins_appoint_site_admins,
    a_profile_shows_what_its_owner_wrote_but_not_their_email_address,
}

fn origin() -> Origin {
    Origin::new([203, 0, 113, 7], "Test/1")
}

fn new(username: &str, email: &str, password: &str) -> NewAccount {
    NewAccount { username: username.into(), email: email.into(), password: Password::new(password) }
}

async fn people_sign_up_sign_out_and_sign_in_again(forum: TestForum) {
    let cx = &forum.cx;
    let token = accounts::sign_up(cx, new("Mira", "mira@example.org", "long enough"), &Default::default(), &origin())
        .await
        .unwrap();
    let session = sessions::authenticate(cx, &token).await.unwrap().unwrap();
    assert_eq!(session.person.username, "Mira");
    assert_eq!(session.id, digest(&token));
    assert_eq!(
        tables::texts(&forum, "select id from sessions").await,
        [digest(&token)],
        "the token itself is not kept"
    );
    accounts::sign_out(cx, session.person.id, &session.id).await.unwrap();
    assert_eq!(sessions::authenticate(cx, &token).await.unwrap(), None);
    accounts::sign_out(cx, session.person.id, &session.id).await.unwrap();
    for name in ["mira", " MIRA ", "mirA"] {
        let again = accounts::sign_in(cx, name, Password::new("long enough"), &origin()).await.unwrap();
        let SignedIn::Session(again) = again else { panic!("two-factor authentication is off") };
        assert_ne!(again, token);
        let seen = sessions::authenticate(cx, &again).await.unwrap().unwrap();
        assert_eq!(seen.person, session.person);
    }
    assert_eq!(sessions::list(cx, session.person.id).await.unwrap().len(), 3);
}

async fn look_alikes_of_a_taken_name_are_refused(forum: TestForum) {
    accounts::create(&forum.cx, new("l1lo", "", "long enough"), false).await.unwrap();
    for taken in ["l1lo", "L1LO", "lilo", "L.I-L_0", "ll1o"] {
        let answer = accounts::create(&forum.cx, new(taken, "", "long enough"), false).await;
        assert!(complaint(answer, "username").contains("taken"), "{taken}");
    }
    for kept in
        ["admin", "Everyone", "klatch", "Support", "security", "p0stmaster", "moderator", "rnoderator", "Adrnin"]
    {
        complaint(accounts::create(&forum.cx, new(kept, "", "long enough"), false).await, "username");
    }
    accounts::create(&forum.cx, new("l1loo", "", "long enough"), false).await.unwrap();
    accounts::create(&forum.cx, new("vera-thorn", "", "long enough"), false).await.unwrap();
    complaint(accounts::create(&forum.cx, new("Verathom", "", "long enough"), false).await, "username");
}

async fn existing_look_alike_accounts_keep_their_names(forum: TestForum) {
    let cx = &forum.cx;
    let mut ids = Vec::new();
    for name in ["bernd", "bemd", "arne", "vvren", "wren"] {
        ids.push(accounts::create(cx, new(name, "", PASSWORD), false).await.ok());
        // As the key was before.
        let statement = format!("update users set username_key = '{name}' where username = '{name}'");
        forum.execute(Box::leak(statement.into_boxed_str())).await;
    }
    assert!(ids.iter().all(Option::is_some));
    for statement in include_str!("../../../migrations/sqlite/0016_names_letters.sql").split_inclusive(';') {
        if statement.contains("update") {
            forum.execute(statement).await;
        }
    }
    let keys = tables::texts(&forum, "select username_key from users order by id").await;
    assert_eq!(keys, ["bernd", "bemd", "ame", "vvren", "wren"]);
    accounts::rename(cx, ids[0].unwrap(), "Bernd", Password::new(PASSWORD)).await.unwrap();
    for taken in ["Bern.d", "be-md", "ame", "Arne", "vv-ren"] {
        complaint(accounts::create(cx, new(taken, "", PASSWORD), false).await, "username");
    }
    forum.drain().await;
}

async fn a_taken_email_address_is_refused_without_revealing_it(forum: TestForum) {
    accounts::create(&forum.cx, new("mira", "mira@example.org", "long enough"), false).await.unwrap();
    let by_mail =
        complaint(accounts::create(&forum.cx, new("noor", "MIRA@example.org", "long enough"), false).await, "username");
    let by_look = complaint(accounts::create(&forum.cx, new("m1ra", "", "long enough"), false).await, "username");
    assert_eq!(by_mail, by_look);
}

async fn all_errors_of_a_form_are_reported_at_once(forum: TestForum) {
    let answer = accounts::create(&forum.cx, new("a b", "nowhere", "short"), false).await;
    let Err(Error::Invalid(fields)) = answer else { panic!("{answer:?}") };
    assert_eq!(fields.iter().map(|(field, _)| field).collect::<Vec<_>>(), ["email", "password", "username"]);
}

async fn an_unknown_name_and_a_wrong_password_get_the_same_answer(forum: TestForum) {
    forum.person("mira").await;
    forum.execute("update users set password_hash = null where username = 'nobody'").await;
    forum.person("unclaimed").await;
    forum.execute("update users set password_hash = null where username = 'unclaimed'").await;
    let wrong = describe(accounts::sign_in(&forum.cx, "mira", Password::new("not this one"), &origin()).await);
    for name in ["noor", "unclaimed", "", "mira\0", "noor@example.org", "%"] {
        let answer = accounts::sign_in(&forum.cx, name, Password::new(PASSWORD), &origin()).await;
        assert_eq!(describe(answer), wrong, "{name:?}");
    }
    accounts::sign_in(&forum.cx, "mira", Password::new(PASSWORD), &origin()).await.unwrap();
}

async fn a_revoked_session_ends_in_every_process_that_remembers_it(forum: TestForum) {
    let mira = forum.person("mira").await;
    let token = sessions::open(&forum.cx, id(mira), &origin()).await.unwrap();
    let other = forum.another().await;
    let mut words = other.bus.controls();
    let hearing = tokio::spawn({
        let sessions = other.sessions.clone();
        async move {
            while let Ok(word) = words.recv().await {
                sessions.handle(&word);
            }
        }
    });
    for cx in [&forum.cx, &other] {
        assert!(sessions::authenticate(cx, &token).await.unwrap().is_some());
    }
    sessions::end(&forum.cx, id(mira), &digest(&token)).await.unwrap();
    assert_eq!(sessions::authenticate(&forum.cx, &token).await.unwrap(), None);
    wait_for("the word from the other process", || async {
        sessions::authenticate(&other, &token).await.unwrap().is_none()
    })
    .await;
    hearing.abort();
}

async fn only_its_owner_can_end_a_session(forum: TestForum) {
    let (mira, noor) = (forum.person("mira").await, forum.person("noor").await);
    let token = sessions::open(&forum.cx, id(mira), &origin()).await.unwrap();
    assert!(is_not_found(sessions::end(&forum.cx, id(noor), &digest(&token)).await));
    assert!(is_not_found(sessions::end(&forum.cx, id(noor), "\0").await));
    assert!(sessions::authenticate(&forum.cx, &token).await.unwrap().is_some());
}

async fn a_new_password_ends_all_sessions_and_starts_a_new_one(forum: TestForum) {
    let cx = &forum.cx;
    let mira = id(forum.person("mira").await);
    let here = sessions::open(cx, mira, &origin()).await.unwrap();
    let elsewhere = sessions::open(cx, mira, &origin()).await.unwrap();
    assert!(sessions::authenticate(cx, &elsewhere).await.unwrap().is_some());
    let change = |current: &str, new: &str| {
        let (current, new) = (Password::new(current), Password::new(new));
        async move { passwords::change(cx, mira, current, new, &origin()).await }
    };
    complaint(change("not this one", "another long one").await, "current_password");
    complaint(change(PASSWORD, "short").await, "new_password");
    assert!(sessions::authenticate(cx, &here).await.unwrap().is_some());
    let fresh = change(PASSWORD, "another long one").await.unwrap();
    // All older tokens are invalid, including this browser's: one may have been stolen.
    for old in [&here, &elsewhere] {
        assert_eq!(sessions::authenticate(cx, old).await.unwrap(), None);
    }
    assert!(sessions::authenticate(cx, &fresh).await.unwrap().is_some());
    complaint(accounts::sign_in(cx, "mira", Password::new(PASSWORD), &origin()).await, "password");
    accounts::sign_in(cx, "mira", Password::new("another long one"), &origin()).await.unwrap();
}

async fn a_session_expires(forum: TestForum) {
    let mira = forum.person("mira").await;
    let token = sessions::open(&forum.cx, id(mira), &origin()).await.unwrap();
    assert!(sessions::authenticate(&forum.cx, &token).await.unwrap().is_some());
    forum.pass(forum.cx.config.session + Duration::from_secs(1));
    assert_eq!(sessions::authenticate(&forum.cx, &token).await.unwrap(), None, "though it is remembered");
    assert_eq!(sessions::authenticate(&forum.another().await, &token).await.unwrap(), None);
    for none in ["", "x", &"g".repeat(64), &"0".repeat(64), &"é".repeat(32)] {
        assert_eq!(sessions::authenticate(&forum.cx, none).await.unwrap(), None);
    }
}

async fn only_one_first_admin_can_be_created(forum: TestForum) {
    let cx = &forum.cx;
    let expired = first_admin::make_link(cx).await.unwrap().unwrap();
    forum.pass(first_admin::LASTS);
    let link = first_admin::make_link(cx).await.unwrap().unwrap();
    let other = first_admin::make_link(cx).await.unwrap().unwrap();
    assert!(link != other && link.len() >= 32);
    let stored = forum_settings(&forum).await;
    assert!(!stored.contains(&link), "only the digest is stored: {stored}");
    for wrong in ["made up", "", &expired] {
        assert!(is_not_found(first_admin::check(cx, wrong).await), "{wrong}");
        let made = first_admin::create(cx, wrong, new("mallory", "", "long enough"), &origin()).await;
        assert!(is_not_found(made), "{wrong}");
    }
    complaint(first_admin::create(cx, &link, new("a b", "", "long enough"), &origin()).await, "username");
    first_admin::check(cx, &link).await.unwrap();
    let token = first_admin::create(cx, &link, new("mira", "", "long enough"), &origin()).await.unwrap();
    assert!(sessions::authenticate(cx, &token).await.unwrap().unwrap().is_admin);
    assert_eq!(first_admin::make_link(cx).await.unwrap(), None);
    for used in [&link, &other] {
        assert!(is_not_found(first_admin::check(cx, used).await));
        let made = first_admin::create(cx, used, new("mallory", "", "long enough"), &origin()).await;
        assert!(is_not_found(made));
    }
}

async fn forum_settings(forum: &TestForum) -> String {
    domain::store::platform::settings::get(&forum.cx.db, "first_admin_links").await.unwrap().unwrap()
}

async fn when_many_use_the_first_admin_link_at_once_one_becomes_admin(forum: TestForum) {
    let cx = &forum.cx;
    let (link, other) =
        (first_admin::make_link(cx).await.unwrap().unwrap(), first_admin::make_link(cx).await.unwrap().unwrap());
    let names: Vec<String> = (0..6).map(|n| format!("first{n}x")).collect();
    let all = names.iter().enumerate().map(|(n, name)| {
        let link = if n % 2 == 0 { &link } else { &other };
        async move { first_admin::create(cx, link, new(name, "", "long enough"), &origin()).await }
    });
    let made = futures_util::future::join_all(all).await;
    assert_eq!(made.iter().filter(|made| made.is_ok()).count(), 1, "{made:?}");
    assert_eq!(
        tables::ints(&forum, "select count(*), sum(case when is_admin then 1 else 0 end) from users").await,
        [[1, 1]]
    );
}

async fn only_site_admins_appoint_site_admins(forum: TestForum) {
    let cx = &forum.cx;
    let (root, mira, noor) = (forum.site_admin("boss").await, forum.person("mira").await, forum.person("noor").await);
    assert!(is_not_found(domain::people::admins::set_admin(cx, mira, id(noor), true).await));
    assert!(matches!(
        domain::people::admins::set_admin(cx, Viewer::Anonymous, id(noor), true).await,
        Err(domain::Error::SignedOut)
    ));
    assert!(
        is_forbidden(domain::people::admins::set_admin(cx, root, id(root), false).await),
        "the site keeps an admin"
    );
    let token = sessions::open(cx, id(mira), &origin()).await.unwrap();
    assert!(!sessions::authenticate(cx, &token).await.unwrap().unwrap().is_admin);
    domain::people::admins::set_admin(cx, root, id(mira), true).await.unwrap();
    assert!(sessions::authenticate(cx, &token).await.unwrap().unwrap().is_admin, "open sessions follow");
    assert!(is_not_found(
        domain::people::admins::set_admin(cx, root, domain::model::UserId(crate::ABSENT), true).await
    ));
}

async fn a_profile_shows_what_its_owner_wrote_but_not_their_email_address(forum: TestForum) {
    let cx = &forum.cx;
    let mira = accounts::create(cx, new("Mira", "mira@example.org", "long enough"), false).await.unwrap();
    let profile = |bio: &str, web: &str| Profile {
        name: " Mira\u{202e} Holm\n".into(),
        bio: bio.into(),
        location: "Bergen".into(),
        web: web.into(),
        theme: Theme::Dark,
        language: Language::default(),
        follow_written: true,
    };
    complaint(accounts::update_profile(cx, mira, profile("", "javascript:alert(1)")).await, "web");
    complaint(accounts::update_profile(cx, mira, profile(&"x".repeat(2_001), "")).await, "bio");
    accounts::update_profile(cx, mira, profile("I *like* <b>tea</b>\0", "https://mira.example")).await.unwrap();
    accounts::choose_theme(cx, mira, Theme::Light).await.unwrap();
    let seen = by_person::profile(cx, Viewer::Anonymous, "MIRA").await.unwrap();
    assert_eq!((seen.user.name.as_str(), seen.user.theme), ("Mira Holm", Theme::Light));
    assert_eq!(seen.user.email, None);
    assert!(
        seen.bio_markup.contains("&lt;b&gt;tea&lt;/b&gt;") && !seen.bio_markup.contains("<b>"),
        "{}",
        seen.bio_markup
    );
    assert_eq!(accounts::own(cx, mira).await.unwrap().email.as_deref(), Some("mira@example.org"));
    for absent in ["noor", "mira\0", ""] {
        assert!(is_not_found(by_person::profile(cx, Viewer::Anonymous, absent).await));
    }
}
