//! Conversations: start one, add people.

use actix_web::web::{Path, Query};
use domain::model::GroupId;
use domain::platform::validate::Draft;
use serde::Deserialize;
use templates::form::DirectForm;
use templates::messages::conversations::{Add, New};

use crate::failure::{Answer, Failure};
use crate::form::Form;
use crate::handlers::{id, key, refill};
use crate::req::Req;

/// The query parameters.
#[derive(Deserialize)]
pub struct Params {
    #[serde(default)]
    to: String,
}

/// `GET /-/direct/new`.
pub async fn new(req: Req, params: Query<Params>) -> Answer {
    req.signed_in()?;
    let layout = req.layout().await?;
    let to = params.to.chars().filter(|c| !c.is_control()).take(200).collect::<String>();
    req.page(&New { layout, form: DirectForm { to: to.into(), key: key()?, ..DirectForm::default() } })
}

fn draft(form: &Form) -> Draft {
    Draft::of_form(form.get("text"), form.get("key"), &[form.get("title"), form.get("to")])
}

fn given_back(form: &Form, error: domain::Error) -> Result<DirectForm, Failure> {
    let back = DirectForm {
        to: form.get("to").into(),
        title: form.get("title").into(),
        text: form.get("text").into(),
        key: form.get("key").to_owned(),
        error: None,
    };
    Ok(refill(back, error)?)
}

/// `POST /-/direct`.
pub async fn create(req: Req, form: Form) -> Answer {
    let begun = domain::messages::submit(
        req.cx(),
        req.viewer(),
        domain::messages::Target::Conversation { to: form.get("to"), title: form.get("title") },
        draft(&form),
    )
    .await;
    match begun {
        Ok(posted) => {
            Ok(req.accepted(req.redirect(&format!("/{}/{}/", posted.group_slug, posted.topic_slug)), form.get("key")))
        }
        Err(error) => {
            let form = given_back(&form, error)?;
            let layout = req.layout().await?;
            req.with_field_errors(&New { layout, form })
        }
    }
}

async fn add_page(req: &Req, group: GroupId, form: DirectForm) -> Result<Add, Failure> {
    let mut layout = req.layout().await?;
    let found = domain::messages::conversations::by_id(req.cx(), req.viewer(), group).await?;
    req.group_layout(&mut layout, &found.group, &found.access).await?;
    let people = domain::messages::conversations::people(req.cx(), &found).await?;
    Ok(Add { layout, group: req.called(found.group), people, form })
}

/// `GET /-/direct/ID/add`.
pub async fn add_form(req: Req, path: Path<String>) -> Answer {
    let form = DirectForm { key: key()?, ..DirectForm::default() };
    req.page(&add_page(&req, id(&path)?, form).await?)
}

/// `POST /-/direct/ID/add`.
pub async fn add(req: Req, path: Path<String>, form: Form) -> Answer {
    let group: GroupId = id(&path)?;
    match domain::messages::submit(
        req.cx(),
        req.viewer(),
        domain::messages::Target::MorePeople { conversation: group, to: form.get("to") },
        draft(&form),
    )
    .await
    {
        Ok(posted) => {
            req.site.forget_beside(&[group]);
            Ok(req.redirect(&format!("/{}/{}/", posted.group_slug, posted.topic_slug)))
        }
        Err(error) => {
            let form = given_back(&form, error)?;
            req.with_field_errors(&add_page(&req, group, form).await?)
        }
    }
}
