//! Workers are killed while they send emails, push messages and webhooks, again and again. Everything arrives, and what arrives
//! twice was being sent when a worker was killed: nobody could record that it had arrived.
//!
//! `KLATCH_TEST_KILLS` is the number of kills.

use std::collections::{BTreeMap, BTreeSet};
use std::time::{Duration, Instant};

use serde_json::Value;
use tokio::task::JoinSet;

use crate::mail_in::confirmed;
use crate::mail_server::with_people;
use crate::support::{
    Filled, Forum, MailServer, PATIENCE, Place, PushKeys, PushService, Running, Visitor, group_of, newcomer,
    wait_at_most, wait_for,
};

crate::both_ways!(what_is_sent_while_workers_are_killed_arrives_and_only_what_was_in_flight_arrives_twice,);

/// The default number of kills.
const KILLS: usize = 4;
/// How many topics and emails are caused before each kill.
const EACH: usize = 5;
/// The most jobs that a worker runs at once, and more than the deliveries to one webhook at once.
const AT_ONCE: usize = 12;
/// Longer than the lease of a delivery whose worker was killed, which is the longest of all.
const RECOVERY: Duration = Duration::from_secs(180);

/// How often each email, push message or delivery arrived, by the number of the email, topic or delivery.
type Arrived = BTreeMap<i64, usize>;

struct Scene {
    forum: Forum,
    people: MailServer,
    /// Takes push messages and webhooks.
    service: PushService,
    ana: Visitor,
    birds: Place,
    /// The number of the last email that was sent before the kills.
    last: i64,
}

/// What arrived by one way, and how often each may.
#[derive(Default)]
struct Way {
    may: Arrived,
    doubles_allowed: usize,
}

impl Way {
    /// Notes a kill: what arrived, but is not recorded yet, may arrive once more.
    fn killed(&mut self, arrived: &Arrived, waiting: &BTreeSet<i64>) {
        let in_flight: Vec<_> = arrived.iter().filter(|(key, _)| waiting.contains(*key)).collect();
        // What may arrive once more since an earlier kill waits for its lease to end, and was not sent again.
        let new = in_flight.iter().filter(|(key, times)| self.may.get(*key).is_none_or(|may| **times >= *may)).count();
        assert!(new <= AT_ONCE, "{new} at once: {in_flight:?}");
        for (key, times) in in_flight {
            self.may.insert(*key, times + 1);
        }
        self.doubles_allowed += new;
    }

    fn check(&self, name: &str, arrived: &Arrived, expected: &BTreeSet<i64>) {
        let found: BTreeSet<i64> = arrived.keys().copied().collect();
        assert_eq!(&found, expected, "{name}: each arrived, and nothing else");
        let doubles: usize = arrived.values().map(|times| times - 1).sum();
        println!("{name}: {} arrived, {doubles} of them once more; {} might have", found.len(), self.doubles_allowed);
        for (key, times) in arrived {
            let may = self.may.get(key).copied().unwrap_or(1);
            assert!(*times <= may, "{name} {key} arrived {times} times, and was in flight at {} kills", may - 1);
        }
    }
}

fn counted(keys: impl Iterator<Item = i64>) -> Arrived {
    let mut counts = Arrived::new();
    keys.for_each(|key| *counts.entry(key).or_default() += 1);
    counts
}

impl Scene {
    async fn start(running: Running) -> Self {
        let (mut forum, people) = with_people(running).await;
        forum.stop().await;
        forum.set("KLATCH_SMTP_URL", people.url());
        forum.set("KLATCH_MAIL_FROM", "The forum <forum@example.org>".to_owned());
        forum.set("KLATCH_WEBHOOK_ALLOW", "127.0.0.1".to_owned());
        forum.resume().await;
        let service = PushService::start().await;
        let ana = confirmed(&forum, "ana").await;
        let birds = group_of(&ana, "Birds", "public").await;
        let ben = newcomer(&forum, "ben").await;
        ben.join(&birds).await;
        crate::push::register(&ben, &service, "ben", &PushKeys::generate()).await;
        let form = ana.get(&format!("/-/groups/{}/webhooks", birds.id)).await.expect(200).form("/webhooks");
        let form = form.with("name", "Counts").with("message.posted", "yes");
        ana.submit(&form.with("url", &format!("{}/hook", service.origin))).await.expect(200);
        forum.jobs_done().await;
        let mut scene = Self { forum, people, service, ana, birds, last: 0 };
        scene.last = scene.emails().into_keys().max().expect("the email that confirmed her address");
        scene
    }

    /// How many emails, push messages and deliveries arrived.
    fn count(&self) -> usize {
        self.people.count() + self.service.got().len()
    }

    fn emails(&self) -> Arrived {
        let number = |source: &str| -> Option<i64> {
            source.split("Message-ID: <letter-").nth(1)?.split('.').next()?.parse().ok()
        };
        let emails = self.forum.mailbox.emails();
        let numbers = emails.iter().map(|email| number(&email.source).expect("the number of an email"));
        counted(numbers.filter(|number| *number > self.last))
    }

    /// By topic: each has one message.
    fn pushes(&self) -> Arrived {
        self.got("/ben", "topic", "topic-")
    }

    fn deliveries(&self) -> Arrived {
        self.got("/hook", "webhook-id", "msg_1_")
    }

    fn got(&self, path: &str, header: &str, prefix: &str) -> Arrived {
        let got = self.service.got();
        let of_path = got.iter().filter(|got| got.head.starts_with(&format!("POST {path} ")));
        counted(of_path.map(|got| {
            let value = got.header(header);
            value.strip_prefix(prefix).and_then(|number| number.parse().ok()).unwrap_or_else(|| panic!("{}", got.head))
        }))
    }

    async fn numbers(&self, sql: &str) -> BTreeSet<i64> {
        self.forum.database.texts(sql).await.iter().map(|text| text.parse().expect("a number")).collect()
    }

    /// The emails, topics and deliveries whose sending is not recorded.
    async fn waiting(&self) -> [BTreeSet<i64>; 3] {
        let jobs = self.forum.database.texts("select cast(payload as text) from jobs where kind = 'push'").await;
        let mut topics = BTreeSet::new();
        for job in jobs {
            let job: Value = serde_json::from_str(&job).expect("JSON");
            let message = job["message"].as_i64().expect("the number of a message");
            topics.insert(
                self.forum.database.number(&format!("select topic_id from messages where id = {message}")).await,
            );
        }
        [
            self.numbers("select cast(id as text) from letters where sent_at is null").await,
            topics,
            self.numbers("select cast(id as text) from webhook_deliveries where state = 'waiting'").await,
        ]
    }

    /// Waits until all has been read that the killed worker sent.
    async fn clients_gone(&self) {
        self.people.clients_gone().await;
        let before = self.service.got().len();
        // Clients are taken in the order in which they connect, and this one is answered.
        reqwest::Client::new().get(&self.service.origin).send().await.expect("an answer");
        wait_for("all clients are gone", async || {
            (self.service.clients() == 0 && self.service.got().len() > before).then_some(())
        })
        .await;
    }
}

/// Sends a form until it is taken: on SQLite, the process that takes it is killed too.
async fn send(visitor: Visitor, form: Filled) {
    let begun = Instant::now();
    loop {
        match visitor.try_send(&form).await.map(|page| page.status.as_u16()) {
            Some(200 | 303) => return,
            None | Some(502 | 503) => tokio::time::sleep(Duration::from_millis(25)).await,
            Some(other) => panic!("{} answered {other}", form.action),
        }
        assert!(begun.elapsed() < 3 * PATIENCE, "{} was never taken", form.action);
    }
}

async fn what_is_sent_while_workers_are_killed_arrives_and_only_what_was_in_flight_arrives_twice(running: Running) {
    let kills = std::env::var("KLATCH_TEST_KILLS").ok().and_then(|kills| kills.parse().ok()).unwrap_or(KILLS);
    let mut scene = Scene::start(running).await;
    let stranger = scene.forum.visitor();
    let forgot = stranger.get("/-/forgot").await.expect(200).form("/-/forgot").with("email", "ana@example.org");
    let topics = scene.ana.get(&scene.birds.path).await.expect(200).form("/topics").with("text", "@ben, a kestrel");
    let worker = scene.forum.worker();
    let (mut emails, mut pushes, mut hooks) = (Way::default(), Way::default(), Way::default());
    let mut senders = JoinSet::new();
    for round in 0..kills {
        let before = scene.count();
        for nth in 0..EACH {
            let number = round * EACH + nth;
            let topic =
                topics.clone().with("title", &format!("Kestrel {number}")).with("key", &format!("{number:032}"));
            senders.spawn(send(scene.ana.clone(), topic));
            senders.spawn(send(stranger.clone(), forgot.clone()));
        }
        // At another moment each time.
        wait_for("something is sent", async || (scene.count() > before + round % 9).then_some(())).await;
        scene.forum.kill(worker);
        scene.clients_gone().await;
        let [letters, of_topics, deliveries] = scene.waiting().await;
        emails.killed(&scene.emails(), &letters);
        pushes.killed(&scene.pushes(), &of_topics);
        hooks.killed(&scene.deliveries(), &deliveries);
        scene.forum.resume().await;
    }
    while let Some(sent) = senders.join_next().await {
        sent.expect("it was sent");
    }
    scene.forum.jobs_done().await;
    wait_at_most(RECOVERY, "nothing waits", async || {
        scene.waiting().await.iter().all(BTreeSet::is_empty).then_some(())
    })
    .await;
    let letters = scene.numbers(&format!("select cast(id as text) from letters where id > {}", scene.last)).await;
    let of_topics = scene.numbers("select cast(id as text) from topics").await;
    assert_eq!(of_topics.len(), kills * EACH, "each topic once");
    emails.check("emails", &scene.emails(), &letters);
    pushes.check("push messages", &scene.pushes(), &of_topics);
    let deliveries = scene.numbers("select cast(id as text) from webhook_deliveries").await;
    assert_eq!(deliveries.len(), kills * EACH, "each delivery once");
    hooks.check("deliveries", &scene.deliveries(), &deliveries);
    scene.forum.examine().await;
}
