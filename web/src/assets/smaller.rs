//! Takes comments and indentation out of scripts and style sheets. It knows our own style of writing them, and a test
//! sees that they keep to it.

/// A script without its lines of comments and without indentation. Lines stay lines, so no statement runs into another.
pub fn script(text: &str) -> String {
    let mut small = String::with_capacity(text.len());
    let mut in_comment = false;
    for line in text.lines().map(str::trim) {
        let begins = line.starts_with("/*");
        if in_comment || begins {
            in_comment = !line.ends_with("*/");
        } else if !line.is_empty() && !line.starts_with("//") {
            small.push_str(line);
            small.push('\n');
        }
    }
    small
}

/// What can go around signs in a style sheet, outside of strings.
const AROUND_SIGNS: [(&str, &str); 12] = [
    (" {", "{"),
    ("{ ", "{"),
    ("{\n", "{"),
    (" }", "}"),
    ("\n}", "}"),
    ("}\n", "}"),
    ("} ", "}"),
    ("; ", ";"),
    (";\n", ";"),
    (";}", "}"),
    (": ", ":"),
    (", ", ","),
];

/// A style sheet without comments, indentation and spaces around signs.
pub fn style(text: &str) -> String {
    let mut plain = String::with_capacity(text.len());
    let mut rest = text;
    while let Some((before, after)) = rest.split_once("/*") {
        plain.push_str(before);
        rest = after.split_once("*/").map_or("", |(_, after)| after);
    }
    plain.push_str(rest);
    let lines = plain.lines().map(str::trim).filter(|line| !line.is_empty());
    let lines: String = lines.flat_map(|line| [line, "\n"]).collect();
    let smaller =
        |part: &str| AROUND_SIGNS.iter().fold(part.to_owned(), |text, (wide, small)| text.replace(wide, small));
    // Each second part is a string.
    let parts = lines.split('"').enumerate();
    let parts: Vec<String> =
        parts.map(|(at, part)| if at % 2 == 0 { smaller(part) } else { part.to_owned() }).collect();
    parts.join("\"")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn comments_and_indentation_are_left_out() {
        let text = "// About.\n\n/** Says a.\n * More. */\nfunction a() {\n  // Why.\n  return `//${b}`; // c\n}\n/* One. */\n";
        assert_eq!(script(text), "function a() {\nreturn `//${b}`; // c\n}\n");
        assert_eq!(
            style(
                "/* A */\n.a { b: c; d: \"e: f { }\" }\n/* B\n */\n@media (x: y) {\n  .d, .g .h {\n    e: f;\n  }\n}\n"
            ),
            ".a{b:c;d:\"e: f { }\"}@media (x:y){.d,.g .h{e:f}}"
        );
    }

    #[test]
    fn our_files_are_written_so_that_it_is_safe() {
        for (name, _, bytes) in crate::assets::SOURCES {
            let Ok(text) = std::str::from_utf8(bytes) else { continue };
            if name.ends_with(".js") {
                for line in script(text).lines() {
                    assert!(line.matches('`').count() % 2 == 0, "{name}: a text of several lines: {line}");
                }
                let mut comments = text.lines().map(str::trim).filter(|line| line.starts_with("/*"));
                assert!(
                    comments.all(|line| line.ends_with("*/") || !line.contains("*/")),
                    "{name}: code after a comment"
                );
            } else if name.ends_with(".css") {
                assert!(!text.contains("\"/*") && text.matches("/*").count() == text.matches("*/").count(), "{name}");
                assert!(text.matches('"').count() % 2 == 0 && !text.contains(['\'', '\\']), "{name}: a string");
            }
        }
    }
}
