//! The dump in a backup of Discourse: people with their addresses, categories, topics, posts, their edits, and likes.
//!
//! A first pass reads everything but the posts and their edits. Others sort these by topic, in temporary files.

use std::collections::{HashMap, HashSet};
use std::path::Path;

use super::dump::{self, Row};
use super::json::{self, Post, TopicFacts};
use super::revisions::Revision;
use crate::import::records::{Feed, Group, Person, Stop, Translated};
use crate::import::report::{ImportWarning, Kind};
use crate::import::spool::Spool;
use model::GroupKind;
use model::time::Timestamp;
use serde::{Deserialize, Serialize};

/// The action that is a like.
const LIKE: i64 = 2;

#[derive(Default)]
struct Contents {
    people: HashMap<i64, Person>,
    emails: HashMap<i64, String>,
    categories: HashMap<i64, Group>,
    topics: HashMap<i64, TopicFacts>,
    /// Post, person and time, sorted by post.
    likes: Vec<(i64, i64, i64)>,
    /// Posts that are the accepted answer.
    answers: HashSet<i64>,
    /// Posts that were edited.
    edited: HashSet<i64>,
}

/// What is sorted by topic.
#[derive(Deserialize, Serialize)]
enum Sorted {
    Post(Box<Post>),
    Revision(Revision),
}

const FIRST: [&str; 9] = [
    "users",
    "user_emails",
    "user_profiles",
    "categories",
    "topics",
    "post_actions",
    "post_revisions",
    "topic_custom_fields",
    "discourse_solved_solved_topics",
];

pub(super) fn translate(path: &Path, feed: &mut Feed) -> Translated {
    let mut found = Contents::default();
    let mut profiles: HashMap<i64, (String, String, String)> = HashMap::new();
    let too_long = dump::rows(path, &FIRST, |table, row| {
        match table {
            "user_profiles" => {
                if let Some(user) = row.number("user_id") {
                    profiles.insert(user, (row.owned("bio_raw"), row.owned("location"), row.owned("website")));
                }
            }
            _ => found.row(table, row),
        }
        Ok(())
    })?;
    feed.leave_out(Kind::Topics, too_long, ImportWarning::BadRecord, || "a row that is too long".to_owned());
    if found.topics.is_empty() {
        return Err(Stop::Failed(format!("{}: not a Discourse dump, since it has no topics", path.display())));
    }
    found.likes.sort_unstable();
    let mut spool = Spool::new()?;
    let mut lost = 0;
    // The topics of the posts that were edited.
    let mut edited: HashMap<i64, i64> = HashMap::new();
    let too_long = dump::rows(path, &["posts"], |_, row| {
        match post(row) {
            Some(post) => {
                if found.edited.contains(&post.id) {
                    edited.insert(post.id, post.topic_id);
                }
                spool.add(post.topic_id, &Sorted::Post(Box::new(post)))?;
            }
            None => lost += 1,
        }
        Ok(())
    })?;
    feed.leave_out(Kind::Messages, lost + too_long, ImportWarning::BadRecord, || "a row of posts".to_owned());
    if !edited.is_empty() {
        dump::rows(path, &["post_revisions"], |_, row| {
            let Some(revision) = Revision::read(row) else { return Ok(()) };
            match edited.get(&revision.post) {
                Some(topic) => spool.add(*topic, &Sorted::Revision(revision)),
                None => Ok(()),
            }
        })?;
    }
    let mut people: Vec<(i64, Person)> = std::mem::take(&mut found.people).into_iter().collect();
    people.sort_by_key(|(id, _)| *id);
    for (id, mut person) in people {
        person.email = found.emails.remove(&id);
        if let Some((bio, location, web)) = profiles.remove(&id) {
            (person.bio, person.location, person.web) = (bio, location, web);
        }
        feed.person(person)?;
    }
    let mut groups = HashSet::new();
    spool.parts(|sorted: Vec<Sorted>| {
        let (mut posts, mut revisions): (Vec<Post>, HashMap<i64, Vec<Revision>>) = Default::default();
        for one in sorted {
            match one {
                Sorted::Post(post) => posts.push(*post),
                Sorted::Revision(revision) => revisions.entry(revision.post).or_default().push(revision),
            }
        }
        for post in &mut posts {
            post.revisions = revisions.remove(&post.id).unwrap_or_default();
        }
        posts.sort_by_key(|post| (post.topic_id, post.post_number));
        let mut rest = posts.into_iter().peekable();
        while let Some(topic) = rest.peek().map(|post| post.topic_id) {
            let mut of_topic = Vec::new();
            while let Some(post) = rest.next_if(|post| post.topic_id == topic) {
                of_topic.push(post);
            }
            found.topic(topic, of_topic, &mut groups, feed)?;
        }
        Ok(())
    })?;
    feed.leave_out(Kind::Topics, found.topics.len() as u64, ImportWarning::NobodysTopic, || {
        "topics without posts".to_owned()
    });
    Ok(())
}

impl Contents {
    fn row(&mut self, table: &str, row: &Row<'_>) {
        let Some(id) = row.number("id") else { return };
        match table {
            "users" => {
                let person = Person {
                    key: id.to_string(),
                    username: row.owned("username"),
                    name: row.owned("name"),
                    created_at: row.time("created_at"),
                    ..Person::default()
                };
                self.people.insert(id, person);
            }
            "user_emails" if row.text("primary") != Some("f") => {
                if let Some(user) = row.number("user_id").filter(|user| *user > 0) {
                    self.emails.insert(user, row.owned("email"));
                }
            }
            "categories" => {
                let mut group = Group::named(&id.to_string(), &row.owned("name"));
                group.slug = row.owned("slug");
                group.description = super::text::to_markup(None, row.text("description").unwrap_or_default()).text;
                group.kind = if row.is("read_restricted") { GroupKind::Private } else { GroupKind::Public };
                group.created_at = row.time("created_at");
                self.categories.insert(id, group);
            }
            "topics" => {
                let facts = TopicFacts {
                    id,
                    title: row.owned("title"),
                    slug: row.owned("slug"),
                    category_id: row.number("category_id"),
                    created_at: row.time("created_at"),
                    last_posted_at: row.time("last_posted_at"),
                    deleted_at: row.time("deleted_at"),
                    is_private: row.text("archetype") == Some("private_message"),
                    is_listed: row.text("visible") != Some("f"),
                    closed: row.is("closed"),
                    archived: row.is("archived"),
                    pinned_at: row.time("pinned_at"),
                    pinned: row.text("pinned_at").is_some(),
                    creator: row.number("user_id"),
                };
                self.topics.insert(id, facts);
            }
            "post_actions" => {
                let is_like = row.number("post_action_type_id") == Some(LIKE) && row.text("deleted_at").is_none();
                if let (true, Some(post), Some(user)) = (is_like, row.number("post_id"), row.number("user_id")) {
                    self.likes.push((post, user, row.time("created_at").map_or(0, |at| at.0)));
                }
            }
            "post_revisions" => self.edited.extend(row.number("post_id")),
            "topic_custom_fields" if row.text("name") == Some("accepted_answer_post_id") => {
                self.answers.extend(row.number("value"));
            }
            "discourse_solved_solved_topics" => self.answers.extend(row.number("answer_post_id")),
            _ => {}
        }
    }

    fn topic(&mut self, id: i64, mut posts: Vec<Post>, groups: &mut HashSet<i64>, feed: &mut Feed) -> Translated {
        let Some(facts) = self.topics.remove(&id) else {
            feed.leave_out(Kind::Messages, posts.len() as u64, ImportWarning::UnknownPlace, || format!("topic {id}"));
            return Ok(());
        };
        for post in &mut posts {
            post.accepted_answer = self.answers.contains(&post.id);
            let from = self.likes.partition_point(|(of, ..)| *of < post.id);
            let likes = self.likes[from..].iter().take_while(|(of, ..)| *of == post.id);
            post.likes =
                likes.map(|(_, user, at)| (user.to_string(), Some(Timestamp(*at)).filter(|at| at.0 > 0))).collect();
        }
        json::topic(facts, posts, &self.categories, groups, feed)
    }
}

fn post(row: &Row<'_>) -> Option<Post> {
    let text = |column: &str| row.time(column).map(Timestamp::rfc3339);
    Some(Post {
        id: row.number("id")?,
        topic_id: row.number("topic_id")?,
        post_number: row.number("post_number")?,
        // Posts by deleted accounts have no author.
        user_id: row.number("user_id").unwrap_or(-1),
        created_at: text("created_at")?,
        updated_at: text("updated_at"),
        cooked: row.owned("cooked"),
        raw: row.text("raw").map(str::to_owned),
        post_type: row.number("post_type").unwrap_or(1),
        version: row.number("version"),
        reply_to_post_number: row.number("reply_to_post_number"),
        action_code: row.text("action_code").map(str::to_owned),
        hidden: row.is("hidden"),
        deleted_at: text("deleted_at"),
        user_deleted: row.is("user_deleted"),
        ..Post::default()
    })
}
