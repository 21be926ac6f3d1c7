//! The operators of a search: `from:mira in:garden after:2012 has:link`.

use model::time::Timestamp;
use time::{Date, Duration, Month, OffsetDateTime};

/// What `has:` can ask for.
const PARTS: [&str; 4] = ["link", "image", "file", "code"];

/// A search as typed, taken apart.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Asked {
    /// Words and phrases: everything but the operators.
    pub words: String,
    /// Names of people, and whether they are wanted.
    pub from: Vec<(String, bool)>,
    /// Addresses of groups, and whether they are wanted.
    pub within: Vec<(String, bool)>,
    /// Words that the topic's name must have.
    pub title: Vec<String>,
    /// Facts of the index, and whether they are wanted.
    pub facts: Vec<(String, bool)>,
    /// States of the viewer, and whether they are wanted.
    pub states: Vec<(State, bool)>,
    /// In microseconds since 1970 (UTC).
    pub since: Option<i64>,
    pub until: Option<i64>,
    /// What is wrong with operators, and how to write them. They are left out.
    pub problems: Vec<String>,
}

/// What `is:` can ask for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[allow(missing_docs)]
pub enum State {
    Starred,
    Mine,
    Unread,
}

/// Takes a query apart. What is no known operator stays text.
pub fn parse(text: &str, now: Timestamp) -> Asked {
    let mut asked = Asked::default();
    let mut rest = text;
    while let Some(piece) = next(&mut rest) {
        let (wanted, plain) = piece.strip_prefix('-').map_or((true, piece), |plain| (false, plain));
        let is_taken = plain
            .split_once(':')
            .is_some_and(|(name, value)| asked.take(name, value.trim_matches(is_quote), wanted, now));
        if !is_taken {
            if !asked.words.is_empty() {
                asked.words.push(' ');
            }
            asked.words.push_str(piece);
        }
    }
    asked
}

fn is_quote(c: char) -> bool {
    matches!(c, '"' | '“' | '”')
}

/// Returns the next piece up to a space outside of quotation marks. A mark without its pair is a character as any other.
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

impl Asked {
    /// Takes an operator; `false` if there is none of this name.
    fn take(&mut self, name: &str, value: &str, wanted: bool, now: Timestamp) -> bool {
        let lower = value.to_lowercase();
        let example = match name.to_ascii_lowercase().as_str() {
            "from" => match lower.trim_start_matches('@') {
                "" => "from: needs a name, such as from:mira, or from:me.",
                person => {
                    self.from.push((person.to_owned(), wanted));
                    return true;
                }
            },
            "in" => match lower.trim_matches('/') {
                "" => "in: needs the address of a group, such as in:garden.",
                group => {
                    self.within.push((group.to_owned(), wanted));
                    return true;
                }
            },
            "title" if wanted && !lower.is_empty() => {
                self.title.push(lower);
                return true;
            }
            "title" => "title: needs a word of a topic's name, such as title:plums. It cannot be excluded.",
            "site" if lower.contains('.') => {
                self.facts.push((format!("site:{}", lower.trim_start_matches("www.")), wanted));
                return true;
            }
            "site" => "site: needs the name of a website, such as site:example.org.",
            "has" => match PARTS.iter().find(|part| lower.trim_end_matches('s') == **part) {
                Some(part) => {
                    self.facts.push((format!("has:{part}"), wanted));
                    return true;
                }
                None => "has: can be followed by link, image, file or code.",
            },
            "is" => {
                let state = match lower.as_str() {
                    "starred" => Some(State::Starred),
                    "mine" => Some(State::Mine),
                    "unread" => Some(State::Unread),
                    _ => None,
                };
                match state {
                    Some(state) => {
                        self.states.push((state, wanted));
                        return true;
                    }
                    None => "is: can be followed by starred, mine or unread.",
                }
            }
            operator @ ("before" | "after" | "on") => match period(&lower, now).filter(|_| wanted) {
                Some((from, to)) => {
                    match operator {
                        "before" => self.until = Some(self.until.map_or(from, |until| until.min(from))),
                        "after" => self.since = Some(self.since.map_or(from, |since| since.max(from))),
                        _ => (self.since, self.until) = (Some(from), Some(to)),
                    }
                    return true;
                }
                None => "before:, after: and on: need a date, such as 2012-03-31, 2012-03, 2012, today or yesterday.",
            },
            _ => return false,
        };
        if !self.problems.iter().any(|known| known == example) {
            self.problems.push(example.to_owned());
        }
        true
    }
}

/// Returns the begin and end of a day, month or year, in UTC.
fn period(text: &str, now: Timestamp) -> Option<(i64, i64)> {
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

    fn asked(text: &str) -> Asked {
        parse(text, NOW)
    }

    #[test]
    fn operators_are_told_from_words() {
        let all = asked(
            "plums from:@Mira -from:noor in:garden title:\"ripe fruit\" has:links -has:image \"in the: end\" x:y",
        );
        assert_eq!(all.words, "plums \"in the: end\" x:y");
        assert_eq!(all.from, [("mira".to_owned(), true), ("noor".to_owned(), false)]);
        assert_eq!(all.within, [("garden".to_owned(), true)]);
        assert_eq!(all.title, ["ripe fruit"]);
        assert_eq!(all.facts, [("has:link".to_owned(), true), ("has:image".to_owned(), false)]);
        assert!(all.problems.is_empty());
        assert_eq!(asked("is:starred -is:mine").states, [(State::Starred, true), (State::Mine, false)]);
        assert_eq!(asked("http://example.org 12:30 -tea ->").words, "http://example.org 12:30 -tea ->");
        assert_eq!(asked("5\" pipe from:mira").words, "5\" pipe");
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
    fn what_is_wrong_is_explained() {
        for text in [
            "from:",
            "in:/",
            "title:",
            "-title:x",
            "site:x",
            "has:fun",
            "is:nice",
            "before:soon",
            "on:2012-13",
            "after:2012-2-30-1",
            "on:99999",
        ] {
            let asked = asked(text);
            assert_eq!((asked.problems.len(), asked.words.as_str()), (1, ""), "{text}");
        }
        assert_eq!(asked("before:x after:y").problems.len(), 1, "once");
    }
}
