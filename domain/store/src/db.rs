//! The two databases behind one enum, and the macro that runs one statement text on either.

use std::path::PathBuf;
use std::str::FromStr;
use std::time::Duration;

use model::outage::{Outage, Probe, Signs};
use sqlx::migrate::Migrator;
use sqlx::postgres::{PgConnectOptions, PgPoolOptions};
use sqlx::sqlite::SqliteConnectOptions;
use sqlx::{ConnectOptions, Connection, PgConnection, PgPool, SqliteConnection, SqlitePool};

use crate::sqlite::{CLOSING, SqliteDb, SqliteTx};

/// How long to wait for a connection. Shorter than the patience of the proxy in front.
const ACQUIRE: Duration = Duration::from_secs(4);
/// A connection that was idle for longer is tested before use.
const IDLE: Duration = Duration::from_secs(1);

/// The migrations of both databases, with the same numbers and names.
pub(crate) static POSTGRES: Migrator = sqlx::migrate!("../../migrations/postgres");
pub(crate) static SQLITE: Migrator = sqlx::migrate!("../../migrations/sqlite");

/// The database of the forum.
#[derive(Clone, Debug)]
pub enum Db {
    /// A Postgres server, shared by all processes.
    Postgres(PgPool, Outage<sqlx::Error>),
    /// A file that belongs to this process.
    Sqlite(SqliteDb),
}

/// An open transaction. It is rolled back when it is dropped without [`Tx::commit`].
#[derive(Debug)]
pub enum Tx {
    Postgres(sqlx::Transaction<'static, sqlx::Postgres>, Outage<sqlx::Error>),
    Sqlite(SqliteTx),
}

/// What a statement runs on, one variant per database.
pub(crate) enum On<P, S> {
    Postgres(P),
    Sqlite(S),
}

/// The location of the database.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum DatabaseUrl {
    /// `postgres://...`
    Postgres(String),
    /// A file, created when absent.
    Sqlite(PathBuf),
}

impl Db {
    /// Whether the database contains a forum. Creates nothing.
    ///
    /// # Errors
    /// When the server does not answer, or the file is no database.
    pub async fn has_forum(url: &DatabaseUrl) -> Result<bool, sqlx::Error> {
        match url {
            DatabaseUrl::Postgres(url) => {
                let mut conn = PgConnectOptions::from_str(url)?.connect().await?;
                sqlx::query_scalar("select to_regclass('messages') is not null").fetch_one(&mut conn).await
            }
            DatabaseUrl::Sqlite(path) if !path.is_file() => Ok(false),
            DatabaseUrl::Sqlite(path) => {
                let mut conn = SqliteConnectOptions::new().filename(path).connect().await?;
                let tables = "select count(*) > 0 from sqlite_master where type = 'table' and name = 'messages'";
                let has_tables = sqlx::query_scalar(tables).fetch_one(&mut conn).await?;
                conn.close().await?;
                Ok(has_tables)
            }
        }
    }

    /// Connects and migrates the schema under a lock, so that many processes may start at once.
    ///
    /// # Errors
    /// When the server does not answer within ten seconds, or a migration fails.
    pub async fn connect(url: &DatabaseUrl, max_connections: u32) -> Result<Self, sqlx::Error> {
        match url {
            DatabaseUrl::Postgres(url) => {
                let options = PgConnectOptions::from_str(url)?
                    .application_name("klatch")
                    .statement_cache_capacity(256)
                    .disable_statement_logging();
                // Says why it fails. A pool would only say that the wait timed out.
                options.connect().await?.close().await?;
                let pool = PgPoolOptions::new()
                    .max_connections(max_connections)
                    .acquire_timeout(ACQUIRE)
                    .test_before_acquire(false)
                    // A restarted server leaves dead connections behind, so idle ones are tested before use.
                    .before_acquire(|connection, about| {
                        Box::pin(async move {
                            if about.idle_for > IDLE {
                                connection.ping().await?;
                            }
                            Ok(true)
                        })
                    })
                    .connect_with(options.clone())
                    .await?;
                POSTGRES.run(&pool).await?;
                Ok(Self::Postgres(pool, outage(options)))
            }
            DatabaseUrl::Sqlite(path) => {
                let lock = std::fs::File::create(path.with_extension("lock"))?;
                let lock = tokio::task::spawn_blocking(move || lock.lock().map(|()| lock))
                    .await
                    .map_err(|_| sqlx::Error::WorkerCrashed)??;
                let db = SqliteDb::open(path).await?;
                db.migrate(&SQLITE).await?;
                drop(lock);
                Ok(Self::Sqlite(db))
            }
        }
    }

    /// The same database with a pool of up to `connections` connections of its own. A thread with its own runtime
    /// needs one: a connection works best on the runtime that opened it, and ends with it.
    pub fn for_thread(&self, connections: u32) -> Self {
        match self {
            Self::Postgres(pool, outage) => {
                let options = pool.options().clone().max_connections(connections);
                Self::Postgres(options.connect_lazy_with((*pool.connect_options()).clone()), outage.clone())
            }
            Self::Sqlite(db) => Self::Sqlite(db.clone()),
        }
    }

    /// The maximum number of simultaneous connections.
    pub fn connections(&self) -> u32 {
        match self {
            Self::Postgres(pool, _) => pool.options().get_max_connections(),
            Self::Sqlite(_) => 1,
        }
    }

    /// Opens a transaction that may write. On SQLite it waits for the single writer.
    pub async fn begin(&self) -> Result<Tx, sqlx::Error> {
        match self {
            Self::Postgres(pool, outage) => Ok(Tx::Postgres(outage.guard(pool.begin()).await?, outage.clone())),
            Self::Sqlite(db) => Ok(Tx::Sqlite(db.begin().await?)),
        }
    }

    pub(crate) fn on(&self) -> On<&PgPool, &SqlitePool> {
        crate::timing::count_statement();
        match self {
            Self::Postgres(pool, _) => On::Postgres(pool),
            Self::Sqlite(db) => On::Sqlite(db.readers()),
        }
    }

    /// Returns what knows whether the server is down; `None` without a server.
    pub(crate) fn outage(&self) -> Option<Outage<sqlx::Error>> {
        match self {
            Self::Postgres(_, outage) => Some(outage.clone()),
            Self::Sqlite(_) => None,
        }
    }

    /// Closes the connections. Committed data is on the disk.
    pub async fn close(&self) {
        match self {
            // A connection that is given back while its thread's runtime ends never arrives.
            Self::Postgres(pool, _) => drop(tokio::time::timeout(CLOSING, pool.close()).await),
            Self::Sqlite(db) => db.close().await,
        }
    }
}

/// Watches over a server with connections of its own, since those of a pool may all be taken.
fn outage(options: PgConnectOptions) -> Outage<sqlx::Error> {
    let signs = Signs { server: "Postgres", is_suspect: crate::is_away, down };
    Outage::new(signs, move || {
        let options = options.clone();
        let probe: Probe = Box::pin(async move {
            let answer = async {
                let mut connection = options.connect().await?;
                connection.ping().await?;
                connection.close().await
            };
            match answer.await {
                // A server that is full answers too.
                Err(error) if crate::is_down(&error) => Err(error.to_string()),
                Ok(()) | Err(_) => Ok(()),
            }
        });
        probe
    })
}

/// The error of statements while the server is down.
fn down() -> sqlx::Error {
    sqlx::Error::Io(std::io::Error::new(std::io::ErrorKind::NotConnected, "Postgres is down"))
}

impl Tx {
    /// Commits. Returns when everything in the transaction is durable.
    pub async fn commit(self) -> Result<(), sqlx::Error> {
        match self {
            Self::Postgres(tx, outage) => outage.guard(tx.commit()).await,
            Self::Sqlite(tx) => tx.commit().await,
        }
    }

    pub(crate) fn on(&mut self) -> On<&mut PgConnection, &mut SqliteConnection> {
        crate::timing::count_statement();
        match self {
            Self::Postgres(tx, _) => On::Postgres(&mut **tx),
            Self::Sqlite(tx) => On::Sqlite(tx.conn()),
        }
    }

    /// Returns what knows whether the server is down; `None` without a server.
    pub(crate) fn outage(&self) -> Option<Outage<sqlx::Error>> {
        match self {
            Self::Postgres(_, outage) => Some(outage.clone()),
            Self::Sqlite(_) => None,
        }
    }
}

/// Runs one statement on the database of `$on` (a `Db` to read, a `Tx` to read and write):
/// `sql!(all db, Row, "select ...", bind, ...)`. The first word chooses the result:
/// - `all` is a `Vec<Row>`, `opt` an `Option<Row>`, `one` a `Row`.
/// - `values`, `opt_value` and `value` are the same for a single column.
/// - `run` is the number of affected rows.
///
/// Where the databases need different SQL: `pg "..." lite "..."`.
macro_rules! sql {
    (@go $on:expr, $call:ident, $fetch:ident, $ty:ty, $pg:expr, $lite:expr, $($bind:expr),*) => {{
        let outage = $on.outage();
        match $on.on() {
            $crate::db::On::Postgres(on) => $crate::timing::timed(outage, $pg, sqlx::$call::<sqlx::Postgres, $ty>($pg)$(.bind($bind))*.$fetch(on)).await,
            $crate::db::On::Sqlite(on) => $crate::timing::timed(None, $lite, sqlx::$call::<sqlx::Sqlite, $ty>($lite)$(.bind($bind))*.$fetch(on)).await,
        }
    }};
    (@run $on:expr, $pg:expr, $lite:expr, $($bind:expr),*) => {{
        let outage = $on.outage();
        match $on.on() {
            $crate::db::On::Postgres(on) => $crate::timing::timed(outage, $pg, sqlx::query($pg)$(.bind($bind))*.execute(on)).await.map(|done| done.rows_affected()),
            $crate::db::On::Sqlite(on) => $crate::timing::timed(None, $lite, sqlx::query($lite)$(.bind($bind))*.execute(on)).await.map(|done| done.rows_affected()),
        }
    }};
    (all $on:expr, $ty:ty, pg $pg:expr, lite $lite:expr $(, $bind:expr)* $(,)?) => { sql!(@go $on, query_as, fetch_all, $ty, $pg, $lite, $($bind),*) };
    (opt $on:expr, $ty:ty, pg $pg:expr, lite $lite:expr $(, $bind:expr)* $(,)?) => { sql!(@go $on, query_as, fetch_optional, $ty, $pg, $lite, $($bind),*) };
    (one $on:expr, $ty:ty, pg $pg:expr, lite $lite:expr $(, $bind:expr)* $(,)?) => { sql!(@go $on, query_as, fetch_one, $ty, $pg, $lite, $($bind),*) };
    (run $on:expr, pg $pg:expr, lite $lite:expr $(, $bind:expr)* $(,)?) => { sql!(@run $on, $pg, $lite, $($bind),*) };
    (all $on:expr, $ty:ty, $sql:expr $(, $bind:expr)* $(,)?) => { sql!(@go $on, query_as, fetch_all, $ty, $sql, $sql, $($bind),*) };
    (opt $on:expr, $ty:ty, $sql:expr $(, $bind:expr)* $(,)?) => { sql!(@go $on, query_as, fetch_optional, $ty, $sql, $sql, $($bind),*) };
    (one $on:expr, $ty:ty, $sql:expr $(, $bind:expr)* $(,)?) => { sql!(@go $on, query_as, fetch_one, $ty, $sql, $sql, $($bind),*) };
    (values $on:expr, $ty:ty, $sql:expr $(, $bind:expr)* $(,)?) => { sql!(@go $on, query_scalar, fetch_all, $ty, $sql, $sql, $($bind),*) };
    (opt_value $on:expr, $ty:ty, $sql:expr $(, $bind:expr)* $(,)?) => { sql!(@go $on, query_scalar, fetch_optional, $ty, $sql, $sql, $($bind),*) };
    (value $on:expr, $ty:ty, $sql:expr $(, $bind:expr)* $(,)?) => { sql!(@go $on, query_scalar, fetch_one, $ty, $sql, $sql, $($bind),*) };
    (run $on:expr, $sql:expr $(, $bind:expr)* $(,)?) => { sql!(@run $on, $sql, $sql, $($bind),*) };
}

pub(crate) use sql;
