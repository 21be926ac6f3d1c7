//! Pictures: avatars, images of groups, and the logo of the site.

use actix_web::http::header::{CACHE_CONTROL, CONTENT_TYPE, ETAG};
use actix_web::web::{Path, Payload};
use actix_web::{HttpRequest, HttpResponse};
use domain::Error;
use domain::admin::logo as site_logo;
use domain::files::pictures::{self, MOST_BYTES};
use domain::model::GroupId;
use domain::people::avatars;
use templates::form::PictureForm;

use crate::body::Taken;
use crate::failure::{Answer, Failure};
use crate::form::Form;
use crate::handlers::admin::site;
use crate::handlers::people::settings;
use crate::handlers::{FILE_POLICY, groups, id, if_known, refill};
use crate::multipart::{self, Begun};
use crate::req::Req;

/// The most bytes of a form with a picture. A file that is larger than pictures may be is read too, so that the form can say so.
const MOST: usize = 2 * MOST_BYTES;

/// A form with a picture.
struct Sent {
    form: Form,
    /// Empty if no file was chosen.
    file: Vec<u8>,
    /// The room that the file takes in memory.
    _room: Taken,
}

impl Sent {
    fn removes(&self) -> bool {
        self.form.get("remove") == "yes"
    }
}

/// Reads a form with a picture, or one without files.
async fn receive(req: &Req, request: &HttpRequest, payload: Payload) -> Result<Sent, Failure> {
    let mut room = Taken::of(req.site.room.of(true));
    let mut parts = match multipart::begin(req, request, payload, MOST).await? {
        Begun::Form(form) => return Ok(Sent { form, file: Vec::new(), _room: room }),
        Begun::Parts(parts) => parts,
    };
    req.signed_in()?;
    let mut file = Vec::new();
    while let Some(mut arriving) = parts.next_file().await? {
        file.clear();
        while let Some(piece) = parts.piece(&mut arriving).await? {
            room.grow(file.len() + piece.len())?;
            file.extend_from_slice(&piece);
        }
    }
    Ok(Sent { form: parts.finish().await?, file, _room: room })
}

/// Returns the form of a picture that was refused.
///
/// # Errors
/// Those that are not about the form.
fn refused(error: Error) -> Result<PictureForm, Error> {
    // Other words than for a form with a text, which is not lost.
    let why = match &error {
        Error::Invalid(_) => None,
        Error::TooMany(limit) => Some(texts::forms::uploads_too_often(templates::when::wait(&limit.wait.as_secs()))),
        Error::Storage(_) => Some(texts::files::no_storage()),
        _ => return Err(error),
    };
    let mut back = refill(PictureForm::default(), error)?;
    if why.is_some() {
        back.error = why;
    }
    Ok(back)
}

/// `POST /-/settings/avatar`: sets the viewer's avatar; with `remove`, removes it.
pub async fn avatar(req: Req, request: HttpRequest, payload: Payload) -> Answer {
    let sent = receive(&req, &request, payload).await?;
    let user = req.signed_in()?.person.id;
    let done = match sent.removes() {
        true => avatars::remove(req.cx(), user).await,
        false => avatars::set(req.cx(), user, sent.file).await,
    };
    match done {
        Ok(()) => Ok(req.redirect_saying("/-/settings", "saved")),
        Err(error) => req.with_field_errors(&settings::page(&req, refused(error)?).await?),
    }
}

/// `POST /-/groups/ID/image`: sets the image of a group; with `remove`, removes it.
pub async fn of_group(req: Req, request: HttpRequest, path: Path<String>, payload: Payload) -> Answer {
    let sent = receive(&req, &request, payload).await?;
    let group: GroupId = id(&path)?;
    let done = match sent.removes() {
        true => domain::groups::pictures::remove(req.cx(), req.viewer(), group).await,
        false => domain::groups::pictures::set(req.cx(), req.viewer(), group, sent.file).await,
    };
    match done {
        Ok(_) => Ok(req.redirect_saying(&format!("/-/groups/{group}/edit"), "saved")),
        Err(error) => req.with_field_errors(&groups::edit_page(&req, group, refused(error)?).await?),
    }
}

/// `POST /admin/logo`: sets the logo of the site; with `remove`, removes it.
pub async fn logo(req: Req, request: HttpRequest, payload: Payload) -> Answer {
    let sent = receive(&req, &request, payload).await?;
    req.admin()?;
    let done = match sent.removes() {
        true => site_logo::remove(req.cx(), req.viewer()).await,
        false => site_logo::set(req.cx(), req.viewer(), sent.file).await,
    };
    match done {
        Ok(()) => Ok(req.redirect_saying("/admin/settings", "saved")),
        Err(error) => req.with_field_errors(&site::stored(&req, refused(error)?).await?),
    }
}

/// `GET /-/pictures/DIGEST-SIZE`: the bytes. Their address is never that of others, so a public picture is kept for a year.
pub async fn show(req: Req, request: HttpRequest, path: Path<String>) -> Answer {
    let found = pictures::find(req.cx(), req.viewer(), &path).await?;
    // For others, the browser asks each time, so a reader who lost access gets no copy.
    let caching = if found.is_public { "public, max-age=31536000, immutable" } else { "private, no-cache" };
    let tag = format!("\"{path}\"");
    if let Some(answer) = if_known(&request, &tag, caching) {
        return Ok(answer);
    }
    let picture = found.read(req.cx()).await?;
    Ok(HttpResponse::Ok()
        .insert_header((CONTENT_TYPE, picture.kind))
        .insert_header(("content-security-policy", FILE_POLICY))
        .insert_header(("x-content-type-options", "nosniff"))
        .insert_header((CACHE_CONTROL, caching))
        .insert_header((ETAG, tag))
        .body(picture.bytes))
}
