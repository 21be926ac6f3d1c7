//! A database as it is at one moment, while others continue writing to it.

use futures_util::StreamExt;
use futures_util::stream::BoxStream;
use model::{GroupId, GroupKind};
use sqlx::AssertSqlSafe;

use super::connection::Connection;
use super::export::ExportedTable;
use super::statements::{self, Read};
use super::{Kind, LEFT_OUT_SETTINGS, TABLES, Table, catalogue};
use crate::{DatabaseUrl, Db};

type Result<T> = std::result::Result<T, sqlx::Error>;

/// A read-only transaction on a connection of its own. It blocks nobody who writes.
#[derive(Debug)]
pub struct Snapshot(Connection);

impl Snapshot {
    /// Opens a snapshot of a database, whatever its schema. It migrates nothing and creates nothing.
    ///
    /// # Errors
    /// When the database cannot be reached.
    pub async fn open(url: &DatabaseUrl) -> Result<Self> {
        Self::begin(Connection::open(url, false).await?).await
    }

    /// Opens a snapshot of the database of a pool, beside the pool.
    ///
    /// # Errors
    /// When the database cannot be reached.
    pub async fn of(db: &Db) -> Result<Self> {
        Self::begin(Connection::beside(db).await?).await
    }

    async fn begin(mut connection: Connection) -> Result<Self> {
        let tables = catalogue::tables(&mut connection).await?;
        connection.run("begin isolation level repeatable read, read only", "begin").await?;
        connection.run("set local idle_in_transaction_session_timeout = 0", "select 1").await?;
        connection.run("set local statement_timeout = 0", "select 1").await?;
        // A migration that rewrites a table would empty it for this transaction: it has to wait.
        connection.hold(&tables).await?;
        // The first read fixes the moment.
        catalogue::tables(&mut connection).await?;
        Ok(Self(connection))
    }

    /// `postgres` or `sqlite`.
    pub fn database(&self) -> &'static str {
        if self.is_postgres() { "postgres" } else { "sqlite" }
    }

    fn is_postgres(&self) -> bool {
        matches!(self.0, Connection::Postgres(_))
    }

    /// The version of the schema; `None` if there is no forum.
    pub async fn schema(&mut self) -> Result<Option<i64>> {
        catalogue::schema(&mut self.0).await
    }

    /// The value of a setting of the site.
    pub async fn setting(&mut self, name: &str) -> Result<Option<String>> {
        let value = "select value from settings where name = $1";
        match &mut self.0 {
            Connection::Postgres(on) => sqlx::query_scalar(value).bind(name).fetch_optional(on).await,
            Connection::Sqlite(on) => sqlx::query_scalar(value).bind(name).fetch_optional(on).await,
        }
    }

    /// The group with an address, and its kind.
    pub async fn group(&mut self, slug: &str) -> Result<Option<(GroupId, GroupKind)>> {
        let group = "select id, kind from groups where slug = $1 and deleted_at is null";
        match &mut self.0 {
            Connection::Postgres(on) => sqlx::query_as(group).bind(slug).fetch_optional(on).await,
            Connection::Sqlite(on) => sqlx::query_as(group).bind(slug).fetch_optional(on).await,
        }
    }

    /// The tables of a backup that this schema has.
    pub async fn tables(&mut self) -> Result<Vec<&'static Table>> {
        let there = catalogue::tables(&mut self.0).await?;
        Ok(TABLES.iter().filter(|table| there.iter().any(|name| name == table.name)).collect())
    }

    /// The names of all tables of the database.
    pub async fn all_tables(&mut self) -> Result<Vec<String>> {
        catalogue::tables(&mut self.0).await
    }

    /// The columns of a table, by name.
    pub async fn columns(&mut self, table: &str) -> Result<Vec<super::Column>> {
        catalogue::columns(&mut self.0, table).await
    }

    /// The number that each table of a backup with generated ids gave last.
    pub async fn sequences(&mut self) -> Result<Vec<(String, i64)>> {
        let all = catalogue::sequences(&mut self.0).await?;
        Ok(all.into_iter().filter(|(name, _)| TABLES.iter().any(|table| table.name == name)).collect())
    }

    /// Reads a table in order, each row as a JSON object. The database sends rows as they are asked for.
    ///
    /// # Errors
    /// When the columns cannot be read; the stream, when the connection fails.
    pub async fn rows(&mut self, table: &Table) -> Result<BoxStream<'_, Result<String>>> {
        let statement = self.statement_of(table).await?;
        Ok(self.stream(statement))
    }

    /// Reads what an export contains of a table, as [`Snapshot::rows`] does.
    ///
    /// # Errors
    /// As [`Snapshot::rows`].
    pub async fn part(&mut self, part: &ExportedTable) -> Result<BoxStream<'_, Result<String>>> {
        let statement = self.statement_of_part(part).await?;
        Ok(self.stream(statement))
    }

    async fn statement_of(&mut self, table: &Table) -> Result<String> {
        let columns = self.columns(table.name).await?;
        let read: Vec<Read> =
            columns.iter().map(|column| Read { name: column.name.clone(), kind: column.kind, value: None }).collect();
        let condition = (table.name == "settings").then(|| {
            let names: Vec<String> = LEFT_OUT_SETTINGS.iter().map(|name| format!("'{name}'")).collect();
            format!("name not in ({})", names.join(", "))
        });
        let key = of_kind(table, &columns);
        Ok(statements::select(self.is_postgres(), table.name, &read, &key, condition.as_deref()))
    }

    async fn statement_of_part(&mut self, part: &ExportedTable) -> Result<String> {
        let columns = self.columns(part.table.name).await?;
        let key = of_kind(&part.table, &columns);
        let read = part.columns(&columns)?;
        Ok(statements::select(self.is_postgres(), part.table.name, &read, &key, Some(part.condition.as_str())))
    }

    fn stream(&mut self, statement: String) -> BoxStream<'_, Result<String>> {
        match &mut self.0 {
            Connection::Postgres(on) => sqlx::query_scalar(AssertSqlSafe(statement)).fetch(on).boxed(),
            Connection::Sqlite(on) => sqlx::query_scalar(AssertSqlSafe(statement)).fetch(on).boxed(),
        }
    }

    /// Ends the snapshot.
    pub async fn close(self) {
        // Nothing was written: an error here changes nothing.
        let _ = self.0.close().await;
    }
}

fn of_kind(table: &Table, columns: &[super::Column]) -> Vec<(&'static str, Kind)> {
    let kind =
        |name: &str| columns.iter().find(|column| column.name == name).map_or(Kind::Integer, |column| column.kind);
    table.key.iter().map(|name| (*name, kind(name))).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::backup::export::Scope;

    /// A table that is sorted is in the memory as a whole.
    #[tokio::test]
    async fn sqlite_sorts_no_table_in_memory() {
        let folder = std::env::temp_dir().join(format!("klatch-store-{}", model::unique_name()));
        std::fs::create_dir_all(&folder).expect("a folder");
        let url = DatabaseUrl::Sqlite(folder.join("klatch.db"));
        Db::connect(&url, 1).await.expect("a database").close().await;
        let mut snapshot = Snapshot::open(&url).await.expect("a snapshot");
        let mut statements = Vec::new();
        for table in TABLES {
            statements.push(snapshot.statement_of(table).await.expect("a statement"));
        }
        let scope = |group, is_public, any_kind| Scope { group, is_public, any_kind };
        let one = Some(GroupId(1));
        for scope in [
            scope(None, true, false),
            scope(None, false, false),
            scope(one, true, false),
            scope(one, true, true),
            scope(one, false, false),
        ] {
            for mut part in scope.parts() {
                if part.table.name == "messages" {
                    statements.push(snapshot.statement_of_part(&part).await.expect("a statement"));
                    // The order in a folder.
                    part.table.key = &["topic_id", "seq"];
                }
                statements.push(snapshot.statement_of_part(&part).await.expect("a statement"));
            }
        }
        let Connection::Sqlite(on) = &mut snapshot.0 else { panic!("not SQLite") };
        for statement in statements {
            let plan = AssertSqlSafe(format!("explain query plan {statement}"));
            let steps: Vec<(i64, i64, i64, String)> = sqlx::query_as(plan).fetch_all(&mut *on).await.expect("a plan");
            // Inside of a condition, ids alone are sorted.
            let sorts = steps.iter().any(|(_, parent, _, step)| *parent == 0 && step.contains("TEMP B-TREE"));
            assert!(!sorts, "{statement}\n{steps:?}");
        }
        std::fs::remove_dir_all(&folder).expect("the folder goes");
    }
}
