//! Sign-ups that wait for approval, and links that let people sign up.

use askama::Template;
use domain::model::{Person, SignUps, SiteInvitation, SiteInvitationId, WaitingRow};
use domain::time::Timestamp;
use texts::Text;

use crate::form::SiteLinkForm;
use crate::layout::Layout;

/// `/admin/sign-ups`.
#[derive(Clone, Debug, Template)]
#[template(path = "admin/sign_ups.html")]
pub struct SignUpsPage {
    pub layout: Layout,
    /// Who may sign up.
    pub mode: SignUps,
    /// Oldest first.
    pub waiting: Vec<Row>,
    /// Recently declined accounts.
    pub declined: Vec<Row>,
    /// Number of waiting accounts.
    pub total: i64,
    /// Links that can still be used.
    pub links: Vec<Link>,
    /// The link that was just created; shown once.
    pub made: Option<String>,
    /// The form for a new link.
    pub form: SiteLinkForm,
}

impl SignUpsPage {
    /// Returns who may sign up, in words.
    pub fn says(&self) -> Text {
        match self.mode {
            SignUps::Open => texts::account::sign_ups_open(),
            SignUps::Invited => texts::account::sign_ups_invited(),
            SignUps::Approved => texts::account::sign_ups_approved(),
            SignUps::Closed => texts::account::sign_ups_closed(),
        }
    }
}

/// An account that waits or was declined.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Row {
    pub person: Person,
    /// May be empty.
    pub email: String,
    /// Whether the address is confirmed.
    pub is_confirmed: bool,
    /// Their message to the admins; may be empty.
    pub asked: String,
    /// When they signed up, or when they were declined.
    pub at: Timestamp,
}

impl From<WaitingRow> for Row {
    fn from(row: WaitingRow) -> Self {
        Self {
            person: row.person,
            is_confirmed: row.email.is_some(),
            email: row.email.or(row.new_email).unwrap_or_default(),
            asked: row.asked,
            at: row.declined_at.unwrap_or(row.waiting_since),
        }
    }
}

/// A link that lets people sign up.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Link {
    pub id: SiteInvitationId,
    pub inviter: String,
    pub made_at: Timestamp,
    pub expires_at: Timestamp,
    pub uses_left: i64,
    pub used: i64,
}

impl From<SiteInvitation> for Link {
    fn from(link: SiteInvitation) -> Self {
        let SiteInvitation { id, inviter, created_at, expires_at, uses_left, used } = link;
        Self { id, inviter, made_at: created_at, expires_at, uses_left, used }
    }
}
