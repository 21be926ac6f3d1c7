//! Turns user text into a list of nodes, each with its HTML. No other code makes markup from user text.
//!
//! This takes two steps, because the names in a message are looked up with one query. [`parse`] is pure and returns the
//! names it found; [`Parsed::into_nodes`] receives the accounts. [`markup_of`] joins a stored list of nodes.
//!
//! ```text
//! raw text -> clean -> blocks -> lexer -> delimiter stack -> Parsed -> render -> Vec<Node>
//! ```
//!
//! The syntax is Markdown as people type it, simple and forgiving. On lines of their own: `> quotes`, `- lists` and
//! `1. lists`, `- [ ] tasks`, `# headings`, `---`, tables, fences of back-ticks, and spoilers with `>!`. In a line:
//! `@name`, URLs, `[label](http://...)`, code in back-ticks, `*emphasis*`, `_emphasis_`, `**strong**`, `__several words__`,
//! `~~deleted~~`, `||spoiler||`, `:emoji:`, and a backslash before any of those characters. Raw HTML is text.
//!
//! `blocks` splits the text into blocks, with `lists` and `tables`. For each line of a paragraph, a heading or a cell,
//! `lexer` finds the tokens with one regular expression that has an arm for each: escapes, code, runs of marks, names,
//! emoji, URLs and brackets. `inline` decides about each token by its surroundings. Emphasis and labels have two ends:
//! the stack of `delimiters` holds the open ones, twelve at most, and `pairs` makes one piece of all between matching
//! ends. `render` makes the nodes, and `highlight` marks the words of code.
//!
//! Lines are looked at once for each level of quotes and lists around them, ten at most. A list looks ahead for its next
//! item, up to a blank line: once in vain, since there the list ends.
//!
//! No step reads a character more than a small, fixed number of times, whatever the input. One search of a regular
//! expression is linear, but a search for all matches is not, if an arm reads far ahead and fails at each match. No arm
//! of the lexer does so:
//!
//! - Runs of back-ticks, stars, underscores, tildes or bars have no condition after them: a run is one match.
//! - Escapes, schemes and brackets are bounded, with the first character of the host.
//! - A name (or the domain of an email address) contains no `@`, so it is read for one `@` only. The mailbox is read
//!   backwards from there, 64 bytes at most.
//! - A short name contains no colon, so it is read for one colon, and a second time if it is not an emoji.
//! - After `www.` comes one host label, which contains no dot, so it is read for one `www.` only.
//! - The rest of a URL is not part of the arm, since brackets in it have to balance. It becomes the link; only brackets
//!   and tokens at its end are read again.

mod away;
mod blocks;
pub mod check;
mod clean;
mod delimiters;
mod emoji;
mod excerpt;
mod files;
mod highlight;
mod html;
mod images;
mod inline;
mod lexer;
mod links;
mod lists;
mod lone_links;
mod names;
mod node;
mod pairs;
mod plain;
mod render;
mod size;
mod spoilers;
mod tables;
#[cfg(test)]
mod tests;
mod titles;
mod tree;

use std::collections::HashMap;

pub use away::hosts;
pub use emoji::{emoji_beginning, with_emoji};
pub use excerpt::excerpt;
pub use files::{files, files_in, with_copies};
pub use images::{images, show_images, without_own_images};
pub use lone_links::links_to;
pub use names::NAMES_MAX;
pub use node::{Node, markup_of, mentions};
pub use plain::{markup_without_plain, plain};
pub use spoilers::without_spoilers;
pub use titles::OwnTopic;

/// Increased when the same text would give other nodes. Stored with them, so that old messages can be parsed again.
pub const NODES_VERSION: i16 = 5;

/// The site that the text is shown on.
#[derive(Debug, Clone, Copy)]
pub struct Site<'a> {
    /// Scheme and host of our own pages, as `https://klatch.example`. If empty, no link is internal.
    pub base_url: &'a str,
}

/// A user whom a `@name` may mean.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Person {
    /// The user's id, stored in the node and the mention.
    pub id: i64,
    /// The name as its owner writes it, which is how it is shown.
    pub username: String,
}

/// A parsed text whose names are not looked up yet.
#[derive(Debug)]
pub struct Parsed {
    text: String,
    blocks: Vec<tree::Block>,
    names: Vec<String>,
    base_url: String,
}

/// Parses a text. Pure, and linear in the length of `raw`; the caller limits that length.
pub fn parse(raw: &str, site: &Site<'_>) -> Parsed {
    let text = clean::clean(raw);
    let blocks = blocks::parse(&text, site);
    let names = names::to_look_up(&text, &blocks);
    Parsed { text, blocks, names, base_url: site.base_url.to_owned() }
}

impl Parsed {
    /// Returns the names to look up, in lower case and each once: those of at most [`NAMES_MAX`] mentions, with up to
    /// three spellings of each (`@eric.` may be `eric.` or `eric`). Names in quotes come last: they are linked, but
    /// [`mentions`] does not count them. Names in code are left out.
    pub fn usernames(&self) -> &[String] {
        &self.names
    }

    /// Returns the nodes, given the users found, by lower-cased name. Other names stay text. If the nodes would take
    /// more than eight times the bytes of the text (and 64 kB), the later part of the text stays text.
    pub fn into_nodes(self, people: &HashMap<String, Person>) -> Vec<Node> {
        let nodes = render::nodes(&self.text, &self.blocks, people);
        if size::fits(&nodes, self.text.len()) {
            return nodes;
        }
        size::bounded(&self.text, &Site { base_url: &self.base_url }, people)
    }
}
