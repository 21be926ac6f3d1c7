//! The first words of a message, for lists and titles.

use super::tree::{Block, HIDDEN, Inline, Item, Spoilers, Table, write_plain};
use super::{Site, blocks, clean};

/// Returns at most `max_chars` characters of a text on one line, as plain text that the page must escape. Drops the
/// syntax of the markup, and quotes if there is anything else. Spoilers stay hidden. Ends in `…` where it was cut. Cheap
/// for any length.
pub fn excerpt(raw: &str, max_chars: usize) -> String {
    // Syntax and quotes are dropped, so read more than is shown.
    let head = &raw[..raw.floor_char_boundary(max_chars.saturating_mul(16).saturating_add(2_000))];
    let text = clean::clean(head);
    let blocks = blocks::parse(&text, &Site { base_url: "" });
    let mut plain = String::new();
    write(&text, &blocks, false, &mut plain);
    if plain.trim().is_empty() {
        write(&text, &blocks, true, &mut plain);
    }
    one_line(&plain, max_chars, head.len() < raw.len())
}

fn write(text: &str, blocks: &[Block], quotes: bool, out: &mut String) {
    let words = |words: &[Inline], out: &mut String| write_plain(text, words, Spoilers::Hidden, out);
    for block in blocks {
        match block {
            Block::Paragraph(inlines) | Block::Heading { words: inlines, .. } => words(inlines, out),
            Block::Code { code, .. } => out.push_str(code),
            Block::Quote(inner) if quotes => write(text, inner, quotes, out),
            Block::Quote(_) | Block::Rule => {}
            Block::Spoiler(_) => out.push_str(HIDDEN),
            Block::List { items, .. } => {
                for Item { marker, task, blocks, .. } in items {
                    out.push_str(&text[marker.clone()]);
                    out.push_str(match task {
                        Some(true) => " ☑ ",
                        Some(false) => " ☐ ",
                        None => " ",
                    });
                    write(text, blocks, quotes, out);
                }
            }
            Block::Table(Table { head, rows, .. }) => {
                for row in std::iter::once(head).chain(rows) {
                    for (nth, cell) in row.iter().enumerate() {
                        out.push_str(if nth > 0 { " | " } else { "" });
                        words(cell, out);
                    }
                    out.push('\n');
                }
            }
        }
        out.push('\n');
    }
}

fn one_line(plain: &str, max_chars: usize, cut: bool) -> String {
    let mut line = String::new();
    let mut room = max_chars;
    for word in plain.split_whitespace() {
        let space = if line.is_empty() { "" } else { " " };
        for character in space.chars().chain(word.chars()) {
            if room == 0 {
                return ended(line);
            }
            line.push(character);
            room -= 1;
        }
    }
    if cut && room == 0 {
        return ended(line);
    }
    if cut {
        line.push('…');
    }
    line
}

/// Replaces the last character by an ellipsis.
fn ended(mut line: String) -> String {
    if line.pop().is_some() {
        line.truncate(line.trim_end().len());
        line.push('…');
    }
    line
}
