//! Groups: discover, show, make, change, join, leave, members.

use actix_web::web::{Path, Query};
use domain::groups::{Found, GroupForm as Wanted};
use domain::model::{GroupId, GroupKind};
use domain::policy::Deed;
use domain::store::groups::Order;
use domain::topics::PageEnd;
use serde::Deserialize;
use templates::form::{GroupForm, TopicForm};
use templates::groups::{Discover, Edit, GroupOrder, MemberRow, Members, New, Show};

use super::{id, key, mendable};
use crate::failure::{Answer, Failure};
use crate::form::Form;
use crate::visit::Visit;

/// Groups on a page, topics on a page, members on a page.
const GROUPS: i64 = 40;
const TOPICS: usize = 40;
const MEMBERS: i64 = 100;

/// What stands in the address of the list of groups.
#[derive(Deserialize)]
pub struct Asked {
    #[serde(default)]
    q: String,
    #[serde(default)]
    order: String,
    page: Option<String>,
}

/// `GET /groups/`.
pub async fn index(visit: Visit, asked: Query<Asked>) -> Answer {
    let frame = visit.frame().await?;
    let order = GroupOrder::parse(&asked.order);
    let by = match order {
        GroupOrder::Popular => Order::Popular,
        GroupOrder::Recent => Order::Recent,
        GroupOrder::Name => Order::Name,
    };
    let page = page_number(asked.page.as_deref())?;
    let (rows, has_more) = domain::groups::discover(visit.cx(), visit.viewer(), &asked.q, by, page - 1, GROUPS).await?;
    visit.page(&Discover { frame, q: asked.q.clone(), order, rows, page, has_more })
}

/// The number of a page from its address; 1 when none is named.
pub(super) fn page_number(text: Option<&str>) -> Result<i64, Failure> {
    match text {
        None | Some("") => Ok(1),
        Some(text) => Ok(id::<i64>(text).map(|page| page.clamp(1, 10_000))?),
    }
}

/// What stands in the address of a group.
#[derive(Deserialize)]
pub struct Part {
    before: Option<String>,
}

/// `GET /GROUP/`.
pub async fn show(visit: Visit, path: Path<String>, part: Query<Part>) -> Answer {
    let before = part.before.as_deref().filter(|text| !text.is_empty()).map(PageEnd::parse).transpose()?;
    let frame = visit.frame().await?;
    let found = domain::groups::by_slug(visit.cx(), visit.viewer(), &path).await?;
    let form = TopicForm { key: key()?, ..TopicForm::default() };
    visit.page(&draw(&visit, frame, found, before, form).await?)
}

/// The page of a group, with whatever its form holds.
pub(super) async fn draw(
    visit: &Visit,
    mut frame: templates::Frame,
    found: Found,
    before: Option<PageEnd>,
    form: TopicForm,
) -> Result<Show, Failure> {
    let cx = visit.cx();
    visit.group_frame(&mut frame, &found.group, &found.standing).await?;
    let (rows, older) = domain::topics::list(cx, found.group.id, &frame.sidebar, before, TOPICS).await?;
    let beside = visit.site.beside(found.group.id).await?;
    let pinned = match before {
        None => domain::topics::pinned(cx, found.group.id).await?,
        Some(_) => Vec::new(),
    };
    Ok(Show {
        pinned,
        about: domain::messages::render(cx, &found.group.description).await?,
        role: found.standing.role,
        may_join: found.standing.may(Deed::Join),
        may_start: found.standing.may(Deed::Write),
        may_edit: found.standing.may(Deed::Administer),
        aside: beside.aside,
        rows,
        is_later_page: before.is_some(),
        older: older.map(PageEnd::to_param),
        upto: domain::reads::upto(&frame.sidebar, Some(found.group.id)),
        form,
        group: found.group,
        frame,
    })
}

fn wanted(form: &Form) -> Wanted {
    Wanted {
        name: form.get("name").to_owned(),
        slug: form.get("slug").to_owned(),
        description: form.get("description").to_owned(),
        kind: GroupKind::parse(form.get("kind")).unwrap_or(GroupKind::Public),
    }
}

fn given_back(form: &Form, wrong: Vec<(String, String)>) -> GroupForm {
    let mut back = GroupForm {
        name: form.get("name").into(),
        slug: form.get("slug").into(),
        kind: form.get("kind").into(),
        description: form.get("description").into(),
        error: None,
        key: form.get("key").to_owned(),
    };
    for (field, why) in wrong {
        back.mend(&field, why);
    }
    back
}

/// `GET /-/groups/new`.
pub async fn new(visit: Visit) -> Answer {
    visit.signed_in()?;
    let frame = visit.frame().await?;
    visit.page(&New { frame, form: GroupForm { kind: "public".into(), key: key()?, ..GroupForm::default() } })
}

/// `POST /-/groups`.
pub async fn create(visit: Visit, form: Form) -> Answer {
    match domain::groups::create(visit.cx(), visit.viewer(), wanted(&form)).await {
        Ok(group) => Ok(visit.redirect(&format!("/{}/", group.slug))),
        Err(error) => {
            let form = given_back(&form, mendable(error)?);
            let frame = visit.frame().await?;
            visit.mend(&New { frame, form })
        }
    }
}

/// `GET /-/groups/ID/edit`.
pub async fn edit(visit: Visit, path: Path<String>) -> Answer {
    let mut frame = visit.frame().await?;
    visit.signed_in()?;
    let found = domain::groups::by_id(visit.cx(), visit.viewer(), id(&path)?).await?;
    found.standing.check(Deed::Administer)?;
    visit.group_frame(&mut frame, &found.group, &found.standing).await?;
    let group = found.group;
    let form = GroupForm {
        name: group.name.clone().into(),
        slug: group.slug.clone().into(),
        kind: group.kind.as_str().into(),
        description: group.description.clone().into(),
        error: None,
        key: String::new(),
    };
    visit.page(&Edit { frame, group, form })
}

/// `POST /-/groups/ID/edit`.
pub async fn update(visit: Visit, path: Path<String>, form: Form) -> Answer {
    let id: GroupId = id(&path)?;
    match domain::groups::update(visit.cx(), visit.viewer(), id, wanted(&form)).await {
        Ok(group) => {
            visit.site.forget_beside(&[id]);
            Ok(visit.redirect_saying(&format!("/{}/", group.slug), "saved"))
        }
        Err(domain::Error::Invalid(fields)) => {
            let form = given_back(&form, mendable(domain::Error::Invalid(fields))?);
            let mut frame = visit.frame().await?;
            let found = domain::groups::by_id(visit.cx(), visit.viewer(), id).await?;
            visit.group_frame(&mut frame, &found.group, &found.standing).await?;
            visit.mend(&Edit { frame, group: found.group, form })
        }
        Err(error) => Err(error.into()),
    }
}

/// What stands in the address of the list of members.
#[derive(Deserialize)]
pub struct MembersPage {
    page: Option<String>,
}

/// `GET /-/groups/ID/members`.
pub async fn members(visit: Visit, path: Path<String>, asked: Query<MembersPage>) -> Answer {
    let mut frame = visit.frame().await?;
    let page = page_number(asked.page.as_deref())?;
    let found = domain::groups::by_id(visit.cx(), visit.viewer(), id(&path)?).await?;
    visit.group_frame(&mut frame, &found.group, &found.standing).await?;
    let (total, rows, has_more) = domain::groups::members(visit.cx(), &found, page - 1, MEMBERS).await?;
    let row = |row: domain::store::groups::MemberRow| MemberRow {
        person: row.person,
        role: row.role,
        joined_at: row.created_at,
    };
    let rows = rows.into_iter().map(row).collect();
    visit.page(&Members { frame, group: found.group, total, rows, page, has_more })
}

/// `POST /-/groups/ID/join`.
pub async fn join(visit: Visit, path: Path<String>, form: Form) -> Answer {
    let group = domain::groups::join(visit.cx(), visit.viewer(), id(&path)?).await?;
    visit.site.forget_beside(&[group.id]);
    let home = format!("/{}/", group.slug);
    Ok(visit.redirect_saying(form.next(&home), "joined"))
}

/// `POST /-/groups/ID/leave`.
pub async fn leave(visit: Visit, path: Path<String>, _form: Form) -> Answer {
    let group = domain::groups::leave(visit.cx(), visit.viewer(), id(&path)?).await?;
    visit.site.forget_beside(&[group.id]);
    let next = if group.kind == GroupKind::Public { format!("/{}/", group.slug) } else { "/".to_owned() };
    Ok(visit.redirect_saying(&next, "left"))
}
