//! Getting in: sign-in, sign-up, and the first admin.

use askama::Template;
use domain::people::sign_ups::Door;
use domain::time::Timestamp;

use crate::form::{CodeForm, ForgotForm, ResetForm, SignInForm, SignUpForm};
use crate::layout::Layout;

/// `/-/sign-in`.
#[derive(Clone, Debug, Template)]
#[template(path = "people/account/sign_in.html")]
pub struct SignIn {
    pub layout: Layout,
    pub form: SignInForm,
    /// The path to redirect to; checked to be on this site.
    pub next: String,
}

/// `/-/sign-up`.
#[derive(Clone, Debug, Template)]
#[template(path = "people/account/sign_up.html")]
pub struct SignUp {
    pub layout: Layout,
    pub form: SignUpForm,
    /// The path to redirect to; checked to be on this site.
    pub next: String,
    /// What they find who want to sign up.
    pub door: Door,
    /// The token of the invitation with which they came; may be empty.
    pub invitation: String,
}

impl SignUp {
    /// Whether an admin reads what they say.
    pub fn asks(&self) -> bool {
        self.door == Door::Asks
    }
}

/// Any page, for somebody whose account waits for an admin of the site.
#[derive(Clone, Debug, Template)]
#[template(path = "people/account/waiting.html")]
pub struct Waiting {
    pub layout: Layout,
    pub since: Timestamp,
    /// Whether an admin said no.
    pub declined: bool,
    /// Whether the answer is sent to an address.
    pub has_unread_notice: bool,
    /// An address that would have to be confirmed for that.
    pub unconfirmed: Option<String>,
}

/// `/-/first-admin`.
#[derive(Clone, Debug, Template)]
#[template(path = "people/account/first_admin.html")]
pub struct FirstAdmin {
    pub layout: Layout,
    pub form: SignUpForm,
    /// The token from the URL.
    pub token: String,
}

/// `/-/forgot`.
#[derive(Clone, Debug, Template)]
#[template(path = "people/account/forgot.html")]
pub struct Forgot {
    pub layout: Layout,
    pub form: ForgotForm,
    /// Whether the site's letters go to people, or into a folder of whoever runs it.
    pub reaches_people: bool,
}

/// `/-/reset`: what a link in a letter leads to.
#[derive(Clone, Debug, Template)]
#[template(path = "people/account/reset.html")]
pub struct Reset {
    pub layout: Layout,
    pub form: ResetForm,
    /// Whose password it sets.
    pub username: String,
    /// The token from the URL.
    pub token: String,
}

/// `/-/confirm`: what a link in a letter leads to.
#[derive(Clone, Debug, Template)]
#[template(path = "people/account/confirm.html")]
pub struct Confirm {
    pub layout: Layout,
    /// Whose address it becomes.
    pub username: String,
    pub address: String,
    /// The token from the URL.
    pub token: String,
    /// Why it cannot be.
    pub error: Option<String>,
}

/// A link in a letter that works no more.
#[derive(Clone, Debug, Template)]
#[template(path = "people/account/link_ended.html")]
pub struct LinkEnded {
    pub layout: Layout,
    /// Whether it would have set a password, and not confirmed an address.
    pub is_reset: bool,
}

/// The second step of signing in.
#[derive(Clone, Debug, Template)]
#[template(path = "people/account/second_step.html")]
pub struct SecondStep {
    pub layout: Layout,
    pub form: CodeForm,
    /// Shows that the password was right.
    pub ticket: String,
    /// The path to redirect to; checked to be on this site.
    pub next: String,
}
