//! A long sequence of random actions, compared with a recount after each.

use domain::messages::Target;
use std::collections::BTreeMap;
use std::time::Duration;

use domain::admin::doctor;
use domain::groups::{GroupForm, members, requests};
use domain::messages::{history, mentions, stars};
use domain::model::{Group, GroupKind, MessageId, Role, SubscriptionLevel, TopicId};
use domain::people::ignores;
use domain::policy::Viewer;
use domain::testing::{TestForum, draft};
use domain::topics::{reads, subscriptions};
use domain::{Context, Error, Result, groups, messages, search, topics};

use crate::tables::Recount;
use crate::{id, tables};

stories! {
    after_random_actions_the_layout_shows_what_a_recount_gives,
    after_random_actions_search_contains_what_the_database_contains,
}

struct Rng(u64);

impl Rng {
    fn roll(&mut self, sides: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        (self.0 % sides as u64) as usize
    }

    fn pick<T: Copy>(&mut self, from: &[T]) -> Option<T> {
        if from.is_empty() { None } else { Some(from[self.roll(from.len())]) }
    }
}

/// A forum, and the users who act in it at random.
struct RandomWalk {
    forum: TestForum,
    rng: Rng,
    people: Vec<Viewer>,
    groups: Vec<Group>,
    topics: Vec<TopicId>,
    messages: Vec<(MessageId, Viewer)>,
    deleted: Vec<(MessageId, Viewer)>,
    /// Unread counts that pages showed some time ago.
    shown: Vec<(Viewer, String)>,
    done: Vec<String>,
    /// How often each action was allowed.
    tally: BTreeMap<String, usize>,
}

impl RandomWalk {
    async fn begin(forum: TestForum, seed: u64) -> Self {
        let mut people = Vec::new();
        for name in ["ann", "ben", "cleo", "dan"] {
            people.push(forum.person(name).await);
        }
        people.push(forum.site_admin("boss").await);
        let mut groups = Vec::new();
        for (n, (name, kind)) in [
            ("Garden", GroupKind::Public),
            ("Pond", GroupKind::Public),
            ("Secret", GroupKind::Private),
            ("Choir", GroupKind::Closed),
        ]
        .into_iter()
        .enumerate()
        {
            groups.push(forum.group(people[n], name, kind).await);
        }
        forum.admit(&groups[2], &[people[0], people[3]]).await;
        let rng = Rng(seed);
        Self {
            forum,
            rng,
            people,
            groups,
            topics: vec![],
            messages: vec![],
            deleted: vec![],
            shown: vec![],
            done: vec![],
            tally: BTreeMap::new(),
        }
    }

    /// Does one action, allowed or not.
    async fn step(&mut self) {
        let pause = [0, 0, 1, 1, 700_000, 3_000_000][self.rng.roll(6)];
        self.forum.pass(Duration::from_micros(pause));
        let who = self.rng.pick(&self.people).unwrap();
        let group = self.groups[self.rng.roll(self.groups.len())].clone();
        let topic = self.rng.pick(&self.topics).unwrap_or(TopicId(crate::ABSENT));
        let (message, author) = self.rng.pick(&self.messages).unwrap_or((MessageId(crate::ABSENT), who));
        // Usually the author changes a message.
        let changer = if self.rng.roll(3) > 0 { author } else { who };
        // Every other removal is by the site admin, who may.
        let moderator = if self.rng.roll(2) == 0 { self.people[4] } else { self.people[0] };
        let words = ["apple", "@ann pear", "@ben @cleo quince", "@boss", "plum\n\n> @dan"][self.rng.roll(5)];
        let seq = self.rng.roll(12) as i64 - 1;
        let cx = self.forum.cx.clone();
        let (what, answer): (String, Result<()>) = match self.rng.roll(42) {
            0..=2 => {
                let answer =
                    messages::submit(&cx, who, Target::NewTopic { group: group.id, title: "Fruit" }, draft(words))
                        .await
                        .map(|posted| {
                            self.topics.push(posted.topic);
                            self.messages.push((posted.id, who));
                        });
                (format!("starts a topic in {}", group.name), answer)
            }
            3..=9 => {
                let answer = messages::submit(&cx, who, Target::Topic(topic), draft(words))
                    .await
                    .map(|posted| self.messages.push((posted.id, who)));
                (format!("posts in {topic}: {words}"), answer)
            }
            10..=11 => {
                (format!("edits {message}"), messages::edit(&cx, changer, message, words.into()).await.map(drop))
            }
            12..=13 => {
                let answer = messages::delete(&cx, changer, message).await.map(|_| {
                    self.messages.retain(|(m, _)| *m != message);
                    self.deleted.push((message, author));
                });
                (format!("deletes {message}"), answer)
            }
            14..=16 => (format!("reads {topic} to {seq}"), reads::mark(&cx, who, topic, seq).await),
            17 => {
                let sidebar = domain::live::unread::sidebar(&cx, id(who)).await.unwrap();
                self.shown.push((who, reads::upto(&sidebar, None, self.forum.cx.now())));
                ("looks".into(), Ok(()))
            }
            18..=19 => match self.shown.pop() {
                Some((who, shown)) => (
                    format!("{who:?} marks what was shown: {shown}"),
                    reads::mark_shown(&cx, who, &shown).await.map(drop),
                ),
                None => ("had not looked".into(), Ok(())),
            },
            20..=21 => (format!("joins {}", group.name), groups::join(&cx, who, group.id).await.map(drop)),
            22 => (format!("leaves {}", group.name), groups::leave(&cx, who, group.id).await.map(drop)),
            23 => (format!("stars {message}"), stars::toggle(&cx, who, message).await.map(drop)),
            24 => {
                let answer = topics::delete(&cx, who, topic).await.map(|_| self.topics.retain(|t| *t != topic));
                (format!("deletes topic {topic}"), answer)
            }
            25 => (format!("renames topic {topic}"), topics::rename(&cx, who, topic, words).await.map(drop)),
            26 => (format!("reads mentions to {message}"), mentions::mark_read(&cx, who, message).await),
            27..=28 => {
                // Adds the user to any group.
                let answer = groups::admit(&cx, group.id, id(who), Role::Member).await;
                (format!("is admitted to {}", group.name), answer)
            }
            40..=41 => {
                let (message, author) = self.deleted.pop().unwrap_or((message, author));
                let back = history::restore(&cx, author, message).await.map(|_| {
                    if !self.messages.contains(&(message, author)) {
                        self.messages.push((message, author));
                    }
                });
                (format!("restores {message}"), back)
            }
            29 => {
                let other = self.rng.pick(&self.people).unwrap();
                (
                    format!("removes {other:?} from {}", group.name),
                    members::remove(&cx, moderator, group.id, id(other)).await.map(drop),
                )
            }
            30 => {
                let other = self.rng.pick(&self.people).unwrap();
                let answer = match self.rng.roll(2) {
                    0 => members::ban(&cx, moderator, group.id, id(other), "because").await,
                    _ => members::lift_ban(&cx, moderator, group.id, id(other)).await,
                };
                (format!("bans, or not, {other:?} in {}", group.name), answer.map(drop))
            }
            31 => (format!("asks for {}", group.name), requests::ask(&cx, who, group.id, "please").await.map(drop)),
            32 => {
                let everyone: Vec<_> = self.people.iter().map(|other| id(*other)).collect();
                let approve = self.rng.roll(3) > 0;
                (
                    format!("answers in {}", group.name),
                    requests::answer(&cx, who, group.id, &everyone, approve).await.map(drop),
                )
            }
            33..=34 => {
                let other = ["ann", "ben", "cleo", "dan"][self.rng.roll(4)];
                let ignored = self.rng.roll(3) > 0;
                (format!("ignores {other}: {ignored}"), ignores::set(&cx, who, other, ignored).await.map(drop))
            }
            35 => {
                let level = [SubscriptionLevel::Normal, SubscriptionLevel::Muted, SubscriptionLevel::Followed]
                    [self.rng.roll(3)];
                (
                    format!("chooses {level} for {}", group.name),
                    members::set_level(&cx, who, group.id, level).await.map(drop),
                )
            }
            36 => {
                let level = [SubscriptionLevel::Normal, SubscriptionLevel::Muted, SubscriptionLevel::Followed]
                    [self.rng.roll(3)];
                (
                    format!("chooses {level} for {topic}"),
                    subscriptions::set_of_topic(&cx, who, topic, level).await.map(drop),
                )
            }
            37 => (format!("unreads from {message}"), subscriptions::unread_from(&cx, who, message).await.map(drop)),
            38 => {
                let archived = self.rng.roll(3) == 0;
                (
                    format!("archives {}: {archived}", group.name),
                    groups::archive(&cx, who, group.id, archived).await.map(drop),
                )
            }
            _ => {
                let kind = [GroupKind::Private, GroupKind::Public, GroupKind::Closed][self.rng.roll(3)];
                let name = format!("{} {}", group.slug, self.rng.roll(9));
                let form = GroupForm { description: words.into(), ..GroupForm::new(name, kind) };
                (format!("makes {} {kind}", group.name), groups::update(&cx, who, group.id, form).await.map(drop))
            }
        };
        match &answer {
            Ok(()) | Err(Error::NotFound | Error::Forbidden(_)) => {}
            Err(error) => panic!("{who:?} {what}: {error:?}\n{}", self.done.join("\n")),
        }
        if answer.is_ok() {
            *self.tally.entry(what.split(' ').next().unwrap_or_default().to_owned()).or_default() += 1;
        }
        self.done.push(format!(
            "{} {who:?} {what}: {}",
            self.forum.cx.now().0 % 1_000_000_000,
            if answer.is_ok() { "done" } else { "refused" }
        ));
    }

    /// Compares everyone's layout with a recount of the tables.
    async fn compare(&self) {
        let recount = Recount::of(&self.forum).await;
        for who in &self.people {
            let sidebar = domain::live::unread::sidebar(&self.forum.cx, id(*who)).await.unwrap();
            let said: BTreeMap<i64, BTreeMap<i64, i64>> = sidebar
                .groups
                .iter()
                .map(|group| (group.id.0, group.topics.iter().map(|t| (t.topic.0, t.unread)).collect()))
                .collect();
            let trace = || self.done.join("\n");
            assert_eq!(said, recount.groups(id(*who)), "unread of {who:?} after\n{}", trace());
            assert_eq!(sidebar.mentions, recount.mentions(id(*who)), "mentions of {who:?} after\n{}", trace());
        }
        let cx = Context { search: None, ..self.forum.cx.clone() };
        let findings = doctor::examine(&cx).await.unwrap();
        assert_eq!(findings.drift, Vec::<String>::new(), "after\n{}", self.done.join("\n"));
    }
}

async fn after_random_actions_the_layout_shows_what_a_recount_gives(forum: TestForum) {
    let mut walk = RandomWalk::begin(forum, 0x9e37_79b9_7f4a_7c15).await;
    for step in 0..500 {
        walk.step().await;
        match step % 4 {
            0 => walk.forum.drain().await,
            1 => walk.forum.drain_twice().await,
            // Two actions between two runs of the jobs.
            2 => continue,
            _ => {
                walk.forum.drain().await;
                // Long enough that cached summaries are trusted.
                walk.forum.pass(Duration::from_secs(3));
                walk.compare().await;
            }
        }
        walk.compare().await;
    }
    let actions = [
        "starts", "posts", "edits", "deletes", "restores", "reads", "looks", "joins", "leaves", "stars", "renames",
        "is", "makes",
    ];
    let rarer = ["removes", "bans,", "asks", "answers", "ignores", "chooses", "unreads", "archives"];
    for action in actions {
        assert!(walk.tally.get(action).is_some_and(|times| *times > 0), "{action}: not in {:?}", walk.tally);
    }
    for action in rarer {
        assert!(walk.tally.contains_key(action), "{action}: not in {:?}", walk.tally);
    }
}

async fn after_random_actions_search_contains_what_the_database_contains(forum: TestForum) {
    let mut walk = RandomWalk::begin(forum, 0x1234_5678_9abc_def1).await;
    for step in 0..120 {
        walk.step().await;
        if step % 20 != 19 {
            continue;
        }
        walk.forum.drain().await;
        let cx = &walk.forum.cx;
        walk.forum.catch_up().await;
        assert_eq!(doctor::examine(cx).await.unwrap().drift, Vec::<String>::new(), "after\n{}", walk.done.join("\n"));
        for who in walk.people.iter().copied().chain([Viewer::Anonymous]) {
            let question = search::Question {
                words: "quince".into(),
                order: search::Order::Newest,
                limit: 200,
                ..Default::default()
            };
            let answer = search::ask(cx, who, question).await.unwrap();
            let mut found: Vec<i64> =
                answer.hits.iter().filter(|hit| !hit.is_topic).map(|hit| hit.placed.message.id.0).collect();
            found.sort_unstable();
            let reader = who.id().map_or(0, |id| id.0);
            let expected = tables::ints(
                &walk.forum,
                &format!(
                    "select m.id from messages m join topics t on t.id = m.topic_id join groups g on g.id = t.group_id
                     where m.raw like '%quince%' and m.deleted_at is null and t.deleted_at is null
                       and (g.kind = 'public' or {reader} in (select user_id from memberships where group_id = g.id))
                       and m.author_id not in (select ignored_id from ignores where user_id = {reader}) order by m.id"
                ),
            )
            .await;
            assert_eq!(found, expected.concat(), "{who:?} after\n{}", walk.done.join("\n"));
            assert_eq!(answer.hits.len(), answer.total);
        }
    }
}
