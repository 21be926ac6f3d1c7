//! Requests to the API over HTTP.

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use http_body_util::{BodyExt, Full, Limited};
use hyper::body::Bytes;
use hyper::client::conn::http1;
use hyper::header::{ACCEPT, AUTHORIZATION, CONTENT_TYPE, HOST, RETRY_AFTER, USER_AGENT};
use hyper::{Method, Request};
use hyper_util::rt::TokioIo;
use serde::Serialize;
use serde::de::DeserializeOwned;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::TcpStream;
use tokio_rustls::TlsConnector;
use tokio_rustls::rustls::pki_types::ServerName;
use tokio_rustls::rustls::{ClientConfig, RootCertStore};
use url::{Position, Url};

use crate::Result;
use crate::account::Account;
use crate::show::clean;

/// The longest time for a request. A poll waits up to 40 seconds.
const PATIENCE: Duration = Duration::from_secs(60);
/// The most bytes of an answer.
const MOST: usize = 32 * 1_024 * 1_024;
/// How often something that must happen once is sent until the forum answers.
const TRIES: u32 = 4;
/// How long it waits before the first repetition; each further wait is twice as long.
const PAUSE: Duration = Duration::from_secs(1);

/// Why a request failed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Problem {
    /// The forum refused it.
    Refused {
        status: u16,
        /// What to do about it.
        detail: String,
    },
    /// The answer is not one of this API.
    NotUnderstood(String),
    /// There was no answer.
    Unreachable(String),
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Refused { detail, .. } => f.write_str(detail),
            Self::NotUnderstood(why) => write!(f, "Unexpected response from the forum: {why}."),
            Self::Unreachable(why) => write!(f, "Can't reach the forum: {why}."),
        }
    }
}

impl From<Problem> for String {
    fn from(problem: Problem) -> Self {
        problem.to_string()
    }
}

/// A client of one forum. Cheap to clone.
#[derive(Clone)]
pub struct Client {
    server: Arc<Url>,
    authorization: Arc<str>,
    tls: TlsConnector,
    pause: Duration,
}

impl fmt::Debug for Client {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Client").field("server", &self.server.as_str()).finish_non_exhaustive()
    }
}

impl Client {
    /// A client with the token of an account.
    ///
    /// # Errors
    /// When the address is wrong or TLS cannot be used.
    pub fn new(account: &Account) -> Result<Self> {
        let server = Url::parse(&account.server).map_err(|error| format!("{}: {error}.", account.server))?;
        let is_token = account.token.bytes().all(|byte| byte.is_ascii_graphic()) && !account.token.is_empty();
        if !is_token {
            return Err("The API token contains invalid characters.".into());
        }
        let roots = RootCertStore { roots: webpki_roots::TLS_SERVER_ROOTS.to_vec() };
        let provider = Arc::new(tokio_rustls::rustls::crypto::ring::default_provider());
        let config = ClientConfig::builder_with_provider(provider)
            .with_safe_default_protocol_versions()
            .map_err(|error| format!("Can't set up TLS: {error}."))?;
        let config = config.with_root_certificates(roots).with_no_client_auth();
        Ok(Self {
            server: Arc::new(server),
            authorization: format!("Bearer {}", account.token).into(),
            tls: TlsConnector::from(Arc::new(config)),
            pause: PAUSE,
        })
    }

    /// Reads something.
    ///
    /// # Errors
    /// [`Problem`].
    pub async fn get<T: DeserializeOwned>(
        &self,
        path: &str,
        query: &[(&str, &str)],
    ) -> std::result::Result<T, Problem> {
        let mut url = self.url(path);
        if !query.is_empty() {
            url.query_pairs_mut().extend_pairs(query);
        }
        read(&self.send(&Method::GET, &url, None, None).await?)
    }

    /// Changes something without an answer.
    ///
    /// # Errors
    /// [`Problem`].
    pub async fn change(
        &self,
        method: &Method,
        path: &str,
        body: Option<&impl Serialize>,
    ) -> std::result::Result<(), Problem> {
        let body = body.map(written).transpose()?;
        self.send(method, &self.url(path), body, None).await?;
        Ok(())
    }

    /// Creates something once: it is sent again with the same key until the forum answers.
    ///
    /// # Errors
    /// [`Problem`].
    pub async fn create<T: DeserializeOwned>(
        &self,
        path: &str,
        body: &impl Serialize,
    ) -> std::result::Result<T, Problem> {
        let (url, body, key) = (self.url(path), written(body)?, fresh_key());
        let mut tries = 0;
        loop {
            match self.send(&Method::POST, &url, Some(body.clone()), Some(&key)).await {
                Err(Problem::Unreachable(_) | Problem::Refused { status: 409 | 503, .. }) if tries + 1 < TRIES => {
                    tokio::time::sleep(self.pause * 2u32.pow(tries)).await;
                    tries += 1;
                }
                answer => return read(&answer?),
            }
        }
    }

    fn url(&self, path: &str) -> Url {
        let mut url = (*self.server).clone();
        url.set_path(&format!("/api/v1{path}"));
        url
    }

    async fn send(
        &self,
        method: &Method,
        url: &Url,
        body: Option<String>,
        key: Option<&str>,
    ) -> std::result::Result<Vec<u8>, Problem> {
        let answered = tokio::time::timeout(PATIENCE, self.answered(method, url, body, key)).await;
        answered
            .unwrap_or_else(|_| Err(Problem::Unreachable(format!("no response within {} seconds", PATIENCE.as_secs()))))
    }

    async fn answered(
        &self,
        method: &Method,
        url: &Url,
        body: Option<String>,
        key: Option<&str>,
    ) -> std::result::Result<Vec<u8>, Problem> {
        let host = url.host_str().unwrap_or_default().trim_matches(['[', ']']).to_owned();
        let port = url.port_or_known_default().unwrap_or(443);
        let stream = TcpStream::connect((host.as_str(), port)).await.map_err(unreachable)?;
        let mut request = Request::builder()
            .method(method)
            .uri(&url[Position::BeforePath..Position::AfterQuery])
            .header(HOST, &url[Position::BeforeHost..Position::AfterPort])
            .header(USER_AGENT, concat!("klatch-chat/", env!("CARGO_PKG_VERSION")))
            .header(ACCEPT, "application/json")
            .header(AUTHORIZATION, &*self.authorization);
        if body.is_some() {
            request = request.header(CONTENT_TYPE, "application/json");
        }
        if let Some(key) = key {
            request = request.header("idempotency-key", key);
        }
        let request = request.body(Full::from(body.unwrap_or_default())).map_err(unreachable)?;
        if url.scheme() == "http" {
            return exchange(stream, request).await;
        }
        let name = ServerName::try_from(host).map_err(unreachable)?;
        exchange(self.tls.connect(name, stream).await.map_err(unreachable)?, request).await
    }
}

fn unreachable(error: impl fmt::Display) -> Problem {
    Problem::Unreachable(error.to_string())
}

fn written(body: &impl Serialize) -> std::result::Result<String, Problem> {
    serde_json::to_string(body).map_err(unreachable)
}

fn read<T: DeserializeOwned>(body: &[u8]) -> std::result::Result<T, Problem> {
    serde_json::from_slice(body).map_err(|error| Problem::NotUnderstood(error.to_string()))
}

/// A key that no other request has. It need not be secret.
fn fresh_key() -> String {
    use std::hash::{BuildHasher, RandomState};
    let number = || RandomState::new().hash_one(std::time::SystemTime::now());
    format!("chat-{:016x}{:016x}", number(), number())
}

/// A problem as the API describes it (RFC 9457).
#[derive(serde::Deserialize)]
struct Described {
    #[serde(default)]
    title: String,
    #[serde(default)]
    detail: String,
    #[serde(default)]
    errors: Vec<Field>,
}

#[derive(serde::Deserialize)]
struct Field {
    detail: String,
}

async fn exchange(
    stream: impl AsyncRead + AsyncWrite + Unpin + Send + 'static,
    request: Request<Full<Bytes>>,
) -> std::result::Result<Vec<u8>, Problem> {
    let (mut sender, connection) = http1::handshake(TokioIo::new(stream)).await.map_err(unreachable)?;
    let driver = tokio::spawn(async move {
        // Its error reaches the sender too.
        let _ = connection.await;
    });
    let response = sender.send_request(request).await.map_err(unreachable)?;
    let status = response.status();
    let wait = response.headers().get(RETRY_AFTER).and_then(|value| value.to_str().ok()).map(str::to_owned);
    let body = Limited::new(response.into_body(), MOST).collect().await.map_err(unreachable)?.to_bytes().to_vec();
    driver.abort();
    if status.is_success() {
        return Ok(body);
    }
    let described: Option<Described> = serde_json::from_slice(&body).ok();
    let mut detail = match described {
        None => format!("The forum responded with {status}. Check its URL."),
        Some(Described { errors, .. }) if !errors.is_empty() => {
            errors.into_iter().map(|field| field.detail).collect::<Vec<_>>().join(" ")
        }
        Some(Described { title, detail, .. }) => {
            if detail.is_empty() {
                title
            } else {
                detail
            }
        }
    };
    if let (429, Some(seconds)) = (status.as_u16(), wait) {
        detail += &format!(" Try again in {seconds} s.");
    }
    Err(Problem::Refused { status: status.as_u16(), detail: clean(&detail) })
}

#[cfg(test)]
mod tests {
    use super::*;
    use tokio::io::{AsyncReadExt, AsyncWriteExt};
    use tokio::net::TcpListener;

    /// A server that drops the first connections, and then gives one answer. Returns what it was sent.
    async fn served(drops: usize, answer: &'static str) -> (Client, tokio::task::JoinHandle<Vec<String>>) {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let server = format!("http://{}", listener.local_addr().expect("its address"));
        let served = tokio::spawn(async move {
            let mut requests = Vec::new();
            for nth in 0..=drops {
                let (mut stream, _) = listener.accept().await.expect("a connection");
                let mut head = vec![0; 8_192];
                let read = stream.read(&mut head).await.expect("a request");
                requests.push(String::from_utf8_lossy(&head[..read]).into_owned());
                if nth == drops {
                    stream.write_all(answer.as_bytes()).await.expect("sent");
                }
            }
            requests
        });
        (Client::new(&Account { server, token: "klatch_1".into() }).expect("a client"), served)
    }

    #[tokio::test]
    async fn a_creating_request_is_repeated_with_the_same_key_until_it_is_answered() {
        let (mut client, served) = served(2, "HTTP/1.1 201 Created\r\ncontent-length: 2\r\n\r\n{}").await;
        client.pause = Duration::ZERO;
        let made: serde_json::Value =
            client.create("/topics/1/messages", &serde_json::json!({"text": "a"})).await.expect("made");
        assert_eq!(made, serde_json::json!({}));
        let requests = served.await.expect("requests");
        let keys: Vec<_> = requests
            .iter()
            .map(|request| request.lines().find(|line| line.starts_with("idempotency-key: ")).expect("a key"))
            .collect();
        assert!(keys.len() == 3 && keys.iter().all(|key| *key == keys[0]), "{requests:?}");
        assert!(requests[0].starts_with("POST /api/v1/topics/1/messages HTTP/1.1\r\n"), "{requests:?}");
        assert!(requests[0].contains("authorization: Bearer klatch_1\r\n"), "{requests:?}");
    }

    #[tokio::test]
    async fn an_error_says_what_to_correct() {
        let answer = "HTTP/1.1 422 X\r\ncontent-length: 74\r\n\r\n{\"title\":\"T\",\"detail\":\"D\",\"errors\":[{\"field\":\"text\",\"detail\":\"Shorter.\"}]}";
        let (client, _served) = served(0, answer).await;
        let refused = client.get::<serde_json::Value>("/me", &[("q", "a b")]).await.expect_err("refused");
        assert_eq!(refused, Problem::Refused { status: 422, detail: "Shorter.".into() });
    }
}
