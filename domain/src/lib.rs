//! What the forum does: no HTTP, no pages. SQL stands under `store` only.

pub mod accounts;
pub mod admin;
pub mod audit;
pub mod bus;
pub mod config;
mod context;
pub mod demo;
pub mod directs;
pub mod doctor;
mod error;
pub mod groups;
pub mod health;
pub mod ignores;
pub mod import;
pub mod invitations;
pub mod jobs;
pub mod kv;
pub mod levels;
pub mod limits;
pub mod markup;
pub mod members;
pub mod mentions;
pub mod messages;
pub mod model;
pub mod names;
pub mod policy;
pub mod presence;
pub mod reactors;
pub mod reads;
pub mod requests;
pub mod search;
pub mod secrets;
pub mod sessions;
pub mod stars;
pub mod store;
#[cfg(feature = "testing")]
pub mod testing;
pub mod time;
pub mod topics;
pub mod unread;

pub use context::Context;
pub use error::{Error, Fields, Result};
