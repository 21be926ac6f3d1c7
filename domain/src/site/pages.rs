//! The pages of the site that admins write, such as its rules, with their versions. Some have a text that comes with
//! the program, until an admin publishes another one.

use crate::platform::context::Context;
use crate::platform::error::{Error, Result};
use crate::platform::{log, text, validate};
use crate::site::{SiteState, admins};
use bus::Control;
use model::policy::Viewer;
use model::time::Timestamp;
use model::{
    Accepted, Consent, CurrentPage, Fields, LogAction, LogEntry, PageVersion, PageVersionRow, SitePage, UserId,
};
use store::{self, Tx};
use texts::Lang;

/// The most characters of a page.
pub const MAX_TEXT: usize = 40_000;
/// Versions in a part of a page's history.
pub const LIST_LIMIT: usize = 50;

/// Returns the text that comes with the program, in a language; empty for pages that only their admins can write.
pub fn default_text(page: SitePage, lang: Lang) -> &'static str {
    let text = match (page, lang) {
        (SitePage::About, Lang::De) => include_str!("texts/about.de.md"),
        (SitePage::About, Lang::En | Lang::Pseudo) => include_str!("texts/about.md"),
        (SitePage::Rules, Lang::De) => include_str!("texts/rules.de.md"),
        (SitePage::Rules, Lang::En | Lang::Pseudo) => include_str!("texts/rules.md"),
        (SitePage::Privacy, Lang::De) => include_str!("texts/privacy.de.md"),
        (SitePage::Privacy, Lang::En | Lang::Pseudo) => include_str!("texts/privacy.md"),
        (SitePage::Terms | SitePage::Imprint | SitePage::Contact, _) => "",
    };
    text.trim_end()
}

/// Whether a text is the one that comes with the program, in any language.
fn is_default(page: SitePage, text: &str) -> bool {
    !text.is_empty() && Lang::CHOICES.into_iter().any(|lang| default_text(page, lang) == text)
}

/// Translates a version that no admin changed. Where an update changed the text of the program, the stored one stays.
fn translated(page: SitePage, found: PageVersion, lang: Lang) -> PageVersion {
    if is_default(page, &found.raw) {
        return PageVersion { raw: default_text(page, lang).to_owned(), ..found };
    }
    found
}

/// The text that comes with the program, as a version.
fn default_version(page: SitePage, lang: Lang) -> PageVersion {
    let raw = default_text(page, lang).to_owned();
    PageVersion { version: 0, raw, author: None, created_at: None, asks_again: false }
}

/// The current versions of the pages that exist, in the order of the footer.
pub(super) async fn existing(cx: &Context) -> Result<Vec<CurrentPage>> {
    Ok(with_defaults(&store::site::pages::current(&cx.db).await?))
}

/// The pages that exist where these were published.
pub(super) fn with_defaults(published: &[CurrentPage]) -> Vec<CurrentPage> {
    let current = |page: SitePage| {
        let own = published.iter().find(|own| own.page == page).copied();
        own.unwrap_or(CurrentPage { page, version: 0, is_removed: default_text(page, Lang::En).is_empty(), asked: 0 })
    };
    SitePage::EACH.iter().map(|page| current(*page)).filter(|page| !page.is_removed).collect()
}

/// A page as readers see it.
#[derive(Clone, Debug, PartialEq, Eq)]
#[allow(missing_docs)]
pub struct Shown {
    pub page: SitePage,
    /// 0 for the text that comes with the program.
    pub version: i64,
    /// As typed.
    pub text: String,
    /// HTML.
    pub markup: String,
    /// `None` for the text that comes with the program.
    pub changed_at: Option<Timestamp>,
}

/// The current version of a page. Until an admin changes it, the text that comes with the program is in the language of
/// the reader.
///
/// # Errors
/// [`Error::NotFound`] when the page does not exist.
pub async fn show(cx: &Context, page: SitePage, lang: Lang) -> Result<Shown> {
    let PageVersion { version, raw, created_at, .. } = current(cx, page, lang).await?;
    if raw.is_empty() {
        return Err(Error::NotFound);
    }
    let markup = text::render_below_title(cx, &raw).await?;
    Ok(Shown { page, version, text: raw, markup, changed_at: created_at })
}

async fn current(cx: &Context, page: SitePage, lang: Lang) -> Result<PageVersion> {
    let stored = store::site::pages::latest(&cx.db, page).await?;
    Ok(stored.map_or_else(|| default_version(page, lang), |stored| translated(page, stored, lang)))
}

/// The current version of a page for its form, as a reader of the language sees it. The text of a page that does not
/// exist is empty.
///
/// # Errors
/// [`Error::NotFound`] for viewers who are not site admins.
pub async fn edit(cx: &Context, viewer: Viewer, page: SitePage, lang: Lang) -> Result<PageVersion> {
    viewer.site_admin()?;
    current(cx, page, lang).await
}

/// A version of a page, as a reader of the language saw it; 0 is the text that comes with the program.
///
/// # Errors
/// [`Error::NotFound`] when there is none, and for viewers who are not site admins.
pub async fn version(cx: &Context, viewer: Viewer, page: SitePage, version: i64, lang: Lang) -> Result<PageVersion> {
    viewer.site_admin()?;
    Ok(translated(page, stored(cx, page, version, lang).await?, lang))
}

/// A version of a page as it is stored; version 0 in a language.
async fn stored(cx: &Context, page: SitePage, version: i64, lang: Lang) -> Result<PageVersion> {
    if version == 0 {
        return Some(default_version(page, lang)).filter(|found| !found.raw.is_empty()).ok_or(Error::NotFound);
    }
    store::site::pages::version(&cx.db, page, version).await?.ok_or(Error::NotFound)
}

/// The versions of a page before one, newest first, and whether there are more.
///
/// # Errors
/// [`Error::NotFound`] for viewers who are not site admins.
pub async fn history(cx: &Context, viewer: Viewer, page: SitePage, before: i64) -> Result<(Vec<PageVersionRow>, bool)> {
    viewer.site_admin()?;
    let mut rows = store::site::pages::history(&cx.db, page, before, LIST_LIMIT as i64 + 1).await?;
    let has_more = rows.len() > LIST_LIMIT;
    rows.truncate(LIST_LIMIT);
    if !has_more && before > 0 && !default_text(page, Lang::En).is_empty() {
        rows.push(PageVersionRow { version: 0, is_removed: false, author: None, created_at: None, asks_again: false });
    }
    Ok((rows, has_more))
}

/// Renders a text as a page, for a preview.
///
/// # Errors
/// [`Error::Invalid`] on `text`; [`Error::NotFound`] for viewers who are not site admins.
pub async fn preview(cx: &Context, viewer: Viewer, typed: &str) -> Result<String> {
    viewer.site_admin()?;
    text::render_below_title(cx, &clean(typed)?).await
}

/// Cleans and checks the text of a page. Without anything visible, it is empty.
fn clean(typed: &str) -> Result<String> {
    let text = validate::text(typed);
    let count = text.chars().count();
    if count > MAX_TEXT {
        return Err(Error::invalid("text", texts::validation::at_most_has(MAX_TEXT, count)));
    }
    Ok(if validate::is_visible(&text) { text } else { String::new() })
}

/// A text to publish.
#[derive(Clone, Copy, Debug)]
pub struct NewText<'a> {
    /// Empty to remove the page.
    pub text: &'a str,
    /// The version that it changes: another one since then is a conflict. `None`: whichever is the current one.
    pub base: Option<i64>,
    /// Whether everyone who accepted an earlier version is asked again.
    pub asks_again: bool,
}

/// Publishes a version of a page. Returns its number; `None` when it would be the same as the current one.
///
/// # Errors
/// [`Error::Invalid`] on `text` and `asks_again`; [`Error::NotFound`] for viewers who are not site admins.
pub async fn publish(cx: &Context, viewer: Viewer, page: SitePage, new: NewText<'_>) -> Result<Option<i64>> {
    viewer.site_admin()?;
    let text = clean(new.text)?;
    if new.asks_again {
        let mut fields = Fields::default();
        if text.is_empty() {
            fields.add("asks_again", texts::site::page_empty());
        } else if !super::settings(cx).await?.must_accept.contains(&page) {
            fields.add("asks_again", texts::site::page_not_accepted());
        }
        fields.check()?;
    }
    save(cx, viewer, page, NewText { text: &text, ..new }, "").await
}

/// Publishes an earlier version again; version 0 in the language of the site. Returns the number of the new version; `None` when the current one is the same.
///
/// # Errors
/// [`Error::NotFound`] when there is none, and for viewers who are not site admins.
pub async fn restore(cx: &Context, viewer: Viewer, page: SitePage, number: i64) -> Result<Option<i64>> {
    viewer.site_admin()?;
    let lang = super::settings(cx).await?.lang();
    let earlier = stored(cx, page, number, lang).await?;
    let note = if number == 0 { ", the default text".to_owned() } else { format!(", as version {number}") };
    save(cx, viewer, page, NewText { text: &earlier.raw, base: None, asks_again: false }, &note).await
}

async fn save(cx: &Context, viewer: Viewer, page: SitePage, new: NewText<'_>, note: &str) -> Result<Option<i64>> {
    let by = viewer.site_admin()?;
    let mut tx = cx.db.begin().await?;
    admins::lock(&mut tx, viewer).await?;
    let stored = store::site::pages::latest_in(&mut tx, page).await?;
    let (version, old) = stored.unwrap_or_else(|| (0, default_text(page, Lang::En).to_owned()));
    if new.base.is_some_and(|base| base != version) {
        return Err(Error::Changed);
    }
    let is_same = old == new.text || (is_default(page, &old) && is_default(page, new.text));
    if is_same && !new.asks_again {
        return Ok(None);
    }
    let number = version + 1;
    store::site::pages::insert(&mut tx, page, number, new.text, by, new.asks_again, cx.now()).await?;
    let what = if new.text.is_empty() { ", removed" } else { note };
    let asks = if new.asks_again { ", asks everyone again" } else { "" };
    let detail = format!("{}, version {number}{what}{asks}", page.name().to(Lang::En));
    log::write(&mut tx, LogEntry::new(by, LogAction::SitePageChanged).detail(detail), cx.now()).await?;
    tx.commit().await?;
    cx.tell(&Control::SiteChanged).await;
    Ok(Some(number))
}

/// Stores the text that comes with the program, in the language of the site, as the first version of a page that people
/// accept from now on: an update of the program must not change what they accepted. Lock the site admins before.
pub(super) async fn keep_default(tx: &mut Tx, cx: &Context, page: SitePage, lang: Lang, by: UserId) -> Result<()> {
    if store::site::pages::latest_in(tx, page).await?.is_none() {
        store::site::pages::insert(tx, page, 1, default_text(page, lang), by, false, cx.now()).await?;
    }
    Ok(())
}

/// What new members must accept now.
pub fn to_accept(site: &SiteState) -> Consent {
    let current = |page: &SitePage| site.pages.iter().find(|current| current.page == *page);
    Consent(site.settings.must_accept.iter().filter_map(current).map(|page| (page.page, page.version)).collect())
}

/// What a member who accepted these versions is asked to accept again.
pub fn to_accept_again(site: &SiteState, accepted: Accepted) -> Consent {
    let is_asked = |page: SitePage| {
        site.pages.iter().any(|current| current.page == page && current.asked > accepted.version(page))
    };
    let mut consent = to_accept(site);
    consent.0.retain(|(page, _)| is_asked(*page));
    consent
}
