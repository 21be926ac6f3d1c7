//! Bots: who makes them, what they may do, and how they end.

use std::net::Ipv4Addr;

use domain::messages::by_person;
use domain::model::{BotOwner, GroupKind, LogAction, Role, Scopes, UserId};
use domain::people::api_tokens::TokenForm;
use domain::people::basic_auth::{Credentials, identify};
use domain::people::sessions::Origin;
use domain::people::{account_deletion, accounts, admins, assistance, bots};
use domain::platform::secrets::Password;
use domain::policy::Viewer;
use domain::testing::{PASSWORD, TestForum};
use domain::{Error, Result};

use super::logged;
use crate::{complaint, id, is_forbidden, is_not_found};

stories! {
    people_create_bots_for_their_programs,
    nobody_can_sign_in_as_a_bot,
    a_bot_is_suspended_and_deleted_with_its_owner,
    a_bot_of_a_group_belongs_to_its_admins,
    a_bot_shows_a_badge_and_its_owner,
    a_deleted_bot_leaves_its_messages_and_nothing_else,
    bots_are_limited_per_person_and_group,
    a_bot_never_becomes_the_admin_of_a_group,
    a_token_of_a_bot_ends_at_once_when_its_owner_is_banned,
}

fn form() -> TokenForm {
    TokenForm { name: "Program".into(), scopes: Scopes::parse("read,write"), groups: None, days: 30 }
}

async fn token(forum: &TestForum, owner: Viewer, bot: UserId) -> String {
    bots::create_token(&forum.cx, owner, bot, form(), Password::new(PASSWORD)).await.unwrap()
}

async fn use_token(forum: &TestForum, name: &str, token: &str) -> Result<Option<UserId>> {
    let origin = Origin::new(Ipv4Addr::LOCALHOST, "");
    Ok(identify(&forum.cx, &Credentials::new(name, token), &origin).await?.person.map(|person| person.id))
}

async fn people_create_bots_for_their_programs(forum: TestForum) {
    let (ada, ben) = (forum.person("ada").await, forum.person("ben").await);
    assert!(complaint(bots::create(&forum.cx, ada, "ben").await, "username").contains("taken"));
    assert!(complaint(bots::create(&forum.cx, ada, "x").await, "username").contains("at least 2 characters"));
    assert!(matches!(bots::create(&forum.cx, Viewer::Anonymous, "nest").await, Err(Error::SignedOut)));
    let bot = bots::create(&forum.cx, ada, "nest-cam").await.unwrap();
    assert_eq!(bots::own(&forum.cx, ada).await.unwrap()[0].person.id, bot);
    let wrong = bots::create_token(&forum.cx, ada, bot, form(), Password::new("wrong")).await;
    assert!(complaint(wrong, "current_password").contains("password"));
    let secret = token(&forum, ada, bot).await;
    assert_eq!(use_token(&forum, "nest-cam", &secret).await.unwrap(), Some(bot));
    // Others have no access to it.
    assert!(is_not_found(bots::page(&forum.cx, ben, bot).await));
    assert!(is_not_found(bots::create_token(&forum.cx, ben, bot, form(), Password::new(PASSWORD)).await));
    assert!(is_not_found(bots::delete(&forum.cx, ben, bot).await));
    let page = bots::page(&forum.cx, ada, bot).await.unwrap();
    assert!(is_not_found(bots::revoke_token(&forum.cx, ben, bot, page.tokens[0].id).await));
    bots::revoke_token(&forum.cx, ada, bot, page.tokens[0].id).await.unwrap();
    assert!(use_token(&forum, "nest-cam", &secret).await.is_err());
    forum.drain().await;
}

async fn nobody_can_sign_in_as_a_bot(forum: TestForum) {
    let (ada, boss) = (forum.person("ada").await, forum.site_admin("boss").await);
    let bot = bots::create(&forum.cx, ada, "nest-cam").await.unwrap();
    let origin = Origin::new(Ipv4Addr::LOCALHOST, "");
    for password in ["", PASSWORD] {
        assert!(accounts::sign_in(&forum.cx, "nest-cam", Password::new(password), &origin).await.is_err());
        assert!(use_token(&forum, "nest-cam", password).await.is_err());
    }
    let mut tx = forum.cx.db.begin().await.unwrap();
    assert_eq!(domain::store::people::users::set_password(&mut tx, bot, "hash").await.unwrap(), 0);
    drop(tx);
    let operator = assistance::set_password(&forum.cx, bot, Password::new("rowing past the lighthouse")).await;
    assert!(is_forbidden(operator));
    assert!(is_forbidden(admins::set_admin(&forum.cx, boss, bot, true).await));
}

async fn a_bot_is_suspended_and_deleted_with_its_owner(forum: TestForum) {
    let ada = forum.person("ada").await;
    let bot = bots::create(&forum.cx, ada, "nest-cam").await.unwrap();
    let secret = token(&forum, ada, bot).await;
    for (statement, works) in [
        ("update users set banned_at = created_at where username = 'ada'", false),
        ("update users set banned_at = null where username = 'ada'", true),
        ("update users set suspended_until = created_at where username = 'ada'", true),
    ] {
        forum.execute(statement).await;
        let fresh = forum.another().await;
        let origin = Origin::new(Ipv4Addr::LOCALHOST, "");
        let used = identify(&fresh, &Credentials::new("nest-cam", &secret), &origin).await;
        assert_eq!(used.is_ok(), works, "{statement}: {used:?}");
    }
    account_deletion::delete(&forum.cx, id(ada), Password::new(PASSWORD), false).await.unwrap();
    let fresh = forum.another().await;
    let origin = Origin::new(Ipv4Addr::LOCALHOST, "");
    assert!(identify(&fresh, &Credentials::new("nest-cam", &secret), &origin).await.is_err());
    forum.drain().await;
}

async fn a_bot_of_a_group_belongs_to_its_admins(forum: TestForum) {
    let cx = &forum.cx;
    let (ada, ben, cleo) = (forum.person("ada").await, forum.person("ben").await, forum.person("cleo").await);
    let garden = forum.group(ada, "Garden", GroupKind::Private).await;
    forum.admit(&garden, &[ben]).await;
    assert!(is_forbidden(bots::create_in_group(cx, ben, garden.id, "nest-cam").await));
    assert!(is_not_found(bots::create_in_group(cx, cleo, garden.id, "nest-cam").await));
    let bot = bots::create_in_group(cx, ada, garden.id, "nest-cam").await.unwrap();
    assert_eq!(logged(&forum, ada, garden.id).await[0], LogAction::BotMade);
    for other in [ben, cleo] {
        assert!(is_not_found(bots::page(cx, other, bot).await));
    }
    let secret = token(&forum, ada, bot).await;
    assert_eq!(logged(&forum, ada, garden.id).await[0], LogAction::BotChanged);
    let page = bots::page(cx, ada, bot).await.unwrap();
    assert_eq!(page.tokens[0].groups(), Some(vec![garden.id]), "it works in its group only");
    assert_eq!(page.groups, [(garden.id, "Garden".to_owned())], "it is a member");
    assert_eq!(use_token(&forum, "nest-cam", &secret).await.unwrap(), Some(bot));
    let direct = domain::messages::Target::Conversation { to: "nest-cam", title: "" };
    let refused = domain::messages::submit(cx, ben, direct, domain::testing::draft("Hello")).await;
    assert!(refused.is_err(), "nobody writes to a bot");
    bots::delete(cx, ada, bot).await.unwrap();
    assert_eq!(logged(&forum, ada, garden.id).await[0], LogAction::BotDeleted);
    forum.drain().await;
}

async fn a_bot_shows_a_badge_and_its_owner(forum: TestForum) {
    let cx = &forum.cx;
    let (ada, ben) = (forum.person("ada").await, forum.person("ben").await);
    let (garden, shed) =
        (forum.group(ada, "Garden", GroupKind::Public).await, forum.group(ada, "Shed", GroupKind::Private).await);
    let own = bots::create(cx, ada, "ada-bot").await.unwrap();
    bots::create_in_group(cx, ada, garden.id, "garden-bot").await.unwrap();
    bots::create_in_group(cx, ada, shed.id, "shed-bot").await.unwrap();
    let owner = async |name: &str| by_person::profile(cx, ben, name).await.unwrap().owner;
    assert_eq!(owner("ada-bot").await, Some(BotOwner::Person("ada".to_owned())));
    assert!(matches!(owner("garden-bot").await, Some(BotOwner::Group(group)) if group.id == garden.id));
    assert_eq!(owner("shed-bot").await, Some(BotOwner::HiddenGroup), "the group is not revealed");
    assert_eq!(owner("ada").await, None);
    domain::groups::admit(cx, garden.id, own, domain::model::Role::Member).await.unwrap();
    let topic = forum.topic(ada, &garden, "Plums", "One").await;
    let posted = forum.post(Viewer::User { id: own, is_admin: false }, topic.topic, "Two").await;
    let by_bot = |id| async move { domain::store::messages::by_id(&cx.db, id).await.unwrap().unwrap().by_bot };
    assert!(by_bot(posted.id).await && !by_bot(topic.id).await);
    forum.drain().await;
}

async fn a_deleted_bot_leaves_its_messages_and_nothing_else(forum: TestForum) {
    let cx = &forum.cx;
    let ada = forum.person("ada").await;
    let garden = forum.group(ada, "Garden", GroupKind::Public).await;
    let bot = bots::create_in_group(cx, ada, garden.id, "nest-cam").await.unwrap();
    let secret = token(&forum, ada, bot).await;
    let topic = forum.topic(ada, &garden, "Plums", "One").await;
    let posted = forum.post(Viewer::User { id: bot, is_admin: false }, topic.topic, "Two").await;
    bots::delete(cx, ada, bot).await.unwrap();
    forum.drain().await;
    assert!(
        is_not_found(bots::page(cx, ada, bot).await) && bots::of_group(cx, ada, garden.id).await.unwrap().is_empty()
    );
    assert!(use_token(&forum, "nest-cam", &secret).await.is_err());
    let message = domain::store::messages::by_id(&cx.db, posted.id).await.unwrap().unwrap();
    assert!(!message.deleted && message.author.username.starts_with("deleted-"));
}

async fn bots_are_limited_per_person_and_group(forum: TestForum) {
    let cx = &forum.cx;
    let ada = forum.person("ada").await;
    let garden = forum.group(ada, "Garden", GroupKind::Public).await;
    for number in 0..10 {
        bots::create(cx, ada, &format!("own-bot-{}", ["a", "b", "c", "d", "e", "f", "g", "h", "k", "m"][number]))
            .await
            .unwrap();
        bots::create_in_group(cx, ada, garden.id, &format!("bot-{number}-of-group")).await.unwrap();
    }
    assert!(is_forbidden(bots::create(cx, ada, "one-more").await));
    assert!(is_forbidden(bots::create_in_group(cx, ada, garden.id, "one-more").await));
}

async fn a_bot_never_becomes_the_admin_of_a_group(forum: TestForum) {
    let cx = &forum.cx;
    let (ada, ben, cleo) = (forum.person("ada").await, forum.person("ben").await, forum.person("cleo").await);
    let garden = forum.group(ada, "Garden", GroupKind::Public).await;
    let shed = forum.group(ada, "Shed", GroupKind::Private).await;
    let bot = bots::create_in_group(cx, ada, garden.id, "nest-cam").await.unwrap();
    bots::create_in_group(cx, ada, shed.id, "shed-bot").await.unwrap();
    forum.admit(&garden, &[ben, cleo]).await;
    // Nobody can sign in to the account of ben.
    forum.execute("update users set password_hash = null where username = 'ben'").await;
    domain::groups::leave(cx, ada, garden.id).await.unwrap();
    let role = async |user: UserId| {
        domain::store::groups::members::one(&cx.db, garden.id, user).await.unwrap().map(|member| member.role)
    };
    assert_eq!(role(id(cleo)).await, Some(Role::Admin));
    domain::groups::leave(cx, cleo, garden.id).await.unwrap();
    assert_eq!((role(bot).await, role(id(ben)).await), (Some(Role::Member), Some(Role::Member)));
    assert!(is_forbidden(domain::groups::leave(cx, ada, shed.id).await), "a bot alone lets nobody in");
    forum.drain().await;
}

async fn a_token_of_a_bot_ends_at_once_when_its_owner_is_banned(forum: TestForum) {
    let cx = &forum.cx;
    let (boss, ada) = (forum.site_admin("boss").await, forum.person("ada").await);
    let bot = bots::create(cx, ada, "nest-cam").await.unwrap();
    let secret = token(&forum, ada, bot).await;
    assert_eq!(use_token(&forum, "nest-cam", &secret).await.unwrap(), Some(bot), "and it is cached");
    admins::restrict(cx, boss, id(ada), admins::Restriction::Ban, "Spam.").await.unwrap();
    assert!(use_token(&forum, "nest-cam", &secret).await.is_err());
    admins::restrict(cx, boss, id(ada), admins::Restriction::Lift, "").await.unwrap();
    assert_eq!(use_token(&forum, "nest-cam", &secret).await.unwrap(), Some(bot));
    forum.drain().await;
}
