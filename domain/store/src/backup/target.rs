//! An empty database that a backup or an export fills.

use sqlx::{AssertSqlSafe, Executor, PgConnection, SqliteConnection};

use super::connection::Connection;
use super::{Column, OF_AN_EMPTY_FORUM, TABLES, Table, catalogue, statements};
use crate::DatabaseUrl;
use crate::db::{POSTGRES, SQLITE};

type Result<T> = std::result::Result<T, sqlx::Error>;

/// A connection of its own to the database to fill.
#[derive(Debug)]
pub struct Target(Connection);

impl Target {
    /// The version of the schema of this program.
    pub fn latest_schema() -> i64 {
        SQLITE.iter().map(|migration| migration.version).max().unwrap_or_default()
    }

    /// The version before that. Numbers have gaps.
    #[cfg(feature = "testing")]
    pub fn schema_before() -> i64 {
        let latest = Self::latest_schema();
        SQLITE.iter().map(|migration| migration.version).filter(|version| *version < latest).max().unwrap_or_default()
    }

    /// Opens the database. Creates a file that is absent, without a schema.
    ///
    /// # Errors
    /// When the database cannot be reached.
    pub async fn open(url: &DatabaseUrl) -> Result<Self> {
        Connection::open(url, true).await.map(Self)
    }

    /// The version of the schema; `None` if there is none yet.
    pub async fn schema(&mut self) -> Result<Option<i64>> {
        catalogue::schema(&mut self.0).await
    }

    /// The first table with rows that a new forum does not have.
    pub async fn first_with_rows(&mut self) -> Result<Option<&'static str>> {
        let there = catalogue::tables(&mut self.0).await?;
        let is_of_forum =
            |table: &&Table| there.iter().any(|name| name == table.name) && !OF_AN_EMPTY_FORUM.contains(&table.name);
        for table in TABLES.iter().filter(is_of_forum) {
            let statement = AssertSqlSafe(format!("select exists (select 1 from \"{}\")", table.name));
            let has_rows: bool = match &mut self.0 {
                Connection::Postgres(on) => sqlx::query_scalar(statement).fetch_one(on).await?,
                Connection::Sqlite(on) => sqlx::query_scalar(statement).fetch_one(on).await?,
            };
            if has_rows {
                return Ok(Some(table.name));
            }
        }
        Ok(None)
    }

    /// How many connections of running processes of the forum the server sees; 0 on SQLite, whose file has a lock.
    pub async fn services(&mut self) -> Result<i64> {
        let others = "select count(*) from pg_stat_activity
             where datname = current_database() and application_name = 'klatch' and pid <> pg_backend_pid()";
        match &mut self.0 {
            Connection::Postgres(on) => sqlx::query_scalar(others).fetch_one(on).await,
            Connection::Sqlite(_) => Ok(0),
        }
    }

    /// Migrates an empty database up to a version.
    ///
    /// # Errors
    /// When a migration fails.
    pub async fn migrate_to(&mut self, version: i64) -> Result<()> {
        match &mut self.0 {
            Connection::Postgres(on) => POSTGRES.run_direct(Some(version), on, false).await?,
            Connection::Sqlite(on) => SQLITE.run_direct(Some(version), on, false).await?,
        }
        Ok(())
    }

    /// Begins the transaction that fills the database, and deletes what a new forum filled by itself if `clears`.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn begin(&mut self, clears: bool) -> Result<()> {
        self.0.run("begin", "begin immediate").await?;
        // One statement may fill a table, or the time between two may be long.
        self.0.run("set local statement_timeout = 0", "select 1").await?;
        self.0.run("set local idle_in_transaction_session_timeout = 0", "select 1").await?;
        if clears {
            let there = catalogue::tables(&mut self.0).await?;
            for table in OF_AN_EMPTY_FORUM.iter().filter(|table| there.iter().any(|name| name == *table)) {
                self.execute(format!("delete from \"{table}\"")).await?;
            }
        }
        Ok(())
    }

    /// The columns of a table, by name; none if there is no such table.
    pub async fn columns(&mut self, table: &str) -> Result<Vec<Column>> {
        catalogue::columns(&mut self.0, table).await
    }

    /// Inserts a JSON array of objects that have these columns. Returns how many rows there are now in addition.
    ///
    /// # Errors
    /// When a row breaks a rule of the schema.
    pub async fn insert(&mut self, table: &str, columns: &[Column], rows: &str) -> Result<u64> {
        match &mut self.0 {
            Connection::Postgres(on) => {
                let statement = AssertSqlSafe(statements::insert(true, table, columns));
                Ok(sqlx::query(statement).bind(rows).execute(on).await?.rows_affected())
            }
            Connection::Sqlite(on) => {
                let statement = AssertSqlSafe(statements::insert(false, table, columns));
                Ok(sqlx::query(statement).bind(rows).execute(on).await?.rows_affected())
            }
        }
    }

    /// Makes a table give ids above `last`.
    ///
    /// # Errors
    /// When the table has no generated ids.
    pub async fn set_sequence(&mut self, table: &str, last: i64) -> Result<()> {
        match &mut self.0 {
            Connection::Postgres(on) if last > 0 => set_on_postgres(on, table, last).await,
            Connection::Postgres(_) => Ok(()),
            Connection::Sqlite(on) => set_on_sqlite(on, table, last).await,
        }
    }

    /// Sets the sequences of all tables by the ids that the rows have. For exports, which contain no sequences.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn set_sequences_by_rows(&mut self) -> Result<()> {
        let there = catalogue::tables(&mut self.0).await?;
        // SQLite does it by itself.
        let Connection::Postgres(on) = &mut self.0 else { return Ok(()) };
        for table in TABLES.iter().filter(|table| table.key == ["id"] && there.iter().any(|name| name == table.name)) {
            let largest = AssertSqlSafe(format!("select coalesce(max(id), 0) from \"{}\"", table.name));
            let largest: i64 = sqlx::query_scalar(largest).fetch_one(&mut *on).await?;
            if largest > 0 {
                set_on_postgres(on, table.name, largest).await?;
            }
        }
        Ok(())
    }

    /// Commits. Returns when everything is on the disk.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn commit(&mut self) -> Result<()> {
        self.0.run("commit", "commit").await?;
        // So that the planner knows the tables' sizes from the first page on. What was filled is there without it too.
        let _ = self.0.run("analyze", "pragma optimize = 0x10002").await;
        Ok(())
    }

    /// Closes the connection. What was not committed is undone.
    pub async fn close(self) {
        let _ = self.0.close().await;
    }

    async fn execute(&mut self, statement: String) -> Result<()> {
        match &mut self.0 {
            Connection::Postgres(on) => on.execute(AssertSqlSafe(statement)).await.map(|_| ()),
            Connection::Sqlite(on) => on.execute(AssertSqlSafe(statement)).await.map(|_| ()),
        }
    }
}

async fn set_on_postgres(on: &mut PgConnection, table: &str, last: i64) -> Result<()> {
    let statement = format!("select setval(pg_get_serial_sequence('\"{table}\"', 'id'), $1)");
    let _: i64 = sqlx::query_scalar(AssertSqlSafe(statement)).bind(last).fetch_one(on).await?;
    Ok(())
}

async fn set_on_sqlite(on: &mut SqliteConnection, table: &str, last: i64) -> Result<()> {
    sqlx::query("delete from sqlite_sequence where name = $1").bind(table).execute(&mut *on).await?;
    sqlx::query("insert into sqlite_sequence (name, seq) values ($1, $2)").bind(table).bind(last).execute(on).await?;
    Ok(())
}
