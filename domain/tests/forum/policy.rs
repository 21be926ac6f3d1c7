//! The one rule of visibility, in Rust and in SQL.

use domain::model::{GroupKind, Role};
use domain::policy::{Deed, Standing, Viewer};
use domain::store;
use domain::testing::TestForum;

use crate::id;

stories! {
    the_condition_in_statements_says_what_may_says,
}

async fn the_condition_in_statements_says_what_may_says(forum: TestForum) {
    let db = &forum.cx.db;
    let maker = forum.person("maker").await;
    let named = forum.person("named").await;
    for (n, kind) in [GroupKind::Public, GroupKind::Private].into_iter().enumerate() {
        let group = forum.group(maker, kind.as_str(), kind).await;
        forum.admit(&group, &[named]).await;
        let posted = forum.topic(maker, &group, "Plums", "@named").await;
        forum.drain().await;
        for (m, role) in [None, Some(Role::Member), Some(Role::Moderator), Some(Role::Admin)].into_iter().enumerate() {
            for is_site_admin in [false, true] {
                let name = format!("p{n}q{m}r{}", u8::from(is_site_admin) + 3);
                let who = if is_site_admin { forum.site_admin(&name).await } else { forum.person(&name).await };
                if let Some(role) = role {
                    domain::groups::admit(&forum.cx, group.id, id(who), role).await.unwrap();
                }
                let mut readers = vec![(id(who), Standing { kind, role, is_site_admin })];
                if role.is_none() && !is_site_admin {
                    // Anonymous readers are asked for by a number that nobody has.
                    readers.push((domain::model::UserId(0), Standing { kind, role: None, is_site_admin: false }));
                    assert_eq!(Viewer::Anonymous.id(), None);
                }
                for (reader, standing) in readers {
                    let may = standing.may(Deed::Read);
                    let said = [
                        ("hidden_from", !store::groups::hidden_from(db, reader).await.unwrap().contains(&group.id)),
                        ("of_user", store::groups::of_user(db, reader, id(maker)).await.unwrap().contains(&group)),
                        ("visible", !store::topics::visible(db, reader, &[posted.topic]).await.unwrap().is_empty()),
                        (
                            "of_author",
                            store::messages::of_author(db, reader, id(maker), 10).await.unwrap().contains(&posted.id),
                        ),
                        (
                            "discover",
                            store::groups::discover(db, reader, "", store::groups::Order::Name, 10, 0)
                                .await
                                .unwrap()
                                .iter()
                                .any(|row| row.group.id == group.id),
                        ),
                    ];
                    for (statement, says) in said {
                        assert_eq!(says, may, "{statement} for {standing:?}");
                    }
                }
            }
        }
        assert_eq!(store::mentions::unread(db, id(named)).await.unwrap(), n as i64 + 1);
    }
    forum.execute("delete from memberships where user_id = (select id from users where username = 'named')").await;
    assert_eq!(store::mentions::unread(db, id(named)).await.unwrap(), 1, "of the private group no more");
    assert_eq!(store::mentions::of_user(db, id(named), domain::model::MessageId(i64::MAX), 10).await.unwrap().len(), 1);
}
