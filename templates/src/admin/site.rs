//! The settings of the site.

use askama::Template;
use domain::model::{Images, SignUps};

use crate::form::SiteForm;
use crate::layout::Layout;

/// `/admin/settings`.
#[derive(Clone, Debug, Template)]
#[template(path = "admin/settings.html")]
pub struct Settings {
    pub layout: Layout,
    pub form: SiteForm,
    /// The notice as HTML from the markup module; may be empty.
    pub notice: String,
}

impl Settings {
    /// Returns the choices of who may sign up: word, label, explanation.
    pub fn choices(&self) -> [(&'static str, &'static str, &'static str); 4] {
        SignUps::ALL.map(|choice| {
            let (label, about) = match choice {
                SignUps::Open => ("Anyone", "A new account can be used at once."),
                SignUps::Invited => ("Whoever has an invitation", "Links are made by admins, on the page of sign-ups."),
                SignUps::Approved => (
                    "Anyone, and an admin decides",
                    "A new account waits on the page of sign-ups, and can do nothing meanwhile. Whoever comes by a link does not wait.",
                ),
                SignUps::Closed => ("Nobody", "There is no way in."),
            };
            (choice.as_str(), label, about)
        })
    }

    /// Returns the choices for images of other hosts: word, label, explanation.
    pub fn image_choices(&self) -> [(&'static str, &'static str, &'static str); 3] {
        Images::ALL.map(|choice| {
            let (label, about) = match choice {
                Images::Click => (
                    "On a click",
                    "Readers see a link. A click shows the image: only then does its site see the reader's address.",
                ),
                Images::Load => (
                    "At once",
                    "Every reader's browser loads every image. Anyone who posts one learns the addresses of all who read it.",
                ),
                Images::Never => ("Never", "Readers see a link that leads to the other site."),
            };
            (choice.as_str(), label, about)
        })
    }

    /// Whether the site is read-only.
    pub fn is_read_only(&self) -> bool {
        !self.form.read_only.value.is_empty()
    }
}
