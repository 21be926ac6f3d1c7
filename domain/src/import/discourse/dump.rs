//! Reads the rows of a dump of Postgres, `dump.sql`, plain or compressed with gzip.

use std::collections::HashMap;
use std::fs::File;
use std::io::{BufRead, BufReader, Read};
use std::path::Path;

use flate2::read::MultiGzDecoder;

use crate::import::folder::Bounded;
use crate::import::records::{Stop, Translated};
use model::time::Timestamp;

/// The longest row.
const MAX_ROW: u64 = 16 << 20;

/// A row of a table: the texts of its columns, by name.
pub(super) struct Row<'a> {
    columns: &'a HashMap<String, usize>,
    fields: Vec<Option<String>>,
}

impl Row<'_> {
    pub fn text(&self, column: &str) -> Option<&str> {
        self.fields.get(*self.columns.get(column)?)?.as_deref()
    }

    pub fn owned(&self, column: &str) -> String {
        self.text(column).unwrap_or_default().to_owned()
    }

    pub fn number(&self, column: &str) -> Option<i64> {
        self.text(column)?.parse().ok()
    }

    pub fn is(&self, column: &str) -> bool {
        self.text(column) == Some("t")
    }

    /// A time as Postgres writes it: `2021-05-06 07:08:09.123456`, in UTC.
    pub fn time(&self, column: &str) -> Option<Timestamp> {
        moment(self.text(column)?)
    }
}

fn moment(text: &str) -> Option<Timestamp> {
    let (day, time) = text.split_once(' ')?;
    let time = time.split('+').next().unwrap_or(time);
    Timestamp::from_rfc3339(&format!("{day}T{time}Z")).filter(|at| at.0 > 0)
}

/// Whether a file is a dump, by its name.
pub(super) fn is_dump(path: &Path) -> bool {
    let name = path.file_name().map(|name| name.to_string_lossy().to_lowercase()).unwrap_or_default();
    path.is_file() && (name.ends_with(".sql") || name.ends_with(".sql.gz"))
}

/// Hands each row of the wanted tables to `each`, with the table's name. Returns how many rows were too long.
pub(super) fn rows(
    path: &Path,
    wanted: &[&str],
    mut each: impl FnMut(&str, &Row<'_>) -> Translated,
) -> Result<u64, Stop> {
    let failed = |error: std::io::Error| Stop::Failed(format!("{}: {error}", path.display()));
    let file = File::open(path).map_err(failed)?;
    let raw: Box<dyn Read> = match path.extension().is_some_and(|ending| ending.eq_ignore_ascii_case("gz")) {
        true => {
            let compressed = file.metadata().map_err(failed)?.len();
            Box::new(Bounded::new(MultiGzDecoder::new(file), compressed))
        }
        false => Box::new(file),
    };
    let mut reader = BufReader::with_capacity(1 << 18, raw);
    let mut table: Option<(String, HashMap<String, usize>)> = None;
    let (mut in_rows, mut too_long, mut line) = (false, 0, Vec::new());
    loop {
        line.clear();
        let length = (&mut reader).take(MAX_ROW).read_until(b'\n', &mut line).map_err(failed)?;
        if length == 0 {
            return Ok(too_long);
        }
        if length as u64 == MAX_ROW && !line.ends_with(b"\n") {
            reader.skip_until(b'\n').map_err(failed)?;
            too_long += u64::from(table.is_some());
            continue;
        }
        let text = String::from_utf8_lossy(&line);
        let text = text.trim_end_matches(['\n', '\r']);
        if in_rows && text == "\\." {
            (in_rows, table) = (false, None);
        } else if in_rows {
            if let Some((name, columns)) = &table {
                each(name, &Row { columns, fields: fields(text) })?;
            }
        } else if let Some((name, columns)) = copied(text) {
            in_rows = true;
            table = wanted.contains(&name.as_str()).then_some((name, columns));
        }
    }
}

/// The table and columns of `COPY public.posts (id, user_id) FROM stdin;`.
fn copied(line: &str) -> Option<(String, HashMap<String, usize>)> {
    let rest = line.strip_prefix("COPY ")?.strip_suffix(" FROM stdin;")?;
    let (table, columns) = rest.split_once(" (")?;
    let table = table.rsplit('.').next().unwrap_or(table).trim_matches('"');
    let names = columns.trim_end_matches(')').split(", ").map(|name| name.trim_matches('"').to_owned());
    Some((table.to_owned(), names.zip(0..).collect()))
}

/// The fields of a row in Postgres's text format.
fn fields(row: &str) -> Vec<Option<String>> {
    row.split('\t').map(|field| if field == "\\N" { None } else { Some(unescaped(field)) }).collect()
}

fn unescaped(field: &str) -> String {
    if !field.contains('\\') {
        return field.to_owned();
    }
    let mut text = String::with_capacity(field.len());
    let mut chars = field.chars();
    while let Some(c) = chars.next() {
        text.push(match c {
            '\\' => match chars.next() {
                Some('n') => '\n',
                Some('t') => '\t',
                Some('r') => '\r',
                Some('b') => '\u{8}',
                Some('f') => '\u{c}',
                Some('v') => '\u{b}',
                Some(other) => other,
                None => '\\',
            },
            c => c,
        });
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rows_are_read_as_postgres_writes_them() {
        let (table, columns) = copied("COPY public.posts (id, \"raw\", deleted_at) FROM stdin;").unwrap();
        let row = Row { columns: &columns, fields: fields("7\ta\\tb\\nc\\\\d\t\\N") };
        assert_eq!(
            (table.as_str(), row.number("id"), row.text("raw"), row.text("deleted_at")),
            ("posts", Some(7), Some("a\tb\nc\\d"), None)
        );
        assert_eq!(moment("2021-05-06 07:08:09.5"), Timestamp::from_rfc3339("2021-05-06T07:08:09.5Z"));
        assert!(copied("COPY public.posts (id) TO stdout;").is_none());
    }
}
