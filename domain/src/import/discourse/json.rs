//! The JSON of topics.

use std::collections::{HashMap, HashSet};
use std::path::Path;

use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::revisions::{self, Revision};
use super::text;
use crate::import::folder::Folder;
use crate::import::records::{Feed, Group, Message, Person, States, Stop, Topic, Translated};
use crate::import::report::{ImportWarning, Kind};
use model::time::Timestamp;

#[derive(Debug, Deserialize)]
struct TopicFile {
    id: i64,
    title: String,
    #[serde(default)]
    slug: String,
    #[serde(default)]
    category_id: Option<i64>,
    #[serde(default)]
    created_at: Option<String>,
    #[serde(default)]
    last_posted_at: Option<String>,
    #[serde(default)]
    deleted_at: Option<String>,
    #[serde(default)]
    archetype: Option<String>,
    #[serde(default)]
    closed: bool,
    #[serde(default)]
    archived: bool,
    #[serde(default)]
    pinned: bool,
    #[serde(default)]
    pinned_at: Option<String>,
    #[serde(default = "yes")]
    visible: bool,
    #[serde(default)]
    details: Details,
    post_stream: Stream,
}

fn yes() -> bool {
    true
}

#[derive(Debug, Default, Deserialize)]
struct Details {
    #[serde(default)]
    created_by: Option<Creator>,
}

#[derive(Debug, Deserialize)]
struct Creator {
    id: i64,
}

#[derive(Debug, Deserialize)]
struct Stream {
    #[serde(default)]
    posts: Vec<Value>,
    #[serde(default)]
    stream: Vec<i64>,
}

/// What is known of a topic.
#[derive(Debug)]
pub(super) struct TopicFacts {
    pub id: i64,
    pub title: String,
    pub slug: String,
    pub category_id: Option<i64>,
    pub created_at: Option<Timestamp>,
    pub last_posted_at: Option<Timestamp>,
    pub deleted_at: Option<Timestamp>,
    pub is_private: bool,
    pub is_listed: bool,
    pub closed: bool,
    pub archived: bool,
    pub pinned: bool,
    pub pinned_at: Option<Timestamp>,
    pub creator: Option<i64>,
}

impl From<&TopicFile> for TopicFacts {
    fn from(file: &TopicFile) -> Self {
        Self {
            id: file.id,
            title: file.title.clone(),
            slug: file.slug.clone(),
            category_id: file.category_id,
            created_at: moment(file.created_at.as_deref()),
            last_posted_at: moment(file.last_posted_at.as_deref()),
            deleted_at: moment(file.deleted_at.as_deref()),
            is_private: file.archetype.as_deref() == Some("private_message"),
            is_listed: file.visible,
            closed: file.closed,
            archived: file.archived,
            pinned: file.pinned || file.pinned_at.is_some(),
            pinned_at: moment(file.pinned_at.as_deref()),
            creator: file.details.created_by.as_ref().map(|creator| creator.id),
        }
    }
}

/// A post, as the JSON of a topic has it.
#[derive(Debug, Default, Deserialize, Serialize)]
pub(super) struct Post {
    pub id: i64,
    #[serde(default)]
    pub topic_id: i64,
    pub post_number: i64,
    pub user_id: i64,
    #[serde(default)]
    pub username: String,
    #[serde(default)]
    pub name: Option<String>,
    pub created_at: String,
    #[serde(default)]
    pub updated_at: Option<String>,
    #[serde(default)]
    pub cooked: String,
    #[serde(default)]
    pub raw: Option<String>,
    #[serde(default = "regular")]
    pub post_type: i64,
    #[serde(default)]
    pub version: Option<i64>,
    #[serde(default)]
    pub reply_to_post_number: Option<i64>,
    #[serde(default)]
    pub action_code: Option<String>,
    #[serde(default)]
    pub actions_summary: Vec<Action>,
    #[serde(default)]
    pub accepted_answer: bool,
    #[serde(default)]
    pub hidden: bool,
    #[serde(default)]
    pub deleted_at: Option<String>,
    #[serde(default)]
    pub user_deleted: bool,
    /// Who liked it, and when; only backups say so.
    #[serde(skip)]
    pub likes: Vec<(String, Option<Timestamp>)>,
    /// Its edits; only backups have them.
    #[serde(skip)]
    pub revisions: Vec<Revision>,
}

/// What most posts are. 2 is a post of a moderator, 3 a notice, 4 a whisper among moderators.
const REGULAR: i64 = 1;
const NOTICE: i64 = 3;
const WHISPER: i64 = 4;

fn regular() -> i64 {
    REGULAR
}

#[derive(Debug, Deserialize, Serialize)]
pub(super) struct Action {
    id: i64,
    #[serde(default)]
    count: u64,
}

/// The action that is a like.
const LIKE: i64 = 2;

fn moment(text: Option<&str>) -> Option<Timestamp> {
    Timestamp::from_rfc3339(text?).filter(|at| at.0 > 0)
}

pub(super) fn translate(folder: &mut Folder, path: &Path, feed: &mut Feed) -> Translated {
    let categories = categories(folder, feed);
    let mut groups: HashSet<i64> = HashSet::new();
    let names: Vec<String> = folder.names().filter(|name| name.ends_with(".json")).map(str::to_owned).collect();
    let mut topics = 0;
    for name in names {
        let is_list = name.rsplit('/').next().is_some_and(|file| file == "categories.json" || file == "site.json");
        if is_list {
            continue;
        }
        let Some(value) = folder.json::<Value>(&name, feed) else { continue };
        if value.get("post_stream").is_none() {
            continue;
        }
        topics += 1;
        match serde_json::from_value::<TopicFile>(value) {
            Ok(file) => {
                let posts = posts(&file, feed);
                topic(TopicFacts::from(&file), posts, &categories, &mut groups, feed)?;
            }
            Err(why) => feed.leave_out(Kind::Topics, 1, ImportWarning::BadRecord, || format!("{name}: {why}")),
        }
    }
    if topics == 0 {
        return Err(Stop::Failed(format!("{}: no Discourse topics as JSON found", path.display())));
    }
    Ok(())
}

/// What `categories.json` or `site.json` says about categories, by their ids.
fn categories(folder: &mut Folder, feed: &mut Feed) -> HashMap<i64, Group> {
    let mut found = HashMap::new();
    let files: Vec<String> = folder
        .names()
        .filter(|name| name.rsplit('/').next().is_some_and(|file| file == "categories.json" || file == "site.json"))
        .map(str::to_owned)
        .collect();
    for file in files {
        let Some(value) = folder.json::<Value>(&file, feed) else { continue };
        let lists = [value.get("categories"), value.pointer("/category_list/categories"), Some(&value)];
        for category in lists.into_iter().flatten().filter_map(Value::as_array).flatten() {
            let text = |name: &str| category.get(name).and_then(Value::as_str).unwrap_or_default().to_owned();
            if let (Some(id), false) = (category.get("id").and_then(Value::as_i64), text("name").is_empty()) {
                let mut group = Group::named(&id.to_string(), &text("name"));
                group.slug = text("slug");
                group.description = text("description_text");
                if category.get("read_restricted").and_then(Value::as_bool) == Some(true) {
                    group.kind = model::GroupKind::Private;
                }
                found.insert(id, group);
            }
        }
    }
    found
}

/// Sends a topic with its posts.
pub(super) fn topic(
    facts: TopicFacts,
    posts: Vec<Post>,
    categories: &HashMap<i64, Group>,
    groups: &mut HashSet<i64>,
    feed: &mut Feed,
) -> Translated {
    if facts.is_private {
        feed.leave_out(Kind::Messages, posts.len() as u64, ImportWarning::Private, || format!("topic {}", facts.id));
        feed.leave_out(Kind::Topics, 1, ImportWarning::Private, || format!("topic {}", facts.id));
        return Ok(());
    }
    let category = facts.category_id.unwrap_or(0);
    if groups.insert(category) {
        let group = match (categories.get(&category), category) {
            (Some(known), _) => known.clone(),
            (None, 0) => Group::named("0", "Uncategorized"),
            (None, id) => {
                let mut group = Group::named(&id.to_string(), &format!("Category {id}"));
                group.kind = model::GroupKind::Private;
                feed.warn(ImportWarning::UnknownReaders, || group.name.clone());
                group
            }
        };
        feed.group(group)?;
    }
    // In a backup, people come before.
    for post in posts.iter().filter(|post| !post.username.is_empty()) {
        feed.once(Person {
            key: post.user_id.to_string(),
            username: post.username.clone(),
            name: post.name.clone().unwrap_or_default(),
            created_at: moment(Some(&post.created_at)),
            ..Person::default()
        })?;
    }
    if !facts.is_listed {
        feed.leave_out(Kind::States, 1, ImportWarning::Unlisted, || format!("topic {}", facts.id));
    }
    let key = facts.id.to_string();
    feed.topic(Topic {
        key: key.clone(),
        group: category.to_string(),
        slug: facts.slug.clone(),
        title: facts.title.clone(),
        creator: facts.creator.map(|id| id.to_string()),
        created_at: facts.created_at,
        states: states(&facts, &posts),
        addresses: vec![format!("/t/{}", facts.id)],
    })?;
    let numbers: HashMap<i64, i64> = posts.iter().map(|post| (post.post_number, post.id)).collect();
    for post in posts {
        message(post, facts.id, &key, &numbers, feed)?;
    }
    Ok(())
}

/// The posts of a topic in the order of their numbers.
fn posts(file: &TopicFile, feed: &mut Feed) -> Vec<Post> {
    let mut posts: Vec<Post> = Vec::with_capacity(file.post_stream.posts.len());
    for value in &file.post_stream.posts {
        match Post::deserialize(value) {
            Ok(post) => posts.push(post),
            Err(why) => {
                feed.leave_out(Kind::Messages, 1, ImportWarning::BadRecord, || format!("topic {}: {why}", file.id));
            }
        }
    }
    posts.sort_by_key(|post| post.post_number);
    let missing = file.post_stream.stream.len().saturating_sub(file.post_stream.posts.len()) as u64;
    feed.leave_out(Kind::Messages, missing, ImportWarning::NotInFile, || format!("topic {}", file.id));
    posts
}

/// The states of a topic, each since the notice that tells of it, or since the last post.
fn states(facts: &TopicFacts, posts: &[Post]) -> States {
    let last = facts.last_posted_at.or_else(|| posts.last().and_then(|post| moment(Some(&post.created_at))));
    let noticed = |codes: &[&str]| {
        let is_notice = |post: &&Post| post.action_code.as_deref().is_some_and(|code| codes.contains(&code));
        posts.iter().rev().find(is_notice).and_then(|post| moment(Some(&post.created_at))).or(last)
    };
    let accepted = posts.iter().find(|post| post.accepted_answer);
    States {
        locked: if facts.closed { noticed(&["closed.enabled", "autoclosed.enabled"]) } else { None },
        pinned: if facts.pinned { facts.pinned_at.or(last) } else { None },
        resolved: accepted.and_then(|post| moment(Some(&post.created_at))),
        archived: if facts.archived { noticed(&["archived.enabled"]) } else { None },
        deleted: facts.deleted_at,
    }
}

fn message(post: Post, topic_id: i64, topic: &str, numbers: &HashMap<i64, i64>, feed: &mut Feed) -> Translated {
    let origin = format!("post {} of topic {topic_id}", post.post_number);
    let likes = post.actions_summary.iter().filter(|action| action.id == LIKE).map(|action| action.count).sum();
    feed.leave_out(Kind::Stars, likes, ImportWarning::NobodysReaction, || origin.clone());
    if post.post_type == WHISPER {
        feed.leave_out(Kind::Messages, 1, ImportWarning::Private, || origin);
        return Ok(());
    }
    let converted = text::to_markup(post.raw.as_deref(), &post.cooked);
    if post.post_type == NOTICE || (post.post_type != REGULAR && converted.text.is_empty()) {
        feed.leave_out(Kind::Messages, 1, ImportWarning::OwnNotice, || origin);
        return Ok(());
    }
    let Some(at) = moment(Some(&post.created_at)) else {
        feed.leave_out(Kind::Messages, 1, ImportWarning::ImpossibleTime, || origin);
        return Ok(());
    };
    let mut message = Message::new(post.id.to_string(), topic.to_owned(), post.user_id.to_string(), at, converted.text);
    let updated = moment(post.updated_at.as_deref()).filter(|updated| *updated >= at);
    message.files = converted.files;
    let (former, last_edit) = revisions::former(post.revisions, at);
    message.former = former;
    message.edited_at = last_edit.or(if post.version.unwrap_or(1) > 1 { updated.or(Some(at)) } else { None });
    message.deleted_at =
        moment(post.deleted_at.as_deref()).or(if post.user_deleted { updated.or(Some(at)) } else { None });
    if post.hidden && message.deleted_at.is_none() {
        feed.warn(ImportWarning::Hidden, || origin.clone());
        message.deleted_at = updated.or(Some(at));
    }
    // A reply to a post that is not in the file is reported as such.
    message.reply_to = post
        .reply_to_post_number
        .filter(|number| *number != post.post_number)
        .map(|number| numbers.get(&number).map_or_else(|| format!("number {number}"), i64::to_string));
    message.stars = post.likes;
    message.addresses = vec![format!("/t/{topic_id}/{}", post.post_number), format!("/p/{}", post.id)];
    message.origin = origin;
    feed.message(message)
}
