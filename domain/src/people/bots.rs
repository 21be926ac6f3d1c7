//! Bots: accounts of programs. A person or the admins of a group are responsible for each. No one can sign in as a bot:
//! its programs use API tokens and incoming webhooks.

use crate::groups::{self, GroupAccess, members};
use crate::live::{tell, unread};
use crate::people::account_deletion;
use crate::people::api_tokens::{self, TokenForm, TokenOwner};
use crate::platform::context::Context;
use crate::platform::error::{Error, Result};
use crate::platform::log;
use crate::platform::secrets::Password;
use crate::screening::descriptions;
use model::names::{Username, username_key};
use model::policy::{Permission, Viewer};
use model::{ApiToken, ApiTokenId, Bot, BotOwner, GroupId, LogAction, LogEntry, Role, UserId};
use store::Tx;

/// The most bots of a person.
pub const OF_OWNER: i64 = 10;
/// The most bots of a group.
pub const OF_GROUP: i64 = 10;

/// Creates a bot of the viewer.
///
/// # Errors
/// [`Error::Invalid`] on `username`; [`Error::Forbidden`] for bots, and when they have too many; [`Error::SignedOut`].
pub async fn create(cx: &Context, viewer: Viewer, typed: &str) -> Result<UserId> {
    let owner = viewer.user()?;
    refuse_bot(cx, owner).await?;
    let name = name(cx, typed).await?;
    let mut tx = cx.db.begin().await?;
    store::people::users::lock(&mut tx, &[owner]).await?;
    if store::people::bots::count_of_owner(&mut tx, owner).await? >= OF_OWNER {
        return Err(Error::forbidden(texts::people_errors::bot_limit()));
    }
    let bot = insert(cx, &mut tx, &name, Some(owner), None).await?;
    tx.commit().await?;
    Ok(bot)
}

/// Creates a bot of a group, which becomes a member of the group.
///
/// # Errors
/// [`Error::Invalid`] on `username`; [`Error::Forbidden`] for anyone but the group's admins, for bots, and when the group
/// has too many; [`Error::NotFound`].
pub async fn create_in_group(cx: &Context, viewer: Viewer, group: GroupId, typed: &str) -> Result<UserId> {
    let by = viewer.user()?;
    of_group_authority(cx, viewer, group).await?;
    refuse_bot(cx, by).await?;
    let name = name(cx, typed).await?;
    let mut tx = cx.db.begin().await?;
    members::lock(&mut tx, viewer, group).await?.check(Permission::Administer)?;
    if store::people::bots::count_of_group(&mut tx, group).await? >= OF_GROUP {
        return Err(Error::forbidden(texts::people_errors::bot_limit_of_group()));
    }
    let bot = insert(cx, &mut tx, &name, None, Some(group)).await?;
    enter(cx, &mut tx, group, bot).await?;
    let entry = LogEntry::new(by, LogAction::BotMade).group(group).whom(bot);
    log::write(&mut tx, entry, cx.now()).await?;
    tx.commit().await?;
    tell::membership_changed(cx, bot, group).await;
    Ok(bot)
}

/// A person is responsible for each bot, so a bot cannot be responsible for another one.
async fn refuse_bot(cx: &Context, viewer: UserId) -> Result<()> {
    match store::people::bots::by_id(&cx.db, viewer).await? {
        Some(_) => Err(Error::forbidden(texts::people_errors::bot_of_bot())),
        None => Ok(()),
    }
}

/// Announces to all processes that a person may do less or more, and so their bots too. Call it after the commit.
pub(crate) async fn owner_changed(cx: &Context, owner: UserId) {
    match store::people::bots::of_owner(&cx.db, owner).await {
        Ok(bots) => {
            for bot in bots {
                tell::account_changed(cx, bot.person.id).await;
            }
        }
        Err(error) => tracing::warn!(%error, "the change of a bot's owner was not announced"),
    }
}

/// Adds a bot to a group, in a transaction that holds the group's lock. Call [`tell::membership_changed`] after the
/// commit.
pub(crate) async fn enter(cx: &Context, tx: &mut Tx, group: GroupId, bot: UserId) -> Result<()> {
    unread::users_change(cx, &[bot]).await?;
    members::enter(cx, tx, group, bot, Role::Member, cx.now()).await
}

/// Checks the name of a bot as that of any account.
async fn name(cx: &Context, typed: &str) -> Result<Username> {
    let name = Username::parse(typed)?;
    descriptions::name(cx, name.as_str()).await?;
    Ok(name)
}

async fn insert(
    cx: &Context,
    tx: &mut Tx,
    name: &Username,
    owner: Option<UserId>,
    group: Option<GroupId>,
) -> Result<UserId> {
    let taken = || Error::invalid("username", texts::people_errors::username_similar());
    let (key, now) = (username_key(name.as_str()), cx.now());
    let bot = store::people::bots::insert_account(tx, name.as_str(), &key, now).await?.ok_or_else(taken)?;
    // Another account may have given the name up at the same time.
    if store::people::former_names::is_reserved(tx, bot, &name.as_str().to_lowercase(), &key, now).await? {
        return Err(taken());
    }
    store::people::bots::insert(tx, bot, owner, group, now).await?;
    Ok(bot)
}

/// The viewer's own bots.
///
/// # Errors
/// [`Error::SignedOut`].
pub async fn own(cx: &Context, viewer: Viewer) -> Result<Vec<Bot>> {
    Ok(store::people::bots::of_owner(&cx.db, viewer.user()?).await?)
}

/// The bots of a group.
///
/// # Errors
/// [`Error::Forbidden`] for anyone but the group's admins; [`Error::NotFound`].
pub async fn of_group(cx: &Context, viewer: Viewer, group: GroupId) -> Result<Vec<Bot>> {
    of_group_authority(cx, viewer, group).await?;
    Ok(store::people::bots::of_group(&cx.db, group).await?)
}

async fn of_group_authority(cx: &Context, viewer: Viewer, group: GroupId) -> Result<GroupAccess> {
    let found = groups::with_permission(cx, viewer, group, Permission::Administer).await?;
    if found.group.is_direct() {
        return Err(Error::forbidden(texts::people_errors::bot_in_conversation()));
    }
    Ok(found)
}

/// A bot that the viewer is responsible for: their own, or one of a group they are an admin of.
///
/// # Errors
/// [`Error::NotFound`] for everyone else; [`Error::SignedOut`].
pub async fn answered_for(cx: &Context, viewer: Viewer, bot: UserId) -> Result<Bot> {
    let user = viewer.user()?;
    let found = store::people::bots::by_id(&cx.db, bot).await?.ok_or(Error::NotFound)?;
    match (found.owner_id, found.group_id) {
        (Some(owner), _) if owner == user => Ok(found),
        (None, Some(group)) => match of_group_authority(cx, viewer, group).await {
            Ok(_) => Ok(found),
            // Do not reveal the bot's group to viewers who cannot change the bot.
            Err(Error::Forbidden(_)) => Err(Error::NotFound),
            Err(error) => Err(error),
        },
        _ => Err(Error::NotFound),
    }
}

/// A bot with its API tokens.
#[derive(Clone, Debug)]
#[allow(missing_docs)]
pub struct BotPage {
    pub bot: Bot,
    pub tokens: Vec<ApiToken>,
    /// The groups that the bot is in.
    pub groups: Vec<(GroupId, String)>,
}

/// Returns a bot that the viewer is responsible for, with its tokens.
///
/// # Errors
/// As [`answered_for`].
pub async fn page(cx: &Context, viewer: Viewer, bot: UserId) -> Result<BotPage> {
    let bot = answered_for(cx, viewer, bot).await?;
    let tokens = api_tokens::list(cx, bot.person.id).await?;
    let groups = api_tokens::groups_of(cx, bot.person.id).await?;
    Ok(BotPage { bot, tokens, groups })
}

/// Creates an API token of a bot; the viewer gives their own password. A token of a group's bot works in that group only.
///
/// # Errors
/// As [`answered_for`] and [`api_tokens::create`].
pub async fn create_token(
    cx: &Context,
    viewer: Viewer,
    bot: UserId,
    form: TokenForm,
    password: Password,
) -> Result<String> {
    let bot = answered_for(cx, viewer, bot).await?;
    let groups = bot.group_id.map(|group| vec![group]).or(form.groups);
    let owner = TokenOwner { by: viewer.user()?, user: bot.person.id, of_group: bot.group_id };
    api_tokens::create_for(cx, owner, TokenForm { groups, ..form }, password).await
}

/// Revokes an API token of a bot.
///
/// # Errors
/// As [`answered_for`]; [`Error::NotFound`] when it is not a token of this bot.
pub async fn revoke_token(cx: &Context, viewer: Viewer, bot: UserId, token: ApiTokenId) -> Result<()> {
    let found = answered_for(cx, viewer, bot).await?;
    let owner = TokenOwner { by: viewer.user()?, user: bot, of_group: found.group_id };
    api_tokens::revoke_for(cx, owner, token).await
}

/// Deletes a bot with its tokens and incoming webhooks. Its messages stay, under a placeholder name. Returns the bot.
///
/// # Errors
/// As [`answered_for`].
pub async fn delete(cx: &Context, viewer: Viewer, bot: UserId) -> Result<Bot> {
    let by = viewer.user()?;
    let found = answered_for(cx, viewer, bot).await?;
    let mut tx = cx.db.begin().await?;
    store::people::users::lock(&mut tx, &[bot]).await?;
    if let Some(group) = found.group_id {
        members::lock(&mut tx, viewer, group).await?.check(Permission::Administer)?;
        let entry = LogEntry::new(by, LogAction::BotDeleted).group(group).detail(&found.person.username);
        log::write(&mut tx, entry, cx.now()).await?;
    }
    if store::people::bots::delete(&mut tx, bot).await? == 0 {
        return Err(Error::NotFound);
    }
    for (group, name) in store::webhooks::incoming::delete_of_bot(&mut tx, bot).await? {
        let entry = LogEntry::new(by, LogAction::HookDeleted).group(group).whom(bot).detail(&name);
        log::write(&mut tx, entry, cx.now()).await?;
    }
    let gone = account_deletion::delete_bot(&mut tx, cx, bot).await?;
    tx.commit().await?;
    account_deletion::announce(cx, bot, gone).await;
    Ok(found)
}

/// Who is responsible for a bot, as far as the viewer may know. `None` when no one is any more.
pub(crate) async fn owner(cx: &Context, viewer: Viewer, bot: UserId) -> Result<Option<BotOwner>> {
    let Some(found) = store::people::bots::by_id(&cx.db, bot).await? else { return Ok(None) };
    if let Some(group) = found.group_id {
        return match groups::by_id(cx, viewer, group).await {
            Ok(found) => Ok(Some(BotOwner::Group(found.group))),
            Err(Error::NotFound) => Ok(Some(BotOwner::HiddenGroup)),
            Err(error) => Err(error),
        };
    }
    let Some(owner) = found.owner_id else { return Ok(None) };
    let owner = store::people::users::by_id(&cx.db, owner).await?;
    Ok(owner.map(|owner| BotOwner::Person(owner.username)))
}
