//! Creates the accounts of an import. They are unclaimed and get free names and ids.

use std::collections::HashSet;

use super::report::{ImportWarning, ImportWarnings};
use crate::platform::error::Result;
use model::UserId;
use model::names::{MAX_USERNAME, Username, username_key};
use store::Tx;
use store::import::{self as rows, NewUser};

/// Turns a foreign name into a valid username; `None` if nothing of it is left.
pub(super) fn fit(name: &str) -> Option<String> {
    let plain = |c: char| c.is_ascii_alphanumeric() || matches!(c, '_' | '-' | '.');
    let kept: String =
        name.trim().chars().map(|c| if c == ' ' { '_' } else { c }).filter(|c| plain(*c)).take(MAX_USERNAME).collect();
    let kept = kept.trim_start_matches(|c: char| !c.is_ascii_alphanumeric()).trim_end_matches(['-', '.']);
    Username::parse(kept).is_ok().then(|| kept.to_owned())
}

/// Appends a number to a name, within the maximum length.
fn numbered(name: &str, number: u32) -> String {
    let tail = format!("_{number}");
    let kept = &name[..name.len().min(MAX_USERNAME - tail.len())];
    format!("{}{tail}", kept.trim_end_matches(['_', '-', '.']))
}

/// Creates accounts under their own ids and names where free, else under others. Returns the ids in order.
pub(crate) async fn write(tx: &mut Tx, people: &[NewUser], warnings: &mut ImportWarnings) -> Result<Vec<UserId>> {
    let bulk: Vec<NewUser> = people.iter().filter(|user| user.id.is_some()).cloned().collect();
    let free: HashSet<UserId> = rows::users(tx, &bulk).await?.into_iter().map(|(id,)| id).collect();
    let mut ids = Vec::with_capacity(people.len());
    for user in people {
        ids.push(match user.id {
            Some(id) if free.contains(&id) => id,
            _ => singly(tx, user.clone(), warnings).await?,
        });
    }
    Ok(ids)
}

/// Creates one account under a free id and name.
async fn singly(tx: &mut Tx, mut user: NewUser, warnings: &mut ImportWarnings) -> Result<UserId> {
    let wanted = user.username.clone();
    let mut number = 1;
    loop {
        let (id, name, form) = rows::user_taken(tx, &user).await?;
        if id && let Some(was) = user.id.take() {
            warnings.note(ImportWarning::UserIdTaken, || format!("{was} ({wanted})"));
        }
        if name {
            if number == 1 {
                warnings.note(ImportWarning::NameChanged, || wanted.clone());
            }
            number += 1;
            user.username = numbered(&wanted, number);
            user.key = Some(username_key(&user.username));
            continue;
        }
        if form {
            user.key = None;
            warnings.note(ImportWarning::LookAlike, || user.username.clone());
        }
        let written = match user.id {
            Some(_) => rows::users(tx, std::slice::from_ref(&user)).await?.pop().map(|(id,)| id),
            None => rows::user_anew(tx, &user).await?,
        };
        // `None`: a user signed up under this name just now. The next iteration sees them.
        if let Some(id) = written {
            return Ok(id);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn foreign_names_are_changed_to_valid_ones() {
        assert_eq!(fit("Ann Example").as_deref(), Some("Ann_Example"));
        assert_eq!(fit("-ünal.").as_deref(), Some("nal"));
        assert_eq!(fit("admin"), None);
        assert_eq!(fit("日本"), None);
    }

    #[test]
    fn a_numbered_name_is_no_longer_than_names_are() {
        assert_eq!(numbered("ann", 2), "ann_2");
        assert_eq!(numbered(&"x".repeat(30), 12).len(), 30);
    }
}
