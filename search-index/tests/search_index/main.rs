//! The promises of the index, tested on real folders.

#![allow(clippy::unwrap_used)]

mod fixture;
mod highlighting;
mod ranking;
mod rebuilding;
mod searching;
mod sharing;
mod titles;
mod writing;
