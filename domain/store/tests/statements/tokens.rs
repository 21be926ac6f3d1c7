//! Splits Rust source into token trees, as far as macros need them.

/// Where a token is in the sources: the number of its file, and its first byte.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Place {
    pub file: usize,
    pub at: usize,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// A name, a keyword, a number, a character or a lifetime.
    Word,
    /// A string literal. The leaf's text is its value.
    Text,
    /// One character of punctuation, or one of `::`, `=>` and `->`.
    Mark,
}

#[derive(Clone, Debug)]
pub struct Leaf {
    pub kind: Kind,
    pub text: String,
    pub place: Place,
}

/// A token, or what is between a pair of brackets. The character is the opening bracket.
#[derive(Clone, Debug)]
pub enum Tree {
    Leaf(Leaf),
    Group(char, Vec<Tree>),
}

impl Tree {
    /// The name, keyword or number that this is.
    pub fn word(&self) -> Option<&str> {
        self.of(Kind::Word)
    }

    /// The value of the string literal that this is.
    pub fn text(&self) -> Option<&str> {
        self.of(Kind::Text)
    }

    pub fn is_word(&self, word: &str) -> bool {
        self.word() == Some(word)
    }

    pub fn is_mark(&self, mark: &str) -> bool {
        self.of(Kind::Mark) == Some(mark)
    }

    /// The content of the brackets that this is.
    pub fn group(&self, open: char) -> Option<&[Tree]> {
        match self {
            Tree::Group(own, trees) if *own == open => Some(trees),
            _ => None,
        }
    }

    fn of(&self, kind: Kind) -> Option<&str> {
        match self {
            Tree::Leaf(leaf) if leaf.kind == kind => Some(&leaf.text),
            _ => None,
        }
    }
}

/// Splits at the commas outside of brackets. A comma at the end adds no part.
pub fn parts(trees: &[Tree]) -> Vec<&[Tree]> {
    let mut parts: Vec<_> = trees.split(|tree| tree.is_mark(",")).collect();
    parts.pop_if(|last| last.is_empty());
    parts
}

/// Writes trees on one line, for messages about them.
pub fn show(trees: &[Tree]) -> String {
    let shown: Vec<String> = trees
        .iter()
        .map(|tree| match tree {
            Tree::Leaf(leaf) if leaf.kind == Kind::Text => format!("{:?}", leaf.text),
            Tree::Leaf(leaf) => leaf.text.clone(),
            Tree::Group(open, inner) => format!("{open}{}{}", show(inner), closing(*open)),
        })
        .collect();
    shown.join(" ")
}

fn closing(open: char) -> char {
    match open {
        '(' => ')',
        '[' => ']',
        _ => '}',
    }
}

/// Reads a file.
///
/// # Errors
/// When its brackets or quotes are unbalanced.
pub fn read(source: &str, file: usize) -> Result<Vec<Tree>, String> {
    let mut open: Vec<(char, Vec<Tree>)> = Vec::new();
    let mut trees = Vec::new();
    let mut lexer = Lexer { source, at: 0 };
    while let Some((kind, text, at)) = lexer.next()? {
        match (kind, text.as_str()) {
            (Kind::Mark, "(" | "[" | "{") => {
                open.push((text.chars().next().unwrap_or_default(), std::mem::take(&mut trees)));
            }
            (Kind::Mark, ")" | "]" | "}") => {
                let (bracket, before) = open.pop().ok_or("a bracket is closed that was not opened")?;
                if !text.starts_with(closing(bracket)) {
                    return Err(format!("{bracket} is closed by {text}"));
                }
                let group = Tree::Group(bracket, std::mem::replace(&mut trees, before));
                trees.push(group);
            }
            _ => trees.push(Tree::Leaf(Leaf { kind, text, place: Place { file, at } })),
        }
    }
    if open.is_empty() { Ok(trees) } else { Err("a bracket is not closed".to_owned()) }
}

struct Lexer<'a> {
    source: &'a str,
    at: usize,
}

impl Lexer<'_> {
    /// The next token with its place, without comments.
    fn next(&mut self) -> Result<Option<(Kind, String, usize)>, String> {
        self.skip_space()?;
        let at = self.at;
        let rest = &self.source[at..];
        let Some(first) = rest.chars().next() else { return Ok(None) };
        // A string may have a prefix (r, b, br, c), and a raw one a fence of #.
        let prefix = rest.find(|c: char| !matches!(c, 'r' | 'b' | 'c')).unwrap_or(0);
        let fence = rest[prefix..].bytes().take_while(|byte| *byte == b'#').count();
        let raw = rest[..prefix].contains('r');
        if rest[prefix + fence..].starts_with('"') && prefix <= 2 && (raw || fence == 0) {
            self.at += prefix + fence + 1;
            let text = if raw { self.raw(fence)? } else { self.quoted()? };
            return Ok(Some((Kind::Text, text, at)));
        }
        let (kind, size) = if first == '\'' {
            (Kind::Word, quote(rest))
        } else if is_word(first) {
            (Kind::Word, rest.find(|c| !is_word(c)).unwrap_or(rest.len()))
        } else if ["::", "=>", "->"].iter().any(|mark| rest.starts_with(mark)) {
            (Kind::Mark, 2)
        } else {
            (Kind::Mark, first.len_utf8())
        };
        self.at += size;
        Ok(Some((kind, rest[..size].to_owned(), at)))
    }

    fn skip_space(&mut self) -> Result<(), String> {
        loop {
            let rest = &self.source[self.at..];
            self.at += rest.len() - rest.trim_start().len();
            let rest = rest.trim_start();
            if rest.starts_with("//") {
                self.at += rest.find('\n').unwrap_or(rest.len());
            } else if rest.starts_with("/*") {
                self.at += rest.find("*/").ok_or("a comment does not end")? + 2;
            } else {
                return Ok(());
            }
        }
    }

    /// The rest of a raw string.
    fn raw(&mut self, fence: usize) -> Result<String, String> {
        let end = format!("\"{}", "#".repeat(fence));
        let rest = &self.source[self.at..];
        let size = rest.find(&end).ok_or("a raw string does not end")?;
        self.at += size + end.len();
        Ok(rest[..size].to_owned())
    }

    /// The rest of a string with escapes.
    fn quoted(&mut self) -> Result<String, String> {
        let mut text = String::new();
        let mut chars = self.source[self.at..].char_indices();
        while let Some((offset, c)) = chars.next() {
            match c {
                '"' => {
                    self.at += offset + 1;
                    return Ok(text);
                }
                '\\' => {
                    let escape = chars.next().ok_or("a string does not end")?.1;
                    match escape {
                        'n' => text.push('\n'),
                        't' => text.push('\t'),
                        'r' => text.push('\r'),
                        '0' => text.push('\0'),
                        '\\' | '"' | '\'' => text.push(escape),
                        // The line continues after the space at the start of the next one.
                        '\n' => {
                            let rest = chars.as_str();
                            chars = self.source[self.at..].char_indices();
                            let skipped = self.source.len() - self.at - rest.trim_start().len();
                            while chars.offset() < skipped {
                                chars.next();
                            }
                        }
                        'x' => {
                            let digits: String = chars.by_ref().take(2).map(|(_, digit)| digit).collect();
                            text.push(scalar(&digits)?);
                        }
                        'u' => {
                            let digits: String = chars
                                .by_ref()
                                .skip(1)
                                .map(|(_, digit)| digit)
                                .take_while(|digit| *digit != '}')
                                .collect();
                            text.push(scalar(&digits.replace('_', ""))?);
                        }
                        _ => return Err(format!("\\{escape} is no escape")),
                    }
                }
                _ => text.push(c),
            }
        }
        Err("a string does not end".to_owned())
    }
}

fn is_word(c: char) -> bool {
    c.is_alphanumeric() || c == '_'
}

fn scalar(digits: &str) -> Result<char, String> {
    let number = u32::from_str_radix(digits, 16).map_err(|_| format!("{digits} is no number"))?;
    char::from_u32(number).ok_or_else(|| format!("{digits} is no character"))
}

/// The size of the character or lifetime that `rest` starts with.
fn quote(rest: &str) -> usize {
    let mut chars = rest.char_indices().skip(1);
    let first = chars.next().map(|(_, c)| c);
    let (next, c) = chars.next().unwrap_or((rest.len(), ' '));
    match first {
        // The character after the backslash is not the end.
        Some('\\') => chars.find(|(_, c)| *c == '\'').map_or(rest.len(), |(end, _)| end + 1),
        Some(_) if c == '\'' => next + 1,
        _ => rest[1..].find(|c| !is_word(c)).map_or(rest.len(), |end| end + 1),
    }
}
