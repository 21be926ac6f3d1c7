//! Lists within a sentence.

use texts::{Text, lists};

/// Returns `one, two, three`; nothing if there are no items.
pub(crate) fn commas(items: impl IntoIterator<Item = Text>) -> Text {
    items.into_iter().reduce(lists::more).unwrap_or_else(|| Text::verbatim(""))
}
