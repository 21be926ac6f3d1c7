//! The visibility rule, in Rust and in SQL.

use domain::groups::members;
use domain::model::policy::Membership;
use domain::model::{DirectoryFilter, DirectoryOrder, GroupKind, MessageId, Role};
use domain::policy::{Access, Permission, Viewer};
use domain::store;
use domain::testing::TestForum;
use domain::time::Timestamp;

use crate::id;

stories! {
    the_sql_conditions_agree_with_the_policy,
    people_added_to_a_conversation_are_notified_of_later_topics,
}

async fn the_sql_conditions_agree_with_the_policy(forum: TestForum) {
    let db = &forum.cx.db;
    let maker = forum.person("maker").await;
    let named = forum.person("named").await;
    for (n, kind) in [GroupKind::Public, GroupKind::Closed, GroupKind::Private].into_iter().enumerate() {
        let group = forum.group(maker, kind.as_str(), kind).await;
        forum.admit(&group, &[named]).await;
        let posted = forum.topic(maker, &group, "Plums", "@named").await;
        forum.drain().await;
        for (m, role) in [None, Some(Role::Member), Some(Role::Moderator), Some(Role::Admin)].into_iter().enumerate() {
            for (is_site_admin, is_banned) in [(false, false), (true, false), (false, true)] {
                if is_banned && role.is_some() {
                    continue;
                }
                let name = format!("p{n}q{m}r{}", u8::from(is_site_admin) + 2 * u8::from(is_banned) + 3);
                let who = if is_site_admin { forum.site_admin(&name).await } else { forum.person(&name).await };
                if is_banned {
                    forum.admit(&group, &[who]).await;
                    members::ban(&forum.cx, maker, group.id, id(who), "because").await.unwrap();
                }
                if let Some(role) = role {
                    domain::groups::admit(&forum.cx, group.id, id(who), role).await.unwrap();
                }
                let access = Access::new(who, kind, false, Membership { role, is_banned, sees_from: None });
                let mut readers = vec![(who.id(), access)];
                if role.is_none() && !is_site_admin && !is_banned {
                    readers.push((None, Access::new(Viewer::Anonymous, kind, false, None)));
                }
                for (reader, access) in readers {
                    let (reads, knows) = (access.may(Permission::Read), access.may(Permission::Know));
                    let wanted = DirectoryFilter { words: "", category: None, order: DirectoryOrder::Name };
                    let said = [
                        (
                            "searched",
                            reads,
                            store::groups::searched(db, reader).await.unwrap().groups.contains(&group.id),
                        ),
                        (
                            "of_user",
                            reads,
                            store::groups::of_user(db, reader, id(maker)).await.unwrap().contains(&group),
                        ),
                        (
                            "visible",
                            reads,
                            !store::topics::visible(db, reader, &[posted.topic]).await.unwrap().is_empty(),
                        ),
                        (
                            "of_author",
                            reads,
                            store::messages::of_author(db, reader, id(maker), 10).await.unwrap().contains(&posted.id),
                        ),
                        ("newest", reads, store::topics::newest(db, reader, group.id).await.unwrap().is_some()),
                        (
                            "discover",
                            knows,
                            store::groups::discover(db, reader, wanted, 10, 0)
                                .await
                                .unwrap()
                                .iter()
                                .any(|row| row.group.id == group.id),
                        ),
                    ];
                    for (statement, may, says) in said {
                        assert_eq!(says, may, "{statement} for {access:?}");
                    }
                }
            }
        }
        assert_eq!(store::messages::mentions::unread(db, id(named)).await.unwrap(), n as i64 + 1);
    }
    forum.execute("delete from memberships where user_id = (select id from users where username = 'named')").await;
    assert_eq!(store::messages::mentions::unread(db, id(named)).await.unwrap(), 1, "of the public group alone");
    assert_eq!(store::messages::mentions::of_user(db, id(named), MessageId(i64::MAX), 10).await.unwrap().len(), 1);
}

async fn people_added_to_a_conversation_are_notified_of_later_topics(forum: TestForum) {
    let db = &forum.cx.db;
    let (ann, ben, cleo) = (forum.person("ann").await, forum.person("ben").await, forum.person("cleo").await);
    forum.pass(std::time::Duration::from_secs(1));
    let text = domain::testing::draft("before @cleo");
    let before =
        domain::messages::submit(&forum.cx, ann, domain::messages::Target::Conversation { to: "ben", title: "" }, text)
            .await
            .unwrap();
    forum.pass(std::time::Duration::from_secs(1));
    let text = domain::testing::draft("welcome @cleo");
    let after = domain::messages::submit(
        &forum.cx,
        ben,
        domain::messages::Target::MorePeople { conversation: before.group, to: "cleo" },
        text,
    )
    .await
    .unwrap();
    forum.drain().await;
    assert_ne!(before.topic, after.topic);
    let access = |sees_from| {
        let membership = Membership { role: Some(Role::Member), is_banned: false, sees_from };
        Access::new(ann, GroupKind::Direct, false, membership)
    };
    let from = access(Some(Timestamp(forum.cx.now().0 - 1_000_000)));
    for (who, access, topic) in [
        (ann, access(None), before.topic),
        (ann, access(None), after.topic),
        (cleo, from, before.topic),
        (cleo, from, after.topic),
        (Viewer::Anonymous, Access::new(Viewer::Anonymous, GroupKind::Direct, false, None), after.topic),
    ] {
        let started = crate::tables::ints(
            &forum,
            &format!("select {} from topics where id = {topic}", crate::tables::micros(&forum, "created_at")),
        )
        .await;
        let reader = who.id();
        let may = access.may(Permission::Read) && (access.sees_from().is_none() || topic == after.topic);
        assert_eq!(!store::topics::visible(db, reader, &[topic]).await.unwrap().is_empty(), may, "{who:?} {started:?}");
        assert_eq!(domain::topics::find(&forum.cx, who, topic).await.is_ok(), may, "{who:?}");
    }
    assert_eq!(store::groups::searched(db, cleo.id()).await.unwrap().but_topics, [before.topic]);
    assert_eq!(store::groups::searched(db, ann.id()).await.unwrap().but_topics, []);
    assert_eq!(store::messages::mentions::unread(db, id(cleo)).await.unwrap(), 1, "not of what was said before");
}
