//! Titles of our own topics, in place of their bare URLs.

use std::collections::HashMap;

use super::Parsed;
use super::tree::{Block, Inline, Item, Link, Table, Target};

/// The most topics of a text whose titles are looked up. The URLs of others stay as typed.
const TITLES_MAX: usize = 20;

/// A topic, by the slugs of its group and its own.
pub type OwnTopic = (String, String);

impl Parsed {
    /// Returns the topics of our site that the text names by bare URLs, each once.
    pub fn own_topics(&mut self) -> Vec<OwnTopic> {
        let mut topics = Vec::new();
        each(&mut self.blocks, &mut |link| {
            if let Some(topic) = own_topic(link)
                && topics.len() < TITLES_MAX
                && !topics.contains(&topic)
            {
                topics.push(topic);
            }
        });
        topics
    }

    /// Shows these topics by their titles. Everyone who reads the text reads the titles: give only those of public groups.
    pub fn show_titles(&mut self, titles: &HashMap<OwnTopic, String>) {
        if titles.is_empty() {
            return;
        }
        each(&mut self.blocks, &mut |link| {
            link.title = own_topic(link).and_then(|topic| titles.get(&topic)).cloned();
        });
    }
}

fn own_topic(link: &Link) -> Option<OwnTopic> {
    match &link.target {
        Target::Topic { group, topic } | Target::Message { group, topic, .. } if link.label.is_empty() => {
            Some((group.clone(), topic.clone()))
        }
        _ => None,
    }
}

fn each(blocks: &mut [Block], found: &mut dyn FnMut(&mut Link)) {
    for block in blocks {
        match block {
            Block::Paragraph(words) | Block::Heading { words, .. } => links(words, found),
            Block::Table(Table { head, rows, .. }) => {
                for cell in head.iter_mut().chain(rows.iter_mut().flatten()) {
                    links(cell, found);
                }
            }
            Block::Quote(inner) | Block::Spoiler(inner) => each(inner, found),
            Block::List { items, .. } => {
                for Item { blocks, .. } in items {
                    each(blocks, found);
                }
            }
            Block::Code { .. } | Block::Rule => {}
        }
    }
}

fn links(words: &mut [Inline], found: &mut dyn FnMut(&mut Link)) {
    for word in words {
        match word {
            Inline::Link(link) => found(link),
            Inline::Styled(_, inner) => links(inner, found),
            Inline::Text(_) | Inline::Break | Inline::Code(_) | Inline::Emoji { .. } | Inline::Name(_) => {}
        }
    }
}
