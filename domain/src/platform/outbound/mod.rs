//! HTTP requests to addresses that people typed: webhooks and external auditors, push services, and the images and linked
//! pages of messages.
//!
//! The name is resolved once, each address is checked, and the connection goes to exactly the address that was checked.
//! Only [`Outbound::get`] follows redirects, each like a new address. Proxies of the environment are not used, and time and
//! sizes are limited.

mod addresses;
mod get;

use std::fmt;
use std::io;
use std::net::{IpAddr, SocketAddr};
use std::sync::{Arc, OnceLock};
use std::time::{Duration, Instant};

use futures_util::future::BoxFuture;
use http_body_util::{BodyExt, Full};
use hyper::body::Bytes;
use hyper::client::conn::http1;
use hyper::header::{CONNECTION, CONTENT_TYPE, HOST, HeaderMap, USER_AGENT};
use hyper::{Method, Request, http};
use hyper_util::rt::TokioIo;
use texts::{Lang, Text, validation};
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::TcpStream;
use tokio::sync::{Semaphore, SemaphorePermit};
use tokio::task::JoinHandle;
use tokio::time::{Instant as Deadline, timeout_at};
use tokio_rustls::TlsConnector;
use tokio_rustls::rustls::pki_types::ServerName;
use tokio_rustls::rustls::{ClientConfig, RootCertStore};
use url::{Host, Position, Url};

pub use addresses::{Allowed, is_public};
pub use get::{Admits, Get, Got, MAX_GET_URL, Place};

/// The most bytes of an address.
pub const MAX_URL: usize = 1_000;
/// The most addresses of a name that are tried.
const TRIED: usize = 4;
/// How many requests of jobs a process sends at once.
const PLACES: u32 = 6;
/// The most bytes of the head of an answer.
const MAX_HEAD: usize = 64 * 1_024;

/// Resolves a name and port to addresses. Tests replace it.
pub type Resolver = Arc<dyn Fn(String, u16) -> BoxFuture<'static, io::Result<Vec<SocketAddr>>> + Send + Sync>;

/// Sends requests to other hosts. Cheap to clone.
#[derive(Clone)]
pub struct Outbound {
    allowed: Arc<Allowed>,
    /// The setting with which the operator allows private addresses.
    setting: &'static str,
    resolver: Resolver,
    /// Places for requests that jobs send: hosts that hang do not take the places of all jobs.
    places: Arc<Semaphore>,
}

impl fmt::Debug for Outbound {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Outbound").field("allowed", &self.allowed).finish_non_exhaustive()
    }
}

/// A client that uses public addresses only.
impl Default for Outbound {
    fn default() -> Self {
        Self::new(Allowed::default())
    }
}

/// A request with a body, which is JSON unless a header says otherwise.
#[derive(Clone, Debug)]
#[allow(missing_docs)]
pub struct Post<'a> {
    pub url: &'a str,
    pub headers: Vec<(&'static str, String)>,
    pub body: Vec<u8>,
    /// The longest time for all of it: resolving, connecting, sending and reading.
    pub timeout: Duration,
    /// The most bytes of the answer's body that are read. The rest is cut off.
    pub most: usize,
}

/// The answer to a request.
#[derive(Clone, Debug, PartialEq, Eq)]
#[allow(missing_docs)]
pub struct Answer {
    pub status: u16,
    /// Perhaps only its beginning.
    pub body: Vec<u8>,
    /// Whether the body is complete.
    pub is_whole: bool,
}

/// Why there is no answer. Its text is for admins and the log, in English.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Failure {
    /// The address is not one that may be used.
    #[error("{0}")]
    Refused(String),
    /// It did not answer in time.
    #[error("it did not respond within {:.1} seconds", .0.as_secs_f64())]
    TimedOut(Duration),
    /// It could not be reached, or its answer is no HTTP.
    #[error("{0}")]
    Broken(String),
    /// Too many requests were sent to its host lately.
    #[error("too many requests were sent to it in this minute")]
    Busy,
}

impl Outbound {
    /// A client for webhooks. It uses public addresses, and private ones that the operator allowed for them.
    pub fn new(allowed: Allowed) -> Self {
        Self::with_setting(allowed, "KLATCH_WEBHOOK_ALLOW")
    }

    /// A client for what messages link to. Anybody may write a message, so this needs a permission of its own.
    pub fn for_messages(allowed: Allowed) -> Self {
        Self::with_setting(allowed, "KLATCH_FETCH_ALLOW")
    }

    fn with_setting(allowed: Allowed, setting: &'static str) -> Self {
        let resolver: Resolver =
            Arc::new(|name, port| Box::pin(async move { Ok(tokio::net::lookup_host((name, port)).await?.collect()) }));
        Self { allowed: Arc::new(allowed), setting, resolver, places: Arc::new(Semaphore::new(PLACES as usize)) }
    }

    /// The same with another resolver, for tests.
    #[must_use]
    pub fn with_resolver(self, resolver: Resolver) -> Self {
        Self { resolver, ..self }
    }

    /// Takes a place for the request of a job; `alone`: all places. `None` when there is none.
    pub(crate) fn place(&self, alone: bool) -> Option<SemaphorePermit<'_>> {
        self.places.try_acquire_many(if alone { PLACES } else { 1 }).ok()
    }

    /// Checks an address when it is typed, as far as this is possible without resolving its name.
    ///
    /// # Errors
    /// What to correct.
    pub fn check(&self, typed: &str) -> Result<Url, Text> {
        self.check_within(typed, MAX_URL)
    }

    fn check_within(&self, typed: &str, most: usize) -> Result<Url, Text> {
        if typed.len() > most {
            return Err(validation::at_most(most));
        }
        let url = Url::parse(typed.trim()).map_err(|_| validation::address_https())?;
        if !matches!(url.scheme(), "https" | "http") || url.host().is_none() {
            return Err(validation::address_http());
        }
        if !url.username().is_empty() || url.password().is_some() {
            return Err(validation::address_password());
        }
        let port = url.port_or_known_default().unwrap_or(443);
        let literal = match url.host() {
            Some(Host::Ipv4(address)) => Some(IpAddr::V4(address)),
            Some(Host::Ipv6(address)) => Some(IpAddr::V6(address)),
            Some(Host::Domain(_)) | None => None,
        };
        match literal {
            Some(address) => self.check_address(url.host_str().unwrap_or_default(), address, port)?,
            None if self.allowed.has_name(url.host_str().unwrap_or_default()) => {}
            None => check_port(port)?,
        }
        Ok(url)
    }

    /// The same for an address that must be encrypted, unless the operator allows its private host.
    ///
    /// # Errors
    /// What to correct.
    pub fn check_secure(&self, typed: &str) -> Result<Url, Text> {
        let url = self.check(typed)?;
        let is_allowed = match url.host() {
            Some(Host::Ipv4(address)) => self.allowed.has_address(address.into()),
            Some(Host::Ipv6(address)) => self.allowed.has_address(address.into()),
            Some(Host::Domain(name)) => self.allowed.has_name(name),
            None => false,
        };
        if url.scheme() == "https" || is_allowed { Ok(url) } else { Err(validation::address_encrypted()) }
    }

    /// Checks an address that a connection would go to.
    fn check_address(&self, name: &str, address: IpAddr, port: u16) -> Result<(), Text> {
        if self.allowed.has_name(name) || self.allowed.has_address(address) {
            return Ok(());
        }
        if !is_public(address) {
            return Err(validation::address_private(name, address.to_string(), self.setting));
        }
        check_port(port)
    }

    /// Whether a connection goes to a public address of this machine itself, which the operator did not allow.
    fn is_own(&self, stream: &TcpStream, name: &str, address: IpAddr) -> bool {
        let is_allowed = self.allowed.has_name(name) || self.allowed.has_address(address);
        !is_allowed && stream.local_addr().ok().is_none_or(|own| own.ip() == address)
    }

    /// Sends a request.
    ///
    /// # Errors
    /// [`Failure`].
    pub async fn post(&self, post: Post<'_>) -> Result<Answer, Failure> {
        let url = self.check(post.url).map_err(|why| Failure::Refused(why.to(Lang::En)))?;
        let until = Deadline::now() + post.timeout;
        let mut request = request(Method::POST, &url);
        if !post.headers.iter().any(|(name, _)| *name == CONTENT_TYPE.as_str()) {
            request = request.header(CONTENT_TYPE, "application/json");
        }
        for (name, value) in post.headers {
            request = request.header(name, value);
        }
        let request = request.body(Full::from(post.body)).map_err(|error| broken(error.to_string()))?;
        let read = Read { most: post.most, until, follows: false };
        match timeout_at(until, self.send(&url, request, read)).await {
            Ok(answered) => answered.map(|(_, answer)| answer),
            Err(_) => Err(Failure::TimedOut(post.timeout)),
        }
    }

    async fn send(&self, url: &Url, request: Sent, read: Read) -> Result<(HeaderMap, Answer), Failure> {
        let stream = self.connect(url).await?;
        if url.scheme() == "http" {
            return exchange(stream, request, read).await;
        }
        let host = url.host_str().unwrap_or_default().trim_matches(['[', ']']).to_owned();
        let name = ServerName::try_from(host).map_err(|_| broken("its name cannot be used with TLS"))?;
        let stream = tls()?.connect(name, stream).await.map_err(|error| broken(format!("TLS: {error}")))?;
        exchange(stream, request, read).await
    }

    /// Resolves the name once and connects to one of its addresses that may be used.
    async fn connect(&self, url: &Url) -> Result<TcpStream, Failure> {
        let port = url.port_or_known_default().unwrap_or(443);
        let name = url.host_str().unwrap_or_default();
        let mut found = match url.host() {
            Some(Host::Ipv4(address)) => vec![SocketAddr::new(address.into(), port)],
            Some(Host::Ipv6(address)) => vec![SocketAddr::new(address.into(), port)],
            Some(Host::Domain(domain)) => (self.resolver)(domain.to_owned(), port)
                .await
                .map_err(|error| broken(format!("its name cannot be resolved: {error}")))?,
            None => Vec::new(),
        };
        // Many machines have no IPv6.
        found.sort_by_key(SocketAddr::is_ipv6);
        let mut refused = None;
        let mut failed = None;
        for address in found.into_iter().take(TRIED) {
            if let Err(why) = self.check_address(name, address.ip(), port) {
                refused = Some(why.to(Lang::En));
                continue;
            }
            match TcpStream::connect(SocketAddr::new(address.ip(), port)).await {
                Ok(stream) if self.is_own(&stream, name, address.ip()) => {
                    refused = Some(format!(
                        "{name} is this machine ({address}). The operator can allow it with {}.",
                        self.setting
                    ));
                }
                Ok(stream) => return Ok(stream),
                Err(error) => failed = Some(error),
            }
        }
        Err(match (failed, refused) {
            (Some(error), _) => broken(format!("it cannot be reached: {error}")),
            (None, Some(why)) => Failure::Refused(why),
            (None, None) => broken("its name has no address"),
        })
    }
}

/// Privileged ports other than those of HTTP belong to services that must not get requests.
fn check_port(port: u16) -> Result<(), Text> {
    match port {
        80 | 443 | 1_024.. => Ok(()),
        _ => Err(validation::address_port(port.to_string())),
    }
}

fn broken(why: impl Into<String>) -> Failure {
    Failure::Broken(why.into())
}

/// TLS with the certificate authorities that browsers trust.
pub(crate) fn tls() -> Result<TlsConnector, Failure> {
    static TLS: OnceLock<Option<Arc<ClientConfig>>> = OnceLock::new();
    let config = TLS.get_or_init(|| {
        let roots = RootCertStore { roots: webpki_roots::TLS_SERVER_ROOTS.to_vec() };
        let provider = Arc::new(tokio_rustls::rustls::crypto::ring::default_provider());
        let versions = ClientConfig::builder_with_provider(provider).with_safe_default_protocol_versions().ok()?;
        Some(Arc::new(versions.with_root_certificates(roots).with_no_client_auth()))
    });
    config.clone().map(TlsConnector::from).ok_or_else(|| broken("TLS cannot be used"))
}

/// The task that drives a connection. It ends with this.
struct Driver(JoinHandle<()>);

impl Drop for Driver {
    fn drop(&mut self) {
        self.0.abort();
    }
}

type Sent = Request<Full<Bytes>>;

/// How much of an answer is read.
#[derive(Clone, Copy)]
struct Read {
    most: usize,
    until: Deadline,
    /// Whether a redirect is followed: its body is not read then.
    follows: bool,
}

/// Begins a request. It says nothing about who caused it.
fn request(method: Method, url: &Url) -> http::request::Builder {
    Request::builder()
        .method(method)
        .uri(&url[Position::BeforePath..Position::AfterQuery])
        .header(HOST, &url[Position::BeforeHost..Position::AfterPort])
        .header(USER_AGENT, "Klatch")
        .header(CONNECTION, "close")
}

async fn exchange(
    stream: impl AsyncRead + AsyncWrite + Unpin + Send + 'static,
    request: Sent,
    Read { most, until, follows }: Read,
) -> Result<(HeaderMap, Answer), Failure> {
    let wrong = |error: hyper::Error| broken(format!("its response is not valid HTTP: {error}"));
    let (mut sender, connection) = http1::Builder::new()
        .max_buf_size(MAX_HEAD)
        .handshake::<_, Full<Bytes>>(TokioIo::new(stream))
        .await
        .map_err(wrong)?;
    let _driver = Driver(tokio::spawn(async move {
        // Its error reaches the sender too.
        let _ = connection.await;
    }));
    let response = sender.send_request(request).await.map_err(wrong)?;
    let (head, mut body) = response.into_parts();
    let mut answer = Answer { status: head.status.as_u16(), body: Vec::new(), is_whole: false };
    if follows && head.status.is_redirection() {
        return Ok((head.headers, answer));
    }
    // The status counts, even if the rest does not arrive in time.
    let until = until.checked_sub(Duration::from_millis(20)).unwrap_or(until);
    while let Ok(next) = timeout_at(until, body.frame()).await {
        match next {
            None => {
                answer.is_whole = true;
                break;
            }
            Some(Err(_)) => break,
            Some(Ok(frame)) => {
                let Some(data) = frame.data_ref() else { continue };
                let room = most.saturating_sub(answer.body.len());
                answer.body.extend_from_slice(&data[..data.len().min(room)]);
                if data.len() > room {
                    break;
                }
            }
        }
    }
    Ok((head.headers, answer))
}

/// Measures how long something takes, in milliseconds.
pub async fn timed<T>(work: impl Future<Output = T>) -> (T, i64) {
    let begun = Instant::now();
    let done = work.await;
    (done, i64::try_from(begun.elapsed().as_millis()).unwrap_or(i64::MAX))
}

#[cfg(test)]
mod tests;
