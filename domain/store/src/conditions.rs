//! Conditions that statements of several groups share.

/// Whether a message `h` waits: nobody declined it, and it went with no removal of all that its author wrote.
macro_rules! waits {
    () => {
        "h.declined_at is null and not exists (
             select 1 from removals w where w.user_id = h.author_id and w.undone_at is null and (w.group_id is null or w.group_id = h.group_id)
               and h.created_at <= w.created_at and (w.since is null or h.created_at >= w.since))"
    };
}
pub(crate) use waits;
