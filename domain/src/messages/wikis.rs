//! Wikis: the first message of a topic can be one. All who may post in the topic may edit it; its author stays its author.

use super::changes;
use crate::live::tell;
use crate::platform::context::Context;
use crate::platform::error::{Error, Result};
use crate::platform::jobs::{self, Cause};
use crate::platform::log;
use model::policy::Viewer;
use model::{LogAction, LogEntry, MessageId, Permalink};
use store::search_log::{self, Changed};

/// Makes a message a wiki, or an ordinary message again. Its author and moderators can. Does nothing if it is that already.
///
/// # Errors
/// [`Error::NotFound`]; [`Error::Forbidden`] for anyone else, and if it is not the first message of its topic.
pub async fn set(cx: &Context, viewer: Viewer, id: MessageId, on: bool) -> Result<Permalink> {
    let user = viewer.user()?;
    let editable = changes::deletable(cx, viewer, id).await?;
    if on && editable.raw.seq != 1 {
        return Err(Error::forbidden(texts::messages_errors::wiki_is_first()));
    }
    let now = cx.now();
    let mut tx = cx.db.begin().await?;
    if !changes::lock(&mut tx, &editable).await? {
        return Err(Error::forbidden(texts::messages_errors::moved_open_again()));
    }
    if store::messages::wikis::set(&mut tx, id, on.then_some(now)).await? > 0 {
        search_log::insert(&mut tx, Changed::Message(id)).await?;
        jobs::enqueue(&mut tx, Cause::MessageEdited { message: id }, now).await?;
        if user != editable.raw.author_id {
            let what = if on { LogAction::WikiMade } else { LogAction::WikiEnded };
            let entry = LogEntry::new(user, what).group(editable.group.id).topic(editable.topic.id);
            log::write(&mut tx, entry.message(id).whom(editable.raw.author_id), now).await?;
        }
        tx.commit().await?;
        cx.wake.after_commit();
        tell::pages_changed(cx, Some((editable.group.id, editable.topic.id))).await;
    }
    Ok(changes::place_in(&editable))
}
