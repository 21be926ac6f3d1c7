//! Received emails: what is posted, by whom, and once.

mod failed;
mod refused;
mod reports;
mod topics;

use std::time::Duration;

use domain::mail_in::{self, REPLY_ABOVE};
use domain::messages::{self, Target, Window};
use domain::model::{FileId, Group, GroupKind, IncomingEmailId, Mark, MessageId, TopicId};
use domain::platform::jobs::Task;
use domain::platform::mail::signed::{self, MailTo};
use domain::policy::Viewer;
use domain::testing::{DRAW, SentEmail, TestForum, draft};
use domain::{Error, files};

use crate::approval_queue::{self, approve, said};
use crate::bucket::{Fault, Service};
use crate::id;
use crate::storage::upload;
use crate::tables::{ints, texts};

stories! {
    a_reply_to_an_email_is_posted_as_a_reply,
    a_reply_to_several_messages_goes_to_their_topic,
    an_address_is_in_no_email_that_cannot_be_answered,
    the_same_email_is_posted_once,
    what_is_held_is_posted_once_it_is_approved,
    attached_files_are_posted_and_refused_ones_named,
    while_the_storage_is_away_an_email_with_a_file_waits,
    a_file_that_an_interrupted_job_stored_is_used,
    direct_messages_are_answered_by_email,
    a_reply_to_a_deleted_message_goes_to_its_topic,
}

struct Place {
    ann: Viewer,
    ben: Viewer,
    garden: Group,
    topic: TopicId,
}

/// A group with two members, who have confirmed addresses, and a topic.
async fn place(forum: &TestForum) -> Place {
    let (ann, ben) = (forum.person("ann").await, forum.person("ben").await);
    forum.execute("update users set email = username || '@example.org'").await;
    let garden = forum.group(ann, "Garden", GroupKind::Public).await;
    forum.admit(&garden, &[ben]).await;
    let topic = forum.topic(ann, &garden, "Plums", "One").await.topic;
    forum.drain().await;
    Place { ann, ben, garden, topic }
}

fn address(forum: &TestForum, to: MailTo) -> String {
    signed::address(&forum.cx.config, to, forum.cx.now()).unwrap()
}

fn reply_to(forum: &TestForum, who: Viewer, topic: TopicId) -> String {
    address(forum, MailTo::Reply { user: id(who), topic, message: None })
}

/// An email from ben, with more lines of its head.
fn email(key: &str, head: &str, text: &str) -> String {
    let text = text.replace('\n', "\r\n");
    format!(
        "From: Ben <ben@example.org>\r\nSubject: Re: Plums\r\nMessage-ID: <{key}@example.org>\r\n{head}\r\n{text}\r\n"
    )
}

/// Receives an email from ben, and handles it.
async fn take(forum: &TestForum, to: &str, email: &str) {
    mail_in::receive(&forum.cx, "ben@example.org", to, email.as_bytes()).await.unwrap();
    forum.drain().await;
}

/// What became of all emails, oldest first.
async fn outcomes(forum: &TestForum) -> Vec<String> {
    texts(forum, "select outcome from incoming_emails order by id").await
}

fn sent(forum: &TestForum, kind: &str) -> Vec<SentEmail> {
    forum.emails().into_iter().filter(|email| email.kind == kind).collect()
}

/// The source without line breaks that only its encoding needs.
fn plain(email: &SentEmail) -> String {
    email.source.replace("=\r\n", "").replace("=3D", "=").replace("\r\n ", " ")
}

/// The address for answers to an email.
fn answer_to(email: &SentEmail) -> Option<String> {
    let source = plain(email);
    let line = source.lines().find_map(|line| line.strip_prefix("Reply-To: "))?;
    Some(line.trim_matches(['<', '>', ' ', '\r']).to_owned())
}

/// Lets ben be emailed about what concerns him.
async fn emailed(forum: &TestForum) -> SentEmail {
    forum.drain().await;
    forum.pass(Duration::from_secs(7 * 60));
    forum.drain().await;
    sent(forum, "activity").pop().unwrap()
}

async fn last(forum: &TestForum, who: Viewer, topic: TopicId) -> domain::model::Message {
    let found = domain::topics::find(&forum.cx, who, topic).await.unwrap();
    messages::page(&forum.cx, who, &found, Window::Last).await.unwrap().messages.pop().unwrap()
}

async fn a_reply_to_an_email_is_posted_as_a_reply(forum: TestForum) {
    let Place { ann, ben, topic, .. } = place(&forum).await;
    let asked = forum.post(ann, topic, "@ben which ones?").await;
    let to = answer_to(&emailed(&forum).await).unwrap();
    assert!(to.starts_with("reply+") && to.ends_with("@in.forum.example"), "{to}");
    let text = format!(
        "The *blue* ones.\n\nOn 3 Mar 2026, at 10:12, Test <forum@forum.example> wrote:\n> {REPLY_ABOVE}\n> Hello"
    );
    take(&forum, &to.to_uppercase(), &email("1", "", &text)).await;
    assert_eq!(outcomes(&forum).await, ["posted"]);
    let posted = last(&forum, ann, topic).await;
    assert_eq!((posted.author.id, posted.markup.as_str()), (id(ben), "The <em>blue</em> ones."));
    assert_eq!(posted.reply_to.map(|original| original.id), Some(asked.id));
    assert!(sent(&forum, "returned").is_empty());
    // Nothing of the email is kept.
    let kept = "select cast(length(sender) + length(recipient) + length(raw) as bigint) from incoming_emails";
    assert_eq!(ints(&forum, kept).await, [[0]]);
}

async fn a_reply_to_several_messages_goes_to_their_topic(forum: TestForum) {
    let Place { ann, topic, .. } = place(&forum).await;
    forum.post(ann, topic, "@ben one").await;
    forum.post(ann, topic, "@ben two").await;
    let to = answer_to(&emailed(&forum).await).unwrap();
    take(&forum, &to, &email("1", "", "Both.")).await;
    let posted = last(&forum, ann, topic).await;
    assert_eq!((posted.markup.as_str(), posted.reply_to), ("Both.", None));
}

async fn an_address_is_in_no_email_that_cannot_be_answered(mut forum: TestForum) {
    let Place { ann, garden, topic, .. } = place(&forum).await;
    let other = forum.topic(ann, &garden, "Pears", "Two").await.topic;
    forum.post(ann, topic, "@ben one").await;
    forum.post(ann, other, "@ben two").await;
    assert_eq!(answer_to(&emailed(&forum).await), None, "two topics");
    domain::topics::mark(&forum.cx, ann, topic, Mark::Locked, true).await.unwrap();
    forum.post(ann, topic, "@ben locked").await;
    assert_eq!(answer_to(&emailed(&forum).await), None, "nobody may answer");
    std::sync::Arc::make_mut(&mut forum.cx.config).mail_in = None;
    forum.post(ann, other, "@ben again").await;
    assert_eq!(answer_to(&emailed(&forum).await), None, "the forum receives no emails");
}

async fn the_same_email_is_posted_once(forum: TestForum) {
    let Place { ann, ben, topic, .. } = place(&forum).await;
    let to = reply_to(&forum, ben, topic);
    let one = email("1", "", "Blue.");
    for _ in 0..2 {
        mail_in::receive(&forum.cx, "ben@example.org", &to, one.as_bytes()).await.unwrap();
    }
    forum.drain_twice().await;
    // The mail server did not hear the reply, and sends it again the next day: to a newer address of the same topic.
    forum.pass(Duration::from_secs(24 * 3_600));
    take(&forum, &reply_to(&forum, ben, topic), &one).await;
    assert_eq!(outcomes(&forum).await, ["posted"]);
    assert_eq!(said(&forum, ann, topic).await, ["One", "Blue."]);
    // Another email with the same text is another message, and one without an id is known by its content.
    take(&forum, &to, &email("2", "", "Blue.")).await;
    for _ in 0..2 {
        take(&forum, &to, "From: ben@example.org\r\n\r\nGreen.\r\n").await;
    }
    assert_eq!(said(&forum, ann, topic).await, ["One", "Blue.", "Blue.", "Green."]);
    // If its row is gone, the form's key still finds what was posted.
    forum.execute("delete from incoming_emails").await;
    take(&forum, &to, &one).await;
    assert_eq!(outcomes(&forum).await, ["posted"]);
    assert_eq!(said(&forum, ann, topic).await.len(), 4);
}

async fn what_is_held_is_posted_once_it_is_approved(forum: TestForum) {
    let Place { ann, ben, .. } = place(&forum).await;
    let orchard = approval_queue::holding(&forum, ann, "Orchard", GroupKind::Public, 1).await;
    let topic = forum.topic(ann, &orchard, "Pears", "One").await.topic;
    forum.admit(&orchard, &[ben]).await;
    take(&forum, &reply_to(&forum, ben, topic), &email("1", "", "Mine are blue.")).await;
    assert_eq!(outcomes(&forum).await, ["held"]);
    assert_eq!(said(&forum, ann, topic).await, ["One"]);
    let [(held, text)] = approval_queue::waiting(&forum, ann, &orchard).await.try_into().unwrap();
    assert_eq!(text, "Mine are blue.");
    approve(&forum, ann, &orchard, held).await.unwrap();
    assert_eq!(said(&forum, ann, topic).await, ["One", "Mine are blue."]);
    assert!(sent(&forum, "returned").is_empty());
    forum.drain().await;
}

async fn attached_files_are_posted_and_refused_ones_named(mut forum: TestForum) {
    forum.limit(|limits| limits.file_megabytes = 1);
    let Place { ann, ben, topic, .. } = place(&forum).await;
    let part = |name: &str, bytes: &str| {
        format!(
            "--b\nContent-Type: text/plain; name={name}\nContent-Disposition: attachment; filename={name}\n\n{bytes}\n"
        )
    };
    let text = format!(
        "--b\nContent-Type: text/plain\n\nSee the plan.\n{}{}--b--",
        part("plan.txt", "Dig here"),
        part("large.txt", &"x".repeat((1 << 20) + 1)),
    );
    let head = "MIME-Version: 1.0\r\nContent-Type: multipart/mixed; boundary=b\r\n";
    take(&forum, &reply_to(&forum, ben, topic), &email("1", head, &text)).await;
    assert_eq!(outcomes(&forum).await, ["posted"]);
    let posted = last(&forum, ann, topic).await;
    for part in ["See the plan.", ">plan.txt</a>", "<code>large.txt</code>. Files can have at most 1 MB."] {
        assert!(posted.markup.contains(part), "{part}: {}", posted.markup);
    }
    let stored = ints(&forum, "select file_id, message_id from message_files").await;
    assert_eq!(stored.len(), 1);
    assert_eq!(MessageId(stored[0][1]), posted.id);
    let found = files::find(&forum.cx, Viewer::Anonymous, FileId(stored[0][0])).await.unwrap();
    assert_eq!((found.file.owner_id, found.file.size), (id(ben), 8));
}

/// Receives an email from ben with a file.
async fn receive_plan(forum: &TestForum, to: &str) {
    let text = "--b\nContent-Type: text/plain\n\nSee the plan.\n--b\nContent-Type: text/plain; name=plan.txt\nContent-Disposition: attachment; filename=plan.txt\n\nDig here\n--b--";
    let email = email("1", "MIME-Version: 1.0\r\nContent-Type: multipart/mixed; boundary=b\r\n", text);
    mail_in::receive(&forum.cx, "ben@example.org", to, email.as_bytes()).await.unwrap();
}

async fn while_the_storage_is_away_an_email_with_a_file_waits(mut forum: TestForum) {
    forum.limit(|limits| limits.files_per_day = 2);
    let service = Service::open().await;
    forum.cx.files = service.files();
    let Place { ann, ben, topic, .. } = place(&forum).await;
    service.fails(Fault::Refuses);
    receive_plan(&forum, &reply_to(&forum, ben, topic)).await;
    let email = IncomingEmailId(ints(&forum, "select id from incoming_emails").await[0][0]);
    // More often than ben may upload.
    for _ in 0..3 {
        let tried = domain::reactors::run(&forum.cx, &DRAW, Task::EmailReceived { email }).await;
        assert!(tried.is_err_and(|error| error.is_unavailable()));
    }
    service.works();
    forum.drain().await;
    assert_eq!(outcomes(&forum).await, ["posted"]);
    let posted = last(&forum, ann, topic).await;
    assert!(posted.markup.contains(">plan.txt</a>"), "{}", posted.markup);
}

async fn a_file_that_an_interrupted_job_stored_is_used(forum: TestForum) {
    let Place { ben, topic, .. } = place(&forum).await;
    let older = upload(&forum, ben, "plan.txt", b"Dig here").await.unwrap();
    forum.pass(Duration::from_secs(1));
    receive_plan(&forum, &reply_to(&forum, ben, topic)).await;
    let stored = upload(&forum, ben, "plan.txt", b"Dig here").await.unwrap();
    forum.drain().await;
    assert_eq!(outcomes(&forum).await, ["posted"]);
    assert_eq!(ints(&forum, "select id from files order by id").await, [[older.id.0], [stored.id.0]]);
    assert_eq!(ints(&forum, "select file_id from message_files").await, [[stored.id.0]]);
}

async fn direct_messages_are_answered_by_email(forum: TestForum) {
    let Place { ann, .. } = place(&forum).await;
    let to = Target::Conversation { to: "ben", title: "" };
    let topic = messages::submit(&forum.cx, ann, to, draft("Are you coming?")).await.unwrap().topic;
    let to = answer_to(&emailed(&forum).await).unwrap();
    take(&forum, &to, &email("1", "", "Yes, at six.")).await;
    assert_eq!(said(&forum, ann, topic).await, ["Are you coming?", "Yes, at six."]);
}

async fn a_reply_to_a_deleted_message_goes_to_its_topic(forum: TestForum) {
    let Place { ann, topic, .. } = place(&forum).await;
    let asked = forum.post(ann, topic, "@ben which ones?").await;
    let to = answer_to(&emailed(&forum).await).unwrap();
    messages::delete(&forum.cx, ann, asked.id).await.unwrap();
    take(&forum, &to, &email("1", "", "The blue ones.")).await;
    let posted = last(&forum, ann, topic).await;
    assert_eq!((posted.markup.as_str(), posted.reply_to), ("The blue ones.", None));
    let forged = to.replace("reply+", "reply+a");
    assert!(matches!(
        mail_in::receive(&forum.cx, "", &forged, b"From: ben@example.org\r\n\r\nNo\r\n").await,
        Err(Error::NotFound)
    ));
}
