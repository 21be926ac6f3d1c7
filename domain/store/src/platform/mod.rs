//! Jobs, settings and statistics.

pub mod jobs;
pub mod settings;
pub mod statistics;
