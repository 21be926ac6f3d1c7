//! The operators of a search: `from:mira in:garden after:2012 has:link`.

use std::ops::Range;

use super::hints;
use model::time::Timestamp;
use texts::{Text, search_errors};
use time::{Date, Duration, Month, OffsetDateTime};

/// What `has:` can ask for.
pub const PARTS: [&str; 3] = ["link", "image", "code"];

/// A parsed query.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ParsedQuery {
    /// Words and phrases: everything but the operators.
    pub words: String,
    /// Names of people, and whether they are wanted.
    pub from: Vec<(String, bool)>,
    /// Slugs or names of groups, and whether they are wanted.
    pub within: Vec<(String, bool)>,
    /// Words that the topic's title must contain.
    pub title: Vec<String>,
    /// Facts of the index, and whether they are wanted.
    pub facts: Vec<(String, bool)>,
    /// States of the viewer, and whether they are wanted.
    pub states: Vec<(State, bool)>,
    /// In microseconds since 1970 (UTC).
    pub since: Option<i64>,
    pub until: Option<i64>,
    /// The operators as typed.
    pub typed: Vec<String>,
    /// Errors in operators, with how to write them. These operators are ignored.
    pub problems: Vec<Text>,
    /// Hints about words that look like mistyped operators, and are searched as text.
    pub hints: Vec<Text>,
}

/// What `is:` can ask for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[allow(missing_docs)]
pub enum State {
    Starred,
    Mine,
    Unread,
    /// In a topic that is marked as resolved.
    Resolved,
}

/// The words for these.
pub const STATES: [(&str, State); 4] =
    [("resolved", State::Resolved), ("starred", State::Starred), ("mine", State::Mine), ("unread", State::Unread)];

/// The rest of a longer query is ignored.
const MAX_CHARS: usize = 1_000;
/// The most operators of a query.
const MAX_OPERATORS: usize = 16;
/// The most hints.
const MAX_HINTS: usize = 3;

/// A part of a query, as typed between spaces outside of quotation marks.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Piece<'a> {
    /// A word, a phrase or anything else.
    Text(&'a str),
    /// An operator with its value, which may come after a space.
    Operator {
        name: &'static str,
        value: &'a str,
        wanted: bool,
        /// Its bytes in the query.
        range: Range<usize>,
    },
}

/// Returns the parts of a query.
pub fn pieces(text: &str) -> Vec<Piece<'_>> {
    let end = text.char_indices().nth(MAX_CHARS).map_or(text.len(), |(at, _)| at);
    let text = &text[..end];
    let mut rest = text;
    let mut pieces = Vec::new();
    while let Some(piece) = next(&mut rest) {
        let start = text.len() - rest.len() - piece.len();
        let (wanted, plain) = piece.strip_prefix('-').map_or((true, piece), |plain| (false, plain));
        let parts = plain.split_once(':').map(|(name, value)| (canonical(name), value));
        let Some((name, mut value)) = parts.filter(|(name, _)| !name.is_empty()) else {
            pieces.push(Piece::Text(piece));
            continue;
        };
        if value.is_empty() {
            // Some people type a space after the colon.
            value = next(&mut rest).unwrap_or_default();
        }
        pieces.push(Piece::Operator { name, value, wanted, range: start..text.len() - rest.len() });
    }
    pieces
}

/// Parses a query. Unknown operators stay text.
pub fn parse(text: &str, now: Timestamp) -> ParsedQuery {
    let mut asked = ParsedQuery::default();
    let mut words: Vec<&str> = Vec::new();
    // `OR` joins words. Next to an operator, or at an end of the query, it is ignored.
    let mut is_after_operator = true;
    for piece in pieces(text) {
        match piece {
            Piece::Text(piece) => {
                if piece != "OR" || !is_after_operator {
                    words.push(piece);
                }
                asked.hints.extend(hints::of(piece));
                is_after_operator = false;
            }
            Piece::Operator { name, value, wanted, range } => {
                if words.last() == Some(&"OR") {
                    words.pop();
                }
                asked.typed.push(text[range].to_owned());
                if asked.typed.len() <= MAX_OPERATORS {
                    asked.take(name, value, wanted, now);
                } else {
                    asked.complain(search_errors::too_many_operators(MAX_OPERATORS));
                }
                is_after_operator = true;
            }
        }
    }
    if words.last() == Some(&"OR") {
        words.pop();
    }
    asked.hints.truncate(MAX_HINTS);
    // As the index has them.
    asked.words = markup::with_emoji(&words.join(" ")).into_owned();
    asked
}

/// Returns the operator with this name, or with the name that other programs use; empty if there is none.
pub fn canonical(name: &str) -> &'static str {
    match name.to_ascii_lowercase().as_str() {
        "from" | "author" | "sender" => "from",
        "in" | "group" | "stream" | "channel" => "in",
        "title" | "topic" | "intitle" | "subject" => "title",
        "site" => "site",
        "has" => "has",
        "is" => "is",
        "before" => "before",
        "after" | "since" => "after",
        "on" => "on",
        _ => "",
    }
}

/// The quotation marks that the index also knows.
pub fn is_quote(c: char) -> bool {
    matches!(c, '"' | '“' | '”' | '„' | '‟' | '«' | '»' | '＂')
}

/// Returns the next piece up to a space outside of quotation marks. An unpaired quotation mark is an ordinary character.
fn next<'a>(rest: &mut &'a str) -> Option<&'a str> {
    let text = rest.trim_start();
    let mut end = text.len();
    let mut is_inside = false;
    for (at, c) in text.char_indices() {
        if is_quote(c) && (is_inside || text[at + c.len_utf8()..].contains(is_quote)) {
            is_inside = !is_inside;
        } else if c.is_whitespace() && !is_inside {
            end = at;
            break;
        }
    }
    let (piece, after) = text.split_at(end);
    *rest = after;
    (!piece.is_empty()).then_some(piece)
}

impl ParsedQuery {
    /// Adds a problem, once.
    pub fn complain(&mut self, problem: Text) {
        if !self.problems.contains(&problem) {
            self.problems.push(problem);
        }
    }

    fn take(&mut self, name: &str, value: &str, wanted: bool, now: Timestamp) {
        let is_phrase = value.starts_with(is_quote) && value.contains(char::is_whitespace);
        let lower = value.trim_matches(is_quote).to_lowercase();
        match name {
            "from" => match lower.trim_start_matches('@') {
                "" => self.complain(search_errors::from()),
                person => self.from.push((person.to_owned(), wanted)),
            },
            "in" => match lower.trim_start_matches('#').trim_matches('/') {
                "" => self.complain(search_errors::in_group()),
                group => self.within.push((group.to_owned(), wanted)),
            },
            "title" if wanted && !lower.is_empty() => {
                let title = markup::with_emoji(&lower);
                self.title.push(if is_phrase { format!("\"{title}\"") } else { title.into_owned() });
            }
            "title" => self.complain(search_errors::title()),
            "site" => {
                let host = lower.split_once("://").map_or(&*lower, |(_, rest)| rest);
                let host = host.split(['/', '?', '#', ':']).next().unwrap_or_default().trim_start_matches("www.");
                match host.contains('.') {
                    true => self.facts.push((format!("site:{host}"), wanted)),
                    false => self.complain(search_errors::site()),
                }
            }
            "has" => match PARTS.iter().find(|part| lower.trim_end_matches('s') == **part) {
                Some(part) => self.facts.push((format!("has:{part}"), wanted)),
                None => self.complain(search_errors::has()),
            },
            "is" => match STATES.iter().find(|(word, _)| *word == lower) {
                Some((_, state)) => self.states.push((*state, wanted)),
                None => self.complain(search_errors::is()),
            },
            _ if !wanted => self.complain(search_errors::dates_not_excluded()),
            _ => match period(&lower, now) {
                Some((from, to)) => {
                    if name != "before" {
                        self.since = Some(self.since.map_or(from, |since| since.max(from)));
                    }
                    if name != "after" {
                        let until = if name == "on" { to } else { from };
                        self.until = Some(self.until.map_or(until, |known| known.min(until)));
                    }
                }
                None => self.complain(search_errors::dates()),
            },
        }
    }
}

/// Returns the start and end of a day, month or year, in UTC.
pub fn period(text: &str, now: Timestamp) -> Option<(i64, i64)> {
    let today = OffsetDateTime::from_unix_timestamp(now.0.div_euclid(1_000_000)).ok()?.date();
    let days = |from: Date, to: Date| {
        let at = |date: Date| date.midnight().assume_utc().unix_timestamp() * 1_000_000;
        Some((at(from), at(to)))
    };
    match text {
        "today" => return days(today, today.next_day()?),
        "yesterday" => return days(today.previous_day()?, today),
        _ => {}
    }
    let mut parts = text.split('-');
    let year: i32 = parts.next().filter(|year| year.len() == 4)?.parse().ok()?;
    let (month, day) = (parts.next(), parts.next());
    if parts.next().is_some() {
        return None;
    }
    let number = |text: &str| text.parse::<u8>().ok().filter(|_| text.len() <= 2);
    let Some(month) = month else {
        let first = Date::from_calendar_date(year, Month::January, 1).ok()?;
        return days(first, Date::from_calendar_date(year + 1, Month::January, 1).ok()?);
    };
    let month = Month::try_from(number(month)?).ok()?;
    let Some(day) = day else {
        let first = Date::from_calendar_date(year, month, 1).ok()?;
        return days(first, first.checked_add(Duration::days(i64::from(month.length(year))))?);
    };
    let day = Date::from_calendar_date(year, month, number(day)?).ok()?;
    days(day, day.next_day()?)
}

#[cfg(test)]
mod tests {
    use super::*;

    const DAY: i64 = 24 * 3_600 * 1_000_000;
    // 2012-03-31T12:00Z.
    const NOW: Timestamp = Timestamp(1_333_195_200 * 1_000_000);

    fn asked(text: &str) -> ParsedQuery {
        parse(text, NOW)
    }

    #[test]
    fn operators_are_distinguished_from_words() {
        let all = asked(
            "plums from:@Mira -from:noor in:garden title:\"ripe fruit\" has:links -has:image \"in the: end\" x:y",
        );
        assert_eq!(all.words, "plums \"in the: end\" x:y");
        assert_eq!(all.from, [("mira".to_owned(), true), ("noor".to_owned(), false)]);
        assert_eq!(all.within, [("garden".to_owned(), true)]);
        assert_eq!(all.title, ["\"ripe fruit\""]);
        assert_eq!(all.facts, [("has:link".to_owned(), true), ("has:image".to_owned(), false)]);
        assert!(all.problems.is_empty());
        assert_eq!(asked("is:starred -is:mine").states, [(State::Starred, true), (State::Mine, false)]);
        assert_eq!(asked("http://example.org 12:30 -tea ->").words, "http://example.org 12:30 -tea ->");
        assert_eq!(asked("5\" pipe from:mira").words, "5\" pipe");
        assert_eq!(asked("is:Resolved -is:resolved").states, [(State::Resolved, true), (State::Resolved, false)]);
        assert_eq!(
            (asked(":heart: -:fox:").words.as_str(), &asked("title::fox:").title[..]),
            ("❤️ -🦊", &["🦊".to_owned()][..])
        );
    }

    #[test]
    fn dates_are_days_months_or_years() {
        let day = asked("on:2012-02-29");
        assert_eq!(day.until.unwrap() - day.since.unwrap(), DAY);
        let year = asked("on:2012");
        assert_eq!(year.until.unwrap() - year.since.unwrap(), 366 * DAY);
        let month = asked("on:2012-02");
        assert_eq!(month.until.unwrap() - month.since.unwrap(), 29 * DAY);
        let between = asked("after:2011 before:today");
        assert_eq!((between.since, between.until), (Some(1_293_840_000_000_000), Some(1_333_152_000_000_000)));
        assert_eq!(asked("on:yesterday").until, between.until);
    }

    #[test]
    fn errors_in_a_query_are_explained() {
        for text in ["from:", "in:/", "title:", "-title:x", "site:x", "has:fun", "is:nice", "before:soon", "on:2012-13"]
        {
            let asked = asked(text);
            assert_eq!((asked.problems.len(), asked.words.as_str()), (1, ""), "{text}");
        }
        assert_eq!(asked("before:x after:y").problems.len(), 1, "once");
        assert_eq!(asked("-on:2012").problems, ["before:, after:, and on: can't be excluded."]);
        assert_eq!(asked(&"in:a ".repeat(1_000)).within.len(), 16, "a search has few operators");
    }

    #[test]
    fn or_joins_words_and_a_space_after_an_operator_is_allowed() {
        assert_eq!(asked("tea OR coffee").words, "tea OR coffee");
        for text in ["from:a OR from:b", "OR", "from:a OR"] {
            assert_eq!(asked(text).words, "", "{text}");
        }
        assert_eq!([asked("tea OR from:a").words, asked("tea OR").words], ["tea", "tea"]);
        let spaced = asked("tea from: mira");
        assert_eq!((spaced.words.as_str(), spaced.from), ("tea", vec![("mira".to_owned(), true)]));
        assert_eq!(asked("author:mira stream:garden topic:plums").typed.len(), 3);
        assert_eq!(asked("site:https://www.example.org/x?y").facts, [("site:example.org".to_owned(), true)]);
        assert_eq!(asked("on:2012 after:2012-06").since, asked("after:2012-06 on:2012").since);
    }
}
