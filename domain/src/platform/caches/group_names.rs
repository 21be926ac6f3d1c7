//! The names of all groups, cached in each process. Searches compare them with their words here: a database would have
//! to compare all rows each time.

use std::sync::Arc;
use std::time::Duration;

use bus::Control;
use store::search::GroupName;

use super::Remembered;
use crate::platform::context::Context;
use crate::platform::error::Result;

/// The longest use of cached names; changes are announced over the bus.
const TTL: Duration = Duration::from_secs(60);

/// The cached names.
#[derive(Debug)]
pub struct GroupNameCache(Remembered<(), Arc<Vec<Listed>>>);

impl Default for GroupNameCache {
    fn default() -> Self {
        Self(Remembered::new(TTL, 1))
    }
}

impl GroupNameCache {
    /// Invalidates what a control message makes stale.
    pub fn handle(&self, control: &Control) {
        if let Control::GroupChanged { .. } | Control::Reconnected = control {
            self.0.forget_one(&());
        }
    }
}

/// A group other than a conversation. It may have been changed or deleted since: read it again before showing it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Listed {
    pub id: i64,
    /// Whether everyone may know that it exists.
    pub is_known: bool,
    is_archived: bool,
    /// In lower case, with a space before and after it.
    name: String,
    slug: String,
    /// Name, slug, words of the slug and description, in lower case, with a space before each word.
    text: String,
}

impl From<GroupName> for Listed {
    fn from(row: GroupName) -> Self {
        let (name, about) = (row.name.to_lowercase(), row.description.to_lowercase());
        let words = about.split_whitespace().collect::<Vec<_>>().join(" ");
        Self {
            id: row.id,
            is_known: row.is_known,
            is_archived: row.is_archived,
            text: format!(" {name} {} {} {words}", row.slug, row.slug.replace('-', " ")),
            name: format!(" {name} "),
            slug: row.slug,
        }
    }
}

impl Listed {
    /// Whether a word is a word of the name, or the slug.
    pub fn is_called(&self, word: &str) -> bool {
        self.slug == word
            || self
                .name
                .match_indices(word)
                .any(|(at, _)| self.name[..at].ends_with(' ') && self.name[at + word.len()..].starts_with(' '))
    }

    /// Whether words of the name, slug or description begin with each of the words.
    fn has_all(&self, words: &[String]) -> bool {
        words.iter().all(|word| self.text.match_indices(word.as_str()).any(|(at, _)| self.text[..at].ends_with(' ')))
    }

    /// Orders groups that match a text: first those with this name, then those that start with it or contain it.
    fn order(&self, text: &str) -> (u8, bool, usize, i64) {
        let name = self.name.trim();
        let rank = match text {
            _ if name == text || self.slug == text => 0,
            _ if name.starts_with(text) || self.slug.starts_with(text) => 1,
            _ if self.name.contains(&format!(" {text}")) => 2,
            _ => 3,
        };
        (rank, self.is_archived, name.chars().count(), self.id)
    }
}

/// The names of all groups. Cached, usually without a query.
pub(crate) async fn all(cx: &Context) -> Result<Arc<Vec<Listed>>> {
    let epoch = match cx.group_names.0.get(&()) {
        Ok(all) => return Ok(all),
        Err(epoch) => epoch,
    };
    let rows = store::search::group_names(&cx.db).await?;
    let all = Arc::new(rows.into_iter().map(Listed::from).collect::<Vec<_>>());
    cx.group_names.0.put((), all.clone(), epoch);
    Ok(all)
}

/// Returns the groups that have all the words, which are in lower case; the best come first.
pub(crate) fn having<'a>(all: &'a [Listed], words: &[String]) -> Vec<&'a Listed> {
    let text = words.join(" ");
    let mut found: Vec<_> = all.iter().filter(|listed| listed.has_all(words)).collect();
    found.sort_by_cached_key(|listed| listed.order(&text));
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    fn listed(id: i64, name: &str, slug: &str, description: &str) -> Listed {
        let [name, slug, description] = [name, slug, description].map(str::to_owned);
        Listed::from(GroupName { id, name, slug, description, is_known: true, is_archived: false })
    }

    #[test]
    fn groups_are_found_by_prefixes_and_named_by_whole_words() {
        let all = [
            listed(1, "Boats", "boats", "Rowing to\nthe GARDEN"),
            listed(2, "Kitchen Garden", "kitchen-garden", ""),
            listed(3, "Garden", "green", ""),
            listed(4, "Gardening", "gardening", ""),
        ];
        let ids = |words: &[&str]| {
            let words: Vec<String> = words.iter().map(|&word| word.to_owned()).collect();
            having(&all, &words).iter().map(|listed| listed.id).collect::<Vec<_>>()
        };
        assert_eq!(ids(&["garden"]), [3, 4, 2, 1]);
        assert_eq!(ids(&["the", "garde"]), [1]);
        assert_eq!(ids(&["arden"]), [] as [i64; 0]);
        let called =
            |word| all.iter().filter(|listed| listed.is_called(word)).map(|listed| listed.id).collect::<Vec<_>>();
        assert_eq!(called("garden"), [2, 3]);
        assert_eq!(called("kitchen-garden"), [2]);
        assert_eq!(called("garde"), [] as [i64; 0]);
    }
}
