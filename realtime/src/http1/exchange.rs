//! A request, from its first byte to its answer, or to the point where it has to wait.

use tokio::time::{Instant, timeout_at};

use super::Server;
use super::body::Discard;
use super::connection::Connection;
use super::parser::{self, Body, Head, Method, Refusal};
use super::reply::{Reply, ResponseOptions};
use crate::answer::Answer;
use crate::api::{ApiRequest, ApiWho, refusal};
use crate::metrics;
use crate::poll::{Begun, Waiting, begin, begin_api, check, check_api};
use crate::request::{BadRequest, Request};
use crate::who::{self, Who};

pub(super) enum Next {
    /// The answer was sent; another request may follow.
    Again,
    Close,
    /// The connection is over, but the client may still be sending.
    Refused,
    Wait(Box<Waiting>, ResponseOptions),
}

struct Ask {
    what: What,
    manner: ResponseOptions,
    body: Body,
    expects_continue: bool,
}

enum What {
    Poll(Who, Request),
    /// A poll of the API, and whether it is one with HEAD.
    Api(Box<(ApiWho, ApiRequest)>, bool),
    /// A poll with HEAD, which does not wait.
    Look(Who, Request),
    Refused(Answer),
    Options,
    WrongMethod,
    Health,
    Metrics,
    NotFound,
}

/// Reads a request and answers it, unless it has to wait.
pub(super) async fn next(line: &mut Connection, server: &Server) -> Next {
    let deadline = Instant::now() + server.limits.request_time;
    match read(line, server, deadline).await {
        Ok(Some(ask)) => act(line, server, ask).await,
        Ok(None) => Next::Close,
        Err(refusal) => {
            line.send(&Reply::from(refusal).write(super::LAST, &server.date), server.limits.write_time).await;
            Next::Refused
        }
    }
}

/// Reads a request with its body; `None` when the client left.
async fn read(line: &mut Connection, server: &Server, deadline: Instant) -> Result<Option<Ask>, Refusal> {
    const LATE: Refusal = Refusal(408, "The request didn't arrive in time.");
    const LONG: Refusal = Refusal(431, "The request head is too long.");
    let limits = &server.limits;
    let mut ask = loop {
        if let Some((head, length)) = parser::read(line.come())? {
            if length > limits.head {
                return Err(LONG);
            }
            let ask = ask(&head, line, server);
            line.use_up(length);
            break ask;
        }
        if line.come().len() > limits.head {
            return Err(LONG);
        }
        if !timeout_at(deadline, line.more()).await.map_err(|_| LATE)? {
            return Ok(None);
        }
    };
    let mut body = Discard::new(ask.body, limits.body)?;
    if !body.is_done() && ask.expects_continue && line.come().is_empty() {
        line.send(b"HTTP/1.1 100 Continue\r\n\r\n", limits.write_time).await;
    }
    let mut kept = Vec::new();
    loop {
        let read = body.read(line.come())?;
        if let (What::Api(..), Body::Length(..=BODY)) = (&ask.what, ask.body) {
            kept.extend_from_slice(&line.come()[..read]);
        }
        line.use_up(read);
        if body.is_done() {
            // Some clients send parameters in the body of a GET.
            if let What::Api(api, _) = &mut ask.what {
                api.1.add(&kept);
            }
            return Ok(Some(ask));
        }
        if !timeout_at(deadline, line.more()).await.map_err(|_| LATE)? {
            return Ok(None);
        }
    }
}

fn ask(head: &Head<'_>, line: &Connection, server: &Server) -> Ask {
    let what = match (head.path, head.method) {
        ("/live", Method::Get | Method::Head) if !head.source.is_own(&server.live.cx().config.base_url) => {
            What::Refused(Answer::Foreign)
        }
        ("/live", Method::Get | Method::Head) => match Request::read(head.query, head.source.site) {
            Ok(request) if head.method == Method::Head => What::Look(who(head, line, server), request),
            Ok(request) => What::Poll(who(head, line, server), request),
            Err(BadRequest(why)) => What::Refused(Answer::Invalid(why)),
        },
        (path, method) if is_api(path) => match method {
            Method::Get | Method::Head => api(head, line, server),
            Method::Options => What::Options,
            Method::Other => What::WrongMethod,
        },
        ("/live" | "/-/health" | "/-/metrics" | "*", Method::Options) => What::Options,
        ("/-/health", Method::Get | Method::Head) => What::Health,
        ("/-/metrics", Method::Get | Method::Head) => What::Metrics,
        ("/live" | "/-/health" | "/-/metrics", Method::Other) => What::WrongMethod,
        _ => What::NotFound,
    };
    Ask {
        what,
        manner: ResponseOptions { is_1_1: head.is_1_1, keep: head.keep, bare: head.method == Method::Head },
        body: head.body,
        expects_continue: head.expects_continue,
    }
}

/// The most bytes of a body that are read as parameters.
const BODY: u64 = 4_096;

/// Whether this is the API's poll. Some clients write a second slash, or leave the ending out.
fn is_api(path: &str) -> bool {
    matches!(path.trim_start_matches('/'), "api/live.json" | "api/live")
}

fn api(head: &Head<'_>, line: &Connection, server: &Server) -> What {
    let config = server.live.config();
    if !head.source.is_own(&server.live.cx().config.base_url) {
        return What::Refused(refusal(403, "Pages of other sites cannot use this."));
    }
    let peer = line.peer().unwrap_or_else(|| std::net::Ipv4Addr::UNSPECIFIED.into());
    let client = config.proxies.client(peer, head.forwarded.iter().copied());
    let who = ApiWho::new(head.authorization, client);
    What::Api(Box::new((who, ApiRequest::read(head.query, b""))), head.method == Method::Head)
}

fn who(head: &Head<'_>, line: &Connection, server: &Server) -> Who {
    let config = server.live.config();
    match who::token(head.cookies.iter().copied(), config.secure) {
        Some(token) => Who::Token(token),
        None => {
            let client = |peer| config.proxies.client(peer, head.forwarded.iter().copied()).address;
            Who::Nobody(line.peer().map(client))
        }
    }
}

async fn act(line: &mut Connection, server: &Server, ask: Ask) -> Next {
    let live = &server.live;
    let reply = match ask.what {
        What::Poll(who, request) => match begin(live, &who, &request).await {
            Begun::Answered(answer) => Reply::from(&answer),
            Begun::Waiting(waiting) => return Next::Wait(Box::new(waiting), ask.manner),
        },
        What::Api(api, true) => Reply::from(&Box::pin(check_api(live, &api.0, &api.1)).await),
        What::Api(api, false) => match Box::pin(begin_api(live, &api.0, &api.1)).await {
            Begun::Answered(answer) => Reply::from(&answer),
            Begun::Waiting(waiting) => return Next::Wait(Box::new(waiting), ask.manner),
        },
        What::Look(who, request) => Reply::from(&check(live, &who, &request).await),
        What::Refused(answer) => Reply::from(&answer),
        What::Options => Reply::allowed(),
        What::WrongMethod => Reply::wrong_method(),
        // Boxed because it is large and rare.
        What::Health => health(Box::pin(live.trouble()).await),
        What::Metrics => Reply::text(metrics::text(live)),
        What::NotFound => Reply::not_found(),
    };
    answer(line, server, &reply, ask.manner).await
}

fn health(trouble: Option<&'static str>) -> Reply {
    let body = serde_json::json!({
        "status": if trouble.is_none() { "ready" } else { "unready" },
        "reason": trouble,
        "version": env!("CARGO_PKG_VERSION"),
    });
    Reply::json(if trouble.is_none() { 200 } else { 503 }, body.to_string())
}

pub(super) async fn answer(line: &mut Connection, server: &Server, reply: &Reply, manner: ResponseOptions) -> Next {
    // A draining server keeps no connection.
    let manner = ResponseOptions { keep: manner.keep && !server.live.polls().is_draining(), ..manner };
    let sent = line.send(&reply.write(manner, &server.date), server.limits.write_time).await;
    if sent && manner.keep { Next::Again } else { Next::Close }
}
