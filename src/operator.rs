//! Small answers by a server of its own: health and metrics for operators, and 503 while the start waits.

use std::fmt::Write as _;
use std::time::Duration;

use domain::Context;
use domain::admin::health;
use domain::model::IncomingOutcome;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinHandle;
use tokio::time::{sleep, timeout};

/// How long a client may take for a request, and this program for an answer.
const PATIENCE: Duration = Duration::from_secs(10);
/// The most bytes of a request.
const HEAD: usize = 8 * 1_024;
/// How long a start may take before its clients are told to retry.
const GRACE: Duration = Duration::from_secs(1);
/// `Retry-After` in seconds.
const RETRY: u64 = 3;
/// The most requests at a time.
const TOGETHER: usize = 16;

/// Answers `GET /-/health` and `GET /-/metrics` until it is dropped. `more` are metrics of the service.
pub async fn answer(listener: TcpListener, cx: Context, more: fn() -> String) {
    let places = std::sync::Arc::new(tokio::sync::Semaphore::new(TOGETHER));
    loop {
        let Ok(place) = places.clone().acquire_owned().await else { return };
        match listener.accept().await {
            Ok((stream, _)) => {
                let cx = cx.clone();
                tokio::spawn(async move {
                    // Slow or disconnected clients need no error handling.
                    let _ = timeout(PATIENCE, exchange(stream, &cx, more)).await;
                    drop(place);
                });
            }
            Err(error) => {
                tracing::warn!(%error, "KLATCH_METRICS_BIND: a connection was not accepted");
                sleep(Duration::from_millis(50)).await;
            }
        }
    }
}

async fn exchange(mut stream: TcpStream, cx: &Context, more: fn() -> String) -> std::io::Result<()> {
    let Some(head) = head(&mut stream).await? else { return Ok(()) };
    let mut words = head.split(' ');
    let (method, target) = (words.next().unwrap_or_default(), words.next().unwrap_or_default());
    let (status, kind, body) = match (method, target.split('?').next().unwrap_or_default()) {
        ("GET" | "HEAD", "/-/health") => {
            let health = health::check(cx).await;
            let status = if health.is_ready() { "200 OK" } else { "503 Service Unavailable" };
            (status, "application/json", health::detailed(&health).to_string())
        }
        ("GET" | "HEAD", "/-/metrics") => {
            ("200 OK", "text/plain; version=0.0.4; charset=utf-8", text(cx).await + &more())
        }
        ("GET" | "HEAD", _) => ("404 Not Found", "text/plain", "Not found. Try /-/health or /-/metrics.\n".to_owned()),
        _ => ("405 Method Not Allowed", "text/plain", "Use GET.\n".to_owned()),
    };
    reply(&mut stream, status, kind, &body, method == "HEAD").await
}

/// Returns the head of a request; `None` if it does not end.
async fn head(stream: &mut TcpStream) -> std::io::Result<Option<String>> {
    let mut head = Vec::new();
    while !head.windows(4).any(|end| end == b"\r\n\r\n") {
        if head.len() > HEAD || stream.read_buf(&mut head).await? == 0 {
            return Ok(None);
        }
    }
    Ok(Some(String::from_utf8_lossy(&head).into_owned()))
}

async fn reply(stream: &mut TcpStream, status: &str, kind: &str, body: &str, bare: bool) -> std::io::Result<()> {
    let head = format!(
        "HTTP/1.1 {status}\r\ncontent-type: {kind}\r\ncontent-length: {}\r\ncache-control: no-store\r\n\
         retry-after: {RETRY}\r\nconnection: close\r\n\r\n",
        body.len()
    );
    stream.write_all(head.as_bytes()).await?;
    if !bare {
        stream.write_all(body.as_bytes()).await?;
    }
    stream.shutdown().await
}

/// Responds with 503 at the address of the pages while the start waits for Postgres or Redis, until it is dropped.
#[must_use = "dropped, it stops answering"]
pub struct Meanwhile(JoinHandle<()>);

impl Meanwhile {
    /// Starts to answer, after a moment: a start that does not wait lets its first clients wait instead.
    ///
    /// # Errors
    /// When the listener cannot be shared.
    pub fn begin(listener: &std::net::TcpListener) -> std::io::Result<Self> {
        let listener = listener.try_clone()?;
        listener.set_nonblocking(true)?;
        let listener = TcpListener::from_std(listener)?;
        Ok(Self(tokio::spawn(async move {
            sleep(GRACE).await;
            while let Ok((mut stream, _)) = listener.accept().await {
                tokio::spawn(timeout(PATIENCE, async move {
                    let Some(head) = head(&mut stream).await? else { return Ok(()) };
                    let body = "The forum is starting and waiting for its database. Try again in a moment.\n";
                    let kind = "text/plain; charset=utf-8";
                    reply(&mut stream, "503 Service Unavailable", kind, body, head.starts_with("HEAD ")).await
                }));
            }
        })))
    }
}

impl Drop for Meanwhile {
    fn drop(&mut self) {
        self.0.abort();
    }
}

/// Returns the metrics of any process, in the Prometheus text format.
async fn text(cx: &Context) -> String {
    let health = health::check(cx).await;
    let mut text = String::new();
    let mut family = |name: &str, kind: &str, help: &str, samples: &[(String, f64)]| {
        let _ = write!(text, "# HELP {name} {help}\n# TYPE {name} {kind}\n");
        for (labels, value) in samples {
            let _ = writeln!(text, "{name}{labels} {value}");
        }
    };
    let number = |yes: bool| f64::from(u8::from(yes));
    let ready = [(String::new(), number(health.is_ready()))];
    family("klatch_ready", "gauge", "Whether reads, writes, jobs, and search work.", &ready);
    let parts = health.parts().map(|(part, wrong)| (format!("{{part=\"{part}\"}}"), number(wrong.is_none())));
    family("klatch_part_works", "gauge", "Whether a component works.", &parts);
    // Without the database there are no counts.
    if health.reads.is_none()
        && let Ok((jobs, waiting)) = domain::admin::queue(cx).await
    {
        let states = [("ready", jobs.ready), ("running", jobs.running), ("failed", jobs.failed)]
            .map(|(state, count)| (format!("{{state=\"{state}\"}}"), count as f64));
        family("klatch_jobs", "gauge", "Jobs in the queue.", &states);
        let waiting = [(String::new(), waiting.as_secs_f64())];
        family("klatch_jobs_waiting_seconds", "gauge", "Age of the oldest due job.", &waiting);
    }
    if health.reads.is_none()
        && cx.config.mail_in.is_some()
        && let Ok(counts) = domain::mail_in::counts(cx).await
    {
        let label = |(outcome, count): (IncomingOutcome, i64)| (format!("{{outcome=\"{outcome}\"}}"), count as f64);
        let counts: Vec<(String, f64)> = counts.into_iter().map(label).collect();
        let help = "Emails received in the last 24 hours, by what became of them.";
        family("klatch_emails_received", "gauge", help, &counts);
    }
    if let Some(age) = health.backup_age {
        let age = [(String::new(), age.as_secs_f64())];
        family("klatch_backup_age_seconds", "gauge", "Age of the last backup.", &age);
    }
    if let Some(search) = &cx.search {
        let documents = [(String::new(), search.documents() as f64)];
        family("klatch_search_documents", "gauge", "Messages and topics in the search index.", &documents);
        if let Ok(Some(unindexed)) = domain::search::unindexed(cx).await {
            let unindexed = [(String::new(), unindexed as f64)];
            family("klatch_search_unindexed", "gauge", "Changes not yet in the search index.", &unindexed);
        }
    }
    text
}
