//! Cleans the text for display: line ends become `\n`, and no character can affect the page around it.

/// Drops control characters except `\n` and `\t`, and characters that change the direction of later text. Turns every
/// kind of line end into `\n`.
pub(super) fn clean(raw: &str) -> String {
    // In UTF-8, everything changed below begins with one of these bytes. Most messages have none.
    let suspect = |byte: &u8| (*byte < 0x20 && !matches!(byte, b'\n' | b'\t')) || matches!(byte, 0x7f | 0xc2 | 0xe2);
    if !raw.as_bytes().iter().any(suspect) {
        return raw.to_owned();
    }
    let mut text = String::with_capacity(raw.len());
    let mut characters = raw.chars().peekable();
    while let Some(character) = characters.next() {
        match character {
            '\r' => {
                characters.next_if_eq(&'\n');
                text.push('\n');
            }
            '\u{2028}' | '\u{2029}' => text.push('\n'),
            '\n' | '\t' => text.push(character),
            '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}' => {}
            _ if character.is_control() => {}
            _ => text.push(character),
        }
    }
    text
}
