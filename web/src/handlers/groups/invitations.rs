//! Invitations: links into a group, and people invited by name.

use actix_web::web::Path;
use domain::groups::invitations::{Followed, LinkForm as Wanted, Offer};
use domain::model::{GroupId, InvitationId, Role, UserId};
use domain::policy::Deed;
use templates::form::{AskForm, InviteForm, LinkForm};
use templates::groups::invitations::{Link, Mine, OfGroup, Offered};

use crate::failure::{Answer, Failure};
use crate::form::Form;
use crate::handlers::{id, mendable};
use crate::visit::Visit;

/// `GET /-/invitations`: where one is invited to, and what one asked for.
pub async fn index(visit: Visit) -> Answer {
    visit.signed_in()?;
    let frame = visit.frame().await?;
    let invited = domain::groups::invitations::mine(visit.cx(), visit.viewer()).await?;
    let asked = domain::groups::requests::mine(visit.cx(), visit.viewer()).await?;
    visit.page(&Mine {
        frame,
        invited: invited.into_iter().map(Into::into).collect(),
        asked: asked.into_iter().map(Into::into).collect(),
    })
}

async fn offer_page(visit: &Visit, token: &str, form: AskForm) -> Result<Offered, Failure> {
    let mut frame = visit.frame().await?;
    // Following the link changes what it says: it is not drawn anew under the hand that follows it.
    frame.live = None;
    let Offer { invitation, group, standing, waits } =
        domain::groups::invitations::offer(visit.cx(), visit.viewer(), token).await?;
    Ok(Offered {
        frame,
        about: domain::platform::text::render(visit.cx(), &group.description).await?,
        group,
        inviter: invitation.inviter,
        lets_in: invitation.role.is_some(),
        is_member: standing.role.is_some(),
        may_follow: standing.may_follow_link(),
        waits,
        token: token.to_owned(),
        form,
    })
}

/// `GET /-/invite/TOKEN`: shows where it leads; only the form on it acts.
pub async fn offer(visit: Visit, path: Path<String>) -> Answer {
    visit.page(&offer_page(&visit, &path, AskForm::default()).await?)
}

/// `POST /-/invite/TOKEN`.
pub async fn follow(visit: Visit, path: Path<String>, form: Form) -> Answer {
    match domain::groups::invitations::follow(visit.cx(), visit.viewer(), &path, form.get("message")).await {
        Ok(Followed::In(group)) => {
            visit.site.forget_beside(&[group.id]);
            Ok(visit.redirect_saying(&format!("/{}/", group.slug), "joined"))
        }
        Ok(Followed::Asked(_)) => Ok(visit.redirect_saying("/-/invitations", "asked")),
        Err(error @ (domain::Error::Invalid(_) | domain::Error::TooMany(_))) => {
            let mut back = AskForm { message: form.get("message").into(), error: None };
            for (field, why) in mendable(error)? {
                back.mend(&field, why);
            }
            visit.mend(&offer_page(&visit, &path, back).await?)
        }
        Err(error) => Err(error.into()),
    }
}

async fn group_page(
    visit: &Visit,
    group: GroupId,
    form: LinkForm,
    by_name: InviteForm,
    made: Option<String>,
) -> Result<OfGroup, Failure> {
    let mut frame = visit.frame().await?;
    let shown = domain::groups::invitations::list(visit.cx(), visit.viewer(), group).await?;
    let standing = shown.found.standing;
    visit.group_frame(&mut frame, &shown.found.group, &standing).await?;
    if made.is_some() {
        // The link is shown this once: a page drawn anew would not have it.
        frame.live = None;
    }
    Ok(OfGroup {
        frame,
        keeps: standing.may(Deed::Admit),
        may_invite: standing.may(Deed::Invite),
        may_appoint: standing.may(Deed::Administer),
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
pub async fn of_group(visit: Visit, path: Path<String>) -> Answer {
    visit.page(&group_page(&visit, id(&path)?, fresh(), InviteForm::default(), None).await?)
}

/// `POST /-/groups/ID/invitations`: the page with the link that was made, which is shown this once.
pub async fn create(visit: Visit, path: Path<String>, form: Form) -> Answer {
    let group: GroupId = id(&path)?;
    let wanted = Wanted {
        role: Role::parse(form.get("role")),
        uses: form.get("uses").trim().parse().unwrap_or(0),
        days: form.get("days").trim().parse().unwrap_or(0),
    };
    match domain::groups::invitations::make_link(visit.cx(), visit.viewer(), group, wanted).await {
        Ok(token) => {
            let link = format!("{}/-/invite/{token}", visit.cx().config.base_url);
            visit.page(&group_page(&visit, group, fresh(), InviteForm::default(), Some(link)).await?)
        }
        Err(error @ (domain::Error::Invalid(_) | domain::Error::TooMany(_))) => {
            let mut back = LinkForm {
                role: form.get("role").into(),
                uses: form.get("uses").into(),
                days: form.get("days").into(),
                error: None,
            };
            for (field, why) in mendable(error)? {
                back.mend(&field, why);
            }
            visit.mend(&group_page(&visit, group, back, InviteForm::default(), None).await?)
        }
        Err(error) => Err(error.into()),
    }
}

/// `POST /-/groups/ID/invitations/INVITATION/revoke`.
pub async fn revoke(visit: Visit, path: Path<(String, String)>, _form: Form) -> Answer {
    let (group, invitation): (GroupId, InvitationId) = (id(&path.0)?, id(&path.1)?);
    domain::groups::invitations::revoke(visit.cx(), visit.viewer(), group, invitation).await?;
    Ok(visit.redirect_saying(&format!("/-/groups/{group}/invitations"), "link-revoked"))
}

/// `POST /-/groups/ID/invited`: invites somebody by name.
pub async fn invite(visit: Visit, path: Path<String>, form: Form) -> Answer {
    let group: GroupId = id(&path)?;
    match domain::groups::invitations::invite(visit.cx(), visit.viewer(), group, form.get("username")).await {
        Ok(()) => Ok(visit.redirect_saying(&format!("/-/groups/{group}/invitations"), "invited")),
        Err(error @ (domain::Error::Invalid(_) | domain::Error::TooMany(_))) => {
            let mut back = InviteForm { username: form.get("username").into(), error: None };
            for (field, why) in mendable(error)? {
                back.mend(&field, why);
            }
            visit.mend(&group_page(&visit, group, fresh(), back, None).await?)
        }
        Err(error) => Err(error.into()),
    }
}

/// `POST /-/groups/ID/invited/USER/uninvite`.
pub async fn uninvite(visit: Visit, path: Path<(String, String)>, _form: Form) -> Answer {
    let (group, user): (GroupId, UserId) = (id(&path.0)?, id(&path.1)?);
    domain::groups::invitations::uninvite(visit.cx(), visit.viewer(), group, user).await?;
    Ok(visit.redirect_saying(&format!("/-/groups/{group}/invitations"), "uninvited"))
}

/// `POST /-/groups/ID/invited/accept`.
pub async fn accept(visit: Visit, path: Path<String>, _form: Form) -> Answer {
    let group = domain::groups::invitations::accept(visit.cx(), visit.viewer(), id(&path)?).await?;
    visit.site.forget_beside(&[group.id]);
    Ok(visit.redirect_saying(&format!("/{}/", group.slug), "joined"))
}

/// `POST /-/groups/ID/invited/decline`.
pub async fn decline(visit: Visit, path: Path<String>, _form: Form) -> Answer {
    domain::groups::invitations::decline(visit.cx(), visit.viewer(), id(&path)?).await?;
    Ok(visit.redirect_saying("/-/invitations", "declined"))
}
