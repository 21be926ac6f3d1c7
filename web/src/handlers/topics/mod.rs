//! Topics: show, start, rename, delete.

pub mod merges;
pub mod polls;
pub mod reads;
pub mod splits;
pub mod subscriptions;
pub mod titles;

use actix_web::web::{Path, Query};
use domain::groups;
use domain::messages::{self, Opened, TopicPage, Window};
use domain::model::{Mark, MessageId, Original, SubscriptionLevel, TopicId};
use domain::platform::validate::Draft;
use domain::policy::Permission;
use domain::time::Timestamp;
use domain::topics::{TopicAccess, moves};
use serde::Deserialize;
use templates::form::{MessageForm, RenameForm};
use templates::links::Links;
use templates::topics::{Delete, Edit, NewSince, Show};
use texts::Text;

use crate::failure::{Answer, Failure};
use crate::flash;
use crate::form::Form;
use crate::handlers::{id, key_for, refill, writer_limits};
use crate::page_cache::About;
use crate::req::Req;

/// The query parameters of a topic: at most one place counts.
#[derive(Deserialize)]
pub struct Params {
    before: Option<String>,
    after: Option<String>,
    /// With `after`: says that the link comes from the page before.
    seen: Option<String>,
    /// A message's number, or `last`.
    at: Option<String>,
    /// A day, as `2011-05-03`.
    date: Option<String>,
    /// The message that the composer replies to.
    reply: Option<String>,
}

impl Params {
    fn window(&self) -> Result<Window, Failure> {
        let seq = |text: &String| id::<i64>(text).map(|seq| seq.clamp(0, i64::MAX / 2));
        Ok(match self {
            Self { at: Some(text), .. } if text == "last" => Window::Last,
            Self { at: Some(text), .. } => Window::At(seq(text)?),
            Self { before: Some(text), .. } => Window::Before(seq(text)?),
            Self { after: Some(text), .. } => Window::After(seq(text)?),
            Self { date: Some(text), .. } if !text.is_empty() => Window::Since(day(text)?),
            _ => Window::Unread,
        })
    }
}

/// Returns when a day begins, in UTC.
fn day(text: &str) -> Result<Timestamp, domain::Error> {
    let wrong = || domain::Error::invalid("date", texts::forms::enter_date());
    Timestamp::from_rfc3339(&format!("{text}T00:00:00Z")).ok_or_else(wrong)
}

/// `GET /GROUP/TOPIC/`. The link to the next page marks the page before as read, unless a browser only prefetches the next
/// one, or a script loads it.
pub async fn show(req: Req, path: Path<(String, String)>, params: Query<Params>) -> Answer {
    let window = params.window()?;
    let (group, slug) = path.into_inner();
    let layout = req.layout().await?;
    let seen = params.seen.as_deref().filter(|_| !req.is_prefetch && !req.is_background);
    let page = match messages::open(req.cx(), req.viewer(), &group, &slug, window, seen).await? {
        Opened::Here(page) => *page,
        Opened::Moved(path) => return Ok(req.moved(&path)),
    };
    let (has_marked, topic) = (page.has_marked, page.found.topic.id);
    let reply_to = params.reply.as_ref().filter(|_| req.session.is_some()).and_then(|id| id.parse::<MessageId>().ok());
    let reply_to = reply_to.map(|id| id.to_string()).unwrap_or_default().into();
    let form = MessageForm { key: key_for(&req)?, reply_to, ..MessageForm::default() };
    let mut page = draw(&req, layout, page, form).await?;
    if has_marked {
        req.skip_own_read(&mut page.layout, topic).await;
        page.layout.sidebar = req.sidebar(&page.topic).await?;
    }
    if let Some(base) = req.describes().filter(|_| domain::policy::anyone_reads(page.group.kind)) {
        page.layout.links =
            Some(Links::topic(base, &req.path, &page.group, &page.topic, &page.messages, page.message_count));
    }
    let about = About::Topic(page.group.id, topic);
    req.shared_page(&page, about)
}

/// A path of a forum that was imported leads on to what came from there.
pub async fn old_address(req: &Req, path: &str) -> Answer {
    Ok(req.moved(&domain::topics::old_addresses::lead(req.cx(), req.viewer(), path).await?))
}

/// Returns the message that a form replies to.
pub(super) async fn replying(req: &Req, topic: TopicId, form: &MessageForm) -> Result<Option<Original>, Failure> {
    let Ok(message) = form.reply_to.value.parse() else { return Ok(None) };
    Ok(domain::messages::replies::original(req.cx(), req.viewer(), topic, message).await?)
}

/// Returns what limits the viewer's messages in a topic, in sentences.
pub(super) async fn limits(req: &Req, found: &TopicAccess) -> Result<Vec<Text>, Failure> {
    if !found.is_open() {
        return Ok(Vec::new());
    }
    let mut limits = writer_limits(req, &found.group, found.access, "message").await?;
    if found.topic.locked {
        limits.push(texts::topics_errors::locked());
    }
    Ok(limits)
}

/// Builds the page of a topic with the given form.
pub(super) async fn draw(
    req: &Req,
    mut layout: templates::Layout,
    page: TopicPage,
    mut form: MessageForm,
) -> Result<Show, Failure> {
    let TopicPage { found, about, messages, events, own_pending, continues, seen, .. } = page;
    req.group_layout(&mut layout, &found.group, &found.in_group()).await?;
    let beside = req.beside(found.group.id).await?;
    domain::live::unread::list_also(req.cx(), req.viewer(), &mut layout.sidebar, [&found.topic].into_iter()).await?;
    let counted = layout.sidebar.of_topic(found.topic.id).map(|listed| listed.unread);
    let read_seq = req.session.as_ref().map(|_| messages.read_seq.unwrap_or(0));
    if let (Some(read), Some(first), Some(last)) = (read_seq, messages.messages.first(), messages.messages.last())
        && form.seen.value.is_empty()
        && first.seq <= read + 1
    {
        form.seen = domain::topics::reads::shown(found.topic.id, last.seq, found.topic.numbering).into();
    }
    let new = messages.first_unread.zip(counted).map(|(seq, count)| NewSince { seq, count });
    let also = beside.topics.into_iter().filter(|topic| found.access.may_read_topic(topic.created_at));
    let replying = replying(req, found.topic.id, &form).await?;
    let limits = limits(req, &found).await?;
    Ok(Show {
        about,
        message_count: found.message_count,
        events,
        messages: messages.messages,
        earlier: messages.earlier,
        later: messages.later,
        new,
        read_seq,
        seen,
        visited: found.read_seq.is_some(),
        may_write: found.is_open(),
        is_member: found.access.role().is_some(),
        may_invite: found.in_group().may(Permission::Invite),
        level: found.level,
        continues,
        may_join: found.in_group().may(Permission::Join),
        may_edit: found.may_edit(req.viewer()) || found.may_archive(),
        may_delete: found.may_edit(req.viewer()),
        limits,
        own_held: own_pending,
        aside: beside.aside,
        also: also.filter(|topic| topic.id != found.topic.id).take(5).collect(),
        topic: found.topic,
        group: req.called(found.group),
        form,
        replying,
        layout,
    })
}

/// `POST /-/groups/ID/topics`.
pub async fn create(req: Req, path: Path<String>, form: Form) -> Answer {
    let group = id(&path)?;
    let draft = Draft::of_form(form.get("text"), form.get("key"), &[form.get("title")]);
    let target = domain::messages::Target::NewTopic { group, title: form.get("title") };
    let poll = polls::poll(&form, req.cx().now());
    match domain::messages::submit_with(req.cx(), req.viewer(), target, draft, poll).await {
        Ok(posted) => {
            Ok(req.accepted(req.redirect(&format!("/{}/{}/", posted.group_slug, posted.topic_slug)), form.get("key")))
        }
        Err(domain::Error::Pending) => {
            let found = groups::by_id(req.cx(), req.viewer(), group).await?;
            Ok(req.accepted(req.redirect_saying(&format!("/{}/", found.group.slug), "held"), form.get("key")))
        }
        Err(error) => {
            let back = refill(polls::topic_form(&form), error)?;
            let layout = req.layout().await?;
            let found = groups::by_id(req.cx(), req.viewer(), group).await?;
            let page = crate::handlers::groups::draw(&req, layout, found, None, back).await?;
            req.with_field_errors(&page)
        }
    }
}

/// Answers with the edit page and the given form.
async fn edit_page(req: &Req, topic: TopicId, form: Option<RenameForm>, not_moved: Option<Text>) -> Answer {
    let mut layout = req.layout().await?;
    req.signed_in()?;
    let found = domain::topics::find(req.cx(), req.viewer(), topic).await?;
    let may_archive = found.may_archive();
    if !may_archive {
        found.check_edit(req.viewer())?;
    }
    layout.group = Some(found.group.id);
    let moderates = found.access.may(Permission::Moderate);
    let is_wrong = form.is_some() || not_moved.is_some();
    let form = form.unwrap_or_else(|| RenameForm { title: found.topic.name.clone().into(), error: None });
    let page = Edit { layout, group: found.group, topic: found.topic, form, moderates, may_archive, not_moved };
    if is_wrong { req.with_field_errors(&page) } else { req.page(&page) }
}

/// `GET /-/topics/ID/edit`.
pub async fn edit(req: Req, path: Path<String>) -> Answer {
    edit_page(&req, id(&path)?, None, None).await
}

/// `POST /-/topics/ID/edit`.
pub async fn update(req: Req, path: Path<String>, form: Form) -> Answer {
    let topic = id(&path)?;
    match domain::topics::rename(req.cx(), req.viewer(), topic, form.get("title")).await {
        Ok((topic, group)) => Ok(req.redirect_saying(&format!("/{}/{}/", group.slug, topic.slug), "saved")),
        Err(domain::Error::Invalid(fields)) => {
            let back = RenameForm { title: form.get("title").into(), error: None };
            let back = refill(back, domain::Error::Invalid(fields))?;
            edit_page(&req, topic, Some(back), None).await
        }
        Err(error) => Err(error.into()),
    }
}

/// `POST /-/topics/ID/mark`: locks, pins or resolves the topic, or undoes that.
pub async fn mark(req: Req, path: Path<String>, form: Form) -> Answer {
    let mark = Mark::parse(form.get("mark")).ok_or(domain::Error::NotFound)?;
    let on = form.get("on") == "yes";
    let (topic, group) = domain::topics::mark(req.cx(), req.viewer(), id(&path)?, mark, on).await?;
    Ok(req.redirect(&format!("/{}/{}/", group.slug, topic.slug)))
}

/// `POST /-/topics/ID/move`: to another group.
pub async fn relocate(req: Req, path: Path<String>, form: Form) -> Answer {
    let topic = id(&path)?;
    match moves::to_group(req.cx(), req.viewer(), topic, id(form.get("group"))?).await {
        Ok((topic, group)) => Ok(req.redirect_saying(&format!("/{}/{}/", group.slug, topic.slug), "moved")),
        Err(domain::Error::Invalid(fields)) => {
            let why = fields.iter().next().map(|(_, why)| why.clone());
            edit_page(&req, topic, None, why).await
        }
        Err(error) => Err(error.into()),
    }
}

/// `GET /-/topics/ID/delete`.
pub async fn delete(req: Req, path: Path<String>) -> Answer {
    let mut layout = req.layout().await?;
    req.signed_in()?;
    let found = domain::topics::find(req.cx(), req.viewer(), id(&path)?).await?;
    domain::topics::check_delete(req.cx(), req.viewer(), &found).await?;
    layout.group = Some(found.group.id);
    req.page(&Delete { layout, group: found.group, message_count: found.message_count, topic: found.topic })
}

/// `POST /-/topics/ID/delete`.
pub async fn destroy(req: Req, path: Path<String>, _form: Form) -> Answer {
    let group = domain::topics::delete(req.cx(), req.viewer(), id(&path)?).await?;
    req.site.forget_beside(&[group.id]);
    Ok(req.redirect_saying(&format!("/{}/", group.slug), "deleted"))
}

/// `POST /-/topics/ID/level`: sets the viewer's subscription level.
pub async fn level(req: Req, path: Path<String>, form: Form) -> Answer {
    let level = SubscriptionLevel::parse(form.get("level")).unwrap_or(SubscriptionLevel::Normal);
    let found = domain::topics::subscriptions::set_of_topic(req.cx(), req.viewer(), id(&path)?, level).await?;
    let page = format!("/{}/{}/", found.group.slug, found.topic.slug);
    let word = match level {
        SubscriptionLevel::Muted => flash::TOPIC_MUTED,
        other => crate::handlers::groups::said(other),
    };
    Ok(req.redirect_saying(form.next(&page), word))
}
