//! Reports of mail servers that an email was not delivered.

use domain::mail_in;
use domain::notifications::choices;
use domain::platform::mail::signed::MailTo;
use domain::testing::TestForum;

use super::{Place, address, emailed, outcomes, place};
use crate::id;
use crate::tables::{ints, texts};

stories! {
    an_address_from_which_emails_come_back_gets_no_more,
    other_reports_change_nothing,
}

fn report(number: i64, action: &str, status: &str) -> String {
    format!(
        "From: MAILER-DAEMON@example.org\nMessage-ID: <report-{number}@example.org>\n\
         Content-Type: multipart/report; report-type=delivery-status; boundary=b\n\n\
         --b\nContent-Type: text/plain\n\nSorry.\n--b\nContent-Type: message/delivery-status\n\n\
         Reporting-MTA: dns; mail.example.org\n\nFinal-Recipient: rfc822; ben@example.org\nAction: {action}\n\
         Status: {status}\nDiagnostic-Code: smtp; 550 5.1.1 nobody here\n\n--b--\n"
    )
    .replace('\n', "\r\n")
}

/// Sends ben an email, and returns the address that reports about it go to.
async fn one_more(forum: &TestForum, place: &Place) -> String {
    forum.post(place.ann, place.topic, "@ben look").await;
    emailed(forum).await;
    let newest = ints(forum, "select max(id) from letters where kind = 'activity'").await[0][0];
    address(forum, MailTo::Bounce { user: id(place.ben), email: domain::model::EmailId(newest) })
}

async fn receive(forum: &TestForum, to: &str, report: &str) {
    mail_in::receive(&forum.cx, "", to, report.as_bytes()).await.unwrap();
    forum.drain().await;
}

async fn an_address_from_which_emails_come_back_gets_no_more(forum: TestForum) {
    let place = place(&forum).await;
    for number in 1..=3 {
        assert!(!choices::show(&forum.cx, place.ben).await.unwrap().is_bouncing);
        let to = one_more(&forum, &place).await;
        for _ in 0..2 {
            receive(&forum, &to, &report(number, "failed", "5.1.1")).await;
        }
        // Another report about the same email does not count.
        receive(&forum, &to, &report(10 + number, "failed", "5.1.1")).await;
    }
    assert!(choices::show(&forum.cx, place.ben).await.unwrap().is_bouncing);
    assert_eq!(outcomes(&forum).await, ["bounce"; 6]);
    let said = texts(&forum, "select distinct reason from letters where kind = 'activity' and state = 'refused'").await;
    assert_eq!(said, ["smtp; 550 5.1.1 nobody here"]);
}

async fn other_reports_change_nothing(forum: TestForum) {
    let place = place(&forum).await;
    let to = one_more(&forum, &place).await;
    for (number, action, status) in [(1, "delayed", "4.4.1"), (2, "failed", "4.4.7"), (3, "delivered", "2.0.0")] {
        receive(&forum, &to, &report(number, action, status)).await;
    }
    receive(&forum, &to, "From: ben@example.org\r\nMessage-ID: <away@example.org>\r\n\r\nI am away.\r\n").await;
    assert_eq!(outcomes(&forum).await, ["automatic"; 4]);
    // Somebody else's email.
    let newest = ints(&forum, "select max(id) from letters").await[0][0];
    let wrong = MailTo::Bounce { user: id(place.ann), email: domain::model::EmailId(newest) };
    receive(&forum, &address(&forum, wrong), &report(5, "failed", "5.1.1")).await;
    assert_eq!(texts(&forum, "select distinct state from letters").await, ["sent"]);
}
