//! Conversations: groups of kind "direct", whose members are the participants.

use crate::live::tell;

use crate::groups;
use crate::platform::context::Context;
use crate::platform::error::{Error, Result};
use model::policy::{Correspondents, Permission, Viewer};
use model::{DirectFrom, GroupId, Person, User, UserId};

/// Maximum number of participants in a conversation.
pub const MOST: usize = 20;

/// Returns the facts that decide whether `from` may start a conversation with `to`.
pub(crate) async fn correspondents(cx: &Context, from: UserId, to: &User) -> Result<Correspondents> {
    let share_a_group =
        to.direct_from == DirectFrom::Shared && store::groups::members::share_a_group(&cx.db, from, to.id).await?;
    let ignores = store::people::ignores::ignores(&cx.db, from, to.id).await?;
    Ok(Correspondents { from: to.direct_from, share_a_group, ignores })
}

/// Sets who may start a conversation with the viewer.
pub async fn set_from(cx: &Context, viewer: Viewer, from: DirectFrom) -> Result<()> {
    let user = viewer.user()?;
    let mut tx = cx.db.begin().await?;
    store::people::users::set_direct_from(&mut tx, user, from).await?;
    tx.commit().await?;
    tell::account_changed(cx, user).await;
    Ok(())
}

/// Resolves typed names, separated by commas or spaces, to users who accept messages from `user`.
pub(super) async fn recipients(cx: &Context, user: UserId, typed: &str) -> Result<Vec<Person>> {
    let names = typed
        .split([',', ' ', ';', '\n', '\r'])
        .map(|name| name.trim().trim_start_matches('@'))
        .filter(|name| !name.is_empty());
    let mut people: Vec<Person> = Vec::new();
    let mut is_self = false;
    for name in names.take(MOST + 1) {
        let Some(other) = store::people::users::by_name(&cx.db, name).await? else {
            return Err(Error::invalid("to", texts::people_errors::no_user_named(name)));
        };
        is_self |= other.id == user;
        if other.id == user || people.iter().any(|person| person.id == other.id) {
            continue;
        }
        let between = correspondents(cx, user, &other).await?;
        if between.ignores {
            return Err(Error::invalid("to", texts::messages_errors::you_ignore(&other.username)));
        }
        if !between.may_write() {
            return Err(Error::invalid("to", texts::messages_errors::accepts_none(&other.username)));
        }
        people.push(other.person());
    }
    if people.is_empty() {
        let why =
            if is_self { texts::messages_errors::add_someone_else() } else { texts::messages_errors::add_someone() };
        return Err(Error::invalid("to", why));
    }
    if people.len() >= MOST {
        return Err(Error::invalid("to", texts::messages_errors::conversation_full(MOST)));
    }
    Ok(people)
}

/// Returns a conversation that the viewer takes part in.
///
/// # Errors
/// [`Error::NotFound`] for any other group.
pub async fn by_id(cx: &Context, viewer: Viewer, group: GroupId) -> Result<groups::GroupAccess> {
    viewer.user()?;
    let found = groups::by_id(cx, viewer, group).await?;
    if found.group.is_direct() { Ok(found) } else { Err(Error::NotFound) }
}

/// Returns the participants of a conversation, by name.
pub async fn people(cx: &Context, found: &groups::GroupAccess) -> Result<Vec<Person>> {
    found.access.check(Permission::Read)?;
    let rows =
        store::groups::members::page(&cx.db, found.group.id, groups::MemberFilter::default(), MOST as i64, 0).await?;
    Ok(rows.into_iter().map(|row| row.person).collect())
}
