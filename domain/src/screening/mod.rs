//! Auditors: hooks before the save. Each may change, refuse or hold what somebody is about to post.
//!
//! [`AUDITORS`] is the whole list. To add one, write a file beside this one and add a line to the list.

mod author;
pub(crate) mod descriptions;
mod first_messages;
pub(crate) mod hold;
mod limits;
mod links;
mod rules;
pub(crate) mod slow_mode;
mod text;

use std::sync::Arc;

use crate::platform::caches::{self, rules::Known};
use crate::platform::context::Context;
use crate::platform::error::{Error, Result};
use crate::platform::validate::Draft;
use crate::site::rate_limits;
pub use futures_util::future::BoxFuture;
use markup::Node;
use model::policy::{Access, Permission};
use model::{Group, GroupKind, UserId};

pub use author::Author;

/// A hook before the save.
#[derive(Clone, Copy)]
pub enum Auditor {
    /// Looks at a draft before it is parsed, and may change it.
    Text(fn(&mut Draft) -> Result<()>),
    /// Looks at a submission after it was parsed: who posts it, and where.
    Post(for<'a> fn(&'a mut Audit<'_>) -> BoxFuture<'a, Result<()>>),
}

/// The auditors, in the order in which they look.
pub const AUDITORS: &[Auditor] = &[
    Auditor::Text(text::line_ends),
    Auditor::Text(text::not_empty),
    Auditor::Text(text::not_too_long),
    Auditor::Text(text::form_key),
    Auditor::Post(limits::audit),
    Auditor::Post(links::audit),
    Auditor::Post(rules::audit),
    Auditor::Post(first_messages::audit),
];

/// What somebody is about to post, and where.
#[derive(Clone, Copy, Debug)]
pub struct Submission<'a> {
    /// Who posts it.
    pub author: UserId,
    /// The group; `None` for a conversation that does not exist yet.
    pub group: Option<&'a Group>,
    /// What its author may do there.
    pub access: Access,
    /// The title of the topic that begins with it.
    pub title: Option<&'a str>,
    /// As it was typed.
    pub text: &'a str,
    /// As it was parsed.
    pub nodes: &'a [Node],
    /// Text and nodes before an edit; `None` for what is new.
    pub before: Option<(&'a str, &'a [Node])>,
    /// The limits that it counts against.
    pub limits: &'a [rate_limits::RateLimit],
}

impl Submission<'_> {
    /// Whether it goes to a conversation: nobody moderates there, so nothing is held and nothing is reported.
    pub fn is_direct(&self) -> bool {
        self.access.kind == GroupKind::Direct
    }

    /// Whether its author moderates the group.
    pub fn by_moderator(&self) -> bool {
        self.access.may(Permission::Moderate)
    }
}

/// What the auditors decided about a submission that none of them refused.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Verdict {
    /// Why it waits for approval; `None` when it may be posted.
    pub held: Option<String>,
    /// The rules that report it.
    pub reports: Vec<String>,
}

/// A submission while the auditors look at it.
pub struct Audit<'a> {
    /// The parts of the forum.
    pub cx: &'a Context,
    /// What they look at.
    pub submission: &'a Submission<'a>,
    /// Since when its author has an account, and how much they posted: one query, when the first auditor asks.
    pub author: Author,
    /// What they decided so far.
    pub verdict: Verdict,
    known: Arc<Known>,
    hosts: Vec<String>,
    hosts_before: Vec<String>,
}

/// Has the auditors of the text look at a draft.
///
/// # Errors
/// [`Error::Invalid`] on `text`.
pub fn draft(auditors: &[Auditor], mut draft: Draft) -> Result<Draft> {
    for auditor in auditors {
        if let Auditor::Text(audit) = auditor {
            audit(&mut draft)?;
        }
    }
    Ok(draft)
}

/// Has the other auditors look at a submission.
///
/// # Errors
/// [`Error::Invalid`] with what to change, [`Error::TooMany`].
pub async fn submission(auditors: &[Auditor], cx: &Context, submission: &Submission<'_>) -> Result<Verdict> {
    let mut audit = Audit {
        cx,
        submission,
        author: Author::new(submission.author),
        verdict: Verdict::default(),
        known: caches::rules::known(cx).await?,
        hosts: markup::hosts(submission.nodes),
        hosts_before: submission.before.map(|(_, nodes)| markup::hosts(nodes)).unwrap_or_default(),
    };
    for auditor in auditors {
        if let Auditor::Post(look) = auditor {
            look(&mut audit).await?;
        }
    }
    Ok(audit.verdict)
}

/// Has the auditors look at a title that a topic is to have: a rule that would hold it refuses it.
///
/// # Errors
/// [`Error::Invalid`] on `title`, [`Error::TooMany`].
pub(crate) async fn title(cx: &Context, author: UserId, group: &Group, access: Access, new: &str) -> Result<Verdict> {
    let edit = Submission {
        author,
        group: Some(group),
        access,
        title: Some(new),
        text: "",
        nodes: &[],
        before: Some(("", &[])),
        limits: &[rate_limits::RateLimit::Edit],
    };
    match submission(AUDITORS, cx, &edit).await {
        Err(Error::Invalid(fields)) => {
            let why = fields.iter().next().map_or(rules::REFUSED, |(_, why)| why).to_owned();
            Err(Error::invalid("title", why))
        }
        audited => audited,
    }
}
