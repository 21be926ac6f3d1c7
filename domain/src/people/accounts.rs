//! Accounts: sign up, sign in, profile.

use crate::live::{tell, unread};
use crate::people::sessions::Origin;
use crate::people::sign_ups::Entry;
use crate::people::{
    addresses, browsers, consent, display_names, outbound_email, passwords, sessions, sign_ups, two_factor,
};
use crate::platform::context::Context;
use crate::platform::error::{Error, Result};
use crate::platform::hashing::Lane;
use crate::platform::jobs::Task;
use crate::platform::secrets::Password;
use crate::platform::{jobs, log, validate};
use crate::screening::descriptions;
use crate::site::rate_limits;
use crate::site::rate_limits::{By, RateLimit};
use bus::Control;
use model::names::{Username, username_key};
use model::policy::Restricted;
use model::{Consent, EmailKind, Fields, LogAction, LogEntry, Profile, Theme, User, UserId, policy};
use store::Tx;

/// The data of the sign-up form.
#[derive(Clone, Debug)]
#[allow(missing_docs)]
pub struct NewAccount {
    pub username: String,
    /// May be empty.
    pub email: String,
    pub password: Password,
}

/// How a visitor justifies a sign-up. Each may be empty.
#[derive(Clone, Debug, Default)]
#[allow(missing_docs)]
pub struct Credentials {
    pub invitation: String,
    /// To the admins who approve the account.
    pub message: String,
    /// The value of the checkbox by which the visitor accepts pages of the site, such as its rules.
    pub accept: String,
}

/// Creates an account on behalf of the operator, who vouches for its email address.
///
/// # Errors
/// [`Error::Invalid`] with the fields to correct, a taken name included.
pub async fn create(cx: &Context, new: NewAccount, is_admin: bool) -> Result<UserId> {
    make(cx, new, is_admin, true, &Entry::Free, &Consent::default(), &cx.hashing.lane("command")).await
}

/// Creates an account. An unvouched address must be confirmed. Only its owner learns that another account has it.
pub(crate) async fn make(
    cx: &Context,
    new: NewAccount,
    is_admin: bool,
    is_vouched_for: bool,
    entry: &Entry,
    consent: &Consent,
    lane: &Lane<'_>,
) -> Result<UserId> {
    let mut fields = Fields::default();
    let site = crate::site::current(cx).await;
    let username = validate::collect(&mut fields, Username::parse(&new.username).map_err(Error::from))?;
    let email = validate::collect(&mut fields, addresses::check(&new.email))?;
    let about = [new.username.as_str(), &new.email, &site.settings.name];
    validate::collect(&mut fields, new.password.check(lane, "password", &about).await)?;
    fields.check()?;
    let (Some(username), Some(email)) = (username, email) else {
        return Err(Error::Internal("an unchecked form".into()));
    };
    if !is_admin {
        descriptions::name(cx, username.as_str()).await?;
    }
    let key = username_key(username.as_str());
    let hash = new.password.hash(lane).await?;
    let (vouched_for, waiting) = if is_vouched_for { (email, None) } else { (None, email) };
    let mut tx = cx.db.begin().await?;
    let confirmed = vouched_for.as_deref();
    let now = cx.now();
    let mut made =
        store::people::users::insert(&mut tx, username.as_str(), &key, confirmed, &hash, is_admin, now).await?;
    if let Some(id) = made
        && is_reserved(&mut tx, cx, id, &username).await?
    {
        made = None;
    }
    let Some(id) = made else {
        drop(tx);
        // For an email address, do not say which of the two: it would reveal who has an account here.
        return Err(match store::people::users::by_name(&cx.db, username.as_str()).await? {
            Some(_) => Error::invalid("username", texts::people_errors::username_taken()),
            None => Error::invalid("username", texts::people_errors::username_or_email_taken()),
        });
    };
    sign_ups::enter(&mut tx, cx, id, entry).await?;
    consent::record(&mut tx, id, consent, now).await?;
    if is_admin {
        // Created by the command line or by the link that the program prints.
        let made = LogEntry::of_operator(LogAction::AdminMade).whom(id);
        log::write(&mut tx, made, cx.now()).await?;
    }
    if let Some(email) = &waiting {
        // Count only emails that are sent, not attempted sign-ups.
        rate_limits::count(cx, RateLimit::Mail, By::Mailbox(email)).await?;
        store::people::users::set_new_email(&mut tx, id, email).await?;
        outbound_email::with_link(&mut tx, cx, EmailKind::Confirm, Some(id), email).await?;
    }
    tx.commit().await?;
    cx.wake.after_commit();
    Ok(id)
}

/// Creates an account for a visitor and opens a session. Returns the token for the cookie. Where admins approve new
/// accounts, the account starts as pending.
///
/// # Errors
/// [`Error::Invalid`] with the fields to correct; [`Error::TooMany`]; [`Error::Forbidden`] when sign-up is not allowed.
pub async fn sign_up(cx: &Context, new: NewAccount, with: &Credentials, origin: &Origin) -> Result<String> {
    rate_limits::count(cx, RateLimit::SignUp, origin.by()).await?;
    let entry = sign_ups::entry(cx, &with.invitation, &with.message).await?;
    let site = crate::site::current(cx).await;
    let consent = consent::check(crate::site::pages::to_accept(&site), &with.accept)?;
    let id = make(cx, new, false, false, &entry, &consent, &origin.lane(cx)).await?;
    sessions::open(cx, id, origin).await
}

/// The result of a correct password.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum SignedIn {
    /// Signed in, with the token for the cookie.
    Session(String),
    /// A code is needed: keep this ticket for [`crate::people::two_factor::pass`].
    Ticket(String),
}

/// Signs in. An unknown name takes as long and gives the same answer as a wrong password.
///
/// # Errors
/// [`Error::Invalid`] on `password` when name and password do not match; [`Error::TooMany`].
pub async fn sign_in(cx: &Context, name: &str, password: Password, origin: &Origin) -> Result<SignedIn> {
    let Some(right) = verify_from(cx, name, password, origin).await? else {
        return Err(Error::invalid("password", texts::people_errors::sign_in_wrong()));
    };
    let Right { id, hash, is_known } = right;
    check_free(cx, id).await?;
    if two_factor::is_on(cx, id).await? {
        return Ok(SignedIn::Ticket(two_factor::ticket(cx, id, &hash)));
    }
    let mut tx = cx.db.begin().await?;
    let token = sessions::open_in(&mut tx, cx, id, origin).await?;
    if !is_known {
        browsers::tell_of_new(&mut tx, cx, id, origin).await?;
    }
    tx.commit().await?;
    cx.wake.after_commit();
    log_sign_in(id, origin);
    Ok(SignedIn::Session(token))
}

/// A right password.
struct Right {
    id: UserId,
    hash: String,
    /// Whether the browser is known to the account.
    is_known: bool,
}

/// Counts and checks a password that came without a form. Returns the account and its password hash; `None` if it is
/// wrong.
///
/// # Errors
/// [`Error::TooMany`]; [`Error::Busy`].
pub(crate) async fn verify(
    cx: &Context,
    name: &str,
    password: &str,
    origin: &Origin,
) -> Result<Option<(UserId, String)>> {
    let right = verify_from(cx, name, Password::new(password), origin).await?;
    Ok(right.map(|right| (right.id, right.hash)))
}

async fn verify_from(cx: &Context, name: &str, password: Password, origin: &Origin) -> Result<Option<Right>> {
    let name = name.trim();
    let found = store::people::users::credentials(&cx.db, name).await?;
    let (id, hash) = found.map_or((None, None), |(id, hash)| (Some(id), hash));
    let known = match (id, &hash) {
        (Some(id), Some(hash)) => browsers::known(cx, id, hash, &origin.known).map(|browser| (id, browser)),
        _ => None,
    };
    match &known {
        // What others do cannot hinder a browser that is known.
        Some((id, browser)) => rate_limits::count(cx, RateLimit::SignIn, By::Browser(*id, browser)).await?,
        None => count_attempt(cx, name, id, origin).await?,
    }
    let lane = known.as_ref().map_or_else(|| origin.lane(cx), |(id, _)| cx.hashing.lane(format!("u{id}")));
    match (password.verify(&lane, hash.clone()).await?, id, hash) {
        (true, Some(id), Some(hash)) => Ok(Some(Right { id, hash, is_known: known.is_some() })),
        _ => {
            // Logged in part: a long one is no name.
            let name: String = name.chars().take(60).collect();
            tracing::warn!(name, network = %rate_limits::network(origin.address), "sign-in refused");
            Ok(None)
        }
    }
}

/// Logs a sign-in with its network.
pub(crate) fn log_sign_in(user: UserId, origin: &Origin) {
    tracing::info!(user = user.0, network = %rate_limits::network(origin.address), "signed in");
}

/// Counts an attempt from a browser that is not known: by its networks, and on the account, however its name was typed.
async fn count_attempt(cx: &Context, name: &str, account: Option<UserId>, origin: &Origin) -> Result<()> {
    rate_limits::count(cx, RateLimit::SignIn, origin.by()).await?;
    let by = account.map_or(By::Name(name, origin.address), |id| By::Account(id, origin.address));
    rate_limits::count(cx, RateLimit::SignIn, by).await?;
    if rate_limits::count_guess(cx, by).await? {
        browsers::tell_of_attempts(cx, account).await?;
    }
    Ok(())
}

/// Fails when the account is suspended or banned. Check the password first, because the error tells the reason.
pub(crate) async fn check_free(cx: &Context, user: UserId) -> Result<()> {
    let user = own(cx, user).await?;
    let Some(restricted) = policy::restricted(user.suspended_until, user.banned_at, cx.now()) else { return Ok(()) };
    let reason = &user.barred_reason;
    Err(Error::invalid(
        "password",
        match restricted {
            Restricted::Suspended(until) => {
                texts::people_errors::suspended(until.rfc3339()[..16].replace('T', ", "), reason)
            }
            Restricted::Banned => texts::people_errors::banned(reason),
        },
    ))
}

/// Signs out: ends the session everywhere.
pub async fn sign_out(cx: &Context, user: UserId, session: &str) -> Result<()> {
    match sessions::end(cx, user, session).await {
        Err(Error::NotFound) => Ok(()),
        other => other,
    }
}

/// An account as its owner sees it.
///
/// # Errors
/// [`Error::NotFound`].
pub async fn own(cx: &Context, user: UserId) -> Result<User> {
    store::people::users::by_id(&cx.db, user).await?.ok_or(Error::NotFound)
}

/// Changes the user's name. The old name stays reserved and redirects to the new one.
///
/// # Errors
/// [`Error::Invalid`] on `username` and `current_password`; [`Error::TooMany`].
pub async fn rename(cx: &Context, user: UserId, typed: &str, password: Password) -> Result<()> {
    let name = Username::parse(typed)?;
    passwords::check_own(cx, user, password, "current_password").await?;
    let old = own(cx, user).await?.username;
    if old == name.as_str() {
        return Ok(());
    }
    descriptions::name(cx, name.as_str()).await?;
    let lower = name.as_str().to_lowercase();
    let taken = || Error::invalid("username", texts::people_errors::username_similar());
    let mut tx = cx.db.begin().await?;
    if old.to_lowercase() != lower {
        store::people::former_names::keep_own(&mut tx, user).await?;
        store::people::former_names::take_back(&mut tx, user, &lower).await?;
    }
    let renamed = store::people::users::rename(&mut tx, user, name.as_str(), &username_key(name.as_str())).await?;
    if renamed == 0 || is_reserved(&mut tx, cx, user, &name).await? {
        return Err(taken());
    }
    // Count only successful renames.
    rate_limits::count(cx, RateLimit::Rename, By::User(user)).await?;
    let conversations = store::messages::conversations::of(&mut tx, user).await?;
    for &group in &conversations {
        crate::groups::direct_names::rename(&mut tx, group).await?;
        jobs::enqueue(&mut tx, Task::GroupChanged { group }, cx.now()).await?;
    }
    tx.commit().await?;
    cx.wake.after_commit();
    tell::person_changed(cx, user).await;
    for group in conversations {
        cx.tell(&Control::GroupChanged { group, narrows: false }).await;
    }
    Ok(())
}

/// Whether another account gave up this name or a similar one. Check it after writing the name: the write waits for a
/// concurrent transaction that gives the name up.
async fn is_reserved(tx: &mut Tx, cx: &Context, user: UserId, name: &Username) -> Result<bool> {
    let (lower, key) = (name.as_str().to_lowercase(), username_key(name.as_str()));
    Ok(store::people::former_names::is_reserved(tx, user, &lower, &key, cx.now()).await?)
}

/// Changes the user's profile.
///
/// # Errors
/// [`Error::Invalid`] with the fields to correct.
pub async fn update_profile(cx: &Context, user: UserId, mut profile: Profile) -> Result<()> {
    let mut fields = Fields::default();
    let owner = own(cx, user).await?;
    profile.name = display_names::clean(&profile.name);
    validate::collect(&mut fields, display_names::check(cx, &owner, &profile.name).await)?;
    for (field, text, most) in
        [("bio", &mut profile.bio, 2_000), ("location", &mut profile.location, 100), ("web", &mut profile.web, 300)]
    {
        *text = if field == "bio" { text.replace('\0', "").trim().to_owned() } else { validate::one_line(text) };
        if text.chars().count() > most {
            fields.add(field, texts::validation::at_most(most));
        }
    }
    if !(profile.web.is_empty() || profile.web.starts_with("https://") || profile.web.starts_with("http://")) {
        fields.add("web", texts::validation::address_http());
    }
    fields.check()?;
    let mut tx = cx.db.begin().await?;
    // This may change which topics count as unread in muted groups.
    unread::users_change(cx, &[user]).await?;
    store::people::users::update_profile(&mut tx, user, &profile).await?;
    tx.commit().await?;
    tell::person_changed(cx, user).await;
    Ok(())
}

/// Sets the colour theme.
pub async fn choose_theme(cx: &Context, user: UserId, theme: Theme) -> Result<()> {
    let mut tx = cx.db.begin().await?;
    store::people::users::set_theme(&mut tx, user, theme).await?;
    tx.commit().await?;
    tell::account_changed(cx, user).await;
    Ok(())
}
