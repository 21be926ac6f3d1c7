//! The pages: one typed struct for each, rendered by the HTML file of the same name beside `src`. No I/O.
//!
//! Logic lives in methods here; the HTML files only use `if`, `for` and `match`. The only HTML marked safe there is
//! that of our own message markup, in `_markup.html`.

// Fields of plain records are documented where their names do not say enough.
#![allow(missing_docs)]

pub mod admin;
pub mod api;
pub mod assets;
pub mod avatar;
pub mod browsers;
pub mod errors;
pub mod feeds;
pub mod folder;
pub mod form;
pub mod groups;
pub mod help;
pub mod home;
pub mod layout;
pub mod links;
mod lists;
pub mod menu;
pub mod messages;
pub mod moderation;
pub mod notifications;
pub mod numbers;
pub mod people;
pub mod qr;
pub mod samples;
mod sanitize;
pub mod script_json;
pub mod search;
pub mod switcher;
mod tag;
mod text_directive;
pub mod topics;
pub mod webhooks;
pub mod when;

pub use askama::Template;
pub use assets::Assets;
pub use form::Field;
pub use layout::{Flash, FlashKind, Layout, Live, Viewer};
pub use sanitize::{finish, sanitize};
pub use tag::tag;
