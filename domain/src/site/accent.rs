//! The accent color that admins choose: whether it can be read, and the tones of both themes that are derived from it.

use std::fmt;

use crate::platform::error::{Error, Result};

/// Klatch's own accent color.
pub const DEFAULT: &str = "#0b6b62";

/// The lowest contrast at which text can be read (WCAG 2.2, AA). The error names it.
const LEAST: f64 = 4.5;

// As in `static/klatch.css`.
const PAPER: Color = Color([0xfb, 0xfa, 0xf7]);
const PANEL: Color = Color([0xf3, 0xf1, 0xea]);
const SIGNAL_TINT: Color = Color([0xfb, 0xea, 0xe1]);
const DARK_PAPER: Color = Color([0x15, 0x19, 0x1a]);
const DARK_PANEL: Color = Color([0x1b, 0x21, 0x22]);
const DARK_SIGNAL_TINT: Color = Color([0x37, 0x23, 0x1a]);
/// Text on the accent color in the dark theme.
const DARK_ON_ACCENT: Color = Color([0x10, 0x20, 0x1e]);
const WHITE: Color = Color([0xff; 3]);

/// What stands behind links.
const GROUNDS: [Color; 3] = [PAPER, PANEL, SIGNAL_TINT];
/// The same in the dark theme, and text on the accent color.
const DARK_GROUNDS: [Color; 4] = [DARK_PAPER, DARK_PANEL, DARK_SIGNAL_TINT, DARK_ON_ACCENT];

/// How much of the accent color is in the tint behind selected things, at most.
const TINT: f64 = 0.1;
const DARK_TINT: f64 = 0.13;
/// The steps in which a tone is searched.
const STEPS: u8 = 64;

/// A color in sRGB.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Color([u8; 3]);

impl Color {
    /// Reads `#rrggbb`.
    fn parse(typed: &str) -> Option<Self> {
        let digits = typed.strip_prefix('#').filter(|digits| digits.len() == 6)?;
        if !digits.bytes().all(|byte| byte.is_ascii_hexdigit()) {
            return None;
        }
        let part = |at: usize| u8::from_str_radix(&digits[at..at + 2], 16).ok();
        Some(Self([part(0)?, part(2)?, part(4)?]))
    }

    /// The relative luminance of WCAG.
    fn luminance(self) -> f64 {
        let linear = |part: u8| {
            let part = f64::from(part) / 255.0;
            if part <= 0.040_45 { part / 12.92 } else { ((part + 0.055) / 1.055).powf(2.4) }
        };
        let [red, green, blue] = self.0.map(linear);
        0.2126 * red + 0.7152 * green + 0.0722 * blue
    }

    /// The contrast of two colors, from 1 to 21.
    fn contrast(self, other: Self) -> f64 {
        let (one, other) = (self.luminance() + 0.05, other.luminance() + 0.05);
        one.max(other) / one.min(other)
    }

    /// The lowest contrast with any of these.
    fn least_contrast(self, others: &[Self]) -> f64 {
        others.iter().map(|other| self.contrast(*other)).fold(f64::INFINITY, f64::min)
    }

    /// This color with a part of another one, from 0 to 1.
    fn mixed(self, other: Self, part: f64) -> Self {
        let mut mixed = self.0;
        for (own, other) in mixed.iter_mut().zip(other.0) {
            let value = f64::from(*own) + (f64::from(other) - f64::from(*own)) * part;
            *own = value.round().clamp(0.0, 255.0) as u8;
        }
        Self(mixed)
    }

    /// The tint of this accent color on a background: as strong as leaves the color readable on it.
    fn tint(self, ground: Self, most: f64) -> Self {
        let mut tints = (1..=STEPS).rev().map(|step| ground.mixed(self, most * f64::from(step) / f64::from(STEPS)));
        tints.find(|tint| self.contrast(*tint) >= LEAST).unwrap_or(ground)
    }

    /// The accent color of the dark theme: this one with as much white as makes it readable there.
    fn in_the_dark(self) -> Self {
        let mut lighter = (0..=STEPS).map(|step| self.mixed(WHITE, f64::from(step) / f64::from(STEPS)));
        lighter.find(|color| color.least_contrast(&DARK_GROUNDS) >= LEAST).unwrap_or(WHITE)
    }
}

impl fmt::Display for Color {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let [red, green, blue] = self.0;
        write!(f, "#{red:02x}{green:02x}{blue:02x}")
    }
}

/// Returns the color as it is stored; nothing for Klatch's own.
///
/// # Errors
/// [`Error::Invalid`] on `accent` for what is no color, or one that is too light for text in the light theme.
pub fn check(typed: &str) -> Result<String> {
    let typed = typed.trim();
    if typed.is_empty() {
        return Ok(String::new());
    }
    let color = Color::parse(typed).ok_or_else(|| Error::invalid("accent", texts::site::accent_form(DEFAULT)))?;
    let contrast = color.least_contrast(&GROUNDS);
    if contrast < LEAST {
        // Rounded down, so that it never reads as enough.
        let tenths = (contrast * 10.0).floor() as u32;
        return Err(Error::invalid("accent", texts::site::accent_light(tenths / 10, tenths % 10)));
    }
    let color = color.to_string();
    Ok(if color == DEFAULT { String::new() } else { color })
}

/// Returns the style rules for an accent color, which follow those of the style sheet. `None` for anything that
/// [`check`] does not return, and for Klatch's own color.
pub fn style(accent: &str) -> Option<String> {
    let stored = check(accent).ok().filter(|stored| stored == accent)?;
    let light = Color::parse(&stored)?;
    let dark = light.in_the_dark();
    let rule = |accent: Color, tint: Color| format!("{{--accent:{accent};--tint:{tint}}}");
    let (light, dark) = (rule(light, light.tint(PAPER, TINT)), rule(dark, dark.tint(DARK_PAPER, DARK_TINT)));
    Some(format!(
        "\n:root{light}\n@media (prefers-color-scheme:dark){{:root:not([data-theme=light]){dark}}}\n:root[data-theme=dark]{dark}\n"
    ))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn is_refused(typed: &str) -> bool {
        matches!(check(typed), Err(Error::Invalid(fields)) if fields.get("accent").is_some())
    }

    #[test]
    fn contrast_is_that_of_wcag() {
        let black = Color([0; 3]);
        assert!((black.contrast(WHITE) - 21.0).abs() < 1e-9 && (WHITE.contrast(WHITE) - 1.0).abs() < 1e-9);
        let grey = Color([0x76; 3]).contrast(WHITE);
        assert!((4.5..4.6).contains(&grey), "{grey}");
    }

    #[test]
    fn colors_that_cannot_be_read_are_refused() {
        for light in ["#ffffff", "#ffd700", "#5cc3b5", "#7f7f7f"] {
            assert!(is_refused(light), "{light}");
        }
        for odd in ["red", "#fff", "0b6b62", "#0b6b6", "#0b6b62f", "#gggggg", "#äää", "#0b6b62;}", "# 0b6b6"] {
            assert!(is_refused(odd), "{odd}");
        }
        assert_eq!(check(" #8A2BE2 ").unwrap(), "#8a2be2");
        assert_eq!((check("").unwrap(), check(DEFAULT).unwrap()), (String::new(), String::new()));
        assert_eq!(check("#0B6B62").unwrap(), "", "whatever the case");
    }

    #[test]
    fn whatever_is_taken_can_be_read_in_both_themes() {
        let mut taken = 0;
        for number in 0..216_u8 {
            let light = Color([number / 36, number / 6 % 6, number % 6].map(|part| part * 0x33));
            if check(&light.to_string()).is_err() {
                continue;
            }
            taken += 1;
            let dark = light.in_the_dark();
            let dark_tint = dark.tint(DARK_PAPER, DARK_TINT);
            let least = [
                light.least_contrast(&GROUNDS),
                light.least_contrast(&[WHITE, light.tint(PAPER, TINT)]),
                dark.least_contrast(&DARK_GROUNDS),
                dark.contrast(dark_tint),
            ];
            assert!(least.iter().all(|least| *least >= LEAST), "{light}, {dark}: {least:?}");
        }
        assert!(taken > 30, "{taken}");
    }

    #[test]
    fn only_a_color_that_is_stored_has_a_style() {
        let style = style("#8a2be2").unwrap();
        assert!(style.contains(":root{--accent:#8a2be2;--tint:#"), "{style}");
        assert_eq!(style.matches("--accent:").count(), 3);
        for none in ["", DEFAULT, "#8A2BE2", "#ffffff", "8a2be2", "#8a2be2}"] {
            assert_eq!(super::style(none), None, "{none}");
        }
    }

    #[test]
    fn the_default_is_that_of_the_style_sheet() {
        let css = include_str!("../../../static/klatch.css");
        for token in [
            format!("--accent: {DEFAULT};"),
            format!("--paper: {PAPER};"),
            format!("--panel: {PANEL};"),
            format!("--signal-tint: {SIGNAL_TINT};"),
            format!("--signal-tint: {DARK_SIGNAL_TINT};"),
            format!("--paper: {DARK_PAPER};"),
            format!("--panel: {DARK_PANEL};"),
            format!("--on-accent: {DARK_ON_ACCENT};"),
        ] {
            assert!(css.contains(&token), "{token}");
        }
    }
}
