//! Password reset: request a link, and set a new password with it.

use actix_web::http::StatusCode;
use actix_web::web::Query;
use domain::Error;
use domain::people::passwords;
use domain::platform::secrets::Password;
use templates::form::{ForgotForm, ResetForm};
use templates::people::account::{EndedLink, Forgot, Reset};

use crate::failure::Answer;
use crate::form::Form;
use crate::handlers::people::account::Params;
use crate::handlers::{link_ended, refill};
use crate::req::Req;

/// `GET /-/forgot`.
pub async fn forgot_form(req: Req) -> Answer {
    let layout = req.layout().await?;
    req.page(&Forgot { layout, form: ForgotForm::default() })
}

/// `POST /-/forgot`: the same answer whether or not there is such an account.
pub async fn forgot(req: Req, form: Form) -> Answer {
    match passwords::forgot(req.cx(), form.get("email"), req.origin()).await {
        Ok(()) => Ok(req.redirect_saying("/-/sign-in", "reset-asked")),
        Err(error) => {
            let back = ForgotForm { email: form.get("email").into(), ..ForgotForm::default() };
            let back = refill(back, error)?;
            let layout = req.layout().await?;
            req.with_field_errors(&Forgot { layout, form: back })
        }
    }
}

/// `GET /-/reset?token=`.
pub async fn reset_form(req: Req, params: Query<Params>) -> Answer {
    draw(&req, &params.token, None).await
}

/// `POST /-/reset`.
pub async fn reset(req: Req, mut form: Form) -> Answer {
    let token = form.take("token");
    match passwords::reset(req.cx(), &token, Password::new(form.take("new_password"))).await {
        Ok(user) => Ok(req.remember(req.redirect_saying("/-/sign-in", "reset"), user).await),
        Err(Error::NotFound) => link_ended(&req, EndedLink::Reset).await,
        Err(error) => {
            let back = ResetForm::default();
            let back = refill(back, error)?;
            draw(&req, &token, Some(back)).await
        }
    }
}

async fn draw(req: &Req, token: &str, wrong: Option<ResetForm>) -> Answer {
    let username = match passwords::resetting(req.cx(), token).await {
        Ok(username) => username,
        Err(Error::NotFound) => return link_ended(req, EndedLink::Reset).await,
        Err(error) => return Err(error.into()),
    };
    let status = if wrong.is_some() { StatusCode::UNPROCESSABLE_ENTITY } else { StatusCode::OK };
    let (layout, form) = (req.layout().await?, wrong.unwrap_or_default());
    Ok(req.page_with(status, &Reset { layout, form, username, token: token.to_owned() }))
}
