//! Sign in, up and out; the first admin.

use actix_web::web::Query;
use domain::people::accounts;
use domain::people::accounts::{Credentials, NewAccount, SignedIn};
use domain::people::sign_ups;
use domain::platform::secrets::Password;
use serde::Deserialize;
use templates::form::{CodeForm, SignInForm, SignUpForm};
use templates::people::account::{FirstAdmin, SecondStep, SignIn, SignUp};

use crate::failure::Answer;
use crate::form::{Form, own_path};
use crate::handlers::mendable;
use crate::visit::Visit;

/// What stands in the address.
#[derive(Deserialize)]
pub struct Asked {
    #[serde(default)]
    next: String,
    #[serde(default)]
    pub(super) token: String,
    #[serde(default)]
    invitation: String,
}

impl Asked {
    fn next(&self) -> String {
        own_path(&self.next).unwrap_or("/").to_owned()
    }
}

/// `GET /-/sign-in`.
pub async fn sign_in_form(visit: Visit, asked: Query<Asked>) -> Answer {
    if visit.session.is_some() {
        return Ok(visit.redirect(&asked.next()));
    }
    let frame = visit.frame().await?;
    visit.page(&SignIn { frame, form: SignInForm::default(), next: asked.next() })
}

/// `POST /-/sign-in`.
pub async fn sign_in(visit: Visit, mut form: Form) -> Answer {
    let name = form.take("username");
    match accounts::sign_in(visit.cx(), &name, Password::new(form.take("password")), visit.origin()).await {
        Ok(SignedIn::Session(token)) => Ok(visit.sign_in(&token, form.next("/"))),
        Ok(SignedIn::Ticket(ticket)) => {
            let (frame, next) = (visit.frame().await?, form.next("/").to_owned());
            visit.page(&SecondStep { frame, form: CodeForm::default(), ticket, next })
        }
        Err(error) => {
            let mut back = SignInForm { username: name.into(), ..SignInForm::default() };
            for (field, why) in mendable(error)? {
                back.mend(&field, why);
            }
            let next = form.next("/").to_owned();
            let frame = visit.frame().await?;
            visit.mend(&SignIn { frame, form: back, next })
        }
    }
}

/// `GET /-/sign-up`.
pub async fn sign_up_form(visit: Visit, asked: Query<Asked>) -> Answer {
    if visit.session.is_some() {
        return Ok(visit.redirect(&asked.next()));
    }
    let frame = visit.frame().await?;
    let door = sign_ups::door(visit.cx(), &asked.invitation).await?;
    let (form, next, invitation) = (SignUpForm::default(), asked.next(), asked.invitation.clone());
    visit.page(&SignUp { frame, form, next, door, invitation })
}

fn wanted(form: &Form) -> NewAccount {
    NewAccount {
        username: form.get("username").to_owned(),
        email: form.get("email").to_owned(),
        password: Password::new(form.get("password")),
    }
}

fn given_back(form: &Form, wrong: Vec<(String, String)>) -> SignUpForm {
    let mut back = SignUpForm {
        username: form.get("username").into(),
        email: form.get("email").into(),
        message: form.get("message").into(),
        ..SignUpForm::default()
    };
    for (field, why) in wrong {
        back.mend(&field, why);
    }
    back
}

/// `POST /-/sign-up`.
pub async fn sign_up(visit: Visit, form: Form) -> Answer {
    let with = Credentials { invitation: form.get("invitation").to_owned(), message: form.get("message").to_owned() };
    match accounts::sign_up(visit.cx(), wanted(&form), &with, visit.origin()).await {
        Ok(token) if !form.get("email").trim().is_empty() => {
            Ok(visit.saying(visit.sign_in(&token, form.next("/")), "mail-asked"))
        }
        Ok(token) => Ok(visit.sign_in(&token, form.next("/"))),
        Err(error) => {
            let back = given_back(&form, mendable(error)?);
            let next = form.next("/").to_owned();
            let frame = visit.frame().await?;
            let door = sign_ups::door(visit.cx(), &with.invitation).await?;
            visit.mend(&SignUp { frame, form: back, next, door, invitation: with.invitation })
        }
    }
}

/// `POST /-/sign-out`.
pub async fn sign_out(visit: Visit, _form: Form) -> Answer {
    if let Some(session) = visit.any_session() {
        accounts::sign_out(visit.cx(), session.person.id, &session.id).await?;
    }
    Ok(visit.sign_out("/"))
}

/// `GET /-/first-admin`: what the link that the program printed leads to.
pub async fn first_admin_form(visit: Visit, asked: Query<Asked>) -> Answer {
    accounts::check_first_admin(visit.cx(), &asked.token).await?;
    let frame = visit.frame().await?;
    visit.page(&FirstAdmin { frame, form: SignUpForm::default(), token: asked.token.clone() })
}

/// `POST /-/first-admin`.
pub async fn first_admin(visit: Visit, form: Form) -> Answer {
    let token = form.get("token").to_owned();
    match accounts::first_admin(visit.cx(), &token, wanted(&form), visit.origin()).await {
        Ok(session) => Ok(visit.sign_in(&session, "/admin/")),
        Err(error) => {
            let back = given_back(&form, mendable(error)?);
            let frame = visit.frame().await?;
            visit.mend(&FirstAdmin { frame, form: back, token })
        }
    }
}
