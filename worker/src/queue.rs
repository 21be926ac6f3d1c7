//! The queue as apalis sees it: a `Backend` that hands out the jobs its driver has claimed.

use std::fmt;
use std::pin::Pin;
use std::task::{Context, Poll, ready};

use apalis_core::backend::finalize::Ephemeral;
use apalis_core::backend::{Backend, BackendConfig};
use apalis_core::task::Task;
use apalis_core::task::builder::TaskBuilder;
use apalis_core::task::task_id::TaskId;
use apalis_core::worker::context::WorkerContext;
use domain::model::JobId;
use domain::platform::jobs::{Claim, Outcome, Report};
use tokio::sync::{mpsc, watch};
use tokio::task::JoinHandle;

use crate::Worker;
use crate::ack::AckLayer;
use crate::driver::Driver;

/// Jobs that this process has to run, as one batch. The driver learns of them wherever this is dropped.
#[derive(Debug)]
pub(crate) struct Claimed {
    /// One job, or new messages (see [`domain::platform::jobs::batches`]).
    pub claims: Vec<Claim>,
    /// Taken by the layer that reports the outcome.
    pub receipt: Option<Receipt>,
}

impl Claimed {
    /// The first job, for logs.
    pub fn first(&self) -> Option<&Claim> {
        self.claims.first()
    }

    /// The ids of the requests that caused them, with commas between them.
    pub fn requests(&self) -> Option<String> {
        let known: Vec<&str> = self.claims.iter().filter_map(|claim| claim.request.as_deref()).collect();
        (!known.is_empty()).then(|| known.join(","))
    }
}

/// Sends the driver exactly one report of each job of a batch, at the latest when dropped.
#[derive(Debug)]
pub(crate) struct Receipt {
    /// As they are reported on drop; empty once reported.
    ended: Vec<Report>,
    reports: mpsc::UnboundedSender<Vec<Report>>,
}

impl Receipt {
    pub fn new(claims: &[Claim], reports: mpsc::UnboundedSender<Vec<Report>>) -> Self {
        Self { ended: claims.iter().map(|claim| Report::of(claim, Outcome::NotBegun)).collect(), reports }
    }

    fn set(&mut self, outcome: &Outcome) {
        self.ended.iter_mut().for_each(|report| report.outcome = outcome.clone());
    }

    /// Marks the jobs as started: from now on the try counts.
    pub fn begin(&mut self) {
        self.set(&Outcome::Failed("interrupted before it finished".into()));
    }

    /// Reports the outcome.
    pub fn report(mut self, outcome: Outcome) {
        self.set(&outcome);
    }
}

impl Drop for Receipt {
    fn drop(&mut self) {
        let _ = self.reports.send(std::mem::take(&mut self.ended));
    }
}

/// The driver ended unexpectedly, which is a bug. The monitor restarts the worker.
#[derive(Debug)]
pub(crate) struct DriverGone;

impl fmt::Display for DriverGone {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the driver of the job queue ended")
    }
}

impl std::error::Error for DriverGone {}

#[derive(Debug)]
pub(crate) struct Queue {
    jobs: mpsc::Receiver<Claimed>,
    driver: Option<JoinHandle<()>>,
    layer: AckLayer,
}

impl Queue {
    /// Starts the driver. It claims jobs until `stopped` is true. It ends when all claimed jobs are reported and the
    /// queue is closed or dropped.
    pub fn start(worker: Worker, stopped: watch::Receiver<bool>) -> Self {
        let layer = AckLayer { time_out: worker.settings.time_out };
        let (sender, jobs) = mpsc::channel(worker.settings.slots.max(1));
        let driver = tokio::spawn(Driver::new(worker, sender, stopped).drive());
        Self { jobs, driver: Some(driver), layer }
    }
}

impl Backend for Queue {
    type Task = Task<Claimed>;
    type Error = DriverGone;

    fn poll_ready(&mut self, _: &mut Context<'_>, _: &WorkerContext) -> Poll<Result<(), DriverGone>> {
        Poll::Ready(Ok(()))
    }

    fn poll_next(&mut self, cx: &mut Context<'_>, _: &WorkerContext) -> Poll<Option<Result<Self::Task, DriverGone>>> {
        // Never `None`: after an exhausted backend the worker would wait for a shutdown forever.
        let Some(claimed) = ready!(self.jobs.poll_recv(cx)) else { return Poll::Ready(Some(Err(DriverGone))) };
        let id = TaskId::from_int(claimed.first().map_or(0, |claim| claim.id.0.unsigned_abs()));
        Poll::Ready(Some(Ok(TaskBuilder::new(claimed).task_id(id).build())))
    }

    /// Called by apalis when nothing is running any more.
    fn poll_close(&mut self, cx: &mut Context<'_>, _: &WorkerContext) -> Poll<Result<(), DriverGone>> {
        self.jobs.close();
        while self.jobs.try_recv().is_ok() {}
        if let Some(driver) = &mut self.driver {
            let ended = ready!(Pin::new(driver).poll(cx));
            self.driver = None;
            return Poll::Ready(ended.map_err(|_| DriverGone));
        }
        Poll::Ready(Ok(()))
    }
}

impl BackendConfig for Queue {
    type Args = Claimed;
    type Id = JobId;
    type Kind = Ephemeral;
    type Config = ();
    type Layer = AckLayer;

    fn config(&self) -> &() {
        &()
    }

    fn middleware(&mut self, _: &mut WorkerContext) -> AckLayer {
        self.layer.clone()
    }
}
