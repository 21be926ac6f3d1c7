//! The whole program in a browser: real Chromium, driven by chromedriver, with scripts and without.

mod browser;
mod directs;
mod drafts;
mod groups;
mod hostile;
mod keeping;
mod live;
mod plain;
mod promise;
mod quiet;
mod shut;
mod splits;
#[path = "../support/mod.rs"]
mod support;
mod touch;
