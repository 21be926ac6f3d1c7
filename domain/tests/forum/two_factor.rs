//! Two-factor authentication: each code works once.

use std::time::Duration;

use domain::Error;
use domain::model::{LogAction, UserId};
use domain::moderation::log;
use domain::people::accounts::SignedIn;
use domain::people::admins::Actor;
use domain::people::sessions::Origin;
use domain::people::two_factor::{RECOVERY_CODES, State};
use domain::people::{accounts, passwords, sessions, two_factor};
use domain::platform::secrets::{Password, SecretKey};
use domain::policy::Viewer;
use domain::site::secret_key::{self, KeyCheck};
use domain::testing::{PASSWORD, TestForum};
use totp_rs::{Builder, Secret};

use crate::{complaint, id, is_forbidden, is_not_found, tables};

stories! {
    two_factor_sign_in_requires_a_code,
    no_code_is_accepted_twice,
    a_recovery_code_works_once_even_after_too_many_wrong_codes,
    a_password_allows_the_second_step_for_minutes_only,
    the_secret_cannot_be_read_in_the_database,
    a_wrong_key_is_detected_and_a_new_key_can_replace_the_previous_one,
    turning_two_factor_on_and_off_requires_the_password,
    the_operator_can_turn_two_factor_off_and_it_is_logged,
}

fn origin() -> Origin {
    Origin::new([203, 0, 113, 7], "Test/1")
}

struct App(Secret);

impl App {
    fn code(&self, forum: &TestForum) -> String {
        let totp = Builder::new().with_secret(self.0.clone()).build().unwrap();
        totp.generate((forum.cx.now().0 / 1_000_000) as u64).to_string()
    }

    /// Returns a code that the app does not show.
    fn wrong(&self, forum: &TestForum) -> String {
        let right: u32 = self.code(forum).parse().unwrap();
        format!("{:06}", (right + 1) % 1_000_000)
    }
}

async fn set_up(forum: &TestForum, user: UserId) -> (App, Vec<String>) {
    let cx = &forum.cx;
    two_factor::begin(cx, user, Password::new(PASSWORD)).await.unwrap();
    let State::Begun(setup) = two_factor::state(cx, user).await.unwrap() else { panic!("it was begun") };
    let secret = setup.secret.replace(' ', "");
    assert!(setup.link.starts_with("otpauth://totp/Test:mira?secret=") && setup.link.contains(&secret));
    let app = App(Secret::try_from_base32(secret).unwrap());
    let codes = two_factor::turn_on(cx, user, &app.code(forum)).await.unwrap();
    forum.pass(Duration::from_secs(30));
    (app, codes)
}

async fn ticket(forum: &TestForum) -> String {
    match accounts::sign_in(&forum.cx, "mira", Password::new(PASSWORD), &origin()).await.unwrap() {
        SignedIn::Ticket(ticket) => ticket,
        SignedIn::Session(_) => panic!("the password alone was enough"),
    }
}

async fn two_factor_sign_in_requires_a_code(forum: TestForum) {
    let cx = &forum.cx;
    let mira = id(forum.person("mira").await);
    two_factor::begin(cx, mira, Password::new(PASSWORD)).await.unwrap();
    let signed_in = accounts::sign_in(cx, "mira", Password::new(PASSWORD), &origin()).await.unwrap();
    assert!(matches!(signed_in, SignedIn::Session(_)), "begun is not on");
    let (app, codes) = set_up(&forum, mira).await;
    assert_eq!(codes.len(), RECOVERY_CODES);
    let State::On { recovery_codes, .. } = two_factor::state(cx, mira).await.unwrap() else { panic!("it is on") };
    assert_eq!(recovery_codes, RECOVERY_CODES as i64);

    complaint(accounts::sign_in(cx, "mira", Password::new("wrong wrong"), &origin()).await, "password");
    let ticket = ticket(&forum).await;
    complaint(two_factor::pass(cx, &ticket, &app.wrong(&forum), &origin()).await, "code");
    let code = app.code(&forum);
    let spaced = format!(" {} {}", &code[..3], &code[3..]);
    let token = two_factor::pass(cx, &ticket, &spaced, &origin()).await.unwrap();
    assert_eq!(sessions::authenticate(cx, &token).await.unwrap().unwrap().person.username, "mira");
    for forged in ["", "x", "1.2.3", &ticket.replacen(&mira.to_string(), "999", 1)] {
        assert!(matches!(two_factor::pass(cx, forged, &code, &origin()).await, Err(Error::SignedOut)), "{forged}");
    }
    forum.drain().await;
}

async fn a_wrong_key_is_detected_and_a_new_key_can_replace_the_previous_one(mut forum: TestForum) {
    let mira = id(forum.person("mira").await);
    let (app, _) = set_up(&forum, mira).await;
    let old = forum.cx.config.secret.clone();
    let new = SecretKey::new("a new key, of more than thirty-two characters").unwrap();
    let db = forum.cx.db.clone();
    // A database from before fingerprints: what it holds tells whose key it is.
    assert_eq!(secret_key::check(&db, &new, None).await.unwrap(), KeyCheck::Other);
    assert_eq!(secret_key::check(&db, &old, None).await.unwrap(), KeyCheck::Fits);
    assert_eq!(secret_key::check(&db, &old, None).await.unwrap(), KeyCheck::Fits);
    assert_eq!(secret_key::check(&db, &new, None).await.unwrap(), KeyCheck::Other);
    let third = SecretKey::new("a third key, which this forum has never had").unwrap();
    assert_eq!(secret_key::check(&db, &new, Some(&third)).await.unwrap(), KeyCheck::Other);
    assert_eq!(secret_key::check(&db, &new, Some(&old)).await.unwrap(), KeyCheck::Replaced(1));
    assert_eq!(secret_key::check(&db, &new, Some(&old)).await.unwrap(), KeyCheck::Fits);
    assert_eq!(secret_key::check(&db, &old, None).await.unwrap(), KeyCheck::Other);
    std::sync::Arc::make_mut(&mut forum.cx.config).secret = new;
    let State::On { recovery_codes, .. } = two_factor::state(&forum.cx, mira).await.unwrap() else {
        panic!("it is on")
    };
    assert_eq!(recovery_codes, 0, "codes that cannot match are not counted");
    let ticket = ticket(&forum).await;
    two_factor::pass(&forum.cx, &ticket, &app.code(&forum), &origin()).await.unwrap();
    forum.drain().await;
}

async fn no_code_is_accepted_twice(forum: TestForum) {
    let cx = &forum.cx;
    let mira = id(forum.person("mira").await);
    let (app, _) = set_up(&forum, mira).await;
    let ticket = ticket(&forum).await;
    let code = app.code(&forum);
    let here = origin();
    let pass = || two_factor::pass(cx, &ticket, &code, &here);
    let (one, other) = tokio::join!(pass(), pass());
    assert_eq!([one.is_ok(), other.is_ok()].into_iter().filter(|in_| *in_).count(), 1);
    complaint(pass().await, "code");
    // A phone's clock may be a little ahead, but no code before an accepted one works.
    forum.pass(Duration::from_secs(30));
    complaint(pass().await, "code");
    two_factor::pass(cx, &ticket, &app.code(&forum), &origin()).await.unwrap();
    forum.drain().await;
}

async fn a_recovery_code_works_once_even_after_too_many_wrong_codes(mut forum: TestForum) {
    let mira = id(forum.person("mira").await);
    forum.execute("update users set email = 'mira@example.org'").await;
    let (app, codes) = set_up(&forum, mira).await;
    forum.limit(|limits| limits.codes_per_account = 2);
    let cx = &forum.cx;
    let ticket = ticket(&forum).await;
    let mut answers = Vec::new();
    for _ in 0..4 {
        answers.push(two_factor::pass(cx, &ticket, &app.wrong(&forum), &origin()).await);
    }
    assert!(matches!(answers.pop(), Some(Err(Error::TooMany(_)))));
    assert!(matches!(two_factor::pass(cx, &ticket, &app.code(&forum), &origin()).await, Err(Error::TooMany(_))));
    // Failed codes by others do not lock out the owner.
    two_factor::pass(cx, &ticket, &codes[3].to_uppercase(), &origin()).await.unwrap();
    complaint(two_factor::pass(cx, &ticket, &codes[3], &origin()).await, "code");
    two_factor::pass(cx, &ticket, &codes[4].replace('-', " "), &origin()).await.unwrap();
    let fresh = two_factor::new_recovery_codes(cx, mira, Password::new(PASSWORD)).await.unwrap();
    complaint(two_factor::pass(cx, &ticket, &codes[5], &origin()).await, "code");
    two_factor::pass(cx, &ticket, &fresh[0], &origin()).await.unwrap();
    forum.drain().await;
    let kinds: Vec<String> = forum.emails().into_iter().map(|email| email.kind).collect();
    assert_eq!(kinds, ["secondstepon", "recoveryused", "recoveryused", "recoveryused"]);
}

async fn a_password_allows_the_second_step_for_minutes_only(forum: TestForum) {
    let cx = &forum.cx;
    let mira = id(forum.person("mira").await);
    let (app, _) = set_up(&forum, mira).await;
    let late = ticket(&forum).await;
    forum.pass(Duration::from_secs(601));
    assert!(matches!(two_factor::pass(cx, &late, &app.code(&forum), &origin()).await, Err(Error::SignedOut)));
    let stale = ticket(&forum).await;
    passwords::change(cx, mira, Password::new(PASSWORD), Password::new("another long one"), &origin()).await.unwrap();
    assert!(matches!(two_factor::pass(cx, &stale, &app.code(&forum), &origin()).await, Err(Error::SignedOut)));
    forum.drain().await;
}

async fn the_secret_cannot_be_read_in_the_database(forum: TestForum) {
    let mira = id(forum.person("mira").await);
    let (app, codes) = set_up(&forum, mira).await;
    let kept =
        tables::texts(&forum, "select secret from second_steps union all select digest from recovery_codes").await;
    assert_eq!(kept.len(), 1 + RECOVERY_CODES);
    let kept = kept.join(" ");
    let plain = [app.0.to_base32().to_lowercase(), domain::model::hex::hex(app.0.as_bytes())];
    for secret in plain.into_iter().chain(codes.iter().flat_map(|code| [code.clone(), code.replace('-', "")])) {
        assert!(!kept.contains(&secret));
        assert!(!kept.contains(&domain::platform::secrets::digest(&secret)));
    }
    forum.drain().await;
}

async fn turning_two_factor_on_and_off_requires_the_password(forum: TestForum) {
    let cx = &forum.cx;
    let mira = id(forum.person("mira").await);
    complaint(two_factor::begin(cx, mira, Password::new("wrong wrong")).await, "current_password");
    assert_eq!(two_factor::state(cx, mira).await.unwrap(), State::Off);
    assert!(is_not_found(two_factor::turn_on(cx, mira, "123456").await));
    two_factor::begin(cx, mira, Password::new(PASSWORD)).await.unwrap();
    forum.pass(Duration::from_secs(25 * 3_600));
    assert_eq!(two_factor::state(cx, mira).await.unwrap(), State::Off, "a day is enough to show a code");
    assert!(is_not_found(two_factor::turn_on(cx, mira, "123456").await));
    let (app, _) = set_up(&forum, mira).await;
    assert!(is_forbidden(two_factor::begin(cx, mira, Password::new(PASSWORD)).await));
    assert!(is_not_found(two_factor::turn_on(cx, mira, &app.code(&forum)).await));
    complaint(two_factor::turn_off(cx, mira, Password::new("wrong wrong")).await, "current_password");
    two_factor::turn_off(cx, mira, Password::new(PASSWORD)).await.unwrap();
    assert_eq!(two_factor::state(cx, mira).await.unwrap(), State::Off);
    assert_eq!(tables::ints(&forum, "select count(*) from recovery_codes").await, [[0]]);
    assert!(is_not_found(two_factor::new_recovery_codes(cx, mira, Password::new(PASSWORD)).await));
    forum.drain().await;
}

async fn the_operator_can_turn_two_factor_off_and_it_is_logged(forum: TestForum) {
    let cx = &forum.cx;
    let mira = id(forum.person("mira").await);
    let new = accounts::NewAccount { username: "boss".into(), email: String::new(), password: Password::new(PASSWORD) };
    let boss = Viewer::User { id: accounts::create(cx, new, true).await.unwrap(), is_admin: true };
    set_up(&forum, mira).await;
    assert!(is_not_found(two_factor::turn_off_for(cx, Actor::Operator, UserId(crate::ABSENT)).await));
    // The second time changes nothing, and sends no email.
    for _ in 0..2 {
        two_factor::turn_off_for(cx, Actor::Operator, mira).await.unwrap();
        assert!(matches!(two_factor::state(cx, mira).await.unwrap(), State::Off));
    }
    let page = log::of_admins(cx, boss, log::LogFilter::default(), None).await.unwrap();
    let lines: Vec<_> = page.lines.iter().map(|line| (line.actor.is_none(), line.what)).collect();
    assert_eq!(lines, [(true, LogAction::SecondStepOff), (true, LogAction::AdminMade)]);
}
