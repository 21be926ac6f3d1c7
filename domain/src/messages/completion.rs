//! Completion in the composer: names after an `@`, emoji after a `:`, and who of the people named cannot read the topic.

use super::mentions;
use crate::platform::context::Context;
use crate::platform::error::Result;
use crate::site::rate_limits::{self, By, RateLimit};
use crate::topics;
use model::policy::{self, Viewer};
use model::{Group, TopicId, UserId};
pub use store::messages::completion::NamedPerson;

/// The most entries of a list.
const MOST: usize = 8;
/// Longer words are not completed.
const MAX_CHARS: usize = 40;
/// How many of the named people are looked up.
const MAX_NAMED: usize = 20;
/// People who wrote one of the last messages, this many, come first.
const RECENT: i64 = 500;

/// How a word can continue.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Completions {
    /// Recent authors in the topic come first, then other members of the group.
    pub people: Vec<NamedPerson>,
    /// Short names and emoji.
    pub emoji: Vec<(String, &'static str)>,
    /// Names in the text whose owners cannot read the topic.
    pub unreached: Vec<String>,
}

/// Completes a word that begins with `@` or `:` in a topic. `named` are the names that the text mentions, with commas
/// between them. Everybody who is offered can read the topic, and wrote in it or is a member of its group, which is
/// returned too.
///
/// # Errors
/// [`Error::NotFound`](crate::Error::NotFound) and [`Error::Forbidden`](crate::Error::Forbidden) for people who cannot
/// write in the topic now; [`Error::TooMany`](crate::Error::TooMany).
pub async fn complete(
    cx: &Context,
    viewer: Viewer,
    topic: TopicId,
    typed: &str,
    named: &str,
) -> Result<(Group, Completions)> {
    let user = viewer.user()?;
    rate_limits::count(cx, RateLimit::Suggest, By::User(user)).await?;
    let found = topics::find(cx, viewer, topic).await?;
    found.check_open()?;
    let mut completions = Completions::default();
    let is_short = typed.chars().count() <= MAX_CHARS;
    if let Some(begun) = typed.strip_prefix('@').filter(|_| is_short) {
        let begun = begun.to_lowercase();
        let place = store::messages::completion::TopicScope {
            group: found.group.id,
            topic: found.topic.id,
            after_seq: found.topic.last_seq - RECENT,
            is_public: policy::anyone_reads(found.group.kind),
        };
        let mut people = store::messages::completion::participants(&cx.db, user, place, &begun, MOST as i64).await?;
        if people.len() < MOST && !begun.is_empty() || found.group.is_direct() {
            let members = store::messages::completion::members(&cx.db, user, place.group, &begun, 2 * MOST as i64);
            for member in members.await? {
                if !people.iter().any(|known| known.id == member.id) {
                    people.push(member);
                }
            }
        }
        people.truncate(MOST);
        completions.people = people;
    } else if let Some(begun) = typed.strip_prefix(':').filter(|begun| is_short && !begun.is_empty()) {
        completions.emoji = markup::emoji_beginning(&begun.to_lowercase(), MOST);
    }
    let names: Vec<String> = named
        .split(',')
        .filter(|name| !name.is_empty() && name.chars().count() <= MAX_CHARS)
        .take(MAX_NAMED)
        .map(str::to_lowercase)
        .collect();
    if !policy::anyone_reads(found.group.kind) {
        let named = store::people::users::by_names(&cx.db, &names).await?;
        let named: Vec<UserId> = named.into_iter().map(|named| named.person.id).collect();
        completions.unreached = mentions::unreached(cx, viewer, &found, &named).await?;
    }
    Ok((found.group, completions))
}
