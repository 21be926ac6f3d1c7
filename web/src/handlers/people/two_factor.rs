//! Two-factor authentication: setting it up, and signing in with it.

use actix_web::http::StatusCode;
use domain::Error;
use domain::people::two_factor;
use domain::platform::secrets::Password;
use templates::form::{CodeForm, OwnPasswordForm};
use templates::people::account::SecondStep as SignInCode;
use templates::people::settings::{RecoveryCodes, SecondStep};

use crate::failure::Answer;
use crate::form::Form;
use crate::handlers::refill;
use crate::req::Req;

/// `POST /-/sign-in/code`.
pub async fn pass(req: Req, form: Form) -> Answer {
    let (ticket, next) = (form.get("ticket").to_owned(), form.next("/").to_owned());
    match two_factor::pass(req.cx(), &ticket, form.get("code"), req.origin()).await {
        Ok(token) => Ok(req.sign_in(&token, &next).await),
        Err(Error::SignedOut) => {
            let to = format!("/-/sign-in?next={}", templates::search::encoded(&next));
            Ok(req.redirect_saying(&to, "too-late"))
        }
        Err(error) => {
            let back = CodeForm { code: form.get("code").into(), ..CodeForm::default() };
            let back = refill(back, error)?;
            let layout = req.layout().await?;
            req.with_field_errors(&SignInCode { layout, form: back, ticket, next })
        }
    }
}

async fn draw(req: &Req, password: OwnPasswordForm, code: CodeForm) -> Answer {
    let user = req.signed_in()?.person.id;
    let layout = req.layout().await?;
    let status = match password.is_wrong() || code.is_wrong() {
        true => StatusCode::UNPROCESSABLE_ENTITY,
        false => StatusCode::OK,
    };
    let state = two_factor::state(req.cx(), user).await?;
    Ok(req.page_with(status, &SecondStep { layout, state, password, code }))
}

async fn with_password_error(req: &Req, error: Error) -> Answer {
    let back = OwnPasswordForm::default();
    let back = refill(back, error)?;
    draw(req, back, CodeForm::default()).await
}

async fn codes(req: &Req, codes: Vec<String>) -> Answer {
    let layout = req.layout().await?;
    req.page(&RecoveryCodes { layout, codes })
}

/// `GET /-/settings/second-step`.
pub async fn edit(req: Req) -> Answer {
    draw(&req, OwnPasswordForm::default(), CodeForm::default()).await
}

/// `POST /-/settings/second-step/begin`.
pub async fn begin(req: Req, mut form: Form) -> Answer {
    let user = req.signed_in()?.person.id;
    match two_factor::begin(req.cx(), user, Password::new(form.take("current_password"))).await {
        Ok(()) => Ok(req.redirect("/-/settings/second-step")),
        Err(error) => with_password_error(&req, error).await,
    }
}

/// `POST /-/settings/second-step/on`: answers with the recovery codes, shown once.
pub async fn turn_on(req: Req, form: Form) -> Answer {
    let user = req.signed_in()?.person.id;
    match two_factor::turn_on(req.cx(), user, form.get("code").trim()).await {
        Ok(fresh) => codes(&req, fresh).await,
        Err(Error::NotFound) => Ok(req.redirect("/-/settings/second-step")),
        Err(error) => {
            let back = CodeForm { code: form.get("code").into(), ..CodeForm::default() };
            let back = refill(back, error)?;
            draw(&req, OwnPasswordForm::default(), back).await
        }
    }
}

/// `POST /-/settings/second-step/off`.
pub async fn turn_off(req: Req, mut form: Form) -> Answer {
    let user = req.signed_in()?.person.id;
    match two_factor::turn_off(req.cx(), user, Password::new(form.take("current_password"))).await {
        Ok(()) => Ok(req.redirect_saying("/-/settings/second-step", "second-step-off")),
        Err(error) => with_password_error(&req, error).await,
    }
}

/// `POST /-/settings/second-step/codes`: answers with new recovery codes, shown once.
pub async fn new_codes(req: Req, mut form: Form) -> Answer {
    let user = req.signed_in()?.person.id;
    match two_factor::new_recovery_codes(req.cx(), user, Password::new(form.take("current_password"))).await {
        Ok(fresh) => codes(&req, fresh).await,
        Err(Error::NotFound) => Ok(req.redirect("/-/settings/second-step")),
        Err(error) => with_password_error(&req, error).await,
    }
}
