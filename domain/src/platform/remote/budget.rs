//! How many requests a process may send to other hosts, so that nobody uses it to attack one.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};

use model::time::Timestamp;

/// The most requests in a minute, to all hosts and to one.
const TO_ALL: u32 = 300;
const TO_ONE: u32 = 60;

const MINUTE: i64 = 60_000_000;

/// The requests of the current minute.
#[derive(Debug, Default)]
pub(super) struct Budget(Mutex<Spent>);

#[derive(Debug, Default)]
struct Spent {
    minute: i64,
    to_all: u32,
    to_one: HashMap<String, u32>,
}

impl Budget {
    /// Whether one more request may be sent to a host. If so, it counts.
    pub(super) fn admits(&self, host: &str, now: Timestamp) -> bool {
        let minute = now.0.div_euclid(MINUTE);
        let mut spent = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if spent.minute != minute {
            *spent = Spent { minute, ..Spent::default() };
        }
        if spent.to_all >= TO_ALL {
            return false;
        }
        let to_one = spent.to_one.entry(host.to_owned()).or_default();
        if *to_one >= TO_ONE {
            return false;
        }
        *to_one += 1;
        spent.to_all += 1;
        true
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_host_has_a_share_of_the_budget_of_a_minute() {
        let budget = Budget::default();
        let now = Timestamp(1_000 * MINUTE);
        let sent = |host: &str, at: Timestamp| (0..TO_ALL + 1).filter(|_| budget.admits(host, at)).count();
        assert_eq!(sent("a.example", now), TO_ONE as usize);
        let all: usize = (0..10).map(|nth| sent(&format!("{nth}.example"), now)).sum();
        assert_eq!(all, (TO_ALL - TO_ONE) as usize);
        assert_eq!(sent("a.example", Timestamp(now.0 + MINUTE)), TO_ONE as usize);
    }
}
