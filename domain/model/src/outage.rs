//! Notices that a server is down, so that its callers fail at once instead of each waiting for its own timeout.

use std::fmt;
use std::pin::{Pin, pin};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::Duration;

use tokio::runtime::Handle;
use tokio::sync::watch;
use tokio::time::{Instant, sleep, timeout};

/// Work that takes longer makes the server suspect.
const SLOW: Duration = Duration::from_millis(200);
/// How long a probe may take.
const PATIENCE: Duration = Duration::from_secs(1);
/// How many probes in a row must time out, while nothing else is answered either, before the server counts as down. A busy
/// machine may delay some.
const TIMEOUTS: u32 = 3;
/// The pause after a probe.
const PAUSE: Duration = Duration::from_millis(250);

/// Tries to reach the server. An error says why that failed.
pub type Probe = Pin<Box<dyn Future<Output = Result<(), String>> + Send>>;

/// How callers recognize and report that the server is down.
pub struct Signs<E> {
    /// The server's name, for the log.
    pub server: &'static str,
    /// Whether an error may mean that the server is down.
    pub is_suspect: fn(&E) -> bool,
    /// The error for callers while it is down.
    pub down: fn() -> E,
}

/// Whether a server is down, shared by all its callers in a process. Probes run only while there are signs of it.
pub struct Outage<E>(Arc<Inner<E>>);

struct Inner<E> {
    signs: Signs<E>,
    probe: Box<dyn Fn() -> Probe + Send + Sync>,
    down: watch::Sender<bool>,
    is_probing: AtomicBool,
    /// How often the server answered something else than a probe.
    answers: AtomicU64,
    /// Where probes run: callers may have runtimes that end earlier.
    runtime: Handle,
}

impl<E: Send + 'static> Outage<E> {
    /// Creates the watch over a server that is up. Call it inside a tokio runtime, which runs the probes.
    pub fn new(signs: Signs<E>, probe: impl Fn() -> Probe + Send + Sync + 'static) -> Self {
        let (down, _) = watch::channel(false);
        let inner = Inner {
            signs,
            probe: Box::new(probe),
            down,
            is_probing: AtomicBool::new(false),
            answers: AtomicU64::new(0),
            runtime: Handle::current(),
        };
        Self(Arc::new(inner))
    }

    /// Whether the server is down.
    pub fn is_down(&self) -> bool {
        *self.0.down.borrow()
    }

    /// Runs work that needs the server. Fails at once while the server is down, also if it goes down meanwhile.
    ///
    /// # Errors
    /// Those of the work, or [`Signs::down`].
    pub async fn guard<T>(&self, work: impl Future<Output = Result<T, E>>) -> Result<T, E> {
        if self.is_down() {
            return Err((self.0.signs.down)());
        }
        let mut work = pin!(work);
        let result = match timeout(SLOW, &mut work).await {
            Ok(result) => result,
            Err(_) => {
                let mut down = self.0.down.subscribe();
                loop {
                    self.suspect();
                    tokio::select! {
                        biased;
                        result = &mut work => break result,
                        _ = down.wait_for(|down| *down) => return Err((self.0.signs.down)()),
                        () = sleep(SLOW) => {}
                    }
                }
            }
        };
        match &result {
            Err(error) if (self.0.signs.is_suspect)(error) => self.suspect(),
            _ => drop(self.0.answers.fetch_add(1, Ordering::Relaxed)),
        }
        result
    }

    /// Probes the server until it answers, unless a probe is running already.
    fn suspect(&self) {
        if !self.0.is_probing.swap(true, Ordering::AcqRel) {
            let inner = self.0.clone();
            self.0.runtime.spawn(async move { inner.probe_until_it_answers().await });
        }
    }
}

impl<E> Inner<E> {
    async fn probe_until_it_answers(&self) {
        let server = self.signs.server;
        let mut timeouts = 0;
        loop {
            let (begun, answers) = (Instant::now(), self.answers.load(Ordering::Relaxed));
            match timeout(PATIENCE, (self.probe)()).await {
                Ok(Ok(())) => break,
                Ok(Err(why)) => self.fail(&why),
                // Our own timer was late: this process was busy, which says nothing about the server.
                Err(_) if begun.elapsed() > PATIENCE + SLOW => continue,
                Err(_) if self.answers.load(Ordering::Relaxed) != answers => timeouts = 0,
                Err(_) => {
                    timeouts += 1;
                    if timeouts < TIMEOUTS {
                        continue;
                    }
                    self.fail("it accepts connections and does not answer");
                }
            }
            sleep(PAUSE).await;
        }
        if self.down.send_replace(false) {
            tracing::info!(server, "answers again");
        }
        sleep(PAUSE).await;
        self.is_probing.store(false, Ordering::Release);
    }

    fn fail(&self, why: &str) {
        if !self.down.send_replace(true) {
            tracing::error!(server = self.signs.server, why, "is down: what needs it fails at once until it answers");
        }
    }
}

impl<E> Clone for Outage<E> {
    fn clone(&self) -> Self {
        Self(self.0.clone())
    }
}

impl<E> fmt::Debug for Outage<E> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Outage").field("server", &self.0.signs.server).field("down", &*self.0.down.borrow()).finish()
    }
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::AtomicU8;

    use super::*;

    const UP: u8 = 0;
    const REFUSES: u8 = 1;
    const HANGS: u8 = 2;

    /// A server in one of these states, watched by an outage.
    fn server() -> (Arc<AtomicU8>, Outage<String>) {
        let state = Arc::new(AtomicU8::new(UP));
        let seen = state.clone();
        let signs =
            Signs { server: "test", is_suspect: |error: &String| error == "refused", down: || "down".to_owned() };
        let probe = move || -> Probe {
            let seen = seen.clone();
            Box::pin(async move {
                match seen.load(Ordering::SeqCst) {
                    UP => Ok(()),
                    REFUSES => Err("refused".to_owned()),
                    _ => std::future::pending().await,
                }
            })
        };
        (state, Outage::new(signs, probe))
    }

    async fn until(outage: &Outage<String>, down: bool) {
        while outage.is_down() != down {
            sleep(Duration::from_millis(10)).await;
        }
    }

    #[tokio::test(start_paused = true)]
    async fn work_fails_at_once_while_the_server_refuses_and_runs_again_when_it_is_back() {
        let (state, outage) = server();
        state.store(REFUSES, Ordering::SeqCst);
        let refused = outage.guard(async { Err::<(), _>("refused".to_owned()) }).await;
        assert_eq!(refused, Err("refused".to_owned()));
        until(&outage, true).await;
        let begun = tokio::time::Instant::now();
        assert_eq!(outage.guard(std::future::pending::<Result<(), _>>()).await, Err("down".to_owned()));
        assert_eq!(begun.elapsed(), Duration::ZERO);
        state.store(UP, Ordering::SeqCst);
        until(&outage, false).await;
        assert_eq!(outage.guard(async { Ok(7) }).await, Ok(7));
    }

    #[tokio::test(start_paused = true)]
    async fn work_that_waits_for_a_hanging_server_ends_within_four_seconds() {
        let (state, outage) = server();
        state.store(HANGS, Ordering::SeqCst);
        let begun = tokio::time::Instant::now();
        assert_eq!(outage.guard(std::future::pending::<Result<(), _>>()).await, Err("down".to_owned()));
        assert!(begun.elapsed() < Duration::from_secs(4), "{:?}", begun.elapsed());
    }

    #[tokio::test(start_paused = true)]
    async fn a_server_that_answers_anything_is_busy_but_not_down() {
        let (state, outage) = server();
        state.store(HANGS, Ordering::SeqCst);
        let others = async {
            loop {
                sleep(Duration::from_millis(900)).await;
                let _ = outage.guard(async { Ok(()) }).await;
            }
        };
        let slow = async {
            sleep(Duration::from_secs(20)).await;
            Ok(7)
        };
        tokio::select! {
            result = outage.guard(slow) => assert_eq!(result, Ok(7)),
            () = others => {}
        }
    }

    #[tokio::test(start_paused = true)]
    async fn slow_work_goes_on_while_the_server_answers() {
        let (_, outage) = server();
        let slow = async {
            sleep(Duration::from_secs(60)).await;
            Ok(7)
        };
        assert_eq!(outage.guard(slow).await, Ok(7));
        assert!(!outage.is_down());
    }

    #[tokio::test(start_paused = true)]
    async fn an_error_of_one_request_does_not_mean_an_outage() {
        let (state, outage) = server();
        state.store(REFUSES, Ordering::SeqCst);
        let _ = outage.guard(async { Err::<(), _>("a duplicate".to_owned()) }).await;
        sleep(Duration::from_secs(5)).await;
        assert!(!outage.is_down());
    }
}
