//! The faults, and how to cause them.

mod long;

use std::time::Duration;

pub use long::{Plan, run};

use crate::crowd::{Browser, Stuck};
use crate::site::{Site, wait_for};

/// Longer than an answer takes that waits for nothing, and shorter than any wait for a server.
const AT_ONCE: Duration = Duration::from_secs(5);
/// How often each page is read during a fault.
const PAGES: usize = 10;

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
    /// Kills Redis, and starts it again when pages were read without it.
    RedisDown,
    /// Stops Postgres, and starts it again when every page says so at once.
    PostgresDown,
    /// The processes with the pages can write no file: the search index, the log, and without Postgres the database.
    FullDisk,
    /// The clock is set back by an hour: the jobs in the database have times that lie in the future.
    ClockSetBack,
    /// Asks every process in turn to end, and starts it again.
    RestartInTurn,
}

impl Fault {
    /// The faults of a site of many processes.
    pub const MANY: [Self; 13] = [
        Self::KillWorker,
        Self::KillRealtime,
        Self::KillWeb,
        Self::FillSocket,
        Self::RestartRedis,
        Self::FlushRedis,
        Self::CutRedis,
        Self::SilenceRedis,
        Self::RestartPostgres,
        Self::RedisDown,
        Self::PostgresDown,
        Self::FullDisk,
        Self::ClockSetBack,
    ];

    /// The faults of a site of one process.
    pub const ALONE: [Self; 4] = [Self::KillAll, Self::RestartInTurn, Self::FillSocket, Self::FullDisk];

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
            Self::RedisDown => "Redis down",
            Self::PostgresDown => "Postgres down",
            Self::FullDisk => "a full disk",
            Self::ClockSetBack => "the clock set back",
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
            Fault::RedisDown => {
                site.servers().redis.stop();
                read(site, cookie).await;
                site.servers().redis.resume().await;
            }
            Fault::PostgresDown => {
                site.servers().postgres.stop().await;
                let mut browser = Browser::new(&site.at, cookie);
                wait_for("a page says that Postgres is down", async || {
                    let answer = browser.get_within("/", AT_ONCE).await;
                    answer.is_ok_and(|answer| answer.status == 503).then_some(())
                })
                .await;
                for _ in 0..PAGES {
                    let answer = browser.get_within("/", AT_ONCE).await.expect("an answer at once");
                    assert_eq!(answer.status, 503);
                }
                site.servers().postgres.resume().await;
            }
            Fault::FullDisk => {
                let names = site.names(if site.servers.is_some() { "web" } else { "serve" });
                names.iter().for_each(|name| site.process(name).limit_files("0"));
                read(site, cookie).await;
                names.iter().for_each(|name| site.process(name).limit_files("unlimited"));
            }
            Fault::ClockSetBack => {
                let workers = site.names("worker");
                workers.iter().for_each(|name| site.kill(name));
                // Until there are jobs to wait.
                wait_for("jobs with times in the future", async || {
                    let set = "with moved as (update jobs set run_at = run_at + interval '1 hour',
                         created_at = created_at + interval '1 hour' where created_at <= now() returning 1)
                         select count(*) from moved";
                    (site.servers.as_ref()?.postgres.run(set).ok()? != "0").then_some(())
                })
                .await;
                for name in &workers {
                    site.resume(name).await;
                }
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

/// Reads pages, which must work during the fault.
async fn read(site: &Site, cookie: &str) {
    let mut browser = Browser::new(&site.at, cookie);
    for _ in 0..PAGES {
        for path in ["/", "/groups/", "/mentions"] {
            let answer = browser.get(path).await.expect("a page");
            assert_eq!(answer.status, 200, "{path}");
        }
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
