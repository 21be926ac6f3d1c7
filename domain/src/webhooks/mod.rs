//! Webhooks: other programs receive events, post messages, and check messages before they are saved.

pub mod auditors;
pub mod events;
pub mod incoming;
pub mod outgoing;
pub mod payloads;
pub mod sender;

use crate::groups::{self, GroupAccess};
use crate::platform::context::Context;
use crate::platform::error::Result;
use crate::platform::{secrets, validate};
use model::policy::Viewer;
use model::{Fields, GroupId};

/// The most characters of the name of a webhook or auditor.
const MAX_NAME: usize = 60;

/// Checks that the viewer is an admin of the group, or (`None`) of the site.
async fn authority(cx: &Context, viewer: Viewer, group: Option<GroupId>) -> Result<Option<GroupAccess>> {
    groups::authority::check(cx, viewer, group, texts::webhooks_errors::not_in_conversations()).await
}

/// Cleans and checks a name.
fn name(fields: &mut Fields, typed: &str) -> String {
    let name = validate::one_line(typed);
    if name.is_empty() {
        fields.add("name", texts::webhooks_errors::enter_name());
    }
    if name.chars().count() > MAX_NAME {
        fields.add("name", texts::validation::at_most(MAX_NAME));
    }
    name
}

/// A new secret of the form that Standard Webhooks asks for, and the same encrypted for a table.
fn new_secret(cx: &Context, kind: &str) -> Result<(String, String)> {
    let mut bytes = [0; 32];
    secrets::fill(&mut bytes)?;
    let sealed = cx.config.secret.encrypt("webhook", kind, &bytes)?;
    Ok((format!("whsec_{}", secrets::base64(&bytes)), sealed))
}
