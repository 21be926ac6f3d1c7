//! Files that people uploaded, and the messages that show them.

use crate::db::{Db, Tx, sql};
use model::policy::{settled_by_site_admin_first, topic_visible_to_first};
use model::time::Timestamp;
use model::{FILES, FileId, FileRow, FileState, MessageId, UserId};

type Result<T> = std::result::Result<T, sqlx::Error>;

/// A file to store.
#[derive(Debug)]
pub struct NewFile<'a> {
    pub owner: UserId,
    pub sha256: &'a str,
    pub size: i64,
    pub kind: &'a str,
    pub name: &'a str,
    pub pixels: Option<(i64, i64)>,
    pub state: FileState,
    pub at: Timestamp,
}

macro_rules! columns {
    () => {
        "f.id, f.owner_id, f.sha256, f.size, f.kind, f.name, f.width, f.height, f.state, f.created_at"
    };
}

/// Lets no other transaction claim these bytes until this one ends.
pub(crate) async fn hold(tx: &mut Tx, sha256: &str) -> Result<()> {
    // SQLite has one writer.
    sql!(run tx, pg "select pg_advisory_xact_lock(hashtextextended($1, 0))", lite "select $1", sha256)?;
    Ok(())
}

/// Stores a file.
pub async fn insert(tx: &mut Tx, new: &NewFile<'_>) -> Result<FileId> {
    sql!(value tx, FileId,
        "insert into files (owner_id, sha256, size, kind, name, width, height, state, created_at)
         values ($1, $2, $3, $4, $5, $6, $7, $8, $9) returning id",
        new.owner, new.sha256, new.size, new.kind, new.name, new.pixels.map(|(width, _)| width),
        new.pixels.map(|(_, height)| height), new.state, new.at)
}

/// Returns a file, without any check.
pub async fn get(db: &Db, id: FileId) -> Result<Option<FileRow>> {
    sql!(opt db, FileRow, concat!("select ", columns!(), " from files f where f.id = $1"), id)
}

/// Whether there is a file with these bytes that can be shown.
pub async fn has_ready(db: &Db, sha256: &str) -> Result<bool> {
    sql!(value db, bool, "select exists (select 1 from files where sha256 = $1 and state = 'ready')", sha256)
}

/// Changes the state of all waiting files with these bytes.
pub async fn settle(tx: &mut Tx, sha256: &str, state: FileState) -> Result<u64> {
    sql!(run tx, "update files set state = $2 where sha256 = $1 and state = 'waiting'", sha256, state)
}

/// How many bytes somebody uploaded since a moment.
pub async fn bytes_since(db: &Db, owner: UserId, since: Timestamp) -> Result<i64> {
    sql!(value db, i64,
        "select cast(coalesce(sum(size), 0) as bigint) from files where owner_id = $1 and created_at >= $2", owner, since)
}

/// Returns a file that a viewer may read, and whether everyone may: they read a message that shows it, uploaded it, or decide
/// about a held or reported message with it.
pub async fn readable(db: &Db, viewer: Option<UserId>, is_admin: bool, id: FileId) -> Result<Option<(FileRow, bool)>> {
    let text = format!("%{FILES}{id}/%");
    let found = sql!(opt db, Readable,
        concat!("select ", columns!(), ",
                   exists (select 1 from message_files l join messages m on m.id = l.message_id join topics t on t.id = m.topic_id
                     join groups g on g.id = t.group_id where l.file_id = f.id and not l.is_former and m.deleted_at is null and t.deleted_at is null
                     and g.deleted_at is null and g.kind = 'public') as is_public
                 from files f where f.id = $2 and (f.owner_id = $1
                   or exists (select 1 from message_files l join messages m on m.id = l.message_id join topics t on t.id = m.topic_id
                     join groups g on g.id = t.group_id where l.file_id = f.id and not l.is_former and m.deleted_at is null and ", topic_visible_to_first!(), ")
                   or exists (select 1 from held h join groups g on g.id = h.group_id where h.author_id = f.owner_id
                     and h.declined_at is null and h.raw like $3 and (($4 and ", settled_by_site_admin_first!(), ")
                       or exists (select 1 from memberships mo where mo.group_id = g.id and mo.user_id = $1 and mo.role <> 'member')))
                   or ($4 and exists (select 1 from message_files l join reports r on r.message_id = l.message_id
                     join messages m on m.id = l.message_id join topics t on t.id = m.topic_id join groups g on g.id = t.group_id
                     where l.file_id = f.id and not l.is_former and m.deleted_at is null and ", settled_by_site_admin_first!(), ")))"),
        viewer, id, text.as_str(), is_admin)?;
    Ok(found.map(|found| (found.file, found.is_public)))
}

#[derive(sqlx::FromRow)]
struct Readable {
    #[sqlx(flatten)]
    file: FileRow,
    is_public: bool,
}

/// Makes a message show those of the files that it showed before, and those of the new ones that a user uploaded.
pub async fn link(tx: &mut Tx, message: MessageId, files: &[i64], new: &[i64], by: UserId) -> Result<u64> {
    sql!(run tx,
        "insert into message_files (file_id, message_id)
         select id, cast($2 as bigint) from files where id in (select cast(value as bigint) from json_each($1))
           and (id in (select file_id from message_files where message_id = $2)
             or owner_id = $4 and id in (select cast(value as bigint) from json_each($3)))
         on conflict (file_id, message_id) do update set is_former = false",
        crate::list(files), message, crate::list(new), by)
}

/// Makes a message show no other files than these. The others are kept for its history.
pub async fn unlink_others(tx: &mut Tx, message: MessageId, files: &[i64]) -> Result<u64> {
    sql!(run tx,
        "update message_files set is_former = true
         where message_id = $2 and file_id not in (select cast(value as bigint) from json_each($1))",
        crate::list(files), message)
}

/// Makes messages show no files: their texts are deleted.
pub async fn unlink_all(tx: &mut Tx, messages: &[MessageId]) -> Result<u64> {
    if messages.is_empty() {
        return Ok(0);
    }
    sql!(run tx, "delete from message_files where message_id in (select cast(value as bigint) from json_each($1))", crate::list(messages))
}

macro_rules! orphaned {
    () => {
        "f.created_at < $1 and not exists (select 1 from message_files l where l.file_id = f.id)
         and not exists (select 1 from held h where h.author_id = f.owner_id and h.declined_at is null)"
    };
}

/// Files from before a moment that no message shows, by id. Those of authors with held messages are left out.
pub async fn orphans(db: &Db, before: Timestamp, limit: i64) -> Result<Vec<FileRow>> {
    sql!(all db, FileRow, concat!("select ", columns!(), " from files f where ", orphaned!(), " order by f.id limit $2"), before, limit)
}

/// Deletes a file that no message shows. Returns whether it did.
pub async fn delete_orphan(tx: &mut Tx, id: FileId, before: Timestamp) -> Result<bool> {
    let gone = sql!(run tx, concat!("delete from files as f where f.id = $2 and ", orphaned!()), before, id)?;
    Ok(gone > 0)
}

/// Deletes a file of an owner, unless a message shows it or showed it, or a message with it waits for approval. Returns whether
/// it did.
pub async fn delete_unused(tx: &mut Tx, id: FileId, owner: UserId) -> Result<bool> {
    let text = format!("%{FILES}{id}/%");
    let gone = sql!(run tx,
        "delete from files as f where f.id = $1 and f.owner_id = $2
           and not exists (select 1 from message_files l where l.file_id = f.id)
           and not exists (select 1 from held h where h.author_id = f.owner_id and h.declined_at is null and h.raw like $3)",
        id, owner, text.as_str())?;
    Ok(gone > 0)
}

/// Whether a file or a picture has the bytes of a digest: the avatar of an account, the image of a group, which may be deleted and
/// can be restored, or the logo of the site.
macro_rules! has_bytes {
    ($digest:literal) => {
        concat!(
            "exists (select 1 from files f where f.sha256 = ",
            $digest,
            ")
             or exists (select 1 from users u where u.avatar = ",
            $digest,
            " and u.avatar <> '')
             or exists (select 1 from groups g where g.picture = ",
            $digest,
            " and g.picture <> '')
             or exists (select 1 from settings s where s.name = 'logo' and s.value like (",
            $digest,
            " || ' %'))"
        )
    };
}
pub(crate) use has_bytes;

/// Returns those of some digests whose bytes neither a file nor a picture has.
pub async fn unused(db: &Db, digests: &[String]) -> Result<Vec<String>> {
    sql!(values db, String,
        concat!("select cast(d.value as text) from json_each($1) d where not (", has_bytes!("cast(d.value as text)"), ")"),
        crate::list(digests))
}

/// All files whose bytes are stored, after an id.
pub async fn stored_after(db: &Db, after: FileId, limit: i64) -> Result<Vec<FileRow>> {
    sql!(all db, FileRow,
        concat!("select ", columns!(), " from files f where f.id > $1 and f.state <> 'bad' order by f.id limit $2"), after, limit)
}

/// How many files have stored bytes.
pub async fn count_stored(db: &Db) -> Result<i64> {
    sql!(value db, i64, "select count(*) from files where state <> 'bad'")
}

/// What somebody uploaded with these bytes since a moment, oldest first.
pub async fn same_since(db: &Db, owner: UserId, sha256: &str, since: Timestamp) -> Result<Vec<FileRow>> {
    sql!(all db, FileRow,
        concat!("select ", columns!(), " from files f
                 where f.sha256 = $2 and f.owner_id = $1 and f.state <> 'bad' and f.created_at >= $3 order by f.id"),
        owner, sha256, since)
}

/// What somebody uploaded, oldest first, after an id.
pub async fn of_owner(db: &Db, owner: UserId, after: FileId, limit: i64) -> Result<Vec<FileRow>> {
    sql!(all db, FileRow,
        concat!("select ", columns!(), " from files f where f.owner_id = $1 and f.id > $2 order by f.id limit $3"), owner, after, limit)
}
