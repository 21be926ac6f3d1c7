//! Conversations: beginning one, adding people.

use askama::Template;
use domain::model::{Group, Person};

use crate::form::DirectForm;
use crate::layout::Layout;

/// `/-/direct/new`.
#[derive(Clone, Debug, Template)]
#[template(path = "messages/conversations/new.html")]
pub struct New {
    /// Around it.
    pub layout: Layout,
    /// The form.
    pub form: DirectForm,
}

/// `/-/direct/ID/add`.
#[derive(Clone, Debug, Template)]
#[template(path = "messages/conversations/add.html")]
pub struct Add {
    /// Around it.
    pub layout: Layout,
    /// The conversation.
    pub group: Group,
    /// Who is in it.
    pub people: Vec<Person>,
    /// The form.
    pub form: DirectForm,
}
