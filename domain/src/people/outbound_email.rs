//! Emails: enqueued in the transaction of their cause, sent by a job that uses the state at sending time.

use std::time::Duration;

use crate::live::draw::Draw;
use crate::people::{addresses, claims};
use crate::platform::context::Context;
use crate::platform::error::{Error, Result};
use crate::platform::mail::signed::{self, MailTo};
use crate::platform::mail::{EmailTemplateData, GroupMentioned, Headers, MailError, ReturnsTo, outbox, trouble};
use crate::platform::secrets;
use model::{EmailId, EmailKind, EmailState, GroupId, NoticeEmail, ReturnedEmail, Role, User, UserId};
use store::people::emails::{EmailRow, NewEmail};
use store::{self, Tx};
use texts::Lang;

/// How long a link to reset a password works.
pub const RESET: Duration = Duration::from_secs(3_600);
/// How long a link to confirm an address, or to download data, works.
pub const CONFIRM: Duration = Duration::from_secs(3 * 24 * 3_600);

/// Enqueues an email with a secret link. `user` is `None` when only an address was given: the account is looked up when
/// the email is sent, so that the requester learns nothing, not even from the response time.
pub(crate) async fn with_link(
    tx: &mut Tx,
    cx: &Context,
    kind: EmailKind,
    user: Option<UserId>,
    address: &str,
) -> Result<()> {
    let seed = secrets::token()?;
    let digest = secrets::digest(&token(cx, &seed));
    let lasts = if kind == EmailKind::Reset { RESET } else { CONFIRM };
    queue(tx, cx, kind, user, address, Cargo { token: Some((&seed, &digest)), detail: None }, lasts).await
}

/// Creates a link that is not emailed: the caller hands it over. It works as long as a link to confirm an address.
pub(crate) async fn link_to_hand_over(tx: &mut Tx, cx: &Context, kind: EmailKind, user: UserId) -> Result<String> {
    let seed = secrets::token()?;
    let digest = secrets::digest(&token(cx, &seed));
    let (at, token) = (cx.now(), Some((seed.as_str(), digest.as_str())));
    let expires_at = at.plus(CONFIRM);
    let new = NewEmail { kind, user: Some(user), address: "", group: None, token, detail: None, at, expires_at };
    let id = store::people::emails::insert(tx, &new).await?;
    store::people::emails::sent(tx, id, Some(user), at).await?;
    Ok(link(cx, kind, &seed))
}

/// An address that refuses so many emails in a row gets no more.
const REFUSALS: i64 = 3;

/// What else an email carries.
#[derive(Clone, Copy, Default)]
struct Cargo<'a> {
    token: Option<(&'a str, &'a str)>,
    detail: Option<&'a str>,
}

/// Enqueues an email about an account event, to an address of the account.
pub(crate) async fn news(
    tx: &mut Tx,
    cx: &Context,
    kind: EmailKind,
    user: UserId,
    address: Option<&str>,
) -> Result<()> {
    match address {
        Some(address) => queue(tx, cx, kind, Some(user), address, Cargo::default(), outbox::NEWS).await,
        None => Ok(()),
    }
}

/// The same, with a text that its template needs.
pub(crate) async fn news_with(
    tx: &mut Tx,
    cx: &Context,
    kind: EmailKind,
    user: UserId,
    address: Option<&str>,
    detail: &str,
) -> Result<()> {
    match address {
        Some(address) => {
            queue(tx, cx, kind, Some(user), address, Cargo { detail: Some(detail), ..Cargo::default() }, outbox::NEWS)
                .await
        }
        None => Ok(()),
    }
}

/// As [`news`], but takes as long when there is no account or address. Nothing is sent then.
pub(crate) async fn news_or_nothing(
    tx: &mut Tx,
    cx: &Context,
    kind: EmailKind,
    user: Option<UserId>,
    address: Option<&str>,
) -> Result<()> {
    let user = user.filter(|_| address.is_some());
    queue(tx, cx, kind, user, address.unwrap_or_default(), Cargo::default(), outbox::NEWS).await
}

/// Ends every link that was sent to the account, because its address or password changed or it was deleted.
pub(crate) async fn end_links(tx: &mut Tx, user: UserId) -> Result<()> {
    for kind in [EmailKind::Reset, EmailKind::Confirm, EmailKind::DataLink] {
        store::people::emails::void(tx, user, kind).await?;
    }
    Ok(())
}

/// Enqueues an email about a decision, or about a report that arrived. `user` is `None` for people without an account.
pub(crate) async fn statement(
    tx: &mut Tx,
    cx: &Context,
    kind: EmailKind,
    user: Option<UserId>,
    address: &str,
    notice: &NoticeEmail,
) -> Result<()> {
    let detail = notice.to_json();
    queue(tx, cx, kind, user, address, Cargo { detail: Some(&detail), ..Cargo::default() }, outbox::NEWS).await
}

async fn queue(
    tx: &mut Tx,
    cx: &Context,
    kind: EmailKind,
    user: Option<UserId>,
    address: &str,
    Cargo { token, detail }: Cargo<'_>,
    lasts: Duration,
) -> Result<()> {
    let at = cx.now();
    outbox::put(tx, NewEmail { kind, user, address, group: None, token, detail, at, expires_at: at.plus(lasts) }).await
}

/// 128 bits, derived from the seed on demand: only the digest is stored.
fn token(cx: &Context, seed: &str) -> String {
    cx.config.secret.sign("letter", seed)[..32].to_owned()
}

/// The email that a link's token belongs to, without using the token up.
///
/// # Errors
/// [`Error::NotFound`] when the link has expired, was used, or never existed.
pub(crate) async fn opened(cx: &Context, kind: EmailKind, token: &str) -> Result<EmailRow> {
    store::people::emails::by_token(&cx.db, kind, &secrets::digest(token), cx.now()).await?.ok_or(Error::NotFound)
}

/// Sends an email, unless it became obsolete.
///
/// # Errors
/// When sending failed; the job will try again.
pub(crate) async fn send(cx: &Context, draw: &Draw, id: EmailId) -> Result<()> {
    let Some(email) = store::people::emails::to_send(&cx.db, id, cx.now()).await? else { return Ok(()) };
    if matches!(email.kind, EmailKind::ReportReceived | EmailKind::ReportAnswered) {
        let occasion = about(cx, &email).await;
        return deliver(cx, draw, &email, None, &Headers::default(), occasion).await;
    }
    let holder = store::people::users::by_email(&cx.db, &email.address).await?;
    let mut claimed = None;
    let user = match email.user_id {
        Some(user) => store::people::users::by_id(&cx.db, user).await?,
        // An account that came with an import is claimed with the address that it had there.
        None if email.kind == EmailKind::Reset && holder.is_none() => {
            let (user, address) = claims::claimable(cx, &email.address).await?.unzip();
            claimed = address;
            user
        }
        None => holder.clone(),
    };
    let Some(user) = user else { return forget(cx, id).await };
    if email.kind == EmailKind::Confirm && !addresses::waits_for(&user, &email.address) {
        return forget(cx, id).await;
    }
    let is_restricted = model::policy::restricted(user.suspended_until, user.banned_at, cx.now()).is_some();
    if email.kind == EmailKind::Restricted && !is_restricted || email.kind == EmailKind::Reinstated && is_restricted {
        return forget(cx, id).await;
    }
    let is_news = matches!(email.kind, EmailKind::Invited | EmailKind::JoinRequested | EmailKind::Admitted);
    if is_restricted && is_news {
        return forget(cx, id).await;
    }
    let group = match email.group_id {
        Some(group) => match mentioned(cx, email.kind, &user, group).await? {
            None => return forget(cx, id).await,
            about => about,
        },
        None => None,
    };
    // The address as its owner or the source spelled it: another spelling may lead to another mailbox.
    let known = user.email.clone().filter(|_| email.user_id.is_none()).or(claimed);
    let address = known.unwrap_or_else(|| email.address.clone());
    if email.user_id.is_none() {
        let mut tx = cx.db.begin().await?;
        store::people::emails::address_to(&mut tx, id, user.id, &address).await?;
        tx.commit().await?;
    }
    let taken_by = holder.filter(|holder| email.kind == EmailKind::Confirm && holder.id != user.id);
    if !matches!(email.kind, EmailKind::Confirm | EmailKind::Reset) && is_bouncing(cx, &user, &address).await? {
        return drop_it(cx, id, "The address refused earlier emails.").await;
    }
    let occasion = EmailTemplateData {
        lang: language(cx, &user).await?,
        username: user.username.clone(),
        address,
        link: email.seed.as_deref().filter(|_| taken_by.is_none()).map(|seed| link(cx, email.kind, seed)),
        taken_by: taken_by.map(|holder| holder.username),
        restricted: is_restricted
            .then(|| (user.suspended_until.filter(|_| user.banned_at.is_none()), user.barred_reason.clone())),
        group,
        ..about(cx, &email).await
    };
    // An answer to an email says so, so that nobody's program answers it.
    let answers = occasion.returned.as_ref().map(|returned| returned.message_id.clone());
    let returns_to = if answers.is_some() { ReturnsTo::Nobody } else { ReturnsTo::Sender };
    let headers = Headers { answers, returns_to, ..Headers::default() };
    deliver(cx, draw, &email, Some(user.id), &headers, occasion).await
}

/// Whether this is the confirmed address of the account, and refused several emails in a row.
async fn is_bouncing(cx: &Context, user: &User, address: &str) -> Result<bool> {
    if !user.email.as_deref().is_some_and(|own| own.eq_ignore_ascii_case(address)) {
        return Ok(false);
    }
    let settings = store::notifications::of_user(&cx.db, user.id).await?;
    Ok(settings.is_some_and(|settings| settings.bouncing_at.is_some()))
}

/// The language of emails to a user: the one they chose, or else that of the browser they last signed in with, or else the
/// site's.
pub(crate) async fn language(cx: &Context, user: &User) -> Result<Lang> {
    if let Some(chosen) = user.language.0 {
        return Ok(chosen);
    }
    let seen = store::people::sessions::last_language(&cx.db, user.id).await?;
    Ok(match seen.0 {
        Some(lang) => lang,
        None => crate::site::current(cx).await.settings.lang(),
    })
}

/// The data of an email, without what depends on the account.
pub(crate) async fn about(cx: &Context, email: &EmailRow) -> EmailTemplateData {
    let site = crate::site::current(cx).await;
    EmailTemplateData {
        kind: email.kind,
        lang: site.settings.lang(),
        site_name: site.settings.name.clone(),
        base_url: cx.config.base_url.clone(),
        username: String::new(),
        address: email.address.clone(),
        link: None,
        taken_by: None,
        at: email.created_at,
        detail: email.detail.clone().unwrap_or_default(),
        group: None,
        expires_at: email.expires_at,
        restricted: None,
        notice: email.detail.as_deref().and_then(NoticeEmail::parse),
        activity: None,
        returned: email.detail.as_deref().filter(|_| email.kind == EmailKind::Returned).and_then(ReturnedEmail::parse),
    }
}

/// Renders an email and gives it to the mail server. Records what became of it.
///
/// # Errors
/// When sending failed; the job will try again.
pub(crate) async fn deliver(
    cx: &Context,
    draw: &Draw,
    email: &EmailRow,
    user: Option<UserId>,
    headers: &Headers,
    occasion: EmailTemplateData,
) -> Result<()> {
    let (id, address) = (email.id, occasion.address.clone());
    let words = (draw.email)(&occasion).map_err(Error::Internal)?;
    let returns_to = match &headers.returns_to {
        ReturnsTo::Sender => returns_to(cx, user, id),
        other => other.clone(),
    };
    let headers = &Headers { returns_to, ..headers.clone() };
    let outcome = cx.mail.send(id, email.kind, &address, words, headers, email.created_at).await;
    // Failing to note it must not send the email again.
    if !matches!(outcome, Err(MailError::Refused(_)))
        && let Err(error) = trouble::note(&cx.db, outcome.is_err(), cx.now()).await
    {
        tracing::warn!(%error, "could not record whether emails are sent");
    }
    match (outcome, user) {
        // The address of a person without an account is not kept.
        (Ok(()), None) => forget(cx, id).await,
        (Ok(()), Some(user)) => {
            let mut tx = cx.db.begin().await?;
            store::people::emails::sent(&mut tx, id, Some(user), cx.now()).await?;
            if email.kind != EmailKind::Confirm && has(&mut tx, user, &address).await? {
                store::notifications::works(&mut tx, user).await?;
            }
            Ok(tx.commit().await?)
        }
        (Err(MailError::Refused(why)), user) => {
            tracing::warn!(email = %id, kind = %email.kind, why, "an email was refused and is dropped");
            let Some(user) = user else { return forget(cx, id).await };
            let mut tx = cx.db.begin().await?;
            store::people::emails::not_sent(&mut tx, id, EmailState::Refused, &cut(&why)).await?;
            if has(&mut tx, user, &address).await? {
                store::notifications::bounced(&mut tx, user, REFUSALS, cx.now()).await?;
            }
            Ok(tx.commit().await?)
        }
        (Err(MailError::Failed(why)), _) => {
            let mut tx = cx.db.begin().await?;
            store::people::emails::not_sent(&mut tx, id, EmailState::Queued, &cut(&why)).await?;
            tx.commit().await?;
            Err(Error::Internal(why))
        }
    }
}

/// To whom mail servers report that they cannot deliver an email: to an address that names it, if the forum receives
/// such reports.
fn returns_to(cx: &Context, user: Option<UserId>, email: EmailId) -> ReturnsTo {
    let takes = cx.config.mail_in.as_ref().is_some_and(|mail_in| mail_in.takes_bounces);
    let to = user.filter(|_| takes).map(|user| MailTo::Bounce { user, email });
    let address = to.and_then(|to| signed::address(&cx.config, to, cx.now()));
    address.map_or(ReturnsTo::Sender, ReturnsTo::Address)
}

/// Whether this is the confirmed address of the account.
async fn has(tx: &mut Tx, user: UserId, address: &str) -> Result<bool> {
    let own = store::people::users::email_in(tx, user).await?;
    Ok(own.is_some_and(|own| own.eq_ignore_ascii_case(address)))
}

/// The start of what a mail server said.
fn cut(why: &str) -> String {
    why.chars().take(500).collect()
}

/// Keeps an email in the log that is not sent.
pub(crate) async fn drop_it(cx: &Context, id: EmailId, why: &str) -> Result<()> {
    let mut tx = cx.db.begin().await?;
    store::people::emails::not_sent(&mut tx, id, EmailState::Dropped, why).await?;
    Ok(tx.commit().await?)
}

/// Invitations that are looked through for the one that an email is about.
const INVITATIONS: i64 = 200;

/// The group that an email is about; `None` when the email became obsolete: the invitation was withdrawn or answered, or
/// the recipient has lost the role.
async fn mentioned(cx: &Context, kind: EmailKind, user: &User, id: GroupId) -> Result<Option<GroupMentioned>> {
    if kind == EmailKind::Invited {
        let invited = store::groups::invitations::of_user(&cx.db, user.id, INVITATIONS).await?;
        let about = invited.into_iter().find(|row| row.group.id == id);
        return Ok(about.map(|row| GroupMentioned {
            name: row.group.name,
            slug: row.group.slug,
            inviter: row.inviter,
        }));
    }
    let found = store::groups::by_id(&cx.db, id, Some(user.id)).await?;
    if kind == EmailKind::JoinRequested && store::groups::requests::count(&cx.db, id).await? == 0 {
        return Ok(None);
    }
    let concerns = |role: Option<Role>| match kind {
        EmailKind::GroupSucceeded => user.is_admin,
        EmailKind::JoinRequested => role > Some(Role::Member),
        EmailKind::Admitted => role.is_some(),
        _ => role == Some(Role::Admin),
    };
    let found = found.filter(|found| concerns(found.role));
    Ok(found.map(|found| GroupMentioned { name: found.group.name, slug: found.group.slug, inviter: String::new() }))
}

async fn forget(cx: &Context, id: EmailId) -> Result<()> {
    let mut tx = cx.db.begin().await?;
    store::people::emails::delete(&mut tx, id).await?;
    Ok(tx.commit().await?)
}

fn link(cx: &Context, kind: EmailKind, seed: &str) -> String {
    let page = match kind {
        EmailKind::Reset => "reset",
        EmailKind::DataLink => "download",
        _ => "confirm",
    };
    format!("{}/-/{page}?token={}", cx.config.base_url, token(cx, seed))
}
