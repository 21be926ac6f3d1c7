//! Who is in a group: list, appoint, hand over, remove, ban.

use actix_web::web::{Path, Query};
use domain::model::{GroupId, Role, UserId};
use domain::policy::Deed;
use serde::Deserialize;
use templates::form::{ReasonForm, WarnForm};
use templates::groups::members::{Bans, Edit, Members, Row};

use crate::failure::{Answer, Failure};
use crate::form::Form;
use crate::handlers::groups::page_number;
use crate::handlers::id;
use crate::visit::Visit;

/// Members on a page.
const PAGE: i64 = 100;

/// What stands in the address of the list.
#[derive(Deserialize)]
pub struct Asked {
    page: Option<String>,
}

/// `GET /-/groups/ID/members`.
pub async fn index(visit: Visit, path: Path<String>, asked: Query<Asked>) -> Answer {
    let mut frame = visit.frame().await?;
    let page = page_number(asked.page.as_deref())?;
    let found = domain::groups::for_deed(visit.cx(), visit.viewer(), id(&path)?, Deed::Read).await?;
    visit.group_frame(&mut frame, &found.group, &found.standing).await?;
    let (total, rows, has_more) = domain::groups::list_members(visit.cx(), &found, page - 1, PAGE).await?;
    let rows = rows.into_iter().map(Row::from).collect();
    let keeps = found.standing.may(Deed::Admit);
    visit.page(&Members { frame, group: visit.called(found.group), keeps, total, rows, page, has_more })
}

fn ids(path: &(String, String)) -> Result<(GroupId, UserId), Failure> {
    Ok((id(&path.0)?, id(&path.1)?))
}

/// `GET /-/groups/ID/members/USER`: for those who decide who is in the group.
pub async fn edit(visit: Visit, path: Path<(String, String)>) -> Answer {
    let (group, user) = ids(&path)?;
    visit.page(&edit_page(&visit, group, user, ReasonForm::default(), WarnForm::default()).await?)
}

/// The page of somebody in a group, with whatever its forms hold.
pub async fn edit_page(
    visit: &Visit,
    group: GroupId,
    user: UserId,
    form: ReasonForm,
    warn: WarnForm,
) -> Result<Edit, Failure> {
    let mut frame = visit.frame().await?;
    let chosen = domain::groups::members::chosen(visit.cx(), visit.viewer(), group, user).await?;
    let record = domain::moderation::records::of_member(visit.cx(), visit.viewer(), &chosen).await?;
    let role = chosen.role();
    let domain::groups::members::Chosen { found, person, member, is_banned, has_written, has_asked } = chosen;
    visit.group_frame(&mut frame, &found.group, &found.standing).await?;
    Ok(Edit {
        frame,
        may_appoint: found.standing.may(Deed::Administer),
        may_hand_over: found.standing.role == Some(Role::Admin) && visit.viewer().id() != Some(user),
        may_remove: found.standing.may_remove(role) && visit.viewer().id() != Some(user),
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
pub async fn role(visit: Visit, path: Path<(String, String)>, form: Form) -> Answer {
    let (group, user) = ids(&path)?;
    let role = Role::parse(form.get("role")).ok_or_else(|| domain::Error::invalid("role", "Choose one of them."))?;
    let group = domain::groups::members::set_role(visit.cx(), visit.viewer(), group, user, role).await?;
    Ok(visit.redirect_saying(&format!("/-/groups/{}/members", group.id), "appointed"))
}

/// `POST /-/groups/ID/members/USER/hand-over`.
pub async fn hand_over(visit: Visit, path: Path<(String, String)>, _form: Form) -> Answer {
    let (group, user) = ids(&path)?;
    let group = domain::groups::members::hand_over(visit.cx(), visit.viewer(), group, user).await?;
    Ok(visit.redirect_saying(&format!("/{}/", group.slug), "handed-over"))
}

/// `POST /-/groups/ID/members/USER/remove`.
pub async fn remove(visit: Visit, path: Path<(String, String)>, _form: Form) -> Answer {
    let (group, user) = ids(&path)?;
    let group = domain::groups::members::remove(visit.cx(), visit.viewer(), group, user).await?;
    visit.site.forget_beside(&[group.id]);
    Ok(visit.redirect_saying(&format!("/-/groups/{}/members", group.id), "removed"))
}

/// `POST /-/groups/ID/members/USER/ban`.
pub async fn ban(visit: Visit, path: Path<(String, String)>, form: Form) -> Answer {
    let (group, user) = ids(&path)?;
    match domain::groups::members::ban(visit.cx(), visit.viewer(), group, user, form.get("reason")).await {
        Ok(group) => {
            visit.site.forget_beside(&[group.id]);
            Ok(visit.redirect_saying(&format!("/-/groups/{}/bans", group.id), "banned"))
        }
        Err(domain::Error::Invalid(fields)) => {
            let mut back = ReasonForm { reason: form.get("reason").into(), error: None };
            fields.iter().for_each(|(field, why)| back.mend(field, why));
            visit.mend(&edit_page(&visit, group, user, back, WarnForm::default()).await?)
        }
        Err(error) => Err(error.into()),
    }
}

/// `GET /-/groups/ID/bans`.
pub async fn bans(visit: Visit, path: Path<String>) -> Answer {
    let mut frame = visit.frame().await?;
    let (found, rows) = domain::groups::members::bans(visit.cx(), visit.viewer(), id(&path)?).await?;
    visit.group_frame(&mut frame, &found.group, &found.standing).await?;
    visit.page(&Bans { frame, group: found.group, keeps: true, rows: rows.into_iter().map(Into::into).collect() })
}

/// `POST /-/groups/ID/bans/USER/lift`.
pub async fn lift_ban(visit: Visit, path: Path<(String, String)>, _form: Form) -> Answer {
    let (group, user) = ids(&path)?;
    let group = domain::groups::members::lift_ban(visit.cx(), visit.viewer(), group, user).await?;
    Ok(visit.redirect_saying(&format!("/-/groups/{}/bans", group.id), "lifted"))
}
