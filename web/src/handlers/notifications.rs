//! Emails about messages: the viewer's choices, unsubscribing by a link, and the logs for admins.

use actix_web::web::Query;
use domain::Error;
use domain::mail_in;
use domain::model::{EmailChoices, EmailState, Frequency, IncomingOutcome};
use domain::notifications::{choices, log, unsubscribe};
use domain::policy::{Change, check_change};
use serde::Deserialize;
use templates::errors::Problem;
use templates::notifications::{Log, NotificationsForm, Received, Settings, Unsubscribe};
use templates::people::account::EndedLink;
use texts::Text;

use crate::failure::{Answer, Failure};
use crate::form::Form;
use crate::handlers::{admin, id, link_ended, refill};
use crate::req::Req;

/// Emails per page of a log.
const PAGE: usize = 50;

fn filled(choices: &EmailChoices) -> NotificationsForm {
    let hour = |hour: Option<i64>| hour.map(|hour| hour.to_string()).unwrap_or_default();
    NotificationsForm {
        mentions: choices.mentions.as_str().into(),
        directs: choices.directs.as_str().into(),
        followed: choices.followed.as_str().into(),
        activity: choices.activity.as_str().into(),
        most_per_day: choices.most_per_day.to_string().into(),
        quiet_from: hour(choices.quiet_from).into(),
        quiet_to: hour(choices.quiet_to).into(),
        utc_offset: choices.utc_offset.to_string().into(),
        error: None,
    }
}

/// `GET /-/settings/notifications`.
pub async fn edit(req: Req) -> Answer {
    req.signed_in()?;
    let layout = req.layout().await?;
    let own = choices::show(req.cx(), req.viewer()).await?;
    req.page(&Settings { layout, form: filled(&own.choices), address: own.address, is_bouncing: own.is_bouncing })
}

/// Returns what the form chooses.
fn wanted(form: &Form) -> Result<EmailChoices, Error> {
    let frequency = |field: &'static str| {
        Frequency::parse(form.get(field)).ok_or_else(|| Error::invalid(field, texts::forms::choose_how_often()))
    };
    let hour = |field: &'static str| match form.get(field) {
        "" => Ok(None),
        hour => hour.parse::<i64>().map(Some).map_err(|_| Error::invalid(field, texts::forms::choose_hour())),
    };
    let number =
        |field: &'static str, why: Text| form.get(field).trim().parse::<i64>().map_err(|_| Error::invalid(field, why));
    Ok(EmailChoices {
        mentions: frequency("mentions")?,
        directs: frequency("directs")?,
        followed: frequency("followed")?,
        activity: frequency("activity")?,
        most_per_day: number("most_per_day", texts::forms::enter_number())?,
        quiet_from: hour("quiet_from")?,
        quiet_to: hour("quiet_to")?,
        utc_offset: number("utc_offset", texts::forms::choose_time_zone())?,
    })
}

/// `POST /-/settings/notifications`.
pub async fn update(req: Req, form: Form) -> Answer {
    req.signed_in()?;
    let stored = match wanted(&form) {
        Ok(new) => choices::update(req.cx(), req.viewer(), &new).await,
        Err(error) => Err(error),
    };
    match stored {
        Ok(()) => Ok(req.redirect_saying("/-/settings/notifications", "saved")),
        Err(error) => {
            let back = NotificationsForm {
                mentions: form.get("mentions").into(),
                directs: form.get("directs").into(),
                followed: form.get("followed").into(),
                activity: form.get("activity").into(),
                most_per_day: form.get("most_per_day").into(),
                quiet_from: form.get("quiet_from").into(),
                quiet_to: form.get("quiet_to").into(),
                utc_offset: form.get("utc_offset").into(),
                error: None,
            };
            let form = refill(back, error)?;
            let layout = req.layout().await?;
            let own = choices::show(req.cx(), req.viewer()).await?;
            let page = Settings { layout, form, address: own.address, is_bouncing: own.is_bouncing };
            req.with_field_errors(&page)
        }
    }
}

/// `POST /-/settings/notifications/confirm`: sends a link to an address that refused emails.
pub async fn confirm(req: Req, _form: Form) -> Answer {
    req.signed_in()?;
    choices::confirm_again(req.cx(), req.viewer()).await?;
    Ok(req.redirect_saying("/-/settings/notifications", "mail-asked"))
}

/// The query parameters of a link that unsubscribes.
#[derive(Deserialize)]
pub struct Params {
    #[serde(default)]
    token: String,
}

/// `GET /-/unsubscribe?token=`: asks. It changes nothing, since mail programs open links by themselves.
pub async fn unsubscribe_form(req: Req, params: Query<Params>) -> Answer {
    match unsubscribe::concerns(req.cx(), &params.token).await {
        Ok(concerns) => {
            let (layout, token) = (req.layout().await?, params.token.clone());
            req.page(&Unsubscribe { layout, concerns, token, is_done: false })
        }
        Err(Error::NotFound) => link_ended(&req, EndedLink::Unsubscribe).await,
        Err(error) => Err(error.into()),
    }
}

/// `POST /-/unsubscribe?token=`: the page's own form, and the one-click request of a mail program (RFC 8058), which has
/// neither cookie nor form token, and follows no redirect. The signed link alone decides.
pub async fn unsubscribe(req: Req, params: Query<Params>) -> Answer {
    if check_change(req.now.settings.read_only, Change::Forum).is_err() {
        return Err(Failure::Problem(Problem::ReadOnly));
    }
    match unsubscribe::unsubscribe(req.cx(), &params.token).await {
        Ok(concerns) => {
            let layout = req.layout().await?;
            req.page(&Unsubscribe { layout, concerns, token: String::new(), is_done: true })
        }
        Err(Error::NotFound) => link_ended(&req, EndedLink::Unsubscribe).await,
        Err(error) => Err(error.into()),
    }
}

/// The query parameters of the log.
#[derive(Deserialize)]
pub struct LogParams {
    #[serde(default)]
    state: String,
    #[serde(default)]
    before: String,
}

/// `GET /admin/mail`.
pub async fn index(req: Req, params: Query<LogParams>) -> Answer {
    let layout = admin::layout(&req).await?;
    let state = EmailState::parse(&params.state);
    let before = if params.before.is_empty() { None } else { Some(id(&params.before)?) };
    let (lines, has_more) = log::list(req.cx(), req.viewer(), state, before, PAGE).await?;
    let more = lines.last().filter(|_| has_more).map(|line| line.id);
    let host = if req.cx().mail.reaches_people() { req.cx().mail.host().to_owned() } else { String::new() };
    req.page(&Log { layout, state, lines, more, host })
}

/// The query parameters of the log of received emails.
#[derive(Deserialize)]
pub struct ReceivedParams {
    #[serde(default)]
    outcome: String,
    #[serde(default)]
    before: String,
}

/// `GET /admin/mail/received`.
pub async fn received(req: Req, params: Query<ReceivedParams>) -> Answer {
    let layout = admin::layout(&req).await?;
    let outcome = IncomingOutcome::parse(&params.outcome);
    let before = if params.before.is_empty() { None } else { Some(id(&params.before)?) };
    let (lines, has_more) = mail_in::log::list(req.cx(), req.viewer(), outcome, before, PAGE).await?;
    let more = lines.last().filter(|_| has_more).map(|line| line.id);
    let is_on = req.cx().config.mail_in.is_some();
    req.page(&Received { layout, outcome, lines, more, is_on })
}

#[cfg(test)]
mod tests {
    use actix_web::App;
    use actix_web::test::{TestRequest, call_service, init_service};
    use actix_web::web::Data;
    use domain::model::{EmailChoices, Frequency};
    use domain::notifications::choices;
    use domain::testing::TestForum;

    use crate::{Config, Site, routes};

    #[actix_web::test]
    async fn a_link_is_limited_and_not_the_network_that_opens_it() {
        let mut forum = TestForum::sqlite().await;
        let ann = forum.person("ann").await.id().expect("an account");
        forum.limit(|limits| limits.forms_per_minute = 1);
        let site = Data::new(Site::new(forum.cx.clone(), Config::default()));
        let app = init_service(App::new().app_data(site).configure(routes::configure)).await;
        let click = async |kind: &str| {
            let what = format!("{ann}-{kind}");
            let token = format!("{what}-{}", forum.cx.config.secret.sign("unsubscribe", &what));
            let click = TestRequest::post().uri(&format!("/-/unsubscribe?token={token}"));
            let click = click.peer_addr(([203, 0, 113, 7], 5_000).into());
            let click = click.set_form([("List-Unsubscribe", "One-Click")]).to_request();
            call_service(&app, click).await.status().as_u16()
        };
        assert_eq!([click("mentions").await, click("directs").await, click("directs").await], [200, 200, 429]);
    }

    #[actix_web::test]
    async fn one_click_unsubscribes_without_a_session_and_a_look_changes_nothing() {
        let forum = TestForum::sqlite().await;
        let ann = forum.person("ann").await;
        let what = format!("{}-directs", ann.id().expect("an account"));
        let token = format!("{what}-{}", forum.cx.config.secret.sign("unsubscribe", &what));
        let site = Data::new(Site::new(forum.cx.clone(), Config::default()));
        let app = init_service(App::new().app_data(site).configure(routes::configure)).await;
        let address = format!("/-/unsubscribe?token={token}");
        let look = call_service(&app, TestRequest::get().uri(&address).to_request()).await;
        assert_eq!(look.status().as_u16(), 200);
        assert_eq!(choices::show(&forum.cx, ann).await.expect("choices").choices, EmailChoices::default());
        for (address, status) in [(address.as_str(), 200), ("/-/unsubscribe?token=1-directs-00", 410)] {
            let click = TestRequest::post().uri(address).insert_header(("origin", "https://mail.example"));
            let click = click.set_form([("List-Unsubscribe", "One-Click")]).to_request();
            assert_eq!(call_service(&app, click).await.status().as_u16(), status, "{address}");
        }
        let expected = EmailChoices { directs: Frequency::Never, ..EmailChoices::default() };
        assert_eq!(choices::show(&forum.cx, ann).await.expect("choices").choices, expected);
    }
}
