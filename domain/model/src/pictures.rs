//! Pictures: the avatars of accounts, the images of groups, and the logo of the site.

/// How the address of every picture begins. Its digest follows, then a dash and its size.
pub const PICTURES: &str = "/-/pictures/";

/// The sizes of avatars and images of groups, which are square, in pixels.
pub const PICTURE_SIZES: [u32; 3] = [48, 96, 192];

/// The size in the address of the logo, of which there is one only. It is not square.
pub const LOGO_SIZE: u32 = 64;

/// The tallest logo on a page, in CSS pixels.
const LOGO_SHOWN: u32 = 40;

/// Returns the path of a picture on this site, in one of its sizes.
pub fn picture_address(digest: &str, size: u32) -> String {
    format!("{PICTURES}{digest}-{size}")
}

/// Returns the name of a picture's bytes in the storage.
pub fn picture_key(digest: &str, size: u32) -> String {
    format!("{digest}.{size}")
}

/// Returns the names of all that can be stored of a picture.
pub fn picture_keys(digest: &str) -> impl Iterator<Item = String> {
    PICTURE_SIZES.into_iter().chain([LOGO_SIZE]).map(move |size| picture_key(digest, size))
}

/// Reads the end of an address: the digest and the size. `None` for anything that no picture has.
pub fn parse_picture(name: &str) -> Option<(&str, u32)> {
    let (digest, size) = name.split_once('-')?;
    let size: u32 = size.parse().ok()?;
    let is_digest = digest.len() == 64 && digest.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f'));
    (is_digest && (size == LOGO_SIZE || PICTURE_SIZES.contains(&size))).then_some((digest, size))
}

/// The logo of the site.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Logo {
    pub digest: String,
    /// In pixels.
    pub width: u32,
    pub height: u32,
}

impl Logo {
    /// Reads it as it is stored; `None` without a logo.
    pub fn parse(stored: &str) -> Option<Self> {
        let mut parts = stored.split(' ');
        let (digest, width, height) = (parts.next()?, parts.next()?.parse().ok()?, parts.next()?.parse().ok()?);
        Some(Self { digest: digest.to_owned(), width, height })
    }

    /// Returns it as it is stored.
    pub fn stored(&self) -> String {
        format!("{} {} {}", self.digest, self.width, self.height)
    }

    /// Its path on this site.
    pub fn address(&self) -> String {
        picture_address(&self.digest, LOGO_SIZE)
    }

    /// Its width on pages: half of its own where it is large, so that it is sharp on all screens.
    pub fn shown_width(&self) -> u32 {
        self.shown(self.width)
    }

    /// Its height on pages.
    pub fn shown_height(&self) -> u32 {
        self.shown(self.height)
    }

    fn shown(&self, length: u32) -> u32 {
        if self.height > LOGO_SHOWN { length.div_ceil(2) } else { length }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_address_of_a_picture_is_read_back() {
        let digest = "0a".repeat(32);
        let address = picture_address(&digest, 96);
        assert_eq!(parse_picture(address.strip_prefix(PICTURES).unwrap()), Some((digest.as_str(), 96)));
        for bad in [
            "",
            "friend",
            "-96",
            &digest,
            &format!("{digest}-97"),
            &format!("{digest}-"),
            &format!("{}-96", &digest[1..]),
        ] {
            assert_eq!(parse_picture(bad), None, "{bad}");
        }
        assert_eq!(parse_picture(&format!("{}-96", digest.to_uppercase())), None);
        assert_eq!(picture_keys("ab").collect::<Vec<_>>(), ["ab.48", "ab.96", "ab.192", "ab.64"]);
    }

    #[test]
    fn a_logo_is_stored_and_read_back() {
        let logo = Logo { digest: "ab".to_owned(), width: 301, height: 80 };
        assert_eq!(Logo::parse(&logo.stored()), Some(logo.clone()));
        assert_eq!((logo.shown_width(), logo.shown_height()), (151, 40));
        let small = Logo { height: 20, ..logo };
        assert_eq!((small.shown_width(), small.shown_height()), (301, 20));
        assert_eq!([Logo::parse(""), Logo::parse("ab 3"), Logo::parse("ab x 3")], [None, None, None]);
    }
}
