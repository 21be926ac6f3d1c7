//! The whole program in a browser: Chromium, driven by chromedriver, with scripts and without.

mod browser;
mod composer;
mod directs;
mod drafts;
mod folding;
mod groups;
mod hostile;
mod images;
mod live;
mod moderation;
mod pages;
mod plain;
mod polls;
mod privacy;
mod promise;
mod push;
mod quiet;
mod reading;
mod searching;
mod sending;
mod splits;
#[path = "../support/mod.rs"]
mod support;
mod tasks;
mod touch;
