//! A test's database, accessed past the program.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::time::{SystemTime, UNIX_EPOCH};

use klatch_bench::site::Relay;
use sqlx::postgres::PgConnectOptions;
use sqlx::sqlite::SqliteConnectOptions;
use sqlx::{AssertSqlSafe, ConnectOptions, Connection, PgConnection, SqliteConnection};

/// Names a Postgres whose user may create databases.
const SERVER: &str = "KLATCH_TEST_DATABASE_URL";

#[derive(Clone, Debug)]
pub enum Database {
    /// A file, deleted with the test's folder.
    Sqlite(PathBuf),
    Postgres {
        /// The URL of the server, for making and dropping the database.
        server: String,
        name: String,
    },
}

impl Database {
    pub async fn postgres() -> Self {
        let Ok(server) = std::env::var(SERVER) else {
            panic!(
                "{SERVER} is not set: it names the Postgres server that the tests may create databases in (./check starts one)"
            );
        };
        let now = SystemTime::now().duration_since(UNIX_EPOCH).expect("a clock").as_nanos();
        let name = format!("klatch_whole_{}_{now}", std::process::id());
        on_server(&server, format!("create database {name}")).await.expect("a new Postgres database");
        Self::Postgres { server, name }
    }

    /// Returns its address for `KLATCH_DATABASE_URL`.
    pub fn url(&self) -> String {
        match self {
            Self::Sqlite(path) => format!("sqlite:{}", path.display()),
            Self::Postgres { server, name } => options(server).database(name).to_url_lossy().to_string(),
        }
    }

    /// Starts a relay before a Postgres on this machine. Returns it with the database's address through it.
    pub async fn relayed(&self) -> (Relay, String) {
        let Self::Postgres { server, name } = self else { panic!("this is not Postgres") };
        let straight = options(server).database(name);
        let relay = Relay::start(straight.get_port()).await;
        let url = straight.host("127.0.0.1").port(relay.port()).to_url_lossy().to_string();
        (relay, url)
    }

    pub fn drop(&self) {
        let Self::Postgres { server, name } = self else { return };
        let (server, sql) = (server.clone(), format!("drop database if exists {name} with (force)"));
        let dropped = std::thread::spawn(move || {
            let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().ok()?;
            runtime.block_on(on_server(&server, sql)).ok()
        });
        let _ = dropped.join();
    }

    /// Runs a statement on Postgres.
    pub async fn run(&self, sql: &str) {
        let sql = AssertSqlSafe(sql.to_owned());
        sqlx::query(sql).execute(&mut self.connect().await).await.expect("a statement that works");
    }

    pub async fn number(&self, sql: &str) -> i64 {
        let sql = AssertSqlSafe(sql.to_owned());
        match self {
            Self::Sqlite(path) => sqlx::query_scalar(sql).fetch_one(&mut sqlite(path).await).await,
            Self::Postgres { .. } => sqlx::query_scalar(sql).fetch_one(&mut self.connect().await).await,
        }
        .expect("a number")
    }

    pub async fn text(&self, sql: &str) -> String {
        let sql = AssertSqlSafe(sql.to_owned());
        match self {
            Self::Sqlite(path) => sqlx::query_scalar(sql).fetch_one(&mut sqlite(path).await).await,
            Self::Postgres { .. } => sqlx::query_scalar(sql).fetch_one(&mut self.connect().await).await,
        }
        .expect("a text")
    }

    /// Returns the rows of a statement with one text.
    pub async fn texts(&self, sql: &str) -> Vec<String> {
        let sql = AssertSqlSafe(sql.to_owned());
        match self {
            Self::Sqlite(path) => sqlx::query_scalar(sql).fetch_all(&mut sqlite(path).await).await,
            Self::Postgres { .. } => sqlx::query_scalar(sql).fetch_all(&mut self.connect().await).await,
        }
        .expect("texts")
    }

    /// Returns all rows of all tables, as text.
    pub async fn dump(&self) -> BTreeMap<String, Vec<String>> {
        let mut all = BTreeMap::new();
        match self {
            Self::Sqlite(path) => {
                let mut db = sqlite(path).await;
                let tables = "select name from sqlite_master where type = 'table' and name not like 'sqlite_%' and name not like '\\_%' escape '\\'";
                let tables: Vec<String> = sqlx::query_scalar(tables).fetch_all(&mut db).await.expect("the tables");
                for table in tables {
                    let columns = format!(
                        "select group_concat('quote(\"' || name || '\")', ' || '','' || ') from pragma_table_info('{table}')"
                    );
                    let columns: String =
                        sqlx::query_scalar(AssertSqlSafe(columns)).fetch_one(&mut db).await.expect("its columns");
                    let rows = AssertSqlSafe(format!("select {columns} from \"{table}\" order by 1"));
                    all.insert(table, sqlx::query_scalar(rows).fetch_all(&mut db).await.expect("its rows"));
                }
            }
            Self::Postgres { .. } => {
                let mut db = self.connect().await;
                let tables =
                    "select tablename::text from pg_tables where schemaname = 'public' and tablename not like '\\_%'";
                let tables: Vec<String> = sqlx::query_scalar(tables).fetch_all(&mut db).await.expect("the tables");
                for table in tables {
                    let rows = AssertSqlSafe(format!("select t::text from \"{table}\" t order by 1"));
                    all.insert(table, sqlx::query_scalar(rows).fetch_all(&mut db).await.expect("its rows"));
                }
            }
        }
        all
    }

    async fn connect(&self) -> PgConnection {
        let Self::Postgres { server, name } = self else { panic!("this is not Postgres") };
        options(server).database(name).connect().await.expect("a connection to Postgres")
    }
}

async fn sqlite(path: &std::path::Path) -> SqliteConnection {
    SqliteConnectOptions::new().filename(path).read_only(true).connect().await.expect("the SQLite file")
}

fn options(server: &str) -> PgConnectOptions {
    server.parse().expect("the address of the Postgres server")
}

async fn on_server(server: &str, sql: String) -> Result<(), sqlx::Error> {
    let mut connection = PgConnection::connect_with(&options(server)).await?;
    sqlx::query(AssertSqlSafe(sql)).execute(&mut connection).await?;
    connection.close().await
}
