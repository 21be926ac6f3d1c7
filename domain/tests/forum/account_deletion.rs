//! Renaming, data export and account deletion.

use domain::messages::{Target, by_person};
use domain::topics::placed;
use std::time::Duration;

use domain::admin::doctor;
use domain::bus::Stream;
use domain::messages::by_person::Shown;
use domain::messages::stars;
use domain::model::{GroupKind, Role, UserId};
use domain::people::accounts::NewAccount;
use domain::people::sessions::Origin;
use domain::people::{account_deletion, accounts, export, sessions};
use domain::platform::secrets::Password;
use domain::policy::Viewer;
use domain::testing::{PASSWORD, TestForum, draft};
use domain::{groups, messages, search, store};
use futures_util::TryStreamExt;
use serde_json::Value;

use crate::{complaint, describe, id, is_forbidden, is_not_found, live, mentions_of, tables, unread};

stories! {
    an_old_name_redirects_to_the_new_one_and_stays_reserved,
    a_name_cannot_be_taken_while_its_owner_gives_it_up,
    a_download_contains_only_what_its_owner_wrote,
    messages_of_a_deleted_account_stay_under_a_placeholder_name,
    people_can_delete_their_messages_with_their_account,
    the_name_of_a_deleted_account_is_reserved_for_a_while,
    the_only_site_admin_cannot_leave_and_groups_keep_an_admin,
    unreachable_groups_are_deleted_with_their_last_member,
}

fn origin() -> Origin {
    Origin::new([203, 0, 113, 7], "Test/1")
}

fn pass() -> Password {
    Password::new(PASSWORD)
}

async fn sign_up(forum: &TestForum, name: &str) -> domain::Result<UserId> {
    accounts::create(&forum.cx, NewAccount { username: name.into(), email: String::new(), password: pass() }, false)
        .await
}

async fn an_old_name_redirects_to_the_new_one_and_stays_reserved(forum: TestForum) {
    let cx = &forum.cx;
    let (mira, noor) = (forum.person("mira").await, forum.person("noor").await);
    let garden = forum.group(mira, "Garden", GroupKind::Public).await;
    forum.admit(&garden, &[noor]).await;
    let topic = forum.topic(mira, &garden, "Plums", "Ripe.").await.topic;
    let session = sessions::open(cx, id(mira), &origin()).await.unwrap();
    complaint(accounts::rename(cx, id(mira), "miriam", Password::new("wrong wrong")).await, "current_password");
    complaint(accounts::rename(cx, id(mira), "n00r", pass()).await, "username");
    complaint(accounts::rename(cx, id(mira), "a b", pass()).await, "username");
    accounts::rename(cx, id(mira), "Miriam", pass()).await.unwrap();
    assert_eq!(sessions::authenticate(cx, &session).await.unwrap().unwrap().person.username, "Miriam");
    match by_person::show(cx, Viewer::Anonymous, "MIRA").await.unwrap() {
        Shown::Renamed(name) => assert_eq!(name, "Miriam"),
        Shown::Profile(_) => panic!("that is the old name"),
    }
    assert!(matches!(by_person::show(cx, Viewer::Anonymous, "miriam").await.unwrap(), Shown::Profile(_)));
    assert!(is_not_found(by_person::show(cx, Viewer::Anonymous, "nobody").await));
    for kept in ["mira", "M1RA", "miriam"] {
        complaint(sign_up(&forum, kept).await, "username");
        complaint(accounts::rename(cx, id(noor), kept, pass()).await, "username");
    }
    // A mention by the old name still reaches them, also after a reparse.
    let post = forum.post(noor, topic, "@mira are you there?").await;
    forum.drain().await;
    assert_eq!(mentions_of(&forum, mira).await, [(post.id, true)]);
    messages::reparse(cx, true, |_| {}).await.unwrap();
    let message = placed::show(cx, noor, post.id).await.unwrap().message;
    assert_eq!(message.mentions, [id(mira)]);
    assert!(message.markup.contains("/users/Miriam/"), "{}", message.markup);
    // Renaming back works too: users keep their former names, and no redirect is left.
    accounts::rename(cx, id(mira), "mira", pass()).await.unwrap();
    assert!(matches!(by_person::show(cx, Viewer::Anonymous, "mira").await.unwrap(), Shown::Profile(_)));
    assert!(
        matches!(by_person::show(cx, Viewer::Anonymous, "miriam").await.unwrap(), Shown::Renamed(name) if name == "mira")
    );
    accounts::rename(cx, id(mira), "Mira", pass()).await.unwrap();
    assert!(describe(accounts::rename(cx, id(mira), "mirabel", pass()).await).contains("TooMany"));
}

async fn a_name_cannot_be_taken_while_its_owner_gives_it_up(forum: TestForum) {
    let mira = forum.person("mira").await;
    // A rename, except for its commit.
    let mut tx = forum.cx.db.begin().await.unwrap();
    store::people::former_names::keep_own(&mut tx, id(mira)).await.unwrap();
    store::people::users::rename(&mut tx, id(mira), "miriam", "mlrlam").await.unwrap();
    let cx = forum.cx.clone();
    let signed_up = tokio::spawn(async move {
        let new = NewAccount { username: "M1RA".into(), email: String::new(), password: pass() };
        accounts::create(&cx, new, false).await
    });
    tables::wait_for_blocked(&forum, 1).await;
    tx.commit().await.unwrap();
    complaint(signed_up.await.unwrap(), "username");
    assert_eq!(tables::texts(&forum, "select username from users").await, ["miriam"]);
}

async fn lines(forum: &TestForum, who: Viewer) -> Vec<Value> {
    let pieces: Vec<String> = export::download(&forum.cx, id(who)).await.unwrap().try_collect().await.unwrap();
    let text = pieces.concat();
    text.lines().map(|line| serde_json::from_str(line).expect("JSON")).collect()
}

async fn a_download_contains_only_what_its_owner_wrote(forum: TestForum) {
    let cx = &forum.cx;
    let (mira, noor) = (forum.person("mira").await, forum.person("noor").await);
    let garden = forum.group(mira, "Garden", GroupKind::Private).await;
    forum.admit(&garden, &[noor]).await;
    let topic = forum.topic(noor, &garden, "Plums", "Whose are these words?").await;
    for number in 0..501 {
        messages::submit(cx, mira, Target::Topic(topic.topic), draft(&format!("plum {number}"))).await.unwrap();
    }
    stars::toggle(cx, mira, topic.id).await.unwrap();
    sessions::open(cx, id(mira), &origin()).await.unwrap();
    groups::leave(cx, noor, garden.id).await.unwrap();
    let found = lines(&forum, mira).await;
    let of = |kind: &str| found.iter().filter(|line| line["type"] == kind).collect::<Vec<_>>();
    assert_eq!(of("account")[0]["username"], "mira");
    assert_eq!(of("session").len(), 1);
    assert_eq!(of("membership")[0]["group"], "Garden");
    assert_eq!(of("star")[0]["message"], topic.id.0);
    let messages = of("message");
    assert_eq!(messages.len(), 501);
    assert_eq!((&messages[500]["text"], &messages[500]["topic"]), (&Value::from("plum 500"), &Value::from("Plums")));
    let text = found.iter().map(ToString::to_string).collect::<String>();
    assert!(!text.contains("Whose are these") && !text.contains("argon2") && !text.contains("noor"), "{text}");
    // Her own texts are in her export, wherever they are posted.
    let hers = lines(&forum, noor).await;
    assert!(hers.iter().any(|line| line["text"] == "Whose are these words?"));
    assert!(!hers.iter().any(|line| line["type"] == "membership"));
    for _ in 0..4 {
        export::download(cx, id(mira)).await.map(drop).unwrap();
    }
    assert!(describe(export::download(cx, id(mira)).await.map(drop)).contains("TooMany"));
    forum.drain().await;
}

async fn messages_of_a_deleted_account_stay_under_a_placeholder_name(forum: TestForum) {
    let cx = &forum.cx;
    let (mira, noor) = (forum.person("mira").await, forum.person("noor").await);
    forum.execute("update users set email = 'mira@example.org', bio = 'I like tea' where username = 'mira'").await;
    let garden = forum.group(noor, "Garden", GroupKind::Public).await;
    forum.admit(&garden, &[mira]).await;
    let topic = forum.topic(mira, &garden, "Plums", "Mine are quince.").await;
    let named = forum.post(noor, topic.topic, "@mira yes").await;
    stars::toggle(cx, mira, named.id).await.unwrap();
    let session = sessions::open(cx, id(mira), &origin()).await.unwrap();
    assert!(sessions::authenticate(cx, &session).await.unwrap().is_some());
    forum.drain().await;
    let cursor = cx.bus.open(Stream::User(id(noor))).await.unwrap();

    complaint(account_deletion::delete(cx, id(mira), Password::new("wrong wrong"), false).await, "current_password");
    account_deletion::delete(cx, id(mira), pass(), false).await.unwrap();
    assert_eq!(sessions::authenticate(cx, &session).await.unwrap(), None);
    complaint(accounts::sign_in(cx, "mira", pass(), &origin()).await, "password");
    complaint(accounts::sign_in(cx, "mira@example.org", pass(), &origin()).await, "password");
    forum.drain_twice().await;
    let email = forum.emails().pop().unwrap();
    assert_eq!((email.to.as_str(), email.kind.as_str()), ("mira@example.org", "deleted"));

    let words = placed::show(cx, noor, topic.id).await.unwrap().message;
    assert!(words.markup.contains("quince"));
    assert_eq!(words.author.username, format!("deleted-{}", id(mira)));
    let profile = by_person::profile(cx, noor, &words.author.username).await.unwrap();
    assert!(profile.user.deleted && profile.user.bio.is_empty() && profile.groups.is_empty());
    let reply = placed::show(cx, noor, named.id).await.unwrap().message;
    assert!(reply.stars.is_empty() && reply.mentions.is_empty());
    assert!(!reply.markup.contains("<a") && reply.markup.contains("@mira"), "{}", reply.markup);
    let kept = format!(
        "select (select count(*) from memberships where user_id = {0}), (select count(*) from stars where user_id = {0}),
                (select count(*) from mentions where user_id = {0}), (select count(*) from reads where user_id = {0}),
                (select count(*) from users where id = {0} and email is null and password_hash is null)",
        id(mira)
    );
    assert_eq!(tables::ints(&forum, &kept).await, [[0, 0, 0, 0, 1]]);
    // Viewers get an event: the star goes, and the mention becomes plain text.
    let heard = live::events(&forum, Stream::User(id(noor)), cursor).await;
    for kind in ["star", "edit"] {
        assert!(heard.iter().any(|event| event["type"] == kind), "{kind}: {heard:?}");
    }
    assert_eq!(unread(&forum, noor, topic.topic).await, 1);
    forum.catch_up().await;
    assert_eq!(doctor::examine(cx).await.unwrap().drift, Vec::<String>::new());
}

async fn people_can_delete_their_messages_with_their_account(forum: TestForum) {
    let cx = &forum.cx;
    let (mira, noor) = (forum.person("mira").await, forum.person("noor").await);
    let garden = forum.group(noor, "Garden", GroupKind::Public).await;
    forum.admit(&garden, &[mira]).await;
    let topic = forum.topic(noor, &garden, "Plums", "Whose?").await;
    for number in 0..205 {
        messages::submit(cx, mira, Target::Topic(topic.topic), draft(&format!("quince {number}"))).await.unwrap();
    }
    let gone = forum.post(mira, topic.topic, "deleted quince").await;
    messages::delete(cx, noor, gone.id).await.unwrap();
    forum.drain().await;
    assert_eq!(unread(&forum, noor, topic.topic).await, 205);
    account_deletion::delete(cx, id(mira), pass(), true).await.unwrap();
    forum.drain().await;
    let left = format!("select count(*), count(deleted_at) from messages where author_id = {} and raw = ''", id(mira));
    assert_eq!(tables::ints(&forum, &left).await, [[206, 206]]);
    assert_eq!(unread(&forum, noor, topic.topic).await, 0);
    forum.catch_up().await;
    let question = search::Question { words: "quince".into(), limit: 10, ..Default::default() };
    assert_eq!(search::ask(cx, noor, question).await.unwrap().total, 0);
    assert_eq!(doctor::examine(cx).await.unwrap().drift, Vec::<String>::new());
}

async fn the_name_of_a_deleted_account_is_reserved_for_a_while(forum: TestForum) {
    let cx = &forum.cx;
    let mira = forum.person("mira").await;
    accounts::rename(cx, id(mira), "miriam", pass()).await.unwrap();
    account_deletion::delete(cx, id(mira), pass(), false).await.unwrap();
    for name in ["mira", "Miriam", "m1r1am"] {
        complaint(sign_up(&forum, name).await, "username");
        assert!(is_not_found(by_person::show(cx, Viewer::Anonymous, name).await));
    }
    complaint(sign_up(&forum, "deleted-7").await, "username");
    assert!(is_not_found(accounts::own(cx, UserId(crate::ABSENT)).await));
    forum.drain().await;
    forum.pass(account_deletion::NAME_KEPT + Duration::from_secs(1));
    sign_up(&forum, "mira").await.unwrap();
    sign_up(&forum, "Miriam").await.unwrap();
}

async fn the_only_site_admin_cannot_leave_and_groups_keep_an_admin(forum: TestForum) {
    let cx = &forum.cx;
    let (root, mira, noor) = (forum.site_admin("boss").await, forum.person("mira").await, forum.person("noor").await);
    assert!(is_forbidden(account_deletion::delete(cx, id(root), pass(), false).await));
    let garden = forum.group(mira, "Garden", GroupKind::Public).await;
    forum.admit(&garden, &[noor]).await;
    account_deletion::delete(cx, id(mira), pass(), false).await.unwrap();
    let found = groups::by_id(cx, noor, garden.id).await.unwrap();
    assert_eq!(found.access.role(), Some(Role::Admin));
    domain::people::admins::set_admin(cx, root, id(noor), true).await.unwrap();
    account_deletion::delete(cx, id(root), pass(), false).await.unwrap();
    complaint(account_deletion::delete(cx, id(root), pass(), false).await, "current_password");
    forum.drain().await;
}

async fn unreachable_groups_are_deleted_with_their_last_member(forum: TestForum) {
    let cx = &forum.cx;
    let (mira, noor) = (forum.person("mira").await, forum.person("noor").await);
    let cellar = forum.group(mira, "Cellar", GroupKind::Private).await;
    let garden = forum.group(mira, "Garden", GroupKind::Public).await;
    let talk = domain::messages::submit(
        cx,
        mira,
        domain::messages::Target::Conversation { to: "noor", title: "" },
        draft("Psst"),
    )
    .await
    .unwrap()
    .group;
    account_deletion::delete(cx, id(mira), pass(), false).await.unwrap();
    forum.drain().await;
    let left = domain::store::groups::listed(&cx.db, id(noor), "", "", 10, 0).await.unwrap();
    assert_eq!(left.iter().map(|row| row.group.id).collect::<Vec<_>>(), [garden.id], "{} is gone", cellar.id);
    let found = groups::by_id(cx, noor, talk).await.unwrap();
    assert_eq!(found.access.role(), Some(Role::Member), "nobody is an admin of a conversation");
    assert!(found.group.name.contains("noor") && !found.group.name.contains("mira"), "{}", found.group.name);
    account_deletion::delete(cx, id(noor), pass(), false).await.unwrap();
    let (_, members) = {
        let mut tx = cx.db.begin().await.unwrap();
        domain::store::groups::members::head_count(&mut tx, talk).await.unwrap()
    };
    assert_eq!(members, 0);
    assert_eq!(doctor::examine(cx).await.unwrap().drift, Vec::<String>::new());
}
