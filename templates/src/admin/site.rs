//! The settings of the site.

use askama::Template;
use domain::model::{Images, SignUps, SitePage};
use texts::{Text, admin_site};

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
    pub fn choices(&self) -> [(&'static str, Text, Text); 4] {
        SignUps::ALL.map(|choice| {
            let (label, about) = match choice {
                SignUps::Open => (admin_site::sign_up_open(), admin_site::sign_up_open_hint()),
                SignUps::Invited => (admin_site::sign_up_invited(), admin_site::sign_up_invited_hint()),
                SignUps::Approved => (admin_site::sign_up_approved(), admin_site::sign_up_approved_hint()),
                SignUps::Closed => (admin_site::sign_up_closed(), admin_site::sign_up_closed_hint()),
            };
            (choice.as_str(), label, about)
        })
    }

    /// Returns the choices for images of other hosts: word, label, explanation.
    pub fn image_choices(&self) -> [(&'static str, Text, Text); 2] {
        Images::ALL.map(|choice| {
            let (label, about) = match choice {
                Images::Load => (admin_site::images_load(), admin_site::images_load_hint()),
                Images::Never => (admin_site::images_never(), admin_site::images_never_hint()),
            };
            (choice.as_str(), label, about)
        })
    }

    /// Returns the pages that new members can be asked to accept: the field, its label, and whether it is ticked.
    pub fn acceptable(&self) -> [(String, Text, bool); 3] {
        let chosen = &self.form.must_accept.value;
        SitePage::ACCEPTABLE
            .map(|page| (format!("accept_{page}"), page.title(), chosen.split(' ').any(|word| word == page.as_str())))
    }

    /// Whether the site is read-only.
    pub fn is_read_only(&self) -> bool {
        !self.form.read_only.value.is_empty()
    }
}
