//! Previews of links: what the pages say about themselves that a message links to. A job asks them, once for all messages.

mod head;
mod oembed;

use std::time::Duration;

use futures_util::future::try_join_all;
use url::Url;

use super::changes;
use crate::live::tell;
use crate::platform::context::Context;
use crate::platform::error::{Error, Result};
use crate::platform::jobs::{self, Cause, Task};
use crate::platform::outbound::{Failure, MAX_GET_URL};
use crate::platform::remote::Wanted;
use crate::platform::{log, secrets, validate};
use crate::site;
use head::Head;
use model::policy::Viewer;
use model::{Group, LinkPreview, LogAction, LogEntry, Message, MessageId, Permalink};
use store::Db;
use store::messages::link_previews as table;
use store::search_log::{self, Changed};

/// The most previews of a message.
const MOST: usize = 3;
/// How a page is asked for.
const PAGE: Wanted =
    Wanted { accept: "text/html,application/xhtml+xml;q=0.9", timeout: Duration::from_secs(5), most: 512 << 10 };
/// How the short description of a video or a song is asked for.
const OEMBED: Wanted = Wanted { accept: "application/json", timeout: Duration::from_secs(5), most: 64 << 10 };
/// How long the answer of a page counts, and that it gave none.
const KNOWN: Duration = Duration::from_secs(7 * 24 * 3_600);
const UNKNOWN: Duration = Duration::from_secs(3_600);
/// How long a job waits while others send too many requests.
const LATER: Duration = Duration::from_secs(15);
/// The most characters of what is shown.
const MAX_TITLE: usize = 150;
const MAX_DESCRIPTION: usize = 300;
const MAX_SITE: usize = 60;
/// What every link to another host has in our HTML. User text cannot contain it, since its quotes are escaped.
const AWAY: &str = "target=\"_blank\"";

/// Whether links of a message may need previews. Nobody learns of the links in conversations.
pub(crate) fn may_need(message: &Message, group: &Group) -> bool {
    !message.deleted && !group.is_direct() && (message.markup.contains(AWAY) || !message.previews.is_empty())
}

/// Queues the jobs that make the previews of messages.
pub(crate) async fn queue(cx: &Context, messages: &[MessageId]) -> Result<()> {
    if messages.is_empty() || !site::current(cx).await.settings.link_previews {
        return Ok(());
    }
    let mut tx = cx.db.begin().await?;
    for &message in messages {
        jobs::enqueue(&mut tx, Task::PreviewLinks { message }, cx.now()).await?;
    }
    tx.commit().await?;
    cx.wake.after_commit();
    Ok(())
}

/// Makes the previews of a message, unless somebody removed them.
pub(crate) async fn make(cx: &Context, id: MessageId) -> Result<()> {
    let Some(raw) = store::messages::raw(&cx.db, id).await?.filter(|raw| !raw.deleted) else { return Ok(()) };
    let subject = store::topics::subjects(&cx.db, &[raw.topic_id]).await?.pop();
    let is_public_enough = subject.is_some_and(|subject| !subject.deleted && !subject.group.is_direct());
    if !is_public_enough || !site::current(cx).await.settings.link_previews || table::are_removed(&cx.db, id).await? {
        return Ok(());
    }
    let attachment = raw.attachment()?;
    let typed = attachment.as_ref().map_or(raw.raw.as_str(), |attachment| attachment.typed(&raw.raw));
    let links = markup::parse(typed, &cx.markup_site()).lone_links(MOST);
    // On SQLite, two jobs run at once: one of them sends.
    let found = match cx.remote.place(matches!(cx.db, Db::Sqlite(_))) {
        Some(_place) => try_join_all(links.iter().map(|link| answer(cx, link))).await?,
        None => vec![None],
    };
    let mut tx = cx.db.begin().await?;
    let Some(answers) = found.into_iter().collect::<Option<Vec<_>>>() else {
        jobs::enqueue(&mut tx, Task::PreviewLinks { message: id }, cx.now().plus(LATER)).await?;
        tx.commit().await?;
        return Ok(());
    };
    let previews: Vec<LinkPreview> = answers.into_iter().flatten().collect();
    if table::set(&mut tx, id, &raw.raw, &previews).await? > 0 {
        // The event stream of the API reads this log.
        search_log::insert(&mut tx, Changed::Message(id)).await?;
        jobs::enqueue(&mut tx, Cause::PreviewsChanged { message: id }, cx.now()).await?;
        tx.commit().await?;
        cx.wake.after_commit();
    }
    Ok(())
}

/// What a page says about itself, perhaps as it said lately. `Some(None)` if it says nothing; `None`: ask again later.
async fn answer(cx: &Context, link: &str) -> Result<Option<Option<LinkPreview>>> {
    let _alone = cx.remote.alone(&format!("page {link}")).await;
    let sha256 = secrets::digest(link);
    if let Some(known) = table::known(&cx.db, &sha256, cx.now()).await? {
        return Ok(Some(known));
    }
    let preview = match asked(cx, link).await {
        Ok(preview) => preview,
        Err(Failure::Busy) => return Ok(None),
        Err(error) => {
            tracing::debug!(%error, link, "a linked page has no preview");
            None
        }
    };
    let counts = if preview.is_some() { KNOWN } else { UNKNOWN };
    let mut tx = cx.db.begin().await?;
    table::remember(&mut tx, &sha256, preview.as_ref(), cx.now().plus(counts)).await?;
    tx.commit().await?;
    Ok(Some(preview))
}

async fn asked(cx: &Context, link: &str) -> Result<Option<LinkPreview>, Failure> {
    let url = Url::parse(link).map_err(|error| Failure::Refused(error.to_string()))?;
    if let Some(endpoint) = oembed::endpoint(&url) {
        let got = cx.remote.fetch(cx.now(), endpoint.as_str(), OEMBED).await;
        let head = got.ok().filter(|got| got.status == 200).map(|got| oembed::read(&got.body)).unwrap_or_default();
        if let Some(preview) = preview(link, &url, head) {
            return Ok(Some(preview));
        }
    }
    let got = cx.remote.fetch(cx.now(), link, PAGE).await?;
    let kind = got.kind.to_ascii_lowercase();
    let is_page = kind.starts_with("text/html") || kind.starts_with("application/xhtml+xml");
    if got.status != 200 || !is_page {
        return Ok(None);
    }
    // Half a megabyte takes a while to read.
    let read = tokio::task::spawn_blocking(move || (head::read(&got.body, &kind), got.url)).await;
    let (head, url) = read.map_err(|error| Failure::Broken(error.to_string()))?;
    Ok(preview(link, &url, head))
}

/// Makes the preview of a link. `url` is where the page is, after redirects.
fn preview(link: &str, url: &Url, head: Head) -> Option<LinkPreview> {
    let title = shown(&head.title?, MAX_TITLE);
    let description = shown(&head.description.unwrap_or_default(), MAX_DESCRIPTION);
    let host = url.host_str().unwrap_or_default();
    let site = shown(&head.site.unwrap_or_default(), MAX_SITE);
    let site = if site.is_empty() { shown(host.trim_start_matches("www."), MAX_SITE) } else { site };
    let image = head.image.and_then(|image| url.join(image.trim()).ok());
    let image = image.filter(|image| matches!(image.scheme(), "http" | "https")).map(String::from);
    (!title.is_empty()).then(|| LinkPreview {
        url: link.to_owned(),
        description: if description == title { String::new() } else { description },
        title,
        site,
        image: image.filter(|image| image.len() <= MAX_GET_URL),
    })
}

/// Cleans a text of a foreign page, and shortens it.
fn shown(text: &str, most: usize) -> String {
    let line = validate::one_line(text);
    match line.char_indices().nth(most) {
        Some(_) => {
            let short: String = line.chars().take(most - 1).collect();
            format!("{}…", short.trim_end())
        }
        None => line,
    }
}

/// Removes the previews of a message permanently. Its author and moderators can. Does nothing if it has none.
///
/// # Errors
/// [`Error::NotFound`]; [`Error::Forbidden`] for anyone else.
pub async fn remove(cx: &Context, viewer: Viewer, id: MessageId) -> Result<Permalink> {
    let user = viewer.user()?;
    let editable = changes::deletable(cx, viewer, id).await?;
    let now = cx.now();
    let mut tx = cx.db.begin().await?;
    if !changes::lock(&mut tx, &editable).await? {
        return Err(Error::forbidden(texts::messages_errors::moved_open_again()));
    }
    if table::remove(&mut tx, id).await? > 0 {
        search_log::insert(&mut tx, Changed::Message(id)).await?;
        jobs::enqueue(&mut tx, Cause::PreviewsChanged { message: id }, now).await?;
        if user != editable.raw.author_id {
            let entry = LogEntry::new(user, LogAction::PreviewsRemoved).group(editable.group.id);
            let entry = entry.topic(editable.topic.id).message(id).whom(editable.raw.author_id);
            log::write(&mut tx, entry, now).await?;
        }
        tx.commit().await?;
        cx.wake.after_commit();
        tell::pages_changed(cx, Some((editable.group.id, editable.topic.id))).await;
    }
    Ok(changes::place_in(&editable))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn head(title: &str, description: &str, image: &str) -> Head {
        let text = |text: &str| Some(text.to_owned());
        Head { title: text(title), description: text(description), site: None, image: text(image) }
    }

    #[test]
    fn texts_of_a_page_are_cleaned_and_bounded() {
        let url = Url::parse("https://www.a.example/x/y?z").expect("a URL");
        let made = preview("https://short.example", &url, head(" The\n \u{202e}heron\0 ", "The heron", "../i.png?a=b"));
        let expected = LinkPreview {
            url: "https://short.example".to_owned(),
            title: "The heron".to_owned(),
            description: String::new(),
            site: "a.example".to_owned(),
            image: Some("https://www.a.example/i.png?a=b".to_owned()),
        };
        assert_eq!(made, Some(expected));
        let long = preview("https://a.example", &url, head(&"é".repeat(9_000), &"word ".repeat(900), "javascript:x"));
        let long = long.expect("a preview");
        assert_eq!((long.title.chars().count(), long.image), (MAX_TITLE, None));
        assert!(long.title.ends_with('…') && long.description.chars().count() <= MAX_DESCRIPTION);
        assert_eq!(preview("https://a.example", &url, head("\u{200b} \u{202e}", "x", "")), None);
        assert_eq!(preview("https://a.example", &url, Head::default()), None);
    }
}
