//! What admins of the site do: settings, accounts.

use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::members::Reason;
use super::moderation::Reach;
use super::objects::User;
use super::words::{AccountState, At, Images, Language, SignUps, SitePage, given};
use super::{Ask, Body, Created, Done, Found, PAGE, Page, Query, cursor};
use crate::moderation::{bulk_delete, warnings};
use crate::people::admins::{self, Actor, Restriction};
use crate::people::{claims, display_names};
use crate::platform::error::{Error, Result};
use crate::site;
use model::UserId;

/// The site settings.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct Settings {
    pub name: String,
    /// The tagline.
    pub line: String,
    pub sign_ups: SignUps,
    /// A notice to everyone, in message markup.
    pub notice: String,
    /// Whether the site is in read-only mode.
    pub read_only: bool,
    /// Whether site admins need two-factor authentication.
    pub admins_need_two_factor: bool,
    pub images: Images,
    /// Whether new messages get previews of their links.
    pub link_previews: bool,
    /// The welcome text on the home page of visitors, in message markup.
    pub welcome: String,
    /// The accent color as `#rrggbb`. Empty: the default.
    pub accent: String,
    /// The pages that new members must accept.
    pub must_accept: Vec<SitePage>,
    /// The language for people of whom none is known, and of feeds.
    pub language: Language,
}

/// Returns the site settings.
///
/// # Errors
/// As [`super::admit`].
pub async fn settings(ask: Ask, _: ()) -> Result<Found<Settings>> {
    ask.check_unlimited()?;
    let now = site::settings(&ask.cx).await?;
    let language = Language(now.lang());
    Ok(Found(Settings {
        name: now.name,
        line: now.line,
        sign_ups: now.sign_ups.into(),
        notice: now.notice,
        read_only: now.read_only,
        admins_need_two_factor: now.admins_need_two_factor,
        images: now.images.into(),
        link_previews: now.link_previews,
        welcome: now.welcome,
        accent: now.accent,
        language,
        must_accept: now.must_accept.into_iter().map(Into::into).collect(),
    }))
}

/// Changes of the settings. Omitted fields stay as they are.
#[derive(Clone, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct SettingsChange {
    #[serde(default, deserialize_with = "given")]
    #[schema(value_type = String, required = false)]
    pub name: Option<String>,
    #[serde(default, deserialize_with = "given")]
    #[schema(value_type = String, required = false)]
    pub line: Option<String>,
    #[serde(default, deserialize_with = "given")]
    #[schema(value_type = SignUps, required = false)]
    pub sign_ups: Option<SignUps>,
    #[serde(default, deserialize_with = "given")]
    #[schema(value_type = String, required = false)]
    pub notice: Option<String>,
    #[serde(default, deserialize_with = "given")]
    #[schema(value_type = bool, required = false)]
    pub read_only: Option<bool>,
    #[serde(default, deserialize_with = "given")]
    #[schema(value_type = Images, required = false)]
    pub images: Option<Images>,
    #[serde(default, deserialize_with = "given")]
    #[schema(value_type = bool, required = false)]
    pub link_previews: Option<bool>,
    #[serde(default, deserialize_with = "given")]
    #[schema(value_type = String, required = false)]
    pub welcome: Option<String>,
    #[serde(default, deserialize_with = "given")]
    #[schema(value_type = String, required = false)]
    pub accent: Option<String>,
    #[serde(default, deserialize_with = "given")]
    #[schema(value_type = Vec<SitePage>, required = false)]
    pub must_accept: Option<Vec<SitePage>>,
    #[serde(default, deserialize_with = "given")]
    #[schema(value_type = Language, required = false)]
    pub language: Option<Language>,
}

/// Changes the site settings. Whether admins need two-factor authentication can only be set on the page.
///
/// # Errors
/// As [`site::update`].
pub async fn update_settings(ask: Ask, Body(change): Body<SettingsChange>) -> Result<Found<Settings>> {
    ask.check_unlimited()?;
    let old = site::settings(&ask.cx).await?;
    let new = site::Settings {
        name: change.name.unwrap_or(old.name),
        line: change.line.unwrap_or(old.line),
        sign_ups: change.sign_ups.map_or(old.sign_ups, |word| word.0),
        notice: change.notice.unwrap_or(old.notice),
        read_only: change.read_only.unwrap_or(old.read_only),
        admins_need_two_factor: old.admins_need_two_factor,
        images: change.images.map_or(old.images, |word| word.0),
        link_previews: change.link_previews.unwrap_or(old.link_previews),
        welcome: change.welcome.unwrap_or(old.welcome),
        accent: change.accent.unwrap_or(old.accent),
        language: change.language.map_or(old.language, |word| model::Language(Some(word.0))),
        must_accept: change.must_accept.map_or(old.must_accept, |pages| pages.into_iter().map(|page| page.0).collect()),
    };
    site::update(&ask.cx, ask.viewer(), new).await?;
    settings(ask, ()).await
}

/// An account, as site admins see it.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[schema(as = SiteAccount)]
pub struct Account {
    pub user: User,
    pub email: Option<String>,
    pub is_admin: bool,
    pub is_deleted: bool,
    /// When it started waiting for approval.
    pub waiting_since: Option<At>,
    pub suspended_until: Option<At>,
    pub banned_at: Option<At>,
    /// Why it is suspended or banned.
    pub reason: String,
}

fn account(ask: &Ask, user: &model::User) -> Account {
    Account {
        user: User::new(&ask.cx, user),
        email: user.email.clone(),
        is_admin: user.is_admin,
        is_deleted: user.deleted,
        waiting_since: user.waiting_since.map(Into::into),
        suspended_until: user.suspended_until.map(Into::into),
        banned_at: user.banned_at.map(Into::into),
        reason: user.barred_reason.clone(),
    }
}

/// Filters accounts.
#[derive(Clone, Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
pub struct Wanted {
    /// Part of the username or email address.
    #[serde(default)]
    pub q: String,
    #[param(inline)]
    pub state: Option<AccountState>,
    /// The value of `next` from the previous page.
    pub cursor: Option<String>,
}

/// Returns the accounts of the site.
///
/// # Errors
/// [`Error::Invalid`] on `cursor`.
pub async fn people(ask: Ask, Query(wanted): Query<Wanted>) -> Result<Found<Page<Account>>> {
    ask.check_unlimited()?;
    let page = cursor::page("people", wanted.cursor.as_deref())?;
    let state = wanted.state.map(|state| state.0);
    let (rows, total) = crate::admin::people(&ask.cx, &wanted.q, state, page, PAGE as i64).await?;
    let more = (page + 1) * (PAGE as i64) < total;
    let items = rows.iter().map(|row| account(&ask, &row.user)).collect();
    Page::found(items, more.then(|| cursor::make("people", page + 1)))
}

/// Returns an account.
///
/// # Errors
/// As [`admins::person`].
pub async fn person(ask: Ask, _: ()) -> Result<Found<Account>> {
    ask.check_unlimited()?;
    let user = admins::person(&ask.cx, ask.viewer(), ask.part("id")?).await?;
    Ok(Found(account(&ask, &user)))
}

/// A suspension or ban.
#[derive(Clone, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewRestriction {
    /// For how many days. Without it, the account is banned permanently.
    #[schema(minimum = 1, maximum = 3650)]
    pub days: Option<i64>,
    #[schema(min_length = 1, max_length = 1000)]
    pub reason: String,
}

/// Suspends or bans an account. Its user is notified of the reason.
///
/// # Errors
/// As [`admins::restrict`].
pub async fn restrict(ask: Ask, Body(new): Body<NewRestriction>) -> Result<Found<Account>> {
    ask.check_unlimited()?;
    let restriction = new.days.map_or(Restriction::Ban, |days| Restriction::Suspend { days });
    set_restriction(&ask, restriction, &new.reason).await
}

/// Ends a suspension or ban.
///
/// # Errors
/// As [`admins::restrict`].
pub async fn lift(ask: Ask, _: ()) -> Result<Found<Account>> {
    ask.check_unlimited()?;
    set_restriction(&ask, Restriction::Lift, "").await
}

async fn set_restriction(ask: &Ask, restriction: Restriction, reason: &str) -> Result<Found<Account>> {
    let user: UserId = ask.part("id")?;
    admins::restrict(&ask.cx, ask.viewer(), user, restriction, reason).await?;
    let now = admins::person(&ask.cx, ask.viewer(), user).await?;
    Ok(Found(account(ask, &now)))
}

/// A link to claim an account. It cannot be shown again.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct ClaimLink {
    /// The person who opens it sets a password, and owns the account. It works once, for three days.
    pub url: String,
}

/// Creates a link with which the owner of an imported account claims it. An earlier link ends.
///
/// # Errors
/// As [`claims::link`].
pub async fn create_claim_link(ask: Ask, _: ()) -> Result<Created<ClaimLink>> {
    ask.check_unlimited()?;
    let url = claims::link(&ask.cx, Actor::Admin(ask.viewer()), ask.part("id")?).await?;
    Ok(Created(ClaimLink { url }))
}

/// Revokes the link to claim an account.
///
/// # Errors
/// As [`claims::revoke`].
pub async fn revoke_claim_link(ask: Ask, _: ()) -> Result<Done> {
    ask.check_unlimited()?;
    claims::revoke(&ask.cx, Actor::Admin(ask.viewer()), ask.part("id")?).await?;
    Ok(Done)
}

/// Removes the display name of a user.
///
/// # Errors
/// As [`display_names::clear`].
pub async fn clear_name(ask: Ask, _: ()) -> Result<Done> {
    ask.check_unlimited()?;
    display_names::clear(&ask.cx, Actor::Admin(ask.viewer()), ask.part("id")?).await?;
    Ok(Done)
}

/// Warns a user. They see the reason at the top of their next page.
///
/// # Errors
/// As [`warnings::warn`].
pub async fn warn(ask: Ask, Body(why): Body<Reason>) -> Result<Done> {
    ask.check_unlimited()?;
    warnings::warn(&ask.cx, ask.viewer(), ask.part("id")?, &why.reason).await?;
    Ok(Done)
}

/// Withdraws a site warning.
///
/// # Errors
/// As [`warnings::withdraw`].
pub async fn take_back_warning(ask: Ask, _: ()) -> Result<Done> {
    ask.check_unlimited()?;
    warnings::withdraw(&ask.cx, ask.viewer(), ask.part("warning")?).await?;
    Ok(Done)
}

/// A removal: the deletion of everything a user wrote on the site.
#[derive(Clone, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct SiteRemoval {
    pub span: Reach,
    #[schema(min_length = 1, max_length = 1000)]
    pub reason: String,
}

/// Deletes a user's messages on the whole site. This can be undone for 30 days.
///
/// # Errors
/// As [`bulk_delete::clear_site`].
pub async fn remove(ask: Ask, Body(removal): Body<SiteRemoval>) -> Result<Done> {
    ask.check_unlimited()?;
    let (user, span): (UserId, bulk_delete::Span) = (ask.part("id")?, removal.span.into());
    bulk_delete::clear_site(&ask.cx, ask.viewer(), user, span, &removal.reason, None).await?;
    Ok(Done)
}

/// Undoes a removal on the site.
///
/// # Errors
/// As [`bulk_delete::undo_in_site`].
pub async fn undo_removal(ask: Ask, _: ()) -> Result<Done> {
    ask.check_unlimited()?;
    bulk_delete::undo_in_site(&ask.cx, ask.viewer(), ask.part("removal")?).await?;
    Ok(Done)
}

/// Approves a pending account.
///
/// # Errors
/// [`Error::NotFound`] if it does not wait.
pub async fn approve(ask: Ask, _: ()) -> Result<Done> {
    answer(ask, true).await
}

/// Declines a pending account.
///
/// # Errors
/// As [`approve`].
pub async fn decline(ask: Ask, _: ()) -> Result<Done> {
    answer(ask, false).await
}

async fn answer(ask: Ask, approve: bool) -> Result<Done> {
    ask.check_unlimited()?;
    let done = crate::people::sign_ups::answer(&ask.cx, ask.viewer(), &[ask.part("id")?], approve).await?;
    if done == 0 { Err(Error::NotFound) } else { Ok(Done) }
}
