//! Decides about a received email: posts it, sends it back with the reason, or drops it.

use std::sync::LazyLock;
use std::time::Duration;

use regex::Regex;

use super::body::{Attached, Body};
use super::read::{self, Content, Email, Written};
use super::settle::{self, Verdict};
use crate::messages::{self, Target};
use crate::platform::context::Context;
use crate::platform::error::{Error, Result};
use crate::platform::mail::signed::{self, MailTo, Signed};
use crate::platform::validate::{self, Draft};
use crate::{files, groups, site};
use model::policy::{self, Change, Permission, Viewer};
use model::time::Timestamp;
use model::{FileId, FileRow, GroupId, IncomingEmailId, IncomingOutcome, User};
use store::mail_in::IncomingRow;
use texts::{Lang, Text, mail_in};

/// The most files of an email.
const MOST_FILES: usize = 10;
/// Bytes of a file that are written at a time.
const PIECE: usize = 1 << 20;

/// Handles an email that waits. If the job runs again, the form's key finds what was posted.
///
/// # Errors
/// When the database, the bus or the storage fails; the job will try again.
pub(crate) async fn handle(cx: &Context, id: IncomingEmailId) -> Result<()> {
    let Some(mut row) = store::mail_in::waiting(&cx.db, id).await? else { return Ok(()) };
    let email = read::read(cx, &mut row).await?;
    let author = email.as_ref().map(|email| email.author.clone()).unwrap_or_default();
    let verdict = Box::pin(judge(cx, &row, email)).await?;
    settle::settle(cx, &row, &author, verdict).await
}

async fn judge(cx: &Context, row: &IncomingRow, email: Option<Email>) -> Result<Verdict> {
    use IncomingOutcome::{Automatic, Ignored};
    // An email that arrived in time is handled, however long it waited here.
    let Some(signed) = signed::read(&cx.config, &row.recipient, row.received_at) else {
        return Ok(Verdict::Done(Ignored));
    };
    let Some(Email { author, content }) = email else { return Ok(Verdict::Done(Ignored)) };
    let mail = match (signed.to, content) {
        (MailTo::Bounce { email, .. }, Content::Automatic { failure: Some(reason) }) => {
            return Ok(Verdict::Bounced { email, reason });
        }
        (MailTo::Bounce { .. }, _) | (_, Content::Automatic { .. }) => return Ok(Verdict::Done(Automatic)),
        (_, Content::Written(mail)) => mail,
    };
    let Some((account, address, lang)) = account(cx, row).await? else { return Ok(Verdict::Done(Ignored)) };
    let objection = objection(cx, (&account, lang), (author.as_str(), address.as_str()), signed, &mail).await?;
    let answered = match objection {
        Some(reason) => Err(reason),
        None => post(cx, row, signed.to, &mail, lang).await?,
    };
    Ok(answered.unwrap_or_else(|reason| Verdict::Returned { address, email: settle::returned(reason, &mail) }))
}

/// The account whose address an email was sent to, its confirmed address, and the language in which it is written to.
async fn account(cx: &Context, row: &IncomingRow) -> Result<Option<(User, String, Lang)>> {
    let account = store::people::users::by_id(&cx.db, row.user_id).await?.filter(|account| !account.deleted);
    let Some((account, address)) = account.and_then(|account| Some((account.clone(), account.email?))) else {
        return Ok(None);
    };
    let lang = match account.language.0 {
        Some(chosen) => chosen,
        None => site::current(cx).await.settings.lang(),
    };
    Ok(Some((account, address, lang)))
}

/// Gives an email up whose job failed for good: its author gets the text back. If the job had posted it before, it counts as
/// posted.
///
/// # Errors
/// When the database fails; the job will try again.
pub(crate) async fn give_up(cx: &Context, id: IncomingEmailId) -> Result<()> {
    let Some(mut row) = store::mail_in::waiting(&cx.db, id).await? else { return Ok(()) };
    // It may be what cannot be read.
    let email = read::read(cx, &mut row).await.unwrap_or_else(|error| {
        tracing::warn!(email = %id, %error, "an email that is given up cannot be read");
        None
    });
    let author = email.as_ref().map(|email| email.author.clone()).unwrap_or_default();
    let verdict = match store::messages::by_key(&cx.db, row.user_id, &row.digest).await? {
        Some(message) => Verdict::Posted(message),
        None => {
            let back = match email.map(|email| email.content) {
                Some(Content::Automatic { .. }) => None,
                Some(Content::Written(mail)) => Some(mail),
                None => Some(Written::default()),
            };
            let signed = signed::read(&cx.config, &row.recipient, row.received_at);
            let back = back.filter(|_| signed.is_some_and(|signed| !matches!(signed.to, MailTo::Bounce { .. })));
            let back = back.zip(account(cx, &row).await?).map(|(mail, (_, address, lang))| {
                let email = settle::returned(mail_in::failed().to(lang), &mail);
                (address, email)
            });
            Verdict::GivenUp(back)
        }
    };
    settle::settle(cx, &row, &author, verdict).await
}

/// Returns why the account may post nothing now, or not with this email.
async fn objection(
    cx: &Context,
    (account, lang): (&User, Lang),
    (author, address): (&str, &str),
    signed: Signed,
    mail: &Written,
) -> Result<Option<String>> {
    if !is_same(author, address) {
        let from = validate::one_line(author);
        return Ok(Some(mail_in::from_elsewhere(from).to(lang)));
    }
    if mail.is_too_complex {
        return Ok(Some(mail_in::too_complex().to(lang)));
    }
    if signed.is_expired {
        return Ok(Some(mail_in::expired().to(lang)));
    }
    if policy::restricted(account.suspended_until, account.banned_at, cx.now()).is_some() {
        return Ok(Some(mail_in::restricted().to(lang)));
    }
    if policy::waits(account.waiting_since) || account.is_bot {
        return Ok(Some(mail_in::cannot_post().to(lang)));
    }
    if let Err(denied) = policy::check_change(site::current(cx).await.settings.read_only, Change::Forum) {
        return why(denied.into(), lang).map(Some);
    }
    let is_empty = !validate::is_visible(&mail.body.text) && mail.body.files.is_empty();
    Ok(is_empty.then(|| mail_in::no_text().to(lang)))
}

/// Whether an email came from the address of an account. What follows a `+` in it may be missing.
fn is_same(author: &str, address: &str) -> bool {
    let plain = |address: &str| {
        let (local, domain) = address.rsplit_once('@')?;
        let local = local.split_once('+').map_or(local, |(before, _)| before);
        Some(format!("{local}@{domain}").to_lowercase())
    };
    author.eq_ignore_ascii_case(address) || plain(author).is_some_and(|author| Some(author) == plain(address))
}

/// Posts an email. The inner error is why it was refused.
async fn post(
    cx: &Context,
    row: &IncomingRow,
    to: MailTo,
    mail: &Written,
    lang: Lang,
) -> Result<std::result::Result<Verdict, String>> {
    // An email has none of an admin's rights.
    let viewer = Viewer::User { id: row.user_id, is_admin: false };
    let text = match with_files(cx, viewer, row.received_at, &mail.body, lang).await {
        Ok(text) => text,
        Err(error) => return why(error, lang).map(Err),
    };
    let draft = Draft::new(text, Some(row.digest.clone()));
    let submitted = match to {
        MailTo::Reply { topic, message: Some(message), .. } => {
            let target = Target::Reply { topic, to: message };
            match messages::submit(cx, viewer, target, draft.clone()).await {
                // The message that it answers was deleted or moved.
                Err(Error::Invalid(fields)) if fields.get("reply_to").is_some() => {
                    messages::submit(cx, viewer, Target::Topic(topic), draft).await
                }
                submitted => submitted,
            }
        }
        MailTo::Reply { topic, message: None, .. } => messages::submit(cx, viewer, Target::Topic(topic), draft).await,
        MailTo::NewTopic { group, .. } => start(cx, viewer, group, mail, draft).await,
        MailTo::Bounce { .. } => return Ok(Ok(Verdict::Done(IncomingOutcome::Ignored))),
    };
    match submitted {
        Ok(posted) => {
            tracing::info!(email = %row.id, message = %posted.id, "email posted");
            Ok(Ok(Verdict::Posted(posted.id)))
        }
        Err(Error::Pending) => Ok(Ok(Verdict::Done(IncomingOutcome::Held))),
        Err(error) => why(error, lang).map(Err),
    }
}

async fn start(cx: &Context, viewer: Viewer, group: GroupId, mail: &Written, draft: Draft) -> Result<messages::Posted> {
    let found = groups::with_permission(cx, viewer, group, Permission::Write).await?;
    if !found.group.takes_email {
        return Err(Error::forbidden(mail_in::no_topics()));
    }
    let title = title(&mail.subject);
    messages::submit(cx, viewer, Target::NewTopic { group, title: &title }, draft).await
}

/// The subject without what programs put before it.
fn title(subject: &str) -> String {
    static LEAD: LazyLock<Regex> = LazyLock::new(|| {
        Regex::new(r"^(?i)(?:\s*(?:re|aw|fwd?|wg|sv|vs|tr|rv|antw|odp|res)(?:\[\d+\])?\s*:)+").expect("a valid pattern")
    });
    LEAD.replace(&validate::one_line(subject), "").trim().to_owned()
}

/// Stores the files and returns the text with them. What is refused is named in it. `since` is when the email arrived.
async fn with_files(cx: &Context, viewer: Viewer, since: Timestamp, body: &Body, lang: Lang) -> Result<String> {
    let mut paragraphs = vec![body.text.clone()];
    let mut ids: Vec<FileId> = Vec::new();
    let mut refused = Vec::new();
    for (at, file) in body.files.iter().enumerate() {
        let stored = match at < MOST_FILES {
            true => upload(cx, viewer, since, file, &ids).await,
            false => Err(Error::invalid("file", mail_in::too_many_files(MOST_FILES))),
        };
        match stored {
            Ok(row) => {
                paragraphs.push(row.markup(""));
                ids.push(row.id);
            }
            Err(error) => refused.push((file.name.as_str(), why(error, lang)?)),
        }
    }
    paragraphs.extend(refused.iter().take(2 * MOST_FILES).map(|(name, why)| {
        let name: String = validate::one_line(name).chars().filter(|c| *c != '`').take(80).collect();
        mail_in::not_attached(name, why).to(lang)
    }));
    paragraphs.retain(|paragraph| !paragraph.is_empty());
    Ok(paragraphs.join("\n\n"))
}

/// Stores a file, or finds the one that an earlier try of the job stored. `others` are those before it in the email.
async fn upload(cx: &Context, viewer: Viewer, since: Timestamp, file: &Attached, others: &[FileId]) -> Result<FileRow> {
    let mut upload = files::receive(cx, viewer).await?;
    for piece in file.bytes.chunks(PIECE) {
        upload.write(piece).await?;
    }
    let sha256 = upload.sha256();
    let before = store::files::same_since(&cx.db, viewer.user()?, &sha256, since).await?;
    if let Some(stored) = before.into_iter().find(|row| !others.contains(&row.id)) {
        return Ok(stored);
    }
    // While the storage is away, the job is tried every few seconds, which must not use up the day's uploads.
    cx.files.size(&sha256).await?;
    files::count(cx, viewer).await?;
    upload.finish(cx, &file.name).await
}

/// Returns in sentences why something was refused.
///
/// # Errors
/// The error itself if it is about us: then the job tries again.
fn why(error: Error, lang: Lang) -> Result<String> {
    match error {
        Error::NotFound => Ok(mail_in::gone().to(lang)),
        Error::Forbidden(why) => Ok(why.to(lang)),
        Error::Invalid(fields) => Ok(fields.iter().map(|(_, why)| why.to(lang)).collect::<Vec<_>>().join(" ")),
        Error::TooMany(exceeded) => Ok(mail_in::limit(minutes(exceeded.wait)).to(lang)),
        Error::Slow(wait) => Ok(mail_in::slow_mode(minutes(wait)).to(lang)),
        Error::Busy(_)
        | Error::Changed
        | Error::Pending
        | Error::SignedOut
        | Error::Database(_)
        | Error::Bus(_)
        | Error::Search(_)
        | Error::NoSearch
        | Error::Storage(_)
        | Error::Internal(_) => Err(error),
    }
}

fn minutes(wait: Duration) -> Text {
    mail_in::minutes(wait.as_secs().div_ceil(60).max(1))
}

#[cfg(test)]
mod tests {
    use super::{is_same, title};

    #[test]
    fn the_address_of_an_account_may_have_a_tag() {
        assert!(is_same("Ann@Example.org", "ann@example.org"));
        assert!(
            is_same("ann@example.org", "ann+forum@example.org") && is_same("ann+a@example.org", "ann+b@example.org")
        );
        for other in ["", "ann", "ben@example.org", "ann@example.net", "ann@example.org.example.net"] {
            assert!(!is_same(other, "ann@example.org"), "{other}");
        }
    }

    #[test]
    fn a_subject_becomes_a_title() {
        assert_eq!(title("Re: AW: Fwd: Plums\r\n and pears"), "Plums and pears");
        assert_eq!(title("Re[2]: Plums: which?"), "Plums: which?");
        assert_eq!([title("Re:"), title("Reading")], ["", "Reading"]);
    }
}
