//! The viewer's push notifications: which ones, and on which devices.

use actix_web::HttpResponse;
use actix_web::web::Path;
use domain::model::{PushDevice, PushKinds};
use domain::people::push::{self, Registration};
use templates::people::push::{Device, Push};
use texts::Text;

use crate::failure::{Answer, Failure};
use crate::form::Form;
use crate::handlers::{form_errors, id};
use crate::req::Req;

async fn page(req: &Req, error: Option<Text>) -> Result<Push, Failure> {
    let session = req.signed_in()?;
    let shown = push::overview(req.cx(), session.person.id).await?;
    let device = |device: PushDevice| Device {
        is_current: device.session_id == session.id,
        id: device.id,
        agent: device.agent,
        created_at: device.created_at,
        sent_at: device.sent_at,
    };
    let devices = shown.devices.into_iter().map(device).collect();
    Ok(Push { layout: req.layout().await?, kinds: shown.kinds, devices, key: shown.key, error })
}

/// `GET /-/settings/push`.
pub async fn index(req: Req) -> Answer {
    req.page(&page(&req, None).await?)
}

/// `POST /-/push`: sets what the viewer wants to get.
pub async fn update(req: Req, form: Form) -> Answer {
    let user = req.signed_in()?.person.id;
    let is = |name: &str| form.get(name) == "yes";
    let kinds = PushKinds {
        mentions: is("mentions"),
        replies: is("replies"),
        directs: is("directs"),
        followed: is("followed"),
    };
    push::set_kinds(req.cx(), user, kinds).await?;
    Ok(req.redirect_saying("/-/settings/push", "saved"))
}

/// `POST /-/push/devices`: registers this browser. A script sends it.
pub async fn create(req: Req, form: Form) -> Answer {
    let session = req.signed_in()?;
    let new = Registration {
        endpoint: form.get("endpoint").to_owned(),
        public_key: form.get("public_key").to_owned(),
        auth_secret: form.get("auth_secret").to_owned(),
    };
    match push::register(req.cx(), session.person.id, &session.id, &new).await {
        // An open page registered its browser again.
        Ok(_) if req.is_background => Ok(HttpResponse::NoContent().finish()),
        Ok(_) => Ok(req.redirect_saying("/-/settings/push", "push-on")),
        Err(error) => {
            let why = form_errors(error)?.into_iter().map(|(_, why)| why).next();
            req.with_field_errors(&page(&req, why).await?)
        }
    }
}

/// `POST /-/push/devices/ID/remove`.
pub async fn destroy(req: Req, path: Path<String>, _form: Form) -> Answer {
    let user = req.signed_in()?.person.id;
    push::remove(req.cx(), user, id(&path)?).await?;
    Ok(req.redirect_saying("/-/settings/push", "push-removed"))
}
