//! Letters: an address is confirmed, a password comes back, and signing in takes a second step.

use crate::support::{Forum, Mailbox, Running, Visitor, newcomer};
use totp_rs::{Builder, Secret};

crate::both_ways!(
    an_address_is_confirmed_and_a_forgotten_password_replaced_by_mail,
    signing_in_takes_a_code_of_the_phone_or_a_recovery_code,
);

const PASSWORD: &str = "rowing past the lighthouse";
const NEW: &str = "walking to the lighthouse";

async fn an_address_is_confirmed_and_a_forgotten_password_replaced_by_mail(running: Running) {
    let forum = Forum::start(running).await;
    let ana = forum.visitor();
    let form = ana.get("/-/sign-up").await.form("/-/sign-up").with("username", "ana").with("email", "ana@example.org");
    ana.submit(&form.with("password", PASSWORD)).await.expect(200).must_say("A letter is on its way");
    ana.get("/-/settings/mail").await.expect(200).must_say("not confirmed yet");

    let letter = forum.mailbox.letter("ana@example.org", "Confirm your mail address").await;
    assert!(letter.source.contains("Content-Type: multipart/alternative"), "{}", letter.source);
    assert!(letter.text.contains("Hello ana,"), "{}", letter.text);
    let link = letter.link(&forum.base, "/-/confirm?token=");
    // It is opened in another browser, and looked at twice: only the button does it.
    let phone = forum.visitor();
    phone.get(&link).await.expect(200);
    let asked = phone.get(&link).await.expect(200);
    asked.must_say("ana@example.org");
    ana.get("/-/settings/mail").await.must_say("not confirmed yet");
    phone.submit(&asked.form("/-/confirm")).await.expect(200).must_say("is confirmed");
    ana.get("/-/settings/mail").await.must_say("confirmed");
    assert!(!ana.get("/-/settings/mail").await.says("not confirmed yet"));
    phone.get(&link).await.expect(410).must_say("works no more");

    // Known and unknown addresses get the same answer.
    let stranger = forum.visitor();
    let form = stranger.get("/-/sign-in").await.expect(200);
    form.must_say("I forgot my password");
    let forgot = stranger.get("/-/forgot").await.expect(200).form("/-/forgot");
    let known = stranger.submit(&forgot.clone().with("email", "ana@example.org")).await.expect(200);
    let unknown = stranger.submit(&forgot.clone().with("email", "nobody@example.org")).await.expect(200);
    assert_eq!(known.constant(), unknown.constant());
    known.must_say("a letter is on its way");
    let wrong = stranger.submit(&forgot.with("email", "ana at home")).await.expect(422);
    assert_eq!(wrong.form("/-/forgot").value("email"), "ana at home");

    let letter = forum.mailbox.letter("ana@example.org", "A new password").await;
    let link = letter.link(&forum.base, "/-/reset?token=");
    let asked = stranger.get(&link).await.expect(200);
    asked.must_say("A new password for ana");
    stranger.submit(&asked.form("/-/reset").with("new_password", "short")).await.expect(422).must_say("8 characters");
    let done = stranger.submit(&asked.form("/-/reset").with("new_password", NEW)).await.expect(200);
    done.must_say("Your password is changed");
    ana.get("/-/settings").await.must_say("Sign in");
    stranger.submit(&asked.form("/-/reset").with("new_password", "another one")).await.expect(410);
    let form = done.form("/-/sign-in").with("username", "ana");
    stranger.submit(&form.clone().with("password", PASSWORD)).await.expect(422);
    stranger.submit(&form.with("password", NEW)).await.expect(200).must_say("ana");
    forum.mailbox.letter("ana@example.org", "was changed").await;
    assert!(forum.mailbox.letters().iter().all(|letter| letter.to == "ana@example.org"));
    forum.jobs_done().await;
}

/// The code that a phone shows for this key, whose clock is so many seconds ahead.
fn code(key: &str, ahead: u64) -> String {
    let secret = Secret::try_from_base32(key.replace(' ', "")).expect("a key");
    let now = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).expect("a clock").as_secs();
    Builder::new().with_secret(secret).build().expect("an app").generate(now + ahead).to_string()
}

async fn first_step(forum: &Forum) -> (Visitor, crate::support::Filled) {
    let phone = forum.visitor();
    let form = phone.get("/-/sign-in?next=/mentions").await.form("/-/sign-in").with("username", "ana");
    let page = phone.submit(&form.with("password", PASSWORD)).await.expect(200);
    page.must_say("One more step");
    (phone, page.form("/-/sign-in/code"))
}

async fn signing_in_takes_a_code_of_the_phone_or_a_recovery_code(running: Running) {
    let forum = Forum::start(running).await;
    let ana = newcomer(&forum, "ana").await;
    let off = ana.get("/-/settings/second-step").await.expect(200).form("/begin");
    ana.submit(&off.clone().with("current_password", "not that one")).await.expect(422).must_say("not your password");
    let begun = ana.submit(&off.with("current_password", PASSWORD)).await.expect(200);
    assert!(begun.html.contains("<svg class=\"qr\""));
    let key =
        begun.html.split("<p class=\"key\"><code>").nth(1).and_then(|rest| rest.split('<').next()).expect("a key");
    ana.submit(&begun.form("/on").with("code", "12")).await.expect(422).must_say("not the code");
    let shown = ana.submit(&begun.form("/on").with("code", &code(key, 0))).await.expect(200);
    let codes: Vec<&str> = shown.html.split("<li><code>").skip(1).filter_map(|rest| rest.split('<').next()).collect();
    assert_eq!(codes.len(), 10);
    ana.get("/-/settings/second-step").await.expect(200).must_say("10 recovery codes left");

    let (phone, form) = first_step(&forum).await;
    phone.get("/mentions").await.must_say("Sign in");
    // The code that turned it on is used up.
    phone.submit(&form.clone().with("code", &code(key, 0))).await.expect(422);
    let again = phone.submit(&form.clone().with("code", codes[0])).await.expect(200);
    assert_eq!(again.path, "/mentions");
    let (phone, form) = first_step(&forum).await;
    phone.submit(&form.clone().with("code", codes[0])).await.expect(422).must_say("used before");
    let signed_in = phone.submit(&form.clone().with("code", &code(key, 30))).await.expect(200);
    assert_eq!(signed_in.path, "/mentions");
    ana.get("/-/settings/second-step").await.must_say("9 recovery codes left");

    // Whoever lost the phone and the codes asks those who run the site.
    let (phone, form) = first_step(&forum).await;
    let done = forum.run(&["admin", "user", "second-step-off", "ana"], "");
    assert!(done.status.success(), "{}", String::from_utf8_lossy(&done.stderr));
    let late = phone.submit(&form.with("code", codes[1])).await.expect(200);
    late.must_say("Type it again");
    let plain = late.form("/-/sign-in").with("username", "ana").with("password", PASSWORD);
    assert_eq!(phone.submit(&plain).await.expect(200).path, "/mentions");
    assert!(!forum.run(&["admin", "user", "second-step-off", "nobody"], "").status.success());
}

#[tokio::test]
async fn a_mail_server_that_puts_letters_off_gets_them_again() {
    let forum = Forum::start(Running::Services).await;
    let Mailbox::Server(server) = &forum.mailbox else { panic!("services send by SMTP") };
    server.put_off(2);
    let ana = newcomer(&forum, "ana").await;
    let form = ana.get("/-/settings/mail").await.form("/-/settings/mail").with("email", "ana@example.org");
    ana.submit(&form.with("current_password", PASSWORD)).await.expect(200);
    let letter = forum.mailbox.letter("ana@example.org", "Confirm").await;
    assert_eq!(server.puts_off(), 0);
    ana.get(&letter.link(&forum.base, "/-/confirm?token=")).await.expect(200);
    forum.jobs_done().await;
    assert_eq!(forum.mailbox.letters().len(), 1);
}
