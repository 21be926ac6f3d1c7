//! `macro_rules!` macros: which arm a call matches, and what it expands to.
//!
//! Fragments are not parsed: an `expr` ends at a comma, a semicolon or `=>`, a `ty` also at an unbalanced `>`. The
//! compiler has checked the calls before, so this only has to find the ends of valid ones.

use std::collections::BTreeMap;

use crate::tokens::{Kind, Leaf, Place, Tree};

#[derive(Debug)]
pub struct Macro {
    pub name: String,
    /// What `$crate` stands for in it.
    home: &'static str,
    arms: Vec<(Vec<Tree>, Vec<Tree>)>,
}

/// What a fragment name stands for. Inside a repetition: once per round.
#[derive(Clone, Debug)]
enum Bound {
    One(Vec<Tree>),
    Many(Vec<Bound>),
}

type Bounds = BTreeMap<String, Bound>;

impl Macro {
    /// The definition that `trees` start with, and how many trees it takes.
    pub fn defined(trees: &[Tree], home: &'static str) -> Option<(Self, usize)> {
        let [keyword, bang, name, body, ..] = trees else { return None };
        let (true, true, Some(name)) = (keyword.is_word("macro_rules"), bang.is_mark("!"), name.word()) else {
            return None;
        };
        let body = ['{', '(', '['].iter().find_map(|open| body.group(*open))?;
        let mut arms = Vec::new();
        for arm in body.split(|tree| tree.is_mark(";")) {
            if let [Tree::Group(_, pattern), _, Tree::Group(_, body)] = arm {
                arms.push((pattern.clone(), body.clone()));
            }
        }
        Some((Self { name: name.to_owned(), home, arms }, 4))
    }

    /// Expands a call.
    ///
    /// # Errors
    /// When no arm matches.
    pub fn expand(&self, input: &[Tree]) -> Result<Vec<Tree>, String> {
        let found = self.arms.iter().find_map(|(pattern, body)| Some((matched(pattern, input)?, body)));
        let (bounds, body) = found.ok_or_else(|| format!("no arm of {}! matches", self.name))?;
        self.transcribe(body, &bounds)
    }

    fn transcribe(&self, body: &[Tree], bounds: &Bounds) -> Result<Vec<Tree>, String> {
        let mut out = Vec::new();
        let mut at = 0;
        while let Some(tree) = body.get(at) {
            if let Some(repeat) = Repeat::at(&body[at..]) {
                at += repeat.size;
                for round in 0..self.rounds(repeat.body, bounds)? {
                    if let Some(separator) = repeat.separator
                        && round > 0
                    {
                        out.push(separator.clone());
                    }
                    let bounds = bounds.iter().map(|(name, bound)| (name.clone(), bound.in_round(round))).collect();
                    out.extend(self.transcribe(repeat.body, &bounds)?);
                }
                continue;
            }
            match (tree, body.get(at + 1).and_then(Tree::word)) {
                (Tree::Leaf(mark), Some("crate")) if mark.text == "$" => {
                    out.push(word(self.home, mark.place));
                    at += 1;
                }
                (tree, Some(name)) if tree.is_mark("$") => {
                    let Some(Bound::One(bound)) = bounds.get(name) else {
                        return Err(format!("{}! has no single ${name}", self.name));
                    };
                    out.extend(bound.iter().cloned());
                    at += 1;
                }
                (Tree::Group(open, inner), _) => out.push(Tree::Group(*open, self.transcribe(inner, bounds)?)),
                (leaf, _) => out.push(leaf.clone()),
            }
            at += 1;
        }
        Ok(out)
    }

    /// How often a repetition is repeated: as often as the repeated fragments in it.
    fn rounds(&self, body: &[Tree], bounds: &Bounds) -> Result<usize, String> {
        let mut names = Vec::new();
        used(body, &mut names);
        let many = names.iter().find_map(|name| match bounds.get(*name) {
            Some(Bound::Many(rounds)) => Some(rounds.len()),
            _ => None,
        });
        many.ok_or_else(|| format!("{}! repeats something that does not vary", self.name))
    }
}

impl Bound {
    fn in_round(&self, round: usize) -> Self {
        match self {
            Self::Many(rounds) => rounds.get(round).unwrap_or(self).clone(),
            Self::One(_) => self.clone(),
        }
    }
}

fn word(text: &str, place: Place) -> Tree {
    Tree::Leaf(Leaf { kind: Kind::Word, text: text.to_owned(), place })
}

/// `$( body ) separator op` in a pattern or a body.
struct Repeat<'a> {
    body: &'a [Tree],
    separator: Option<&'a Tree>,
    at_most_once: bool,
    /// The number of trees that it takes.
    size: usize,
}

impl<'a> Repeat<'a> {
    fn at(trees: &'a [Tree]) -> Option<Self> {
        let is_op = |tree: &Tree| ["*", "+", "?"].iter().any(|op| tree.is_mark(op));
        let [dollar, body, next, ..] = trees else { return None };
        let body = body.group('(').filter(|_| dollar.is_mark("$"))?;
        if is_op(next) {
            return Some(Self { body, separator: None, at_most_once: next.is_mark("?"), size: 3 });
        }
        trees.get(3).filter(|op| is_op(op)).map(|_| Self { body, separator: Some(next), at_most_once: false, size: 4 })
    }
}

/// The fragment names in a pattern or a body.
fn used<'a>(trees: &'a [Tree], names: &mut Vec<&'a str>) {
    for (at, tree) in trees.iter().enumerate() {
        match tree {
            Tree::Group(_, inner) => used(inner, names),
            dollar if dollar.is_mark("$") => names.extend(trees.get(at + 1).and_then(Tree::word)),
            Tree::Leaf(_) => {}
        }
    }
}

/// What the fragments of a pattern stand for, if all of the input matches it.
fn matched(pattern: &[Tree], input: &[Tree]) -> Option<Bounds> {
    let mut bounds = Bounds::new();
    matched_start(pattern, input, &mut bounds)?.is_empty().then_some(bounds)
}

/// Matches the start of the input. Returns the rest of it.
fn matched_start<'a>(pattern: &[Tree], mut input: &'a [Tree], bounds: &mut Bounds) -> Option<&'a [Tree]> {
    let mut at = 0;
    while let Some(tree) = pattern.get(at) {
        if let Some(repeat) = Repeat::at(&pattern[at..]) {
            input = matched_rounds(&repeat, input, bounds);
            at += repeat.size;
            continue;
        }
        if let [dollar, name, colon, kind, ..] = &pattern[at..]
            && dollar.is_mark("$")
            && colon.is_mark(":")
        {
            let size = fragment(kind.word()?, input).filter(|size| *size > 0)?;
            bounds.insert(name.word()?.to_owned(), Bound::One(input[..size].to_vec()));
            input = &input[size..];
            at += 4;
            continue;
        }
        match (tree, input.first()?) {
            (Tree::Leaf(wanted), Tree::Leaf(found)) if wanted.kind == found.kind && wanted.text == found.text => {}
            (Tree::Group(wanted, pattern), Tree::Group(found, inner)) if wanted == found => {
                bounds.extend(matched(pattern, inner)?);
            }
            _ => return None,
        }
        input = &input[1..];
        at += 1;
    }
    Some(input)
}

/// Matches a repetition as often as possible.
fn matched_rounds<'a>(repeat: &Repeat<'_>, mut input: &'a [Tree], bounds: &mut Bounds) -> &'a [Tree] {
    let mut rounds: Vec<Bounds> = Vec::new();
    while !(repeat.at_most_once && rounds.len() == 1) {
        let mut round = Bounds::new();
        let start = match repeat.separator {
            Some(separator) if !rounds.is_empty() => matched_start(std::slice::from_ref(separator), input, &mut round),
            _ => Some(input),
        };
        match start.and_then(|start| matched_start(repeat.body, start, &mut round)) {
            Some(rest) if rest.len() < input.len() => input = rest,
            _ => break,
        }
        rounds.push(round);
    }
    let mut names = Vec::new();
    used(repeat.body, &mut names);
    for name in names {
        let bound = rounds.iter().filter_map(|round| round.get(name).cloned()).collect();
        bounds.insert(name.to_owned(), Bound::Many(bound));
    }
    input
}

/// How many trees a fragment of a kind takes.
fn fragment(kind: &str, input: &[Tree]) -> Option<usize> {
    let first = input.first()?;
    let is_literal =
        |word: &str| word.starts_with(|c: char| c.is_ascii_digit() || c == '\'') || word == "true" || word == "false";
    match kind {
        "tt" => Some(1),
        "ident" => first.word().filter(|word| !is_literal(word)).map(|_| 1),
        "literal" => (first.text().is_some() || first.word().is_some_and(is_literal)).then_some(1),
        "expr" => Some(input.iter().position(ends).unwrap_or(input.len())),
        "ty" => {
            let mut depth = 0;
            let end = input.iter().position(|tree| {
                let last = depth == 0 && (ends(tree) || tree.is_mark(">") || tree.is_mark("="));
                depth += i32::from(tree.is_mark("<")) - i32::from(tree.is_mark(">"));
                last
            });
            Some(end.unwrap_or(input.len()))
        }
        _ => None,
    }
}

fn ends(tree: &Tree) -> bool {
    [",", ";", "=>"].iter().any(|mark| tree.is_mark(mark))
}
