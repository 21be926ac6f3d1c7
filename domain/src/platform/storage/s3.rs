//! The storage in a bucket of an S3-compatible service.

use std::fmt;
use std::io;
use std::path::Path;
use std::time::{Duration, UNIX_EPOCH};

use futures_util::future::BoxFuture;
use futures_util::stream::{StreamExt, TryStreamExt, once, try_unfold};
use object_store::aws::{AmazonS3, AmazonS3Builder};
use object_store::path::Path as Location;
use object_store::{
    GetOptions, MultipartUpload, ObjectStore, PutMultipartOptions, PutOptions, PutPayload, RetryConfig,
};
use tokio::io::AsyncReadExt;
use tokio::runtime::Handle;
use tokio::time::timeout;
use url::Url;

use super::http::Connector;
use super::{Listed, Names, Storage, Stored, is_name, no_name};
use crate::platform::error::chain;

/// Larger files are sent in pieces of this size. All but the last must have 5 MiB.
const PIECE: usize = 8 << 20;
/// Names listed at a time: as many as a service sends in one answer.
const LISTED: usize = 1_000;

/// How long to wait for a service.
#[derive(Clone, Copy, Debug)]
pub struct Times {
    /// The longest time until it answers, and without bytes of an answer.
    pub answer: Duration,
    /// The longest time until it has received one piece.
    pub sending: Duration,
}

impl Default for Times {
    fn default() -> Self {
        Self { answer: Duration::from_secs(15), sending: Duration::from_secs(60) }
    }
}

/// Where a bucket is.
#[derive(Clone, Default)]
#[allow(missing_docs)]
pub struct Bucket {
    pub name: String,
    /// What the names of all objects begin with, without a slash at its end. It may be empty.
    pub prefix: String,
    /// The address of the service; `None` for that of Amazon.
    pub endpoint: Option<Url>,
    pub region: String,
    pub access_key: String,
    pub secret_key: String,
    pub times: Times,
}

impl Bucket {
    /// Parses the address of a service: a scheme, a host, and perhaps a port.
    pub fn parse_endpoint(text: &str) -> Option<Url> {
        let url = Url::parse(text.trim()).ok()?;
        let is_plain = url.username().is_empty() && url.password().is_none() && url.query().is_none();
        let fits = matches!(url.scheme(), "https" | "http") && url.has_host() && url.path() == "/";
        (fits && is_plain && url.fragment().is_none()).then_some(url)
    }
}

impl fmt::Display for Bucket {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let slash = if self.prefix.is_empty() { "" } else { "/" };
        write!(f, "s3://{}{slash}{}", self.name, self.prefix)?;
        self.endpoint.as_ref().map_or(Ok(()), |endpoint| write!(f, " at {endpoint}"))
    }
}

/// The keys are secret.
impl fmt::Debug for Bucket {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

/// A bucket with its client.
pub(super) struct S3 {
    store: AmazonS3,
    prefix: String,
    place: String,
    times: Times,
}

impl fmt::Debug for S3 {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.place)
    }
}

impl S3 {
    /// Makes the client. It connects when something is asked.
    pub fn new(bucket: &Bucket) -> Result<Self, String> {
        let mut builder = AmazonS3Builder::new()
            .with_bucket_name(&bucket.name)
            .with_region(&bucket.region)
            .with_access_key_id(&bucket.access_key)
            .with_secret_access_key(&bucket.secret_key)
            // Not every service can delete several objects at once.
            .with_disable_bulk_delete(true)
            .with_retry(RetryConfig { max_retries: 3, retry_timeout: bucket.times.answer, ..RetryConfig::default() })
            .with_http_connector(Connector);
        if let Some(endpoint) = &bucket.endpoint {
            builder = builder
                .with_endpoint(endpoint.as_str().trim_end_matches('/'))
                .with_allow_http(endpoint.scheme() == "http");
        }
        let store = builder.build().map_err(|error| error.to_string())?;
        Ok(Self { store, prefix: bucket.prefix.clone(), place: bucket.to_string(), times: bucket.times })
    }

    fn location(&self, key: &str) -> io::Result<Location> {
        if is_name(key) { Ok(self.under(key)) } else { Err(no_name()) }
    }

    fn under(&self, name: &str) -> Location {
        if self.prefix.is_empty() { Location::from(name) } else { Location::from(format!("{}/{name}", self.prefix)) }
    }

    async fn send_pieces(&self, upload: &mut dyn MultipartUpload, mut file: tokio::fs::File) -> io::Result<()> {
        loop {
            let piece = piece(&mut file).await?;
            if piece.is_empty() {
                break;
            }
            within(self.times.sending, upload.put_part(PutPayload::from(piece))).await?;
        }
        within(self.times.sending, upload.complete()).await?;
        Ok(())
    }
}

/// An upload in pieces that is not complete. Dropped, as when nobody waits for it any more, it is aborted in the background: the
/// service may keep the pieces, and bill for them.
struct Begun {
    upload: Option<Box<dyn MultipartUpload>>,
    answer: Duration,
    key: String,
}

impl Begun {
    /// Aborts it now. Dropped meanwhile, it is aborted again: the service takes that.
    async fn abort(&mut self) {
        if let Some(upload) = &mut self.upload {
            abort(upload.as_mut(), self.answer, &self.key).await;
            self.upload = None;
        }
    }
}

impl Drop for Begun {
    fn drop(&mut self) {
        if let (Some(mut upload), Ok(runtime)) = (self.upload.take(), Handle::try_current()) {
            let (answer, key) = (self.answer, std::mem::take(&mut self.key));
            // A runtime that ends drops the task at once: it must not hold a `Begun`, which would begin another task.
            runtime.spawn(async move { abort(upload.as_mut(), answer, &key).await });
        }
    }
}

async fn abort(upload: &mut dyn MultipartUpload, answer: Duration, key: &str) {
    if let Err(error) = within(answer, upload.abort()).await {
        tracing::warn!(%error, key, "the pieces of a failed upload may stay in the storage");
    }
}

/// Reads the next piece of a file; it is empty at the end.
async fn piece(file: &mut tokio::fs::File) -> io::Result<Vec<u8>> {
    let mut piece = Vec::new();
    file.take(PIECE as u64).read_to_end(&mut piece).await?;
    Ok(piece)
}

async fn within<T>(most: Duration, work: impl Future<Output = object_store::Result<T>>) -> io::Result<T> {
    match timeout(most, work).await {
        Ok(done) => done.map_err(|error| as_io(&error)),
        Err(_) => {
            let why = format!("the service did not respond within {:.1} seconds", most.as_secs_f64());
            Err(io::Error::new(io::ErrorKind::TimedOut, why))
        }
    }
}

fn as_io(error: &object_store::Error) -> io::Error {
    let kind = match error {
        object_store::Error::NotFound { .. } => io::ErrorKind::NotFound,
        _ => io::ErrorKind::Other,
    };
    io::Error::new(kind, chain(error))
}

/// Makes "not found" a value. A missing bucket stays an error.
fn found<T>(result: io::Result<T>) -> io::Result<Option<T>> {
    match result {
        Ok(found) => Ok(Some(found)),
        Err(error) if error.kind() == io::ErrorKind::NotFound && !error.to_string().contains("NoSuchBucket") => {
            Ok(None)
        }
        Err(error) => Err(error),
    }
}

impl Storage for S3 {
    fn put<'a>(&'a self, key: &'a str, file: &'a Path) -> BoxFuture<'a, io::Result<()>> {
        Box::pin(async move {
            let location = self.location(key)?;
            let mut file = tokio::fs::File::open(file).await?;
            if file.metadata().await?.len() <= PIECE as u64 {
                let bytes = PutPayload::from(piece(&mut file).await?);
                within(self.times.sending, self.store.put_opts(&location, bytes, PutOptions::default())).await?;
                return Ok(());
            }
            let begun = self.store.put_multipart_opts(&location, PutMultipartOptions::default());
            let upload = within(self.times.answer, begun).await?;
            let mut begun = Begun { upload: Some(upload), answer: self.times.answer, key: key.to_owned() };
            let Some(upload) = &mut begun.upload else { return Ok(()) };
            let sent = self.send_pieces(upload.as_mut(), file).await;
            match sent {
                Ok(()) => begun.upload = None,
                Err(_) => begun.abort().await,
            }
            sent
        })
    }

    fn open<'a>(&'a self, key: &'a str) -> BoxFuture<'a, io::Result<Option<Stored>>> {
        Box::pin(async move {
            let location = self.location(key)?;
            let asked = within(self.times.answer, self.store.get_opts(&location, GetOptions::default())).await;
            let Some(answer) = found(asked)? else { return Ok(None) };
            let len = answer.meta.size;
            let most = self.times.answer;
            let bytes = try_unfold(answer.into_stream(), move |mut bytes| async move {
                let next = within(most, bytes.try_next()).await?;
                Ok::<_, io::Error>(next.map(|piece| (piece, bytes)))
            });
            Ok(Some(Stored::new(bytes.boxed(), len)))
        })
    }

    fn size<'a>(&'a self, key: &'a str) -> BoxFuture<'a, io::Result<Option<u64>>> {
        Box::pin(async move {
            let location = self.location(key)?;
            let head = GetOptions { head: true, ..GetOptions::default() };
            let asked = within(self.times.answer, self.store.get_opts(&location, head)).await;
            Ok(found(asked)?.map(|answer| answer.meta.size))
        })
    }

    fn delete<'a>(&'a self, key: &'a str) -> BoxFuture<'a, io::Result<()>> {
        Box::pin(async move {
            let location = self.location(key)?;
            let mut deleted = self.store.delete_stream(once(async move { Ok(location) }).boxed());
            found(within(self.times.answer, deleted.try_next()).await)?;
            Ok(())
        })
    }

    fn names<'a>(&'a self, from: Option<&'a str>) -> BoxFuture<'a, io::Result<Names>> {
        Box::pin(async move {
            let folder = Location::from(self.prefix.as_str());
            let folder = Some(&folder).filter(|_| !self.prefix.is_empty());
            let all = match from {
                None => self.store.list(folder),
                Some(from) => self.store.list_with_offset(folder, &self.under(from)),
            };
            let all: Vec<_> = within(self.times.answer, all.take(LISTED).try_collect::<Vec<_>>()).await?;
            let is_full = all.len() == LISTED;
            let skipped = if self.prefix.is_empty() { 0 } else { self.prefix.len() + 1 };
            let listed = |meta: object_store::ObjectMeta| {
                let seconds = u64::try_from(meta.last_modified.timestamp()).unwrap_or_default();
                let key = meta.location.as_ref().get(skipped..).unwrap_or_default().to_owned();
                Listed { key, stored_at: UNIX_EPOCH + Duration::from_secs(seconds) }
            };
            let found: Vec<Listed> = all.into_iter().map(listed).collect();
            let next = found.last().filter(|_| is_full).map(|last| last.key.clone());
            Ok(Names { found, next })
        })
    }
}
