//! What a caller's change starts from. The web service compares what the caller saw (`If-Match`) with what there is, and the
//! transaction of the change compares once more: between the two, somebody else may have changed it.

use super::{Ask, site_pages};
use crate::platform::error::Result;
use crate::{groups, messages};

/// Returns what identifies the state of what a request changes, for [`Ask::base`]. Read it before what the caller saw is
/// compared. `shows` is the function that returns it: `messages::show`. `None` for a function whose changes compare nothing.
///
/// # Errors
/// As the function.
pub async fn read(ask: &Ask, shows: &str) -> Result<Option<String>> {
    Ok(match shows {
        "messages::show" => Some(messages::base_of(&ask.message().await?.0)),
        "topics::show" => Some(ask.topic().await?.topic.name),
        "groups::show" => Some(groups::base_of(&ask.group().await?.group)),
        "site_pages::edit" => Some(site_pages::edit(ask.clone(), ()).await?.0.version.to_string()),
        _ => None,
    })
}
