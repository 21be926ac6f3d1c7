//! Getting in: sign-in, sign-up, and the first admin.

use askama::Template;

use crate::form::{SignInForm, SignUpForm};
use crate::frame::Frame;

/// `/-/sign-in`.
#[derive(Clone, Debug, Template)]
#[template(path = "account/sign_in.html")]
pub struct SignIn {
    /// Around it.
    pub frame: Frame,
    /// The form.
    pub form: SignInForm,
    /// Where to go on; checked to be one of our paths.
    pub next: String,
    /// Whether anyone may sign up.
    pub sign_up_open: bool,
}

/// `/-/sign-up`.
#[derive(Clone, Debug, Template)]
#[template(path = "account/sign_up.html")]
pub struct SignUp {
    /// Around it.
    pub frame: Frame,
    /// The form.
    pub form: SignUpForm,
    /// Where to go on; checked to be one of our paths.
    pub next: String,
    /// Whether anyone may sign up; otherwise the page says that nobody can.
    pub open: bool,
}

/// `/-/first-admin`.
#[derive(Clone, Debug, Template)]
#[template(path = "account/first_admin.html")]
pub struct FirstAdmin {
    /// Around it.
    pub frame: Frame,
    /// The form.
    pub form: SignUpForm,
    /// The token from the address, handed on.
    pub token: String,
}
