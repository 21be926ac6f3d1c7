//! The body of an upload: the bytes of one file, which go to the disk as they come.

use std::sync::{Arc, Mutex, PoisonError};

use actix_web::HttpRequest;
use actix_web::dev::Payload;
use actix_web::http::header::CONTENT_LENGTH;
use domain::files::{self, Upload};
use domain::people::basic_auth::Caller;
use futures_util::StreamExt;
use templates::errors::Problem;
use tokio::time::{Instant, timeout_at};

use super::refusal::Refusal;
use crate::body;
use crate::failure::Failure;
use crate::site::Site;

/// A file that arrived, until an endpoint takes it. Dropped, it leaves nothing behind.
#[derive(Clone, Debug, Default)]
pub struct Arrived(Arc<Mutex<Option<Upload>>>);

impl Arrived {
    /// Takes the file.
    pub fn take(&self) -> Option<Upload> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).take()
    }
}

/// Reads the body of an upload.
///
/// # Errors
/// `TooLarge`; `TooSlow` when it does not arrive in time; `BadRequest` when it is damaged; when it cannot be written.
pub async fn receive(
    request: &HttpRequest,
    mut payload: Payload,
    site: &Site,
    caller: &Caller,
) -> Result<Upload, Refusal> {
    let most = files::most_bytes(&site.cx);
    let length = request.headers().get(CONTENT_LENGTH).and_then(|value| value.to_str().ok()?.parse::<u64>().ok());
    if length.is_some_and(|length| length > most) {
        return Err(Failure::Problem(Problem::TooLarge).into());
    }
    let mut upload = files::receive(&site.cx, caller.viewer()).await?;
    let (begun, mut read) = (Instant::now(), 0);
    loop {
        let next = timeout_at(body::due(request, begun, read), payload.next()).await;
        let Some(piece) = next.map_err(|_| Failure::Problem(Problem::TooSlow))? else { break };
        let piece = piece.map_err(|_| Failure::Problem(Problem::BadRequest))?;
        read += piece.len();
        if read as u64 > most {
            return Err(Failure::Problem(Problem::TooLarge).into());
        }
        upload.write(&piece).await?;
    }
    body::complete(request);
    Ok(upload)
}

impl From<Upload> for Arrived {
    fn from(upload: Upload) -> Self {
        Self(Arc::new(Mutex::new(Some(upload))))
    }
}
