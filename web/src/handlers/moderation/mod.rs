//! Reports, the approval queue, rules, warnings, bulk deletion and the log.

pub mod approval_queue;
pub mod bulk_delete;
pub mod log;
pub mod reports;
pub mod restorations;
pub mod rules;
pub mod warnings;
