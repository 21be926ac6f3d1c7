//! Decides when a `*`, `_`, `~~`, `||` or a bracket opens or closes something, and matches the pairs.

/// The most open delimiters; beyond that, the oldest is text. Bounds the depth of the result and the look-back of each
/// closing delimiter, which keeps the scan linear.
const OPEN_MAX: usize = 12;

/// An opening delimiter without its other half yet.
#[derive(Debug, Clone, Copy)]
pub(super) struct Opener {
    pub mark: Mark,
    /// How many of its characters are still unmatched.
    pub width: usize,
    /// The index of its own text among the pieces of the line.
    pub item: usize,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Mark {
    Star,
    Underscore,
    /// `__`, which makes several words strong. `__init__` is a name.
    Underscores,
    Tildes,
    Bars,
    Bracket {
        image: bool,
    },
}

#[derive(Debug, Default)]
pub(super) struct Open(Vec<Opener>);

impl Open {
    pub fn push(&mut self, opener: Opener) {
        if self.0.len() == OPEN_MAX {
            self.0.remove(0);
        }
        self.0.push(opener);
    }

    pub fn has(&self, mark: Mark) -> bool {
        self.0.iter().any(|opener| opener.mark == mark)
    }

    /// Removes and returns the opener that a closing run matches, and drops those opened since: they are text. One star
    /// matches one, two match two, three match any.
    pub fn answer(&mut self, mark: Mark, width: usize) -> Option<Opener> {
        let answers =
            |opener: &Opener| opener.mark == mark && (opener.width == width || opener.width == 3 || width == 3);
        let index = self.0.iter().rposition(answers)?;
        let opener = self.0[index];
        self.0.truncate(index);
        Some(opener)
    }

    /// Removes and returns the last bracket.
    pub fn take_bracket(&mut self) -> Option<Opener> {
        let index = self.0.iter().rposition(|opener| matches!(opener.mark, Mark::Bracket { .. }))?;
        Some(self.0.remove(index))
    }

    /// Updates the openers after a link was made of all pieces from `item` on. No link may contain a link.
    pub fn link_made(&mut self, item: usize, is_image: bool) {
        self.0.retain(|opener| opener.item < item && (is_image || opener.mark != Mark::Bracket { image: false }));
    }
}

/// Whether this is a letter or digit of a script with spaces between words: a delimiter next to it is inside a word.
pub(super) fn is_word(character: char) -> bool {
    character.is_alphanumeric() && character < '\u{2e80}'
}

/// Whether a run of stars or underscores between these characters can begin emphasis: `*args` yes, `2*3`, `a.*)` no.
pub(super) fn can_open(before: Option<char>, after: Option<char>) -> bool {
    let led = match before {
        None => true,
        Some(before) if before.is_ascii() => before.is_ascii_whitespace() || "([{<>\"'-:=+|~*_,;".contains(before),
        Some(before) => !is_word(before),
    };
    led && after.is_some_and(|after| !after.is_whitespace() && !".,;:!?)]}".contains(after))
}

/// Whether such a run can end emphasis.
pub(super) fn can_close(before: Option<char>, after: Option<char>) -> bool {
    let followed = match after {
        None => true,
        Some(after) if after.is_ascii() => after.is_ascii_whitespace() || ".,;:!?()[]{}<>\"'-=+|~*_".contains(after),
        Some(after) => !is_word(after),
    };
    followed && before.is_some_and(|before| !before.is_whitespace() && !"([{".contains(before))
}
