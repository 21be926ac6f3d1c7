//! What the caller is emailed about.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::words::{EmailFrequency, given};
use super::{Ask, Body, Found};
use crate::notifications::choices;
use crate::platform::error::Result;

/// What an account is emailed about, and how often.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct Notifications {
    /// Mentions and replies.
    pub mentions: EmailFrequency,
    /// Direct messages.
    pub directs: EmailFrequency,
    /// New messages in topics that it follows.
    pub followed: EmailFrequency,
    /// Other new messages in its groups. Never `now`.
    pub activity: EmailFrequency,
    /// The most emails in 24 hours.
    pub most_per_day: i64,
    /// The hour from which no email is sent. Null without quiet hours.
    pub quiet_from: Option<i64>,
    /// The hour until which no email is sent. Null without quiet hours.
    pub quiet_to: Option<i64>,
    /// The time zone of the hours, in minutes east of UTC.
    pub utc_offset: i64,
    /// Whether emails reach the account: its address is confirmed, and has not refused several emails.
    pub is_reachable: bool,
}

/// Returns what the caller is emailed about.
///
/// # Errors
/// [`crate::Error::Forbidden`] for credentials that are limited to some groups.
pub async fn show(ask: Ask, _: ()) -> Result<Found<Notifications>> {
    ask.check_unlimited()?;
    let own = choices::show(&ask.cx, ask.viewer()).await?;
    let is_reachable = own.address.is_some() && !own.is_bouncing;
    let choices = own.choices;
    Ok(Found(Notifications {
        mentions: choices.mentions.into(),
        directs: choices.directs.into(),
        followed: choices.followed.into(),
        activity: choices.activity.into(),
        most_per_day: choices.most_per_day,
        quiet_from: choices.quiet_from,
        quiet_to: choices.quiet_to,
        utc_offset: choices.utc_offset,
        is_reachable,
    }))
}

/// Changes of what an account is emailed about. Omitted fields stay as they are.
#[derive(Clone, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NotificationsChange {
    /// Mentions and replies.
    #[serde(default, deserialize_with = "given")]
    #[schema(value_type = EmailFrequency, required = false)]
    pub mentions: Option<EmailFrequency>,
    /// Direct messages.
    #[serde(default, deserialize_with = "given")]
    #[schema(value_type = EmailFrequency, required = false)]
    pub directs: Option<EmailFrequency>,
    /// New messages in topics that the account follows.
    #[serde(default, deserialize_with = "given")]
    #[schema(value_type = EmailFrequency, required = false)]
    pub followed: Option<EmailFrequency>,
    /// Other new messages in its groups. `now` is refused.
    #[serde(default, deserialize_with = "given")]
    #[schema(value_type = EmailFrequency, required = false)]
    pub activity: Option<EmailFrequency>,
    /// The most emails in 24 hours: 1 to 100.
    #[serde(default, deserialize_with = "given")]
    #[schema(value_type = i64, required = false)]
    pub most_per_day: Option<i64>,
    /// The hour from which no email is sent: 0 to 23. Null together with `quiet_to` for no quiet hours.
    #[serde(default, deserialize_with = "given")]
    #[schema(value_type = Option<i64>, required = false)]
    pub quiet_from: Option<Option<i64>>,
    /// The hour until which no email is sent.
    #[serde(default, deserialize_with = "given")]
    #[schema(value_type = Option<i64>, required = false)]
    pub quiet_to: Option<Option<i64>>,
    /// The time zone of the hours, in minutes east of UTC: a multiple of 15 from -720 to 840.
    #[serde(default, deserialize_with = "given")]
    #[schema(value_type = i64, required = false)]
    pub utc_offset: Option<i64>,
}

/// Changes what the caller is emailed about.
///
/// # Errors
/// As [`choices::edit`]; [`crate::Error::Forbidden`] for credentials that are limited to some groups.
pub async fn update(ask: Ask, Body(change): Body<NotificationsChange>) -> Result<Found<Notifications>> {
    ask.check_unlimited()?;
    choices::edit(&ask.cx, ask.viewer(), |choices| {
        if let Some(word) = change.mentions {
            choices.mentions = word.0;
        }
        if let Some(word) = change.directs {
            choices.directs = word.0;
        }
        if let Some(word) = change.followed {
            choices.followed = word.0;
        }
        if let Some(word) = change.activity {
            choices.activity = word.0;
        }
        choices.most_per_day = change.most_per_day.unwrap_or(choices.most_per_day);
        choices.quiet_from = change.quiet_from.unwrap_or(choices.quiet_from);
        choices.quiet_to = change.quiet_to.unwrap_or(choices.quiet_to);
        choices.utc_offset = change.utc_offset.unwrap_or(choices.utc_offset);
    })
    .await?;
    show(ask, ()).await
}
