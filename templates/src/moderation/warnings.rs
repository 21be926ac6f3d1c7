//! Notices from moderators to a user, shown above the page.

use domain::model::{NoticeDetails, NoticeRow, WarningRow};

/// Returns the heading of a notice.
pub fn heading(told: &NoticeRow) -> String {
    crate::people::notices::heading(told.kind, &told.group_name, &NoticeDetails::NONE)
}

/// Returns how many more notices there are, in words; `None` when there are none.
pub fn more(told: &NoticeRow) -> Option<String> {
    (told.more > 0).then(|| format!("{} more after this one", told.more))
}

/// Returns the action path of the form that takes a warning back.
pub fn take_back(warning: &WarningRow) -> String {
    match warning.group_id {
        Some(group) => format!("/-/groups/{group}/warnings/{}/take-back", warning.id),
        None => format!("/admin/warnings/{}/take-back", warning.id),
    }
}

/// Returns the state of a warning in a word or two.
pub fn state(warning: &WarningRow) -> &'static str {
    match (warning.taken_back_at, warning.read_at) {
        (Some(_), None) => "withdrawn unread",
        (Some(_), Some(_)) => "withdrawn",
        (None, Some(_)) => "read",
        (None, None) => "unread",
    }
}
