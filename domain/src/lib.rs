//! What the forum does: no HTTP, no pages. SQL stands under `store` only.

pub mod accounts;
pub mod addresses;
pub mod admin;
pub mod audit;
pub mod bus;
pub mod config;
mod context;
pub mod demo;
pub mod doctor;
mod error;
pub mod export;
pub mod groups;
pub mod health;
pub mod history;
pub mod import;
pub mod jobs;
pub mod kv;
pub mod leaving;
pub mod letters;
pub mod limits;
pub mod mail;
pub mod markup;
pub mod mentions;
pub mod messages;
pub mod model;
pub mod moves;
pub mod names;
pub mod passwords;
pub mod policy;
pub mod presence;
pub mod reactors;
pub mod reads;
pub mod search;
pub mod second_step;
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
