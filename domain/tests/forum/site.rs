//! Site administration: settings, sign-up, admins.

use crate::{complaint, id, is_forbidden, is_not_found};
use domain::bus::Control;
use domain::model::{AccountState, GroupKind, Images, SignUps};
use domain::people::accounts::{Credentials, NewAccount};
use domain::people::admins;
use domain::people::sessions::Origin;
use domain::people::{accounts, sessions};
use domain::platform::caches::site::Settings;
use domain::platform::secrets::Password;
use domain::policy::{self, Change, Viewer};
use domain::testing::{TestForum, wait_for};
use domain::{Context, Error, Result, admin, site};
use std::net::Ipv4Addr;
use std::time::Duration;

stories! {
    site_settings_are_validated_and_only_admins_change_them,
    every_process_applies_changed_settings_soon,
    cached_settings_need_no_statement,
    when_two_admins_dismiss_each_other_one_remains,
    only_active_accounts_can_be_site_admins,
    people_are_found_by_state_and_groups_by_kind,
    created_content_is_listed_and_deleted_content_is_not_counted,
    an_admin_ends_somebodys_sessions,
}

fn origin() -> Origin {
    Origin::new(Ipv4Addr::LOCALHOST, "")
}

fn plain() -> Settings {
    Settings {
        name: "The valley".into(),
        line: String::new(),
        sign_ups: SignUps::Open,
        notice: String::new(),
        read_only: false,
        admins_need_two_factor: false,
        images: Images::Load,
        link_previews: true,
        welcome: String::new(),
        accent: String::new(),
        must_accept: Vec::new(),
        language: domain::model::Language::default(),
    }
}

pub async fn decide(forum: &TestForum, boss: Viewer, sign_ups: SignUps) {
    site::update(&forum.cx, boss, Settings { sign_ups, ..plain() }).await.unwrap();
}

pub async fn come(cx: &Context, name: &str, email: &str, invitation: &str, message: &str) -> Result<String> {
    let new = NewAccount { username: name.into(), email: email.into(), password: Password::new("long enough it is") };
    let with = Credentials { invitation: invitation.into(), message: message.into(), accept: String::new() };
    accounts::sign_up(cx, new, &with, &origin()).await
}

async fn site_settings_are_validated_and_only_admins_change_them(forum: TestForum) {
    let cx = &forum.cx;
    let (boss, mira) = (forum.site_admin("boss").await, forum.person("mira").await);
    assert_eq!(site::current(cx).await.settings.name, "Test", "as the environment has it");
    for who in [mira, Viewer::User { id: id(mira), is_admin: true }] {
        assert!(is_not_found(site::update(cx, who, plain()).await), "also with a session that is out of date");
    }
    assert!(matches!(site::update(cx, Viewer::Anonymous, plain()).await, Err(Error::SignedOut)));
    complaint(site::update(cx, boss, Settings { name: " \u{202e}\r\n".into(), ..plain() }).await, "name");
    complaint(site::update(cx, boss, Settings { name: "x".repeat(site::MAX_NAME + 1), ..plain() }).await, "name");
    complaint(site::update(cx, boss, Settings { line: "x".repeat(site::MAX_LINE + 1), ..plain() }).await, "line");
    complaint(site::update(cx, boss, Settings { notice: "x".repeat(site::MAX_NOTICE + 1), ..plain() }).await, "notice");
    assert_eq!(site::current(cx).await.settings.name, "Test", "nothing was taken");
    let new = Settings {
        name: "Upper\r\nSubject: <valley>".into(),
        line: "x".repeat(site::MAX_LINE),
        notice: "Off *on Saturday*, says @mira\r\n".into(),
        read_only: true,
        admins_need_two_factor: false,
        ..plain()
    };
    site::update(cx, boss, new).await.unwrap();
    let now = site::current(cx).await;
    assert_eq!(now.settings.name, "Upper Subject: <valley>", "one line");
    assert!(now.settings.read_only);
    let first = now.notice.clone().unwrap();
    assert!(first.markup.contains("<em>on Saturday</em>") && first.markup.contains("/users/mira/"), "{first:?}");
    assert!(policy::check_change(now.settings.read_only, Change::Forum).is_err());
    policy::check_change(true, Change::Browser).unwrap();
    policy::check_change(true, Change::Site).unwrap();
    policy::check_change(false, Change::Forum).unwrap();
    let same = Settings { notice: "Off *on Saturday*, says @mira".into(), ..plain() };
    site::update(cx, boss, same).await.unwrap();
    assert_eq!(site::current(cx).await.notice, Some(first.clone()), "the same notice is the same version");
    site::update(cx, boss, Settings { notice: "Off on *Sunday*".into(), ..plain() }).await.unwrap();
    assert_ne!(site::current(cx).await.notice.as_ref().unwrap().version, first.version);
    site::update(cx, boss, plain()).await.unwrap();
    assert_eq!(site::current(cx).await.notice, None);
}

async fn every_process_applies_changed_settings_soon(forum: TestForum) {
    let boss = forum.site_admin("boss").await;
    let other = forum.another().await;
    let mut words = other.bus.controls();
    let hearing = other.clone();
    let listening = tokio::spawn(async move {
        while let Ok(word) = words.recv().await {
            hearing.handle(&word);
        }
    });
    assert_eq!(site::current(&other).await.settings.name, "Test");
    for name in ["First", "Second"] {
        site::update(&forum.cx, boss, Settings { name: name.into(), ..plain() }).await.unwrap();
        assert_eq!(site::current(&forum.cx).await.settings.name, name, "at once where it was changed");
        let begun = std::time::Instant::now();
        wait_for("the other process to follow", || async { site::current(&other).await.settings.name == name }).await;
        assert!(begun.elapsed() < Duration::from_secs(2), "{:?}", begun.elapsed());
    }
    listening.abort();
}

async fn cached_settings_need_no_statement(forum: TestForum) {
    use domain::testing::counting_statements;
    let cx = &forum.cx;
    site::current(cx).await;
    assert_eq!(counting_statements(site::current(cx)).await.1, 0);
    cx.handle(&Control::SiteChanged);
    // The settings, the logo, and which pages there are.
    assert_eq!(counting_statements(site::current(cx)).await.1, 3);
    assert_eq!(counting_statements(site::current(cx)).await.1, 0);
}

async fn when_two_admins_dismiss_each_other_one_remains(forum: TestForum) {
    let cx = &forum.cx;
    let boss = forum.site_admin("boss").await;
    assert!(is_forbidden(admins::set_admin(cx, boss, id(boss), false).await), "the last one");
    for round in 0..5 {
        let other = forum.site_admin(&format!("other{round}")).await;
        let (_, now) = admin::people(cx, "", Some(AccountState::Admins), 0, 10).await.unwrap();
        assert_eq!(now, 2);
        let (one, two) =
            tokio::join!(admins::set_admin(cx, boss, id(other), false), admins::set_admin(cx, other, id(boss), false));
        let (left, now) = admin::people(cx, "", Some(AccountState::Admins), 0, 10).await.unwrap();
        assert_eq!(now, 1, "{one:?} {two:?}");
        assert!(one.is_ok() != two.is_ok(), "{one:?} {two:?}");
        if left[0].user.id != id(boss) {
            admins::set_admin(cx, other, id(boss), true).await.unwrap();
            admins::set_admin(cx, boss, id(other), false).await.unwrap();
        }
    }
    // An admin can step down while there is another one.
    let mira = forum.person("mira").await;
    admins::set_admin(cx, boss, id(mira), true).await.unwrap();
    admins::set_admin(cx, boss, id(boss), false).await.unwrap();
    assert!(is_not_found(admins::set_admin(cx, boss, id(boss), true).await), "a session that is out of date");
}

async fn only_active_accounts_can_be_site_admins(forum: TestForum) {
    let cx = &forum.cx;
    let (boss, mira) = (forum.site_admin("boss").await, forum.person("mira").await);
    admins::restrict(cx, boss, id(mira), admins::Restriction::Suspend { days: 3 }, "spam").await.unwrap();
    assert!(is_forbidden(admins::set_admin(cx, boss, id(mira), true).await), "suspended");
    forum.pass(Duration::from_secs(3 * 24 * 3_600));
    admins::set_admin(cx, boss, id(mira), true).await.unwrap();
    assert!(is_forbidden(admins::restrict(cx, boss, id(mira), admins::Restriction::Ban, "spam").await), "an admin");
    decide(&forum, boss, SignUps::Approved).await;
    let token = come(cx, "ada", "", "", "").await.unwrap();
    let ada = sessions::opened(cx, &token).await.unwrap().unwrap().person.id;
    assert!(is_forbidden(admins::set_admin(cx, boss, ada, true).await), "waiting");
    forum.execute("update users set password_hash = null where username = 'mira'").await;
    admins::set_admin(cx, boss, id(mira), false).await.unwrap();
    assert!(is_forbidden(admins::set_admin(cx, boss, id(mira), true).await), "unclaimed");
    forum.drain().await;
}

async fn people_are_found_by_state_and_groups_by_kind(forum: TestForum) {
    let cx = &forum.cx;
    let (boss, mira, noor) = (forum.site_admin("boss").await, forum.person("mira").await, forum.person("noor").await);
    let (ada, _) = (forum.person("ada").await, forum.person("marina").await);
    admins::restrict(cx, boss, id(noor), admins::Restriction::Ban, "spam").await.unwrap();
    admins::restrict(cx, boss, id(ada), admins::Restriction::Suspend { days: 2 }, "spam").await.unwrap();
    forum.execute("update users set password_hash = null where username = 'marina'").await;
    decide(&forum, boss, SignUps::Approved).await;
    come(cx, "kim", "", "", "").await.unwrap();
    let found = async |words: &str, state: Option<AccountState>| -> Vec<String> {
        let (rows, total) = admin::people(cx, words, state, 0, 10).await.unwrap();
        assert_eq!(rows.len() as i64, total);
        rows.into_iter().map(|row| row.user.username).collect()
    };
    assert_eq!(found("", None).await, ["ada", "boss", "kim", "marina", "mira", "noor"]);
    assert_eq!(found("m", Some(AccountState::Unclaimed)).await, ["marina"]);
    for (state, name) in [
        (AccountState::Admins, "boss"),
        (AccountState::Waiting, "kim"),
        (AccountState::Suspended, "ada"),
        (AccountState::Banned, "noor"),
        (AccountState::Unclaimed, "marina"),
    ] {
        assert_eq!(found("", Some(state)).await, [name], "{state}");
    }
    assert!(found("", Some(AccountState::Deleted)).await.is_empty());
    forum.pass(Duration::from_secs(2 * 24 * 3_600));
    assert!(found("", Some(AccountState::Suspended)).await.is_empty(), "that is over");

    let garden = forum.group(mira, "Garden", GroupKind::Public).await;
    forum.group(mira, "Den", GroupKind::Private).await;
    let own = forum.group(boss, "Gatehouse", GroupKind::Closed).await;
    let topic = forum.topic(mira, &garden, "Plums", "One.").await.topic;
    forum.post(mira, topic, "Two.").await;
    let listed = async |words: &str, kind: &str| -> Vec<(String, i64, bool)> {
        let (rows, total) = admin::groups(cx, boss, words, kind, 0, 10).await.unwrap();
        assert_eq!(rows.len() as i64, total);
        rows.into_iter().map(|(row, may_change)| (row.group.name, row.messages, may_change)).collect()
    };
    let row = |name: &str, messages, may_change| (name.to_owned(), messages, may_change);
    let all = [row("Den", 0, false), row("Garden", 2, true), row("Gatehouse", 0, true)];
    assert_eq!(listed("", "").await, all);
    assert_eq!(listed("GA", "").await, all[1..]);
    assert_eq!(listed("", "private").await, all[..1]);
    assert_eq!(listed("", "archived").await, []);
    domain::groups::archive(cx, boss, own.id, true).await.unwrap();
    assert_eq!(listed("", "archived").await.len(), 1);
    assert!(is_not_found(admin::groups(cx, mira, "", "", 0, 10).await));
    forum.drain().await;
}

async fn created_content_is_listed_and_deleted_content_is_not_counted(forum: TestForum) {
    let cx = &forum.cx;
    let (boss, mira, noor) = (forum.site_admin("boss").await, forum.person("mira").await, forum.person("noor").await);
    let garden = forum.group(mira, "Garden", GroupKind::Public).await;
    let den = forum.group(mira, "Den", GroupKind::Private).await;
    let gone = forum.group(mira, "Gone", GroupKind::Public).await;
    forum.group(noor, "Other", GroupKind::Public).await;
    let plums = forum.topic(mira, &garden, "Plums", "One").await.topic;
    forum.topic(mira, &garden, "Pears", "One").await;
    forum.topic(mira, &gone, "Quinces", "One").await;
    domain::messages::submit(
        cx,
        mira,
        domain::messages::Target::Conversation { to: "noor", title: "" },
        domain::testing::draft("Hello"),
    )
    .await
    .unwrap();
    let made = async |who| -> Vec<(String, i64, i64)> {
        let (rows, more) = admin::groups_of(cx, boss, id(who)).await.unwrap();
        assert!(!more);
        rows.into_iter().map(|row| (row.group.name, row.members, row.topics)).collect()
    };
    let row = |name: &str, topics| (name.to_owned(), 1, topics);
    assert_eq!(made(mira).await, [row("Gone", 1), row("Den", 0), row("Garden", 2)], "the newest first");
    assert_eq!(admin::totals(cx).await.unwrap().topics, 4);
    domain::groups::delete(cx, boss, gone.id, "Gone").await.unwrap();
    domain::topics::delete(cx, mira, plums).await.unwrap();
    domain::groups::archive(cx, mira, den.id, true).await.unwrap();
    assert_eq!(made(mira).await, [row("Den", 0), row("Garden", 1)]);
    assert_eq!(admin::totals(cx).await.unwrap().topics, 2);
    forum.drain().await;
    // The doctor also examines what was deleted.
    assert_eq!(domain::admin::doctor::examine(cx).await.unwrap().topics, 4);
    assert!(is_not_found(admin::groups_of(cx, mira, id(mira)).await));
    for n in 0..admin::GROUPS {
        forum.group(noor, &format!("Shop {n}"), GroupKind::Public).await;
    }
    let (rows, more) = admin::groups_of(cx, boss, id(noor)).await.unwrap();
    assert_eq!((rows.len(), more), (admin::GROUPS, true));
}

async fn an_admin_ends_somebodys_sessions(forum: TestForum) {
    let cx = &forum.cx;
    let (boss, mira, noor) = (forum.site_admin("boss").await, forum.person("mira").await, forum.person("noor").await);
    let mut tokens = Vec::new();
    for who in [mira, mira, mira, noor] {
        tokens.push(sessions::open(cx, id(who), &origin()).await.unwrap());
    }
    let open = async || {
        let mut open = Vec::new();
        for token in &tokens {
            open.push(sessions::authenticate(cx, token).await.unwrap().is_some());
        }
        open
    };
    assert!(is_not_found(admins::sessions_of(cx, noor, id(mira)).await));
    let first = sessions::authenticate(cx, &tokens[0]).await.unwrap().unwrap().id;
    assert!(is_not_found(admins::end_sessions(cx, noor, id(mira), Some(&first)).await));
    assert!(is_not_found(admins::end_sessions(cx, boss, id(noor), Some(&first)).await), "it is not noor's");
    assert_eq!(open().await, [true; 4]);
    admins::end_sessions(cx, boss, id(mira), Some(&first)).await.unwrap();
    assert_eq!(open().await, [false, true, true, true]);
    assert_eq!(admins::sessions_of(cx, boss, id(mira)).await.unwrap().len(), 2);
    admins::end_sessions(cx, boss, id(mira), None).await.unwrap();
    assert_eq!(open().await, [false, false, false, true]);
}
