//! Documents of the index: ids, texts and facts.

/// The kind of a document or hit.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Kind {
    /// A message; its text is the message in plain text.
    Message,
    /// A topic; its text is its name.
    Topic,
}

/// One message or topic, identified by its kind and id. The text is indexed but not stored: to show a hit, read it from
/// the database.
#[derive(Clone, Copy, Debug)]
#[allow(missing_docs)]
pub struct Document<'a> {
    pub kind: Kind,
    /// Unique within its kind.
    pub id: i64,
    /// For a topic, its own id.
    pub topic_id: i64,
    pub group_id: i64,
    pub author_id: i64,
    /// In microseconds since 1970 (UTC).
    pub created_at: i64,
    /// Plain text, no markup.
    pub text: &'a str,
    /// Of a message: the name of its topic, whose words count as its own. Empty for a topic.
    pub title: &'a str,
    /// What else can be asked for, such as `has:link` or `site:example.org`, in lower case.
    pub facts: &'a [String],
}
