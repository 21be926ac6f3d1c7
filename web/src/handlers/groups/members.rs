//! Members of a group: list, change roles, hand over, remove, ban.

use crate::handlers::refill;
use actix_web::web::{Path, Query};
use domain::groups::MemberFilter;
use domain::model::{GroupId, Role, UserId};
use domain::policy::Permission;
use serde::Deserialize;
use templates::form::{ReasonForm, WarnForm};
use templates::groups::members::{Bans, Edit, Members, Row};

use crate::failure::{Answer, Failure};
use crate::form::Form;
use crate::handlers::groups::page_number;
use crate::handlers::id;
use crate::page_cache::About;
use crate::req::Req;

/// Members per page.
const PAGE: i64 = 100;

/// The query parameters.
#[derive(Deserialize)]
pub struct Params {
    page: Option<String>,
    q: Option<String>,
    role: Option<String>,
}

/// `GET /-/groups/ID/members`.
pub async fn index(req: Req, path: Path<String>, params: Query<Params>) -> Answer {
    let mut layout = req.layout().await?;
    let page = page_number(params.page.as_deref())?;
    let found = domain::groups::with_permission(req.cx(), req.viewer(), id(&path)?, Permission::Read).await?;
    req.group_layout(&mut layout, &found.group, &found.access).await?;
    let q = params.q.clone().unwrap_or_default();
    let role = params.role.as_deref().and_then(Role::parse);
    let wanted = MemberFilter { words: &q, role };
    let (total, rows, has_more) = domain::groups::list_members(req.cx(), &found, wanted, page - 1, PAGE).await?;
    let rows = rows.into_iter().map(Row::from).collect();
    let moderates = found.access.may(Permission::Admit);
    let about = About::Group(found.group.id);
    let page = Members { layout, group: req.called(found.group), moderates, total, rows, q, role, page, has_more };
    req.shared_page(&page, about)
}

fn ids(path: &(String, String)) -> Result<(GroupId, UserId), Failure> {
    Ok((id(&path.0)?, id(&path.1)?))
}

/// `GET /-/groups/ID/members/USER`: for moderators.
pub async fn edit(req: Req, path: Path<(String, String)>) -> Answer {
    let (group, user) = ids(&path)?;
    req.page(&edit_page(&req, group, user, ReasonForm::default(), WarnForm::default()).await?)
}

/// Builds the page of a user in a group with the given forms.
pub async fn edit_page(
    req: &Req,
    group: GroupId,
    user: UserId,
    form: ReasonForm,
    warn: WarnForm,
) -> Result<Edit, Failure> {
    let mut layout = req.layout().await?;
    let chosen = domain::groups::members::detail(req.cx(), req.viewer(), group, user).await?;
    let record = domain::moderation::records::of_member(req.cx(), req.viewer(), &chosen).await?;
    let role = chosen.role();
    let domain::groups::members::MemberDetail { found, person, member, is_banned, has_written, has_asked } = chosen;
    req.group_layout(&mut layout, &found.group, &found.access).await?;
    Ok(Edit {
        layout,
        may_appoint: found.access.may(Permission::Administer),
        may_hand_over: found.access.role() == Some(Role::Admin) && req.viewer().id() != Some(user),
        may_remove: found.access.may_remove(role) && req.viewer().id() != Some(user),
        group: found.group,
        person,
        member: member.map(Row::from),
        is_banned,
        has_written,
        has_asked,
        form,
        warn,
        record,
    })
}

/// `POST /-/groups/ID/members/USER/role`.
pub async fn role(req: Req, path: Path<(String, String)>, form: Form) -> Answer {
    let (group, user) = ids(&path)?;
    let role =
        Role::parse(form.get("role")).ok_or_else(|| domain::Error::invalid("role", texts::forms::choose_role()))?;
    let group = domain::groups::members::set_role(req.cx(), req.viewer(), group, user, role).await?;
    Ok(req.redirect_saying(&format!("/-/groups/{}/members", group.id), "appointed"))
}

/// `POST /-/groups/ID/members/USER/hand-over`.
pub async fn hand_over(req: Req, path: Path<(String, String)>, _form: Form) -> Answer {
    let (group, user) = ids(&path)?;
    let group = domain::groups::members::hand_over(req.cx(), req.viewer(), group, user).await?;
    Ok(req.redirect_saying(&format!("/{}/", group.slug), "handed-over"))
}

/// `POST /-/groups/ID/members/USER/remove`.
pub async fn remove(req: Req, path: Path<(String, String)>, _form: Form) -> Answer {
    let (group, user) = ids(&path)?;
    let group = domain::groups::members::remove(req.cx(), req.viewer(), group, user).await?;
    req.site.forget_beside(&[group.id]);
    Ok(req.redirect_saying(&format!("/-/groups/{}/members", group.id), "removed"))
}

/// `POST /-/groups/ID/members/USER/ban`.
pub async fn ban(req: Req, path: Path<(String, String)>, form: Form) -> Answer {
    let (group, user) = ids(&path)?;
    match domain::groups::members::ban(req.cx(), req.viewer(), group, user, form.get("reason")).await {
        Ok(group) => {
            req.site.forget_beside(&[group.id]);
            Ok(req.redirect_saying(&format!("/-/groups/{}/bans", group.id), "banned"))
        }
        Err(domain::Error::Invalid(fields)) => {
            let back = ReasonForm { reason: form.get("reason").into(), error: None };
            let back = refill(back, domain::Error::Invalid(fields))?;
            req.with_field_errors(&edit_page(&req, group, user, back, WarnForm::default()).await?)
        }
        Err(error) => Err(error.into()),
    }
}

/// `GET /-/groups/ID/bans`.
pub async fn bans(req: Req, path: Path<String>) -> Answer {
    let mut layout = req.layout().await?;
    let (found, rows) = domain::groups::members::bans(req.cx(), req.viewer(), id(&path)?).await?;
    req.group_layout(&mut layout, &found.group, &found.access).await?;
    req.page(&Bans { layout, group: found.group, moderates: true, rows: rows.into_iter().map(Into::into).collect() })
}

/// `POST /-/groups/ID/bans/USER/lift`.
pub async fn lift_ban(req: Req, path: Path<(String, String)>, _form: Form) -> Answer {
    let (group, user) = ids(&path)?;
    let group = domain::groups::members::lift_ban(req.cx(), req.viewer(), group, user).await?;
    Ok(req.redirect_saying(&format!("/-/groups/{}/bans", group.id), "lifted"))
}
