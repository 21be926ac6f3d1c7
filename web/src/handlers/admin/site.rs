//! The settings of the site; hiding its notice.

use domain::model::{Images, Language, SignUps, SitePage};
use domain::site;
use domain::site::accent;
use domain::site::first_steps::{self, MailState};
use templates::admin::site::Settings;
use templates::form::{PictureForm, SiteForm};

use crate::failure::{Answer, Failure};
use crate::form::Form;
use crate::handlers::admin::layout;
use crate::handlers::refill;
use crate::req::Req;
use templates::form::Refill as _;

async fn page(req: &Req, form: SiteForm, picture: PictureForm) -> Result<Settings, Failure> {
    let notice = domain::platform::text::render(req.cx(), &form.notice.value).await?;
    Ok(Settings { layout: layout(req).await?, form, picture, notice })
}

/// Returns the pages that were ticked for new members to accept.
fn ticked(form: &Form) -> Vec<SitePage> {
    SitePage::ACCEPTABLE.into_iter().filter(|page| !form.get(&format!("accept_{page}")).is_empty()).collect()
}

fn words(pages: &[SitePage]) -> String {
    pages.iter().map(|page| page.as_str()).collect::<Vec<_>>().join(" ")
}

/// Builds the page of the settings as they are stored, with the form for the logo.
pub(in crate::handlers) async fn stored(req: &Req, picture: PictureForm) -> Result<Settings, Failure> {
    let settings = site::settings(req.cx()).await?;
    let accent = if settings.accent.is_empty() { accent::DEFAULT.to_owned() } else { settings.accent };
    let form = SiteForm {
        name: settings.name.into(),
        line: settings.line.into(),
        sign_ups: settings.sign_ups.as_str().into(),
        notice: settings.notice.into(),
        read_only: if settings.read_only { "yes" } else { "" }.into(),
        admins_need_two_factor: if settings.admins_need_two_factor { "yes" } else { "" }.into(),
        images: settings.images.as_str().into(),
        link_previews: if settings.link_previews { "yes" } else { "" }.into(),
        welcome: settings.welcome.into(),
        accent: accent.into(),
        language: settings.language.0.unwrap_or_default().code().into(),
        must_accept: words(&settings.must_accept).into(),
        error: None,
    };
    page(req, form, picture).await
}

/// `GET /admin/settings`.
pub async fn edit(req: Req) -> Answer {
    req.admin()?;
    req.page(&stored(&req, PictureForm::default()).await?)
}

/// `POST /admin/settings`.
pub async fn update(req: Req, form: Form) -> Answer {
    req.admin()?;
    let mut back = SiteForm {
        name: form.get("name").into(),
        line: form.get("line").into(),
        sign_ups: form.get("sign_ups").into(),
        notice: form.get("notice").into(),
        read_only: form.get("read_only").into(),
        admins_need_two_factor: form.get("admins_need_two_factor").into(),
        images: form.get("images").into(),
        link_previews: form.get("link_previews").into(),
        welcome: form.get("welcome").into(),
        accent: form.get("accent").into(),
        language: form.get("language").into(),
        must_accept: words(&ticked(&form)).into(),
        error: None,
    };
    let Some(sign_ups) = SignUps::parse(form.get("sign_ups")) else {
        back.set_error("sign_ups", texts::forms::choose_sign_ups());
        return req.with_field_errors(&page(&req, back, PictureForm::default()).await?);
    };
    let Some(images) = Images::parse(form.get("images")) else {
        back.set_error("images", texts::forms::choose_images());
        return req.with_field_errors(&page(&req, back, PictureForm::default()).await?);
    };
    let new = site::Settings {
        name: form.get("name").to_owned(),
        line: form.get("line").to_owned(),
        sign_ups,
        notice: form.get("notice").to_owned(),
        read_only: !form.get("read_only").is_empty(),
        admins_need_two_factor: !form.get("admins_need_two_factor").is_empty(),
        images,
        link_previews: !form.get("link_previews").is_empty(),
        welcome: form.get("welcome").to_owned(),
        accent: form.get("accent").to_owned(),
        language: Language::parse(form.get("language")),
        must_accept: ticked(&form),
    };
    match site::update(req.cx(), req.viewer(), new).await {
        Ok(()) => Ok(req.redirect_saying("/admin/settings", "saved")),
        Err(error @ domain::Error::Invalid(_)) => {
            let back = refill(back, error)?;
            req.with_field_errors(&page(&req, back, PictureForm::default()).await?)
        }
        Err(error) => Err(error.into()),
    }
}

/// `POST /admin/mail-test`: sends a test email to the admin, and waits for the answer of the mail server.
pub async fn test_mail(req: Req, form: Form) -> Answer {
    req.admin()?;
    let back = form.next("/admin/");
    match first_steps::test_mail(req.cx(), req.viewer()).await {
        Ok(MailState::Works(_)) => Ok(req.redirect_saying(back, "mail-works")),
        Ok(_) => Ok(req.redirect_saying(back, "mail-fails")),
        Err(domain::Error::Invalid(_)) => Ok(req.redirect_saying("/-/settings/mail", "mail-lacks-address")),
        Err(error) => Err(error.into()),
    }
}

/// `POST /admin/first-steps/hide`.
pub async fn hide_first_steps(req: Req, form: Form) -> Answer {
    req.admin()?;
    first_steps::hide(req.cx(), req.viewer()).await?;
    Ok(req.redirect(form.next("/admin/")))
}

/// `POST /-/notice/hide`: hides the notice in this browser until its text changes.
pub async fn hide_notice(req: Req, form: Form) -> Answer {
    let back = req.redirect_saying(form.next("/"), "hidden");
    Ok(req.hiding(back, form.get("version")))
}
