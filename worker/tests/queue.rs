//! What the job queue promises, on both databases.

#![allow(clippy::unwrap_used)]

mod queue {
    mod claims;
    mod support;
    mod workers;
}
