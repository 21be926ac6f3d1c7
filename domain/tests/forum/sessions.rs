//! Sessions: how long they last, and what admins need.

use std::sync::Arc;
use std::time::Duration;

use domain::Context;
use domain::people::sessions::Origin;
use domain::people::two_factor::{self, State};
use domain::people::{accounts, proofs, sessions};
use domain::platform::caches::sessions::Session;
use domain::platform::secrets::Password;
use domain::site;
use domain::testing::{PASSWORD, TestForum};
use totp_rs::{Builder, Secret};

use crate::{complaint, id, is_not_found};

stories! {
    a_session_expires_by_disuse_and_by_age,
    admins_confirm_their_identity_with_the_password_or_a_code,
    admins_without_two_factor_have_no_rights_where_it_is_required,
}

const DAY: Duration = Duration::from_secs(24 * 3_600);

fn origin() -> Origin {
    Origin::new([203, 0, 113, 7], "Test/1")
}

async fn opened(forum: &TestForum, token: &str) -> Option<Session> {
    sessions::opened(&forum.cx, token).await.unwrap()
}

async fn a_session_expires_by_disuse_and_by_age(mut forum: TestForum) {
    let mira = id(forum.person("mira").await);
    let config = Arc::make_mut(&mut forum.cx.config);
    (config.session, config.idle) = (20 * DAY, 5 * DAY);
    let unused = sessions::open(&forum.cx, mira, &origin()).await.unwrap();
    let polled = sessions::open(&forum.cx, mira, &origin()).await.unwrap();
    let used = sessions::open(&forum.cx, mira, &origin()).await.unwrap();
    for day in 1..20 {
        forum.pass(DAY);
        let another = Context { config: forum.cx.config.clone(), ..forum.another().await };
        // Another process counts a use too, and a poll is none.
        let here = if day % 2 == 0 { &forum.cx } else { &another };
        assert!(sessions::opened(here, &used).await.unwrap().is_some(), "day {day}");
        let is_alive = sessions::authenticate(&forum.cx, &polled).await.unwrap().is_some();
        assert_eq!(is_alive, day < 5, "day {day}");
    }
    let listed = sessions::list(&forum.cx, mira).await.unwrap();
    assert_eq!(listed.len(), 1, "the list shows no session that has ended");
    assert!(forum.cx.now().since(listed[0].seen_at) < DAY, "and when each was last used");
    assert_eq!(opened(&forum, &unused).await, None);
    forum.pass(DAY);
    assert_eq!(opened(&forum, &used).await, None, "however often it was used");
    forum.drain().await;
}

/// Turns two-factor authentication on, and returns its secret.
async fn turn_on(forum: &TestForum, user: domain::model::UserId) -> Secret {
    two_factor::begin(&forum.cx, user, Password::new(PASSWORD)).await.unwrap();
    let State::Begun(setup) = two_factor::state(&forum.cx, user).await.unwrap() else { panic!("it was begun") };
    let secret = Secret::try_from_base32(setup.secret.replace(' ', "")).unwrap();
    two_factor::turn_on(&forum.cx, user, &code(forum, &secret)).await.unwrap();
    forum.pass(Duration::from_secs(30));
    secret
}

fn code(forum: &TestForum, secret: &Secret) -> String {
    let totp = Builder::new().with_secret(secret.clone()).build().unwrap();
    totp.generate((forum.cx.now().0 / 1_000_000) as u64).to_string()
}

async fn admins_confirm_their_identity_with_the_password_or_a_code(forum: TestForum) {
    let cx = &forum.cx;
    let boss = id(forum.site_admin("boss").await);
    let token = sessions::open(cx, boss, &origin()).await.unwrap();
    let session = async || opened(&forum, &token).await.unwrap();
    assert!(proofs::is_fresh(cx, &session().await), "just signed in");
    forum.pass(proofs::LASTS + Duration::from_secs(1));
    assert!(!proofs::is_fresh(cx, &session().await));
    for wrong in ["wrong wrong", "123456"] {
        complaint(proofs::give(cx, &session().await, wrong).await, proofs::FIELD);
    }
    assert!(!proofs::is_fresh(cx, &session().await));
    proofs::give(cx, &session().await, PASSWORD).await.unwrap();
    assert!(proofs::is_fresh(cx, &session().await));
    let other = sessions::open(cx, boss, &origin()).await.unwrap();
    let secret = turn_on(&forum, boss).await;
    forum.pass(proofs::LASTS);
    complaint(proofs::give(cx, &session().await, "12 34 5x").await, proofs::FIELD);
    let right = code(&forum, &secret);
    proofs::give(cx, &session().await, &format!(" {} {}", &right[..3], &right[3..])).await.unwrap();
    assert!(proofs::is_fresh(cx, &session().await));
    let elsewhere = opened(&forum, &other).await.unwrap();
    assert!(!proofs::is_fresh(cx, &elsewhere), "a proof counts for its own session");
    complaint(proofs::give(cx, &elsewhere, &right).await, proofs::FIELD);
    forum.drain().await;
}

async fn admins_without_two_factor_have_no_rights_where_it_is_required(forum: TestForum) {
    let (boss, chief) = (forum.site_admin("boss").await, forum.site_admin("chief").await);
    let cx = &forum.cx;
    let needed = || site::Settings {
        name: "Test".to_owned(),
        line: String::new(),
        sign_ups: domain::model::SignUps::Open,
        notice: String::new(),
        read_only: false,
        admins_need_two_factor: true,
        images: domain::model::Images::Load,
        link_previews: true,
        welcome: String::new(),
        accent: String::new(),
        must_accept: Vec::new(),
        language: domain::model::Language::default(),
    };
    let of_chief = sessions::open(cx, id(chief), &origin()).await.unwrap();
    assert!(opened(&forum, &of_chief).await.unwrap().is_admin);
    complaint(site::update(cx, boss, needed()).await, "admins_need_two_factor");
    turn_on(&forum, id(boss)).await;
    site::update(cx, boss, needed()).await.unwrap();

    let of_boss = sessions::open(cx, id(boss), &origin()).await.unwrap();
    assert!(opened(&forum, &of_boss).await.unwrap().is_admin);
    let session = opened(&forum, &of_chief).await.unwrap();
    assert!(session.lacks_two_factor && !session.is_admin, "at once, in sessions that are open");
    assert!(is_not_found(domain::people::admins::person(cx, session.viewer(), id(boss)).await));
    turn_on(&forum, id(chief)).await;
    let session = opened(&forum, &of_chief).await.unwrap();
    assert!(session.is_admin && !session.lacks_two_factor);
    two_factor::turn_off(cx, id(chief), Password::new(PASSWORD)).await.unwrap();
    assert!(opened(&forum, &of_chief).await.unwrap().lacks_two_factor);
    accounts::sign_out(cx, id(chief), &session.id).await.unwrap();
    forum.drain().await;
}
