//! Databases of a test's own, on either kind.

use std::path::PathBuf;

use model::unique_name;
use sqlx::postgres::PgConnectOptions;
use sqlx::{AssertSqlSafe, ConnectOptions, Connection, PgConnection};

use crate::db::sql;
use crate::{DatabaseUrl, Db};

pub use crate::counting::counting_statements;

/// The variable that names the Postgres server for tests: `postgres://user:password@host:port/database`, whose user may
/// create databases.
pub const SERVER: &str = "KLATCH_TEST_DATABASE_URL";

/// A database that is made for one test and goes with it.
#[derive(Debug)]
pub struct TestDb {
    /// A first pool on it.
    pub db: Db,
    /// Where it is, for further pools and processes.
    pub url: DatabaseUrl,
    cleanup: Cleanup,
}

#[derive(Debug)]
enum Cleanup {
    Folder(PathBuf),
    Database { server: String, name: String },
}

impl TestDb {
    /// A new SQLite file in the system's folder for temporary files.
    ///
    /// # Panics
    /// When it cannot be made.
    pub async fn sqlite() -> Self {
        let folder = std::env::temp_dir().join(format!("klatch-test-{}", unique_name()));
        std::fs::create_dir_all(&folder).expect("a folder for the test's database");
        let url = DatabaseUrl::Sqlite(folder.join("klatch.db"));
        let db = Db::connect(&url, 4).await.expect("a new SQLite database");
        Self { db, url, cleanup: Cleanup::Folder(folder) }
    }

    /// A new database in the server that [`SERVER`] names.
    ///
    /// # Panics
    /// When the variable is missing, or the server refuses.
    pub async fn postgres() -> Self {
        let Ok(server) = std::env::var(SERVER) else {
            panic!("{SERVER} is not set: it names the Postgres server that the tests may create databases in");
        };
        let name = format!("klatch_test_{}", unique_name().replace('-', "_"));
        on_server(&server, format!("create database {name}")).await.expect("a new Postgres database");
        let options: PgConnectOptions = server.parse().expect("the address of the Postgres server");
        let url = DatabaseUrl::Postgres(options.database(&name).to_url_lossy().to_string());
        let cleanup = Cleanup::Database { server, name };
        let db = Db::connect(&url, 8).await.expect("the new Postgres database");
        Self { db, url, cleanup }
    }

    /// Another pool on it, as another process would have. On SQLite, where one process has the file, the same one.
    ///
    /// # Panics
    /// When the server refuses.
    pub async fn another(&self) -> Db {
        match &self.url {
            DatabaseUrl::Postgres(_) => Db::connect(&self.url, 8).await.expect("another pool"),
            DatabaseUrl::Sqlite(_) => self.db.clone(),
        }
    }
}

impl Drop for TestDb {
    fn drop(&mut self) {
        match &self.cleanup {
            Cleanup::Folder(folder) => {
                let _ = std::fs::remove_dir_all(folder);
            }
            Cleanup::Database { server, name } => {
                let (server, statement) = (server.clone(), format!("drop database if exists {name} with (force)"));
                on_a_thread("database", async move { on_server(&server, statement).await });
            }
        }
    }
}

async fn on_server(server: &str, statement: String) -> Result<(), sqlx::Error> {
    let options: PgConnectOptions = server.parse()?;
    let mut connection = PgConnection::connect_with(&options.disable_statement_logging()).await?;
    sqlx::raw_sql(AssertSqlSafe(statement)).execute(&mut connection).await?;
    connection.close().await
}

/// Cleans up on a thread of its own: the test's runtime may be blocked in a drop.
pub fn on_a_thread<E: std::fmt::Display>(
    what: &'static str,
    work: impl Future<Output = Result<(), E>> + Send + 'static,
) {
    let _ = std::thread::spawn(move || {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
        if let Ok(runtime) = runtime
            && let Err(error) = runtime.block_on(work)
        {
            eprintln!("a test's {what} stay behind: {error}");
        }
    })
    .join();
}

/// Runs a statement of the test's own.
///
/// # Errors
/// When the database refuses it.
pub async fn run(tx: &mut crate::Tx, statement: &'static str) -> Result<u64, sqlx::Error> {
    sql!(run tx, statement)
}
