//! Emails that the program receives: by LMTP from a mail server, and from a pipe.

use tokio::io::{AsyncBufReadExt, AsyncWriteExt, BufReader};
use tokio::net::TcpStream;

use crate::support::{
    Forum, PASSWORD, Page, Place, Process, Running, Visitor, free_port, group_of, newcomer, program, wait_for,
};

crate::both_ways!(
    an_email_that_was_acknowledged_becomes_a_topic_even_if_all_processes_are_killed,
    a_pipe_delivers_emails_and_says_what_is_wrong_by_its_exit_code,
);

pub const DOMAIN: &str = "in.forum.example";

/// A forum that receives emails, and the process that does.
pub struct Receiving {
    pub forum: Forum,
    lmtp: String,
    process: Option<Process>,
}

impl Receiving {
    async fn start(running: Running) -> Self {
        Self::at(Forum::start(running).await, format!("127.0.0.1:{}", free_port())).await
    }

    /// Lets a forum receive emails at this address.
    pub async fn at(mut forum: Forum, lmtp: String) -> Self {
        forum.stop().await;
        forum.set("KLATCH_MAIL_IN_DOMAIN", DOMAIN.to_owned());
        forum.set("KLATCH_MAIL_IN_LISTEN", lmtp.clone());
        forum.set("KLATCH_FILE_MEGABYTES", "1".to_owned());
        let mut receiving = Self { forum, lmtp, process: None };
        receiving.resume().await;
        receiving
    }

    pub async fn resume(&mut self) {
        self.forum.resume().await;
        // `klatch serve` receives emails itself.
        if self.forum.running != Running::Alone {
            let mut process = self.forum.begin("mail-in");
            process.line("Receiving emails at").await;
            self.process = Some(process);
        }
    }

    pub fn kill(&mut self) {
        for name in self.forum.commands() {
            self.forum.kill(name);
        }
        if let Some(mut process) = self.process.take() {
            process.kill();
        }
    }

    async fn client(&self) -> Client {
        Client::greet(&self.lmtp, "LHLO").await
    }
}

/// A mail server that sends emails by LMTP, or a mail program that sends them by SMTP.
pub struct Client(BufReader<TcpStream>);

impl Client {
    /// Connects, and greets with `LHLO` or `EHLO`.
    pub async fn greet(address: &str, hello: &str) -> Self {
        let mut client = Self(BufReader::new(TcpStream::connect(address).await.expect("the server")));
        assert!(client.reply().await.starts_with("220"));
        client.must(&format!("{hello} mx.example.org"), "250").await;
        client
    }

    /// Returns the last line of the next reply.
    async fn reply(&mut self) -> String {
        loop {
            let mut line = String::new();
            self.0.read_line(&mut line).await.expect("a reply");
            if line.as_bytes().get(3) != Some(&b'-') {
                return line;
            }
        }
    }

    async fn must(&mut self, command: &str, reply: &str) {
        self.0.write_all(format!("{command}\r\n").as_bytes()).await.expect("it reads");
        let found = self.reply().await;
        assert!(found.starts_with(reply), "{command}: {found}");
    }

    pub async fn deliver(&mut self, to: &str, email: &str) {
        self.must("MAIL FROM:<ana@example.org>", "250").await;
        self.must(&format!("RCPT TO:<{to}>"), "250").await;
        self.must("DATA", "354").await;
        self.must(&format!("{email}."), "250 2.0.0").await;
    }
}

pub fn email(from: &str, subject: &str, text: &str) -> String {
    format!("From: {from}\r\nSubject: {subject}\r\nMessage-ID: <{subject}@example.org>\r\n\r\n{text}\r\n")
}

/// A person with a confirmed address at example.org.
pub async fn confirmed(forum: &Forum, name: &str) -> Visitor {
    let visitor = newcomer(forum, name).await;
    let address = format!("{name}@example.org");
    let form = visitor.get("/-/settings/mail").await.expect(200).form("/-/settings/mail").with("email", &address);
    visitor.submit(&form.with("current_password", PASSWORD)).await.expect(200);
    let email = forum.mailbox.email(&address, "Confirm your email address").await;
    let confirm = visitor.get(&email.link(&forum.base, "/-/confirm?token=")).await.expect(200).form("/-/confirm");
    visitor.submit(&confirm).await.expect(200);
    visitor
}

/// A person with a confirmed address, and their group.
pub async fn ana_with_a_group(forum: &Forum) -> (Visitor, Place) {
    let ana = confirmed(forum, "ana").await;
    let group = group_of(&ana, "Bird watch", "public").await;
    (ana, group)
}

/// Lets members start topics by email, and returns the address of the visitor.
pub async fn address_of(visitor: &Visitor, group: &Place) -> String {
    let page = visitor.get(&format!("/-/groups/{}/mail-in", group.id)).await.expect(200);
    page.must_say("This group doesn't accept topics by email.");
    let page = visitor.submit(&page.form("/mail-in")).await.expect(200);
    page.must_say("Turn off topics by email");
    let shown = page.html.split("<p class=\"key\"><code>").nth(1).and_then(|rest| rest.split('<').next());
    shown.expect("an address").to_owned()
}

pub async fn with_topic(visitor: &Visitor, group: &Place, title: &str) -> Page {
    wait_for(&format!("the topic {title}"), async || {
        let page = visitor.get(&group.path).await;
        (page.status == 200 && page.says(title)).then_some(page)
    })
    .await
}

async fn an_email_that_was_acknowledged_becomes_a_topic_even_if_all_processes_are_killed(running: Running) {
    let mut receiving = Receiving::start(running).await;
    let (ana, group) = ana_with_a_group(&receiving.forum).await;
    let to = address_of(&ana, &group).await;
    ana.get(&group.path).await.must_say("By email");
    let mut client = receiving.client().await;
    client.must("MAIL FROM:<ana@example.org>", "250").await;
    client.must(&format!("RCPT TO:<nobody@{DOMAIN}>"), "550 5.1.1").await;
    client.must("RSET", "250").await;
    let herons = email("Ana <ana@example.org>", "Herons", "By the river.\r\n\r\n-- \r\nAna");
    client.deliver(&to, &herons).await;
    receiving.kill();
    receiving.resume().await;
    let page = with_topic(&ana, &group, "Herons").await;
    // The group's page shows how the message begins, and its signature would follow.
    page.must_say("By the river.");
    assert!(!page.says("-- Ana"));
    // The mail server may not have heard the reply. It sends the email again.
    let mut client = receiving.client().await;
    client.deliver(&to, &herons).await;
    client.deliver(&to, &email("Mallory <mallory@example.net>", "Owls", "In the wood.")).await;
    client.must("QUIT", "221").await;
    let back = receiving.forum.mailbox.email("ana@example.org", "wasn't posted").await;
    for part in ["came from mallory@example.net", "In the wood.", "Owls"] {
        assert!(back.text.contains(part), "{part}: {}", back.text);
    }
    assert!(back.source.contains("Auto-Submitted: auto-replied"), "{}", back.source);
    receiving.forum.jobs_done().await;
    let page = ana.get(&group.path).await.expect(200);
    assert!(!page.says("Owls"));
    assert!(page.html.contains("/herons/") && !page.html.contains("/herons-2/"), "{}", page.main());
}

async fn a_pipe_delivers_emails_and_says_what_is_wrong_by_its_exit_code(running: Running) {
    let receiving = Receiving::start(running).await;
    let forum = &receiving.forum;
    let (ana, group) = ana_with_a_group(forum).await;
    let to = address_of(&ana, &group).await;
    let deliver = |to: &str, email: &str| {
        forum.run(&["mail-in", "deliver", to, "--sender", "ana@example.org"], &email.replace("\r\n", "\n"))
    };
    let done = deliver(&to, &email("ana@example.org", "Swifts", "Above the roof."));
    assert!(done.status.success(), "{}", String::from_utf8_lossy(&done.stderr));
    with_topic(&ana, &group, "Swifts").await;
    for (to, email, code) in [
        (format!("new+aaaa.bbbb@{DOMAIN}"), email("ana@example.org", "Gulls", "At sea."), 67),
        (to, email("ana@example.org", "Gulls", &"x".repeat(3 << 20)), 65),
    ] {
        let refused = deliver(&to, &email);
        assert_eq!(refused.status.code(), Some(code), "{}", String::from_utf8_lossy(&refused.stderr));
    }
    // Where there is no forum, or no database, the mail server tries again.
    for (name, value) in [("KLATCH_DATA_DIR", "/nothing/here"), ("KLATCH_DATABASE_URL", "postgres://a@127.0.0.1:1/b")] {
        let mut command = program();
        command
            .args(["mail-in", "deliver", "ana@example.org"])
            .env("KLATCH_SECRET_KEY", "a key of which only this test knows");
        let output = command.env(name, value).stdin(std::process::Stdio::null()).output().expect("the program");
        assert_eq!(output.status.code(), Some(75), "{}", String::from_utf8_lossy(&output.stderr));
    }
    forum.jobs_done().await;
}
