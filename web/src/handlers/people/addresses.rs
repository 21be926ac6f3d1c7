//! Email addresses: change one's own, confirm it by the link in an email.

use crate::handlers::form_errors;
use actix_web::http::StatusCode;
use actix_web::web::Query;
use domain::Error;
use domain::people::{accounts, addresses};
use domain::platform::secrets::Password;
use templates::form::MailForm;
use templates::people::account::{Confirm, EndedLink};
use templates::people::settings::Mail;
use texts::Text;

use crate::failure::Answer;
use crate::form::Form;
use crate::handlers::people::account::Params;
use crate::handlers::{link_ended, refill};
use crate::req::Req;

async fn draw(req: &Req, form: Option<MailForm>) -> Answer {
    let user = accounts::own(req.cx(), req.signed_in()?.person.id).await?;
    let layout = req.layout().await?;
    let status = if form.is_some() { StatusCode::UNPROCESSABLE_ENTITY } else { StatusCode::OK };
    let (form, email, new_email) = (form.unwrap_or_default(), user.email, user.new_email);
    Ok(req.page_with(status, &Mail { layout, form, email, new_email }))
}

/// `GET /-/settings/mail`.
pub async fn edit(req: Req) -> Answer {
    draw(&req, None).await
}

/// `POST /-/settings/mail`.
pub async fn update(req: Req, mut form: Form) -> Answer {
    let session = req.signed_in()?;
    let (email, password) = (form.take("email"), Password::new(form.take("current_password")));
    match addresses::change(req.cx(), session.person.id, &email, password, &session.id).await {
        Ok(()) if email.trim().is_empty() => Ok(req.redirect_saying("/-/settings/mail", "mail-gone")),
        Ok(()) => Ok(req.redirect_saying("/-/settings/mail", "mail-begun")),
        Err(error) => {
            let back = MailForm { email: email.into(), ..MailForm::default() };
            let back = refill(back, error)?;
            draw(&req, Some(back)).await
        }
    }
}

/// `POST /-/settings/mail/again`.
pub async fn again(req: Req, _form: Form) -> Answer {
    match addresses::ask_again(req.cx(), req.signed_in()?.person.id).await {
        Ok(()) => Ok(req.redirect_saying("/-/settings/mail", "mail-asked")),
        Err(error) => {
            let back = MailForm::default();
            let back = refill(back, error)?;
            draw(&req, Some(back)).await
        }
    }
}

/// `GET /-/confirm?token=`.
pub async fn confirm_form(req: Req, params: Query<Params>) -> Answer {
    ask(&req, &params.token, None).await
}

/// `POST /-/confirm`.
pub async fn confirm(req: Req, form: Form) -> Answer {
    let token = form.get("token");
    match addresses::confirm(req.cx(), token).await {
        Ok(()) => Ok(req.redirect_saying("/", "confirmed")),
        Err(Error::NotFound) => link_ended(&req, EndedLink::Confirm).await,
        Err(error) => {
            let why = form_errors(error)?.into_iter().map(|(_, why)| why).next();
            ask(&req, token, why).await
        }
    }
}

async fn ask(req: &Req, token: &str, error: Option<Text>) -> Answer {
    let (username, address) = match addresses::confirming(req.cx(), token).await {
        Ok(about) => about,
        Err(Error::NotFound) => return link_ended(req, EndedLink::Confirm).await,
        Err(error) => return Err(error.into()),
    };
    let layout = req.layout().await?;
    let status = if error.is_some() { StatusCode::UNPROCESSABLE_ENTITY } else { StatusCode::OK };
    Ok(req.page_with(status, &Confirm { layout, username, address, token: token.to_owned(), error }))
}
