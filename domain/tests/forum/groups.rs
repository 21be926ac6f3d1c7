//! Groups: finding, joining, leaving, changing them.

use crate::{ABSENT, complaint, describe, id, is_forbidden, is_not_found};
use domain::groups::{self, GroupForm};
use domain::live::presence;
use domain::live::unread;
use domain::messages::{Target, by_person};
use domain::messages::{mentions, stars};
use domain::model::{
    DirectoryFilter, DirectoryOrder as DiscoverOrder, GroupId, GroupKind, MessageId, ReadPosition, Role, TopicId,
};
use domain::policy::Viewer;
use domain::search::{self, Question};
use domain::testing::{TestForum, draft};
use domain::topics::placed;
use domain::topics::{moves, reads};
use domain::{messages, topics};
use std::time::Duration;

stories! {
    opening_a_group_to_more_readers_requires_confirmation,
    a_private_group_answers_outsiders_like_one_that_does_not_exist,
    lists_leave_out_private_groups_for_outsiders,
    two_groups_cannot_share_an_address,
    a_new_group_does_not_reveal_the_address_of_a_private_one,
    old_addresses_redirect_for_people_who_may_see_the_group,
    only_admins_change_a_group,
    a_public_group_made_private_disappears_for_outsiders_at_once,
    groups_are_found_by_words_in_order,
    members_are_listed_moderators_first_with_their_presence,
    deleted_topics_do_not_count_as_activity_of_their_group,
}

pub fn form(name: &str, kind: GroupKind) -> GroupForm {
    GroupForm { description: "About *things*".into(), ..GroupForm::new(name, kind) }
}

fn wanted(words: &str, order: DiscoverOrder) -> DirectoryFilter<'_> {
    DirectoryFilter { words, category: None, order }
}

fn question(words: &str, group: Option<&str>) -> Question {
    Question { words: words.into(), group: group.map(Into::into), limit: 20, ..Default::default() }
}

async fn a_private_group_answers_outsiders_like_one_that_does_not_exist(forum: TestForum) {
    let cx = &forum.cx;
    let mira = forum.person("mira").await;
    let (noor, boss) = (forum.person("noor").await, forum.site_admin("boss").await);
    let secret = forum.group(mira, "Secret", GroupKind::Private).await;
    let posted = forum.topic(mira, &secret, "Plans", "@noor the plan").await;
    forum.drain().await;
    let (topic, message) = (posted.topic, posted.id);
    let (no_group, no_topic, no_message) = (GroupId(ABSENT), TopicId(ABSENT), MessageId(ABSENT));
    for who in [noor, boss, Viewer::Anonymous] {
        macro_rules! alike {
            ($($call:expr, $absent:expr);+ $(;)?) => { $({
                let (there, absent) = (describe($call.await), describe($absent.await));
                assert_eq!(there, absent, "{who:?}: {}", stringify!($call));
                assert!(there == "NotFound" || there == "SignedOut", "{who:?}: {} gives {there}", stringify!($call));
            })+ };
        }
        alike! {
            groups::by_slug(cx, who, &secret.slug), groups::by_slug(cx, who, "absent");
            groups::by_id(cx, who, secret.id), groups::by_id(cx, who, no_group);
            groups::update(cx, who, secret.id, form("x", GroupKind::Public)), groups::update(cx, who, no_group, form("x", GroupKind::Public));
            groups::join(cx, who, secret.id), groups::join(cx, who, no_group);
            groups::leave(cx, who, secret.id), groups::leave(cx, who, no_group);
            topics::find(cx, who, topic), topics::find(cx, who, no_topic);
            topics::by_slug(cx, who, &secret.slug, "plans"), topics::by_slug(cx, who, "absent", "plans");
            messages::submit(cx, who, Target::NewTopic { group: secret.id, title: "x" }, draft("x")), messages::submit(cx, who, Target::NewTopic { group: no_group, title: "x" }, draft("x"));
            messages::submit(cx, who, Target::NewTopic { group: secret.id, title: "" }, draft("")), messages::submit(cx, who, Target::NewTopic { group: no_group, title: "" }, draft(""));
            topics::rename(cx, who, topic, "x"), topics::rename(cx, who, no_topic, "x");
            topics::delete(cx, who, topic), topics::delete(cx, who, no_topic);
            placed::show(cx, who, message), placed::show(cx, who, no_message);
            placed::place(cx, who, message), placed::place(cx, who, no_message);
            messages::submit(cx, who, Target::Topic(topic), draft("x")), messages::submit(cx, who, Target::Topic(no_topic), draft("x"));
            messages::submit(cx, who, Target::Topic(topic), draft("")), messages::submit(cx, who, Target::Topic(no_topic), draft(""));
            messages::editable(cx, who, message), messages::editable(cx, who, no_message);
            messages::deletable(cx, who, message), messages::deletable(cx, who, no_message);
            messages::edit(cx, who, message, "x".into()), messages::edit(cx, who, no_message, "x".into());
            messages::delete(cx, who, message), messages::delete(cx, who, no_message);
            stars::toggle(cx, who, message), stars::toggle(cx, who, no_message);
            reads::mark(cx, who, topic, 1), reads::mark(cx, who, no_topic, 1);
            search::ask(cx, who, question("plan", Some(&secret.slug))), search::ask(cx, who, question("plan", Some("absent")));
        }
        assert!(!groups::is_public(cx, secret.id).await.unwrap());
    }
    assert!(groups::by_slug(cx, mira, &secret.slug).await.is_ok());
    assert!(placed::show(cx, mira, message).await.is_ok());
    reads::seen(cx, id(noor), topic, ReadPosition { numbering: 0, seq: 1 }).await.unwrap();
    reads::mark_shown(cx, noor, &format!("{topic}:1")).await.unwrap();
    assert_eq!(
        crate::tables::ints(&forum, "select user_id from reads").await,
        Vec::<Vec<i64>>::new(),
        "nothing is noted either"
    );
}

async fn lists_leave_out_private_groups_for_outsiders(forum: TestForum) {
    let cx = &forum.cx;
    let (mira, ada) = (forum.person("mira").await, forum.person("ada").await);
    let (noor, boss) = (forum.person("noor").await, forum.site_admin("boss").await);
    let secret = forum.group(mira, "Secret", GroupKind::Private).await;
    forum.admit(&secret, &[ada]).await;
    let garden = forum.group(mira, "Garden", GroupKind::Public).await;
    forum.topic(mira, &secret, "Plans for a plum", "@noor @ada @boss a plum plan").await;
    forum.topic(mira, &garden, "Plum", "a plum tree").await;
    forum.drain().await;
    forum.catch_up().await;
    for (who, sees) in [(ada, true), (noor, false), (boss, false), (Viewer::Anonymous, false)] {
        let profile = by_person::profile(cx, who, "mira").await.unwrap();
        assert_eq!(profile.groups.iter().any(|g| g.id == secret.id), sees, "{who:?}");
        assert_eq!(profile.recent.iter().any(|p| p.group.id == secret.id), sees, "{who:?}");
        assert!(
            profile.groups.iter().any(|g| g.id == garden.id) && profile.recent.iter().any(|p| p.group.id == garden.id)
        );
        for order in [DiscoverOrder::Recent, DiscoverOrder::Popular, DiscoverOrder::Name] {
            let (found, _) = groups::discover(cx, who, wanted("", order), 0, 50).await.unwrap();
            assert_eq!(found.iter().any(|row| row.group.id == secret.id), sees, "{who:?}");
        }
        let answer = search::ask(cx, who, question("plum", None)).await.unwrap();
        assert_eq!(answer.hits.iter().any(|hit| hit.placed.group.id == secret.id), sees, "{who:?}");
        assert_eq!(answer.total, if sees { 4 } else { 2 }, "what is not seen is not counted: {who:?}");
        if let Some(user) = who.id() {
            assert_eq!(mentions::list(cx, who, None, 10).await.unwrap().0.len(), usize::from(sees));
            assert_eq!(unread::sidebar(cx, user).await.unwrap().mentions, i64::from(sees));
        }
    }
}

async fn two_groups_cannot_share_an_address(forum: TestForum) {
    let cx = &forum.cx;
    let mira = forum.person("mira").await;
    let garden = groups::create(cx, mira, form("Garden & Pond", GroupKind::Public)).await.unwrap();
    assert_eq!(garden.slug, "garden-pond");
    assert_eq!(groups::by_slug(cx, mira, "garden-pond").await.unwrap().group, garden);
    let taken = GroupForm { slug: "garden-pond".into(), ..form("Pond", GroupKind::Closed) };
    complaint(groups::create(cx, mira, taken).await, "slug");
    // Without a slug, a free one is chosen.
    assert_eq!(groups::create(cx, mira, form("garden pond", GroupKind::Closed)).await.unwrap().slug, "garden-pond-2");
    // A name in another script is transliterated, and one without letters gets the group's id.
    assert_eq!(groups::create(cx, mira, form("Сад и пруд", GroupKind::Public)).await.unwrap().slug, "sad-i-prud");
    let party = groups::create(cx, mira, form("🎉", GroupKind::Public)).await.unwrap();
    assert_eq!(party.slug, format!("group-{}", party.id));
    assert_eq!(groups::by_slug(cx, mira, &party.slug).await.unwrap().group, party);
    complaint(groups::create(cx, mira, form("Search", GroupKind::Public)).await, "slug");
    for slug in ["a/b", "ä", "-x", "a.b", "live", &"x".repeat(81)] {
        complaint(
            groups::create(cx, mira, GroupForm { slug: slug.into(), ..form("Fine", GroupKind::Public) }).await,
            "slug",
        );
    }
    let chosen =
        groups::create(cx, mira, GroupForm { slug: " Niwa ".into(), ..form("庭", GroupKind::Public) }).await.unwrap();
    assert_eq!(chosen.slug, "niwa");
    complaint(groups::create(cx, mira, form(" ", GroupKind::Public)).await, "name");
    assert_eq!(describe(groups::create(cx, Viewer::Anonymous, form("Fine", GroupKind::Public)).await), "SignedOut");
}

async fn a_new_group_does_not_reveal_the_address_of_a_private_one(forum: TestForum) {
    let cx = &forum.cx;
    let (mira, noor) = (forum.person("mira").await, forum.person("noor").await);
    let typed = |kind| GroupForm { slug: "secret-plans".into(), ..form("Secret plans", kind) };
    let mut slugs = Vec::new();
    for wanted in [typed(GroupKind::Private), typed(GroupKind::Private), form("Secret plans", GroupKind::Private)] {
        let slug = groups::create(cx, mira, wanted).await.unwrap().slug;
        assert!(slug.starts_with("secret-plans-") && slug.len() == "secret-plans-".len() + 8, "{slug}");
        assert!(!slugs.contains(&slug));
        assert!(groups::by_slug(cx, mira, &slug).await.is_ok());
        slugs.push(slug);
    }
    // Others who choose the same words get the address as if the private group did not exist.
    assert_eq!(groups::create(cx, noor, typed(GroupKind::Public)).await.unwrap().slug, "secret-plans");
    // Also where a group became private later.
    let garden = groups::create(cx, mira, form("Garden", GroupKind::Public)).await.unwrap();
    groups::update(cx, mira, garden.id, form("Garden", GroupKind::Private)).await.unwrap();
    assert_eq!(groups::create(cx, noor, form("Garden", GroupKind::Public)).await.unwrap().slug, "garden");
    forum.drain().await;
}

async fn old_addresses_redirect_for_people_who_may_see_the_group(forum: TestForum) {
    let cx = &forum.cx;
    let (mira, noor) = (forum.person("mira").await, forum.person("noor").await);
    let garden = forum.group(mira, "Garden", GroupKind::Public).await;
    let posted = forum.topic(mira, &garden, "Plums", "Ripe").await;
    let there = groups::update(cx, mira, garden.id, form("Garden", GroupKind::Private)).await.unwrap();
    assert_ne!(there.slug, "garden");
    assert!(is_not_found(groups::by_slug(cx, mira, "garden").await));
    assert_eq!(groups::formerly(cx, mira, "garden").await.unwrap().slug, there.slug);
    match moves::at(cx, mira, "garden", "plums").await.unwrap() {
        moves::At::Moved(path) => assert_eq!(path, format!("/{}/plums/", there.slug)),
        moves::At::Here(_) => panic!("it is elsewhere"),
    }
    for outsider in [noor, Viewer::Anonymous] {
        assert!(is_not_found(groups::formerly(cx, outsider, "garden").await));
        assert!(is_not_found(groups::formerly(cx, outsider, "absent").await));
        assert!(is_not_found(moves::at(cx, outsider, "garden", "plums").await));
        assert!(is_not_found(moves::at(cx, outsider, &there.slug, "plums").await));
    }
    // A topic that left before is found over the former address of its group too.
    let orchard = forum.group(mira, "Orchard", GroupKind::Private).await;
    moves::to_group(cx, mira, posted.topic, orchard.id).await.unwrap();
    match moves::at(cx, mira, "garden", "plums").await.unwrap() {
        moves::At::Moved(path) => assert_eq!(path, format!("/{}/plums/", orchard.slug)),
        moves::At::Here(_) => panic!("it is elsewhere"),
    }
    // Opened again, it keeps its address, and everyone is led to it.
    groups::update(cx, mira, garden.id, form("Garden", GroupKind::Public)).await.unwrap();
    assert_eq!(groups::formerly(cx, noor, "garden").await.unwrap().slug, there.slug);
    // Until another group takes the address.
    let new = forum.group(noor, "Garden", GroupKind::Public).await;
    assert_eq!(new.slug, "garden");
    assert_eq!(groups::by_slug(cx, mira, "garden").await.unwrap().group.id, new.id);
    assert!(is_not_found(groups::formerly(cx, mira, "garden").await));
    forum.drain().await;
}

async fn only_admins_change_a_group(forum: TestForum) {
    let cx = &forum.cx;
    let (mira, noor, boss) = (forum.person("mira").await, forum.person("noor").await, forum.site_admin("boss").await);
    let garden = forum.group(mira, "Garden", GroupKind::Public).await;
    forum.admit(&garden, &[noor]).await;
    for who in [noor, Viewer::Anonymous] {
        assert!(is_forbidden(groups::update(cx, who, garden.id, form("Mine", GroupKind::Private)).await));
    }
    complaint(groups::update(cx, mira, garden.id, form("", GroupKind::Public)).await, "name");
    let changed =
        groups::update(cx, boss, garden.id, GroupForm { slug: "other".into(), ..form("Orchard", GroupKind::Public) })
            .await
            .unwrap();
    assert_eq!((changed.name.as_str(), changed.slug.as_str()), ("Orchard", "garden"), "links hold");
    assert_eq!(groups::by_id(cx, noor, garden.id).await.unwrap().group, changed);
    forum.drain().await;
    assert_eq!(unread::sidebar(cx, id(noor)).await.unwrap().groups[0].name, "Orchard");
}

async fn a_public_group_made_private_disappears_for_outsiders_at_once(forum: TestForum) {
    let cx = &forum.cx;
    let (mira, noor) = (forum.person("mira").await, forum.person("noor").await);
    let garden = forum.group(mira, "Garden", GroupKind::Public).await;
    let posted = forum.topic(mira, &garden, "Plums", "@noor the plums").await;
    forum.drain().await;
    forum.catch_up().await;
    forum.pass(Duration::from_secs(5));
    assert_eq!(unread::sidebar(cx, id(noor)).await.unwrap().mentions, 1);
    assert_eq!(search::ask(cx, noor, question("plums", None)).await.unwrap().total, 2);
    groups::update(cx, mira, garden.id, form("Garden", GroupKind::Private)).await.unwrap();
    // Before any job has run.
    assert_eq!(search::ask(cx, noor, question("plums", None)).await.unwrap().total, 0);
    assert!(is_not_found(placed::show(cx, noor, posted.id).await));
    assert!(mentions::list(cx, noor, None, 10).await.unwrap().0.is_empty());
    assert!(is_not_found(groups::join(cx, noor, garden.id).await));
    forum.drain().await;
    assert_eq!(unread::sidebar(cx, id(noor)).await.unwrap().mentions, 0);
    groups::update(cx, mira, garden.id, form("Garden", GroupKind::Public)).await.unwrap();
    forum.drain().await;
    assert_eq!(unread::sidebar(cx, id(noor)).await.unwrap().mentions, 1, "and comes back with it");
}

async fn opening_a_group_to_more_readers_requires_confirmation(forum: TestForum) {
    let cx = &forum.cx;
    let (mira, noor, sven) = (forum.person("mira").await, forum.person("noor").await, forum.person("sven").await);
    let secret = forum.group(mira, "Secret", GroupKind::Private).await;
    forum.admit(&secret, &[sven]).await;
    let posted = forum.topic(sven, &secret, "Plans", "Among us").await;
    domain::groups::members::ban(cx, mira, secret.id, id(sven), "Told it outside").await.unwrap();
    for kind in [GroupKind::Closed, GroupKind::Public] {
        let form = GroupForm { opens: false, ..form("Secret", kind) };
        complaint(groups::update(cx, mira, secret.id, form).await, "kind");
        assert!(is_not_found(placed::show(cx, noor, posted.id).await));
    }
    // No confirmation is needed when no more people can read it than before.
    for (kind, name) in [(GroupKind::Private, "Our secret"), (GroupKind::Private, "Secret")] {
        groups::update(cx, mira, secret.id, GroupForm { opens: false, ..form(name, kind) }).await.unwrap();
    }
    forum.pass(Duration::from_secs(60));
    groups::update(cx, mira, secret.id, form("Secret", GroupKind::Public)).await.unwrap();
    placed::show(cx, noor, posted.id).await.unwrap();
    // Log entries from when the group was private stay private.
    use domain::model::LogAction;
    use domain::moderation::log;
    let read = async |who| {
        let (_, page) = log::of_group(cx, who, secret.id, None, None).await.unwrap();
        page.lines.into_iter().map(|line| line.what).collect::<Vec<_>>()
    };
    assert_eq!(read(noor).await, [LogAction::GroupEdited]);
    assert!(read(mira).await.contains(&LogAction::MemberBanned));
    let site = log::of_site(cx, noor, None, None).await.unwrap();
    assert!(site.lines.iter().all(|line| line.what != LogAction::MemberBanned));
    forum.drain().await;
}

async fn groups_are_found_by_words_in_order(forum: TestForum) {
    let cx = &forum.cx;
    let (mira, noor) = (forum.person("mira").await, forum.person("noor").await);
    let tea = forum.group(mira, "Tea", GroupKind::Public).await;
    let bread = forum.group(mira, "Bread", GroupKind::Public).await;
    let cheese = forum.group(mira, "Cheese", GroupKind::Public).await;
    forum.admit(&cheese, &[noor]).await;
    forum.topic(mira, &tea, "Oolong", "It is good.").await;
    let names = |words: &'static str, order, page, limit| async move {
        let (rows, more) = groups::discover(cx, noor, wanted(words, order), page, limit).await.unwrap();
        (rows.into_iter().map(|row| row.group.name).collect::<Vec<_>>(), more)
    };
    assert_eq!(names("", DiscoverOrder::Recent, 0, 10).await.0, ["Tea", "Cheese", "Bread"]);
    assert_eq!(names("", DiscoverOrder::Popular, 0, 10).await.0, ["Cheese", "Tea", "Bread"]);
    assert_eq!(names("", DiscoverOrder::Name, 0, 10).await.0, ["Bread", "Cheese", "Tea"]);
    assert_eq!(names("", DiscoverOrder::Name, 0, 2).await, (vec!["Bread".into(), "Cheese".into()], true));
    assert_eq!(names("", DiscoverOrder::Name, 1, 2).await, (vec!["Tea".into()], false));
    assert_eq!(names("BREA%", DiscoverOrder::Name, 0, 10).await.0, ["Bread"]);
    let (rows, _) = groups::discover(cx, noor, wanted("chee", DiscoverOrder::Name), 0, 10).await.unwrap();
    assert_eq!((rows[0].members, rows[0].topics, rows[0].is_member), (2, 0, true));
    assert_eq!(rows[0].last_message_at, cheese.created_at);
    let (all, _) = domain::admin::groups(cx, forum.site_admin("boss").await, "", "", 0, 10).await.unwrap();
    assert_eq!(all.iter().map(|(row, _)| row.group.id).collect::<Vec<_>>(), [bread.id, cheese.id, tea.id]);
    assert_eq!((all[2].0.topics, all[2].0.role), (1, None));
}

async fn deleted_topics_do_not_count_as_activity_of_their_group(forum: TestForum) {
    let cx = &forum.cx;
    let (mira, boss) = (forum.person("mira").await, forum.site_admin("boss").await);
    let tea = forum.group(mira, "Tea", GroupKind::Public).await;
    let first = forum.topic(mira, &tea, "Oolong", "It is good.").await.topic;
    let last_at = async || domain::admin::groups(cx, boss, "", "", 0, 10).await.unwrap().0[0].0.last_message_at;
    let then = last_at().await;
    forum.pass(std::time::Duration::from_secs(60));
    let second = forum.topic(mira, &tea, "Sencha", "It is better.").await.topic;
    assert!(last_at().await > then);
    topics::delete(cx, mira, second).await.unwrap();
    assert_eq!(last_at().await, then);
    let version = async || {
        let row = domain::store::topics::subjects(&cx.db, &[first]).await.unwrap().remove(0).row;
        row.topic.version
    };
    let before = version().await;
    groups::delete(cx, mira, tea.id, "Tea").await.unwrap();
    assert_eq!(version().await, before + 1, "a late event of the topic is older than its deletion");
    forum.drain().await;
}

async fn members_are_listed_moderators_first_with_their_presence(forum: TestForum) {
    let cx = &forum.cx;
    let (mira, noor, ada) = (forum.person("mira").await, forum.person("Noor").await, forum.person("ada").await);
    let garden = forum.group(mira, "Garden", GroupKind::Public).await;
    forum.admit(&garden, &[noor, ada]).await;
    let found = groups::by_id(cx, Viewer::Anonymous, garden.id).await.unwrap();
    let (total, rows, more) = groups::list_members(cx, &found, groups::MemberFilter::default(), 0, 2).await.unwrap();
    assert_eq!(
        (rows.iter().map(|m| m.person.username.as_str()).collect::<Vec<_>>(), more),
        (vec!["mira", "ada"], true)
    );
    assert_eq!((rows[0].role, rows[1].role), (Role::Admin, Role::Member));
    let (_, rows, more) = groups::list_members(cx, &found, groups::MemberFilter::default(), 1, 2).await.unwrap();
    assert_eq!(total, 3);
    assert_eq!((rows.len(), rows[0].person.username.as_str(), more), (1, "Noor", false));
    let wanted = async |words: &str, role| {
        let filter = groups::MemberFilter { words, role };
        let (_, rows, _) = groups::list_members(cx, &found, filter, 0, 9).await.unwrap();
        rows.into_iter().map(|row| row.person.username).collect::<Vec<_>>()
    };
    assert_eq!(wanted("OO", None).await, ["Noor"]);
    assert_eq!(wanted("", Some(Role::Admin)).await, ["mira"]);
    assert_eq!(wanted("a", Some(Role::Member)).await, ["ada"]);
    assert_eq!(wanted("%", Some(Role::Moderator)).await, [""; 0]);
    let stranger = forum.person("stranger").await;
    cx.bus.seen(&[id(noor), id(stranger)]).await.unwrap();
    let aside = presence::aside(cx, garden.id).await.unwrap();
    assert_eq!((aside.members, aside.here.iter().map(|p| p.username.as_str()).collect::<Vec<_>>()), (3, vec!["Noor"]));
}
