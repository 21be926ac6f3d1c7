//! Numbers for people.

use std::borrow::Borrow;
use std::fmt;

/// Returns a number with its noun, in the plural if needed: `1 message`, `1,204 messages`.
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

/// Returns the number with separators between thousands.
pub fn thousands(number: impl Borrow<i64>) -> String {
    let mut text = String::new();
    // A string takes everything.
    let _ = texts::current().write_number(*number.borrow(), &mut text);
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_grouped_and_nouns_agree() {
        assert_eq!(counted(1, "message", "messages").to_string(), "1 message");
        assert_eq!(counted(12_045, "message", "messages").to_string(), "12,045 messages");
        assert_eq!(thousands(999), "999");
    }
}
