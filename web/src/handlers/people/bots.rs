//! Bots: those of the viewer and of groups, and their API tokens.

use actix_web::web::Path;
use domain::Error;
use domain::model::{ApiToken, GroupId, Scope, Scopes, UserId};
use domain::people::api_tokens::TokenForm;
use domain::people::bots;
use domain::platform::secrets::Password;
use templates::form::ApiTokenForm;
use templates::people::bots::{Bots, Show};
use templates::people::settings::ApiTokenRow;
use templates::webhooks::BotForm;

use crate::failure::{Answer, Failure};
use crate::form::Form;
use crate::handlers::webhooks::{Shown, page as webhooks_page};
use crate::handlers::{id, refill};
use crate::req::Req;

async fn list(req: &Req, form: BotForm) -> Result<Bots, Failure> {
    req.signed_in()?;
    let layout = req.layout().await?;
    Ok(Bots { layout, bots: bots::own(req.cx(), req.viewer()).await?, form })
}

/// `GET /-/settings/bots`.
pub async fn index(req: Req) -> Answer {
    req.page(&list(&req, BotForm::default()).await?)
}

/// `POST /-/settings/bots`.
pub async fn create(req: Req, form: Form) -> Answer {
    req.signed_in()?;
    match bots::create(req.cx(), req.viewer(), form.get("username")).await {
        Ok(bot) => Ok(req.redirect_saying(&format!("/-/bots/{bot}"), "bot-made")),
        Err(error) => {
            let back = BotForm { username: form.get("username").into(), error: None };
            req.with_field_errors(&list(&req, refill(back, error)?).await?)
        }
    }
}

/// `POST /-/groups/ID/bots`.
pub async fn create_in_group(req: Req, path: Path<String>, form: Form) -> Answer {
    let group: GroupId = id(&path)?;
    match bots::create_in_group(req.cx(), req.viewer(), group, form.get("username")).await {
        Ok(_) => {
            req.site.forget_beside(&[group]);
            Ok(req.redirect_saying(&format!("/-/groups/{group}/webhooks"), "bot-made"))
        }
        Err(error @ Error::Invalid(_)) => {
            let back = BotForm { username: form.get("username").into(), error: None };
            let bot_form = refill(back, error)?;
            req.with_field_errors(&webhooks_page(&req, Some(group), Shown { bot_form, ..Shown::default() }).await?)
        }
        Err(error) => Err(error.into()),
    }
}

async fn page(req: &Req, bot: UserId, form: ApiTokenForm, fresh: Option<String>) -> Result<Show, Failure> {
    let page = bots::page(req.cx(), req.viewer(), bot).await?;
    let layout = req.layout().await?;
    let named = |ids: Vec<GroupId>| {
        page.groups.iter().filter(|(id, _)| ids.contains(id)).map(|(_, name)| name.clone()).collect::<Vec<_>>()
    };
    let row = |token: ApiToken| ApiTokenRow { groups: token.groups().map(named), token };
    let rows = page.tokens.into_iter().map(row).collect();
    Ok(Show { layout, bot: page.bot, rows, form, fresh })
}

/// `GET /-/bots/BOT`.
pub async fn show(req: Req, path: Path<String>) -> Answer {
    let form = ApiTokenForm { scopes: "read,write".into(), days: "90".into(), ..ApiTokenForm::default() };
    req.page(&page(&req, id(&path)?, form, None).await?)
}

/// `POST /-/bots/BOT/tokens`: answers with the token, shown once.
pub async fn create_token(req: Req, path: Path<String>, mut form: Form) -> Answer {
    let bot: UserId = id(&path)?;
    let password = Password::new(form.take("current_password"));
    let scopes: Scopes = Scope::EACH.iter().copied().filter(|scope| form.get(scope.as_str()) == "yes").collect();
    let days = form.get("days").parse().unwrap_or(-1);
    let wanted = TokenForm { name: form.get("name").to_owned(), scopes, groups: None, days };
    match bots::create_token(req.cx(), req.viewer(), bot, wanted, password).await {
        Ok(token) => req.page(&page(&req, bot, ApiTokenForm::default(), Some(token)).await?),
        Err(error) => {
            let back = ApiTokenForm {
                name: form.get("name").into(),
                scopes: scopes.to_text().into(),
                days: form.get("days").into(),
                ..ApiTokenForm::default()
            };
            req.with_field_errors(&page(&req, bot, refill(back, error)?, None).await?)
        }
    }
}

/// `POST /-/bots/BOT/tokens/TOKEN/revoke`.
pub async fn revoke_token(req: Req, path: Path<(String, String)>, _form: Form) -> Answer {
    let bot: UserId = id(&path.0)?;
    bots::revoke_token(req.cx(), req.viewer(), bot, id(&path.1)?).await?;
    Ok(req.redirect_saying(&format!("/-/bots/{bot}"), "token-revoked"))
}

/// `POST /-/bots/BOT/delete`.
pub async fn destroy(req: Req, path: Path<String>, _form: Form) -> Answer {
    let bot = bots::delete(req.cx(), req.viewer(), id(&path)?).await?;
    let to = match bot.group_id {
        Some(group) => {
            req.site.forget_beside(&[group]);
            format!("/-/groups/{group}/webhooks")
        }
        None => "/-/settings/bots".to_owned(),
    };
    Ok(req.redirect_saying(&to, "bot-deleted"))
}
