//! Builds the context that every service gets.

use std::path::Path;
use std::sync::Arc;
use std::time::{Duration, Instant};

use domain::bus::{Bus, BusError, Control, Hub};
use domain::kv::Kv;
use domain::live::unread;
use domain::platform::hashing::Hashing;
use domain::platform::index::Search;
use domain::platform::jobs::Wake;
use domain::platform::outbound::Outbound;
use domain::platform::remote::Remote;
use domain::site::secret_key::KeyCheck;
use domain::store::{DatabaseUrl, Db};
use domain::time::Clock;
use domain::{Context, backup};
use tokio::sync::broadcast::error::RecvError;

use crate::settings::Settings;

/// The error that ends a command.
pub type Failure = Box<dyn std::error::Error + Send + Sync>;

/// The pause between two attempts to reach a server at the start of a service.
const AGAIN: Duration = Duration::from_secs(1);
/// The time between two log lines about it.
const REMINDER: Duration = Duration::from_secs(10);

/// Connects a service. It waits for servers that are down. `search` says whether it answers searches.
pub async fn service(settings: &Settings, search: bool) -> Result<Context, Failure> {
    let cx = connect(settings, search, true).await?;
    unread::begin(&cx).await;
    if search {
        // It takes uploads. The forum can be read without its files, so this stops nothing.
        let files = cx.files.clone();
        tokio::spawn(async move {
            if let Err(error) = files.check().await {
                tracing::error!(%error, "KLATCH_FILES: cannot use {}", files.place());
            }
        });
    }
    Ok(cx)
}

/// Connects a command. It fails when a server is down.
pub async fn context(settings: &Settings, search: bool) -> Result<Context, Failure> {
    connect(settings, search, false).await
}

async fn connect(settings: &Settings, search: bool, waits: bool) -> Result<Context, Failure> {
    if let Some(folder) = &settings.backups.before_migration {
        until_up(
            waits,
            async || before_migration(settings, folder).await,
            domain::Error::is_unavailable,
            |error| match error {
                domain::Error::Database(error) => unreachable(&settings.database, error),
                error => format!(
                    "the backup before the migration failed: {error}. Fix this, or set \
                     KLATCH_BACKUP_BEFORE_MIGRATION=off to migrate without a backup"
                ),
            },
        )
        .await?;
    }
    let db = until_up(
        waits,
        async || Db::connect(&settings.database, settings.connections).await,
        domain::store::is_away,
        |error| unreachable(&settings.database, error),
    )
    .await?;
    let clock = Clock::System;
    check_key(&db, settings).await?;
    let site = domain::site::id(&db).await?;
    let prefix = settings.redis_prefix.clone().unwrap_or_else(|| format!("klatch:{site}"));
    let bus = until_up(
        waits,
        async || Bus::connect(&settings.bus, &prefix, &site, clock.clone()).await,
        |error| matches!(error, BusError::Unreachable { .. }),
        ToString::to_string,
    )
    .await?;
    let search = if search { open_search(&settings.data_dir) } else { None };
    let cx = Context {
        hub: Hub::new(bus.clone()),
        kv: Kv::beside(&bus),
        wake: Wake::new(&db),
        bus,
        db,
        clock,
        config: Arc::new(settings.config.clone()),
        search,
        mail: settings.mail.clone(),
        files: settings.files.clone(),
        sessions: Arc::default(),
        credentials: Arc::default(),
        rules: Arc::default(),
        group_names: Arc::default(),
        site: Arc::default(),
        webhooks: Arc::default(),
        outbound: Outbound::new(settings.webhook_allow.clone()),
        remote: Arc::new(Remote::new(
            Outbound::for_messages(settings.fetching.allow.clone()),
            settings.data_dir.join("image-cache"),
            settings.fetching.image_cache,
        )),
        hashing: Hashing::default(),
        backpressure: Arc::default(),
        health: Arc::default(),
    };
    tokio::spawn(listen(cx.clone()));
    Ok(cx)
}

/// Backs up a database that this version will migrate.
async fn before_migration(settings: &Settings, folder: &Path) -> Result<(), domain::Error> {
    let order = |file| backup::Order {
        file,
        secret: settings.config.secret.clone(),
        previous: settings.previous_key.clone(),
        passphrase: settings.backups.passphrase.clone(),
        // A migration does not touch them.
        files: None,
        now: Clock::System.now(),
    };
    backup::before_migration(&settings.database, folder, order).await.map(drop)
}

/// Returns what `connect` returns. If `waits`, tries again while the server is down, and says so in the log.
async fn until_up<T, E>(
    waits: bool,
    connect: impl AsyncFn() -> Result<T, E>,
    is_down: impl Fn(&E) -> bool,
    says: impl Fn(&E) -> String,
) -> Result<T, Failure> {
    let mut reminded: Option<Instant> = None;
    loop {
        match connect().await {
            Ok(connected) => return Ok(connected),
            Err(error) if waits && is_down(&error) => {
                if reminded.is_none_or(|at| at.elapsed() >= REMINDER) {
                    tracing::warn!("waiting to start: {}", says(&error));
                    reminded = Some(Instant::now());
                }
                tokio::time::sleep(AGAIN).await;
            }
            Err(error) => return Err(says(&error).into()),
        }
    }
}

/// Opens the search index. One that cannot be used is moved aside, and a new one is filled from the database. If that
/// fails too, the forum runs without search.
fn open_search(data_dir: &Path) -> Option<Search> {
    let dir = data_dir.join("search-index");
    let error = match Search::open(&dir) {
        Ok(search) => return Some(search),
        Err(error) => error,
    };
    tracing::error!(%error, "KLATCH_DATA_DIR: cannot use the search index in `{}`; building a new one", dir.display());
    let aside = data_dir.join("search-index.unusable");
    let _ = std::fs::remove_dir_all(&aside);
    let opened = std::fs::rename(&dir, &aside).map_err(|error| error.to_string());
    match opened.and_then(|()| Search::open(&dir).map_err(|error| error.to_string())) {
        Ok(search) => Some(search),
        Err(error) => {
            tracing::error!(error, "search is unavailable; check that this user can write to `{}`", data_dir.display());
            None
        }
    }
}

/// Refuses a secret key that is not this forum's.
async fn check_key(db: &Db, settings: &Settings) -> Result<(), Failure> {
    match domain::site::secret_key::check(db, &settings.config.secret, settings.previous_key.as_ref()).await? {
        KeyCheck::Fits => {}
        KeyCheck::Replaced(secrets) => {
            tracing::info!(secrets, "replaced the secret key; KLATCH_SECRET_KEY_PREVIOUS is no longer needed");
        }
        KeyCheck::Other => {
            return Err("KLATCH_SECRET_KEY: this is not the secret key of this forum. Restore the old key (the \
                                file secret.key or the setting), or set KLATCH_SECRET_KEY_PREVIOUS to the old \
                                key to replace it"
                .into());
        }
    }
    // The first start creates the key pair for push messages.
    domain::platform::webpush::key(db, &settings.config.secret).await?;
    Ok(())
}

/// Says why the database cannot be used.
pub fn unreachable(url: &DatabaseUrl, error: &domain::store::Error) -> String {
    format!("KLATCH_DATABASE_URL: {} {}", place(url), domain::store::why_not_connected(error))
}

/// Describes the database without its password.
pub fn place(url: &DatabaseUrl) -> String {
    match url {
        DatabaseUrl::Sqlite(path) => format!("the file `{}`", path.display()),
        DatabaseUrl::Postgres(url) => {
            let after = url.split_once("://").map_or("", |(_, rest)| rest);
            let host = after.rsplit_once('@').map_or(after, |(_, host)| host);
            format!("Postgres at `{}`", host.split(['/', '?']).next().unwrap_or_default())
        }
    }
}

/// Keeps this process's caches up to date with the control messages of other processes.
async fn listen(cx: Context) {
    let mut words = cx.bus.controls();
    loop {
        let word = match words.recv().await {
            Ok(word) => word,
            Err(RecvError::Lagged(_)) => Control::Reconnected,
            Err(RecvError::Closed) => return,
        };
        cx.handle(&word);
    }
}
