//! QR codes as the outline of one inline picture.

use qrcodegen::{QrCode, QrCodeEcc};

/// A QR code as a square of `size` by `size` modules.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Qr {
    /// Modules per side, including a quiet zone of four on each side.
    pub size: i32,
    /// The dark modules as an SVG path.
    pub path: String,
}

/// Modules of the quiet zone that readers need around the code.
const QUIET: i32 = 4;

impl Qr {
    /// Returns the code of a text, or `None` when the text is too long.
    pub fn of(text: &str) -> Option<Self> {
        let code = QrCode::encode_text(text, QrCodeEcc::Medium).ok()?;
        let mut path = String::new();
        for y in 0..code.size() {
            let mut x = 0;
            while x < code.size() {
                let from = x;
                while x < code.size() && code.get_module(x, y) {
                    x += 1;
                }
                if x > from {
                    path += &format!("M{} {}h{}v1H{}z", from + QUIET, y + QUIET, x - from, from + QUIET);
                }
                x += 1;
            }
        }
        Some(Self { size: code.size() + 2 * QUIET, path })
    }
}

#[cfg(test)]
mod tests {
    use super::Qr;

    #[test]
    fn a_code_has_the_three_corners_that_readers_look_for() {
        let qr = Qr::of("otpauth://totp/Klatch:mira?secret=ABC").expect("a code");
        // The finder patterns are seven modules wide: at the top left, the top right and the bottom left.
        let right = qr.size - 4 - 7;
        for (x, y) in [(4, 4), (right, 4), (4, qr.size - 5)] {
            assert!(qr.path.contains(&format!("M{x} {y}h7v1H{x}z")), "{x} {y}: {}", qr.path);
        }
        assert_eq!(Qr::of(&"x".repeat(5_000)), None);
    }
}
