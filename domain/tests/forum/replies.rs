//! Replies: the message that they answer, whom they reach, and what becomes of them.

use std::time::Duration;

use domain::groups::{self, GroupForm};
use domain::messages::{self, Target, completion, conversations, history, mentions, preview, replies};
use domain::model::{GroupKind, Message, MessageId, Original, TopicId};
use domain::moderation::approval_queue::{self, Answer};
use domain::people::ignores;
use domain::policy::Viewer;
use domain::testing::{TestForum, draft};
use domain::topics::{self, merges, placed, splits};
use domain::{Error, Result};

use crate::{ABSENT, complaint, id, is_forbidden, is_not_found, mentions_of};

stories! {
    a_reply_keeps_its_original_and_is_counted,
    a_reply_to_what_is_not_in_the_topic_is_refused,
    the_author_of_the_original_is_notified_once,
    a_reply_shows_nothing_of_a_deleted_original,
    replies_hide_the_original_of_an_ignored_author,
    live_events_carry_the_number_of_replies,
    a_split_separates_a_reply_from_its_original_and_a_merge_reunites_them,
    a_reply_that_waits_for_approval_keeps_its_original,
    replies_work_in_conversations,
    a_preview_saves_nothing_and_names_whom_it_does_not_reach,
    completion_offers_those_who_can_read,
}

async fn reply(forum: &TestForum, who: Viewer, topic: TopicId, to: MessageId, text: &str) -> Result<messages::Posted> {
    forum.pass(Duration::from_millis(1));
    messages::submit(&forum.cx, who, Target::Reply { topic, to }, draft(text)).await
}

async fn shown(forum: &TestForum, who: Viewer, message: MessageId) -> Message {
    placed::show(&forum.cx, who, message).await.unwrap().message
}

async fn original(forum: &TestForum, who: Viewer, message: MessageId) -> Option<Original> {
    shown(forum, who, message).await.reply_to
}

async fn a_reply_keeps_its_original_and_is_counted(forum: TestForum) {
    let cx = &forum.cx;
    let (mira, noor) = (forum.person("mira").await, forum.person("noor").await);
    let garden = forum.group(mira, "Garden", GroupKind::Public).await;
    forum.admit(&garden, &[noor]).await;
    let text = "> earlier words\n\nPlums are *ripe*";
    let first = forum.topic(mira, &garden, "Plums", text).await;
    let answer = reply(&forum, noor, first.topic, first.id, "Mine too").await.unwrap();
    let found = original(&forum, mira, answer.id).await.unwrap();
    assert_eq!((found.id, found.author.id, found.excerpt.as_str()), (first.id, id(mira), "Plums are ripe"));
    assert!(!found.deleted && !found.ignored);
    let other = reply(&forum, mira, first.topic, first.id, "And yours?").await.unwrap();
    reply(&forum, mira, first.topic, answer.id, "Nice").await.unwrap();
    assert_eq!(shown(&forum, mira, first.id).await.replies, 2);
    assert_eq!(shown(&forum, mira, answer.id).await.replies, 1);
    let of = replies::of(cx, Viewer::Anonymous, first.id).await.unwrap();
    let ids: Vec<MessageId> = of.replies.iter().map(|reply| reply.message.id).collect();
    assert_eq!((of.original.message.id, ids, of.more), (first.id, vec![answer.id, other.id], false));
    // What others show of it changes with it.
    let versions = async || (shown(&forum, mira, first.id).await.version, shown(&forum, mira, answer.id).await.version);
    let before = versions().await;
    messages::edit(cx, mira, first.id, "Plums are sour".into()).await.unwrap();
    assert_eq!(versions().await, (before.0 + 1, before.1 + 1));
    messages::edit(cx, noor, answer.id, "Mine are sweet".into()).await.unwrap();
    let after = versions().await;
    assert_eq!(after, (before.0 + 1, before.1 + 2), "the original shows nothing of the text of a reply");
    assert_eq!(original(&forum, mira, answer.id).await.unwrap().excerpt, "Plums are sour");
    messages::delete(cx, mira, other.id).await.unwrap();
    assert_eq!(shown(&forum, mira, first.id).await.replies, 1);
    assert!(versions().await.0 > after.0);
    history::restore(cx, mira, other.id).await.unwrap();
    assert_eq!(shown(&forum, mira, first.id).await.replies, 2);
    // A page of the topic has the same.
    let found = topics::find(cx, noor, first.topic).await.unwrap();
    let page = messages::page(cx, noor, &found, messages::Window::After(0)).await.unwrap();
    let told: Vec<(Option<MessageId>, i64)> =
        page.messages.iter().map(|one| (one.reply_to.as_ref().map(|original| original.id), one.replies)).collect();
    assert_eq!(told, [(None, 2), (Some(first.id), 1), (Some(first.id), 0), (Some(answer.id), 0)]);
}

async fn a_reply_to_what_is_not_in_the_topic_is_refused(forum: TestForum) {
    let cx = &forum.cx;
    let (mira, noor) = (forum.person("mira").await, forum.person("noor").await);
    let garden = forum.group(mira, "Garden", GroupKind::Public).await;
    let secret = forum.group(mira, "Secret", GroupKind::Private).await;
    forum.admit(&garden, &[noor]).await;
    let plums = forum.topic(mira, &garden, "Plums", "1").await;
    let pears = forum.topic(mira, &garden, "Pears", "2").await;
    let hidden = forum.topic(mira, &secret, "Plans", "3").await;
    let gone = forum.post(mira, plums.topic, "4").await;
    messages::delete(cx, mira, gone.id).await.unwrap();
    let mut complaints = Vec::new();
    for to in [pears.id, hidden.id, gone.id, MessageId(ABSENT), MessageId(0), MessageId(-1)] {
        complaints.push(complaint(reply(&forum, noor, plums.topic, to, "Lost").await, "reply_to"));
    }
    complaints.dedup();
    assert_eq!(complaints.len(), 1, "what is hidden answers like what is not there: {complaints:?}");
    assert!(is_not_found(reply(&forum, noor, hidden.topic, hidden.id, "5").await));
    assert_eq!(topics::find(cx, noor, plums.topic).await.unwrap().message_count, 1, "nothing was posted");
    assert_eq!(replies::original(cx, noor, plums.topic, hidden.id).await.unwrap(), None);
    assert!(is_not_found(replies::of(cx, noor, hidden.id).await));
    // A form that was sent before answers with what it posted, whatever became of the original.
    let keyed = || domain::platform::validate::Draft::new("6".into(), Some("k".into()));
    let target = Target::Reply { topic: plums.topic, to: plums.id };
    let posted = messages::submit(cx, noor, target, keyed()).await.unwrap();
    messages::delete(cx, mira, plums.id).await.unwrap();
    assert_eq!(messages::submit(cx, noor, target, keyed()).await.unwrap().id, posted.id);
}

async fn the_author_of_the_original_is_notified_once(forum: TestForum) {
    let cx = &forum.cx;
    let (mira, noor, ada) = (forum.person("mira").await, forum.person("noor").await, forum.person("ada").await);
    let secret = forum.group(mira, "Secret", GroupKind::Private).await;
    forum.admit(&secret, &[noor, ada]).await;
    let first = forum.topic(mira, &secret, "Plans", "Hello").await;
    let plain = reply(&forum, noor, first.topic, first.id, "Yes").await.unwrap();
    let named = reply(&forum, noor, first.topic, first.id, "@mira and @ada").await.unwrap();
    reply(&forum, mira, first.topic, first.id, "To myself").await.unwrap();
    forum.drain_twice().await;
    assert_eq!(mentions_of(&forum, mira).await, [(named.id, true), (plain.id, true)]);
    assert_eq!(mentions_of(&forum, ada).await, [(named.id, true)]);
    // It stays when the reply is edited, and is read like a mention.
    messages::edit(cx, noor, plain.id, "No".into()).await.unwrap();
    messages::edit(cx, noor, named.id, "Nobody".into()).await.unwrap();
    forum.drain_twice().await;
    assert_eq!(mentions_of(&forum, mira).await, [(named.id, true), (plain.id, true)]);
    assert_eq!(mentions_of(&forum, ada).await, []);
    mentions::mark_read(cx, mira, named.id).await.unwrap();
    assert_eq!(mentions_of(&forum, mira).await, [(named.id, false), (plain.id, false)]);
    // Ignoring and access are respected, and no notice says that an author was not reached.
    let by_ada = forum.post(ada, first.topic, "From Ada").await;
    ignores::set(cx, ada, "noor", true).await.unwrap();
    reply(&forum, noor, first.topic, by_ada.id, "Ada?").await.unwrap();
    forum.drain_twice().await;
    assert_eq!(mentions_of(&forum, ada).await, [], "of an ignored person");
    groups::leave(cx, ada, secret.id).await.unwrap();
    reply(&forum, mira, first.topic, by_ada.id, "Are you there?").await.unwrap();
    forum.drain_twice().await;
    assert_eq!(mentions_of(&forum, ada).await, [], "who left");
    let notices = domain::people::notices::page(cx, mira, None, 50).await.unwrap().lines;
    assert!(notices.is_empty(), "{notices:?}");
}

async fn a_reply_shows_nothing_of_a_deleted_original(forum: TestForum) {
    let cx = &forum.cx;
    let mira = forum.person("mira").await;
    let garden = forum.group(mira, "Garden", GroupKind::Public).await;
    let first = forum.topic(mira, &garden, "Plums", "Secret words").await;
    let answer = reply(&forum, mira, first.topic, first.id, "Oh").await.unwrap();
    messages::delete(cx, mira, first.id).await.unwrap();
    let found = original(&forum, mira, answer.id).await.unwrap();
    assert!(found.deleted && found.excerpt.is_empty(), "{found:?}");
    history::restore(cx, mira, first.id).await.unwrap();
    assert_eq!(original(&forum, mira, answer.id).await.unwrap().excerpt, "Secret words");
}

async fn replies_hide_the_original_of_an_ignored_author(forum: TestForum) {
    let cx = &forum.cx;
    let (mira, noor, ada) = (forum.person("mira").await, forum.person("noor").await, forum.person("ada").await);
    let garden = forum.group(mira, "Garden", GroupKind::Public).await;
    forum.admit(&garden, &[noor, ada]).await;
    ignores::set(cx, ada, "noor", true).await.unwrap();
    let first = forum.topic(noor, &garden, "Plums", "Unwanted").await;
    forum.drain().await;
    let (stream, cursor) = crate::live::open(&forum, ada).await;
    let answer = reply(&forum, mira, first.topic, first.id, "Oh").await.unwrap();
    forum.drain().await;
    assert!(original(&forum, ada, answer.id).await.unwrap().ignored);
    assert!(!original(&forum, mira, answer.id).await.unwrap().ignored);
    let in_place = placed::show_in_place(cx, ada, answer.id).await.unwrap().message;
    assert!(in_place.reply_to.unwrap().ignored);
    assert!(replies::original(cx, ada, first.topic, first.id).await.unwrap().unwrap().ignored);
    let heard = crate::live::events(&forum, stream, cursor).await;
    let html = heard.iter().find(|event| event["type"] == "message").unwrap()["html"].as_str().unwrap().to_owned();
    assert!(html.contains("Oh") && !html.contains("Unwanted"), "{html}");
}

async fn live_events_carry_the_number_of_replies(forum: TestForum) {
    let cx = &forum.cx;
    let mira = forum.person("mira").await;
    let garden = forum.group(mira, "Garden", GroupKind::Public).await;
    let first = forum.topic(mira, &garden, "Plums", "Original").await;
    forum.drain().await;
    let (stream, cursor) = crate::live::open(&forum, mira).await;
    let answer = reply(&forum, mira, first.topic, first.id, "One").await.unwrap();
    forum.drain().await;
    reply(&forum, mira, first.topic, first.id, "Two").await.unwrap();
    forum.drain().await;
    messages::delete(cx, mira, answer.id).await.unwrap();
    forum.drain().await;
    history::restore(cx, mira, answer.id).await.unwrap();
    forum.drain().await;
    let heard = crate::live::events(&forum, stream, cursor).await;
    let counts: Vec<(i64, i64)> = heard
        .iter()
        .filter(|event| event["reply"]["to"] == first.id.0)
        .map(|event| (event["reply"]["replies"].as_i64().unwrap(), event["reply"]["version"].as_i64().unwrap()))
        .collect();
    assert_eq!(counts.iter().map(|(count, _)| *count).collect::<Vec<_>>(), [1, 2, 1, 2]);
    assert!(counts.is_sorted_by(|one, next| one.1 < next.1), "{counts:?}");
    assert_eq!(shown(&forum, mira, first.id).await.version, counts[3].1);
    let html = heard.iter().find(|event| event["message"] == answer.id.0).unwrap()["html"].as_str().unwrap();
    assert!(html.contains("Original"), "the event draws the reply like the page: {html}");
}

async fn a_split_separates_a_reply_from_its_original_and_a_merge_reunites_them(forum: TestForum) {
    let cx = &forum.cx;
    let mira = forum.person("mira").await;
    let garden = forum.group(mira, "Garden", GroupKind::Public).await;
    let secret = forum.group(mira, "Secret", GroupKind::Private).await;
    let first = forum.topic(mira, &garden, "Plums", "Original").await;
    let answer = reply(&forum, mira, first.topic, first.id, "Answer").await.unwrap();
    let again = reply(&forum, mira, first.topic, answer.id, "Again").await.unwrap();
    let which = splits::Which::From(answer.id);
    let away = splits::split(cx, mira, first.topic, &which, "Answers", secret.id).await.unwrap().topic.id;
    forum.drain_twice().await;
    assert_eq!(original(&forum, mira, answer.id).await, None, "it is in another topic, and perhaps hidden");
    assert_eq!(shown(&forum, mira, first.id).await.replies, 0);
    assert_eq!(original(&forum, mira, again.id).await.unwrap().id, answer.id, "both moved");
    complaint(reply(&forum, mira, first.topic, answer.id, "Late").await, "reply_to");
    merges::merge(cx, mira, first.topic, away).await.unwrap();
    forum.drain_twice().await;
    assert_eq!(original(&forum, mira, answer.id).await.unwrap().id, first.id);
    assert_eq!(shown(&forum, mira, first.id).await.replies, 1);
    // A page of the merged topic that is still open replies in the other.
    reply(&forum, mira, first.topic, first.id, "Late").await.unwrap();
    assert_eq!(shown(&forum, mira, first.id).await.replies, 2);
}

async fn a_reply_that_waits_for_approval_keeps_its_original(forum: TestForum) {
    let cx = &forum.cx;
    let (mira, noor) = (forum.person("mira").await, forum.person("noor").await);
    let garden = forum.group(mira, "Garden", GroupKind::Public).await;
    forum.admit(&garden, &[noor]).await;
    let first = forum.topic(mira, &garden, "Plums", "Original").await;
    let form = GroupForm { first_held: 1, ..GroupForm::new("Garden", GroupKind::Public) };
    groups::update(cx, mira, garden.id, form).await.unwrap();
    let held = reply(&forum, noor, first.topic, first.id, "Answer").await;
    assert!(matches!(held, Err(Error::Pending)), "{held:?}");
    assert_eq!(shown(&forum, mira, first.id).await.replies, 0);
    let (_, rows) = approval_queue::of_group(cx, mira, garden.id).await.unwrap();
    let ids: Vec<_> = rows.iter().map(|row| row.held_id).collect();
    approval_queue::answer(cx, mira, Some(garden.id), &ids, Answer::Approve).await.unwrap();
    forum.drain().await;
    assert_eq!(shown(&forum, mira, first.id).await.replies, 1);
    assert_eq!(mentions_of(&forum, mira).await.len(), 1);
}

async fn replies_work_in_conversations(forum: TestForum) {
    let cx = &forum.cx;
    let (mira, noor) = (forum.person("mira").await, forum.person("noor").await);
    let target = Target::Conversation { to: "noor", title: "" };
    let first = messages::submit(cx, mira, target, draft("Hello")).await.unwrap();
    let answer = reply(&forum, noor, first.topic, first.id, "Hello back").await.unwrap();
    forum.drain_twice().await;
    assert_eq!(original(&forum, mira, answer.id).await.unwrap().excerpt, "Hello");
    assert_eq!(mentions_of(&forum, mira).await, [(answer.id, true)]);
    let group = conversations::by_id(cx, mira, first.group).await.unwrap();
    assert!(group.group.is_direct());
}

async fn a_preview_saves_nothing_and_names_whom_it_does_not_reach(forum: TestForum) {
    let cx = &forum.cx;
    let (mira, noor, _) = (forum.person("mira").await, forum.person("noor").await, forum.person("zoe").await);
    let secret = forum.group(mira, "Secret", GroupKind::Private).await;
    let garden = forum.group(mira, "Garden", GroupKind::Public).await;
    let first = forum.topic(mira, &secret, "Plans", "Hello").await;
    let open = forum.topic(mira, &garden, "Plums", "Hello").await;
    let shown = preview::preview(cx, mira, first.topic, "*Hi* @zoe @mira @nobody <b>", None).await.unwrap();
    assert!(shown.markup.contains("<em>Hi</em>") && shown.markup.contains("&lt;b&gt;"), "{}", shown.markup);
    assert_eq!(shown.unreached, ["zoe"]);
    let shown = preview::preview(cx, mira, open.topic, "@zoe", None).await.unwrap();
    assert_eq!(shown.unreached, Vec::<String>::new(), "everybody reads a public group");
    assert_eq!(topics::find(cx, mira, first.topic).await.unwrap().message_count, 1);
    complaint(preview::preview(cx, mira, first.topic, " \n", None).await, "text");
    complaint(preview::preview(cx, mira, first.topic, &"a".repeat(40_001), None).await, "text");
    assert!(is_not_found(preview::preview(cx, noor, first.topic, "Hi", None).await));
    assert!(is_forbidden(preview::preview(cx, noor, open.topic, "Hi", None).await), "only members write");
    assert!(preview::preview(cx, Viewer::Anonymous, open.topic, "Hi", None).await.is_err());
}

async fn completion_offers_those_who_can_read(forum: TestForum) {
    let cx = &forum.cx;
    let (mira, noor, nora) = (forum.person("mira").await, forum.person("noor").await, forum.person("nora").await);
    let (nobody, _) = (forum.person("nolan").await, forum.person("zoe").await);
    let secret = forum.group(mira, "Secret", GroupKind::Private).await;
    forum.admit(&secret, &[noor, nora]).await;
    let first = forum.topic(nora, &secret, "Plans", "Hello").await;
    let names = async |who: Viewer, typed: &str| {
        let (_, found) = completion::complete(cx, who, first.topic, typed, "").await.unwrap();
        found.people.into_iter().map(|person| person.username).collect::<Vec<_>>()
    };
    assert_eq!(names(mira, "@no").await, ["nora", "noor"], "participants first; outsiders are not offered");
    assert_eq!(names(mira, "@NOOR").await, ["noor"]);
    assert_eq!(names(mira, "@").await, ["nora"]);
    assert_eq!(names(nora, "@nor").await, Vec::<String>::new(), "not oneself");
    assert_eq!(names(mira, "@%").await, Vec::<String>::new());
    ignores::set(cx, mira, "nora", true).await.unwrap();
    assert_eq!(names(mira, "@no").await, ["noor"], "nobody ignored");
    // Who left is not offered, although they wrote here.
    groups::leave(cx, nora, secret.id).await.unwrap();
    ignores::set(cx, mira, "nora", false).await.unwrap();
    assert_eq!(names(mira, "@no").await, ["noor"]);
    let (_, found) = completion::complete(cx, mira, first.topic, ":ow", "zoe,noor,absent,mira").await.unwrap();
    assert_eq!((found.emoji[0].0.as_str(), found.emoji[0].1), ("owl", "🦉"));
    assert_eq!(found.unreached, ["zoe"]);
    assert!(is_not_found(completion::complete(cx, nobody, first.topic, "@no", "").await));
    assert!(completion::complete(cx, Viewer::Anonymous, first.topic, "@no", "").await.is_err());
    // In a public group, authors in the topic come first, members or not.
    let garden = forum.group(mira, "Garden", GroupKind::Public).await;
    forum.admit(&garden, &[noor]).await;
    let open = forum.topic(mira, &garden, "Plums", "Hello").await;
    let (_, found) = completion::complete(cx, mira, open.topic, "@noor", "zoe").await.unwrap();
    assert_eq!((found.people.len(), found.unreached.len()), (1, 0));
    assert!(is_forbidden(completion::complete(cx, nobody, open.topic, "@no", "").await), "only writers are asked");
}
