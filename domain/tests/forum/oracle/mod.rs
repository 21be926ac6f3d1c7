//! Random sequences of actions by several users in several groups. Every answer, page, count, live event, push message
//! and what emails would contain must be what an oracle says, which does not use the database (`model.rs`, `rules.rs`,
//! `moves.rs`, `polls.rs`, `pushes.rs`, `wikis.rs`).
//!
//! `KLATCH_TEST_SEQUENCES` is the number of sequences, `KLATCH_TEST_SEED` the first seed. A failed sequence prints its
//! seed.

mod actions;
mod checks;
mod choices;
mod model;
mod moves;
mod polls;
mod pushes;
mod rules;
mod wikis;

use domain::messages;
use domain::messages::Target;
use std::time::Duration;

use domain::admin::doctor;
use domain::bus::{Cursor, Stream};
use domain::groups;
use domain::model::{GroupKind, Role};
use domain::policy::Viewer;
use domain::testing::{TestForum, draft};
use domain::time::Timestamp;

use crate::id;
use crate::push::push_service::PushService;
use crate::push::service::Browser;
use model::{Group, Member, Model, P};
use rules::{Begun, Written};

stories! {
    after_random_actions_everyone_sees_what_the_policy_allows,
}

/// The default number of sequences, and the actions in each.
const SEQUENCES: u64 = 14;
const ACTIONS: usize = 45;
/// How many actions lie between two full checks.
const CHECK_INTERVAL: usize = 9;
/// How many independent sequences share one forum, one after the other.
const IN_ONE: u64 = 7;

struct Rng(u64);

impl Rng {
    fn roll(&mut self, sides: usize) -> usize {
        // SplitMix64.
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        ((z ^ (z >> 31)) % sides as u64) as usize
    }
}

/// A forum, the oracle's model of it, and its users' streams.
struct World<'a> {
    forum: &'a TestForum,
    rng: Rng,
    seed: u64,
    people: Vec<Viewer>,
    names: Vec<String>,
    model: Model,
    streams: Vec<(Stream, Cursor)>,
    /// Gets the push messages for everyone's device, whose path is their number.
    pushes: PushService,
    done: Vec<String>,
    made: usize,
    /// Unread counts that pages showed some time ago.
    shown: Vec<actions::Shown>,
}

impl<'a> World<'a> {
    async fn begin(forum: &'a TestForum, seed: u64) -> Self {
        let tag = format!("{seed:x}");
        let names: Vec<String> = ["ann", "ben", "cleo", "dan", "boss"].map(|name| format!("{name}{tag}")).into();
        let mut people = Vec::new();
        for (p, name) in names.iter().enumerate() {
            people.push(if p == 4 { forum.site_admin(name).await } else { forum.person(name).await });
        }
        let model = Model { people: people.len(), ..Model::default() };
        let mut world = Self {
            forum,
            rng: Rng(seed),
            seed,
            people,
            names,
            model,
            streams: Vec::new(),
            pushes: PushService::start().await,
            done: Vec::new(),
            made: 0,
            shown: Vec::new(),
        };
        let kinds = [GroupKind::Public, GroupKind::Public, GroupKind::Closed, GroupKind::Private, GroupKind::Private];
        for (g, kind) in kinds.into_iter().enumerate() {
            world.found(&format!("group{g} {tag}"), kind, g % 4).await;
        }
        for (g, p) in [(0, 1), (0, 2), (1, 0), (2, 0), (2, 3), (3, 0), (3, 1), (4, 1), (4, 3)] {
            world.admit(g, p).await;
        }
        world.converse().await;
        for g in 0..5 {
            world.write_first(g).await;
        }
        forum.drain().await;
        for (p, viewer) in world.people.clone().into_iter().enumerate() {
            Browser::on(forum, viewer, &world.pushes, &p.to_string()).await;
            let stream = Stream::User(id(viewer));
            world.streams.push((stream, forum.cx.bus.open(stream).await.unwrap()));
        }
        forum.drain().await;
        world
    }

    fn now(&self) -> Timestamp {
        self.forum.cx.now()
    }

    fn pass(&self) {
        self.forum.pass(Duration::from_millis(2));
    }

    async fn found(&mut self, name: &str, kind: GroupKind, p: P) {
        let group = self.forum.group(self.people[p], name, kind).await;
        let admin = Member {
            role: Role::Admin,
            level: domain::model::SubscriptionLevel::Normal,
            since: self.now(),
            sees_from: None,
        };
        let members = [(p, admin)].into();
        let (archived, gone, banned, told) = Default::default();
        self.model.groups.push(Group { id: group.id, slug: group.slug, kind, archived, gone, members, banned, told });
    }

    async fn admit(&mut self, g: usize, p: P) {
        self.pass();
        groups::admit(&self.forum.cx, self.model.groups[g].id, id(self.people[p]), Role::Member).await.unwrap();
        let now = self.now();
        self.model.enter(g, p, now);
    }

    /// The first three users have a conversation, and add the fourth.
    async fn converse(&mut self) {
        let cx = &self.forum.cx;
        self.pass();
        let to = format!("{} {}", self.names[1], self.names[2]);
        let (title, written) = (self.word("t"), self.word("w"));
        let posted = messages::submit(
            cx,
            self.people[0],
            Target::Conversation { to: &to, title: &title },
            draft(&format!("{written} quince")),
        )
        .await
        .unwrap();
        let now = self.now();
        let member = |since, sees_from| Member {
            role: Role::Member,
            level: domain::model::SubscriptionLevel::Normal,
            since,
            sees_from,
        };
        let members = (0..3).map(|p| (p, member(Timestamp(now.0 - 1), None))).collect();
        let (archived, gone, banned, told) = Default::default();
        let (kind, slug) = (GroupKind::Direct, posted.group_slug.clone());
        self.model.groups.push(Group { id: posted.group, slug, kind, archived, gone, members, banned, told });
        let g = self.model.groups.len() - 1;
        let begun = Begun { id: posted.topic, slug: posted.topic_slug, title };
        let names = Default::default();
        self.model.begin(g, 0, now, &begun, &Written { id: posted.id, word: written, names, answers: None });
        self.forum.drain().await;
        self.pass();
        let written = self.word("w");
        let posted = messages::submit(
            cx,
            self.people[1],
            Target::MorePeople { conversation: posted.group, to: &self.names[3] },
            draft(&written),
        )
        .await
        .unwrap();
        let now = self.now();
        self.model.groups[g].members.insert(3, member(now, Some(now)));
        // Its first words become its title.
        self.model.plain.insert(written.clone());
        let begun = Begun { id: posted.topic, slug: posted.topic_slug, title: written.clone() };
        let names = Default::default();
        self.model.begin(g, 1, now, &begun, &Written { id: posted.id, word: written, names, answers: None });
        let t = self.model.topics.len() - 1;
        let m = self.model.topics[t].messages[0];
        // So that it counts as unread for the user who was added with it.
        self.model.messages[m].at = Timestamp(now.0 + 1);
        self.model.topics[t].last_at = Timestamp(now.0 + 1);
        self.forum.drain().await;
    }

    async fn write_first(&mut self, g: usize) {
        let cx = self.forum.cx.clone();
        let admin = *self.model.groups[g].members.keys().next().expect("somebody");
        let (title, word) = (self.word("t"), self.word("w"));
        self.pass();
        let text = format!("{word} quince");
        let posted = messages::submit(
            &cx,
            self.people[admin],
            Target::NewTopic { group: self.model.groups[g].id, title: &title },
            draft(&text),
        )
        .await
        .unwrap();
        let begun = Begun { id: posted.topic, slug: posted.topic_slug, title };
        let names = Default::default();
        let now = self.now();
        self.model.begin(g, admin, now, &begun, &Written { id: posted.id, word, names, answers: None });
        let t = self.model.topics.len() - 1;
        for _ in 0..2 {
            self.pass();
            let word = self.word("w");
            let posted = self.forum.post(self.people[admin], posted.topic, &format!("{word} quince")).await;
            let names = Default::default();
            let now = self.now();
            self.model.add(t, admin, now, &Written { id: posted.id, word, names, answers: None });
        }
    }

    fn word(&mut self, kind: &str) -> String {
        self.made += 1;
        format!("{kind}{:x}x{}z", self.seed, self.made)
    }

    fn trace(&self) -> String {
        let seed = self.seed;
        format!("\nKLATCH_TEST_SEED={seed} KLATCH_TEST_SEQUENCES=1 does the same again:\n{}\n", self.done.join("\n"))
    }
}

fn setting(name: &str) -> Option<u64> {
    std::env::var(name).ok()?.parse().ok()
}

async fn after_random_actions_everyone_sees_what_the_policy_allows(first: TestForum) {
    let sequences = setting("KLATCH_TEST_SEQUENCES").unwrap_or(SEQUENCES);
    // The same number of sequences every time, but other ones.
    let seed = setting("KLATCH_TEST_SEED").unwrap_or_else(|| first.cx.now().0 as u64 % 1_000_000_000);
    println!("KLATCH_TEST_SEED={seed} does the same again");
    let on_sqlite = matches!(first.cx.db, domain::store::Db::Sqlite(_));
    let mut forum = first;
    for sequence in 0..sequences {
        if sequence > 0 && sequence % IN_ONE == 0 {
            forum = if on_sqlite { TestForum::sqlite().await } else { TestForum::postgres().await };
        }
        let mut world = World::begin(&forum, seed + sequence).await;
        for action in 1..=ACTIONS {
            world.happen().await;
            if action % CHECK_INTERVAL == 0 {
                world.look().await;
            }
        }
        let found = doctor::examine(&domain::Context { search: None, ..forum.cx.clone() }).await.unwrap();
        assert_eq!(found.drift, Vec::<String>::new(), "{}", world.trace());
        if (sequence + 1) % IN_ONE == 0 || sequence + 1 == sequences {
            forum.catch_up().await;
            world.search().await;
            let found = doctor::examine(&forum.cx).await.unwrap();
            assert_eq!(found.drift, Vec::<String>::new(), "{}", world.trace());
        }
    }
}
