//! Sign-ups that wait for approval, and links that let people sign up.

use actix_web::web::Path;
use domain::model::UserId;
use domain::people::sign_ups;
use templates::form::SiteLinkForm;
use templates::people::sign_ups::{Link, Row, SignUpsPage};

use crate::failure::{Answer, Failure};
use crate::form::Form;
use crate::handlers::admin::layout;
use crate::handlers::{id, refill};
use crate::req::Req;

async fn page(req: &Req, form: SiteLinkForm, made: Option<String>) -> Result<SignUpsPage, Failure> {
    let layout = layout(req).await?;
    let shown = sign_ups::list(req.cx(), req.viewer()).await?;
    let (declined, waiting): (Vec<_>, Vec<_>) = shown.rows.into_iter().partition(|row| row.declined_at.is_some());
    Ok(SignUpsPage {
        layout,
        mode: req.now.settings.sign_ups,
        waiting: waiting.into_iter().map(Row::from).collect(),
        declined: declined.into_iter().map(Row::from).collect(),
        total: shown.total,
        links: shown.links.into_iter().map(Link::from).collect(),
        made,
        form,
    })
}

fn fresh() -> SiteLinkForm {
    SiteLinkForm { uses: "10".into(), days: "7".into(), error: None }
}

/// `GET /admin/sign-ups`.
pub async fn index(req: Req) -> Answer {
    req.admin()?;
    req.page(&page(&req, fresh(), None).await?)
}

/// `POST /admin/sign-ups`: `one` is `approve:USER` or `decline:USER`; without it, `answer` applies to all ticked users.
pub async fn answer(req: Req, form: Form) -> Answer {
    req.admin()?;
    let (word, users): (&str, Vec<UserId>) = match form.get("one").split_once(':') {
        Some((word, user)) => (word, vec![id(user)?]),
        None => (form.get("answer"), form.ticked("u")),
    };
    let (approve, said) = match word {
        "approve" => (true, "admitted"),
        "decline" => (false, "not-approved"),
        _ => return Err(domain::Error::invalid("answer", texts::forms::choose_whether()).into()),
    };
    sign_ups::answer(req.cx(), req.viewer(), &users, approve).await?;
    Ok(req.redirect_saying("/admin/sign-ups", said))
}

/// `POST /admin/sign-ups/links`: answers with the page that shows the new link once.
pub async fn create(req: Req, form: Form) -> Answer {
    req.admin()?;
    let number = |name| form.get(name).trim().parse().unwrap_or(0);
    match sign_ups::make_link(req.cx(), req.viewer(), number("uses"), number("days")).await {
        Ok(token) => {
            let link = format!("{}/-/sign-up?invitation={token}", req.cx().config.base_url);
            req.page(&page(&req, fresh(), Some(link)).await?)
        }
        Err(error @ domain::Error::Invalid(_)) => {
            let back = SiteLinkForm { uses: form.get("uses").into(), days: form.get("days").into(), error: None };
            let back = refill(back, error)?;
            req.with_field_errors(&page(&req, back, None).await?)
        }
        Err(error) => Err(error.into()),
    }
}

/// `POST /admin/sign-ups/links/ID/revoke`.
pub async fn revoke(req: Req, path: Path<String>, _form: Form) -> Answer {
    req.admin()?;
    sign_ups::revoke_link(req.cx(), req.viewer(), id(&path)?).await?;
    Ok(req.redirect_saying("/admin/sign-ups", "link-revoked"))
}
