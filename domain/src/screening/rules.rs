//! Auditor: the rules that admins made. A forum without rules pays nothing for it: the database is asked when a rule found something.

use super::{Audit, Author};
use crate::matching::compiled::{self, Compiled, Deadline, Found, Words};
use crate::matching::folding::Seen;
use crate::platform::caches;
use crate::platform::context::Context;
use crate::platform::error::{Error, Result};
use futures_util::future::BoxFuture;
use model::RuleDeed;

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
    Box::pin(look(audit))
}

async fn look(audit: &mut Audit<'_>) -> Result<()> {
    let submission = audit.submission;
    let by_moderator = submission.by_moderator();
    let known = audit.known.clone();
    let of_group = submission.group.map_or(&[][..], |group| known.of_group(group.id));
    let deadline = Deadline::of_message();
    let (text, title) = (Seen::new(submission.text), submission.title.map(Seen::new));
    let words = Words { text: &text, title: title.as_ref(), hosts: &compiled::seen(&audit.hosts) };
    let (text_before, hosts_before) =
        (submission.before.map(|(text, _)| Seen::new(text)), compiled::seen(&audit.hosts_before));
    let words_before = text_before.as_ref().map(|text| Words { text, title: None, hosts: &hosts_before });
    let of_site = known.of_site().iter().filter(|_| !submission.standing.is_site_admin);
    let of_group = of_group.iter().filter(|_| !by_moderator);
    for rule in of_site.chain(of_group) {
        // Nobody keeps order in a conversation: there is nobody to approve, and nobody to report to.
        if submission.is_direct() && rule.rule.deed != RuleDeed::Refuse {
            continue;
        }
        let found = rule.look(words, deadline);
        // What it said before is no news.
        let was_there = words_before.is_some_and(|before| rule.look(before, deadline) == Found::InText);
        if found == Found::Nothing || was_there || !is_for(audit.cx, rule, &mut audit.author).await? {
            continue;
        }
        let field = if found == Found::InTitle { "title" } else { "text" };
        match rule.rule.deed {
            _ if found == Found::Unknown && submission.is_direct() => {}
            RuleDeed::Refuse if found != Found::Unknown => return Err(refused(rule, field)),
            RuleDeed::Report if found != Found::Unknown => audit.verdict.reports.push(rule.rule.name.clone()),
            // What a rule could not look at in time, somebody looks at.
            RuleDeed::Refuse | RuleDeed::Hold | RuleDeed::Report if by_moderator => {}
            RuleDeed::Refuse | RuleDeed::Hold | RuleDeed::Report if submission.before.is_some() => {
                return Err(Error::invalid("text", CANNOT_WAIT));
            }
            RuleDeed::Refuse | RuleDeed::Hold | RuleDeed::Report => {
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
