//! The history of a topic's title.

use actix_web::web::{Path, Query};
use domain::topics::titles::{self, TitleHistory};
use templates::topics::titles::History;

use crate::failure::Answer;
use crate::handlers::{VersionsBefore, id};
use crate::req::Req;

/// `GET /-/topics/ID/history`.
pub async fn index(req: Req, path: Path<String>, at: Query<VersionsBefore>) -> Answer {
    req.signed_in()?;
    let mut layout = req.layout().await?;
    let TitleHistory { topic, group, titles, page, may_restore } =
        titles::of(req.cx(), req.viewer(), id(&path)?, at.number()?).await?;
    layout.group = Some(group.id);
    req.page(&History { layout, group, topic, titles, page, may_restore })
}
