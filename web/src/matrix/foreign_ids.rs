//! Each id is looked up within its parent: with the path of another group, even that group's admin gets "not found".

use domain::testing::TestForum;

use super::actors::Actor;
use super::client::Client;
use super::states::{Scope, State};
use super::world::{World, keyed};
use domain::groups;
use domain::groups::{invitations, members, requests};

#[actix_web::test]
async fn ids_of_other_groups_are_not_found_on_sqlite() {
    ids_of_other_groups_are_not_found(TestForum::sqlite().await).await;
}

#[actix_web::test]
async fn ids_of_other_groups_are_not_found_on_postgres() {
    ids_of_other_groups_are_not_found(TestForum::postgres().await).await;
}

async fn ids_of_other_groups_are_not_found(forum: TestForum) {
    let client = Client::open(&forum).await;
    let mut world = World::make(&forum).await;
    let theirs = world.stage(&forum, State::Closed, Scope::Whole).await;
    // A group of the admin's own, otherwise empty.
    let own = forum.group(world.who(Actor::Admin), "Own", domain::model::GroupKind::Closed).await;
    let cx = &forum.cx;
    let own_topic = domain::messages::submit(
        cx,
        world.who(Actor::Admin),
        domain::messages::Target::NewTopic { group: own.id, title: "Own topic" },
        keyed("mine"),
    )
    .await;
    let own_topic = own_topic.expect("a topic").topic;
    // In the other group, the admin has no role.
    members::remove(cx, world.maker, theirs.group.id, world.who(Actor::Admin).id().expect("an account"))
        .await
        .expect_err("an admin stands as high");
    let admin = world.who(Actor::Admin);
    groups::leave(cx, admin, theirs.group.id).await.expect("left");
    let (target, outcast, guest, asker) = (world.target, world.outcast, world.guest, world.asker);
    let number = |who: domain::policy::Viewer| who.id().expect("an account").0;
    let base = format!("/-/groups/{}", own.id);
    let before = dump(&forum, &world, theirs.group.id).await;
    for (path, word) in [
        (format!("{base}/members/{}/role", number(target)), ""),
        (format!("{base}/members/{}/hand-over", number(target)), ""),
        (format!("{base}/members/{}/remove", number(target)), ""),
        (format!("{base}/members/{}/ban", number(target)), "reason"),
        (format!("{base}/members/{}/ban", number(outcast)), "reason"),
        (format!("{base}/members/{}/ban", number(asker)), "reason"),
        (format!("{base}/members/{}/warn", number(target)), "warning"),
        (format!("{base}/members/{}/clear", number(target)), "reason"),
        (format!("{base}/removals/{}/undo", theirs.removal), ""),
        (format!("{base}/warnings/{}/take-back", theirs.warning), ""),
        (format!("{base}/bans/{}/lift", number(outcast)), ""),
        (format!("{base}/invited/{}/uninvite", number(guest)), ""),
        (format!("{base}/invitations/{}/revoke", theirs.invitation), ""),
        (format!("/-/topics/{}/messages", theirs.topic), "text"),
        (format!("/-/topics/{}/preview", theirs.topic), "text"),
        (format!("/-/topics/{}/edit", theirs.topic), "title"),
        (format!("/-/topics/{}/delete", theirs.topic), ""),
        (format!("/-/topics/{}/level", theirs.topic), ""),
        (format!("/-/topics/{}/split", theirs.topic), "title"),
        (format!("/-/topics/{}/merge", theirs.topic), "into"),
        (format!("/-/messages/{}/edit", theirs.message), "text"),
        (format!("/-/messages/{}/delete", theirs.message), ""),
        (format!("/-/messages/{}/star", theirs.message), ""),
        (format!("/-/messages/{}/unread", theirs.message), ""),
        (format!("/-/messages/{}/report", theirs.message), ""),
        (format!("/-/reports/{}", theirs.report), ""),
        (format!("/-/rules/{}", theirs.rule), ""),
        (format!("/-/rules/{}/switch", theirs.rule), ""),
        (format!("/-/rules/{}/delete", theirs.rule), ""),
        (format!("/-/held/{}/withdraw", theirs.held), ""),
    ] {
        let mut fields =
            vec![("role", "admin".to_owned()), ("verdict", "deleted".to_owned()), ("group", own.id.to_string())];
        if !word.is_empty() {
            fields.push((word, "swapped".to_owned()));
        }
        let answer = client.send(&forum, &mut world, "post", &path, &fields, Actor::Admin).await;
        assert_eq!(answer.status, 404, "{path}");
    }
    for path in [
        format!("/{}/{}/", own.slug, theirs.topic_slug),
        format!("{base}/members/{}", number(target)),
        format!("/-/messages/{}", theirs.message),
        format!("/-/messages/{}/edit", theirs.message),
        format!("/-/messages/{}/reply", theirs.message),
        format!("/-/messages/{}/replies", theirs.message),
        format!("/-/messages/{}/report", theirs.message),
        format!("/-/topics/{}/complete?q=@m&named=m", theirs.topic),
        format!("/-/rules/{}", theirs.rule),
        format!("/-/topics/{}/edit", theirs.topic),
        format!("/-/topics/{}/split", theirs.topic),
        format!("/-/topics/{}/split?from={}", own_topic, theirs.message),
        format!("/-/topics/{}/merge", theirs.topic),
        format!("/-/direct/{}/add", own.id),
        format!("/-/direct/{}/add", theirs.group.id),
    ] {
        let answer = client.send(&forum, &mut world, "get", &path, &[], Actor::Admin).await;
        assert_eq!(answer.status, 404, "{path}");
    }
    // Pending messages of another group cannot be answered here.
    for one in ["approve", "decline"] {
        let fields = [("one", format!("{one}:{}", theirs.held)), ("reason", "because".to_owned())];
        let answer = client.send(&forum, &mut world, "post", &format!("{base}/held"), &fields, Actor::Admin).await;
        assert_eq!(answer.status, 303);
    }
    let (_, waiting) =
        domain::moderation::approval_queue::of_group(cx, world.maker, theirs.group.id).await.expect("what waits");
    assert_eq!(waiting.len(), 1);
    // A request to join another group cannot be approved here.
    let fields = [("one", format!("approve:{}", number(asker)))];
    let answer = client.send(&forum, &mut world, "post", &format!("{base}/requests"), &fields, Actor::Admin).await;
    assert_eq!(answer.status, 303);
    let found = groups::by_id(cx, admin, own.id).await.expect("the own group");
    assert_eq!(
        groups::list_members(cx, &found, groups::MemberFilter::default(), 0, 10).await.expect("its members").0,
        1
    );
    assert_eq!(dump(&forum, &world, theirs.group.id).await, before, "nothing changed elsewhere");
}

/// Returns the members, requests and bans of a group, as its moderators see them.
async fn dump(forum: &TestForum, world: &World, group: domain::model::GroupId) -> String {
    let (cx, maker) = (&forum.cx, world.maker);
    let found = groups::by_id(cx, maker, group).await.expect("the group");
    let (_, members, _) =
        groups::list_members(cx, &found, groups::MemberFilter::default(), 0, 100).await.expect("its members");
    let shown = invitations::list(cx, maker, group).await.expect("its invitations");
    let (_, bans) = domain::groups::members::bans(cx, maker, group).await.expect("its bans");
    let (_, waiting, _) = requests::waiting(cx, maker, group).await.expect("who waits");
    format!("{members:?} {:?} {:?} {bans:?} {waiting:?}", shown.links, shown.invited)
}
