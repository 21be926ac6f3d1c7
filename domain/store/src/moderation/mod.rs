//! Reports, the approval queue, rules, bulk deletion, warnings and the log.

pub mod approval_queue;
pub mod bulk_delete;
pub mod log;
pub mod reports;
pub mod rules;
pub mod warnings;
