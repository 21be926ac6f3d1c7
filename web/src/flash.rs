//! The flash: a line on the next page that says what was done.

/// What can be undone on the next page.
pub const ALL_READ: &str = "all-read";

/// Words and their texts: the cookie carries only the word.
const FLASHES: &[(&str, &str)] = &[
    ("saved", "Saved."),
    ("claim-revoked", "The claim link is revoked."),
    ("recomputed", "The statistics are being recomputed."),
    ("deleted", "Deleted."),
    ("password", "Your password is changed, and everyone else who was signed in as you is signed out."),
    (
        "reset-asked",
        "If that address belongs to an account here, a letter is on its way to it. Its link works for an hour.",
    ),
    ("reset", "Your password is changed. Sign in with it."),
    ("too-late", "That took too long, or the password changed meanwhile. Type it again."),
    ("mail-asked", "A letter is on its way. Open its link to confirm the address."),
    (
        "mail-begun",
        "A letter is on its way. Open its link to confirm the address. Everyone else who was signed in as you is signed out.",
    ),
    (
        "mail-gone",
        "Your account has no mail address any more, and everyone else who was signed in as you is signed out.",
    ),
    ("confirmed", "Your mail address is confirmed."),
    ("second-step-off", "The second step is off: your password alone signs you in."),
    ("renamed", "That is your name now. Links with the old one go on to it."),
    ("account-deleted", "Your account is deleted. Farewell, and thank you for what you said."),
    ("moved", "The topic is here now. Old links lead to it."),
    ("split", "The messages have a topic of their own now. Links to them lead here."),
    ("merged", "The topics are one now. Old links lead here."),
    ("joined", "You are in. What was written before counts as read."),
    ("left", "You left the group."),
    ("left-conversation", "You left the conversation."),
    ("asked", "You asked to join. A moderator will answer."),
    ("withdrawn", "You took it back."),
    ("answered", "Answered."),
    ("let-in", "They are in."),
    ("declined", "Declined."),
    ("removed", "They are not in the group any more."),
    ("banned", "They are out, and cannot come back by themselves."),
    ("lifted", "The ban is lifted: they may come again."),
    ("appointed", "Their part is another one now."),
    ("handed-over", "The group is in other hands. You are a member of it."),
    ("archived", "The group is archived: everything stays as it is."),
    ("unarchived", "The group is out of the archive."),
    ("group-deleted", "The group is deleted."),
    ("invited", "They are invited, and find it under Invitations."),
    ("uninvited", "The invitation is taken back."),
    ("link-revoked", "The link leads nowhere any more."),
    ("muted", "Muted: what is new there is not counted any more."),
    ("heard", "What is new there is counted again."),
    ("followed", "You follow it: it is counted, even where its group is muted."),
    ("ignored", "You ignore them. They are not told."),
    ("unignored", "You hear of them again."),
    ("unread", "Unread from there on."),
    ("reported", "Reported. Thank you: somebody will look at it."),
    ("reported-outside", "Reported. Thank you. A receipt is on its way to you by email, and later the decision."),
    ("settled", "Answered: there was nothing to do."),
    ("settled-before", "Somebody had answered it already."),
    ("held", "It is safe, and waits for approval."),
    ("approved", "Posted, as of now."),
    ("nobody-ticked", "Nothing was ticked."),
    ("rule-saved", "Saved. The rule is off: see what it would have caught."),
    ("rule-on", "The rule is on."),
    ("rule-off", "The rule is off."),
    ("suspended", "They are suspended, and signed out everywhere."),
    ("barred", "They are banned, and signed out everywhere."),
    ("freed", "They may sign in again."),
    ("warned", "They are warned, and read it with their next page."),
    ("warning-back", "The warning is taken back."),
    ("cleared", "It is being removed. You can undo it for 30 days."),
    ("coming-back", "It is coming back."),
    ("name-hidden", "They are not named in public any more."),
    ("name-shown", "They are named in public again."),
    ("read", "Marked as read."),
    (ALL_READ, "Marked as read."),
    ("all-unread", "Marked as unread again."),
    ("not-undone", "This can no longer be undone."),
    ("revoked", "That session is signed out."),
    ("token-revoked", "That API token is revoked."),
    ("bot-made", "The bot is created."),
    ("bot-deleted", "The bot is deleted."),
    ("incoming-revoked", "The incoming webhook is revoked."),
    ("webhook-on", "The webhook is on."),
    ("webhook-off", "The webhook is off."),
    ("webhook-tested", "It is on its way. Reload this page to see the answer."),
    ("webhook-deleted", "The webhook is deleted."),
    ("auditor-on", "The external auditor is on."),
    ("auditor-off", "The external auditor is off."),
    ("auditor-deleted", "The external auditor is deleted."),
    ("retried", "The job will be tried again."),
    ("dropped", "The job is gone."),
    ("hidden", "Hidden in this browser, until it says something else."),
    ("admitted", "Let in. Whoever has a confirmed mail address is told."),
    ("not-approved", "Declined. For seven days you can think better of it."),
    ("admin", "They administer the site now."),
    ("no-admin", "They do not administer the site any more."),
    ("sessions-ended", "They are signed out there."),
    ("admins-need-two-factor", "Admins of this site need two-factor authentication. Turn it on here, then go on."),
    ("reset-sent", "A link to set a new password is on its way to them."),
    ("data-sent", "A link to download their data is on its way to them."),
    ("confirmation-sent", "An email is on its way to them. Its link confirms the address."),
    ("address-confirmed", "Their email address is confirmed."),
    ("their-second-step-off", "They sign in with the password alone now."),
    ("their-account-deleted", "The account is deleted."),
    ("welcome", "Welcome. Join a group or two to begin."),
];

/// Returns the text of a word, or `None` for an unknown word.
pub fn text(word: &str) -> Option<&'static str> {
    FLASHES.iter().find(|(known, _)| *known == word).map(|(_, text)| *text)
}

#[cfg(test)]
mod tests {
    use super::FLASHES;

    #[test]
    fn every_word_says_one_thing() {
        for (at, (word, text)) in FLASHES.iter().enumerate() {
            assert!(
                FLASHES[..at].iter().all(|(before, _)| before != word),
                "{word} says something else already: {text}"
            );
        }
    }
}
