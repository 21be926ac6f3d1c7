//! The HTTP client of the storage. It keeps connections open for the next request, and uses the TLS of our other clients.
//! Time is limited by whoever asks: a request that is dropped ends.

use std::io;
use std::pin::Pin;
use std::sync::{Arc, Mutex, PoisonError};
use std::task::{Context, Poll, ready};
use std::time::Duration;

use async_trait::async_trait;
use hyper::body::{Body, Bytes, Frame, Incoming, SizeHint};
use hyper::client::conn::http1::{self, SendRequest};
use hyper::header::{HOST, HeaderValue};
use hyper::{Request, Uri};
use hyper_util::rt::TokioIo;
use object_store::ClientOptions;
use object_store::client::{
    HttpClient, HttpConnector, HttpError, HttpErrorKind, HttpRequest, HttpRequestBody, HttpResponse, HttpResponseBody,
    HttpService,
};
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::TcpStream;
use tokio::time::timeout;
use tokio_rustls::rustls::pki_types::ServerName;

use crate::platform::outbound;

/// How long a connection may take to open.
const CONNECT: Duration = Duration::from_secs(5);
/// The most connections that are kept open while nothing is asked.
const MOST_IDLE: usize = 16;

type Sender = SendRequest<HttpRequestBody>;

/// Makes clients for `object_store`.
#[derive(Debug)]
pub(super) struct Connector;

impl HttpConnector for Connector {
    fn connect(&self, _: &ClientOptions) -> object_store::Result<HttpClient> {
        Ok(HttpClient::new(Client::default()))
    }
}

/// A client for one host.
#[derive(Debug, Default)]
struct Client(Arc<Idle>);

/// Open connections that wait for a request.
#[derive(Debug, Default)]
struct Idle(Mutex<Vec<Sender>>);

impl Idle {
    /// Takes one.
    async fn take(&self) -> Option<Sender> {
        loop {
            let mut sender = self.0.lock().unwrap_or_else(PoisonError::into_inner).pop()?;
            // The server may have closed it meanwhile.
            if sender.ready().await.is_ok() {
                return Some(sender);
            }
        }
    }

    fn keep(&self, sender: Sender) {
        let mut idle = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if idle.len() < MOST_IDLE && !sender.is_closed() {
            idle.push(sender);
        }
    }
}

#[async_trait]
impl HttpService for Client {
    async fn call(&self, request: HttpRequest) -> Result<HttpResponse, HttpError> {
        let (mut parts, body) = request.into_parts();
        let mut sender = match self.0.take().await {
            Some(sender) => sender,
            None => timeout(CONNECT, connect(&parts.uri))
                .await
                .map_err(|error| HttpError::new(HttpErrorKind::Connect, error))??,
        };
        let host = parts.uri.authority().map_or("", |authority| authority.as_str());
        let host = HeaderValue::from_str(host).map_err(|error| HttpError::new(HttpErrorKind::Unknown, error))?;
        let path = parts.uri.path_and_query().map_or("/", |path| path.as_str());
        let path = path.parse::<Uri>().map_err(|error| HttpError::new(HttpErrorKind::Unknown, error))?;
        parts.uri = path;
        parts.headers.insert(HOST, host);
        let response = sender.send_request(Request::from_parts(parts, body)).await.map_err(broken)?;
        let (parts, body) = response.into_parts();
        let mut answered = Answered { body, sender: Mutex::new(Some(sender)), idle: self.0.clone() };
        if answered.body.is_end_stream() {
            answered.end();
        }
        Ok(HttpResponse::from_parts(parts, HttpResponseBody::new(answered)))
    }
}

/// The body of an answer. Read to its end, it gives the connection back.
struct Answered {
    body: Incoming,
    sender: Mutex<Option<Sender>>,
    idle: Arc<Idle>,
}

impl Answered {
    fn end(&mut self) {
        let sender = self.sender.get_mut().unwrap_or_else(PoisonError::into_inner).take();
        if let Some(sender) = sender {
            self.idle.keep(sender);
        }
    }
}

impl Body for Answered {
    type Data = Bytes;
    type Error = HttpError;

    fn poll_frame(mut self: Pin<&mut Self>, task: &mut Context<'_>) -> Poll<Option<Result<Frame<Bytes>, HttpError>>> {
        let next = ready!(Pin::new(&mut self.body).poll_frame(task));
        if next.is_none() || self.body.is_end_stream() {
            self.end();
        }
        Poll::Ready(next.map(|frame| frame.map_err(broken)))
    }

    fn is_end_stream(&self) -> bool {
        self.body.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.body.size_hint()
    }
}

/// Whether the request can be sent again: one on a connection that the server had closed was never read.
fn broken(error: hyper::Error) -> HttpError {
    let kind = if error.is_canceled() || error.is_closed() || error.is_incomplete_message() {
        HttpErrorKind::Request
    } else {
        HttpErrorKind::Interrupted
    };
    HttpError::new(kind, error)
}

async fn connect(uri: &Uri) -> Result<Sender, HttpError> {
    let unreachable = |error: io::Error| HttpError::new(HttpErrorKind::Connect, error);
    let host = uri.host().unwrap_or_default().trim_matches(['[', ']']);
    let is_secure = uri.scheme_str() == Some("https");
    let port = uri.port_u16().unwrap_or(if is_secure { 443 } else { 80 });
    let stream = TcpStream::connect((host, port)).await.map_err(unreachable)?;
    stream.set_nodelay(true).map_err(unreachable)?;
    if !is_secure {
        return handshake(stream).await;
    }
    let unnamed = |_| HttpError::new(HttpErrorKind::Unknown, io::Error::other("its name cannot be used with TLS"));
    let name = ServerName::try_from(host.to_owned()).map_err(unnamed)?;
    let tls = outbound::tls().map_err(|error| HttpError::new(HttpErrorKind::Unknown, error))?;
    handshake(tls.connect(name, stream).await.map_err(unreachable)?).await
}

async fn handshake(stream: impl AsyncRead + AsyncWrite + Unpin + Send + 'static) -> Result<Sender, HttpError> {
    let (sender, connection) = http1::handshake(TokioIo::new(stream)).await.map_err(broken)?;
    // It ends with its sender, or when the server closes it.
    tokio::spawn(async move {
        if let Err(error) = connection.await {
            tracing::debug!(%error, "a connection to the storage ended");
        }
    });
    Ok(sender)
}
