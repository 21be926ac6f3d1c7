//! The faults, and how to cause them.

mod long;

use std::time::Duration;

pub use long::{Plan, run};

use crate::crowd::{Browser, Stuck};
use crate::site::{Site, wait_for};

/// A fault that a run can cause.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[allow(missing_docs)]
pub enum Fault {
    KillWorker,
    KillRealtime,
    KillWeb,
    /// Kills the single `klatch serve` process and starts it again.
    KillAll,
    /// Kills Redis and starts it again, empty.
    RestartRedis,
    /// Empties Redis; connections stay.
    FlushRedis,
    /// Stops Postgres at once, and starts it again.
    RestartPostgres,
    /// Cuts the connections between the realtime processes and Redis, and refuses new ones for a while.
    CutRedis,
    /// Holds back all data between the realtime processes and Redis, without closing a connection.
    SilenceRedis,
    /// A client sends requests and does not read a byte, until the end of the run.
    FillSocket,
    /// Asks every process in turn to end, and starts it again.
    RestartInTurn,
}

impl Fault {
    /// The faults of a site of many processes.
    pub const MANY: [Self; 9] = [
        Self::KillWorker,
        Self::KillRealtime,
        Self::KillWeb,
        Self::FillSocket,
        Self::RestartRedis,
        Self::FlushRedis,
        Self::CutRedis,
        Self::SilenceRedis,
        Self::RestartPostgres,
    ];

    /// The faults of a site of one process.
    pub const ALONE: [Self; 3] = [Self::KillAll, Self::RestartInTurn, Self::FillSocket];

    pub fn name(self) -> &'static str {
        match self {
            Self::KillWorker => "a worker killed",
            Self::KillRealtime => "a realtime process killed",
            Self::KillWeb => "a web process killed",
            Self::KillAll => "the process killed",
            Self::RestartRedis => "Redis killed and started",
            Self::FlushRedis => "Redis emptied",
            Self::RestartPostgres => "Postgres killed and started",
            Self::CutRedis => "realtime cut from Redis",
            Self::SilenceRedis => "silence between realtime and Redis",
            Self::FillSocket => "a client that does not read",
            Self::RestartInTurn => "every process ended and started in turn",
        }
    }
}

/// Causes faults, and holds what outlives a fault.
#[derive(Debug, Default)]
pub struct Trouble {
    /// How many processes were chosen so far.
    turns: usize,
    stuck: Vec<Stuck>,
}

impl Trouble {
    /// Causes a fault and repairs it: when this returns, everything runs again. `cookie` is any user's session.
    pub async fn happens(&mut self, fault: Fault, site: &mut Site, cookie: &str) {
        self.turns += 1;
        match fault {
            Fault::KillWorker => self.kill(site, "worker").await,
            Fault::KillRealtime => self.kill(site, "realtime").await,
            Fault::KillWeb => self.kill(site, "web").await,
            Fault::KillAll => self.kill(site, "serve").await,
            Fault::RestartRedis => {
                let redis = &mut site.servers().redis;
                redis.stop();
                redis.resume().await;
            }
            Fault::FlushRedis => site.servers().redis.flush(),
            Fault::RestartPostgres => {
                let postgres = &mut site.servers().postgres;
                postgres.stop().await;
                postgres.resume().await;
            }
            Fault::CutRedis => {
                site.servers().relay.cut();
                until_noticed(site).await;
                site.servers().relay.restore();
            }
            Fault::SilenceRedis => {
                site.servers().relay.silence();
                until_noticed(site).await;
                site.servers().relay.restore();
            }
            Fault::FillSocket => {
                let polls = if site.servers.is_some() { "realtime" } else { "serve" };
                let names = site.names(polls);
                let at = site.at(&names[self.turns % names.len()]);
                self.stuck.push(Stuck::at(&at, cookie).await.expect("a client that does not read"));
            }
            Fault::RestartInTurn => {
                for name in site.names("") {
                    site.end(&name).await;
                    site.resume(&name).await;
                }
            }
        }
    }

    async fn kill(&self, site: &mut Site, command: &str) {
        let names = site.names(command);
        let name = &names[self.turns % names.len()];
        site.kill(name);
        site.resume(name).await;
    }
}

/// Waits until the realtime processes report that Redis is gone.
async fn until_noticed(site: &mut Site) {
    for name in site.names("realtime") {
        let at = site.at(&name);
        wait_for("a realtime process is without Redis", async || {
            let health = Browser::new(&at, "").get_within("/-/health", Duration::from_secs(8)).await;
            health.is_ok_and(|answer| answer.status == 503).then_some(())
        })
        .await;
    }
}
