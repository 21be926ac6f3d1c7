//! Reporting a message, and answering.

use actix_web::web::Path;
use domain::model::{Grounds, GroupId, GroupKind, MessageId, ReportId, Verdict};
use domain::moderation::reports::{Answered, Reportable};
use domain::topics::placed::Placed;
use templates::form::ReportForm;
use templates::moderation::reports::{New, OfSite, Reports};

use crate::failure::{Answer, Failure};
use crate::form::Form;
use crate::handlers::{id, mendable};
use crate::visit::Visit;

async fn page(visit: &Visit, message: MessageId, form: ReportForm) -> Result<New, Failure> {
    let mut frame = visit.frame().await?;
    let Reportable { placed: Placed { message, topic, group }, reported_at } =
        domain::moderation::reports::reportable(visit.cx(), visit.viewer(), message).await?;
    frame.group = Some(group.id);
    Ok(New { frame, group: visit.called(group), topic, message, reported_at, form })
}

/// `GET /-/messages/ID/report`.
pub async fn new(visit: Visit, path: Path<String>) -> Answer {
    visit.page(&page(&visit, id(&path)?, ReportForm::default()).await?)
}

/// `POST /-/messages/ID/report`.
pub async fn create(visit: Visit, path: Path<String>, form: Form) -> Answer {
    let message: MessageId = id(&path)?;
    let grounds = Grounds::parse(form.get("grounds"));
    match domain::moderation::reports::create(visit.cx(), visit.viewer(), message, grounds, form.get("words")).await {
        Ok(Placed { message, topic, group }) => Ok(visit.redirect_saying(
            &format!("/{}/{}/?at={}#m{}", group.slug, topic.slug, message.seq, message.id),
            "reported",
        )),
        Err(error @ (domain::Error::Invalid(_) | domain::Error::TooMany(_))) => {
            let mut back =
                ReportForm { grounds: form.get("grounds").into(), words: form.get("words").into(), error: None };
            for (field, why) in mendable(error)? {
                back.mend(&field, why);
            }
            visit.mend(&page(&visit, message, back).await?)
        }
        Err(error) => Err(error.into()),
    }
}

/// `GET /-/groups/ID/reports`.
pub async fn index(visit: Visit, path: Path<String>) -> Answer {
    let mut frame = visit.frame().await?;
    let group: GroupId = id(&path)?;
    let (found, items) = domain::moderation::reports::of_group(visit.cx(), visit.viewer(), group).await?;
    visit.group_frame(&mut frame, &found.group, &found.standing).await?;
    let total = domain::moderation::reports::count(&found);
    visit.page(&Reports { frame, group: found.group, keeps: true, items, total })
}

/// `GET /admin/reports`.
pub async fn of_site(visit: Visit) -> Answer {
    let frame = crate::handlers::admin::frame(&visit).await?;
    let items = domain::moderation::reports::of_site(visit.cx(), visit.viewer()).await?;
    visit.page(&OfSite { frame, items })
}

/// `POST /-/reports/ID`: `verdict` is `deleted` or `nothing`.
pub async fn answer(visit: Visit, path: Path<String>, form: Form) -> Answer {
    let report: ReportId = id(&path)?;
    let verdict = Verdict::parse(form.get("verdict"))
        .ok_or_else(|| domain::Error::invalid("verdict", "Say what is to be done."))?;
    let Answered { group, kind, reports } =
        domain::moderation::reports::answer(visit.cx(), visit.viewer(), report, verdict).await?;
    let queue = match kind {
        GroupKind::Direct => "/admin/reports".to_owned(),
        GroupKind::Public | GroupKind::Closed | GroupKind::Private => format!("/-/groups/{group}/reports"),
    };
    let said = match verdict {
        _ if reports == 0 => "settled-before",
        Verdict::Nothing => "settled",
        Verdict::Deleted => "deleted",
    };
    Ok(visit.redirect_saying(form.next(&queue), said))
}
