//! Merging a topic into another.

use actix_web::web::Path;
use domain::model::TopicId;
use domain::topics::merges;
use templates::form::MergeForm;
use templates::topics::merges::New;

use crate::failure::{Answer, Failure};
use crate::form::Form;
use crate::handlers::{id, mendable};
use crate::visit::Visit;

async fn page(visit: &Visit, topic: TopicId, form: MergeForm) -> Result<New, Failure> {
    let mut frame = visit.frame().await?;
    let found = merges::mergeable(visit.cx(), visit.viewer(), topic).await?;
    visit.group_frame(&mut frame, &found.group, &found.standing).await?;
    let choices = merges::choices(visit.cx(), &found).await?;
    Ok(New { frame, message_count: found.message_count, group: found.group, topic: found.topic, choices, form })
}

/// `GET /-/topics/ID/merge`.
pub async fn new(visit: Visit, path: Path<String>) -> Answer {
    visit.signed_in()?;
    visit.page(&page(&visit, id(&path)?, MergeForm::default()).await?)
}

/// `POST /-/topics/ID/merge`.
pub async fn create(visit: Visit, path: Path<String>, form: Form) -> Answer {
    let topic: TopicId = id(&path)?;
    match merges::merge_at(visit.cx(), visit.viewer(), topic, form.get("into")).await {
        Ok(found) => {
            visit.site.forget_beside(&[found.group.id]);
            Ok(visit.redirect_saying(&format!("/{}/{}/", found.group.slug, found.topic.slug), "merged"))
        }
        Err(error @ domain::Error::Invalid(_)) => {
            let mut back = MergeForm { into: form.get("into").into(), error: None };
            for (field, why) in mendable(error)? {
                back.mend(&field, why);
            }
            visit.mend(&page(&visit, topic, back).await?)
        }
        Err(error) => Err(error.into()),
    }
}
