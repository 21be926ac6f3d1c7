//! The viewer's API tokens: list, create, revoke.

use actix_web::web::Path;
use domain::model::{ApiToken, GroupId, Scope, Scopes};
use domain::people::api_tokens::{self, TokenForm};
use domain::platform::secrets::Password;
use templates::form::ApiTokenForm;
use templates::people::settings::{ApiTokenRow, ApiTokens, GroupChoice};

use crate::failure::{Answer, Failure};
use crate::form::Form;
use crate::handlers::{id, refill};
use crate::req::Req;

/// Builds the page.
async fn page(req: &Req, form: ApiTokenForm, chosen: &[GroupId], fresh: Option<String>) -> Result<ApiTokens, Failure> {
    let user = req.signed_in()?.person.id;
    let layout = req.layout().await?;
    let groups = api_tokens::groups_of(req.cx(), user).await?;
    let named = |ids: Vec<GroupId>| {
        groups.iter().filter(|(id, _)| ids.contains(id)).map(|(_, name)| name.clone()).collect::<Vec<_>>()
    };
    let row = |token: ApiToken| ApiTokenRow { groups: token.groups().map(named), token };
    let rows = api_tokens::list(req.cx(), user).await?.into_iter().map(row).collect();
    let choice = |(id, name)| GroupChoice { id, name, is_chosen: chosen.contains(&id) };
    Ok(ApiTokens { layout, form, rows, groups: groups.into_iter().map(choice).collect(), fresh, feeds_at: None })
}

/// `GET /-/settings/tokens`.
pub async fn index(req: Req) -> Answer {
    let form = ApiTokenForm { scopes: "read,write".into(), days: "90".into(), ..ApiTokenForm::default() };
    req.page(&page(&req, form, &[], None).await?)
}

/// `POST /-/settings/tokens`: answers with the token, shown once.
pub async fn create(req: Req, mut form: Form) -> Answer {
    let user = req.signed_in()?.person.id;
    let password = Password::new(form.take("current_password"));
    let scopes: Scopes = Scope::EACH.iter().copied().filter(|scope| form.get(scope.as_str()) == "yes").collect();
    let chosen: Vec<GroupId> = form.ticked("g");
    let groups = (form.get("where") == "some").then(|| chosen.clone());
    let days = form.get("days").parse().unwrap_or(-1);
    let wanted = TokenForm { name: form.get("name").to_owned(), scopes, groups, days };
    match api_tokens::create(req.cx(), user, wanted, password).await {
        Ok(token) => {
            let mut page = page(&req, ApiTokenForm::default(), &[], Some(token)).await?;
            page.feeds_at = scopes.has(Scope::Feeds).then(|| req.cx().config.base_url.clone());
            req.page(&page)
        }
        Err(error) => {
            let back = ApiTokenForm {
                name: form.get("name").into(),
                scopes: scopes.to_text().into(),
                groups: form.get("where").into(),
                days: form.get("days").into(),
                ..ApiTokenForm::default()
            };
            req.with_field_errors(&page(&req, refill(back, error)?, &chosen, None).await?)
        }
    }
}

/// `POST /-/settings/tokens/ID/revoke`.
pub async fn revoke(req: Req, path: Path<String>, _form: Form) -> Answer {
    let user = req.signed_in()?.person.id;
    api_tokens::revoke(req.cx(), user, id(&path)?).await?;
    Ok(req.redirect_saying("/-/settings/tokens", "token-revoked"))
}
