//! Addresses of the style sheet, the script and the icon.

/// Addresses of static files. The web service puts the hash of all contents into a directory name
/// (`/static/HASH/klatch.css`), so that modules that import each other by relative paths are cached together.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub struct Assets {
    pub css: String,
    /// `js/klatch.js`, an ES module.
    pub js: String,
    pub icon: String,
}
