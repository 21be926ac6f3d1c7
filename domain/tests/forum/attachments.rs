//! Attachments of messages: polls, and data of kinds that programs registered.

use crate::id;
use crate::live::{events, open};
use domain::bus::Stream;
use domain::messages::attachments::kinds::{self, NewKind};
use domain::messages::{self, NewAttachment, Target, history, polls, submit_with};
use domain::model::{GroupKind, Layout, Mark, Message, MessageId, Permalink, ShowResults, TopicId};
use domain::policy::Viewer;
use domain::testing::{TestForum, counting_statements, draft};
use domain::topics::{self, placed};
use domain::{Error, moderation, people};
use serde_json::{Value, json};
use std::time::Duration;

stories! {
    a_poll_is_a_message_with_a_fallback_text,
    a_poll_in_its_topic_is_read_once,
    people_vote_change_their_vote_and_withdraw_it,
    people_who_may_not_post_may_not_vote,
    who_is_removed_while_voting_does_not_vote,
    a_poll_closes_at_its_time_by_hand_or_with_its_topic,
    hidden_results_and_voters_stay_hidden,
    votes_reach_open_pages_once_a_second_and_each_reader_sees_their_own,
    a_purged_poll_leaves_no_text_and_no_votes,
    a_deleted_account_leaves_no_votes_and_no_kinds,
    a_topic_can_start_with_a_poll,
    a_reply_can_be_a_poll_and_its_votes_reveal_nothing_of_an_ignored_original,
}

pub fn poll(more: Value) -> NewAttachment {
    let mut data = json!({"question": "Which day?", "options": ["Friday", "Saturday", "Sunday"]});
    data.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    NewAttachment { kind: "poll".into(), version: None, data }
}

pub async fn post(forum: &TestForum, who: Viewer, topic: TopicId, text: &str, attachment: NewAttachment) -> MessageId {
    submit_with(&forum.cx, who, Target::Topic(topic), draft(text), Some(attachment)).await.unwrap().id
}

pub async fn seen(forum: &TestForum, who: Viewer, id: MessageId) -> Message {
    placed::show(&forum.cx, who, id).await.unwrap().message
}

/// The votes that a reader may see, the number of voters, and what the reader chose.
pub async fn result(forum: &TestForum, who: Viewer, id: MessageId) -> (Option<Vec<i64>>, i64, Vec<i64>) {
    let attachment = seen(forum, who, id).await.attachment.unwrap();
    let tally = attachment.tally.clone().unwrap();
    (attachment.poll().unwrap().votes(&tally), tally.voters, tally.chosen)
}

pub async fn vote(forum: &TestForum, who: Viewer, id: MessageId, choices: &[i64]) -> domain::Result<Permalink> {
    polls::vote(&forum.cx, who, id, choices).await
}

pub fn why<T: std::fmt::Debug>(result: domain::Result<T>) -> String {
    match result {
        Err(Error::Invalid(fields)) => {
            let all: Vec<String> = fields.iter().map(|(field, why)| format!("{field}: {why}")).collect();
            all.join(" ")
        }
        Err(Error::Forbidden(why)) => why.to_string(),
        other => panic!("{other:?}"),
    }
}

async fn a_poll_is_a_message_with_a_fallback_text(forum: TestForum) {
    let mira = forum.person("mira").await;
    let garden = forum.group(mira, "Garden", GroupKind::Public).await;
    let topic = forum.topic(mira, &garden, "Plums", "Hello").await.topic;
    let id = post(&forum, mira, topic, "Please *vote*.", poll(json!({}))).await;
    let message = seen(&forum, mira, id).await;
    let raw = messages::editable(&forum.cx, mira, id).await.unwrap();
    assert_eq!(raw.raw.raw, "Please *vote*.\n\nPoll: Which day?\n- Friday\n- Saturday\n- Sunday");
    assert_eq!(raw.typed().unwrap(), "Please *vote*.");
    assert!(
        message.markup.ends_with("<br><br>Poll: Which day?<br>- Friday<br>- Saturday<br>- Sunday"),
        "{}",
        message.markup
    );
    let attachment = message.attachment.unwrap();
    assert_eq!(attachment.typed_markup, "Please <em>vote</em>.");
    assert_eq!((attachment.kind.as_str(), attachment.version, attachment.layout()), ("poll", 1, Layout::Poll));
    // Without a typed text the fallback text is the text.
    let alone = post(&forum, mira, topic, "", poll(json!({}))).await;
    let attachment = seen(&forum, mira, alone).await.attachment.unwrap();
    assert_eq!(attachment.typed_markup, "");
    // Parsing again changes nothing.
    let before = seen(&forum, mira, id).await.markup;
    messages::reparse(&forum.cx, true, |_| {}).await.unwrap();
    assert_eq!(seen(&forum, mira, id).await.markup, before);
    forum.drain().await;
}

async fn a_poll_in_its_topic_is_read_once(forum: TestForum) {
    let cx = &forum.cx;
    let (mira, noor) = (forum.person("mira").await, forum.person("noor").await);
    let garden = forum.group(mira, "Garden", GroupKind::Public).await;
    forum.admit(&garden, &[noor]).await;
    let topic = forum.topic(mira, &garden, "Plums", "Hello").await.topic;
    let id = post(&forum, mira, topic, "Please vote.", poll(json!({}))).await;
    vote(&forum, noor, id, &[1]).await.unwrap();
    people::ignores::set(cx, noor, "mira", true).await.unwrap();
    // The second time nothing has to be cached.
    placed::show(cx, noor, id).await.unwrap();
    let (of_list, few) = counting_statements(placed::show(cx, noor, id)).await;
    let (in_place, many) = counting_statements(placed::show_in_place(cx, noor, id)).await;
    assert_eq!(few, many);
    let (of_list, in_place) = (of_list.unwrap().message, in_place.unwrap().message);
    assert_eq!(in_place.attachment.as_ref().unwrap().tally.as_ref().unwrap().chosen, [1]);
    assert!(of_list.ignored && !in_place.ignored, "the reader opened it");
    let in_place = placed::show_in_place(cx, mira, id).await.unwrap().message;
    assert!(
        in_place.follows && !placed::show(cx, mira, id).await.unwrap().message.follows,
        "it follows another by mira"
    );
    forum.drain().await;
}

async fn people_vote_change_their_vote_and_withdraw_it(forum: TestForum) {
    let (mira, noor) = (forum.person("mira").await, forum.person("noor").await);
    let garden = forum.group(mira, "Garden", GroupKind::Public).await;
    forum.admit(&garden, &[noor]).await;
    let topic = forum.topic(mira, &garden, "Plums", "Hello").await.topic;
    let one = post(&forum, mira, topic, "", poll(json!({}))).await;
    let many = post(&forum, mira, topic, "", poll(json!({"multiple": true}))).await;
    vote(&forum, mira, one, &[1]).await.unwrap();
    vote(&forum, noor, one, &[1]).await.unwrap();
    assert_eq!(result(&forum, noor, one).await, (Some(vec![0, 2, 0]), 2, vec![1]));
    vote(&forum, noor, one, &[2]).await.unwrap();
    assert_eq!(result(&forum, noor, one).await, (Some(vec![0, 1, 1]), 2, vec![2]));
    vote(&forum, noor, one, &[]).await.unwrap();
    assert_eq!(result(&forum, noor, one).await, (Some(vec![0, 1, 0]), 1, vec![]));
    assert_eq!(result(&forum, Viewer::Anonymous, one).await, (Some(vec![0, 1, 0]), 1, vec![]));
    vote(&forum, noor, many, &[2, 0, 2]).await.unwrap();
    forum.pass(Duration::from_millis(1));
    vote(&forum, mira, many, &[0]).await.unwrap();
    assert_eq!(result(&forum, noor, many).await, (Some(vec![2, 0, 1]), 2, vec![0, 2]));
    assert_eq!(why(vote(&forum, noor, one, &[0, 1]).await), "choices: Choose only one option.");
    assert_eq!(why(vote(&forum, noor, one, &[3]).await), "choices: Choose from the options of this poll.");
    assert_eq!(why(vote(&forum, noor, one, &[-1]).await), "choices: Choose from the options of this poll.");
    let voters = polls::voters(&forum.cx, noor, many).await.unwrap();
    let names: Vec<Vec<&str>> =
        voters.options.iter().map(|people| people.iter().map(|person| person.username.as_str()).collect()).collect();
    assert_eq!(names, [vec!["noor", "mira"], vec![], vec!["noor"]]);
    // The page of the topic shows the same.
    let page = messages::topic_page(&forum.cx, noor, topic, messages::Window::Unread).await.unwrap();
    let shown = page.messages.messages.into_iter().find(|message| message.id == many).unwrap();
    assert_eq!(shown.attachment.unwrap().tally.unwrap().chosen, [0, 2]);
}

async fn people_who_may_not_post_may_not_vote(forum: TestForum) {
    let cx = &forum.cx;
    let (mira, noor, walter) = (forum.person("mira").await, forum.person("noor").await, forum.person("walter").await);
    let garden = forum.group(mira, "Garden", GroupKind::Public).await;
    let secret = forum.group(mira, "Secret", GroupKind::Private).await;
    forum.admit(&garden, &[noor]).await;
    let open = forum.topic(mira, &garden, "Plums", "Hello").await.topic;
    let hidden = forum.topic(mira, &secret, "Plans", "Hello").await.topic;
    let open = post(&forum, mira, open, "", poll(json!({}))).await;
    let hidden = post(&forum, mira, hidden, "", poll(json!({}))).await;
    assert!(matches!(vote(&forum, Viewer::Anonymous, open, &[0]).await, Err(Error::SignedOut)));
    assert!(matches!(vote(&forum, walter, open, &[0]).await, Err(Error::Forbidden(_))));
    for what in [
        vote(&forum, walter, hidden, &[0]).await.map(drop),
        polls::close(cx, walter, hidden).await.map(drop),
        polls::voters(cx, walter, hidden).await.map(drop),
    ] {
        assert!(matches!(what, Err(Error::NotFound)), "{what:?}");
    }
    vote(&forum, noor, open, &[0]).await.unwrap();
    domain::groups::leave(cx, noor, garden.id).await.unwrap();
    assert!(matches!(vote(&forum, noor, open, &[1]).await, Err(Error::Forbidden(_))));
    assert_eq!(result(&forum, mira, open).await.0, Some(vec![1, 0, 0]));
    // A message without a poll, and a deleted one.
    let plain = forum.post(mira, seen(&forum, mira, open).await.topic_id, "Hello").await.id;
    assert!(matches!(vote(&forum, mira, plain, &[0]).await, Err(Error::NotFound)));
    messages::delete(cx, mira, open).await.unwrap();
    assert!(matches!(vote(&forum, mira, open, &[0]).await, Err(Error::NotFound)));
}

async fn who_is_removed_while_voting_does_not_vote(forum: TestForum) {
    let (mira, noor) = (forum.person("mira").await, forum.person("noor").await);
    let garden = forum.group(mira, "Garden", GroupKind::Public).await;
    forum.admit(&garden, &[noor]).await;
    let topic = forum.topic(mira, &garden, "Plums", "Hello").await.topic;
    let poll = post(&forum, mira, topic, "", poll(json!({}))).await;
    let mut removal = forum.cx.db.begin().await.unwrap();
    domain::store::groups::lock(&mut removal, garden.id).await.unwrap();
    domain::store::groups::members::leave(&mut removal, garden.id, id(noor)).await.unwrap();
    // The vote reads the rights of before, and then waits for the removal.
    let remove = async {
        for _ in 0..20 {
            seen(&forum, mira, poll).await;
        }
        removal.commit().await.unwrap();
    };
    let (voted, ()) = tokio::join!(vote(&forum, noor, poll, &[0]), remove);
    assert!(matches!(voted, Err(Error::Forbidden(_))), "{voted:?}");
    assert_eq!(result(&forum, mira, poll).await.1, 0);
    forum.drain().await;
}

async fn a_poll_closes_at_its_time_by_hand_or_with_its_topic(forum: TestForum) {
    let cx = &forum.cx;
    let (mira, noor, walter) = (forum.person("mira").await, forum.person("noor").await, forum.person("walter").await);
    let garden = forum.group(mira, "Garden", GroupKind::Public).await;
    forum.admit(&garden, &[noor, walter]).await;
    let topic = forum.topic(mira, &garden, "Plums", "Hello").await.topic;
    let at = cx.now().plus(Duration::from_secs(3_600)).rfc3339();
    let timed = post(&forum, noor, topic, "", poll(json!({"closes_at": at, "results": "closed"}))).await;
    vote(&forum, walter, timed, &[2]).await.unwrap();
    assert_eq!(result(&forum, walter, timed).await.0, None);
    assert_eq!(forum.run_jobs(1).await, Vec::<String>::new());
    forum.pass(Duration::from_secs(3_700));
    let (stream, cursor) = open(&forum, noor).await;
    assert_eq!(why(vote(&forum, walter, timed, &[1]).await), "This poll is closed.");
    assert_eq!(result(&forum, noor, timed).await.0, Some(vec![0, 0, 1]));
    forum.drain().await;
    let heard = events(&forum, stream, cursor).await;
    assert!(heard.iter().any(|event| event["type"] == "poll" && event["message"] == json!(timed)), "{heard:?}");
    // By hand: its author and moderators.
    let by_hand = post(&forum, noor, topic, "", poll(json!({}))).await;
    assert!(matches!(polls::close(cx, walter, by_hand).await, Err(Error::Forbidden(_))));
    polls::close(cx, noor, by_hand).await.unwrap();
    polls::close(cx, noor, by_hand).await.unwrap();
    assert_eq!(why(vote(&forum, mira, by_hand, &[0]).await), "This poll is closed.");
    let by_moderator = post(&forum, noor, topic, "", poll(json!({}))).await;
    polls::close(cx, mira, by_moderator).await.unwrap();
    let log = domain::store::moderation::log::all(&cx.db).await.unwrap();
    assert_eq!(log.iter().filter(|(_, what)| *what == domain::model::LogAction::PollClosed).count(), 1);
    // With its topic, for moderators too.
    let locked = post(&forum, noor, topic, "", poll(json!({"results": "closed"}))).await;
    topics::mark(cx, mira, topic, Mark::Locked, true).await.unwrap();
    assert_eq!(why(vote(&forum, mira, locked, &[0]).await), "This poll is closed.");
    assert!(seen(&forum, noor, locked).await.attachment.unwrap().tally.unwrap().is_closed);
    topics::mark(cx, mira, topic, Mark::Locked, false).await.unwrap();
    vote(&forum, mira, locked, &[0]).await.unwrap();
}

async fn hidden_results_and_voters_stay_hidden(forum: TestForum) {
    let cx = &forum.cx;
    let (mira, noor) = (forum.person("mira").await, forum.person("noor").await);
    let garden = forum.group(mira, "Garden", GroupKind::Public).await;
    forum.admit(&garden, &[noor]).await;
    let topic = forum.topic(mira, &garden, "Plums", "Hello").await.topic;
    let after = post(&forum, mira, topic, "", poll(json!({"results": "voted"}))).await;
    vote(&forum, noor, after, &[1]).await.unwrap();
    assert_eq!(result(&forum, mira, after).await, (None, 1, vec![]));
    assert_eq!(result(&forum, noor, after).await.0, Some(vec![0, 1, 0]));
    assert_eq!(why(polls::voters(cx, mira, after).await), "The results of this poll aren't visible yet.");
    assert!(polls::voters(cx, noor, after).await.is_ok());
    let secret = post(&forum, mira, topic, "", poll(json!({"anonymous": true}))).await;
    vote(&forum, noor, secret, &[1]).await.unwrap();
    assert_eq!(why(polls::voters(cx, noor, secret).await), "Votes in this poll are anonymous.");
}

async fn votes_reach_open_pages_once_a_second_and_each_reader_sees_their_own(forum: TestForum) {
    let (mira, noor, walter) = (forum.person("mira").await, forum.person("noor").await, forum.person("walter").await);
    let garden = forum.group(mira, "Garden", GroupKind::Public).await;
    forum.admit(&garden, &[noor, walter]).await;
    let topic = forum.topic(mira, &garden, "Plums", "Hello").await.topic;
    let id = post(&forum, mira, topic, "", poll(json!({"results": "voted"}))).await;
    forum.drain().await;
    let streams = [open(&forum, mira).await, open(&forum, noor).await];
    let group = (Stream::Group(garden.id), forum.cx.bus.open(Stream::Group(garden.id)).await.unwrap());
    for (who, choice) in [(noor, 0), (walter, 1), (noor, 2)] {
        vote(&forum, who, id, &[choice]).await.unwrap();
    }
    forum.pass(Duration::from_secs(2));
    forum.drain().await;
    for (stream, cursor) in streams.into_iter().chain([group]) {
        let heard = events(&forum, stream, cursor).await;
        let polls: Vec<&Value> = heard.iter().filter(|event| event["type"] == "poll").collect();
        assert_eq!(polls.len(), 1, "{heard:?}");
        let says = polls[0].to_string();
        // The test's fragment shows what the reader may see of the votes.
        let expected = if stream == Stream::User(id_of(noor)) {
            "chosen [2] votes Some([0, 1, 1])"
        } else {
            "chosen [] votes None"
        };
        assert!(says.contains(expected), "{stream:?}: {says}");
    }
}

pub fn id_of(who: Viewer) -> domain::model::UserId {
    id(who)
}

pub fn build(version: i64) -> NewKind {
    NewKind {
        name: "build".into(),
        version,
        layout: Layout::Card,
        title: "Build {number}".into(),
        fields: vec!["state".into()],
        schema: json!({"type": "object", "required": ["number"], "properties": {
            "number": {"type": "integer"}, "state": {"type": "string", "title": "State"}}}),
    }
}

async fn a_purged_poll_leaves_no_text_and_no_votes(forum: TestForum) {
    let cx = &forum.cx;
    let mira = forum.person("mira").await;
    let garden = forum.group(mira, "Garden", GroupKind::Public).await;
    let topic = forum.topic(mira, &garden, "Plums", "Hello").await.topic;
    let id = post(&forum, mira, topic, "Vote", poll(json!({}))).await;
    messages::edit(cx, mira, id, "Vote now".into()).await.unwrap();
    vote(&forum, mira, id, &[1]).await.unwrap();
    messages::delete(cx, mira, id).await.unwrap();
    assert!(seen(&forum, mira, id).await.attachment.is_none());
    history::restore(cx, mira, id).await.unwrap();
    assert_eq!(result(&forum, mira, id).await.2, [1]);
    messages::delete(cx, mira, id).await.unwrap();
    forum.pass(history::KEPT + Duration::from_secs(60));
    let sweep = domain::platform::jobs::Task::Sweep { slot: "now".into() };
    domain::reactors::run(cx, &domain::testing::DRAW, sweep).await.unwrap();
    let raw = domain::store::messages::raw(&cx.db, id).await.unwrap().unwrap();
    assert_eq!((raw.raw.as_str(), raw.attachment), ("", None));
    assert_eq!(domain::store::messages::polls::choices(&cx.db, &[id], &[crate::id(mira)]).await.unwrap(), []);
}

async fn a_deleted_account_leaves_no_votes_and_no_kinds(forum: TestForum) {
    let cx = &forum.cx;
    let (mira, noor) = (forum.person("mira").await, forum.person("noor").await);
    let garden = forum.group(mira, "Garden", GroupKind::Public).await;
    forum.admit(&garden, &[noor]).await;
    let topic = forum.topic(mira, &garden, "Plums", "Hello").await.topic;
    let id = post(&forum, mira, topic, "", poll(json!({}))).await;
    kinds::register(cx, noor, build(1)).await.unwrap();
    let carried = post(
        &forum,
        mira,
        topic,
        "",
        NewAttachment { kind: "noor/build".into(), version: None, data: json!({"number": 1}) },
    )
    .await;
    vote(&forum, noor, id, &[1]).await.unwrap();
    forum.pass(Duration::from_secs(2));
    let password = domain::platform::secrets::Password::new(domain::testing::PASSWORD);
    people::account_deletion::delete(cx, id_of(noor), password, false).await.unwrap();
    forum.drain().await;
    assert_eq!(result(&forum, mira, id).await.1, 0);
    assert_eq!(seen(&forum, mira, carried).await.attachment.unwrap().kind, "noor/build");
    assert_eq!(domain::store::messages::kinds::all(&cx.db, domain::model::KindId(0), 9).await.unwrap(), []);
}

async fn a_topic_can_start_with_a_poll(forum: TestForum) {
    let mira = forum.person("mira").await;
    let garden = forum.group(mira, "Garden", GroupKind::Public).await;
    let target = Target::NewTopic { group: garden.id, title: "When?" };
    let posted =
        submit_with(&forum.cx, mira, target, draft(""), Some(poll(json!({"results": "closed"})))).await.unwrap();
    let attachment = seen(&forum, mira, posted.id).await.attachment.unwrap();
    assert_eq!(attachment.poll().unwrap().results, ShowResults::Closed);
    forum.drain().await;
}

async fn a_reply_can_be_a_poll_and_its_votes_reveal_nothing_of_an_ignored_original(forum: TestForum) {
    let cx = &forum.cx;
    let (mira, noor, ada) = (forum.person("mira").await, forum.person("noor").await, forum.person("ada").await);
    let garden = forum.group(mira, "Garden", GroupKind::Public).await;
    forum.admit(&garden, &[noor, ada]).await;
    people::ignores::set(cx, ada, "noor", true).await.unwrap();
    let first = forum.topic(noor, &garden, "Plums", "Unwanted").await;
    let target = Target::Reply { topic: first.topic, to: first.id };
    let held =
        domain::groups::GroupForm { first_held: 1, ..domain::groups::GroupForm::new("Garden", GroupKind::Public) };
    domain::groups::update(cx, mira, garden.id, held).await.unwrap();
    // A reply with a poll keeps both while it waits for approval.
    let waits = submit_with(cx, ada, target, draft("Vote"), Some(poll(json!({})))).await;
    assert!(matches!(waits, Err(Error::Pending)), "{waits:?}");
    let (_, rows) = moderation::approval_queue::of_group(cx, mira, garden.id).await.unwrap();
    let approve = moderation::approval_queue::Answer::Approve;
    moderation::approval_queue::answer(cx, mira, Some(garden.id), &[rows[0].held_id], approve).await.unwrap();
    let page = messages::topic_page(cx, mira, first.topic, messages::Window::Unread).await.unwrap();
    let message = page.messages.messages.last().unwrap().clone();
    assert_eq!(message.reply_to.unwrap().id, first.id);
    assert!(message.attachment.unwrap().poll().is_some());
    forum.drain().await;
    let streams = [open(&forum, mira).await, open(&forum, noor).await, open(&forum, ada).await];
    vote(&forum, ada, message.id, &[1]).await.unwrap();
    vote(&forum, mira, message.id, &[0]).await.unwrap();
    forum.pass(Duration::from_secs(2));
    forum.drain().await;
    let expected = [("chosen [0]", true, mira), ("chosen []", true, noor), ("chosen [1]", false, ada)];
    for ((stream, cursor), (chosen, original, who)) in streams.into_iter().zip(expected) {
        let heard = events(&forum, stream, cursor).await;
        let html = heard.iter().find(|event| event["type"] == "poll").unwrap()["html"].as_str().unwrap().to_owned();
        assert!(html.contains(chosen), "{who:?}: {html}");
        assert_eq!(html.contains("Unwanted"), original, "{who:?}: {html}");
    }
}
