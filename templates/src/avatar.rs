//! Avatars: what a user uploaded, or else their initials on a colour derived from the name.

use domain::model::picture_address;

/// Number of `hue-N` classes in the style sheet.
const HUES: u32 = 12;

/// Returns the first two letters of a name in capitals, or a dot where it has none.
pub fn initials(name: &str) -> String {
    let letters: String = name.chars().filter(|c| c.is_alphanumeric()).take(2).flat_map(char::to_uppercase).collect();
    if letters.is_empty() { "·".to_owned() } else { letters }
}

/// Returns the number of the colour class: the same name has the same colour on every page and in every release.
pub fn hue(name: &str) -> u32 {
    let mut hash: u32 = 7;
    for byte in name.to_lowercase().bytes() {
        hash = (hash ^ u32::from(byte)).wrapping_mul(37);
    }
    hash % HUES
}

/// Returns the path of an uploaded avatar, as large as messages need it on sharp screens.
pub fn address(digest: &str) -> String {
    picture_address(digest, 96)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn initials_are_letters_for_any_name() {
        assert_eq!(initials("mira"), "MI");
        assert_eq!(initials("_x-9"), "X9");
        assert_eq!(initials("__"), "·");
    }

    #[test]
    fn a_name_has_the_same_color_in_any_case() {
        assert_eq!(hue("Anouk"), hue("anouk"));
        assert!(hue("tomas") < HUES);
    }
}
