//! Sends an email about messages, with what is still unread and visible then.

use std::collections::{BTreeSet, HashMap};

use super::collect::{self, Collected};
use super::unsubscribe;
use crate::live::draw::Draw;
use crate::people::outbound_email;
use crate::platform::context::Context;
use crate::platform::error::{Error, Result};
use crate::platform::mail::signed::{self, MailTo};
use crate::platform::mail::{Activity, ActivityMessage, ActivityTopic, EmailTemplateData, Headers};
use crate::topics;
use crate::topics::placed::{self, MessageInTopic};
use model::policy::Viewer;
use model::{Concern, EmailId, EmailKind, Frequency, GroupKind, MessageId, User, UserId};
use store::people::emails::EmailRow;

/// The most messages that an email shows in full.
const SHOWN: usize = 50;

/// Sends an email, unless it became obsolete.
///
/// # Errors
/// When sending failed; the job will try again.
pub(crate) async fn send(cx: &Context, draw: &Draw, id: EmailId) -> Result<()> {
    match store::people::emails::to_send(&cx.db, id, cx.now()).await? {
        Some(email) if email.kind == EmailKind::Activity => about_messages(cx, draw, &email).await,
        Some(_) => outbound_email::send(cx, draw, id).await,
        None => Ok(()),
    }
}

async fn about_messages(cx: &Context, draw: &Draw, email: &EmailRow) -> Result<()> {
    let Some(user) = email.user_id else { return Ok(()) };
    let account = store::people::users::by_id(&cx.db, user).await?;
    let settings = store::notifications::of_user(&cx.db, user).await?;
    let (Some(account), Some(settings)) = (account, settings) else {
        return outbound_email::drop_it(cx, email.id, "The account was deleted.").await;
    };
    if !collect::is_reachable(&account, &settings, cx.now()) {
        return outbound_email::drop_it(cx, email.id, "The account gets no emails about messages now.").await;
    }
    if !account.email.as_deref().is_some_and(|own| own.eq_ignore_ascii_case(&email.address)) {
        return outbound_email::drop_it(cx, email.id, "The account has another address now.").await;
    }
    let collected: Collected = serde_json::from_str(email.detail.as_deref().unwrap_or_default())
        .map_err(|error| Error::Internal(format!("the messages of an email: {error}")))?;
    let wanted: HashMap<MessageId, Concern> = collected
        .messages
        .into_iter()
        .filter(|(_, concern)| settings.choices.of(*concern) != Frequency::Never)
        .collect();
    let asked: Vec<MessageId> = wanted.keys().copied().collect();
    let ids = store::notifications::still_unread(&cx.db, user, &asked).await?;
    let shown = &ids[..ids.len().min(SHOWN)];
    let viewer = Viewer::User { id: user, is_admin: account.is_admin };
    let mut messages = placed::placed(cx, viewer, shown).await?;
    messages.retain(|one| !one.message.deleted && !one.message.ignored);
    if messages.is_empty() {
        return outbound_email::drop_it(cx, email.id, "Its messages were read or removed, or are no longer visible.")
            .await;
    }
    let concerns: BTreeSet<Concern> = ids.iter().filter_map(|id| wanted.get(id).copied()).collect();
    let concerns: Vec<Concern> = concerns.into_iter().collect();
    let mut headers = headers(user, &messages);
    headers.unsubscribe = Some(unsubscribe::link(cx, user, &concerns));
    headers.reply_to = reply_to(cx, viewer, &messages).await?;
    let activity = Activity {
        takes_replies: headers.reply_to.is_some(),
        more: ids.len() - shown.len(),
        topics: topics(cx, messages, &wanted).await?,
        unsubscribe: concerns.iter().map(|one| (*one, unsubscribe::link(cx, user, &[*one]))).collect(),
    };
    let data = data(cx, email, &account, activity).await?;
    outbound_email::deliver(cx, draw, email, Some(user), &headers, data).await
}

async fn data(cx: &Context, email: &EmailRow, account: &User, activity: Activity) -> Result<EmailTemplateData> {
    Ok(EmailTemplateData {
        lang: outbound_email::language(cx, account).await?,
        username: account.username.clone(),
        detail: String::new(),
        notice: None,
        activity: Some(activity),
        ..outbound_email::about(cx, email).await
    })
}

/// Returns the messages by topic.
async fn topics(
    cx: &Context,
    messages: Vec<MessageInTopic>,
    wanted: &HashMap<MessageId, Concern>,
) -> Result<Vec<ActivityTopic>> {
    let ids: Vec<MessageId> = messages.iter().map(|one| one.message.id).collect();
    let mut raws: HashMap<MessageId, String> =
        store::messages::raws(&cx.db, &ids).await?.into_iter().map(|raw| (raw.id, raw.raw)).collect();
    let mut topics: Vec<(model::TopicId, ActivityTopic)> = Vec::new();
    for MessageInTopic { message, topic, group } in messages {
        let path = format!("/-/messages/{}", message.id);
        let concern = wanted.get(&message.id).copied().unwrap_or(Concern::Activity);
        let raw = raws.remove(&message.id).unwrap_or_default();
        let at = topics.iter().position(|(id, _)| *id == topic.id);
        let at = at.unwrap_or_else(|| {
            let is_direct = group.kind == GroupKind::Direct;
            let (title, group) = (topic.title().to_owned(), (!is_direct).then(|| group.name.clone()));
            topics.push((topic.id, ActivityTopic { title, group, path: path.clone(), messages: Vec::new() }));
            topics.len() - 1
        });
        topics[at].1.messages.push(ActivityMessage { message, raw, path, concern });
    }
    Ok(topics.into_iter().map(|(_, topic)| topic).collect())
}

/// Returns the address that posts a reply where the messages are, if they are in one topic and the recipient may post there. An
/// email with one message is answered as that message.
async fn reply_to(cx: &Context, viewer: Viewer, messages: &[MessageInTopic]) -> Result<Option<String>> {
    let topic = messages[0].topic.id;
    if cx.config.mail_in.is_none() || messages.iter().any(|one| one.topic.id != topic) {
        return Ok(None);
    }
    match topics::find(cx, viewer, topic).await {
        Ok(found) if found.is_open() => {}
        Ok(_) | Err(Error::NotFound) => return Ok(None),
        Err(error) => return Err(error),
    }
    let message = match messages {
        [one] => Some(one.message.id),
        _ => None,
    };
    let to = MailTo::Reply { user: viewer.user()?, topic, message };
    Ok(signed::address(&cx.config, to, cx.now()))
}

/// Returns what makes mail programs thread emails. An email with one message has its own id, which the email with an answer
/// to it names. All emails about one topic alone continue the same, which no email has.
fn headers(user: UserId, messages: &[MessageInTopic]) -> Headers {
    let first = &messages[0];
    let mut headers = Headers::default();
    if messages.iter().all(|one| one.topic.id == first.topic.id) {
        headers.references.push(format!("topic-{}.{user}", first.topic.id));
    }
    if let [one] = messages {
        headers.message_id = Some(format!("message-{}.{user}", one.message.id));
        let answered = one.message.reply_to.as_ref();
        headers.references.extend(answered.map(|original| format!("message-{}.{user}", original.id)));
    }
    if messages.iter().all(|one| one.group.id == first.group.id) {
        let is_direct = first.group.kind == GroupKind::Direct;
        headers.list_id = Some(if is_direct { "conversations".to_owned() } else { first.group.slug.clone() });
    }
    headers
}
