//! Rows of the moderators' and admins' pages.

use texts::{Text, screening};

use crate::time::Timestamp;
use crate::{
    BulkDeleteId, EntryId, Group, GroupId, GroupKind, LogAction, MessageId, NoticeId, NoticeKind, PendingId, Person,
    TopicId, UserId,
};

/// A notice that a user has not read yet.
#[derive(Clone, Debug, PartialEq, Eq, Hash, sqlx::FromRow)]
pub struct NoticeRow {
    pub id: NoticeId,
    /// The name of the group; empty when it is about the whole site.
    pub group_name: String,
    pub kind: NoticeKind,
    pub reason: String,
    pub created_at: Timestamp,
    /// How many more unread notices follow it.
    pub more: i64,
}

/// A warning on the page of the user who got it.
#[derive(Clone, Debug, PartialEq, Eq, sqlx::FromRow)]
pub struct WarningRow {
    pub id: NoticeId,
    /// `None`: from the site admins.
    pub group_id: Option<GroupId>,
    pub reason: String,
    /// Who gave it.
    pub by_name: String,
    pub created_at: Timestamp,
    pub read_at: Option<Timestamp>,
    /// Who took it back.
    pub back_name: Option<String>,
    pub taken_back_at: Option<Timestamp>,
}

/// How the stored reason of a message in the approval queue begins if a rule held it. The rule's name follows, and `”`.
pub const HELD_BY_RULE: &str = "The rule “";
/// How it begins if an external auditor held the message. The auditor's name follows, and perhaps its reason.
pub const HELD_BY: &str = "Held by ";
/// The stored reason if the group holds the first messages of new members.
pub const HELD_AS_NEW: &str = "New member";

/// A message in the approval queue.
#[derive(Clone, Debug, sqlx::FromRow)]
pub struct PendingRow {
    #[sqlx(flatten)]
    pub group: Group,
    pub held_id: PendingId,
    pub author_id: UserId,
    pub author_name: String,
    /// `None`: the message would start a topic.
    pub topic_id: Option<TopicId>,
    pub topic_slug: Option<String>,
    pub topic_name: Option<String>,
    /// Whether the topic was deleted meanwhile.
    pub topic_gone: bool,
    /// The title of the topic that it would start.
    pub title: String,
    /// The text as it was typed.
    pub raw: String,
    pub idempotency_key: Option<String>,
    /// The message that it replies to.
    pub reply_to: Option<MessageId>,
    /// Its attachment, as stored: JSON. Its text ends with the fallback text.
    pub attachment: Option<String>,
    /// Why it is held, as stored: in English.
    pub why: String,
    pub written_at: Timestamp,
}

impl PendingRow {
    /// Whether a rule held it: its reason then names the rule.
    pub fn is_by_rule(&self) -> bool {
        self.why.starts_with(HELD_BY_RULE)
    }

    /// Why it is held, as pages show it.
    pub fn reason(&self) -> Text {
        reason(&self.why)
    }

    /// Its author.
    pub fn author(&self) -> Person {
        Person::new(self.author_id, self.author_name.as_str())
    }
}

/// The text of a stored reason.
fn reason(stored: &str) -> Text {
    let rule = stored.strip_prefix(HELD_BY_RULE).and_then(|rest| rest.strip_suffix('”'));
    match (rule, stored.strip_prefix(HELD_BY)) {
        (Some(rule), _) => screening::held_by_rule(rule),
        (None, Some(auditor)) => screening::held_by(auditor),
        (None, None) if stored == HELD_AS_NEW => screening::new_member(),
        (None, None) => Text::verbatim(stored.to_owned()),
    }
}

/// A bulk delete on the page of the user whose messages it deleted.
#[derive(Clone, Debug, PartialEq, Eq, sqlx::FromRow)]
pub struct BulkDeleteRow {
    pub id: BulkDeleteId,
    pub user_id: UserId,
    /// `None`: in the whole site.
    pub group_id: Option<GroupId>,
    /// The moderator's username.
    pub by_name: String,
    pub reason: String,
    pub created_at: Timestamp,
    /// The start of the period; `None`: everything.
    pub since: Option<Timestamp>,
    pub messages: i64,
    pub topics: i64,
    /// When the deletion was complete.
    pub finished_at: Option<Timestamp>,
    pub undone_at: Option<Timestamp>,
    /// When the restoration was complete.
    pub restored_at: Option<Timestamp>,
}

/// How much a bulk delete would delete.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, sqlx::FromRow)]
pub struct BulkDeleteSize {
    pub messages: i64,
    /// Topics that are deleted as a whole.
    pub topics: i64,
}

/// A row of the moderation log, as a page shows it.
#[derive(Clone, Debug, PartialEq, Eq, sqlx::FromRow)]
pub struct LogLine {
    pub id: EntryId,
    pub created_at: Timestamp,
    /// Who did it; `None`: the server's operator.
    pub actor: Option<String>,
    /// Whether the actor's account was deleted.
    pub actor_gone: bool,
    pub what: LogAction,
    pub group_id: Option<GroupId>,
    /// The group's name, or its last one when it was deleted.
    pub group_name: String,
    /// `None` when the group was deleted.
    pub group_slug: Option<String>,
    pub group_kind: Option<GroupKind>,
    /// The topic, if the viewer may read it.
    pub topic_id: Option<TopicId>,
    /// Its title; may be empty in imports.
    pub topic_name: Option<String>,
    pub topic_path: Option<String>,
    /// The message, if the viewer may read its topic.
    pub message_id: Option<MessageId>,
    /// The user whom the action concerned.
    pub user_id: Option<UserId>,
    pub user: Option<String>,
    /// Whether that user's account was deleted.
    pub user_gone: bool,
    pub reason: String,
    /// More about it, such as the role or the duration.
    pub detail: String,
    /// Whether public pages leave out the user's name.
    pub hidden: bool,
}

#[cfg(test)]
mod tests {
    use texts::Lang;

    use super::*;

    #[test]
    fn stored_reasons_are_shown_in_any_language() {
        for (stored, german) in [
            ("The rule “Birds for <sale>”", "Die Regel „Birds for <sale>“"),
            ("Held by spamd: many links", "Zurückgehalten von spamd: many links"),
            ("New member", "Neues Mitglied"),
            ("Because.", "Because."),
        ] {
            assert_eq!(reason(stored), stored);
            assert_eq!(reason(stored).to(Lang::De), german);
        }
    }
}
