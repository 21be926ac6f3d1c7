//! The site: its pages, and who accepted them.

pub mod consent;
pub mod pages;
