//! Builds the context that every service gets.

use std::path::Path;
use std::sync::Arc;

use domain::Context;
use domain::bus::{Bus, Control, Hub};
use domain::kv::Kv;
use domain::platform::hashing::Hashing;
use domain::platform::index::Search;
use domain::platform::jobs::Wake;
use domain::site::secret_key::KeyCheck;
use domain::store::{DatabaseUrl, Db};
use domain::time::Clock;
use tokio::sync::broadcast::error::RecvError;

use crate::settings::Settings;

/// The error that ends a command.
pub type Failure = Box<dyn std::error::Error + Send + Sync>;

/// Connects everything. `search` says whether this process answers searches.
pub async fn context(settings: &Settings, search: bool) -> Result<Context, Failure> {
    let db = Db::connect(&settings.database, settings.connections)
        .await
        .map_err(|error| unreachable(&settings.database, &error))?;
    let clock = Clock::System;
    check_key(&db, settings).await?;
    let site = domain::site::id(&db).await?;
    let prefix = settings.redis_prefix.clone().unwrap_or_else(|| format!("klatch:{site}"));
    let bus = Bus::connect(&settings.bus, &prefix, &site, clock.clone()).await?;
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
        sessions: Arc::default(),
        rules: Arc::default(),
        site: Arc::default(),
        hashing: Hashing::default(),
    };
    tokio::spawn(listen(cx.clone()));
    Ok(cx)
}

/// Opens the search index. One that cannot be used is moved aside, and a new one is filled from the database. If that
/// fails too, the forum runs without search.
fn open_search(data_dir: &Path) -> Option<Search> {
    let dir = data_dir.join("search-index");
    let error = match Search::open(&dir) {
        Ok(search) => return Some(search),
        Err(error) => error,
    };
    tracing::error!(%error, "KLATCH_DATA_DIR: the search index in `{}` cannot be used; a new one is filled", dir.display());
    let aside = data_dir.join("search-index.unusable");
    let _ = std::fs::remove_dir_all(&aside);
    let opened = std::fs::rename(&dir, &aside).map_err(|error| error.to_string());
    match opened.and_then(|()| Search::open(&dir).map_err(|error| error.to_string())) {
        Ok(search) => Some(search),
        Err(error) => {
            tracing::error!(error, "there is no search: can this user write in `{}`?", data_dir.display());
            None
        }
    }
}

/// Refuses a secret key that is not this forum's.
async fn check_key(db: &Db, settings: &Settings) -> Result<(), Failure> {
    match domain::site::secret_key::check(db, &settings.config.secret, settings.previous_key.as_ref()).await? {
        KeyCheck::Fits => Ok(()),
        KeyCheck::Replaced(secrets) => {
            tracing::info!(secrets, "the secret key was replaced; KLATCH_SECRET_KEY_PREVIOUS is not needed any more");
            Ok(())
        }
        KeyCheck::Other => {
            Err("KLATCH_SECRET_KEY: this is not the secret key of this forum. Restore the old one (the \
                                file secret.key of the backup, or the setting), or put the old one into \
                                KLATCH_SECRET_KEY_PREVIOUS to replace it"
                .into())
        }
    }
}

/// Says why the database cannot be used.
pub fn unreachable(url: &DatabaseUrl, error: &domain::store::Error) -> String {
    format!("KLATCH_DATABASE_URL: {} does not answer: {error}", place(url))
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
