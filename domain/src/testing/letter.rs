//! Emails that a test forum sent.

/// An email as it was sent.
#[derive(Clone, Debug, PartialEq, Eq)]
#[allow(missing_docs)]
pub struct Letter {
    pub to: String,
    /// The email's kind, which [`DRAW`](super::DRAW) writes as the subject.
    pub kind: String,
    /// The token in the email's link; empty without one.
    pub token: String,
    /// The raw source.
    pub source: String,
}

impl Letter {
    pub(super) fn read(source: &str) -> Self {
        let header = |name: &str| {
            let line = source.lines().find_map(|line| line.strip_prefix(name));
            line.unwrap_or_default().trim().to_owned()
        };
        // Quoted-printable: joins the parts that a soft line break separates.
        let plain = source.replace("=\r\n", "").replace("=3D", "=");
        let token = plain.split_once("?token=").map_or("", |(_, rest)| rest);
        let token = token.chars().take_while(char::is_ascii_hexdigit).collect();
        Self { to: header("To:"), kind: header("Subject:"), token, source: source.to_owned() }
    }
}
