//! Compiled moderation rules, bounded in memory and time.

use std::time::{Duration, Instant};

use regex::{Regex, RegexBuilder};
use texts::{Text, matching};

use super::folding::{NormalizedText, fold};
use model::RuleKind;
use store::moderation::rules::Rule;

/// The most words of a rule.
pub const MAX_WORDS: usize = 500;
/// The most characters of a word.
pub const MAX_WORD: usize = 100;
/// The most characters of a pattern.
pub const MAX_PATTERN: usize = 500;
/// The most bytes of a compiled pattern. Search time is linear in the text, and this bounds its factor.
const PATTERN_SIZE: usize = 256 * 1024;
/// The same for a word list, whose length does not slow the search.
const WORDS_SIZE: usize = 4 * 1024 * 1024;
/// Bytes that a pattern searches at once; the deadline is checked in between.
const PIECE: usize = 4_000;
/// Overlap of pieces in bytes, so that a match across their border is found.
const OVERLAP: usize = 400;
/// The time that all rules together may take for one message.
const PATIENCE: Duration = Duration::from_millis(200);

/// The input of a rule.
#[derive(Clone, Copy, Debug)]
pub(crate) struct RuleInput<'a> {
    pub text: &'a NormalizedText<'a>,
    pub title: Option<&'a NormalizedText<'a>>,
    /// The hosts of external links.
    pub hosts: &'a [NormalizedText<'a>],
}

/// Prepares the hosts of links for rules.
pub(crate) fn seen(hosts: &[String]) -> Vec<NormalizedText<'_>> {
    hosts.iter().map(|host| NormalizedText::new(host)).collect()
}

/// Where a rule matched.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum RuleMatch {
    Nothing,
    InText,
    InTitle,
    /// The time ran out.
    Unknown,
}

#[derive(Clone, Copy, Debug)]
pub(crate) struct Deadline(Instant);

impl Deadline {
    /// The limit for one message.
    pub fn of_message() -> Self {
        Self::in_time(PATIENCE)
    }

    pub fn in_time(time: Duration) -> Self {
        Self(Instant::now() + time)
    }

    pub fn is_over(self) -> bool {
        Instant::now() >= self.0
    }
}

#[derive(Debug)]
pub(crate) struct Compiled {
    pub rule: Rule,
    regex: Regex,
}

impl Compiled {
    /// # Errors
    /// An explanation of what to correct in the rule's body.
    pub fn new(rule: Rule) -> Result<Self, Text> {
        let regex = compile(rule.kind, &rule.body)?;
        Ok(Self { rule, regex })
    }

    /// Checks all parts of the input that the rule covers.
    pub fn check(&self, words: RuleInput<'_>, deadline: Deadline) -> RuleMatch {
        let rule = &self.rule;
        if rule.in_text {
            match self.finds(words.text, deadline) {
                None => return RuleMatch::Unknown,
                Some(true) => return RuleMatch::InText,
                Some(false) => {}
            }
        }
        if rule.in_links {
            for host in words.hosts {
                match self.finds(host, deadline) {
                    None => return RuleMatch::Unknown,
                    Some(true) => return RuleMatch::InText,
                    Some(false) => {}
                }
            }
        }
        match words.title.filter(|_| rule.in_title).map(|title| self.finds(title, deadline)) {
            Some(None) => RuleMatch::Unknown,
            Some(Some(true)) => RuleMatch::InTitle,
            Some(Some(false)) | None => RuleMatch::Nothing,
        }
    }

    /// Whether the rule matches the text, as typed or as normalized; `None` when the time ran out.
    pub fn finds(&self, text: &NormalizedText<'_>, deadline: Deadline) -> Option<bool> {
        match self.finds_in(text.typed(), deadline) {
            Some(false) => text.folded().map_or(Some(false), |folded| self.finds_in(folded, deadline)),
            known => known,
        }
    }

    fn finds_in(&self, text: &str, deadline: Deadline) -> Option<bool> {
        // A word list needs one pass, whatever the text.
        if self.rule.kind == RuleKind::Words || text.len() <= PIECE {
            return if deadline.is_over() { None } else { Some(self.regex.is_match(text)) };
        }
        for piece in pieces(text) {
            if deadline.is_over() {
                return None;
            }
            if self.regex.is_match(piece) {
                return Some(true);
            }
        }
        Some(false)
    }
}

/// Splits the text into overlapping pieces, between words if possible.
fn pieces(text: &str) -> impl Iterator<Item = &str> {
    let mut from = 0;
    let mut is_done = false;
    std::iter::from_fn(move || {
        if is_done {
            return None;
        }
        let end = if text.len() - from <= PIECE { text.len() } else { cut(text, from + PIECE) };
        let piece = &text[from..end];
        is_done = end == text.len();
        from = cut(text, end - OVERLAP.min(end)).max(from + 1);
        while !text.is_char_boundary(from) {
            from += 1;
        }
        Some(piece)
    })
}

/// The last white space shortly before `at`, or else the nearest character boundary.
fn cut(text: &str, at: usize) -> usize {
    let at = (0..=at).rev().find(|at| text.is_char_boundary(*at)).unwrap_or(0);
    let near = (0..=at.saturating_sub(OVERLAP / 2)).rev().find(|near| text.is_char_boundary(*near)).unwrap_or(0);
    text[near..at].rfind(char::is_whitespace).map_or(at, |found| near + found)
}

/// Compiles the body of a rule.
///
/// # Errors
/// An explanation of what to correct.
pub(crate) fn compile(kind: RuleKind, body: &str) -> Result<Regex, Text> {
    match kind {
        RuleKind::Words => words(body),
        RuleKind::Pattern => pattern(body),
    }
}

fn words(body: &str) -> Result<Regex, Text> {
    let folded = fold(body);
    let words: Vec<String> = folded
        .lines()
        .map(|line| line.split_whitespace().map(regex::escape).collect::<Vec<_>>().join("\\s+"))
        .filter(|word| !word.is_empty())
        .collect();
    if words.is_empty() {
        return Err(matching::no_words());
    }
    if words.len() > MAX_WORDS {
        return Err(matching::too_many_words(MAX_WORDS, words.len()));
    }
    if let Some(long) = body.lines().map(|line| line.trim().chars().count()).find(|count| *count > MAX_WORD) {
        return Err(matching::word_too_long(MAX_WORD, long));
    }
    // Marks such as those of emphasis are not part of a word.
    let edge = r"[^\p{Alphabetic}\p{M}\p{N}]";
    let whole = format!("(?:^|{edge})(?:{})(?:{edge}|$)", words.join("|"));
    let built = RegexBuilder::new(&whole).case_insensitive(true).size_limit(WORDS_SIZE).build();
    built.map_err(|_| matching::words_too_big())
}

fn pattern(body: &str) -> Result<Regex, Text> {
    let body = body.trim();
    if body.is_empty() {
        return Err(matching::no_pattern());
    }
    if body.lines().count() > 1 {
        return Err(matching::pattern_lines());
    }
    let count = body.chars().count();
    if count > MAX_PATTERN {
        return Err(matching::pattern_too_long(MAX_PATTERN, count));
    }
    let built = RegexBuilder::new(body)
        .case_insensitive(true)
        .size_limit(PATTERN_SIZE)
        .dfa_size_limit(4 * PATTERN_SIZE)
        .nest_limit(50)
        .build();
    let regex = built.map_err(|error| match error {
        regex::Error::CompiledTooBig(_) => matching::pattern_too_big(),
        error => {
            let told = error.to_string();
            let why = told.lines().find_map(|line| line.strip_prefix("error: "));
            why.map_or_else(matching::pattern_wrong, matching::pattern_wrong_because)
        }
    })?;
    if regex.is_match("") {
        return Err(matching::pattern_matches_all());
    }
    Ok(regex)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::platform::validate::MAX_MESSAGE;

    fn finds(kind: RuleKind, body: &str, text: &str) -> bool {
        let rule = Rule { kind, body: body.into(), ..Rule::sample() };
        let rule = Compiled::new(rule).expect("a rule");
        rule.finds(&NormalizedText::new(text), Deadline::in_time(Duration::from_secs(60))).expect("time")
    }

    #[test]
    fn whole_words_match_in_any_case() {
        let plums = |text| finds(RuleKind::Words, "plums\nfree  money\nc++\nÄpfel", text);
        for text in ["Plums!", "_plums_", "**PLUMS**", "get free\nmoney now", "I like C++.", "äpfel", "x plums"] {
            assert!(plums(text), "{text:?}");
        }
        for text in ["plumstone", "sugarplums", "freemoney", "plum", "c+", "Äpfelchen", "plums2"] {
            assert!(!plums(text), "{text:?}");
        }
    }

    #[test]
    fn invisible_characters_do_not_hide_a_word() {
        for body in ["plums", "ｐｌｕｍｓ", "plu\u{200b}ms\u{ad}"] {
            for text in ["pl\u{200b}ums", "pl\u{ad}ums", "ＰＬＵＭＳ", "get 𝗽𝗹𝘂𝗺𝘀!", "plums", "x\u{200b}plums"]
            {
                assert!(finds(RuleKind::Words, body, text), "{body:?} in {text:?}");
            }
            for text in ["plum\u{200b}stone", "ｐｌｕｍｓｔｏｎｅ", "pl\u{a0}ums", "pl ums"] {
                assert!(!finds(RuleKind::Words, body, text), "{body:?} in {text:?}");
            }
        }
        assert!(finds(RuleKind::Pattern, r"\d{6}", "call 01\u{2060}23４5"));
        assert!(finds(RuleKind::Pattern, r"\bplums?\b", "𝐩𝐥\u{200d}𝐮𝐦"));
        assert!(finds(RuleKind::Pattern, "[Ａ-Ｚ]{3}|\\u{200b}{2}", "ＡＢＣ"), "as it was typed, too");
        assert!(finds(RuleKind::Pattern, "[Ａ-Ｚ]{3}|\\u{200b}{2}", "a\u{200b}\u{200b}b"));
        let long = format!("{} pl\u{200b}ums", "wrens sleep in holes ".repeat(1_000));
        assert!(finds(RuleKind::Pattern, r"\bplums\b", &long));
        let nothing = compile(RuleKind::Words, "\u{200b}\n\u{ad}").expect_err("nothing");
        assert!(nothing.to_string().contains("at least one word"));
    }

    #[test]
    fn a_rule_that_cannot_be_used_is_refused_with_a_reason() {
        let why = |kind, body: &str| compile(kind, body).expect_err("a complaint").to_string();
        assert!(why(RuleKind::Words, " \n ").contains("at least one word"));
        assert!(why(RuleKind::Words, &"x\n".repeat(501)).contains("501"));
        assert!(why(RuleKind::Words, &"x".repeat(101)).contains("101"));
        assert_eq!(why(RuleKind::Pattern, "a(b"), "This pattern isn't valid: unclosed group.");
        assert!(why(RuleKind::Pattern, "x{1000}{1000}").contains("too big"));
        assert!(why(RuleKind::Pattern, &format!("{}{}", "(".repeat(60), ")".repeat(60))).contains("isn't valid"));
        assert!(why(RuleKind::Pattern, "(a*)").contains("matches empty text"));
        assert!(why(RuleKind::Pattern, "a\nb").contains("one line"));
        assert!(why(RuleKind::Pattern, &"x".repeat(501)).contains("501"));
        assert!(why(RuleKind::Pattern, "(?=x)").contains("isn't valid"));
    }

    #[test]
    fn ordinary_rules_stay_within_the_size_limit() {
        for body in
            [r"\b\w+@\w+\.(com|net)\b", r"(?:\+?\d[\s-]?){9,14}", r"[A-Z]{20,}", r"(.)\s*casino", r"\p{Han}{5,}"]
        {
            compile(RuleKind::Pattern, body).unwrap_or_else(|error| panic!("{body}: {error}"));
        }
        let list: String = (0..MAX_WORDS).map(|n| format!("word{n} and {n} more\n")).collect();
        compile(RuleKind::Words, &list).expect("a long list");
    }

    #[test]
    fn a_long_text_is_matched_piece_by_piece() {
        let all = |text: &str| pieces(text).map(str::len).max();
        let text = "wrens sleep in holes ".repeat(2_000);
        assert!(all(&text) <= Some(PIECE));
        let dense = "ä".repeat(20_000);
        assert!(all(&dense) <= Some(PIECE));
        let whole: usize = pieces(&dense).map(str::len).sum();
        assert!(whole >= dense.len());
        for at in [0, 3_990, 3_999, 4_000, 7_700, 41_000] {
            let mut long = text.clone();
            let at = (at..).find(|at| long.is_char_boundary(*at)).expect("a place");
            long.insert_str(at, " needle in hay ");
            let regex = compile(RuleKind::Pattern, r"\bneedle in hay\b").expect("a pattern");
            assert!(pieces(&long).any(|piece| regex.is_match(piece)), "at {at}");
        }
    }

    #[test]
    fn a_pathological_pattern_gives_up() {
        let rule =
            Rule { kind: RuleKind::Pattern, body: "(?:[ab]*a[ab]{900})+c".into(), in_text: true, ..Rule::sample() };
        let Ok(slow) = Compiled::new(rule) else { return };
        let text = "ab".repeat(MAX_MESSAGE / 2);
        let begun = Instant::now();
        slow.check(RuleInput { text: &NormalizedText::new(&text), title: None, hosts: &[] }, Deadline::of_message());
        // The time limit plus at most one piece, even without optimization.
        assert!(begun.elapsed() < Duration::from_secs(5), "{:?}", begun.elapsed());
    }
}
