//! How many polls this process can hold.

use std::io;

/// File descriptors that the process needs besides its connections.
const OTHERS: usize = 64;

/// The most polls unless the operator says otherwise. More need more memory than most machines have.
const MOST: usize = 250_000;

/// Returns how many connections to accept for this many waiting polls. Some are between two polls, and rejected polls
/// need a connection too.
pub(crate) fn connections(polls: usize) -> usize {
    polls + polls / 8 + 64
}

/// Returns how many polls may wait at once: `wanted`, or what the limit on open files allows.
///
/// # Errors
/// When the limit on open files is too low for `wanted`.
pub(crate) fn capacity(wanted: Option<usize>) -> io::Result<usize> {
    decide(wanted, open_files())
}

fn decide(wanted: Option<usize>, files: Option<usize>) -> io::Result<usize> {
    match (wanted, files) {
        (Some(wanted), Some(files)) if connections(wanted) + OTHERS > files => Err(io::Error::other(format!(
            "{wanted} waiting polls need more open files than this process may have ({files}). Raise its limit (ulimit -n, LimitNOFILE)"
        ))),
        (Some(wanted), _) => Ok(wanted),
        (None, Some(files)) => Ok((files / 4 * 3).clamp(1, MOST)),
        (None, None) => Ok(4_096),
    }
}

/// Returns the soft limit on open files, if the system reports one.
fn open_files() -> Option<usize> {
    let limits = std::fs::read_to_string("/proc/self/limits").ok()?;
    let line = limits.lines().find_map(|line| line.strip_prefix("Max open files"))?;
    line.split_whitespace().next()?.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_limit_of_polls_above_the_limit_of_files_stops_the_start() {
        assert_eq!(decide(Some(1_000), Some(2_000)).ok(), Some(1_000));
        assert_eq!(decide(None, Some(1_024)).ok(), Some(768));
        assert_eq!(decide(None, Some(1 << 20)).ok(), Some(MOST));
        let refused = decide(Some(20_000), Some(1_024)).map_err(|error| error.to_string());
        assert!(refused.is_err_and(|text| text.contains("20000") && text.contains("1024")));
    }
}
