//! A connection of its own to either database, outside of every pool.

use std::str::FromStr;
use std::time::Duration;

use sqlx::postgres::PgConnectOptions;
use sqlx::sqlite::{SqliteConnectOptions, SqliteJournalMode, SqliteSynchronous};
use sqlx::{ConnectOptions, Connection as _, Executor, PgConnection, SqliteConnection};

use crate::{DatabaseUrl, Db};

#[derive(Debug)]
pub(super) enum Connection {
    Postgres(PgConnection),
    Sqlite(SqliteConnection),
}

type Result<T> = std::result::Result<T, sqlx::Error>;

impl Connection {
    /// Opens the database. Creates a file only if `creates`.
    pub async fn open(url: &DatabaseUrl, creates: bool) -> Result<Self> {
        match url {
            DatabaseUrl::Postgres(url) => {
                let options = PgConnectOptions::from_str(url)?.application_name("klatch backup");
                Ok(Self::Postgres(options.disable_statement_logging().connect().await?))
            }
            DatabaseUrl::Sqlite(path) => {
                let options = SqliteConnectOptions::new()
                    .filename(path)
                    .create_if_missing(creates)
                    .journal_mode(SqliteJournalMode::Wal)
                    .synchronous(SqliteSynchronous::Full)
                    .busy_timeout(Duration::from_secs(30))
                    .foreign_keys(true)
                    .pragma("temp_store", "memory");
                Ok(Self::Sqlite(options.disable_statement_logging().connect().await?))
            }
        }
    }

    /// Opens the database of a pool.
    pub async fn beside(db: &Db) -> Result<Self> {
        match db {
            Db::Postgres(pool, _) => {
                let options = pool.connect_options().as_ref().clone().application_name("klatch backup");
                Ok(Self::Postgres(options.connect().await?))
            }
            Db::Sqlite(db) => Ok(Self::Sqlite(db.readers().connect_options().as_ref().clone().connect().await?)),
        }
    }

    pub async fn run(&mut self, postgres: &'static str, sqlite: &'static str) -> Result<()> {
        match self {
            Self::Postgres(on) => on.execute(postgres).await.map(|_| ()),
            Self::Sqlite(on) => on.execute(sqlite).await.map(|_| ()),
        }
    }

    /// Keeps others from changing how these tables are made, until the transaction ends. On SQLite, nobody can.
    pub async fn hold(&mut self, tables: &[String]) -> Result<()> {
        let Self::Postgres(on) = self else { return Ok(()) };
        if tables.is_empty() {
            return Ok(());
        }
        let names: Vec<String> = tables.iter().map(|table| format!("\"{table}\"")).collect();
        let statement = format!("lock table {} in access share mode", names.join(", "));
        on.execute(sqlx::AssertSqlSafe(statement)).await.map(|_| ())
    }

    pub async fn close(self) -> Result<()> {
        match self {
            Self::Postgres(on) => on.close().await,
            Self::Sqlite(on) => on.close().await,
        }
    }
}
