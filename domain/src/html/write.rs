//! Writes the text of an ended element into the one around it.

use super::{Kind, OpenElement, Writer, code, fenced, hidden, quoted, table};

/// A wider table is written as lines of words.
const COLUMNS_MAX: usize = 32;

impl Writer {
    /// Gives the text of an ended element to the one around it.
    pub(super) fn give(&mut self, frame: OpenElement) {
        let OpenElement { kind, text, .. } = frame;
        let trimmed = text.trim();
        match kind {
            Kind::Skipped | Kind::Formula if trimmed.is_empty() => {}
            Kind::Inline | Kind::Skipped | Kind::Formula => self.push(&text),
            Kind::Block => self.block(trimmed, 1),
            Kind::Paragraph => self.block(trimmed, 2),
            Kind::Heading { level } => {
                let line = trimmed.replace('\n', " ");
                let is_plain = !line.contains(char::is_alphanumeric) || line.contains("![");
                let is_nested = self.within(|kind| matches!(kind, Kind::Item { .. } | Kind::Cell));
                let heading = match is_nested {
                    _ if is_plain => line,
                    true if line.contains("**") => line,
                    true => format!("**{line}**"),
                    false => format!("{} {line}", "#".repeat(level)),
                };
                self.block(&heading, 2);
            }
            Kind::Quote { of } => {
                let name = of.filter(|name| !name.is_empty()).map(|name| format!("@{name}:"));
                let inner: Vec<&str> = name.as_deref().into_iter().chain([trimmed]).filter(|s| !s.is_empty()).collect();
                if !trimmed.is_empty() {
                    self.block(&quoted(&inner.join("\n")), 2);
                }
            }
            Kind::Pre { language } => self.block(&fenced(&text, &language), 2),
            Kind::Code => self.push(&code(&text)),
            Kind::Emphasis => self.styled(&text, "*"),
            Kind::Strong => self.styled(&text, "**"),
            Kind::Strikethrough => self.styled(&text, "~~"),
            Kind::Hidden => self.styled(&text, "||"),
            Kind::Spoiler if trimmed.is_empty() => {}
            Kind::Spoiler => self.block(&hidden(trimmed), 2),
            Kind::Link { href } => self.link(&text, href),
            Kind::List(_) => {
                let nested = self.within(|kind| matches!(kind, Kind::Item { .. }));
                self.block(text.trim_end(), if nested { 1 } else { 2 });
            }
            Kind::Item { marker } => {
                let pad = " ".repeat(marker.len());
                let line = |line: &str| if line.is_empty() { String::new() } else { format!("{pad}{line}") };
                let inner: Vec<String> = trimmed.split('\n').map(line).collect();
                self.block(&format!("{marker}{}", inner.join("\n").trim_start()), 1);
            }
            Kind::Table { rows } => self.table(trimmed, &rows),
            Kind::Row { cells } => {
                self.block(trimmed, 1);
                let rows = self.frames.iter_mut().rev().find_map(|frame| match &mut frame.kind {
                    Kind::Table { rows } => Some(rows),
                    _ => None,
                });
                match rows {
                    _ if cells.is_empty() => {}
                    Some(rows) => rows.push(cells),
                    None => self.block(&cells.join(" | "), 1),
                }
            }
            Kind::Cell => match self.frames.last_mut() {
                Some(OpenElement { kind: Kind::Row { cells }, .. }) => cells.push(trimmed.to_owned()),
                _ => self.block(trimmed, 1),
            },
            Kind::Tex => {
                let tex = trimmed.replace('\n', " ");
                self.push(&code(&format!("$${tex}$$")));
            }
            Kind::Mention { key } => {
                let name = trimmed.trim_start_matches('@').replace('\\', "");
                match key {
                    // Discourse writes user names, Zulip writes ids or full names.
                    Some(key) if key.is_empty() => self.push(&format!("@{name}")),
                    Some(key) => self.push(&format!("@**{name}|{key}**")),
                    None => self.push(&format!("@**{name}**")),
                }
            }
        }
    }

    /// Writes the rows of a table after the other text in it. A table that only arranges a page, as in many emails, is
    /// written as lines.
    fn table(&mut self, text: &str, rows: &[Vec<String>]) {
        self.block(text, 1);
        let columns = rows.iter().map(Vec::len).max().unwrap_or_default();
        let is_table = rows.len() > 1
            && (2..=COLUMNS_MAX).contains(&columns)
            && rows.iter().flatten().all(|cell| !cell.contains('\n'))
            && !self.within(|kind| *kind == Kind::Cell);
        if is_table {
            return self.block(&table(rows), 2);
        }
        for row in rows {
            let filled: Vec<&str> = row.iter().map(String::as_str).filter(|cell| !cell.is_empty()).collect();
            let between = if filled.iter().any(|cell| cell.contains('\n')) { "\n" } else { " | " };
            self.block(&filled.join(between), 1);
        }
    }

    fn block(&mut self, text: &str, lines: usize) {
        if !text.is_empty() {
            self.gap(lines);
            self.push(text);
        }
        self.gap(lines);
    }

    /// Puts marks around words on one line; blanks at either end stay outside.
    fn styled(&mut self, text: &str, mark: &str) {
        let inner = text.trim();
        let has_words = inner.contains(char::is_alphanumeric);
        let sign = &mark[..1];
        if !has_words || inner.contains('\n') || inner.starts_with(sign) || inner.ends_with(sign) {
            return self.push(text);
        }
        let (before, after) = (&text[..text.len() - text.trim_start().len()], &text[text.trim_end().len()..]);
        self.push(&format!("{before}{mark}{inner}{mark}{after}"));
    }

    fn link(&mut self, text: &str, href: Option<String>) {
        let Some(href) = href else { return self.push(text) };
        let label = text.trim().replace('\n', " ");
        let shown = label.replace('\\', "");
        // An image in a link: the link is the image in full.
        if label.starts_with("![") && label.matches("![").count() == 1 {
            let is_image =
                [".png", ".jpg", ".jpeg", ".gif", ".webp"].iter().any(|end| href.to_lowercase().ends_with(end));
            return if is_image {
                self.push(&with_address(&label, &href))
            } else {
                self.push(&format!("{label} {href}"))
            };
        }
        let same = |shown: &str| {
            let bare = |url: &str| {
                url.trim_start_matches("https://").trim_start_matches("http://").trim_end_matches('/').to_owned()
            };
            bare(shown) == bare(&href) || (shown.contains("…") || shown.ends_with("...")) && shown.contains("://")
        };
        if label.is_empty() || same(&shown) {
            let needs_space = self.frames.last().is_some_and(|f| f.text.ends_with(|c: char| c.is_alphanumeric()));
            return self.push(&if needs_space { format!(" {href}") } else { href });
        }
        let label = label.replace('[', "(").replace(']', ")");
        self.push(&format!("[{label}]({href})"));
    }
}

/// Replaces the address of an image.
fn with_address(image: &str, href: &str) -> String {
    let alt = image.trim_start_matches("![").split("](").next().unwrap_or_default();
    format!("![{alt}]({href})")
}
