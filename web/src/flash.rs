//! The flash: a line on the next page that says what was done.

use templates::{Flash, FlashKind};
use texts::{Text, flash};

/// Something was marked as read. It can be undone on the next page, as the three below.
pub const ALL_READ: &str = "all-read";
pub const UNREAD: &str = "unread";
pub const MESSAGE_DELETED: &str = "message-deleted";
pub const TOPIC_MUTED: &str = "topic-muted";

/// A word and its text.
type Said = (&'static str, fn() -> Text);

/// Words and their texts: the cookie carries only the word.
const FLASHES: &[Said] = &[
    ("saved", flash::saved),
    ("page-published", flash::page_published),
    ("page-unchanged", flash::page_unchanged),
    ("accepted", flash::accepted),
    ("accept-again", flash::accept_again),
    ("claim-revoked", flash::claim_revoked),
    ("recomputed", flash::recomputed),
    ("deleted", flash::deleted),
    ("password", flash::password),
    ("reset-asked", flash::reset_asked),
    ("reset", flash::reset),
    ("too-late", flash::too_late),
    ("mail-asked", flash::mail_asked),
    ("mail-begun", flash::mail_begun),
    ("mail-gone", flash::mail_gone),
    ("confirmed", flash::confirmed),
    ("second-step-off", flash::second_step_off),
    ("renamed", flash::renamed),
    ("account-deleted", flash::account_deleted),
    ("moved", flash::moved),
    ("split", flash::split),
    ("merged", flash::merged),
    ("joined", flash::joined),
    ("left", flash::left),
    ("left-conversation", flash::left_conversation),
    ("asked", flash::asked),
    ("withdrawn", flash::withdrawn),
    ("answered", flash::answered),
    ("let-in", flash::let_in),
    ("declined", flash::declined),
    ("removed", flash::removed),
    ("banned", flash::banned),
    ("lifted", flash::lifted),
    ("appointed", flash::appointed),
    ("handed-over", flash::handed_over),
    ("archived", flash::archived),
    ("unarchived", flash::unarchived),
    ("group-deleted", flash::group_deleted),
    ("group-restored", flash::group_restored),
    ("topic-restored", flash::topic_restored),
    ("invited", flash::invited),
    ("uninvited", flash::uninvited),
    ("link-revoked", flash::link_revoked),
    ("muted", flash::muted),
    (TOPIC_MUTED, flash::topic_muted),
    ("unmuted", flash::unmuted),
    ("heard", flash::heard),
    ("followed", flash::followed),
    ("ignored", flash::ignored),
    ("unignored", flash::unignored),
    (UNREAD, flash::unread),
    ("reported", flash::reported),
    ("reported-outside", flash::reported_outside),
    ("settled", flash::settled),
    ("settled-before", flash::settled_before),
    ("bookmarked", flash::bookmarked),
    ("bookmark-removed", flash::bookmark_removed),
    ("held", flash::held),
    ("approved", flash::approved),
    ("nobody-ticked", flash::nobody_ticked),
    ("rule-saved", flash::rule_saved),
    ("rule-on", flash::rule_on),
    ("rule-off", flash::rule_off),
    ("suspended", flash::suspended),
    ("restricted", flash::restricted),
    ("reinstated", flash::reinstated),
    ("warned", flash::warned),
    ("warning-back", flash::warning_back),
    ("cleared", flash::cleared),
    ("coming-back", flash::coming_back),
    ("name-hidden", flash::name_hidden),
    ("name-shown", flash::name_shown),
    ("read", flash::read),
    (MESSAGE_DELETED, flash::message_deleted),
    (ALL_READ, flash::all_read),
    ("all-unread", flash::all_unread),
    ("not-undone", flash::not_undone),
    ("revoked", flash::revoked),
    ("push-on", flash::push_on),
    ("push-removed", flash::push_removed),
    ("token-revoked", flash::token_revoked),
    ("bot-made", flash::bot_made),
    ("bot-deleted", flash::bot_deleted),
    ("kind-retired", flash::kind_retired),
    ("kind-resumed", flash::kind_resumed),
    ("kind-disabled", flash::kind_disabled),
    ("kind-enabled", flash::kind_enabled),
    ("incoming-revoked", flash::incoming_revoked),
    ("webhook-on", flash::webhook_on),
    ("webhook-off", flash::webhook_off),
    ("webhook-tested", flash::webhook_tested),
    ("webhook-deleted", flash::webhook_deleted),
    ("auditor-on", flash::auditor_on),
    ("auditor-off", flash::auditor_off),
    ("auditor-deleted", flash::auditor_deleted),
    ("retried", flash::retried),
    ("dropped", flash::dropped),
    ("hidden", flash::hidden),
    ("admitted", flash::admitted),
    ("not-approved", flash::not_approved),
    ("admin", flash::admin),
    ("no-admin", flash::no_admin),
    ("sessions-ended", flash::sessions_ended),
    ("admins-need-two-factor", flash::admins_need_two_factor),
    ("reset-sent", flash::reset_sent),
    ("data-sent", flash::data_sent),
    ("confirmation-sent", flash::confirmation_sent),
    ("address-confirmed", flash::address_confirmed),
    ("name-cleared", flash::name_cleared),
    ("avatar-cleared", flash::avatar_cleared),
    ("their-second-step-off", flash::their_second_step_off),
    ("their-account-deleted", flash::their_account_deleted),
    ("mail-works", flash::mail_works),
    ("mail-fails", flash::mail_fails),
    ("mail-lacks-address", flash::mail_lacks_address),
    ("welcome", flash::welcome),
];

/// The texts that promise an email, as they are on a site without a mail server.
const WITHOUT_MAIL: &[Said] = &[
    ("reset-asked", flash::reset_asked_without_mail),
    ("mail-asked", flash::mail_asked_without_mail),
    ("mail-begun", flash::mail_begun_without_mail),
    ("reported-outside", flash::reported_outside_without_mail),
    ("admitted", flash::admitted_without_mail),
    ("reset-sent", flash::reset_sent_without_mail),
    ("data-sent", flash::data_sent_without_mail),
    ("confirmation-sent", flash::confirmation_sent_without_mail),
];

/// The words that report a failure.
const PROBLEMS: [&str; 2] = ["mail-fails", "mail-lacks-address"];

/// Returns the text of a word, or `None` for an unknown word.
pub fn text(word: &str, sends_email: bool) -> Option<Text> {
    type Texts = &'static [(&'static str, fn() -> Text)];
    let find = |texts: Texts| texts.iter().find(|(known, _)| *known == word).map(|(_, text)| text());
    if sends_email { find(FLASHES) } else { find(WITHOUT_MAIL).or_else(|| find(FLASHES)) }
}

/// Returns the flash of a cookie's value: a word, and after a dot the id of what it is about.
pub fn shown(value: &str, sends_email: bool) -> Option<Flash> {
    let (word, id) = value.split_once('.').map_or((value, None), |(word, id)| (word, id.parse::<i64>().ok()));
    let text = text(word, sends_email)?;
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
        for (at, (word, _)) in FLASHES.iter().enumerate() {
            assert!(FLASHES[..at].iter().all(|(before, _)| before != word), "{word} says something else already");
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
