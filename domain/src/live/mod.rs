//! Live updates: who is online, what is unread, and who must be told of a change.

pub mod presence;
pub mod unread;
