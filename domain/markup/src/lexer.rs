//! The lexer: one regular expression that finds the tokens of a line.

use std::ops::Range;
use std::sync::LazyLock;

use regex::Regex;

/// A candidate token. The parser decides by its surroundings.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Token {
    /// A backslash and the character that it escapes.
    Escape,
    Ticks,
    /// A run of stars, underscores, tildes or bars.
    Run,
    /// `@` and the characters of a name, or of the domain of an email address.
    At,
    Emoji,
    /// The scheme of a URL and the first character of its host.
    Scheme,
    /// `www.`, a label, a dot and the first character of the next label.
    Www,
    /// The bracket that opens a label, with a `!` before it for an image.
    Open,
    /// The bracket that closes a label, and the URL after it up to the first character of the host, if any; or the path of a
    /// file of ours up to the first digit of its id.
    Close,
}

/// No arm makes the scan read a character many times. The runs (code, emphasis and so on) take all that they read. The other arms
/// are bounded, or read ahead over characters that begin no second match of the same arm: a name contains no `@`, a
/// short name no `:`, a host label no dot. The parser handles the rest of a URL, since brackets in it have to balance.
/// It also decides which characters beyond ASCII are letters: a table of them would make the expression ten times as
/// large.
const SIGNS: &str = r"(?x)
      \\ (?: [`*_\[\]()@:>!] | ~~ | \|{1,2} )
    | `+
    | \*+ | _+ | ~~+ | \|\|+
    | @ [A-Za-z0-9_.-]*
    | : [a-z0-9_+-]+ :
    | (?i-u: https? ) :// [[:alnum:][:^ascii:]]
    | (?i-u: www ) \. [[:alnum:][:^ascii:]-]+ \. [[:alnum:][:^ascii:]]
    | !? \[
    | \] (?: \( (?: (?i-u: https? ) :// [[:alnum:][:^ascii:]] | /-/files/ [0-9] ) )?
";

static LEXER: LazyLock<Regex> = LazyLock::new(|| Regex::new(SIGNS).expect("the pattern of the lexer is valid"));

/// Returns the tokens from `from` on. A token's first byte is ASCII and says which arm matched.
pub(super) fn tokens(text: &str, from: usize) -> impl Iterator<Item = (Token, Range<usize>)> {
    LEXER.find_iter(&text[from..]).map(move |found| {
        let sign = match found.as_str().as_bytes()[0] {
            b'\\' => Token::Escape,
            b'`' => Token::Ticks,
            b'*' | b'_' | b'~' | b'|' => Token::Run,
            b'@' => Token::At,
            b':' => Token::Emoji,
            b'h' | b'H' => Token::Scheme,
            b'w' | b'W' => Token::Www,
            b']' => Token::Close,
            _ => Token::Open,
        };
        (sign, from + found.start()..from + found.end())
    })
}
