//! What the forum does: no HTTP, no pages. SQL stands under `store` only.

pub mod markup;
pub mod model;
pub mod store;
pub mod time;
