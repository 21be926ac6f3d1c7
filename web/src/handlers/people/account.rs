//! Sign-in, sign-up, sign-out; the first admin.

use crate::handlers::form_errors;
use actix_web::http::StatusCode;
use actix_web::web::Query;
use domain::Error;
use domain::people::accounts::{Credentials, NewAccount, SignedIn};
use domain::people::sign_ups::Door;
use domain::people::{accounts, first_admin, sign_ups};
use domain::platform::secrets::Password;
use domain::site::pages::to_accept;
use serde::Deserialize;
use templates::form::{CodeForm, Refill as _, SignInForm, SignUpForm};
use templates::people::account::{EndedLink, FirstAdmin, SecondStep, SignIn, SignUp};
use texts::Text;

use crate::failure::Answer;
use crate::form::{Form, own_path};
use crate::handlers::{link_ended, refill};
use crate::req::Req;

/// The query parameters.
#[derive(Deserialize)]
pub struct Params {
    #[serde(default)]
    next: String,
    #[serde(default)]
    pub(super) token: String,
    #[serde(default)]
    invitation: String,
}

impl Params {
    fn next(&self) -> String {
        own_path(&self.next).unwrap_or("/").to_owned()
    }
}

/// `GET /-/sign-in`.
pub async fn sign_in_form(req: Req, params: Query<Params>) -> Answer {
    if req.session.is_some() {
        return Ok(req.redirect(&params.next()));
    }
    let layout = req.layout().await?;
    req.page(&SignIn { layout, form: SignInForm::default(), next: params.next() })
}

/// `POST /-/sign-in`.
pub async fn sign_in(req: Req, mut form: Form) -> Answer {
    let name = form.take("username");
    match accounts::sign_in(req.cx(), &name, Password::new(form.take("password")), req.origin()).await {
        Ok(SignedIn::Session(token)) => Ok(req.sign_in(&token, form.next("/")).await),
        Ok(SignedIn::Ticket(ticket)) => {
            let (layout, next) = (req.layout().await?, form.next("/").to_owned());
            req.page(&SecondStep { layout, form: CodeForm::default(), ticket, next })
        }
        Err(error) => {
            let back = SignInForm { username: name.into(), ..SignInForm::default() };
            let back = refill(back, error)?;
            let next = form.next("/").to_owned();
            let layout = req.layout().await?;
            req.with_field_errors(&SignIn { layout, form: back, next })
        }
    }
}

/// `GET /-/sign-up`.
pub async fn sign_up_form(req: Req, params: Query<Params>) -> Answer {
    if req.session.is_some() {
        return Ok(req.redirect(&params.next()));
    }
    let layout = req.layout().await?;
    let door = sign_ups::door(req.cx(), &params.invitation).await?;
    let (form, next, invitation) = (SignUpForm::default(), params.next(), params.invitation.clone());
    let status = if door == Door::LinkEnded { StatusCode::GONE } else { StatusCode::OK };
    let consent = to_accept(&req.now);
    Ok(req.page_with(status, &SignUp { layout, form, next, door, invitation, consent }))
}

fn wanted(form: &Form) -> NewAccount {
    NewAccount {
        username: form.get("username").to_owned(),
        email: form.get("email").to_owned(),
        password: Password::new(form.get("password")),
    }
}

fn given_back(form: &Form, wrong: Vec<(String, Text)>) -> SignUpForm {
    let mut back = SignUpForm {
        username: form.get("username").into(),
        email: form.get("email").into(),
        message: form.get("message").into(),
        accept: form.get("accept").into(),
        ..SignUpForm::default()
    };
    for (field, why) in wrong {
        back.set_error(&field, why);
    }
    back
}

/// `POST /-/sign-up`.
pub async fn sign_up(req: Req, form: Form) -> Answer {
    let with = Credentials {
        invitation: form.get("invitation").to_owned(),
        message: form.get("message").to_owned(),
        accept: form.get("accept").to_owned(),
    };
    match accounts::sign_up(req.cx(), wanted(&form), &with, req.origin()).await {
        Ok(token) if !form.get("email").trim().is_empty() => {
            Ok(req.saying(req.sign_in(&token, form.next("/")).await, "mail-asked"))
        }
        Ok(token) => Ok(req.sign_in(&token, form.next("/")).await),
        Err(error) => {
            let back = given_back(&form, form_errors(error)?);
            let next = form.next("/").to_owned();
            let layout = req.layout().await?;
            let door = sign_ups::door(req.cx(), &with.invitation).await?;
            let (invitation, consent) = (with.invitation, to_accept(&req.now));
            req.with_field_errors(&SignUp { layout, form: back, next, door, invitation, consent })
        }
    }
}

/// `POST /-/sign-out`.
pub async fn sign_out(req: Req, _form: Form) -> Answer {
    if let Some(session) = req.any_session() {
        accounts::sign_out(req.cx(), session.person.id, &session.id).await?;
    }
    Ok(req.sign_out("/"))
}

/// `GET /-/first-admin`: the target of the link that the program prints.
pub async fn first_admin_form(req: Req, params: Query<Params>) -> Answer {
    match first_admin::check(req.cx(), &params.token).await {
        Ok(()) => {
            let layout = req.layout().await?;
            req.page(&FirstAdmin { layout, form: SignUpForm::default(), token: params.token.clone() })
        }
        Err(Error::NotFound) => link_ended(&req, EndedLink::FirstAdmin).await,
        Err(error) => Err(error.into()),
    }
}

/// `POST /-/first-admin`.
pub async fn first_admin(req: Req, form: Form) -> Answer {
    let token = form.get("token").to_owned();
    match first_admin::create(req.cx(), &token, wanted(&form), req.origin()).await {
        Ok(session) => Ok(req.sign_in(&session, "/admin/").await),
        Err(Error::NotFound) => link_ended(&req, EndedLink::FirstAdmin).await,
        Err(error) => {
            let back = given_back(&form, form_errors(error)?);
            let layout = req.layout().await?;
            req.with_field_errors(&FirstAdmin { layout, form: back, token })
        }
    }
}
