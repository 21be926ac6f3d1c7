//! The tag of a page: a digest of all that the page shows, made before the page is rendered.

use std::hash::{Hash, Hasher};

use sha2::{Digest as _, Sha256};

/// Returns the tag of a page: 32 hexadecimal digits. Two pages with the same tag are rendered alike, except for the
/// values that are new for each request. It changes with everything that the page shows, and with the templates.
pub fn tag(page: &impl Hash) -> String {
    let mut digest = Digest(Sha256::new());
    env!("PAGES_DIGEST").hash(&mut digest);
    page.hash(&mut digest);
    digest.0.finalize().iter().take(16).map(|byte| format!("{byte:02x}")).collect()
}

/// Feeds whatever is hashed to SHA-256: the 64 bits of a usual hash are too few for pages that must not be confused.
struct Digest(Sha256);

impl Hasher for Digest {
    fn write(&mut self, bytes: &[u8]) {
        self.0.update(bytes);
    }

    fn finish(&self) -> u64 {
        let digest = self.0.clone().finalize();
        digest.iter().take(8).fold(0, |number, byte| number << 8 | u64::from(*byte))
    }
}

#[cfg(test)]
mod tests {
    use super::tag;

    #[test]
    fn a_tag_depends_on_each_value_and_its_position() {
        let tags =
            [tag(&("ab", "c")), tag(&("a", "bc")), tag(&("ab", "d")), tag(&("ab", 'c')), tag(&["ab", "c"].as_slice())];
        for (at, one) in tags.iter().enumerate() {
            assert!(one.len() == 32 && !tags[..at].contains(one), "{tags:?}");
        }
        assert_eq!(tags[0], tag(&("ab", "c")));
    }
}
