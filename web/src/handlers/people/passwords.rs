//! A forgotten password: ask for a link, and set a new one with it.

use actix_web::HttpResponse;
use actix_web::http::StatusCode;
use actix_web::web::Query;
use domain::Error;
use domain::people::passwords;
use domain::platform::secrets::Password;
use templates::form::{ForgotForm, ResetForm};
use templates::people::account::{Forgot, LinkEnded, Reset};

use crate::failure::{Answer, Failure};
use crate::form::Form;
use crate::handlers::mendable;
use crate::handlers::people::account::Asked;
use crate::visit::Visit;

/// `GET /-/forgot`.
pub async fn forgot_form(visit: Visit) -> Answer {
    let frame = visit.frame().await?;
    visit.page(&Forgot { frame, form: ForgotForm::default(), reaches_people: visit.cx().mail.reaches_people() })
}

/// `POST /-/forgot`: the same answer whether or not there is such an account.
pub async fn forgot(visit: Visit, form: Form) -> Answer {
    match passwords::forgot(visit.cx(), form.get("email"), visit.origin()).await {
        Ok(()) => Ok(visit.redirect_saying("/-/sign-in", "reset-asked")),
        Err(error) => {
            let mut back = ForgotForm { email: form.get("email").into(), ..ForgotForm::default() };
            for (field, why) in mendable(error)? {
                back.mend(&field, why);
            }
            let frame = visit.frame().await?;
            visit.mend(&Forgot { frame, form: back, reaches_people: visit.cx().mail.reaches_people() })
        }
    }
}

/// `GET /-/reset?token=`.
pub async fn reset_form(visit: Visit, asked: Query<Asked>) -> Answer {
    draw(&visit, &asked.token, None).await
}

/// `POST /-/reset`.
pub async fn reset(visit: Visit, mut form: Form) -> Answer {
    let token = form.take("token");
    match passwords::reset(visit.cx(), &token, Password::new(form.take("new_password"))).await {
        Ok(()) => Ok(visit.redirect_saying("/-/sign-in", "reset")),
        Err(Error::NotFound) => ended(&visit, true).await,
        Err(error) => {
            let mut back = ResetForm::default();
            for (field, why) in mendable(error)? {
                back.mend(&field, why);
            }
            draw(&visit, &token, Some(back)).await
        }
    }
}

async fn draw(visit: &Visit, token: &str, wrong: Option<ResetForm>) -> Answer {
    let username = match passwords::resetting(visit.cx(), token).await {
        Ok(username) => username,
        Err(Error::NotFound) => return ended(visit, true).await,
        Err(error) => return Err(error.into()),
    };
    let status = if wrong.is_some() { StatusCode::UNPROCESSABLE_ENTITY } else { StatusCode::OK };
    let (frame, form) = (visit.frame().await?, wrong.unwrap_or_default());
    Ok(visit.page_with(status, &Reset { frame, form, username, token: token.to_owned() }))
}

/// The page for a link in a letter that works no more: 410.
pub(super) async fn ended(visit: &Visit, is_reset: bool) -> Result<HttpResponse, Failure> {
    let frame = visit.frame().await?;
    Ok(visit.page_with(StatusCode::GONE, &LinkEnded { frame, is_reset }))
}
