//! Sign-in, sign-up, password reset, and the first admin.

use askama::Template;
use domain::model::Consent;
use domain::people::sign_ups::Door;
use domain::time::Timestamp;
use texts::Text;

use crate::errors::SubmittedForm;
use crate::form::{CodeForm, ForgotForm, ProofForm, ResetForm, SignInForm, SignUpForm};
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
    /// How sign-ups are handled now.
    pub door: Door,
    /// The token of an invitation; may be empty.
    pub invitation: String,
    /// The pages that the visitor has to accept.
    pub consent: Consent,
}

impl SignUp {
    /// Whether the visitor ticked that they accept these versions.
    pub fn accepts(&self) -> bool {
        self.form.accept.value == self.consent.to_string()
    }

    /// Whether an admin reads the message and decides.
    pub fn asks(&self) -> bool {
        self.door == Door::Asks
    }
}

/// Any page, for a user whose account waits for approval by an admin of the site.
#[derive(Clone, Debug, Template)]
#[template(path = "people/account/waiting.html")]
pub struct Waiting {
    pub layout: Layout,
    pub since: Timestamp,
    /// Whether an admin declined the account.
    pub declined: bool,
    /// Whether the answer is sent by email.
    pub has_email: bool,
    /// An email address that must be confirmed for that.
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
}

/// `/-/reset`: the target of a link in an email.
#[derive(Clone, Debug, Template)]
#[template(path = "people/account/reset.html")]
pub struct Reset {
    pub layout: Layout,
    pub form: ResetForm,
    pub username: String,
    /// The token from the URL.
    pub token: String,
}

/// `/-/confirm`: the target of a link in an email.
#[derive(Clone, Debug, Template)]
#[template(path = "people/account/confirm.html")]
pub struct Confirm {
    pub layout: Layout,
    pub username: String,
    /// The email address.
    pub address: String,
    /// The token from the URL.
    pub token: String,
    /// Why it cannot be confirmed.
    pub error: Option<Text>,
}

/// Asks an admin for the password before a change; the form that was sent continues afterwards.
#[derive(Clone, Debug, Template)]
#[template(path = "people/account/prove.html")]
pub struct Prove {
    pub layout: Layout,
    pub form: ProofForm,
    pub username: String,
    /// Whether a two-factor code will do.
    pub takes_code: bool,
    /// The form that was sent.
    pub kept: SubmittedForm,
}

impl Prove {
    /// The hint below the field.
    pub fn hint(&self) -> Text {
        if self.takes_code { texts::account::prove_hint() } else { Text::verbatim("") }
    }
}

/// `/-/download`: the target of a link in an email.
#[derive(Clone, Debug, Template)]
#[template(path = "people/account/download.html")]
pub struct Download {
    pub layout: Layout,
    pub username: String,
    /// The token from the URL.
    pub token: String,
}

/// What a link that no longer works was for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum EndedLink {
    /// Setting a new password.
    Reset,
    /// Confirming an address.
    Confirm,
    /// Downloading one's data.
    Download,
    /// Creating the first admin.
    FirstAdmin,
    /// Joining a group.
    Invitation,
    /// Unsubscribing from emails.
    Unsubscribe,
}

impl EndedLink {
    /// Whether a whole link of this kind can end.
    pub fn is_complete(&self) -> bool {
        *self != Self::Unsubscribe
    }
}

/// A link that no longer works.
#[derive(Clone, Debug, Template)]
#[template(path = "people/account/link_ended.html")]
pub struct LinkEnded {
    pub layout: Layout,
    pub link: EndedLink,
    /// The form that was sent by the link, to copy its text.
    pub kept: SubmittedForm,
}

/// Two-factor authentication at sign-in.
#[derive(Clone, Debug, Template)]
#[template(path = "people/account/second_step.html")]
pub struct SecondStep {
    pub layout: Layout,
    pub form: CodeForm,
    /// Proves that the password was right.
    pub ticket: String,
    /// The path to redirect to; checked to be on this site.
    pub next: String,
}
