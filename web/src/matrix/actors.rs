//! Who makes the requests of the matrix.

/// Who makes the request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Actor {
    Anonymous,
    Outsider,
    /// A member of every group, suspended from the site since signing in.
    Suspended,
    /// The account waits for approval by an admin of the site.
    Waiting,
    /// Banned from the group.
    Banned,
    Member,
    /// A member who is ignored by the author of everything.
    Ignored,
    Moderator,
    Admin,
    SiteAdmin,
}

pub const ACTORS: [Actor; 10] = [
    Actor::Anonymous,
    Actor::Outsider,
    Actor::Suspended,
    Actor::Waiting,
    Actor::Banned,
    Actor::Member,
    Actor::Ignored,
    Actor::Moderator,
    Actor::Admin,
    Actor::SiteAdmin,
];

impl Actor {
    pub fn name(self) -> &'static str {
        match self {
            Self::Anonymous => "anonymous",
            Self::Outsider => "outsider",
            Self::Suspended => "suspended",
            Self::Waiting => "waiting",
            Self::Banned => "banned",
            Self::Member => "member",
            Self::Ignored => "ignored",
            Self::Moderator => "moderator",
            Self::Admin => "admin",
            Self::SiteAdmin => "siteadmin",
        }
    }
}
