//! Accounts: sign up, sign in, profile, password.

use std::sync::LazyLock;

use regex::Regex;

use crate::bus::Control;
use crate::context::Context;
use crate::error::{Error, Fields, Result};
use crate::limits::{self, By, Deed};
use crate::model::{Group, Theme, User, UserId};
use crate::names::{Username, username_key};
use crate::policy::{self, Barred, Viewer};
use crate::secrets::Password;
use crate::sessions::{self, Origin};
use crate::store;
use crate::store::users::Profile;

/// What the sign-up form holds.
#[derive(Clone, Debug)]
pub struct NewAccount {
    /// The wanted name.
    pub username: String,
    /// Where mail goes; may be empty.
    pub email: String,
    /// The password.
    pub password: Password,
}

/// Makes an account.
///
/// # Errors
/// [`Error::Invalid`] with what has to be mended; a taken name is one of it.
pub async fn create(cx: &Context, new: NewAccount, is_admin: bool) -> Result<UserId> {
    let mut fields = Fields::default();
    let username = collect(&mut fields, Username::parse(&new.username));
    let email = collect(&mut fields, check_email(&new.email));
    collect(&mut fields, new.password.check("password"));
    fields.check()?;
    let (Some(username), Some(email)) = (username, email) else {
        return Err(Error::Internal("an unchecked form".into()));
    };
    let key = username_key(username.as_str());
    let hash = new.password.hash().await?;
    let mut tx = cx.db.begin().await?;
    let made =
        store::users::insert(&mut tx, username.as_str(), &key, email.as_deref(), &hash, is_admin, cx.now()).await?;
    let Some(id) = made else {
        drop(tx);
        // Which of the two is not said for a mail address: it would tell who has an account here.
        return Err(match store::users::by_name(&cx.db, username.as_str()).await? {
            Some(_) => Error::invalid("username", "That name is taken."),
            None => Error::invalid("username", "That name (or one that looks like it) or that mail address is taken."),
        });
    };
    tx.commit().await?;
    Ok(id)
}

/// Makes an account for a visitor and signs them in: the token for the cookie.
///
/// # Errors
/// [`Error::Invalid`] with what has to be mended, [`Error::TooMany`].
pub async fn sign_up(cx: &Context, new: NewAccount, origin: &Origin) -> Result<String> {
    limits::count(cx, Deed::SignUp, By::Address(origin.address)).await?;
    let id = create(cx, new, false).await?;
    sessions::open(cx, id, origin).await
}

/// Makes the first admin with the link that the program printed; it works while the site has no admin.
///
/// # Errors
/// [`Error::NotFound`] when the link is wrong or there is an admin.
pub async fn first_admin(cx: &Context, link_token: &str, new: NewAccount, origin: &Origin) -> Result<String> {
    check_first_admin(cx, link_token).await?;
    let id = create(cx, new, true).await?;
    sessions::open(cx, id, origin).await
}

/// The token of the link that makes the first admin; `None` when the site has one.
pub async fn first_admin_token(cx: &Context) -> Result<Option<String>> {
    Ok((!store::users::any_admin(&cx.db).await?).then(|| cx.config.secret.sign("first-admin", &cx.config.base_url)))
}

/// Whether the link's token makes the first admin now.
///
/// # Errors
/// [`Error::NotFound`] when it does not.
pub async fn check_first_admin(cx: &Context, link_token: &str) -> Result<()> {
    let signed = cx.config.secret.verify("first-admin", &cx.config.base_url, link_token);
    if signed && !store::users::any_admin(&cx.db).await? { Ok(()) } else { Err(Error::NotFound) }
}

/// Signs in: the token for the cookie. Unknown names take as long and answer the same as wrong passwords.
///
/// # Errors
/// [`Error::Invalid`] on `password` when name and password do not go together, [`Error::TooMany`].
pub async fn sign_in(cx: &Context, name: &str, password: Password, origin: &Origin) -> Result<String> {
    limits::count(cx, Deed::SignIn, By::Address(origin.address)).await?;
    limits::count(cx, Deed::SignIn, By::Name(name, origin.address)).await?;
    let found = store::users::credentials(&cx.db, name).await?;
    let (id, hash) = found.map_or((None, None), |(id, hash)| (Some(id), hash));
    match (password.verify(hash).await?, id) {
        (true, Some(id)) => {
            check_free(cx, id).await?;
            sessions::open(cx, id, origin).await
        }
        _ => Err(Error::invalid("password", "Name and password do not go together.")),
    }
}

/// Nothing when the account may be used. Only whoever knows its password is told why it may not.
async fn check_free(cx: &Context, user: UserId) -> Result<()> {
    let user = own(cx, user).await?;
    let Some(barred) = policy::barred(user.suspended_until, user.banned_at, cx.now()) else { return Ok(()) };
    let reason = &user.barred_reason;
    Err(Error::invalid(
        "password",
        match barred {
            Barred::Suspended(until) => {
                format!("You are suspended until {} (UTC): {reason}", &until.rfc3339()[..16].replace('T', ", "))
            }
            Barred::Banned => format!("You are banned from this site: {reason}"),
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

/// Changes the password and ends all sessions: the token of a new one, for the cookie of whoever changed it.
///
/// # Errors
/// [`Error::Invalid`] when the current one is wrong or the new one unfit.
pub async fn change_password(
    cx: &Context,
    user: UserId,
    current: Password,
    new: Password,
    origin: &Origin,
) -> Result<String> {
    limits::count(cx, Deed::SignIn, By::User(user)).await?;
    new.check("new_password")?;
    let hash = store::users::password_hash(&cx.db, user).await?;
    if !current.verify(hash).await? {
        return Err(Error::invalid("current_password", "That is not your password."));
    }
    let hash = new.hash().await?;
    let mut tx = cx.db.begin().await?;
    store::users::set_password(&mut tx, user, &hash).await?;
    let ended = store::sessions::delete_all(&mut tx, user).await?;
    let token = sessions::open_in(&mut tx, cx, user, origin).await?;
    tx.commit().await?;
    for id in ended {
        sessions::ended_everywhere(cx, id).await;
    }
    Ok(token)
}

/// The account itself, as its owner sees it.
///
/// # Errors
/// [`Error::NotFound`].
pub async fn own(cx: &Context, user: UserId) -> Result<User> {
    store::users::by_id(&cx.db, user).await?.ok_or(Error::NotFound)
}

/// What anyone may see of somebody.
#[derive(Clone, Debug)]
pub struct PublicProfile {
    /// Who they are.
    pub user: User,
    /// Their words about themselves, as HTML.
    pub bio_markup: String,
    /// The groups they are in that the reader may see.
    pub groups: Vec<Group>,
    /// What they wrote last that the reader may see.
    pub recent: Vec<crate::messages::Placed>,
    /// Whether the reader ignores them.
    pub ignored: bool,
    /// Whether the reader may begin a conversation with them.
    pub may_write: bool,
}

/// Somebody's profile.
///
/// # Errors
/// [`Error::NotFound`].
pub async fn profile(cx: &Context, viewer: Viewer, name: &str) -> Result<PublicProfile> {
    let mut user = store::users::by_name(&cx.db, name).await?.ok_or(Error::NotFound)?;
    user.email = None;
    let bio_markup = crate::messages::render(cx, &user.bio).await?;
    let groups = store::groups::of_user(&cx.db, viewer.id_or_none(), user.id).await?;
    let ids = store::messages::of_author(&cx.db, viewer.id_or_none(), user.id, 10).await?;
    let recent = crate::messages::placed(cx, viewer, &ids).await?;
    let (ignored, may_write) = match viewer.id() {
        Some(reader) if reader != user.id => (
            crate::ignores::of(cx, reader).await?.contains(&user.id),
            crate::directs::correspondents(cx, reader, &user).await?.may_write(),
        ),
        _ => (false, false),
    };
    Ok(PublicProfile { user, bio_markup, groups, recent, ignored, may_write })
}

/// Changes what one's profile says.
///
/// # Errors
/// [`Error::Invalid`] with what has to be mended.
pub async fn update_profile(cx: &Context, user: UserId, mut profile: Profile) -> Result<()> {
    let mut fields = Fields::default();
    for (field, text, most) in [
        ("name", &mut profile.name, 100),
        ("bio", &mut profile.bio, 2_000),
        ("location", &mut profile.location, 100),
        ("web", &mut profile.web, 300),
    ] {
        *text = if field == "bio" { text.replace('\0', "").trim().to_owned() } else { crate::audit::one_line(text) };
        if text.chars().count() > most {
            fields.add(field, format!("At most {most} characters."));
        }
    }
    if !(profile.web.is_empty() || profile.web.starts_with("https://") || profile.web.starts_with("http://")) {
        fields.add("web", "An address that begins with https:// or http://.");
    }
    match check_email(profile.email.as_deref().unwrap_or_default()) {
        Ok(email) => profile.email = email,
        Err(_) => fields.add("email", "That is not a mail address."),
    }
    fields.check()?;
    let mut tx = cx.db.begin().await?;
    if store::users::update_profile(&mut tx, user, &profile).await? == 0 {
        return Err(Error::invalid("email", "That address cannot be used here."));
    }
    tx.commit().await?;
    changed(cx, user).await;
    Ok(())
}

/// Chooses the colours.
pub async fn choose_theme(cx: &Context, user: UserId, theme: Theme) -> Result<()> {
    let own = own(cx, user).await?;
    update_profile(
        cx,
        user,
        Profile { name: own.name, email: own.email, bio: own.bio, location: own.location, web: own.web, theme },
    )
    .await
}

/// Makes somebody an admin of the site, or no more. The site keeps at least one.
///
/// # Errors
/// [`Error::Forbidden`] for anyone but site admins, and for the last one's own removal.
pub async fn set_admin(cx: &Context, by: Viewer, user: UserId, is_admin: bool) -> Result<()> {
    match by {
        Viewer::User { is_admin: true, id } if id != user || is_admin => {}
        Viewer::User { is_admin: true, .. } => {
            return Err(Error::Forbidden("Another admin has to take that from you."));
        }
        _ => return Err(Error::Forbidden("Only an admin of the site may do that.")),
    }
    let mut tx = cx.db.begin().await?;
    let found = store::users::set_admin(&mut tx, user, is_admin).await?;
    tx.commit().await?;
    if found == 0 {
        return Err(Error::NotFound);
    }
    changed(cx, user).await;
    Ok(())
}

pub(crate) async fn changed(cx: &Context, user: UserId) {
    let control = Control::UserChanged { user };
    cx.sessions.hear(&control);
    sessions::tell(cx, &control).await;
}

fn collect<T>(fields: &mut Fields, checked: Result<T>) -> Option<T> {
    match checked {
        Ok(value) => Some(value),
        Err(Error::Invalid(wrong)) => {
            wrong.iter().for_each(|(field, message)| fields.add(field, message));
            None
        }
        Err(_) => None,
    }
}

/// Something before the last `@` and a host with a dot after it, without white space, control characters or the specials of
/// RFC 5322, section 3.2.3. Whether mail arrives there only mail can tell.
static EMAIL: LazyLock<Regex> = LazyLock::new(|| {
    let part = r#"[^\s\p{Cc}<>()\[\],;:"\\@.][^\s\p{Cc}<>()\[\],;:"\\@]*"#;
    Regex::new(&format!(r"\A{part}@[^\s\p{{Cc}}@.<>]+(\.[^\s\p{{Cc}}@.<>]+)+\z")).expect("a constant pattern")
});

fn check_email(typed: &str) -> Result<Option<String>> {
    let email = typed.trim();
    if email.is_empty() {
        return Ok(None);
    }
    if email.len() > 254 || !EMAIL.is_match(email) {
        return Err(Error::invalid("email", "That is not a mail address."));
    }
    Ok(Some(email.to_owned()))
}

#[cfg(test)]
mod tests {
    use super::check_email;

    #[test]
    fn what_cannot_be_a_mail_address_is_refused() {
        for good in ["mira@example.org", "m.i+ra@sub.example.org", "ünal@exämple.org"] {
            assert!(check_email(good).is_ok_and(|email| email.is_some()), "{good}");
        }
        for bad in [
            "mira",
            "@example.org",
            "mira@",
            "mira@example",
            "a b@example.org",
            "a@b@example.org",
            "a@.org",
            "a@example.",
            "<a>@b.org",
        ] {
            assert!(check_email(bad).is_err(), "{bad}");
        }
        assert!(check_email(" ").is_ok_and(|email| email.is_none()));
    }
}
