//! Splitting a topic.

use actix_web::web::{Path, Query};
use domain::model::{MessageId, TopicId};
use domain::topics::splits;
use domain::topics::splits::{Before, Which};
use serde::Deserialize;
use templates::form::SplitForm;
use templates::topics::splits::New;

use crate::failure::{Answer, Failure};
use crate::form::Form;
use crate::handlers::{id, mendable};
use crate::visit::Visit;

/// What stands in the address.
#[derive(Deserialize)]
pub struct Part {
    from: Option<String>,
}

async fn page(
    visit: &Visit,
    topic: TopicId,
    from: Option<MessageId>,
    ticked: Vec<MessageId>,
    form: Option<SplitForm>,
) -> Result<New, Failure> {
    let mut frame = visit.frame().await?;
    let Before { found, first, messages } = splits::before(visit.cx(), visit.viewer(), topic, from).await?;
    visit.group_frame(&mut frame, &found.group, &found.standing).await?;
    let form = form.unwrap_or_else(|| SplitForm { group: found.group.id.to_string().into(), ..SplitForm::default() });
    Ok(New { frame, group: found.group, topic: found.topic, first, messages, ticked, form })
}

/// `GET /-/topics/ID/split?from=MESSAGE`.
pub async fn new(visit: Visit, path: Path<String>, part: Query<Part>) -> Answer {
    visit.signed_in()?;
    let topic = id(&path)?;
    let from = part.from.as_deref().map(id).transpose()?;
    visit.page(&page(&visit, topic, from, from.into_iter().collect(), None).await?)
}

/// `POST /-/topics/ID/split`: from a message on, or those that are ticked.
pub async fn create(visit: Visit, path: Path<String>, form: Form) -> Answer {
    let topic: TopicId = id(&path)?;
    let ticked: Vec<MessageId> = form.ticked("m");
    let from: Option<MessageId> = id(form.get("from")).ok();
    let which = match (form.get("which"), from) {
        ("these", _) | (_, None) => Which::These(ticked.clone()),
        (_, Some(from)) => Which::From(from),
    };
    let to = match form.get("group") {
        "" => domain::topics::find(visit.cx(), visit.viewer(), topic).await?.group.id,
        // What is no group is none that they may know of.
        chosen => id(chosen).unwrap_or(domain::model::GroupId(0)),
    };
    match splits::split(visit.cx(), visit.viewer(), topic, &which, form.get("title"), to).await {
        Ok(found) => {
            visit.site.forget_beside(&[found.group.id]);
            Ok(visit.redirect_saying(&format!("/{}/{}/", found.group.slug, found.topic.slug), "split"))
        }
        Err(error @ domain::Error::Invalid(_)) => {
            let mut back = SplitForm {
                title: form.get("title").into(),
                group: form.get("group").into(),
                which: form.get("which").into(),
                error: None,
            };
            for (field, why) in mendable(error)? {
                back.mend(&field, why);
            }
            visit.mend(&page(&visit, topic, from, ticked, Some(back)).await?)
        }
        Err(error) => Err(error.into()),
    }
}
