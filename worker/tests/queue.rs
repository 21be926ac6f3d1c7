//! The promises of the job queue, on both databases.

#![allow(clippy::unwrap_used)]

mod queue {
    mod claims;
    mod support;
    mod workers;
}
