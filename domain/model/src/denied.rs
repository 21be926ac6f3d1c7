//! Why something may not be done, and what is wrong with what was typed.

use std::collections::BTreeMap;

/// What the access policy answers where it does not allow something.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Denied {
    /// It is not there, or the viewer may not know that it is.
    NotFound,
    /// It is there, but the viewer may not do this. The text tells them why.
    Forbidden(&'static str),
    /// The viewer has to sign in first.
    SignedOut,
}

/// What has to be mended in a form, by field.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Fields(BTreeMap<&'static str, String>);

impl Fields {
    /// Of one field.
    pub fn of(field: &'static str, message: impl Into<String>) -> Self {
        let mut fields = Self::default();
        fields.add(field, message);
        fields
    }

    /// Adds what is wrong with a field; the first complaint about it stays.
    pub fn add(&mut self, field: &'static str, message: impl Into<String>) {
        self.0.entry(field).or_insert_with(|| message.into());
    }

    /// What is wrong with a field.
    pub fn get(&self, field: &str) -> Option<&str> {
        self.0.get(field).map(String::as_str)
    }

    /// All complaints, by field.
    pub fn iter(&self) -> impl Iterator<Item = (&'static str, &str)> {
        self.0.iter().map(|(field, message)| (*field, message.as_str()))
    }

    /// `Ok` when nothing is wrong.
    ///
    /// # Errors
    /// Itself, with what has to be mended.
    pub fn check(self) -> Result<(), Self> {
        if self.0.is_empty() { Ok(()) } else { Err(self) }
    }
}
