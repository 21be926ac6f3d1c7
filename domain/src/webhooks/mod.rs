//! Webhooks: other programs receive events, post messages, and check messages before they are saved.

pub mod auditors;
pub mod events;
pub mod incoming;
pub mod outgoing;
pub mod payloads;
pub mod sender;

use crate::groups::{self, GroupAccess, members};
use crate::platform::context::Context;
use crate::platform::error::{Error, Result};
use crate::platform::{secrets, validate};
use crate::site::admins;
use model::policy::{Permission, Viewer};
use model::{Fields, GroupId};
use store::Tx;

/// The most characters of the name of a webhook or auditor.
const MAX_NAME: usize = 60;

/// Checks that the viewer is an admin of the group, or (`None`) of the site.
async fn authority(cx: &Context, viewer: Viewer, group: Option<GroupId>) -> Result<Option<GroupAccess>> {
    viewer.user()?;
    let Some(group) = group else {
        viewer.site_admin()?;
        return Ok(None);
    };
    let found = groups::with_permission(cx, viewer, group, Permission::Administer).await?;
    if found.group.is_direct() {
        return Err(Error::Forbidden("A conversation can't have webhooks."));
    }
    Ok(Some(found))
}

/// Checks the same again, and locks the group, or the site's admins, until the commit.
async fn hold(tx: &mut Tx, viewer: Viewer, group: Option<GroupId>) -> Result<()> {
    match group {
        Some(group) => members::lock(tx, viewer, group).await?.check(Permission::Administer)?,
        None => drop(admins::lock(tx, viewer).await?),
    }
    Ok(())
}

/// Cleans and checks a name.
fn name(fields: &mut Fields, typed: &str) -> String {
    let name = validate::one_line(typed);
    if name.is_empty() {
        fields.add("name", "Enter a name.");
    }
    if name.chars().count() > MAX_NAME {
        fields.add("name", format!("Use at most {MAX_NAME} characters."));
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
