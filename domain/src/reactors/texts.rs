//! The variants of a live event: what an event shows depends on its reader.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, OnceLock, PoisonError};

use serde_json::Value;

use super::live::Drawing;
use crate::live::in_each::{InEach, payload};
use crate::topics::tallies;
use model::{Message, MessageId, Original, TopicRow, UserId};
use store::groups::members::Hearer;
use store::topics::Subject;

/// The options that users chose in polls. Users who did not vote are left out.
pub(super) type Choices = HashMap<(MessageId, UserId), Vec<i64>>;

/// What a reader does not see because they ignore its author.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
enum Hidden {
    Nothing,
    /// The words of the message that is replied to.
    Original,
    Message,
}

/// What an event's HTML depends on.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
struct Variant {
    /// The options that the reader chose in the poll; empty without a vote.
    chosen: Vec<i64>,
    hidden: Hidden,
    is_muted: bool,
}

/// The variants of an event. The rarer ones are only built when the first user needs them.
pub(super) struct Texts<'a> {
    message: Option<&'a Message>,
    event: InEach<Value>,
    pub(super) plain: Arc<str>,
    muted: OnceLock<Arc<str>>,
    drawn: Mutex<HashMap<Variant, Arc<str>>>,
    drawing: Drawing<'a>,
    subject: &'a Subject,
}

impl<'a> Texts<'a> {
    pub(super) fn of(
        message: Option<&'a Message>,
        event: InEach<Value>,
        drawing: Drawing<'a>,
        subject: &'a Subject,
    ) -> Self {
        let plain = payload(&event);
        let (muted, drawn) = (OnceLock::new(), Mutex::default());
        Self { message, event, plain, muted, drawn, drawing, subject }
    }

    /// The message, if it is a poll.
    pub(super) fn poll(&self) -> Option<MessageId> {
        let message = self.message?;
        message.attachment.as_ref()?.poll().map(|_| message.id)
    }

    /// The users whose words the event shows.
    pub(super) fn authors(&self) -> impl Iterator<Item = UserId> {
        self.message
            .into_iter()
            .map(|message| message.author.id)
            .chain(self.original().map(|original| original.author.id))
    }

    fn original(&self) -> Option<&'a Original> {
        self.message.filter(|message| !message.deleted)?.reply_to.as_ref()
    }

    /// Returns the event with other fragments, which are drawn for each language, in place of those that it has.
    fn with(&self, is_quiet: bool, fragments: impl Fn() -> Vec<(&'static str, String)>) -> Arc<str> {
        payload(&InEach::of(|lang| {
            let mut event = self.event.get(lang).clone();
            if let Value::Object(fields) = &mut event {
                for (name, fragment) in fragments() {
                    if let Some(value) = fields.get_mut(name) {
                        *value = fragment.into();
                    }
                }
                if is_quiet {
                    fields.insert("quiet".into(), true.into());
                }
            }
            event
        }))
    }

    /// Returns the event with the message as readers of a variant see it. It is quiet for readers who ignore its author.
    fn draw(&self, message: &Message, variant: &Variant) -> Arc<str> {
        let Subject { group, row, .. } = self.subject;
        let mut message = match variant.chosen.as_slice() {
            [] => message.clone(),
            chosen => tallies::as_chosen(message, chosen),
        };
        if variant.hidden == Hidden::Message {
            (message.ignored, message.follows) = (true, false);
            let ignored = row.last_author.as_ref().is_some_and(|last| last.id == message.author.id);
            let folded = row.topic.creator_id == message.author.id;
            let row = TopicRow { ignored, folded, ..row.clone() };
            let fragments = || {
                let html = self.drawing.message(&message, &row.topic, group);
                vec![("html", html), ("row", self.drawing.topic_row(&row, group))]
            };
            return self.with(true, fragments);
        }
        if variant.hidden == Hidden::Original {
            message.reply_to = message.reply_to.map(|original| Original { ignored: true, ..original });
        }
        self.with(variant.is_muted, || vec![("html", self.drawing.message(&message, &row.topic, group))])
    }

    /// Returns the event for a reader.
    pub(super) fn for_reader(
        &self,
        reader: UserId,
        ignores: impl Fn(UserId) -> bool,
        is_muted: bool,
        choices: &Choices,
    ) -> Arc<str> {
        let hidden = match self.message {
            Some(message) if ignores(message.author.id) => Hidden::Message,
            _ if self.original().is_some_and(|original| ignores(original.author.id)) => Hidden::Original,
            _ => Hidden::Nothing,
        };
        let chosen = self.poll().and_then(|poll| choices.get(&(poll, reader))).cloned().unwrap_or_default();
        let is_quiet = is_muted || hidden == Hidden::Message;
        match self.message.filter(|message| !message.deleted) {
            Some(message) if hidden != Hidden::Nothing || !chosen.is_empty() => {
                let variant = Variant { chosen, hidden, is_muted: is_quiet };
                let mut drawn = self.drawn.lock().unwrap_or_else(PoisonError::into_inner);
                drawn.entry(variant).or_insert_with_key(|variant| self.draw(message, variant)).clone()
            }
            _ if is_quiet => self.muted.get_or_init(|| self.with(true, Vec::new)).clone(),
            _ => self.plain.clone(),
        }
    }

    /// Returns the event for a member of the group.
    pub(super) fn for_hearer(&self, hearer: &Hearer, choices: &Choices) -> Arc<str> {
        self.for_reader(hearer.user_id, |author| hearer.ignores.contains(&author), hearer.muted, choices)
    }
}
