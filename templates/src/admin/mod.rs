//! Pages for site admins.

pub mod chart;
pub mod site;
pub mod site_pages;
pub mod statistics;

use std::borrow::Borrow;

use askama::Template;
use domain::model::{AccountState, JobRow, SitePage, User};
use domain::moderation::records::Record;
use domain::policy::{Restricted, restricted};
use domain::site::first_steps::FirstSteps;
use domain::time::Timestamp;
use texts::Text;

use crate::form::{RestrictForm, WarnForm};
use crate::layout::Layout;

/// `/admin/`.
#[derive(Clone, Debug, Template)]
#[template(path = "admin/overview.html")]
pub struct Overview {
    pub layout: Layout,
    /// What is left to do on a new site.
    pub first_steps: Option<FirstSteps>,
    /// The health checks.
    pub checks: Vec<Check>,
    pub statistics: Vec<Statistic>,
    /// Pages that the site should have, and has not.
    pub missing: Vec<SitePage>,
}

/// A health check of one part of the program.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Check {
    /// For example `Database`.
    pub name: Text,
    pub ok: bool,
    /// The result in a few words: `answers in 0.4 ms`.
    pub text: Text,
}

/// A number with its label.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Statistic {
    pub label: Text,
    /// For example `1,204`.
    pub value: String,
    /// A few more words; may be empty.
    pub note: Text,
}

impl Overview {
    /// Whether all checks pass.
    pub fn all_well(&self) -> bool {
        self.checks.iter().all(|check| check.ok)
    }
}

/// `/admin/people`.
#[derive(Clone, Debug, Template)]
#[template(path = "admin/people.html")]
pub struct People {
    pub layout: Layout,
    /// The search term; empty for all.
    pub q: String,
    /// The account state that was searched for; `None` for all.
    pub state: Option<AccountState>,
    pub rows: Vec<PersonRow>,
    /// Total over all pages.
    pub total: i64,
    /// Page number, from 1.
    pub page: i64,
    pub has_more: bool,
}

impl People {
    /// Returns the path of another page of the list.
    pub fn link(&self, page: impl Borrow<i64>) -> String {
        let page = *page.borrow();
        let state = self.state.map_or("", AccountState::as_str);
        format!("/admin/people?q={}&state={state}&page={page}", crate::search::encoded(&self.q))
    }

    /// Returns the states to filter by: word, label, whether it is selected.
    pub fn states(&self) -> [(&'static str, Text, bool); 6] {
        AccountState::ALL.map(|state| (state.as_str(), state.label(), self.state == Some(state)))
    }
}

/// An account in the admins' list.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PersonRow {
    pub user: User,
    /// Whether an admin declined the sign-up.
    pub declined: bool,
    /// Number of messages they wrote.
    pub messages: i64,
    /// When they were last seen; `None` if unknown.
    pub seen_at: Option<Timestamp>,
}

impl PersonRow {
    /// Returns whether the account is suspended or banned now, as the label of a tag.
    pub fn restriction(&self, now: impl Borrow<Timestamp>) -> Option<&'static str> {
        match restricted(self.user.suspended_until, self.user.banned_at, *now.borrow())? {
            Restricted::Suspended(_) => Some("suspended"),
            Restricted::Banned => Some("banned"),
        }
    }
}

/// `/admin/groups`.
#[derive(Clone, Debug, Template)]
#[template(path = "admin/groups.html")]
pub struct Groups {
    pub layout: Layout,
    /// The search term; empty for all.
    pub q: String,
    /// One of `KINDS`; empty for all.
    pub kind: &'static str,
    pub rows: Vec<GroupRow>,
    /// Total over all pages.
    pub total: i64,
    /// Page number, from 1.
    pub page: i64,
    pub has_more: bool,
}

/// The filters of the list of groups.
pub const KINDS: [&str; 4] = ["public", "closed", "private", "archived"];

impl Groups {
    /// Returns the path of another page of the list.
    pub fn link(&self, page: impl Borrow<i64>) -> String {
        let page = *page.borrow();
        format!("/admin/groups?q={}&kind={}&page={page}", crate::search::encoded(&self.q), self.kind)
    }

    /// Returns the filters and whether each is selected.
    pub fn kinds(&self) -> [(&'static str, bool); 4] {
        KINDS.map(|kind| (kind, kind == self.kind))
    }
}

/// A group in the admins' list.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct GroupRow {
    /// The group with its numbers.
    pub listed: domain::model::ListedGroup,
    /// Whether the viewer may edit the group, not only delete it.
    pub may_change: bool,
}

/// `/admin/jobs`.
#[derive(Clone, Debug, Template)]
#[template(path = "admin/jobs.html")]
pub struct Jobs {
    pub layout: Layout,
    pub ready: i64,
    pub running: i64,
    /// Jobs that used up their attempts.
    pub failed: i64,
    /// Failed jobs first, then waiting ones.
    pub rows: Vec<JobRow>,
}

impl Jobs {
    /// Whether an admin may retry or drop the job: when it has failed permanently.
    pub fn is_parked(&self, job: &JobRow) -> bool {
        job.state == "failed"
    }
}

/// `/admin/people/ID`.
#[derive(Clone, Debug, Template)]
#[template(path = "admin/person.html")]
pub struct Person {
    pub layout: Layout,
    pub user: User,
    /// The form that suspends or bans.
    pub form: RestrictForm,
    pub warn: WarnForm,
    /// The moderation record of the account.
    pub record: Record,
    /// The groups that they created and that still exist, newest first.
    pub groups: Vec<domain::model::ListedGroup>,
    /// Whether there are more groups than these.
    pub more_groups: bool,
    pub sessions: Vec<Session>,
    /// Whether signing in takes a code.
    pub has_second_step: bool,
    pub claim: Claim,
}

/// How the owner of an account that came with an import may get it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Claim {
    /// Until when a link works, if one does.
    pub until: Option<Timestamp>,
    /// The link that was just created, shown once.
    pub fresh: Option<String>,
}

/// `/admin/people/ID/delete`.
#[derive(Clone, Debug, Template)]
#[template(path = "admin/delete_person.html")]
pub struct DeletePerson {
    pub layout: Layout,
    pub user: User,
}

/// A session of the account.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Session {
    /// Its public id; not the secret.
    pub id: String,
    pub device: String,
    /// The IP address.
    pub address: String,
    pub created_at: Timestamp,
    /// The last use, by an hour.
    pub seen_at: Timestamp,
    /// Whether it is the session of this request.
    pub is_own: bool,
}

impl Person {
    /// Whether it is the viewer's own account.
    pub fn is_own(&self) -> bool {
        self.layout.viewer.as_ref().is_some_and(|viewer| viewer.person.id == self.user.id)
    }

    /// Whether nobody has claimed the account, and a link to claim it can be created.
    pub fn is_unclaimed(&self) -> bool {
        !self.user.claimed && !self.user.deleted
    }

    /// Whether the account may be made a site admin.
    pub fn may_become_admin(&self) -> bool {
        let user = &self.user;
        user.claimed && !user.deleted && user.waiting_since.is_none() && self.restricted().is_none()
    }

    /// Returns why the account is suspended or banned now, in words.
    pub fn restricted(&self) -> Option<String> {
        let now = self.layout.now.at;
        match restricted(self.user.suspended_until, self.user.banned_at, now)? {
            Restricted::Suspended(until) => Some(format!("Suspended until {}", crate::when::exact(&until))),
            Restricted::Banned => Some("Banned".to_owned()),
        }
    }
}
