//! The columns and sequences that a database has, as it describes them itself.

use sqlx::{AssertSqlSafe, Row};

use super::connection::Connection;

/// The kind of a column, the same on both databases. In lines, a time is a number of microseconds since 1970 UTC.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Kind {
    Integer,
    Text,
    Boolean,
    /// A `timestamptz` in Postgres. SQLite has integers for it.
    Time,
}

/// A column of a table.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Column {
    pub name: String,
    pub kind: Kind,
}

type Result<T> = std::result::Result<T, sqlx::Error>;

/// Returns the names of all tables, in order.
pub(super) async fn tables(on: &mut Connection) -> Result<Vec<String>> {
    match on {
        Connection::Postgres(on) => {
            let names = "select cast(table_name as text) from information_schema.tables
                 where table_schema = current_schema() and table_type = 'BASE TABLE' order by 1";
            sqlx::query_scalar(names).fetch_all(on).await
        }
        Connection::Sqlite(on) => {
            let names = "select name from sqlite_master where type = 'table' and name not like 'sqlite\\_%' escape '\\' order by 1";
            sqlx::query_scalar(names).fetch_all(on).await
        }
    }
}

/// Returns the columns of a table by name; none if the database has no such table.
///
/// # Errors
/// When a column is of a kind that backups do not know.
pub(super) async fn columns(on: &mut Connection, table: &str) -> Result<Vec<Column>> {
    let described: Vec<(String, String)> = match on {
        Connection::Postgres(on) => {
            let columns = "select cast(column_name as text), cast(data_type as text) from information_schema.columns
                 where table_schema = current_schema() and table_name = $1";
            sqlx::query_as(columns).bind(table).fetch_all(on).await?
        }
        Connection::Sqlite(on) => {
            let columns = "select name, lower(type) from pragma_table_info($1)";
            sqlx::query_as(columns).bind(table).fetch_all(on).await?
        }
    };
    let mut columns = Vec::with_capacity(described.len());
    for (name, word) in described {
        let kind = match word.as_str() {
            "bigint" | "integer" => Kind::Integer,
            "text" => Kind::Text,
            "boolean" => Kind::Boolean,
            "timestamp with time zone" => Kind::Time,
            other => {
                return Err(sqlx::Error::Protocol(format!("backups do not know the type {other} of {table}.{name}")));
            }
        };
        columns.push(Column { name, kind });
    }
    columns.sort();
    Ok(columns)
}

/// Returns the number that each table with generated ids gave last, by table. Ids of deleted rows are never used again.
pub(super) async fn sequences(on: &mut Connection) -> Result<Vec<(String, i64)>> {
    match on {
        Connection::Postgres(on) => {
            let tables = "select cast(table_name as text) from information_schema.columns
                 where table_schema = current_schema() and is_identity = 'YES' and column_name = 'id' order by 1";
            let tables: Vec<String> = sqlx::query_scalar(tables).fetch_all(&mut *on).await?;
            let mut last = Vec::new();
            for table in tables {
                let statement = format!(
                    "select coalesce(pg_sequence_last_value(cast(pg_get_serial_sequence('\"{table}\"', 'id') as regclass)), 0)"
                );
                let row = sqlx::query(AssertSqlSafe(statement)).fetch_one(&mut *on).await?;
                last.push((table, row.try_get(0)?));
            }
            Ok(last)
        }
        Connection::Sqlite(on) => {
            sqlx::query_as("select name, seq from sqlite_sequence order by name").fetch_all(on).await
        }
    }
}

/// Returns the version of the schema; `None` if the database has no forum.
pub(super) async fn schema(on: &mut Connection) -> Result<Option<i64>> {
    if !tables(on).await?.iter().any(|table| table == "_sqlx_migrations") {
        return Ok(None);
    }
    let latest = "select max(version) from _sqlx_migrations where success";
    match on {
        Connection::Postgres(on) => sqlx::query_scalar(latest).fetch_one(on).await,
        Connection::Sqlite(on) => sqlx::query_scalar(latest).fetch_one(on).await,
    }
}
