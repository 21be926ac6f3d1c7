//! Webhooks of groups and of the site: their list, the log of each, and changes by admins.

pub mod auditors;
pub mod incoming;

use actix_web::web::Path;
use domain::model::{GroupId, WebhookEvent, WebhookId};
use domain::people::bots;
use domain::webhooks::outgoing::{self, WebhookForm as Wanted};
use templates::webhooks::{AuditorForm, BotForm, Fresh, IncomingForm, Index, Show, WebhookForm};

use crate::failure::{Answer, Failure};
use crate::form::Form;
use crate::handlers::admin::layout_for;
use crate::handlers::{id, refill};
use crate::req::Req;

/// What a page of webhooks shows besides what is stored.
#[derive(Debug, Default)]
pub(super) struct Shown {
    pub bot_form: BotForm,
    pub incoming_form: IncomingForm,
    pub webhook_form: WebhookForm,
    pub auditor_form: AuditorForm,
    pub fresh: Option<Fresh>,
}

/// Builds the page of a group's webhooks or (`None`) of the site's.
pub(super) async fn page(req: &Req, group: Option<GroupId>, shown: Shown) -> Result<Index, Failure> {
    let (cx, viewer) = (req.cx(), req.viewer());
    let (found, webhooks) = outgoing::list(cx, viewer, group).await?;
    let layout = layout_for(req, found.as_ref()).await?;
    let (bots, choices, incoming) = match group {
        Some(group) => (
            bots::of_group(cx, viewer, group).await?,
            domain::webhooks::incoming::choices(cx, viewer, group).await?,
            domain::webhooks::incoming::list(cx, viewer, group).await?,
        ),
        None => (Vec::new(), Vec::new(), Vec::new()),
    };
    let auditors = if group.is_none() { domain::webhooks::auditors::list(cx, viewer).await? } else { Vec::new() };
    let Shown { bot_form, incoming_form, webhook_form, auditor_form, fresh } = shown;
    Ok(Index {
        layout,
        group: found.map(|found| found.group),
        bots,
        bot_form,
        choices: choices.into_iter().map(|bot| bot.person).collect(),
        incoming,
        incoming_form,
        webhooks,
        webhook_form,
        auditors,
        auditor_form,
        fresh,
    })
}

/// `GET /-/groups/ID/webhooks`.
pub async fn of_group(req: Req, path: Path<String>) -> Answer {
    req.page(&page(&req, Some(id(&path)?), Shown::default()).await?)
}

/// `GET /admin/webhooks`.
pub async fn of_site(req: Req) -> Answer {
    req.admin()?;
    req.page(&page(&req, None, Shown::default()).await?)
}

/// `POST /-/groups/ID/webhooks`: answers with the secret, shown once.
pub async fn create(req: Req, path: Path<String>, form: Form) -> Answer {
    make(&req, Some(id(&path)?), &form).await
}

/// `POST /admin/webhooks`: answers with the secret, shown once.
pub async fn create_of_site(req: Req, form: Form) -> Answer {
    req.admin()?;
    make(&req, None, &form).await
}

async fn make(req: &Req, group: Option<GroupId>, form: &Form) -> Answer {
    let events: Vec<WebhookEvent> =
        WebhookEvent::CHOICES.into_iter().filter(|event| form.get(event.as_str()) == "yes").collect();
    let wanted = Wanted { name: form.get("name").to_owned(), url: form.get("url").to_owned(), events: events.clone() };
    match outgoing::create(req.cx(), req.viewer(), group, wanted).await {
        Ok(secret) => {
            let fresh = Some(Fresh::secret(texts::forms::new_webhook(), secret));
            req.page(&page(req, group, Shown { fresh, ..Shown::default() }).await?)
        }
        Err(error) => {
            let back = WebhookForm {
                name: form.get("name").into(),
                url: form.get("url").into(),
                events: WebhookEvent::list(&events).into(),
                error: None,
            };
            let webhook_form = refill(back, error)?;
            req.with_field_errors(&page(req, group, Shown { webhook_form, ..Shown::default() }).await?)
        }
    }
}

/// `GET /-/webhooks/HOOK`.
pub async fn show(req: Req, path: Path<String>) -> Answer {
    let page = outgoing::page(req.cx(), req.viewer(), id(&path)?).await?;
    if page.found.is_none() {
        req.admin()?;
    }
    let layout = layout_for(&req, page.found.as_ref()).await?;
    let group = page.found.map(|found| found.group);
    req.page(&Show { layout, group, webhook: page.webhook, deliveries: page.deliveries })
}

/// `POST /-/webhooks/HOOK/switch`.
pub async fn switch(req: Req, path: Path<String>, form: Form) -> Answer {
    let hook: WebhookId = id(&path)?;
    let on = form.get("on") == "yes";
    outgoing::switch(req.cx(), req.viewer(), hook, on).await?;
    Ok(req.redirect_saying(&format!("/-/webhooks/{hook}"), if on { "webhook-on" } else { "webhook-off" }))
}

/// `POST /-/webhooks/HOOK/test`.
pub async fn test(req: Req, path: Path<String>, _form: Form) -> Answer {
    let hook: WebhookId = id(&path)?;
    outgoing::test(req.cx(), req.viewer(), hook).await?;
    Ok(req.redirect_saying(&format!("/-/webhooks/{hook}"), "webhook-tested"))
}

/// `POST /-/webhooks/HOOK/deliveries/DELIVERY/again`.
pub async fn redeliver(req: Req, path: Path<(String, String)>, _form: Form) -> Answer {
    let hook: WebhookId = id(&path.0)?;
    outgoing::redeliver(req.cx(), req.viewer(), hook, id(&path.1)?).await?;
    Ok(req.redirect_saying(&format!("/-/webhooks/{hook}"), "webhook-tested"))
}

/// `POST /-/webhooks/HOOK/delete`.
pub async fn destroy(req: Req, path: Path<String>, _form: Form) -> Answer {
    let webhook = outgoing::delete(req.cx(), req.viewer(), id(&path)?).await?;
    let to = webhook.group_id.map_or("/admin/webhooks".to_owned(), |group| format!("/-/groups/{group}/webhooks"));
    Ok(req.redirect_saying(&to, "webhook-deleted"))
}
