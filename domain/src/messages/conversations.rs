//! Conversations of a few people: a group of kind direct, whose members they are.

use crate::groups::direct_names;
use crate::live::tell;
use crate::platform::text;
use std::time::Duration;

use crate::groups;
use crate::groups::members;
use crate::live::unread;
use crate::messages::{self, Posted};
use crate::people::accounts;
use crate::platform::context::Context;
use crate::platform::error::{Error, Result};
use crate::platform::jobs;
use crate::platform::jobs::Job;
use crate::platform::validate;
use crate::platform::validate::Draft;
use crate::screening::screen;
use crate::site::rate_limits;
use crate::site::rate_limits::By;
use crate::topics;
use model::names;
use model::policy::{Correspondents, Deed, Viewer};
use model::time::Timestamp;
use model::{Category, DirectFrom, Group, GroupId, GroupKind, Person, Role, User, UserId};
use store::groups::Described;
use store::search_log;
use store::search_log::Changed;

/// People in a conversation at the most.
pub const MOST: usize = 20;
/// How young an account is that may begin few conversations.
const NEW: Duration = Duration::from_secs(3 * 24 * 3_600);

/// How somebody stands to the one who wants to write to them.
pub(crate) async fn correspondents(cx: &Context, from: UserId, to: &User) -> Result<Correspondents> {
    let share_a_group =
        to.direct_from == DirectFrom::Shared && store::groups::members::share_a_group(&cx.db, from, to.id).await?;
    let ignores = store::people::ignores::ignores(&cx.db, from, to.id).await?;
    Ok(Correspondents { from: to.direct_from, share_a_group, ignores })
}

/// Chooses who may begin a conversation with oneself.
pub async fn set_from(cx: &Context, viewer: Viewer, from: DirectFrom) -> Result<()> {
    let user = viewer.user()?;
    let mut tx = cx.db.begin().await?;
    store::people::users::set_direct_from(&mut tx, user, from).await?;
    tx.commit().await?;
    tell::account_changed(cx, user).await;
    Ok(())
}

/// The people whose names somebody typed, with commas or spaces between, who let them write.
async fn recipients(cx: &Context, user: UserId, typed: &str) -> Result<Vec<Person>> {
    let names = typed
        .split([',', ' ', ';', '\n', '\r'])
        .map(|name| name.trim().trim_start_matches('@'))
        .filter(|name| !name.is_empty());
    let mut people: Vec<Person> = Vec::new();
    let mut is_self = false;
    for name in names.take(MOST + 1) {
        let Some(other) = store::people::users::by_name(&cx.db, name).await? else {
            return Err(Error::invalid("to", format!("Nobody here is called {name}.")));
        };
        is_self |= other.id == user;
        if other.id == user || people.iter().any(|person| person.id == other.id) {
            continue;
        }
        let between = correspondents(cx, user, &other).await?;
        if between.ignores {
            return Err(Error::invalid(
                "to",
                format!("You ignore {}: take that back before you write.", other.username),
            ));
        }
        if !between.may_write() {
            return Err(Error::invalid("to", format!("{} takes no messages from you.", other.username)));
        }
        people.push(other.person());
    }
    if people.is_empty() {
        let why = if is_self { "That is you: name somebody else." } else { "Say to whom." };
        return Err(Error::invalid("to", why));
    }
    if people.len() >= MOST {
        return Err(Error::invalid("to", format!("A conversation has at most {MOST} people.")));
    }
    Ok(people)
}

async fn count(cx: &Context, user: UserId) -> Result<()> {
    let own = accounts::own(cx, user).await?;
    if own.created_at.plus(NEW) > cx.now() {
        rate_limits::count(cx, rate_limits::Deed::DirectWhileNew, By::User(user)).await?;
    }
    rate_limits::count(cx, rate_limits::Deed::Direct, By::User(user)).await
}

fn title(typed: &str, text: &str) -> Result<String> {
    if validate::one_line(typed).is_empty() {
        let made = markup::excerpt(text, direct_names::TITLE);
        return Ok(if made.is_empty() { direct_names::UNTITLED.to_owned() } else { made });
    }
    validate::title(typed)
}

/// The word in the address of a topic: of what was typed as its title. What was said may be deleted, and its address stays.
fn word(typed: &str) -> String {
    match validate::one_line(typed).is_empty() {
        true => "talk".to_owned(),
        false => names::slugify(typed),
    }
}

/// Begins a conversation, or goes on in the one that these people have already. The same form sent twice posts once.
///
/// # Errors
/// [`Error::Invalid`] on `to`, `title` and `text`, [`Error::TooMany`], [`Error::SignedOut`].
pub async fn start(cx: &Context, viewer: Viewer, to: &str, titled: &str, draft: Draft) -> Result<Posted> {
    let user = viewer.user()?;
    let draft = validate::message(draft)?;
    let title = title(titled, &draft.text)?;
    if let Some(posted) = messages::posted_before(cx, viewer, &draft, None).await? {
        return Ok(posted);
    }
    let people = recipients(cx, user, to).await?;
    let mut all: Vec<UserId> = people.iter().map(|person| person.id).collect();
    all.push(user);
    if let Some(group) = store::messages::conversations::of_exactly(&cx.db, user, &all).await? {
        return go_on(cx, viewer, group, titled, &title, draft).await;
    }
    count(cx, user).await?;
    rate_limits::count_by_age(cx, rate_limits::Deed::Post, user).await?;
    let nodes = text::parse(cx, &draft.text).await?;
    screen::direct(cx, viewer, &title, &draft.text, &nodes).await?;
    let now = cx.now();
    let mut tx = cx.db.begin().await?;
    // Others of them may begin it at the same moment: one does, and the rest find it.
    store::people::users::hold(&mut tx, &all).await?;
    if let Some(group) = store::messages::conversations::of_exactly_in(&mut tx, user, &all).await? {
        tx.commit().await?;
        return go_on(cx, viewer, group, titled, &title, draft).await;
    }
    unread::users_change(cx, &all).await?;
    let (kind, category) = (GroupKind::Direct, Category::Other);
    let described = Described { name: "", description: "", kind, category, slow_seconds: 0, first_held: 0 };
    let slug = format!("d-{}", &crate::platform::secrets::token()?[..16]);
    let group = store::groups::insert(&mut tx, &slug, described, user, now).await?;
    let group = group.ok_or_else(|| Error::Internal("no free address for a conversation".into()))?;
    for member in &all {
        store::groups::members::join(&mut tx, group, *member, Role::Member, Timestamp(now.0 - 1)).await?;
    }
    direct_names::rename(&mut tx, group).await?;
    let (topic, topic_slug) = topics::insert_under(&mut tx, group, &title, &word(titled), user, now).await?;
    search_log::insert(&mut tx, Changed::Topic(topic)).await?;
    let Some(saved) = store::messages::save(&mut tx, &draft.by(user, (group, topic), &nodes, now)).await? else {
        drop(tx);
        return messages::posted_meanwhile(cx, viewer, &draft, None).await;
    };
    tx.commit().await?;
    cx.wake.after_commit();
    for member in all {
        tell::membership_changed(cx, member, group).await;
    }
    Ok(Posted { id: saved.id, seq: saved.seq, topic, group, group_slug: slug, topic_slug })
}

/// Says something in a conversation that is there: in what they talked of last, or as something new when it has a title.
async fn go_on(
    cx: &Context,
    viewer: Viewer,
    group: GroupId,
    titled: &str,
    title: &str,
    draft: Draft,
) -> Result<Posted> {
    match store::topics::newest(&cx.db, viewer.user()?, group).await? {
        Some(topic) if validate::one_line(titled).is_empty() => messages::post(cx, viewer, topic.id, draft).await,
        _ => topics::start(cx, viewer, group, title, draft).await,
    }
}

/// A conversation that the reader is in.
///
/// # Errors
/// [`Error::NotFound`] for anything else.
pub async fn by_id(cx: &Context, viewer: Viewer, group: GroupId) -> Result<groups::Found> {
    viewer.user()?;
    let found = groups::by_id(cx, viewer, group).await?;
    if found.group.is_direct() { Ok(found) } else { Err(Error::NotFound) }
}

/// Adds people to a conversation. They see what is said from then on, beginning with this message, which starts a topic; what was said
/// before can be read by those who could read it, and is not added to.
///
/// # Errors
/// [`Error::Invalid`] on `to` and `text`, [`Error::NotFound`] for those not in it, [`Error::TooMany`].
pub async fn add(cx: &Context, viewer: Viewer, group: GroupId, to: &str, draft: Draft) -> Result<Posted> {
    let user = viewer.user()?;
    let found = by_id(cx, viewer, group).await?;
    found.standing.check(Deed::Invite)?;
    let draft = validate::message(draft)?;
    if let Some(posted) = messages::posted_before(cx, viewer, &draft, None).await? {
        return Ok(posted);
    }
    let people = recipients(cx, user, to).await?;
    for _ in &people {
        count(cx, user).await?;
    }
    rate_limits::count_by_age(cx, rate_limits::Deed::Post, user).await?;
    let nodes = text::parse(cx, &draft.text).await?;
    let title = title("", &draft.text)?;
    screen::direct(cx, viewer, &title, &draft.text, &nodes).await?;
    let mut tx = cx.db.begin().await?;
    members::held(&mut tx, viewer, group).await?.check(Deed::Invite)?;
    // After all that was started, however the clocks of the processes differ.
    let last = store::messages::conversations::last_start(&mut tx, group).await?;
    let now = last.map_or(cx.now(), |last| cx.now().max(Timestamp(last.0 + 1)));
    let (_, there) = store::groups::members::head_count(&mut tx, group).await?;
    let ids: Vec<UserId> = people.iter().map(|person| person.id).collect();
    unread::users_change(cx, &ids).await?;
    let mut added = 0;
    for id in &ids {
        added += store::groups::members::add(&mut tx, group, *id, now).await?;
    }
    if added == 0 {
        return Err(Error::invalid("to", "They are in this conversation already."));
    }
    if there + added as i64 > MOST as i64 {
        return Err(Error::invalid("to", format!("A conversation has at most {MOST} people.")));
    }
    direct_names::rename(&mut tx, group).await?;
    let (topic, topic_slug) = topics::insert_under(&mut tx, group, &title, &word(""), user, now).await?;
    search_log::insert(&mut tx, Changed::Topic(topic)).await?;
    // So that it counts for those who came with it.
    let at = Timestamp(now.0 + 1);
    let Some(saved) = store::messages::save(&mut tx, &draft.by(user, (group, topic), &nodes, at)).await? else {
        drop(tx);
        return messages::posted_meanwhile(cx, viewer, &draft, None).await;
    };
    jobs::enqueue(&mut tx, &Job::GroupChanged { group }, cx.now()).await?;
    tx.commit().await?;
    cx.wake.after_commit();
    cx.tell(&bus::Control::GroupChanged { group }).await;
    for id in ids {
        tell::membership_changed(cx, id, group).await;
    }
    let Group { slug: group_slug, .. } = found.group;
    Ok(Posted { id: saved.id, seq: saved.seq, topic, group, group_slug, topic_slug })
}

/// The topic that a conversation goes on in: the one that was started last.
pub async fn newest(cx: &Context, viewer: Viewer, found: &groups::Found) -> Result<Option<model::Topic>> {
    found.standing.check(Deed::Read)?;
    Ok(store::topics::newest(&cx.db, viewer.id_or_none(), found.group.id).await?)
}

/// Who is in a conversation, by name.
pub async fn people(cx: &Context, found: &groups::Found) -> Result<Vec<Person>> {
    found.standing.check(Deed::Read)?;
    let rows = store::groups::members::page(&cx.db, found.group.id, MOST as i64, 0).await?;
    Ok(rows.into_iter().map(|row| row.person).collect())
}
