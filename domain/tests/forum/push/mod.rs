//! Push messages: whom they reach, what they say, and what is not sent.

#[path = "../../../../tests/support/push_service.rs"]
pub mod push_service;
pub mod service;

use std::time::Duration;

use domain::Error;
use domain::groups::{self, members};
use domain::messages::{self, Target};
use domain::model::{GroupKind, PushKinds, SubscriptionLevel};
use domain::people::push::{self, Registration};
use domain::people::{account_deletion, ignores, sessions};
use domain::platform::secrets::Password;
use domain::platform::webpush;
use domain::policy::Viewer;
use domain::testing::{PASSWORD, TestForum, draft};
use domain::topics::{reads, subscriptions};
use futures_util::TryStreamExt;

use crate::{complaint, id, is_forbidden, is_not_found, mentions_of, tables};
use push_service::{PushService, base64url};
use service::Browser;

stories! {
    a_mention_reaches_a_device_encrypted_and_says_where_it_is,
    each_kind_is_sent_to_those_who_want_it,
    what_changed_before_it_was_sent_is_not_sent,
    what_is_muted_is_not_sent_not_even_a_mention,
    several_messages_are_queued_for_everyone_they_concern,
    who_looks_at_a_page_gets_nothing,
    a_device_that_is_gone_is_removed,
    a_push_service_that_fails_is_tried_again_and_left_alone_in_between,
    a_device_ends_with_its_session,
    a_registration_is_checked_and_replaces_the_one_before,
    the_key_pair_stays_and_survives_a_new_secret_key,
    an_account_takes_its_devices_along,
}

const EVERYTHING: PushKinds = PushKinds { mentions: true, replies: true, directs: true, followed: true };
const NOTHING: PushKinds = PushKinds { mentions: false, replies: false, directs: false, followed: false };

/// Two people in a group with a topic, and the second one's device.
async fn scene(forum: &TestForum) -> (Viewer, Viewer, messages::Posted, PushService, Browser) {
    let (mira, noor) = (forum.person("mira").await, forum.person("noor").await);
    let garden = forum.group(mira, "Garden", GroupKind::Public).await;
    forum.admit(&garden, &[noor]).await;
    let topic = forum.topic(mira, &garden, "Plums", "They are ripe").await;
    let service = PushService::start().await;
    let browser = Browser::on(forum, noor, &service, "one").await;
    forum.drain().await;
    (mira, noor, topic, service, browser)
}

async fn a_mention_reaches_a_device_encrypted_and_says_where_it_is(forum: TestForum) {
    let (mira, _, topic, service, browser) = scene(&forum).await;
    assert!(service.take().is_empty(), "the first message concerns nobody");
    let posted = forum.post(mira, topic.topic, "@noor *look*, ||a secret||").await;
    forum.drain().await;
    let got = service.take();
    assert_eq!(got.len(), 1);
    let got = &got[0];
    assert!(got.head.starts_with("POST /one HTTP/1.1"), "{}", got.head);
    let header = |name: &str| got.header(name);
    assert_eq!(header("content-encoding"), "aes128gcm");
    assert_eq!(header("content-type"), "application/octet-stream");
    assert_eq!((header("ttl").as_str(), header("urgency").as_str()), ("86400", "high"));
    assert_eq!(header("topic"), format!("topic-{}", topic.topic));
    let key = webpush::key(&forum.cx.db, &forum.cx.config.secret).await.unwrap().public();
    let signed = header("authorization");
    assert!(signed.starts_with("vapid t=") && signed.ends_with(&format!(", k={key}")), "{signed}");
    assert!(got.body.len() <= 4_096);
    let user = browser.user;
    let said = browser.decrypt(got);
    assert_eq!(said["web_push"], 8030);
    let shown = &said["notification"];
    assert_eq!(shown["title"], "mira mentioned you in Plums");
    let text = shown["body"].as_str().unwrap();
    assert!(text.starts_with("@noor look") && !text.contains("secret"), "{text}");
    assert_eq!(shown["navigate"], format!("https://forum.example/-/messages/{}", posted.id));
    assert_eq!(shown["tag"], format!("topic-{}", topic.topic));
    assert_eq!(shown["data"]["topic"], format!("/{}/{}/", topic.group_slug, topic.topic_slug));
    let devices = push::devices(&forum.cx, user).await.unwrap();
    assert!(devices[0].sent_at.is_some());
    // The author's own messages, and those of a topic that nobody follows, are not sent.
    forum.post(mira, topic.topic, "Nothing special").await;
    forum.drain().await;
    assert!(service.take().is_empty());
}

async fn each_kind_is_sent_to_those_who_want_it(forum: TestForum) {
    let (mira, noor, topic, service, browser) = scene(&forum).await;
    let cx = &forum.cx;
    // Noor follows the topic by writing in it.
    forum.execute("update users set follow_written = true").await;
    let own = forum.post(noor, topic.topic, "Mine too").await;
    forum.drain().await;
    assert!(service.take().is_empty(), "not one's own");
    for (kinds, expected) in [(NOTHING, 0), (PushKinds { followed: true, ..NOTHING }, 4), (EVERYTHING, 4)] {
        push::set_kinds(cx, browser.user, kinds).await.unwrap();
        assert_eq!(push::kinds(cx, browser.user).await.unwrap(), kinds);
        forum.post(mira, topic.topic, "Just so").await;
        forum.post(mira, topic.topic, "@noor look").await;
        let to = Target::Reply { topic: topic.topic, to: own.id };
        messages::submit(cx, mira, to, draft("Yes")).await.unwrap();
        forum.post(mira, topic.topic, "The last one").await;
        forum.drain().await;
        assert_eq!(service.take().len(), expected, "{kinds:?}");
    }
    let named = PushKinds { followed: false, ..EVERYTHING };
    push::set_kinds(cx, browser.user, named).await.unwrap();
    forum.post(mira, topic.topic, "Just so").await;
    let to = Target::Reply { topic: topic.topic, to: own.id };
    messages::submit(cx, mira, to, draft("Yes")).await.unwrap();
    messages::submit(cx, mira, Target::Conversation { to: "noor", title: "" }, draft("A word")).await.unwrap();
    forum.drain().await;
    assert_eq!(service.take().len(), 2, "a reply and a direct message");
    push::set_kinds(cx, browser.user, PushKinds { directs: false, ..named }).await.unwrap();
    messages::submit(cx, mira, Target::Conversation { to: "noor", title: "" }, draft("More")).await.unwrap();
    forum.drain().await;
    assert!(service.take().is_empty());
}

async fn what_changed_before_it_was_sent_is_not_sent(forum: TestForum) {
    let (mira, noor, topic, service, browser) = scene(&forum).await;
    let cx = &forum.cx;
    let den = forum.group(mira, "Den", GroupKind::Private).await;
    forum.admit(&den, &[noor]).await;
    let inside = forum.topic(mira, &den, "Secrets", "Hush").await;
    forum.drain().await;
    for case in ["read", "deleted", "ignored", "left", "unwanted", "nothing"] {
        // Who looks at a page gets it some seconds later.
        push::set_looking(cx, browser.user, &browser.session, true).await;
        let at = if case == "left" { inside.topic } else { topic.topic };
        let posted = forum.post(mira, at, "@noor look").await;
        assert!(forum.run_jobs(1).await.is_empty());
        assert!(service.take().is_empty(), "{case}");
        match case {
            "read" => reads::mark(cx, noor, at, posted.seq).await.unwrap(),
            "deleted" => messages::delete(cx, mira, posted.id).await.map(drop).unwrap(),
            "ignored" => ignores::set(cx, noor, "mira", true).await.map(drop).unwrap(),
            "left" => groups::leave(cx, noor, den.id).await.map(drop).unwrap(),
            "unwanted" => push::set_kinds(cx, browser.user, NOTHING).await.unwrap(),
            _ => {}
        }
        push::set_looking(cx, browser.user, &browser.session, false).await;
        forum.pass(Duration::from_secs(6));
        forum.drain().await;
        assert_eq!(service.take().len(), usize::from(case == "nothing"), "{case}");
        if case == "ignored" {
            ignores::set(cx, noor, "mira", false).await.unwrap();
        }
        push::set_kinds(cx, browser.user, PushKinds::default()).await.unwrap();
        forum.drain().await;
    }
}

async fn what_is_muted_is_not_sent_not_even_a_mention(forum: TestForum) {
    let (mira, noor, topic, service, browser) = scene(&forum).await;
    let cx = &forum.cx;
    push::set_kinds(cx, browser.user, EVERYTHING).await.unwrap();
    let of_topic = async |level| subscriptions::set_of_topic(cx, noor, topic.topic, level).await.map(drop).unwrap();
    let of_group = async |level| members::set_level(cx, noor, topic.group, level).await.map(drop).unwrap();
    let mut named = 0;
    let mut sent = async || {
        forum.post(mira, topic.topic, "@noor look").await;
        forum.drain().await;
        named += 1;
        service.take().len()
    };
    of_topic(SubscriptionLevel::Muted).await;
    assert_eq!(sent().await, 0, "a muted topic");
    of_group(SubscriptionLevel::Muted).await;
    of_topic(SubscriptionLevel::Normal).await;
    assert_eq!(sent().await, 0, "a muted group");
    of_topic(SubscriptionLevel::Followed).await;
    assert_eq!(sent().await, 1, "a followed topic of a muted group");
    of_group(SubscriptionLevel::Normal).await;
    of_topic(SubscriptionLevel::Normal).await;
    assert_eq!(sent().await, 1);
    let listed = mentions_of(&forum, noor).await;
    assert!(listed.len() == named && listed.iter().all(|(_, unread)| *unread), "the page of mentions lists them all");
}

async fn several_messages_are_queued_for_everyone_they_concern(forum: TestForum) {
    let (mira, noor, topic, service, browser) = scene(&forum).await;
    let sven = forum.person("sven").await;
    groups::join(&forum.cx, sven, topic.group).await.unwrap();
    let (second, of_sven) =
        (Browser::on(&forum, noor, &service, "two").await, Browser::on(&forum, sven, &service, "sven").await);
    push::set_kinds(&forum.cx, browser.user, EVERYTHING).await.unwrap();
    let own = forum.post(noor, topic.topic, "@sven look").await.id;
    let both = forum.post(mira, topic.topic, "@noor and @sven, look").await.id;
    let none = forum.post(mira, topic.topic, "Nobody is named").await.id;
    forum.drain().await;
    let concerned = domain::store::people::push::concerned(&forum.cx.db, &[own, both, none]).await.unwrap();
    let of_noor = [browser.device, second.device].map(|device| (device, browser.user));
    let of_sven = (of_sven.device, id(sven));
    let expected: Vec<_> = [(own, of_sven), (both, of_noor[0]), (both, of_noor[1]), (both, of_sven)]
        .into_iter()
        .chain(of_noor.map(|noor| (none, noor)))
        .map(|(message, (device, owner))| (message, device, owner))
        .collect();
    assert_eq!(concerned, expected, "noor follows the topic by writing in it");
    assert_eq!(service.take().len(), expected.len());
}

async fn who_looks_at_a_page_gets_nothing(forum: TestForum) {
    let (mira, _, topic, service, browser) = scene(&forum).await;
    let cx = &forum.cx;
    push::set_looking(cx, browser.user, &browser.session, true).await;
    assert!(push::is_looking(cx, browser.user).await);
    forum.post(mira, topic.topic, "@noor look").await;
    for seconds in [0, 6, 70] {
        forum.pass(Duration::from_secs(seconds));
        // The page polls on.
        push::set_looking(cx, browser.user, &browser.session, true).await;
        assert!(forum.run_jobs(1).await.is_empty());
    }
    forum.drain().await;
    assert!(service.take().is_empty());
    // Another browser that was hidden says nothing about this one.
    push::set_looking(cx, browser.user, "another session", false).await;
    assert!(push::is_looking(cx, browser.user).await);
    // A page that was closed: the message comes after all.
    forum.post(mira, topic.topic, "@noor look again").await;
    assert!(forum.run_jobs(1).await.is_empty());
    forum.pass(Duration::from_secs(6));
    push::set_looking(cx, browser.user, &browser.session, true).await;
    assert!(forum.run_jobs(1).await.is_empty());
    push::set_looking(cx, browser.user, &browser.session, false).await;
    forum.pass(Duration::from_secs(70));
    forum.drain().await;
    assert_eq!(service.take().len(), 1);
}

async fn a_device_that_is_gone_is_removed(forum: TestForum) {
    let (mira, noor, topic, service, browser) = scene(&forum).await;
    for status in [404, 410] {
        let other = Browser::on(&forum, noor, &service, &status.to_string()).await;
        service.answers(status);
        forum.post(mira, topic.topic, "@noor look").await;
        forum.drain().await;
        assert!(!service.take().is_empty());
        assert_eq!(push::devices(&forum.cx, other.user).await.unwrap(), []);
    }
    // What is refused for another reason is neither tried again nor a reason to forget the device.
    service.answers(413);
    let kept = Browser::on(&forum, noor, &service, "kept").await;
    forum.post(mira, topic.topic, "@noor look").await;
    forum.drain().await;
    assert_eq!(service.take().len(), 1);
    assert_eq!(push::devices(&forum.cx, kept.user).await.unwrap().len(), 1);
    assert!(is_not_found(push::remove(&forum.cx, browser.user, browser.device).await));
}

async fn a_push_service_that_fails_is_tried_again_and_left_alone_in_between(forum: TestForum) {
    let (mira, _, topic, service, browser) = scene(&forum).await;
    service.answers(503);
    forum.post(mira, topic.topic, "@noor look").await;
    assert!(forum.run_jobs(1).await.is_empty());
    assert_eq!(service.take().len(), 1);
    // The device is paused: another message waits without a request.
    forum.post(mira, topic.topic, "@noor look once more").await;
    assert!(forum.run_jobs(1).await.is_empty());
    assert!(service.take().is_empty());
    service.answers(201);
    forum.pass(Duration::from_secs(10));
    forum.drain().await;
    assert_eq!(service.take().len(), 2);
    // One that never works is given up.
    service.answers(429);
    forum.post(mira, topic.topic, "@noor look").await;
    for _ in 0..20 {
        assert!(forum.run_jobs(1).await.is_empty());
        forum.pass(Duration::from_secs(3_700));
    }
    forum.drain().await;
    assert_eq!(service.take().len(), 8);
    let devices = push::devices(&forum.cx, browser.user).await.unwrap();
    assert_eq!(devices.len(), 1, "the device stays");
}

async fn a_device_ends_with_its_session(forum: TestForum) {
    let (mira, noor, topic, service, browser) = scene(&forum).await;
    let other = Browser::on(&forum, noor, &service, "two").await;
    sessions::end(&forum.cx, browser.user, &browser.session).await.unwrap();
    forum.post(mira, topic.topic, "@noor look").await;
    forum.drain().await;
    let got = service.take();
    assert_eq!(got.len(), 1);
    assert!(got[0].head.starts_with("POST /two "), "only the browser that is still signed in");
    push::remove(&forum.cx, other.user, other.device).await.unwrap();
    forum.post(mira, topic.topic, "@noor look").await;
    forum.drain().await;
    assert!(service.take().is_empty());
}

async fn a_registration_is_checked_and_replaces_the_one_before(forum: TestForum) {
    let (mira, noor, _, service, browser) = scene(&forum).await;
    let cx = &forum.cx;
    let good = Registration {
        endpoint: browser.endpoint.clone(),
        public_key: base64url(&[[4_u8].as_slice(), &[1; 64]].concat()),
        auth_secret: base64url(&[1; 16]),
    };
    for endpoint in
        ["", "ftp://push.example/", "http://push.example/", "https://10.0.0.1/", "https://[::1]/", "https://a:b@c/"]
    {
        let bad = Registration { endpoint: endpoint.to_owned(), ..good.clone() };
        complaint(push::register(cx, browser.user, &browser.session, &bad).await, "endpoint");
    }
    for key in ["", "AAAA", "not base64!"] {
        let bad = Registration { public_key: key.to_owned(), ..good.clone() };
        complaint(push::register(cx, browser.user, &browser.session, &bad).await, "keys");
        let bad = Registration { auth_secret: key.to_owned(), ..good.clone() };
        complaint(push::register(cx, browser.user, &browser.session, &bad).await, "keys");
    }
    // The same browser, and another account in it.
    let again = push::register(cx, browser.user, &browser.session, &good).await.unwrap();
    assert_eq!(push::devices(cx, browser.user).await.unwrap().len(), 1);
    assert!(is_not_found(push::remove(cx, id(mira), again).await), "only one's own");
    let taken = Browser::on(&forum, mira, &service, "one").await;
    assert!(push::devices(cx, browser.user).await.unwrap().is_empty());
    assert_eq!(push::devices(cx, taken.user).await.unwrap().len(), 1);
    for nth in 0..push::MOST {
        Browser::on(&forum, noor, &service, &format!("d{nth}")).await;
    }
    let token = sessions::open(cx, browser.user, &sessions::Origin::new([203, 0, 113, 8], "One more")).await.unwrap();
    let session = domain::platform::secrets::digest(&token);
    assert!(is_forbidden(push::register(cx, browser.user, &session, &good).await));
}

async fn the_key_pair_stays_and_survives_a_new_secret_key(forum: TestForum) {
    use domain::platform::secrets::SecretKey;
    use domain::site::secret_key::{self, KeyCheck};
    let (db, old) = (&forum.cx.db, &forum.cx.config.secret);
    let first = webpush::key(db, old).await.unwrap().public();
    assert_eq!(webpush::key(db, old).await.unwrap().public(), first);
    let stored = tables::texts(&forum, "select value from settings where name = 'push_key'").await;
    assert!(stored.len() == 1 && !stored[0].contains(&first));
    let new = SecretKey::new("a new key, of more than thirty-two characters").unwrap();
    assert_eq!(secret_key::check(db, old, None).await.unwrap(), KeyCheck::Fits);
    assert_eq!(secret_key::check(db, &new, Some(old)).await.unwrap(), KeyCheck::Replaced(1));
    assert_eq!(webpush::key(db, &new).await.unwrap().public(), first);
    assert!(matches!(webpush::key(db, old).await, Err(Error::Internal(_))));
}

async fn an_account_takes_its_devices_along(forum: TestForum) {
    let (mira, _, topic, service, browser) = scene(&forum).await;
    let cx = &forum.cx;
    push::set_kinds(cx, browser.user, EVERYTHING).await.unwrap();
    let lines: Vec<String> =
        domain::people::export::download(cx, browser.user).await.unwrap().try_collect().await.unwrap();
    let lines = lines.concat();
    assert!(lines.contains(r#""type":"push_device""#) && lines.contains(r#""agent":"A browser""#), "{lines}");
    assert!(lines.contains(r#""type":"push_preferences""#) && !lines.contains(&service.origin), "{lines}");
    forum.post(mira, topic.topic, "@noor look").await;
    account_deletion::delete(cx, browser.user, Password::new(PASSWORD), true).await.unwrap();
    forum.drain().await;
    assert!(service.take().is_empty());
    let left = "select (select count(*) from push_devices), (select count(*) from push_preferences)";
    assert_eq!(tables::ints(&forum, left).await, [[0, 0]]);
}
