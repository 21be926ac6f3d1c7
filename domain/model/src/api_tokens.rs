//! API tokens and their scopes.

use std::fmt;

use serde::{Deserialize, Serialize};

use super::*;
use crate::time::Timestamp;
use crate::words::words;

words! {
    /// A part of what an account may do through the API.
    Scope {
        /// Read what the account may read.
        Read = "read",
        /// Post, star, join, follow, mark as read.
        Write = "write",
        /// Use the account's rights as a moderator on what others wrote.
        Moderate = "moderate",
        /// Use the account's rights as a site admin.
        Admin = "admin",
        /// Read feeds, by an address that contains the token.
        Feeds = "feeds",
    }
}

/// A set of scopes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Scopes(u8);

impl Scopes {
    /// Everything, as with a password.
    pub const ALL: Self = Self(0b1_1111);

    /// Whether the scope is in the set.
    pub fn has(self, scope: Scope) -> bool {
        self.0 & (1 << scope as u8) != 0
    }

    /// Whether the set is empty.
    pub fn is_empty(self) -> bool {
        self.0 == 0
    }

    /// The scopes in the set.
    pub fn iter(self) -> impl Iterator<Item = Scope> {
        Scope::EACH.iter().copied().filter(move |scope| self.has(*scope))
    }

    /// Parses words separated by commas. Unknown words are left out.
    pub fn parse(words: &str) -> Self {
        words.split(',').filter_map(Scope::parse).collect()
    }

    /// The words, separated by commas.
    pub fn to_text(self) -> String {
        self.iter().map(Scope::as_str).collect::<Vec<_>>().join(",")
    }
}

impl FromIterator<Scope> for Scopes {
    fn from_iter<I: IntoIterator<Item = Scope>>(scopes: I) -> Self {
        Self(scopes.into_iter().fold(0, |bits, scope| bits | 1 << scope as u8))
    }
}

/// An API token, as its owner sees it. The token itself is not stored.
#[derive(Clone, Debug, PartialEq, Eq, sqlx::FromRow)]
pub struct ApiToken {
    pub id: ApiTokenId,
    pub user_id: UserId,
    /// What its owner calls it.
    pub name: String,
    /// As [`Scopes::to_text`] writes them.
    pub scopes: String,
    /// A JSON list of the groups in which it works; `None`: everywhere.
    pub group_ids: Option<String>,
    pub created_at: Timestamp,
    /// `None` if it does not expire.
    pub expires_at: Option<Timestamp>,
    /// When it was last used, about to the quarter of an hour.
    pub used_at: Option<Timestamp>,
}

impl ApiToken {
    /// The scopes of the token.
    pub fn scopes(&self) -> Scopes {
        Scopes::parse(&self.scopes)
    }

    /// The groups in which it works; `None`: everywhere. A list that cannot be read is empty.
    pub fn groups(&self) -> Option<Vec<GroupId>> {
        self.group_ids.as_deref().map(|list| serde_json::from_str(list).unwrap_or_default())
    }

    /// Whether it works at this time.
    pub fn is_valid(&self, now: Timestamp) -> bool {
        self.expires_at.is_none_or(|at| at > now)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn scopes_are_parsed_as_they_were_written() {
        let scopes: Scopes = [Scope::Moderate, Scope::Read].into_iter().collect();
        assert_eq!(scopes.to_text(), "read,moderate");
        assert_eq!(Scopes::parse("read,moderate"), scopes);
        assert!(scopes.has(Scope::Read) && !scopes.has(Scope::Write) && !scopes.has(Scope::Admin));
        assert_eq!(Scopes::parse("read,write,moderate,admin,feeds"), Scopes::ALL);
        assert!(Scopes::parse("everything,").is_empty());
    }
}
