//! Denials by the access policy, and errors in forms.

use std::collections::BTreeMap;

use texts::Text;

/// The access policy's answer when it does not allow something.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Denied {
    /// It does not exist, or the viewer may not know that it does.
    NotFound,
    /// It exists, but the viewer may not do this. The text tells them why.
    Forbidden(Text),
    /// The viewer has to sign in first.
    SignedOut,
}

impl Denied {
    /// A denial with its reason.
    pub fn forbidden(why: Text) -> Self {
        Self::Forbidden(why)
    }
}

/// The errors of a form, by field.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Fields(BTreeMap<&'static str, Text>);

impl Fields {
    /// Creates an error for one field.
    pub fn of(field: &'static str, message: Text) -> Self {
        let mut fields = Self::default();
        fields.add(field, message);
        fields
    }

    /// Adds an error for a field. The first error of a field stays.
    pub fn add(&mut self, field: &'static str, message: Text) {
        self.0.entry(field).or_insert(message);
    }

    /// Adds the errors of other fields.
    pub fn add_all(&mut self, others: Self) {
        others.0.into_iter().for_each(|(field, message)| self.add(field, message));
    }

    /// Returns the error of a field.
    pub fn get(&self, field: &str) -> Option<&Text> {
        self.0.get(field)
    }

    /// Iterates over all errors, by field.
    pub fn iter(&self) -> impl Iterator<Item = (&'static str, &Text)> {
        self.0.iter().map(|(field, message)| (*field, message))
    }

    /// Returns `Ok` if there are no errors.
    ///
    /// # Errors
    /// Itself, if there are errors.
    pub fn check(self) -> Result<(), Self> {
        if self.0.is_empty() { Ok(()) } else { Err(self) }
    }
}
