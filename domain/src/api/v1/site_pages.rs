//! The pages of the site that admins write, such as its rules: for readers, and for admins with their versions.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::words::{At, SitePage};
use super::{Ask, Body, Cursor, Found, Page, Query, cursor};
use crate::platform::error::{Error, Result};
use crate::platform::remote::RemoteImages;
use crate::site::pages::{self, NewText};

/// A page of the site in a list.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct SitePageEntry {
    pub page: SitePage,
    pub title: String,
    /// 0 for the text that comes with Klatch.
    pub version: i64,
    pub url: String,
}

/// A page of the site.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct SitePageText {
    pub page: SitePage,
    pub title: String,
    /// 0 for the text that comes with Klatch.
    pub version: i64,
    /// As typed.
    pub text: String,
    /// As HTML.
    pub markup: String,
    /// Null for the text that comes with Klatch.
    pub changed_at: Option<At>,
    pub url: String,
}

/// A version of a page, as site admins see it.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct SitePageVersion {
    /// 0 for the text that comes with Klatch.
    pub version: i64,
    /// As typed. Empty: the page does not exist. Null in lists.
    pub text: Option<String>,
    /// Whether this version removed the page.
    pub is_removed: bool,
    /// The username of the admin who published it.
    pub author: Option<String>,
    /// Null for the text that comes with Klatch.
    pub created_at: Option<At>,
    /// Whether people who accepted an earlier version were asked again.
    pub asks_again: bool,
}

impl From<model::PageVersion> for SitePageVersion {
    fn from(found: model::PageVersion) -> Self {
        Self {
            version: found.version,
            is_removed: found.raw.is_empty(),
            text: Some(found.raw),
            author: found.author,
            created_at: found.created_at.map(Into::into),
            asks_again: found.asks_again,
        }
    }
}

impl From<model::PageVersionRow> for SitePageVersion {
    fn from(row: model::PageVersionRow) -> Self {
        Self {
            version: row.version,
            is_removed: row.is_removed,
            text: None,
            author: row.author,
            created_at: row.created_at.map(Into::into),
            asks_again: row.asks_again,
        }
    }
}

fn url(ask: &Ask, page: model::SitePage) -> String {
    format!("{}/-/pages/{page}", ask.cx.config.base_url)
}

/// The page of the path.
fn named(ask: &Ask) -> Result<model::SitePage> {
    model::SitePage::parse(ask.text("page")).ok_or(Error::NotFound)
}

/// Returns the pages of the site that exist.
///
/// # Errors
/// As [`super::admit`].
pub async fn index(ask: Ask, _: ()) -> Result<Found<Page<SitePageEntry>>> {
    let site = crate::site::current(&ask.cx).await;
    let entry = |current: &model::CurrentPage| SitePageEntry {
        page: current.page.into(),
        title: current.page.title().to_string(),
        version: current.version,
        url: url(&ask, current.page),
    };
    Page::whole(site.pages.iter().map(entry).collect())
}

/// Returns a page of the site.
///
/// # Errors
/// As [`pages::show`].
pub async fn show(ask: Ask, _: ()) -> Result<Found<SitePageText>> {
    let site = crate::site::current(&ask.cx).await;
    let shown = pages::show(&ask.cx, named(&ask)?, site.settings.lang()).await?;
    let images = RemoteImages::of(&ask.cx, site.settings.images);
    Ok(Found(SitePageText {
        page: shown.page.into(),
        title: shown.page.title().to_string(),
        version: shown.version,
        text: shown.text,
        markup: images.show(shown.markup),
        changed_at: shown.changed_at.map(Into::into),
        url: url(&ask, shown.page),
    }))
}

/// Returns the current version of a page, also of one that does not exist.
///
/// # Errors
/// As [`pages::edit`].
pub async fn edit(ask: Ask, _: ()) -> Result<Found<SitePageVersion>> {
    ask.check_unlimited()?;
    let lang = crate::site::current(&ask.cx).await.settings.lang();
    Ok(Found(pages::edit(&ask.cx, ask.viewer(), named(&ask)?, lang).await?.into()))
}

/// A new text of a page.
#[derive(Clone, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewSitePage {
    /// Empty to remove the page.
    #[schema(max_length = 40000)]
    pub text: String,
    /// Whether everyone who accepted an earlier version is asked again.
    #[serde(default)]
    pub asks_again: bool,
}

/// Publishes a version of a page.
///
/// # Errors
/// As [`pages::publish`].
pub async fn publish(ask: Ask, Body(new): Body<NewSitePage>) -> Result<Found<SitePageVersion>> {
    ask.check_unlimited()?;
    let base = ask.base.as_deref().and_then(|version| version.parse().ok());
    let new_text = NewText { text: &new.text, base, asks_again: new.asks_again };
    pages::publish(&ask.cx, ask.viewer(), named(&ask)?, new_text).await?;
    edit(ask, ()).await
}

/// Returns the versions of a page, newest first, without their texts.
///
/// # Errors
/// [`Error::Invalid`] on `cursor`.
pub async fn versions(ask: Ask, Query(at): Query<Cursor>) -> Result<Found<Page<SitePageVersion>>> {
    ask.check_unlimited()?;
    let before = cursor::number("site-page", at.cursor.as_deref())?.unwrap_or(i64::MAX);
    let (rows, has_more) = pages::history(&ask.cx, ask.viewer(), named(&ask)?, before).await?;
    let next = rows.last().filter(|_| has_more).map(|row| cursor::make("site-page", row.version));
    Page::found(rows.into_iter().map(Into::into).collect(), next)
}

/// Returns a version of a page.
///
/// # Errors
/// As [`pages::version`].
pub async fn version(ask: Ask, _: ()) -> Result<Found<SitePageVersion>> {
    ask.check_unlimited()?;
    let lang = crate::site::current(&ask.cx).await.settings.lang();
    let found = pages::version(&ask.cx, ask.viewer(), named(&ask)?, ask.part("version")?, lang).await?;
    Ok(Found(found.into()))
}

/// Publishes an earlier version of a page again.
///
/// # Errors
/// As [`pages::restore`].
pub async fn restore(ask: Ask, _: ()) -> Result<Found<SitePageVersion>> {
    ask.check_unlimited()?;
    pages::restore(&ask.cx, ask.viewer(), named(&ask)?, ask.part("version")?).await?;
    edit(ask, ()).await
}
