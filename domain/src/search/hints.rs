//! Hints about words in a query that look like mistyped operators.

use search_index::differences;
use texts::{Text, search_errors};

use super::operators::{PARTS, STATES, canonical};

/// The operators, in the order of the help on the page.
pub const OPERATORS: [&str; 9] = ["from", "in", "title", "after", "before", "on", "has", "site", "is"];

/// Returns a hint for a word such as `form:mira`.
pub fn of(piece: &str) -> Option<Text> {
    let (name, value) = piece.strip_prefix('-').unwrap_or(piece).split_once(':')?;
    let meant = meant(&name.to_ascii_lowercase(), value)?;
    let all: Vec<String> = OPERATORS.iter().map(|name| format!("{name}:")).collect();
    Some(search_errors::hint(name, meant, all.join(", ")))
}

/// Returns the operator that was probably meant. Short names are similar to many words, so the value must also fit.
fn meant(name: &str, value: &str) -> Option<&'static str> {
    let is_value = value.starts_with(|c: char| c.is_alphanumeric() || matches!(c, '@' | '#' | '"' | '“'));
    if !is_value || !(2..=10).contains(&name.len()) || !name.bytes().all(|b| b.is_ascii_lowercase()) {
        return None;
    }
    let lower = value.to_lowercase();
    let fits = |operator: &str| match operator {
        "has" => PARTS.contains(&lower.trim_end_matches('s')),
        "is" => STATES.iter().any(|(word, _)| *word == lower),
        operator => operator.len() >= 4,
    };
    OPERATORS.into_iter().find(|operator| fits(operator) && differences(name, operator) == 1).or_else(|| {
        // Names that other programs use.
        let others = ["author", "sender", "group", "stream", "channel", "topic", "intitle", "subject", "since"];
        others.into_iter().find(|other| differences(name, other) == 1).map(canonical)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_mistyped_operator_is_distinguished_from_other_words() {
        let meant = [
            ("form:mira", "from"),
            ("-frm:@mira", "from"),
            ("Beforx:2012", "before"),
            ("titlx:plums", "title"),
            ("authox:mira", "from"),
            ("hxs:links", "has"),
            ("si:resolved", "is"),
        ];
        for (piece, operator) in meant {
            let hint = of(piece).expect("a hint").to_string();
            assert!(hint.contains(&format!("mean “{operator}:”")), "{piece}: {hint}");
        }
        for piece in
            ["x:y", "note:this", "form:", "12:30", "http://x.org", ":heart:", "c:\\dir", "as:is", "std::from", "re:you"]
        {
            assert_eq!(of(piece), None, "{piece}");
        }
    }
}
