//! The whole program in a browser: real Chromium, driven by chromedriver, with scripts and without.

mod browser;
mod groups;
mod hostile;
mod live;
mod plain;
mod promise;
#[path = "../support/mod.rs"]
mod support;
