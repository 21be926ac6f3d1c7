//! The nodes of a message: what is stored, what the API shows, and what a page joins.

use std::fmt;

use serde::{
    Deserialize, Deserializer, Serialize,
    de::{DeserializeSeed, IgnoredAny, MapAccess, SeqAccess, Visitor},
};

/// One piece of a message. `markup` is HTML that is whole by itself; all of a message's joined is the message.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "type", rename_all = "snake_case")]
pub enum Node {
    /// Words, and the line ends between them.
    Text {
        /// HTML.
        markup: String,
    },
    /// A `@name` that is somebody.
    Username {
        /// Who.
        user_id: i64,
        /// As its owner writes it.
        username: String,
        /// HTML.
        markup: String,
    },
    /// A link that leads away, to a page of ours that is no topic (then `url` is its path), or to a mailbox.
    Url {
        /// Where to.
        url: String,
        /// HTML.
        markup: String,
    },
    /// A link to an image, which is shown.
    Image {
        /// Where it is.
        url: String,
        /// HTML.
        markup: String,
    },
    /// Code within a line.
    Code {
        /// HTML.
        markup: String,
    },
    /// Code on lines of its own.
    CodeBlock {
        /// As named behind the fence.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        language: Option<String>,
        /// HTML.
        markup: String,
    },
    /// What somebody else said. Nobody is mentioned by it.
    Quote {
        /// HTML.
        markup: String,
    },
    /// Words with weight.
    Emphasis {
        /// The ids of those mentioned within.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        mentions: Vec<i64>,
        /// HTML.
        markup: String,
    },
    /// Words with more of it.
    Strong {
        /// The ids of those mentioned within.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        mentions: Vec<i64>,
        /// HTML.
        markup: String,
    },
    /// An emoji typed by its short name.
    Emoji {
        /// Without the colons.
        name: String,
        /// The emoji itself.
        char: String,
        /// HTML.
        markup: String,
    },
    /// A link to a topic of ours.
    Topic {
        /// The slug of its group.
        group: String,
        /// Its own.
        topic: String,
        /// Its path, with query and fragment if there were any.
        url: String,
        /// HTML.
        markup: String,
    },
    /// A link to a message of ours.
    Message {
        /// The slug of its group.
        group: String,
        /// The slug of its topic.
        topic: String,
        /// Its id.
        message_id: i64,
        /// The topic's path with the message's fragment.
        url: String,
        /// HTML.
        markup: String,
    },
}

impl Node {
    /// The node's HTML, safe to put in a page as it is.
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
            | Self::Emoji { markup, .. }
            | Self::Topic { markup, .. }
            | Self::Message { markup, .. } => markup,
        }
    }

    fn mentioned(&self) -> &[i64] {
        match self {
            Self::Username { user_id, .. } => std::slice::from_ref(user_id),
            Self::Emphasis { mentions, .. } | Self::Strong { mentions, .. } => mentions,
            Self::Text { .. }
            | Self::Url { .. }
            | Self::Image { .. }
            | Self::Code { .. }
            | Self::CodeBlock { .. }
            | Self::Quote { .. }
            | Self::Emoji { .. }
            | Self::Topic { .. }
            | Self::Message { .. } => &[],
        }
    }
}

/// The ids of the users whom a message mentions, each once, in order. Quotes and code mention nobody.
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

/// Joins the markup of a stored list of nodes. A page does this for every message, so nothing else of the list is built.
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

/// The list, one node after the other into the same string.
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

/// One string, put behind those before it: most hold escapes, and would else be copied twice.
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
