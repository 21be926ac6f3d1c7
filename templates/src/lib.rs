//! The pages: one typed struct each, drawn by the HTML file of the same noun beside `src`. No I/O.
//!
//! Decisions are methods here; the HTML files only ask `if`, `for` and `match`. What is marked safe there is our
//! own message markup and nothing else, in `_markup.html`.

pub mod account;
pub mod admin;
pub mod assets;
pub mod avatar;
pub mod browsers;
pub mod chart;
pub mod directs;
pub mod errors;
pub mod figures;
pub mod following;
pub mod form;
pub mod frame;
pub mod groups;
pub mod held;
pub mod help;
pub mod home;
pub mod invitations;
pub mod letters;
pub mod log;
pub mod members;
pub mod mentions;
pub mod menu;
pub mod merges;
pub mod messages;
pub mod notices;
pub mod numbers;
pub mod people;
pub mod qr;
pub mod removals;
pub mod reports;
pub mod requests;
pub mod rules;
pub mod samples;
pub mod search;
pub mod settings;
pub mod sign_ups;
pub mod site;
pub mod splits;
mod tame;
pub mod topics;
pub mod unread;
pub mod when;

pub use askama::Template;
pub use assets::Assets;
pub use form::Field;
pub use frame::{Flash, FlashKind, Frame, Live, Viewer};
pub use tame::tame;
