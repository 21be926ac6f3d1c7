//! Site rules for the names of accounts, and for the names and descriptions of groups.

use super::Author;
use super::rules::{is_for, refused};
use crate::matching::compiled::{self, Deadline};
use crate::matching::folding::NormalizedText;
use crate::platform::context::Context;
use crate::platform::error::Result;
use crate::platform::{caches, text};
use model::policy::Viewer;

/// Checks the name of an account against the site's rules.
///
/// # Errors
/// [`Error::Invalid`] on `username`.
pub(crate) async fn name(cx: &Context, name: &str) -> Result<()> {
    of_account(cx, name, "username").await
}

/// Checks the display name of an account against the site's rules.
///
/// # Errors
/// [`Error::Invalid`] on `name`.
pub(crate) async fn display_name(cx: &Context, name: &str) -> Result<()> {
    of_account(cx, name, "name").await
}

async fn of_account(cx: &Context, name: &str, field: &'static str) -> Result<()> {
    let known = caches::rules::known(cx).await?;
    let (deadline, name) = (Deadline::of_message(), NormalizedText::new(name));
    for rule in known.of_site().iter().filter(|rule| rule.rule.in_names) {
        if rule.finds(&name, deadline) == Some(true) {
            return Err(refused(rule, field));
        }
    }
    Ok(())
}

/// New texts of a group. Rules ignore what the old texts already contained.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Describing<'a> {
    pub by: Viewer,
    /// New and old name.
    pub name: (&'a str, &'a str),
    /// The slug, if a user chose one.
    pub slug: &'a str,
    /// New and old description.
    pub description: (&'a str, &'a str),
}

/// Checks a group's texts against the site's rules. Here a matching rule always refuses, whatever its action for
/// messages: a group cannot be held or reported.
///
/// # Errors
/// [`Error::Invalid`] on `name`, `slug` and `description`.
pub(crate) async fn group(cx: &Context, group: Describing<'_>) -> Result<()> {
    let Viewer::User { id, is_admin: false } = group.by else { return Ok(()) };
    let known = caches::rules::known(cx).await?;
    if known.of_site().is_empty() {
        return Ok(());
    }
    let [name, was_called, slug, says, said] =
        [group.name.0, group.name.1, group.slug, group.description.0, group.description.1].map(NormalizedText::new);
    let is_new = says.typed() != said.typed();
    let hosts = if is_new { hosts_of(cx, says.typed()).await? } else { Vec::new() };
    let hosts_before = if hosts.is_empty() { Vec::new() } else { hosts_of(cx, said.typed()).await? };
    let (hosts, hosts_before) = (compiled::seen(&hosts), compiled::seen(&hosts_before));
    let mut author = Author::new(id);
    let deadline = Deadline::of_message();
    for rule in known.of_site() {
        let looks = &rule.rule;
        let finds = |seen: &NormalizedText<'_>| rule.finds(seen, deadline) == Some(true);
        // A check that timed out counts as a match; the form can be sent again.
        let brings = |is: &NormalizedText<'_>, was: &NormalizedText<'_>| {
            is.typed() != was.typed() && rule.finds(is, deadline) != Some(false) && !finds(was)
        };
        let field = if looks.in_names && brings(&name, &was_called) {
            "name"
        } else if looks.in_names && finds(&slug) {
            "slug"
        } else if looks.in_text && brings(&says, &said)
            || looks.in_links && hosts.iter().any(finds) && !hosts_before.iter().any(finds)
        {
            "description"
        } else {
            continue;
        };
        if is_for(cx, rule, &mut author).await? {
            return Err(refused(rule, field));
        }
    }
    Ok(())
}

/// Returns the sites that a text other than a message links to.
async fn hosts_of(cx: &Context, text: &str) -> Result<Vec<String>> {
    Ok(markup::hosts(&text::parse(cx, text).await?))
}
