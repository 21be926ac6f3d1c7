//! The viewer's own account: username, download of all data, deletion.

use actix_web::HttpResponse;
use actix_web::http::StatusCode;
use actix_web::http::header::{CACHE_CONTROL, CONTENT_DISPOSITION, CONTENT_TYPE};
use actix_web::web::{Bytes, Query};
use domain::Error;
use domain::people::{account_deletion, accounts, assistance, export_archive};
use domain::platform::secrets::Password;
use futures_util::Stream;
use templates::form::{DeleteForm, NameForm};
use templates::people::account::{Download, EndedLink};
use templates::people::settings::{Account, Delete};

use crate::failure::Answer;
use crate::form::Form;
use crate::handlers::people::account::Params;
use crate::handlers::{link_ended, refill};
use crate::req::Req;

/// `GET /-/settings/account`.
pub async fn edit(req: Req) -> Answer {
    let form = NameForm { username: req.signed_in()?.person.username.as_str().into(), ..NameForm::default() };
    let layout = req.layout().await?;
    req.page(&Account { layout, form })
}

/// `POST /-/settings/account/name`.
pub async fn rename(req: Req, mut form: Form) -> Answer {
    let user = req.signed_in()?.person.id;
    let (name, password) = (form.take("username"), Password::new(form.take("current_password")));
    match accounts::rename(req.cx(), user, &name, password).await {
        Ok(()) => Ok(req.redirect_saying("/-/settings/account", "renamed")),
        Err(error) => {
            let back = NameForm { username: name.into(), ..NameForm::default() };
            let back = refill(back, error)?;
            let layout = req.layout().await?;
            req.with_field_errors(&Account { layout, form: back })
        }
    }
}

/// `GET /-/settings/account/download`.
pub async fn download(req: Req) -> Answer {
    let session = req.signed_in()?;
    let zip = export_archive::download(req.cx(), session.person.id).await?;
    Ok(file(&session.person.username, zip))
}

/// Answers with the data of an account, streamed, since it may be large.
fn file(username: &str, zip: impl Stream<Item = domain::Result<Bytes>> + 'static) -> HttpResponse {
    let name = format!("attachment; filename=\"{}.zip\"", username.replace(['"', '\\'], "_"));
    HttpResponse::Ok()
        .insert_header((CONTENT_TYPE, "application/zip"))
        .insert_header((CONTENT_DISPOSITION, name))
        .insert_header((CACHE_CONTROL, "private, no-store"))
        .insert_header(("x-content-type-options", "nosniff"))
        .streaming(zip)
}

/// `GET /-/download?token=`: the target of a link in an email.
pub async fn download_form(req: Req, params: Query<Params>) -> Answer {
    match assistance::downloading(req.cx(), &params.token).await {
        Ok(username) => {
            let layout = req.layout().await?;
            req.page(&Download { layout, username, token: params.token.clone() })
        }
        Err(Error::NotFound) => link_ended(&req, EndedLink::Download).await,
        Err(error) => Err(error.into()),
    }
}

/// `POST /-/download`: works once.
pub async fn download_by_link(req: Req, form: Form) -> Answer {
    match assistance::download(req.cx(), form.get("token")).await {
        Ok((username, zip)) => Ok(file(&username, zip)),
        Err(Error::NotFound) => link_ended(&req, EndedLink::Download).await,
        Err(error) => Err(error.into()),
    }
}

async fn confirm(req: &Req, form: DeleteForm) -> Answer {
    req.signed_in()?;
    let layout = req.layout().await?;
    let status = if form.is_wrong() { StatusCode::UNPROCESSABLE_ENTITY } else { StatusCode::OK };
    let groups = i64::try_from(layout.sidebar.groups.len()).unwrap_or(i64::MAX);
    Ok(req.page_with(status, &Delete { layout, form, groups }))
}

/// `GET /-/settings/account/delete`.
pub async fn delete(req: Req) -> Answer {
    confirm(&req, DeleteForm::default()).await
}

/// `POST /-/settings/account/delete`.
pub async fn destroy(req: Req, mut form: Form) -> Answer {
    let user = req.signed_in()?.person.id;
    let (words, password) = (form.take("words"), Password::new(form.take("current_password")));
    match account_deletion::delete(req.cx(), user, password, words == "blank").await {
        Ok(()) => Ok(req.saying(req.sign_out("/"), "account-deleted")),
        Err(error) => {
            let back = DeleteForm { words: words.into(), ..DeleteForm::default() };
            let back = refill(back, error)?;
            confirm(&req, back).await
        }
    }
}
