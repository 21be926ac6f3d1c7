//! Statements as people read them.

use std::fmt::Write;

use crate::expand::{Database, Found, Statement};
use crate::sources::Sources;

/// What starts a new line.
const CLAUSES: &[&str] = &[
    "select ",
    "from ",
    "where ",
    "join ",
    "left join ",
    "cross join ",
    "order by ",
    "group by ",
    "having ",
    "union ",
    "on conflict ",
    "returning ",
    "set ",
    "values ",
    "limit ",
];

/// The words that such a word follows on the same line: `delete from`, `is distinct from`, `do update set`.
const JOINED: &[&str] = &["delete", "distinct", "update", "left", "cross", "union", "all"];

/// What is in brackets stays on one line up to this size.
const SHORT: usize = 80;

/// Writes all statements below their place. Those that are the same on both databases are written once.
pub fn all(sources: &Sources, found: &Found) -> String {
    let mut out = String::new();
    for Statement { caller, database, sql } in &found.statements {
        let on = |database| found.statements.contains(&Statement { caller: *caller, database, sql: sql.clone() });
        let only = match database {
            Database::Postgres if on(Database::Sqlite) => "",
            Database::Sqlite if on(Database::Postgres) => continue,
            Database::Postgres => " (Postgres)",
            Database::Sqlite => " (SQLite)",
        };
        let _ = write!(out, "-- {}{only}\n{}\n\n", sources.line(*caller), pretty(sql));
    }
    out
}

/// Collapses the space outside of quotes, and begins a line at each clause, indented by its depth in long brackets.
pub fn pretty(sql: &str) -> String {
    let sql = collapsed(sql);
    let (mut out, mut is_quoted) = (String::new(), false);
    // Whether each open bracket is a long one.
    let mut open: Vec<bool> = Vec::new();
    for (at, c) in sql.char_indices() {
        let rest = &sql[at..];
        let is_clause = || CLAUSES.iter().any(|clause| rest.starts_with(clause));
        let before = || out.split_whitespace().next_back().unwrap_or_default();
        if !is_quoted && out.ends_with(' ') && open.last() != Some(&false) && is_clause() && !JOINED.contains(&before())
        {
            out.pop();
            out.push('\n');
            out.push_str(&"  ".repeat(open.len()));
        }
        match c {
            '\'' => is_quoted = !is_quoted,
            '(' if !is_quoted => open.push(size(rest) > SHORT),
            ')' if !is_quoted => drop(open.pop()),
            _ => {}
        }
        out.push(c);
    }
    out
}

/// Makes one space of all space outside of quotes, and removes it inside of brackets.
fn collapsed(sql: &str) -> String {
    let (mut out, mut is_quoted) = (String::new(), false);
    for c in sql.trim().chars() {
        is_quoted ^= c == '\'';
        match c {
            c if is_quoted || !c.is_whitespace() => {
                if c == ')' && !is_quoted && out.ends_with(' ') {
                    out.pop();
                }
                out.push(c);
            }
            _ if out.ends_with([' ', '(']) => {}
            _ => out.push(' '),
        }
    }
    out
}

/// The size of the brackets that `sql` starts with. Counts brackets in quotes too: this is only about looks.
fn size(sql: &str) -> usize {
    let mut depth = 0;
    let end = sql.find(|c| {
        depth += i32::from(c == '(') - i32::from(c == ')');
        depth == 0
    });
    end.unwrap_or(sql.len())
}
