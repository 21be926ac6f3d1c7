//! Emails about messages: what concerns whom is sent once, while it is unread and visible, and as often as they want.

use std::time::Duration;

use domain::groups::{self, GroupForm, members, requests};
use domain::messages::{self, Target};
use domain::model::{Concern, EmailChoices, EmailState, Frequency, Group, GroupKind, SubscriptionLevel, TopicId};
use domain::notifications::{choices, log, unsubscribe};
use domain::people::ignores;
use domain::platform::jobs::Task;
use domain::policy::Viewer;
use domain::reactors;
use domain::testing::{DRAW, SentEmail, TestForum, draft};
use domain::topics::{reads, subscriptions};

use crate::tables::ints;
use crate::{complaint, is_not_found};

stories! {
    a_mention_is_sent_once_some_minutes_later,
    what_was_read_is_not_sent,
    what_may_not_be_seen_any_more_is_not_sent,
    what_waits_for_approval_is_not_sent,
    one_email_has_several_messages,
    what_is_muted_or_not_wanted_is_not_sent,
    many_emails_wait_for_the_next_day,
    in_quiet_hours_nothing_is_sent,
    a_digest_has_what_is_unread_of_a_day,
    a_link_unsubscribes_from_one_kind,
    links_that_are_used_at_once_unsubscribe_from_all_their_kinds,
    without_a_working_address_nothing_is_sent,
    a_request_to_join_is_sent_to_moderators_and_its_approval_to_its_author,
    choices_are_checked,
}

const MINUTES: Duration = Duration::from_secs(7 * 60);
const HOUR: Duration = Duration::from_secs(3_600);

struct Place {
    ann: Viewer,
    ben: Viewer,
    garden: Group,
    topic: TopicId,
}

/// A group with two members, who have confirmed addresses, and a topic that both have read.
async fn place(forum: &TestForum, kind: GroupKind) -> Place {
    let (ann, ben) = (forum.person("ann").await, forum.person("ben").await);
    forum.execute("update users set email = username || '@example.org'").await;
    let garden = forum.group(ann, "Garden", kind).await;
    let topic = forum.topic(ann, &garden, "Plums", "One").await.topic;
    forum.admit(&garden, &[ben]).await;
    forum.drain().await;
    Place { ann, ben, garden, topic }
}

/// Lets some minutes pass, and what is due then happen.
async fn later(forum: &TestForum) {
    forum.drain().await;
    forum.pass(MINUTES);
    forum.drain().await;
}

/// Runs the housekeeping of an hour, and what it schedules.
async fn sweep(forum: &TestForum) {
    let slot = "2026-11-21T10".to_owned();
    reactors::run(&forum.cx, &DRAW, Task::Sweep { slot }).await.unwrap();
    forum.drain().await;
}

fn sent(forum: &TestForum) -> Vec<SentEmail> {
    forum.emails().into_iter().filter(|email| email.kind == "activity").collect()
}

async fn choose(forum: &TestForum, who: Viewer, change: impl FnOnce(&mut EmailChoices)) {
    let mut new = choices::show(&forum.cx, who).await.unwrap().choices;
    change(&mut new);
    choices::update(&forum.cx, who, &new).await.unwrap();
}

async fn a_mention_is_sent_once_some_minutes_later(forum: TestForum) {
    let Place { ann, topic, .. } = place(&forum, GroupKind::Public).await;
    let boss = forum.site_admin("boss").await;
    let posted = forum.post(ann, topic, "@ben look").await;
    forum.drain_twice().await;
    assert!(sent(&forum).is_empty(), "not at once");
    forum.pass(MINUTES);
    forum.drain_twice().await;
    later(&forum).await;
    let [email] = sent(&forum).try_into().unwrap();
    assert_eq!(email.to, "ben@example.org");
    assert!(email.source.contains("mentions ann: @ben look"), "{}", email.source);
    for header in [
        format!("Message-ID: <message-{}.", posted.id),
        format!("In-Reply-To: <topic-{topic}."),
        "List-Id: <garden.forum.example>".to_owned(),
        "List-Unsubscribe-Post: List-Unsubscribe=One-Click".to_owned(),
    ] {
        assert!(email.source.contains(&header), "{header}: {}", email.source);
    }
    let (lines, has_more) = log::list(&forum.cx, boss, Some(EmailState::Sent), None, 10).await.unwrap();
    assert_eq!((lines.len(), lines[0].username.as_deref(), has_more), (1, Some("ben"), false));
    assert!(is_not_found(log::list(&forum.cx, ann, None, None, 10).await));
}

async fn what_was_read_is_not_sent(forum: TestForum) {
    let Place { ann, ben, topic, .. } = place(&forum, GroupKind::Public).await;
    forum.post(ann, topic, "@ben look").await;
    forum.drain().await;
    reads::mark(&forum.cx, ben, topic, 2).await.unwrap();
    later(&forum).await;
    assert!(sent(&forum).is_empty());
    assert_eq!(ints(&forum, "select count(*) from letters").await, [[0]]);
}

async fn what_may_not_be_seen_any_more_is_not_sent(forum: TestForum) {
    let cx = &forum.cx;
    let Place { ann, ben, garden, topic } = place(&forum, GroupKind::Private).await;
    let gone = forum.post(ann, topic, "@ben deleted").await;
    later_but(&forum, async { messages::delete(cx, ann, gone.id).await.map(drop) }).await;
    forum.post(ann, topic, "@ben ignored").await;
    later_but(&forum, async { ignores::set(cx, ben, "ann", true).await.map(drop) }).await;
    ignores::set(cx, ben, "ann", false).await.unwrap();
    reads::mark(cx, ben, topic, 3).await.unwrap();
    forum.post(ann, topic, "@ben removed").await;
    let user = ben.id().unwrap();
    later_but(&forum, async { members::remove(cx, ann, garden.id, user).await.map(drop) }).await;
}

/// Lets something happen after a message, and makes sure that nothing is sent then.
async fn later_but(forum: &TestForum, happens: impl Future<Output = domain::Result<()>>) {
    forum.drain().await;
    happens.await.unwrap();
    later(forum).await;
    assert!(sent(forum).is_empty(), "{:?}", sent(forum));
}

async fn what_waits_for_approval_is_not_sent(forum: TestForum) {
    let Place { ann, ben, .. } = place(&forum, GroupKind::Public).await;
    let form = GroupForm { first_held: 1, ..GroupForm::new("Orchard", GroupKind::Public) };
    let orchard = groups::create(&forum.cx, ann, form).await.unwrap();
    let topic = forum.topic(ann, &orchard, "Pears", "One").await.topic;
    forum.admit(&orchard, &[ben]).await;
    let held = messages::submit(&forum.cx, ben, Target::Topic(topic), draft("@ann look")).await;
    assert!(matches!(held, Err(domain::Error::Pending)));
    later(&forum).await;
    assert!(sent(&forum).is_empty());
}

async fn one_email_has_several_messages(forum: TestForum) {
    let Place { ann, topic, .. } = place(&forum, GroupKind::Public).await;
    forum.post(ann, topic, "@ben one").await;
    forum.post(ann, topic, "@ben two").await;
    forum.post(ann, topic, "nothing for anybody").await;
    let to = Target::Conversation { to: "ben", title: "" };
    messages::submit(&forum.cx, ann, to, draft("three, for your eyes")).await.unwrap();
    later(&forum).await;
    let [email] = sent(&forum).try_into().unwrap();
    for line in ["mentions ann: @ben one", "mentions ann: @ben two", "directs ann: three, for your eyes"] {
        assert!(email.source.contains(line), "{line}: {}", email.source);
    }
    assert!(!email.source.contains("nothing for anybody"));
    later(&forum).await;
    assert_eq!(sent(&forum).len(), 1);
}

async fn what_is_muted_or_not_wanted_is_not_sent(forum: TestForum) {
    let cx = &forum.cx;
    let Place { ann, ben, garden, topic } = place(&forum, GroupKind::Public).await;
    members::set_level(cx, ben, garden.id, SubscriptionLevel::Muted).await.unwrap();
    forum.post(ann, topic, "@ben muted").await;
    later(&forum).await;
    assert!(sent(&forum).is_empty());
    members::set_level(cx, ben, garden.id, SubscriptionLevel::Normal).await.unwrap();
    subscriptions::set_of_topic(cx, ben, topic, SubscriptionLevel::Muted).await.unwrap();
    forum.post(ann, topic, "@ben muted too").await;
    later(&forum).await;
    assert!(sent(&forum).is_empty());
    subscriptions::set_of_topic(cx, ben, topic, SubscriptionLevel::Normal).await.unwrap();
    choose(&forum, ben, |new| new.mentions = Frequency::Never).await;
    forum.post(ann, topic, "@ben unwanted").await;
    later(&forum).await;
    assert!(sent(&forum).is_empty());
    choose(&forum, ben, |new| new.mentions = Frequency::Now).await;
    forum.post(ann, topic, "@ben wanted").await;
    later(&forum).await;
    let [email] = sent(&forum).try_into().unwrap();
    assert!(email.source.contains("wanted") && !email.source.contains("unwanted"), "{}", email.source);
}

async fn many_emails_wait_for_the_next_day(forum: TestForum) {
    let Place { ann, ben, topic, .. } = place(&forum, GroupKind::Public).await;
    choose(&forum, ben, |new| new.most_per_day = 1).await;
    for text in ["@ben one", "@ben two", "@ben three"] {
        forum.post(ann, topic, text).await;
        later(&forum).await;
    }
    assert_eq!(sent(&forum).len(), 1);
    forum.pass(24 * HOUR);
    sweep(&forum).await;
    let letters = sent(&forum);
    assert_eq!(letters.len(), 2, "the others come together");
    assert!(letters[1].source.contains("@ben two") && letters[1].source.contains("@ben three"));
}

async fn in_quiet_hours_nothing_is_sent(forum: TestForum) {
    let Place { ann, ben, topic, .. } = place(&forum, GroupKind::Public).await;
    let hour = forum.cx.now().0 / 3_600_000_000 % 24;
    let night = (Some(hour), Some((hour + 2) % 24));
    choose(&forum, ben, |new| {
        new.quiet_from = night.0;
        new.quiet_to = night.1;
    })
    .await;
    forum.post(ann, topic, "@ben hush").await;
    later(&forum).await;
    assert!(sent(&forum).is_empty());
    forum.pass(2 * HOUR);
    sweep(&forum).await;
    assert_eq!(sent(&forum).len(), 1);
}

async fn a_digest_has_what_is_unread_of_a_day(forum: TestForum) {
    let Place { ann, ben, topic, .. } = place(&forum, GroupKind::Public).await;
    choose(&forum, ben, |new| new.activity = Frequency::Daily).await;
    forum.pass(HOUR);
    forum.post(ann, topic, "seen").await;
    reads::mark(&forum.cx, ben, topic, 2).await.unwrap();
    forum.post(ann, topic, "unseen").await;
    later(&forum).await;
    assert!(sent(&forum).is_empty(), "not before the morning");
    forum.pass(24 * HOUR);
    sweep(&forum).await;
    let [email] = sent(&forum).try_into().unwrap();
    assert!(email.source.contains("activity ann: unseen") && !email.source.contains("activity ann: seen"));
    forum.pass(24 * HOUR);
    sweep(&forum).await;
    assert_eq!(sent(&forum).len(), 1, "a message is in one digest");
}

async fn a_link_unsubscribes_from_one_kind(forum: TestForum) {
    let cx = &forum.cx;
    let Place { ann, ben, topic, .. } = place(&forum, GroupKind::Public).await;
    forum.post(ann, topic, "@ben look").await;
    later(&forum).await;
    let [email] = sent(&forum).try_into().unwrap();
    let (_, token) = email.source.split_once("List-Unsubscribe: <https://forum.example/-/unsubscribe?token=").unwrap();
    let token = token.split('>').next().unwrap();
    assert_eq!(unsubscribe::concerns(cx, token).await.unwrap(), [Concern::Mention]);
    assert_eq!(choices::show(cx, ben).await.unwrap().choices, EmailChoices::default(), "a look changes nothing");
    for forged in [token.replace("mentions", "directs"), token[1..].to_owned(), "1".to_owned(), String::new()] {
        assert!(is_not_found(unsubscribe::unsubscribe(cx, &forged).await), "{forged}");
    }
    for _ in 0..2 {
        assert_eq!(unsubscribe::unsubscribe(cx, token).await.unwrap(), [Concern::Mention]);
    }
    let expected = EmailChoices { mentions: Frequency::Never, ..EmailChoices::default() };
    assert_eq!(choices::show(cx, ben).await.unwrap().choices, expected);
    forum.post(ann, topic, "@ben again").await;
    later(&forum).await;
    assert_eq!(sent(&forum).len(), 1);
}

async fn links_that_are_used_at_once_unsubscribe_from_all_their_kinds(forum: TestForum) {
    let cx = &forum.cx;
    let ben = forum.person("ben").await;
    choose(&forum, ben, |new| new.followed = Frequency::Now).await;
    let token = |kind: &str| {
        let what = format!("{}-{kind}", crate::id(ben));
        format!("{what}-{}", cx.config.secret.sign("unsubscribe", &what))
    };
    let [one, two, three] = ["mentions", "directs", "followed"].map(token);
    for _ in 0..5 {
        choose(&forum, ben, |new| *new = EmailChoices { followed: Frequency::Now, ..EmailChoices::default() }).await;
        let (one, two, three) = tokio::join!(
            unsubscribe::unsubscribe(cx, &one),
            unsubscribe::unsubscribe(cx, &two),
            unsubscribe::unsubscribe(cx, &three)
        );
        for done in [one, two, three] {
            done.unwrap();
        }
        let EmailChoices { mentions, directs, followed, .. } = choices::show(cx, ben).await.unwrap().choices;
        assert_eq!([mentions, directs, followed], [Frequency::Never; 3]);
    }
}

async fn without_a_working_address_nothing_is_sent(forum: TestForum) {
    let cx = &forum.cx;
    let Place { ann, ben, topic, .. } = place(&forum, GroupKind::Public).await;
    forum.post(ann, topic, "@ben look").await;
    forum.drain().await;
    forum.execute("update email_settings set bounces = 3, bouncing_at = directs_until").await;
    later(&forum).await;
    assert!(sent(&forum).is_empty());
    assert!(choices::show(cx, ben).await.unwrap().is_bouncing);
    assert!(is_not_found(choices::confirm_again(cx, ann).await));
    choices::confirm_again(cx, ben).await.unwrap();
    forum.drain().await;
    let confirm = forum.emails().into_iter().find(|email| email.kind == "confirm").unwrap();
    domain::people::addresses::confirm(cx, &confirm.token).await.unwrap();
    assert!(!choices::show(cx, ben).await.unwrap().is_bouncing);
    forum.execute("update users set email = null").await;
    forum.post(ann, topic, "@ben look again").await;
    later(&forum).await;
    assert!(sent(&forum).is_empty());
}

async fn a_request_to_join_is_sent_to_moderators_and_its_approval_to_its_author(forum: TestForum) {
    let cx = &forum.cx;
    let Place { ann, garden, .. } = place(&forum, GroupKind::Closed).await;
    let (cleo, dan) = (forum.person("cleo").await, forum.person("dan").await);
    forum.execute("update users set email = username || '@example.org'").await;
    for who in [cleo, dan] {
        requests::ask(cx, who, garden.id, "Please").await.unwrap();
        forum.drain().await;
    }
    requests::answer(cx, ann, garden.id, &[cleo.id().unwrap()], true).await.unwrap();
    requests::answer(cx, ann, garden.id, &[dan.id().unwrap()], false).await.unwrap();
    forum.drain().await;
    let all: Vec<(String, String)> = forum.emails().into_iter().map(|email| (email.to, email.kind)).collect();
    let one = |to: &str, kind: &str| (format!("{to}@example.org"), kind.to_owned());
    assert_eq!(all, [one("ann", "joinrequested"), one("cleo", "admitted")]);
}

async fn choices_are_checked(forum: TestForum) {
    let cx = &forum.cx;
    let ann = forum.person("ann").await;
    let wrong: [(&str, EmailChoices); 5] = [
        ("activity", EmailChoices { activity: Frequency::Now, ..EmailChoices::default() }),
        ("most_per_day", EmailChoices { most_per_day: 0, ..EmailChoices::default() }),
        ("quiet_to", EmailChoices { quiet_from: Some(1), ..EmailChoices::default() }),
        ("quiet_from", EmailChoices { quiet_from: Some(24), quiet_to: Some(1), ..EmailChoices::default() }),
        ("utc_offset", EmailChoices { utc_offset: 841, ..EmailChoices::default() }),
    ];
    for (field, new) in wrong {
        complaint(choices::update(cx, ann, &new).await, field);
    }
    assert_eq!(choices::show(cx, ann).await.unwrap().choices, EmailChoices::default());
}
