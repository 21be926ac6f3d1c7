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
use crate::handlers::{id, refill};
use crate::req::Req;

/// The query parameters.
#[derive(Deserialize)]
pub struct Params {
    from: Option<String>,
}

async fn page(
    req: &Req,
    topic: TopicId,
    from: Option<MessageId>,
    ticked: Vec<MessageId>,
    form: Option<SplitForm>,
) -> Result<New, Failure> {
    let mut layout = req.layout().await?;
    let Before { found, first, messages } = splits::before(req.cx(), req.viewer(), topic, from).await?;
    req.group_layout(&mut layout, &found.group, &found.access).await?;
    let form = form.unwrap_or_else(|| SplitForm { group: found.group.id.to_string().into(), ..SplitForm::default() });
    Ok(New { layout, group: found.group, topic: found.topic, first, messages, ticked, form })
}

/// `GET /-/topics/ID/split?from=MESSAGE`.
pub async fn new(req: Req, path: Path<String>, params: Query<Params>) -> Answer {
    req.signed_in()?;
    let topic = id(&path)?;
    let from = params.from.as_deref().map(id).transpose()?;
    req.page(&page(&req, topic, from, from.into_iter().collect(), None).await?)
}

/// `POST /-/topics/ID/split`: from a message on, or the ticked messages.
pub async fn create(req: Req, path: Path<String>, form: Form) -> Answer {
    let topic: TopicId = id(&path)?;
    let ticked: Vec<MessageId> = form.ticked("m");
    let from: Option<MessageId> = id(form.get("from")).ok();
    let which = match (form.get("which"), from) {
        ("these", _) | (_, None) => Which::These(ticked.clone()),
        (_, Some(from)) => Which::From(from),
    };
    let to = match form.get("group") {
        "" => domain::topics::find(req.cx(), req.viewer(), topic).await?.group.id,
        chosen => id(chosen)?,
    };
    match splits::split(req.cx(), req.viewer(), topic, &which, form.get("title"), to).await {
        Ok(found) => {
            req.site.forget_beside(&[found.group.id]);
            Ok(req.redirect_saying(&format!("/{}/{}/", found.group.slug, found.topic.slug), "split"))
        }
        Err(error @ domain::Error::Invalid(_)) => {
            let back = SplitForm {
                title: form.get("title").into(),
                group: form.get("group").into(),
                which: form.get("which").into(),
                error: None,
            };
            let back = refill(back, error)?;
            req.with_field_errors(&page(&req, topic, from, ticked, Some(back)).await?)
        }
        Err(error) => Err(error.into()),
    }
}
