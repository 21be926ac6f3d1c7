//! Auditor: the rules of admins. Queries the database only after a match, so a forum without rules pays nothing.

use super::{Audit, Author};
use crate::matching::compiled;
use crate::matching::compiled::{Compiled, Deadline, RuleInput, RuleMatch};
use crate::matching::folding::NormalizedText;
use crate::platform::caches;
use crate::platform::context::Context;
use crate::platform::error::{Error, Result};
use futures_util::future::BoxFuture;
use model::RuleAction;
use texts::{Text, screening};

/// Applies the rules of the site and of the group: they refuse, hold or report.
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
    let of_site = known.of_site().iter().filter(|_| !submission.access.is_site_admin());
    let of_group = of_group.iter().filter(|_| !by_moderator);
    for rule in of_site.chain(of_group) {
        // Conversations have no moderators who could approve the message or answer a report.
        if submission.is_direct() && rule.rule.action != RuleAction::Refuse {
            continue;
        }
        let found = rule.check(words, deadline);
        // What the old text already contained does not count.
        let was_there = words_before.is_some_and(|before| rule.check(before, deadline) == RuleMatch::InText);
        if found == RuleMatch::Nothing || was_there || !is_for(audit.cx, rule, &mut audit.author).await? {
            continue;
        }
        let field = if found == RuleMatch::InTitle { "title" } else { "text" };
        match rule.rule.action {
            _ if found == RuleMatch::Unknown && submission.is_direct() => {}
            RuleAction::Refuse if found != RuleMatch::Unknown => return Err(refused(rule, field)),
            RuleAction::Report if found != RuleMatch::Unknown => audit.verdict.reports.push(rule.rule.name.clone()),
            // A moderator looks at what a rule could not check in time.
            RuleAction::Refuse | RuleAction::Hold | RuleAction::Report if by_moderator => {}
            RuleAction::Refuse | RuleAction::Hold | RuleAction::Report if submission.before.is_some() => {
                return Err(Error::invalid("text", screening::edit_cannot_wait()));
            }
            RuleAction::Refuse | RuleAction::Hold | RuleAction::Report => {
                audit.verdict.held.get_or_insert_with(|| format!("{}{}”", model::HELD_BY_RULE, rule.rule.name));
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
    let why = if explanation.is_empty() { screening::refused_by_rule() } else { Text::verbatim(explanation.clone()) };
    Error::invalid(field, why)
}
