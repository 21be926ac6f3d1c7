//! The history of a group's settings.

use actix_web::web::{Path, Query};
use domain::groups::versions::{self, SettingsHistory};
use templates::groups::versions::History;

use crate::failure::Answer;
use crate::handlers::{VersionsBefore, id};
use crate::req::Req;

/// `GET /-/groups/ID/history`.
pub async fn index(req: Req, path: Path<String>, at: Query<VersionsBefore>) -> Answer {
    req.signed_in()?;
    let mut layout = req.layout().await?;
    let SettingsHistory { group, versions, page, may_restore } =
        versions::of(req.cx(), req.viewer(), id(&path)?, at.number()?).await?;
    layout.group = Some(group.id);
    req.page(&History { layout, group, versions, page, may_restore })
}
