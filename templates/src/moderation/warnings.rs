//! Notices from moderators to a user, shown above the page.

use domain::model::{NoticeDetails, NoticeRow, WarningRow};
use texts::{Html, Text, moderation as words};

use crate::links;
use crate::when::Now;

/// Returns the heading of a notice.
pub fn heading(told: &NoticeRow) -> Text {
    crate::people::notices::heading(told.kind, &told.group_name, &NoticeDetails::NONE)
}

/// Returns how many more notices there are, in words; `None` when there are none.
pub fn more(told: &NoticeRow) -> Option<Text> {
    (told.more > 0).then(|| texts::notices::more(told.more))
}

/// Returns the action path of the form that takes a warning back.
pub fn withdraw(warning: &WarningRow) -> String {
    match warning.group_id {
        Some(group) => format!("/-/groups/{group}/warnings/{}/take-back", warning.id),
        None => format!("/admin/warnings/{}/take-back", warning.id),
    }
}

/// Returns who gave a warning and when, and who withdrew it.
pub fn by(warning: &WarningRow, now: &Now) -> Html {
    let at = links::time(&warning.created_at, now);
    match (&warning.back_name, &warning.taken_back_at) {
        (Some(other), Some(later)) => {
            words::by_withdrawn(&warning.by_name, at, other, links::time(later, now)).into_html()
        }
        _ => words::by(&warning.by_name, at).into_html(),
    }
}

/// Returns the state of a warning in a word or two.
pub fn state(warning: &WarningRow) -> Text {
    match (warning.taken_back_at, warning.read_at) {
        (Some(_), None) => words::warning_withdrawn_unread(),
        (Some(_), Some(_)) => words::warning_withdrawn(),
        (None, Some(_)) => words::warning_read(),
        (None, None) => words::warning_unread(),
    }
}
