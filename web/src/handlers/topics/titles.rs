//! The history of a topic's title.

use actix_web::web::Path;
use domain::topics::titles::{self, TitleHistory};
use templates::topics::titles::History;

use crate::failure::Answer;
use crate::handlers::id;
use crate::req::Req;

/// `GET /-/topics/ID/history`.
pub async fn index(req: Req, path: Path<String>) -> Answer {
    req.signed_in()?;
    let mut layout = req.layout().await?;
    let TitleHistory { topic, group, titles, may_restore } = titles::of(req.cx(), req.viewer(), id(&path)?).await?;
    layout.group = Some(group.id);
    req.page(&History { layout, group, topic, titles, may_restore })
}
