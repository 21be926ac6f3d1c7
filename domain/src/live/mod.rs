//! Live updates: who is online, what is unread, and who must be told of a change.

pub mod draw;
pub(crate) mod in_each;
pub mod notices;
pub mod presence;
pub mod tell;
pub mod unread;
mod versions;
