//! A user's download of their own data: one line of JSON per record. Rows are read while the download is sent. Topics
//! and groups that the user can no longer see appear without their names.

use std::collections::HashMap;

use futures_util::Stream;
use futures_util::stream::try_unfold;
use serde_json::{Value, json};

use crate::people::{accounts, push, sessions, two_factor};
use crate::platform::context::Context;
use crate::platform::error::Result;
use crate::site::rate_limits;
use crate::site::rate_limits::{By, RateLimit};
use model::time::Timestamp;
use model::{
    Attachment, FileId, FileRow, GroupId, InvitationId, MessageId, NoticeId, NoticeLine, ReportId, TopicId, UserId,
    picture_address,
};

const BATCH: i64 = 500;

/// The position in a download: a section, and the last row of it that was sent.
#[derive(Clone, Copy, Debug)]
enum Section {
    Account,
    Notices(NoticeId),
    Ignores(UserId),
    Requests(GroupId),
    Links(InvitationId),
    Invited(GroupId, UserId),
    Subscriptions(TopicId),
    Reports(ReportId),
    Topics(TopicId),
    Messages(MessageId),
    Stars(MessageId),
    Bookmarks(MessageId),
    Votes(MessageId),
    Files(FileId),
    End,
}

/// Some lines, and the position after them.
type Lines = (Vec<Value>, Section);

/// Streams all data of a user in chunks of many lines. Each line has a `type`. `klatch import jsonl` can import the
/// messages of topics that the user still sees.
///
/// # Errors
/// [`crate::Error::TooMany`], before anything is read.
pub async fn download(cx: &Context, user: UserId) -> Result<impl Stream<Item = Result<String>> + use<>> {
    rate_limits::count(cx, RateLimit::Download, By::User(user)).await?;
    let cx = cx.clone();
    Ok(try_unfold(Section::Account, move |section| {
        let cx = cx.clone();
        async move {
            let (lines, next) = match section {
                Section::Account => account(&cx, user).await?,
                Section::Notices(before) => notices(&cx, user, before).await?,
                Section::Ignores(after) => ignores(&cx, user, after).await?,
                Section::Requests(after) => requests(&cx, user, after).await?,
                Section::Links(after) => links(&cx, user, after).await?,
                Section::Invited(group, after) => invited(&cx, user, (group, after)).await?,
                Section::Subscriptions(after) => subscriptions(&cx, user, after).await?,
                Section::Reports(after) => reports(&cx, user, after).await?,
                Section::Topics(after) => topics(&cx, user, after).await?,
                Section::Messages(after) => messages(&cx, user, after).await?,
                Section::Stars(after) => stars(&cx, user, after).await?,
                Section::Bookmarks(after) => bookmarks(&cx, user, after).await?,
                Section::Votes(after) => votes(&cx, user, after).await?,
                Section::Files(after) => files(&cx, user, after).await?,
                Section::End => return Ok(None),
            };
            let text: String = lines.iter().map(|line| format!("{line}\n")).collect();
            Ok(Some((text, next)))
        }
    }))
}

async fn account(cx: &Context, id: UserId) -> Result<Lines> {
    let user = accounts::own(cx, id).await?;
    let second_step = matches!(two_factor::state(cx, id).await?, two_factor::State::On { .. });
    let site = crate::site::current(cx).await;
    let emails = store::notifications::of_user(&cx.db, id).await?.map(|settings| settings.choices).map(|choices| {
        json!({"mentions": choices.mentions, "directs": choices.directs, "followed": choices.followed, "activity": choices.activity,
            "most_per_day": choices.most_per_day, "quiet_from": choices.quiet_from, "quiet_to": choices.quiet_to,
            "utc_offset": choices.utc_offset})
    });
    let avatar =
        (!user.avatar.is_empty()).then(|| format!("{}{}", cx.config.base_url, picture_address(&user.avatar, 192)));
    let mut lines = vec![
        json!({"type": "download", "site": site.settings.name, "address": cx.config.base_url, "at": cx.now().rfc3339()}),
        json!({"type": "account", "id": user.id, "username": user.username, "former_names": store::people::former_names::of(&cx.db, id).await?,
            "email": user.email, "unconfirmed_email": user.new_email, "name": user.name, "bio": user.bio, "location": user.location,
            "web": user.web, "avatar": avatar, "theme": user.theme, "language": user.language, "is_admin": user.is_admin, "second_step": second_step,
            "direct_from": user.direct_from, "follow_written": user.follow_written, "emails": emails,
            "suspended_until": user.suspended_until.map(Timestamp::rfc3339), "banned_at": user.banned_at.map(Timestamp::rfc3339),
            "barred_reason": user.barred_reason, "asked": store::people::export::asked(&cx.db, id).await?,
            "waiting_since": user.waiting_since.map(Timestamp::rfc3339), "created_at": user.created_at.rfc3339()}),
    ];
    lines.extend(sessions::list(cx, id).await?.into_iter().map(|row| {
        json!({"type": "session", "created_at": row.created_at.rfc3339(), "expires_at": row.expires_at.rfc3339(), "address": row.address,
            "agent": row.agent, "language": row.language})
    }));
    lines.extend(store::people::api_tokens::of_user(&cx.db, id).await?.into_iter().map(|token| {
        json!({"type": "api_token", "name": token.name, "scopes": token.scopes, "groups": token.groups(),
            "created_at": token.created_at.rfc3339(), "expires_at": token.expires_at.map(Timestamp::rfc3339),
            "used_at": token.used_at.map(Timestamp::rfc3339)})
    }));
    let kinds = push::kinds(cx, id).await?;
    lines.push(json!({"type": "push_preferences", "mentions": kinds.mentions, "replies": kinds.replies, "directs": kinds.directs,
        "followed": kinds.followed}));
    lines.extend(push::devices(cx, id).await?.into_iter().map(|device| {
        json!({"type": "push_device", "agent": device.agent, "created_at": device.created_at.rfc3339(),
            "sent_at": device.sent_at.map(Timestamp::rfc3339)})
    }));
    lines.extend(store::site::consent::of_user(&cx.db, id).await?.into_iter().map(|row| {
        json!({"type": "acceptance", "page": row.page, "version": row.version, "accepted_at": row.accepted_at.rfc3339()})
    }));
    lines.extend(store::people::export::groups(&cx.db, id).await?.into_iter().map(|row| {
        json!({"type": "membership", "group": row.name, "group_id": row.id, "slug": row.slug, "role": row.role,
            "level": row.level, "created_at": row.created_at.rfc3339()})
    }));
    lines.extend(store::moderation::approval_queue::of_author(&cx.db, id, BATCH).await?.into_iter().map(|row| {
        json!({"type": "held", "id": row.id, "group_id": row.group_id, "topic_id": row.topic_id, "title": row.title, "text": row.raw,
            "created_at": row.created_at.rfc3339(), "declined_at": row.declined_at.map(Timestamp::rfc3339), "reason": row.reason})
    }));
    Ok((lines, Section::Notices(NoticeId(i64::MAX))))
}

/// Returns the next position: after the last row, or the next section if the batch was not full.
fn then<T>(rows: &[T], on: impl FnOnce(&T) -> Section, next: Section) -> Section {
    rows.last().filter(|_| rows.len() as i64 == BATCH).map_or(next, on)
}

async fn notices(cx: &Context, id: UserId, before: NoticeId) -> Result<Lines> {
    let rows = store::people::notices::of_user(&cx.db, id, before, BATCH).await?;
    let next = then(&rows, |row| Section::Notices(row.id), Section::Ignores(UserId(0)));
    let line = |row: NoticeLine| {
        json!({"type": "notice", "kind": row.kind.as_str(), "group": row.group_name, "reason": row.reason,
            "message": row.message_id, "topic": row.topic_name, "details": row.details, "created_at": row.created_at.rfc3339(),
            "read_at": row.read_at.map(Timestamp::rfc3339), "taken_back_at": row.taken_back_at.map(Timestamp::rfc3339)})
    };
    Ok((rows.into_iter().map(line).collect(), next))
}

async fn ignores(cx: &Context, id: UserId, after: UserId) -> Result<Lines> {
    let rows = store::people::export::ignores(&cx.db, id, after, BATCH).await?;
    let next = then(&rows, |(user, ..)| Section::Ignores(*user), Section::Requests(GroupId(0)));
    let line = |(user, username, at): (UserId, String, Timestamp)| json!({"type": "ignore", "user_id": user, "username": username, "created_at": at.rfc3339()});
    Ok((rows.into_iter().map(line).collect(), next))
}

async fn requests(cx: &Context, id: UserId, after: GroupId) -> Result<Lines> {
    let rows = store::people::export::requests(&cx.db, id, after, BATCH).await?;
    let next = then(&rows, |row| Section::Requests(row.group_id), Section::Links(InvitationId(0)));
    let line = |row: store::people::export::OwnRequest| {
        json!({"type": "request", "group": row.group_name, "group_id": row.group_id, "text": row.message,
            "created_at": row.created_at.rfc3339(), "declined_at": row.declined_at.map(Timestamp::rfc3339)})
    };
    Ok((rows.into_iter().map(line).collect(), next))
}

async fn links(cx: &Context, id: UserId, after: InvitationId) -> Result<Lines> {
    let rows = store::people::export::links(&cx.db, id, after, BATCH).await?;
    let next = then(&rows, |row| Section::Links(row.id), Section::Invited(GroupId(0), UserId(0)));
    let line = |row: store::people::export::OwnLink| {
        json!({"type": "invitation_link", "group": row.group_name, "group_id": row.group_id, "role": row.role, "used": row.used,
            "created_at": row.created_at.rfc3339(), "expires_at": row.expires_at.rfc3339()})
    };
    Ok((rows.into_iter().map(line).collect(), next))
}

async fn invited(cx: &Context, id: UserId, after: (GroupId, UserId)) -> Result<Lines> {
    let rows = store::people::export::invited(&cx.db, id, after, BATCH).await?;
    let next = then(&rows, |row| Section::Invited(row.group_id, row.user_id), Section::Subscriptions(TopicId(0)));
    let line = |row: store::people::export::OwnInvited| {
        json!({"type": "invitation", "group": row.group_name, "group_id": row.group_id, "user_id": row.user_id,
            "username": row.username, "created_at": row.created_at.rfc3339()})
    };
    Ok((rows.into_iter().map(line).collect(), next))
}

async fn subscriptions(cx: &Context, id: UserId, after: TopicId) -> Result<Lines> {
    let rows = store::people::export::subscriptions(&cx.db, id, after, BATCH).await?;
    let next = then(&rows, |row| Section::Subscriptions(row.id), Section::Reports(ReportId(0)));
    let line = |row: store::people::export::SubscribedTopic| {
        json!({"type": "heard_topic", "topic_id": row.id, "title": row.title, "level": row.level, "read_up_to": row.read_seq,
            "read_at": row.read_at.map(Timestamp::rfc3339)})
    };
    Ok((rows.into_iter().map(line).collect(), next))
}

async fn reports(cx: &Context, id: UserId, after: ReportId) -> Result<Lines> {
    let rows = store::people::export::reports(&cx.db, id, after, BATCH).await?;
    let next = then(&rows, |row| Section::Reports(row.id), Section::Topics(TopicId(0)));
    let line = |row: store::people::export::OwnReport| {
        json!({"type": "report", "message": row.message_id, "grounds": row.grounds, "text": row.words,
            "created_at": row.created_at.rfc3339(), "link": format!("{}/-/messages/{}", cx.config.base_url, row.message_id)})
    };
    Ok((rows.into_iter().map(line).collect(), next))
}

async fn topics(cx: &Context, id: UserId, after: TopicId) -> Result<Lines> {
    let rows = store::people::export::topics(&cx.db, id, after, BATCH).await?;
    let next = then(&rows, |row| Section::Topics(row.id), Section::Messages(MessageId(0)));
    let line = |row: store::people::export::OwnTopic| json!({"type": "topic", "id": row.id, "group": row.group_name, "title": row.name, "created_at": row.created_at.rfc3339()});
    Ok((rows.into_iter().map(line).collect(), next))
}

async fn messages(cx: &Context, id: UserId, after: MessageId) -> Result<Lines> {
    let username = accounts::own(cx, id).await?.username;
    let rows = store::people::export::messages(&cx.db, id, after, BATCH).await?;
    let next = then(&rows, |row| Section::Messages(row.id), Section::Stars(MessageId(0)));
    let edited: Vec<MessageId> = rows.iter().filter(|row| row.edited_at.is_some()).map(|row| row.id).collect();
    let mut before: HashMap<MessageId, Vec<Value>> = HashMap::new();
    for (message, number, at, text, attachment) in store::people::export::versions(&cx.db, &edited).await? {
        let version = json!({"number": number, "written_at": at.rfc3339(), "text": text, "attachment": attached(attachment.as_deref())});
        before.entry(message).or_default().push(version);
    }
    let line = |row: store::people::export::OwnMessage| {
        json!({"type": "message", "id": row.id, "group": row.group_name, "topic": row.topic_name, "topic_id": row.topic_id,
            "number": row.seq, "author": username, "created_at": row.created_at.rfc3339(),
            "edited_at": row.edited_at.map(Timestamp::rfc3339), "deleted_at": row.deleted_at.map(Timestamp::rfc3339),
            "text": row.raw, "attachment": attached(row.attachment.as_deref()), "before": before.remove(&row.id).unwrap_or_default(),
            "link": format!("{}/-/messages/{}", cx.config.base_url, row.id)})
    };
    Ok((rows.into_iter().map(line).collect(), next))
}

async fn stars(cx: &Context, id: UserId, after: MessageId) -> Result<Lines> {
    let rows = store::people::export::stars(&cx.db, id, after, BATCH).await?;
    let next = then(&rows, |(message, _)| Section::Stars(*message), Section::Bookmarks(MessageId(0)));
    let line = |(message, at): (MessageId, Timestamp)| {
        json!({"type": "star", "message": message, "created_at": at.rfc3339(),
            "link": format!("{}/-/messages/{message}", cx.config.base_url)})
    };
    Ok((rows.into_iter().map(line).collect(), next))
}

async fn bookmarks(cx: &Context, id: UserId, after: MessageId) -> Result<Lines> {
    let rows = store::people::export::bookmarks(&cx.db, id, after, BATCH).await?;
    let next = then(&rows, |(message, _)| Section::Bookmarks(*message), Section::Votes(MessageId(0)));
    let line = |(message, at): (MessageId, Timestamp)| {
        json!({"type": "bookmark", "message": message, "created_at": at.rfc3339(),
            "link": format!("{}/-/messages/{message}", cx.config.base_url)})
    };
    Ok((rows.into_iter().map(line).collect(), next))
}

/// Returns the attachment of a message as it was sent.
fn attached(stored: Option<&str>) -> Value {
    let attachment: Option<Attachment> = stored.and_then(|stored| serde_json::from_str(stored).ok());
    attachment.map_or(
        Value::Null,
        |attachment| json!({"kind": attachment.kind, "version": attachment.version, "data": attachment.data}),
    )
}

async fn votes(cx: &Context, id: UserId, after: MessageId) -> Result<Lines> {
    let mut rows = store::messages::polls::of_user(&cx.db, id, after, BATCH).await?;
    let is_full = rows.len() as i64 == BATCH;
    // The options of one vote stay together: the last poll of a full batch comes with the next one.
    if let Some((last, ..)) = rows.last().copied().filter(|_| is_full) {
        rows.retain(|(poll, ..)| *poll != last);
    }
    let next = rows.last().filter(|_| is_full).map_or(Section::Files(FileId(0)), |(poll, ..)| Section::Votes(*poll));
    let line = |(message, choice, at): (MessageId, i64, Timestamp)| {
        json!({"type": "vote", "message": message, "choice": choice, "created_at": at.rfc3339(),
            "link": format!("{}/-/messages/{message}", cx.config.base_url)})
    };
    Ok((rows.into_iter().map(line).collect(), next))
}

async fn files(cx: &Context, id: UserId, after: FileId) -> Result<Lines> {
    let rows = store::files::of_owner(&cx.db, id, after, BATCH).await?;
    let next = rows.last().filter(|_| rows.len() as i64 == BATCH).map_or(Section::End, |file| Section::Files(file.id));
    let line = |file: &FileRow| {
        json!({"type": "file", "id": file.id, "name": file.name, "content_type": file.kind, "bytes": file.size,
            "created_at": file.created_at.rfc3339(), "link": format!("{}{}", cx.config.base_url, file.address())})
    };
    Ok((rows.iter().map(line).collect(), next))
}
