//! What the index promises, told on real folders.

#![allow(clippy::unwrap_used)]

mod fixture;
mod highlighting;
mod rebuilding;
mod searching;
mod sharing;
mod writing;
