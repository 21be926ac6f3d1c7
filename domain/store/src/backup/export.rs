//! What an export contains: of each table some columns and rows. Never addresses, passwords or settings of people.

use model::GroupId;

use super::statements::Read;
use super::{Column, Table};

/// What to export.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Scope {
    /// One group alone; `None` for the whole site.
    pub group: Option<GroupId>,
    /// Only public groups, without what was deleted, former texts and titles, and plain members.
    pub is_public: bool,
    /// With `is_public`: groups of every kind, for somebody who may read them.
    pub any_kind: bool,
}

/// The part of a table that an export contains.
#[derive(Clone, Debug)]
pub struct ExportedTable {
    pub table: Table,
    /// The columns, and of some an expression instead of the column's own value.
    columns: Vec<(&'static str, Option<&'static str>)>,
    pub(super) condition: String,
}

impl ExportedTable {
    /// The columns by name, of those that the database has.
    pub(super) fn columns(&self, all: &[Column]) -> Result<Vec<Read>, sqlx::Error> {
        let mut read = Vec::with_capacity(self.columns.len());
        for (name, value) in &self.columns {
            let column = all.iter().find(|column| column.name == *name);
            let column = column.ok_or_else(|| sqlx::Error::ColumnNotFound(format!("{}.{name}", self.table.name)))?;
            read.push(Read { name: column.name.clone(), kind: column.kind, value: *value });
        }
        read.sort_by(|one, other| one.name.cmp(&other.name));
        Ok(read)
    }

    /// Whether the export has this column of the table.
    pub fn has(&self, column: &str) -> bool {
        self.columns.iter().any(|(name, _)| *name == column)
    }
}

fn part(
    name: &'static str,
    key: &'static [&'static str],
    columns: &[&'static str],
    condition: String,
) -> ExportedTable {
    ExportedTable { table: Table { name, key }, columns: columns.iter().map(|name| (*name, None)).collect(), condition }
}

impl Scope {
    /// The parts, each after those that it references.
    ///
    /// The `+` of the conditions makes SQLite read a table in the order of its key. Otherwise it would look rows up by the
    /// condition and sort them in memory.
    pub fn parts(&self) -> Vec<ExportedTable> {
        let (groups, topics, messages) = (self.groups(), self.topics(), self.messages());
        let of_topics = format!("+t.topic_id in ({topics})");
        let mut parts = vec![
            part(
                "users",
                &["id"],
                &[
                    "id",
                    "username",
                    "username_lower",
                    "username_key",
                    "name",
                    "bio",
                    "location",
                    "web",
                    "avatar",
                    "created_at",
                    "deleted_at",
                ],
                self.people(),
            ),
            part(
                "groups",
                &["id"],
                &[
                    "id",
                    "slug",
                    "name",
                    "description",
                    "kind",
                    "category",
                    "picture",
                    "creator_id",
                    "created_at",
                    "archived_at",
                    "opened_at",
                    "slow_seconds",
                    "first_held",
                ],
                format!("+t.id in ({groups})"),
            ),
            part(
                "memberships",
                &["group_id", "user_id"],
                &["group_id", "user_id", "role", "created_at", "read_before", "sees_from"],
                format!("+t.group_id in ({groups}){}", if self.is_public { " and t.role <> 'member'" } else { "" }),
            ),
            part(
                "topics",
                &["id"],
                &[
                    "id",
                    "group_id",
                    "slug",
                    "name",
                    "creator_id",
                    "created_at",
                    "last_seq",
                    "last_message_at",
                    "deleted_at",
                    "version",
                    "locked_at",
                    "pinned_at",
                    "resolved_at",
                    "arrived_at",
                    "numbering",
                    "archived_at",
                ],
                format!("+t.id in ({topics})"),
            ),
            part(
                "former_topics",
                &["group_id", "slug"],
                &["group_id", "slug", "topic_id"],
                format!("{of_topics} and t.group_id in ({groups})"),
            ),
            part(
                "messages",
                &["id"],
                &[
                    "id",
                    "topic_id",
                    "seq",
                    "author_id",
                    "created_at",
                    "raw",
                    "nodes",
                    "nodes_version",
                    "attachment",
                    "previews",
                    "edited_at",
                    "edited_by",
                    "deleted_at",
                    "deleted_by",
                    "reply_to",
                    "version",
                    "wiki_at",
                ],
                of_topics,
            ),
            part(
                "stars",
                &["message_id", "user_id"],
                &["message_id", "user_id", "created_at"],
                format!(
                    "t.message_id in ({messages}{})",
                    if self.is_public { " and m.deleted_at is null" } else { "" }
                ),
            ),
            part(
                "files",
                &["id"],
                &["id", "owner_id", "sha256", "size", "kind", "name", "width", "height", "state", "created_at"],
                format!(
                    "t.state = 'ready' and exists (select 1 from message_files l where l.file_id = t.id and {})",
                    self.shows("l")
                ),
            ),
            part(
                "message_files",
                &["file_id", "message_id"],
                &["file_id", "message_id", "is_former"],
                format!(
                    "{} and exists (select 1 from files f where f.id = t.file_id and f.state = 'ready')",
                    self.shows("t")
                ),
            ),
        ];
        if self.is_public {
            // A former address is a former title.
            parts.retain(|part| part.table.name != "former_topics");
            let columns =
                parts.iter_mut().filter(|part| part.table.name == "messages").flat_map(|part| &mut part.columns);
            columns.for_each(|(name, value)| {
                *value = match *name {
                    "raw" => Some("case when t.deleted_at is null then t.raw else '' end"),
                    "nodes" => Some("case when t.deleted_at is null then t.nodes else '[]' end"),
                    "attachment" => Some("case when t.deleted_at is null then t.attachment end"),
                    "previews" => Some("case when t.deleted_at is null then t.previews end"),
                    "edited_by" => Some("case when t.deleted_at is null then t.edited_by end"),
                    "deleted_by" => Some("cast(null as bigint)"),
                    _ => None,
                }
            });
        } else {
            parts.push(part(
                "former_texts",
                &["message_id", "number"],
                &["message_id", "number", "raw", "attachment", "written_at", "written_by"],
                format!("+t.message_id in ({messages})"),
            ));
            // Exports keep the votes of anonymous polls secret.
            parts.push(part(
                "poll_votes",
                &["message_id", "user_id", "choice"],
                &["message_id", "user_id", "choice", "anonymous", "created_at"],
                format!("t.message_id in ({messages}) and not t.anonymous"),
            ));
        }
        parts
    }

    fn groups(&self) -> String {
        let one = self.group.map(|group| format!(" and g.id = {}", group.0)).unwrap_or_default();
        let public = if self.is_public && !self.any_kind { " and g.kind = 'public'" } else { "" };
        format!("select g.id from groups g where g.deleted_at is null{public}{one}")
    }

    fn topics(&self) -> String {
        let there = if self.is_public { " and p.deleted_at is null" } else { "" };
        format!("select p.id from topics p where p.group_id in ({}){there}", self.groups())
    }

    fn messages(&self) -> String {
        format!("select m.id from messages m where m.topic_id in ({})", self.topics())
    }

    /// Which pairs of a file and a message are exported, as a condition on a row `link` of `message_files`.
    fn shows(&self, link: &str) -> String {
        let messages = self.messages();
        match self.is_public {
            true => format!("not {link}.is_former and +{link}.message_id in ({messages} and m.deleted_at is null)"),
            false => format!("+{link}.message_id in ({messages})"),
        }
    }

    /// Everyone whom another part names.
    fn people(&self) -> String {
        if self.group.is_none() && !self.is_public {
            return "t.deleted_at is null or t.deleted_at is not null".to_owned();
        }
        let (groups, topics, messages) = (self.groups(), self.topics(), self.messages());
        let mut named = vec![
            format!("select u.creator_id from groups u where u.id in ({groups})"),
            format!("select u.creator_id from topics u where u.id in ({topics})"),
            format!("select u.author_id from messages u where u.topic_id in ({topics})"),
            format!(
                "select u.owner_id from files u join message_files l on l.file_id = u.id where u.state = 'ready' and {}",
                self.shows("l")
            ),
        ];
        if self.is_public {
            named.extend([
                format!("select u.user_id from memberships u where u.group_id in ({groups}) and u.role <> 'member'"),
                format!("select u.edited_by from messages u where u.topic_id in ({topics}) and u.edited_by is not null and u.deleted_at is null"),
                format!("select u.user_id from stars u where u.message_id in ({messages} and m.deleted_at is null)"),
            ]);
        } else {
            named.extend([
                format!("select u.user_id from memberships u where u.group_id in ({groups})"),
                format!(
                    "select u.edited_by from messages u where u.topic_id in ({topics}) and u.edited_by is not null"
                ),
                format!(
                    "select u.deleted_by from messages u where u.topic_id in ({topics}) and u.deleted_by is not null"
                ),
                format!("select u.user_id from stars u where u.message_id in ({messages})"),
                format!("select u.user_id from poll_votes u where u.message_id in ({messages}) and not u.anonymous"),
                format!("select u.written_by from former_texts u where u.message_id in ({messages})"),
            ]);
        }
        format!("+t.id in ({})", named.join(" union "))
    }
}
