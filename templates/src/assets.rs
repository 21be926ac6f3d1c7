//! Where the style sheet, the script and the icon are.

/// Addresses of static files, made by the web service with the hash of their content in a directory name
/// (`/static/HASH/klatch.css`), so that modules that import each other by relative paths are cached as one.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Assets {
    /// `klatch.css`.
    pub css: String,
    /// `js/klatch.js`, an ES module.
    pub js: String,
    /// `icon.svg`.
    pub icon: String,
}
