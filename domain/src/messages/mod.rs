//! Messages: reading, posting and changing them.

pub mod attachments;
pub mod bookmarks;
pub mod by_person;
mod changes;
pub mod completion;
pub mod conversations;
pub mod history;
pub mod link_previews;
pub mod mentions;
mod page;
pub mod polls;
pub mod preview;
pub(crate) mod push;
pub mod replies;
pub mod stars;
pub(crate) mod submit;
mod topic_page;
pub mod wikis;

pub use attachments::NewAttachment;
pub use changes::{AttachmentChange, Change, Editable, deletable, delete, delete_because, edit, edit_with, editable};
pub(crate) use changes::{base_of, delete_in, delete_in_at, reassign_deletion};
pub use page::{PAGE, Page, Window, events, page};
pub use submit::{Posted, Target, submit, submit_with};
pub use topic_page::{Opened, TopicPage, open, sign_seen, topic_page};

use crate::platform::text;

use crate::platform::context::Context;
use crate::platform::error::Result;
use markup::{self};
use model::MessageId;

/// Reparses messages stored by an older parser version, or `all`. Returns how many; `on_progress` gets the count.
pub async fn reparse(cx: &Context, all: bool, mut on_progress: impl FnMut(u64)) -> Result<u64> {
    let version = if all { i64::MAX } else { i64::from(markup::NODES_VERSION) };
    let mut after = MessageId(0);
    let mut done = 0;
    loop {
        let batch = store::messages::outdated(&cx.db, version, after, 500).await?;
        let Some((last, ..)) = batch.last() else { return Ok(done) };
        after = *last;
        let mut tx = cx.db.begin().await?;
        let mut parsed = Vec::with_capacity(batch.len());
        for (id, raw, attachment) in batch {
            let attachment = store::messages::attachments::decode(attachment.as_deref())?;
            let nodes = text::parse_message(cx, &raw, attachment.as_deref()).await?;
            parsed.push((id, raw, nodes));
        }
        for (id, raw, nodes) in &parsed {
            done += store::messages::set_nodes(&mut tx, *id, raw, nodes).await?;
        }
        tx.commit().await?;
        on_progress(done);
    }
}
