//! The lines of a JSON-lines source: typed ones, and plain messages.

use serde::Deserialize;

use super::records::{Former, Group, Membership, Message, Person, Record, States, Topic};
use super::report::Kind;
use crate::html;
use model::time::Timestamp;
use model::{GroupKind, Role};

/// A line with one message and where it is.
#[derive(Debug, Deserialize)]
struct Plain {
    group: String,
    topic: String,
    author: String,
    created_at: Time,
    text: String,
    id: TextOrNumber,
    #[serde(default)]
    reply_to: Option<TextOrNumber>,
    #[serde(default)]
    topic_id: Option<TextOrNumber>,
}

/// A line that says what it is.
#[derive(Debug, Deserialize)]
#[serde(tag = "type", rename_all = "snake_case")]
enum Typed {
    Person(PersonLine),
    Group(GroupLine),
    Membership(MembershipLine),
    Topic(TopicLine),
    Message(MessageLine),
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct PersonLine {
    id: TextOrNumber,
    #[serde(default)]
    username: String,
    #[serde(default)]
    name: String,
    #[serde(default)]
    email: Option<String>,
    #[serde(default)]
    bio: String,
    #[serde(default)]
    location: String,
    #[serde(default)]
    web: String,
    #[serde(default)]
    created_at: Option<Time>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct GroupLine {
    id: TextOrNumber,
    name: String,
    #[serde(default)]
    slug: String,
    #[serde(default)]
    description: String,
    #[serde(default)]
    kind: GroupWord,
    #[serde(default)]
    creator: Option<TextOrNumber>,
    #[serde(default)]
    created_at: Option<Time>,
    #[serde(default)]
    archived_at: Option<Time>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "snake_case")]
enum GroupWord {
    #[default]
    Public,
    Closed,
    Private,
}

#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "snake_case")]
enum RoleWord {
    #[default]
    Member,
    Moderator,
    Admin,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct MembershipLine {
    group: TextOrNumber,
    person: TextOrNumber,
    #[serde(default)]
    role: RoleWord,
    #[serde(default)]
    at: Option<Time>,
    #[serde(default)]
    left: bool,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct TopicLine {
    id: TextOrNumber,
    group: TextOrNumber,
    title: String,
    #[serde(default)]
    slug: String,
    #[serde(default)]
    creator: Option<TextOrNumber>,
    #[serde(default)]
    created_at: Option<Time>,
    #[serde(default)]
    locked_at: Option<Time>,
    #[serde(default)]
    pinned_at: Option<Time>,
    #[serde(default)]
    resolved_at: Option<Time>,
    #[serde(default)]
    archived_at: Option<Time>,
    #[serde(default)]
    deleted_at: Option<Time>,
    #[serde(default)]
    addresses: Vec<String>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct MessageLine {
    id: TextOrNumber,
    topic: TextOrNumber,
    author: TextOrNumber,
    created_at: Time,
    #[serde(default)]
    text: String,
    /// Instead of `text`.
    #[serde(default)]
    html: String,
    #[serde(default)]
    edited_at: Option<Time>,
    #[serde(default)]
    former: Vec<FormerLine>,
    #[serde(default)]
    deleted_at: Option<Time>,
    #[serde(default)]
    reply_to: Option<TextOrNumber>,
    #[serde(default)]
    stars: Vec<StarLine>,
    #[serde(default)]
    files: Vec<FileLine>,
    #[serde(default)]
    addresses: Vec<String>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct FormerLine {
    text: String,
    at: Time,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct StarLine {
    person: TextOrNumber,
    #[serde(default)]
    at: Option<Time>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct FileLine {
    #[serde(default)]
    name: String,
    url: String,
}

/// An id in the source: a string or a number.
#[derive(Debug, Deserialize)]
#[serde(untagged)]
enum TextOrNumber {
    Text(String),
    Number(i64),
}

impl TextOrNumber {
    fn into_text(self) -> String {
        match self {
            Self::Text(text) => text.replace('\0', ""),
            Self::Number(number) => number.to_string(),
        }
    }

    /// An id that something must have.
    fn key(self) -> Result<String, String> {
        Some(self.into_text()).filter(|key| !key.trim().is_empty()).ok_or_else(|| "an empty id".to_owned())
    }
}

fn some(word: Option<TextOrNumber>) -> Option<String> {
    word.map(TextOrNumber::into_text).filter(|text| !text.is_empty())
}

/// A time of RFC 3339.
#[derive(Clone, Copy, Debug)]
struct Time(Timestamp);

impl<'de> Deserialize<'de> for Time {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        let at = Timestamp::from_rfc3339(&text).filter(|at| at.0 > 0);
        at.map(Self).ok_or_else(|| serde::de::Error::custom(format!("`{text}` is not an RFC 3339 time")))
    }
}

fn at(time: Option<Time>) -> Option<Timestamp> {
    time.map(|Time(at)| at)
}

/// A parsed line.
#[derive(Debug)]
pub(super) struct Line {
    pub record: Record,
    /// The group, topic and author of a plain line, which need no lines of their own.
    pub place: Option<(Group, Topic, Person)>,
    /// Names and addresses of the files of a message.
    pub files: Vec<(String, String)>,
    /// Whether NUL characters were removed.
    pub mended: bool,
}

impl Line {
    /// Parses a line; an error says what is wrong with it, and of what kind it seems to be.
    pub fn parse(number: u64, line: &str) -> Result<Self, (Kind, String)> {
        let wrong = |kind| move |why| (kind, why);
        #[derive(Deserialize)]
        struct Tag {
            #[serde(rename = "type")]
            kind: Option<String>,
        }
        let tag: Option<Tag> = serde_json::from_str(line).ok();
        match tag.and_then(|tag| tag.kind) {
            None => plain(number, line).map_err(wrong(Kind::Messages)),
            Some(word) => {
                let kind = match word.as_str() {
                    "person" => Kind::People,
                    "group" => Kind::Groups,
                    "membership" => Kind::Memberships,
                    "topic" => Kind::Topics,
                    _ => Kind::Messages,
                };
                let typed: Typed = serde_json::from_str(line).map_err(|error| (kind, error.to_string()))?;
                let (record, files) = typed_record(number, typed).map_err(wrong(kind))?;
                Ok(Self { record, place: None, files, mended: line.contains("\\u0000") })
            }
        }
    }
}

/// The mark of a resolved topic in titles of Zulip.
const RESOLVED: &str = "✔ ";

/// Takes the mark of a resolved topic off a title.
pub(super) fn without_mark(title: &str) -> (&str, bool) {
    match title.strip_prefix(RESOLVED) {
        Some(rest) => (rest, true),
        None => (title, false),
    }
}

fn plain(number: u64, line: &str) -> Result<Line, String> {
    let mut record: Plain = serde_json::from_str(line).map_err(|error| error.to_string())?;
    let Time(at) = record.created_at;
    let mended = record.text.contains('\0');
    for text in [&mut record.group, &mut record.topic, &mut record.author, &mut record.text] {
        text.retain(|c| c != '\0');
    }
    if record.group.trim().is_empty() || record.author.trim().is_empty() {
        return Err("no group or no author".to_owned());
    }
    let (title, is_resolved) = without_mark(&record.topic);
    let topic_key = match some(record.topic_id) {
        Some(id) => id,
        None => serde_json::json!([record.group, title]).to_string(),
    };
    let topic = Topic {
        key: topic_key.clone(),
        group: record.group.clone(),
        slug: String::new(),
        title: title.to_owned(),
        creator: None,
        created_at: None,
        states: States { resolved: is_resolved.then_some(at), ..States::default() },
        addresses: Vec::new(),
    };
    let person =
        Person { key: record.author.clone(), name: record.author.clone(), created_at: Some(at), ..Person::default() };
    let mut message = Message::new(record.id.key()?, topic_key, record.author, at, record.text);
    message.reply_to = some(record.reply_to);
    message.origin = format!("line {number}");
    let place = Some((Group::named(&record.group, &record.group), topic, person));
    Ok(Line { record: Record::Message(Box::new(message)), place, files: Vec::new(), mended })
}

/// A record, and the names and addresses of the files of a message.
type WithFiles = (Record, Vec<(String, String)>);

fn typed_record(number: u64, line: Typed) -> Result<WithFiles, String> {
    let record = match line {
        Typed::Person(line) => Record::Person(Person {
            key: line.id.key()?,
            username: line.username,
            name: line.name,
            email: line.email,
            bio: line.bio,
            location: line.location,
            web: line.web,
            created_at: at(line.created_at),
        }),
        Typed::Group(line) => Record::Group(Group {
            key: line.id.key()?,
            slug: line.slug,
            name: Some(line.name).filter(|name| !name.trim().is_empty()).ok_or("a group without a name")?,
            description: line.description,
            kind: match line.kind {
                GroupWord::Public => GroupKind::Public,
                GroupWord::Closed => GroupKind::Closed,
                GroupWord::Private => GroupKind::Private,
            },
            creator: some(line.creator),
            created_at: at(line.created_at),
            archived_at: at(line.archived_at),
        }),
        Typed::Membership(line) => Record::Membership(Membership {
            group: line.group.key()?,
            person: line.person.key()?,
            role: match line.role {
                RoleWord::Member => Role::Member,
                RoleWord::Moderator => Role::Moderator,
                RoleWord::Admin => Role::Admin,
            },
            at: at(line.at),
            left: line.left,
        }),
        Typed::Topic(line) => Record::Topic(Box::new(Topic {
            key: line.id.key()?,
            group: line.group.key()?,
            slug: line.slug,
            title: line.title,
            creator: some(line.creator),
            created_at: at(line.created_at),
            states: States {
                locked: at(line.locked_at),
                pinned: at(line.pinned_at),
                resolved: at(line.resolved_at),
                archived: at(line.archived_at),
                deleted: at(line.deleted_at),
            },
            addresses: line.addresses,
        })),
        Typed::Message(line) => return message(number, line),
    };
    Ok((record, Vec::new()))
}

fn message(number: u64, line: MessageLine) -> Result<WithFiles, String> {
    if !line.text.is_empty() && !line.html.is_empty() {
        return Err("both text and html".to_owned());
    }
    let converted = html::to_markup(&line.html, "");
    let text = if line.html.is_empty() { line.text } else { converted.text };
    let mut message = Message::new(line.id.key()?, line.topic.key()?, line.author.key()?, line.created_at.0, text);
    message.files = converted.files;
    let files = line.files.into_iter().map(|file| (file.name, file.url)).collect();
    message.edited_at = at(line.edited_at);
    message.former = line.former.into_iter().map(|former| Former { text: former.text, at: former.at.0 }).collect();
    message.deleted_at = at(line.deleted_at);
    message.reply_to = some(line.reply_to);
    message.stars = line.stars.into_iter().map(|star| (star.person.into_text(), at(star.at))).collect();
    message.addresses = line.addresses;
    message.origin = format!("line {number}");
    Ok((Record::Message(Box::new(message)), files))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_bad_line_is_reported_with_its_problem() {
        assert!(Line::parse(1, "{").is_err());
        let line = r#"{"group":"g","topic":"t","author":"a","created_at":"soon","text":"","id":"1"}"#;
        assert!(Line::parse(1, line).unwrap_err().1.starts_with("`soon` is not an RFC 3339 time"));
        let line = Line::parse(1, &line.replace("soon", "2020-01-02T03:04:05Z")).unwrap();
        let Record::Message(message) = line.record else { panic!("no message") };
        assert_eq!((message.topic.as_str(), message.key.as_str()), (r#"["g","t"]"#, "1"));
        let (kind, why) = Line::parse(1, r#"{"type":"person","id":"1","nimi":"Ann"}"#).unwrap_err();
        assert!(kind == Kind::People && why.contains("nimi"), "{why}");
        assert!(Line::parse(1, r#"{"type":"persn","id":"1"}"#).unwrap_err().1.contains("persn"));
    }

    #[test]
    fn a_check_mark_in_a_title_marks_the_topic_resolved() {
        let line = r#"{"group":"g","topic":"✔ t","author":"a","created_at":"2020-01-02T03:04:05Z","text":"","id":"1"}"#;
        let (_, topic, _) = Line::parse(1, line).unwrap().place.unwrap();
        assert_eq!((topic.title.as_str(), topic.states.resolved.is_some()), ("t", true));
    }
}
