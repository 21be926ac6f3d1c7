//! All SQL of the forum, one file a noun.

pub mod db;
mod sqlite;

pub use db::{DatabaseUrl, Db, Tx};
