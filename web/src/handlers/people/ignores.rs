//! Ignoring users, and who may start a conversation with the viewer.

use actix_web::web::Path;
use domain::model::DirectFrom;
use templates::people::settings::People;

use crate::failure::Answer;
use crate::form::Form;
use crate::req::Req;

/// `GET /-/settings/people`.
pub async fn index(req: Req) -> Answer {
    let user = req.signed_in()?.person.id;
    let layout = req.layout().await?;
    let own = domain::people::accounts::own(req.cx(), user).await?;
    let ignored = domain::people::ignores::list(req.cx(), req.viewer()).await?;
    req.page(&People { layout, direct_from: own.direct_from, ignored })
}

/// `POST /-/settings/people`: sets who may start a conversation.
pub async fn update(req: Req, form: Form) -> Answer {
    let from = DirectFrom::parse(form.get("direct_from"));
    let from = from.ok_or_else(|| domain::Error::invalid("direct_from", texts::forms::choose_senders()))?;
    domain::messages::conversations::set_from(req.cx(), req.viewer(), from).await?;
    Ok(req.redirect_saying("/-/settings/people", "saved"))
}

/// `POST /-/users/NAME/ignore`: with `ignored`, ignores the user; without, stops ignoring.
pub async fn ignore(req: Req, path: Path<String>, form: Form) -> Answer {
    let ignored = form.get("ignored") == "yes";
    let person = domain::people::ignores::set(req.cx(), req.viewer(), &path, ignored).await?;
    let profile = format!("/users/{}/", templates::search::encoded(&person.username));
    Ok(req.redirect_saying(form.next(&profile), if ignored { "ignored" } else { "unignored" }))
}
