//! The viewer's own settings: profile, theme, password, sessions.

use actix_web::web::Path;
use domain::model::{Language, Theme};
use domain::people::{accounts, passwords, sessions};
use domain::platform::secrets::Password as Typed;
use templates::form::{PasswordForm, PictureForm, ProfileForm};
use templates::people::settings::{Password, Profile, SessionRow, Sessions};

use crate::failure::{Answer, Failure};
use crate::form::Form;
use crate::handlers::refill;
use crate::req::Req;

/// Builds the page of the viewer's profile as it is stored, with the form for the avatar.
pub(in crate::handlers) async fn page(req: &Req, picture: PictureForm) -> Result<Profile, Failure> {
    let user = accounts::own(req.cx(), req.signed_in()?.person.id).await?;
    let layout = req.layout().await?;
    let form = ProfileForm {
        name: user.name.into(),
        bio: user.bio.into(),
        location: user.location.into(),
        web: user.web.into(),
        theme: user.theme.as_str().into(),
        language: user.language.code().unwrap_or_default().into(),
        follow: if user.follow_written { "yes" } else { "no" }.into(),
        error: None,
    };
    Ok(Profile { layout, form, picture })
}

/// `GET /-/settings`.
pub async fn edit(req: Req) -> Answer {
    req.page(&page(&req, PictureForm::default()).await?)
}

/// `POST /-/settings`.
pub async fn update(req: Req, form: Form) -> Answer {
    let user = req.signed_in()?.person.id;
    let profile = domain::model::Profile {
        name: form.get("name").to_owned(),
        bio: form.get("bio").to_owned(),
        location: form.get("location").to_owned(),
        web: form.get("web").to_owned(),
        theme: Theme::parse(form.get("theme")).unwrap_or(Theme::Auto),
        language: Language::parse(form.get("language")),
        follow_written: form.get("follow") == "yes",
    };
    match accounts::update_profile(req.cx(), user, profile).await {
        Ok(()) => Ok(req.redirect_saying("/-/settings", "saved")),
        Err(error) => {
            let back = ProfileForm {
                name: form.get("name").into(),
                bio: form.get("bio").into(),
                location: form.get("location").into(),
                web: form.get("web").into(),
                theme: form.get("theme").into(),
                language: form.get("language").into(),
                follow: form.get("follow").into(),
                error: None,
            };
            let back = refill(back, error)?;
            let layout = req.layout().await?;
            req.with_field_errors(&Profile { layout, form: back, picture: PictureForm::default() })
        }
    }
}

/// `GET /-/settings/password`.
pub async fn password_form(req: Req) -> Answer {
    req.signed_in()?;
    let layout = req.layout().await?;
    req.page(&Password { layout, form: PasswordForm::default() })
}

/// `POST /-/settings/password`: all sessions end, and this browser gets a new one.
pub async fn password(req: Req, mut form: Form) -> Answer {
    let session = req.signed_in()?;
    let (current, new) = (Typed::new(form.take("current_password")), Typed::new(form.take("new_password")));
    match passwords::change(req.cx(), session.person.id, current, new, req.origin()).await {
        Ok(token) => Ok(req.saying(req.sign_in(&token, "/-/settings").await, "password")),
        Err(error) => {
            let back = PasswordForm::default();
            let back = refill(back, error)?;
            let layout = req.layout().await?;
            req.with_field_errors(&Password { layout, form: back })
        }
    }
}

/// `GET /-/settings/sessions`.
pub async fn sessions(req: Req) -> Answer {
    let session = req.signed_in()?;
    let layout = req.layout().await?;
    let row = |row: domain::model::SessionRow| SessionRow {
        current: row.id == session.id,
        device: row.agent,
        address: row.address,
        seen_at: row.seen_at,
        created_at: row.created_at,
        id: row.id,
    };
    let rows = sessions::list(req.cx(), session.person.id).await?.into_iter().map(row).collect();
    req.page(&Sessions { layout, rows })
}

/// `POST /-/settings/sessions/ID/revoke`.
pub async fn revoke(req: Req, path: Path<String>, _form: Form) -> Answer {
    let session = req.signed_in()?;
    sessions::end(req.cx(), session.person.id, &path).await?;
    if *path == session.id {
        return Ok(req.sign_out("/"));
    }
    Ok(req.redirect_saying("/-/settings/sessions", "revoked"))
}
