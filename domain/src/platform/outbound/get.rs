//! Requests for images and pages: redirects are followed, each checked like a new address.

use hyper::header::{ACCEPT, CONTENT_ENCODING, CONTENT_TYPE, LOCATION};

use texts::Lang;
use tokio::sync::OwnedSemaphorePermit;

use super::*;

/// The most bytes of an address. Those of images are often longer than those that people type.
pub const MAX_GET_URL: usize = 2_000;
/// The most redirects that are followed.
const REDIRECTS: usize = 4;

/// What a request holds while it runs: a place among those to its host, and among all.
pub type Place<'a> = (OwnedSemaphorePermit, SemaphorePermit<'a>);

/// Waits for a place for a request to a host. `None` if none may be sent there now.
pub type Admits<'a> = &'a (dyn Fn(String) -> BoxFuture<'a, Option<Place<'a>>> + Send + Sync);

/// A request for an image or a page.
#[derive(Clone, Copy)]
#[allow(missing_docs)]
pub struct Get<'a> {
    pub url: &'a str,
    /// The types that are wanted.
    pub accept: &'static str,
    /// The longest time for all of it, with the redirects. To wait for places takes none of it.
    pub timeout: Duration,
    /// The most bytes of the body that are read. The rest is cut off.
    pub most: usize,
    /// Asked for each host before a request is sent there.
    pub admits: Admits<'a>,
}

impl fmt::Debug for Get<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Get").field("url", &self.url).finish_non_exhaustive()
    }
}

/// What came.
#[derive(Clone, Debug)]
#[allow(missing_docs)]
pub struct Got {
    /// Where it came from, after the redirects.
    pub url: Url,
    pub status: u16,
    /// The type that its sender claims; may be empty.
    pub kind: String,
    pub body: Vec<u8>,
    /// Whether the body is complete.
    pub is_whole: bool,
}

impl Outbound {
    /// Requests an image or a page.
    ///
    /// # Errors
    /// [`Failure`].
    pub async fn get(&self, get: Get<'_>) -> Result<Got, Failure> {
        let mut until = Deadline::now() + get.timeout;
        let mut url = self.check_within(get.url, MAX_GET_URL).map_err(|why| Failure::Refused(why.to(Lang::En)))?;
        for _ in 0..=REDIRECTS {
            let asked = Deadline::now();
            // Held until this answer has come. Nothing is held while the next redirect waits, so that none waits for another.
            let Some(_place) = (get.admits)(url.host_str().unwrap_or_default().to_owned()).await else {
                return Err(Failure::Busy);
            };
            until += asked.elapsed();
            let request = request(Method::GET, &url).header(ACCEPT, get.accept);
            let request = request.body(Full::default()).map_err(|error| broken(error.to_string()))?;
            let read = Read { most: get.most, until, follows: true };
            let sent = timeout_at(until, self.send(&url, request, read)).await;
            let (headers, Answer { status, body, is_whole }) = sent.map_err(|_| Failure::TimedOut(get.timeout))??;
            let header = |name| headers.get(name).and_then(|value| value.to_str().ok()).unwrap_or_default();
            if matches!(status, 301 | 302 | 303 | 307 | 308) {
                let next = url.join(header(LOCATION)).map_err(|error| broken(format!("its redirect: {error}")))?;
                url =
                    self.check_within(next.as_str(), MAX_GET_URL).map_err(|why| Failure::Refused(why.to(Lang::En)))?;
                continue;
            }
            if !matches!(header(CONTENT_ENCODING), "" | "identity") {
                return Err(broken("its response is compressed, which was not asked for"));
            }
            let kind = header(CONTENT_TYPE).to_owned();
            return Ok(Got { url, status, kind, body, is_whole });
        }
        Err(broken("it redirects too often"))
    }
}
