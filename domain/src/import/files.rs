//! Reads the files of a Convore archive. Broken records are skipped and noted as warnings.

use std::borrow::Cow;
use std::collections::HashSet;
use std::fmt;
use std::io::ErrorKind;
use std::path::Path;

use serde::de::{DeserializeOwned, Visitor};
use serde::{Deserialize, Deserializer};

use super::report::{ImportWarning, ImportWarnings};
use model::time::Timestamp;

/// A topic in `topics.json`.
#[derive(Debug, Deserialize)]
pub(super) struct TopicRecord {
    #[serde(deserialize_with = "id")]
    pub id: i64,
    #[serde(default, deserialize_with = "some_id")]
    pub group_id: Option<i64>,
    #[serde(default)]
    pub name: Option<String>,
    #[serde(default)]
    pub slug: Option<String>,
    #[serde(default, deserialize_with = "some_id")]
    pub creator_id: Option<i64>,
    #[serde(default)]
    pub date_created: Option<f64>,
}

/// A message in `messages.json`.
#[derive(Debug, Deserialize)]
pub(super) struct MessageRecord {
    #[serde(deserialize_with = "id")]
    pub id: i64,
    #[serde(deserialize_with = "id")]
    pub user_id: i64,
    #[serde(default)]
    pub date_created: Option<f64>,
    pub message: String,
    #[serde(default)]
    pub stars: Option<Vec<ByRecord>>,
}

/// A user and a time: a star or a membership.
#[derive(Debug, Deserialize)]
pub(super) struct ByRecord {
    #[serde(deserialize_with = "id")]
    pub user_id: i64,
    #[serde(default)]
    pub date_created: Option<f64>,
}

/// A user in `users.json`.
#[derive(Debug, Default, Deserialize)]
pub(super) struct UserRecord {
    #[serde(deserialize_with = "id")]
    pub id: i64,
    #[serde(default)]
    pub username: Option<String>,
    #[serde(default)]
    pub name: Option<String>,
    #[serde(default)]
    pub bio: Option<String>,
    #[serde(default)]
    pub location: Option<String>,
    #[serde(default)]
    pub web: Option<String>,
    #[serde(default)]
    pub date_joined: Option<f64>,
}

/// A group in `groups.json`.
#[derive(Debug, Deserialize)]
pub(super) struct GroupRecord {
    #[serde(default, deserialize_with = "some_id")]
    pub id: Option<i64>,
    pub slug: String,
    #[serde(default)]
    pub name: Option<String>,
    #[serde(default)]
    pub description: Option<String>,
    #[serde(default)]
    pub kind: Option<String>,
    #[serde(default, deserialize_with = "some_id")]
    pub creator_id: Option<i64>,
    #[serde(default)]
    pub date_created: Option<f64>,
    #[serde(default)]
    pub members: Option<Vec<ByRecord>>,
}

/// Reads the list in a file; `None` if the file does not exist.
pub(super) fn read_list<T: DeserializeOwned>(path: &Path, warnings: &mut ImportWarnings) -> Option<Vec<T>> {
    let shown = || path.display().to_string();
    let bytes = match std::fs::read(path) {
        Ok(bytes) => bytes,
        Err(error) if error.kind() == ErrorKind::NotFound => return None,
        Err(error) => {
            warnings.note(ImportWarning::Unreadable, || format!("{}: {error}", shown()));
            return Some(Vec::new());
        }
    };
    if let Ok(records) = serde_json::from_slice(&bytes) {
        return Some(records);
    }
    // The file is malformed: read as much as possible.
    let text = String::from_utf8_lossy(&bytes);
    if matches!(text, Cow::Owned(_)) {
        warnings.note(ImportWarning::NotUtf8, shown);
    }
    let values: Vec<serde_json::Value> = match serde_json::from_str(&without_lone_surrogates(&text)) {
        Ok(serde_json::Value::Array(values)) => values,
        // `users.json` wraps its list in an object.
        Ok(serde_json::Value::Object(mut object)) => match object.remove("users") {
            Some(serde_json::Value::Array(values)) => values,
            _ => Vec::new(),
        },
        Ok(_) => Vec::new(),
        Err(error) => {
            warnings.note(ImportWarning::Unreadable, || format!("{}: {error}", shown()));
            return Some(Vec::new());
        }
    };
    let mut records = Vec::with_capacity(values.len());
    for (at, value) in values.into_iter().enumerate() {
        match serde_json::from_value(value) {
            Ok(record) => records.push(record),
            Err(error) => {
                warnings.note(ImportWarning::BadRecord, || format!("{}, number {}: {error}", shown(), at + 1))
            }
        }
    }
    Some(records)
}

/// Replaces the escapes of lone surrogates in JSON, such as `\ud800`, with the replacement character.
fn without_lone_surrogates(json: &str) -> Cow<'_, str> {
    let escape = |at: usize| -> Option<u32> {
        let digits = json.get(at..at + 6)?.strip_prefix("\\u")?;
        u32::from_str_radix(digits, 16).ok()
    };
    let mut mended = String::new();
    let (mut copied, mut at) = (0, 0);
    while let Some(found) = json.get(at..).and_then(|rest| rest.find('\\')) {
        at += found;
        match escape(at) {
            Some(0xd800..=0xdbff) if matches!(escape(at + 6), Some(0xdc00..=0xdfff)) => at += 12,
            Some(0xd800..=0xdfff) => {
                mended.push_str(&json[copied..at]);
                mended.push_str("\\ufffd");
                at += 6;
                copied = at;
            }
            // Any other escape has two bytes. A wider character after the backslash only occurs in broken JSON.
            _ => at += 1 + json[at + 1..].chars().next().map_or(0, char::len_utf8),
        }
    }
    if copied == 0 {
        return Cow::Borrowed(json);
    }
    mended.push_str(&json[copied..]);
    Cow::Owned(mended)
}

/// A topic's messages by time, then id, without duplicates: the order of their numbers.
#[derive(Debug, Default)]
pub(super) struct Messages(pub Vec<(Timestamp, MessageRecord)>);

impl Messages {
    /// Reads a topic's file. Replaces impossible times with `otherwise`.
    pub fn read(path: &Path, otherwise: Timestamp, warnings: &mut ImportWarnings) -> Self {
        let Some(records) = read_list::<MessageRecord>(path, warnings) else {
            warnings.note(ImportWarning::NoMessagesFile, || path.display().to_string());
            return Self::default();
        };
        let mut seen = HashSet::with_capacity(records.len());
        let mut messages = Vec::with_capacity(records.len());
        for mut record in records {
            if !seen.insert(record.id) {
                warnings.note(ImportWarning::Twice, || format!("message {} in {}", record.id, path.display()));
                continue;
            }
            let at = moment(record.date_created).unwrap_or_else(|| {
                warnings.note(ImportWarning::ImpossibleTime, || format!("of message {}", record.id));
                otherwise
            });
            if record.message.contains('\0') {
                warnings.note(ImportWarning::NulCharacter, || format!("message {}", record.id));
                record.message.retain(|c| c != '\0');
            }
            if record.message.len() > crate::platform::validate::MAX_MESSAGE
                && record.message.chars().count() > crate::platform::validate::MAX_MESSAGE
            {
                warnings.note(ImportWarning::LongMessage, || format!("message {}", record.id));
            }
            if let Some(stars) = &mut record.stars {
                let mut starred = HashSet::new();
                stars.retain(|star| {
                    let first = starred.insert(star.user_id);
                    if !first {
                        warnings.note(ImportWarning::Twice, || {
                            format!("star of person {} on message {}", star.user_id, record.id)
                        });
                    }
                    first
                });
            }
            messages.push((at, record));
        }
        messages.sort_by_key(|(at, record)| (*at, record.id));
        Self(messages)
    }
}

/// Removes NUL characters, which databases cannot store.
pub(super) fn clean(text: Option<String>) -> String {
    let mut text = text.unwrap_or_default();
    text.retain(|c| c != '\0');
    text
}

/// Converts Unix seconds; `None` if missing or implausible for a forum.
pub(super) fn moment(seconds: Option<f64>) -> Option<Timestamp> {
    seconds.filter(|seconds| (1.0..4e9).contains(seconds)).map(Timestamp::from_unix_seconds)
}

/// Returns whether an id can be kept: it must be positive and fit a JavaScript number.
pub(super) fn keepable(id: i64) -> bool {
    (1..1 << 52).contains(&id)
}

fn id<'de, D: Deserializer<'de>>(deserializer: D) -> Result<i64, D::Error> {
    deserializer.deserialize_any(AnyId)
}

fn some_id<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<i64>, D::Error> {
    Ok(Id::deserialize(deserializer)?.0)
}

struct Id(Option<i64>);

impl<'de> Deserialize<'de> for Id {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Ok(Self(Option::<Just>::deserialize(deserializer)?.map(|just| just.0)))
    }
}

#[derive(Deserialize)]
#[serde(transparent)]
struct Just(#[serde(deserialize_with = "id")] i64);

/// An id that is a number or a string of digits.
struct AnyId;

impl Visitor<'_> for AnyId {
    type Value = i64;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an id")
    }

    fn visit_i64<E>(self, id: i64) -> Result<i64, E> {
        Ok(id)
    }

    fn visit_u64<E: serde::de::Error>(self, id: u64) -> Result<i64, E> {
        i64::try_from(id).map_err(E::custom)
    }

    fn visit_str<E: serde::de::Error>(self, id: &str) -> Result<i64, E> {
        id.parse().map_err(E::custom)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn unpaired_surrogates_become_the_replacement_character() {
        let mended = |json| serde_json::from_str::<String>(&without_lone_surrogates(json)).unwrap();
        assert_eq!(mended(r#""a\ud83dz \\ud83d \ud83d\ude00 \udc00""#), "a\u{fffd}z \\ud83d 😀 \u{fffd}");
    }

    #[test]
    fn ids_are_numbers_or_strings() {
        let record: MessageRecord = serde_json::from_str(r#"{"id": "12", "user_id": 3, "message": ""}"#).unwrap();
        assert_eq!((record.id, record.user_id), (12, 3));
        let record: TopicRecord = serde_json::from_str(r#"{"id": 1, "creator_id": null, "group_id": "5"}"#).unwrap();
        assert_eq!((record.creator_id, record.group_id), (None, Some(5)));
    }
}
