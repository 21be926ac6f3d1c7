//! The objects of the API, in the form of Convore's. Ids are decimal strings, times are Unix seconds as floats.

use model::time::Timestamp;
use model::{Person, Role, Topic, picture_address};
use serde::Serialize;
use serde_json::Value;
use store::api::groups::ApiGroup;
use store::api::messages::ApiMessage;

use crate::platform::context::Context;
use crate::platform::error::{Error, Result};
use crate::platform::remote::RemoteImages;

/// Whole seconds, with the fraction 0 as Convore sent them: some clients read integers, others floats.
pub fn seconds(at: Timestamp) -> f64 {
    at.0.div_euclid(1_000_000) as f64
}

/// Seconds with their fraction, for clients that compare the times of events.
pub fn precise(at: Timestamp) -> f64 {
    at.0 as f64 / 1e6
}

/// Percent-encodes what a path cannot contain.
pub(super) fn encoded(text: &str) -> String {
    let is_plain = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'.' | b'~');
    text.bytes()
        .map(|byte| if is_plain(byte) { char::from(byte).to_string() } else { format!("%{byte:02X}") })
        .collect()
}

/// A user, as shown beside messages.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[allow(missing_docs)]
pub struct User {
    pub id: String,
    pub username: String,
    /// The path of the profile.
    pub url: String,
    /// The address of the avatar; that of the site's icon if there is none, or it was not read.
    pub img: String,
}

impl User {
    /// The object of a user.
    pub fn new(cx: &Context, person: &Person) -> Self {
        Self {
            id: person.id.to_string(),
            username: person.username.clone(),
            url: format!("/users/{}/", encoded(&person.username)),
            img: match person.avatar.as_str() {
                "" => format!("{}/icon.svg", cx.config.base_url),
                avatar => format!("{}{}", cx.config.base_url, picture_address(avatar, 96)),
            },
        }
    }
}

/// A user with the profile.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[allow(missing_docs)]
pub struct FullUser {
    #[serde(flatten)]
    pub user: User,
    pub name: String,
    pub bio: String,
    pub location: String,
    pub web: String,
    pub date_joined: f64,
}

impl FullUser {
    /// The object of a user.
    pub fn new(cx: &Context, user: &model::User) -> Self {
        Self {
            user: User::new(cx, &user.person()),
            name: user.name.clone(),
            bio: user.bio.clone(),
            location: user.location.clone(),
            web: user.web.clone(),
            date_joined: seconds(user.created_at),
        }
    }
}

/// A group.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[allow(missing_docs)]
pub struct Group {
    pub id: String,
    pub name: String,
    pub slug: String,
    pub description: String,
    /// `public` or `private`.
    pub kind: &'static str,
    /// The path of its page.
    pub url: String,
    pub creator: User,
    pub members_count: i64,
    pub topics_count: i64,
    pub unread: i64,
    pub is_member: bool,
    pub is_admin: bool,
    /// Always empty: there are no friends here.
    pub friend_list: Vec<User>,
    pub date_created: f64,
    pub date_latest_message: f64,
}

impl Group {
    /// The object of a group, with the reader's unread count.
    pub fn new(cx: &Context, row: &ApiGroup, reader: Option<&str>, unread: i64) -> Self {
        let group = &row.group;
        Self {
            id: group.id.to_string(),
            name: reader.map_or_else(|| group.name.clone(), |reader| group.name_for(reader)),
            slug: group.slug.clone(),
            description: group.description.clone(),
            kind: if model::policy::anyone_reads(group.kind) { "public" } else { "private" },
            url: format!("/{}/", group.slug),
            creator: User::new(cx, &Person::new(group.creator_id, row.creator_name.as_str())),
            members_count: row.members,
            topics_count: row.topics,
            unread,
            is_member: row.role.is_some(),
            is_admin: row.role == Some(Role::Admin),
            friend_list: Vec::new(),
            date_created: seconds(group.created_at),
            date_latest_message: seconds(row.last_message_at),
        }
    }
}

/// A topic.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[allow(missing_docs)]
pub struct TopicObject {
    pub id: String,
    pub name: String,
    pub slug: String,
    /// The path of its page.
    pub url: String,
    pub creator: User,
    /// The id of its group.
    pub group: String,
    pub message_count: i64,
    pub unread: i64,
    pub date_created: f64,
    pub date_latest_message: f64,
}

impl TopicObject {
    /// The object of a topic in the group with this slug.
    pub fn new(cx: &Context, topic: &Topic, group_slug: &str, message_count: i64, unread: i64) -> Self {
        Self {
            id: topic.id.to_string(),
            name: topic.title().to_owned(),
            slug: topic.slug.clone(),
            url: format!("/{group_slug}/{}/", topic.slug),
            creator: creator(cx, topic),
            group: topic.group_id.to_string(),
            message_count,
            unread,
            date_created: seconds(topic.created_at),
            date_latest_message: seconds(topic.last_message_at),
        }
    }
}

/// The user who started a topic.
pub fn creator(cx: &Context, topic: &Topic) -> User {
    User::new(cx, &Person::new(topic.creator_id, topic.creator_name.as_str()))
}

/// A topic as messages name it.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[allow(missing_docs)]
pub struct TopicName {
    pub id: String,
    pub name: String,
    pub slug: String,
    pub url: String,
}

impl TopicName {
    /// The name of a topic in the group with this slug.
    pub fn new(topic: &Topic, group_slug: &str) -> Self {
        let url = format!("/{group_slug}/{}/", topic.slug);
        Self { id: topic.id.to_string(), name: topic.title().to_owned(), slug: topic.slug.clone(), url }
    }
}

/// A star of a message.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[allow(missing_docs)]
pub struct Star {
    pub user: User,
    pub date_created: f64,
}

/// An image in a message. Its size is not known here, and sent as 0.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[allow(missing_docs)]
pub struct Embed {
    pub url: String,
    pub original: String,
    pub width: u32,
    pub height: u32,
}

/// A message.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[allow(missing_docs)]
pub struct Message {
    pub id: String,
    /// As typed.
    pub message: String,
    /// As HTML.
    pub rendered: String,
    /// The nodes.
    pub parsed: Value,
    pub user: User,
    pub date_created: f64,
    pub stars: Vec<Star>,
    pub embeds: Vec<Embed>,
}

impl Message {
    /// The object of a message.
    ///
    /// # Errors
    /// [`Error::Internal`] when the stored nodes are damaged.
    pub fn new(cx: &Context, row: &ApiMessage, images: RemoteImages<'_>) -> Result<Self> {
        let damaged = |error| Error::Internal(format!("nodes of message {}: {error}", row.id));
        let mut parsed: Value = serde_json::from_str(&row.nodes).map_err(damaged)?;
        parsed.as_array_mut().into_iter().flatten().for_each(with_text_ids);
        let shown: Vec<String> = parsed.as_array().into_iter().flatten().flat_map(images_in).collect();
        let embed = |url: &str| Embed { url: url.to_owned(), original: url.to_owned(), width: 0, height: 0 };
        Ok(Self {
            id: row.id.to_string(),
            message: row.raw.clone(),
            rendered: images.show(markup::markup_of(&row.nodes).map_err(damaged)?),
            embeds: shown.iter().map(|url| embed(url)).collect(),
            parsed,
            user: User::new(cx, &row.author),
            date_created: seconds(row.created_at),
            stars: row
                .stars
                .iter()
                .map(|(person, at)| Star { user: User::new(cx, person), date_created: seconds(*at) })
                .collect(),
        })
    }
}

/// Returns the addresses of the images that a node shows: its own, or those in a list, a table or a heading.
fn images_in(node: &Value) -> Vec<String> {
    let holds_images = ["list", "table", "heading"].iter().any(|kind| node["type"] == *kind);
    match node["url"].as_str().filter(|_| node["type"] == "image") {
        Some(url) => vec![url.to_owned()],
        None if holds_images => markup::images(node["markup"].as_str().unwrap_or_default()),
        None => Vec::new(),
    }
}

/// Makes the ids in a node decimal strings, as everywhere in the API.
pub(super) fn with_text_ids(node: &mut Value) {
    for name in ["user_id", "message_id"] {
        if let Some(id) = node.get(name).and_then(Value::as_i64) {
            node[name] = id.to_string().into();
        }
    }
    if let Some(ids) = node.get_mut("mentions").and_then(Value::as_array_mut) {
        ids.iter_mut().for_each(|id| *id = id.to_string().into());
    }
}

/// A page of a list, by the name that clients expect. `until_id` requests older items; it is null at the end.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Listed<T> {
    /// The name of the list.
    pub name: &'static str,
    /// Its items.
    pub items: Vec<T>,
    /// The parameter for the next page.
    pub until_id: Option<String>,
}

impl<T: Serialize> Serialize for Listed<T> {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> std::result::Result<S::Ok, S::Error> {
        use serde::ser::SerializeMap;
        let mut map = serializer.serialize_map(Some(2))?;
        map.serialize_entry(self.name, &self.items)?;
        map.serialize_entry("until_id", &self.until_id)?;
        map.end()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dates_are_whole_seconds_written_with_a_fraction() {
        assert_eq!(serde_json::to_string(&seconds(Timestamp(1_311_111_111_900_000))).expect("JSON"), "1311111111.0");
        assert_eq!(serde_json::to_string(&precise(Timestamp(1_311_111_111_250_000))).expect("JSON"), "1311111111.25");
    }

    #[test]
    fn ids_in_nodes_are_text() {
        let mut node = serde_json::json!({"type": "username", "user_id": 7, "mentions": [8, 9], "markup": "7"});
        with_text_ids(&mut node);
        assert_eq!(
            node,
            serde_json::json!({"type": "username", "user_id": "7", "mentions": ["8", "9"], "markup": "7"})
        );
    }
}
