//! Conversations of a few people: begin one, add people.

use actix_web::web::{Path, Query};
use domain::model::GroupId;
use domain::platform::validate::Draft;
use serde::Deserialize;
use templates::form::DirectForm;
use templates::messages::conversations::{Add, New};

use crate::failure::{Answer, Failure};
use crate::form::Form;
use crate::handlers::{id, key, mendable};
use crate::visit::Visit;

/// What stands in the address.
#[derive(Deserialize)]
pub struct Asked {
    #[serde(default)]
    to: String,
}

/// `GET /-/direct/new`.
pub async fn new(visit: Visit, asked: Query<Asked>) -> Answer {
    visit.signed_in()?;
    let frame = visit.frame().await?;
    let to = asked.to.chars().filter(|c| !c.is_control()).take(200).collect::<String>();
    visit.page(&New { frame, form: DirectForm { to: to.into(), key: key()?, ..DirectForm::default() } })
}

fn draft(form: &Form) -> Draft {
    Draft { text: form.get("text").to_owned(), key: Some(form.get("key").to_owned()) }
}

fn given_back(form: &Form, error: domain::Error) -> Result<DirectForm, Failure> {
    let mut back = DirectForm {
        to: form.get("to").into(),
        title: form.get("title").into(),
        text: form.get("text").into(),
        key: form.get("key").to_owned(),
        error: None,
    };
    for (field, why) in mendable(error)? {
        back.mend(&field, why);
    }
    Ok(back)
}

/// `POST /-/direct`.
pub async fn create(visit: Visit, form: Form) -> Answer {
    let begun = domain::messages::submit(
        visit.cx(),
        visit.viewer(),
        domain::messages::Target::Conversation { to: form.get("to"), title: form.get("title") },
        draft(&form),
    )
    .await;
    match begun {
        Ok(posted) => Ok(visit.taken(visit.redirect(&format!("/{}/{}/", posted.group_slug, posted.topic_slug)), &form)),
        Err(error) => {
            let form = given_back(&form, error)?;
            let frame = visit.frame().await?;
            visit.mend(&New { frame, form })
        }
    }
}

async fn add_page(visit: &Visit, group: GroupId, form: DirectForm) -> Result<Add, Failure> {
    let mut frame = visit.frame().await?;
    let found = domain::messages::conversations::by_id(visit.cx(), visit.viewer(), group).await?;
    visit.group_frame(&mut frame, &found.group, &found.standing).await?;
    let people = domain::messages::conversations::people(visit.cx(), &found).await?;
    Ok(Add { frame, group: visit.called(found.group), people, form })
}

/// `GET /-/direct/ID/add`.
pub async fn add_form(visit: Visit, path: Path<String>) -> Answer {
    let form = DirectForm { key: key()?, ..DirectForm::default() };
    visit.page(&add_page(&visit, id(&path)?, form).await?)
}

/// `POST /-/direct/ID/add`.
pub async fn add(visit: Visit, path: Path<String>, form: Form) -> Answer {
    let group: GroupId = id(&path)?;
    match domain::messages::submit(
        visit.cx(),
        visit.viewer(),
        domain::messages::Target::MorePeople { conversation: group, to: form.get("to") },
        draft(&form),
    )
    .await
    {
        Ok(posted) => {
            visit.site.forget_beside(&[group]);
            Ok(visit.redirect(&format!("/{}/{}/", posted.group_slug, posted.topic_slug)))
        }
        Err(error) => {
            let form = given_back(&form, error)?;
            visit.mend(&add_page(&visit, group, form).await?)
        }
    }
}
