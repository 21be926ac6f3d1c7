//! Reports, the approval queue, rules, bulk deletes, warnings and the moderation log.

pub mod approval_queue;
pub mod bulk_delete;
pub mod log;
pub mod reports;
pub mod rules;
pub mod warnings;
