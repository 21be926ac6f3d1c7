//! The viewer's own account: username, download of all data, deletion.

use actix_web::HttpResponse;
use actix_web::http::StatusCode;
use actix_web::http::header::{CACHE_CONTROL, CONTENT_DISPOSITION, CONTENT_TYPE};
use actix_web::web::Bytes;
use domain::people::{account_deletion, accounts, export};
use domain::platform::secrets::Password;
use futures_util::TryStreamExt;
use templates::form::{DeleteForm, NameForm};
use templates::people::settings::{Account, Delete};

use crate::failure::Answer;
use crate::form::Form;
use crate::handlers::refill;
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

/// `GET /-/settings/account/download`: streamed, since it may be large.
pub async fn download(req: Req) -> Answer {
    let session = req.signed_in()?;
    let lines = export::download(req.cx(), session.person.id).await?;
    let name = format!("attachment; filename=\"{}.jsonl\"", session.person.username.replace(['"', '\\'], "_"));
    Ok(HttpResponse::Ok()
        .insert_header((CONTENT_TYPE, "application/x-ndjson; charset=utf-8"))
        .insert_header((CONTENT_DISPOSITION, name))
        .insert_header((CACHE_CONTROL, "private, no-store"))
        .insert_header(("x-content-type-options", "nosniff"))
        .streaming(lines.map_ok(Bytes::from)))
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
