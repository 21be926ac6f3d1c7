//! Creates the groups and topics of an import, under free addresses and ids.

use std::collections::HashSet;

use super::report::{ImportWarning, ImportWarnings};
use crate::platform::error::Result;
use crate::platform::validate::{MAX_DESCRIPTION, MAX_GROUP_NAME, MAX_TITLE};
use model::names::{is_reserved_slug, slugify};
use model::{GroupId, TopicId};
use store::Tx;
use store::import::{self as rows, NewGroup, NewTopic};

/// Returns whether a slug can be kept. Old slugs may contain capitals and begin with hyphens.
fn fits(slug: &str) -> bool {
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_');
    !slug.is_empty() && slug.len() <= 200 && slug.bytes().all(plain)
}

/// Shortens a text to the limit of the forms.
pub(super) fn shorten(text: &mut String, max: usize, warnings: &mut ImportWarnings) {
    if text.chars().count() > max {
        *text = text.chars().take(max - 1).chain(['…']).collect();
        warnings.note(ImportWarning::TooLong, || text.clone());
    }
}

/// Creates a group under its wanted id and slug where free, else under others.
pub(crate) async fn group(tx: &mut Tx, mut group: NewGroup, warnings: &mut ImportWarnings) -> Result<GroupId> {
    shorten(&mut group.name, MAX_GROUP_NAME, warnings);
    shorten(&mut group.description, MAX_DESCRIPTION, warnings);
    let wanted = group.slug.clone();
    let base = match wanted {
        _ if fits(&wanted) => wanted.clone(),
        _ => Some(slugify(&wanted)).filter(|slug| !slug.is_empty()).unwrap_or_else(|| "group".to_owned()),
    };
    let mut number = 1;
    loop {
        group.slug = if number == 1 { base.clone() } else { format!("{base}-{number}") };
        let fit = !is_reserved_slug(&group.slug);
        if fit && let Some(id) = rows::group(tx, &group).await? {
            if group.slug != wanted {
                warnings.note(ImportWarning::SlugChanged, || format!("{wanted}, now {}", group.slug));
            }
            return Ok(id);
        }
        if let Some(id) = group.id
            && fit
            && rows::group_id_taken(tx, id).await?
        {
            warnings.note(ImportWarning::GroupIdTaken, || format!("{id} ({wanted})"));
            group.id = None;
        } else {
            number += 1;
        }
    }
}

/// Creates topics under their own ids and slugs where free, else under others. Returns the ids in order.
pub(crate) async fn topics(
    tx: &mut Tx,
    mut topics: Vec<NewTopic>,
    warnings: &mut ImportWarnings,
) -> Result<Vec<TopicId>> {
    for topic in &mut topics {
        shorten(&mut topic.name, MAX_TITLE, warnings);
        if !fits(&topic.slug) {
            let made = Some(slugify(&topic.slug)).filter(|slug| !slug.is_empty());
            // Without an id, the topic gets a slug with its new one.
            let made = made.unwrap_or_else(|| topic.id.map_or_else(String::new, |id| format!("topic-{id}")));
            let warning = if topic.slug.is_empty() { ImportWarning::EmptySlug } else { ImportWarning::SlugChanged };
            warnings.note(warning, || made.clone());
            topic.slug = made;
        }
    }
    let bulk: Vec<NewTopic> = topics.iter().filter(|topic| topic.id.is_some()).cloned().collect();
    let free: HashSet<TopicId> = rows::topics(tx, &bulk).await?.into_iter().map(|(id,)| id).collect();
    let mut ids = Vec::with_capacity(topics.len());
    for topic in topics {
        ids.push(match topic.id {
            Some(id) if free.contains(&id) => id,
            _ => singly(tx, topic, warnings).await?,
        });
    }
    Ok(ids)
}

/// Creates one topic under a free id and slug.
async fn singly(tx: &mut Tx, mut topic: NewTopic, warnings: &mut ImportWarnings) -> Result<TopicId> {
    let wanted = topic.slug.clone();
    if wanted.is_empty() {
        let NewTopic { group, name, creator, created_at, .. } = topic;
        let (id, _) = crate::topics::insert_under(tx, group, &name, "", creator, created_at).await?;
        return Ok(id);
    }
    if let Some(id) = topic.id
        && rows::topic_id_taken(tx, id).await?
    {
        warnings.note(ImportWarning::TopicIdTaken, || format!("{id} ({wanted})"));
        topic.id = None;
    }
    let mut number = 1;
    loop {
        let written = match topic.id {
            Some(_) => rows::topics(tx, std::slice::from_ref(&topic)).await?.pop().map(|(id,)| id),
            None => {
                store::topics::insert(tx, topic.group, &topic.slug, &topic.name, topic.creator, topic.created_at)
                    .await?
            }
        };
        if let Some(id) = written {
            return Ok(id);
        }
        if number == 1 {
            warnings.note(ImportWarning::SlugChanged, || format!("topic {wanted}"));
        }
        number += 1;
        topic.slug = format!("{wanted}-{number}");
    }
}
