//! The pages of the site that admins write, such as its rules: for readers, and for admins with their versions.

use actix_web::web::{Path, Query};
use domain::Error;
use domain::model::SitePage;
use domain::people::consent;
use domain::site::pages::{self, NewText};
use serde::Deserialize;
use templates::admin::site_pages::{Edit, Index, Show, Version};
use templates::form::SitePageForm;
use templates::links::Links;

use crate::failure::{Answer, Failure};
use crate::form::Form;
use crate::handlers::admin::layout;
use crate::handlers::{id, if_changed, refill};
use crate::page_cache::About;
use crate::req::Req;

fn named(word: &str) -> Result<SitePage, Error> {
    SitePage::parse(word).ok_or(Error::NotFound)
}

/// Returns the page and the version of a path.
fn parts((page, version): &(String, String)) -> Result<(SitePage, i64), Error> {
    Ok((named(page)?, id(version)?))
}

/// `GET /-/pages/PAGE`.
pub async fn show(req: Req, path: Path<String>) -> Answer {
    let mut layout = req.layout().await?;
    let shown = pages::show(req.cx(), named(&path)?, req.lang).await?;
    let address = format!("/-/pages/{}", shown.page);
    layout.links = req
        .describes()
        .map(|base| Links { feed: None, ..Links::page(base, &address, &shown.page.title().to(req.lang), "") });
    let page = Show { layout, page: shown.page, markup: shown.markup, changed_at: shown.changed_at };
    req.shared_page(&page, About::Site)
}

/// `POST /-/accept`: accepts new versions of pages.
pub async fn accept(req: Req, form: Form) -> Answer {
    let session = req.signed_in()?;
    let next = form.next("/");
    match consent::accept(req.cx(), session, form.get("accept")).await {
        Ok(()) => Ok(req.redirect_saying(next, "accepted")),
        Err(Error::Invalid(_)) => Ok(req.redirect_saying(next, "accept-again")),
        Err(error) => Err(error.into()),
    }
}

/// `GET /admin/pages`.
pub async fn index(req: Req) -> Answer {
    let layout = layout(&req).await?;
    let existing = req.now.pages.clone();
    req.page(&Index { layout, existing })
}

/// The query parameters of a page's history.
#[derive(Deserialize)]
pub struct Params {
    before: Option<String>,
}

/// Builds the page of a form.
async fn edit_page(req: &Req, page: SitePage, form: SitePageForm, before: Option<i64>) -> Result<Edit, Failure> {
    let layout = layout(req).await?;
    let (versions, has_more) = pages::history(req.cx(), req.viewer(), page, before.unwrap_or(i64::MAX)).await?;
    Ok(Edit {
        exists: req.now.pages.iter().any(|current| current.page == page),
        may_ask: req.now.settings.must_accept.contains(&page),
        older: versions.last().filter(|_| has_more).map(|row| row.version),
        preview: None,
        layout,
        page,
        form,
        versions,
    })
}

/// `GET /admin/pages/PAGE`.
pub async fn edit(req: Req, path: Path<String>, params: Query<Params>) -> Answer {
    req.admin()?;
    let page = named(&path)?;
    let current = pages::edit(req.cx(), req.viewer(), page, req.lang).await?;
    let form =
        SitePageForm { text: current.raw.into(), base: current.version.to_string().into(), ..SitePageForm::default() };
    let before = params.before.as_deref().map(id).transpose()?;
    req.page(&edit_page(&req, page, form, before).await?)
}

/// `POST /admin/pages/PAGE`: publishes a version, or shows a preview of it.
pub async fn update(req: Req, path: Path<String>, form: Form) -> Answer {
    req.admin()?;
    let page = named(&path)?;
    let mut back = SitePageForm {
        text: form.get("text").into(),
        base: form.get("base").into(),
        asks_again: form.get("asks_again").into(),
        error: None,
    };
    let published = if form.get("preview").is_empty() {
        let asks_again = !form.get("asks_again").is_empty();
        let new = NewText { text: form.get("text"), base: form.get("base").parse().ok(), asks_again };
        pages::publish(req.cx(), req.viewer(), page, new).await
    } else {
        match pages::preview(req.cx(), req.viewer(), form.get("text")).await {
            Ok(markup) => {
                let shown = edit_page(&req, page, back, None).await?;
                return req.page(&Edit { preview: Some(markup), ..shown });
            }
            Err(error) => Err(error),
        }
    };
    match published.map_err(|error| if_changed(error, texts::site::page_conflict)) {
        Ok(Some(_)) => Ok(req.redirect_saying(&format!("/admin/pages/{page}"), "page-published")),
        Ok(None) => Ok(req.redirect_saying(&format!("/admin/pages/{page}"), "page-unchanged")),
        Err(error @ Error::Invalid(_)) => {
            // Sent again, the form replaces the version that is the current one now.
            back.base = pages::edit(req.cx(), req.viewer(), page, req.lang).await?.version.to_string().into();
            let back = refill(back, error)?;
            req.with_field_errors(&edit_page(&req, page, back, None).await?)
        }
        Err(error) => Err(error.into()),
    }
}

/// `GET /admin/pages/PAGE/versions/VERSION`.
pub async fn version(req: Req, path: Path<(String, String)>) -> Answer {
    let layout = layout(&req).await?;
    let (page, number) = parts(&path)?;
    let version = pages::version(req.cx(), req.viewer(), page, number, req.lang).await?;
    let current = pages::edit(req.cx(), req.viewer(), page, req.lang).await?.version;
    let markup = pages::preview(req.cx(), req.viewer(), &version.raw).await?;
    req.page(&Version { is_current: version.version == current, layout, page, version, markup })
}

/// `POST /admin/pages/PAGE/versions/VERSION/restore`.
pub async fn restore(req: Req, path: Path<(String, String)>, _form: Form) -> Answer {
    req.admin()?;
    let (page, number) = parts(&path)?;
    let restored = pages::restore(req.cx(), req.viewer(), page, number).await?;
    let word = if restored.is_some() { "page-published" } else { "page-unchanged" };
    Ok(req.redirect_saying(&format!("/admin/pages/{page}"), word))
}
