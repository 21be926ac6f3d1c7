//! Messages of earlier runs that changed in the source since.

use std::collections::{HashMap, HashSet};

use super::super::records::Message;
use super::super::report::ImportWarning;
use super::messages::{Known, Parsed, later};
use super::{Source, digest_of};
use crate::platform::context::Context;
use crate::platform::error::Result;
use model::time::Timestamp;
use model::{MessageId, UserId};
use store::Tx;
use store::import::{self as rows, sources};
use store::search_log::Changed;

impl Source {
    /// Applies what changed in the source since an earlier run.
    pub(super) async fn update(&mut self, cx: &Context, tx: &mut Tx, old: Vec<Message>, known: &Known) -> Result<()> {
        let (mut changed, mut undigested) = (Vec::new(), Vec::new());
        // A run that was stopped may have written both messages and not what links them.
        let mut answers = Vec::new();
        for message in old {
            let Some((id, digest)) = known.get(&message.key) else { continue };
            match message.reply_to.as_ref().map(|to| (to, known.get(to))) {
                Some((to, None)) => self.later.push(later(&message, *id, to, false)),
                Some((_, Some((to, _)))) if to != id => {
                    answers.push((*id, *to));
                    self.report.replies.found(1);
                }
                // A reply to itself.
                Some(_) => self.report.replies.dropped(1),
                None => {}
            }
            self.report.files.found(message.files);
            let now = digest_of(&message);
            match digest {
                Some(before) if *before != now => changed.push((message, *id, before.clone(), now)),
                before => {
                    if before.is_none() {
                        undigested.push((message.key.clone(), id.0, now));
                    }
                    let stars: HashSet<&str> = message.stars.iter().map(|(key, _)| key.as_str()).collect();
                    self.report.messages.found(1);
                    self.report.edits.found(u64::from(message.edited_at.is_some()));
                    self.report.stars.found(stars.len() as u64);
                    let second = (message.stars.len() - stars.len()) as u64;
                    self.report.stars.dropped(second);
                    if second > 0 {
                        let example = || format!("on {}", message.origin);
                        self.report.warnings.note_many(ImportWarning::SecondReaction, second, example);
                    }
                }
            }
        }
        if self.dry.is_none() {
            sources::note(tx, &self.key, "message", &undigested).await?;
            rows::answers(tx, &answers).await?;
        }
        let ids: Vec<MessageId> = changed.iter().map(|(_, id, ..)| *id).collect();
        let rows: HashMap<MessageId, sources::NowRow> = if ids.is_empty() {
            HashMap::new()
        } else {
            sources::now(tx, &ids).await?.into_iter().map(|row| (row.id, row)).collect()
        };
        let (messages, facts): (Vec<Message>, Vec<_>) =
            changed.into_iter().map(|(message, id, before, now)| (message, (id, before, now))).unzip();
        let (messages, parsed) = self.parse(cx, messages).await?;
        for ((message, parsed), (id, before, now)) in messages.into_iter().zip(parsed).zip(facts) {
            self.change(cx, tx, message, parsed, rows.get(&id), (&before, &now)).await?;
        }
        Ok(())
    }

    async fn change(
        &mut self,
        cx: &Context,
        tx: &mut Tx,
        message: Message,
        parsed: Parsed,
        row: Option<&sources::NowRow>,
        (before, now): (&str, &str),
    ) -> Result<()> {
        let stars = self.stars(&message);
        let is_edited = u64::from(message.edited_at.is_some());
        let Some(row) = row.filter(|row| !row.deleted) else {
            self.report.messages.found(1);
            self.report.edits.found(is_edited);
            self.report.stars.found(stars.len() as u64);
            self.report.warnings.note(ImportWarning::KeptDeleted, || message.origin.clone());
            return Ok(());
        };
        let has_new_text = before.get(..16) != now.get(..16);
        self.report.messages.altered(1);
        self.report.edits.altered(is_edited);
        if self.dry.is_some() {
            self.report.stars.found(stars.len() as u64);
            return Ok(());
        }
        if has_new_text && parsed.raw != row.raw {
            store::topics::touch(tx, row.topic_id).await?;
            store::messages::history::keep(tx, row.id).await?;
            let at = message.edited_at.unwrap_or_else(|| cx.now());
            store::messages::touch(tx, row.id).await?;
            // Imported messages have no attachments.
            let new = (parsed.raw.as_str(), parsed.nodes.as_slice(), None);
            store::messages::update(tx, row.id, row.author_id, new, at).await?;
        }
        let given: Vec<(MessageId, UserId, Timestamp)> = stars.iter().map(|(user, at)| (row.id, *user, *at)).collect();
        let new_stars = rows::stars(tx, &given).await?;
        self.report.stars.added(new_stars);
        self.report.stars.found((given.len() as u64).saturating_sub(new_stars));
        if new_stars > 0 {
            store::messages::touch(tx, row.id).await?;
        }
        if let Some(at) = message.deleted_at {
            store::messages::delete(tx, row.id, row.author_id, at).await?;
        }
        rows::changed(tx, &[Changed::Message(row.id)]).await?;
        sources::note(tx, &self.key, "message", &[(message.key, row.id.0, now.to_owned())]).await?;
        Ok(())
    }
}
