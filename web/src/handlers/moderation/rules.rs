//! Rules: those of a group, those of the site; making, trying, switching on, changing, deleting them.

use actix_web::web::Path;
use domain::Error;
use domain::model::{GroupId, RuleDeed, RuleId, RuleKind};
use domain::moderation::rules;
use domain::moderation::rules::{Rule, RuleForm as Wanted};
use domain::platform::caches::newcomers::Newcomers;
use domain::site::newcomers;
use templates::form::{NewcomersForm, RuleForm};
use templates::moderation::rules::{Edit, Index, path as path_of};

use crate::failure::{Answer, Failure};
use crate::form::Form;
use crate::handlers::{id, mendable};
use crate::visit::Visit;

/// The frame around pages of rules: the admins' own for those of the site.
async fn frame(visit: &Visit, found: Option<&domain::groups::Found>) -> Result<templates::Frame, Failure> {
    let Some(found) = found else { return crate::handlers::admin::frame(visit).await };
    let mut frame = visit.frame().await?;
    visit.group_frame(&mut frame, &found.group, &found.standing).await?;
    Ok(frame)
}

async fn list(visit: &Visit, group: Option<GroupId>, form: Option<NewcomersForm>) -> Result<Index, Failure> {
    let (found, rules) = rules::list(visit.cx(), visit.viewer(), group).await?;
    let frame = frame(visit, found.as_ref()).await?;
    let newcomers = match form {
        Some(form) => form,
        None => {
            let Newcomers { days, messages, links } = newcomers::get(visit.cx()).await?;
            let field = |number: i64| number.to_string().into();
            NewcomersForm { days: field(days), messages: field(messages), links: field(links), error: None }
        }
    };
    Ok(Index { frame, group: found.map(|found| found.group), rules, newcomers })
}

/// `GET /-/groups/ID/rules`.
pub async fn index(visit: Visit, path: Path<String>) -> Answer {
    visit.page(&list(&visit, Some(id(&path)?), None).await?)
}

/// `GET /admin/rules`.
pub async fn of_site(visit: Visit) -> Answer {
    visit.page(&list(&visit, None, None).await?)
}

/// `POST /admin/rules/newcomers`.
pub async fn set_newcomers(visit: Visit, form: Form) -> Answer {
    visit.admin()?;
    let number = |name: &str| form.get(name).trim().parse().unwrap_or(-1);
    let new = Newcomers { days: number("days"), messages: number("messages"), links: number("links") };
    match newcomers::set(visit.cx(), visit.viewer(), new).await {
        Ok(()) => Ok(visit.redirect_saying("/admin/rules", "saved")),
        Err(error) => {
            let mut back = NewcomersForm {
                days: form.get("days").into(),
                messages: form.get("messages").into(),
                links: form.get("links").into(),
                error: None,
            };
            for (field, why) in mendable(error)? {
                back.mend(&field, why);
            }
            visit.mend(&list(&visit, None, Some(back)).await?)
        }
    }
}

async fn new_page(visit: &Visit, group: Option<GroupId>, form: RuleForm) -> Result<Edit, Failure> {
    let (found, _) = rules::list(visit.cx(), visit.viewer(), group).await?;
    let frame = frame(visit, found.as_ref()).await?;
    Ok(Edit { frame, group: found.map(|found| found.group), rule: None, form, tried: None })
}

fn blank() -> RuleForm {
    RuleForm {
        in_text: "yes".into(),
        in_title: "yes".into(),
        new_days: "7".into(),
        new_messages: "5".into(),
        ..RuleForm::default()
    }
}

/// `GET /-/groups/ID/rules/new`.
pub async fn new(visit: Visit, path: Path<String>) -> Answer {
    visit.page(&new_page(&visit, Some(id(&path)?), blank()).await?)
}

/// `GET /admin/rules/new`.
pub async fn new_of_site(visit: Visit) -> Answer {
    visit.page(&new_page(&visit, None, blank()).await?)
}

fn wanted(form: &Form) -> Wanted {
    let is_on = |name: &str| form.get(name) == "yes";
    let is_for_new = form.get("new") == "new";
    let number = |name: &str| match (is_for_new, form.get(name).trim()) {
        (false, _) | (true, "") => Some(0),
        (true, typed) => typed.parse().ok(),
    };
    Wanted {
        name: form.get("name").to_owned(),
        kind: RuleKind::parse(form.get("kind")),
        body: form.get("body").to_owned(),
        in_text: is_on("in_text"),
        in_title: is_on("in_title"),
        in_links: is_on("in_links"),
        in_names: is_on("in_names"),
        new_days: number("new_days"),
        new_messages: number("new_messages"),
        deed: RuleDeed::parse(form.get("deed")),
        explanation: form.get("explanation").to_owned(),
    }
}

fn given_back(form: &Form, error: Error) -> Result<RuleForm, Failure> {
    let field = |name: &str| form.get(name).into();
    let mut back = RuleForm {
        name: field("name"),
        kind: field("kind"),
        body: field("body"),
        in_text: field("in_text"),
        in_title: field("in_title"),
        in_links: field("in_links"),
        in_names: field("in_names"),
        new: field("new"),
        new_days: field("new_days"),
        new_messages: field("new_messages"),
        deed: field("deed"),
        explanation: field("explanation"),
        ..RuleForm::default()
    };
    for (field, why) in mendable(error)? {
        back.mend(&field, why);
    }
    Ok(back)
}

async fn make(visit: Visit, group: Option<GroupId>, form: Form) -> Answer {
    match rules::create(visit.cx(), visit.viewer(), group, wanted(&form)).await {
        Ok(rule) => Ok(visit.redirect(&format!("/-/rules/{rule}"))),
        Err(error @ Error::Invalid(_)) => visit.mend(&new_page(&visit, group, given_back(&form, error)?).await?),
        Err(error) => Err(error.into()),
    }
}

/// `POST /-/groups/ID/rules`.
pub async fn create(visit: Visit, path: Path<String>, form: Form) -> Answer {
    let group = id(&path)?;
    make(visit, Some(group), form).await
}

/// `POST /admin/rules`.
pub async fn create_of_site(visit: Visit, form: Form) -> Answer {
    make(visit, None, form).await
}

/// The page of a rule: tried, or with a form that has something to mend.
async fn edit_page(visit: &Visit, rule: RuleId, back: Option<RuleForm>) -> Result<Edit, Failure> {
    let (found, rule) = rules::show(visit.cx(), visit.viewer(), rule).await?;
    let frame = frame(visit, found.as_ref()).await?;
    let tried = match back {
        Some(_) => None,
        None => Some(rules::try_out(visit.cx(), visit.viewer(), &rule).await?),
    };
    let form = back.unwrap_or_else(|| RuleForm::of(&rule));
    Ok(Edit { frame, group: found.map(|found| found.group), rule: Some(rule), form, tried })
}

/// `GET /-/rules/ID`: what it is, and what it would have caught.
pub async fn edit(visit: Visit, path: Path<String>) -> Answer {
    visit.page(&edit_page(&visit, id(&path)?, None).await?)
}

/// `POST /-/rules/ID`.
pub async fn update(visit: Visit, path: Path<String>, form: Form) -> Answer {
    let rule: RuleId = id(&path)?;
    match rules::update(visit.cx(), visit.viewer(), rule, wanted(&form)).await {
        Ok(()) => Ok(visit.redirect_saying(&format!("/-/rules/{rule}"), "rule-saved")),
        Err(error @ Error::Invalid(_)) => visit.mend(&edit_page(&visit, rule, Some(given_back(&form, error)?)).await?),
        Err(error) => Err(error.into()),
    }
}

/// `POST /-/rules/ID/switch`.
pub async fn switch(visit: Visit, path: Path<String>, form: Form) -> Answer {
    let on = form.get("on") == "yes";
    let version = form.get("version").parse().unwrap_or(0);
    let rule = rules::switch(visit.cx(), visit.viewer(), id(&path)?, version, on).await?;
    Ok(visit.redirect_saying(&list_of(&rule), if on { "rule-on" } else { "rule-off" }))
}

/// `POST /-/rules/ID/delete`.
pub async fn destroy(visit: Visit, path: Path<String>, _form: Form) -> Answer {
    let rule = rules::delete(visit.cx(), visit.viewer(), id(&path)?).await?;
    Ok(visit.redirect_saying(&list_of(&rule), "deleted"))
}

fn list_of(rule: &Rule) -> String {
    match rule.group_id {
        Some(group) => format!("/-/groups/{group}/rules"),
        None => path_of(None),
    }
}
