//! Auditors: what looks at a draft before it is saved.

pub(crate) mod screen;
pub(crate) mod slow_mode;
