//! The moderation log: its entries, that they stay, and who can read them.

use domain::groups::{invitations, members};
use domain::messages::Target;
use domain::model::{Group, GroupId, GroupKind, LogAction, LogLine, Mark};
use domain::moderation::log;
use domain::moderation::log::LogFilter;
use domain::people::account_deletion;
use domain::people::admins::Restriction;
use domain::policy::Viewer;
use domain::testing::{TestForum, draft};
use domain::topics::moves;
use domain::{groups, messages, topics};
use sqlx::AssertSqlSafe;

use crate::tables::{ints, texts};
use crate::{ABSENT, complaint, describe, id, is_forbidden, is_not_found};

stories! {
    the_log_is_append_only,
    authors_actions_on_their_own_messages_are_not_logged,
    failed_actions_are_not_logged,
    the_log_outlives_deleted_groups_and_accounts,
    readers_of_a_group_see_its_log_and_moderators_see_more,
    the_log_hides_titles_of_topics_that_its_reader_may_not_see,
    only_moderators_see_hidden_names_in_the_log,
    the_site_log_lists_actions_on_public_groups_and_accounts,
    site_admins_find_every_log_entry,
    the_log_is_paged,
}

async fn log(forum: &TestForum) -> Vec<String> {
    texts(forum, "select what || ' ' || group_name || ' ' || reason || ' ' || detail from audit_log order by id").await
}

/// Runs a statement past the store. Returns the database's error, if any.
async fn attempt(forum: &TestForum, statement: &str) -> Result<(), String> {
    let statement = AssertSqlSafe(statement.to_owned());
    let mut tx = forum.cx.db.begin().await.unwrap();
    let done = match &mut tx {
        domain::store::Tx::Postgres(tx, _) => sqlx::query(statement).execute(&mut **tx).await.map(drop),
        domain::store::Tx::Sqlite(tx) => sqlx::query(statement).execute(tx.conn()).await.map(drop),
    };
    match done {
        Ok(()) => tx.commit().await.map_err(|error| error.to_string()),
        Err(error) => Err(error.to_string()),
    }
}

async fn the_log_is_append_only(forum: TestForum) {
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
        domain::store::Db::Postgres(..) => refused.push("truncate audit_log cascade"),
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

async fn authors_actions_on_their_own_messages_are_not_logged(forum: TestForum) {
    let cx = &forum.cx;
    let (mira, noor) = (forum.person("mira").await, forum.person("noor").await);
    let garden = forum.group(mira, "Garden", GroupKind::Public).await;
    forum.admit(&garden, &[noor]).await;
    let own = forum.topic(noor, &garden, "Plums", "One").await;
    topics::rename(cx, noor, own.topic, "Pears").await.unwrap();
    topics::mark(cx, noor, own.topic, Mark::Resolved, true).await.unwrap();
    messages::delete(cx, noor, own.id).await.unwrap();
    domain::messages::history::restore(cx, noor, own.id).await.unwrap();
    topics::delete(cx, noor, own.topic).await.unwrap();
    let mine = forum.topic(mira, &garden, "Mine", "Two").await;
    topics::delete(cx, mira, mine.topic).await.unwrap();
    assert_eq!(log(&forum).await, Vec::<String>::new());
    // A moderator's own topic is logged once another user wrote in it; so is a pin.
    let mine = forum.topic(mira, &garden, "Mine", "Two").await;
    topics::mark(cx, mira, mine.topic, Mark::Pinned, true).await.unwrap();
    forum.post(noor, mine.topic, "Three").await;
    topics::delete(cx, mira, mine.topic).await.unwrap();
    assert_eq!(log(&forum).await, ["topic_pinned Garden  ", "topic_deleted Garden  "]);
    forum.drain().await;
}

async fn failed_actions_are_not_logged(forum: TestForum) {
    let cx = &forum.cx;
    let (mira, noor, ada) = (forum.person("mira").await, forum.person("noor").await, forum.person("ada").await);
    let garden = forum.group(mira, "Garden", GroupKind::Public).await;
    forum.admit(&garden, &[noor, ada]).await;
    let posted = forum.topic(mira, &garden, "Plums", "One").await;
    assert!(members::ban(cx, noor, garden.id, id(ada), "because").await.is_err());
    assert!(members::ban(cx, mira, garden.id, id(ada), " ").await.is_err());
    assert!(members::lift_ban(cx, mira, garden.id, id(ada)).await.is_err());
    assert!(messages::delete(cx, noor, posted.id).await.is_err());
    // What changes nothing is not logged.
    topics::mark(cx, mira, posted.topic, Mark::Locked, false).await.unwrap();
    members::set_role(cx, mira, garden.id, id(ada), domain::model::Role::Member).await.unwrap();
    groups::update(cx, mira, garden.id, groups::GroupForm::new("Garden", GroupKind::Public)).await.unwrap();
    assert_eq!(log(&forum).await, Vec::<String>::new());
    let form = groups::GroupForm::new("Orchard", GroupKind::Closed);
    groups::update(cx, mira, garden.id, form).await.unwrap();
    assert_eq!(log(&forum).await, ["group_edited Garden  name, public to closed"]);
    forum.drain().await;
}

async fn the_log_outlives_deleted_groups_and_accounts(forum: TestForum) {
    let cx = &forum.cx;
    let (mira, noor) = (forum.person("mira").await, forum.person("noor").await);
    let garden = forum.group(mira, "Garden", GroupKind::Private).await;
    forum.admit(&garden, &[noor]).await;
    let posted = forum.topic(noor, &garden, "Plums", "One").await;
    messages::delete(cx, mira, posted.id).await.unwrap();
    members::ban(cx, mira, garden.id, id(noor), "because").await.unwrap();
    groups::delete(cx, mira, garden.id, "Garden").await.unwrap();
    forum.pass(std::time::Duration::from_secs(31 * 24 * 3_600));
    domain::platform::jobs::tick(&cx.db, cx.now()).await.unwrap();
    forum.drain().await;
    assert_eq!(ints(&forum, "select count(*) from groups").await, [[0]], "its rows are gone");
    let password = || domain::platform::secrets::Password::new(domain::testing::PASSWORD);
    account_deletion::delete(cx, id(noor), password(), true).await.unwrap();
    forum.drain().await;
    assert_eq!(
        log(&forum).await,
        ["message_deleted Garden  ", "member_banned Garden because ", "group_deleted Garden  "]
    );
    let whom = texts(&forum, "select u.username from audit_log l join users u on u.id = l.user_id order by l.id").await;
    assert!(whom.iter().all(|name| name.starts_with("deleted-")), "{whom:?}");
    let words: Vec<&str> = LogAction::EACH.iter().map(|action| action.as_str()).collect();
    assert!(words.iter().all(|word| LogAction::parse(word).is_some_and(|action| action.as_str() == *word)));
}

async fn read(forum: &TestForum, who: Viewer, group: &Group) -> Vec<LogLine> {
    log::of_group(&forum.cx, who, group.id, None, None).await.unwrap().1.lines
}

fn actions(lines: &[LogLine]) -> Vec<LogAction> {
    lines.iter().map(|line| line.what).collect()
}

async fn readers_of_a_group_see_its_log_and_moderators_see_more(forum: TestForum) {
    let cx = &forum.cx;
    let (mira, noor, ada) = (forum.person("mira").await, forum.person("noor").await, forum.person("ada").await);
    let boss = forum.site_admin("boss").await;
    for kind in [GroupKind::Public, GroupKind::Closed, GroupKind::Private] {
        let group = forum.group(mira, kind.as_str(), kind).await;
        forum.admit(&group, &[noor]).await;
        let posted = forum.topic(noor, &group, "Plums", "One").await;
        invitations::invite(cx, mira, group.id, "ada").await.unwrap();
        messages::delete(cx, mira, posted.id).await.unwrap();
        assert_eq!(actions(&read(&forum, mira, &group).await), [LogAction::MessageDeleted, LogAction::Invited]);
        assert_eq!(actions(&read(&forum, noor, &group).await), [LogAction::MessageDeleted]);
        let absent = describe(log::of_group(cx, ada, GroupId(ABSENT), None, None).await);
        for who in [ada, Viewer::Anonymous] {
            let answer = log::of_group(cx, who, group.id, None, None).await;
            match kind {
                GroupKind::Public => assert_eq!(actions(&answer.unwrap().1.lines), [LogAction::MessageDeleted]),
                GroupKind::Closed => assert!(is_forbidden(answer)),
                _ => assert_eq!(describe(answer), absent),
            }
        }
        // A filter only applies to what the viewer may read.
        let chosen = log::of_group(cx, noor, group.id, Some(LogAction::Invited), None).await.unwrap().1;
        assert!(chosen.lines.is_empty());
    }
    let talk =
        messages::submit(cx, mira, Target::Conversation { to: "noor", title: "" }, draft("Hello")).await.unwrap();
    assert!(is_forbidden(log::of_group(cx, mira, talk.group, None, None).await));
    assert!(is_not_found(log::of_group(cx, boss, talk.group, None, None).await));
    forum.drain().await;
}

async fn the_log_hides_titles_of_topics_that_its_reader_may_not_see(forum: TestForum) {
    let cx = &forum.cx;
    let (mira, noor, ada) = (forum.person("mira").await, forum.person("noor").await, forum.person("ada").await);
    let boss = forum.site_admin("boss").await;
    let garden = forum.group(mira, "Garden", GroupKind::Public).await;
    let den = forum.group(mira, "Den", GroupKind::Private).await;
    forum.admit(&garden, &[noor, ada]).await;
    forum.admit(&den, &[noor]).await;
    let moved = forum.topic(ada, &garden, "The secret plums", "One").await;
    topics::mark(cx, mira, moved.topic, Mark::Locked, true).await.unwrap();
    let titles = async |who, group: &Group| -> Vec<Option<String>> {
        read(&forum, who, group).await.into_iter().map(|line| line.topic_name).collect()
    };
    assert_eq!(titles(Viewer::Anonymous, &garden).await, [Some("The secret plums".to_owned())]);
    moves::to_group(cx, mira, moved.topic, den.id).await.unwrap();
    for who in [Viewer::Anonymous, ada, boss] {
        assert_eq!(titles(who, &garden).await, [None, None], "it is where they read nothing");
    }
    assert_eq!(titles(noor, &garden).await, [Some("The secret plums".to_owned()), Some("The secret plums".to_owned())]);
    let filter = LogFilter::default();
    let page = log::of_admins(cx, boss, filter, None).await.unwrap();
    assert!(page.lines.iter().all(|line| line.topic_name.is_none() && line.topic_path.is_none()), "{page:?}");
    topics::delete(cx, mira, moved.topic).await.unwrap();
    assert_eq!(titles(noor, &garden).await, [None, None]);
    forum.drain().await;
}

async fn only_moderators_see_hidden_names_in_the_log(forum: TestForum) {
    let cx = &forum.cx;
    let (mira, noor, eva) = (forum.person("mira").await, forum.person("noor").await, forum.person("eva").await);
    let (boss, ada) = (forum.site_admin("boss").await, forum.person("ada").await);
    let garden = forum.group(mira, "Garden", GroupKind::Public).await;
    forum.admit(&garden, &[noor]).await;
    groups::admit(cx, garden.id, id(eva), domain::model::Role::Moderator).await.unwrap();
    members::ban(cx, mira, garden.id, id(noor), "Noor shouts").await.unwrap();
    let entry = read(&forum, mira, &garden).await[0].id;
    for who in [eva, noor, ada] {
        assert!(is_not_found(log::redact(cx, who, entry, true).await), "only admins say so");
    }
    assert!(is_not_found(log::redact(cx, mira, domain::model::EntryId(ABSENT), true).await));
    assert_eq!(log::redact(cx, mira, entry, true).await.unwrap(), Some(garden.id));
    log::redact(cx, boss, entry, true).await.unwrap();
    for who in [Viewer::Anonymous, noor, ada] {
        let of_site = log::of_site(cx, who, None, None).await.unwrap().lines;
        for line in [&read(&forum, who, &garden).await[0], &of_site[0]] {
            assert!(line.hidden && line.user.is_none() && line.user_id.is_none() && line.reason.is_empty(), "{line:?}");
        }
    }
    let lines = read(&forum, eva, &garden).await;
    assert_eq!(
        actions(&lines),
        [LogAction::NameHidden, LogAction::MemberBanned],
        "hidden once, and that is written down"
    );
    assert_eq!(
        (lines[1].user.as_deref(), lines[1].reason.as_str(), lines[1].hidden),
        (Some("noor"), "Noor shouts", true)
    );
    // Nobody can hide the entry of a redaction; undoing the redaction works.
    assert!(is_not_found(log::redact(cx, mira, lines[0].id, true).await));
    log::redact(cx, boss, entry, false).await.unwrap();
    assert_eq!(read(&forum, ada, &garden).await[0].user.as_deref(), Some("noor"));
    assert_eq!(actions(&read(&forum, mira, &garden).await)[0], LogAction::NameShown);
    // A deleted account has no name.
    account_deletion::delete(cx, id(noor), domain::platform::secrets::Password::new(domain::testing::PASSWORD), false)
        .await
        .unwrap();
    forum.drain().await;
    let line = &read(&forum, ada, &garden).await[0];
    assert!(line.user_gone && line.user.as_deref().unwrap().starts_with("deleted-"));
}

async fn the_site_log_lists_actions_on_public_groups_and_accounts(forum: TestForum) {
    let cx = &forum.cx;
    let (mira, noor) = (forum.person("mira").await, forum.person("noor").await);
    let boss = forum.site_admin("boss").await;
    for kind in [GroupKind::Closed, GroupKind::Private, GroupKind::Public] {
        let group = forum.group(mira, kind.as_str(), kind).await;
        forum.admit(&group, &[noor]).await;
        members::ban(cx, mira, group.id, id(noor), kind.as_str()).await.unwrap();
    }
    domain::people::admins::restrict(cx, boss, id(noor), Restriction::Suspend { days: 3 }, "Shouting").await.unwrap();
    domain::people::admins::set_admin(cx, boss, id(mira), true).await.unwrap();
    let lines = log::of_site(cx, Viewer::Anonymous, None, None).await.unwrap().lines;
    assert_eq!(actions(&lines), [LogAction::AccountSuspended, LogAction::MemberBanned]);
    assert_eq!((lines[0].detail.as_str(), lines[0].reason.as_str()), ("3 days", "Shouting"));
    assert_eq!((lines[1].group_name.as_str(), lines[1].reason.as_str()), ("public", "public"));
    let chosen = log::of_site(cx, Viewer::Anonymous, Some(LogAction::MemberBanned), None).await.unwrap().lines;
    assert_eq!(actions(&chosen), [LogAction::MemberBanned]);
}

async fn site_admins_find_every_log_entry(forum: TestForum) {
    let cx = &forum.cx;
    let (mira, noor, ada) = (forum.person("mira").await, forum.person("noor").await, forum.person("ada").await);
    let boss = forum.site_admin("boss").await;
    let garden = forum.group(mira, "Garden", GroupKind::Private).await;
    let den = forum.group(noor, "Den", GroupKind::Public).await;
    forum.admit(&garden, &[ada, noor]).await;
    forum.admit(&den, &[ada]).await;
    members::ban(cx, mira, garden.id, id(ada), "one").await.unwrap();
    members::ban(cx, noor, den.id, id(ada), "two").await.unwrap();
    members::remove(cx, mira, garden.id, id(noor)).await.unwrap();
    groups::delete(cx, mira, garden.id, "Garden").await.unwrap();
    forum.drain().await;
    let find = async |filter| -> Vec<String> {
        let page = log::of_admins(cx, boss, filter, None).await.unwrap();
        page.lines.iter().map(|line| format!("{} {} {}", line.what, line.group_name, line.reason)).collect()
    };
    let gone = "group_deleted Garden ";
    let out = "member_removed Garden ";
    let (one, two) = ("member_banned Garden one", "member_banned Den two");
    assert_eq!(find(LogFilter::default()).await, [gone, out, two, one]);
    assert_eq!(find(LogFilter { by: "@Mira", ..LogFilter::default() }).await, [gone, out, one]);
    assert_eq!(find(LogFilter { whom: "ada", ..LogFilter::default() }).await, [two, one]);
    assert_eq!(
        find(LogFilter { what: Some(LogAction::MemberBanned), by: "noor", ..LogFilter::default() }).await,
        [two]
    );
    assert_eq!(
        find(LogFilter { group: "garden", ..LogFilter::default() }).await,
        [gone, out, one],
        "though it is deleted"
    );
    assert_eq!(find(LogFilter { group: "den", whom: "noor", ..LogFilter::default() }).await, Vec::<String>::new());
    for (filter, field) in [
        (LogFilter { by: "nobody", ..LogFilter::default() }, "by"),
        (LogFilter { whom: "no\0body", ..LogFilter::default() }, "whom"),
        (LogFilter { group: "nowhere", ..LogFilter::default() }, "group"),
    ] {
        complaint(log::of_admins(cx, boss, filter, None).await, field);
    }
    for who in [mira, Viewer::Anonymous] {
        assert!(log::of_admins(cx, who, LogFilter::default(), None).await.is_err());
    }
}

async fn the_log_is_paged(forum: TestForum) {
    let cx = &forum.cx;
    let mira = forum.person("mira").await;
    let garden = forum.group(mira, "Garden", GroupKind::Public).await;
    let topic = forum.topic(mira, &garden, "Plums", "One").await.topic;
    for n in 0..log::PAGE + 3 {
        topics::mark(cx, mira, topic, Mark::Pinned, n % 2 == 0).await.unwrap();
    }
    forum.drain().await;
    let (_, first) = log::of_group(cx, mira, garden.id, None, None).await.unwrap();
    assert_eq!(first.lines.len(), log::PAGE);
    let (_, second) = log::of_group(cx, mira, garden.id, None, first.more).await.unwrap();
    assert_eq!((second.lines.len(), second.more), (3, None));
    let mut all: Vec<_> = first.lines.iter().chain(&second.lines).map(|line| line.id).collect();
    all.dedup();
    assert!(all.len() == log::PAGE + 3 && all.is_sorted_by(|one, other| one > other));
}
