//! The forum's features, grouped by capability. No HTTP, no HTML pages, no SQL.
//!
//! A module uses only modules of lower layers. The workspace test `tests/layers.rs` holds the table of layers.

pub mod admin;
pub mod api;
pub mod backup;
pub mod feeds;
pub mod files;
pub mod groups;
mod html;
pub mod import;
pub mod live;
pub mod mail_in;
mod matching;
pub mod messages;
pub mod moderation;
pub mod notifications;
pub mod people;
pub mod platform;
pub mod reactors;
pub mod reducers;
pub mod screening;
pub mod search;
pub mod site;
#[cfg(feature = "testing")]
pub mod testing;
pub mod topics;
pub mod webhooks;

pub use bus::{self, kv};
pub use markup;
pub use model::{self, Fields, names, policy, time};
pub use platform::context::Context;
pub use platform::error::{Error, Result};
pub use store;
