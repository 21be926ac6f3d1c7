//! The votes of polls on the messages of topics, as a reader may know them.

use std::collections::HashMap;

use crate::platform::context::Context;
use crate::platform::error::Result;
use model::{Attachment, Message, MessageId, Tally, UserId};
use store::messages::polls as table;

/// Reads the votes of the polls among messages, as `reader` may know them. Without polls, this reads nothing.
pub(crate) async fn tally(cx: &Context, reader: Option<UserId>, messages: &mut [Message]) -> Result<()> {
    let polls = messages.iter_mut().filter_map(|message| Some((message.id, message.attachment.as_deref_mut()?)));
    tally_each(cx, reader, polls.collect()).await
}

/// As [`tally`], for attachments of messages.
pub(crate) async fn tally_each(
    cx: &Context,
    reader: Option<UserId>,
    mut attachments: Vec<(MessageId, &mut Attachment)>,
) -> Result<()> {
    attachments.retain(|(_, attachment)| attachment.poll().is_some());
    if attachments.is_empty() {
        return Ok(());
    }
    let ids: Vec<MessageId> = attachments.iter().map(|(id, _)| *id).collect();
    let counts = table::counts(&cx.db, &ids, reader).await?;
    let now = cx.now();
    for (id, attachment) in attachments {
        let Some(options) = attachment.poll().map(|poll| poll.options.len()) else { continue };
        let (mut voters, mut votes, mut chosen) = (0, vec![0; options], Vec::new());
        let mut is_closed = attachment.is_closed(now);
        for count in counts.iter().filter(|count| count.message_id == id) {
            is_closed |= count.closed;
            match count.choice {
                None => voters = count.votes,
                Some(choice) => {
                    if let Some(option) = usize::try_from(choice).ok().and_then(|choice| votes.get_mut(choice)) {
                        *option = count.votes;
                    }
                    chosen.extend(count.chosen.then_some(choice));
                }
            }
        }
        chosen.sort_unstable();
        let mut tally = Tally::new(is_closed, voters, votes);
        tally.chosen = chosen;
        attachment.tally = Some(tally);
    }
    Ok(())
}

/// What each of these people chose in polls, by poll and person. People who did not vote are left out.
pub(crate) async fn choices(
    cx: &Context,
    polls: &[MessageId],
    people: &[UserId],
) -> Result<HashMap<(MessageId, UserId), Vec<i64>>> {
    let mut choices: HashMap<(MessageId, UserId), Vec<i64>> = HashMap::new();
    for (poll, person, choice) in table::choices(&cx.db, polls, people).await? {
        choices.entry((poll, person)).or_default().push(choice);
    }
    Ok(choices)
}

/// Returns a message as somebody sees it who chose these options of its poll.
pub(crate) fn as_chosen(message: &Message, chosen: &[i64]) -> Message {
    let mut message = message.clone();
    if let Some(tally) = message.attachment.as_mut().and_then(|attachment| attachment.tally.as_mut()) {
        tally.chosen = chosen.to_vec();
    }
    message
}
