//! Conditions that statements of several modules share.

/// SQL: message `h` is still pending. No moderator declined it, and no bulk delete of its author covers it.
macro_rules! waits {
    () => {
        "h.declined_at is null and not exists (
             select 1 from removals w where w.user_id = h.author_id and w.undone_at is null and (w.group_id is null or w.group_id = h.group_id)
               and h.created_at <= w.created_at and (w.since is null or h.created_at >= w.since))"
    };
}
pub(crate) use waits;

/// SQL: notice `n` is shown above the user's next page until the user confirms it.
macro_rules! shown_at_once {
    () => {
        "n.kind in ('warning', 'ban', 'removal', 'restored')"
    };
}
pub(crate) use shown_at_once;
