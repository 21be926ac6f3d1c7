//! The history of a group's settings.

use actix_web::web::Path;
use domain::groups::versions::{self, SettingsHistory};
use templates::groups::versions::History;

use crate::failure::Answer;
use crate::handlers::id;
use crate::req::Req;

/// `GET /-/groups/ID/history`.
pub async fn index(req: Req, path: Path<String>) -> Answer {
    req.signed_in()?;
    let mut layout = req.layout().await?;
    let SettingsHistory { group, versions, may_restore } = versions::of(req.cx(), req.viewer(), id(&path)?).await?;
    layout.group = Some(group.id);
    req.page(&History { layout, group, versions, may_restore })
}
