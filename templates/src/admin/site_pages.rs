//! The pages of the site that admins write, such as its rules: for readers, and for admins with their versions.

use askama::Template;
use domain::model::{CurrentPage, PageVersion, PageVersionRow, SitePage};
use domain::time::Timestamp;
use texts::Text;

use crate::form::SitePageForm;
use crate::layout::Layout;

/// `/-/pages/PAGE`.
#[derive(Clone, Debug, Hash, Template)]
#[template(path = "admin/site_pages/show.html")]
pub struct Show {
    pub layout: Layout,
    pub page: SitePage,
    /// HTML from the markup module.
    pub markup: String,
    /// When an admin changed it; `None` for the text that comes with the program.
    pub changed_at: Option<Timestamp>,
}

/// `/admin/pages`.
#[derive(Clone, Debug, Template)]
#[template(path = "admin/site_pages/index.html")]
pub struct Index {
    pub layout: Layout,
    /// The pages that exist.
    pub existing: Vec<CurrentPage>,
}

impl Index {
    /// Returns all pages, each with whether it exists, in a few words.
    pub fn rows(&self) -> Vec<(SitePage, Text)> {
        SitePage::EACH.iter().map(|page| (*page, self.status(*page))).collect()
    }

    fn status(&self, page: SitePage) -> Text {
        let current = self.existing.iter().find(|current| current.page == page);
        current.map_or_else(texts::admin_site::not_written, |current| version_name(&current.version))
    }
}

/// Returns the name of a version of a page.
pub fn version_name(version: &i64) -> Text {
    match version {
        0 => texts::admin_site::default_text(),
        number => texts::admin_site::version(number.to_string()),
    }
}

/// `/admin/pages/PAGE`.
#[derive(Clone, Debug, Template)]
#[template(path = "admin/site_pages/edit.html")]
pub struct Edit {
    pub layout: Layout,
    pub page: SitePage,
    pub form: SitePageForm,
    /// Whether readers have the page now.
    pub exists: bool,
    /// Whether members can be asked to accept it again.
    pub may_ask: bool,
    /// The typed text as HTML from the markup module, on request.
    pub preview: Option<String>,
    /// Its versions, newest first.
    pub versions: Vec<PageVersionRow>,
    /// The last of these versions, if there are older ones.
    pub older: Option<i64>,
}

/// `/admin/pages/PAGE/versions/VERSION`.
#[derive(Clone, Debug, Template)]
#[template(path = "admin/site_pages/version.html")]
pub struct Version {
    pub layout: Layout,
    pub page: SitePage,
    pub version: PageVersion,
    /// HTML from the markup module; empty for a version that removed the page.
    pub markup: String,
    /// Whether readers have this version now.
    pub is_current: bool,
}

impl Version {
    /// Returns the heading.
    pub fn name(&self) -> Text {
        version_name(&self.version.version)
    }
}
