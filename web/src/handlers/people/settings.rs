//! One's own account: profile, colours, password, sessions.

use actix_web::web::Path;
use domain::model::Theme;
use domain::people::{accounts, passwords, sessions};
use domain::platform::secrets::Password as Typed;
use templates::form::{PasswordForm, ProfileForm};
use templates::people::settings::{Password, Profile, SessionRow, Sessions};

use crate::failure::Answer;
use crate::form::Form;
use crate::handlers::mendable;
use crate::visit::Visit;

/// `GET /-/settings`.
pub async fn edit(visit: Visit) -> Answer {
    let user = accounts::own(visit.cx(), visit.signed_in()?.person.id).await?;
    let frame = visit.frame().await?;
    let form = ProfileForm {
        name: user.name.into(),
        bio: user.bio.into(),
        location: user.location.into(),
        web: user.web.into(),
        theme: user.theme.as_str().into(),
        follow: if user.follow_written { "yes" } else { "no" }.into(),
        error: None,
    };
    visit.page(&Profile { frame, form })
}

/// `POST /-/settings`.
pub async fn update(visit: Visit, form: Form) -> Answer {
    let user = visit.signed_in()?.person.id;
    let profile = domain::store::people::users::Profile {
        name: form.get("name").to_owned(),
        bio: form.get("bio").to_owned(),
        location: form.get("location").to_owned(),
        web: form.get("web").to_owned(),
        theme: Theme::parse(form.get("theme")).unwrap_or(Theme::Auto),
        follow_written: form.get("follow") == "yes",
    };
    match accounts::update_profile(visit.cx(), user, profile).await {
        Ok(()) => Ok(visit.redirect_saying("/-/settings", "saved")),
        Err(error) => {
            let mut back = ProfileForm {
                name: form.get("name").into(),
                bio: form.get("bio").into(),
                location: form.get("location").into(),
                web: form.get("web").into(),
                theme: form.get("theme").into(),
                follow: form.get("follow").into(),
                error: None,
            };
            for (field, why) in mendable(error)? {
                back.mend(&field, why);
            }
            let frame = visit.frame().await?;
            visit.mend(&Profile { frame, form: back })
        }
    }
}

/// `GET /-/settings/password`.
pub async fn password_form(visit: Visit) -> Answer {
    visit.signed_in()?;
    let frame = visit.frame().await?;
    visit.page(&Password { frame, form: PasswordForm::default() })
}

/// `POST /-/settings/password`: all sessions end, and this browser gets a new one.
pub async fn password(visit: Visit, mut form: Form) -> Answer {
    let session = visit.signed_in()?;
    let (current, new) = (Typed::new(form.take("current_password")), Typed::new(form.take("new_password")));
    match passwords::change(visit.cx(), session.person.id, current, new, visit.origin()).await {
        Ok(token) => Ok(visit.saying(visit.sign_in(&token, "/-/settings"), "password")),
        Err(error) => {
            let mut back = PasswordForm::default();
            for (field, why) in mendable(error)? {
                back.mend(&field, why);
            }
            let frame = visit.frame().await?;
            visit.mend(&Password { frame, form: back })
        }
    }
}

/// `GET /-/settings/sessions`.
pub async fn sessions(visit: Visit) -> Answer {
    let session = visit.signed_in()?;
    let frame = visit.frame().await?;
    let row = |row: domain::store::people::sessions::SessionRow| SessionRow {
        current: row.id == session.id,
        device: row.agent,
        address: row.address,
        seen_at: row.created_at,
        created_at: row.created_at,
        id: row.id,
    };
    let rows = sessions::list(visit.cx(), session.person.id).await?.into_iter().map(row).collect();
    visit.page(&Sessions { frame, rows })
}

/// `POST /-/settings/sessions/ID/revoke`.
pub async fn revoke(visit: Visit, path: Path<String>, _form: Form) -> Answer {
    let session = visit.signed_in()?;
    sessions::end(visit.cx(), session.person.id, &path).await?;
    if *path == session.id {
        return Ok(visit.sign_out("/"));
    }
    Ok(visit.redirect_saying("/-/settings/sessions", "revoked"))
}
