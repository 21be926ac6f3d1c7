//! What is put into the index: ids and one text.

/// What a document, or a hit, is of.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Kind {
    /// A message; its text is the message in plain text.
    Message,
    /// A topic; its text is its name.
    Topic,
}

/// One message or one topic, known by its kind and id.
///
/// The text is indexed and not kept: whoever shows a hit reads the text from where it lives.
#[derive(Clone, Copy, Debug)]
pub struct Document<'a> {
    /// Message or topic.
    pub kind: Kind,
    /// The message's or topic's own id, unique within its kind.
    pub id: i64,
    /// The topic it belongs to; for a topic, its own id.
    pub topic_id: i64,
    /// The group it belongs to.
    pub group_id: i64,
    /// Who wrote it.
    pub author_id: i64,
    /// When it was written, in microseconds since 1970 (UTC).
    pub created_at: i64,
    /// Plain text, no markup.
    pub text: &'a str,
}
