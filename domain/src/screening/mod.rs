//! Auditors: hooks before the save. Each may change, refuse or hold a submission.
//!
//! [`AUDITORS`] is the whole list. To add one, write a file beside this one and add a line to the list.

mod author;
pub(crate) mod descriptions;
pub(crate) mod external;
mod first_messages;
pub mod hold;
mod limits;
mod links;
mod rules;
pub(crate) mod slow_mode;
mod text;
mod writer_limits;

use std::sync::Arc;

use crate::platform::caches::rules::Known;
use crate::platform::caches::{self};
use crate::platform::context::Context;
use crate::platform::error::{Error, Result};
use crate::platform::validate::Draft;
use crate::site::rate_limits;
pub use futures_util::future::BoxFuture;
use markup::Node;
use model::policy::{Access, Permission};
use model::{Attachment, Group, GroupKind, UserId};

pub use author::Author;
pub use writer_limits::WriterLimits;

/// A hook before the save.
#[derive(Clone, Copy)]
pub enum Auditor {
    /// Checks a draft before it is parsed, and may change it.
    Text(fn(&mut Draft) -> Result<()>),
    /// Checks a parsed submission, its author and where it goes.
    Post(for<'a> fn(&'a mut Audit<'_>) -> BoxFuture<'a, Result<()>>),
}

/// The auditors, in the order in which they run.
pub const AUDITORS: &[Auditor] = &[
    Auditor::Text(text::line_ends),
    Auditor::Text(text::fallback),
    Auditor::Text(text::not_empty),
    Auditor::Text(text::not_too_long),
    Auditor::Text(text::form_key),
    Auditor::Post(limits::audit),
    Auditor::Post(links::audit),
    Auditor::Post(rules::audit),
    Auditor::Post(first_messages::audit),
];

/// A message that is about to be posted or edited.
#[derive(Clone, Copy, Debug)]
#[allow(missing_docs)]
pub struct Submission<'a> {
    pub author: UserId,
    /// `None` for a conversation that does not exist yet.
    pub group: Option<&'a Group>,
    /// What the author may do in the group.
    pub access: Access,
    /// The title of the topic that the submission creates.
    pub title: Option<&'a str>,
    /// The source text.
    pub text: &'a str,
    /// The parsed text, with that of an attachment.
    pub nodes: &'a [Node],
    /// The attachment. The source text ends with its fallback text.
    pub attachment: Option<&'a Attachment>,
    /// Text and nodes before an edit; `None` for a new message.
    pub before: Option<(&'a str, &'a [Node])>,
    /// The rate limits that it counts against.
    pub limits: &'a [rate_limits::RateLimit],
}

impl Submission<'_> {
    /// Returns whether it goes to a conversation, which has no moderators: nothing is held or reported there.
    pub fn is_direct(&self) -> bool {
        self.access.kind() == GroupKind::Direct
    }

    /// Returns whether the author is a moderator of the group.
    pub fn by_moderator(&self) -> bool {
        self.access.may(Permission::Moderate)
    }
}

/// The auditors' decision on a submission that none of them refused.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Verdict {
    /// Why it has to wait for approval; `None` if it may be posted.
    pub held: Option<String>,
    /// Names of the rules that report it.
    pub reports: Vec<String>,
}

/// A submission while the auditors check it.
#[allow(missing_docs)]
pub struct Audit<'a> {
    pub cx: &'a Context,
    pub submission: &'a Submission<'a>,
    /// The age of the author's account and how much they posted; queried once, on first use.
    pub author: Author,
    /// The decision so far.
    pub verdict: Verdict,
    known: Arc<Known>,
    hosts: Vec<String>,
    hosts_before: Vec<String>,
}

/// Runs the text auditors on a draft.
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

/// Runs the other auditors on a submission.
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

/// Runs the auditors on a new title of an existing topic. A rule that would hold it refuses it.
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
        attachment: None,
        before: Some(("", &[])),
        limits: &[rate_limits::RateLimit::Edit],
    };
    match submission(AUDITORS, cx, &edit).await {
        Err(Error::Invalid(fields)) => {
            let why = fields.iter().next().map_or_else(texts::screening::refused_by_rule, |(_, why)| why.clone());
            Err(Error::invalid("title", why))
        }
        audited => audited,
    }
}
