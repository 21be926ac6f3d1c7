//! What decides about a draft by who wrote it and where: links of the new, rules, first messages that wait. A forum without rules pays
//! nothing for it: what is asked of the database is asked when something was found.

use crate::matching::compiled;
use crate::matching::compiled::{Compiled, Deadline, Found, Words};
use crate::matching::folding::Seen;
use crate::platform::caches;
use crate::platform::context::Context;
use crate::platform::error::{Error, Result};
use crate::platform::text;
use markup::{self, Node};
use model::policy::{Deed, Standing, Viewer};
use model::time::Timestamp;
use model::{Category, Group, GroupId, GroupKind, Role, RuleDeed, UserId};

/// What is told when a rule refuses and its makers did not say why.
const REFUSED: &str = "The rules here do not allow this.";
/// The same when what is edited would have to wait.
const CANNOT_WAIT: &str =
    "Somebody would have to approve this first, and what was posted cannot wait. Say it in a new message.";

/// A message on its way in, and where to.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Writing<'a> {
    pub author: UserId,
    pub group: &'a Group,
    pub standing: Standing,
    /// Of a topic that begins with it.
    pub title: Option<&'a str>,
    pub text: &'a str,
    pub nodes: &'a [Node],
    /// What it said before it was edited.
    pub before: Option<(&'a str, &'a [Node])>,
}

/// What has to be done with a message that may be written.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Passed {
    /// Why it waits for approval.
    pub held: Option<String>,
    /// The rules that report it.
    pub reports: Vec<String>,
}

/// Since when somebody is here, and how many messages they wrote: asked once, when something was found.
struct Author {
    user: UserId,
    known: Option<(Timestamp, i64)>,
}

/// More messages than any rule asks for.
const COUNTED: i64 = 200;

impl Author {
    async fn get(&mut self, cx: &Context) -> Result<(Timestamp, i64)> {
        if let Some(known) = self.known {
            return Ok(known);
        }
        let read = store::moderation::rules::author(&cx.db, self.user, COUNTED).await?;
        self.known = Some(read);
        Ok(read)
    }
}

/// Has all of them look.
///
/// # Errors
/// [`Error::Invalid`] with what has to be mended.
pub(crate) async fn look(cx: &Context, writing: &Writing<'_>) -> Result<Passed> {
    let known = caches::rules::known(cx).await?;
    let hosts = markup::hosts(writing.nodes);
    let hosts_before = writing.before.map(|(_, nodes)| markup::hosts(nodes)).unwrap_or_default();
    let mut author = Author { user: writing.author, known: None };
    let keeps_order = writing.standing.may(Deed::Moderate);
    let new = known.newcomers;
    if hosts.len() as i64 > new.links
        && hosts.len() > hosts_before.len()
        && !keeps_order
        && !writing.standing.is_site_admin
    {
        let (since, written) = author.get(cx).await?;
        if new.is_young(since, cx.now()) && written < new.messages {
            return Err(Error::invalid("text", too_many_links(new.links, hosts.len())));
        }
    }
    let deadline = Deadline::of_message();
    let (text, title) = (Seen::new(writing.text), writing.title.map(Seen::new));
    let words = Words { text: &text, title: title.as_ref(), hosts: &compiled::seen(&hosts) };
    let (text_before, hosts_before) = (writing.before.map(|(text, _)| Seen::new(text)), compiled::seen(&hosts_before));
    let words_before = text_before.as_ref().map(|text| Words { text, title: None, hosts: &hosts_before });
    let of_site = known.of_site().iter().filter(|_| !writing.standing.is_site_admin);
    let of_group = known.of_group(writing.group.id).iter().filter(|_| !keeps_order);
    let mut passed = Passed::default();
    for rule in of_site.chain(of_group) {
        // Nobody keeps order in a conversation: there is nobody to approve, and nobody to report to.
        if writing.group.is_direct() && rule.rule.deed != RuleDeed::Refuse {
            continue;
        }
        let found = rule.look(words, deadline);
        // What it said before is no news.
        let was_there = words_before.is_some_and(|before| rule.look(before, deadline) == Found::InText);
        if found == Found::Nothing || was_there || !is_for(cx, rule, &mut author).await? {
            continue;
        }
        let field = if found == Found::InTitle { "title" } else { "text" };
        match rule.rule.deed {
            _ if found == Found::Unknown && writing.group.is_direct() => {}
            RuleDeed::Refuse if found != Found::Unknown => return Err(refused(rule, field)),
            RuleDeed::Report if found != Found::Unknown => passed.reports.push(rule.rule.name.clone()),
            // What a rule could not look at in time, somebody looks at.
            RuleDeed::Refuse | RuleDeed::Hold | RuleDeed::Report if keeps_order => {}
            RuleDeed::Refuse | RuleDeed::Hold | RuleDeed::Report if writing.before.is_some() => {
                return Err(Error::invalid("text", CANNOT_WAIT));
            }
            RuleDeed::Refuse | RuleDeed::Hold | RuleDeed::Report => {
                passed.held.get_or_insert_with(|| format!("The rule “{}”", rule.rule.name));
            }
        }
    }
    let first = writing.group.first_held;
    if first > 0 && !keeps_order && passed.held.is_none() && writing.before.is_none() {
        let written = store::moderation::rules::written_in(&cx.db, writing.author, writing.group.id, first).await?;
        if written < first {
            passed.held = Some("One of their first messages in this group".to_owned());
        }
    }
    Ok(passed)
}

async fn is_for(cx: &Context, rule: &Compiled, author: &mut Author) -> Result<bool> {
    if !rule.rule.is_for_new() {
        return Ok(true);
    }
    let (since, written) = author.get(cx).await?;
    let young = since.plus(caches::newcomers::days(rule.rule.new_days)) > cx.now();
    Ok(young || written < rule.rule.new_messages)
}

fn refused(rule: &Compiled, field: &'static str) -> Error {
    let explanation = &rule.rule.explanation;
    Error::invalid(field, if explanation.is_empty() { REFUSED } else { explanation })
}

fn too_many_links(most: i64, links: usize) -> String {
    match most {
        0 => format!("While your account is new, messages have no links to other sites; this one has {links}."),
        _ => format!(
            "While your account is new, a message has at most {most} links to other sites; this one has {links}."
        ),
    }
}

/// Looks at a name that an account is to have.
///
/// # Errors
/// [`Error::Invalid`] on `username`.
pub(crate) async fn name(cx: &Context, name: &str) -> Result<()> {
    let known = caches::rules::known(cx).await?;
    let (deadline, name) = (Deadline::of_message(), Seen::new(name));
    for rule in known.of_site().iter().filter(|rule| rule.rule.in_names) {
        if rule.finds(&name, deadline) == Some(true) {
            return Err(refused(rule, "username"));
        }
    }
    Ok(())
}

/// What a group is to say of itself: what it said before is no news.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Describing<'a> {
    pub by: Viewer,
    /// Its name, and what it was.
    pub name: (&'a str, &'a str),
    /// Its word in addresses, where somebody chose one.
    pub slug: &'a str,
    /// Its description, and what that was.
    pub description: (&'a str, &'a str),
}

/// Looks at what a group is to say of itself. Whatever a rule of the site does with a message, here it refuses: nothing of a group can
/// wait, and nobody reports it.
///
/// # Errors
/// [`Error::Invalid`] on `name`, `slug` and `description`.
pub(crate) async fn group(cx: &Context, group: Describing<'_>) -> Result<()> {
    let Viewer::User { id, is_admin: false } = group.by else { return Ok(()) };
    let known = caches::rules::known(cx).await?;
    if known.of_site().is_empty() {
        return Ok(());
    }
    let [name, was_called, slug, text, said] =
        [group.name.0, group.name.1, group.slug, group.description.0, group.description.1].map(Seen::new);
    let is_new = text.typed() != said.typed();
    let hosts = if is_new { hosts_of(cx, text.typed()).await? } else { Vec::new() };
    let hosts_before = if hosts.is_empty() { Vec::new() } else { hosts_of(cx, said.typed()).await? };
    let (hosts, hosts_before) = (compiled::seen(&hosts), compiled::seen(&hosts_before));
    let mut author = Author { user: id, known: None };
    let deadline = Deadline::of_message();
    for rule in known.of_site() {
        let looks = &rule.rule;
        let finds = |seen: &Seen<'_>| rule.finds(seen, deadline) == Some(true);
        // What took too long to look at is found: it may be sent again.
        let brings = |is: &Seen<'_>, was: &Seen<'_>| {
            is.typed() != was.typed() && rule.finds(is, deadline) != Some(false) && !finds(was)
        };
        let field = if looks.in_names && brings(&name, &was_called) {
            "name"
        } else if looks.in_names && finds(&slug) {
            "slug"
        } else if looks.in_text && brings(&text, &said)
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

/// The sites that links in a text lead to which is no message.
async fn hosts_of(cx: &Context, text: &str) -> Result<Vec<String>> {
    Ok(markup::hosts(&text::parse(cx, text).await?))
}

/// The links and rules again, for a title that a topic is to have: rules that would hold it refuse it.
///
/// # Errors
/// [`Error::Invalid`] on `title`.
pub(crate) async fn title(
    cx: &Context,
    author: UserId,
    group: &Group,
    standing: Standing,
    new: &str,
) -> Result<Passed> {
    let writing = Writing { author, group, standing, title: Some(new), text: "", nodes: &[], before: Some(("", &[])) };
    match look(cx, &writing).await {
        Err(Error::Invalid(fields)) => {
            let why = fields.iter().next().map_or(REFUSED, |(_, why)| why).to_owned();
            Err(Error::invalid("title", why))
        }
        looked => looked,
    }
}

/// Looks at what begins or goes on in a conversation that is not there yet.
///
/// # Errors
/// [`Error::Invalid`] on `title` and `text`.
pub(crate) async fn direct(cx: &Context, viewer: Viewer, title: &str, text: &str, nodes: &[Node]) -> Result<()> {
    let author = viewer.user()?;
    let is_site_admin = matches!(viewer, Viewer::User { is_admin: true, .. });
    let standing = Standing::plain(GroupKind::Direct, Some(Role::Member), is_site_admin);
    let group = Group {
        id: GroupId(0),
        slug: String::new(),
        name: String::new(),
        description: String::new(),
        kind: GroupKind::Direct,
        category: Category::Other,
        archived_at: None,
        creator_id: author,
        created_at: cx.now(),
        slow_seconds: 0,
        first_held: 0,
    };
    let writing = Writing { author, group: &group, standing, title: Some(title), text, nodes, before: None };
    look(cx, &writing).await.map(drop)
}
