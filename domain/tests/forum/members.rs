//! Members: requests, invitations, roles, removing and banning; archiving and deleting groups.

use crate::{complaint, id, is_forbidden, is_not_found};
use domain::groups::{self, GroupForm, invitations, members, requests};
use domain::live::presence;
use domain::live::unread;
use domain::messages::Target;
use domain::model::{GroupKind, Role, UserId};
use domain::people::admins;
use domain::people::{accounts, sessions};
use domain::platform::jobs::Task;
use domain::policy::Viewer;
use domain::testing::{TestForum, draft};
use domain::topics::placed;
use domain::{messages, search, topics};
use std::time::Duration;

stories! {
    requests_to_join_are_approved_or_declined,
    many_requests_are_answered_at_once,
    an_invited_person_accepts_or_declines,
    removed_members_may_rejoin_but_banned_ones_may_not,
    a_group_keeps_an_admin,
    a_closed_group_is_visible_but_not_readable_to_outsiders,
    an_archived_group_cannot_be_changed,
    a_deleted_group_disappears_for_everyone,
    a_topic_deleted_long_ago_is_purged,
    suspended_and_banned_people_are_signed_out_and_told_why,
    groups_are_discovered_by_category,
}

pub async fn role(forum: &TestForum, who: Viewer, group: domain::model::GroupId) -> Option<Role> {
    groups::by_id(&forum.cx, who, group).await.ok().and_then(|found| found.access.role())
}

async fn requests_to_join_are_approved_or_declined(forum: TestForum) {
    let cx = &forum.cx;
    let (mira, noor, ada) = (forum.person("mira").await, forum.person("noor").await, forum.person("ada").await);
    let choir = forum.group(mira, "Choir", GroupKind::Closed).await;
    assert!(is_forbidden(groups::join(cx, noor, choir.id).await));
    requests::ask(cx, noor, choir.id, "I sing alto.").await.unwrap();
    requests::ask(cx, noor, choir.id, "I sing alto, mostly.").await.unwrap();
    requests::ask(cx, ada, choir.id, "").await.unwrap();
    complaint(requests::ask(cx, ada, choir.id, &"x".repeat(1_001)).await, "message");
    assert!(is_forbidden(requests::waiting(cx, noor, choir.id).await));
    let (_, rows, total) = requests::waiting(cx, mira, choir.id).await.unwrap();
    let said: Vec<_> = rows.iter().map(|row| (row.person.username.as_str(), row.message.as_str())).collect();
    assert_eq!((said, total), (vec![("noor", "I sing alto, mostly."), ("ada", "")], 2));
    assert!(is_forbidden(requests::answer(cx, ada, choir.id, &[id(ada)], true).await));
    requests::answer(cx, mira, choir.id, &[id(noor)], true).await.unwrap();
    assert_eq!(role(&forum, noor, choir.id).await, Some(Role::Member));
    assert_eq!(unread::sidebar(cx, id(noor)).await.unwrap().groups.len(), 1);
    requests::answer(cx, mira, choir.id, &[id(ada)], false).await.unwrap();
    assert_eq!(role(&forum, ada, choir.id).await, None);
    assert!(is_forbidden(requests::ask(cx, ada, choir.id, "please").await), "not at once again");
    forum.pass(requests::PAUSE + Duration::from_secs(1));
    requests::ask(cx, ada, choir.id, "please").await.unwrap();
    requests::withdraw(cx, ada, choir.id).await.unwrap();
    assert!(is_not_found(requests::withdraw(cx, ada, choir.id).await));
    assert_eq!(requests::waiting(cx, mira, choir.id).await.unwrap().2, 0);
    // One cannot ask to join an open group, or one that one may not see.
    let garden = forum.group(mira, "Garden", GroupKind::Public).await;
    let secret = forum.group(mira, "Secret", GroupKind::Private).await;
    assert!(is_forbidden(requests::ask(cx, ada, garden.id, "").await));
    assert!(is_not_found(requests::ask(cx, ada, secret.id, "").await));
}

async fn many_requests_are_answered_at_once(forum: TestForum) {
    let cx = &forum.cx;
    let mira = forum.person("mira").await;
    let choir = forum.group(mira, "Choir", GroupKind::Closed).await;
    let mut all: Vec<UserId> = Vec::new();
    for n in 0..6 {
        let who = forum.person(&format!("singer{n}x")).await;
        requests::ask(cx, who, choir.id, "").await.unwrap();
        all.push(id(who));
    }
    // Two moderators who answer the same requests at once admit each user once.
    let noor = forum.person("noor").await;
    groups::admit(cx, choir.id, id(noor), Role::Moderator).await.unwrap();
    let (one, other) = tokio::join!(
        requests::answer(cx, mira, choir.id, &all[..5], true),
        requests::answer(cx, noor, choir.id, &all[1..], true)
    );
    assert_eq!(one.unwrap().1 + other.unwrap().1, 6);
    assert_eq!(presence::aside(cx, choir.id).await.unwrap().members, 8);
}

async fn an_invited_person_accepts_or_declines(forum: TestForum) {
    let cx = &forum.cx;
    let (mira, noor, ada) = (forum.person("mira").await, forum.person("noor").await, forum.person("ada").await);
    let secret = forum.group(mira, "Secret", GroupKind::Private).await;
    complaint(invitations::invite(cx, mira, secret.id, "nobody").await, "username");
    complaint(invitations::invite(cx, mira, secret.id, "mira").await, "username");
    invitations::invite(cx, mira, secret.id, "@Noor").await.unwrap();
    invitations::invite(cx, mira, secret.id, "ada").await.unwrap();
    assert_eq!(unread::sidebar(cx, id(noor)).await.unwrap().invited, 1);
    assert_eq!(invitations::mine(cx, noor).await.unwrap()[0].group.id, secret.id);
    assert!(is_not_found(groups::by_id(cx, noor, secret.id).await));
    invitations::accept(cx, noor, secret.id).await.unwrap();
    assert_eq!(role(&forum, noor, secret.id).await, Some(Role::Member));
    assert_eq!(unread::sidebar(cx, id(noor)).await.unwrap().invited, 0);
    invitations::decline(cx, ada, secret.id).await.unwrap();
    assert!(is_not_found(invitations::accept(cx, ada, secret.id).await));
    // An invitation ends when it is revoked, and when its author loses the role for it.
    invitations::invite(cx, mira, secret.id, "ada").await.unwrap();
    invitations::uninvite(cx, mira, secret.id, id(ada)).await.unwrap();
    assert!(is_not_found(invitations::accept(cx, ada, secret.id).await));
    assert!(is_forbidden(invitations::invite(cx, noor, secret.id, "ada").await));
    members::set_role(cx, mira, secret.id, id(noor), Role::Moderator).await.unwrap();
    invitations::invite(cx, noor, secret.id, "ada").await.unwrap();
    members::set_role(cx, mira, secret.id, id(noor), Role::Member).await.unwrap();
    assert_eq!(unread::sidebar(cx, id(ada)).await.unwrap().invited, 0);
    assert!(is_not_found(invitations::accept(cx, ada, secret.id).await));
}

async fn removed_members_may_rejoin_but_banned_ones_may_not(forum: TestForum) {
    let cx = &forum.cx;
    let (mira, noor, ada) = (forum.person("mira").await, forum.person("noor").await, forum.person("ada").await);
    let boss = forum.site_admin("boss").await;
    let garden = forum.group(mira, "Garden", GroupKind::Public).await;
    forum.admit(&garden, &[noor, ada]).await;
    assert!(is_forbidden(members::remove(cx, noor, garden.id, id(ada)).await));
    assert!(is_forbidden(members::remove(cx, mira, garden.id, id(mira)).await));
    members::set_role(cx, mira, garden.id, id(ada), Role::Moderator).await.unwrap();
    assert!(is_forbidden(members::remove(cx, ada, garden.id, id(mira)).await), "an admin stands above");
    members::remove(cx, ada, garden.id, id(noor)).await.unwrap();
    assert!(is_not_found(members::remove(cx, ada, garden.id, id(noor)).await));
    assert_eq!(role(&forum, noor, garden.id).await, None);
    groups::join(cx, noor, garden.id).await.unwrap();
    complaint(members::ban(cx, ada, garden.id, id(noor), " ").await, "reason");
    members::ban(cx, ada, garden.id, id(noor), "Shouting").await.unwrap();
    assert!(is_forbidden(groups::join(cx, noor, garden.id).await));
    assert!(is_forbidden(
        messages::submit(cx, noor, Target::NewTopic { group: garden.id, title: "x" }, draft("x")).await
    ));
    complaint(invitations::invite(cx, mira, garden.id, "noor").await, "username");
    let (_, bans) = members::bans(cx, mira, garden.id).await.unwrap();
    assert_eq!((bans[0].person.id, bans[0].reason.as_str(), bans[0].by_name.as_str()), (id(noor), "Shouting", "ada"));
    assert!(is_forbidden(members::lift_ban(cx, noor, garden.id, id(noor)).await));
    members::lift_ban(cx, ada, garden.id, id(noor)).await.unwrap();
    groups::join(cx, noor, garden.id).await.unwrap();
    // Site admins rank above all in groups that everyone can read. The oldest member becomes admin.
    members::ban(cx, boss, garden.id, id(mira), "Because").await.unwrap();
    assert_eq!(role(&forum, ada, garden.id).await, Some(Role::Admin));
}

async fn a_group_keeps_an_admin(forum: TestForum) {
    let cx = &forum.cx;
    let (mira, noor) = (forum.person("mira").await, forum.person("noor").await);
    let garden = forum.group(mira, "Garden", GroupKind::Public).await;
    assert!(is_forbidden(members::set_role(cx, mira, garden.id, id(mira), Role::Member).await));
    assert!(is_not_found(members::set_role(cx, mira, garden.id, id(noor), Role::Admin).await));
    forum.admit(&garden, &[noor]).await;
    assert!(is_forbidden(members::set_role(cx, noor, garden.id, id(noor), Role::Admin).await));
    members::hand_over(cx, mira, garden.id, id(noor)).await.unwrap();
    assert_eq!(
        (role(&forum, noor, garden.id).await, role(&forum, mira, garden.id).await),
        (Some(Role::Admin), Some(Role::Member))
    );
    assert!(is_forbidden(members::hand_over(cx, mira, garden.id, id(mira)).await));
    // When two admins step down at once, one of them stays.
    members::set_role(cx, noor, garden.id, id(mira), Role::Admin).await.unwrap();
    let (one, other) = tokio::join!(
        members::set_role(cx, mira, garden.id, id(mira), Role::Member),
        members::set_role(cx, noor, garden.id, id(noor), Role::Member)
    );
    assert_eq!(u8::from(one.is_ok()) + u8::from(other.is_ok()), 1);
}

async fn a_closed_group_is_visible_but_not_readable_to_outsiders(forum: TestForum) {
    let cx = &forum.cx;
    let (mira, noor, boss) = (forum.person("mira").await, forum.person("noor").await, forum.site_admin("boss").await);
    let choir = forum.group(mira, "Choir", GroupKind::Closed).await;
    let posted = forum.topic(mira, &choir, "Tuesday", "@noor @boss a quince song").await;
    forum.drain().await;
    forum.catch_up().await;
    for who in [noor, boss, Viewer::Anonymous] {
        let found = groups::by_slug(cx, who, "choir").await.unwrap();
        assert!(is_forbidden(groups::list_members(cx, &found, groups::MemberFilter::default(), 0, 10).await));
        assert!(is_not_found(topics::find(cx, who, posted.topic).await));
        assert!(is_not_found(placed::show(cx, who, posted.id).await));
        let question = search::Question { words: "quince".into(), limit: 20, ..Default::default() };
        assert_eq!(search::ask(cx, who, question).await.unwrap().total, 0);
    }
    assert_eq!(unread::sidebar(cx, id(noor)).await.unwrap().mentions, 0);
    assert!(!groups::is_public(cx, choir.id).await.unwrap());
}

async fn an_archived_group_cannot_be_changed(forum: TestForum) {
    let cx = &forum.cx;
    let (mira, noor, ada) = (forum.person("mira").await, forum.person("noor").await, forum.person("ada").await);
    let choir = forum.group(mira, "Choir", GroupKind::Closed).await;
    forum.admit(&choir, &[noor]).await;
    let posted = forum.topic(noor, &choir, "Tuesday", "A song").await;
    requests::ask(cx, ada, choir.id, "").await.unwrap();
    assert!(is_forbidden(groups::archive(cx, noor, choir.id, true).await));
    groups::archive(cx, mira, choir.id, true).await.unwrap();
    for answer in [
        messages::submit(cx, noor, Target::Topic(posted.topic), draft("x")).await.map(drop),
        messages::edit(cx, noor, posted.id, "x".into()).await.map(drop),
        messages::delete(cx, mira, posted.id).await.map(drop),
        domain::messages::stars::toggle(cx, noor, posted.id).await.map(drop),
        topics::rename(cx, mira, posted.topic, "x").await.map(drop),
        topics::delete(cx, mira, posted.topic).await.map(drop),
        messages::submit(cx, mira, Target::NewTopic { group: choir.id, title: "x" }, draft("x")).await.map(drop),
        requests::answer(cx, mira, choir.id, &[id(ada)], true).await.map(drop),
        invitations::invite(cx, mira, choir.id, "ada").await,
    ] {
        assert!(is_forbidden(answer));
    }
    assert!(placed::show(cx, noor, posted.id).await.is_ok(), "it is read as before");
    groups::archive(cx, mira, choir.id, false).await.unwrap();
    messages::submit(cx, noor, Target::Topic(posted.topic), draft("again")).await.unwrap();
    forum.drain().await;
}

async fn a_deleted_group_disappears_for_everyone(forum: TestForum) {
    let cx = &forum.cx;
    let (mira, noor, boss) = (forum.person("mira").await, forum.person("noor").await, forum.site_admin("boss").await);
    let secret = forum.group(mira, "Secret cove", GroupKind::Private).await;
    forum.admit(&secret, &[noor]).await;
    let posted = forum.topic(mira, &secret, "Treasure", "@noor under the oak").await;
    forum.drain().await;
    forum.catch_up().await;
    assert!(is_forbidden(groups::delete(cx, noor, secret.id, "Secret cove").await));
    complaint(groups::delete(cx, mira, secret.id, "Secret").await, "name");
    // Site admins cannot read it, but can delete it.
    assert!(is_not_found(groups::by_id(cx, boss, secret.id).await));
    groups::delete(cx, boss, secret.id, "Secret cove").await.unwrap();
    for who in [mira, noor, boss] {
        assert!(is_not_found(groups::by_id(cx, who, secret.id).await));
        assert!(is_not_found(topics::find(cx, who, posted.topic).await));
        assert!(is_not_found(placed::place(cx, who, posted.id).await));
        let sidebar = unread::sidebar(cx, id(who)).await.unwrap();
        assert_eq!((sidebar.groups.len(), sidebar.mentions), (0, 0));
    }
    let same = GroupForm { slug: secret.slug.clone(), ..GroupForm::new("Secret cove", GroupKind::Public) };
    complaint(groups::create(cx, noor, same).await, "slug");
    forum.drain().await;
    forum.catch_up().await;
    assert_eq!(domain::admin::doctor::examine(cx).await.unwrap().drift, Vec::<String>::new());
    forum.pass(Duration::from_secs(31 * 24 * 3_600));
    domain::reactors::run(cx, &domain::testing::DRAW, Task::Sweep { slot: "now".into() }).await.unwrap();
    assert_eq!(crate::tables::ints(&forum, "select count(*) from messages").await, [[0]]);
    groups::create(cx, noor, GroupForm::new("Secret cove", GroupKind::Public)).await.unwrap();
}

async fn a_topic_deleted_long_ago_is_purged(forum: TestForum) {
    let cx = &forum.cx;
    let mira = forum.person("mira").await;
    let garden = forum.group(mira, "Garden", GroupKind::Public).await;
    let (gone, stays) =
        (forum.topic(mira, &garden, "Plums", "Ripe?").await, forum.topic(mira, &garden, "Figs", "?").await);
    domain::topics::reads::mark(cx, mira, gone.topic, 1).await.unwrap();
    topics::delete(cx, mira, gone.topic).await.unwrap();
    forum.drain().await;
    forum.catch_up().await;
    let sweep = || Task::Sweep { slot: "now".into() };
    let left = async || crate::tables::ints(&forum, "select topic_id from messages order by id").await;
    forum.pass(Duration::from_secs(29 * 24 * 3_600));
    domain::reactors::run(cx, &domain::testing::DRAW, sweep()).await.unwrap();
    assert_eq!(left().await, [[gone.topic.0], [stays.topic.0]]);
    forum.pass(Duration::from_secs(2 * 24 * 3_600));
    domain::reactors::run(cx, &domain::testing::DRAW, sweep()).await.unwrap();
    assert_eq!(left().await, [[stays.topic.0]]);
    assert_eq!(crate::tables::ints(&forum, "select id from topics").await, [[stays.topic.0]]);
    assert_eq!(domain::admin::doctor::examine(cx).await.unwrap().drift, Vec::<String>::new());
}

async fn suspended_and_banned_people_are_signed_out_and_told_why(forum: TestForum) {
    let cx = &forum.cx;
    let (boss, noor, mira) = (forum.site_admin("boss").await, forum.person("noor").await, forum.person("mira").await);
    let origin = sessions::Origin::new([127, 0, 0, 1], "");
    let password = || domain::platform::secrets::Password::new(domain::testing::PASSWORD);
    let token = accounts::sign_in(cx, "noor", password(), &origin).await.unwrap();
    let accounts::SignedIn::Session(token) = token else { panic!("two-factor authentication is off") };
    assert!(sessions::authenticate(cx, &token).await.unwrap().is_some());
    let week = admins::Restriction::Suspend { days: 7 };
    assert!(is_not_found(admins::restrict(cx, mira, id(noor), week, "because").await));
    assert!(is_forbidden(admins::restrict(cx, boss, id(boss), week, "because").await));
    complaint(admins::restrict(cx, boss, id(noor), week, "").await, "reason");
    complaint(admins::restrict(cx, boss, id(noor), admins::Restriction::Suspend { days: 0 }, "because").await, "days");
    admins::restrict(cx, boss, id(noor), week, "Shouting").await.unwrap();
    assert!(sessions::authenticate(cx, &token).await.unwrap().is_none());
    let why = complaint(accounts::sign_in(cx, "noor", password(), &origin).await, "password");
    assert!(why.contains("suspended until") && why.contains("Shouting"), "{why}");
    let wrong = domain::platform::secrets::Password::new("a wrong password");
    let why = complaint(accounts::sign_in(cx, "noor", wrong, &origin).await, "password");
    assert!(!why.contains("suspended"), "only to a person who knows the password");
    forum.pass(Duration::from_secs(7 * 24 * 3_600 + 1));
    accounts::sign_in(cx, "noor", password(), &origin).await.unwrap();
    admins::restrict(cx, boss, id(noor), admins::Restriction::Ban, "Selling").await.unwrap();
    forum.pass(Duration::from_secs(365 * 24 * 3_600));
    let why = complaint(accounts::sign_in(cx, "noor", password(), &origin).await, "password");
    assert!(why.contains("banned") && why.contains("Selling"), "{why}");
    admins::restrict(cx, boss, id(noor), admins::Restriction::Lift, "").await.unwrap();
    accounts::sign_in(cx, "noor", password(), &origin).await.unwrap();
}

async fn groups_are_discovered_by_category(forum: TestForum) {
    use domain::model::{Category, DirectoryFilter, DirectoryOrder};
    let cx = &forum.cx;
    let (mira, noor) = (forum.person("mira").await, forum.person("noor").await);
    for (name, kind, category) in [
        ("Choir", GroupKind::Closed, Category::Music),
        ("Quartet", GroupKind::Private, Category::Music),
        ("Garden", GroupKind::Public, Category::Home),
    ] {
        groups::create(cx, mira, GroupForm { category, ..GroupForm::new(name, kind) }).await.unwrap();
    }
    let names = |category| async move {
        let wanted = DirectoryFilter { words: "", category, order: DirectoryOrder::Name };
        let (rows, _) = groups::discover(cx, noor, wanted, 0, 10).await.unwrap();
        rows.into_iter().map(|row| row.group.name).collect::<Vec<_>>()
    };
    assert_eq!(names(None).await, ["Choir", "Garden"]);
    assert_eq!(names(Some(Category::Music)).await, ["Choir"]);
    assert_eq!(names(Some(Category::Games)).await, Vec::<String>::new());
}
