//! One's own settings.

use askama::Template;
use domain::model::{DirectFrom, Person};
use domain::time::Timestamp;

use crate::form::{PasswordForm, ProfileForm};
use crate::frame::Frame;

/// `/-/settings`.
#[derive(Clone, Debug, Template)]
#[template(path = "settings/profile.html")]
pub struct Profile {
    /// Around it.
    pub frame: Frame,
    /// The form.
    pub form: ProfileForm,
}

/// `/-/settings/password`.
#[derive(Clone, Debug, Template)]
#[template(path = "settings/password.html")]
pub struct Password {
    /// Around it.
    pub frame: Frame,
    /// The form.
    pub form: PasswordForm,
}

/// `/-/settings/sessions`.
#[derive(Clone, Debug, Template)]
#[template(path = "settings/sessions.html")]
pub struct Sessions {
    /// Around it.
    pub frame: Frame,
    /// The one of this browser first.
    pub rows: Vec<SessionRow>,
}

/// A place where one is signed in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SessionRow {
    /// Its name in addresses; not the secret.
    pub id: String,
    /// The browser and system, in words.
    pub device: String,
    /// The network address; may be empty.
    pub address: String,
    /// Since when.
    pub created_at: Timestamp,
    /// When it was last used.
    pub seen_at: Timestamp,
    /// Whether it is the one that asks.
    pub current: bool,
}

/// `/-/settings/people`.
#[derive(Clone, Debug, Template)]
#[template(path = "settings/people.html")]
pub struct People {
    /// Around it.
    pub frame: Frame,
    /// Who may begin a conversation.
    pub direct_from: DirectFrom,
    /// Who is ignored, by name.
    pub ignored: Vec<Person>,
}

impl People {
    /// Whether this is the choice.
    pub fn is_from(&self, word: &str) -> bool {
        self.direct_from.as_str() == word
    }
}
