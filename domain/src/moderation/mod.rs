//! Moderation after the save: reports, the approval queue, rules, warnings, bulk deletion, the log.

pub mod approval_queue;
pub mod bulk_delete;
pub mod log;
pub mod records;
pub mod reports;
pub mod restorations;
pub mod rules;
pub mod warnings;
