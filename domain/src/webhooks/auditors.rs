//! External auditors: making, switching and deleting them. `screening/external.rs` asks them.

use super::{name, new_secret};
use crate::groups::authority::lock;
use crate::platform::caches;
use crate::platform::context::Context;
use crate::platform::error::{Error, Result};
use crate::platform::log;
use model::policy::Viewer;
use model::{ExternalAuditor, ExternalAuditorId, Fields, LogAction, LogEntry};
use store::Tx;
use store::webhooks::auditors::NewAuditor;

/// The most external auditors of the site.
pub const MOST: i64 = 5;
/// The shortest and longest time limit, in milliseconds.
pub const TIMEOUTS: std::ops::RangeInclusive<i64> = 100..=10_000;

/// The form for an external auditor.
#[derive(Clone, Debug, Default)]
#[allow(missing_docs)]
pub struct AuditorForm {
    pub name: String,
    pub url: String,
    /// In milliseconds; `None` if the input is no number.
    pub timeout_ms: Option<i64>,
    /// Whether messages are refused while it does not answer.
    pub fails_closed: bool,
}

/// The external auditors, in the order in which they are asked.
///
/// # Errors
/// [`Error::NotFound`] for anyone but site admins; [`Error::SignedOut`].
pub async fn list(cx: &Context, viewer: Viewer) -> Result<Vec<ExternalAuditor>> {
    viewer.site_admin()?;
    Ok(store::webhooks::auditors::all(&cx.db).await?)
}

/// Creates an external auditor. Returns its secret, which cannot be shown again.
///
/// # Errors
/// [`Error::Invalid`] on `name`, `url` and `timeout`; [`Error::Forbidden`] when there are too many; as [`list`].
pub async fn create(cx: &Context, viewer: Viewer, form: AuditorForm) -> Result<String> {
    let by = viewer.site_admin()?;
    let mut fields = Fields::default();
    let name = name(&mut fields, &form.name);
    let url = form.url.trim().to_owned();
    if let Err(why) = cx.outbound.check(&url) {
        fields.add("url", why);
    }
    let timeout_ms = form.timeout_ms.filter(|timeout| TIMEOUTS.contains(timeout));
    if timeout_ms.is_none() {
        fields.add("timeout", texts::validation::number_from_to(TIMEOUTS.start(), TIMEOUTS.end()));
    }
    fields.check()?;
    let (secret, sealed) = new_secret(cx, "auditor")?;
    let timeout_ms = timeout_ms.unwrap_or(*TIMEOUTS.start());
    let fails_closed = form.fails_closed;
    let new = NewAuditor { name: &name, url: &url, secret: &sealed, timeout_ms, fails_closed, by };
    let mut tx = cx.db.begin().await?;
    lock(&mut tx, viewer, None).await?;
    if store::webhooks::auditors::count(&mut tx).await? >= MOST {
        return Err(Error::forbidden(texts::webhooks_errors::too_many_auditors()));
    }
    store::webhooks::auditors::insert(&mut tx, new, cx.now()).await?;
    finish(cx, tx, viewer, format!("{name}: created")).await?;
    Ok(secret)
}

/// Switches an external auditor on or off.
///
/// # Errors
/// [`Error::NotFound`] when there is none, or it is so already; as [`list`].
pub async fn switch(cx: &Context, viewer: Viewer, id: ExternalAuditorId, on: bool) -> Result<()> {
    let by = viewer.site_admin()?;
    let mut tx = cx.db.begin().await?;
    lock(&mut tx, viewer, None).await?;
    let name = match on {
        true => store::webhooks::auditors::switch_on(&mut tx, id, by).await?,
        false => store::webhooks::auditors::switch_off(&mut tx, id, cx.now()).await?,
    };
    let name = name.ok_or(Error::NotFound)?;
    finish(cx, tx, viewer, format!("{name}: switched {}", if on { "on" } else { "off" })).await
}

/// Deletes an external auditor.
///
/// # Errors
/// [`Error::NotFound`] when there is none; as [`list`].
pub async fn delete(cx: &Context, viewer: Viewer, id: ExternalAuditorId) -> Result<()> {
    viewer.site_admin()?;
    let mut tx = cx.db.begin().await?;
    lock(&mut tx, viewer, None).await?;
    let name = store::webhooks::auditors::delete(&mut tx, id).await?.ok_or(Error::NotFound)?;
    finish(cx, tx, viewer, format!("{name}: deleted")).await
}

async fn finish(cx: &Context, mut tx: Tx, viewer: Viewer, detail: String) -> Result<()> {
    let entry = LogEntry::new(viewer.user()?, LogAction::AuditorChanged).detail(detail);
    log::write(&mut tx, entry, cx.now()).await?;
    tx.commit().await?;
    caches::webhooks::changed(cx).await;
    Ok(())
}
