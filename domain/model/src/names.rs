//! User names and slugs: which are allowed, and which look alike.

use std::sync::LazyLock;

use regex::Regex;
use texts::{Text, validation};

use crate::Fields;

type Result<T> = std::result::Result<T, Fields>;

/// The minimum number of characters in a username.
const MIN_USERNAME: usize = 2;

/// The maximum number of characters in a username.
pub const MAX_USERNAME: usize = 30;

/// The maximum number of characters in a slug.
pub const MAX_SLUG: usize = 80;

/// First path segments of our own pages, which no group may take as its slug.
const RESERVED: &[&str] = &[
    "-", "about", "account", "admin", "api", "assets", "direct", "favicon", "feeds", "groups", "help", "home",
    "invite", "live", "mentions", "messages", "notices", "privacy", "robots", "rules", "search", "sitemap", "static",
    "terms", "unread", "uploads", "users",
];

/// The start of a deleted account's name. No other name may begin with it.
pub const PLACEHOLDER: &str = "deleted-";

/// Names that nobody may sign up with, nor with one that looks like them: the site's own, those of a group of people, and
/// mailboxes of RFC 2142.
const RESERVED_NAMES: &[&str] = &[
    "abuse",
    "admin",
    "administrator",
    "administrators",
    "admins",
    "all",
    "anonymous",
    "contact",
    "everyone",
    "helpdesk",
    "here",
    "hostmaster",
    "klatch",
    "mailer-daemon",
    "mod",
    "moderator",
    "moderators",
    "mods",
    "no-reply",
    "nobody",
    "official",
    "operator",
    "owner",
    "postmaster",
    "root",
    "security",
    "site-admin",
    "staff",
    "support",
    "sysadmin",
    "sysop",
    "system",
    "team",
    "webmaster",
];

/// A valid username.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Username(String);

impl Username {
    /// Parses the name that a user wants.
    ///
    /// # Errors
    /// What is wrong, on the field `username`.
    pub fn parse(typed: &str) -> Result<Self> {
        let name = typed.trim();
        let said = |message: Text| Err(Fields::of("username", message));
        let count = name.chars().count();
        if count < MIN_USERNAME {
            return said(validation::at_least(MIN_USERNAME));
        }
        if count > MAX_USERNAME {
            return said(validation::at_most(MAX_USERNAME));
        }
        if !name.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '_' | '-' | '.')) {
            return said(validation::username_characters());
        }
        if !name.starts_with(|c: char| c.is_ascii_alphanumeric())
            || !name.ends_with(|c: char| c.is_ascii_alphanumeric() || c == '_')
        {
            return said(validation::username_ends());
        }
        let lower = name.to_ascii_lowercase();
        let key = username_key(name);
        if is_reserved_key(&key) || lower.starts_with(PLACEHOLDER) {
            return said(validation::username_reserved());
        }
        Ok(Self(name.to_owned()))
    }

    /// Returns the name as it was typed.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// Returns a key that is equal for names that look alike: `l1i`, `o0`, `rn` and `m`, `vv` and `w` fold, separators are
/// dropped. For ASCII, the only characters in names, it equates all that the skeletons of UTS 39 equate. Migration 0016
/// computed the last two for older accounts.
pub fn username_key(name: &str) -> String {
    let folded: String = name
        .chars()
        .filter(|c| !matches!(c, '_' | '-' | '.'))
        .map(|c| match c.to_ascii_lowercase() {
            '0' => 'o',
            '1' | 'i' => 'l',
            c => c,
        })
        .collect();
    folded.replace("rn", "m").replace("vv", "w")
}

/// Whether a name with this key looks like one of the site's own.
pub fn is_reserved_key(key: &str) -> bool {
    RESERVED_NAMES.iter().any(|reserved| username_key(reserved) == key)
}

/// Makes a slug of a title in any script: lower-case ASCII letters and digits with single hyphens. Other scripts are
/// transliterated. Empty if the title has no letter and no digit.
pub fn slugify(title: &str) -> String {
    let mut slug = String::new();
    for c in title.chars() {
        let latin = deunicode::deunicode_char(c);
        match latin {
            // Letters; the name of each Chinese character ends with a space.
            Some(latin) if c.is_alphanumeric() => latin.chars().for_each(|c| push(&mut slug, c)),
            // Accents that are characters of their own, and apostrophes.
            Some("" | "'") if !c.is_control() => {}
            _ => push(&mut slug, ' '),
        }
    }
    slug.trim_end_matches('-').to_owned()
}

/// Adds an ASCII character to a slug that has room for it. A space and a slash become a single hyphen.
fn push(slug: &mut String, c: char) {
    if slug.len() >= MAX_SLUG - 10 {
        return;
    }
    match c {
        ' ' | '/' if !slug.is_empty() && !slug.ends_with('-') => slug.push('-'),
        c if c.is_ascii_alphanumeric() => slug.push(c.to_ascii_lowercase()),
        _ => {}
    }
}

/// Whether a group may not take the slug because one of our own paths begins with it.
pub fn is_reserved_slug(slug: &str) -> bool {
    RESERVED.contains(&slug) || slug.contains('.')
}

static SLUG: LazyLock<Regex> = LazyLock::new(|| Regex::new(r"\A[a-z0-9_][a-z0-9_-]*\z").expect("a constant pattern"));

/// Checks the slug that a user typed for a group.
///
/// # Errors
/// What is wrong, on the field `slug`.
pub fn check_group_slug(slug: &str) -> Result<()> {
    if slug.is_empty() || slug.len() > MAX_SLUG {
        return Err(Fields::of("slug", validation::slug_length(MAX_SLUG)));
    }
    if !SLUG.is_match(slug) {
        return Err(Fields::of("slug", validation::slug_characters()));
    }
    if is_reserved_slug(slug) {
        return Err(Fields::of("slug", validation::slug_reserved()));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_that_look_alike_share_a_key() {
        assert_eq!(username_key("Bill.O"), username_key("b1ll_0"));
        assert_eq!(username_key("Bernd"), username_key("bemd"));
        assert_eq!(username_key("vvren"), username_key("Wren"));
        assert_eq!(username_key("mo-dem"), username_key("rno.dern"));
        assert_ne!(username_key("user12"), username_key("user21"));
    }

    #[test]
    fn a_name_with_forbidden_characters_is_refused_with_a_reason() {
        for name in [
            "",
            "a",
            "has space",
            "<b>",
            "ünal",
            "-a",
            "a.",
            "admin",
            "Adm1n",
            "a.d.m.i.n",
            "Support",
            "supp0rt",
            "Security",
            "postrnaster",
            "no_reply",
            &"x".repeat(31),
        ] {
            assert!(Username::parse(name).is_err(), "{name}");
        }
        assert!(Username::parse(" mira ").is_ok());
    }

    #[test]
    fn slugs_are_short_words_for_addresses() {
        assert_eq!(slugify("Where do wrens sleep in January?"), "where-do-wrens-sleep-in-january");
        assert_eq!(slugify("Café — Größe, it's"), "cafe-grosse-its");
        assert_eq!(slugify("🎉 🦄!"), "");
        assert!(slugify(&"word ".repeat(100)).len() <= MAX_SLUG);
        assert!(slugify(&"鹪鹩".repeat(100)).len() <= MAX_SLUG);
    }

    #[test]
    fn slugs_transliterate_every_script() {
        for (title, slug) in [
            ("Где спят крапивники?", "gde-spiat-krapivniki"),
            ("Πού κοιμούνται;", "pou-koimountai"),
            ("日本", "ri-ben"),
            ("鹪鹩 in Tokyo", "jiao-liao-in-tokyo"),
            ("أين تنام", "yn-tnm"),
            ("한국어", "hangugeo"),
            ("Łódź 🎉 2026", "lodz-2026"),
            ("Cafe\u{301}", "cafe"),
        ] {
            assert_eq!(slugify(title), slug, "{title}");
        }
    }

    #[test]
    fn our_own_addresses_are_reserved() {
        for slug in ["admin", "static", "api", "favicon.ico", "-"] {
            assert!(check_group_slug(slug).is_err(), "{slug}");
        }
        assert!(check_group_slug("bird-watch").is_ok());
    }
}
