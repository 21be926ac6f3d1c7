//! The second step: setting it up, and signing in with it.

use actix_web::http::StatusCode;
use domain::Error;
use domain::people::two_factor;
use domain::platform::secrets::Password;
use templates::form::{CodeForm, OwnPasswordForm};
use templates::people::account::SecondStep as SignInCode;
use templates::people::settings::{RecoveryCodes, SecondStep};

use crate::failure::Answer;
use crate::form::Form;
use crate::handlers::mendable;
use crate::visit::Visit;

/// `POST /-/sign-in/code`.
pub async fn pass(visit: Visit, form: Form) -> Answer {
    let (ticket, next) = (form.get("ticket").to_owned(), form.next("/").to_owned());
    match two_factor::pass(visit.cx(), &ticket, form.get("code"), visit.origin()).await {
        Ok(token) => Ok(visit.sign_in(&token, &next)),
        Err(Error::SignedOut) => {
            let to = format!("/-/sign-in?next={}", templates::search::encoded(&next));
            Ok(visit.redirect_saying(&to, "too-late"))
        }
        Err(error) => {
            let mut back = CodeForm { code: form.get("code").into(), ..CodeForm::default() };
            for (field, why) in mendable(error)? {
                back.mend(&field, why);
            }
            let frame = visit.frame().await?;
            visit.mend(&SignInCode { frame, form: back, ticket, next })
        }
    }
}

async fn draw(visit: &Visit, password: OwnPasswordForm, code: CodeForm) -> Answer {
    let user = visit.signed_in()?.person.id;
    let frame = visit.frame().await?;
    let status = match password.is_wrong() || code.is_wrong() {
        true => StatusCode::UNPROCESSABLE_ENTITY,
        false => StatusCode::OK,
    };
    let state = two_factor::state(visit.cx(), user).await?;
    Ok(visit.page_with(status, &SecondStep { frame, state, password, code }))
}

async fn mend_password(visit: &Visit, error: Error) -> Answer {
    let mut back = OwnPasswordForm::default();
    for (field, why) in mendable(error)? {
        back.mend(&field, why);
    }
    draw(visit, back, CodeForm::default()).await
}

async fn codes(visit: &Visit, codes: Vec<String>) -> Answer {
    let frame = visit.frame().await?;
    visit.page(&RecoveryCodes { frame, codes })
}

/// `GET /-/settings/second-step`.
pub async fn edit(visit: Visit) -> Answer {
    draw(&visit, OwnPasswordForm::default(), CodeForm::default()).await
}

/// `POST /-/settings/second-step/begin`.
pub async fn begin(visit: Visit, mut form: Form) -> Answer {
    let user = visit.signed_in()?.person.id;
    match two_factor::begin(visit.cx(), user, Password::new(form.take("current_password"))).await {
        Ok(()) => Ok(visit.redirect("/-/settings/second-step")),
        Err(error) => mend_password(&visit, error).await,
    }
}

/// `POST /-/settings/second-step/on`: the recovery codes, this once.
pub async fn turn_on(visit: Visit, form: Form) -> Answer {
    let user = visit.signed_in()?.person.id;
    match two_factor::turn_on(visit.cx(), user, form.get("code").trim()).await {
        Ok(fresh) => codes(&visit, fresh).await,
        Err(Error::NotFound) => Ok(visit.redirect("/-/settings/second-step")),
        Err(error) => {
            let mut back = CodeForm { code: form.get("code").into(), ..CodeForm::default() };
            for (field, why) in mendable(error)? {
                back.mend(&field, why);
            }
            draw(&visit, OwnPasswordForm::default(), back).await
        }
    }
}

/// `POST /-/settings/second-step/off`.
pub async fn turn_off(visit: Visit, mut form: Form) -> Answer {
    let user = visit.signed_in()?.person.id;
    match two_factor::turn_off(visit.cx(), user, Password::new(form.take("current_password"))).await {
        Ok(()) => Ok(visit.redirect_saying("/-/settings/second-step", "second-step-off")),
        Err(error) => mend_password(&visit, error).await,
    }
}

/// `POST /-/settings/second-step/codes`: new recovery codes, this once.
pub async fn new_codes(visit: Visit, mut form: Form) -> Answer {
    let user = visit.signed_in()?.person.id;
    match two_factor::new_recovery_codes(visit.cx(), user, Password::new(form.take("current_password"))).await {
        Ok(fresh) => codes(&visit, fresh).await,
        Err(Error::NotFound) => Ok(visit.redirect("/-/settings/second-step")),
        Err(error) => mend_password(&visit, error).await,
    }
}
