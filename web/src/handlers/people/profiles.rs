//! User profiles.

use actix_web::web::Path;
use domain::messages::by_person;
use domain::messages::by_person::Shown;
use templates::links::Links;
use templates::people::profiles::{Profile, Recent};
use templates::search::encoded;

use crate::failure::Answer;
use crate::page_cache::About;
use crate::req::Req;

/// `GET /users/NAME/`. A former username redirects to the current one.
pub async fn show(req: Req, path: Path<String>) -> Answer {
    let mut layout = req.layout().await?;
    let profile = match by_person::show(req.cx(), req.viewer(), &path).await? {
        Shown::Profile(profile) => profile,
        Shown::Renamed(name) => return Ok(req.moved(&format!("/users/{}/", encoded(&name)))),
    };
    let recent = |placed: domain::topics::placed::MessageInTopic| Recent {
        message: placed.message,
        topic: placed.topic,
        group: placed.group,
    };
    layout.links = req.describes().map(|base| {
        let path = format!("/users/{}/", encoded(&profile.user.username));
        Links::page(base, &path, &profile.user.username, &templates::groups::plain(&profile.user.bio))
            .with_picture(base, &profile.user.avatar)
    });
    let page = Profile {
        layout,
        user: profile.user,
        bio: profile.bio_markup,
        groups: profile.groups,
        ignored: profile.ignored,
        may_write: profile.may_write,
        owner: profile.owner,
        recent: profile.recent.into_iter().map(recent).collect(),
        older: None,
    };
    req.shared_page(&page, About::Site)
}
