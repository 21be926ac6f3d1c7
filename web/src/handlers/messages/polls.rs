//! Polls: voting, closing, and who voted.

use actix_web::web::Path;
use domain::messages::polls;
use domain::model::{MessageId, Permalink};
use templates::messages::Votes;

use super::{address, fragment};
use crate::failure::Answer;
use crate::form::Form;
use crate::handlers::id;
use crate::req::Req;

async fn answer(req: &Req, message: MessageId, place: &Permalink) -> Answer {
    if req.wants_json { fragment(req, message).await } else { Ok(req.redirect(&address(place, message))) }
}

/// `POST /-/messages/ID/vote`: votes, or changes the vote.
pub async fn vote(req: Req, path: Path<String>, form: Form) -> Answer {
    let message: MessageId = id(&path)?;
    // A poll with one choice sends `vote-ID`, one with several `vote-ID-OPTION`. Other polls on the page send theirs too.
    let name = format!("vote-{message}");
    let mut choices: Vec<i64> = form.ticked(&format!("{name}-"));
    choices.extend(form.get(&name).parse::<i64>());
    if choices.is_empty() {
        return Err(domain::Error::invalid("choices", texts::forms::choose_option()).into());
    }
    let place = polls::vote(req.cx(), req.viewer(), message, &choices).await?;
    answer(&req, message, &place).await
}

/// `POST /-/messages/ID/retract`: removes the vote.
pub async fn retract(req: Req, path: Path<String>, _form: Form) -> Answer {
    let message = id(&path)?;
    let place = polls::vote(req.cx(), req.viewer(), message, &[]).await?;
    answer(&req, message, &place).await
}

/// `POST /-/messages/ID/close`.
pub async fn close(req: Req, path: Path<String>, _form: Form) -> Answer {
    let message = id(&path)?;
    let place = polls::close(req.cx(), req.viewer(), message).await?;
    answer(&req, message, &place).await
}

/// `GET /-/messages/ID/votes`.
pub async fn voters(req: Req, path: Path<String>) -> Answer {
    let polls::Voters { placed, poll, options, more } = polls::voters(req.cx(), req.viewer(), id(&path)?).await?;
    let mut layout = req.layout().await?;
    layout.group = Some(placed.group.id);
    let domain::topics::placed::MessageInTopic { message, topic, group } = placed;
    req.page(&Votes { layout, group, topic, message, poll, options, more })
}
