//! Invitations: links into a group, and invitations by name.

use actix_web::HttpRequest;
use actix_web::web::Path;
use domain::Error;
use domain::groups::invitations::{Followed, LinkForm as Wanted, Offer};
use domain::model::{GroupId, InvitationId, Role, UserId};
use domain::policy::Permission;
use templates::form::{AskForm, InviteForm, LinkForm};
use templates::groups::invitations::{Link, Mine, OfGroup, Offered};
use templates::people::account::EndedLink;

use crate::failure::{Answer, Failure};
use crate::form::{Form, submitted_form};
use crate::handlers::{id, link_ended, link_ended_with, refill};
use crate::req::Req;

/// `GET /-/invitations`: the viewer's invitations and requests to join.
pub async fn index(req: Req) -> Answer {
    req.signed_in()?;
    let layout = req.layout().await?;
    let invited = domain::groups::invitations::mine(req.cx(), req.viewer()).await?;
    let asked = domain::groups::requests::mine(req.cx(), req.viewer()).await?;
    req.page(&Mine {
        layout,
        invited: invited.into_iter().map(Into::into).collect(),
        asked: asked.into_iter().map(Into::into).collect(),
    })
}

async fn offer_page(req: &Req, token: &str, form: AskForm) -> Result<Offered, Failure> {
    let mut layout = req.layout().await?;
    // No live reload: following the link changes the page, and the user may be using its form.
    layout.live = None;
    let Offer { invitation, group, access, waits } =
        domain::groups::invitations::offer(req.cx(), req.viewer(), token).await?;
    Ok(Offered {
        layout,
        about: domain::platform::text::render(req.cx(), &group.description).await?,
        group,
        inviter: invitation.inviter,
        lets_in: invitation.role.is_some(),
        is_member: access.role().is_some(),
        may_follow: access.may_follow_link(),
        waits,
        token: token.to_owned(),
        form,
    })
}

/// `GET /-/invite/TOKEN`: shows the group; only the form on the page joins.
pub async fn offer(req: Req, path: Path<String>) -> Answer {
    match offer_page(&req, &path, AskForm::default()).await {
        Ok(page) => req.page(&page),
        Err(Failure::Domain(Error::NotFound)) => link_ended(&req, EndedLink::Invitation).await,
        Err(failure) => Err(failure),
    }
}

/// `POST /-/invite/TOKEN`.
pub async fn follow(req: Req, request: HttpRequest, path: Path<String>, form: Form) -> Answer {
    match domain::groups::invitations::follow(req.cx(), req.viewer(), &path, form.get("message")).await {
        Ok(Followed::In(group)) => {
            req.site.forget_beside(&[group.id]);
            Ok(req.redirect_saying(&format!("/{}/", group.slug), "joined"))
        }
        Ok(Followed::Requested(_)) => Ok(req.redirect_saying("/-/invitations", "asked")),
        Err(error @ (Error::Invalid(_) | Error::TooMany(_))) => {
            let back = AskForm { message: form.get("message").into(), error: None };
            let back = refill(back, error)?;
            req.with_field_errors(&offer_page(&req, &path, back).await?)
        }
        Err(Error::NotFound) => link_ended_with(&req, EndedLink::Invitation, submitted_form(&request)).await,
        Err(error) => Err(error.into()),
    }
}

async fn group_page(
    req: &Req,
    group: GroupId,
    form: LinkForm,
    by_name: InviteForm,
    made: Option<String>,
) -> Result<OfGroup, Failure> {
    let mut layout = req.layout().await?;
    let shown = domain::groups::invitations::list(req.cx(), req.viewer(), group).await?;
    let access = shown.found.access;
    req.group_layout(&mut layout, &shown.found.group, &access).await?;
    if made.is_some() {
        // The link is shown once, so a live reload would lose it.
        layout.live = None;
    }
    Ok(OfGroup {
        layout,
        moderates: access.may(Permission::Admit),
        may_invite: access.may(Permission::Invite),
        may_appoint: access.may(Permission::Administer),
        group: shown.found.group,
        links: shown.links.into_iter().map(Link::from).collect(),
        invited: shown.invited.into_iter().map(Into::into).collect(),
        made,
        form,
        by_name,
    })
}

fn fresh() -> LinkForm {
    LinkForm { role: "".into(), uses: "10".into(), days: "7".into(), error: None }
}

/// `GET /-/groups/ID/invitations`.
pub async fn of_group(req: Req, path: Path<String>) -> Answer {
    req.page(&group_page(&req, id(&path)?, fresh(), InviteForm::default(), None).await?)
}

/// `POST /-/groups/ID/invitations`: answers with the page that shows the new link once.
pub async fn create(req: Req, path: Path<String>, form: Form) -> Answer {
    let group: GroupId = id(&path)?;
    let wanted = Wanted {
        role: Role::parse(form.get("role")),
        uses: form.get("uses").trim().parse().unwrap_or(0),
        days: form.get("days").trim().parse().unwrap_or(0),
    };
    match domain::groups::invitations::make_link(req.cx(), req.viewer(), group, wanted).await {
        Ok(token) => {
            let link = format!("{}/-/invite/{token}", req.cx().config.base_url);
            req.page(&group_page(&req, group, fresh(), InviteForm::default(), Some(link)).await?)
        }
        Err(error @ (Error::Invalid(_) | Error::TooMany(_))) => {
            let back = LinkForm {
                role: form.get("role").into(),
                uses: form.get("uses").into(),
                days: form.get("days").into(),
                error: None,
            };
            let back = refill(back, error)?;
            req.with_field_errors(&group_page(&req, group, back, InviteForm::default(), None).await?)
        }
        Err(error) => Err(error.into()),
    }
}

/// `POST /-/groups/ID/invitations/INVITATION/revoke`.
pub async fn revoke(req: Req, path: Path<(String, String)>, _form: Form) -> Answer {
    let (group, invitation): (GroupId, InvitationId) = (id(&path.0)?, id(&path.1)?);
    domain::groups::invitations::revoke(req.cx(), req.viewer(), group, invitation).await?;
    Ok(req.redirect_saying(&format!("/-/groups/{group}/invitations"), "link-revoked"))
}

/// `POST /-/groups/ID/invited`: invites a user by name.
pub async fn invite(req: Req, path: Path<String>, form: Form) -> Answer {
    let group: GroupId = id(&path)?;
    match domain::groups::invitations::invite(req.cx(), req.viewer(), group, form.get("username")).await {
        Ok(()) => Ok(req.redirect_saying(&format!("/-/groups/{group}/invitations"), "invited")),
        Err(error @ (Error::Invalid(_) | Error::TooMany(_))) => {
            let back = InviteForm { username: form.get("username").into(), error: None };
            let back = refill(back, error)?;
            req.with_field_errors(&group_page(&req, group, fresh(), back, None).await?)
        }
        Err(error) => Err(error.into()),
    }
}

/// `POST /-/groups/ID/invited/USER/uninvite`.
pub async fn uninvite(req: Req, path: Path<(String, String)>, _form: Form) -> Answer {
    let (group, user): (GroupId, UserId) = (id(&path.0)?, id(&path.1)?);
    domain::groups::invitations::uninvite(req.cx(), req.viewer(), group, user).await?;
    Ok(req.redirect_saying(&format!("/-/groups/{group}/invitations"), "uninvited"))
}

/// `POST /-/groups/ID/invited/accept`.
pub async fn accept(req: Req, path: Path<String>, _form: Form) -> Answer {
    let group = domain::groups::invitations::accept(req.cx(), req.viewer(), id(&path)?).await?;
    req.site.forget_beside(&[group.id]);
    Ok(req.redirect_saying(&format!("/{}/", group.slug), "joined"))
}

/// `POST /-/groups/ID/invited/decline`.
pub async fn decline(req: Req, path: Path<String>, _form: Form) -> Answer {
    domain::groups::invitations::decline(req.cx(), req.viewer(), id(&path)?).await?;
    Ok(req.redirect_saying("/-/invitations", "declined"))
}
