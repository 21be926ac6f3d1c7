//! Emails about messages that concern people: what concerns whom, when it is sent, and what people chose.
//!
//! The reactor `emails` only schedules a job for each person concerned. The job collects some minutes later what is still
//! unread, and stores an email with the ids of these messages in the transaction that records what was collected. Another
//! job sends it. It checks again, for each message, that the person may see it and has not read it.

pub mod choices;
pub mod collect;
pub mod log;
pub mod schedule;
mod send;
pub mod unsubscribe;

pub(crate) use send::send;
