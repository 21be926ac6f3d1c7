//! Push messages: a job per new message and device decides when it runs whether the message still concerns the device's
//! owner, and sends it.

use std::collections::BTreeSet;
use std::time::Duration;

use serde_json::json;
use url::Url;

use crate::people::{outbound_email, push};
use crate::platform::context::Context;
use crate::platform::error::{Error, Result};
use crate::platform::jobs::{self, PushTry, Task};
use crate::platform::outbound::{Answer, Failure, Post};
use crate::platform::webpush::{self, BrowserKeys};
use model::{JobId, Message, MessageId, PushDeviceId, PushKinds, Topic, TopicRow, UserId};
use store::Db;
use store::people::push::{Concern, Receiver};
use store::topics::Subject;
use texts::{Lang, Text};

/// How long a message waits for an owner who looks at a page of this site, and may read it there.
const SOON: Duration = Duration::from_secs(5);
/// If they still seem to look at one then, how long it waits until it is left out. Longer than a page that was closed
/// counts as visible.
const LATER: Duration = Duration::from_secs(65);
/// How long the push service keeps a message for a device that is off.
const TTL: Duration = Duration::from_secs(24 * 3_600);
/// The longest time for a request.
const TIMEOUT: Duration = Duration::from_secs(5);
/// How often a message is sent to a push service that fails.
const TRIES: i64 = 8;
/// The pause of a device whose push service failed, doubled with each failure up to the longest.
const FIRST_PAUSE: Duration = Duration::from_secs(2);
const LONGEST_PAUSE: Duration = Duration::from_secs(3_600);
/// A device is removed after so many failures without a success.
const MOST_FAILURES: i64 = 50;
/// The pause of a job that finds all places taken.
const NO_PLACE: Duration = Duration::from_secs(1);
/// The most characters of a title and of a text.
const MAX_TITLE: usize = 120;
const MAX_TEXT: usize = 240;

/// Queues a job for each device whose owner new messages may concern.
///
/// # Errors
/// When the database fails.
pub(crate) async fn queue(cx: &Context, messages: &[MessageId]) -> Result<()> {
    // A forum without devices pays one query.
    if messages.is_empty() || !store::people::push::any(&cx.db).await? {
        return Ok(());
    }
    let concerned = store::people::push::concerned(&cx.db, messages).await?;
    if concerned.is_empty() {
        return Ok(());
    }
    let owners: BTreeSet<UserId> = concerned.iter().map(|(_, _, owner)| *owner).collect();
    let looking = push::looking_among(cx, &owners.into_iter().collect::<Vec<_>>()).await;
    let (mut soon, mut at_once) = (Vec::new(), Vec::new());
    for (message, device, owner) in concerned {
        let push = PushTry { device, message, attempt: 1, waited: false };
        let jobs = if looking.contains(&owner) { &mut soon } else { &mut at_once };
        jobs.push((format!("push:{message}:{device}"), Task::Push(push).into()));
    }
    let (mut tx, now) = (cx.db.begin().await?, cx.now());
    jobs::enqueue_all_unique(&mut tx, at_once, now).await?;
    jobs::enqueue_all_unique(&mut tx, soon, now.plus(SOON)).await?;
    tx.commit().await?;
    cx.wake.after_commit();
    Ok(())
}

/// Queues a try again.
async fn again(cx: &Context, push: PushTry, wait: Duration) -> Result<()> {
    let mut tx = cx.db.begin().await?;
    jobs::enqueue(&mut tx, Task::Push(push), cx.now().plus(wait)).await?;
    tx.commit().await?;
    cx.wake.after_commit();
    Ok(())
}

/// Sends a message to a device, unless it was deleted, edited out of concern, or read meanwhile, or its owner may not
/// read it any more, signed out, or looks at a page of this site.
///
/// # Errors
/// When the database fails. A push service that fails is tried again by another job.
pub(crate) async fn send(cx: &Context, push: PushTry) -> Result<()> {
    let now = cx.now();
    let Some(receiver) = store::people::push::receiver(&cx.db, push.device, now).await? else { return Ok(()) };
    let Some(content) = content(cx, receiver.user_id, push.message).await? else { return Ok(()) };
    if push::is_looking(cx, receiver.user_id).await {
        if push.waited {
            return Ok(());
        }
        return again(cx, PushTry { waited: true, ..push }, LATER).await;
    }
    if let Some(until) = receiver.paused_until.filter(|until| *until > now) {
        return retry(cx, push, until.since(now)).await;
    }
    // On SQLite, two jobs run at once: one of them sends.
    let Some(_place) = cx.outbound.place(matches!(cx.db, Db::Sqlite(_))) else {
        return again(cx, push, NO_PLACE).await;
    };
    let answer = match request(cx, &receiver, &content).await? {
        Some(answer) => answer,
        // The key of the device is none.
        None => return forget(cx, push.device, &receiver).await,
    };
    match answer.map(|answer| answer.status) {
        Ok(200..=299) => {
            let mut tx = cx.db.begin().await?;
            store::people::push::succeeded(&mut tx, push.device, now).await?;
            tx.commit().await?;
            Ok(())
        }
        // The permission was revoked in the browser, or the browser registered again.
        Ok(404 | 410) => forget(cx, push.device, &receiver).await,
        Ok(status @ (429 | 500..)) => failed(cx, push, &receiver, &format!("status {status}")).await,
        Ok(status) => {
            // It would be refused again.
            tracing::warn!(status, device = %push.device, "a push service refused a message");
            Ok(())
        }
        Err(Failure::Refused(why)) => {
            tracing::warn!(why, device = %push.device, "the address of a device may not be used any more");
            forget(cx, push.device, &receiver).await
        }
        Err(error) => failed(cx, push, &receiver, &error.to_string()).await,
    }
}

/// Tries a message again later, unless it was tried often enough.
async fn retry(cx: &Context, push: PushTry, wait: Duration) -> Result<()> {
    if push.attempt >= TRIES {
        tracing::info!(device = %push.device, message = %push.message, "a push message was given up");
        return Ok(());
    }
    let least = jobs::backoff(JobId(push.message.0), push.attempt);
    again(cx, PushTry { attempt: push.attempt + 1, ..push }, wait.max(least)).await
}

/// Pauses a device whose push service failed.
async fn failed(cx: &Context, push: PushTry, receiver: &Receiver, why: &str) -> Result<()> {
    tracing::info!(why, device = %push.device, failures = receiver.failures + 1, "a push service failed");
    if receiver.failures >= MOST_FAILURES {
        return forget(cx, push.device, receiver).await;
    }
    let doublings = u32::try_from(receiver.failures.clamp(0, 16)).unwrap_or(0);
    let pause = FIRST_PAUSE.saturating_mul(1 << doublings).min(LONGEST_PAUSE);
    let mut tx = cx.db.begin().await?;
    store::people::push::failed(&mut tx, push.device, cx.now().plus(pause)).await?;
    tx.commit().await?;
    retry(cx, push, pause).await
}

async fn forget(cx: &Context, device: PushDeviceId, receiver: &Receiver) -> Result<()> {
    let mut tx = cx.db.begin().await?;
    store::people::push::delete_endpoint(&mut tx, device, &receiver.endpoint).await?;
    tx.commit().await?;
    Ok(())
}

/// Sends the request to the push service. `None` when nothing can be encrypted for the device.
async fn request(cx: &Context, receiver: &Receiver, content: &Content) -> Result<Option<Result<Answer, Failure>>> {
    let Some(keys) = BrowserKeys::read(&receiver.public_key, &receiver.auth_secret) else { return Ok(None) };
    let Ok(body) = keys.encrypt(content.json.as_bytes()) else { return Ok(None) };
    let audience = Url::parse(&receiver.endpoint).map(|url| url.origin().ascii_serialization());
    let Ok(audience) = audience else { return Ok(None) };
    let vapid = webpush::key(&cx.db, &cx.config.secret).await?;
    let headers = vec![
        ("authorization", vapid.authorization(&audience, &cx.config.base_url, cx.now())?),
        ("content-type", "application/octet-stream".to_owned()),
        ("content-encoding", "aes128gcm".to_owned()),
        ("ttl", TTL.as_secs().to_string()),
        ("urgency", if content.is_urgent { "high" } else { "normal" }.to_owned()),
        // A newer message of the topic takes the place of one that the device did not get yet.
        ("topic", content.tag.clone()),
    ];
    let post = Post { url: &receiver.endpoint, headers, body, timeout: TIMEOUT, most: 0 };
    Ok(Some(cx.outbound.post(post).await))
}

/// What is sent.
struct Content {
    json: String,
    /// The tag of the topic: its newer notification takes the place of the older one.
    tag: String,
    is_urgent: bool,
}

/// Why a message is sent, from the closest reason to the widest.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Why {
    Direct,
    Mention,
    Reply,
    Followed,
}

impl Why {
    fn of(user: UserId, message: &Message, concern: Concern, wanted: PushKinds) -> Option<Self> {
        let mentioned = concern.named && message.mentions.contains(&user);
        let answered = concern.named && message.reply_to.as_ref().is_some_and(|original| original.author.id == user);
        [
            (concern.direct && wanted.directs, Self::Direct),
            (mentioned && wanted.mentions, Self::Mention),
            (answered && wanted.replies, Self::Reply),
            (concern.followed && wanted.followed, Self::Followed),
        ]
        .into_iter()
        .find_map(|(holds, why)| holds.then_some(why))
    }

    fn title(self, author: &str, topic: &Topic) -> Text {
        match self {
            Self::Direct => Text::verbatim(author.to_owned()),
            Self::Mention => texts::push::mention(author, topic.title()),
            Self::Reply => texts::push::reply(author, topic.title()),
            Self::Followed => texts::push::followed(author, topic.title()),
        }
    }
}

/// Reads what is sent now. `None` when the message does not concern the user any more.
async fn content(cx: &Context, user: UserId, id: MessageId) -> Result<Option<Content>> {
    let Some(concern) = store::people::push::concern(&cx.db, user, id).await? else { return Ok(None) };
    let wanted = push::kinds(cx, user).await?;
    let Some(message) = store::messages::by_ids(&cx.db, &[id]).await?.pop() else { return Ok(None) };
    let Some(why) = Why::of(user, &message, concern, wanted) else { return Ok(None) };
    let Some(subject) = store::topics::subjects(&cx.db, &[message.topic_id]).await?.pop() else { return Ok(None) };
    let Some(raw) = store::messages::raw(&cx.db, id).await?.filter(|raw| !raw.deleted) else { return Ok(None) };
    let text = markup::excerpt(&raw.raw, MAX_TEXT);
    let Some(user) = store::people::users::by_id(&cx.db, user).await? else { return Ok(None) };
    let title = why.title(&message.author.username, &subject.row.topic);
    let (lang, is_urgent) = (outbound_email::language(cx, &user).await?, why != Why::Followed);
    Ok(Some(written(cx, (&title, lang), is_urgent, &message, &subject, &text)?))
}

/// Writes a Declarative Web Push message: browsers that know it show it without our worker.
fn written(
    cx: &Context,
    (title, lang): (&Text, Lang),
    is_urgent: bool,
    message: &Message,
    Subject { row: TopicRow { topic, .. }, group, .. }: &Subject,
    text: &str,
) -> Result<Content> {
    let tag = format!("topic-{}", topic.id);
    let json = json!({
        "web_push": 8030,
        "notification": {
            "title": cut(&title.to(lang), MAX_TITLE),
            "body": text,
            "navigate": format!("{}/-/messages/{}", cx.config.base_url, message.id),
            "tag": tag,
            "lang": lang.code(),
            "timestamp": message.created_at.0 / 1_000,
            // A tab that shows the topic is opened instead of another one.
            "data": {"topic": format!("/{}/{}/", group.slug, topic.slug)},
        },
    })
    .to_string();
    if json.len() > webpush::MOST {
        return Err(Error::Internal("a push message is too long".into()));
    }
    Ok(Content { json, tag, is_urgent })
}

fn cut(text: &str, most: usize) -> String {
    if text.chars().count() <= most {
        return text.to_owned();
    }
    text.chars().take(most - 1).chain(['…']).collect()
}
