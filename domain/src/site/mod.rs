//! Site-wide settings that admins change at run time. Each process caches them until the bus announces a change.

pub mod accent;
pub mod admins;
pub mod first_steps;
pub mod newcomers;
pub mod pages;
pub mod proxies;
pub mod rate_limits;
pub mod secret_key;

pub use crate::platform::caches::site::{Notice, Settings, SiteState};
use crate::platform::text;
use std::sync::Arc;

use crate::platform::context::Context;
use crate::platform::error::{Error, Result};
use crate::platform::{log, secrets, validate};
use bus::Control;
use model::policy::Viewer;
use model::{Fields, Images, Language, LogAction, LogEntry, Logo, SignUps, SitePage};
use store::Db;

/// The most characters of the site's name.
pub const MAX_NAME: usize = 60;
/// The most characters of the line about the site.
pub const MAX_LINE: usize = 200;
/// The most characters of the notice.
pub const MAX_NOTICE: usize = 2_000;
/// The most characters of the welcome text.
pub const MAX_WELCOME: usize = 5_000;

const ID: &str = "site_id";

/// The site's id: 16 random hexadecimal digits, created on first use. It stays the same as long as the database.
///
/// # Errors
/// When the database fails.
pub async fn id(db: &Db) -> Result<String> {
    if let Some(id) = store::platform::settings::get(db, ID).await? {
        return Ok(id);
    }
    let random = &secrets::token()?[..16];
    let mut tx = db.begin().await?;
    let id = store::platform::settings::get_or_set(&mut tx, ID, random).await?;
    tx.commit().await?;
    Ok(id)
}

const ROW: &str = "site";

/// The site's current state. Cached, usually without a query. While the database is away, the last known state.
pub async fn current(cx: &Context) -> Arc<SiteState> {
    let epoch = match cx.site.get() {
        Ok(site) => return site,
        Err(epoch) => epoch,
    };
    match read(cx).await {
        Ok(site) => {
            let site = Arc::new(site);
            cx.site.put(site.clone(), epoch);
            site
        }
        Err(error) => {
            tracing::debug!(%error, "the site settings cannot be read");
            cx.site.last().unwrap_or_else(|| {
                let (settings, pages) = (fresh(cx), pages::with_defaults(&[]));
                Arc::new(SiteState { settings, notice: None, welcome: String::new(), logo: None, pages })
            })
        }
    }
}

async fn read(cx: &Context) -> Result<SiteState> {
    let settings = settings(cx).await?;
    let notice = if settings.notice.is_empty() {
        None
    } else {
        let version = secrets::digest(&settings.notice)[..16].to_owned();
        Some(Notice { version, markup: text::render(cx, &settings.notice).await? })
    };
    let welcome = text::render_below_title(cx, &settings.welcome).await?;
    let logo = store::platform::settings::get(&cx.db, store::pictures::LOGO).await?;
    let logo = logo.as_deref().and_then(Logo::parse);
    Ok(SiteState { welcome, notice, logo, pages: pages::existing(cx).await?, settings })
}

/// The settings as they are in the database now.
pub async fn settings(cx: &Context) -> Result<Settings> {
    let Some(text) = store::platform::settings::get(&cx.db, ROW).await? else { return Ok(fresh(cx)) };
    serde_json::from_str(&text).map_err(|error| Error::Internal(format!("the settings of the site: {error}")))
}

/// The defaults before any change.
fn fresh(cx: &Context) -> Settings {
    Settings {
        name: cx.config.site_name.clone(),
        line: String::new(),
        sign_ups: SignUps::Open,
        notice: String::new(),
        read_only: false,
        admins_need_two_factor: false,
        images: Images::default(),
        link_previews: true,
        welcome: String::new(),
        accent: String::new(),
        must_accept: Vec::new(),
        language: Language::default(),
    }
}

/// Changes the site's settings in all processes.
///
/// # Errors
/// [`Error::Invalid`] with the fields to correct; [`Error::NotFound`] for viewers who are not site admins.
pub async fn update(cx: &Context, viewer: Viewer, mut new: Settings) -> Result<()> {
    let by = viewer.site_admin()?;
    let mut fields = Fields::default();
    new.name = validate::one_line(&new.name);
    new.line = validate::one_line(&new.line);
    new.notice = validate::text(&new.notice);
    new.welcome = validate::text(&new.welcome);
    if new.name.is_empty() {
        fields.add("name", texts::site::name_missing());
    }
    for (field, text, most) in [
        ("name", &new.name, MAX_NAME),
        ("line", &new.line, MAX_LINE),
        ("notice", &new.notice, MAX_NOTICE),
        ("welcome", &new.welcome, MAX_WELCOME),
    ] {
        let count = text.chars().count();
        if count > most {
            fields.add(field, texts::validation::at_most_has(most, count));
        }
    }
    if new.admins_need_two_factor && !store::people::two_factor::is_on(&cx.db, by).await? {
        fields.add("admins_need_two_factor", texts::site::two_factor_first());
    }
    if let Some(accent) = validate::collect(&mut fields, accent::check(&new.accent))? {
        new.accent = accent;
    }
    check_consent(cx, &mut fields, &new.must_accept).await?;
    fields.check()?;
    new.must_accept = SitePage::ACCEPTABLE.into_iter().filter(|page| new.must_accept.contains(page)).collect();
    let text = serde_json::to_string(&new).map_err(|error| Error::Internal(error.to_string()))?;
    let mut tx = cx.db.begin().await?;
    admins::lock(&mut tx, viewer).await?;
    let old = match store::platform::settings::get_in(&mut tx, ROW).await? {
        Some(text) => serde_json::from_str(&text).unwrap_or_else(|_| fresh(cx)),
        None => fresh(cx),
    };
    for page in &new.must_accept {
        pages::keep_default(&mut tx, cx, *page, new.lang(), by).await?;
    }
    store::platform::settings::set(&mut tx, ROW, &text).await?;
    log::write(&mut tx, LogEntry::new(by, LogAction::SiteChanged).detail(changes(&old, &new)), cx.now()).await?;
    tx.commit().await?;
    cx.tell(&Control::SiteChanged).await;
    Ok(())
}

/// Checks the pages that new members shall accept.
async fn check_consent(cx: &Context, fields: &mut Fields, pages: &[SitePage]) -> Result<()> {
    if pages.is_empty() {
        return Ok(());
    }
    let existing = pages::existing(cx).await?;
    for page in pages {
        if !page.is_acceptable() {
            fields.add("must_accept", texts::site::accept_choices());
        } else if !existing.iter().any(|current| current.page == *page) {
            fields.add("must_accept", texts::site::accept_unwritten(page.name()));
        }
    }
    Ok(())
}

/// Describes the changes for the log, in English.
fn changes(old: &Settings, new: &Settings) -> String {
    let mut changes = Vec::new();
    if old.name != new.name {
        changes.push("the name".to_owned());
    }
    if old.line != new.line {
        changes.push("the tagline".to_owned());
    }
    if old.sign_ups != new.sign_ups {
        changes.push(format!("sign-ups: {}", new.sign_ups));
    }
    if old.notice != new.notice {
        changes.push(if new.notice.is_empty() { "no notice" } else { "the notice" }.to_owned());
    }
    if old.welcome != new.welcome {
        changes.push(if new.welcome.is_empty() { "no welcome text" } else { "the welcome text" }.to_owned());
    }
    if old.accent != new.accent {
        changes.push(if new.accent.is_empty() { "the default accent color" } else { "the accent color" }.to_owned());
    }
    if old.must_accept != new.must_accept {
        let names: Vec<String> = new.must_accept.iter().map(|page| page.name().to(texts::Lang::En)).collect();
        changes.push(format!("to accept: {}", if names.is_empty() { "nothing".to_owned() } else { names.join(", ") }));
    }
    if old.images != new.images {
        changes.push(format!("images: {}", new.images));
    }
    if old.link_previews != new.link_previews {
        changes.push(format!("link previews: {}", if new.link_previews { "on" } else { "off" }));
    }
    if old.lang() != new.lang() {
        changes.push(format!("language: {}", new.lang().name()));
    }
    if old.read_only != new.read_only {
        changes.push(if new.read_only { "read-only" } else { "no longer read-only" }.to_owned());
    }
    if old.admins_need_two_factor != new.admins_need_two_factor {
        let needed = new.admins_need_two_factor;
        changes.push(format!("admins {} two-factor authentication", if needed { "need" } else { "do not need" }));
    }
    changes.join(", ")
}
