//! What a mail server does besides handing over an email: it asks, waits, pipes, and reports what it could not deliver.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::process::{Command, Output};
use std::time::Duration;

use crate::mail_in::{DOMAIN, Receiving, address_of, ana_with_a_group, with_topic};
use crate::mail_server::{Posted, send_through, with_people};
use crate::support::{
    NOBODYS_DOMAIN, PASSWORD, Place, Postfix, Route, Running, Visitor, free_port, newcomer, topic_in, wait_at_most,
    wait_for,
};

crate::both_ways!(
    unknown_addresses_are_refused_while_the_sender_is_connected,
    an_answer_to_a_notification_becomes_a_message,
    emails_wait_at_the_mail_server_while_the_forum_is_down,
    what_comes_back_is_noted,
);

/// An email about a mention is sent after three to five minutes.
const SOON: Duration = Duration::from_secs(8 * 60);

/// Sends an email with swaks, as a mail program does, and returns what it said.
fn swaks(postfix: &Postfix, from: &str, to: &str, more: &[&str]) -> Output {
    let mut command = Command::new("swaks");
    command.args(["--server", &postfix.address(), "--helo", "home.example.org", "--from", from, "--to", to]);
    // From 0 on success to 29; 24 means that a recipient was refused.
    command.args(more).output().expect("swaks is installed")
}

/// # Panics
/// When the mail server does not take the email.
fn send(postfix: &Postfix, to: &str, subject: &str, text: &str) {
    let subject = format!("Subject: {subject}");
    let output = swaks(postfix, "ana@example.org", to, &["--header", &subject, "--body", text]);
    assert!(output.status.success(), "{}", said(&output));
}

fn said(output: &Output) -> String {
    format!("{}{}", String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr))
}

async fn unknown_addresses_are_refused_while_the_sender_is_connected(running: Running) {
    let Posted { receiving, postfix } = Posted::start(running, true, &[]).await;
    let (ana, group) = ana_with_a_group(&receiving.forum).await;
    let to = address_of(&ana, &group).await;
    let refused = swaks(&postfix, "ana@example.org", &format!("new+aaaa.bbbb@{DOMAIN}"), &[]);
    assert_eq!(refused.status.code(), Some(24), "{}", said(&refused));
    assert!(said(&refused).contains("550 5.1.1"), "{}", said(&refused));
    // With a file, which the email program encodes.
    let picture = receiving.forum.folder().join("heron.txt");
    fs::write(&picture, "It stands on one leg.\n").expect("a file");
    let more = [
        "--header",
        "Subject: Herons",
        "--body",
        "By the river.",
        "--attach-type",
        "text/plain",
        "--attach-name",
        "heron.txt",
    ];
    let file = format!("@{}", picture.display());
    let output = swaks(&postfix, "ana@example.org", &to, &[more.as_slice(), &["--attach", &file]].concat());
    assert!(output.status.success(), "{}", said(&output));
    let page = with_topic(&ana, &group, "Herons").await;
    let topic = page.links().into_iter().find(|link| link.contains("/herons/")).expect("a link to it");
    wait_for("the file is there", async || ana.get(&topic).await.says("heron.txt").then_some(())).await;
    receiving.forum.jobs_done().await;
}

/// A topic of ana's with a message by ben, which mentions her.
async fn mentioned(receiving: &Receiving, ana: &Visitor, group: &Place) -> (Visitor, Place) {
    let ben = newcomer(&receiving.forum, "ben").await;
    ben.join(group).await;
    let topic = topic_in(ana, group, "Owls", "In the wood.").await;
    ben.post(&topic, "@ana, which ones?").await;
    (ben, topic)
}

async fn an_answer_to_a_notification_becomes_a_message(running: Running) {
    let Posted { receiving, postfix } = Posted::start(running, true, &[]).await;
    let (ana, group) = ana_with_a_group(&receiving.forum).await;
    let (ben, topic) = mentioned(&receiving, &ana, &group).await;
    let told = wait_at_most(SOON, "an email about the mention", async || {
        let emails = receiving.forum.mailbox.emails();
        emails.into_iter().find(|email| email.to == "ana@example.org" && email.text.contains("which ones?"))
    })
    .await;
    let head = told.source.split("\r\n\r\n").next().unwrap_or_default().replace("\r\n ", " ");
    let header =
        |name: &str| head.lines().find_map(|line| line.strip_prefix(name)).expect("such a header").trim().to_owned();
    let (to, id) = (header("Reply-To:"), header("Message-ID:"));
    let text = format!(
        "Tawny owls.\n\nOn 1 December 2026, forum@example.org wrote:\n{}",
        told.text.lines().map(|line| format!("> {line}\n")).collect::<String>()
    );
    let answer = ["--header", "Subject: Re: Owls", "--header", &format!("In-Reply-To: {id}"), "--body", &text];
    let output = swaks(&postfix, "ana@example.org", &to, &answer);
    assert!(output.status.success(), "{}", said(&output));
    let page = wait_for("the answer", async || {
        let page = ben.get(&topic.path).await;
        page.says("Tawny owls.").then_some(page)
    })
    .await;
    assert!(!page.says("forum@example.org wrote"), "{}", page.main());
    receiving.forum.jobs_done().await;
}

async fn emails_wait_at_the_mail_server_while_the_forum_is_down(running: Running) {
    let Posted { mut receiving, postfix } = Posted::start(running, false, &[]).await;
    let (ana, group) = ana_with_a_group(&receiving.forum).await;
    let to = address_of(&ana, &group).await;
    receiving.kill();
    for title in ["Herons", "Gulls", "Swifts"] {
        send(&postfix, &to, title, "By the river.");
    }
    wait_for("Postfix tried", async || postfix.log().contains("status=deferred").then_some(())).await;
    receiving.resume().await;
    for title in ["Herons", "Gulls", "Swifts"] {
        wait_at_most(Duration::from_secs(120), title, async || ana.get(&group.path).await.says(title).then_some(()))
            .await;
    }
    receiving.forum.jobs_done().await;
    let topics = receiving.forum.database.number("select count(*) from topics").await;
    assert_eq!(topics, 3, "each once");
}

async fn what_comes_back_is_noted(running: Running) {
    let Posted { receiving, postfix: _running } =
        Posted::start(running, false, &[("KLATCH_MAIL_IN_BOUNCES", "on")]).await;
    let forum = &receiving.forum;
    let cleo = newcomer(forum, "cleo").await;
    let address = format!("cleo@{NOBODYS_DOMAIN}");
    let form = cleo.get("/-/settings/mail").await.expect(200).form("/-/settings/mail").with("email", &address);
    cleo.submit(&form.with("current_password", PASSWORD)).await.expect(200);
    // Postfix takes the email, is refused by the next server, and reports that to the sender in the envelope.
    wait_at_most(Duration::from_secs(60), "the report", async || {
        (forum.database.number("select count(*) from letters where state = 'refused'").await == 1).then_some(())
    })
    .await;
    let reason = forum.database.text("select reason from letters where state = 'refused'").await;
    assert!(reason.contains("no such person"), "{reason}");
    forum.jobs_done().await;
}

/// On SQLite, the account of the pipe would need the rights to write the database.
#[tokio::test]
async fn a_pipe_of_the_mail_server_delivers_and_unknown_addresses_come_back() {
    let (mut forum, people) = with_people(Running::Services).await;
    let mut settings: Vec<(&'static str, String)> =
        ["KLATCH_DATA_DIR", "KLATCH_BASE_URL", "KLATCH_DATABASE_URL", "KLATCH_REDIS_URL", "KLATCH_SECRET_KEY"]
            .map(|name| (name, forum.setting(name)))
            .into();
    settings.push(("KLATCH_MAIL_IN_DOMAIN", DOMAIN.to_owned()));
    let postfix = Postfix::start(DOMAIN, &Route::Pipe(settings), people.port(), false).await;
    fs::set_permissions(forum.folder(), fs::Permissions::from_mode(0o711)).expect("a folder that others pass");
    send_through(&mut forum, &postfix);
    let receiving = Receiving::at(forum, format!("127.0.0.1:{}", free_port())).await;
    let (ana, group) = ana_with_a_group(&receiving.forum).await;
    let to = address_of(&ana, &group).await;
    send(&postfix, &to, "Herons", "By the river.");
    wait_at_most(Duration::from_secs(60), "the topic", async || {
        ana.get(&group.path).await.says("Herons").then_some(())
    })
    .await;
    send(&postfix, &format!("new+aaaa.bbbb@{DOMAIN}"), "Gulls", "At sea.");
    let back = wait_at_most(Duration::from_secs(60), "a report", async || {
        let emails = receiving.forum.mailbox.emails();
        emails.into_iter().find(|email| email.to == "ana@example.org" && email.subject.contains("Undelivered"))
    })
    .await;
    let words: Vec<&str> = back.text.split_whitespace().collect();
    assert!(words.join(" ").contains("is no address of this forum"), "{}", back.text);
    receiving.forum.jobs_done().await;
}
