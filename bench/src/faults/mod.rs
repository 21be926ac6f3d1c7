//! What goes wrong, and how it is made to.

mod long;

use std::time::Duration;

pub use long::{Plan, run};

use crate::crowd::{Browser, Stuck};
use crate::site::{Site, wait_for};

/// Something that goes wrong.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fault {
    /// A worker is killed, and started again.
    KillWorker,
    /// A realtime process is killed, and started again.
    KillRealtime,
    /// A web process is killed, and started again.
    KillWeb,
    /// The one process that is all is killed, and started again.
    KillAll,
    /// Redis is killed, and started again, empty.
    RestartRedis,
    /// Redis forgets everything; connections stay.
    FlushRedis,
    /// Postgres is brought down in the middle of everything, and up again.
    RestartPostgres,
    /// The connections between the realtime processes and Redis are cut, and none can be made for a while.
    CutRedis,
    /// Nothing gets through between the realtime processes and Redis, and no connection is closed.
    SilenceRedis,
    /// A client asks and asks and does not read a byte, until the end of the run.
    FillSocket,
    /// Every process in turn is asked to end, and started again.
    RestartInTurn,
}

impl Fault {
    /// What can go wrong with many processes.
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

    /// What can go wrong with one.
    pub const ALONE: [Self; 3] = [Self::KillAll, Self::RestartInTurn, Self::FillSocket];

    /// Its name.
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

/// Makes things go wrong. What lasts beyond a fault is held here.
#[derive(Debug, Default)]
pub struct Trouble {
    /// How often each process was chosen.
    turns: usize,
    stuck: Vec<Stuck>,
}

impl Trouble {
    /// Makes it happen, and mends it: when this returns, everything runs again. `cookie` is somebody's session.
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

/// Waits until the realtime processes say that they are without Redis.
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
