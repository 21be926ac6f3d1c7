//! Display names: in any script, but never like the username of another account.

use crate::live::tell;
use crate::matching::folding::NormalizedText;
use crate::people::admins::{self, Actor};
use crate::platform::context::Context;
use crate::platform::error::{Error, Result};
use crate::platform::validate;
use crate::screening::descriptions;
use model::names::{is_reserved_key, username_key};
use model::{LogAction, User, UserId};

/// The most characters of a display name.
pub(crate) const MAX: usize = 60;

/// Returns the username that a display name looks like, as a key.
fn look(name: &str) -> String {
    let normal = NormalizedText::new(name);
    let skeleton: String = unicode_security::skeleton(normal.folded().unwrap_or(name)).collect();
    username_key(skeleton.trim().trim_start_matches('@'))
}

/// Cleans a display name. Empty if nothing of it is visible.
pub(crate) fn clean(typed: &str) -> String {
    validate::one_line(typed)
}

/// Checks a new display name, which is clean.
///
/// # Errors
/// [`Error::Invalid`] on `name`.
pub(super) async fn check(cx: &Context, owner: &User, name: &str) -> Result<()> {
    if name.chars().count() > MAX {
        return Err(Error::invalid("name", texts::validation::at_most(MAX)));
    }
    if name.is_empty() || name == owner.name {
        return Ok(());
    }
    let key = look(name);
    if is_reserved_key(&key) && !owner.is_admin {
        return Err(Error::invalid("name", texts::people_errors::name_reserved()));
    }
    if store::people::users::has_other_key(&cx.db, owner.id, &key).await? {
        return Err(Error::invalid("name", texts::people_errors::name_looks_alike()));
    }
    if !owner.is_admin {
        descriptions::display_name(cx, name).await?;
    }
    Ok(())
}

/// Removes the display name of a user. Their messages show the username again.
///
/// # Errors
/// As [`admins::person`].
pub async fn clear(cx: &Context, actor: Actor, user: UserId) -> Result<()> {
    let mut tx = cx.db.begin().await?;
    let locked = admins::lock(&mut tx, actor, user).await?;
    store::people::users::set_name(&mut tx, user, "").await?;
    locked.log(&mut tx, cx, LogAction::NameCleared).await?;
    tx.commit().await?;
    cx.wake.after_commit();
    tell::person_changed(cx, user).await;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_look_like_usernames_in_any_script() {
        for name in
            ["mira", "Mira", "MIRA", "@mira", "m1ra", "m\u{456}r\u{430}", "ｍｉｒａ", "𝐦𝐢𝐫𝐚", "mi\u{200b}ra", "rnira"]
        {
            assert_eq!(look(name), username_key("mira"), "{name:?}");
        }
        for name in ["Mira Lindholm", "Мира", "ミラ", "miranda", ""] {
            assert_ne!(look(name), username_key("mira"), "{name:?}");
        }
    }
}
