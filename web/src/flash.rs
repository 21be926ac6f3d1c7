//! The flash: a line on the next page that says what was done.

use templates::{Flash, FlashKind};

/// Something was marked as read. It can be undone on the next page, as the three below.
pub const ALL_READ: &str = "all-read";
pub const UNREAD: &str = "unread";
pub const MESSAGE_DELETED: &str = "message-deleted";
pub const TOPIC_MUTED: &str = "topic-muted";

/// Words and their texts: the cookie carries only the word.
const FLASHES: &[(&str, &str)] = &[
    ("saved", "Saved."),
    ("page-published", "Published. Readers see this version now."),
    ("page-unchanged", "Nothing changed: this is the current version."),
    ("accepted", "Accepted. Thank you!"),
    ("accept-again", "There is an even newer version. Please read and accept it."),
    ("claim-revoked", "The claim link is revoked."),
    ("recomputed", "The statistics are being recomputed."),
    ("deleted", "Deleted."),
    ("password", "Your password was changed. Other sessions were signed out."),
    ("reset-asked", "If that address belongs to an account here, we've sent it a link that works for an hour."),
    ("reset", "Your password was changed. Sign in with the new one."),
    ("too-late", "That took too long, or your password was changed in the meantime. Sign in again."),
    ("mail-asked", "We've sent you an email. Click the link in it to confirm your address."),
    (
        "mail-begun",
        "We've sent you an email. Click the link in it to confirm your address. Other sessions were signed out.",
    ),
    ("mail-gone", "Your email address was removed. Other sessions were signed out."),
    ("confirmed", "Your email address is confirmed."),
    ("second-step-off", "Two-factor authentication is off."),
    ("renamed", "Username changed. Links to your old username still work."),
    ("account-deleted", "Your account was deleted. Thank you for being a part of it."),
    ("moved", "Topic moved. Old links lead here."),
    ("split", "The messages are now in a topic of their own. Links to them lead here."),
    ("merged", "Topics merged. Old links lead here."),
    ("joined", "You've joined. Earlier messages are marked as read."),
    ("left", "You left the group."),
    ("left-conversation", "You left the conversation."),
    ("asked", "Request sent. A moderator will review it."),
    ("withdrawn", "Withdrawn."),
    ("answered", "Answered."),
    ("let-in", "Request approved."),
    ("declined", "Declined."),
    ("removed", "Removed from the group."),
    ("banned", "Banned from the group."),
    ("lifted", "Ban lifted. They can join again."),
    ("appointed", "Role changed."),
    ("handed-over", "Group handed over. You're now a member."),
    ("archived", "Group archived. Nothing in it can be changed."),
    ("unarchived", "Group unarchived."),
    ("group-deleted", "Group deleted. A site admin can restore it for 30 days."),
    ("group-restored", "Group restored, with its members."),
    ("topic-restored", "Topic restored."),
    ("invited", "Invitation sent."),
    ("uninvited", "Invitation withdrawn."),
    ("link-revoked", "Invite link revoked."),
    ("muted", "Muted. New messages here no longer count as unread."),
    (TOPIC_MUTED, "Topic muted. New messages in it no longer count as unread."),
    ("unmuted", "The topic is as it was before."),
    ("heard", "New messages here count as unread again."),
    ("followed", "Following. New messages here count as unread, even if the group is muted."),
    ("ignored", "You're ignoring this person. They aren't notified."),
    ("unignored", "You're no longer ignoring this person."),
    (UNREAD, "Marked as unread from here."),
    ("reported", "Reported. Thank you! A moderator will review it."),
    ("reported-outside", "Reported. Thank you! We'll email you a confirmation now and the decision later."),
    ("settled", "Report dismissed."),
    ("settled-before", "Someone has already handled this."),
    ("bookmarked", "Bookmarked. Find it under Bookmarks in the menu."),
    ("bookmark-removed", "Bookmark removed."),
    ("held", "Submitted. Waiting for approval."),
    ("approved", "Approved and posted."),
    ("nobody-ticked", "Nothing was selected."),
    ("rule-saved", "Rule saved and off. Check what it would have matched, then turn it on."),
    ("rule-on", "The rule is on."),
    ("rule-off", "The rule is off."),
    ("suspended", "Suspended and signed out everywhere."),
    ("restricted", "Banned and signed out everywhere."),
    ("reinstated", "Reinstated. They can sign in again."),
    ("warned", "Warning sent. They'll see it on the next page they open."),
    ("warning-back", "Warning withdrawn."),
    ("cleared", "Deleting their messages. You can undo this for 30 days."),
    ("coming-back", "Restoring their messages."),
    ("name-hidden", "Name hidden in the public log."),
    ("name-shown", "Name shown in the public log."),
    ("read", "Marked as read."),
    (MESSAGE_DELETED, "Message deleted."),
    (ALL_READ, "Marked as read."),
    ("all-unread", "Undone."),
    ("not-undone", "This can no longer be undone."),
    ("revoked", "Session ended."),
    ("push-on", "Notifications are on for this device."),
    ("push-removed", "Device removed. It gets no more notifications."),
    ("token-revoked", "API token revoked."),
    ("bot-made", "Bot created."),
    ("bot-deleted", "Bot deleted."),
    ("kind-retired", "Kind retired. New messages can't use it."),
    ("kind-resumed", "New messages can use the kind again."),
    ("kind-disabled", "Kind disabled. New messages can't use it."),
    ("kind-enabled", "Kind enabled. New messages can use it again."),
    ("incoming-revoked", "Incoming webhook revoked."),
    ("webhook-on", "The webhook is on."),
    ("webhook-off", "The webhook is off."),
    ("webhook-tested", "Test event sent. Reload this page to see the response."),
    ("webhook-deleted", "Webhook deleted."),
    ("auditor-on", "The external auditor is on."),
    ("auditor-off", "The external auditor is off."),
    ("auditor-deleted", "External auditor deleted."),
    ("retried", "The job will run again."),
    ("dropped", "Job deleted."),
    ("hidden", "Hidden in this browser until the notice changes."),
    ("admitted", "Approved. We'll email them if they've confirmed their address."),
    ("not-approved", "Declined. You can change this for seven days."),
    ("admin", "They're now a site admin."),
    ("no-admin", "They're no longer a site admin."),
    ("sessions-ended", "Sessions ended."),
    ("admins-need-two-factor", "Site admins need two-factor authentication. Turn it on here to continue."),
    ("reset-sent", "Password reset link sent."),
    ("data-sent", "Data download link sent."),
    ("confirmation-sent", "Confirmation email sent."),
    ("address-confirmed", "Email address confirmed."),
    ("name-cleared", "Display name removed."),
    ("avatar-cleared", "Avatar removed."),
    ("their-second-step-off", "Two-factor authentication turned off for this account."),
    ("their-account-deleted", "Account deleted."),
    ("mail-works", "The mail server accepted the test email. Check that it arrived."),
    ("mail-fails", "The test email was not sent."),
    ("mail-lacks-address", "Add your email address first. The test email goes there."),
    ("welcome", "Welcome! Join a group or two to get started."),
];

/// The texts that promise an email, as they are on a site without a mail server.
const WITHOUT_MAIL: &[(&str, &str)] = &[
    (
        "reset-asked",
        "This site can't send email. If that address belongs to an account here, ask an admin for a link to reset the password.",
    ),
    ("mail-asked", "This site can't send email. Ask an admin to confirm your address."),
    ("mail-begun", "This site can't send email. Ask an admin to confirm your address. Other sessions were signed out."),
    ("reported-outside", "Reported. Thank you! A moderator will review it."),
    ("admitted", "Approved. This site can't send email, so tell them yourself."),
    ("reset-sent", "This site can't send email. The link is in a file in the folder mail of the data folder."),
    ("data-sent", "This site can't send email. The link is in a file in the folder mail of the data folder."),
    ("confirmation-sent", "This site can't send email. The link is in a file in the folder mail of the data folder."),
];

/// The words that report a failure.
const PROBLEMS: [&str; 2] = ["mail-fails", "mail-lacks-address"];

/// Returns the text of a word, or `None` for an unknown word.
pub fn text(word: &str, sends_email: bool) -> Option<&'static str> {
    type Texts = &'static [(&'static str, &'static str)];
    let find = |texts: Texts| texts.iter().find(|(known, _)| *known == word).map(|(_, text)| *text);
    if sends_email { find(FLASHES) } else { find(WITHOUT_MAIL).or_else(|| find(FLASHES)) }
}

/// Returns the flash of a cookie's value: a word, and after a dot the id of what it is about.
pub fn shown(value: &str, sends_email: bool) -> Option<Flash> {
    let (word, id) = value.split_once('.').map_or((value, None), |(word, id)| (word, id.parse::<i64>().ok()));
    let text = text(word, sends_email)?.to_owned();
    let kind = if PROBLEMS.contains(&word) { FlashKind::Problem } else { FlashKind::Done };
    let undo = match (word, id) {
        (ALL_READ | UNREAD, _) => Some("/-/read/undo".to_owned()),
        (TOPIC_MUTED, _) => Some("/-/mute/undo".to_owned()),
        (MESSAGE_DELETED, Some(id)) => Some(format!("/-/messages/{id}/restore")),
        _ => None,
    };
    Some(Flash { kind, text, undo })
}

#[cfg(test)]
mod tests {
    use super::{FLASHES, PROBLEMS, WITHOUT_MAIL, shown};

    #[test]
    fn every_flash_word_has_one_text() {
        for (at, (word, text)) in FLASHES.iter().enumerate() {
            assert!(
                FLASHES[..at].iter().all(|(before, _)| before != word),
                "{word} says something else already: {text}"
            );
        }
    }

    #[test]
    fn a_deletion_can_be_undone_and_nothing_else_gets_into_the_address() {
        let undo = |value: &str| shown(value, true).and_then(|flash| flash.undo);
        assert_eq!(undo("message-deleted.12").as_deref(), Some("/-/messages/12/restore"));
        for odd in ["message-deleted", "message-deleted.", "message-deleted.1/2", "saved.12", "unknown.12"] {
            assert_eq!(undo(odd), None, "{odd}");
        }
    }

    #[test]
    fn every_other_list_has_known_words() {
        for word in WITHOUT_MAIL.iter().map(|(word, _)| word).chain(&PROBLEMS) {
            assert!(FLASHES.iter().any(|(known, _)| known == word), "{word} is not a flash");
        }
    }
}
