//! The caller's own account: profile, what is unread, mentions, notices, ignored users.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::cursor::Counted;
use super::objects::{GroupName, Message, Person, PlacedMessage, User};
use super::words::{At, DirectFrom, GroupKind, Id, Language, Level, NoticeKind, given};
use super::{Ask, Body, Cursor, Done, Found, PAGE, Page, Query, cursor};
use crate::messages::{conversations, mentions};
use crate::people::{accounts, ignores, notices};
use crate::platform::error::{Error, Result};
use crate::topics::reads;
use model::{MessageId, NoticeId, NoticeLine, Profile, Scope, SidebarGroup};

/// The caller's account.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct Account {
    pub user: User,
    /// Null without a confirmed address, and for credentials that are limited to some groups.
    pub email: Option<String>,
    /// Whether the account is a site admin.
    pub is_admin: bool,
    /// Who can start a conversation with it.
    pub direct_from: DirectFrom,
    /// The language of its pages and emails. Null: what the browser asks for.
    pub language: Option<Language>,
    /// The scopes of the credentials: `read`, `write`, `moderate`, `admin`.
    pub scopes: Vec<String>,
    /// Whether the credentials are limited to some groups.
    pub is_limited: bool,
}

/// Returns the caller's account.
///
/// # Errors
/// As [`super::admit`].
pub async fn show(ask: Ask, _: ()) -> Result<Found<Account>> {
    let user = accounts::own(&ask.cx, ask.user()?).await?;
    let scopes = Scope::EACH.iter().filter(|scope| ask.caller.has(**scope));
    Ok(Found(Account {
        user: User::new(&ask.cx, &user),
        email: user.email.clone().filter(|_| ask.caller.is_unlimited()),
        is_admin: user.is_admin,
        direct_from: user.direct_from.into(),
        language: user.language.0.map(Language),
        scopes: scopes.map(|scope| scope.as_str().to_owned()).collect(),
        is_limited: !ask.caller.is_unlimited(),
    }))
}

/// Changes of the account. Omitted fields stay as they are.
#[derive(Clone, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct AccountChange {
    #[serde(default, deserialize_with = "given")]
    #[schema(value_type = String, required = false, max_length = 60)]
    pub name: Option<String>,
    #[serde(default, deserialize_with = "given")]
    #[schema(value_type = String, required = false, max_length = 2000)]
    pub bio: Option<String>,
    #[serde(default, deserialize_with = "given")]
    #[schema(value_type = String, required = false, max_length = 100)]
    pub location: Option<String>,
    #[serde(default, deserialize_with = "given")]
    #[schema(value_type = String, required = false, max_length = 300)]
    pub web: Option<String>,
    /// Whether to follow topics that the account posts in.
    #[serde(default, deserialize_with = "given")]
    #[schema(value_type = bool, required = false)]
    pub follow_written: Option<bool>,
    /// Who can start a conversation with the account.
    #[serde(default, deserialize_with = "given")]
    #[schema(value_type = DirectFrom, required = false)]
    pub direct_from: Option<DirectFrom>,
    /// The language of pages and emails. Null: what the browser asks for.
    #[serde(default, deserialize_with = "given")]
    #[schema(value_type = Option<Language>, required = false)]
    pub language: Option<Option<Language>>,
}

/// Changes the caller's profile and settings.
///
/// # Errors
/// As [`accounts::update_profile`]; [`Error::Forbidden`] for credentials that are limited to some groups.
pub async fn update(ask: Ask, Body(change): Body<AccountChange>) -> Result<Found<Account>> {
    ask.check_unlimited()?;
    let user = accounts::own(&ask.cx, ask.user()?).await?;
    let profile = Profile {
        name: change.name.unwrap_or(user.name),
        bio: change.bio.unwrap_or(user.bio),
        location: change.location.unwrap_or(user.location),
        web: change.web.unwrap_or(user.web),
        theme: user.theme,
        language: change.language.map_or(user.language, |language| model::Language(language.map(|word| word.0))),
        follow_written: change.follow_written.unwrap_or(user.follow_written),
    };
    accounts::update_profile(&ask.cx, user.id, profile).await?;
    if let Some(from) = change.direct_from {
        conversations::set_from(&ask.cx, ask.viewer(), from.0).await?;
    }
    show(ask, ()).await
}

/// A topic with unread messages.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct UnreadTopic {
    pub topic: Id,
    pub unread: i64,
    /// The number of the last read message.
    pub read_to: i64,
    /// The number of the latest message.
    pub last_number: i64,
    pub last_message_at: At,
}

/// A group with its unread messages.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct UnreadGroup {
    pub id: Id,
    pub slug: String,
    pub name: String,
    pub kind: GroupKind,
    pub level: Level,
    pub unread: i64,
    /// The topics with unread messages. If there are very many, only the most recently active ones.
    pub topics: Vec<UnreadTopic>,
}

/// What is unread.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct Unread {
    /// Unread messages in all groups and conversations.
    pub total: i64,
    /// Unread mentions; 0 for credentials that are limited to some groups.
    pub mentions: i64,
    /// Unread notices; 0 for credentials that are limited to some groups.
    pub notices: i64,
    /// Open invitations; 0 for credentials that are limited to some groups.
    pub invitations: i64,
    /// The caller's groups and conversations.
    pub groups: Vec<UnreadGroup>,
}

/// Returns what is unread, by group and topic.
///
/// # Errors
/// As [`super::admit`].
pub async fn unread(ask: Ask, _: ()) -> Result<Found<Unread>> {
    let sidebar = ask.sidebar().await?;
    let group = |group: &SidebarGroup| UnreadGroup {
        id: group.id.into(),
        slug: group.slug.clone(),
        name: group.name.clone(),
        kind: group.kind.into(),
        level: group.level.into(),
        unread: group.unread(),
        topics: group.topics.iter().filter(|topic| topic.unread > 0).map(topic).collect(),
    };
    fn topic(topic: &model::TopicUnread) -> UnreadTopic {
        UnreadTopic {
            topic: topic.topic.into(),
            unread: topic.unread,
            read_to: topic.read_seq,
            last_number: topic.last_seq,
            last_message_at: topic.at.into(),
        }
    }
    let groups: Vec<UnreadGroup> =
        sidebar.groups.iter().filter(|group| ask.caller.covers(group.id)).map(group).collect();
    let own = |count: i64| if ask.caller.is_unlimited() { count } else { 0 };
    Ok(Found(Unread {
        total: groups.iter().map(|group| group.unread).sum(),
        mentions: own(sidebar.mentions),
        notices: own(sidebar.notices),
        invitations: own(sidebar.invited),
        groups,
    }))
}

/// Marks everything as read, or everything in the groups that the credentials are limited to.
///
/// # Errors
/// As [`super::admit`].
pub async fn mark_read(ask: Ask, _: ()) -> Result<Done> {
    super::super::people::mark_read(&ask.cx, &ask.caller).await?;
    Ok(Done)
}

/// A mention of the caller, or a reply to a message of theirs.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct Mention {
    pub unread: bool,
    /// Whether it replies to a message of the caller, and does not name them.
    pub is_reply: bool,
    #[serde(flatten)]
    pub place: PlacedMessage,
}

/// Returns the caller's mentions, newest first.
///
/// # Errors
/// [`Error::Invalid`] on `cursor`.
pub async fn mentions(ask: Ask, Query(from): Query<Cursor>) -> Result<Found<Page<Mention>>> {
    let before = cursor::number("mentions", from.cursor.as_deref())?.map(MessageId);
    let (placed, more) = mentions::list(&ask.cx, ask.viewer(), before, PAGE).await?;
    let next = placed.last().filter(|_| more).map(|(place, _)| cursor::make("mentions", place.message.id));
    let placed: Vec<_> = placed.into_iter().filter(|(place, _)| ask.caller.covers(place.group.id)).collect();
    let ids: Vec<MessageId> = placed.iter().map(|(place, _)| place.message.id).collect();
    let messages = by_ids(&ask, &ids).await?;
    let user = ask.user()?;
    let mention = |(place, unread): (crate::topics::placed::MessageInTopic, bool)| {
        let message = messages.iter().find(|message| message.id == place.message.id.into())?.clone();
        let is_reply = !place.message.mentions.contains(&user);
        let place = PlacedMessage { message, topic: (&place.topic).into(), group: (&place.group).into() };
        Some(Mention { unread, is_reply, place })
    };
    Page::found(placed.into_iter().filter_map(mention).collect(), next)
}

/// The objects of these messages, in no order, without deleted ones.
pub(super) async fn by_ids(ask: &Ask, ids: &[MessageId]) -> Result<Vec<Message>> {
    let mut rows = store::api::messages::by_ids(&ask.cx.db, ids).await?;
    rows.retain(|row| !row.deleted);
    super::messages::objects(ask, &rows).await
}

/// Up to where to mark as read.
#[derive(Clone, Copy, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct UpTo {
    /// The newest one to mark as read. Later ones stay unread.
    pub up_to: Id,
}

/// Marks the caller's mentions as read, up to a message.
///
/// # Errors
/// [`Error::Forbidden`] for credentials that are limited to some groups.
pub async fn mark_mentions_read(ask: Ask, Body(shown): Body<UpTo>) -> Result<Done> {
    ask.check_unlimited()?;
    mentions::mark_read(&ask.cx, ask.viewer(), MessageId(shown.up_to.0)).await?;
    Ok(Done)
}

/// A notice to the caller: a decision, a warning, a ban.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct Notice {
    pub id: Id,
    pub kind: NoticeKind,
    /// The name of the group that it is about. Empty for the site.
    pub group_name: String,
    pub message: Option<Id>,
    pub topic_title: Option<String>,
    pub reason: String,
    pub created_at: At,
    pub read_at: Option<At>,
    pub taken_back_at: Option<At>,
}

impl From<NoticeLine> for Notice {
    fn from(row: NoticeLine) -> Self {
        Self {
            id: row.id.into(),
            kind: row.kind.into(),
            group_name: row.group_name,
            message: row.message_id.map(Into::into),
            topic_title: row.topic_name,
            reason: row.reason,
            created_at: row.created_at.into(),
            read_at: row.read_at.map(Into::into),
            taken_back_at: row.taken_back_at.map(Into::into),
        }
    }
}

/// Returns the caller's notices, newest first.
///
/// # Errors
/// [`Error::Invalid`] on `cursor`; [`Error::Forbidden`] for credentials that are limited to some groups.
pub async fn notices(ask: Ask, Query(from): Query<Cursor>) -> Result<Found<Page<Notice>>> {
    ask.check_unlimited()?;
    let before = cursor::number("notices", from.cursor.as_deref())?.map(NoticeId);
    let page = notices::page(&ask.cx, ask.viewer(), before, PAGE).await?;
    let next = page.lines.last().filter(|_| page.has_more).map(|line| cursor::make("notices", line.id));
    Page::found(page.lines.into_iter().map(Into::into).collect(), next)
}

/// Marks a notice as read.
///
/// # Errors
/// [`Error::NotFound`] if its id is no number; [`Error::Forbidden`] for credentials that are limited to some groups.
pub async fn mark_notice_read(ask: Ask, _: ()) -> Result<Done> {
    ask.check_unlimited()?;
    crate::live::notices::mark_read(&ask.cx, ask.viewer(), ask.part("id")?).await?;
    Ok(Done)
}

/// Marks the caller's notices as read, up to one.
///
/// # Errors
/// [`Error::Forbidden`] for credentials that are limited to some groups.
pub async fn mark_notices_read(ask: Ask, Body(shown): Body<UpTo>) -> Result<Done> {
    ask.check_unlimited()?;
    crate::live::notices::mark_all_read(&ask.cx, ask.viewer(), NoticeId(shown.up_to.0)).await?;
    Ok(Done)
}

/// Returns the users whom the caller ignores, by name.
///
/// # Errors
/// [`Error::Forbidden`] for credentials that are limited to some groups.
pub async fn ignored(ask: Ask, Query(at): Query<Cursor>) -> Result<Found<Page<Person>>> {
    ask.check_unlimited()?;
    let place = Counted::read("ignored", &at)?;
    let people = ignores::list(&ask.cx, ask.viewer()).await?;
    Page::counted(place, people.iter().map(Into::into))
}

/// Ignores a user. They are not notified.
///
/// # Errors
/// As [`ignores::set`]; [`Error::Forbidden`] for credentials that are limited to some groups.
pub async fn ignore(ask: Ask, _: ()) -> Result<Done> {
    set_ignored(&ask, true).await
}

/// Stops ignoring a user.
///
/// # Errors
/// As [`ignore`].
pub async fn stop_ignoring(ask: Ask, _: ()) -> Result<Done> {
    set_ignored(&ask, false).await
}

async fn set_ignored(ask: &Ask, ignored: bool) -> Result<Done> {
    ask.check_unlimited()?;
    ignores::set(&ask.cx, ask.viewer(), ask.text("username"), ignored).await?;
    Ok(Done)
}

/// A request of the caller to join a group.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct OwnRequest {
    /// The id of the group.
    pub id: Id,
    /// Null if the group is hidden from the caller.
    pub group: Option<GroupName>,
    pub created_at: At,
    /// Null while it is pending.
    pub declined_at: Option<At>,
}

/// Returns the caller's requests to join groups.
///
/// # Errors
/// As [`super::admit`].
pub async fn requests(ask: Ask, Query(at): Query<Cursor>) -> Result<Found<Page<OwnRequest>>> {
    let place = Counted::read("own-requests", &at)?;
    // All, since the credentials may not cover some of the groups.
    let rows = crate::groups::requests::mine_up_to(&ask.cx, ask.viewer(), i64::MAX).await?;
    let request = |row: crate::groups::requests::Mine| OwnRequest {
        id: row.id.into(),
        group: row.group.as_ref().map(Into::into),
        created_at: row.asked_at.into(),
        declined_at: row.declined_at.map(Into::into),
    };
    Page::counted(place, rows.into_iter().filter(|row| ask.caller.covers(row.id)).map(request))
}

/// Undoes the last marking of topics as read, or of messages as unread.
///
/// # Errors
/// [`Error::NotFound`] when it is too late; [`Error::Forbidden`] for credentials that are limited to some groups.
pub async fn undo_read(ask: Ask, _: ()) -> Result<Done> {
    ask.check_unlimited()?;
    if reads::undo(&ask.cx, ask.viewer()).await? { Ok(Done) } else { Err(Error::NotFound) }
}
