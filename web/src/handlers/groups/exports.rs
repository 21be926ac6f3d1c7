//! Exports of a group, made in the browser.

use std::fs::File;
use std::io;

use actix_web::HttpResponse;
use actix_web::http::header::{CACHE_CONTROL, CONTENT_DISPOSITION, CONTENT_TYPE};
use actix_web::web::{Bytes, Path};
use domain::Error;
use domain::backup::export;
use futures_util::Stream;
use futures_util::stream::try_unfold;
use templates::groups::Export;
use tokio::io::AsyncReadExt;

use crate::failure::Answer;
use crate::form::Form;
use crate::handlers::id;
use crate::req::Req;

/// The bytes that are read at once.
const PIECE: usize = 64 * 1_024;

/// `GET /-/groups/ID/export`.
pub async fn new(req: Req, path: Path<String>) -> Answer {
    let mut layout = req.layout().await?;
    let (found, extent) = export::extent(req.cx(), req.viewer(), id(&path)?).await?;
    layout.group = Some(found.group.id);
    req.page(&Export { layout, group: found.group, extent })
}

/// `POST /-/groups/ID/export`: answers with the file.
pub async fn create(req: Req, path: Path<String>, _form: Form) -> Answer {
    let (group, file) = export::download(req.cx(), req.viewer(), id(&path)?).await?;
    let length = file.metadata().map_err(|error| Error::Internal(error.to_string()))?.len();
    Ok(HttpResponse::Ok()
        .insert_header((CONTENT_TYPE, "application/zip"))
        .insert_header((CONTENT_DISPOSITION, format!("attachment; filename=\"{}.zip\"", group.slug)))
        .insert_header((CACHE_CONTROL, "private, no-store"))
        .insert_header(("x-content-type-options", "nosniff"))
        .no_chunking(length)
        .streaming(pieces(file)))
}

/// The bytes of a file.
fn pieces(file: File) -> impl Stream<Item = io::Result<Bytes>> {
    try_unfold(tokio::fs::File::from_std(file), |mut file| async move {
        let mut piece = Vec::with_capacity(PIECE);
        let read = (&mut file).take(PIECE as u64).read_to_end(&mut piece).await?;
        Ok((read > 0).then(|| (Bytes::from(piece), file)))
    })
}
