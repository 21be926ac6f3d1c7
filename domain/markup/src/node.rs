//! The nodes of a message: what is stored, what the API shows, and what a page joins.

use std::fmt;

use serde::de::{DeserializeSeed, IgnoredAny, MapAccess, SeqAccess, Visitor};
use serde::{Deserialize, Deserializer, Serialize};

/// One piece of a message. `markup` is complete HTML; the message is the concatenation of all its nodes' markup.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "type", rename_all = "snake_case")]
#[allow(missing_docs)]
pub enum Node {
    Text {
        markup: String,
    },
    /// A `@name` that belongs to a user.
    Username {
        user_id: i64,
        /// As its owner writes it.
        username: String,
        markup: String,
    },
    /// A link to another site, to a page of ours that is not a topic (then `url` is its path), or to a mailbox.
    Url {
        url: String,
        markup: String,
    },
    /// A link to an image, which is shown.
    Image {
        url: String,
        markup: String,
    },
    Code {
        markup: String,
    },
    /// Code on its own lines.
    CodeBlock {
        #[serde(default, skip_serializing_if = "Option::is_none")]
        language: Option<String>,
        markup: String,
    },
    /// A quotation. It mentions nobody.
    Quote {
        markup: String,
    },
    Emphasis {
        /// The ids of the users mentioned within.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        mentions: Vec<i64>,
        markup: String,
    },
    Strong {
        /// The ids of the users mentioned within.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        mentions: Vec<i64>,
        markup: String,
    },
    Strikethrough {
        /// The ids of the users mentioned within.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        mentions: Vec<i64>,
        markup: String,
    },
    /// Hidden until the reader wants to see it. In a line, or on lines of its own.
    Spoiler {
        /// The ids of the users mentioned within.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        mentions: Vec<i64>,
        markup: String,
    },
    Heading {
        /// The level of its HTML element, from 3 to 6.
        level: u8,
        /// The ids of the users mentioned within.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        mentions: Vec<i64>,
        markup: String,
    },
    List {
        /// Whether its items have numbers.
        ordered: bool,
        /// The ids of the users mentioned within.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        mentions: Vec<i64>,
        markup: String,
    },
    Table {
        /// The ids of the users mentioned within.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        mentions: Vec<i64>,
        markup: String,
    },
    /// A horizontal line.
    Rule {
        markup: String,
    },
    Emoji {
        /// Without the colons.
        name: String,
        /// The emoji itself.
        char: String,
        markup: String,
    },
    /// A link to one of our topics. `group` and `topic` are slugs.
    Topic {
        group: String,
        topic: String,
        /// The topic's path, with query and fragment if there were any.
        url: String,
        markup: String,
    },
    /// A link to one of our messages. `group` and `topic` are slugs.
    Message {
        group: String,
        topic: String,
        message_id: i64,
        /// The topic's path with the message's fragment.
        url: String,
        markup: String,
    },
}

impl Node {
    /// Returns the node's HTML, safe to put in a page.
    pub fn markup(&self) -> &str {
        match self {
            Self::Text { markup }
            | Self::Username { markup, .. }
            | Self::Url { markup, .. }
            | Self::Image { markup, .. }
            | Self::Code { markup }
            | Self::CodeBlock { markup, .. }
            | Self::Quote { markup }
            | Self::Emphasis { markup, .. }
            | Self::Strong { markup, .. }
            | Self::Strikethrough { markup, .. }
            | Self::Spoiler { markup, .. }
            | Self::Heading { markup, .. }
            | Self::List { markup, .. }
            | Self::Table { markup, .. }
            | Self::Rule { markup }
            | Self::Emoji { markup, .. }
            | Self::Topic { markup, .. }
            | Self::Message { markup, .. } => markup,
        }
    }

    /// Returns the node's type, as its JSON names it.
    pub fn kind(&self) -> &'static str {
        match self {
            Self::Text { .. } => "text",
            Self::Username { .. } => "username",
            Self::Url { .. } => "url",
            Self::Image { .. } => "image",
            Self::Code { .. } => "code",
            Self::CodeBlock { .. } => "code_block",
            Self::Quote { .. } => "quote",
            Self::Emphasis { .. } => "emphasis",
            Self::Strong { .. } => "strong",
            Self::Strikethrough { .. } => "strikethrough",
            Self::Spoiler { .. } => "spoiler",
            Self::Heading { .. } => "heading",
            Self::List { .. } => "list",
            Self::Table { .. } => "table",
            Self::Rule { .. } => "rule",
            Self::Emoji { .. } => "emoji",
            Self::Topic { .. } => "topic",
            Self::Message { .. } => "message",
        }
    }

    fn mentioned(&self) -> &[i64] {
        match self {
            Self::Username { user_id, .. } => std::slice::from_ref(user_id),
            Self::Emphasis { mentions, .. }
            | Self::Strong { mentions, .. }
            | Self::Strikethrough { mentions, .. }
            | Self::Spoiler { mentions, .. }
            | Self::Heading { mentions, .. }
            | Self::List { mentions, .. }
            | Self::Table { mentions, .. } => mentions,
            Self::Text { .. }
            | Self::Url { .. }
            | Self::Image { .. }
            | Self::Code { .. }
            | Self::CodeBlock { .. }
            | Self::Quote { .. }
            | Self::Rule { .. }
            | Self::Emoji { .. }
            | Self::Topic { .. }
            | Self::Message { .. } => &[],
        }
    }
}

/// Returns the ids of the users whom a message mentions, each once, in order. Quotes and code mention nobody.
pub fn mentions(nodes: &[Node]) -> Vec<i64> {
    let mut ids = Vec::new();
    for id in nodes.iter().flat_map(Node::mentioned) {
        // At most a few dozen: see `NAMES_MAX`.
        if !ids.contains(id) {
            ids.push(*id);
        }
    }
    ids
}

/// Joins the markup of a stored list of nodes. A page does this for every message, so nothing else is built.
///
/// # Errors
/// When the text is not a JSON list of objects that each have a string `markup`.
pub fn markup_of(nodes_json: &str) -> Result<String, serde_json::Error> {
    let mut markup = String::with_capacity(nodes_json.len());
    let mut json = serde_json::Deserializer::from_str(nodes_json);
    Nodes(&mut markup).deserialize(&mut json)?;
    json.end()?;
    Ok(markup)
}

/// Deserializes the list, appending each node's markup to the same string.
struct Nodes<'s>(&'s mut String);

impl<'de> DeserializeSeed<'de> for Nodes<'_> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_seq(self)
    }
}

impl<'de> Visitor<'de> for Nodes<'_> {
    type Value = ();

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("a list of nodes")
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut nodes: A) -> Result<(), A::Error> {
        while nodes.next_element_seed(OneNode(self.0))?.is_some() {}
        Ok(())
    }
}

struct OneNode<'s>(&'s mut String);

impl<'de> DeserializeSeed<'de> for OneNode<'_> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_map(self)
    }
}

impl<'de> Visitor<'de> for OneNode<'_> {
    type Value = ();

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("a node with its markup")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut fields: A) -> Result<(), A::Error> {
        let mut found = false;
        while let Some(field) = fields.next_key::<Field>()? {
            match field {
                Field::Markup => {
                    fields.next_value_seed(Markup(self.0))?;
                    found = true;
                }
                Field::Other => {
                    fields.next_value::<IgnoredAny>()?;
                }
            }
        }
        if found { Ok(()) } else { Err(serde::de::Error::missing_field("markup")) }
    }
}

#[derive(Deserialize)]
#[serde(field_identifier, rename_all = "snake_case")]
enum Field {
    Markup,
    #[serde(other)]
    Other,
}

/// Deserializes one string by appending it. Most strings hold escapes and would otherwise be copied twice.
struct Markup<'s>(&'s mut String);

impl<'de> DeserializeSeed<'de> for Markup<'_> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_str(self)
    }
}

impl Visitor<'_> for Markup<'_> {
    type Value = ();

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("markup")
    }

    fn visit_str<E: serde::de::Error>(self, markup: &str) -> Result<(), E> {
        self.0.push_str(markup);
        Ok(())
    }
}
