//! Profiles.

use actix_web::web::Path;
use templates::people::{Profile, Recent};

use crate::failure::Answer;
use crate::visit::Visit;

/// `GET /users/NAME/`.
pub async fn show(visit: Visit, path: Path<String>) -> Answer {
    let frame = visit.frame().await?;
    let profile = domain::accounts::profile(visit.cx(), visit.viewer(), &path).await?;
    let recent =
        |placed: domain::messages::Placed| Recent { message: placed.message, topic: placed.topic, group: placed.group };
    visit.page(&Profile {
        frame,
        user: profile.user,
        bio: profile.bio_markup,
        groups: profile.groups,
        ignored: profile.ignored,
        may_write: profile.may_write,
        recent: profile.recent.into_iter().map(recent).collect(),
        older: None,
    })
}
