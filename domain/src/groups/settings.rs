//! Changes of a group's settings.

use super::{GroupForm, addresses, members, save_change, with_permission};
use crate::platform::context::Context;
use crate::platform::error::{Error, Result};
use crate::platform::{log, secrets, validate};
use crate::screening::descriptions;
use crate::screening::descriptions::Describing;
use model::policy::{self, Permission, Viewer};
use model::{Group, GroupId, GroupKind, LogAction, LogEntry};
use store::groups::Described;

/// Changes a group's name, description, kind and category. When it becomes public, pending requests are deleted. When
/// its audience grows, log entries from before stay visible to its moderators only. A new private group moves.
///
/// # Errors
/// [`Error::Forbidden`] for viewers who are not its admins, [`Error::Invalid`].
pub async fn update(cx: &Context, viewer: Viewer, id: GroupId, form: GroupForm) -> Result<Group> {
    update_from(cx, viewer, id, form, None).await
}

/// As [`update`], if its settings are still those of `base` (see [`base_of`]). `None`: they are not compared.
///
/// # Errors
/// As [`update`]; [`Error::Changed`].
pub async fn update_from(
    cx: &Context,
    viewer: Viewer,
    id: GroupId,
    form: GroupForm,
    base: Option<&str>,
) -> Result<Group> {
    let found = with_permission(cx, viewer, id, Permission::Administer).await?;
    let by = viewer.user()?;
    let (name, description) = validate::group(&form.name, &form.description)?;
    let described = form.described(&name, &description)?;
    let Some(detail) = changes(&found.group, described) else { return Ok(found.group) };
    let (called, said) = (found.group.name.as_str(), found.group.description.as_str());
    let describing = Describing { by: viewer, name: (&name, called), slug: "", description: (&description, said) };
    descriptions::group(cx, describing).await?;
    let mut tx = cx.db.begin().await?;
    let access = members::lock(&mut tx, viewer, id).await?;
    access.check(Permission::Administer)?;
    if let Some(base) = base {
        let now = store::groups::versions::current(&mut tx, id).await?.ok_or(Error::NotFound)?;
        if base_of_settings(now.described()) != base {
            return Err(Error::Changed);
        }
    }
    let (before, after) = (policy::readers(access.kind()), policy::readers(form.kind));
    let opens = after > before;
    if opens && !form.opens {
        return Err(Error::invalid("kind", texts::groups_errors::confirm_opening()));
    }
    let now = cx.now();
    log::write(&mut tx, LogEntry::new(by, LogAction::GroupEdited).group(id).detail(detail), now).await?;
    store::groups::versions::keep(&mut tx, id, by, now).await?;
    store::groups::update(&mut tx, id, described).await?;
    let mut slug = found.group.slug.clone();
    if form.kind == GroupKind::Private && access.kind() != GroupKind::Private {
        slug = addresses::leave(&mut tx, id, &name, &slug, now).await?;
    }
    if opens {
        store::groups::opened(&mut tx, id, now).await?;
    }
    if form.kind == GroupKind::Public {
        store::groups::requests::delete_all(&mut tx, id).await?;
    }
    save_change(cx, tx, id, after < before).await?;
    let GroupForm { kind, category, slow_seconds, first_held, .. } = form;
    Ok(Group { slug, name, description, kind, category, slow_seconds, first_held, ..found.group })
}

/// Returns what identifies the settings of a group as they are now, for [`update_from`].
pub fn base_of(group: &Group) -> String {
    let &Group { kind, category, slow_seconds, first_held, .. } = group;
    let (name, description) = (group.name.as_str(), group.description.as_str());
    base_of_settings(Described { name, description, kind, category, slow_seconds, first_held })
}

fn base_of_settings(now: Described<'_>) -> String {
    let Described { name, description, kind, category, slow_seconds, first_held } = now;
    let settings = format!("{kind} {category} {slow_seconds} {first_held} {name}\0{description}");
    secrets::digest_of(settings.as_bytes())
}

/// Describes the changes for the log, in English; `None` without changes.
fn changes(now: &Group, then: Described<'_>) -> Option<String> {
    let mut parts = Vec::new();
    if now.name != then.name {
        parts.push("name".to_owned());
    }
    if now.description != then.description {
        parts.push("description".to_owned());
    }
    if now.kind != then.kind {
        parts.push(format!("{} to {}", now.kind, then.kind));
    }
    if now.category != then.category {
        parts.push("category".to_owned());
    }
    if now.slow_seconds != then.slow_seconds {
        parts.push(format!("slow mode: {} s", then.slow_seconds));
    }
    if now.first_held != then.first_held {
        parts.push(format!("first messages that need approval: {}", then.first_held));
    }
    (!parts.is_empty()).then(|| parts.join(", "))
}
