//! Auditor: the rules that admins made. A forum without rules pays nothing for it: the database is asked when a rule found something.

use super::{Audit, Author};
use crate::matching::compiled;
use crate::matching::compiled::{Compiled, Deadline, RuleInput, RuleMatch};
use crate::matching::folding::NormalizedText;
use crate::platform::caches;
use crate::platform::context::Context;
use crate::platform::error::{Error, Result};
use futures_util::future::BoxFuture;
use model::RuleAction;

/// What is told when a rule refuses and its makers did not say why.
pub(super) const REFUSED: &str = "The rules here do not allow this.";
/// The same when what is edited would have to wait.
const CANNOT_WAIT: &str =
    "Somebody would have to approve this first, and what was posted cannot wait. Say it in a new message.";

/// Has the rules of the site and of the group look: they refuse, hold or report.
///
/// # Errors
/// [`Error::Invalid`] with what to change.
pub(super) fn audit<'a>(audit: &'a mut Audit<'_>) -> BoxFuture<'a, Result<()>> {
    Box::pin(check(audit))
}

async fn check(audit: &mut Audit<'_>) -> Result<()> {
    let submission = audit.submission;
    let by_moderator = submission.by_moderator();
    let known = audit.known.clone();
    let of_group = submission.group.map_or(&[][..], |group| known.of_group(group.id));
    let deadline = Deadline::of_message();
    let (text, title) = (NormalizedText::new(submission.text), submission.title.map(NormalizedText::new));
    let words = RuleInput { text: &text, title: title.as_ref(), hosts: &compiled::seen(&audit.hosts) };
    let (text_before, hosts_before) =
        (submission.before.map(|(text, _)| NormalizedText::new(text)), compiled::seen(&audit.hosts_before));
    let words_before = text_before.as_ref().map(|text| RuleInput { text, title: None, hosts: &hosts_before });
    let of_site = known.of_site().iter().filter(|_| !submission.access.is_site_admin);
    let of_group = of_group.iter().filter(|_| !by_moderator);
    for rule in of_site.chain(of_group) {
        // Nobody keeps order in a conversation: there is nobody to approve, and nobody to report to.
        if submission.is_direct() && rule.rule.action != RuleAction::Refuse {
            continue;
        }
        let found = rule.check(words, deadline);
        // What it said before is no news.
        let was_there = words_before.is_some_and(|before| rule.check(before, deadline) == RuleMatch::InText);
        if found == RuleMatch::Nothing || was_there || !is_for(audit.cx, rule, &mut audit.author).await? {
            continue;
        }
        let field = if found == RuleMatch::InTitle { "title" } else { "text" };
        match rule.rule.action {
            _ if found == RuleMatch::Unknown && submission.is_direct() => {}
            RuleAction::Refuse if found != RuleMatch::Unknown => return Err(refused(rule, field)),
            RuleAction::Report if found != RuleMatch::Unknown => audit.verdict.reports.push(rule.rule.name.clone()),
            // What a rule could not look at in time, somebody looks at.
            RuleAction::Refuse | RuleAction::Hold | RuleAction::Report if by_moderator => {}
            RuleAction::Refuse | RuleAction::Hold | RuleAction::Report if submission.before.is_some() => {
                return Err(Error::invalid("text", CANNOT_WAIT));
            }
            RuleAction::Refuse | RuleAction::Hold | RuleAction::Report => {
                audit.verdict.held.get_or_insert_with(|| format!("The rule “{}”", rule.rule.name));
            }
        }
    }
    Ok(())
}

pub(super) async fn is_for(cx: &Context, rule: &Compiled, author: &mut Author) -> Result<bool> {
    if !rule.rule.is_for_new() {
        return Ok(true);
    }
    let (since, written) = author.get(cx).await?;
    let young = since.plus(caches::newcomers::days(rule.rule.new_days)) > cx.now();
    Ok(young || written < rule.rule.new_messages)
}

pub(super) fn refused(rule: &Compiled, field: &'static str) -> Error {
    let explanation = &rule.rule.explanation;
    Error::invalid(field, if explanation.is_empty() { REFUSED } else { explanation })
}
