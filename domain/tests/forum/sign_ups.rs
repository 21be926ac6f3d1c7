//! Sign-ups: links, approval, and pending accounts.

use crate::site::{come, decide};
use crate::{ABSENT, complaint, id, is_forbidden, is_not_found};
use domain::admin;
use domain::messages::by_person;
use domain::model::{SignUps, SiteInvitationId};
use domain::people::accounts::NewAccount;
use domain::people::sign_ups::Door;
use domain::people::{accounts, admins, sessions, sign_ups};
use domain::platform::jobs::Task;
use domain::platform::secrets::Password;
use domain::policy::Viewer;
use domain::testing::{DRAW, TestForum};
use std::time::Duration;

stories! {
    sign_ups_follow_the_registration_setting,
    a_sign_up_link_is_used_up_expires_or_is_revoked,
    the_last_use_of_a_sign_up_link_admits_one_of_two,
    a_pending_account_is_anonymous_until_it_is_approved,
    many_sign_ups_are_answered_at_once_and_emailed_if_confirmed,
    a_declined_account_can_still_be_approved_until_it_is_deleted,
    declined_accounts_are_distinguished_from_pending_ones,
}

async fn sign_ups_follow_the_registration_setting(forum: TestForum) {
    let cx = &forum.cx;
    let boss = forum.site_admin("boss").await;
    let link = sign_ups::make_link(cx, boss, 5, 7).await.unwrap();
    for (mode, token, door) in [
        (SignUps::Open, "", Door::Open),
        (SignUps::Open, "made up", Door::Open),
        (SignUps::Invited, "", Door::NeedsLink),
        (SignUps::Invited, "made up", Door::LinkEnded),
        (SignUps::Invited, link.as_str(), Door::ByLink),
        (SignUps::Approved, "", Door::Asks),
        (SignUps::Approved, "made up", Door::Asks),
        (SignUps::Approved, link.as_str(), Door::ByLink),
        (SignUps::Closed, "", Door::Closed),
        (SignUps::Closed, link.as_str(), Door::Closed),
    ] {
        decide(&forum, boss, mode).await;
        assert_eq!(sign_ups::door(cx, token).await.unwrap(), door, "{mode} {token}");
        let name = format!("n{}", domain::platform::secrets::token().unwrap().get(..8).unwrap());
        let came = come(cx, &name, "", token, "please").await;
        match door {
            Door::Open | Door::ByLink => assert!(sessions::authenticate(cx, &came.unwrap()).await.unwrap().is_some()),
            Door::Asks => assert!(sessions::authenticate(cx, &came.unwrap()).await.unwrap().is_none()),
            Door::NeedsLink | Door::LinkEnded | Door::Closed => assert!(is_forbidden(came), "{mode} {token}"),
        }
    }
    // The operator can still create accounts.
    let new =
        NewAccount { username: "noor".into(), email: String::new(), password: Password::new("long enough it is") };
    accounts::create(cx, new, false).await.unwrap();
    forum.drain().await;
}

async fn a_sign_up_link_is_used_up_expires_or_is_revoked(forum: TestForum) {
    let cx = &forum.cx;
    let (boss, mira) = (forum.site_admin("boss").await, forum.person("mira").await);
    let second = forum.site_admin("second").await;
    decide(&forum, boss, SignUps::Invited).await;
    for (uses, days, field) in [(0, 7, "uses"), (501, 7, "uses"), (1, 0, "days"), (1, 91, "days")] {
        complaint(sign_ups::make_link(cx, boss, uses, days).await, field);
    }
    assert!(is_not_found(sign_ups::make_link(cx, mira, 1, 1).await));
    assert!(is_not_found(sign_ups::list(cx, mira).await));
    let once = sign_ups::make_link(cx, boss, 1, 7).await.unwrap();
    come(cx, "ada", "", &once, "").await.unwrap();
    assert!(is_forbidden(come(cx, "eva", "", &once, "").await), "used up");
    // A failed sign-up with a taken name does not use up the link.
    let twice = sign_ups::make_link(cx, boss, 1, 2).await.unwrap();
    complaint(come(cx, "ada", "", &twice, "").await, "username");
    assert_eq!(sign_ups::list(cx, boss).await.unwrap().links[0].uses_left, 1);
    forum.pass(Duration::from_secs(2 * 24 * 3_600 + 1));
    assert!(is_forbidden(come(cx, "eva", "", &twice, "").await), "ended");
    let revoked = sign_ups::make_link(cx, boss, 9, 7).await.unwrap();
    let listed = sign_ups::list(cx, boss).await.unwrap().links;
    assert_eq!(listed.len(), 1, "what can be used: {listed:?}");
    assert!(is_not_found(sign_ups::revoke_link(cx, mira, listed[0].id).await));
    assert!(is_not_found(sign_ups::revoke_link(cx, boss, SiteInvitationId(ABSENT)).await));
    sign_ups::revoke_link(cx, second, listed[0].id).await.unwrap();
    assert!(is_forbidden(come(cx, "eva", "", &revoked, "").await), "revoked");
    // A link is invalid when its author is no longer an admin.
    let theirs = sign_ups::make_link(cx, second, 9, 7).await.unwrap();
    admins::set_admin(cx, boss, id(second), false).await.unwrap();
    assert!(is_forbidden(come(cx, "eva", "", &theirs, "").await), "its maker is no admin any more");
    assert_eq!(sign_ups::list(cx, boss).await.unwrap().links, []);
    forum.drain().await;
}

async fn the_last_use_of_a_sign_up_link_admits_one_of_two(forum: TestForum) {
    let cx = &forum.cx;
    let boss = forum.site_admin("boss").await;
    decide(&forum, boss, SignUps::Invited).await;
    for round in 0..3 {
        let link = sign_ups::make_link(cx, boss, 1, 7).await.unwrap();
        let names = [format!("ada{round}"), format!("eva{round}")];
        let (one, other) = tokio::join!(come(cx, &names[0], "", &link, ""), come(cx, &names[1], "", &link, ""));
        let (won, lost) = if one.is_ok() { (one, other) } else { (other, one) };
        assert!(won.is_ok() && is_forbidden(lost), "one of two");
    }
    let (_, made) = admin::people(cx, "", None, 0, 10).await.unwrap();
    assert_eq!(made, 4, "who did not come in has no account");
    forum.drain().await;
}

async fn a_pending_account_is_anonymous_until_it_is_approved(forum: TestForum) {
    let cx = &forum.cx;
    let (boss, mira) = (forum.site_admin("boss").await, forum.person("mira").await);
    decide(&forum, boss, SignUps::Approved).await;
    complaint(come(cx, "ada", "", "", &"x".repeat(1_001)).await, "message");
    let token = come(cx, "ada", "", "", "I live <here>").await.unwrap();
    assert_eq!(sessions::authenticate(cx, &token).await.unwrap(), None);
    let opened = sessions::opened(cx, &token).await.unwrap().unwrap();
    assert!(opened.is_waiting);
    assert_eq!(sessions::by_id(cx, &opened.id).await.unwrap(), None, "a poll that waits is asked again by this");
    assert_eq!(sessions::remembered(cx, &opened.id), None);
    assert!(is_not_found(by_person::profile(cx, mira, "ada").await));
    assert_eq!(sign_ups::own(cx, opened.person.id).await.unwrap().asked, "I live <here>");
    let shown = sign_ups::list(cx, boss).await.unwrap();
    assert_eq!((shown.total, shown.rows.len(), shown.rows[0].person.username.as_str()), (1, 1, "ada"));
    assert_eq!(sign_ups::count(cx, boss).await.unwrap(), 1);
    assert_eq!(sign_ups::count(cx, mira).await.unwrap(), 0);
    assert!(is_not_found(sign_ups::answer(cx, mira, &[opened.person.id], true).await));
    assert!(is_not_found(
        sign_ups::answer(cx, Viewer::User { id: opened.person.id, is_admin: true }, &[opened.person.id], true).await
    ));
    assert_eq!(sign_ups::answer(cx, boss, &[opened.person.id, id(mira)], true).await.unwrap(), 1, "mira does not wait");
    let session = sessions::authenticate(cx, &token).await.unwrap().unwrap();
    assert!(!session.is_waiting, "the same session goes on");
    assert_eq!(sessions::remembered(cx, &session.id), Some(session.person.id));
    by_person::profile(cx, mira, "ada").await.unwrap();
    assert!(is_not_found(sign_ups::own(cx, session.person.id).await));
    assert_eq!(sign_ups::answer(cx, boss, &[session.person.id], false).await.unwrap(), 0, "nobody is declined");
    assert!(sessions::authenticate(cx, &token).await.unwrap().is_some());
    forum.drain().await;
}

async fn many_sign_ups_are_answered_at_once_and_emailed_if_confirmed(forum: TestForum) {
    let cx = &forum.cx;
    let boss = forum.site_admin("boss").await;
    decide(&forum, boss, SignUps::Approved).await;
    let mut waiting = Vec::new();
    for (name, email) in
        [("ada", "ada@example.org"), ("eva", "eva@example.org"), ("kim", "kim@example.org"), ("lou", "")]
    {
        let token = come(cx, name, email, "", "").await.unwrap();
        waiting.push(sessions::opened(cx, &token).await.unwrap().unwrap().person.id);
    }
    forum.drain().await;
    for email in forum.emails() {
        // Everyone but kim confirms the address.
        if email.to != "kim@example.org" {
            domain::people::addresses::confirm(cx, &email.token).await.unwrap();
        }
    }
    let rows = sign_ups::list(cx, boss).await.unwrap().rows;
    let names: Vec<_> = rows.iter().map(|row| row.person.username.as_str()).collect();
    assert_eq!(names, ["ada", "eva", "kim", "lou"], "the eldest first");
    assert_eq!(sign_ups::answer(cx, boss, &waiting[1..2], false).await.unwrap(), 1);
    assert_eq!(sign_ups::answer(cx, boss, &[waiting[0], waiting[2], waiting[3]], true).await.unwrap(), 3);
    assert_eq!(sign_ups::count(cx, boss).await.unwrap(), 0);
    forum.drain().await;
    let mut told: Vec<_> = forum.emails().into_iter().filter(|l| l.kind != "confirm").map(|l| (l.to, l.kind)).collect();
    told.sort();
    let pair = |to: &str, kind: &str| (to.to_owned(), kind.to_owned());
    assert_eq!(told, [pair("ada@example.org", "approved"), pair("eva@example.org", "declined")]);
}

async fn a_declined_account_can_still_be_approved_until_it_is_deleted(forum: TestForum) {
    let cx = &forum.cx;
    let boss = forum.site_admin("boss").await;
    decide(&forum, boss, SignUps::Approved).await;
    let mut tokens = Vec::new();
    for name in ["ada", "eva"] {
        let token = come(cx, name, "", "", "").await.unwrap();
        let user = sessions::opened(cx, &token).await.unwrap().unwrap().person.id;
        assert_eq!(sign_ups::answer(cx, boss, &[user], false).await.unwrap(), 1);
        assert_eq!(sign_ups::answer(cx, boss, &[user], false).await.unwrap(), 0, "once");
        assert!(sign_ups::own(cx, user).await.unwrap().declined_at.is_some());
        assert_eq!(sessions::authenticate(cx, &token).await.unwrap(), None);
        tokens.push((token, user));
    }
    assert_eq!(sign_ups::answer(cx, boss, &[tokens[0].1], true).await.unwrap(), 1);
    assert!(sessions::authenticate(cx, &tokens[0].0).await.unwrap().is_some());
    let sweep = || Task::Sweep { slot: "any".into() };
    domain::reactors::run(cx, &DRAW, sweep()).await.unwrap();
    assert!(sign_ups::own(cx, tokens[1].1).await.is_ok(), "for a week it is kept");
    forum.pass(sign_ups::DECLINED_KEPT + Duration::from_secs(1));
    domain::reactors::run(cx, &DRAW, sweep()).await.unwrap();
    assert!(is_not_found(sign_ups::own(cx, tokens[1].1).await));
    assert!(accounts::own(cx, tokens[0].1).await.is_ok());
    decide(&forum, boss, SignUps::Open).await;
    come(cx, "eva", "", "", "").await.expect("the name is free");
    forum.drain().await;
}

async fn declined_accounts_are_distinguished_from_pending_ones(forum: TestForum) {
    let cx = &forum.cx;
    let boss = forum.site_admin("boss").await;
    decide(&forum, boss, SignUps::Approved).await;
    let mut came = Vec::new();
    for name in ["ada", "kim", "lou"] {
        let token = come(cx, name, "", "", "").await.unwrap();
        came.push(sessions::opened(cx, &token).await.unwrap().unwrap().person.id);
    }
    sign_ups::answer(cx, boss, &came[..2], false).await.unwrap();
    let listed = async || -> Vec<(String, bool, bool)> {
        let rows = admin::people(cx, "", None, 0, 10).await.unwrap().0;
        rows.into_iter().map(|row| (row.user.username, row.user.waiting_since.is_some(), row.declined)).collect()
    };
    let row = |name: &str, waits, declined| (name.to_owned(), waits, declined);
    let others = [row("boss", false, false), row("kim", true, true), row("lou", true, false)];
    assert_eq!(listed().await, [vec![row("ada", true, true)], others.to_vec()].concat());
    sign_ups::answer(cx, boss, &came[..1], true).await.unwrap();
    assert_eq!(listed().await, [vec![row("ada", false, false)], others.to_vec()].concat());
}
