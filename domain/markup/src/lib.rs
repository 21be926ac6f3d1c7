//! What a person typed becomes a list of nodes, each with its HTML: the only place that makes markup from typed text.
//!
//! It goes in two steps, because the names in a message are looked up with one query: [`parse`] is pure and says
//! which names it met, [`Parsed::into_nodes`] is told who they are. The stored list is joined again by [`markup_of`].
//!
//! ```text
//! raw text -> clean -> blocks -> lexer -> delimiter stack -> Parsed -> render -> Vec<Node>
//! ```
//!
//! The syntax is plain and forgiving: `@name`, addresses, `[label](http://...)`, code in back-ticks and fences,
//! `> quotes`, `*emphasis*`, `_emphasis_`, `**strong**`, `:emoji:`, and a backslash before any of those characters.
//! Everything but quotes and fences begins and ends on one line. Raw HTML is text.
//!
//! `blocks` splits the text into paragraphs, quotes and fenced code. For each line of a paragraph, `lexer` finds the
//! tokens with one regular expression that has an arm for each: escapes, code, emphasis, names, emoji, addresses and
//! brackets. `inline` takes the tokens one after the other, and decides by what stands around each. Emphasis and labels
//! have two ends: the stack of `delimiters` holds those that are open, twelve at most, and `pairs` makes one piece of
//! all between two ends that match. `render` makes the nodes.
//!
//! No step looks at a character more than a small, fixed number of times, whatever was typed. One search of a regular
//! expression is linear, but a search for all matches is not, if an arm reads far ahead and fails again at each match.
//! No arm of the lexer does so:
//!
//! - Runs of back-ticks, stars or underscores have no condition behind them: a run is one match.
//! - Escapes, schemes and brackets are bounded, with the first character of the host.
//! - A name (or the domain of a mail address) holds no `@`, so it is read for one `@` only. The mailbox is read back
//!   from there, 64 bytes at most.
//! - A short name holds no colon, so it is read for one colon only, and a second time if it is none.
//! - After `www.` comes one label of a host, which holds no dot, so it is read for one `www.` only.
//! - The rest of an address is no part of the arm, since brackets in it have to balance. What is read of it becomes the
//!   link; only brackets and tokens at its end are read again.

mod away;
mod blocks;
pub mod check;
mod clean;
mod delimiters;
mod emoji;
mod excerpt;
mod html;
mod inline;
mod lexer;
mod links;
mod names;
mod node;
mod pairs;
mod render;
#[cfg(test)]
mod tests;
mod tree;

use std::collections::HashMap;

pub use away::hosts;
pub use excerpt::excerpt;
pub use names::NAMES_MAX;
pub use node::{Node, markup_of, mentions};

/// Goes up when the same text would give other nodes; stored beside them, so that old messages can be parsed again.
pub const NODES_VERSION: i16 = 2;

/// What the parser knows of the place that the text is shown in.
#[derive(Debug, Clone, Copy)]
pub struct Site<'a> {
    /// Scheme and host of our own pages, as `https://klatch.example`. An empty one knows no own pages.
    pub base_url: &'a str,
}

/// Somebody whom a `@name` may mean.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Person {
    /// The user's id, which the node and the mention carry.
    pub id: i64,
    /// The name as its owner writes it, which is how it will be shown.
    pub username: String,
}

/// A text taken apart, its names not yet looked up.
#[derive(Debug)]
pub struct Parsed {
    text: String,
    blocks: Vec<tree::Block>,
    names: Vec<String>,
}

/// Takes a text apart. Pure, and linear in the length of `raw`; limits on that length are the caller's.
pub fn parse(raw: &str, site: &Site<'_>) -> Parsed {
    let text = clean::clean(raw);
    let blocks = blocks::parse(&text, site);
    let names = names::to_look_up(&text, &blocks);
    Parsed { text, blocks, names }
}

impl Parsed {
    /// The names to look up, in lower case and each once: those of [`NAMES_MAX`] mentions at most, with up to three
    /// spellings of each (`@eric.` may be `eric.` or `eric`). Names in quotes come last: they are linked, but
    /// [`mentions`] does not count them. None is from code.
    pub fn usernames(&self) -> &[String] {
        &self.names
    }

    /// The nodes, given the people found, by lower-cased name. A name that is not among them stays text.
    pub fn into_nodes(self, people: &HashMap<String, Person>) -> Vec<Node> {
        render::nodes(&self.text, &self.blocks, people)
    }
}
