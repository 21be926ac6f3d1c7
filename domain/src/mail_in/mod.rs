//! Emails that the forum receives: replies to its emails, new topics, and reports of mail servers.
//!
//! A server or a command receives an email and stores it with a job ([`receive`]). The job reads it, and posts it through
//! `messages::submit` or sends it back. The address proves who may post where: see
//! [`crate::platform::mail::signed`].

mod automatic;
mod body;
mod bounces;
mod handle;
pub mod log;
mod read;
mod reply;
mod settle;
mod structure;

use std::time::Duration;

use crate::files;
use crate::platform::context::Context;
use crate::platform::error::{Error, Result};
use crate::platform::jobs::{self, Task};
use crate::platform::mail::signed::{self, Signed};
use crate::platform::secrets;
use model::IncomingOutcome;
use store::mail_in::NewIncoming;

pub(crate) use handle::{give_up, handle};
pub use reply::REPLY_ABOVE;

/// The most emails to a person's addresses that wait. Others have to try again.
const MOST_WAITING: i64 = 20;
/// When to try again.
const LATER: Duration = Duration::from_secs(60);
/// The most bytes of an email, whatever files may have.
const LARGEST: u64 = 64 << 20;
/// The period that [`counts`] counts.
const COUNTED: Duration = Duration::from_secs(24 * 3_600);
/// The most characters of an address that is stored.
const LONGEST_ADDRESS: usize = 320;

/// The most bytes of an email: the largest file in Base64, and some text.
pub fn most_bytes(cx: &Context) -> u64 {
    (files::most_bytes(cx) * 7 / 5 + (1 << 20)).min(LARGEST)
}

/// Checks that emails to an address are taken. Addresses that expired are among them: their authors get an answer.
///
/// # Errors
/// [`Error::NotFound`] when we did not make it, or the account was deleted; [`Error::Busy`] when too many emails wait.
pub async fn check_recipient(cx: &Context, recipient: &str) -> Result<()> {
    known(cx, recipient).await.map(drop)
}

async fn known(cx: &Context, recipient: &str) -> Result<Signed> {
    let signed = signed::read(&cx.config, recipient, cx.now()).ok_or(Error::NotFound)?;
    let account = store::people::users::by_id(&cx.db, signed.to.user()).await?;
    account.filter(|account| !account.deleted).ok_or(Error::NotFound)?;
    if store::mail_in::count_waiting(&cx.db, signed.to.user()).await? >= MOST_WAITING {
        return Err(Error::Busy(LATER));
    }
    Ok(signed)
}

/// Takes an email to one recipient. On return it is stored durably, with the job that handles it. The same email is taken once.
/// `sender` is that of the envelope; it is empty for reports.
///
/// # Errors
/// As [`check_recipient`]; [`Error::Invalid`] on `email` when it is too large.
pub async fn receive(cx: &Context, sender: &str, recipient: &str, email: &[u8]) -> Result<()> {
    let signed = known(cx, recipient).await?;
    if email.len() as u64 > most_bytes(cx) {
        return Err(Error::invalid("email", texts::mail_in::too_large(most_bytes(cx) >> 20)));
    }
    let head = read::head(email);
    let id = head.as_ref().and_then(|head| head.message_id()).map(str::to_owned);
    let id = id.unwrap_or_else(|| secrets::digest_of(email));
    let digest = secrets::digest(&format!("{}\n{id}", signed.to.about()));
    let (raw, at) = (to_text(email), cx.now());
    let (sender, recipient) = (short(sender), short(recipient));
    let user = signed.to.user();
    let mut tx = cx.db.begin().await?;
    let new = NewIncoming { user, digest: &digest, sender: &sender, recipient: &recipient, raw: &raw, at };
    let Some(email) = store::mail_in::insert(&mut tx, &new).await? else {
        tracing::info!(%user, "an email was received again");
        // The first one may not be durable yet: an empty commit waits for it.
        return Ok(tx.commit().await?);
    };
    jobs::enqueue(&mut tx, Task::EmailReceived { email }, at).await?;
    tx.commit().await?;
    cx.wake.after_commit();
    tracing::info!(%email, %user, bytes = raw.len(), "email received");
    Ok(())
}

/// Returns how many emails were received in the last day, by what became of them.
///
/// # Errors
/// When the database fails.
pub async fn counts(cx: &Context) -> Result<Vec<(IncomingOutcome, i64)>> {
    let counted = store::mail_in::counts(&cx.db, cx.now().minus(COUNTED)).await?;
    let count = |outcome| counted.iter().find(|(one, _)| *one == outcome).map_or(0, |(_, count)| *count);
    Ok(IncomingOutcome::EACH.iter().map(|outcome| (*outcome, count(*outcome))).collect())
}

/// The text in which each character is a byte. Postgres refuses NUL, which no email has.
fn to_text(bytes: &[u8]) -> String {
    bytes.iter().filter(|byte| **byte != 0).map(|byte| char::from(*byte)).collect()
}

fn to_bytes(text: &str) -> Vec<u8> {
    text.chars().map(|c| u8::try_from(c).unwrap_or(b'?')).collect()
}

fn short(address: &str) -> String {
    address.chars().filter(|c| !c.is_control()).take(LONGEST_ADDRESS).collect()
}

#[cfg(test)]
mod tests {
    use super::{to_bytes, to_text};

    #[test]
    fn an_email_is_stored_byte_by_byte() {
        let bytes: Vec<u8> = (0..=255).collect();
        assert_eq!(to_bytes(&to_text(&bytes)), &bytes[1..]);
    }
}
