//! Merging a topic into another.

use actix_web::web::Path;
use domain::model::TopicId;
use domain::topics::merges;
use templates::form::MergeForm;
use templates::topics::merges::New;

use crate::failure::{Answer, Failure};
use crate::form::Form;
use crate::handlers::{id, refill};
use crate::req::Req;

async fn page(req: &Req, topic: TopicId, form: MergeForm) -> Result<New, Failure> {
    let mut layout = req.layout().await?;
    let found = merges::mergeable(req.cx(), req.viewer(), topic).await?;
    req.group_layout(&mut layout, &found.group, &found.access).await?;
    let choices = merges::choices(req.cx(), &found).await?;
    Ok(New { layout, message_count: found.message_count, group: found.group, topic: found.topic, choices, form })
}

/// `GET /-/topics/ID/merge`.
pub async fn new(req: Req, path: Path<String>) -> Answer {
    req.signed_in()?;
    req.page(&page(&req, id(&path)?, MergeForm::default()).await?)
}

/// `POST /-/topics/ID/merge`.
pub async fn create(req: Req, path: Path<String>, form: Form) -> Answer {
    let topic: TopicId = id(&path)?;
    match merges::merge_at(req.cx(), req.viewer(), topic, form.get("into")).await {
        Ok(found) => {
            req.site.forget_beside(&[found.group.id]);
            Ok(req.redirect_saying(&format!("/{}/{}/", found.group.slug, found.topic.slug), "merged"))
        }
        Err(error @ domain::Error::Invalid(_)) => {
            let back = MergeForm { into: form.get("into").into(), error: None };
            let back = refill(back, error)?;
            req.with_field_errors(&page(&req, topic, back).await?)
        }
        Err(error) => Err(error.into()),
    }
}
