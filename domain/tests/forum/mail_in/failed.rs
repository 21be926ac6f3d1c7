//! Emails that cannot be read or handled: their authors get an answer, and admins see what became of each.

use std::time::Duration;

use domain::mail_in::log;
use domain::model::{IncomingLine, IncomingOutcome};
use domain::testing::TestForum;

use super::{Place, email, last, outcomes, place, plain, receive_plan, reply_to, sent, take};
use crate::approval_queue::said;
use crate::bucket::{Fault, Service};
use crate::tables::ints;
use crate::{id, is_not_found};

stories! {
    an_email_with_too_many_parts_is_sent_back,
    an_email_whose_job_fails_for_good_is_sent_back,
    an_email_that_was_posted_before_its_job_failed_is_not_sent_back,
    admins_see_what_became_of_received_emails,
}

async fn an_email_with_too_many_parts_is_sent_back(forum: TestForum) {
    let Place { ann, ben, topic, .. } = place(&forum).await;
    let to = reply_to(&forum, ben, topic);
    let head = "Content-Type: multipart/mixed; boundary=b\r\n";
    take(&forum, &to, &email("1", head, &"--b\n\n.\n".repeat(1_000))).await;
    take(&forum, &to, &email("2", &"X-Note: a\r\n".repeat(20_000), "Yes.")).await;
    assert_eq!(outcomes(&forum).await, ["returned"; 2]);
    for back in sent(&forum, "returned") {
        assert!(back.to == "ben@example.org" && plain(&back).contains("too many parts"), "{}", back.source);
    }
    // Emails in emails are not read, however deep they are. They are no files either.
    let deep = "Content-Type: message/rfc822\n\n".repeat(50_000);
    let text = format!("--b\nContent-Type: text/plain\n\nSee below.\n--b\n{deep}\n--b--");
    take(&forum, &to, &email("3", head, &text)).await;
    assert_eq!(said(&forum, ann, topic).await, ["One", "See below."]);
}

/// Runs the jobs until none is tried again.
async fn exhaust(forum: &TestForum) {
    for _ in 0..8 {
        forum.run_jobs(1).await;
        forum.pass(Duration::from_secs(600));
    }
}

async fn an_email_whose_job_fails_for_good_is_sent_back(mut forum: TestForum) {
    let service = Service::open().await;
    forum.cx.files = service.files();
    let Place { ann, ben, topic, .. } = place(&forum).await;
    service.fails(Fault::Refuses);
    receive_plan(&forum, &reply_to(&forum, ben, topic)).await;
    exhaust(&forum).await;
    assert_eq!(outcomes(&forum).await, ["failed"]);
    let [back] = sent(&forum, "returned").try_into().unwrap();
    let source = plain(&back);
    assert!(back.to == "ben@example.org" && source.contains("See the plan."), "{source}");
    assert!(source.contains("An error of the site"), "{source}");
    assert_eq!(said(&forum, ann, topic).await, ["One"]);
    // It no longer waits, and nothing of it is kept. The failed job stays for admins; to try it again posts nothing.
    let left = "select cast(length(sender) + length(recipient) + length(raw) as bigint) from incoming_emails";
    assert_eq!(ints(&forum, left).await, [[0]]);
    assert_eq!(ints(&forum, "select count(*) from jobs where state = 'failed'").await, [[1]]);
    service.works();
    forum.execute("update jobs set state = 'ready', attempt = 0 where state = 'failed'").await;
    assert!(forum.run_jobs(1).await.is_empty());
    assert_eq!((said(&forum, ann, topic).await.len(), sent(&forum, "returned").len()), (1, 1));
}

async fn an_email_that_was_posted_before_its_job_failed_is_not_sent_back(forum: TestForum) {
    let Place { ann, ben, topic, .. } = place(&forum).await;
    take(&forum, &reply_to(&forum, ben, topic), &email("1", "", "Blue.")).await;
    let posted = last(&forum, ann, topic).await;
    // As if its job had posted it and then failed each time.
    forum
        .execute("update incoming_emails set outcome = 'waiting', message_id = null, raw = 'From: ben@example.org'")
        .await;
    let given_up = domain::platform::jobs::Task::EmailGivenUp {
        email: domain::model::IncomingEmailId(ints(&forum, "select id from incoming_emails").await[0][0]),
    };
    domain::reactors::run(&forum.cx, &domain::testing::DRAW, given_up).await.unwrap();
    assert_eq!(outcomes(&forum).await, ["posted"]);
    assert_eq!(ints(&forum, "select message_id from incoming_emails").await, [[posted.id.0]]);
    assert!(sent(&forum, "returned").is_empty());
}

async fn admins_see_what_became_of_received_emails(forum: TestForum) {
    let cx = &forum.cx;
    let Place { ann, ben, topic, .. } = place(&forum).await;
    let boss = forum.site_admin("boss").await;
    let to = reply_to(&forum, ben, topic);
    take(&forum, &to, &email("1", "", "Blue.")).await;
    take(&forum, &to, &email("2", "Precedence: bulk\r\n", "I am away.")).await;
    take(&forum, &to, &email("3", "", "No.").replace("Ben <ben@example.org>", "mallory@example.net")).await;
    let posted = last(&forum, ann, topic).await;
    for nobody in [ann, ben] {
        assert!(is_not_found(log::list(cx, nobody, None, None, 10).await));
    }
    let (lines, has_more) = log::list(cx, boss, None, None, 10).await.unwrap();
    let seen: Vec<_> = lines.iter().map(|line| (line.outcome, line.author.as_str(), line.message_id)).collect();
    assert_eq!(
        seen,
        [
            (IncomingOutcome::Returned, "mallory@example.net", None),
            (IncomingOutcome::Automatic, "ben@example.org", None),
            (IncomingOutcome::Posted, "ben@example.org", Some(posted.id)),
        ]
    );
    assert!(!has_more && lines.iter().all(|line| line.username == "ben"));
    assert!(lines[0].reason.contains("came from mallory@example.net"), "{}", lines[0].reason);
    assert!(lines[1].reason.is_empty() && lines[2].reason.is_empty());
    // By outcome, and page by page.
    let (some, _) = log::list(cx, boss, Some(IncomingOutcome::Automatic), None, 10).await.unwrap();
    assert_eq!(some, lines[1..2]);
    let mut paged: Vec<IncomingLine> = Vec::new();
    loop {
        let before = paged.last().map(|line| line.id);
        let (page, has_more) = log::list(cx, boss, None, before, 2).await.unwrap();
        paged.extend(page);
        if !has_more {
            break;
        }
    }
    assert_eq!(paged, lines);
    // It ends with the account.
    let admin = domain::people::admins::Actor::Admin(boss);
    domain::people::account_deletion::delete_for(cx, admin, id(ben), false).await.unwrap();
    assert!(log::list(cx, boss, None, None, 10).await.unwrap().0.is_empty());
}
