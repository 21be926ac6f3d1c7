//! Attachments of messages: their objects, the votes of polls, and the kinds that programs register.

use serde::{Deserialize, Serialize};
use serde_json::Value;
use utoipa::openapi::RefOr;
use utoipa::openapi::schema::{AdditionalProperties, ObjectBuilder, Schema};
use utoipa::{PartialSchema, ToSchema};

use super::objects::{Message, Person};
use super::words::{At, Id, Layout};
use super::{Ask, Body, Created, Cursor, Done, Found, PAGE, Page, Query, cursor};
use crate::messages::attachments::kinds;
use crate::messages::{NewAttachment, polls};
use crate::platform::cut;
use crate::platform::error::{Error, Result};
use model::KindId;

/// Any JSON object: its fields depend on the kind.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Data(pub Value);

impl PartialSchema for Data {
    fn schema() -> RefOr<Schema> {
        let object = ObjectBuilder::new().additional_properties(Some(AdditionalProperties::FreeForm(true)));
        RefOr::T(object.description(Some("A JSON object. Its fields depend on the kind.")).build().into())
    }
}

impl ToSchema for Data {}

/// Structured data in a message, such as a poll.
#[derive(Clone, Debug, PartialEq, Serialize, ToSchema)]
pub struct Attachment {
    /// `poll`, or the name of a registered kind: `owner/name`.
    pub kind: String,
    pub version: i64,
    pub layout: Layout,
    pub data: Data,
    /// The attachment as plain text.
    pub fallback: String,
    /// The votes, for polls only.
    pub poll: Option<PollState>,
}

/// The votes of a poll, as the caller can see them.
#[derive(Clone, Debug, PartialEq, Serialize, ToSchema)]
pub struct PollState {
    /// Whether voting has ended.
    pub closed: bool,
    /// How many people voted.
    pub voters: i64,
    /// The votes of each option, in their order; null while the results are hidden from the caller.
    pub votes: Option<Vec<i64>>,
    /// The options that the caller chose, by number from 0.
    pub chosen: Vec<i64>,
}

impl From<&model::Attachment> for Attachment {
    fn from(attachment: &model::Attachment) -> Self {
        let state = |(poll, tally): (&model::Poll, &model::Tally)| PollState {
            closed: tally.is_closed,
            voters: tally.voters,
            votes: poll.votes(tally),
            chosen: tally.chosen.clone(),
        };
        Self {
            kind: attachment.kind.clone(),
            version: attachment.version,
            layout: attachment.layout().into(),
            data: Data(attachment.data.clone()),
            fallback: attachment.fallback.clone(),
            poll: attachment.poll().zip(attachment.tally.as_ref()).map(state),
        }
    }
}

/// Data to attach to a message.
#[derive(Clone, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Attach {
    /// `poll`, or the name of a registered kind: `owner/name`.
    #[schema(min_length = 1, max_length = 200)]
    pub kind: String,
    /// Defaults to the highest version that messages can use.
    #[serde(default)]
    pub version: Option<i64>,
    pub data: Data,
}

impl From<Attach> for NewAttachment {
    fn from(attach: Attach) -> Self {
        Self { kind: attach.kind, version: attach.version, data: attach.data.0 }
    }
}

/// A vote.
#[derive(Clone, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Choices {
    /// The chosen options, by number from 0.
    #[schema(min_items = 1, max_items = 20)]
    pub choices: Vec<i64>,
}

/// Votes in a poll, or changes the caller's vote.
///
/// # Errors
/// As [`polls::vote`].
pub async fn vote(ask: Ask, Body(vote): Body<Choices>) -> Result<Found<Message>> {
    if vote.choices.is_empty() {
        return Err(Error::invalid("choices", texts::api_errors::choose_option()));
    }
    change_vote(ask, &vote.choices).await
}

/// Removes the caller's vote.
///
/// # Errors
/// As [`polls::vote`].
pub async fn retract(ask: Ask, _: ()) -> Result<Found<Message>> {
    change_vote(ask, &[]).await
}

async fn change_vote(ask: Ask, choices: &[i64]) -> Result<Found<Message>> {
    let (raw, _) = ask.message().await?;
    polls::vote(&ask.cx, ask.viewer(), raw.id, choices).await?;
    Ok(Found(super::messages::object(&ask, raw.id).await?))
}

/// Closes a poll.
///
/// # Errors
/// As [`polls::close`]; [`Error::Forbidden`] if that takes a moderator's rights and the credentials do not carry them.
pub async fn close(ask: Ask, _: ()) -> Result<Found<Message>> {
    let (raw, _) = ask.message().await?;
    ask.check_own_or_moderate(raw.author_id)?;
    polls::close(&ask.cx, ask.viewer(), raw.id).await?;
    Ok(Found(super::messages::object(&ask, raw.id).await?))
}

/// Who voted in a poll.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct Voters {
    /// The voters of each option, earliest vote first.
    pub options: Vec<OptionVoters>,
    /// Whether there are more votes than are listed.
    pub more: bool,
}

/// Who chose an option of a poll.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct OptionVoters {
    pub text: String,
    pub voters: Vec<Person>,
}

/// Returns who voted in a poll that is not anonymous.
///
/// # Errors
/// As [`polls::voters`].
pub async fn voters(ask: Ask, _: ()) -> Result<Found<Voters>> {
    let (raw, _) = ask.message().await?;
    let polls::Voters { poll, options, more, .. } = polls::voters(&ask.cx, ask.viewer(), raw.id).await?;
    let option = |(text, people): (String, Vec<model::Person>)| OptionVoters {
        text,
        voters: people.iter().map(Into::into).collect(),
    };
    Ok(Found(Voters { options: poll.options.into_iter().zip(options).map(option).collect(), more }))
}

/// A kind of attachment.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct Kind {
    pub id: Id,
    /// The name that messages use: `owner/name`.
    pub name: String,
    pub version: i64,
    pub owner: Person,
    pub layout: Layout,
    /// A template for the heading; may be empty.
    pub title: String,
    /// The names of the shown fields, in order; empty: all.
    pub fields: Vec<String>,
    /// A JSON Schema for the data.
    pub schema: Data,
    pub created_at: At,
    /// When its owner retired it; null if messages can use it.
    pub retired_at: Option<At>,
    /// When a site admin disabled it; null if messages can use it.
    pub disabled_at: Option<At>,
}

impl Kind {
    fn new(kind: &model::Kind) -> Result<Self> {
        let damaged = |error: serde_json::Error| Error::Internal(format!("the kind {}: {error}", kind.id));
        Ok(Self {
            id: kind.id.into(),
            name: kind.full_name(),
            version: kind.version,
            owner: (&kind.owner()).into(),
            layout: kind.layout.into(),
            title: kind.title.clone(),
            fields: serde_json::from_str(&kind.fields).map_err(damaged)?,
            schema: Data(serde_json::from_str(&kind.schema).map_err(damaged)?),
            created_at: kind.created_at.into(),
            retired_at: kind.retired_at.map(Into::into),
            disabled_at: kind.disabled_at.map(Into::into),
        })
    }
}

/// A kind to register.
#[derive(Clone, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewKind {
    /// Lowercase letters, digits, and hyphens. Messages use `owner/name`.
    #[schema(min_length = 1, max_length = 40)]
    pub name: String,
    /// A kind can have several versions.
    #[schema(minimum = 1, maximum = 1_000_000)]
    pub version: i64,
    pub layout: Layout,
    /// A template for the heading, such as `Build {number}`. Optional.
    #[serde(default)]
    #[schema(max_length = 200)]
    pub title: String,
    /// The names of the fields to show, in order. Defaults to all properties of the schema.
    #[serde(default)]
    #[schema(max_items = 20)]
    pub fields: Vec<String>,
    /// A JSON Schema for the data: a subset of the draft 2020-12.
    pub schema: Data,
}

/// Returns the caller's kinds of attachments, with every version.
///
/// # Errors
/// As [`kinds::own`]; [`Error::Forbidden`] for credentials that work in some groups only.
pub async fn kinds(ask: Ask, _: ()) -> Result<Found<Page<Kind>>> {
    ask.check_unlimited()?;
    let kinds = kinds::own(&ask.cx, ask.viewer()).await?;
    Page::whole(kinds.iter().map(Kind::new).collect::<Result<_>>()?)
}

/// Registers a kind of attachment.
///
/// # Errors
/// As [`kinds::register`]; [`Error::Forbidden`] for credentials that work in some groups only.
pub async fn register(ask: Ask, Body(new): Body<NewKind>) -> Result<Created<Kind>> {
    ask.check_unlimited()?;
    let NewKind { name, version, layout, title, fields, schema } = new;
    let new = kinds::NewKind { name, version, layout: layout.0, title, fields, schema: schema.0 };
    Ok(Created(Kind::new(&kinds::register(&ask.cx, ask.viewer(), new).await?)?))
}

/// Returns a kind of attachment.
///
/// # Errors
/// As [`kinds::show`].
pub async fn show(ask: Ask, _: ()) -> Result<Found<Kind>> {
    Ok(Found(Kind::new(&kinds::show(&ask.cx, ask.viewer(), ask.part("kind")?).await?)?))
}

/// Retires a kind of attachment. New messages can't use it.
///
/// # Errors
/// As [`kinds::retire`]; [`Error::Forbidden`] for credentials that work in some groups only.
pub async fn retire(ask: Ask, _: ()) -> Result<Done> {
    set_retired(ask, true).await
}

/// Restores a retired kind of attachment.
///
/// # Errors
/// As [`retire`].
pub async fn resume(ask: Ask, _: ()) -> Result<Done> {
    set_retired(ask, false).await
}

async fn set_retired(ask: Ask, retired: bool) -> Result<Done> {
    ask.check_unlimited()?;
    kinds::retire(&ask.cx, ask.viewer(), ask.part("kind")?, retired).await?;
    Ok(Done)
}

/// Returns everyone's kinds of attachments, by id.
///
/// # Errors
/// As [`kinds::all`]; [`Error::Invalid`] on `cursor`.
pub async fn all(ask: Ask, Query(page): Query<Cursor>) -> Result<Found<Page<Kind>>> {
    let after = cursor::number("kinds", page.cursor.as_deref())?.unwrap_or(0);
    let mut rows = kinds::all(&ask.cx, ask.viewer(), KindId(after), PAGE as i64 + 1).await?;
    let more = cut(&mut rows, PAGE);
    let next = rows.last().filter(|_| more).map(|row| cursor::make("kinds", row.id));
    Page::found(rows.iter().map(Kind::new).collect::<Result<_>>()?, next)
}

/// Disables a kind of attachment. New messages can't use it.
///
/// # Errors
/// As [`kinds::disable`].
pub async fn disable(ask: Ask, _: ()) -> Result<Done> {
    kinds::disable(&ask.cx, ask.viewer(), ask.part("kind")?, true).await?;
    Ok(Done)
}

/// Enables a kind of attachment again.
///
/// # Errors
/// As [`kinds::disable`].
pub async fn enable(ask: Ask, _: ()) -> Result<Done> {
    kinds::disable(&ask.cx, ask.viewer(), ask.part("kind")?, false).await?;
    Ok(Done)
}
