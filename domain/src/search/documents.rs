//! Messages and topics as documents of the index.

use std::collections::{BTreeSet, HashMap};

use markup::{Node, with_emoji};
use search_index::{Document, Kind};
use store::search_log::Indexed;

/// Passes on the document of a row. Short names of emoji are indexed as the emoji that readers see.
pub(super) fn with_document<T>(kind: Kind, row: &Indexed, base_url: &str, write: impl FnOnce(&Document<'_>) -> T) -> T {
    write(&Document {
        kind,
        id: row.id,
        topic_id: row.topic_id.0,
        group_id: row.group_id.0,
        author_id: row.author_id.0,
        created_at: row.created_at.0,
        text: &with_emoji(&row.text),
        title: &with_emoji(&row.title),
        facts: &facts(kind, row, base_url),
    })
}

/// What a message contains: `has:link`, `site:example.org` and so on, as `operators` asks for them.
fn facts(kind: Kind, row: &Indexed, base_url: &str) -> Vec<String> {
    // The rest of the markup has none of these.
    if kind == Kind::Topic || !row.text.contains(['`', '.', ':']) {
        return Vec::new();
    }
    let nodes = markup::parse(&row.text, &markup::Site { base_url }).into_nodes(&HashMap::new());
    let mut facts = BTreeSet::new();
    for node in &nodes {
        let part = match node {
            Node::Url { .. } | Node::Topic { .. } | Node::Message { .. } => "has:link",
            Node::Image { .. } => "has:image",
            Node::Code { .. } | Node::CodeBlock { .. } => "has:code",
            // What they contain is in their HTML only. In a text, its signs are escaped.
            Node::Spoiler { markup, .. }
            | Node::Heading { markup, .. }
            | Node::List { markup, .. }
            | Node::Table { markup, .. } => {
                for (tag, fact) in [("<img ", "has:image"), ("<code", "has:code")] {
                    if markup.contains(tag) {
                        facts.insert(fact.to_owned());
                    }
                }
                continue;
            }
            Node::Text { .. }
            | Node::Username { .. }
            | Node::Quote { .. }
            | Node::Emphasis { .. }
            | Node::Strong { .. }
            | Node::Strikethrough { .. }
            | Node::Rule { .. }
            | Node::Emoji { .. } => continue,
        };
        facts.insert(part.to_owned());
    }
    for host in markup::hosts(&nodes) {
        facts.insert("has:link".to_owned());
        facts.insert(format!("site:{}", host.trim_start_matches("www.")));
    }
    facts.into_iter().collect()
}
