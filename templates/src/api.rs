//! The page about the API, for developers.

use askama::Template;
use texts::{Html, help};

use crate::layout::Layout;

/// `/-/api`.
#[derive(Clone, Debug, Hash, Template)]
#[template(path = "api/show.html")]
pub struct Api {
    pub layout: Layout,
    pub sections: Vec<Section>,
    /// The kinds of problems: status, word, title.
    pub problems: Vec<(u16, String, String)>,
}

/// The operations on one thing.
#[derive(Clone, Debug, Hash)]
pub struct Section {
    pub name: String,
    pub operations: Vec<Operation>,
}

/// An operation.
#[derive(Clone, Debug, Hash)]
pub struct Operation {
    pub id: String,
    /// In capital letters.
    pub method: String,
    pub path: String,
    pub summary: String,
    /// The scopes that it needs.
    pub needs: String,
    /// Its parameters and the fields of its body.
    pub inputs: Vec<Input>,
    /// The status of success.
    pub status: String,
    /// The name of the object that it answers with; empty if it answers with none.
    pub answer: String,
}

/// A parameter, or a field of a body.
#[derive(Clone, Debug, Hash)]
pub struct Input {
    pub name: String,
    /// `path`, `query`, `header` or `body`.
    pub place: String,
    pub required: bool,
    pub about: String,
}

impl Operation {
    /// Returns what it answers with.
    fn response(&self) -> Html {
        match self.answer.as_str() {
            "" => help::api_response(&self.status).into_html(),
            object => help::api_response_of(&self.status, object),
        }
    }
}

impl Input {
    /// Returns its name and what it is, in a line.
    fn line(&self) -> Html {
        let Self { name, place, required, about } = self;
        match (*required, about.as_str()) {
            (false, "") => help::api_input(name, place),
            (true, "") => help::api_required_input(name, place),
            (false, about) => help::api_input_about(name, place, about),
            (true, about) => help::api_required_input_about(name, place, about),
        }
    }
}
