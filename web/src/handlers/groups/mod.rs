//! Groups: list, show, create, edit, archive, delete, join, leave.

pub mod exports;
pub mod invitations;
pub mod mail_in;
pub mod members;
pub mod requests;
pub mod statistics;
pub mod versions;

use crate::handlers::form_errors;
use actix_web::web::{Path, Query};
use domain::groups::{GroupAccess, GroupForm as Wanted};
use domain::model::{Category, DirectoryFilter as Discovered, DirectoryOrder, GroupId, GroupKind, SubscriptionLevel};
use domain::policy::Permission;
use domain::topics::{GroupPage, PageEnd};
use serde::Deserialize;
use templates::form::{AskForm, DeleteGroupForm, GroupForm, PictureForm, Refill as _, TopicForm};
use templates::groups::{Delete, Discover, Edit, GroupOrder, New, Show};
use templates::links::Links;
use texts::Text;

use crate::failure::{Answer, Failure};
use crate::form::Form;
use crate::handlers::{id, key, key_for, refill, writer_limits};
use crate::page_cache::About;
use crate::req::Req;

/// Groups and topics per page.
const GROUPS: i64 = 40;

/// The query parameters of the list of groups.
#[derive(Deserialize)]
pub struct Params {
    #[serde(default)]
    q: String,
    #[serde(default)]
    order: String,
    #[serde(default)]
    category: String,
    page: Option<String>,
}

/// `GET /groups/`.
pub async fn index(req: Req, params: Query<Params>) -> Answer {
    let layout = req.layout().await?;
    let order = GroupOrder::parse(&params.order);
    let by = match order {
        GroupOrder::Popular => DirectoryOrder::Popular,
        GroupOrder::Recent => DirectoryOrder::Recent,
        GroupOrder::Name => DirectoryOrder::Name,
    };
    let page = page_number(params.page.as_deref())?;
    let category = Category::parse(&params.category);
    let wanted = Discovered { words: &params.q, category, order: by };
    let (rows, has_more) = domain::groups::discover_lively(req.cx(), req.viewer(), wanted, page - 1, GROUPS).await?;
    req.shared_page(&Discover { layout, q: params.q.clone(), order, category, rows, page, has_more }, About::Site)
}

/// Parses a page number; 1 if there is none.
pub(super) fn page_number(text: Option<&str>) -> Result<i64, Failure> {
    match text {
        None | Some("") => Ok(1),
        Some(text) => Ok(id::<i64>(text).map(|page| page.clamp(1, 10_000))?),
    }
}

/// The query parameters of a group.
#[derive(Deserialize)]
pub struct ShowParams {
    before: Option<String>,
}

/// `GET /GROUP/`. A conversation with one topic shows that topic; non-members of a closed group see how to ask.
pub async fn show(req: Req, path: Path<String>, params: Query<ShowParams>) -> Answer {
    let before = params.before.as_deref().filter(|text| !text.is_empty()).map(PageEnd::parse).transpose()?;
    let layout = req.layout().await?;
    let found = match domain::groups::by_slug(req.cx(), req.viewer(), &path).await {
        Err(domain::Error::NotFound) => {
            let now = domain::groups::formerly(req.cx(), req.viewer(), &path).await?;
            return Ok(req.moved(&format!("/{}/", now.slug)));
        }
        found => found?,
    };
    if !found.access.may(Permission::Read) {
        let about = About::Group(found.group.id);
        let page = crate::handlers::groups::requests::door(&req, layout, found, AskForm::default()).await?;
        return req.shared_page(&page, about);
    }
    let form = TopicForm { key: key_for(&req)?, ..TopicForm::default() };
    let mut page = draw(&req, layout, found, before, form).await?;
    if let Some(base) = req.describes().filter(|_| domain::policy::anyone_reads(page.group.kind)) {
        let (group, about) = (&page.group, templates::groups::plain(&page.group.description));
        let links = Links::page(base, &format!("/{}/", group.slug), &group.name, &about);
        page.layout.links = Some(links.with_picture(base, &group.picture));
    }
    match page.rows.as_slice() {
        [only] if page.group.is_direct() && before.is_none() => {
            let part = if only.unread > 0 { "#new" } else { "" };
            Ok(req.redirect(&format!("/{}/{}/{part}", page.group.slug, only.topic.slug)))
        }
        _ => req.shared_page(&page, About::Group(page.group.id)),
    }
}

/// Builds the page of a group with the given form.
pub(super) async fn draw(
    req: &Req,
    mut layout: templates::Layout,
    found: GroupAccess,
    before: Option<PageEnd>,
    form: TopicForm,
) -> Result<Show, Failure> {
    req.group_layout(&mut layout, &found.group, &found.access).await?;
    let page = domain::topics::group_page(req.cx(), req.viewer(), found, &mut layout.sidebar, before).await?;
    let GroupPage { found, about, rows, older, pinned, requests, own_pending } = page;
    let may_start = found.access.may(Permission::Write);
    let limits = match may_start {
        true => writer_limits(req, &found.group, found.access, "topic").await?,
        false => Vec::new(),
    };
    Ok(Show {
        pinned,
        about,
        role: found.access.role(),
        may_join: found.access.may(Permission::Join),
        may_start,
        may_edit: found.access.may(Permission::Administer),
        may_admit: found.access.may(Permission::Admit),
        may_invite: found.access.may(Permission::Invite),
        is_banned: found.access.is_banned(),
        waiting: requests,
        reported: domain::moderation::reports::count(&found),
        held: domain::moderation::approval_queue::count(&found),
        own_held: own_pending,
        aside: req.beside(found.group.id).await?.aside,
        rows,
        is_later_page: before.is_some(),
        older: older.map(PageEnd::to_param),
        upto: domain::topics::reads::upto(&layout.sidebar, Some(found.group.id), req.cx().now()),
        form,
        limits,
        group: req.called(found.group),
        layout,
    })
}

fn wanted(form: &Form) -> Result<Wanted, domain::Error> {
    Ok(Wanted {
        name: form.get("name").to_owned(),
        slug: form.get("slug").to_owned(),
        description: form.get("description").to_owned(),
        kind: GroupKind::parse(form.get("kind"))
            .ok_or_else(|| domain::Error::invalid("kind", texts::forms::choose_readers()))?,
        category: Category::parse(form.get("category")).unwrap_or(Category::Other),
        slow_seconds: number(form.get("slow")),
        first_held: number(form.get("first_held")),
        opens: form.get("opens") == "yes",
    })
}

/// Parses a choice; an empty field is the first choice, 0.
fn number(typed: &str) -> i64 {
    if typed.is_empty() { 0 } else { typed.parse().unwrap_or(-1) }
}

fn given_back(form: &Form, wrong: Vec<(String, Text)>) -> GroupForm {
    let mut back = GroupForm {
        name: form.get("name").into(),
        slug: form.get("slug").into(),
        kind: form.get("kind").into(),
        category: form.get("category").into(),
        description: form.get("description").into(),
        slow: form.get("slow").into(),
        first_held: form.get("first_held").into(),
        opens: form.get("opens").into(),
        error: None,
        key: form.get("key").to_owned(),
    };
    for (field, why) in wrong {
        back.set_error(&field, why);
    }
    back
}

/// `GET /-/groups/new`.
pub async fn new(req: Req) -> Answer {
    req.signed_in()?;
    let layout = req.layout().await?;
    req.page(&New { layout, form: GroupForm { kind: "public".into(), key: key()?, ..GroupForm::default() } })
}

/// `POST /-/groups`.
pub async fn create(req: Req, form: Form) -> Answer {
    let created = match wanted(&form) {
        Ok(wanted) => domain::groups::create(req.cx(), req.viewer(), wanted).await,
        Err(error) => Err(error),
    };
    match created {
        Ok(group) => Ok(req.redirect(&format!("/{}/", group.slug))),
        Err(error) => {
            let form = given_back(&form, form_errors(error)?);
            let layout = req.layout().await?;
            req.with_field_errors(&New { layout, form })
        }
    }
}

/// Builds the page of a group's settings as they are stored, with the form for its image.
pub(super) async fn edit_page(req: &Req, id: GroupId, picture: PictureForm) -> Result<Edit, Failure> {
    let mut layout = req.layout().await?;
    req.signed_in()?;
    let found = domain::groups::with_permission(req.cx(), req.viewer(), id, Permission::Administer).await?;
    req.group_layout(&mut layout, &found.group, &found.access).await?;
    let group = found.group;
    let form = GroupForm {
        name: group.name.clone().into(),
        slug: group.slug.clone().into(),
        kind: group.kind.as_str().into(),
        category: group.category.as_str().into(),
        description: group.description.clone().into(),
        slow: group.slow_seconds.to_string().into(),
        first_held: group.first_held.to_string().into(),
        opens: "".into(),
        error: None,
        key: String::new(),
    };
    Ok(Edit { layout, group, form, picture })
}

/// `GET /-/groups/ID/edit`.
pub async fn edit(req: Req, path: Path<String>) -> Answer {
    req.page(&edit_page(&req, id(&path)?, PictureForm::default()).await?)
}

/// `POST /-/groups/ID/edit`.
pub async fn update(req: Req, path: Path<String>, form: Form) -> Answer {
    let id: GroupId = id(&path)?;
    let updated = match wanted(&form) {
        Ok(wanted) => domain::groups::update(req.cx(), req.viewer(), id, wanted).await,
        Err(error) => Err(error),
    };
    match updated {
        Ok(group) => {
            req.site.forget_beside(&[id]);
            Ok(req.redirect_saying(&format!("/{}/", group.slug), "saved"))
        }
        Err(domain::Error::Invalid(fields)) => {
            let form = given_back(&form, form_errors(domain::Error::Invalid(fields))?);
            let mut layout = req.layout().await?;
            let found = domain::groups::with_permission(req.cx(), req.viewer(), id, Permission::Administer).await?;
            req.group_layout(&mut layout, &found.group, &found.access).await?;
            req.with_field_errors(&Edit { layout, group: found.group, form, picture: PictureForm::default() })
        }
        Err(error) => Err(error.into()),
    }
}

/// `POST /-/groups/ID/archive`: with `archived`, archives the group; without, unarchives it.
pub async fn archive(req: Req, path: Path<String>, form: Form) -> Answer {
    let archived = form.get("archived") == "yes";
    let group = domain::groups::archive(req.cx(), req.viewer(), id(&path)?, archived).await?;
    Ok(req.redirect_saying(&format!("/{}/", group.slug), if archived { "archived" } else { "unarchived" }))
}

/// `GET /-/groups/ID/delete`.
pub async fn delete(req: Req, path: Path<String>) -> Answer {
    let found = domain::groups::deletable(req.cx(), req.viewer(), id(&path)?).await?;
    delete_page(&req, found, DeleteGroupForm::default()).await.and_then(|page| req.page(&page))
}

async fn delete_page(req: &Req, found: GroupAccess, form: DeleteGroupForm) -> Result<Delete, Failure> {
    let mut layout = req.layout().await?;
    layout.group = Some(found.group.id);
    let aside = domain::live::presence::aside(req.cx(), found.group.id).await?;
    Ok(Delete { layout, members: aside.members, reads: found.access.may(Permission::Read), group: found.group, form })
}

/// `POST /-/groups/ID/delete`.
pub async fn destroy(req: Req, path: Path<String>, form: Form) -> Answer {
    let id: GroupId = id(&path)?;
    match domain::groups::delete(req.cx(), req.viewer(), id, form.get("name")).await {
        Ok(()) => {
            req.site.forget_beside(&[id]);
            Ok(req.redirect_saying("/", "group-deleted"))
        }
        Err(domain::Error::Invalid(fields)) => {
            let back = DeleteGroupForm { name: form.get("name").into(), error: None };
            let back = refill(back, domain::Error::Invalid(fields))?;
            let found = domain::groups::deletable(req.cx(), req.viewer(), id).await?;
            req.with_field_errors(&delete_page(&req, found, back).await?)
        }
        Err(error) => Err(error.into()),
    }
}

/// `POST /-/groups/ID/level`: sets the viewer's subscription level.
pub async fn level(req: Req, path: Path<String>, form: Form) -> Answer {
    let level = SubscriptionLevel::parse(form.get("level")).unwrap_or(SubscriptionLevel::Normal);
    let group = domain::groups::members::set_level(req.cx(), req.viewer(), id(&path)?, level).await?;
    Ok(req.redirect_saying(form.next(&format!("/{}/", group.slug)), said(level)))
}

/// Returns the flash for a subscription level.
pub(super) fn said(level: SubscriptionLevel) -> &'static str {
    match level {
        SubscriptionLevel::Normal => "heard",
        SubscriptionLevel::Followed => "followed",
        SubscriptionLevel::Muted => "muted",
    }
}

/// `POST /-/groups/ID/join`.
pub async fn join(req: Req, path: Path<String>, form: Form) -> Answer {
    let group = domain::groups::join(req.cx(), req.viewer(), id(&path)?).await?;
    req.site.forget_beside(&[group.id]);
    let home = format!("/{}/", group.slug);
    Ok(req.redirect_saying(form.next(&home), "joined"))
}

/// `POST /-/groups/ID/leave`.
pub async fn leave(req: Req, path: Path<String>, _form: Form) -> Answer {
    let group = domain::groups::leave(req.cx(), req.viewer(), id(&path)?).await?;
    req.site.forget_beside(&[group.id]);
    let known = matches!(group.kind, GroupKind::Public | GroupKind::Closed);
    let next = if known { format!("/{}/", group.slug) } else { "/".to_owned() };
    Ok(req.redirect_saying(&next, if group.is_direct() { "left-conversation" } else { "left" }))
}
