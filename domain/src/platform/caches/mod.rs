//! What a process remembers of the database until the bus says that it changed.

pub mod rules;
