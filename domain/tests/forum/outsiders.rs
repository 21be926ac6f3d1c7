//! What outsiders of a group can learn about it: when a topic moved there, on their unread page, in their export, by
//! their requests and notices.

use domain::groups::invitations::LinkForm;
use domain::groups::{self, GroupForm, invitations, members, requests};
use domain::live::{notices, unread};
use domain::messages::{Target, conversations};
use domain::model::{DirectFrom, Grounds, Group, GroupKind, NoticeKind, SubscriptionLevel, TopicId};
use domain::moderation::{reports, warnings};
use domain::people::{admins, export, ignores};
use domain::platform::validate::Draft;
use domain::policy::Viewer;
use domain::testing::{TestForum, draft};
use domain::topics::splits::{Which, split};
use domain::topics::{moves, subscriptions};
use domain::{messages, topics};
use futures_util::TryStreamExt;
use serde_json::{Value, json};

use crate::{id, is_not_found};

stories! {
    a_repeated_form_does_not_reveal_where_its_message_was_moved,
    a_moved_topic_disappears_from_pages_of_people_without_access,
    a_download_reveals_nothing_that_its_owner_may_not_see,
    a_download_contains_its_owners_settings_requests_and_reports,
    requested_groups_are_named_while_the_requester_may_see_them,
    a_notice_names_a_group_only_to_people_who_may_see_it,
}

fn keyed(text: &str, key: &str) -> Draft {
    Draft::new(text.into(), Some(key.into()))
}

/// Creates a public group with noor in it, and a private one of mira's alone.
async fn scene(forum: &TestForum) -> (Viewer, Viewer, Group, Group) {
    let (mira, noor) = (forum.person("mira").await, forum.person("noor").await);
    let garden = forum.group(mira, "Garden", GroupKind::Public).await;
    let den = forum.group(mira, "Lions", GroupKind::Private).await;
    forum.admit(&garden, &[noor]).await;
    (mira, noor, garden, den)
}

async fn a_repeated_form_does_not_reveal_where_its_message_was_moved(mut forum: TestForum) {
    let (mira, noor, garden, den) = scene(&forum).await;
    let cx = forum.cx.clone();
    let start = async || {
        messages::submit(&cx, noor, Target::NewTopic { group: garden.id, title: "Plums" }, keyed("Ripe.", "s")).await
    };
    let started = start().await.unwrap();
    assert_eq!(start().await.unwrap(), started);
    let talk = forum.topic(mira, &garden, "Pears", "Ripe?").await;
    let reply = messages::submit(&cx, noor, Target::Topic(talk.topic), keyed("Mine are.", "r")).await.unwrap();
    moves::to_group(&cx, mira, started.topic, den.id).await.unwrap();
    let part = split(&cx, mira, talk.topic, &Which::These(vec![reply.id]), "Noor boasts", den.id).await.unwrap();

    assert!(is_not_found(start().await));
    let there = (reply.id, talk.topic, "garden", talk.topic_slug.as_str());
    let shows = |posted: &messages::Posted| {
        let answered = (posted.id, posted.topic, posted.group_slug.as_str(), posted.topic_slug.as_str());
        assert_eq!((answered, posted.group), (there, garden.id));
    };
    let again = messages::submit(&cx, noor, Target::Topic(talk.topic), keyed("Mine are.", "r")).await.unwrap();
    shows(&again);
    // Nor when a new message would exceed a limit, or would be held.
    forum.limit(|limits| limits.posts_per_minute = 1);
    messages::submit(&forum.cx, noor, Target::Topic(talk.topic), draft("And yours?")).await.unwrap();
    shows(&messages::submit(&forum.cx, noor, Target::Topic(talk.topic), keyed("Mine are.", "r")).await.unwrap());
    assert!(is_not_found(
        messages::submit(&forum.cx, noor, Target::NewTopic { group: garden.id, title: "Plums" }, keyed("Ripe.", "s"))
            .await
    ));
    let held = GroupForm { first_held: 3, ..GroupForm::new("Garden", GroupKind::Public) };
    groups::update(&cx, mira, garden.id, held).await.unwrap();
    let new = messages::submit(&cx, noor, Target::Topic(talk.topic), draft("Nobody?")).await;
    assert!(matches!(new, Err(domain::Error::Pending)), "{new:?}");
    shows(&messages::submit(&cx, noor, Target::Topic(talk.topic), keyed("Mine are.", "r")).await.unwrap());

    // Users who can read the new place are led there.
    forum.admit(&den, &[noor]).await;
    let led = start().await.unwrap();
    assert_eq!((led.topic, led.group_slug.as_str()), (started.topic, den.slug.as_str()));
    let led = messages::submit(&cx, noor, Target::Topic(talk.topic), keyed("Mine are.", "r")).await.unwrap();
    assert_eq!((led.id, led.topic, led.seq), (reply.id, part.topic.id, 1));
    forum.drain().await;
}

async fn a_moved_topic_disappears_from_pages_of_people_without_access(forum: TestForum) {
    let (mira, noor, garden, den) = scene(&forum).await;
    let cx = &forum.cx;
    let topic = forum.topic(mira, &garden, "Plums", "Ripe.").await.topic;
    forum.drain().await;
    // Long enough that the cached summary is trusted.
    forum.pass(std::time::Duration::from_secs(3));
    let paper = async |topic: TopicId| {
        let sidebar = unread::sidebar(cx, id(noor)).await.unwrap();
        let counted = sidebar.groups.iter().flat_map(|g| &g.topics).any(|t| t.topic == topic);
        let rows = topics::unread_paper(cx, noor, &mut sidebar.clone(), 10).await.unwrap();
        (counted, rows.iter().map(|(_, row, messages)| (row.topic.id, messages.len())).collect::<Vec<_>>())
    };
    assert_eq!(paper(topic).await, (true, vec![(topic, 1)]));
    moves::to_group(cx, mira, topic, den.id).await.unwrap();
    // The job that updates the counts has not run.
    assert_eq!(paper(topic).await, (true, vec![]));
    forum.drain().await;
    assert_eq!(paper(topic).await, (false, vec![]));
}

async fn download(forum: &TestForum, who: Viewer) -> Vec<Value> {
    let pieces: Vec<String> = export::download(&forum.cx, id(who)).await.unwrap().try_collect().await.unwrap();
    pieces.concat().lines().map(|line| serde_json::from_str(line).expect("JSON")).collect()
}

fn of<'a>(lines: &'a [Value], kind: &str) -> Vec<&'a Value> {
    lines.iter().filter(|line| line["type"] == kind).collect()
}

async fn a_download_reveals_nothing_that_its_owner_may_not_see(forum: TestForum) {
    let (mira, noor, garden, den) = scene(&forum).await;
    let cx = &forum.cx;
    let talk = forum.topic(mira, &garden, "Pears", "Ripe?").await.topic;
    let reply = forum.post(noor, talk, "Mine are.").await.id;
    forum.post(noor, talk, "All of them.").await;
    let gone = forum.topic(noor, &garden, "Quinces", "Hard.").await.topic;
    subscriptions::set_of_topic(cx, noor, gone, SubscriptionLevel::Followed).await.unwrap();
    let part = split(cx, mira, talk, &Which::These(vec![reply]), "Noor is a bother", den.id).await.unwrap();
    assert_eq!(part.topic.creator_id, id(noor));
    topics::delete(cx, mira, gone).await.unwrap();

    let lines = download(&forum, noor).await;
    // The notice about the deletion tells noor the title that noor gave the topic.
    let (told, others): (Vec<&Value>, Vec<&Value>) = lines.iter().partition(|line| line["type"] == "notice");
    let text = |lines: &[&Value]| lines.iter().map(ToString::to_string).collect::<String>();
    for word in ["Lions", "bother", "Quinces"] {
        assert!(!text(&others).contains(word), "{word}: {others:?}");
    }
    assert!(text(&told).contains("Quinces") && !text(&told).contains("Lions"), "{told:?}");
    let of_topic = |line: &Value| (line["group"].clone(), line["topic"].clone(), line["text"].clone());
    let found: Vec<_> = of(&lines, "message").into_iter().map(of_topic).collect();
    let nothing = Value::Null;
    assert_eq!(
        found,
        [
            (nothing.clone(), nothing.clone(), json!("Mine are.")),
            (json!("Garden"), json!("Pears"), json!("All of them.")),
            (nothing.clone(), nothing, json!("Hard.")),
        ],
        "what they wrote is theirs"
    );
    assert_eq!(of(&lines, "topic").len(), 2);
    let heard = of(&lines, "heard_topic").into_iter().find(|line| line["topic_id"] == json!(gone)).unwrap();
    assert_eq!((&heard["level"], &heard["title"]), (&json!("tracked"), &Value::Null));
    // Users who can see the group get its name.
    forum.admit(&den, &[noor]).await;
    let lines = download(&forum, noor).await;
    assert_eq!(of_topic(of(&lines, "message")[0]), (json!("Lions"), json!("Noor is a bother"), json!("Mine are.")));
    forum.drain().await;
}

async fn a_download_contains_its_owners_settings_requests_and_reports(forum: TestForum) {
    let (mira, noor, garden, den) = scene(&forum).await;
    let (ada, boss) = (forum.person("ada").await, forum.site_admin("boss").await);
    let cx = &forum.cx;
    let posted = forum.topic(mira, &garden, "Pears", "Ripe?").await;
    let choir = forum.group(mira, "Choir", GroupKind::Closed).await;
    let own = forum.group(noor, "Boats", GroupKind::Private).await;
    ignores::set(cx, noor, "ada", true).await.unwrap();
    subscriptions::set_of_topic(cx, noor, posted.topic, SubscriptionLevel::Muted).await.unwrap();
    members::set_level(cx, noor, garden.id, SubscriptionLevel::Followed).await.unwrap();
    conversations::set_from(cx, noor, DirectFrom::Shared).await.unwrap();
    requests::ask(cx, noor, choir.id, "I sing alto.").await.unwrap();
    let link = |role| LinkForm { role, uses: 1, days: 1 };
    let token = invitations::make_link(cx, mira, den.id, link(None)).await.unwrap();
    invitations::follow(cx, noor, &token, "I roar.").await.unwrap();
    reports::create(cx, noor, posted.id, Some(Grounds::Other), "They are not ripe.").await.unwrap();
    invitations::make_link(cx, noor, own.id, link(None)).await.unwrap();
    invitations::invite(cx, noor, own.id, "mira").await.unwrap();
    let week = admins::Restriction::Suspend { days: 7 };
    admins::restrict(cx, boss, id(noor), week, "Too loud").await.unwrap();

    let lines = download(&forum, noor).await;
    let account = of(&lines, "account")[0];
    assert_eq!((&account["direct_from"], &account["barred_reason"]), (&json!("shared"), &json!("Too loud")));
    assert!(account["suspended_until"].is_string() && account["banned_at"].is_null());
    let only = |kind: &str, words: &[(&str, Value)]| {
        let found = of(&lines, kind);
        assert_eq!(found.len(), 1, "{kind}: {found:?}");
        for (key, value) in words {
            assert_eq!(&found[0][*key], value, "{kind}: {found:?}");
        }
    };
    only("ignore", &[("user_id", json!(id(ada))), ("username", json!("ada"))]);
    only("heard_topic", &[("topic_id", json!(posted.topic)), ("title", json!("Pears")), ("level", json!("muted"))]);
    only(
        "report",
        &[("message", json!(posted.id)), ("grounds", json!("other")), ("text", json!("They are not ripe."))],
    );
    only("invitation_link", &[("group", json!("Boats")), ("role", Value::Null), ("used", json!(0))]);
    only("invitation", &[("group", json!("Boats")), ("username", json!("mira"))]);
    let asked: Vec<_> = of(&lines, "request").into_iter().map(|line| (&line["group"], &line["text"])).collect();
    assert_eq!(asked, [(&Value::Null, &json!("I roar.")), (&json!("Choir"), &json!("I sing alto."))]);
    let levels: Vec<_> = of(&lines, "membership").into_iter().map(|line| (&line["group"], &line["level"])).collect();
    assert_eq!(levels, [(&json!("Garden"), &json!("tracked")), (&json!("Boats"), &json!("normal"))]);
    // The export has nothing of others.
    let lines = download(&forum, ada).await;
    for kind in ["ignore", "heard_topic", "report", "invitation_link", "invitation", "request", "membership"] {
        assert!(of(&lines, kind).is_empty(), "{kind}: {lines:?}");
    }
    forum.drain().await;
}

async fn requested_groups_are_named_while_the_requester_may_see_them(forum: TestForum) {
    let (mira, noor, _, den) = scene(&forum).await;
    let cx = &forum.cx;
    let choir = forum.group(mira, "Choir", GroupKind::Closed).await;
    requests::ask(cx, noor, choir.id, "").await.unwrap();
    let named = async || -> Vec<_> {
        let mine = requests::mine(cx, noor).await.unwrap();
        mine.into_iter().map(|mine| (mine.id, mine.group.map(|group| group.name))).collect()
    };
    assert_eq!(named().await, [(choir.id, Some("Choir".to_owned()))]);
    groups::update(cx, mira, choir.id, GroupForm::new("Conspirators", GroupKind::Private)).await.unwrap();
    let form = LinkForm { role: None, uses: 1, days: 1 };
    let token = invitations::make_link(cx, mira, den.id, form).await.unwrap();
    forum.pass(std::time::Duration::from_secs(1));
    invitations::follow(cx, noor, &token, "").await.unwrap();
    assert_eq!(named().await, [(den.id, None), (choir.id, None)]);
    // It can still be withdrawn.
    requests::withdraw(cx, noor, choir.id).await.unwrap();
    assert_eq!(named().await, [(den.id, None)]);
    forum.drain().await;
}

async fn a_notice_names_a_group_only_to_people_who_may_see_it(forum: TestForum) {
    let (mira, noor, garden, den) = scene(&forum).await;
    let ada = forum.person("ada").await;
    let cx = &forum.cx;
    forum.admit(&den, &[ada]).await;
    let told = async |who: Viewer| {
        let told = notices::unread(cx, id(who)).await.unwrap().unwrap();
        notices::mark_read(cx, who, told.id).await.unwrap();
        (told.kind, told.group_name)
    };
    let topic = forum.topic(noor, &garden, "Plums", "Ripe.").await.topic;
    warnings::warn_in_group(cx, mira, garden.id, id(noor), "Quieter").await.unwrap();
    assert_eq!(told(noor).await, (NoticeKind::Warning, "Garden".to_owned()));
    moves::to_group(cx, mira, topic, den.id).await.unwrap();
    warnings::warn_in_group(cx, mira, den.id, id(noor), "Quieter").await.unwrap();
    assert_eq!(told(noor).await, (NoticeKind::Warning, "a group".to_owned()));
    members::ban(cx, mira, den.id, id(noor), "Too loud").await.unwrap();
    assert_eq!(told(noor).await, (NoticeKind::Ban, "a group".to_owned()));
    // Notices to former members name the group that banned them.
    members::ban(cx, mira, den.id, id(ada), "Too loud").await.unwrap();
    assert_eq!(told(ada).await, (NoticeKind::Ban, "Lions".to_owned()));
    forum.drain().await;
}
