//! Following a topic by writing in it.

use domain::groups::members;
use domain::messages::Target;
use domain::model::{GroupKind, Profile, SubscriptionLevel, TopicId};
use domain::people::accounts;
use domain::policy::Viewer;
use domain::store;
use domain::testing::{TestForum, draft};
use domain::topics::subscriptions;
use domain::{messages, topics};

use crate::{id, unread};

stories! {
    posting_in_a_topic_follows_it_until_unfollowed,
    only_followed_topics_of_a_muted_group_are_counted,
    followed_topics_come_first_on_the_unread_page,
    a_muted_conversation_is_silent_also_for_those_who_wrote_in_it,
}

async fn followed(forum: &TestForum, who: Viewer) -> Vec<TopicId> {
    let sidebar = domain::live::unread::sidebar(&forum.cx, id(who)).await.unwrap();
    let (rows, _) = subscriptions::followed(&forum.cx, who, &mut sidebar.clone(), None, 50).await.unwrap();
    rows.into_iter().map(|(_, row)| row.topic.id).collect()
}

async fn follow_written(forum: &TestForum, who: Viewer, follow_written: bool) {
    let own = accounts::own(&forum.cx, id(who)).await.unwrap();
    let (name, bio, location, web, theme) = (own.name, own.bio, own.location, own.web, own.theme);
    let profile = Profile { name, bio, location, web, theme, language: own.language, follow_written };
    accounts::update_profile(&forum.cx, id(who), profile).await.unwrap();
}

async fn posting_in_a_topic_follows_it_until_unfollowed(forum: TestForum) {
    let cx = &forum.cx;
    let (mira, noor) = (forum.person("mira").await, forum.person("noor").await);
    let garden = forum.group(mira, "Garden", GroupKind::Public).await;
    forum.admit(&garden, &[noor]).await;
    let plums = forum.topic(mira, &garden, "Plums", "1").await.topic;
    let pears = forum.topic(mira, &garden, "Pears", "1").await.topic;
    assert_eq!(followed(&forum, noor).await, []);
    let said = forum.post(noor, plums, "2").await.id;
    subscriptions::set_of_topic(cx, noor, pears, SubscriptionLevel::Followed).await.unwrap();
    assert_eq!(followed(&forum, noor).await, [plums, pears]);
    assert_eq!(topics::find(cx, noor, plums).await.unwrap().level, Some(SubscriptionLevel::Followed));
    // After unfollowing by hand, another message does not follow again.
    subscriptions::set_of_topic(cx, noor, plums, SubscriptionLevel::Normal).await.unwrap();
    forum.post(noor, plums, "3").await;
    assert_eq!(followed(&forum, noor).await, [pears]);
    assert_eq!(topics::find(cx, noor, plums).await.unwrap().level, None);
    subscriptions::set_of_topic(cx, noor, plums, SubscriptionLevel::Followed).await.unwrap();
    assert_eq!(followed(&forum, noor).await, [plums, pears]);
    // Unmuting does not unfollow.
    subscriptions::set_of_topic(cx, noor, plums, SubscriptionLevel::Muted).await.unwrap();
    assert_eq!(followed(&forum, noor).await, [pears]);
    subscriptions::set_of_topic(cx, noor, plums, SubscriptionLevel::Normal).await.unwrap();
    assert_eq!(followed(&forum, noor).await, [plums, pears]);
    // With the setting off, users follow only what they chose.
    follow_written(&forum, noor, false).await;
    assert_eq!(followed(&forum, noor).await, [pears]);
    follow_written(&forum, noor, true).await;
    messages::delete(cx, noor, said).await.unwrap();
    assert_eq!(followed(&forum, noor).await, [plums, pears], "another message of theirs is there");
    forum.drain().await;
}

async fn only_followed_topics_of_a_muted_group_are_counted(forum: TestForum) {
    let cx = &forum.cx;
    let (mira, noor) = (forum.person("mira").await, forum.person("noor").await);
    let garden = forum.group(mira, "Garden", GroupKind::Public).await;
    forum.admit(&garden, &[noor]).await;
    let plums = forum.topic(mira, &garden, "Plums", "1").await.topic;
    let pears = forum.topic(mira, &garden, "Pears", "1").await.topic;
    forum.post(noor, plums, "2").await;
    members::set_level(cx, noor, garden.id, SubscriptionLevel::Muted).await.unwrap();
    for topic in [plums, pears] {
        forum.post(mira, topic, "more").await;
    }
    forum.drain().await;
    assert_eq!((unread(&forum, noor, plums).await, unread(&forum, noor, pears).await), (2, 0));
    subscriptions::set_of_topic(cx, noor, plums, SubscriptionLevel::Normal).await.unwrap();
    assert_eq!(unread(&forum, noor, plums).await, 0, "as its group, by hand");
    follow_written(&forum, noor, false).await;
    subscriptions::set_of_topic(cx, noor, pears, SubscriptionLevel::Followed).await.unwrap();
    assert_eq!((unread(&forum, noor, plums).await, unread(&forum, noor, pears).await), (0, 2));
}

async fn followed_topics_come_first_on_the_unread_page(forum: TestForum) {
    let (mira, noor) = (forum.person("mira").await, forum.person("noor").await);
    let garden = forum.group(mira, "Garden", GroupKind::Public).await;
    forum.admit(&garden, &[noor]).await;
    let plums = forum.topic(mira, &garden, "Plums", "1").await.topic;
    let pears = forum.topic(mira, &garden, "Pears", "1").await.topic;
    forum.post(noor, plums, "2").await;
    for topic in [plums, pears] {
        forum.post(mira, topic, "more").await;
    }
    forum.drain().await;
    let sidebar = domain::live::unread::sidebar(&forum.cx, id(noor)).await.unwrap();
    let paper = topics::unread_paper(&forum.cx, noor, &mut sidebar.clone(), 10).await.unwrap();
    let order: Vec<_> = paper.iter().map(|(_, row, _)| (row.topic.id, row.followed)).collect();
    assert_eq!(order, [(plums, true), (pears, false)]);
    let paper = topics::unread_paper(&forum.cx, noor, &mut sidebar.clone(), 1).await.unwrap();
    assert_eq!(paper[0].1.topic.id, plums, "also where not all have room");
}

async fn a_muted_conversation_is_silent_also_for_those_who_wrote_in_it(forum: TestForum) {
    let cx = &forum.cx;
    let (mira, noor) = (forum.person("mira").await, forum.person("noor").await);
    let to = Target::Conversation { to: "noor", title: "" };
    let talk = messages::submit(cx, mira, to, draft("1")).await.unwrap();
    forum.post(noor, talk.topic, "2").await;
    members::set_level(cx, noor, talk.group, SubscriptionLevel::Muted).await.unwrap();
    let last = forum.post(mira, talk.topic, "@noor 3").await.id;
    forum.drain().await;
    let is_heard = async || {
        let places = [(talk.group, talk.topic)];
        let found = store::groups::members::hearers(&cx.db, &places, &[id(mira)], &[id(noor)]).await.unwrap();
        let concern = store::people::push::concern(&cx.db, id(noor), last).await.unwrap();
        assert_eq!(concern.is_some(), !found[0][0].muted);
        (unread(&forum, noor, talk.topic).await, concern.map(|concern| (concern.named, concern.direct)))
    };
    assert_eq!(is_heard().await, (0, None));
    assert_eq!(topics::find(cx, noor, talk.topic).await.unwrap().level, None, "muted with the conversation");
    subscriptions::set_of_topic(cx, noor, talk.topic, SubscriptionLevel::Followed).await.unwrap();
    assert_eq!(is_heard().await, (2, Some((true, true))), "followed by hand");
}
