//! A real mail server between the forum and people: Postfix, set up as `docs/mail-in.md` says.

use crate::mail_in::{Client, DOMAIN, Receiving, address_of, ana_with_a_group, email, with_topic};
use crate::support::{Forum, MailServer, Mailbox, Postfix, Route, Running, free_port};

/// A forum that sends and receives its emails through Postfix.
pub struct Posted {
    pub receiving: Receiving,
    pub postfix: Postfix,
}

impl Posted {
    /// Starts both. Postfix asks the forum about each new address if `asks_first`; settings are added to the forum's own.
    pub async fn start(running: Running, asks_first: bool, settings: &[(&'static str, &str)]) -> Self {
        let (mut forum, people) = with_people(running).await;
        let lmtp = format!("127.0.0.1:{}", free_port());
        let postfix = Postfix::start(DOMAIN, &Route::Lmtp(lmtp.clone()), people.port(), asks_first).await;
        send_through(&mut forum, &postfix);
        for &(name, value) in settings {
            forum.set(name, value.to_owned());
        }
        Self { receiving: Receiving::at(forum, lmtp).await, postfix }
    }
}

/// Starts a forum, and the server at which people get their emails: its mailbox.
pub async fn with_people(running: Running) -> (Forum, MailServer) {
    let mut forum = Forum::start(running).await;
    let people = match &forum.mailbox {
        Mailbox::Server(server) => server.clone(),
        Mailbox::Folder(_) => MailServer::start().await,
    };
    forum.mailbox = Mailbox::Server(people.clone());
    (forum, people)
}

/// Lets the forum's next processes send their emails through Postfix.
pub fn send_through(forum: &mut Forum, postfix: &Postfix) {
    forum.set("KLATCH_SMTP_URL", format!("smtp://{}", postfix.address()));
    forum.set("KLATCH_MAIL_FROM", "The forum <forum@example.org>".to_owned());
}

#[tokio::test]
async fn postfix_brings_emails_to_people_and_theirs_to_the_forum() {
    let Posted { receiving, postfix } = Posted::start(Running::Alone, false, &[]).await;
    // The email that confirms her address goes through Postfix.
    let (ana, group) = ana_with_a_group(&receiving.forum).await;
    let got = receiving.forum.mailbox.email("ana@example.org", "Confirm your email address").await;
    assert!(got.source.contains("by mx.example.org (Postfix)"), "{}", got.source);
    let to = address_of(&ana, &group).await;
    Client::greet(&postfix.address(), "EHLO")
        .await
        .deliver(&to, &email("ana@example.org", "Herons", "By the river."))
        .await;
    with_topic(&ana, &group, "Herons").await;
    receiving.forum.jobs_done().await;
}
