//! The timer of a connection.

use std::pin::Pin;
use std::task::{Context, Poll, ready};

use tokio::time::{Instant, Sleep, sleep_until};

/// A timer that is rarely reset. Mostly a connection gets what it waits for long before its deadline, and the next
/// deadline is later. So the timer keeps its earlier deadline, and is reset only when it fires too early.
#[derive(Debug)]
pub(super) struct Timer(Pin<Box<Sleep>>);

impl Timer {
    pub(super) fn new(due: Instant) -> Self {
        Self(Box::pin(sleep_until(due)))
    }

    /// Ready when it is `due`; otherwise the task is woken then.
    pub(super) fn poll(&mut self, cx: &mut Context<'_>, due: Instant) -> Poll<()> {
        if due < self.0.deadline() {
            self.0.as_mut().reset(due);
        }
        loop {
            ready!(self.0.as_mut().poll(cx));
            if self.0.deadline() >= due {
                return Poll::Ready(());
            }
            self.0.as_mut().reset(due);
        }
    }
}

#[cfg(test)]
mod tests {
    use std::future::poll_fn;
    use std::time::Duration;

    use super::*;

    #[tokio::test(start_paused = true)]
    async fn a_timer_fires_when_it_is_due_and_not_before() {
        let begun = Instant::now();
        let mut timer = Timer::new(begun + Duration::from_secs(75));
        for seconds in [40, 30, 50, 50, 120] {
            let due = begun + Duration::from_secs(seconds);
            poll_fn(|cx| timer.poll(cx, due)).await;
            let late = Instant::now().saturating_duration_since(due.max(begun));
            assert!(Instant::now() >= due && (late < Duration::from_millis(5) || seconds == 30), "{seconds}: {late:?}");
        }
    }
}
