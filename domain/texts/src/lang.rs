//! The languages, and which one a browser asks for.

use std::fmt;

/// A language of the texts.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Lang {
    /// English, in which texts are written first.
    #[default]
    En,
    /// German.
    De,
    /// English with accents, 40 % longer, and written from right to left: shows what a translation would break.
    Pseudo,
}

impl Lang {
    /// The languages that people can choose.
    pub const CHOICES: [Self; 2] = [Self::En, Self::De];
    /// All of them.
    pub const ALL: [Self; 3] = [Self::En, Self::De, Self::Pseudo];

    /// Returns its tag (BCP 47). The one of the pseudo-locale is never sent by a browser that was not told to.
    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            Self::En => "en",
            Self::De => "de",
            Self::Pseudo => "ar-XB",
        }
    }

    /// Returns the language with this tag.
    #[must_use]
    pub fn from_code(code: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|lang| lang.code() == code)
    }

    /// Returns its own name, for the list in the settings.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::En => "English",
            Self::De => "Deutsch",
            Self::Pseudo => "Pseudo-locale",
        }
    }

    /// Returns the direction of writing, for the attribute `dir`.
    #[must_use]
    pub const fn dir(self) -> &'static str {
        match self {
            Self::En | Self::De => "ltr",
            Self::Pseudo => "rtl",
        }
    }

    /// Returns the language that a header `Accept-Language` asks for, as far as we have it; otherwise English.
    #[must_use]
    pub fn accepted(header: &str) -> Self {
        Self::asked(header).unwrap_or_default()
    }

    /// Returns the first language that a header `Accept-Language` asks for and that we have.
    ///
    /// Weights count as RFC 9110, section 12.5.4, says; a language range matches its regions too: `de-AT` asks for German.
    #[must_use]
    pub fn asked(header: &str) -> Option<Self> {
        let mut best = (None, 0);
        for range in header.split(',').take(30) {
            let (tag, weight) = range.split_once(';').unwrap_or((range, ""));
            let weight = weight.trim().strip_prefix("q=").map_or(1_000, thousandths);
            let tag = tag.trim();
            let primary = tag.split('-').next().unwrap_or_default();
            let is = |lang: &Self| lang.code().eq_ignore_ascii_case(tag) || lang.code().eq_ignore_ascii_case(primary);
            if let Some(lang) = Self::ALL.into_iter().find(is)
                && weight > best.1
            {
                best = (Some(lang), weight);
            }
        }
        best.0
    }

    /// Returns the plural category of a number (CLDR).
    pub(crate) const fn plural(self, number: i64) -> &'static str {
        match self {
            Self::En | Self::De | Self::Pseudo => match number {
                1 => "one",
                _ => "other",
            },
        }
    }

    /// Writes a number with separators between thousands.
    pub fn write_number(self, number: i64, f: &mut impl fmt::Write) -> fmt::Result {
        let separator = match self {
            Self::En | Self::Pseudo => ',',
            Self::De => '.',
        };
        if number < 0 {
            f.write_char('−')?;
        }
        let digits = number.unsigned_abs().to_string();
        for (at, digit) in digits.chars().enumerate() {
            if at > 0 && (digits.len() - at).is_multiple_of(3) {
                f.write_char(separator)?;
            }
            f.write_char(digit)?;
        }
        Ok(())
    }
}

/// Reads a weight such as `0.8` as thousandths; 0 if it is not one.
fn thousandths(weight: &str) -> u32 {
    let (whole, part) = weight.trim().split_once('.').unwrap_or((weight.trim(), ""));
    match (whole, part.len() <= 3 && part.bytes().all(|byte| byte.is_ascii_digit())) {
        ("0", true) => format!("{part:0<3}").parse().unwrap_or(0),
        ("1", true) => 1_000,
        _ => 0,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_browsers_favorite_language_is_chosen() {
        for (header, expected) in [
            ("", Lang::En),
            ("fr", Lang::En),
            ("de", Lang::De),
            ("DE-at", Lang::De),
            ("fr, de;q=0.5", Lang::De),
            ("de;q=0.3, en;q=0.7", Lang::En),
            ("en;q=0.3, de-CH;q=0.35", Lang::De),
            ("de;q=0", Lang::En),
            ("de;q=x, en;q=0.1", Lang::En),
            ("ar-XB", Lang::Pseudo),
            ("ar", Lang::En),
        ] {
            assert_eq!(Lang::accepted(header), expected, "{header}");
        }
        assert_eq!(
            [Lang::asked("fr, *"), Lang::asked("en;q=0"), Lang::asked("en-GB, fr")],
            [None, None, Some(Lang::En)]
        );
    }

    #[test]
    fn numbers_have_the_separators_of_the_language() {
        let written = |lang: Lang, number| {
            let mut text = String::new();
            lang.write_number(number, &mut text).expect("a string takes all");
            text
        };
        assert_eq!(written(Lang::En, 1_234_567), "1,234,567");
        assert_eq!(written(Lang::De, 1_234), "1.234");
        assert_eq!(written(Lang::En, -999), "−999");
        assert_eq!(written(Lang::De, i64::MIN), "−9.223.372.036.854.775.808");
    }
}
