//! Rules of a group or the site: create, try, switch on, change, delete.

use actix_web::web::Path;
use domain::Error;
use domain::model::{GroupId, RuleAction, RuleId, RuleKind};
use domain::moderation::rules;
use domain::moderation::rules::{Rule, RuleForm as Wanted};
use domain::platform::caches::newcomers::Newcomers;
use domain::site::newcomers;
use templates::form::{NewcomersForm, RuleForm};
use templates::moderation::rules::{Edit, Index, path as path_of};

use crate::failure::{Answer, Failure};
use crate::form::Form;
use crate::handlers::admin::layout_for;
use crate::handlers::{id, refill};
use crate::req::Req;

async fn list(req: &Req, group: Option<GroupId>, form: Option<NewcomersForm>) -> Result<Index, Failure> {
    let (found, rules) = rules::list(req.cx(), req.viewer(), group).await?;
    let layout = layout_for(req, found.as_ref()).await?;
    let newcomers = match form {
        Some(form) => form,
        None => {
            let Newcomers { days, messages, links } = newcomers::get(req.cx()).await?;
            let field = |number: i64| number.to_string().into();
            NewcomersForm { days: field(days), messages: field(messages), links: field(links), error: None }
        }
    };
    Ok(Index { layout, group: found.map(|found| found.group), rules, newcomers })
}

/// `GET /-/groups/ID/rules`.
pub async fn index(req: Req, path: Path<String>) -> Answer {
    req.page(&list(&req, Some(id(&path)?), None).await?)
}

/// `GET /admin/rules`.
pub async fn of_site(req: Req) -> Answer {
    req.page(&list(&req, None, None).await?)
}

/// `POST /admin/rules/newcomers`.
pub async fn set_newcomers(req: Req, form: Form) -> Answer {
    req.admin()?;
    let number = |name: &str| form.get(name).trim().parse().unwrap_or(-1);
    let new = Newcomers { days: number("days"), messages: number("messages"), links: number("links") };
    match newcomers::set(req.cx(), req.viewer(), new).await {
        Ok(()) => Ok(req.redirect_saying("/admin/rules", "saved")),
        Err(error) => {
            let back = NewcomersForm {
                days: form.get("days").into(),
                messages: form.get("messages").into(),
                links: form.get("links").into(),
                error: None,
            };
            let back = refill(back, error)?;
            req.with_field_errors(&list(&req, None, Some(back)).await?)
        }
    }
}

async fn new_page(req: &Req, group: Option<GroupId>, form: RuleForm) -> Result<Edit, Failure> {
    let (found, _) = rules::list(req.cx(), req.viewer(), group).await?;
    let layout = layout_for(req, found.as_ref()).await?;
    Ok(Edit { layout, group: found.map(|found| found.group), rule: None, form, tried: None })
}

fn new_rule() -> RuleForm {
    RuleForm {
        in_text: "yes".into(),
        in_title: "yes".into(),
        new_days: "7".into(),
        new_messages: "5".into(),
        ..RuleForm::default()
    }
}

/// `GET /-/groups/ID/rules/new`.
pub async fn new(req: Req, path: Path<String>) -> Answer {
    req.page(&new_page(&req, Some(id(&path)?), new_rule()).await?)
}

/// `GET /admin/rules/new`.
pub async fn new_of_site(req: Req) -> Answer {
    req.page(&new_page(&req, None, new_rule()).await?)
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
        action: RuleAction::parse(form.get("effect")),
        explanation: form.get("explanation").to_owned(),
    }
}

fn given_back(form: &Form, error: Error) -> Result<RuleForm, Failure> {
    let field = |name: &str| form.get(name).into();
    let back = RuleForm {
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
        effect: field("effect"),
        explanation: field("explanation"),
        ..RuleForm::default()
    };
    Ok(refill(back, error)?)
}

async fn make(req: Req, group: Option<GroupId>, form: Form) -> Answer {
    match rules::create(req.cx(), req.viewer(), group, wanted(&form)).await {
        Ok(rule) => Ok(req.redirect(&format!("/-/rules/{rule}"))),
        Err(error @ Error::Invalid(_)) => {
            req.with_field_errors(&new_page(&req, group, given_back(&form, error)?).await?)
        }
        Err(error) => Err(error.into()),
    }
}

/// `POST /-/groups/ID/rules`.
pub async fn create(req: Req, path: Path<String>, form: Form) -> Answer {
    let group = id(&path)?;
    make(req, Some(group), form).await
}

/// `POST /admin/rules`.
pub async fn create_of_site(req: Req, form: Form) -> Answer {
    make(req, None, form).await
}

/// Builds the page of a rule: with messages it would have caught, or with a form that has errors.
async fn edit_page(req: &Req, rule: RuleId, back: Option<RuleForm>) -> Result<Edit, Failure> {
    let (found, rule) = rules::show(req.cx(), req.viewer(), rule).await?;
    let layout = layout_for(req, found.as_ref()).await?;
    let tried = match back {
        Some(_) => None,
        None => Some(rules::try_out(req.cx(), req.viewer(), &rule).await?),
    };
    let form = back.unwrap_or_else(|| RuleForm::of(&rule));
    Ok(Edit { layout, group: found.map(|found| found.group), rule: Some(rule), form, tried })
}

/// `GET /-/rules/ID`: the rule, and what it would have caught.
pub async fn edit(req: Req, path: Path<String>) -> Answer {
    req.page(&edit_page(&req, id(&path)?, None).await?)
}

/// `POST /-/rules/ID`.
pub async fn update(req: Req, path: Path<String>, form: Form) -> Answer {
    let rule: RuleId = id(&path)?;
    match rules::update(req.cx(), req.viewer(), rule, wanted(&form)).await {
        Ok(()) => Ok(req.redirect_saying(&format!("/-/rules/{rule}"), "rule-saved")),
        Err(error @ Error::Invalid(_)) => {
            req.with_field_errors(&edit_page(&req, rule, Some(given_back(&form, error)?)).await?)
        }
        Err(error) => Err(error.into()),
    }
}

/// `POST /-/rules/ID/switch`.
pub async fn switch(req: Req, path: Path<String>, form: Form) -> Answer {
    let on = form.get("on") == "yes";
    let version = form.get("version").parse().unwrap_or(0);
    let rule = rules::switch(req.cx(), req.viewer(), id(&path)?, version, on).await?;
    Ok(req.redirect_saying(&list_of(&rule), if on { "rule-on" } else { "rule-off" }))
}

/// `POST /-/rules/ID/delete`.
pub async fn destroy(req: Req, path: Path<String>, _form: Form) -> Answer {
    let rule = rules::delete(req.cx(), req.viewer(), id(&path)?).await?;
    Ok(req.redirect_saying(&list_of(&rule), "deleted"))
}

fn list_of(rule: &Rule) -> String {
    match rule.group_id {
        Some(group) => format!("/-/groups/{group}/rules"),
        None => path_of(None),
    }
}
