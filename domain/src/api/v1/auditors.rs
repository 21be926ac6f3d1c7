//! External auditors: programs that are asked before a message is saved.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::webhooks::{OnOff, Secret};
use super::words::{At, Id};
use super::{Ask, Body, Created, Done, Found, Page};
use crate::platform::error::Result;
use crate::webhooks::auditors::{self, AuditorForm};

/// An external auditor.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct Auditor {
    pub id: Id,
    pub name: String,
    pub url: String,
    /// How long a message waits for its response, in milliseconds.
    pub timeout_ms: i64,
    /// Whether messages are rejected if it does not respond.
    pub fails_closed: bool,
    pub on: bool,
    pub created_at: At,
}

impl From<model::ExternalAuditor> for Auditor {
    fn from(auditor: model::ExternalAuditor) -> Self {
        Self {
            id: auditor.id.into(),
            name: auditor.name,
            url: auditor.url,
            timeout_ms: auditor.timeout_ms,
            fails_closed: auditor.fails_closed,
            on: auditor.off_at.is_none(),
            created_at: auditor.created_at.into(),
        }
    }
}

/// A new external auditor.
#[derive(Clone, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewAuditor {
    #[schema(min_length = 1, max_length = 60)]
    pub name: String,
    #[schema(min_length = 1, max_length = 1000)]
    pub url: String,
    /// From 100 to 10,000.
    #[schema(minimum = 100, maximum = 10000)]
    pub timeout_ms: i64,
    #[serde(default)]
    pub fails_closed: bool,
}

/// Returns the external auditors, in the order in which they are called.
///
/// # Errors
/// As [`auditors::list`]; [`Error::Forbidden`](crate::Error::Forbidden) for credentials limited to some groups.
pub async fn index(ask: Ask, _: ()) -> Result<Found<Page<Auditor>>> {
    ask.check_unlimited()?;
    Page::whole(auditors::list(&ask.cx, ask.viewer()).await?.into_iter().map(Into::into).collect())
}

/// Creates an external auditor. It is on.
///
/// # Errors
/// As [`auditors::create`] and [`index`].
pub async fn create(ask: Ask, Body(new): Body<NewAuditor>) -> Result<Created<Secret>> {
    ask.check_unlimited()?;
    let form =
        AuditorForm { name: new.name, url: new.url, timeout_ms: Some(new.timeout_ms), fails_closed: new.fails_closed };
    Ok(Created(Secret { secret: auditors::create(&ask.cx, ask.viewer(), form).await? }))
}

/// Turns an external auditor on or off.
///
/// # Errors
/// As [`auditors::switch`] and [`index`].
pub async fn switch(ask: Ask, Body(wanted): Body<OnOff>) -> Result<Done> {
    ask.check_unlimited()?;
    auditors::switch(&ask.cx, ask.viewer(), ask.part("id")?, wanted.on).await?;
    Ok(Done)
}

/// Deletes an external auditor.
///
/// # Errors
/// As [`auditors::delete`] and [`index`].
pub async fn delete(ask: Ask, _: ()) -> Result<Done> {
    ask.check_unlimited()?;
    auditors::delete(&ask.cx, ask.viewer(), ask.part("id")?).await?;
    Ok(Done)
}
