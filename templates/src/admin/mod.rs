//! For admins of the site.

pub mod chart;
pub mod site;
pub mod statistics;

use std::borrow::Borrow;

use askama::Template;
use domain::model::{AccountState, JobRow, User};
use domain::moderation::records::Record;
use domain::policy::{Restricted, barred};
use domain::time::Timestamp;

use crate::form::{BarForm, WarnForm};
use crate::layout::Layout;

/// `/admin/`.
#[derive(Clone, Debug, Template)]
#[template(path = "admin/overview.html")]
pub struct Overview {
    /// Around it.
    pub layout: Layout,
    /// Whether each part is well.
    pub checks: Vec<Check>,
    /// The numbers of the moment.
    pub figures: Vec<Figure>,
}

/// Whether a part of the program is well.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Check {
    /// Which: `Database`.
    pub name: String,
    /// Whether it is well.
    pub ok: bool,
    /// How it is, in a few words: `answers in 0.4 ms`.
    pub text: String,
}

/// A number with its name.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Figure {
    /// `Polls held`.
    pub label: String,
    /// `1,204`.
    pub value: String,
    /// A few more words; may be empty.
    pub note: String,
}

impl Overview {
    /// Whether everything is well.
    pub fn all_well(&self) -> bool {
        self.checks.iter().all(|check| check.ok)
    }
}

/// `/admin/people`.
#[derive(Clone, Debug, Template)]
#[template(path = "admin/people.html")]
pub struct People {
    /// Around it.
    pub layout: Layout,
    /// What was searched for; empty for all.
    pub q: String,
    /// The state that was searched for.
    pub state: Option<AccountState>,
    /// Those of this page.
    pub rows: Vec<PersonRow>,
    /// How many in all.
    pub total: i64,
    /// The page's number, from 1.
    pub page: i64,
    /// Whether another one follows.
    pub has_more: bool,
}

impl People {
    /// The address of another page.
    pub fn link(&self, page: impl Borrow<i64>) -> String {
        let page = *page.borrow();
        let state = self.state.map_or("", AccountState::as_str);
        format!("/admin/people?q={}&state={state}&page={page}", crate::search::encoded(&self.q))
    }

    /// The states one may look for: word, label, whether it is this one.
    pub fn states(&self) -> [(&'static str, &'static str, bool); 6] {
        AccountState::ALL.map(|state| (state.as_str(), state.label(), self.state == Some(state)))
    }
}

/// An account in the admins' list.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PersonRow {
    /// The account.
    pub user: User,
    /// Whether an admin declined it.
    pub declined: bool,
    /// How many messages they wrote.
    pub messages: i64,
    /// When they were last here; `None` when that is not known.
    pub seen_at: Option<Timestamp>,
}

impl PersonRow {
    /// Whether the account cannot be used now.
    pub fn is_barred(&self, now: impl Borrow<Timestamp>) -> bool {
        barred(self.user.suspended_until, self.user.banned_at, *now.borrow()).is_some()
    }
}

/// `/admin/groups`.
#[derive(Clone, Debug, Template)]
#[template(path = "admin/groups.html")]
pub struct Groups {
    /// Around it.
    pub layout: Layout,
    /// What was searched for; empty for all.
    pub q: String,
    /// The kind that was searched for, or `archived`; empty for all.
    pub kind: &'static str,
    /// Those of this page.
    pub rows: Vec<GroupRow>,
    /// How many in all.
    pub total: i64,
    /// The page's number, from 1.
    pub page: i64,
    /// Whether another one follows.
    pub has_more: bool,
}

/// What one may look for among groups.
pub const KINDS: [&str; 4] = ["public", "closed", "private", "archived"];

impl Groups {
    /// The address of another page.
    pub fn link(&self, page: impl Borrow<i64>) -> String {
        let page = *page.borrow();
        format!("/admin/groups?q={}&kind={}&page={page}", crate::search::encoded(&self.q), self.kind)
    }

    /// What one may look for, and whether it is this one.
    pub fn kinds(&self) -> [(&'static str, bool); 4] {
        KINDS.map(|kind| (kind, kind == self.kind))
    }
}

/// A group in the admins' list.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct GroupRow {
    /// The group with its figures.
    pub listed: domain::store::groups::Listed,
    /// Whether the viewer may change it, and not only delete it.
    pub may_change: bool,
}

/// `/admin/jobs`.
#[derive(Clone, Debug, Template)]
#[template(path = "admin/jobs.html")]
pub struct Jobs {
    /// Around it.
    pub layout: Layout,
    /// How many wait.
    pub ready: i64,
    /// How many run.
    pub running: i64,
    /// How many failed for good.
    pub failed: i64,
    /// Failed ones first, then those that wait.
    pub rows: Vec<JobRow>,
}

impl Jobs {
    /// Whether an admin may let it run again or drop it: when it failed for good.
    pub fn is_parked(&self, job: &JobRow) -> bool {
        job.state == "failed"
    }
}

/// `/admin/people/ID`.
#[derive(Clone, Debug, Template)]
#[template(path = "admin/person.html")]
pub struct Person {
    /// Around it.
    pub layout: Layout,
    /// The account.
    pub user: User,
    /// The form that suspends or bans.
    pub form: BarForm,
    /// The form that warns.
    pub warn: WarnForm,
    /// What was done to them.
    pub record: Record,
    /// The groups that they made and that are there, the newest first.
    pub groups: Vec<domain::store::groups::Listed>,
    /// Whether there are more of these.
    pub more_groups: bool,
    /// Where they are signed in.
    pub sessions: Vec<Session>,
}

/// Where somebody is signed in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Session {
    /// Its name in addresses; not the secret.
    pub id: String,
    /// The browser as it calls itself.
    pub device: String,
    /// The network address.
    pub address: String,
    /// Since when.
    pub created_at: Timestamp,
    /// Whether it is the one that looks at the page.
    pub is_own: bool,
}

impl Person {
    /// Whether it is the viewer's own account.
    pub fn is_own(&self) -> bool {
        self.layout.viewer.as_ref().is_some_and(|viewer| viewer.person.id == self.user.id)
    }

    /// Whether they may be made an admin of the site.
    pub fn may_become_admin(&self) -> bool {
        let user = &self.user;
        user.claimed && !user.deleted && user.waiting_since.is_none() && self.barred().is_none()
    }

    /// Why the account cannot be used now, in words.
    pub fn barred(&self) -> Option<String> {
        let now = self.layout.now;
        match barred(self.user.suspended_until, self.user.banned_at, now)? {
            Restricted::Suspended(until) => Some(format!("Suspended until {}", crate::when::exact(&until))),
            Restricted::Banned => Some("Banned".to_owned()),
        }
    }
}
