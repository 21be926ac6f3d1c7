//! The search form, whose fields represent operators.

use super::operators::{PARTS, Piece, STATES, is_quote, period, pieces};
use model::time::Timestamp;
use time::OffsetDateTime;

/// The values of the form's fields. A field shows the first operator of its kind that is not excluded.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
#[allow(missing_docs)]
pub struct Fields {
    pub from: String,
    pub title: String,
    /// A day, such as `2012-03-31`.
    pub after: String,
    pub before: String,
    pub has: String,
    pub is: String,
}

impl Fields {
    /// Returns the fields for the operators of a query.
    pub fn of(query: &str, now: Timestamp) -> Self {
        let mut fields = Self::default();
        for piece in pieces(query) {
            let Piece::Operator { name, value, wanted: true, .. } = piece else { continue };
            if let Some((_, field)) = fields.all_mut().into_iter().find(|(known, _)| *known == name)
                && field.is_empty()
            {
                *field = shown(name, value, now);
            }
        }
        fields
    }

    /// Whether all are empty.
    pub fn are_empty(&self) -> bool {
        *self == Self::default()
    }

    /// Returns the query with the fields added as operators. A field with the same value as in the query that was `shown`
    /// was not changed. The query then decides, because it may have been changed.
    pub fn written_into(&self, query: &str, shown: &str, now: Timestamp) -> String {
        let mut query = query.trim().to_owned();
        let (mut new, mut old) = (self.clone(), Self::of(shown, now));
        for ((name, new), (_, old)) in new.all_mut().into_iter().zip(old.all_mut()) {
            let value: String = new.trim().chars().filter(|c| !is_quote(*c)).collect();
            if value == *old {
                continue;
            }
            let operator = match value.contains(char::is_whitespace) {
                _ if value.is_empty() => String::new(),
                true => format!("{name}:\"{value}\""),
                false => format!("{name}:{value}"),
            };
            let place = pieces(&query).into_iter().find_map(|piece| match piece {
                Piece::Operator { name: known, wanted: true, range, .. } if known == name => Some(range),
                _ => None,
            });
            match place {
                Some(range) => {
                    query.replace_range(range.clone(), &operator);
                    if operator.is_empty() && query[range.start..].starts_with(' ') {
                        query.remove(range.start);
                    }
                }
                None => query.push_str(&format!(" {operator}")),
            }
            query = query.trim().to_owned();
        }
        query
    }

    fn all_mut(&mut self) -> [(&'static str, &mut String); 6] {
        [
            ("from", &mut self.from),
            ("title", &mut self.title),
            ("after", &mut self.after),
            ("before", &mut self.before),
            ("has", &mut self.has),
            ("is", &mut self.is),
        ]
    }
}

/// Returns the value of an operator as its field shows it; empty if it cannot.
fn shown(name: &str, value: &str, now: Timestamp) -> String {
    let value: String = value.chars().filter(|c| !is_quote(*c)).collect();
    let lower = value.to_lowercase();
    match name {
        "from" => value.trim_start_matches('@').to_owned(),
        "has" => PARTS.into_iter().find(|part| *part == lower.trim_end_matches('s')).unwrap_or_default().to_owned(),
        "is" => STATES.iter().find(|(word, _)| *word == lower).map(|(word, _)| *word).unwrap_or_default().to_owned(),
        "after" | "before" => {
            let day =
                period(&lower, now).and_then(|(from, _)| OffsetDateTime::from_unix_timestamp(from / 1_000_000).ok());
            day.map(|day| day.date().to_string()).unwrap_or_default()
        }
        _ => value,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    // 2012-03-31T12:00Z.
    const NOW: Timestamp = Timestamp(1_333_195_200 * 1_000_000);

    fn of(query: &str) -> Fields {
        Fields::of(query, NOW)
    }

    #[test]
    fn the_fields_show_the_operators() {
        let fields =
            of("plums author:@Mira -from:noor from:ana title:\"ripe fruit\" after:2012 before:today has:Links is:mine");
        let expected = ["Mira", "ripe fruit", "2012-01-01", "2012-03-31", "link", "mine"];
        assert_eq!(fields.clone().all_mut().map(|(_, field)| field.clone()), expected);
        assert!(of("plums -has:link has:fun before:soon on:2012").are_empty() && !fields.are_empty());
    }

    #[test]
    fn unchanged_fields_leave_the_query_as_it_is() {
        let query = "plums from:@Mira after:2012 has:links from:ana";
        assert_eq!(of(query).written_into(query, query, NOW), query);
        assert_eq!(of(query).written_into("pears", query, NOW), "pears", "the query was typed again");
        assert_eq!(of("from:mira").written_into("tea from:mira", "", NOW), "tea from:mira");
        assert_eq!(of(" ").written_into("tea  OR x", "", NOW), "tea  OR x");
    }

    #[test]
    fn a_changed_field_replaces_its_operator() {
        let query = "plums from:@Mira after:2012 has:links";
        let changed = Fields { from: "noor".into(), after: String::new(), is: "unread".into(), ..of(query) };
        assert_eq!(changed.written_into(query, query, NOW), "plums from:noor has:links is:unread");
        let title = Fields { title: " two \"words ".into(), ..Fields::default() };
        assert_eq!(title.written_into(" tea ", "", NOW), "tea title:\"two words\"");
        assert_eq!(title.written_into("", "", NOW), "title:\"two words\"");
    }
}
