//! The configuration: read once from the environment; what is missing or bad is said with the variable's name.

use std::fmt;
use std::net::{IpAddr, SocketAddr};
use std::path::PathBuf;
use std::str::FromStr;
use std::time::Duration;

use domain::bus::BusUrl;
use domain::config::{Config, Limits};
use domain::mail::Mailer;
use domain::secrets::SecretKey;
use domain::store::DatabaseUrl;

/// How long a sign-in lasts.
const SESSION: Duration = Duration::from_secs(90 * 24 * 3_600);

/// What is wrong with a setting, with its name.
#[derive(Debug)]
pub struct BadSetting(String);

impl fmt::Display for BadSetting {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::error::Error for BadSetting {}

/// Everything that the environment says.
#[derive(Debug)]
pub struct Settings {
    /// Where files are kept.
    pub data_dir: PathBuf,
    /// Where pages are served.
    pub bind: SocketAddr,
    /// Where polls are served, when they are served alone.
    pub realtime_bind: SocketAddr,
    /// The database.
    pub database: DatabaseUrl,
    /// Connections to Postgres at the most.
    pub connections: u32,
    /// The bus.
    pub bus: BusUrl,
    /// Whose `X-Forwarded-For` is believed.
    pub proxies: Vec<IpAddr>,
    /// How many polls may wait.
    pub polls: Polls,
    /// The way by which letters leave.
    pub mail: Mailer,
    /// What the domain has to know.
    pub config: Config,
}

/// How many polls may wait at once.
#[derive(Clone, Copy, Debug)]
pub struct Polls {
    /// In a process; by default as many as it may have files open, with some to spare.
    pub total: Option<usize>,
    /// Of one account.
    pub per_user: usize,
    /// Of one network address, by readers who are not signed in.
    pub per_address: usize,
}

/// What a command needs of its surroundings.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Needs {
    /// It runs alone if it must: SQLite and memory will do.
    Alone,
    /// Other processes share its database and bus.
    Shared(&'static str),
}

fn var(name: &str) -> Option<String> {
    std::env::var(name).ok().filter(|value| !value.trim().is_empty())
}

fn parsed<T: FromStr>(name: &str, default: T, what: &str) -> Result<T, BadSetting> {
    match var(name) {
        None => Ok(default),
        Some(text) => text.trim().parse().map_err(|_| BadSetting(format!("{name}: `{text}` is not {what}"))),
    }
}

impl Settings {
    /// Reads the environment, and makes the data folder and its secret key where they are needed.
    pub fn read(needs: Needs) -> Result<Self, BadSetting> {
        let data_dir = PathBuf::from(var("KLATCH_DATA_DIR").unwrap_or_else(|| "./klatch-data".to_owned()));
        std::fs::create_dir_all(&data_dir).map_err(|error| {
            BadSetting(format!("KLATCH_DATA_DIR: `{}` cannot be made: {error}", data_dir.display()))
        })?;
        let database = database(&data_dir, needs)?;
        let bus = bus(needs)?;
        let bind =
            parsed("KLATCH_BIND", SocketAddr::from(([127, 0, 0, 1], 8080)), "an address and port, as 127.0.0.1:8080")?;
        let realtime_bind = parsed(
            "KLATCH_REALTIME_BIND",
            SocketAddr::from(([127, 0, 0, 1], 8081)),
            "an address and port, as 127.0.0.1:8081",
        )?;
        let config = Config {
            site_name: var("KLATCH_SITE_NAME").unwrap_or_else(|| "Klatch".to_owned()),
            base_url: base_url(bind)?,
            secret: secret(&data_dir, needs)?,
            limits: limits()?,
            session: SESSION,
        };
        let mail = mail(&data_dir, &config)?;
        let connections = parsed("KLATCH_DATABASE_CONNECTIONS", 16, "a number of connections")?;
        if !(2..=1_000).contains(&connections) {
            return Err(BadSetting("KLATCH_DATABASE_CONNECTIONS: between 2 and 1000".to_owned()));
        }
        Ok(Self {
            data_dir,
            bind,
            realtime_bind,
            database,
            connections,
            bus,
            proxies: proxies()?,
            polls: polls()?,
            mail,
            config,
        })
    }
}

fn database(data_dir: &std::path::Path, needs: Needs) -> Result<DatabaseUrl, BadSetting> {
    match (var("KLATCH_DATABASE_URL"), needs) {
        (None, Needs::Alone) => Ok(DatabaseUrl::Sqlite(data_dir.join("klatch.db"))),
        (Some(url), _) if url.starts_with("postgres://") || url.starts_with("postgresql://") => {
            Ok(DatabaseUrl::Postgres(url))
        }
        (Some(url), Needs::Alone) if url.starts_with("sqlite:") => {
            let path = url.trim_start_matches("sqlite:").trim_start_matches("//");
            Ok(DatabaseUrl::Sqlite(PathBuf::from(path)))
        }
        (None | Some(_), Needs::Shared(command)) => Err(BadSetting(format!(
            "KLATCH_DATABASE_URL: `klatch {command}` needs a Postgres, as postgres://user@host/name"
        ))),
        (Some(_), Needs::Alone) => {
            Err(BadSetting("KLATCH_DATABASE_URL: begins with postgres:// or sqlite:".to_owned()))
        }
    }
}

fn bus(needs: Needs) -> Result<BusUrl, BadSetting> {
    match (var("KLATCH_REDIS_URL"), needs) {
        (None, Needs::Alone) => Ok(BusUrl::Memory),
        (None, Needs::Shared(command)) => {
            Err(BadSetting(format!("KLATCH_REDIS_URL: `klatch {command}` needs a Redis, as redis://host:6379")))
        }
        (Some(url), _) => url.parse().map_err(|error| BadSetting(format!("{error}"))),
    }
}

fn base_url(bind: SocketAddr) -> Result<String, BadSetting> {
    let Some(url) = var("KLATCH_BASE_URL") else { return Ok(format!("http://{bind}")) };
    let url = url.trim().trim_end_matches('/').to_owned();
    let authority = url.strip_prefix("https://").or_else(|| url.strip_prefix("http://"));
    match authority {
        Some(host) if !host.is_empty() && !host.contains(['/', '?', '#', '@', ' ']) => Ok(url),
        _ => {
            Err(BadSetting(format!("KLATCH_BASE_URL: `{url}` is not a scheme and host, as https://forum.example.org")))
        }
    }
}

fn secret(data_dir: &std::path::Path, needs: Needs) -> Result<SecretKey, BadSetting> {
    if let Some(text) = var("KLATCH_SECRET_KEY") {
        return SecretKey::new(&text).ok_or_else(|| BadSetting("KLATCH_SECRET_KEY: at least 32 characters".to_owned()));
    }
    if let Some(path) = var("KLATCH_SECRET_KEY_FILE") {
        let text = std::fs::read_to_string(&path)
            .map_err(|error| BadSetting(format!("KLATCH_SECRET_KEY_FILE: `{path}` cannot be read: {error}")))?;
        return SecretKey::new(&text)
            .ok_or_else(|| BadSetting(format!("KLATCH_SECRET_KEY_FILE: `{path}` holds less than 32 characters")));
    }
    if let Needs::Shared(_) = needs {
        return Err(BadSetting(
            "KLATCH_SECRET_KEY: set it (or KLATCH_SECRET_KEY_FILE), the same for all processes, to at least 32 random characters".to_owned(),
        ));
    }
    own_secret(&data_dir.join("secret.key"))
}

/// The key of a forum that runs alone: made once, readable by its owner only.
fn own_secret(path: &std::path::Path) -> Result<SecretKey, BadSetting> {
    let bad = |what: &str, error: &dyn fmt::Display| {
        BadSetting(format!("KLATCH_DATA_DIR: `{}` cannot be {what}: {error}", path.display()))
    };
    if !path.exists() {
        let text = SecretKey::random().map_err(|error| bad("made", &error))?;
        let mut options = std::fs::OpenOptions::new();
        options.write(true).create_new(true);
        #[cfg(unix)]
        std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
        match options.open(path) {
            Ok(mut file) => {
                std::io::Write::write_all(&mut file, text.as_bytes()).map_err(|error| bad("written", &error))?
            }
            Err(error) if error.kind() == std::io::ErrorKind::AlreadyExists => {}
            Err(error) => return Err(bad("made", &error)),
        }
    }
    let text = std::fs::read_to_string(path).map_err(|error| bad("read", &error))?;
    SecretKey::new(&text)
        .ok_or_else(|| bad("used", &"it holds less than 32 characters; delete it to have a new one made"))
}

/// By SMTP where that is set, else into a folder beside the other files.
fn mail(data_dir: &std::path::Path, config: &Config) -> Result<Mailer, BadSetting> {
    let host = config.base_url.split_once("://").map_or("", |(_, authority)| authority);
    let host = host.split(':').next().unwrap_or_default();
    let (url, from) = (var("KLATCH_SMTP_URL"), var("KLATCH_MAIL_FROM"));
    if url.is_some() && from.is_none() {
        return Err(BadSetting(
            "KLATCH_MAIL_FROM: letters need a sender, as Klatch <klatch@example.org>, where KLATCH_SMTP_URL is set"
                .to_owned(),
        ));
    }
    let from = from.unwrap_or_else(|| format!("klatch@{}", if host.contains('.') { host } else { "localhost" }));
    let from = Mailer::parse_from(&from).map_err(|error| BadSetting(format!("KLATCH_MAIL_FROM: `{from}` {error}")))?;
    match url {
        Some(url) => Mailer::smtp(&url, from).map_err(|error| BadSetting(format!("KLATCH_SMTP_URL: it {error}"))),
        None => Ok(Mailer::folder(data_dir.join("mail"), from)),
    }
}

fn limits() -> Result<Limits, BadSetting> {
    let normal = Limits::default();
    let figure = "a number; 0 lifts the limit";
    let limits = Limits {
        posts_per_minute: parsed("KLATCH_POSTS_PER_MINUTE", normal.posts_per_minute, figure)?,
        sign_ups_per_address: parsed("KLATCH_SIGN_UPS_PER_HOUR", normal.sign_ups_per_address, figure)?,
        ..normal
    };
    match var("KLATCH_LIMITS").as_deref() {
        None | Some("on") => Ok(limits),
        Some("off") => Ok(Limits {
            posts_per_minute: 0,
            posts_per_minute_while_new: 0,
            topics_per_hour: 0,
            topics_per_hour_while_new: 0,
            sign_ins_per_account: 0,
            sign_ins_per_address: 0,
            sign_ups_per_address: 0,
            groups_per_day: 0,
            stars_per_minute: 0,
            mails_per_hour: 0,
            mails_per_mailbox: 0,
            codes_per_account: 0,
            renames_per_day: 0,
            downloads_per_hour: 0,
            searches_per_minute: 0,
            requests_per_day: 0,
            reports_per_day: 0,
            edits_per_minute: 0,
            forms_per_minute: 0,
            warnings_per_day: 0,
            invitations_per_day: 0,
            directs_per_day: 0,
            directs_per_day_while_new: 0,
        }),
        Some(other) => Err(BadSetting(format!("KLATCH_LIMITS: `{other}` is neither on nor off"))),
    }
}

fn polls() -> Result<Polls, BadSetting> {
    let figure = |name, default| match parsed(name, default, "a number of polls")? {
        0 => Err(BadSetting(format!("{name}: at least 1"))),
        number => Ok(number),
    };
    Ok(Polls {
        total: var("KLATCH_POLLS").map(|_| figure("KLATCH_POLLS", 1)).transpose()?,
        per_user: figure("KLATCH_POLLS_PER_USER", 20)?,
        per_address: figure("KLATCH_POLLS_PER_ADDRESS", 200)?,
    })
}

fn proxies() -> Result<Vec<IpAddr>, BadSetting> {
    let text = var("KLATCH_TRUSTED_PROXIES").unwrap_or_default();
    text.split([',', ' '])
        .filter(|part| !part.is_empty())
        .map(|part| part.parse().map_err(|_| BadSetting(format!("KLATCH_TRUSTED_PROXIES: `{part}` is not an address"))))
        .collect()
}
