//! Emails: confirming an address, resetting a password; and two-factor authentication.

use crate::support::{Forum, Mailbox, Running, Visitor, group_of, newcomer, topic_in};
use totp_rs::{Builder, Secret};

crate::both_ways!(
    an_address_is_confirmed_and_a_password_reset_by_email,
    a_stolen_password_cannot_keep_an_account_by_changing_its_address,
    two_factor_sign_in_accepts_an_app_code_or_a_recovery_code,
    people_rename_download_and_delete_their_account,
);

const PASSWORD: &str = "rowing past the lighthouse";
const NEW: &str = "walking to the lighthouse";

/// What the next page says after somebody gave an address.
fn asked(forum: &Forum) -> &'static str {
    if forum.sends_email() { "We've sent you an email." } else { "Ask an admin to confirm your address." }
}

async fn an_address_is_confirmed_and_a_password_reset_by_email(running: Running) {
    let forum = Forum::start(running).await;
    let ana = forum.visitor();
    let form = ana.get("/-/sign-up").await.form("/-/sign-up").with("username", "ana").with("email", "ana@example.org");
    ana.submit(&form.with("password", PASSWORD)).await.expect(200).must_say(asked(&forum));
    ana.get("/-/settings/mail").await.expect(200).must_say("not confirmed yet");

    let email = forum.mailbox.email("ana@example.org", "Confirm your email address").await;
    assert!(email.source.contains("Content-Type: multipart/alternative"), "{}", email.source);
    assert!(email.text.contains("Hello ana,"), "{}", email.text);
    let link = email.link(&forum.base, "/-/confirm?token=");
    // Opening the link twice, in another browser, does nothing: only the button does.
    let phone = forum.visitor();
    phone.get(&link).await.expect(200);
    let asked = phone.get(&link).await.expect(200);
    asked.must_say("ana@example.org");
    ana.get("/-/settings/mail").await.must_say("not confirmed yet");
    phone.submit(&asked.form("/-/confirm")).await.expect(200).must_say("is confirmed");
    ana.get("/-/settings/mail").await.must_say("confirmed");
    assert!(!ana.get("/-/settings/mail").await.says("not confirmed yet"));
    phone.get(&link).await.expect(410).must_say("no longer works");

    // Known and unknown addresses get the same answer.
    let stranger = forum.visitor();
    let form = stranger.get("/-/sign-in").await.expect(200);
    form.must_say("Forgot password?");
    let forgot = stranger.get("/-/forgot").await.expect(200).form("/-/forgot");
    let known = stranger.submit(&forgot.clone().with("email", "ana@example.org")).await.expect(200);
    let unknown = stranger.submit(&forgot.clone().with("email", "nobody@example.org")).await.expect(200);
    assert_eq!(known.constant(), unknown.constant());
    known.must_say(if forum.sends_email() { "we've sent it a link" } else { "ask an admin for a link" });
    let wrong = stranger.submit(&forgot.with("email", "ana at home")).await.expect(422);
    assert_eq!(wrong.form("/-/forgot").value("email"), "ana at home");

    let email = forum.mailbox.email("ana@example.org", "Reset your password").await;
    let link = email.link(&forum.base, "/-/reset?token=");
    let asked = stranger.get(&link).await.expect(200);
    asked.must_say("Set a new password for ana");
    stranger.submit(&asked.form("/-/reset").with("new_password", "short")).await.expect(422).must_say("8 characters");
    let done = stranger.submit(&asked.form("/-/reset").with("new_password", NEW)).await.expect(200);
    done.must_say("Your password was changed");
    ana.get("/-/settings").await.must_say("Sign in");
    stranger.submit(&asked.form("/-/reset").with("new_password", "another one")).await.expect(410);
    let form = done.form("/-/sign-in").with("username", "ana");
    stranger.submit(&form.clone().with("password", PASSWORD)).await.expect(422);
    stranger.submit(&form.with("password", NEW)).await.expect(200).must_say("ana");
    forum.mailbox.email("ana@example.org", "was changed").await;
    assert!(forum.mailbox.emails().iter().all(|email| email.to == "ana@example.org"));
    forum.jobs_done().await;
}

async fn a_stolen_password_cannot_keep_an_account_by_changing_its_address(running: Running) {
    let forum = Forum::start(running).await;
    let ana = newcomer(&forum, "ana").await;
    let give = async |who: &Visitor, email: &str| {
        let form = who.get("/-/settings/mail").await.expect(200).form("/-/settings/mail").with("email", email);
        who.submit(&form.with("current_password", PASSWORD)).await.expect(200)
    };
    give(&ana, "ana@example.org").await.must_say(asked(&forum));
    let email = forum.mailbox.email("ana@example.org", "Confirm your email address").await;
    let confirm = ana.get(&email.link(&forum.base, "/-/confirm?token=")).await.expect(200).form("/-/confirm");
    ana.submit(&confirm).await.expect(200).must_say("is confirmed");

    let thief = forum.visitor();
    let form = thief.get("/-/sign-in").await.form("/-/sign-in").with("username", "ana");
    thief.submit(&form.with("password", PASSWORD)).await.expect(200);
    let page = give(&thief, "thief@example.net").await;
    page.must_say("Other sessions were signed out.");
    page.must_say("keep using the address above");
    // She gets an email at once, and sets another password: the change is cancelled.
    ana.get("/-/settings").await.must_say("Sign in");
    let told = forum.mailbox.email("ana@example.org", "A new email address was requested").await;
    let forgot = ana.get(&told.link(&forum.base, "/-/forgot")).await.expect(200).form("/-/forgot");
    ana.submit(&forgot.with("email", "ana@example.org")).await.expect(200);
    let email = forum.mailbox.email("ana@example.org", "Reset your password").await;
    let reset = ana.get(&email.link(&forum.base, "/-/reset?token=")).await.expect(200).form("/-/reset");
    ana.submit(&reset.with("new_password", NEW)).await.expect(200).must_say("Your password was changed");
    let email = forum.mailbox.email("thief@example.net", "Confirm your email address").await;
    thief.get(&email.link(&forum.base, "/-/confirm?token=")).await.expect(410).must_say("no longer works");
    thief.get("/-/settings").await.must_say("Sign in");
    let form = ana.get("/-/sign-in").await.form("/-/sign-in").with("username", "ana");
    ana.submit(&form.with("password", NEW)).await.expect(200);
    let mail = ana.get("/-/settings/mail").await.expect(200);
    mail.must_say("ana@example.org");
    assert!(!mail.says("thief@example.net"), "{}", mail.main());
    forum.jobs_done().await;
}

/// Returns the code that an app shows for this key, on a clock that is so many seconds ahead.
fn code(key: &str, ahead: u64) -> String {
    let secret = Secret::try_from_base32(key.replace(' ', "")).expect("a key");
    let now = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).expect("a clock").as_secs();
    Builder::new().with_secret(secret).build().expect("an app").generate(now + ahead).to_string()
}

async fn first_step(forum: &Forum) -> (Visitor, crate::support::Filled) {
    let phone = forum.visitor();
    let form = phone.get("/-/sign-in?next=/mentions").await.form("/-/sign-in").with("username", "ana");
    let page = phone.submit(&form.with("password", PASSWORD)).await.expect(200);
    page.must_say("Two-factor authentication");
    (phone, page.form("/-/sign-in/code"))
}

async fn two_factor_sign_in_accepts_an_app_code_or_a_recovery_code(running: Running) {
    let forum = Forum::start(running).await;
    let ana = newcomer(&forum, "ana").await;
    let off = ana.get("/-/settings/second-step").await.expect(200).form("/begin");
    ana.submit(&off.clone().with("current_password", "not that one")).await.expect(422).must_say("Incorrect password.");
    let begun = ana.submit(&off.with("current_password", PASSWORD)).await.expect(200);
    assert!(begun.html.contains("<svg class=\"qr\""));
    let key =
        begun.html.split("<p class=\"key\"><code>").nth(1).and_then(|rest| rest.split('<').next()).expect("a key");
    ana.submit(&begun.form("/on").with("code", "12")).await.expect(422).must_say("This code is wrong.");
    let first = code(key, 0);
    let shown = ana.submit(&begun.form("/on").with("code", &first)).await.expect(200);
    let codes: Vec<&str> = shown.html.split("<li><code>").skip(1).filter_map(|rest| rest.split('<').next()).collect();
    assert_eq!(codes.len(), 10);
    ana.get("/-/settings/second-step").await.expect(200).must_say("10 recovery codes left");

    let (phone, form) = first_step(&forum).await;
    phone.get("/mentions").await.must_say("Sign in");
    // The code that turned it on cannot be used again.
    phone.submit(&form.clone().with("code", &first)).await.expect(422);
    let again = phone.submit(&form.clone().with("code", codes[0])).await.expect(200);
    assert_eq!(again.path, "/mentions");
    let (phone, form) = first_step(&forum).await;
    phone.submit(&form.clone().with("code", codes[0])).await.expect(422).must_say("already used");
    let signed_in = phone.submit(&form.clone().with("code", &code(key, 30))).await.expect(200);
    assert_eq!(signed_in.path, "/mentions");
    ana.get("/-/settings/second-step").await.must_say("9 recovery codes left");

    // Users who lost their phone and codes ask the operator.
    let (phone, form) = first_step(&forum).await;
    let done = forum.run(&["admin", "user", "second-step-off", "ana"], "");
    assert!(done.status.success(), "{}", String::from_utf8_lossy(&done.stderr));
    let late = phone.submit(&form.with("code", codes[1])).await.expect(200);
    late.must_say("Sign in again");
    let plain = late.form("/-/sign-in").with("username", "ana").with("password", PASSWORD);
    assert_eq!(phone.submit(&plain).await.expect(200).path, "/mentions");
    assert!(!forum.run(&["admin", "user", "second-step-off", "nobody"], "").status.success());
}

async fn people_rename_download_and_delete_their_account(running: Running) {
    let forum = Forum::start(running).await;
    let (ana, ben) = (newcomer(&forum, "ana").await, newcomer(&forum, "ben").await);
    let group = group_of(&ben, "Bird watch", "public").await;
    ana.join(&group).await;
    let topic = topic_in(&ana, &group, "Herons", "By the river").await;
    ben.post(&topic, "I saw two, @ana").await;

    let account = ana.get("/-/settings/account").await.expect(200);
    let form = account.form("/name").with("username", "ben").with("current_password", PASSWORD);
    let taken = ana.submit(&form).await.expect(422);
    assert_eq!(taken.form("/name").value("username"), "ben");
    ana.submit(&taken.form("/name").with("username", "hannah").with("current_password", PASSWORD)).await.expect(200);
    let old = ben.peek("/users/ana/").await.expect(308);
    assert_eq!(old.header("location"), "/users/hannah/");
    ben.get(&topic.path).await.must_say("hannah");

    let download = ana.get("/-/settings/account/download").await.expect(200);
    assert!(download.header("content-disposition").contains("hannah.zip"));
    let data = download.data();
    let lines: Vec<serde_json::Value> =
        data.lines().map(|line| serde_json::from_str(line).expect("a line of JSON")).collect();
    assert!(lines.iter().any(|line| line["type"] == "message" && line["text"] == "By the river"));
    assert!(!data.contains("I saw two"));
    forum.visitor().get("/-/settings/account/download").await.must_say("Sign in");

    // Deleting the account ends its polls.
    let page = ana.get(&topic.path).await;
    let after = page.body_data("data-live-after").expect("a cursor");
    let form = ana.get("/-/settings/account/delete").await.expect(200).form("/delete").with("words", "blank");
    let wrong = ana.submit(&form.clone().with("current_password", "not that one")).await.expect(422);
    assert_eq!(wrong.form("/delete").value("words"), "blank");
    let gone = ana.submit(&form.with("current_password", PASSWORD)).await.expect(200);
    gone.must_say("Your account was deleted");
    let poll = ana.poll(&format!("after={after}"));
    assert_eq!(ana.ask("/live", poll).await.status, 401);
    ana.get("/-/settings").await.must_say("Sign in");
    forum.jobs_done().await;
    let left = ben.get(&topic.path).await.expect(200);
    assert!(!left.says("By the river") && !left.says("hannah"));
    left.must_say("I saw two");
    left.must_say("was deleted");
    ben.get("/users/hannah/").await.expect(404);
    let again = forum.visitor();
    let form = again.get("/-/sign-up").await.form("/-/sign-up").with("username", "ana").with("password", PASSWORD);
    again.submit(&form).await.expect(422);
    forum.examine().await;
}

#[tokio::test]
async fn emails_are_retried_after_a_temporary_failure_of_the_mail_server() {
    let forum = Forum::start(Running::Services).await;
    let Mailbox::Server(server) = &forum.mailbox else { panic!("services send by SMTP") };
    server.put_off(2);
    let ana = newcomer(&forum, "ana").await;
    let form = ana.get("/-/settings/mail").await.form("/-/settings/mail").with("email", "ana@example.org");
    ana.submit(&form.with("current_password", PASSWORD)).await.expect(200);
    let email = forum.mailbox.email("ana@example.org", "Confirm").await;
    assert_eq!(server.puts_off(), 0);
    ana.get(&email.link(&forum.base, "/-/confirm?token=")).await.expect(200);
    forum.jobs_done().await;
    assert_eq!(forum.mailbox.emails().len(), 1);
}
