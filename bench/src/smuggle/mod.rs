//! Sends the same bytes to the web service, to the realtime service and to nginx in front of both, and compares how many
//! requests each of them sees. Where two differ, a request could be smuggled past one of them.

mod inputs;
mod watch;

use std::collections::{BTreeMap, BTreeSet};
use std::io::Result;
use std::path::{Path, PathBuf};

use futures_util::StreamExt;

use crate::site::{Numbers, Site};
use watch::Observation;

/// How many streams are sent at a time, to each server.
const TOGETHER: usize = 250;

/// What to send.
#[derive(Clone, Debug, clap::Args)]
#[allow(missing_docs)]
pub struct Plan {
    /// An empty folder for the site
    #[arg(long)]
    pub folder: PathBuf,
    /// How many streams
    #[arg(long, default_value_t = 20_000)]
    pub streams: u64,
    /// The seed of the first stream; those of the others follow
    #[arg(long, default_value_t = 1)]
    pub seed: u64,
}

/// Runs a plan with the program beside this one, prints what differs, and returns whether nothing does.
///
/// # Errors
/// When a server cannot be reached.
pub async fn run(plan: Plan) -> Result<bool> {
    let program = std::env::current_exe()?.with_file_name("klatch");
    let found = compare(&program, &plan.folder, plan.seed, plan.streams).await?;
    for difference in &found.differences {
        println!("{difference}\n");
    }
    println!("{} streams, {} differences, first seed {}", plan.streams, found.differences.len(), plan.seed);
    println!("requests seen by web {}, realtime {}, nginx {}", found.seen[0], found.seen[1], found.seen[2]);
    Ok(found.differences.is_empty())
}

/// The result of a comparison.
#[derive(Debug, Default)]
pub struct Comparison {
    /// Where servers differ, with the stream.
    pub differences: Vec<String>,
    /// How many requests web, realtime and nginx saw.
    pub seen: [usize; 3],
}

/// The servers, and the marks of the requests that are sent to them.
const SERVERS: [(&str, char); 3] = [("web", 'w'), ("realtime", 'r'), ("nginx", 'n')];

/// Starts a site and sends it streams.
///
/// # Errors
/// When a server cannot be reached.
pub async fn compare(program: &Path, folder: &Path, seed: u64, streams: u64) -> Result<Comparison> {
    let mut site = Site::many(program, folder, Numbers { web: 1, realtime: 1, worker: 1 }).await;
    let places = [site.at("web-1"), site.at("realtime-1"), site.at.clone()];
    let mut found = Comparison::default();
    let mut answered = BTreeSet::new();
    let sending = futures_util::stream::iter(seed..seed + streams).map(|seed| {
        let places = &places;
        async move {
            let [web, realtime, nginx] = [0, 1, 2].map(|nth: usize| {
                let bytes = inputs::stream(seed, SERVERS[nth].1);
                async move { watch::watch(&places[nth], &bytes).await }
            });
            let (web, realtime, nginx) = tokio::join!(web, realtime, nginx);
            Ok::<_, std::io::Error>((seed, [web?, realtime?, nginx?]))
        }
    });
    let mut sending = std::pin::pin!(sending.buffer_unordered(TOGETHER));
    while let Some(sent) = sending.next().await {
        let (seed, seen) = sent?;
        for (sum, one) in found.seen.iter_mut().zip(&seen) {
            *sum += one.requests;
        }
        found.differences.extend(difference(seed, &seen));
        answered.extend(seen[2].replies.iter().filter_map(|reply| reply.id.clone()));
    }
    found.differences.extend(unanswered(&site.log("web-1"), &answered));
    Ok(found)
}

/// Compares what the servers saw.
fn difference(seed: u64, seen: &[Observation; 3]) -> Option<String> {
    let is_smuggled = seen.iter().any(|one| seen.iter().any(|other| one.can_be_smuggled_past(other)));
    // An answer to somebody else's request.
    let is_mixed_up = seen[2].replies.iter().filter_map(|reply| reply.id.as_deref()).any(|id| {
        id.strip_prefix('n').and_then(|id| id.split('-').next()?.parse().ok()).is_some_and(|of: u64| of != seed)
    });
    (is_smuggled || is_mixed_up).then(|| {
        let each: BTreeMap<&str, String> =
            SERVERS.iter().zip(seen).map(|((name, _), seen)| (*name, seen.to_string())).collect();
        format!("seed {seed}: {each:#?}\n{}", inputs::stream(seed, 'n').escape_ascii())
    })
}

/// Returns the requests that web saw behind nginx, but that nginx did not answer: nginx took them for something else.
fn unanswered(log: &str, answered: &BTreeSet<String>) -> Vec<String> {
    let ids = log.lines().filter_map(|line| line.split_once("request{id=")?.1.split('}').next());
    let ids: BTreeSet<&str> = ids.filter(|id| id.starts_with('n')).collect();
    let hidden = ids.into_iter().filter(|id| !answered.contains(*id));
    hidden.map(|id| format!("web answered the request {id}, which nginx did not see")).collect()
}
