//! Mail addresses: change one's own, confirm it with the link of a letter.

use actix_web::http::StatusCode;
use actix_web::web::Query;
use domain::Error;
use domain::people::{accounts, addresses};
use domain::platform::secrets::Password;
use templates::form::MailForm;
use templates::people::account::Confirm;
use templates::people::settings::Mail;

use crate::failure::Answer;
use crate::form::Form;
use crate::handlers::mendable;
use crate::handlers::people::account::Asked;
use crate::handlers::people::passwords;
use crate::visit::Visit;

async fn draw(visit: &Visit, form: Option<MailForm>) -> Answer {
    let user = accounts::own(visit.cx(), visit.signed_in()?.person.id).await?;
    let frame = visit.frame().await?;
    let status = if form.is_some() { StatusCode::UNPROCESSABLE_ENTITY } else { StatusCode::OK };
    let reaches_people = visit.cx().mail.reaches_people();
    let (form, email, new_email) = (form.unwrap_or_default(), user.email, user.new_email);
    Ok(visit.page_with(status, &Mail { frame, form, email, new_email, reaches_people }))
}

/// `GET /-/settings/mail`.
pub async fn edit(visit: Visit) -> Answer {
    draw(&visit, None).await
}

/// `POST /-/settings/mail`.
pub async fn update(visit: Visit, mut form: Form) -> Answer {
    let session = visit.signed_in()?;
    let (email, password) = (form.take("email"), Password::new(form.take("current_password")));
    match addresses::change(visit.cx(), session.person.id, &email, password, &session.id).await {
        Ok(()) if email.trim().is_empty() => Ok(visit.redirect_saying("/-/settings/mail", "mail-gone")),
        Ok(()) => Ok(visit.redirect_saying("/-/settings/mail", "mail-begun")),
        Err(error) => {
            let mut back = MailForm { email: email.into(), ..MailForm::default() };
            for (field, why) in mendable(error)? {
                back.mend(&field, why);
            }
            draw(&visit, Some(back)).await
        }
    }
}

/// `POST /-/settings/mail/again`.
pub async fn again(visit: Visit, _form: Form) -> Answer {
    match addresses::ask_again(visit.cx(), visit.signed_in()?.person.id).await {
        Ok(()) => Ok(visit.redirect_saying("/-/settings/mail", "mail-asked")),
        Err(error) => {
            let mut back = MailForm::default();
            for (field, why) in mendable(error)? {
                back.mend(&field, why);
            }
            draw(&visit, Some(back)).await
        }
    }
}

/// `GET /-/confirm?token=`.
pub async fn confirm_form(visit: Visit, asked: Query<Asked>) -> Answer {
    ask(&visit, &asked.token, None).await
}

/// `POST /-/confirm`.
pub async fn confirm(visit: Visit, form: Form) -> Answer {
    let token = form.get("token");
    match addresses::confirm(visit.cx(), token).await {
        Ok(()) => Ok(visit.redirect_saying("/", "confirmed")),
        Err(Error::NotFound) => passwords::ended(&visit, false).await,
        Err(error) => {
            let why = mendable(error)?.into_iter().map(|(_, why)| why).next();
            ask(&visit, token, why).await
        }
    }
}

async fn ask(visit: &Visit, token: &str, error: Option<String>) -> Answer {
    let (username, address) = match addresses::confirming(visit.cx(), token).await {
        Ok(about) => about,
        Err(Error::NotFound) => return passwords::ended(visit, false).await,
        Err(error) => return Err(error.into()),
    };
    let frame = visit.frame().await?;
    let status = if error.is_some() { StatusCode::UNPROCESSABLE_ENTITY } else { StatusCode::OK };
    Ok(visit.page_with(status, &Confirm { frame, username, address, token: token.to_owned(), error }))
}
