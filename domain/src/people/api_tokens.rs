//! API tokens: a program signs in with one in place of its owner's password. Each has a name, scopes and perhaps an end.

use std::time::Duration;

use crate::live::tell;
use crate::people::{outbound_email, passwords};
use crate::platform::context::Context;
use crate::platform::error::{Error, Result};
use crate::platform::secrets::Password;
use crate::platform::{log, secrets, validate};
use model::time::Timestamp;
use model::{ApiToken, ApiTokenId, EmailKind, Fields, GroupId, GroupKind, LogAction, LogEntry, Scopes, UserId};
use store::Tx;
use store::people::api_tokens::NewToken;

/// What tokens begin with, so that they are recognized among other secrets.
pub const PREFIX: &str = "klatch_";
/// The most tokens of an account.
pub const MOST: i64 = 50;
/// The choices of how many days a token lasts; 0: it does not expire.
pub const DAYS: [i64; 5] = [7, 30, 90, 365, 0];
/// The most characters of a token's name.
const MAX_NAME: usize = 60;
const DAY: Duration = Duration::from_secs(24 * 3_600);

/// The form for a token.
#[derive(Clone, Debug, Default)]
#[allow(missing_docs)]
pub struct TokenForm {
    pub name: String,
    pub scopes: Scopes,
    /// The groups in which it works, of those that its owner is in; `None`: everywhere.
    pub groups: Option<Vec<GroupId>>,
    /// One of [`DAYS`].
    pub days: i64,
}

/// Creates a token, and tells its owner by email. Returns it; it is not stored, so it cannot be shown again.
///
/// # Errors
/// [`Error::Invalid`] on `name`, `scopes`, `groups`, `days` and `current_password`; [`Error::Forbidden`] when there are
/// too many; [`Error::TooMany`].
pub async fn create(cx: &Context, user: UserId, form: TokenForm, password: Password) -> Result<String> {
    create_for(cx, TokenOwner { by: user, user, of_group: None }, form, password).await
}

/// Whose token it is, and who creates or revokes it.
#[derive(Clone, Copy, Debug)]
pub(crate) struct TokenOwner {
    /// The user, or the person responsible for the bot.
    pub by: UserId,
    pub user: UserId,
    /// The group whose bot the user is: the token is recorded in its log.
    pub of_group: Option<GroupId>,
}

/// The same for a token of `user`, with the password of `by`.
pub(crate) async fn create_for(cx: &Context, owner: TokenOwner, form: TokenForm, password: Password) -> Result<String> {
    let TokenOwner { by, user, .. } = owner;
    let name = validate::one_line(&form.name);
    let mut fields = Fields::default();
    if name.is_empty() {
        fields.add("name", texts::people_errors::token_name_missing());
    }
    if name.chars().count() > MAX_NAME {
        fields.add("name", texts::validation::at_most(MAX_NAME));
    }
    if form.scopes.is_empty() {
        fields.add("scopes", texts::people_errors::token_scopes());
    }
    if !DAYS.contains(&form.days) {
        fields.add("days", texts::people_errors::token_days());
    }
    if let Some(groups) = &form.groups {
        let own: Vec<GroupId> = groups_of(cx, user).await?.into_iter().map(|(id, _)| id).collect();
        if groups.is_empty() || groups.iter().any(|group| !own.contains(group)) {
            fields.add("groups", texts::people_errors::token_groups());
        }
    }
    fields.check()?;
    let hash = passwords::check_own(cx, by, password, "current_password").await?;
    let token = format!("{PREFIX}{}", &secrets::token()?[..48]);
    let groups = form.groups.map(|groups| serde_json::to_string(&groups).unwrap_or_default());
    let now = cx.now();
    let expires_at = (form.days > 0).then(|| now.plus(DAY * u32::try_from(form.days).unwrap_or(0)));
    let (digest, scopes) = (secrets::digest(&token), form.scopes.to_text());
    let new = NewToken { user, name: &name, digest: &digest, scopes: &scopes, groups: groups.as_deref(), expires_at };
    let mut tx = cx.db.begin().await?;
    passwords::lock_own(&mut tx, by, &hash).await?;
    if store::people::api_tokens::count(&mut tx, user).await? >= MOST {
        return Err(Error::forbidden(texts::people_errors::token_limit()));
    }
    store::people::api_tokens::insert(&mut tx, new, now).await?;
    note(&mut tx, owner, format!("an API token: {name}"), now).await?;
    let address = store::people::users::email_in(&mut tx, by).await?;
    outbound_email::news(&mut tx, cx, EmailKind::TokenMade, by, address.as_deref()).await?;
    tx.commit().await?;
    cx.wake.after_commit();
    Ok(token)
}

/// Logs the change of a token of a group's bot.
async fn note(tx: &mut Tx, owner: TokenOwner, detail: String, now: Timestamp) -> Result<()> {
    let Some(group) = owner.of_group else { return Ok(()) };
    let entry = LogEntry::new(owner.by, LogAction::BotChanged).group(group).whom(owner.user).detail(detail);
    log::write(tx, entry, now).await
}

/// The groups to which a token of this user can be limited, by name.
pub async fn groups_of(cx: &Context, user: UserId) -> Result<Vec<(GroupId, String)>> {
    let rows = store::topics::reads::my_groups(&cx.db, user).await?;
    Ok(rows.into_iter().filter(|row| row.kind != GroupKind::Direct).map(|row| (row.id, row.name)).collect())
}

/// The tokens of a user, newest first.
pub async fn list(cx: &Context, user: UserId) -> Result<Vec<ApiToken>> {
    Ok(store::people::api_tokens::of_user(&cx.db, user).await?)
}

/// Revokes a token of a user, everywhere at once.
///
/// # Errors
/// [`Error::NotFound`] when it is not a token of this user.
pub async fn revoke(cx: &Context, user: UserId, id: ApiTokenId) -> Result<()> {
    revoke_for(cx, TokenOwner { by: user, user, of_group: None }, id).await
}

/// The same, by the person responsible for a bot.
pub(crate) async fn revoke_for(cx: &Context, owner: TokenOwner, id: ApiTokenId) -> Result<()> {
    let user = owner.user;
    let mut tx = cx.db.begin().await?;
    if store::people::api_tokens::delete(&mut tx, user, id).await? == 0 {
        return Err(Error::NotFound);
    }
    note(&mut tx, owner, "an API token was revoked".to_owned(), cx.now()).await?;
    tx.commit().await?;
    tell::account_changed(cx, user).await;
    Ok(())
}
