//! The site as its admins see it.

pub mod health;
pub mod site;
pub mod statistics;

use actix_web::web::{Path, Query};
use domain::admin;
use domain::model::{AccountState, UserId};
use domain::moderation::records;
use domain::people::admins;
use domain::store::people::sessions::SessionRow;
use serde::Deserialize;
use templates::admin::{Check, Figure, GroupRow, Groups, Jobs, KINDS, Overview, People, Person, PersonRow, Session};
use templates::form::{BarForm, WarnForm};

use crate::failure::{Answer, Failure};
use crate::form::Form;
use crate::handlers::groups::page_number;
use crate::handlers::id;
use crate::visit::Visit;

/// Rows on a page.
const PAGE: i64 = 50;

/// The frame around the admins' pages.
pub(super) async fn frame(visit: &Visit) -> Result<templates::Frame, Failure> {
    visit.admin()?;
    let frame = visit.frame().await?;
    let (cx, viewer) = (visit.cx(), visit.viewer());
    let reports = domain::moderation::reports::count_of_site(cx, viewer).await?;
    let held = domain::moderation::approval_queue::count_of_site(cx, viewer).await?;
    let sign_ups = domain::people::sign_ups::count(cx, viewer).await?;
    Ok(templates::Frame { reports, held, sign_ups, ..frame })
}

/// `GET /admin/`.
pub async fn index(visit: Visit) -> Answer {
    let frame = frame(&visit).await?;
    let health = domain::admin::health::check(visit.cx()).await;
    let figures = admin::figures(visit.cx()).await?;
    let check = |name: &str, wrong: Option<String>| Check {
        name: name.to_owned(),
        ok: wrong.is_none(),
        text: wrong.unwrap_or_else(|| "answers".to_owned()),
    };
    let figure =
        |label: &str, value: String, note: &str| Figure { label: label.to_owned(), value, note: note.to_owned() };
    let checks = vec![
        check("Database", health.database),
        check("Bus", health.bus),
        check("Jobs", (figures.jobs.failed > 0).then(|| format!("{} given up: look at them", figures.jobs.failed))),
        check("Search", figures.indexed.is_none().then(|| "this process keeps no index".to_owned())),
    ];
    let shown = vec![
        figure("People", figures.people.to_string(), &format!("{} here now", figures.here)),
        figure("Groups", figures.groups.to_string(), ""),
        figure("Topics", figures.topics.to_string(), ""),
        figure("Messages", figures.messages.to_string(), ""),
        figure(
            "Jobs waiting",
            figures.jobs.ready.to_string(),
            &format!("the oldest for {} s", figures.waiting.as_secs()),
        ),
        figure(
            "In the search index",
            figures.indexed.map_or("–".to_owned(), |count| count.to_string()),
            "messages and topics",
        ),
    ];
    visit.page(&Overview { frame, checks, figures: shown })
}

/// What stands in the address of a list.
#[derive(Deserialize)]
pub struct Asked {
    #[serde(default)]
    q: String,
    #[serde(default)]
    state: String,
    #[serde(default)]
    kind: String,
    page: Option<String>,
}

/// `GET /admin/people`.
pub async fn people(visit: Visit, asked: Query<Asked>) -> Answer {
    let frame = frame(&visit).await?;
    let page = page_number(asked.page.as_deref())?;
    let state = AccountState::parse(&asked.state);
    let (rows, total) = admin::people(visit.cx(), &asked.q, state, page - 1, PAGE).await?;
    let rows = rows
        .into_iter()
        .map(|row| PersonRow { user: row.user, declined: row.declined, messages: row.messages, seen_at: row.seen_at })
        .collect();
    visit.page(&People { frame, q: asked.q.clone(), state, rows, total, page, has_more: total > page * PAGE })
}

/// `GET /admin/groups`.
pub async fn groups(visit: Visit, asked: Query<Asked>) -> Answer {
    let frame = frame(&visit).await?;
    let page = page_number(asked.page.as_deref())?;
    let kind = KINDS.into_iter().find(|kind| *kind == asked.kind).unwrap_or_default();
    let (rows, total) = admin::groups(visit.cx(), visit.viewer(), &asked.q, kind, page - 1, PAGE).await?;
    let rows = rows.into_iter().map(|(listed, may_change)| GroupRow { listed, may_change }).collect();
    let (q, has_more) = (asked.q.clone(), total > page * PAGE);
    visit.page(&Groups { frame, q, kind, rows, total, page, has_more })
}

/// `GET /admin/jobs`.
pub async fn jobs(visit: Visit) -> Answer {
    let frame = frame(&visit).await?;
    let (counts, rows) = admin::jobs(visit.cx(), PAGE).await?;
    visit.page(&Jobs { frame, ready: counts.ready, running: counts.running, failed: counts.failed, rows })
}

/// `POST /admin/jobs/ID/retry`.
pub async fn retry_job(visit: Visit, path: Path<String>, _form: Form) -> Answer {
    visit.admin()?;
    admin::retry_job(visit.cx(), visit.viewer(), id(&path)?).await?;
    Ok(visit.redirect_saying("/admin/jobs", "retried"))
}

/// `POST /admin/jobs/ID/drop`.
pub async fn drop_job(visit: Visit, path: Path<String>, _form: Form) -> Answer {
    visit.admin()?;
    admin::drop_job(visit.cx(), visit.viewer(), id(&path)?).await?;
    Ok(visit.redirect_saying("/admin/jobs", "dropped"))
}

/// The page of somebody, with whatever its forms hold.
pub(super) async fn person_page(visit: &Visit, user: UserId, form: BarForm, warn: WarnForm) -> Result<Person, Failure> {
    let frame = frame(visit).await?;
    let user = admins::person(visit.cx(), visit.viewer(), user).await?;
    let record = records::of_account(visit.cx(), visit.viewer(), user.id).await?;
    let sessions = admins::sessions_of(visit.cx(), visit.viewer(), user.id).await?;
    let own = visit.session.as_ref().map(|session| session.id.clone());
    let row = |row: SessionRow| Session {
        is_own: Some(&row.id) == own.as_ref(),
        id: row.id,
        device: row.agent,
        address: row.address,
        created_at: row.created_at,
    };
    let sessions = sessions.into_iter().map(row).collect();
    let (groups, more_groups) = admin::groups_of(visit.cx(), visit.viewer(), user.id).await?;
    Ok(Person { frame, user, form, warn, record, groups, more_groups, sessions })
}

/// `GET /admin/people/ID`.
pub async fn person(visit: Visit, path: Path<String>) -> Answer {
    visit.admin()?;
    let form = BarForm { days: "7".into(), ..BarForm::default() };
    visit.page(&person_page(&visit, id(&path)?, form, WarnForm::default()).await?)
}

/// `POST /admin/people/ID/bar`: `what` is `suspend`, `ban` or `lift`.
pub async fn bar(visit: Visit, path: Path<String>, form: Form) -> Answer {
    visit.admin()?;
    let user: UserId = id(&path)?;
    let (bar, said) = match form.get("what") {
        "suspend" => (admins::Bar::Suspend { days: form.get("days").trim().parse().unwrap_or(0) }, "suspended"),
        "ban" => (admins::Bar::Ban, "barred"),
        "lift" => (admins::Bar::Lift, "freed"),
        _ => return Err(domain::Error::invalid("what", "Say what is to be done.").into()),
    };
    match admins::bar(visit.cx(), visit.viewer(), user, bar, form.get("reason")).await {
        Ok(user) => Ok(visit.redirect_saying(&format!("/admin/people/{}", user.id), said)),
        Err(domain::Error::Invalid(fields)) => {
            let mut back = BarForm { days: form.get("days").into(), reason: form.get("reason").into(), error: None };
            fields.iter().for_each(|(field, why)| back.mend(field, why));
            visit.mend(&person_page(&visit, user, back, WarnForm::default()).await?)
        }
        Err(error) => Err(error.into()),
    }
}

/// `POST /admin/people/ID/admin`: with `is_admin`, they administer the site; without, not any more.
pub async fn set_admin(visit: Visit, path: Path<String>, form: Form) -> Answer {
    visit.admin()?;
    let user: UserId = id(&path)?;
    let is_admin = form.get("is_admin") == "yes";
    admins::set_admin(visit.cx(), visit.viewer(), user, is_admin).await?;
    // Whoever took it from themselves does not see these pages any more.
    let gone = !is_admin && visit.viewer().id() == Some(user);
    let back = if gone { "/".to_owned() } else { format!("/admin/people/{user}") };
    Ok(visit.redirect_saying(&back, if is_admin { "admin" } else { "no-admin" }))
}

/// `POST /admin/people/ID/sessions`: ends `session`, or all of them.
pub async fn end_sessions(visit: Visit, path: Path<String>, form: Form) -> Answer {
    visit.admin()?;
    let user: UserId = id(&path)?;
    let session = Some(form.get("session")).filter(|session| !session.is_empty());
    admins::end_sessions(visit.cx(), visit.viewer(), user, session).await?;
    Ok(visit.redirect_saying(&format!("/admin/people/{user}"), "sessions-ended"))
}
