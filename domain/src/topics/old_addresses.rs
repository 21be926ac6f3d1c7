//! URLs of imported forums: they redirect to the imported content.

use crate::platform::context::Context;
use crate::platform::error::{Error, Result};
use crate::topics::{self, placed};
use model::policy::Viewer;
use model::{MessageId, Permalink};

/// An import never records a longer path.
const MAX_PATH: usize = 500;

/// Returns the path to which a path of an old forum leads.
///
/// # Errors
/// [`Error::NotFound`] if no import recorded it, or the viewer may not know of what it showed.
pub async fn lead(cx: &Context, viewer: Viewer, path: &str) -> Result<String> {
    if path.len() > MAX_PATH {
        return Err(Error::NotFound);
    }
    let (topic, message) = store::import::sources::address(&cx.db, &recorded(path)).await?.ok_or(Error::NotFound)?;
    if let Some(message) = message {
        let place = placed::place(cx, viewer, message).await?;
        return Ok(at(&place, message));
    }
    let found = topics::find(cx, viewer, topic).await?;
    Ok(format!("/{}/{}/", found.group.slug, found.topic.slug))
}

/// Returns where `/GROUP/TOPIC/MESSAGE` leads: to the message of that id, unless it is in another group and the path is
/// one of an old forum.
///
/// # Errors
/// As [`lead`].
pub async fn of_message(cx: &Context, viewer: Viewer, group: &str, topic: &str, message: MessageId) -> Result<String> {
    let place = match placed::place(cx, viewer, message).await {
        Ok(place) if place.group_slug == group => return Ok(at(&place, message)),
        Ok(place) => Some(place),
        Err(Error::NotFound) => None,
        Err(error) => return Err(error),
    };
    match (lead(cx, viewer, &format!("/{group}/{topic}/{message}")).await, place) {
        (Err(Error::NotFound), Some(place)) => Ok(at(&place, message)),
        (led, _) => led,
    }
}

fn at(place: &Permalink, message: MessageId) -> String {
    format!("/{}/{}/?at={}#m{message}", place.group_slug, place.topic_slug, place.seq)
}

/// Returns the form in which an import records a path; `None` if [`lead`] would never find it.
pub(crate) fn to_record(path: &str) -> Option<String> {
    let can_be_found = path.len() <= MAX_PATH && !path.chars().any(char::is_control);
    can_be_found.then(|| recorded(path))
}

/// The form in which an import records a path: without a slash at its end, and in paths of Discourse without the slug.
fn recorded(path: &str) -> String {
    let path = path.trim_end_matches('/');
    let Some(rest) = path.strip_prefix("/t/") else { return path.to_owned() };
    let is_number = |part: &str| !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_digit());
    let parts: Vec<&str> = rest.split('/').collect();
    match parts.as_slice() {
        [slug, rest @ ..] if !rest.is_empty() && rest.iter().all(|part| is_number(part)) && !is_number(slug) => {
            format!("/t/{}", rest.join("/"))
        }
        // A slug may be a number: `/t/2048/17/3`.
        [_, topic, post] if is_number(topic) && is_number(post) => format!("/t/{topic}/{post}"),
        _ => path.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::{recorded, to_record};

    #[test]
    fn a_path_is_looked_up_without_its_slug() {
        for path in ["/t/a-slug/17/3", "/t/17/3", "/t/a-slug/17/3/", "/t/2048/17/3"] {
            assert_eq!(recorded(path), "/t/17/3");
        }
        assert_eq!((recorded("/t/a/17").as_str(), recorded("/t/17/").as_str()), ("/t/17", "/t/17"));
        assert_eq!(recorded("/archives/C1/p2"), "/archives/C1/p2");
        assert_eq!(recorded("/t/a"), "/t/a");
        assert_eq!(to_record("/t/a-slug/17/").as_deref(), Some("/t/17"));
        assert_eq!((to_record("/t/\0"), to_record(&"/a".repeat(300))), (None, None));
    }
}
