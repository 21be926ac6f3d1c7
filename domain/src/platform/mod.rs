//! The base of the domain: context, configuration, errors, secrets, jobs, mail, caches.

pub mod caches;
pub mod config;
pub mod context;
pub mod error;
pub mod index;
pub mod jobs;
pub mod log;
pub mod mail;
pub mod secrets;
pub mod text;
pub mod validate;
