//! What the API shows and pages do not: texts as typed, dates of stars, counts of groups.

pub mod groups;
pub mod messages;
pub mod topics;
