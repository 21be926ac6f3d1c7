//! Deleted topics and groups, and restoring them.

use actix_web::web::Path;
use domain::model::{GroupId, TopicId};
use domain::moderation::restorations;
use templates::groups::deleted::{DeletedGroups, DeletedTopics};

use crate::failure::Answer;
use crate::form::Form;
use crate::handlers::{admin, id};
use crate::req::Req;

/// `GET /-/groups/ID/deleted`.
pub async fn topics(req: Req, path: Path<String>) -> Answer {
    let mut layout = req.layout().await?;
    let (found, rows) = restorations::topics(req.cx(), req.viewer(), id(&path)?).await?;
    req.group_layout(&mut layout, &found.group, &found.access).await?;
    req.page(&DeletedTopics { layout, group: found.group, moderates: true, rows })
}

/// `POST /-/topics/ID/restore`.
pub async fn restore_topic(req: Req, path: Path<String>, _form: Form) -> Answer {
    let topic: TopicId = id(&path)?;
    let address = restorations::restore_topic(req.cx(), req.viewer(), topic).await?;
    Ok(req.redirect_saying(&address, "topic-restored"))
}

/// `GET /admin/deleted-groups`.
pub async fn groups(req: Req) -> Answer {
    let layout = admin::layout(&req).await?;
    let rows = restorations::deleted_groups(req.cx(), req.viewer()).await?;
    req.page(&DeletedGroups { layout, rows })
}

/// `POST /admin/groups/ID/restore`.
pub async fn restore_group(req: Req, path: Path<String>, _form: Form) -> Answer {
    req.admin()?;
    let group: GroupId = id(&path)?;
    restorations::restore_group(req.cx(), req.viewer(), group).await?;
    req.site.forget_beside(&[group]);
    Ok(req.redirect_saying("/admin/deleted-groups", "group-restored"))
}
