//! Reports by people without an account.

use crate::notices::{of, source};
use crate::tables::{ints, texts};
use crate::{ABSENT, complaint};
use domain::Error;
use domain::model::{Grounds, GroupKind, MessageId, Verdict};
use domain::moderation::reports::{self, FromOutside};
use domain::people::sessions::Origin;
use domain::testing::TestForum;

stories! {
    anonymous_visitors_can_report_public_messages,
    an_anonymous_report_names_missing_fields_and_is_limited,
    only_site_admins_see_a_reporters_address_until_the_report_is_answered,
}

fn network() -> Origin {
    Origin::new([203, 0, 113, 7], "")
}

fn outside(email: &str) -> FromOutside<'_> {
    FromOutside { grounds: Some(Grounds::Private), words: "My street", name: "A neighbour", email, in_good_faith: true }
}

async fn anonymous_visitors_can_report_public_messages(forum: TestForum) {
    let cx = &forum.cx;
    let (mira, noor) = (forum.person("mira").await, forum.person("noor").await);
    let garden = forum.group(mira, "Garden", GroupKind::Public).await;
    forum.admit(&garden, &[noor]).await;
    let posted = forum.topic(noor, &garden, "Plums", "Lime street 5").await;
    // Twice from one address: the second report replaces the first.
    for words in ["My street", "My street, still"] {
        let typed = FromOutside { words, ..outside("Ann@example.org") };
        reports::create_from_outside(cx, &network(), posted.id, typed).await.unwrap();
    }
    reports::create_from_outside(cx, &network(), posted.id, outside("ben@example.org")).await.unwrap();
    forum.drain_twice().await;
    let kinds: Vec<_> = forum.emails().into_iter().map(|email| (email.to, email.kind)).collect();
    let receipt = |to: &str| (to.to_owned(), "reportreceived".to_owned());
    assert_eq!(kinds, [receipt("Ann@example.org"), receipt("Ann@example.org"), receipt("ben@example.org")]);
    for email in forum.emails() {
        let source = source(&email);
        assert!(!source.contains("street") && !source.contains("neighbour"), "{source}");
    }
    let (_, items) = reports::of_group(cx, mira, garden.id).await.unwrap();
    let voices: Vec<_> =
        items[0].voices.iter().map(|v| (v.reporter_name.as_str(), v.words.as_str(), v.grounds)).collect();
    let by = "A neighbour";
    assert_eq!(voices, [(by, "My street, still", Grounds::Private), (by, "My street", Grounds::Private)]);
    reports::answer(cx, mira, items[0].row.report_id, Verdict::Deleted, "That is private.").await.unwrap();
    forum.drain_twice().await;
    let answers: Vec<_> = forum.emails().into_iter().filter(|email| email.kind == "reportanswered").collect();
    let to: Vec<_> = answers.iter().map(|email| email.to.as_str()).collect();
    assert_eq!(to, ["Ann@example.org", "ben@example.org"]);
    assert!(answers.iter().all(|email| source(email).contains("That is private.")));
    assert_eq!(of(&forum, noor).await[0].details.grounds, [Grounds::Private]);
    // Elsewhere the answer is that for a message that does not exist.
    let absent = crate::describe(
        reports::create_from_outside(cx, &network(), MessageId(ABSENT), outside("a@example.org")).await,
    );
    for kind in [GroupKind::Closed, GroupKind::Private] {
        let group = forum.group(mira, kind.as_str(), kind).await;
        let hidden = forum.topic(mira, &group, "Plums", "Ours").await.id;
        for message in [hidden, posted.id] {
            let answer = reports::create_from_outside(cx, &network(), message, outside("a@example.org")).await;
            assert_eq!(crate::describe(answer), absent);
        }
    }
    assert_eq!(ints(&forum, "select count(*) from reports").await, [[2]]);
    forum.drain().await;
}

async fn an_anonymous_report_names_missing_fields_and_is_limited(mut forum: TestForum) {
    forum.limit(|limits| limits.reports_per_day = 2);
    let cx = &forum.cx;
    let mira = forum.person("mira").await;
    let garden = forum.group(mira, "Garden", GroupKind::Public).await;
    let posted = forum.topic(mira, &garden, "Plums", "Lime street 5").await;
    let nothing = FromOutside { grounds: None, words: " ", name: &"x".repeat(81), email: "", in_good_faith: false };
    for field in ["grounds", "words", "name", "email", "good_faith"] {
        complaint(reports::create_from_outside(cx, &network(), posted.id, nothing).await, field);
    }
    let rule = FromOutside { grounds: Some(Grounds::Rule), email: "no address", ..outside("") };
    complaint(reports::create_from_outside(cx, &network(), posted.id, rule).await, "grounds");
    complaint(reports::create_from_outside(cx, &network(), posted.id, rule).await, "email");
    for n in 0..3 {
        let email = format!("reader{n}@example.org");
        let answer = reports::create_from_outside(cx, &network(), posted.id, outside(&email)).await;
        assert_eq!(matches!(answer, Err(Error::TooMany(_))), n == 2, "{answer:?}");
    }
    let elsewhere = Origin::new([198, 51, 100, 1], "");
    reports::create_from_outside(cx, &elsewhere, posted.id, outside("else@example.org")).await.unwrap();
    forum.drain().await;
}

async fn only_site_admins_see_a_reporters_address_until_the_report_is_answered(forum: TestForum) {
    let cx = &forum.cx;
    let (mira, boss) = (forum.person("mira").await, forum.site_admin("boss").await);
    let garden = forum.group(mira, "Garden", GroupKind::Public).await;
    let eva = forum.person("eva").await;
    forum.admit(&garden, &[eva]).await;
    let posted = forum.topic(eva, &garden, "Plums", "Lime street 5").await;
    reports::create_from_outside(cx, &network(), posted.id, outside("ann@example.org")).await.unwrap();
    let (_, items) = reports::of_group(cx, mira, garden.id).await.unwrap();
    assert_eq!((items[0].voices[0].username.as_deref(), items[0].voices[0].reporter_email.as_deref()), (None, None));
    let seen = reports::of_site(cx, boss).await.unwrap();
    assert_eq!(seen[0].voices[0].reporter_email.as_deref(), Some("ann@example.org"));
    reports::answer(cx, mira, items[0].row.report_id, Verdict::Nothing, "").await.unwrap();
    let left = texts(&forum, "select coalesce(reporter_email, '') || reporter_name from reports").await;
    assert_eq!(left, [""]);
    forum.drain().await;
    assert_eq!(ints(&forum, "select count(*) from letters").await, [[0]], "nor does a sent email keep it");
}
