//! Pictures of people who sent none: their initials on a colour that follows from their name.

use std::borrow::Borrow;
use std::fmt;

/// How many `hue-N` classes the style sheet has.
const HUES: u32 = 12;

/// The first two letters of a name, in capitals; a dot where it has none.
pub fn initials(name: &str) -> String {
    let letters: String = name.chars().filter(|c| c.is_alphanumeric()).take(2).flat_map(char::to_uppercase).collect();
    if letters.is_empty() { "·".to_owned() } else { letters }
}

/// The number of the colour class: the same name has the same colour on every page and in every release.
pub fn hue(name: &str) -> u32 {
    let mut hash: u32 = 7;
    for byte in name.to_lowercase().bytes() {
        hash = (hash ^ u32::from(byte)).wrapping_mul(37);
    }
    hash % HUES
}

/// A number with its noun, in the plural where it must be: `1 message`, `1,204 messages`.
pub fn counted(number: impl Borrow<i64>, one: &str, many: &str) -> Counted {
    let number = *number.borrow();
    Counted { number, noun: if number == 1 { one.to_owned() } else { many.to_owned() } }
}

/// See [`counted`].
#[derive(Clone, Debug)]
pub struct Counted {
    number: i64,
    noun: String,
}

impl fmt::Display for Counted {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", thousands(self.number), self.noun)
    }
}

/// The number with commas between thousands.
pub fn thousands(number: impl Borrow<i64>) -> String {
    let number = *number.borrow();
    let digits = number.unsigned_abs().to_string();
    let mut text = String::with_capacity(digits.len() + digits.len() / 3 + 1);
    if number < 0 {
        text.push('−');
    }
    for (i, digit) in digits.chars().enumerate() {
        if i > 0 && (digits.len() - i).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn initials_are_letters_whatever_the_name_is() {
        assert_eq!(initials("mira"), "MI");
        assert_eq!(initials("_x-9"), "X9");
        assert_eq!(initials("__"), "·");
    }

    #[test]
    fn a_name_keeps_its_colour_in_any_case() {
        assert_eq!(hue("Anouk"), hue("anouk"));
        assert!(hue("tomas") < HUES);
    }

    #[test]
    fn numbers_are_grouped_and_nouns_agree() {
        assert_eq!(counted(1, "message", "messages").to_string(), "1 message");
        assert_eq!(counted(12_045, "message", "messages").to_string(), "12,045 messages");
        assert_eq!(thousands(999), "999");
    }
}
