//! Opaque cursors of lists.

use super::{Cursor, PAGE};
use crate::platform::error::{Error, Result};

/// What cursors begin with. It changes with their format.
const MARK: &str = "c1";

/// Makes a cursor of a list of this kind.
pub fn make(kind: &str, place: impl std::fmt::Display) -> String {
    let hex: String = format!("{kind}:{place}").bytes().map(|byte| format!("{byte:02x}")).collect();
    format!("{MARK}{hex}")
}

/// Reads a cursor of a list of this kind; `None` if there is none.
///
/// # Errors
/// [`Error::Invalid`] on `cursor` when it is not a cursor of such a list.
pub fn read<T>(kind: &str, cursor: Option<&str>, place: impl FnOnce(&str) -> Option<T>) -> Result<Option<T>> {
    let Some(cursor) = cursor else { return Ok(None) };
    let plain = || {
        let hex = cursor.strip_prefix(MARK)?;
        let pairs = hex.as_bytes().chunks(2);
        let bytes = pairs.map(|pair| u8::from_str_radix(std::str::from_utf8(pair).ok()?, 16).ok());
        let text = String::from_utf8(bytes.collect::<Option<Vec<u8>>>()?).ok()?;
        let own = text.strip_prefix(kind)?.strip_prefix(':')?;
        place(own).filter(|_| make(kind, own) == cursor)
    };
    plain().map(Some).ok_or_else(wrong)
}

/// Reads a cursor whose place is a number that is not negative.
///
/// # Errors
/// As [`read`].
pub fn number(kind: &str, cursor: Option<&str>) -> Result<Option<i64>> {
    read(kind, cursor, |place| place.parse().ok().filter(|number| *number >= 0))
}

/// Reads the number of a page, from 0.
///
/// # Errors
/// As [`read`].
pub fn page(kind: &str, cursor: Option<&str>) -> Result<i64> {
    let page = number(kind, cursor)?.unwrap_or(0);
    if page <= 10_000 { Ok(page) } else { Err(wrong()) }
}

/// A page of a list whose cursors count pages. If the list changes in between, the next page can repeat or leave out items.
#[derive(Clone, Copy, Debug)]
pub(super) struct Counted {
    kind: &'static str,
    page: usize,
}

impl Counted {
    /// Reads which page is wanted.
    ///
    /// # Errors
    /// As [`read`].
    pub fn read(kind: &'static str, at: &Cursor) -> Result<Self> {
        let page = page(kind, at.cursor.as_deref())?;
        Ok(Self { kind, page: usize::try_from(page).map_err(|_| wrong())? })
    }

    /// How many items of the list to read: those before the page, its own, and one that tells whether there are more.
    pub fn limit(self) -> i64 {
        ((self.page + 1) * PAGE + 1) as i64
    }

    /// Returns the items of the page, and the cursor of the next one.
    pub fn cut<T>(self, items: impl IntoIterator<Item = T>) -> (Vec<T>, Option<String>) {
        let mut items: Vec<T> = items.into_iter().skip(self.page * PAGE).take(PAGE + 1).collect();
        let has_more = items.len() > PAGE;
        items.truncate(PAGE);
        (items, has_more.then(|| make(self.kind, self.page + 1)))
    }
}

/// The error for a cursor that is not one of this list.
pub fn wrong() -> Error {
    Error::invalid("cursor", texts::api_errors::cursor())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cursor_works_only_in_the_list_that_made_it() {
        let cursor = make("topics", 17);
        assert_eq!(number("topics", Some(&cursor)).expect("a cursor"), Some(17));
        assert_eq!(number("topics", None).expect("none"), None);
        for wrong in [cursor.as_str(), "", "c1", "17", "c1zz", "c1746f", &cursor.to_uppercase(), &make("messages", "x")]
        {
            assert!(matches!(number("messages", Some(wrong)), Err(Error::Invalid(_))), "{wrong}");
        }
        assert!(number("topics", Some(&make("topics", -1))).is_err());
        assert!(page("people", Some(&make("people", 10_001))).is_err());
    }
}
