//! Reporting a message, and answering reports.

use actix_web::web::Path;
use domain::model::{Grounds, GroupId, GroupKind, MessageId, ReportId, Verdict};
use domain::moderation::reports::{self, Answered, FromOutside, Reportable};
use domain::topics::placed::MessageInTopic;
use templates::form::{Field, ReportForm};
use templates::moderation::reports::{New, OfSite, Reports};

use crate::failure::{Answer, Failure};
use crate::form::Form;
use crate::handlers::{id, refill};
use crate::req::Req;

async fn page(req: &Req, message: MessageId, form: ReportForm) -> Result<New, Failure> {
    let mut layout = req.layout().await?;
    let Reportable { placed: MessageInTopic { message, topic, group }, reported_at } =
        reports::reportable(req.cx(), req.viewer(), message).await?;
    layout.group = Some(group.id);
    Ok(New { layout, group: req.called(group), topic, message, reported_at, form })
}

/// `GET /-/messages/ID/report`.
pub async fn new(req: Req, path: Path<String>) -> Answer {
    req.page(&page(&req, id(&path)?, ReportForm::default()).await?)
}

/// `POST /-/messages/ID/report`.
pub async fn create(req: Req, path: Path<String>, form: Form) -> Answer {
    let message: MessageId = id(&path)?;
    let reported = match req.viewer().id() {
        Some(_) => reports::create(req.cx(), req.viewer(), message, grounds(&form), form.get("words")).await,
        None => reports::create_from_outside(req.cx(), req.origin(), message, from_outside(&form)).await,
    };
    match reported {
        Ok(MessageInTopic { message, topic, group }) => Ok(req.redirect_saying(
            &format!("/{}/{}/?at={}#m{}", group.slug, topic.slug, message.seq, message.id),
            if req.viewer().id().is_some() { "reported" } else { "reported-outside" },
        )),
        Err(error @ (domain::Error::Invalid(_) | domain::Error::TooMany(_))) => {
            let field = |name: &str| Field::new(form.get(name));
            let back = ReportForm {
                grounds: field("grounds"),
                words: field("words"),
                name: field("name"),
                email: field("email"),
                good_faith: field("good_faith"),
                error: None,
            };
            let back = refill(back, error)?;
            req.with_field_errors(&page(&req, message, back).await?)
        }
        Err(error) => Err(error.into()),
    }
}

fn grounds(form: &Form) -> Option<Grounds> {
    Grounds::parse(form.get("grounds"))
}

fn from_outside(form: &Form) -> FromOutside<'_> {
    FromOutside {
        grounds: grounds(form),
        words: form.get("words"),
        name: form.get("name"),
        email: form.get("email"),
        in_good_faith: form.get("good_faith") == "yes",
    }
}

/// `GET /-/groups/ID/reports`.
pub async fn index(req: Req, path: Path<String>) -> Answer {
    let mut layout = req.layout().await?;
    let group: GroupId = id(&path)?;
    let (found, items) = reports::of_group(req.cx(), req.viewer(), group).await?;
    req.group_layout(&mut layout, &found.group, &found.access).await?;
    let total = reports::count(&found);
    req.page(&Reports { layout, group: found.group, moderates: true, items, total })
}

/// `GET /admin/reports`.
pub async fn of_site(req: Req) -> Answer {
    let layout = crate::handlers::admin::layout(&req).await?;
    let items = reports::of_site(req.cx(), req.viewer()).await?;
    req.page(&OfSite { layout, items })
}

/// `POST /-/reports/ID`: `verdict` is `deleted` or `nothing`.
pub async fn answer(req: Req, path: Path<String>, form: Form) -> Answer {
    let report: ReportId = id(&path)?;
    let verdict = Verdict::parse(form.get("verdict"))
        .ok_or_else(|| domain::Error::invalid("verdict", texts::forms::choose_action()))?;
    let Answered { group, kind, reports } =
        reports::answer(req.cx(), req.viewer(), report, verdict, form.get("reason")).await?;
    let queue = match kind {
        GroupKind::Direct => "/admin/reports".to_owned(),
        GroupKind::Public | GroupKind::Closed | GroupKind::Private => format!("/-/groups/{group}/reports"),
    };
    let said = match verdict {
        _ if reports == 0 => "settled-before",
        Verdict::Nothing => "settled",
        Verdict::Deleted => "deleted",
    };
    Ok(req.redirect_saying(form.next(&queue), said))
}
