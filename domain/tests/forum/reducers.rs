//! Reducers: what they compute of a group's events, again and again.

use std::collections::BTreeMap;
use std::time::Duration;

use domain::messages::{self, history, stars};
use domain::model::{Group, GroupKind, MessageId, Role, TopicId};
use domain::moderation::bulk_delete::{self, Span};
use domain::people::bots;
use domain::policy::Viewer;
use domain::reducers::{self, REDUCERS, statistics};
use domain::store::reducers as rows;
use domain::testing::TestForum;
use domain::topics::splits::{Which, split};
use domain::topics::{merges, moves};
use domain::{groups, topics};

use crate::{id, is_forbidden, is_not_found, tables};

stories! {
    the_statistics_of_a_group_are_computed,
    recomputing_gives_the_same_values_after_random_actions,
    a_bulk_delete_and_its_undoing_are_counted,
    a_group_is_read_in_steps_and_a_job_takes_the_rest,
    a_reducer_that_lost_its_log_position_starts_over,
    only_admins_see_statistics_and_states,
}

const DAY: Duration = Duration::from_secs(24 * 3_600);

/// All states of all reducers for a group.
async fn states(forum: &TestForum, group: &Group) -> BTreeMap<(&'static str, TopicId), String> {
    let mut all = BTreeMap::new();
    for reducer in REDUCERS {
        let states = rows::states(&forum.cx.db, reducer.name, group.id, TopicId(0), 10_000).await.unwrap();
        all.extend(states.into_iter().map(|row| ((reducer.name, row.topic_id), row.state)));
    }
    all
}

async fn read_on(forum: &TestForum, group: &Group) {
    forum.settle().await;
    for reducer in REDUCERS {
        assert!(reducers::catch_up(&forum.cx, reducer, group.id, 20).await.unwrap());
    }
}

/// Drops the states, computes them again in a job, and checks that they are the same.
async fn is_recomputed_alike(forum: &TestForum, admin: Viewer, group: &Group, after: &str) {
    read_on(forum, group).await;
    let before = states(forum, group).await;
    reducers::recompute(&forum.cx, admin, group.id).await.unwrap();
    assert!(states(forum, group).await.is_empty());
    forum.settle().await;
    forum.drain().await;
    assert_eq!(states(forum, group).await, before, "{after}");
}

async fn the_statistics_of_a_group_are_computed(forum: TestForum) {
    let cx = &forum.cx;
    let (mira, noor, ole) = (forum.person("mira").await, forum.person("noor").await, forum.person("ole").await);
    let garden = forum.group(mira, "Garden", GroupKind::Private).await;
    let pond = forum.group(mira, "Pond", GroupKind::Public).await;
    forum.admit(&garden, &[noor, ole]).await;
    let bot = Viewer::User { id: bots::create_in_group(cx, mira, garden.id, "gnome").await.unwrap(), is_admin: false };
    let plums = forum.topic(mira, &garden, "Plums", "Ripe?").await.topic;
    forum.post(bot, plums, "Beep").await;
    forum.post(mira, plums, "Anyone?").await;
    forum.pass(Duration::from_secs(7_200));
    forum.post(noor, plums, "Yes").await;
    forum.pass(2 * DAY);
    let late = forum.post(ole, plums, "Very").await;
    let quiet = forum.topic(noor, &garden, "Quiet", "Hello?").await.topic;
    forum.topic(mira, &pond, "Elsewhere", "Frogs").await;
    forum.drain().await;
    forum.settle().await;
    let found = statistics::of_group(cx, mira, garden.id, 4).await.unwrap();
    assert!(found.is_complete());
    let day = |day: &statistics::Day| (day.messages, day.people, day.topics, day.answered, day.answers);
    // The first day may have ended before the first answer.
    let total = &found.total;
    assert_eq!(day(total), (6, 3, 2, 1, 2));
    let first = total.first_answer.unwrap().as_secs();
    assert!((7_200..7_210).contains(&first), "{first}");
    assert_eq!(found.days.len(), 4);
    assert_eq!(day(&found.days[3]), (2, 2, 1, 0, 1));
    // What changed since counts at the next look.
    messages::delete(cx, ole, late.id).await.unwrap();
    forum.post(mira, quiet, "Here").await;
    forum.drain().await;
    forum.settle().await;
    let found = statistics::of_group(cx, mira, garden.id, 4).await.unwrap();
    assert_eq!(day(&found.days[3]), (2, 2, 1, 1, 1));
    assert_eq!(day(&found.total), (6, 2, 2, 2, 2), "the message of a day before yesterday is still there");
    // Of today alone.
    let today = statistics::of_group(cx, mira, garden.id, 1).await.unwrap();
    assert_eq!((today.days.len(), day(&today.total)), (1, (2, 2, 1, 1, 1)));
    is_recomputed_alike(&forum, mira, &garden, "a few days").await;
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

/// Does something at random to two groups, and says what.
async fn something(forum: &TestForum, rng: &mut Rng, people: &[Viewer], groups: &[Group]) -> String {
    let cx = &forum.cx;
    let ids = |statement: &'static str| async move { tables::ints(forum, statement).await.concat() };
    let topics = ids("select id from topics where deleted_at is null order by id").await;
    let there = ids("select id from messages where deleted_at is null order by id").await;
    let gone = ids("select id from messages where deleted_at is not null order by id").await;
    let (admin, who) = (people[0], rng.pick(people).unwrap());
    let (group, topic) = (&groups[rng.roll(groups.len())], rng.pick(&topics).map(TopicId));
    let (message, gone) = (rng.pick(&there).map(MessageId), rng.pick(&gone).map(MessageId));
    let (Some(topic), Some(message)) = (topic, message) else {
        forum.topic(who, group, "Fruit", "Apples").await;
        return "starts a topic".to_owned();
    };
    forum.pass(Duration::from_secs(rng.roll(40_000) as u64));
    // Some are refused: a topic is not merged into itself.
    let (what, done) = match rng.roll(12) {
        0 => ("starts", {
            forum.topic(who, group, "Fruit", "Apples").await;
            true
        }),
        1..=3 => ("posts", {
            forum.post(who, topic, "Pears").await;
            true
        }),
        4 => ("edits", messages::edit(cx, admin, message, "Plums".to_owned()).await.is_ok()),
        5 => ("stars", stars::toggle(cx, who, message).await.is_ok()),
        6 => ("deletes", messages::delete(cx, admin, message).await.is_ok()),
        7 => match gone {
            Some(gone) => ("restores", history::restore(cx, admin, gone).await.is_ok()),
            None => ("restores nothing", false),
        },
        8 => ("moves", moves::to_group(cx, admin, topic, group.id).await.is_ok()),
        9 => {
            let of = tables::ints(forum, &format!("select topic_id from messages where id = {message}")).await;
            let which = if rng.roll(2) == 0 { Which::From(message) } else { Which::These(vec![message]) };
            ("splits", split(cx, admin, TopicId(of[0][0]), &which, "Apart", group.id).await.is_ok())
        }
        10 => {
            let into = TopicId(rng.pick(&topics).unwrap());
            ("merges", merges::merge(cx, admin, topic, into).await.is_ok())
        }
        _ if rng.roll(3) == 0 => ("deletes a topic", topics::delete(cx, admin, topic).await.is_ok()),
        _ => ("renames", topics::rename(cx, admin, topic, "Pears").await.is_ok()),
    };
    format!("{what} {topic} {message} {}: {done}", group.slug)
}

async fn recomputing_gives_the_same_values_after_random_actions(forum: TestForum) {
    let cx = &forum.cx;
    let mut people = Vec::new();
    for name in ["ann", "ben", "cleo"] {
        people.push(forum.person(name).await);
    }
    let groups = [
        forum.group(people[0], "Garden", GroupKind::Public).await,
        forum.group(people[0], "Pond", GroupKind::Public).await,
    ];
    for group in &groups {
        forum.admit(group, &people[1..]).await;
    }
    let bot = bots::create_in_group(cx, people[0], groups[0].id, "gnome").await.unwrap();
    groups::admit(cx, groups[1].id, bot, Role::Member).await.unwrap();
    people.push(Viewer::User { id: bot, is_admin: false });
    let (mut rng, mut trace) = (Rng(0x9e37_79b9_7f4a_7c15), Vec::new());
    for step in 0..240 {
        trace.push(something(&forum, &mut rng, &people, &groups).await);
        // One group is read often and the other seldom.
        if step % 3 == 0 {
            read_on(&forum, &groups[0]).await;
        }
        if step % 60 == 59 {
            forum.drain().await;
            for group in &groups {
                is_recomputed_alike(&forum, people[0], group, &trace.join("\n")).await;
            }
        }
    }
    for done in ["deletes", "restores", "moves", "splits", "merges", "deletes a topic"] {
        let was_done = |line: &String| line.starts_with(&format!("{done} ")) && line.ends_with("true");
        assert!(trace.iter().any(was_done), "{done}: not in\n{}", trace.join("\n"));
    }
    // An independent count says the same.
    for group in &groups {
        let found = statistics::of_group(cx, people[0], group.id, 365).await.unwrap();
        let counted = |what: &str| {
            let statement = format!(
                "select count(*) from messages m join topics t on t.id = m.topic_id join users u on u.id = m.author_id
                 where t.group_id = {} and m.deleted_at is null and t.deleted_at is null {what}",
                group.id
            );
            let forum = &forum;
            async move { tables::ints(forum, &statement).await[0][0] as u64 }
        };
        assert!(found.total.messages > 0);
        assert_eq!(found.total.messages, counted("").await);
        assert_eq!(found.total.answers, counted("and u.id <> t.creator_id and u.username <> 'gnome'").await);
        let topics = format!("select count(*) from topics where group_id = {} and deleted_at is null", group.id);
        assert_eq!(found.total.topics, tables::ints(&forum, &topics).await[0][0] as u64);
    }
}

async fn a_bulk_delete_and_its_undoing_are_counted(forum: TestForum) {
    let cx = &forum.cx;
    let (boss, mira, noor) = (forum.site_admin("boss").await, forum.person("mira").await, forum.person("noor").await);
    let garden = forum.group(mira, "Garden", GroupKind::Public).await;
    forum.admit(&garden, &[noor]).await;
    let plums = forum.topic(mira, &garden, "Plums", "Ripe?").await.topic;
    forum.post(noor, plums, "Yes").await;
    forum.topic(noor, &garden, "Pears", "Ripe?").await;
    read_on(&forum, &garden).await;
    let before = states(&forum, &garden).await;
    bulk_delete::clear_site(cx, boss, id(noor), Span::All, "because", None).await.unwrap();
    forum.drain().await;
    read_on(&forum, &garden).await;
    assert_eq!(states(&forum, &garden).await.len(), 2, "one topic with one message is left");
    is_recomputed_alike(&forum, mira, &garden, "a bulk delete").await;
    let removal = domain::store::moderation::bulk_delete::of_user(&cx.db, id(noor), None, 1).await.unwrap()[0].id;
    bulk_delete::undo_in_site(cx, boss, removal).await.unwrap();
    forum.drain().await;
    read_on(&forum, &garden).await;
    assert_eq!(states(&forum, &garden).await, before);
}

async fn a_group_is_read_in_steps_and_a_job_takes_the_rest(forum: TestForum) {
    let cx = &forum.cx;
    let mira = forum.person("mira").await;
    let garden = forum.group(mira, "Garden", GroupKind::Public).await;
    forum.topic(mira, &garden, "Plums", "Ripe?").await;
    // More topics than the steps of one request read.
    forum
        .execute(
            "with recursive n (n) as (select 1 union all select n + 1 from n where n < 2200)
             insert into topics (group_id, slug, name, creator_id, created_at, last_seq, last_message_at)
             select t.group_id, 'topic' || n.n, 'Topic', t.creator_id, t.created_at, 0, t.last_message_at
             from topics t cross join n where t.slug = 'plums'",
        )
        .await;
    forum.drain().await;
    forum.settle().await;
    let found = statistics::of_group(cx, mira, garden.id, 30).await.unwrap();
    assert!(!found.is_complete() && found.total.topics > 0 && found.total.topics < 2_201, "{}", found.total.topics);
    forum.drain().await;
    let found = statistics::of_group(cx, mira, garden.id, 30).await.unwrap();
    assert!(found.is_complete());
    assert_eq!(found.total.topics, 2_201);
    let page = reducers::inspect(cx, mira, garden.id, "answers", TopicId(0), 100).await.unwrap();
    assert!(page.has_more && page.states.len() == 100);
    let last = page.states[99].0;
    let next = reducers::inspect(cx, mira, garden.id, "answers", last, 100).await.unwrap();
    assert!(next.states[0].0 > last);
}

async fn a_reducer_that_lost_its_log_position_starts_over(forum: TestForum) {
    let cx = &forum.cx;
    let mira = forum.person("mira").await;
    let garden = forum.group(mira, "Garden", GroupKind::Public).await;
    let plums = forum.topic(mira, &garden, "Plums", "Ripe?").await.topic;
    read_on(&forum, &garden).await;
    forum.post(mira, plums, "One").await;
    forum.post(mira, plums, "Two").await;
    forum.drain().await;
    let mut tx = cx.db.begin().await.unwrap();
    assert!(domain::store::search_log::trim(&mut tx, 1).await.unwrap() > 0);
    tx.commit().await.unwrap();
    forum.settle().await;
    let found = statistics::of_group(cx, mira, garden.id, 30).await.unwrap();
    assert_eq!((found.is_complete(), found.total.messages), (true, 3));
    // So does one whose code has another version.
    forum.execute("update reducers set version = version - 1").await;
    forum.execute("update reducer_states set state = '{}'").await;
    let found = statistics::of_group(cx, mira, garden.id, 30).await.unwrap();
    assert_eq!((found.is_complete(), found.total.messages, found.total.topics), (true, 3, 1));
}

async fn only_admins_see_statistics_and_states(forum: TestForum) {
    let cx = &forum.cx;
    let (boss, mira, noor) = (forum.site_admin("boss").await, forum.person("mira").await, forum.person("noor").await);
    let stranger = forum.person("stranger").await;
    let open = forum.group(mira, "Open", GroupKind::Public).await;
    let hidden = forum.group(mira, "Hidden", GroupKind::Private).await;
    for group in [&open, &hidden] {
        forum.admit(group, &[noor]).await;
        assert!(statistics::of_group(cx, mira, group.id, 30).await.is_ok());
        assert!(is_forbidden(statistics::of_group(cx, noor, group.id, 30).await));
        assert!(is_forbidden(reducers::inspect(cx, noor, group.id, "activity", TopicId(0), 10).await));
        assert!(is_forbidden(reducers::recompute(cx, noor, group.id).await));
    }
    assert!(statistics::of_group(cx, boss, open.id, 30).await.is_ok());
    assert!(is_not_found(statistics::of_group(cx, boss, hidden.id, 30).await), "site admins do not read it");
    assert!(is_not_found(reducers::recompute(cx, stranger, hidden.id).await));
    assert!(is_not_found(reducers::inspect(cx, mira, open.id, "nothing", TopicId(0), 10).await));
    assert!(matches!(statistics::of_group(cx, Viewer::Anonymous, open.id, 30).await, Err(domain::Error::SignedOut)));
}
