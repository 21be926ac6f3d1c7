//! A database per test on either kind, copied from one that is migrated once.

use std::hash::{DefaultHasher, Hash, Hasher};
use std::path::{Path, PathBuf};

use model::unique_name;
use sqlx::migrate::Migrator;
use sqlx::postgres::PgConnectOptions;
use sqlx::{AssertSqlSafe, ConnectOptions, Connection, PgConnection};
use tokio::sync::OnceCell;

use crate::db::sql;
use crate::{DatabaseUrl, Db};

/// Returns a future's result and the number of statements it ran, without those of tasks that it spawned.
pub async fn counting_statements<T>(future: impl Future<Output = T>) -> (T, usize) {
    let (result, spent) = crate::spent(future).await;
    (result, spent.statements)
}

/// The environment variable with the URL of the test Postgres: `postgres://user:password@host:port/database`. The user
/// must be allowed to create databases.
pub const SERVER: &str = "KLATCH_TEST_DATABASE_URL";

/// A database for one test, deleted on drop.
#[derive(Debug)]
pub struct TestDb {
    /// A first pool on it.
    pub db: Db,
    /// Its URL, for further pools and processes.
    pub url: DatabaseUrl,
    cleanup: Cleanup,
}

#[derive(Debug)]
enum Cleanup {
    Folder(PathBuf),
    Database { server: String, name: String },
}

impl TestDb {
    /// Creates an SQLite file in the system's temporary folder.
    ///
    /// # Panics
    /// When that fails.
    pub async fn sqlite() -> Self {
        static MIGRATED: OnceCell<Vec<u8>> = OnceCell::const_new();
        let folder = std::env::temp_dir().join(format!("klatch-test-{}", unique_name()));
        std::fs::create_dir_all(&folder).expect("a folder for the test's database");
        let path = folder.join("klatch.db");
        let migrated = MIGRATED.get_or_init(|| migrated_file(&folder)).await;
        std::fs::write(&path, migrated).expect("a new SQLite database");
        let url = DatabaseUrl::Sqlite(path);
        let db = Db::connect(&url, 4).await.expect("the new SQLite database");
        Self { db, url, cleanup: Cleanup::Folder(folder) }
    }

    /// Creates a database on the server that [`SERVER`] names.
    ///
    /// # Panics
    /// When the variable is missing, or the server refuses.
    pub async fn postgres() -> Self {
        let Ok(server) = std::env::var(SERVER) else {
            panic!("{SERVER} is not set: it names the Postgres server that the tests may create databases in");
        };
        let name = format!("klatch_test_{}", unique_name().replace('-', "_"));
        copy_template(&server, &name).await.expect("a new Postgres database");
        let url = database_url(&server, &name).expect("the address of the Postgres server");
        let cleanup = Cleanup::Database { server, name };
        let db = Db::connect(&url, 8).await.expect("the new Postgres database");
        Self { db, url, cleanup }
    }

    /// Opens another pool, as another process would. On SQLite, where only one process has the file, returns the same
    /// pool.
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

/// Returns the content of a migrated, otherwise empty file.
async fn migrated_file(folder: &Path) -> Vec<u8> {
    let path = folder.join("migrated.db");
    let db = Db::connect(&DatabaseUrl::Sqlite(path.clone()), 1).await.expect("a new SQLite database");
    db.close().await;
    std::fs::read(&path).expect("the migrated file")
}

/// The prefix of template names. The rest is a hash of the migrations.
const TEMPLATE: &str = "klatch_template_";

/// How many templates stay on the server: branches with different migrations may be tested in turn.
const TEMPLATES: usize = 3;

/// The advisory lock of the templates: shared to copy one, exclusive to make or drop one.
const TEMPLATE_LOCK: i64 = 0x6b6c_6174_6368;

/// Makes a database from the template of these migrations, and the template if it is missing.
async fn copy_template(server: &str, name: &str) -> Result<(), sqlx::Error> {
    static MIGRATIONS: Migrator = sqlx::migrate!("../../migrations/postgres");
    let mut hasher = DefaultHasher::new();
    MIGRATIONS.iter().for_each(|migration| migration.checksum.hash(&mut hasher));
    let template = format!("{TEMPLATE}{:016x}", hasher.finish());
    let mut connection = connect(server).await?;
    loop {
        run_raw(&mut connection, format!("select pg_advisory_lock_shared({TEMPLATE_LOCK})")).await?;
        if templates(&mut connection).await?.contains(&template) {
            run_raw(&mut connection, format!("create database {name} template {template}")).await?;
            // Closing the connection releases the lock.
            return connection.close().await;
        }
        run_raw(&mut connection, format!("select pg_advisory_unlock_shared({TEMPLATE_LOCK})")).await?;
        run_raw(&mut connection, format!("select pg_advisory_lock({TEMPLATE_LOCK})")).await?;
        make_template(server, &mut connection, &template).await?;
        run_raw(&mut connection, format!("select pg_advisory_unlock({TEMPLATE_LOCK})")).await?;
    }
}

/// Makes the template unless another process did, and drops the oldest ones. The caller holds the exclusive lock.
async fn make_template(server: &str, connection: &mut PgConnection, template: &str) -> Result<(), sqlx::Error> {
    let known = templates(connection).await?;
    if known.iter().any(|name| name == template) {
        return Ok(());
    }
    // It gets its name when complete: a process that is killed leaves an unfinished one, which the next process drops.
    let unfinished = format!("{TEMPLATE}unfinished");
    run_raw(connection, format!("drop database if exists {unfinished} with (force)")).await?;
    run_raw(connection, format!("create database {unfinished}")).await?;
    Db::connect(&database_url(server, &unfinished)?, 1).await?.close().await;
    run_raw(connection, format!("alter database {unfinished} rename to {template}")).await?;
    for old in known.iter().filter(|name| **name != unfinished).skip(TEMPLATES - 1) {
        run_raw(connection, format!("drop database {old} with (force)")).await?;
    }
    Ok(())
}

/// Returns the templates on the server, newest first.
async fn templates(connection: &mut PgConnection) -> Result<Vec<String>, sqlx::Error> {
    let names = "select datname::text from pg_database where starts_with(datname, $1) order by oid desc";
    sqlx::query_scalar(names).bind(TEMPLATE).fetch_all(connection).await
}

fn database_url(server: &str, name: &str) -> Result<DatabaseUrl, sqlx::Error> {
    let options: PgConnectOptions = server.parse()?;
    Ok(DatabaseUrl::Postgres(options.database(name).to_url_lossy().to_string()))
}

async fn connect(server: &str) -> Result<PgConnection, sqlx::Error> {
    let options: PgConnectOptions = server.parse()?;
    PgConnection::connect_with(&options.disable_statement_logging()).await
}

async fn run_raw(connection: &mut PgConnection, statement: String) -> Result<(), sqlx::Error> {
    sqlx::raw_sql(AssertSqlSafe(statement)).execute(connection).await?;
    Ok(())
}

async fn on_server(server: &str, statement: String) -> Result<(), sqlx::Error> {
    let mut connection = connect(server).await?;
    run_raw(&mut connection, statement).await?;
    connection.close().await
}

/// Cleans up on a separate thread, since the test's runtime may be blocked in a drop.
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

/// Runs a statement.
///
/// # Errors
/// When the database refuses it.
pub async fn run(tx: &mut crate::Tx, statement: &'static str) -> Result<u64, sqlx::Error> {
    sql!(run tx, statement)
}
