//! Marking as read: a topic, a group, everything.

use actix_web::web::Path;
use domain::store::topics::reads::Shown;
use domain::topics::reads;

use crate::failure::Answer;
use crate::form::Form;
use crate::handlers::id;
use crate::visit::Visit;

/// `POST /-/read`: everything that the page showed.
pub async fn mark_all(visit: Visit, form: Form) -> Answer {
    reads::mark_shown(visit.cx(), visit.viewer(), form.get("upto")).await?;
    Ok(visit.redirect_saying(form.next("/"), "read"))
}

/// `POST /-/groups/ID/read`: what the page of the group showed.
pub async fn mark_group(visit: Visit, path: Path<String>, form: Form) -> Answer {
    let group = domain::groups::by_id(visit.cx(), visit.viewer(), id(&path)?).await?;
    reads::mark_shown(visit.cx(), visit.viewer(), form.get("upto")).await?;
    Ok(visit.redirect_saying(&format!("/{}/", group.group.slug), "read"))
}

/// `POST /-/topics/ID/read`: up to what the page of the topic showed.
pub async fn mark_topic(visit: Visit, path: Path<String>, form: Form) -> Answer {
    let found = domain::topics::find(visit.cx(), visit.viewer(), id(&path)?).await?;
    let number = |name| {
        let wrong = |_| domain::Error::invalid("seq", "This is not what the page sent; load it again.");
        form.get(name).parse().map_err(wrong)
    };
    let numbering = if form.get("numbering").is_empty() { 0 } else { number("numbering")? };
    let shown = Shown { numbering, seq: number("seq")? };
    reads::mark_as_shown(visit.cx(), visit.viewer(), found.topic.id, shown).await?;
    Ok(visit.redirect_saying(&format!("/{}/{}/", found.group.slug, found.topic.slug), "read"))
}

/// `POST /-/messages/ID/unread`: it and all that follow are unread again. The topic is left, or they would be read at once.
pub async fn unread_from(visit: Visit, path: Path<String>, _form: Form) -> Answer {
    let found = domain::topics::subscriptions::unread_from(visit.cx(), visit.viewer(), id(&path)?).await?;
    let next = if found.group.is_direct() { "/".to_owned() } else { format!("/{}/", found.group.slug) };
    Ok(visit.redirect_saying(&next, "unread"))
}
