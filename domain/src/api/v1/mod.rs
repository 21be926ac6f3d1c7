//! The modern API, `/api/v1/`. It calls the same functions as the pages. What it adds: objects, cursors, and the scopes
//! and groups of credentials. Each function takes an [`Ask`] and the input of its route.

// Fields of plain records are documented where their names do not say enough.
#![allow(missing_docs)]

pub mod admin;
pub mod attachments;
pub mod auditors;
pub mod base;
pub mod bookmarks;
pub mod bots;
pub mod conversations;
pub mod cursor;
pub mod deleted;
pub mod events;
pub mod files;
pub mod group_changes;
pub mod groups;
pub mod invitations;
pub mod me;
pub mod members;
pub mod messages;
pub mod moderation;
pub mod notifications;
pub mod objects;
pub mod people;
pub mod pictures;
pub mod push;
pub mod rules;
pub mod search;
pub mod site_pages;
pub mod splits;
pub mod statistics;
pub mod topics;
pub mod versions;
pub mod webhooks;
pub mod words;

use std::borrow::Cow;
use std::str::FromStr;

use serde::Serialize;
use utoipa::openapi::schema::{ArrayBuilder, ObjectBuilder, Schema, SchemaType, Type};
use utoipa::openapi::{Ref, RefOr};
use utoipa::{PartialSchema, ToSchema};

use self::cursor::Counted;
use crate::groups::GroupAccess;
use crate::people::basic_auth::Caller;
use crate::people::sessions::Origin;
use crate::platform::context::Context;
use crate::platform::error::{Error, Result};
use crate::site::rate_limits::{self, Usage};
use crate::topics::TopicAccess;
use model::policy::{self, Change, Viewer};
use model::{MessageId, Scope, UserId};
use store::messages::RawMessage;

/// The items of a page.
const PAGE: usize = 50;

/// A request: who asks, and about what.
#[derive(Clone, Debug)]
pub struct Ask {
    /// The domain context.
    pub cx: Context,
    /// Who asks.
    pub caller: Caller,
    /// Where the request comes from.
    pub origin: Origin,
    /// The parts of the path, by name.
    pub path: Vec<(String, String)>,
    /// The key by which a repeated submission posts once.
    pub key: Option<String>,
    /// What the change starts from ([`base::read`]), if the caller said what they saw.
    pub base: Option<String>,
}

/// The parameters of a query.
#[derive(Clone, Copy, Debug)]
pub struct Query<T>(pub T);

/// A JSON body.
#[derive(Clone, Copy, Debug)]
pub struct Body<T>(pub T);

/// A file in the body, and the parameters of the query.
#[derive(Debug)]
pub struct Uploaded<T> {
    pub query: T,
    pub file: crate::files::Upload,
}

/// An object: status 200.
#[derive(Clone, Debug)]
pub struct Found<T>(pub T);

/// A new object: status 201.
#[derive(Clone, Debug)]
pub struct Created<T>(pub T);

/// Done, and nothing to show: status 204.
#[derive(Clone, Copy, Debug)]
pub struct Done;

/// A page of a list.
#[derive(Clone, Debug, Serialize)]
pub struct Page<T> {
    /// The items.
    pub items: Vec<T>,
    /// The cursor of the next page. Null on the last page.
    pub next: Option<String>,
}

impl<T: ToSchema> PartialSchema for Page<T> {
    fn schema() -> RefOr<Schema> {
        let items = ArrayBuilder::new().items(Ref::from_schema_name(T::name()));
        let next = ObjectBuilder::new().schema_type(SchemaType::from_iter([Type::String, Type::Null]));
        let page = ObjectBuilder::new()
            .property("items", items)
            .required("items")
            .property("next", next.description(Some("The cursor of the next page. Null on the last page.")))
            .required("next");
        RefOr::T(page.description(Some("A page of a list.")).build().into())
    }
}

impl<T: ToSchema> ToSchema for Page<T> {
    fn name() -> Cow<'static, str> {
        format!("{}Page", T::name()).into()
    }

    fn schemas(schemas: &mut Vec<(String, RefOr<Schema>)>) {
        schemas.push((T::name().into_owned(), T::schema()));
        T::schemas(schemas);
    }
}

impl<T> Page<T> {
    fn found(items: Vec<T>, next: Option<String>) -> Result<Found<Self>> {
        Ok(Found(Self { items, next }))
    }

    /// A page of a list whose cursors count pages, of the items from the beginning of the list.
    fn counted(place: Counted, items: impl IntoIterator<Item = T>) -> Result<Found<Self>> {
        let (items, next) = place.cut(items);
        Self::found(items, next)
    }

    /// The whole of a list that is always short.
    fn whole(items: Vec<T>) -> Result<Found<Self>> {
        Self::found(items, None)
    }
}

/// What a route needs of its caller.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Needs {
    /// The scope to read. Anonymous readers may call it too.
    Read,
    /// The scope to read, and an account.
    Account,
    /// The scope to write. Not counted: clients mark as read by themselves, and posts have limits of their own.
    Post,
    /// The scope to write. Counts against the limit on changes.
    Write,
    /// The scope to moderate, to look.
    Inspect,
    /// The scope to moderate. Counts against the limit on changes.
    Moderate,
    /// The rights of an admin of the site, to look.
    AdminRead,
    /// The rights of an admin of the site. Counts against the limit on changes.
    Admin,
}

impl Needs {
    /// The scope that is needed besides `read`.
    pub fn scope(self) -> Scope {
        match self {
            Self::Read | Self::Account => Scope::Read,
            Self::Post | Self::Write => Scope::Write,
            Self::Inspect | Self::Moderate => Scope::Moderate,
            Self::AdminRead | Self::Admin => Scope::Admin,
        }
    }

    /// Whether it changes something.
    pub fn changes(self) -> bool {
        matches!(self, Self::Post | Self::Write | Self::Moderate | Self::Admin)
    }
}

/// Checks that the caller may call a route now. Returns how much of the limit on changes is used, if it counts.
///
/// # Errors
/// [`Error::SignedOut`] for anonymous readers; [`Error::Forbidden`] without the scope, or while the site is read-only;
/// [`Error::NotFound`] on admins' routes for everyone else; [`Error::TooMany`].
pub async fn admit(cx: &Context, caller: &Caller, needs: Needs) -> Result<Option<Usage>> {
    if needs != Needs::Read {
        caller.viewer().user()?;
    }
    caller.check(Scope::Read)?;
    caller.check(needs.scope())?;
    if needs.scope() == Scope::Admin {
        caller.viewer().site_admin()?;
    }
    if !needs.changes() {
        return Ok(None);
    }
    caller.check(Scope::Write)?;
    let change = if needs == Needs::Admin { Change::Site } else { Change::Forum };
    policy::check_change(crate::site::current(cx).await.settings.read_only, change)?;
    if needs == Needs::Post {
        return Ok(None);
    }
    Ok(Some(rate_limits::count_change(cx, caller.viewer().user()?).await?))
}

impl Ask {
    /// The caller for the policy.
    fn viewer(&self) -> Viewer {
        self.caller.viewer()
    }

    fn user(&self) -> Result<UserId> {
        Ok(self.viewer().user()?)
    }

    /// A part of the path.
    ///
    /// # Errors
    /// [`Error::NotFound`] when it is no id.
    fn part<T: FromStr>(&self, name: &str) -> Result<T> {
        self.text(name).parse().map_err(|_| Error::NotFound)
    }

    fn text(&self, name: &str) -> &str {
        self.path.iter().find(|(known, _)| known == name).map_or("", |(_, value)| value)
    }

    /// The group of the path, by id or slug.
    async fn group(&self) -> Result<GroupAccess> {
        super::find_group(&self.cx, &self.caller, self.text("id")).await
    }

    /// The topic of the path.
    async fn topic(&self) -> Result<TopicAccess> {
        let found = crate::topics::find(&self.cx, self.viewer(), self.part("id")?).await?;
        if self.caller.covers(found.group.id) { Ok(found) } else { Err(Error::NotFound) }
    }

    /// The message of the path with its topic.
    async fn message(&self) -> Result<(RawMessage, TopicAccess)> {
        super::find_message(&self.cx, &self.caller, self.text("id")).await
    }

    /// The message of the path with its topic; deleted messages too.
    async fn message_or_deleted(&self) -> Result<(RawMessage, TopicAccess)> {
        let id: MessageId = self.part("id")?;
        let raw = store::messages::raw(&self.cx.db, id).await?.ok_or(Error::NotFound)?;
        let found = crate::topics::find(&self.cx, self.viewer(), raw.topic_id).await?;
        if self.caller.covers(found.group.id) { Ok((raw, found)) } else { Err(Error::NotFound) }
    }

    /// Checks that the credentials work everywhere.
    ///
    /// # Errors
    /// [`Error::Forbidden`] for credentials that are limited to some groups.
    fn check_unlimited(&self) -> Result<()> {
        if self.caller.is_unlimited() {
            return Ok(());
        }
        Err(Error::forbidden(texts::api_errors::limited_token()))
    }

    /// Checks that the credentials carry a moderator's rights, unless this is the caller's own.
    fn check_own_or_moderate(&self, owner: UserId) -> Result<()> {
        if self.viewer().id() != Some(owner) {
            self.caller.check(Scope::Moderate)?;
        }
        Ok(())
    }

    async fn sidebar(&self) -> Result<model::Sidebar> {
        super::sidebar(&self.cx, &self.caller).await
    }
}

/// Only a cursor.
#[derive(Clone, Debug, Default, serde::Deserialize, utoipa::IntoParams)]
#[serde(deny_unknown_fields)]
pub struct Cursor {
    /// The value of `next` from the previous page.
    #[serde(default)]
    pub cursor: Option<String>,
}

/// Gives the fields of an error the names that the API has for them.
fn renamed(error: Error, names: &[(&str, &'static str)]) -> Error {
    let Error::Invalid(fields) = error else { return error };
    let mut renamed = model::Fields::default();
    for (field, why) in fields.iter() {
        match names.iter().find(|(old, _)| *old == field) {
            Some((_, new)) => renamed.add(new, why.clone()),
            None => renamed.add(field, why.clone()),
        }
    }
    Error::Invalid(renamed)
}
