//! The objects of the API that several routes answer with.

use serde::Serialize;
use serde_json::Value;
use utoipa::openapi::RefOr;
use utoipa::openapi::schema::{AdditionalProperties, ObjectBuilder, Schema, Type};
use utoipa::{PartialSchema, ToSchema};

use super::super::objects::{encoded, with_text_ids};
use super::attachments::Attachment;
use super::words::{At, Category, GroupKind, Id, Level, Role};
use crate::platform::context::Context;
use crate::platform::error::{Error, Result};
use crate::platform::remote::RemoteImages;
use model::{UserId, picture_address};
use store::api::groups::ApiGroup;
use store::api::messages::ApiMessage;

/// A user, as shown next to their messages.
#[derive(Clone, Debug, PartialEq, Serialize, ToSchema)]
pub struct Person {
    pub id: Id,
    pub username: String,
    /// The display name. Only next to messages, and only if there is one.
    #[serde(skip_serializing_if = "String::is_empty")]
    #[schema(required = false)]
    pub name: String,
    /// The path of the avatar on this site, 96 pixels wide. Only next to messages, and only if there is one.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(required = false)]
    pub avatar: Option<String>,
}

/// Returns the path of a picture; `None` if the digest is empty.
pub(super) fn picture(digest: &str) -> Option<String> {
    (!digest.is_empty()).then(|| picture_address(digest, 96))
}

impl Person {
    pub(super) fn new(id: UserId, username: &str) -> Self {
        Self { id: id.into(), username: username.to_owned(), name: String::new(), avatar: None }
    }
}

impl From<&model::Person> for Person {
    fn from(person: &model::Person) -> Self {
        Self { name: person.name.clone(), avatar: picture(&person.avatar), ..Self::new(person.id, &person.username) }
    }
}

/// A user with the profile.
#[derive(Clone, Debug, PartialEq, Serialize, ToSchema)]
pub struct User {
    pub id: Id,
    pub username: String,
    /// The display name. May be empty.
    pub name: String,
    /// The path of the avatar on this site, 96 pixels wide. Null without one.
    pub avatar: Option<String>,
    pub bio: String,
    pub location: String,
    /// A URL. May be empty.
    pub web: String,
    /// The URL of the profile.
    pub url: String,
    pub created_at: At,
}

impl User {
    pub(super) fn new(cx: &Context, user: &model::User) -> Self {
        Self {
            id: user.id.into(),
            username: user.username.clone(),
            name: user.name.clone(),
            avatar: picture(&user.avatar),
            bio: user.bio.clone(),
            location: user.location.clone(),
            web: user.web.clone(),
            url: format!("{}/users/{}/", cx.config.base_url, encoded(&user.username)),
            created_at: user.created_at.into(),
        }
    }
}

/// A group as other objects name it.
#[derive(Clone, Debug, PartialEq, Serialize, ToSchema)]
pub struct GroupName {
    pub id: Id,
    pub slug: String,
    pub name: String,
    pub kind: GroupKind,
}

impl From<&model::Group> for GroupName {
    fn from(group: &model::Group) -> Self {
        Self { id: group.id.into(), slug: group.slug.clone(), name: group.name.clone(), kind: group.kind.into() }
    }
}

/// A group. A conversation is a group of the kind `direct`.
#[derive(Clone, Debug, PartialEq, Serialize, ToSchema)]
pub struct Group {
    pub id: Id,
    pub slug: String,
    pub name: String,
    /// As typed.
    pub description: String,
    pub kind: GroupKind,
    pub category: Category,
    /// The URL of its page.
    pub url: String,
    /// The path of its image on this site, 96 pixels wide. Null without one.
    pub image: Option<String>,
    pub creator: Person,
    pub members_count: i64,
    pub topics_count: i64,
    /// The caller's role. Null for non-members.
    pub role: Option<Role>,
    /// The number of messages the caller has not read.
    pub unread: i64,
    /// Whether the caller follows or mutes it. Null for non-members.
    pub level: Option<Level>,
    /// Slow mode: the seconds between two messages of a member in a topic. 0: off.
    pub slow_seconds: i64,
    /// How many messages of a new member need approval.
    pub first_held: i64,
    pub archived: bool,
    pub created_at: At,
    pub last_message_at: At,
}

impl Group {
    pub(super) fn new(cx: &Context, row: &ApiGroup, reader: Option<&str>, own: Option<&model::SidebarGroup>) -> Self {
        let group = &row.group;
        Self {
            id: group.id.into(),
            slug: group.slug.clone(),
            name: reader.map_or_else(|| group.name.clone(), |reader| group.name_for(reader)),
            description: group.description.clone(),
            kind: group.kind.into(),
            category: group.category.into(),
            url: format!("{}/{}/", cx.config.base_url, group.slug),
            image: picture(&group.picture),
            creator: Person::new(group.creator_id, &row.creator_name),
            members_count: row.members,
            topics_count: row.topics,
            role: row.role.map(Into::into),
            unread: own.map_or(0, model::SidebarGroup::unread),
            level: own.map(|own| own.level.into()),
            slow_seconds: group.slow_seconds,
            first_held: group.first_held,
            archived: group.is_archived(),
            created_at: group.created_at.into(),
            last_message_at: row.last_message_at.into(),
        }
    }
}

/// A topic.
#[derive(Clone, Debug, PartialEq, Serialize, ToSchema)]
pub struct Topic {
    pub id: Id,
    /// Its group.
    pub group: Id,
    pub slug: String,
    pub title: String,
    /// The URL of its page.
    pub url: String,
    pub creator: Person,
    pub messages_count: i64,
    /// The number of the latest message, even if it was deleted.
    pub last_number: i64,
    /// The number of messages the caller has not read.
    pub unread: i64,
    /// Only moderators can post in it.
    pub locked: bool,
    /// It is listed above other topics.
    pub pinned: bool,
    pub resolved: bool,
    pub archived: bool,
    /// Whether the caller follows or mutes it, if that differs from its group.
    pub level: Option<Level>,
    pub created_at: At,
    pub last_message_at: At,
}

impl Topic {
    pub(super) fn new(
        cx: &Context,
        topic: &model::Topic,
        group_slug: &str,
        messages_count: i64,
        unread: i64,
        level: Option<model::SubscriptionLevel>,
    ) -> Self {
        Self {
            id: topic.id.into(),
            group: topic.group_id.into(),
            slug: topic.slug.clone(),
            title: topic.title().to_owned(),
            url: format!("{}/{group_slug}/{}/", cx.config.base_url, topic.slug),
            creator: Person::new(topic.creator_id, &topic.creator_name),
            messages_count,
            last_number: topic.last_seq,
            unread,
            locked: topic.locked,
            pinned: topic.pinned,
            resolved: topic.resolved,
            archived: topic.archived,
            level: level.map(Into::into),
            created_at: topic.created_at.into(),
            last_message_at: topic.last_message_at.into(),
        }
    }
}

/// A topic as other objects name it.
#[derive(Clone, Debug, PartialEq, Serialize, ToSchema)]
pub struct TopicName {
    pub id: Id,
    pub slug: String,
    pub title: String,
}

impl From<&model::Topic> for TopicName {
    fn from(topic: &model::Topic) -> Self {
        Self { id: topic.id.into(), slug: topic.slug.clone(), title: topic.title().to_owned() }
    }
}

/// A piece of a parsed text.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(transparent)]
pub struct Node(Value);

impl PartialSchema for Node {
    fn schema() -> RefOr<Schema> {
        let text = || ObjectBuilder::new().schema_type(Type::String);
        let node = ObjectBuilder::new()
            .property("type", text().description(Some("What it is, such as `text`, `url`, `username` or `quote`.")))
            .required("type")
            .property("markup", text().description(Some("Its HTML.")))
            .required("markup")
            .additional_properties(Some(AdditionalProperties::FreeForm(true)))
            .description(Some("A piece of a parsed text. The other fields depend on its type."));
        RefOr::T(node.build().into())
    }
}

impl ToSchema for Node {}

/// Returns the nodes of a text that was stored or parsed, and its HTML as pages show it.
pub(super) fn parsed(nodes: &str, images: RemoteImages<'_>) -> Result<(Vec<Node>, String)> {
    let damaged = |error| Error::Internal(format!("the nodes of a text: {error}"));
    let mut parsed: Vec<Value> = serde_json::from_str(nodes).map_err(damaged)?;
    parsed.iter_mut().for_each(with_text_ids);
    let rendered = images.show(markup::markup_of(nodes).map_err(damaged)?);
    Ok((parsed.into_iter().map(Node).collect(), rendered))
}

/// What a link leads to. The texts are those of the linked page.
#[derive(Clone, Debug, PartialEq, Serialize, ToSchema)]
pub struct LinkPreview {
    /// The link.
    pub url: String,
    pub title: String,
    /// May be empty.
    pub description: String,
    /// The name of the site, or its host.
    pub site: String,
    /// The path of its image on this site. Null if it has none, or images are off.
    pub image: Option<String>,
}

impl LinkPreview {
    fn new(preview: &model::LinkPreview, images: RemoteImages<'_>) -> Self {
        Self {
            url: preview.url.clone(),
            title: preview.title.clone(),
            description: preview.description.clone(),
            site: preview.site.clone(),
            image: preview.image.as_deref().and_then(|image| images.address(image)),
        }
    }
}

/// A star of a message.
#[derive(Clone, Debug, PartialEq, Serialize, ToSchema)]
pub struct Star {
    pub user: Person,
    pub created_at: At,
}

/// A message.
#[derive(Clone, Debug, PartialEq, Serialize, ToSchema)]
pub struct Message {
    pub id: Id,
    /// Its topic.
    pub topic: Id,
    /// Its number in the topic: 1, 2, 3. Splits and merges of topics change it.
    pub number: i64,
    pub author: Person,
    /// Whether the caller ignores the author. The text is included anyway.
    pub ignored: bool,
    /// As typed. It ends with the fallback text of the attachment.
    pub text: String,
    /// The parsed text. The last node is the fallback text of the attachment.
    pub parsed: Vec<Node>,
    /// The text as HTML, with the fallback text of the attachment.
    pub rendered: String,
    /// Its attachment; null if it has none.
    pub attachment: Option<Attachment>,
    /// What its links lead to, as the linked pages describe themselves. A job fetches them after the message was posted.
    pub previews: Vec<LinkPreview>,
    /// The message that it replies to; null if it is no reply, or that message is deleted or in another topic.
    pub reply_to: Option<Id>,
    /// How many messages reply to it.
    pub replies: i64,
    /// Whether it is a wiki: all who may post in its topic may edit it.
    pub wiki: bool,
    /// Its permanent URL.
    pub url: String,
    /// Whether the caller starred it.
    pub starred: bool,
    pub stars: Vec<Star>,
    pub created_at: At,
    /// Null if it was never edited.
    pub edited_at: Option<At>,
}

impl Message {
    pub(super) fn new(
        cx: &Context,
        row: &ApiMessage,
        images: RemoteImages<'_>,
        reader: Option<UserId>,
        ignored: &[UserId],
    ) -> Result<Self> {
        let (parsed, rendered) = parsed(&row.nodes, images)?;
        Ok(Self {
            id: row.id.into(),
            topic: row.topic_id.into(),
            number: row.seq,
            author: (&row.author).into(),
            ignored: ignored.contains(&row.author.id),
            text: row.raw.clone(),
            parsed,
            rendered,
            attachment: row.attachment.as_deref().map(Into::into),
            previews: row.previews.iter().map(|preview| LinkPreview::new(preview, images)).collect(),
            reply_to: row.reply_to.map(Into::into),
            replies: row.replies,
            wiki: row.is_wiki,
            url: format!("{}/-/messages/{}", cx.config.base_url, row.id),
            starred: row.stars.iter().any(|(person, _)| Some(person.id) == reader),
            stars: row
                .stars
                .iter()
                .map(|(person, at)| Star { user: person.into(), created_at: (*at).into() })
                .collect(),
            created_at: row.created_at.into(),
            edited_at: row.edited_at.map(Into::into),
        })
    }
}

/// A message with the names of its topic and group.
#[derive(Clone, Debug, PartialEq, Serialize, ToSchema)]
pub struct PlacedMessage {
    pub message: Message,
    pub topic: TopicName,
    pub group: GroupName,
}
