//! The log of those who keep order: what is in it, that it stays, and who reads it.

use domain::audit_log::LogDeed;
use domain::model::{GroupKind, Mark};
use domain::testing::TestForum;
use domain::{groups, leaving, members, messages, topics};
use sqlx::AssertSqlSafe;

use crate::id;
use crate::tables::{ints, texts};

stories! {
    the_log_only_grows,
    what_authors_do_with_their_own_is_not_in_the_log,
    a_deed_that_was_not_done_is_not_in_the_log,
    groups_and_accounts_go_and_the_log_stays,
}

/// What is in the log, in words.
async fn log(forum: &TestForum) -> Vec<String> {
    texts(forum, "select what || ' ' || group_name || ' ' || reason || ' ' || detail from audit_log order by id").await
}

/// Runs a statement past the store; what the database says to it.
async fn attempt(forum: &TestForum, statement: &str) -> Result<(), String> {
    let statement = AssertSqlSafe(statement.to_owned());
    let mut tx = forum.cx.db.begin().await.unwrap();
    let done = match &mut tx {
        domain::store::Tx::Postgres(tx) => sqlx::query(statement).execute(&mut **tx).await.map(drop),
        domain::store::Tx::Sqlite(tx) => sqlx::query(statement).execute(tx.conn()).await.map(drop),
    };
    match done {
        Ok(()) => tx.commit().await.map_err(|error| error.to_string()),
        Err(error) => Err(error.to_string()),
    }
}

async fn the_log_only_grows(forum: TestForum) {
    let cx = &forum.cx;
    let (mira, noor) = (forum.person("mira").await, forum.person("noor").await);
    let garden = forum.group(mira, "Garden", GroupKind::Public).await;
    forum.admit(&garden, &[noor]).await;
    members::ban(cx, mira, garden.id, id(noor), "It was <too> much").await.unwrap();
    let before = log(&forum).await;
    assert_eq!(before, ["member_banned Garden It was <too> much "]);
    let mut refused = vec![
        "update audit_log set reason = 'nothing' where id > 0",
        "update audit_log set actor_id = null",
        "delete from audit_log",
        "delete from audit_log where id = (select max(id) from audit_log)",
    ];
    match &forum.cx.db {
        domain::store::Db::Postgres(_) => refused.push("truncate audit_log cascade"),
        domain::store::Db::Sqlite(_) => {
            refused
                .push("insert or replace into audit_log (id, created_at, what) select id, 0, 'warned' from audit_log");
        }
    }
    for statement in refused {
        let answer = attempt(&forum, statement).await;
        assert!(answer.as_ref().is_err_and(|why| why.contains("audit_log only grows")), "{statement}: {answer:?}");
    }
    assert_eq!(log(&forum).await, before);
    attempt(&forum, "insert into audit_log (created_at, what) select created_at, 'warned' from users limit 1")
        .await
        .unwrap();
    assert_eq!(log(&forum).await.len(), 2);
}

async fn what_authors_do_with_their_own_is_not_in_the_log(forum: TestForum) {
    let cx = &forum.cx;
    let (mira, noor) = (forum.person("mira").await, forum.person("noor").await);
    let garden = forum.group(mira, "Garden", GroupKind::Public).await;
    forum.admit(&garden, &[noor]).await;
    let own = forum.topic(noor, &garden, "Plums", "One").await;
    topics::rename(cx, noor, own.topic, "Pears").await.unwrap();
    topics::mark(cx, noor, own.topic, Mark::Resolved, true).await.unwrap();
    messages::delete(cx, noor, own.id).await.unwrap();
    domain::history::restore(cx, noor, own.id).await.unwrap();
    topics::delete(cx, noor, own.topic).await.unwrap();
    let mine = forum.topic(mira, &garden, "Mine", "Two").await;
    topics::delete(cx, mira, mine.topic).await.unwrap();
    assert_eq!(log(&forum).await, Vec::<String>::new());
    // A moderator's own topic in which somebody else wrote is not theirs alone; nor is a pin.
    let mine = forum.topic(mira, &garden, "Mine", "Two").await;
    topics::mark(cx, mira, mine.topic, Mark::Pinned, true).await.unwrap();
    forum.post(noor, mine.topic, "Three").await;
    topics::delete(cx, mira, mine.topic).await.unwrap();
    assert_eq!(log(&forum).await, ["topic_pinned Garden  ", "topic_deleted Garden  "]);
    forum.drain().await;
}

async fn a_deed_that_was_not_done_is_not_in_the_log(forum: TestForum) {
    let cx = &forum.cx;
    let (mira, noor, ada) = (forum.person("mira").await, forum.person("noor").await, forum.person("ada").await);
    let garden = forum.group(mira, "Garden", GroupKind::Public).await;
    forum.admit(&garden, &[noor, ada]).await;
    let posted = forum.topic(mira, &garden, "Plums", "One").await;
    assert!(members::ban(cx, noor, garden.id, id(ada), "because").await.is_err());
    assert!(members::ban(cx, mira, garden.id, id(ada), " ").await.is_err());
    assert!(members::lift_ban(cx, mira, garden.id, id(ada)).await.is_err());
    assert!(messages::delete(cx, noor, posted.id).await.is_err());
    // What is so already is no deed.
    topics::mark(cx, mira, posted.topic, Mark::Locked, false).await.unwrap();
    members::set_role(cx, mira, garden.id, id(ada), domain::model::Role::Member).await.unwrap();
    groups::update(cx, mira, garden.id, groups::GroupForm::new("Garden", GroupKind::Public)).await.unwrap();
    assert_eq!(log(&forum).await, Vec::<String>::new());
    let form = groups::GroupForm::new("Orchard", GroupKind::Closed);
    groups::update(cx, mira, garden.id, form).await.unwrap();
    assert_eq!(log(&forum).await, ["group_edited Garden  name, public to closed"]);
    forum.drain().await;
}

async fn groups_and_accounts_go_and_the_log_stays(forum: TestForum) {
    let cx = &forum.cx;
    let (mira, noor) = (forum.person("mira").await, forum.person("noor").await);
    let garden = forum.group(mira, "Garden", GroupKind::Private).await;
    forum.admit(&garden, &[noor]).await;
    let posted = forum.topic(noor, &garden, "Plums", "One").await;
    messages::delete(cx, mira, posted.id).await.unwrap();
    members::ban(cx, mira, garden.id, id(noor), "because").await.unwrap();
    groups::delete(cx, mira, garden.id, "Garden").await.unwrap();
    forum.pass(std::time::Duration::from_secs(31 * 24 * 3_600));
    domain::jobs::tick(&cx.db, cx.now()).await.unwrap();
    forum.drain().await;
    assert_eq!(ints(&forum, "select count(*) from groups").await, [[0]], "its rows are gone");
    let password = || domain::secrets::Password::new(domain::testing::PASSWORD);
    leaving::delete(cx, id(noor), password(), true).await.unwrap();
    forum.drain().await;
    assert_eq!(
        log(&forum).await,
        ["message_deleted Garden  ", "member_banned Garden because ", "group_deleted Garden  "]
    );
    let whom = texts(&forum, "select u.username from audit_log l join users u on u.id = l.user_id order by l.id").await;
    assert!(whom.iter().all(|name| name.starts_with("deleted-")), "{whom:?}");
    let words: Vec<&str> = LogDeed::EACH.iter().map(|deed| deed.as_str()).collect();
    assert!(words.iter().all(|word| LogDeed::parse(word).is_some_and(|deed| deed.as_str() == *word)));
}
