//! The outermost layer: reports the outcome of each job to the driver, including failures of the layers within.

use std::pin::Pin;
use std::task::{Context, Poll};
use std::time::Duration;

use apalis_core::error::BoxDynError;
use apalis_core::task::Task;
use domain::platform::jobs::Outcome;
use tower::timeout::error::Elapsed;
use tower::{Layer, Service};

use crate::queue::Claimed;

/// Puts [`Ack`] around the handler and its layers.
#[derive(Clone, Debug)]
pub(crate) struct AckLayer {
    /// For the error text of a job that took longer.
    pub time_out: Duration,
}

impl<S> Layer<S> for AckLayer {
    type Service = Ack<S>;

    fn layer(&self, inner: S) -> Ack<S> {
        Ack { inner, time_out: self.time_out }
    }
}

#[derive(Clone, Debug)]
pub(crate) struct Ack<S> {
    inner: S,
    time_out: Duration,
}

impl<S> Service<Task<Claimed>> for Ack<S>
where
    S: Service<Task<Claimed>, Response = ()>,
    S::Error: Into<BoxDynError>,
    S::Future: Send + 'static,
{
    type Response = ();
    type Error = BoxDynError;
    type Future = Pin<Box<dyn Future<Output = Result<(), BoxDynError>> + Send>>;

    fn poll_ready(&mut self, cx: &mut Context<'_>) -> Poll<Result<(), BoxDynError>> {
        self.inner.poll_ready(cx).map_err(Into::into)
    }

    fn call(&mut self, mut task: Task<Claimed>) -> Self::Future {
        let claimed = &task.args;
        let (kind, count) = (claimed.first().map(|claim| claim.job.kind()), claimed.claims.len());
        let (id, attempt) = claimed.first().map(|claim| (claim.id.0, claim.attempt)).unzip();
        let receipt = task.args.receipt.take().map(|mut receipt| {
            receipt.begin();
            receipt
        });
        let running = self.inner.call(task);
        let time_out = self.time_out;
        Box::pin(async move {
            let ended = running.await.map_err(Into::into);
            let outcome = match &ended {
                Ok(()) => Outcome::Done,
                Err(error) if is_unavailable(error) => {
                    tracing::debug!(job = id, kind, count, %error, "the job will run again when the services it needs are back");
                    Outcome::Unavailable
                }
                Err(error) => {
                    let text = describe(error, time_out);
                    tracing::warn!(job = id, kind, count, attempt, error = text, "job failed");
                    Outcome::Failed(text)
                }
            };
            if let Some(receipt) = receipt {
                receipt.report(outcome);
            }
            ended
        })
    }
}

/// Whether the job failed because the database or the bus is down.
fn is_unavailable(error: &BoxDynError) -> bool {
    let mut cause: Option<&(dyn std::error::Error + 'static)> = Some(error.as_ref());
    while let Some(error) = cause {
        if let Some(error) = error.downcast_ref::<domain::Error>() {
            return error.is_unavailable();
        }
        cause = error.source();
    }
    false
}

/// Returns an error with its causes, in one line.
fn describe(error: &BoxDynError, time_out: Duration) -> String {
    if error.is::<Elapsed>() {
        return format!("took longer than {time_out:?}");
    }
    let mut text = error.to_string();
    let mut cause = error.source();
    while let Some(error) = cause {
        let more = error.to_string();
        // Many errors print their cause themselves.
        if !text.ends_with(&more) {
            text.push_str(": ");
            text.push_str(&more);
        }
        cause = error.source();
    }
    text
}
