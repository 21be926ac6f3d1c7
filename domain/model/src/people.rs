//! Users.

use serde::{Deserialize, Serialize};

use super::*;
use crate::time::Timestamp;

/// A user's id and name, as shown beside their messages and actions.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, sqlx::FromRow)]
pub struct Person {
    pub id: UserId,
    pub username: String,
    /// The display name; empty if there is none, or if it was not read.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    #[sqlx(rename = "display", default)]
    pub name: String,
    /// The digest of the avatar; empty if there is none, or if it was not read.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    #[sqlx(default)]
    pub avatar: String,
}

impl Person {
    /// A user without a display name and an avatar.
    pub fn new(id: UserId, username: impl Into<String>) -> Self {
        Self { id, username: username.into(), name: String::new(), avatar: String::new() }
    }

    /// Returns the display name, or else the username.
    pub fn shown(&self) -> &str {
        if self.name.is_empty() { &self.username } else { &self.name }
    }

    /// Whether there is a display name other than the username.
    pub fn has_name(&self) -> bool {
        self.shown() != self.username
    }
}

/// An account as its owner and its profile show it.
#[derive(Clone, Debug, PartialEq, Eq, Hash, sqlx::FromRow)]
pub struct User {
    pub id: UserId,
    pub username: String,
    /// Private.
    pub email: Option<String>,
    /// The new address until it is confirmed; private.
    pub new_email: Option<String>,
    /// The display name; may be empty.
    pub name: String,
    /// The digest of the avatar; empty without one.
    pub avatar: String,
    /// In the messages' markup; may be empty.
    pub bio: String,
    /// May be empty.
    pub location: String,
    /// An http or https URL, or empty.
    pub web: String,
    pub theme: Theme,
    #[sqlx(try_from = "Option<String>")]
    pub language: Language,
    /// Whether they are a site admin.
    pub is_admin: bool,
    /// Whether it is the account of a program.
    pub is_bot: bool,
    /// Whether anyone can sign in to it; imported accounts are unclaimed.
    pub claimed: bool,
    /// Whether it was deleted: only its id and a placeholder name are left.
    pub deleted: bool,
    pub created_at: Timestamp,
    /// `None` if the suspension is over.
    pub suspended_until: Option<Timestamp>,
    pub banned_at: Option<Timestamp>,
    /// Why they are suspended or banned, as shown to them.
    pub barred_reason: String,
    pub direct_from: DirectFrom,
    /// Whether they follow the topics that they write in.
    pub follow_written: bool,
    /// Since when the account waits for approval by a site admin; it can do nothing meanwhile.
    pub waiting_since: Option<Timestamp>,
}

impl User {
    /// Returns the user's id and name.
    pub fn person(&self) -> Person {
        Person { id: self.id, username: self.username.clone(), name: self.name.clone(), avatar: self.avatar.clone() }
    }
}

/// An invitation link to the site.
#[derive(Clone, Debug, PartialEq, Eq, sqlx::FromRow)]
pub struct SiteInvitation {
    pub id: SiteInvitationId,
    /// The username of the admin who made it.
    pub inviter: String,
    pub created_at: Timestamp,
    pub expires_at: Timestamp,
    pub uses_left: i64,
    pub used: i64,
}

/// A new account that waits for approval, or was declined recently.
#[derive(Clone, Debug, PartialEq, Eq, sqlx::FromRow)]
pub struct WaitingRow {
    #[sqlx(flatten)]
    pub person: Person,
    /// The confirmed email address.
    pub email: Option<String>,
    /// An address that is not confirmed yet.
    pub new_email: Option<String>,
    /// The applicant's own words.
    pub asked: String,
    pub waiting_since: Timestamp,
    pub declined_at: Option<Timestamp>,
}

/// An open session, as its owner sees it.
#[derive(Clone, Debug, PartialEq, Eq, sqlx::FromRow)]
pub struct SessionRow {
    /// The digest of its token.
    pub id: String,
    pub user_id: UserId,
    pub created_at: Timestamp,
    pub expires_at: Timestamp,
    /// When it was last used, about to the hour.
    pub seen_at: Timestamp,
    /// When its user last gave a password or code.
    pub proved_at: Option<Timestamp>,
    /// The network address that signed in.
    pub address: String,
    /// The browser's own `User-Agent`.
    pub agent: String,
    /// What the browser asked for.
    #[sqlx(try_from = "Option<String>")]
    pub language: Language,
}

/// A user's profile and preferences.
#[derive(Clone, Debug)]
pub struct Profile {
    /// The display name; may be empty.
    pub name: String,
    pub bio: String,
    pub location: String,
    pub web: String,
    pub theme: Theme,
    pub language: Language,
    /// Whether they follow the topics that they post in.
    pub follow_written: bool,
}

/// A user in the site admins' list.
#[derive(Clone, Debug, sqlx::FromRow)]
pub struct ListedUser {
    #[sqlx(flatten)]
    pub user: User,
    /// Whether an admin declined the account.
    pub declined: bool,
    pub messages: i64,
    /// When the newest session began.
    pub seen_at: Option<Timestamp>,
}
