//! Memory and CPU time of processes, from `/proc`.

use std::io::{Error, Result};

fn bad(what: &str) -> Error {
    Error::other(format!("/proc: no {what}"))
}

/// Returns the proportional resident memory (PSS) of the processes in bytes: shared pages are divided among their
/// sharers.
pub fn memory(pids: &[u32]) -> Result<u64> {
    pids.iter()
        .map(|pid| {
            let text = std::fs::read_to_string(format!("/proc/{pid}/smaps_rollup"))?;
            let line = text.lines().find_map(|line| line.strip_prefix("Pss:")).ok_or_else(|| bad("Pss"))?;
            let kilobytes: u64 = line.trim().trim_end_matches(" kB").parse().map_err(Error::other)?;
            Ok(kilobytes * 1_024)
        })
        .sum()
}

/// Returns the CPU time of the processes, in seconds.
pub fn time(pids: &[u32]) -> Result<f64> {
    pids.iter()
        .map(|pid| {
            let text = std::fs::read_to_string(format!("/proc/{pid}/stat"))?;
            // The name may hold spaces and parentheses. After it, user time is the 12th word, system time the 13th.
            let (_, rest) = text.rsplit_once(')').ok_or_else(|| bad("stat"))?;
            let ticks = rest.split_whitespace().skip(11).take(2).map(str::parse::<f64>);
            // USER_HZ is 100 on Linux.
            Ok(ticks.sum::<std::result::Result<f64, _>>().map_err(Error::other)? / 100.0)
        })
        .sum()
}
