//! Records what became of a received email, in one transaction with what follows from it.

use std::time::Duration;

use super::bounces;
use super::read::Written;
use super::short;
use crate::platform::context::Context;
use crate::platform::error::Result;
use crate::platform::mail::outbox;
use crate::platform::validate;
use model::{EmailId, EmailKind, IncomingOutcome, MessageId, ReturnedEmail};
use store::mail_in::{Handled, IncomingRow};
use store::people::emails::NewEmail;

/// The most answers to a person in a day.
const MOST_ANSWERS: i64 = 20;
const DAY: Duration = Duration::from_secs(24 * 3_600);
/// The most characters of a text that goes back. More than a message may have.
const MOST_RETURNED: usize = 100_000;
/// The most characters of a reason in the log.
const LONGEST_REASON: usize = 500;

/// What to do about an email.
#[derive(Debug)]
pub(super) enum Verdict {
    Done(IncomingOutcome),
    Posted(MessageId),
    /// It goes back to its author, at the address of the account.
    Returned {
        address: String,
        email: ReturnedEmail,
    },
    /// Its job failed for good. It goes back too, if a person wrote it.
    GivenUp(Option<(String, ReturnedEmail)>),
    Bounced {
        email: EmailId,
        reason: String,
    },
}

impl Verdict {
    /// What goes back, and to which address.
    fn back(&self) -> Option<(&str, &ReturnedEmail)> {
        match self {
            Self::Returned { address, email } => Some((address, email)),
            Self::GivenUp(back) => back.as_ref().map(|(address, email)| (address.as_str(), email)),
            Self::Done(_) | Self::Posted(_) | Self::Bounced { .. } => None,
        }
    }

    /// Why it was not posted, if there is more to say.
    fn reason(&self) -> &str {
        match self {
            Self::Returned { email, .. } => &email.reason,
            Self::Bounced { reason, .. } => reason,
            Self::Done(_) | Self::Posted(_) | Self::GivenUp(_) => "",
        }
    }
}

/// What goes back: everything that its author typed.
pub(super) fn returned(reason: String, mail: &Written) -> ReturnedEmail {
    ReturnedEmail {
        reason,
        subject: mail.subject.clone(),
        text: validate::lines(&mail.body.text).chars().take(MOST_RETURNED).collect(),
        message_id: mail.message_id.clone(),
    }
}

/// Records what became of an email. `author` is the address in its head; it may be empty.
pub(super) async fn settle(cx: &Context, row: &IncomingRow, author: &str, verdict: Verdict) -> Result<()> {
    let now = cx.now();
    let mut tx = cx.db.begin().await?;
    let is_answered = match verdict.back() {
        Some(_) => store::mail_in::count_returned(&mut tx, row.user_id, now.minus(DAY)).await? < MOST_ANSWERS,
        None => false,
    };
    let (outcome, message) = match &verdict {
        Verdict::Done(outcome) => (*outcome, None),
        Verdict::Posted(message) => (IncomingOutcome::Posted, Some(*message)),
        Verdict::Bounced { .. } => (IncomingOutcome::Bounce, None),
        Verdict::Returned { .. } if is_answered => (IncomingOutcome::Returned, None),
        Verdict::Returned { .. } => (IncomingOutcome::Unanswered, None),
        Verdict::GivenUp(_) => (IncomingOutcome::Failed, None),
    };
    let (author, reason): (String, String) = (short(author), verdict.reason().chars().take(LONGEST_REASON).collect());
    let handled = Handled { outcome, author: &author, message, reason: &reason, at: now };
    if store::mail_in::handled(&mut tx, row.id, &handled).await? == 0 {
        return Ok(());
    }
    if let Some((address, email)) = verdict.back().filter(|_| is_answered) {
        let detail = email.to_json();
        let (user, detail, expires_at) = (Some(row.user_id), Some(detail.as_str()), now.plus(outbox::NEWS));
        let kind = EmailKind::Returned;
        let new = NewEmail { kind, user, address, group: None, token: None, detail, at: now, expires_at };
        outbox::put(&mut tx, new).await?;
    }
    if let Verdict::Bounced { email, reason } = &verdict {
        bounces::record(&mut tx, row.user_id, *email, reason, now).await?;
    }
    tx.commit().await?;
    cx.wake.after_commit();
    tracing::info!(email = %row.id, user = %row.user_id, %outcome, "email handled");
    Ok(())
}
