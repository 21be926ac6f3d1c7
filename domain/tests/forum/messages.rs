//! Messages: post, edit, delete, read page by page.

use domain::messages::Target;
use domain::topics::placed;
use std::collections::HashSet;
use std::time::Duration;

use domain::messages::{self, PAGE, Window, stars};
use domain::model::{GroupKind, Role};
use domain::platform::validate::Draft;
use domain::policy::Viewer;
use domain::testing::{TestForum, draft};
use domain::time::Timestamp;
use domain::topics::reads;
use domain::{groups, topics};

use crate::{complaint, describe, id, is_forbidden, is_not_found, tables};

stories! {
    a_message_is_posted_edited_and_deleted,
    only_members_post_and_only_authors_edit,
    the_same_form_posts_once,
    a_form_sent_eight_times_at_once_posts_once,
    a_repeated_form_is_answered_even_above_the_rate_limit,
    form_keys_are_separate_for_each_author,
    concurrent_messages_are_numbered_by_time_without_gaps,
    consecutive_messages_of_one_author_show_the_name_once,
    a_page_shows_the_requested_range_of_messages,
    a_topic_opens_where_its_reader_stopped,
    a_day_begins_with_its_first_message,
    the_first_unread_message_follows_the_last_read_one,
    stars_are_added_and_removed,
}

async fn a_message_is_posted_edited_and_deleted(forum: TestForum) {
    let cx = &forum.cx;
    let mira = forum.person("mira").await;
    let garden = forum.group(mira, "Garden", GroupKind::Public).await;
    let topic = forum.topic(mira, &garden, "Plums", "Hello.").await;
    let posted = forum.post(mira, topic.topic, "Hello <b>@mira</b>\r\n  ").await;
    assert_eq!((posted.seq, posted.group_slug.as_str(), posted.topic_slug.as_str()), (2, "garden", "plums"));
    let shown = placed::show(cx, Viewer::Anonymous, posted.id).await.unwrap();
    assert_eq!(shown.message.author.username, "mira");
    assert!(
        shown.message.markup.contains("&lt;b&gt;") && shown.message.markup.contains("/users/mira/"),
        "{}",
        shown.message.markup
    );
    assert_eq!(messages::editable(cx, mira, posted.id).await.unwrap().raw.raw, "Hello <b>@mira</b>");
    forum.pass(Duration::from_secs(60));
    let place = messages::edit(cx, mira, posted.id, "Good bye.".into()).await.unwrap();
    assert_eq!((place.seq, place.topic_slug.as_str()), (2, "plums"));
    let edited = placed::show(cx, Viewer::Anonymous, posted.id).await.unwrap().message;
    assert!(edited.markup.contains("Good bye."));
    assert_eq!(edited.edited_at, Some(cx.now()));
    forum.drain().await;
    messages::edit(cx, mira, posted.id, "Good bye.\n".into()).await.unwrap();
    assert_eq!(tables::ints(&forum, "select count(*) from jobs").await, [[0]], "an edit that changes nothing is none");
    complaint(messages::edit(cx, mira, posted.id, " ".into()).await, "text");
    messages::delete(cx, mira, posted.id).await.unwrap();
    let left = placed::show(cx, Viewer::Anonymous, posted.id).await.unwrap().message;
    assert!(left.deleted && left.markup.is_empty() && left.mentions.is_empty(), "only a placeholder");
    assert!(is_not_found(messages::edit(cx, mira, posted.id, "Again.".into()).await));
    assert!(is_not_found(messages::delete(cx, mira, posted.id).await));
    assert_eq!(placed::place(cx, Viewer::Anonymous, posted.id).await.unwrap().seq, 2, "its address stays");
    forum.drain().await;
}

async fn only_members_post_and_only_authors_edit(forum: TestForum) {
    let cx = &forum.cx;
    let (mira, noor, ada) = (forum.person("mira").await, forum.person("noor").await, forum.person("ada").await);
    let (moderator, boss) = (forum.person("moderator").await, forum.site_admin("boss").await);
    let garden = forum.group(mira, "Garden", GroupKind::Public).await;
    forum.admit(&garden, &[noor, ada]).await;
    groups::admit(cx, garden.id, id(moderator), Role::Moderator).await.unwrap();
    let topic = forum.topic(mira, &garden, "Plums", "Hello.").await.topic;
    assert!(is_forbidden(messages::submit(cx, boss, Target::Topic(topic), draft("x")).await));
    assert_eq!(describe(messages::submit(cx, Viewer::Anonymous, Target::Topic(topic), draft("x")).await), "SignedOut");
    let by_noor = forum.post(noor, topic, "Mine.").await.id;
    for who in [ada, mira, moderator, boss] {
        assert!(is_forbidden(messages::edit(cx, who, by_noor, "x".into()).await), "{who:?}");
    }
    assert!(is_forbidden(messages::delete(cx, ada, by_noor).await));
    assert_eq!(describe(messages::delete(cx, Viewer::Anonymous, by_noor).await), "SignedOut");
    assert_eq!(describe(messages::edit(cx, Viewer::Anonymous, by_noor, "x".into()).await), "SignedOut");
    messages::delete(cx, moderator, by_noor).await.unwrap();
    let by_ada = forum.post(ada, topic, "Mine.").await.id;
    messages::delete(cx, boss, by_ada).await.unwrap();
    let again = forum.post(noor, topic, "Mine.").await.id;
    groups::leave(cx, noor, garden.id).await.unwrap();
    assert!(is_forbidden(messages::edit(cx, noor, again, "x".into()).await), "who left writes no more");
    assert!(is_forbidden(messages::delete(cx, noor, again).await));
    forum.drain().await;
}

fn keyed(text: &str, key: &str) -> Draft {
    Draft::new(text.into(), Some(key.into()))
}

async fn the_same_form_posts_once(forum: TestForum) {
    let cx = &forum.cx;
    let mira = forum.person("mira").await;
    let garden = forum.group(mira, "Garden", GroupKind::Public).await;
    let topic = forum.topic(mira, &garden, "Plums", "Hello.").await.topic;
    let once = messages::submit(cx, mira, Target::Topic(topic), keyed("Once.", "k1")).await.unwrap();
    let twice = messages::submit(cx, mira, Target::Topic(topic), keyed("Once, changed.", "k1")).await.unwrap();
    assert_eq!(once, twice);
    let next = messages::submit(cx, mira, Target::Topic(topic), keyed("Next.", "k2")).await.unwrap();
    assert_eq!(next.seq, 3, "the second sending took no number");
    for no_key in ["", "\0", "ü", &"x".repeat(101)] {
        messages::submit(cx, mira, Target::Topic(topic), keyed("Without.", no_key)).await.unwrap();
        messages::submit(cx, mira, Target::Topic(topic), keyed("Without.", no_key)).await.unwrap();
    }
    assert_eq!(tables::ints(&forum, "select count(*) from messages").await, [[11]]);
    forum.drain().await;
}

async fn a_form_sent_eight_times_at_once_posts_once(forum: TestForum) {
    let mira = forum.person("mira").await;
    let garden = forum.group(mira, "Garden", GroupKind::Public).await;
    let topic = forum.topic(mira, &garden, "Plums", "Hello.").await.topic;
    for round in 0..5 {
        let sent = (0..8).map(|_| {
            let (cx, form) = (forum.cx.clone(), keyed("Once.", &format!("round {round}").replace(' ', "-")));
            tokio::spawn(async move { messages::submit(&cx, mira, Target::Topic(topic), form).await })
        });
        let posted: Vec<_> =
            futures_util::future::join_all(sent).await.into_iter().map(|p| p.unwrap().unwrap()).collect();
        assert!(posted.iter().all(|p| *p == posted[0]), "{posted:?}");
        assert_eq!(posted[0].seq, round + 2);
    }
    assert_eq!(tables::ints(&forum, "select count(*), max(seq) from messages").await, [[6, 6]]);
    assert_eq!(tables::ints(&forum, "select last_seq from topics").await, [[6]]);
    forum.drain().await;
}

async fn a_repeated_form_is_answered_even_above_the_rate_limit(mut forum: TestForum) {
    let mira = forum.person("mira").await;
    let garden = forum.group(mira, "Garden", GroupKind::Public).await;
    let topic = forum.topic(mira, &garden, "Plums", "Hello.").await.topic;
    forum.limit(|limits| limits.posts_per_minute = 1);
    let once = messages::submit(&forum.cx, mira, Target::Topic(topic), keyed("Once.", "k1")).await.unwrap();
    assert_eq!(messages::submit(&forum.cx, mira, Target::Topic(topic), keyed("Once.", "k1")).await.unwrap(), once);
    assert!(
        describe(messages::submit(&forum.cx, mira, Target::Topic(topic), keyed("Twice.", "k2")).await)
            .starts_with("TooMany")
    );
    forum.drain().await;
}

async fn form_keys_are_separate_for_each_author(forum: TestForum) {
    let (mira, noor) = (forum.person("mira").await, forum.person("noor").await);
    let garden = forum.group(mira, "Garden", GroupKind::Public).await;
    forum.admit(&garden, &[noor]).await;
    let topic = forum.topic(mira, &garden, "Plums", "Hello.").await.topic;
    let one = messages::submit(&forum.cx, mira, Target::Topic(topic), keyed("Mine.", "k")).await.unwrap();
    let other = messages::submit(&forum.cx, noor, Target::Topic(topic), keyed("Mine.", "k")).await.unwrap();
    assert_ne!(one.id, other.id);
    forum.drain().await;
}

async fn concurrent_messages_are_numbered_by_time_without_gaps(forum: TestForum) {
    let mira = forum.person("mira").await;
    let garden = forum.group(mira, "Garden", GroupKind::Public).await;
    let topic = forum.topic(mira, &garden, "Plums", "Hello.").await.topic;
    let mut writers = Vec::new();
    for n in 0..8 {
        let who = forum.person(&format!("writer{n}x{n}")).await;
        forum.admit(&garden, &[who]).await;
        // Different clocks, as in different processes.
        let at = domain::time::Timestamp(forum.cx.now().0 + n * 50_000);
        let clock = domain::time::Clock::Manual(std::sync::Arc::new(at.0.into()));
        let cx = domain::Context { clock, ..forum.cx.clone() };
        writers.push(tokio::spawn(async move {
            let mut own = Vec::new();
            for text in 0..20 {
                own.push(
                    messages::submit(&cx, who, Target::Topic(topic), draft(&format!("{text}"))).await.unwrap().seq,
                );
            }
            own
        }));
    }
    let mut all = HashSet::from([1]);
    for writer in writers {
        let own = writer.await.unwrap();
        assert!(own.is_sorted(), "{own:?}");
        all.extend(own);
    }
    assert_eq!(all, (1..=161).collect());
    let found = topics::find(&forum.cx, mira, topic).await.unwrap();
    assert_eq!(found.topic.last_seq, 161);
    let mut shown = Vec::new();
    while shown.len() < 161 {
        shown
            .extend(messages::page(&forum.cx, mira, &found, Window::After(shown.len() as i64)).await.unwrap().messages);
    }
    assert!(shown.iter().map(|m| m.seq).eq(1..=161));
    assert!(shown.is_sorted_by_key(|m| m.created_at), "no message is older than the one before it");
    assert_eq!(shown.last().unwrap().created_at, found.topic.last_message_at);
    forum.pass(Duration::from_secs(1));
    forum.drain().await;
}

async fn consecutive_messages_of_one_author_show_the_name_once(forum: TestForum) {
    let (mira, noor) = (forum.person("mira").await, forum.person("noor").await);
    let garden = forum.group(mira, "Garden", GroupKind::Public).await;
    forum.admit(&garden, &[noor]).await;
    let topic = forum.topic(mira, &garden, "Plums", "1").await.topic;
    forum.post(mira, topic, "2").await;
    forum.post(noor, topic, "3").await;
    forum.post(mira, topic, "4").await;
    forum.pass(Duration::from_secs(301));
    forum.post(mira, topic, "5").await;
    let (cx, found) = (&forum.cx, &topics::find(&forum.cx, mira, topic).await.unwrap());
    let follows = |window| async move {
        let page = messages::page(cx, mira, found, window).await.unwrap();
        page.messages.iter().map(|m| m.follows).collect::<Vec<_>>()
    };
    assert_eq!(follows(Window::After(0)).await, [false, true, false, false, false]);
    assert_eq!(follows(Window::After(1)).await, [false, false, false, false], "the first of a page has its name");
}

async fn a_page_shows_the_requested_range_of_messages(forum: TestForum) {
    let cx = &forum.cx;
    let (mira, noor) = (forum.person("mira").await, forum.person("noor").await);
    let garden = forum.group(mira, "Garden", GroupKind::Public).await;
    forum.admit(&garden, &[noor]).await;
    let topic = forum.topic(mira, &garden, "Plums", "1").await.topic;
    for n in 2..=150 {
        forum.post(mira, topic, &n.to_string()).await;
    }
    let page = |who, window| async move {
        let found = topics::find(cx, who, topic).await.unwrap();
        let page = messages::page(cx, who, &found, window).await.unwrap();
        let seqs: Vec<i64> = page.messages.iter().map(|m| m.seq).collect();
        assert!(seqs.is_sorted());
        (
            seqs.first().copied().unwrap_or(0),
            seqs.last().copied().unwrap_or(0),
            page.earlier,
            page.later,
            page.first_unread,
        )
    };
    assert_eq!(PAGE, 50);
    assert_eq!(page(Viewer::Anonymous, Window::Unread).await, (1, 50, 0, 100, None), "the beginning for visitors");
    assert_eq!(page(Viewer::Anonymous, Window::Last).await, (101, 150, 100, 0, None));
    assert_eq!(page(noor, Window::Last).await, (101, 150, 100, 0, Some(1)));
    assert_eq!(page(noor, Window::Unread).await, (1, 50, 0, 100, Some(1)));
    reads::mark(cx, noor, topic, 40).await.unwrap();
    assert_eq!(page(noor, Window::Unread).await, (36, 85, 35, 65, Some(41)), "some context above the first unread one");
    reads::mark(cx, noor, topic, 140).await.unwrap();
    assert_eq!(page(noor, Window::Unread).await, (101, 150, 100, 0, Some(141)), "and a full page at the end");
    reads::mark(cx, noor, topic, 150).await.unwrap();
    assert_eq!(page(noor, Window::Unread).await, (101, 150, 100, 0, None));
    assert_eq!(page(noor, Window::Before(101)).await, (51, 100, 50, 50, None));
    assert_eq!(page(noor, Window::Before(20)).await, (1, 19, 0, 131, None));
    assert_eq!(page(noor, Window::Before(1)).await, (0, 0, 0, 0, None));
    assert_eq!(page(noor, Window::After(120)).await, (121, 150, 120, 0, None));
    assert_eq!(page(noor, Window::After(150)).await, (0, 0, 0, 0, None));
    assert_eq!(page(noor, Window::At(60)).await, (55, 104, 54, 46, None));
    for far in [
        Window::At(i64::MIN),
        Window::At(i64::MAX),
        Window::Before(i64::MIN),
        Window::Before(i64::MAX),
        Window::After(i64::MIN),
        Window::After(i64::MAX),
    ] {
        page(noor, far).await;
    }
    forum.drain().await;
}

async fn a_topic_opens_where_its_reader_stopped(forum: TestForum) {
    let cx = &forum.cx;
    let (mira, noor, stranger) =
        (forum.person("mira").await, forum.person("noor").await, forum.person("stranger").await);
    let garden = forum.group(mira, "Garden", GroupKind::Public).await;
    let topic = forum.topic(mira, &garden, "Plums", "1").await.topic;
    for n in 2..=120 {
        forum.post(mira, topic, &n.to_string()).await;
    }
    forum.pass(Duration::from_secs(1));
    forum.admit(&garden, &[noor]).await;
    let first = |who| async move {
        let found = topics::find(cx, who, topic).await.unwrap();
        messages::page(cx, who, &found, Window::Unread).await.unwrap().messages[0].seq
    };
    for who in [Viewer::Anonymous, stranger, noor] {
        assert_eq!(first(who).await, 1, "a first visit begins at the beginning");
    }
    forum.post(mira, topic, "121").await;
    assert_eq!(first(noor).await, 72, "what counts as unread comes first: the last page has it");
    reads::mark(cx, stranger, topic, 30).await.unwrap();
    assert_eq!(first(stranger).await, 26);
    for who in [stranger, noor] {
        reads::mark(cx, who, topic, 121).await.unwrap();
        assert_eq!(first(who).await, 72, "and at the end when all is read");
    }
    forum.drain().await;
}

async fn a_day_begins_with_its_first_message(forum: TestForum) {
    let mira = forum.person("mira").await;
    let garden = forum.group(mira, "Garden", GroupKind::Public).await;
    let topic = forum.topic(mira, &garden, "Plums", "1").await.topic;
    forum.pass(Duration::from_secs(24 * 3_600));
    for n in 2..=60 {
        forum.post(mira, topic, &n.to_string()).await;
    }
    let (cx, found) = (&forum.cx, &topics::find(&forum.cx, mira, topic).await.unwrap());
    let from = |at| async move {
        let page = messages::page(cx, mira, found, Window::Since(at)).await.unwrap();
        page.messages.into_iter().map(|message| (message.seq, message.created_at)).next().unwrap()
    };
    let (first, began) = from(Timestamp(0)).await;
    assert_eq!(first, 1);
    let (second, next_day) = from(began.plus(Duration::from_secs(3_600))).await;
    assert_eq!(second, 2);
    assert_eq!(from(next_day).await.0, 2, "a message at that time is part of it");
    assert_eq!(from(cx.now().plus(Duration::from_secs(60))).await.0, 11, "the last page when all are older");
    for far in [i64::MIN, i64::MAX / 2_000] {
        from(Timestamp(far)).await;
    }
    forum.drain().await;
}

async fn the_first_unread_message_follows_the_last_read_one(forum: TestForum) {
    let cx = &forum.cx;
    let (mira, noor, stranger) =
        (forum.person("mira").await, forum.person("noor").await, forum.person("stranger").await);
    let garden = forum.group(mira, "Garden", GroupKind::Public).await;
    let topic = forum.topic(mira, &garden, "Plums", "1").await.topic;
    for n in 2..=6 {
        forum.post(mira, topic, &n.to_string()).await;
    }
    let first_unread = |who| async move {
        let found = topics::find(cx, who, topic).await.unwrap();
        messages::page(cx, who, &found, Window::Unread).await.unwrap().first_unread
    };
    assert_eq!(first_unread(stranger).await, None);
    reads::mark(cx, stranger, topic, 2).await.unwrap();
    assert_eq!(first_unread(stranger).await, Some(3), "a reader who is not in the group has a place too");
    reads::mark(cx, noor, topic, 2).await.unwrap();
    forum.admit(&garden, &[noor]).await;
    assert_eq!(first_unread(noor).await, None, "what was there before they joined counts as read");
    forum.post(mira, topic, "7").await;
    assert_eq!(first_unread(noor).await, Some(7));
    reads::mark(cx, noor, topic, 4).await.unwrap();
    assert_eq!(first_unread(noor).await, Some(7), "reading back changes nothing");
    reads::mark(cx, noor, topic, 7).await.unwrap();
    assert_eq!(first_unread(noor).await, None);
    forum.drain().await;
}

async fn stars_are_added_and_removed(forum: TestForum) {
    let cx = &forum.cx;
    let (mira, noor, stranger) =
        (forum.person("mira").await, forum.person("noor").await, forum.person("stranger").await);
    let garden = forum.group(mira, "Garden", GroupKind::Public).await;
    forum.admit(&garden, &[noor]).await;
    let message = forum.topic(mira, &garden, "Plums", "1").await.id;
    let names = || async move {
        let stars = placed::show(cx, Viewer::Anonymous, message).await.unwrap().message.stars;
        stars.into_iter().map(|p| p.username).collect::<Vec<_>>()
    };
    assert!(stars::toggle(cx, noor, message).await.unwrap().1);
    forum.pass(Duration::from_secs(1));
    let (place, starred) = stars::toggle(cx, mira, message).await.unwrap();
    assert!(starred);
    assert_eq!((place.seq, place.group_slug.as_str(), place.topic_slug.as_str()), (1, "garden", "plums"));
    assert_eq!(names().await, ["noor", "mira"], "earliest first");
    assert!(!stars::toggle(cx, noor, message).await.unwrap().1);
    assert_eq!(names().await, ["mira"]);
    assert!(is_forbidden(stars::toggle(cx, stranger, message).await));
    messages::delete(cx, mira, message).await.unwrap();
    assert!(is_not_found(stars::toggle(cx, mira, message).await));
    forum.drain().await;
}
