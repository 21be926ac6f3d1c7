//! The moderation log.

use crate::handlers::refill;
use actix_web::web::{Path, Query};
use domain::model::{EntryId, GroupId, LogAction};
use domain::moderation::log;
use domain::moderation::log::{LogFilter, Page};
use domain::policy::Permission;
use serde::Deserialize;
use templates::form::LogFilterForm;
use templates::moderation::log::{OfAdmins, OfGroup, OfSite};

use crate::failure::{Answer, Failure};
use crate::form::Form;
use crate::handlers::id;
use crate::req::Req;

/// The query parameters of a log page.
#[derive(Deserialize)]
pub struct Params {
    #[serde(default)]
    what: String,
    #[serde(default)]
    before: String,
    #[serde(default)]
    by: String,
    #[serde(default)]
    whom: String,
    #[serde(default)]
    group: String,
}

impl Params {
    fn what(&self) -> Option<LogAction> {
        LogAction::parse(&self.what)
    }

    fn before(&self) -> Result<Option<EntryId>, Failure> {
        if self.before.is_empty() { Ok(None) } else { Ok(Some(id(&self.before)?)) }
    }
}

/// `GET /-/groups/ID/log`.
pub async fn of_group(req: Req, path: Path<String>, params: Query<Params>) -> Answer {
    let mut layout = req.layout().await?;
    let group: GroupId = id(&path)?;
    let (found, Page { lines, more }) =
        log::of_group(req.cx(), req.viewer(), group, params.what(), params.before()?).await?;
    req.group_layout(&mut layout, &found.group, &found.access).await?;
    let (moderates, may_hide) = (found.access.may(Permission::Admit), found.access.may(Permission::Administer));
    req.page(&OfGroup { layout, group: found.group, moderates, may_hide, what: params.what(), lines, more })
}

/// `GET /-/log`.
pub async fn of_site(req: Req, params: Query<Params>) -> Answer {
    let layout = req.layout().await?;
    let Page { lines, more } = log::of_site(req.cx(), req.viewer(), params.what(), params.before()?).await?;
    let may_hide = layout.is_admin();
    req.page(&OfSite { layout, may_hide, what: params.what(), lines, more })
}

/// `GET /admin/log`.
pub async fn of_admins(req: Req, params: Query<Params>) -> Answer {
    let layout = crate::handlers::admin::layout(&req).await?;
    let Params { by, whom, what, group, .. } = &*params;
    let [by_field, whom_field, what_field, group_field] = [by, whom, what, group].map(|word| word.as_str().into());
    let form = LogFilterForm { by: by_field, whom: whom_field, what: what_field, group: group_field, error: None };
    let filter = LogFilter { by, whom, what: params.what(), group };
    match log::of_admins(req.cx(), req.viewer(), filter, params.before()?).await {
        Ok(Page { lines, more }) => req.page(&OfAdmins { layout, form, lines, more }),
        Err(domain::Error::Invalid(fields)) => {
            let form = refill(form, domain::Error::Invalid(fields))?;
            req.with_field_errors(&OfAdmins { layout, form, lines: Vec::new(), more: None })
        }
        Err(error) => Err(error.into()),
    }
}

/// `POST /-/log/ENTRY/hide`: hides the user of a row in the public log, or shows the name again.
pub async fn hide(req: Req, path: Path<String>, form: Form) -> Answer {
    let hidden = form.get("hidden") == "yes";
    let group = log::redact(req.cx(), req.viewer(), id(&path)?, hidden).await?;
    let page = group.map_or_else(|| "/-/log".to_owned(), |group| format!("/-/groups/{group}/log"));
    Ok(req.redirect_saying(form.next(&page), if hidden { "name-hidden" } else { "name-shown" }))
}
