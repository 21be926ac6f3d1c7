//! The groups, topics and people that a query names.

use search_index::{Kind, Query};
use store::search::{Match, Wanted};

use super::blocking;
use super::scope::Scope;
use crate::platform::caches::group_names;
use crate::platform::context::Context;
use crate::platform::error::Result;
use crate::platform::index::Search;
use model::policy::Viewer;

/// The most of each kind.
const MAX: usize = 4;
/// Words of a query that may be names.
const MAX_WORDS: usize = 8;

/// A group whose name, slug or description contains the words.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
#[allow(missing_docs)]
pub struct GroupMatch {
    pub name: String,
    pub slug: String,
    pub description: String,
    /// Whether the viewer may read it. Non-members can find a closed group but not read it.
    pub is_readable: bool,
}

/// A topic whose title contains the words.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
#[allow(missing_docs)]
pub struct TopicMatch {
    pub title: String,
    pub slug: String,
    pub group_name: String,
    pub group_slug: String,
}

/// A user whose username or display name starts with the query.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct PersonMatch {
    /// The username.
    pub username: String,
    /// The display name; may be empty.
    pub name: String,
}

/// The groups, topics and people that a query names and that the viewer may know of.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
#[allow(missing_docs)]
pub struct Matches {
    pub groups: Vec<GroupMatch>,
    pub topics: Vec<TopicMatch>,
    pub people: Vec<PersonMatch>,
}

/// Returns the words that may be names, in lower case.
pub(super) fn words(text: &str) -> Vec<String> {
    let is_name = |word: &&str| {
        (2..=40).contains(&word.len()) && word.chars().all(|c| c.is_alphanumeric() || matches!(c, '_' | '-' | '.'))
    };
    let typed = text.split_whitespace().map(|word| word.trim_start_matches('@').trim_matches('"')).filter(is_name);
    typed.take(MAX_WORDS).map(str::to_lowercase).collect()
}

impl Matches {
    /// Finds groups, topics and people by the words of a query: with a group, only topics in it.
    pub(super) async fn of(
        cx: &Context,
        viewer: Viewer,
        search: &Search,
        scope: &Scope,
        text: &str,
        group: Option<i64>,
    ) -> Result<Self> {
        let (text, begins) = (text.trim(), group.is_none());
        // A single letter would match too many names.
        if text.chars().nth(1).is_none() {
            return Ok(Self::default());
        }
        let topics = topics(cx, search, scope, text, group).await?;
        let words = if begins { words(text) } else { Vec::new() };
        // The whole text must be names.
        let words = if words.len() == text.split_whitespace().count() { words } else { Vec::new() };
        let person = if begins { person(viewer, text) } else { String::new() };
        found(cx, viewer, scope, &words, &topics, &person).await
    }

    /// Whether there is nothing.
    pub fn is_empty(&self) -> bool {
        self.groups.is_empty() && self.topics.is_empty() && self.people.is_empty()
    }
}

/// Returns the prefix that names of people must have; empty to match nobody. Only signed-in users search by prefix:
/// otherwise strangers could list all accounts.
pub(super) fn person(viewer: Viewer, text: &str) -> String {
    let text = text.trim().trim_start_matches('@').to_lowercase();
    let is_name = text.chars().count() <= 60
        && text.chars().all(|c| c.is_alphanumeric() || matches!(c, ' ' | '_' | '-' | '.' | '\''));
    if viewer.id().is_some() && is_name { text } else { String::new() }
}

/// Reads groups by words, topics by id and people by prefix.
pub(super) async fn found(
    cx: &Context,
    viewer: Viewer,
    scope: &Scope,
    words: &[String],
    topics: &[i64],
    person: &str,
) -> Result<Matches> {
    let mut matches = Matches::default();
    let groups = if words.is_empty() { Vec::new() } else { groups(cx, scope, words).await? };
    if groups.is_empty() && topics.is_empty() && person.is_empty() {
        return Ok(matches);
    }
    // A few more, because the viewer may ignore some.
    let wanted = Wanted { groups: &groups, topics, person, limit: 2 * MAX as i64 };
    let mut rows = store::search::matches(&cx.db, viewer.id(), wanted).await?;
    rows.sort_by_key(|row| match row.kind {
        Match::GROUP => groups.iter().position(|id| *id == row.id),
        Match::TOPIC => topics.iter().position(|id| *id == row.id),
        _ => None,
    });
    for row in rows {
        match row.kind {
            Match::GROUP => matches.groups.push(GroupMatch {
                name: row.name,
                slug: row.value,
                description: row.about,
                is_readable: row.readable,
            }),
            Match::TOPIC => matches.topics.push(TopicMatch {
                title: row.name,
                slug: row.value,
                group_name: row.about,
                group_slug: row.place,
            }),
            _ if scope.hidden_authors.contains(&row.id) => {}
            _ => matches.people.push(PersonMatch { username: row.value, name: row.name }),
        }
    }
    matches.groups.truncate(MAX);
    matches.topics.truncate(MAX);
    matches.people.truncate(MAX);
    Ok(matches)
}

/// Returns the groups that contain all the words and that the viewer probably may know of, best first.
async fn groups(cx: &Context, scope: &Scope, words: &[String]) -> Result<Vec<i64>> {
    let all = group_names::all(cx).await?;
    let having = group_names::having(&all, words).into_iter();
    let known = having.filter(|listed| listed.is_known || scope.seen.contains(&listed.id));
    // A few more, because some may have changed in the meantime.
    Ok(known.map(|listed| listed.id).take(2 * MAX).collect())
}

/// Returns the topics whose titles contain all the words.
async fn topics(cx: &Context, search: &Search, scope: &Scope, text: &str, group: Option<i64>) -> Result<Vec<i64>> {
    let (index, now, text) = (search.index.clone(), cx.now().0, text.to_owned());
    let lists = [&scope.seen, &scope.hidden_topics, &scope.hidden_authors].map(Clone::clone);
    blocking(move || {
        index.reload()?;
        let [seen, hidden_topics, hidden_authors] = &lists;
        let results = index.search(&Query {
            seen_groups: Some(seen),
            hidden_topics,
            hidden_authors,
            only_group: group,
            only_kind: Some(Kind::Topic),
            now,
            strict: true,
            // A few more, because topics of conversations are left out.
            limit: 5 * MAX,
            ..Query::new(&text)
        })?;
        Ok(results.hits.iter().map(|hit| hit.id).collect())
    })
    .await
}
