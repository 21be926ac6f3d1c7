//! The flash: a line on the next page that says what was done.

/// What can be undone on the next page.
pub const ALL_READ: &str = "all-read";

/// Words and their texts: the cookie carries only the word.
const FLASHES: &[(&str, &str)] = &[
    ("saved", "Saved."),
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
    ("group-deleted", "Group deleted."),
    ("invited", "Invitation sent."),
    ("uninvited", "Invitation withdrawn."),
    ("link-revoked", "Invite link revoked."),
    ("muted", "Muted. New messages here no longer count as unread."),
    ("heard", "New messages here count as unread again."),
    ("followed", "Following. New messages here count as unread, even if the group is muted."),
    ("ignored", "You're ignoring this person. They aren't notified."),
    ("unignored", "You're no longer ignoring this person."),
    ("unread", "Marked as unread from here."),
    ("reported", "Reported. Thank you! A moderator will review it."),
    ("reported-outside", "Reported. Thank you! We'll email you a confirmation now and the decision later."),
    ("settled", "Report dismissed."),
    ("settled-before", "Someone has already handled this."),
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
    (ALL_READ, "Marked as read."),
    ("all-unread", "Marked as unread again."),
    ("not-undone", "This can no longer be undone."),
    ("revoked", "Session ended."),
    ("token-revoked", "API token revoked."),
    ("bot-made", "Bot created."),
    ("bot-deleted", "Bot deleted."),
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
    ("their-second-step-off", "Two-factor authentication turned off for this account."),
    ("their-account-deleted", "Account deleted."),
    ("welcome", "Welcome! Join a group or two to get started."),
];

/// Returns the text of a word, or `None` for an unknown word.
pub fn text(word: &str) -> Option<&'static str> {
    FLASHES.iter().find(|(known, _)| *known == word).map(|(_, text)| *text)
}

#[cfg(test)]
mod tests {
    use super::FLASHES;

    #[test]
    fn every_flash_word_has_one_text() {
        for (at, (word, text)) in FLASHES.iter().enumerate() {
            assert!(
                FLASHES[..at].iter().all(|(before, _)| before != word),
                "{word} says something else already: {text}"
            );
        }
    }
}
