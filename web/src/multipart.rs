//! Forms with files (`multipart/form-data`), read part by part within limits on size, time and memory.

use actix_multipart::{Field, Multipart};
use actix_web::http::header::{CONTENT_LENGTH, CONTENT_TYPE, HeaderName};
use actix_web::web::{Bytes, Payload};
use actix_web::{FromRequest, HttpRequest};
use futures_util::StreamExt;
use templates::errors::Problem;
use tokio::time::{Instant, timeout_at};

use crate::body::{self, Taken, WITH_TEXT};
use crate::failure::Failure;
use crate::form::{Form, check_source};
use crate::req::Req;

/// The most fields of such a form that are no files.
const MOST_FIELDS: usize = 100;

/// A form that begins to arrive.
pub enum Begun<'a> {
    /// The whole form: it has no files.
    Form(Form),
    Parts(Box<Parts<'a>>),
}

/// A form with files, of which the rest is still to be read.
pub struct Parts<'a> {
    req: &'a Req,
    request: &'a HttpRequest,
    parts: Multipart,
    begun: Instant,
    /// How many bytes were read, and the most.
    bytes: usize,
    most: usize,
    fields: Vec<(String, String)>,
    text_bytes: usize,
    /// The memory that the fields take.
    taken: Taken,
    is_ours: bool,
}

/// A file of a form.
pub struct File {
    /// Its name; empty if no file was chosen.
    pub name: String,
    part: Field,
}

/// Begins to read a form of at most so many bytes, after checking that it comes from one of our own pages. A form without files
/// is read at once.
///
/// # Errors
/// Those of [`check_source`]; `TooLarge`; without files, those of [`Form`].
pub async fn begin<'a>(
    req: &'a Req,
    request: &'a HttpRequest,
    payload: Payload,
    most: usize,
) -> Result<Begun<'a>, Failure> {
    let mut payload = payload.into_inner();
    let header =
        |name: HeaderName| request.headers().get(name).and_then(|value| value.to_str().ok()).unwrap_or_default();
    if !header(CONTENT_TYPE).to_ascii_lowercase().starts_with("multipart/form-data") {
        return Ok(Begun::Form(Form::from_request(request, &mut payload).await?));
    }
    check_source(request, &req.site)?;
    if header(CONTENT_LENGTH).parse::<usize>().is_ok_and(|length| length > most) {
        return Err(Failure::Problem(Problem::TooLarge));
    }
    Ok(Begun::Parts(Box::new(Parts {
        req,
        request,
        parts: Multipart::new(request.headers(), payload),
        begun: Instant::now(),
        bytes: 0,
        most,
        fields: Vec::new(),
        text_bytes: 0,
        taken: Taken::of(req.site.room.of(req.any_session().is_some())),
        is_ours: false,
    })))
}

impl Parts<'_> {
    /// Returns the next file, and reads the fields before it. Read the file to its end before the next call.
    ///
    /// # Errors
    /// `BadRequest`, `TooLarge`, `TooSlow`; `Unavailable` when there is no memory for the fields now.
    pub async fn next_file(&mut self) -> Result<Option<File>, Failure> {
        loop {
            let due = self.due();
            let Some(part) = within(due, self.parts.next()).await? else { return Ok(None) };
            let mut part = part.map_err(|_| Failure::Problem(Problem::BadRequest))?;
            let name = part.content_disposition().and_then(|about| about.get_filename()).map(ToOwned::to_owned);
            match name {
                Some(name) => return Ok(Some(File { name, part })),
                None => self.read_field(&mut part).await?,
            }
        }
    }

    /// Returns the next bytes of a file.
    ///
    /// # Errors
    /// `BadRequest`, `TooLarge`, `TooSlow`.
    pub async fn piece(&mut self, file: &mut File) -> Result<Option<Bytes>, Failure> {
        self.piece_of(&mut file.part).await
    }

    /// Whether the form's token came, and holds.
    pub fn is_ours(&self) -> bool {
        self.is_ours
    }

    /// Returns the fields, after the last file.
    ///
    /// # Errors
    /// Those of [`Form::of_fields`].
    pub async fn finish(self) -> Result<Form, Failure> {
        body::complete(self.request);
        Form::of_fields(self.request, self.req, self.fields).await
    }

    fn due(&self) -> Instant {
        body::due(self.request, self.begun, self.bytes)
    }

    async fn piece_of(&mut self, part: &mut Field) -> Result<Option<Bytes>, Failure> {
        let Some(piece) = within(self.due(), part.next()).await? else { return Ok(None) };
        let piece = piece.map_err(|_| Failure::Problem(Problem::BadRequest))?;
        self.bytes += piece.len();
        if self.bytes > self.most { Err(Failure::Problem(Problem::TooLarge)) } else { Ok(Some(piece)) }
    }

    async fn read_field(&mut self, part: &mut Field) -> Result<(), Failure> {
        if self.fields.len() == MOST_FIELDS {
            return Err(Failure::Problem(Problem::TooLarge));
        }
        let name = part.name().unwrap_or_default().to_owned();
        let mut value = Vec::new();
        self.text_bytes += name.len();
        while let Some(piece) = self.piece_of(part).await? {
            self.text_bytes += piece.len();
            if self.text_bytes > WITH_TEXT {
                return Err(Failure::Problem(Problem::TooLarge));
            }
            self.taken.grow(self.text_bytes)?;
            value.extend_from_slice(&piece);
        }
        let value = String::from_utf8(value).map_err(|_| Failure::Problem(Problem::BadRequest))?;
        self.is_ours |= name == "csrf" && self.req.token_holds(&value);
        self.fields.push((name, value));
        Ok(())
    }
}

/// Waits for the next part or piece.
async fn within<T>(due: Instant, next: impl Future<Output = T>) -> Result<T, Failure> {
    timeout_at(due, next).await.map_err(|_| Failure::Problem(Problem::TooSlow))
}
