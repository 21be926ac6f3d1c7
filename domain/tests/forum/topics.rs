//! Topics: start, rename, delete, list.

use domain::messages::Target;
use domain::model::{GroupKind, Role, Sidebar};
use domain::platform::validate::Draft;
use domain::policy::Viewer;
use domain::testing::{TestForum, draft};
use domain::topics::{self, PageEnd};
use domain::{groups, messages};

use crate::{complaint, describe, id, is_forbidden, is_not_found, tables};

stories! {
    a_topic_has_a_unique_address_in_its_group,
    topics_with_one_title_started_at_once_get_different_addresses,
    a_form_sent_eight_times_at_once_starts_one_topic,
    only_members_start_topics,
    a_topic_is_renamed_by_its_starter_and_moderators,
    moderators_delete_topics_and_starters_those_without_replies,
    topics_are_paged_by_latest_activity,
    the_paper_of_unread_topics_shows_their_first_unread_messages,
}

async fn a_topic_has_a_unique_address_in_its_group(forum: TestForum) {
    let cx = &forum.cx;
    let mira = forum.person("mira").await;
    let garden = forum.group(mira, "Garden", GroupKind::Public).await;
    let pond = forum.group(mira, "Pond", GroupKind::Public).await;
    let mut slugs = Vec::new();
    for title in
        ["Früh blühende Äpfel!", "fruh bluhende apfel", "Где яблоки?", "Μήλα", "梨", "تفاح", "🎉", "   Über\tuns  "]
    {
        let posted = forum.topic(mira, &garden, title, "Hello.").await;
        let found = topics::by_slug(cx, Viewer::Anonymous, &garden.slug, &posted.topic_slug).await.unwrap();
        assert_eq!(found.topic.id, posted.topic);
        assert_eq!(found.topic.name, title.split_whitespace().collect::<Vec<_>>().join(" "));
        assert_eq!((found.topic.last_seq, found.message_count), (1, 1));
        slugs.push(posted.topic_slug);
    }
    let party = slugs.remove(6);
    assert_eq!(slugs, ["fruh-bluhende-apfel", "fruh-bluhende-apfel-2", "gde-iabloki", "mela", "li", "tfh", "uber-uns"]);
    let number = party.strip_prefix("topic-").expect("a title without letters");
    assert!(number.parse::<i64>().is_ok(), "{party}");
    let other = forum.topic(mira, &pond, "梨", "Hello.").await;
    assert_eq!(other.topic_slug, "li", "another group has its own");
    for title in ["", "  ", "\u{202e}\u{200b}", &"x".repeat(201)] {
        complaint(
            messages::submit(cx, mira, Target::NewTopic { group: garden.id, title }, draft("Hello.")).await,
            "title",
        );
    }
    let both = messages::submit(cx, mira, Target::NewTopic { group: garden.id, title: "" }, draft(" ")).await;
    assert!(describe(both).contains("text"), "both complaints at once");
    for absent in ["fruh", "TOPIC", "topic\0", ""] {
        assert!(is_not_found(topics::by_slug(cx, mira, &garden.slug, absent).await));
    }
    forum.drain().await;
}

async fn topics_with_one_title_started_at_once_get_different_addresses(forum: TestForum) {
    let mira = forum.person("mira").await;
    let garden = forum.group(mira, "Garden", GroupKind::Public).await;
    let starts = (0..8).map(|_| {
        messages::submit(&forum.cx, mira, Target::NewTopic { group: garden.id, title: "Plums" }, draft("Hello."))
    });
    let mut slugs: Vec<String> =
        futures_util::future::join_all(starts).await.into_iter().map(|p| p.unwrap().topic_slug).collect();
    slugs.sort();
    slugs.dedup();
    assert_eq!(slugs.len(), 8, "{slugs:?}");
    forum.drain().await;
}

async fn a_form_sent_eight_times_at_once_starts_one_topic(forum: TestForum) {
    let mira = forum.person("mira").await;
    let garden = forum.group(mira, "Garden", GroupKind::Public).await;
    let form = Draft::new("Hello.".into(), Some("form-1".into()));
    let starts = (0..8).map(|_| {
        let (cx, form) = (forum.cx.clone(), form.clone());
        tokio::spawn(async move {
            messages::submit(&cx, mira, Target::NewTopic { group: garden.id, title: "Plums" }, form).await
        })
    });
    let posted: Vec<_> =
        futures_util::future::join_all(starts).await.into_iter().map(|p| p.unwrap().unwrap()).collect();
    assert!(posted.iter().all(|p| *p == posted[0]), "{posted:?}");
    assert_eq!(tables::ints(&forum, "select count(*) from topics").await, [[1]]);
    assert_eq!(tables::ints(&forum, "select count(*) from jobs").await, [[1]]);
    forum.drain().await;
}

async fn only_members_start_topics(forum: TestForum) {
    let (mira, noor, boss) = (forum.person("mira").await, forum.person("noor").await, forum.site_admin("boss").await);
    let garden = forum.group(mira, "Garden", GroupKind::Public).await;
    for who in [noor, boss] {
        assert!(is_forbidden(
            messages::submit(&forum.cx, who, Target::NewTopic { group: garden.id, title: "Plums" }, draft("Hello."))
                .await
        ));
    }
    assert_eq!(
        describe(
            messages::submit(
                &forum.cx,
                Viewer::Anonymous,
                Target::NewTopic { group: garden.id, title: "Plums" },
                draft("Hello.")
            )
            .await
        ),
        "SignedOut"
    );
}

async fn a_topic_is_renamed_by_its_starter_and_moderators(forum: TestForum) {
    let cx = &forum.cx;
    let (mira, noor, ada) = (forum.person("mira").await, forum.person("noor").await, forum.person("ada").await);
    let boss = forum.site_admin("boss").await;
    let garden = forum.group(mira, "Garden", GroupKind::Public).await;
    forum.admit(&garden, &[noor, ada]).await;
    let topic = forum.topic(noor, &garden, "Plums", "Hello.").await;
    for who in [ada, Viewer::Anonymous] {
        assert!(is_forbidden(topics::rename(cx, who, topic.topic, "Mine").await));
    }
    for (who, name) in [(noor, "Plum trees"), (mira, "Trees"), (boss, "Old trees")] {
        let (renamed, _) = topics::rename(cx, who, topic.topic, name).await.unwrap();
        assert_eq!((renamed.name.as_str(), renamed.slug.as_str()), (name, "plums"));
    }
    complaint(topics::rename(cx, noor, topic.topic, " ").await, "title");
    groups::leave(cx, noor, garden.id).await.unwrap();
    assert!(is_forbidden(topics::rename(cx, noor, topic.topic, "Mine").await), "who left does not");
    forum.drain().await;
}

async fn moderators_delete_topics_and_starters_those_without_replies(forum: TestForum) {
    let cx = &forum.cx;
    let (mira, noor, ada) = (forum.person("mira").await, forum.person("noor").await, forum.person("ada").await);
    let garden = forum.group(mira, "Garden", GroupKind::Public).await;
    forum.admit(&garden, &[noor]).await;
    groups::admit(cx, garden.id, id(ada), Role::Moderator).await.unwrap();
    let alone = forum.topic(noor, &garden, "Alone", "Hello.").await;
    topics::delete(cx, noor, alone.topic).await.unwrap();
    let shared = forum.topic(noor, &garden, "Shared", "Hello.").await;
    let reply = forum.post(mira, shared.topic, "Hello to you.").await;
    assert!(is_forbidden(topics::delete(cx, noor, shared.topic).await));
    assert!(is_forbidden(topics::delete(cx, Viewer::Anonymous, shared.topic).await));
    topics::delete(cx, ada, shared.topic).await.unwrap();
    assert!(is_not_found(topics::find(cx, mira, shared.topic).await));
    assert!(is_not_found(topics::by_slug(cx, mira, &garden.slug, "shared").await));
    assert!(is_not_found(domain::topics::placed::show(cx, mira, reply.id).await));
    assert!(is_not_found(domain::topics::placed::place(cx, mira, reply.id).await));
    assert!(is_not_found(domain::messages::edit(cx, mira, reply.id, "Changed.".into()).await));
    assert!(is_not_found(
        domain::messages::submit(cx, mira, domain::messages::Target::Topic(shared.topic), draft("Hello?")).await
    ));
    assert!(is_not_found(domain::messages::stars::toggle(cx, mira, reply.id).await));
    assert!(is_not_found(topics::delete(cx, ada, shared.topic).await));
    assert_eq!(
        topics::list(cx, mira, &groups::by_id(cx, mira, garden.id).await.unwrap(), &mut Sidebar::default(), None, 10)
            .await
            .unwrap()
            .0,
        []
    );
    forum.drain().await;
}

async fn topics_are_paged_by_latest_activity(forum: TestForum) {
    let cx = &forum.cx;
    let (mira, noor) = (forum.person("mira").await, forum.person("noor").await);
    let garden = forum.group(mira, "Garden", GroupKind::Public).await;
    forum.admit(&garden, &[noor]).await;
    let mut started = Vec::new();
    for n in 1..=5 {
        started.push(forum.topic(mira, &garden, &format!("Topic {n}"), "*First* words").await.topic);
    }
    let late = forum.post(mira, started[1], "> quoted\n\nA **late** reply").await;
    forum.drain().await;
    let sidebar = domain::live::unread::sidebar(cx, id(noor)).await.unwrap();
    let mut seen = Vec::new();
    let mut before = None;
    loop {
        let (rows, next) =
            topics::list(cx, mira, &groups::by_id(cx, mira, garden.id).await.unwrap(), &mut sidebar.clone(), before, 2)
                .await
                .unwrap();
        seen.extend(rows);
        let Some(next) = next else { break };
        before = Some(PageEnd::parse(&next.to_param()).unwrap());
    }
    let order: Vec<_> = seen.iter().map(|row| row.topic.id).collect();
    assert_eq!(order, [started[1], started[4], started[3], started[2], started[0]]);
    assert_eq!((seen[0].message_count, seen[0].unread), (2, 2));
    assert_eq!(seen[0].last_author.as_ref().unwrap().username, "mira");
    assert!(seen[0].excerpt.contains("A late reply"), "{}", seen[0].excerpt);
    domain::messages::delete(cx, mira, late.id).await.unwrap();
    let (rows, _) =
        topics::list(cx, mira, &groups::by_id(cx, mira, garden.id).await.unwrap(), &mut Sidebar::default(), None, 1)
            .await
            .unwrap();
    assert_eq!((rows[0].message_count, rows[0].excerpt.as_str(), rows[0].unread), (1, "", 0));
    for garbage in ["", "1", "x-1", "1-x", "1-2-3x", "-"] {
        assert!(PageEnd::parse(garbage).is_err(), "{garbage}");
    }
    for edge in [format!("{}-1", i64::MAX), "0-9".to_owned()] {
        topics::list(
            cx,
            mira,
            &groups::by_id(cx, mira, garden.id).await.unwrap(),
            &mut Sidebar::default(),
            Some(PageEnd::parse(&edge).unwrap()),
            10,
        )
        .await
        .unwrap();
    }
    forum.drain().await;
}

async fn the_paper_of_unread_topics_shows_their_first_unread_messages(forum: TestForum) {
    let cx = &forum.cx;
    let (mira, noor) = (forum.person("mira").await, forum.person("noor").await);
    let garden = forum.group(mira, "Garden", GroupKind::Public).await;
    forum.admit(&garden, &[noor]).await;
    let plums = forum.topic(mira, &garden, "Plums", "One.").await.topic;
    for text in ["Two.", "Three.", "Four."] {
        forum.post(mira, plums, text).await;
    }
    let pears = forum.topic(mira, &garden, "Pears", "Five.").await.topic;
    forum.drain().await;
    let sidebar = domain::live::unread::sidebar(cx, id(noor)).await.unwrap();
    let paper = topics::unread_paper(cx, noor, &mut sidebar.clone(), 10).await.unwrap();
    let shown: Vec<_> =
        paper.iter().map(|(g, row, m)| (g.id, row.topic.id, row.unread, m.iter().map(|m| m.seq).collect())).collect();
    assert_eq!(shown, [(garden.id, pears, 1, vec![1]), (garden.id, plums, 4, vec![1, 2, 3])]);
    assert_eq!(topics::unread_paper(cx, noor, &mut sidebar.clone(), 1).await.unwrap().len(), 1);
}
