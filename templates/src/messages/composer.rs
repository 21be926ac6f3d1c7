//! What the composer needs besides its form: previews, completion, and the page of a message's replies.

use askama::Template;
use domain::messages::completion::Completions;
use domain::model::{Group, Message, Original, Poll, Topic};
use domain::screening::WriterLimits;
use serde::Serialize;
use texts::Text;

use crate::form::MessageForm;
use crate::layout::Layout;

/// `/-/topics/ID/preview`: a message as it would be shown, and the form to continue.
#[derive(Clone, Debug, Template)]
#[template(path = "messages/preview.html")]
pub struct Preview {
    pub layout: Layout,
    pub group: Group,
    pub topic: Topic,
    /// The text as HTML; empty without a text.
    pub markup: String,
    /// The poll as it would be shown.
    pub poll: Option<Poll>,
    /// People whom a mention in the text does not reach.
    pub note: Option<Text>,
    pub form: MessageForm,
    /// The message that the form replies to.
    pub replying: Option<Original>,
    /// What limits the viewer's messages, in sentences.
    pub limits: Vec<Text>,
}

/// A previewed message alone, for the composer's script.
#[derive(Clone, Debug, Template)]
#[template(path = "messages/previewed.html")]
pub struct Previewed {
    /// The text as HTML; empty without a text.
    pub markup: String,
    /// The poll as it would be shown.
    pub poll: Option<Poll>,
}

/// `/-/messages/ID/replies`.
#[derive(Clone, Debug, Template)]
#[template(path = "messages/replies.html")]
pub struct Replies {
    pub layout: Layout,
    pub group: Group,
    pub topic: Topic,
    /// The message that was replied to.
    pub original: Message,
    /// Oldest first.
    pub replies: Vec<Message>,
    /// Whether there are more than these.
    pub more: bool,
}

/// Returns which of the named people cannot read here, in a sentence; `None` if there are none.
pub fn unreached(names: &[String], group: &Group) -> Option<Text> {
    use texts::composer as t;
    let listed = match names {
        [] => return None,
        [one] => Text::verbatim(one.clone()),
        [one, other] => t::two_names(one, other),
        [first @ .., last] => t::more_names(first.join(", "), last),
    };
    Some(match group.is_direct() {
        true => t::unreached_in_conversation(names.len(), listed),
        false => t::unreached_in_group(names.len(), listed),
    })
}

/// Returns what limits a writer, in sentences. They write a `message` or a `topic`.
pub fn limits(of: WriterLimits, noun: &str) -> Vec<Text> {
    let mut lines = Vec::new();
    if of.slow_seconds > 0 {
        lines.push(texts::forms::slow_mode(noun, crate::groups::span(of.slow_seconds)));
    }
    if of.is_held {
        lines.push(texts::forms::first_messages_wait());
    }
    match of.links {
        None => {}
        Some(0) => lines.push(texts::forms::no_links_yet()),
        Some(most) => lines.push(texts::forms::few_links(most)),
    }
    lines
}

/// How a word can continue, for `complete.js`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
struct Completion {
    label: String,
    about: String,
    /// What takes the place of the word.
    text: String,
}

/// The answer to what is typed in a composer.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Completed {
    items: Vec<Completion>,
    /// People whom a mention in the text does not reach.
    note: String,
}

impl Completed {
    /// Words a completion of the domain, in the current language.
    pub fn new(found: Completions, group: &Group) -> Self {
        let Completions { people, emoji, unreached: names } = found;
        let people = people.into_iter().map(|person| Completion {
            text: format!("@{} ", person.username),
            label: person.username,
            about: person.name,
        });
        let emoji = emoji.into_iter().map(|(name, emoji)| Completion {
            text: format!(":{name}: "),
            label: format!("{emoji} :{name}:"),
            about: String::new(),
        });
        let note = unreached(&names, group).map(|note| note.to_string()).unwrap_or_default();
        Self { items: people.chain(emoji).collect(), note }
    }
}

#[cfg(test)]
mod tests {
    use texts::Lang;

    use super::*;

    #[test]
    fn the_note_names_everyone_who_cannot_read_the_topic() {
        let group = crate::samples::group(1);
        let note = |names: &[&str], lang| {
            let names: Vec<String> = names.iter().map(ToString::to_string).collect();
            unreached(&names, &group).map(|note| note.to(lang))
        };
        let english = |names: &[&str]| note(names, Lang::En).expect("a note");
        assert_eq!(note(&[], Lang::En), None);
        assert_eq!(english(&["ada"]), "ada can't read this group and won't be notified.");
        assert!(english(&["ada", "bo"]).starts_with("ada and bo can"));
        assert!(english(&["ada", "bo", "cy"]).starts_with("ada, bo, and cy can"));
        let german = note(&["ada", "bo", "cy"], Lang::De);
        assert!(german.is_some_and(|german| german.starts_with("ada, bo und cy können")));
    }
}
