//! The long run: many readers, many posts, a fault every few seconds, for minutes.

use std::error::Error;
use std::path::PathBuf;
use std::time::{Duration, Instant};

use tokio::signal::unix::{SignalKind, signal};
use tokio::time::{sleep, sleep_until};

use super::{Fault, Trouble};
use crate::crowd::{Circle, Run};
use crate::http::Connection;
use crate::people;
use crate::site::{Numbers, Site};

/// How long readers may take to catch up after the last post: longer than a poll.
const LAST: Duration = Duration::from_secs(120);

/// What to run.
#[derive(Clone, Debug, clap::Args)]
pub struct Plan {
    /// A folder for everything that the servers write
    #[arg(long)]
    pub folder: PathBuf,
    /// How many users read
    #[arg(long, default_value_t = 2_000)]
    pub readers: usize,
    /// How many of them share a group and a topic
    #[arg(long, default_value_t = 50)]
    pub circle: usize,
    /// One reader in this many has the page visible, so that the server records what they read
    #[arg(long, default_value_t = 10)]
    pub looks: usize,
    /// Posts a second
    #[arg(long, default_value_t = 20.0)]
    pub posts: f64,
    /// Seconds between two faults
    #[arg(long, default_value_t = 10.0)]
    pub every: f64,
    /// Seconds in all
    #[arg(long, default_value_t = 600.0)]
    pub seconds: f64,
    /// Restarts every process in turn, again and again, instead of faults: then no client may see an error
    #[arg(long)]
    pub rolling: bool,
}

/// Runs the plan and prints the result. Returns whether nothing was lost, doubled or miscounted.
///
/// # Errors
/// When it cannot start, or is interrupted.
pub async fn run(plan: Plan) -> Result<bool, Box<dyn Error>> {
    let (mut terminate, mut interrupt) = (signal(SignalKind::terminate())?, signal(SignalKind::interrupt())?);
    tokio::select! {
        well = Box::pin(whole(&plan)) => well,
        // Returning drops the site, which ends the servers.
        _ = terminate.recv() => Err("ended".into()),
        _ = interrupt.recv() => Err("interrupted".into()),
    }
}

async fn whole(plan: &Plan) -> Result<bool, Box<dyn Error>> {
    let program = std::env::current_exe()?.with_file_name("klatch");
    std::fs::create_dir_all(&plan.folder)?;
    let mut site = Site::many(&program, &plan.folder, Numbers::default()).await;
    let circles = seed(&mut site, plan).await?;
    let cookie = circles.first().map(|circle| circle.writer.cookie.clone()).unwrap_or_default();
    let every = Duration::from_secs_f64(circles.len() as f64 / plan.posts);
    say(&format!("{} readers of {} topics open their pages", plan.readers, circles.len()));
    let mut run = Run::begin(&site.at, circles, every, plan.looks).await;
    let begun = tokio::time::Instant::now();
    let (pause, end) = (Duration::from_secs_f64(plan.every), begun + Duration::from_secs_f64(plan.seconds));
    run.ledger().begin("none, at first");
    let mut next = begun + pause;
    let mut trouble = Trouble::default();
    let faults: &[Fault] = if plan.rolling { &[Fault::RestartInTurn] } else { &Fault::MANY };
    for fault in faults.iter().cycle() {
        if next >= end {
            break;
        }
        sleep_until(next).await;
        next = (next + pause).max(tokio::time::Instant::now());
        say(&format!("{} ({} readers are behind, {} posts)", fault.name(), run.behind(), run.ledger().count()));
        run.ledger().begin(fault.name());
        trouble.happens(*fault, &mut site, &cookie).await;
    }
    sleep_until(end).await;
    say("the writers stop");
    run.fall_silent().await;
    let silent = Instant::now();
    while run.behind() > 0 && silent.elapsed() < LAST {
        sleep(Duration::from_millis(100)).await;
    }
    say(&format!("{} readers are behind after {:.1} s of silence", run.behind(), silent.elapsed().as_secs_f64()));
    let report = run.end().await;
    let (is_healthy, doctor) = site.doctor().await;
    println!("{report}");
    println!("errors seen by clients: {:?}", report.errors());
    println!("\nklatch admin doctor:\n{doctor}");
    let is_calm = !plan.rolling || report.errors().is_empty();
    Ok(report.is_well() && is_healthy && is_calm)
}

fn say(what: &str) {
    let since = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).unwrap_or_default().as_secs();
    eprintln!("{:02}:{:02}:{:02} {what}", since / 3_600 % 24, since / 60 % 60, since % 60);
}

/// Creates users with sessions, in groups, by SQL: signing up is slow on purpose. The first user of each group writes.
async fn seed(site: &mut Site, plan: &Plan) -> Result<Vec<Circle>, Box<dyn Error>> {
    let circles = plan.readers.div_ceil(plan.circle.max(1)).max(1);
    let people = plan.readers + circles;
    let sql = format!(
        "insert into users (username, username_lower, username_key, created_at)
             select 'crowd' || n, 'crowd' || n, 'crowd' || n, now() from generate_series(0, {people} - 1) n;
         insert into sessions (id, user_id, created_at, expires_at, address, agent)
             select encode(sha256(encode(sha256(username::bytea), 'hex')::bytea), 'hex'), id, now(), now() + interval '1 day',
                    '127.0.0.1', 'bench' from users;
         insert into groups (slug, name, description, kind, creator_id, created_at)
             select 'circle' || n, 'Circle ' || n, '', 'public', u.id, now()
             from generate_series(0, {circles} - 1) n join users u on u.username = 'crowd' || n;
         insert into memberships (group_id, user_id, role, created_at, read_before)
             select g.id, u.id, 'member', now(), now() from users u
             join groups g on g.slug = 'circle' || (substr(u.username, 6)::int % {circles});
         analyze"
    );
    let postgres = &site.servers().postgres;
    postgres.run(&sql)?;
    let tokens = postgres.run(
        "select encode(sha256(username::bytea), 'hex') from users where username like 'crowd%' order by substr(username, 6)::int",
    )?;
    let cookies: Vec<String> = tokens.lines().map(|token| format!("klatch={token}")).collect();
    let mut connection = Connection::open(&site.at).await?;
    let mut all = Vec::new();
    for nth in 0..circles {
        let (group, title) = (format!("circle{nth}"), format!("A topic for circle {nth}"));
        let (path, writer) = people::begin_topic(&mut connection, &cookies[nth], &group, &title).await?;
        let readers = cookies.iter().skip(circles + nth).step_by(circles).cloned().collect();
        all.push(Circle { path, writer, readers });
    }
    Ok(all)
}
