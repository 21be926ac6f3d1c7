//! Whether a rule matches a text. Pure.

pub(crate) mod compiled;
pub(crate) mod folding;
