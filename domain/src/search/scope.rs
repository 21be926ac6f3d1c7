//! What limits a search: its operators, and what the viewer may see.

use std::collections::HashSet;

use super::operators::{ParsedQuery, State};
use crate::groups;
use crate::people::ignores;
use crate::platform::context::Context;
use crate::platform::error::{Error, Result};
use model::policy::Viewer;
use model::{MessageId, TopicId};
use texts::{people_errors, search_errors};

/// Messages considered for `is:starred` and `is:unread`.
const MAX_LISTED: i64 = 20_000;
/// Topics considered for `is:resolved`.
const MAX_RESOLVED: i64 = 50_000;

/// What limits a search, from its operators and the viewer's rights.
#[derive(Debug, Default)]
pub(super) struct Scope {
    /// Groups.
    pub(super) seen: Vec<i64>,
    pub(super) hidden_topics: Vec<i64>,
    pub(super) hidden_authors: Vec<i64>,
    pub(super) only_authors: Option<Vec<i64>>,
    pub(super) only_topics: Option<Vec<i64>>,
    pub(super) only_messages: Option<Vec<i64>>,
    pub(super) but_messages: Vec<i64>,
}

impl Scope {
    /// Returns what the viewer may see.
    pub(super) async fn of(cx: &Context, viewer: Viewer) -> Result<Self> {
        let searched = store::groups::searched(&cx.db, viewer.id()).await?;
        let mut scope = Self {
            seen: searched.groups.into_iter().map(|id| id.0).collect(),
            hidden_topics: searched.but_topics.into_iter().map(|id| id.0).collect(),
            ..Self::default()
        };
        if let Some(user) = viewer.id() {
            scope.hidden_authors = ignores::of(cx, user).await?.iter().map(|id| id.0).collect();
        }
        Ok(scope)
    }

    /// Keeps topics only if they are in the list, or not in it.
    fn keep_topics(&mut self, ids: Vec<TopicId>, wanted: bool) {
        let ids = ids.into_iter().map(|id| id.0);
        match wanted {
            true => self.only_topics = Some(ids.collect()),
            false => self.hidden_topics.extend(ids),
        }
    }

    /// Keeps messages only if they are in the list, or not in it.
    fn keep_messages(&mut self, ids: Vec<MessageId>, wanted: bool) {
        let ids: HashSet<i64> = ids.into_iter().map(|id| id.0).collect();
        match (&mut self.only_messages, wanted) {
            (_, false) => self.but_messages.extend(ids),
            (None, true) => self.only_messages = Some(ids.into_iter().collect()),
            (Some(kept), true) => kept.retain(|id| ids.contains(id)),
        }
    }
}

/// Resolves the operators. An unknown person or group is reported as a problem and matches nothing.
pub(super) async fn scope(cx: &Context, viewer: Viewer, asked: &mut ParsedQuery) -> Result<Scope> {
    let mut scope = Scope::of(cx, viewer).await?;
    let within = std::mem::take(&mut asked.within);
    let mut wanted_groups = within.iter().any(|(_, wanted)| *wanted).then(HashSet::new);
    for (slug, wanted) in &within {
        let group = match groups::by_slug(cx, viewer, slug).await {
            Err(Error::NotFound) => groups::formerly(cx, viewer, slug).await.map(|group| group.id),
            found => found.map(|found| found.group.id),
        };
        let group = match group {
            // Some people type the name of the group instead of its slug.
            Err(Error::NotFound) => store::search::group_named(&cx.db, viewer.id(), slug).await?.ok_or(Error::NotFound),
            found => found,
        };
        match group {
            Ok(group) if *wanted => wanted_groups.get_or_insert_default().extend([group.0]),
            Ok(group) => scope.seen.retain(|id| *id != group.0),
            Err(Error::NotFound) => asked.complain(search_errors::no_group_named(slug)),
            Err(error) => return Err(error),
        }
    }
    if let Some(wanted) = wanted_groups {
        scope.seen.retain(|id| wanted.contains(id));
    }
    let names: Vec<String> = asked.from.iter().map(|(name, _)| name.clone()).collect();
    let known = store::people::users::by_names(&cx.db, &names).await?;
    // Some people type a display name.
    let is_known = |name: &str| known.iter().any(|known| known.lower == name);
    let others: Vec<String> = names.into_iter().filter(|name| name != "me" && !is_known(name)).collect();
    let displayed = store::people::users::by_display_names(&cx.db, &others).await?;
    let from = std::mem::take(&mut asked.from);
    for (name, wanted) in &from {
        let own = viewer.id().filter(|_| name == "me");
        let person = own.or_else(|| known.iter().find(|known| known.lower == *name).map(|known| known.person.id));
        let named = displayed.iter().filter(|(displayed, _)| displayed == name).map(|(_, id)| *id);
        let people: Vec<i64> = person.into_iter().chain(named).map(|id| id.0).collect();
        if people.is_empty() {
            asked.complain(match name.as_str() {
                "me" => search_errors::own_signed_out(),
                _ => people_errors::no_user_named(name),
            });
        }
        match wanted {
            true => scope.only_authors.get_or_insert_default().extend(people),
            false => scope.hidden_authors.extend(people),
        }
    }
    let mut states = std::mem::take(&mut asked.states);
    states.dedup();
    for (state, wanted) in states {
        if state == State::Resolved {
            let resolved = store::search::resolved(&cx.db, &scope.seen, MAX_RESOLVED).await?;
            if resolved.len() as i64 == MAX_RESOLVED {
                asked.complain(search_errors::resolved_latest(MAX_RESOLVED));
            }
            scope.keep_topics(resolved, wanted);
            continue;
        }
        let Some(user) = viewer.id() else {
            asked.complain(search_errors::states_signed_out());
            scope.only_messages = Some(Vec::new());
            continue;
        };
        let listed = match state {
            State::Mine if wanted => {
                let is_among = scope.only_authors.as_ref().is_none_or(|authors| authors.contains(&user.0));
                scope.only_authors = Some(if is_among { vec![user.0] } else { Vec::new() });
                continue;
            }
            State::Mine => {
                scope.hidden_authors.push(user.0);
                continue;
            }
            State::Resolved => continue,
            State::Starred => store::search::starred(&cx.db, user, MAX_LISTED).await?,
            State::Unread => store::search::unread(&cx.db, user, MAX_LISTED).await?,
        };
        if listed.len() as i64 == MAX_LISTED {
            asked.complain(search_errors::listed_latest(MAX_LISTED));
        }
        scope.keep_messages(listed, wanted);
    }
    Ok(scope)
}
