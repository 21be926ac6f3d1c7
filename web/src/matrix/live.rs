//! The live access matrix: the address of the poll, and each action in a group with the events that every actor's poll
//! receives. The expected answers are in `live_events.txt`; review changes to that file.

use domain::messages::Target;
use std::collections::BTreeSet;
use std::fmt::Write;

use domain::bus::{Control, Cursor, Stream};
use domain::groups::members;
use domain::model::{GroupId, GroupKind, Mark, MessageId, Role, TopicId, UserId};
use domain::testing::TestForum;
use domain::topics::splits::Which;
use domain::topics::{merges, moves, splits};
use domain::{Error, groups, messages, topics};
use realtime::{Answer, Config, Live, Request, Who, check};

use super::actors::{ACTORS, Actor};
use super::states::{ABSENT, STATES, Scene, Scope, State};
use super::world::{World, keyed};
use super::{COLUMN, FIRST, must_match};

/// The expected answers.
const EXPECTED: &str = include_str!("live_events.txt");

/// The letter of each event kind that a group's stream may carry; an unknown kind fails the test.
const KINDS: [(&str, char); 9] = [
    ("message", 'm'),
    ("edit", 'e'),
    ("delete", 'd'),
    ("restore", 'r'),
    ("star", 's'),
    ("previews", 'p'),
    ("topic_change", 't'),
    ("mention", '@'),
    ("notice", 'n'),
];

/// An action, done by the creator of the group.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Act {
    Post,
    Edit,
    Delete,
    Restore,
    Star,
    /// Removes the link previews of a message.
    Unpreview,
    Start,
    Rename,
    Pin,
    /// Into a private group that the member is in too.
    Move,
    /// Into the same group.
    Split,
    Merge,
    DeleteTopic,
    /// A moderator answers the report of its first message. In a conversation, a site admin does.
    Answer,
    /// Removes the member.
    Remove,
    /// Makes a public group private.
    Close,
}

const ACTS: [(Act, &str); 16] = [
    (Act::Post, "a message that mentions everybody"),
    (Act::Edit, "edited"),
    (Act::Delete, "deleted"),
    (Act::Restore, "restored"),
    (Act::Star, "starred"),
    (Act::Unpreview, "its link previews are removed"),
    (Act::Start, "a topic is started"),
    (Act::Rename, "renamed"),
    (Act::Pin, "pinned"),
    (Act::Move, "moved to a private group of creator, member and moderator"),
    (Act::Split, "its last message split off to that group"),
    (Act::Merge, "merged into another"),
    (Act::DeleteTopic, "deleted as a topic"),
    (Act::Answer, "the report of its first message is answered"),
    (Act::Remove, "the member is removed, then a message"),
    (Act::Close, "the group becomes private, then a message"),
];

#[actix_web::test]
async fn live_events_match_the_snapshot_on_sqlite() {
    live_events_match_the_snapshot(TestForum::sqlite().await).await;
}

#[actix_web::test]
async fn live_events_match_the_snapshot_on_postgres() {
    live_events_match_the_snapshot(TestForum::postgres().await).await;
}

async fn live_events_match_the_snapshot(forum: TestForum) {
    let mut world = World::make(&forum).await;
    let ears = Ears::open(&forum, &mut world).await;
    let mut table = heading();
    let _ = writeln!(table, "\nget /live?group={{id}}");
    let mut rows = Rows::default();
    let mut nothing = None;
    for state in STATES.into_iter().rev() {
        let scene = world.stage(&forum, state, Scope::Whole).await;
        let live = fresh(&forum).await;
        let mut answers = String::new();
        for actor in ACTORS {
            let answer = ears.ask(&forum, &live, actor, scene.group.id, None).await;
            if let (Actor::Anonymous, Answer::NotFound) = (actor, &answer) {
                // The first answer is that for a group that never existed.
                assert_eq!(nothing.get_or_insert(answer.body()), &answer.body(), "{state:?}");
            }
            let _ = write!(answers, "{:COLUMN$}", answer.status());
        }
        rows.add(state, answers);
    }
    rows.write(&mut table);
    let mut seen = BTreeSet::new();
    for (act, name) in ACTS {
        let _ = writeln!(table, "\n{name}");
        let mut rows = Rows::default();
        for state in [State::Public, State::Closed, State::Private, State::Direct] {
            if let Some(answers) = events_of(&forum, &mut world, &ears, act, state).await {
                seen.extend(answers.chars());
                rows.add(state, answers);
            }
        }
        rows.write(&mut table);
    }
    for (kind, letter) in KINDS {
        assert!(seen.contains(&letter), "no action here publishes a {kind} event");
    }
    must_match(&table, EXPECTED, "live_events.txt");
}

fn heading() -> String {
    let mut heading =
        "# The live events that each actor's poll receives when the creator of a group acts in it. All have its page open.\n#"
            .to_owned();
    for (kind, letter) in KINDS {
        let _ = write!(heading, " {letter} {kind},");
    }
    heading += " R reload the page; - nothing, x the poll is refused.\n#\n";
    let _ = write!(heading, "{:FIRST$}", "#");
    for actor in ACTORS {
        let _ = write!(heading, "{:COLUMN$}", actor.name());
    }
    heading.truncate(heading.trim_end().len());
    heading + "\n"
}

/// The rows of a block: states with equal answers share a row.
#[derive(Default)]
struct Rows(Vec<(String, String)>);

impl Rows {
    fn add(&mut self, state: State, answers: String) {
        match self.0.iter_mut().find(|(_, known)| *known == answers) {
            Some((names, _)) => *names += &format!(" {}", state.name()),
            None => self.0.push((state.name().to_owned(), answers)),
        }
    }

    fn write(&self, table: &mut String) {
        for (states, answers) in &self.0 {
            let _ = writeln!(table, "{:FIRST$}{}", format!("  {states}"), answers.trim_end());
        }
    }
}

/// Returns the polls of a fresh process: it does not tell pages to reload for changes that came before it.
async fn fresh(forum: &TestForum) -> Live {
    let mut words = forum.cx.bus.controls();
    let marker = Control::HereChanged { groups: vec![GroupId(ABSENT)] };
    forum.cx.bus.tell(&marker).await.expect("told");
    // Once the marker arrives, all earlier control messages have been handled.
    while words.recv().await.expect("a word") != marker {}
    Live::new(forum.cx.clone(), Config::default()).expect("polls")
}

/// The sessions of all actors.
struct Ears(Vec<(Actor, Option<UserId>, Who)>);

impl Ears {
    async fn open(forum: &TestForum, world: &mut World) -> Self {
        let mut ears = Vec::new();
        for actor in ACTORS {
            let user = world.who(actor).id();
            let who = match user {
                None => Who::Nobody(None),
                Some(_) => Who::Token(world.session(forum, actor).await),
            };
            ears.push((actor, user, who));
        }
        Self(ears)
    }

    fn stream(&self, actor: Actor, group: GroupId) -> Stream {
        let (_, user, _) = self.0.iter().find(|(known, ..)| *known == actor).expect("everybody");
        user.map_or(Stream::Group(group), Stream::User)
    }

    /// Returns what the actor's poll answers at once.
    async fn ask(&self, forum: &TestForum, live: &Live, actor: Actor, group: GroupId, after: Option<Cursor>) -> Answer {
        let after = match after {
            Some(after) => after,
            None => forum.cx.bus.open(self.stream(actor, group)).await.expect("a stream"),
        };
        let (_, _, who) = self.0.iter().find(|(known, ..)| *known == actor).expect("everybody");
        check(
            live,
            who,
            &Request { after, seen: Vec::new(), groups: vec![group], visible: None, lang: texts::Lang::En },
        )
        .await
    }
}

/// Returns the events that each actor receives, or `None` where the action is impossible.
async fn events_of(forum: &TestForum, world: &mut World, ears: &Ears, act: Act, state: State) -> Option<String> {
    let scene = world.stage(forum, state, Scope::Whole).await;
    let (group, ready) = (scene.group.id, prepare(forum, world, act, &scene).await);
    forum.drain().await;
    let live = fresh(forum).await;
    let mut cursors = Vec::new();
    for actor in ACTORS {
        cursors.push(forum.cx.bus.open(ears.stream(actor, group)).await.expect("a stream"));
        // The actor has the page open.
        ears.ask(forum, &live, actor, group, cursors.last().copied()).await;
    }
    forum.cx.hub.renew().await.expect("renewed");
    match perform(forum, world, act, &scene, &ready).await {
        Ok(()) => {}
        Err(Error::Forbidden(_) | Error::Invalid(_)) => return None,
        Err(error) => panic!("{act:?} in {state:?}: {error}"),
    }
    forum.drain().await;
    // Wait until these control messages have arrived too.
    let _ = fresh(forum).await;
    let mut answers = String::new();
    for (actor, after) in ACTORS.into_iter().zip(cursors) {
        let answer = ears.ask(forum, &live, actor, group, Some(after)).await;
        let is_inside = matches!(actor, Actor::Member | Actor::Moderator);
        assert!(is_inside || !answer.body().contains("Inner"), "{act:?}: {actor:?} is told where it went: {answer:?}");
        let _ = write!(answers, "{:COLUMN$}", letters(&answer));
    }
    Some(answers)
}

fn letters(answer: &Answer) -> String {
    let events = match answer {
        Answer::Events { events, .. } => events,
        Answer::Resync { .. } => return "R".to_owned(),
        Answer::Ended | Answer::NotFound => return "x".to_owned(),
        Answer::Foreign | Answer::Invalid(_) | Answer::Api { .. } | Answer::Busy { .. } => panic!("{answer:?}"),
    };
    let letter = |event: &domain::bus::Event| {
        let event: serde_json::Value = serde_json::from_str(event.json()).expect("JSON");
        let kind = event["type"].as_str().expect("a kind");
        KINDS.iter().find(|(known, _)| *known == kind).unwrap_or_else(|| panic!("{kind} needs a letter: {event}")).1
    };
    let letters: BTreeSet<char> = events.iter().map(letter).collect();
    if letters.is_empty() { "-".to_owned() } else { letters.into_iter().collect() }
}

/// The targets of an action.
struct Ready {
    /// A private group of the creator, the member and the moderator.
    inner: GroupId,
    /// Another topic of the group.
    other: TopicId,
    /// The last message of the topic.
    last: MessageId,
}

async fn prepare(forum: &TestForum, world: &World, act: Act, scene: &Scene) -> Ready {
    let cx = &forum.cx;
    let (maker, topic) = (world.maker, TopicId(scene.topic));
    let inner = forum.group(maker, &format!("Inner {}", scene.group.slug), GroupKind::Private).await;
    for actor in [Actor::Member, Actor::Moderator] {
        let user = world.who(actor).id().expect("an account");
        groups::admit(cx, inner.id, user, Role::Member).await.expect("admitted");
    }
    let last = messages::submit(cx, maker, Target::Topic(topic), keyed("The last")).await.expect("posted").id;
    let other =
        match messages::submit(cx, maker, Target::NewTopic { group: scene.group.id, title: "Another" }, keyed("Hello"))
            .await
        {
            Ok(posted) => posted.topic,
            // A conversation has only one topic.
            Err(_) => topic,
        };
    if act == Act::Answer {
        let (member, message) = (world.who(Actor::Member), MessageId(scene.message));
        let spam = Some(domain::model::Grounds::Spam);
        domain::moderation::reports::create(cx, member, message, spam, "").await.expect("reported");
        forum.drain().await;
    }
    if act == Act::Unpreview {
        forum.execute("update messages set previews = '[{\"url\":\"\",\"title\":\"\",\"site\":\"\"}]'").await;
    }
    if act == Act::Restore {
        messages::delete(cx, maker, last).await.expect("deleted");
    }
    Ready { inner: inner.id, other, last }
}

async fn perform(forum: &TestForum, world: &World, act: Act, scene: &Scene, ready: &Ready) -> domain::Result<()> {
    let cx = &forum.cx;
    let (maker, topic, last) = (world.maker, TopicId(scene.topic), ready.last);
    let everybody = ACTORS.iter().map(|actor| format!("@{}x ", actor.name())).collect::<String>();
    match act {
        Act::Post => {
            drop(messages::submit(cx, maker, Target::Topic(topic), keyed(&format!("{everybody}@boss"))).await?)
        }
        Act::Edit => drop(messages::edit(cx, maker, last, "Changed".into()).await?),
        Act::Delete => drop(messages::delete(cx, maker, last).await?),
        Act::Restore => drop(domain::messages::history::restore(cx, maker, last).await?),
        Act::Star => drop(domain::messages::stars::toggle(cx, maker, last).await?),
        Act::Unpreview => drop(messages::link_previews::remove(cx, maker, last).await?),
        Act::Start => drop(
            messages::submit(cx, maker, Target::NewTopic { group: scene.group.id, title: "New" }, keyed("Hello"))
                .await?,
        ),
        Act::Rename => drop(topics::rename(cx, maker, topic, "Renamed").await?),
        Act::Pin => drop(topics::mark(cx, maker, topic, Mark::Pinned, true).await?),
        Act::Move => drop(moves::to_group(cx, maker, topic, ready.inner).await?),
        Act::Split => drop(splits::split(cx, maker, topic, &Which::From(last), "Apart", ready.inner).await?),
        Act::Merge => drop(merges::merge(cx, maker, topic, ready.other).await?),
        Act::DeleteTopic => {
            if scene.group.is_direct() {
                // The creator can delete the topic only after its report is answered.
                let report = domain::model::ReportId(scene.report);
                let boss = world.who(Actor::SiteAdmin);
                domain::moderation::reports::answer(cx, boss, report, domain::model::Verdict::Nothing, "").await?;
            }
            topics::delete(cx, maker, topic).await?;
        }
        Act::Answer => {
            let who = if scene.group.is_direct() { Actor::SiteAdmin } else { Actor::Moderator };
            let (report, verdict) = (domain::model::ReportId(scene.report), domain::model::Verdict::Deleted);
            domain::moderation::reports::answer(cx, world.who(who), report, verdict, "").await?;
        }
        Act::Remove => {
            let member = world.who(Actor::Member).id().expect("an account");
            members::remove(cx, maker, scene.group.id, member).await?;
            messages::submit(cx, maker, Target::Topic(topic), keyed("Without them")).await?;
        }
        Act::Close => {
            let form = groups::GroupForm::new(&scene.group.name, GroupKind::Private);
            groups::update(cx, maker, scene.group.id, form).await?;
            messages::submit(cx, maker, Target::Topic(topic), keyed("Among us")).await?;
        }
    }
    Ok(())
}
