//! Conversations: starting one, adding people.

use askama::Template;
use domain::model::{Group, Person};

use crate::form::DirectForm;
use crate::layout::Layout;

/// `/-/direct/new`.
#[derive(Clone, Debug, Template)]
#[template(path = "messages/conversations/new.html")]
pub struct New {
    pub layout: Layout,
    pub form: DirectForm,
}

/// `/-/direct/ID/add`.
#[derive(Clone, Debug, Template)]
#[template(path = "messages/conversations/add.html")]
pub struct Add {
    pub layout: Layout,
    pub group: Group,
    /// Its participants.
    pub people: Vec<Person>,
    pub form: DirectForm,
}

impl Add {
    /// Returns the names of its participants.
    pub fn names(&self) -> String {
        self.people.iter().map(|person| person.username.as_str()).collect::<Vec<_>>().join(", ")
    }
}
