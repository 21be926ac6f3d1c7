//! Addresses of the style sheets, the scripts and the icons.

/// The modules that `js/klatch.js` imports on every page.
pub const ALWAYS: [&str; 8] =
    ["composer.js", "drafts.js", "keyboard.js", "messages.js", "sessions.js", "texts.js", "times.js", "trusted.js"];
/// The modules that it imports on pages with live updates.
pub const LIVE: [&str; 5] = ["live.js", "cursor.js", "poll.js", "reading.js", "unread.js"];

/// Addresses of static files. The web service puts the hash of all contents into a directory name
/// (`/static/HASH/klatch.css`), so that modules that import each other by relative paths are cached together.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub struct Assets {
    pub css: String,
    /// The style sheet of settings, moderation and administration.
    pub more_css: String,
    /// `js/klatch.js`, an ES module.
    pub js: String,
    /// The texts of the scripts; `None` in English.
    pub texts: Option<String>,
    pub icon: String,
    /// The icon on the home screens of phones.
    pub touch_icon: String,
}

impl Assets {
    /// Returns the addresses of the modules that a page imports at once.
    pub fn modules(&self, is_live: bool) -> Vec<String> {
        let folder = self.js.trim_end_matches("klatch.js").to_owned();
        let live: &[&str] = if is_live { &LIVE } else { &[] };
        ALWAYS.iter().chain(live).map(|name| format!("{folder}{name}")).chain(self.texts.clone()).collect()
    }
}
