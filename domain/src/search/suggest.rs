//! Suggestions for a partly typed query: completions of operators, and groups, topics and people with that name.

use super::hints::OPERATORS;
use super::matches::{self, Matches, PersonMatch};
use super::operators::{PARTS, STATES, canonical, is_quote};
use super::scope::Scope;
use crate::platform::context::Context;
use crate::platform::error::{Error, Result};
use model::policy::Viewer;
use texts::{Text, search_errors};

/// Only this part of a longer text is used.
const MAX_CHARS: usize = 200;
/// Maximum number of operators to suggest for a word.
const MAX_OPERATORS: usize = 3;

/// A completion of the text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Completion {
    /// The whole text with the completion.
    pub text: String,
    /// The added part, such as `from:mira`.
    pub piece: String,
    /// An explanation; may be empty.
    pub about: Text,
}

/// The suggestions for a text.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Suggestions {
    /// Completions of its last word.
    pub completions: Vec<Completion>,
    /// The groups, topics and people that it names and that the viewer may know of.
    pub matches: Matches,
}

/// Suggests completions for the text before the cursor. It queries the index and the database for names only.
///
/// # Errors
/// [`Error::NoSearch`] if this process has no index.
pub async fn suggest(cx: &Context, viewer: Viewer, typed: &str) -> Result<Suggestions> {
    let search = cx.search.clone().ok_or(Error::NoSearch)?;
    let end = typed.char_indices().nth(MAX_CHARS).map_or(typed.len(), |(at, _)| at);
    let typed = &typed[..end];
    let Some((before, last)) = last_piece(typed) else { return Ok(Suggestions::default()) };
    let (minus, plain) = last.strip_prefix('-').map_or(("", last), |plain| ("-", plain));
    let completion = |piece: String, about: Text| Completion {
        text: format!("{before}{minus}{piece}"),
        piece: format!("{minus}{piece}"),
        about,
    };
    let mut found = Suggestions::default();
    if let Some((name, value)) = plain.split_once(':') {
        let operator = canonical(name);
        if !operator.is_empty() {
            let values = values(cx, viewer, operator, &value.to_lowercase()).await?;
            let values = values.into_iter().filter(|(known, _)| known != value);
            found.completions = values.map(|(known, about)| completion(format!("{name}:{known} "), about)).collect();
            return Ok(found);
        }
    } else if !plain.is_empty() {
        let lower = plain.to_lowercase();
        let begun = OPERATORS.into_iter().filter(|operator| operator.starts_with(&lower)).take(MAX_OPERATORS);
        found.completions = begun.map(|operator| completion(format!("{operator}:"), meaning(operator))).collect();
    }
    // A text with operators is not a name.
    if !typed.contains(':') && minus.is_empty() {
        let scope = Scope::of(cx, viewer).await?;
        found.matches = Matches::of(cx, viewer, &search, &scope, typed, None).await?;
    }
    Ok(found)
}

/// Splits the text before its last word; `None` within quotation marks.
fn last_piece(typed: &str) -> Option<(&str, &str)> {
    if typed.chars().filter(|c| is_quote(*c)).count() % 2 == 1 {
        return None;
    }
    let start = typed.char_indices().rev().find(|(_, c)| c.is_whitespace()).map_or(0, |(at, c)| at + c.len_utf8());
    Some(typed.split_at(start))
}

/// Returns the values of an operator with this prefix, and what they mean.
async fn values(cx: &Context, viewer: Viewer, operator: &str, begun: &str) -> Result<Vec<(String, Text)>> {
    let of = |all: &[&str]| {
        let all = all.iter().filter(|value| value.starts_with(begun));
        all.map(|value| ((*value).to_owned(), Text::verbatim(""))).collect::<Vec<_>>()
    };
    Ok(match operator {
        "has" => of(&PARTS),
        "is" => of(&STATES.map(|(word, _)| word)),
        "after" | "before" | "on" => of(&["today", "yesterday"]),
        "from" => {
            let begun = begun.trim_start_matches('@');
            let mut values = Vec::new();
            if viewer.id().is_some() && "me".starts_with(begun) {
                values.push(("me".to_owned(), search_errors::meaning_me()));
            }
            let person = matches::person(viewer, begun);
            if !person.is_empty() {
                let scope = Scope::of(cx, viewer).await?;
                let people = matches::found(cx, viewer, &scope, &[], &[], &person).await?.people;
                let value = |person: PersonMatch| (person.username.to_lowercase(), Text::verbatim(person.name));
                values.extend(people.into_iter().map(value));
            }
            values
        }
        "in" => {
            let words = matches::words(begun.trim_start_matches('#'));
            let scope = Scope::of(cx, viewer).await?;
            let groups = matches::found(cx, viewer, &scope, &words, &[], "").await?.groups;
            let readable = groups.into_iter().filter(|group| group.is_readable);
            readable.map(|group| (group.slug, Text::verbatim(group.name))).collect()
        }
        _ => Vec::new(),
    })
}

fn meaning(operator: &str) -> Text {
    match operator {
        "from" => search_errors::meaning_from(),
        "in" => search_errors::meaning_in(),
        "title" => search_errors::meaning_title(),
        "after" => search_errors::meaning_after(),
        "before" => search_errors::meaning_before(),
        "on" => search_errors::meaning_on(),
        "has" => search_errors::meaning_has(),
        "site" => search_errors::meaning_site(),
        "is" => search_errors::meaning_is(),
        _ => Text::verbatim(""),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_operator_is_explained() {
        for operator in OPERATORS {
            assert!(!meaning(operator).is_empty() && canonical(operator) == operator, "{operator}");
        }
    }

    #[test]
    fn suggestions_complete_the_last_word() {
        assert_eq!(last_piece("plums fr"), Some(("plums ", "fr")));
        assert_eq!(last_piece("plums "), Some(("plums ", "")));
        assert_eq!(last_piece("fr"), Some(("", "fr")));
        assert_eq!(last_piece("\"ripe plums\" from:m"), Some(("\"ripe plums\" ", "from:m")));
        assert_eq!(last_piece("say \"from:m"), None);
    }
}
