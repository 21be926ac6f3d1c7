//! Matching of rules against text, without side effects.

pub(crate) mod compiled;
pub(crate) mod folding;
