//! The viewer's own settings.

use askama::Template;
use domain::model::{ApiToken, DirectFrom, GroupId, Person};
use domain::people::two_factor::{Setup, State};
use domain::time::Timestamp;

use crate::form::{
    ApiTokenForm, CodeForm, DeleteForm, MailForm, NameForm, OwnPasswordForm, PasswordForm, PictureForm, ProfileForm,
};
use crate::layout::Layout;
use crate::qr::Qr;
use crate::when::Now;

/// `/-/settings`.
#[derive(Clone, Debug, Template)]
#[template(path = "people/settings/profile.html")]
pub struct Profile {
    pub layout: Layout,
    pub form: ProfileForm,
    /// The form for the avatar.
    pub picture: PictureForm,
}

/// `/-/settings/password`.
#[derive(Clone, Debug, Template)]
#[template(path = "people/settings/password.html")]
pub struct Password {
    pub layout: Layout,
    pub form: PasswordForm,
}

/// `/-/settings/sessions`.
#[derive(Clone, Debug, Template)]
#[template(path = "people/settings/sessions.html")]
pub struct Sessions {
    pub layout: Layout,
    /// The session of this browser first.
    pub rows: Vec<SessionRow>,
}

/// A session of the viewer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SessionRow {
    /// The session's public id; not the secret.
    pub id: String,
    /// The user agent as the browser sends it.
    pub device: String,
    /// The IP address; may be empty.
    pub address: String,
    pub created_at: Timestamp,
    /// When it was last used.
    pub seen_at: Timestamp,
    /// Whether it is the session of this request.
    pub current: bool,
}

/// `/-/settings/mail`.
#[derive(Clone, Debug, Template)]
#[template(path = "people/settings/mail.html")]
pub struct Mail {
    pub layout: Layout,
    pub form: MailForm,
    /// The confirmed address.
    pub email: Option<String>,
    /// The address that waits for confirmation.
    pub new_email: Option<String>,
}

/// `/-/settings/second-step`.
#[derive(Clone, Debug, Template)]
#[template(path = "people/settings/second_step.html")]
pub struct SecondStep {
    pub layout: Layout,
    pub state: State,
    /// The form that confirms the password.
    pub password: OwnPasswordForm,
    /// The form for the first code.
    pub code: CodeForm,
}

impl SecondStep {
    /// Returns the QR code for an authenticator app.
    pub fn qr(&self, setup: &Setup) -> Option<Qr> {
        Qr::of(&setup.link)
    }
}

/// Recovery codes, shown once.
#[derive(Clone, Debug, Template)]
#[template(path = "people/settings/recovery_codes.html")]
pub struct RecoveryCodes {
    pub layout: Layout,
    pub codes: Vec<String>,
}

/// `/-/settings/account`.
#[derive(Clone, Debug, Template)]
#[template(path = "people/settings/account.html")]
pub struct Account {
    pub layout: Layout,
    /// The form for a new username.
    pub form: NameForm,
}

/// `/-/settings/account/delete`.
#[derive(Clone, Debug, Template)]
#[template(path = "people/settings/delete.html")]
pub struct Delete {
    pub layout: Layout,
    pub form: DeleteForm,
    /// Number of groups they are in.
    pub groups: i64,
}

/// `/-/settings/people`.
#[derive(Clone, Debug, Template)]
#[template(path = "people/settings/people.html")]
pub struct People {
    pub layout: Layout,
    /// Who may start a conversation with the viewer.
    pub direct_from: DirectFrom,
    /// Ignored users, by name.
    pub ignored: Vec<Person>,
}

impl People {
    /// Whether this choice is selected.
    pub fn is_from(&self, word: &str) -> bool {
        self.direct_from.as_str() == word
    }
}

/// `/-/settings/tokens`.
#[derive(Clone, Debug, Template)]
#[template(path = "people/settings/api_tokens.html")]
pub struct ApiTokens {
    pub layout: Layout,
    pub form: ApiTokenForm,
    /// The viewer's tokens, newest first.
    pub rows: Vec<ApiTokenRow>,
    /// The groups to which a token can be limited.
    pub groups: Vec<GroupChoice>,
    /// A token that was just created, shown once.
    pub fresh: Option<String>,
    /// The address of the site, if that token may read feeds.
    pub feeds_at: Option<String>,
}

/// A group in the form of a new token.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct GroupChoice {
    pub id: GroupId,
    pub name: String,
    pub is_chosen: bool,
}

/// A token of the viewer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ApiTokenRow {
    pub token: ApiToken,
    /// The names of the groups in which it works and which the viewer is still in; `None`: everywhere.
    pub groups: Option<Vec<String>>,
}

impl ApiTokenRow {
    /// Returns what it may do, in words.
    pub fn scopes(&self) -> String {
        self.token.scopes().iter().map(|scope| scope.as_str()).collect::<Vec<_>>().join(", ")
    }

    /// Whether it has not expired.
    pub fn is_valid(&self, now: &Now) -> bool {
        self.token.is_valid(now.at)
    }

    /// Returns where it works, in words.
    pub fn place(&self) -> String {
        match &self.groups {
            None => "everywhere".to_owned(),
            Some(names) if names.is_empty() => "in none of your groups".to_owned(),
            Some(names) => format!("in {}", names.join(", ")),
        }
    }
}

impl ApiTokens {
    /// The scopes: word, label, explanation.
    pub const SCOPES: [(&'static str, &'static str, &'static str); 5] = [
        ("read", "Read", "everything you can read"),
        ("write", "Write", "post, star, join groups, and mark as read"),
        ("moderate", "Moderate", "manage other people's messages where you're a moderator"),
        ("admin", "Administer", "manage the site if you're a site admin"),
        ("feeds", "Read feeds", "in a feed reader, with a URL that contains the token"),
    ];
    /// How long a token lasts, in days, with labels.
    pub const DAYS: [(&'static str, &'static str); 5] =
        [("7", "in 7 days"), ("30", "in 30 days"), ("90", "in 90 days"), ("365", "in 1 year"), ("0", "never")];

    /// Whether the scope is ticked.
    pub fn has_scope(&self, word: &str) -> bool {
        self.form.scopes.value.split(',').any(|scope| scope == word)
    }
}
