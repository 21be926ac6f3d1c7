//! External auditors: programs of site admins that are asked before a message is saved. Each may refuse, hold or change it.
//!
//! They are asked after our own auditors, one after the other, about messages in groups that anyone reads: they belong to
//! site admins, who read no others. One that does not answer in its time counts as failed: the message passes, or is
//! refused if the auditor fails closed. After three failures in a row it is not asked for half a minute.

use std::time::Duration;

use serde::Deserialize;
use serde_json::json;

use super::{AUDITORS, Submission, Verdict};
use crate::platform::context::Context;
use crate::platform::error::{Error, Result};
use crate::platform::outbound::Post;
use crate::platform::validate::{Draft, one_line};
use crate::platform::{caches, secrets, text};
use markup::Node;
use model::HELD_BY;
use model::policy::anyone_reads;
use store::webhooks::auditors::AuditorToAsk;
use texts::{Text, screening};

/// The most bytes of an answer: the longest message, escaped.
const LONGEST: usize = 512 * 1_024;
/// The most characters of a reason.
const MAX_REASON: usize = 300;

/// What an auditor answers.
#[derive(Debug, Deserialize)]
struct Answer {
    verdict: AuditorVerdict,
    #[serde(default)]
    reason: String,
    #[serde(default)]
    text: Option<String>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
enum AuditorVerdict {
    Accept,
    Refuse,
    Hold,
    Change,
}

/// A submission after all auditors.
#[derive(Debug)]
pub(crate) struct Audited {
    pub verdict: Verdict,
    /// The new text with its nodes, if an auditor changed it.
    pub changed: Option<(Draft, Vec<Node>)>,
}

/// Runs our own auditors and then the external ones on a submission. Our own check a changed text once more.
///
/// # Errors
/// [`Error::Invalid`] with what to change, [`Error::TooMany`].
pub(crate) async fn audit(cx: &Context, submission: &Submission<'_>, draft: &Draft) -> Result<Audited> {
    let mut verdict = super::submission(AUDITORS, cx, submission).await?;
    let known = caches::webhooks::known(cx).await?;
    let is_public = submission.group.is_some_and(|group| anyone_reads(group.kind));
    if known.auditors.is_empty() || !is_public {
        return Ok(Audited { verdict, changed: None });
    }
    let mut changed: Option<(Draft, Vec<Node>)> = None;
    for asked in &known.auditors {
        let text = changed.as_ref().map_or(submission.text, |(draft, _)| draft.text.as_str());
        let Some(answer) = ask(cx, asked, submission, text).await? else { continue };
        let reason: String = one_line(&answer.reason).chars().take(MAX_REASON).collect();
        match answer.verdict {
            AuditorVerdict::Accept => {}
            AuditorVerdict::Refuse => {
                let why = if reason.is_empty() { screening::refused_by_check() } else { Text::verbatim(reason) };
                return Err(Error::invalid("text", why));
            }
            AuditorVerdict::Hold if submission.by_moderator() => {}
            AuditorVerdict::Hold if submission.before.is_some() => {
                return Err(Error::invalid("text", screening::edit_cannot_wait()));
            }
            AuditorVerdict::Hold => {
                let name = &asked.auditor.name;
                let why = if reason.is_empty() { name.clone() } else { format!("{name}: {reason}") };
                verdict.held.get_or_insert(format!("{HELD_BY}{why}"));
            }
            AuditorVerdict::Change => {
                let new = answer.text.unwrap_or_default();
                let new = super::draft(AUDITORS, Draft { text: new, ..draft.clone() })?;
                let nodes = text::parse(cx, &new.text).await?;
                changed = Some((new, nodes));
            }
        }
    }
    if let Some((new, nodes)) = &changed {
        // It was counted before.
        let again = Submission { text: &new.text, nodes, limits: &[], ..*submission };
        let checked = super::submission(AUDITORS, cx, &again).await?;
        verdict = Verdict { held: verdict.held.or(checked.held), reports: checked.reports };
    }
    Ok(Audited { verdict, changed })
}

/// Asks one auditor. `None` if it does not answer and its failure lets messages pass.
///
/// # Errors
/// [`Error::Invalid`] on `text` if it does not answer and fails closed.
async fn ask(cx: &Context, asked: &AuditorToAsk, submission: &Submission<'_>, text: &str) -> Result<Option<Answer>> {
    let auditor = &asked.auditor;
    if !cx.webhooks.is_open(auditor.id) {
        match try_once(cx, asked, submission, text).await? {
            Ok(answer) => {
                cx.webhooks.answered(auditor.id, true);
                return Ok(Some(answer));
            }
            Err(why) => {
                let is_paused = cx.webhooks.answered(auditor.id, false);
                tracing::warn!(auditor = auditor.name, why, is_paused, "an external auditor failed");
            }
        }
    }
    if auditor.fails_closed { Err(Error::invalid("text", screening::unchecked())) } else { Ok(None) }
}

/// Asks one auditor. The inner error says what is wrong with its answer.
async fn try_once(
    cx: &Context,
    asked: &AuditorToAsk,
    submission: &Submission<'_>,
    text: &str,
) -> Result<std::result::Result<Answer, String>> {
    let author = store::people::users::by_id(&cx.db, submission.author).await?.ok_or(Error::NotFound)?;
    let secret = cx.config.secret.decrypt("webhook", "auditor", &asked.secret);
    let secret = secret.ok_or_else(|| Error::Internal("the secret of an external auditor is damaged".into()))?;
    let kind = match (submission.before, submission.title) {
        (Some(_), _) => "edit",
        (None, Some(_)) => "topic",
        (None, None) => "message",
    };
    let group = submission.group.map(|group| json!({"id": group.id, "slug": group.slug, "name": group.name}));
    let body = json!({
        "type": "message.audit",
        "timestamp": cx.now().rfc3339(),
        "data": {
            "kind": kind, "text": text, "title": submission.title, "before": submission.before.map(|(before, _)| before),
            "group": group,
            "attachment": submission.attachment.map(|attachment| json!({
                "kind": attachment.kind, "version": attachment.version, "data": attachment.data, "fallback": attachment.fallback,
            })),
            "author": {
                "id": author.id, "username": author.username, "bot": author.is_bot,
                "created_at": author.created_at.rfc3339(), "moderator": submission.by_moderator(),
            },
        },
    })
    .to_string();
    let id = format!("audit_{}", &secrets::token()?[..32]);
    let headers = secrets::standard_webhook(&secret, &id, cx.now().0 / 1_000_000, &body);
    let timeout = Duration::from_millis(asked.auditor.timeout_ms.unsigned_abs());
    let post = Post { url: &asked.auditor.url, headers, body: body.into_bytes(), timeout, most: LONGEST };
    let answer = match cx.outbound.post(post).await {
        Ok(answer) => answer,
        Err(error) => return Ok(Err(error.to_string())),
    };
    if !(200..300).contains(&answer.status) || !answer.is_whole {
        return Ok(Err(format!("its answer has the status {} or is not complete", answer.status)));
    }
    let parsed: std::result::Result<Answer, _> = serde_json::from_slice(&answer.body);
    Ok(match parsed {
        Ok(answer) if answer.verdict == AuditorVerdict::Change && answer.text.is_none() => {
            Err("it gives no text".to_owned())
        }
        Ok(answer) => Ok(answer),
        Err(error) => Err(format!("its answer cannot be read: {error}")),
    })
}
