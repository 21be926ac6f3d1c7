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
use templates::numbers::counted;
use texts::Text;

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
    let check = |name: &str, wrong: Option<Text>| Check {
        name: name.to_owned(),
        ok: wrong.is_none(),
        text: wrong.unwrap_or_else(|| "OK".into()),
    };
    let statistic =
        |label: &str, value: String, note: &str| Statistic { label: label.to_owned(), value, note: note.to_owned() };
    let mut checks = vec![
        check("Database", health.reads),
        check("Database writes", health.writes),
        check("Message bus", health.bus),
        check(
            "Jobs",
            health.jobs.or_else(|| {
                (overview.jobs.failed > 0)
                    .then(|| format!("{} failed. Review them on the Jobs page", overview.jobs.failed).into())
            }),
        ),
        check(
            "Search",
            health.search.or_else(|| overview.indexed.is_none().then(|| "this process has no index".into())),
        ),
    ];
    checks.push(Check {
        name: "Backup".to_owned(),
        ok: health.backup.is_none(),
        text: health.backup.unwrap_or_else(|| backup_age(health.backup_age).into()),
    });
    checks.push(match first_steps::mail(req.cx()).await? {
        MailState::NotConfigured => check("Email", Some("no mail server is configured. Set KLATCH_SMTP_URL".into())),
        _ if health.mail.is_some() => check("Email", health.mail),
        MailState::Failed(_, why) => check("Email", Some(format!("the last test failed: {why}").into())),
        MailState::Untested => Check { name: "Email".to_owned(), ok: true, text: "not tested yet".into() },
        MailState::Works(_) => check("Email", None),
    });
    if let Some(peer) = req.site.config.proxies.untrusted() {
        let what = "forwards requests but isn't a trusted proxy, so all its clients share one rate limit";
        checks.push(check("Proxy", Some(format!("{peer} {what}. Add it to KLATCH_TRUSTED_PROXIES").into())));
    }
    let shown = vec![
        statistic("People", overview.people.to_string(), &format!("{} online", overview.here)),
        statistic("Groups", overview.groups.to_string(), ""),
        statistic("Topics", overview.topics.to_string(), ""),
        statistic("Messages", overview.messages.to_string(), ""),
        statistic(
            "Jobs waiting",
            overview.jobs.ready.to_string(),
            &format!("oldest: {} s", overview.waiting.as_secs()),
        ),
        statistic(
            "Search index",
            overview.indexed.map_or("–".to_owned(), |count| count.to_string()),
            &match overview.unindexed {
                Some(0) => "messages and topics, up to date".to_owned(),
                Some(waiting) => format!("messages and topics; {waiting} changes to index"),
                None => "messages and topics; indexing".to_owned(),
            },
        ),
    ];
    let is_missing = |page: &SitePage| !req.now.pages.iter().any(|current| current.page == *page);
    let missing = [SitePage::Imprint, SitePage::Contact].into_iter().filter(is_missing).collect();
    req.page(&Overview { layout, first_steps, checks, statistics: shown, missing })
}

/// Says how old the last backup is.
fn backup_age(age: Option<Duration>) -> String {
    match age.map(|age| age.as_secs() / 3_600) {
        None => "none yet".to_owned(),
        Some(0) => "less than an hour old".to_owned(),
        Some(hours @ 1..48) => format!("{} old", counted(hours as i64, "hour", "hours")),
        Some(hours) => format!("{} days old", hours / 24),
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
