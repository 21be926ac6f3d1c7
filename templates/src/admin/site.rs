//! The settings of the site.

use askama::Template;
use domain::model::{Images, SignUps, SitePage};

use crate::form::{PictureForm, SiteForm};
use crate::layout::Layout;

/// `/admin/settings`.
#[derive(Clone, Debug, Template)]
#[template(path = "admin/settings.html")]
pub struct Settings {
    pub layout: Layout,
    pub form: SiteForm,
    /// The form for the logo.
    pub picture: PictureForm,
    /// The notice as HTML from the markup module; may be empty.
    pub notice: String,
}

impl Settings {
    /// Returns the choices of who may sign up: word, label, explanation.
    pub fn choices(&self) -> [(&'static str, &'static str, &'static str); 4] {
        SignUps::ALL.map(|choice| {
            let (label, about) = match choice {
                SignUps::Open => ("Anyone", "New accounts can be used right away."),
                SignUps::Invited => ("Anyone with an invite link", "Admins create the links on the Sign-ups page."),
                SignUps::Approved => (
                    "Anyone, with approval",
                    "New accounts can't be used until an admin approves them on the Sign-ups page. People with an invite link don't need approval.",
                ),
                SignUps::Closed => ("Nobody", "No new accounts can be created."),
            };
            (choice.as_str(), label, about)
        })
    }

    /// Returns the choices for images of other hosts: word, label, explanation.
    pub fn image_choices(&self) -> [(&'static str, &'static str, &'static str); 2] {
        Images::ALL.map(|choice| {
            let (label, about) = match choice {
                Images::Load => (
                    "Show",
                    "This server fetches images when they are first viewed, and keeps a copy. Other sites don't see who reads a message.",
                ),
                Images::Never => ("Never show", "Readers see a link to the other site."),
            };
            (choice.as_str(), label, about)
        })
    }

    /// Returns the pages that new members can be asked to accept: the field, its label, and whether it is ticked.
    pub fn acceptable(&self) -> [(String, texts::Text, bool); 3] {
        let chosen = &self.form.must_accept.value;
        SitePage::ACCEPTABLE
            .map(|page| (format!("accept_{page}"), page.title(), chosen.split(' ').any(|word| word == page.as_str())))
    }

    /// Returns the hint below the accent color.
    pub fn accent_hint(&self) -> &'static str {
        "Links and buttons have this color. It must be dark enough to read; the dark theme gets a lighter tone of it. The default is #0b6b62."
    }

    /// Whether the site is read-only.
    pub fn is_read_only(&self) -> bool {
        !self.form.read_only.value.is_empty()
    }
}
