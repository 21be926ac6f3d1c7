//! What site admins and the operator do with an account for its owner.

use domain::Error;
use domain::model::{LogAction, UserId};
use domain::moderation::log;
use domain::people::accounts::NewAccount;
use domain::people::admins::{self, Actor};
use domain::people::sessions::Origin;
use domain::people::two_factor::{self, State};
use domain::people::{account_deletion, accounts, addresses, assistance, outbound_email, passwords, sessions};
use domain::platform::secrets::Password;
use domain::policy::Viewer;
use domain::testing::{PASSWORD, TestForum};
use futures_util::TryStreamExt;

use crate::{ABSENT, complaint, id, is_forbidden, is_not_found};

stories! {
    each_action_on_an_account_is_logged_and_its_owner_is_notified,
    an_admin_sends_a_password_link_without_seeing_it,
    an_admin_confirms_only_the_pending_address,
    a_download_is_sent_to_its_owner_as_a_single_use_link,
    an_admin_can_delete_an_account_but_not_an_admins,
    former_admins_cannot_manage_accounts,
    the_operator_sets_a_password_and_makes_an_admin,
}

const MAIL: &str = "mira@example.org";

fn origin() -> Origin {
    Origin::new([203, 0, 113, 7], "Test/1")
}

async fn mira(forum: &TestForum) -> UserId {
    let new = NewAccount { username: "mira".into(), email: MAIL.into(), password: Password::new(PASSWORD) };
    accounts::create(&forum.cx, new, false).await.unwrap()
}

/// Returns the kinds of all emails to this address, and forgets none.
async fn kinds(forum: &TestForum, to: &str) -> Vec<String> {
    forum.drain().await;
    forum.emails().into_iter().filter(|email| email.to == to).map(|email| email.kind).collect()
}

async fn logged(forum: &TestForum, boss: Viewer) -> Vec<(Option<String>, LogAction)> {
    let filter = log::LogFilter { whom: "mira", ..log::LogFilter::default() };
    let page = log::of_admins(&forum.cx, boss, filter, None).await.unwrap();
    page.lines.into_iter().rev().map(|line| (line.actor, line.what)).collect()
}

async fn with_second_step(forum: &TestForum, user: UserId) {
    two_factor::begin(&forum.cx, user, Password::new(PASSWORD)).await.unwrap();
    assert!(matches!(two_factor::state(&forum.cx, user).await.unwrap(), State::Begun(_)));
}

async fn each_action_on_an_account_is_logged_and_its_owner_is_notified(forum: TestForum) {
    let cx = &forum.cx;
    let boss = forum.site_admin("boss").await;
    let (mira, by) = (mira(&forum).await, Actor::Admin(boss));
    with_second_step(&forum, mira).await;
    sessions::open(cx, mira, &origin()).await.unwrap();

    assistance::send_reset_link(cx, by, mira).await.unwrap();
    two_factor::turn_off_for(cx, by, mira).await.unwrap();
    admins::end_sessions(cx, boss, mira, None).await.unwrap();
    assistance::send_data_link(cx, by, mira).await.unwrap();
    admins::set_admin(cx, boss, mira, true).await.unwrap();
    admins::set_admin(cx, boss, mira, false).await.unwrap();
    assert_eq!(
        kinds(&forum, MAIL).await,
        ["reset", "secondstepoff", "sessionsended", "datalink", "adminmade", "adminunmade"]
    );
    addresses::change(cx, mira, "new@example.org", Password::new(PASSWORD), "").await.unwrap();
    assistance::send_confirmation(cx, by, mira).await.unwrap();
    assert_eq!(kinds(&forum, "new@example.org").await, ["confirm"], "the first one became void");
    assistance::confirm_address(cx, by, mira, "new@example.org").await.unwrap();
    assert_eq!(kinds(&forum, "new@example.org").await, ["confirm", "addressconfirmed"]);
    assert_eq!(kinds(&forum, MAIL).await.last().unwrap(), "addresschanged");
    let boss_did = |what| (Some("boss".to_owned()), what);
    assert_eq!(
        logged(&forum, boss).await,
        [
            boss_did(LogAction::ResetLinkSent),
            boss_did(LogAction::SecondStepOff),
            boss_did(LogAction::SessionRevoked),
            boss_did(LogAction::DataLinkSent),
            boss_did(LogAction::AdminMade),
            boss_did(LogAction::AdminUnmade),
            boss_did(LogAction::ConfirmationSent),
            boss_did(LogAction::AddressConfirmed),
        ]
    );
    assert_eq!(two_factor::state(cx, mira).await.unwrap(), State::Off);
    assert!(sessions::list(cx, mira).await.unwrap().is_empty());
}

async fn an_admin_sends_a_password_link_without_seeing_it(forum: TestForum) {
    let cx = &forum.cx;
    let by = Actor::Admin(forum.site_admin("boss").await);
    let mira = mira(&forum).await;
    assistance::send_reset_link(cx, by, mira).await.unwrap();
    forum.drain().await;
    let first = forum.emails().pop().unwrap().token;
    assistance::send_reset_link(cx, by, mira).await.unwrap();
    forum.drain().await;
    let second = forum.emails().pop().unwrap().token;
    assert!(is_not_found(passwords::reset(cx, &first, Password::new("rowing past the reeds")).await));
    passwords::reset(cx, &second, Password::new("rowing past the reeds")).await.unwrap();
    accounts::sign_in(cx, "mira", Password::new("rowing past the reeds"), &origin()).await.unwrap();
    // Without a confirmed address, there is nowhere to send it to.
    let noor = id(forum.person("noor").await);
    forum.execute("update users set email = null, new_email = 'noor@example.org' where username = 'noor'").await;
    assert!(is_forbidden(assistance::send_reset_link(cx, by, noor).await));
    assert!(is_forbidden(assistance::send_data_link(cx, by, noor).await));
    forum.drain().await;
}

async fn an_admin_confirms_only_the_pending_address(forum: TestForum) {
    let cx = &forum.cx;
    let by = Actor::Admin(forum.site_admin("boss").await);
    let mira = mira(&forum).await;
    assert!(is_forbidden(assistance::confirm_address(cx, by, mira, "").await));
    assert!(is_forbidden(assistance::send_confirmation(cx, by, mira).await));
    addresses::change(cx, mira, "one@example.org", Password::new(PASSWORD), "").await.unwrap();
    addresses::change(cx, mira, "two@example.org", Password::new(PASSWORD), "").await.unwrap();
    assert!(is_forbidden(assistance::confirm_address(cx, by, mira, "one@example.org").await), "it changed meanwhile");
    let new =
        NewAccount { username: "noor".into(), email: "two@example.org".into(), password: Password::new(PASSWORD) };
    accounts::create(cx, new, false).await.unwrap();
    complaint(assistance::confirm_address(cx, by, mira, "two@example.org").await, "email");
    assert_eq!(accounts::own(cx, mira).await.unwrap().email.as_deref(), Some(MAIL));
    forum.drain().await;
}

async fn a_download_is_sent_to_its_owner_as_a_single_use_link(forum: TestForum) {
    let cx = &forum.cx;
    let by = Actor::Admin(forum.site_admin("boss").await);
    let mira = mira(&forum).await;
    let link = async || {
        assistance::send_data_link(cx, by, mira).await.unwrap();
        forum.drain().await;
        forum.emails().pop().unwrap().token
    };
    let token = link().await;
    assert_eq!(assistance::downloading(cx, &token).await.unwrap(), "mira");
    assert!(is_not_found(passwords::resetting(cx, &token).await), "it serves one purpose");
    let (name, zip) = assistance::download(cx, &token).await.unwrap();
    let zip: Vec<_> = zip.try_collect().await.unwrap();
    let mut zip = zip::ZipArchive::new(std::io::Cursor::new(zip.concat())).unwrap();
    let mut text = String::new();
    std::io::Read::read_to_string(&mut zip.by_name("data.jsonl").unwrap(), &mut text).unwrap();
    assert!(name == "mira" && text.contains(MAIL));
    assert!(is_not_found(assistance::downloading(cx, &token).await));
    assert!(is_not_found(assistance::download(cx, &token).await.map(|_| ())));
    // It ends with a change of the password, and after some days.
    let token = link().await;
    assistance::set_password(cx, mira, Password::new("rowing past the reeds")).await.unwrap();
    assert!(is_not_found(assistance::downloading(cx, &token).await));
    let token = link().await;
    forum.pass(outbound_email::CONFIRM);
    assert!(is_not_found(assistance::downloading(cx, &token).await));
    forum.drain().await;
}

async fn an_admin_can_delete_an_account_but_not_an_admins(forum: TestForum) {
    let cx = &forum.cx;
    let boss = forum.site_admin("boss").await;
    let mira = mira(&forum).await;
    let session = sessions::open(cx, mira, &origin()).await.unwrap();
    admins::set_admin(cx, boss, mira, true).await.unwrap();
    assert!(is_forbidden(account_deletion::delete_for(cx, Actor::Admin(boss), mira, false).await));
    admins::set_admin(cx, boss, mira, false).await.unwrap();
    assert!(is_forbidden(account_deletion::delete_for(cx, Actor::Operator, id(boss), false).await), "the only admin");
    account_deletion::delete_for(cx, Actor::Admin(boss), mira, true).await.unwrap();
    assert_eq!(kinds(&forum, MAIL).await.last().unwrap(), "deletedbyadmin");
    assert_eq!(sessions::authenticate(cx, &session).await.unwrap(), None);
    assert!(accounts::own(cx, mira).await.unwrap().deleted);
    let page = log::of_admins(cx, boss, log::LogFilter::default(), None).await.unwrap();
    assert_eq!(page.lines[0].what, LogAction::AccountDeleted);
    assert!(is_not_found(account_deletion::delete_for(cx, Actor::Admin(boss), mira, true).await), "it is gone");
    assert!(is_not_found(assistance::send_reset_link(cx, Actor::Admin(boss), mira).await));
}

async fn former_admins_cannot_manage_accounts(forum: TestForum) {
    let cx = &forum.cx;
    let (boss, other) = (forum.site_admin("boss").await, forum.site_admin("other").await);
    let mira = mira(&forum).await;
    // The session still says that they are one.
    admins::set_admin(cx, boss, id(other), false).await.unwrap();
    let member = forum.person("noor").await;
    for viewer in [other, member, Viewer::Anonymous] {
        let by = Actor::Admin(viewer);
        for answer in [
            assistance::send_reset_link(cx, by, mira).await,
            assistance::send_data_link(cx, by, mira).await,
            assistance::send_confirmation(cx, by, mira).await,
            assistance::confirm_address(cx, by, mira, MAIL).await,
            two_factor::turn_off_for(cx, by, mira).await,
            account_deletion::delete_for(cx, by, mira, false).await,
            admins::set_admin(cx, viewer, mira, true).await,
            admins::end_sessions(cx, viewer, mira, None).await,
            domain::site::newcomers::set(cx, viewer, Default::default()).await,
            domain::admin::retry_job(cx, viewer, domain::model::JobId(ABSENT)).await,
            domain::admin::drop_job(cx, viewer, domain::model::JobId(ABSENT)).await,
        ] {
            assert!(matches!(answer, Err(Error::NotFound | Error::SignedOut)), "{viewer:?}: {answer:?}");
        }
    }
    assert_eq!(kinds(&forum, MAIL).await, Vec::<String>::new());
}

async fn the_operator_sets_a_password_and_makes_an_admin(forum: TestForum) {
    let cx = &forum.cx;
    let boss = forum.site_admin("boss").await;
    let mira = mira(&forum).await;
    let session = sessions::open(cx, mira, &origin()).await.unwrap();
    assert_eq!(assistance::named(cx, "Mira").await.unwrap().id, mira);
    assert!(is_not_found(assistance::named(cx, "nobody").await));
    complaint(assistance::set_password(cx, mira, Password::new("short")).await, "new_password");
    assistance::set_password(cx, mira, Password::new("rowing past the reeds")).await.unwrap();
    assert_eq!(sessions::authenticate(cx, &session).await.unwrap(), None);
    accounts::sign_in(cx, "mira", Password::new("rowing past the reeds"), &origin()).await.unwrap();
    admins::set_admin(cx, Actor::Operator, mira, true).await.unwrap();
    let lines: Vec<String> = assistance::export(cx, mira).await.unwrap().try_collect().await.unwrap();
    assert!(lines.concat().contains(MAIL));
    assert_eq!(kinds(&forum, MAIL).await, ["passwordchanged", "newbrowser", "adminmade", "exported"]);
    let operator = |what| (None::<String>, what);
    let all = [LogAction::PasswordSet, LogAction::AdminMade, LogAction::AccountExported];
    assert_eq!(logged(&forum, boss).await, all.map(operator));
}
