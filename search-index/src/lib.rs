//! Full-text search of a forum: an index in one folder, shared by the processes of one machine.
//!
//! Any number of processes read the folder and at most one writes. The index knows only ids and text: it finds which
//! messages and topics match. Their text comes from the database.
//!
//! ```
//! use search_index::{Document, Index, Kind, Query};
//!
//! # fn main() -> Result<(), Box<dyn std::error::Error>> {
//! # let folder = tempfile::tempdir()?;
//! let index = Index::open(folder.path())?;
//! if let Some(mut writer) = index.try_writer()? {
//!     writer.upsert(&Document {
//!         kind: Kind::Message,
//!         id: 7,
//!         topic_id: 3,
//!         group_id: 1,
//!         author_id: 12,
//!         created_at: 1_300_000_000_000_000,
//!         text: "Who takes the train to the café?",
//!         title: "The weekend",
//!         facts: &[],
//!     })?;
//!     writer.commit("event 41")?;
//! }
//! let results = index.search(&Query::new("cafe weekend"))?;
//! assert_eq!(results.hits[0].id, 7);
//! assert_eq!(index.position().as_deref(), Some("event 41"));
//! # Ok(())
//! # }
//! ```
//!
//! Every call blocks, on files or on the processor: call from a blocking thread in async code.

mod compile;
mod document;
mod engine;
mod error;
mod expand;
mod facets;
mod generation;
mod highlight;
mod home;
mod index;
mod parse;
mod query;
mod rank;
mod rebuild;
mod schema;
mod search;
mod stem;
mod titles;
mod tokenizer;
mod writer;

pub use document::{Document, Kind};
pub use engine::Load;
pub use error::{Error, Result};
pub use expand::differences;
pub use facets::Facets;
pub use highlight::{Fragment, Highlighter};
pub use index::Index;
pub use query::{Named, Order, Query};
pub use rebuild::Rebuild;
pub use search::{Hit, IN_A_TOPIC, MAX_DEPTH, Results};
pub use writer::Writer;
