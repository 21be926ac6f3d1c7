//! The configuration, read once from the environment and, if named, an environment file. A missing or bad setting is an
//! error that names the variable.

use std::fmt;
use std::net::SocketAddr;
use std::path::PathBuf;
use std::str::FromStr;
use std::time::Duration;

use domain::bus::BusUrl;
use domain::platform::config::{Config, Limits};
use domain::platform::mail::Mailer;
use domain::platform::outbound::Allowed;
use domain::platform::secrets::SecretKey;
use domain::platform::storage::Files;
use domain::site::proxies::Proxies;
use domain::store::DatabaseUrl;
use mail_in::Address;

use crate::backup_settings::Backups;
use crate::environment::Environment;
use crate::fetch_settings::Fetching;
use crate::{keys, receive, storage_settings};

/// A bad setting: what is wrong, with the setting's name.
#[derive(Debug)]
pub struct BadSetting(String);

impl BadSetting {
    /// Creates the error. The text must name the setting.
    pub fn new(words: String) -> Self {
        Self(words)
    }
}

impl fmt::Display for BadSetting {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::error::Error for BadSetting {}

/// The settings of the program.
#[derive(Debug)]
#[allow(missing_docs)]
pub struct Settings {
    pub data_dir: PathBuf,
    /// Where pages are served.
    pub bind: SocketAddr,
    /// Where polls are served by `klatch realtime`.
    pub realtime_bind: SocketAddr,
    /// Where health and metrics are served, if anywhere.
    pub metrics_bind: Option<SocketAddr>,
    /// With this token, anyone may read the details of the health check.
    pub health_token: Option<String>,
    pub database: DatabaseUrl,
    /// The most connections to Postgres.
    pub connections: u32,
    pub bus: BusUrl,
    /// The prefix of keys and channels on Redis; by default `klatch:` and the site's id.
    pub redis_prefix: Option<String>,
    /// The proxies whose `X-Forwarded-For` is trusted.
    pub proxies: Proxies,
    /// Where vulnerabilities are reported, for `security.txt`.
    pub security_contact: Option<String>,
    pub polls: Polls,
    /// The most connections from one network address. Those of proxies are not counted.
    pub connections_per_address: usize,
    /// The most bytes of finished public pages to keep in memory.
    pub page_cache: u64,
    pub mail: Mailer,
    /// The storage of uploaded files.
    pub files: Files,
    /// Where emails are received, if anywhere.
    pub mail_in: Option<Address>,
    /// The key before the current one, to replace it.
    pub previous_key: Option<SecretKey>,
    /// The private hosts and networks that webhooks may use.
    pub webhook_allow: Allowed,
    pub fetching: Fetching,
    /// Backups that the program makes by itself.
    pub backups: Backups,
    /// The configuration of the domain.
    pub config: Config,
}

/// How many polls may wait at once.
#[derive(Clone, Copy, Debug)]
pub struct Polls {
    /// Per process; by default the limit on open files, less some reserve.
    pub total: Option<usize>,
    /// Per account.
    pub per_user: usize,
    /// Per network address, for anonymous readers.
    pub per_address: usize,
}

/// What a command needs from its environment.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Needs {
    /// It can run alone, with SQLite and the memory bus.
    Alone,
    /// Other processes share its database and bus.
    Shared(&'static str),
    /// It acts on an existing forum: it creates no data folder, database or key.
    Existing,
}

/// Parses a setting. `what` says what it must be.
pub fn parsed<T: FromStr>(env: &Environment, name: &str, default: T, what: &str) -> Result<T, BadSetting> {
    match env.var(name) {
        None => Ok(default),
        Some(text) => text.trim().parse().map_err(|_| BadSetting(format!("{name}: `{text}` is not {what}"))),
    }
}

impl Settings {
    /// Reads the environment. Creates the data folder and its secret key if needed.
    pub fn read(env: &Environment, needs: Needs) -> Result<Self, BadSetting> {
        let data_dir = env.data_dir();
        let database = database(env, &data_dir, needs)?;
        if needs == Needs::Existing {
            if let DatabaseUrl::Sqlite(path) = &database
                && !path.is_file()
            {
                return Err(no_forum(&format!("`{}` does not exist", path.display())));
            }
        } else {
            let mut private = std::fs::DirBuilder::new();
            std::os::unix::fs::DirBuilderExt::mode(private.recursive(true), 0o700);
            private.create(&data_dir).map_err(|error| {
                BadSetting(format!("KLATCH_DATA_DIR: cannot create `{}`: {error}", data_dir.display()))
            })?;
        }
        let bus = bus(env, needs)?;
        let bind = parsed(
            env,
            "KLATCH_BIND",
            SocketAddr::from(([127, 0, 0, 1], 8080)),
            "an address and port, such as 127.0.0.1:8080",
        )?;
        let realtime_bind = parsed(
            env,
            "KLATCH_REALTIME_BIND",
            SocketAddr::from(([127, 0, 0, 1], 8081)),
            "an address and port, such as 127.0.0.1:8081",
        )?;
        let config = Config {
            site_name: env.var("KLATCH_SITE_NAME").unwrap_or_else(|| "Klatch".to_owned()),
            base_url: base_url(env, bind)?,
            secret: keys::current(env, &data_dir, needs)?,
            limits: limits(env)?,
            session: days(env, "KLATCH_SESSION_DAYS", 90)?,
            idle: days(env, "KLATCH_SESSION_IDLE_DAYS", 30)?,
            mail_in: receive::config(env)?,
        };
        let mail = mail(env, &data_dir, &config)?;
        let connections = parsed(env, "KLATCH_DATABASE_CONNECTIONS", 16, "a number of connections")?;
        if !(2..=1_000).contains(&connections) {
            return Err(BadSetting("KLATCH_DATABASE_CONNECTIONS: must be between 2 and 1000".to_owned()));
        }
        Ok(Self {
            files: storage_settings::read(env, &data_dir)?,
            data_dir,
            bind,
            realtime_bind,
            metrics_bind: metrics_bind(env)?,
            health_token: health_token(env)?,
            database,
            connections,
            bus,
            redis_prefix: redis_prefix(env)?,
            proxies: proxies(env)?,
            security_contact: security_contact(env)?,
            polls: polls(env)?,
            connections_per_address: at_least_one(
                env,
                "KLATCH_CONNECTIONS_PER_ADDRESS",
                500,
                "a number of connections",
            )?,
            page_cache: u64::from(parsed::<u32>(env, "KLATCH_PAGE_CACHE_MB", 64, "a number of megabytes")?) << 20,
            mail,
            mail_in: receive::address(env)?,
            previous_key: keys::previous(env)?,
            backups: Backups::read(env)?,
            webhook_allow: hosts(env, "KLATCH_WEBHOOK_ALLOW")?,
            fetching: Fetching::read(env)?,
            config,
        })
    }
}

/// Reads where the database is, and nothing else.
pub fn database_alone(env: &Environment) -> Result<DatabaseUrl, BadSetting> {
    database(env, &env.data_dir(), Needs::Alone)
}

fn database(env: &Environment, data_dir: &std::path::Path, needs: Needs) -> Result<DatabaseUrl, BadSetting> {
    match (env.secret("KLATCH_DATABASE_URL")?, needs) {
        (None, Needs::Alone | Needs::Existing) => Ok(DatabaseUrl::Sqlite(data_dir.join("klatch.db"))),
        (Some(url), _) if url.starts_with("postgres://") || url.starts_with("postgresql://") => {
            Ok(DatabaseUrl::Postgres(url))
        }
        (Some(url), Needs::Alone | Needs::Existing) if url.starts_with("sqlite:") => {
            let path = url.trim_start_matches("sqlite:").trim_start_matches("//");
            Ok(DatabaseUrl::Sqlite(PathBuf::from(path)))
        }
        (None | Some(_), Needs::Shared(command)) => Err(BadSetting(format!(
            "KLATCH_DATABASE_URL: `klatch {command}` requires Postgres, such as postgres://user@host/name"
        ))),
        (Some(_), Needs::Alone | Needs::Existing) => {
            Err(BadSetting("KLATCH_DATABASE_URL: must begin with postgres:// or sqlite:".to_owned()))
        }
    }
}

fn bus(env: &Environment, needs: Needs) -> Result<BusUrl, BadSetting> {
    match (env.secret("KLATCH_REDIS_URL")?, needs) {
        (None, Needs::Alone | Needs::Existing) => Ok(BusUrl::Memory),
        (None, Needs::Shared(command)) => {
            Err(BadSetting(format!("KLATCH_REDIS_URL: `klatch {command}` requires Redis, such as redis://host:6379")))
        }
        (Some(url), _) => url.parse().map_err(|error| BadSetting(format!("{error}"))),
    }
}

/// Reads the prefix. Braces are refused, since they would decide which node of a Redis Cluster holds a key.
fn redis_prefix(env: &Environment) -> Result<Option<String>, BadSetting> {
    let Some(prefix) = env.var("KLATCH_REDIS_PREFIX") else { return Ok(None) };
    let fits = |c: char| c.is_ascii_alphanumeric() || matches!(c, ':' | '.' | '-' | '_');
    if prefix.len() > 64 || !prefix.chars().all(fits) {
        return Err(BadSetting(format!(
            "KLATCH_REDIS_PREFIX: `{prefix}` must be at most 64 letters, digits, and the characters : . - _"
        )));
    }
    Ok(Some(prefix))
}

fn base_url(env: &Environment, bind: SocketAddr) -> Result<String, BadSetting> {
    let Some(url) = env.var("KLATCH_BASE_URL") else { return Ok(format!("http://{bind}")) };
    let url = url.trim().trim_end_matches('/').to_owned();
    let authority = url.strip_prefix("https://").or_else(|| url.strip_prefix("http://"));
    match authority {
        Some(host) if !host.is_empty() && !host.contains(['/', '?', '#', '@', ' ']) => Ok(url),
        _ => Err(BadSetting(format!(
            "KLATCH_BASE_URL: `{url}` must be a scheme and host, such as https://forum.example.org"
        ))),
    }
}

/// The error when there is no forum, with what to do about it.
pub fn no_forum(why: &str) -> BadSetting {
    BadSetting(format!(
        "no forum found: {why}. Set KLATCH_DATA_DIR or KLATCH_DATABASE_URL to the same value as for the service, or \
         pass --env-file FILE. To create a forum, run `klatch serve`"
    ))
}

/// Returns the mailer: SMTP if configured, else a folder beside the other files.
fn mail(env: &Environment, data_dir: &std::path::Path, config: &Config) -> Result<Mailer, BadSetting> {
    let host = config.base_url.split_once("://").map_or("", |(_, authority)| authority);
    let host = host.split(':').next().unwrap_or_default();
    let (url, from) = (env.secret("KLATCH_SMTP_URL")?, env.var("KLATCH_MAIL_FROM"));
    if url.is_some() && from.is_none() {
        return Err(BadSetting(
            "KLATCH_MAIL_FROM: required with KLATCH_SMTP_URL; set a sender such as Klatch <klatch@example.org>"
                .to_owned(),
        ));
    }
    let from = from.unwrap_or_else(|| format!("klatch@{}", if host.contains('.') { host } else { "localhost" }));
    let from = Mailer::parse_from(&from).map_err(|error| BadSetting(format!("KLATCH_MAIL_FROM: `{from}` {error}")))?;
    match url {
        Some(url) => Mailer::smtp(&url, from).map_err(|error| BadSetting(format!("KLATCH_SMTP_URL: {error}"))),
        None => Ok(Mailer::folder(data_dir.join("mail"), from)),
    }
}

fn limits(env: &Environment) -> Result<Limits, BadSetting> {
    let normal = Limits::default();
    let number = "a number (0 for no limit)";
    let limits = Limits {
        posts_per_minute: parsed(env, "KLATCH_POSTS_PER_MINUTE", normal.posts_per_minute, number)?,
        sign_ups_per_address: parsed(env, "KLATCH_SIGN_UPS_PER_HOUR", normal.sign_ups_per_address, number)?,
        file_megabytes: at_least_one(env, "KLATCH_FILE_MEGABYTES", 20, "a number of megabytes")? as u64,
        ..normal
    };
    match env.var("KLATCH_LIMITS").as_deref() {
        None | Some("on") => Ok(limits),
        Some("off") => Ok(Limits {
            posts_per_minute: 0,
            posts_per_minute_while_new: 0,
            topics_per_hour: 0,
            topics_per_hour_while_new: 0,
            sign_ins_per_account: 0,
            sign_ins_per_address: 0,
            unknown_sign_ins_per_day: 0,
            sign_ups_per_address: 0,
            groups_per_day: 0,
            groups_per_day_while_new: 0,
            stars_per_minute: 0,
            mails_per_hour: 0,
            mails_per_mailbox: 0,
            codes_per_account: 0,
            renames_per_day: 0,
            downloads_per_hour: 0,
            searches_per_minute: 0,
            suggestions_per_minute: 0,
            requests_per_day: 0,
            reports_per_day: 0,
            edits_per_minute: 0,
            forms_per_minute: 0,
            warnings_per_day: 0,
            rule_tries_per_minute: 0,
            invitations_per_day: 0,
            directs_per_day: 0,
            directs_per_day_while_new: 0,
            file_megabytes: limits.file_megabytes,
            files_per_day: 0,
            files_per_day_while_new: 0,
            file_megabytes_per_day: 0,
        }),
        Some(other) => Err(BadSetting(format!("KLATCH_LIMITS: `{other}` must be on or off"))),
    }
}

fn days(env: &Environment, name: &str, default: u64) -> Result<Duration, BadSetting> {
    match parsed(env, name, default, "a number of days")? {
        days @ 1..=3_650 => Ok(Duration::from_secs(days * 24 * 3_600)),
        _ => Err(BadSetting(format!("{name}: must be between 1 and 3650"))),
    }
}

/// Reads a number that is at least 1.
pub fn at_least_one(env: &Environment, name: &str, default: usize, what: &str) -> Result<usize, BadSetting> {
    match parsed(env, name, default, what)? {
        0 => Err(BadSetting(format!("{name}: must be at least 1"))),
        number => Ok(number),
    }
}

fn metrics_bind(env: &Environment) -> Result<Option<SocketAddr>, BadSetting> {
    let unused = SocketAddr::from(([127, 0, 0, 1], 0));
    let bind = parsed(env, "KLATCH_METRICS_BIND", unused, "an address and port, such as 127.0.0.1:9090")?;
    Ok(env.var("KLATCH_METRICS_BIND").map(|_| bind))
}

fn health_token(env: &Environment) -> Result<Option<String>, BadSetting> {
    match env.secret("KLATCH_HEALTH_TOKEN")? {
        Some(token) if token.len() < 16 => {
            Err(BadSetting("KLATCH_HEALTH_TOKEN: must have at least 16 characters".to_owned()))
        }
        token => Ok(token),
    }
}

/// Reads private hosts and networks that may be used.
pub fn hosts(env: &Environment, name: &str) -> Result<Allowed, BadSetting> {
    env.var(name).unwrap_or_default().parse().map_err(|part| {
        BadSetting(format!("{name}: `{part}` is not a host name, IP address, or network such as 10.1.2.3/32"))
    })
}

fn polls(env: &Environment) -> Result<Polls, BadSetting> {
    let number = |name, default| at_least_one(env, name, default, "a number of polls");
    Ok(Polls {
        total: env.var("KLATCH_POLLS").map(|_| number("KLATCH_POLLS", 1)).transpose()?,
        per_user: number("KLATCH_POLLS_PER_USER", 20)?,
        per_address: number("KLATCH_POLLS_PER_ADDRESS", 200)?,
    })
}

fn proxies(env: &Environment) -> Result<Proxies, BadSetting> {
    let text = env.var("KLATCH_TRUSTED_PROXIES").unwrap_or_default();
    let network = |part: &str| {
        part.parse().map_err(|()| {
            BadSetting(format!("KLATCH_TRUSTED_PROXIES: `{part}` is not an IP address or network such as 10.0.0.0/8"))
        })
    };
    let parts = text.split([',', ' ']).filter(|part| !part.is_empty());
    Ok(Proxies::new(parts.map(network).collect::<Result<_, _>>()?))
}

/// A `mailto:`, `https:` or `tel:` address; a plain email address becomes a `mailto:`.
fn security_contact(env: &Environment) -> Result<Option<String>, BadSetting> {
    let Some(text) = env.var("KLATCH_SECURITY_CONTACT") else { return Ok(None) };
    let text = text.trim();
    let is_uri =
        ["mailto:", "https://", "tel:"].iter().any(|scheme| text.len() > scheme.len() && text.starts_with(scheme));
    let is_mail =
        !text.contains(':') && text.split_once('@').is_some_and(|(name, host)| !name.is_empty() && host.contains('.'));
    if text.chars().any(|c| c.is_whitespace() || c.is_control()) || !(is_uri || is_mail) {
        return Err(BadSetting(format!(
            "KLATCH_SECURITY_CONTACT: `{text}` is not an email address or URL, such as security@example.org or \
             https://example.org/security"
        )));
    }
    Ok(Some(if is_mail { format!("mailto:{text}") } else { text.to_owned() }))
}
