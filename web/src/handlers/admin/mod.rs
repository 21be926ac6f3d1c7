//! Pages for site admins.

pub mod health;
pub mod person;
pub mod site;
pub mod site_pages;
pub mod statistics;

use std::time::Duration;

use actix_web::web::{Path, Query};
use domain::admin;
use domain::groups::GroupAccess;
use domain::model::{AccountState, SitePage};
use domain::site::first_steps::{self, MailState};
use serde::Deserialize;
use templates::admin::{Check, GroupRow, Groups, Jobs, KINDS, Overview, People, PersonRow, Statistic};
use texts::{Text, forms};

use crate::failure::{Answer, Failure};
use crate::form::Form;
use crate::handlers::groups::page_number;
use crate::handlers::id;
use crate::req::Req;

/// Rows per page.
const PAGE: i64 = 50;

/// Returns the layout of admin pages.
pub(super) async fn layout(req: &Req) -> Result<templates::Layout, Failure> {
    req.admin()?;
    let layout = req.layout().await?;
    let admin::OpenWork { reports, held, sign_ups } = admin::open_work(req.cx(), req.viewer()).await?;
    Ok(templates::Layout { reports, held, sign_ups, ..layout })
}

/// Returns the layout of a page for admins of a group or (`None`) of the site.
pub(super) async fn layout_for(req: &Req, found: Option<&GroupAccess>) -> Result<templates::Layout, Failure> {
    let Some(found) = found else { return layout(req).await };
    let mut layout = req.layout().await?;
    req.group_layout(&mut layout, &found.group, &found.access).await?;
    Ok(layout)
}

/// `GET /admin/`.
pub async fn index(req: Req) -> Answer {
    let layout = layout(&req).await?;
    let (health, overview) = admin::overview(req.cx()).await?;
    let first_steps = first_steps::card(req.cx(), req.viewer()).await?;
    let check =
        |name: Text, wrong: Option<Text>| Check { name, ok: wrong.is_none(), text: wrong.unwrap_or_else(forms::ok) };
    let statistic = |label: Text, value: String, note: Text| Statistic { label, value, note };
    let mut checks = vec![
        check(forms::check_database(), health.reads),
        check(forms::check_writes(), health.writes),
        check(forms::check_bus(), health.bus),
        check(
            forms::check_jobs(),
            health.jobs.or_else(|| (overview.jobs.failed > 0).then(|| forms::jobs_failed(overview.jobs.failed))),
        ),
        check(forms::check_search(), health.search.or_else(|| overview.indexed.is_none().then(forms::no_index))),
    ];
    checks.push(Check {
        name: forms::check_backup(),
        ok: health.backup.is_none(),
        text: health.backup.unwrap_or_else(|| backup_age(health.backup_age)),
    });
    checks.push(match first_steps::mail(req.cx()).await? {
        MailState::NotConfigured => check(forms::check_email(), Some(forms::no_mail_server())),
        _ if health.mail.is_some() => check(forms::check_email(), health.mail),
        MailState::Failed(_, why) => check(forms::check_email(), Some(forms::mail_test_failed(why))),
        MailState::Untested => Check { name: forms::check_email(), ok: true, text: forms::mail_untested() },
        MailState::Works(_) => check(forms::check_email(), None),
    });
    if let Some(peer) = req.site.config.proxies.untrusted() {
        checks.push(check(forms::check_proxy(), Some(forms::untrusted_proxy(peer.to_string()))));
    }
    let shown = vec![
        statistic(forms::count_of_people(), overview.people.to_string(), forms::online(overview.here)),
        statistic(forms::count_of_groups(), overview.groups.to_string(), Text::verbatim("")),
        statistic(forms::count_of_topics(), overview.topics.to_string(), Text::verbatim("")),
        statistic(forms::count_of_messages(), overview.messages.to_string(), Text::verbatim("")),
        statistic(forms::jobs_waiting(), overview.jobs.ready.to_string(), forms::oldest(overview.waiting.as_secs())),
        statistic(
            forms::indexed(),
            overview.indexed.map_or("–".to_owned(), |count| count.to_string()),
            match overview.unindexed {
                Some(0) => forms::index_up_to_date(),
                Some(waiting) => forms::index_behind(waiting),
                None => forms::index_in_work(),
            },
        ),
    ];
    let is_missing = |page: &SitePage| !req.now.pages.iter().any(|current| current.page == *page);
    let missing = [SitePage::Imprint, SitePage::Contact].into_iter().filter(is_missing).collect();
    req.page(&Overview { layout, first_steps, checks, statistics: shown, missing })
}

/// Says how old the last backup is.
fn backup_age(age: Option<Duration>) -> Text {
    match age.map(|age| age.as_secs() / 3_600) {
        None => forms::no_backup(),
        Some(0) => forms::backup_fresh(),
        Some(hours @ 1..48) => forms::backup_hours(hours),
        Some(hours) => forms::backup_days(hours / 24),
    }
}

/// The query parameters of a list.
#[derive(Deserialize)]
pub struct Params {
    #[serde(default)]
    q: String,
    #[serde(default)]
    state: String,
    #[serde(default)]
    kind: String,
    page: Option<String>,
}

/// `GET /admin/people`.
pub async fn people(req: Req, params: Query<Params>) -> Answer {
    let layout = layout(&req).await?;
    let page = page_number(params.page.as_deref())?;
    let state = AccountState::parse(&params.state);
    let (rows, total) = admin::people(req.cx(), &params.q, state, page - 1, PAGE).await?;
    let rows = rows
        .into_iter()
        .map(|row| PersonRow { user: row.user, declined: row.declined, messages: row.messages, seen_at: row.seen_at })
        .collect();
    req.page(&People { layout, q: params.q.clone(), state, rows, total, page, has_more: total > page * PAGE })
}

/// `GET /admin/groups`.
pub async fn groups(req: Req, params: Query<Params>) -> Answer {
    let layout = layout(&req).await?;
    let page = page_number(params.page.as_deref())?;
    let kind = KINDS.into_iter().find(|kind| *kind == params.kind).unwrap_or_default();
    let (rows, total) = admin::groups(req.cx(), req.viewer(), &params.q, kind, page - 1, PAGE).await?;
    let rows = rows.into_iter().map(|(listed, may_change)| GroupRow { listed, may_change }).collect();
    let (q, has_more) = (params.q.clone(), total > page * PAGE);
    req.page(&Groups { layout, q, kind, rows, total, page, has_more })
}

/// `GET /admin/jobs`.
pub async fn jobs(req: Req) -> Answer {
    let layout = layout(&req).await?;
    let (counts, rows) = admin::jobs(req.cx(), PAGE).await?;
    req.page(&Jobs { layout, ready: counts.ready, running: counts.running, failed: counts.failed, rows })
}

/// `POST /admin/jobs/ID/retry`.
pub async fn retry_job(req: Req, path: Path<String>, _form: Form) -> Answer {
    req.admin()?;
    admin::retry_job(req.cx(), req.viewer(), id(&path)?).await?;
    Ok(req.redirect_saying("/admin/jobs", "retried"))
}

/// `POST /admin/jobs/ID/drop`.
pub async fn drop_job(req: Req, path: Path<String>, _form: Form) -> Answer {
    req.admin()?;
    admin::drop_job(req.cx(), req.viewer(), id(&path)?).await?;
    Ok(req.redirect_saying("/admin/jobs", "dropped"))
}
