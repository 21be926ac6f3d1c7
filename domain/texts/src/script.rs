//! The texts of the scripts, which know the English ones.

use std::fmt::Write as _;

use crate::{CODES, Lang, Part, pseudo, text};

/// The file with the texts of the scripts.
const FILE: &str = "scripts.";

/// Returns a JavaScript module with the translation of each English text of the scripts; nothing for English.
///
/// Variables stand in braces: `{count}`. A text with plural forms is an object by category; its key is the form `other`.
#[must_use]
pub fn script(lang: Lang) -> Option<String> {
    if lang == Lang::En {
        return None;
    }
    let mut module = String::from("export default {\n");
    for (english, translated) in messages(lang) {
        let _ = writeln!(module, "{}: {translated},", json(&english));
    }
    module.push_str("};\n");
    Some(module)
}

/// Returns the English texts that scripts may use, as they name them.
#[must_use]
pub fn script_texts() -> Vec<String> {
    messages(Lang::En).map(|(english, _)| english).collect()
}

fn messages(lang: Lang) -> impl Iterator<Item = (String, String)> {
    let ids = CODES.iter().enumerate().filter(|(_, code)| code.starts_with(FILE));
    ids.filter_map(move |(id, _)| {
        let id = u16::try_from(id).ok()?;
        let names = names(id);
        let english = plain(text::parts(id, Lang::En), names, Lang::En);
        let parts = text::parts(id, lang);
        let translated = match parts {
            [Part::Choice(_, variants, otherwise)] => {
                let forms =
                    variants.iter().map(|(key, parts)| format!("{}: {}", json(key), json(&plain(parts, names, lang))));
                let other = format!("\"other\": {}", json(&plain(otherwise, names, lang)));
                format!("{{{}}}", forms.chain([other]).collect::<Vec<_>>().join(", "))
            }
            parts => json(&plain(parts, names, lang)),
        };
        Some((english, translated))
    })
}

/// The names of a message's variables by position.
fn names(id: u16) -> &'static [&'static str] {
    crate::VARIABLES[usize::from(id)]
}

fn plain(parts: &[Part], names: &[&str], lang: Lang) -> String {
    let part = |part: &Part| match part {
        Part::Text(text) if lang == Lang::Pseudo => pseudo::of(text),
        Part::Text(text) => (*text).to_owned(),
        Part::Variable(at) => format!("{{{}}}", names[*at]),
        Part::Choice(_, _, otherwise) => plain(otherwise, names, lang),
    };
    parts.iter().map(part).collect()
}

fn json(text: &str) -> String {
    let mut quoted = String::from("\"");
    for letter in text.chars() {
        match letter {
            '"' | '\\' => {
                quoted.push('\\');
                quoted.push(letter);
            }
            '\n' => quoted.push_str("\\n"),
            '<' => quoted.push_str("\\u003c"),
            letter => quoted.push(letter),
        }
    }
    quoted.push('"');
    quoted
}
