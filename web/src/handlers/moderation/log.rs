//! The log of those who keep order.

use actix_web::web::{Path, Query};
use domain::model::LogDeed;
use domain::model::{EntryId, GroupId};
use domain::moderation::log;
use domain::moderation::log::{Page, Sought};
use domain::policy::Deed;
use serde::Deserialize;
use templates::form::SoughtForm;
use templates::moderation::log::{OfAdmins, OfGroup, OfSite};

use crate::failure::{Answer, Failure};
use crate::form::Form;
use crate::handlers::id;
use crate::visit::Visit;

/// What stands in the address of a page of the log.
#[derive(Deserialize)]
pub struct Asked {
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

impl Asked {
    fn what(&self) -> Option<LogDeed> {
        LogDeed::parse(&self.what)
    }

    fn before(&self) -> Result<Option<EntryId>, Failure> {
        if self.before.is_empty() { Ok(None) } else { Ok(Some(id(&self.before)?)) }
    }
}

/// `GET /-/groups/ID/log`.
pub async fn of_group(visit: Visit, path: Path<String>, asked: Query<Asked>) -> Answer {
    let mut frame = visit.frame().await?;
    let group: GroupId = id(&path)?;
    let (found, Page { lines, more }) =
        log::of_group(visit.cx(), visit.viewer(), group, asked.what(), asked.before()?).await?;
    visit.group_frame(&mut frame, &found.group, &found.standing).await?;
    let (keeps, may_hide) = (found.standing.may(Deed::Admit), found.standing.may(Deed::Administer));
    visit.page(&OfGroup { frame, group: found.group, keeps, may_hide, what: asked.what(), lines, more })
}

/// `GET /-/log`.
pub async fn of_site(visit: Visit, asked: Query<Asked>) -> Answer {
    let frame = visit.frame().await?;
    let Page { lines, more } = log::of_site(visit.cx(), visit.viewer(), asked.what(), asked.before()?).await?;
    let may_hide = frame.is_admin();
    visit.page(&OfSite { frame, may_hide, what: asked.what(), lines, more })
}

/// `GET /admin/log`.
pub async fn of_admins(visit: Visit, asked: Query<Asked>) -> Answer {
    let frame = crate::handlers::admin::frame(&visit).await?;
    let Asked { by, whom, what, group, .. } = &*asked;
    let [by_field, whom_field, what_field, group_field] = [by, whom, what, group].map(|word| word.as_str().into());
    let mut form = SoughtForm { by: by_field, whom: whom_field, what: what_field, group: group_field, error: None };
    let sought = Sought { by, whom, what: asked.what(), group };
    match log::of_admins(visit.cx(), visit.viewer(), sought, asked.before()?).await {
        Ok(Page { lines, more }) => visit.page(&OfAdmins { frame, form, lines, more }),
        Err(domain::Error::Invalid(fields)) => {
            fields.iter().for_each(|(field, why)| form.mend(field, why));
            visit.mend(&OfAdmins { frame, form, lines: Vec::new(), more: None })
        }
        Err(error) => Err(error.into()),
    }
}

/// `POST /-/log/ENTRY/hide`: the person of a row is not named in public any more, or again.
pub async fn hide(visit: Visit, path: Path<String>, form: Form) -> Answer {
    let hidden = form.get("hidden") == "yes";
    let group = log::redact(visit.cx(), visit.viewer(), id(&path)?, hidden).await?;
    let page = group.map_or_else(|| "/-/log".to_owned(), |group| format!("/-/groups/{group}/log"));
    Ok(visit.redirect_saying(form.next(&page), if hidden { "name-hidden" } else { "name-shown" }))
}
