//! Groups and topics of a source, and their states.

use std::collections::{BTreeMap, HashSet};

use super::super::records::{Group, Topic};
use super::super::report::{ImportWarning, ImportWarnings};
use super::super::targets;
use super::{KnownTopic, Source};
use crate::groups;
use crate::platform::context::Context;
use crate::platform::error::Result;
use crate::platform::validate::{self, MAX_TITLE};
use crate::topics::old_addresses;
use model::names::slugify;
use model::time::Timestamp;
use model::{GroupId, GroupKind, Role, TopicId, UserId};
use store::Tx;
use store::import::{self as rows, NewGroup, NewTopic, sources};
use store::search_log::Changed;

impl Source {
    pub(super) fn describe_group(&mut self, group: Group) {
        if !self.is_first('g', &group.key) {
            self.report.groups.dropped(1);
            self.report.warnings.note(ImportWarning::Twice, || format!("group {}", group.key));
        } else if self.groups.contains_key(&group.key) && self.into.is_none() {
            self.report.groups.found(1);
        } else {
            self.coming_groups.insert(group.key.clone(), group);
        }
    }

    pub(super) fn describe_topic(&mut self, topic: Topic) {
        if !self.is_first('t', &topic.key) {
            self.report.topics.dropped(1);
            self.report.warnings.note(ImportWarning::Twice, || format!("topic {}", topic.key));
            return;
        }
        let Some(placed) = self.topics.get_mut(&topic.key) else {
            self.coming_topics.insert(topic.key.clone(), topic);
            return;
        };
        let states = topic.states.digest();
        let is_same = placed.digest.as_ref().is_none_or(|known| *known == states) || placed.group.is_none();
        if is_same {
            self.report.topics.found(1);
            self.report.states.found(topic.states.count());
        } else {
            placed.digest = Some(states);
            self.report.topics.altered(1);
            self.report.states.altered(topic.states.count());
            let id = placed.id;
            self.changed_topics.push((id, topic));
        }
    }

    /// Returns the group of a topic, created if it has to be.
    async fn group(
        &mut self,
        cx: &Context,
        tx: &mut Tx,
        key: &str,
        starter: UserId,
        at: Timestamp,
    ) -> Result<Option<GroupId>> {
        if let Some(group) = self.coming_groups.remove(key) {
            return self.new_group(cx, tx, group, Some((starter, at))).await;
        }
        Ok(self.groups.get(key).copied())
    }

    /// Creates a described group. `None` if nobody can be its creator.
    async fn new_group(
        &mut self,
        cx: &Context,
        tx: &mut Tx,
        group: Group,
        starter: Option<(UserId, Timestamp)>,
    ) -> Result<Option<GroupId>> {
        if let Some((into, kind)) = self.into {
            // What only some could read does not become readable for more.
            if seclusion(group.kind) > seclusion(kind) {
                self.groups.remove(&group.key);
                self.report.groups.dropped(1);
                self.report.warnings.note(ImportWarning::Private, || format!("group {}", group.key));
                return Ok(None);
            }
            self.report.groups.found(1);
            self.groups.insert(group.key.clone(), into);
            if self.dry.is_none() {
                rows::note(tx, &self.key, "group", &[(group.key, into.0)]).await?;
            }
            return Ok(Some(into));
        }
        let named = group.creator.as_ref().and_then(|key| self.people.get(key)).copied();
        let Some(creator) = named.or(starter.map(|(user, _)| user)) else {
            self.report.groups.dropped(1);
            self.report.warnings.note(ImportWarning::NobodysGroup, || group.key.clone());
            return Ok(None);
        };
        let created_at = group.created_at.or(starter.map(|(_, at)| at)).unwrap_or_else(|| cx.now());
        let wanted = if group.slug.is_empty() { slugify(&group.name) } else { group.slug.clone() };
        let mut slug = if wanted.is_empty() { "group".to_owned() } else { wanted };
        let is_private = group.kind == GroupKind::Private;
        if is_private {
            slug = groups::hidden_address(&slug)?;
        }
        // Nobody becomes an admin by having written first, nor a member of a private group.
        let role = match named {
            Some(_) => Some(Role::Admin),
            None if is_private => None,
            None => Some(Role::Member),
        };
        let id = if let Some(dry) = &mut self.dry {
            if store::groups::by_slug(&cx.db, &slug, None).await?.is_some() {
                self.noted.note(ImportWarning::SlugChanged, || slug.clone());
            }
            GroupId(dry.id())
        } else {
            let unnamed = || "Group".to_owned();
            let new = NewGroup {
                id: None,
                slug,
                name: Some(validate::one_line(&group.name)).filter(|name| !name.is_empty()).unwrap_or_else(unnamed),
                description: validate::text(&group.description),
                kind: group.kind,
                creator,
                created_at,
            };
            let id = targets::group(tx, new, &mut self.noted).await?;
            if let Some(role) = role {
                sources::join(tx, &[(id, creator, role, created_at)], cx.now()).await?;
                let noted = (format!("{id}/{creator}"), creator.0, role.as_str().to_owned());
                sources::note(tx, &self.key, "member", &[noted]).await?;
            }
            if let Some(at) = group.archived_at {
                sources::archive(tx, id, at).await?;
            }
            rows::note(tx, &self.key, "group", &[(group.key.clone(), id.0)]).await?;
            id
        };
        if role.is_some() {
            self.members.insert((id, creator), false);
        }
        if is_private {
            self.private.insert(id);
        }
        self.groups.insert(group.key, id);
        self.report.groups.added(1);
        Ok(Some(id))
    }

    /// Creates the described topics among these, each started by the author of its first message at that time. Returns
    /// the new ones.
    pub(super) async fn places(
        &mut self,
        cx: &Context,
        tx: &mut Tx,
        wanted: &BTreeMap<String, (UserId, Timestamp)>,
    ) -> Result<HashSet<TopicId>> {
        let mut fresh = HashSet::new();
        for (key, (starter, at)) in wanted {
            if let Some(topic) = self.coming_topics.remove(key)
                && let Some(id) = self.new_topic(cx, tx, topic, Some((*starter, *at))).await?
            {
                fresh.insert(id);
            }
        }
        Ok(fresh)
    }

    async fn new_topic(
        &mut self,
        cx: &Context,
        tx: &mut Tx,
        topic: Topic,
        starter: Option<(UserId, Timestamp)>,
    ) -> Result<Option<TopicId>> {
        let named = topic.creator.as_ref().and_then(|key| self.people.get(key)).copied();
        let Some(creator) = named.or(starter.map(|(user, _)| user)) else {
            self.report.topics.dropped(1);
            self.report.states.dropped(topic.states.count());
            self.report.warnings.note(ImportWarning::NobodysTopic, || topic.key);
            return Ok(None);
        };
        let created_at = topic.created_at.or(starter.map(|(_, at)| at)).unwrap_or_else(|| cx.now());
        let Some(group) = self.group(cx, tx, &topic.group, creator, created_at).await? else {
            self.report.topics.dropped(1);
            self.report.states.dropped(topic.states.count());
            self.report
                .warnings
                .note(ImportWarning::UnknownPlace, || format!("topic {} in {}", topic.key, topic.group));
            return Ok(None);
        };
        let slug = if topic.slug.is_empty() { slugify(&topic.title) } else { topic.slug.clone() };
        let mut name = validate::one_line(&topic.title);
        targets::shorten(&mut name, MAX_TITLE, &mut self.noted);
        let states = topic.states;
        let id = if let Some(dry) = &mut self.dry {
            TopicId(dry.id())
        } else {
            let new = NewTopic { id: None, group, slug, name, creator, created_at };
            // Topics with equal slugs are no reason for a warning: titles are equal in many sources.
            let ids = targets::topics(tx, vec![new], &mut ImportWarnings::default()).await?;
            let Some(id) = ids.first().copied() else { return Ok(None) };
            if states.count() > 0 {
                sources::states(tx, id, states.all(), false).await?;
            }
            sources::note(tx, &self.key, "topic", &[(topic.key.clone(), id.0, states.digest())]).await?;
            let paths = topic.addresses.iter().filter_map(|path| old_addresses::to_record(path));
            let addresses: Vec<_> = paths.map(|path| (path, id, None)).collect();
            sources::addresses(tx, &addresses).await?;
            id
        };
        self.report.topics.added(1);
        self.report.states.added(states.count());
        let placed = KnownTopic { id, group: Some(group), digest: Some(states.digest()), deleted: false };
        self.topics.insert(topic.key, placed);
        Ok(Some(id))
    }

    /// Gives topics that were there before the states that they have in the source now.
    pub(super) async fn change_topics(&mut self, tx: &mut Tx) -> Result<()> {
        for (id, topic) in std::mem::take(&mut self.changed_topics) {
            if self.dry.is_none() {
                sources::states(tx, id, topic.states.all(), true).await?;
                rows::changed(tx, &[Changed::Topic(id)]).await?;
                sources::note(tx, &self.key, "topic", &[(topic.key, id.0, topic.states.digest())]).await?;
            }
        }
        Ok(())
    }

    /// Creates the described groups and topics in which nobody wrote.
    pub(super) async fn settle(&mut self, cx: &Context, tx: &mut Tx) -> Result<()> {
        self.change_topics(tx).await?;
        for (_, topic) in std::mem::take(&mut self.coming_topics) {
            if let Some(id) = self.new_topic(cx, tx, topic, None).await?
                && self.dry.is_none()
            {
                rows::changed(tx, &[Changed::Topic(id)]).await?;
            }
        }
        for (_, group) in std::mem::take(&mut self.coming_groups) {
            self.new_group(cx, tx, group, None).await?;
        }
        Ok(())
    }
}

/// Orders the kinds of groups: the more, the fewer can read one.
fn seclusion(kind: GroupKind) -> u8 {
    match kind {
        GroupKind::Public => 0,
        GroupKind::Closed => 1,
        GroupKind::Private => 2,
        GroupKind::Direct => 3,
    }
}
