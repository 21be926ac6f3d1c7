//! The actions of moderators and admins.

use std::fmt;

use serde::{Deserialize, Serialize};
use texts::{Html, Text, log_actions};

use crate::words::words;

words! {
    /// An action in the moderation log.
    LogAction {
        /// Another user's message was deleted.
        MessageDeleted = "message_deleted",
        MessageRestored = "message_restored",
        /// A report was closed without action.
        ReportDismissed = "report_dismissed",
        PendingApproved = "held_approved",
        PendingDeclined = "held_declined",
        RuleMade = "rule_made",
        /// A rule was changed, and thereby switched off.
        RuleChanged = "rule_changed",
        RuleSwitchedOn = "rule_switched_on",
        RuleSwitchedOff = "rule_switched_off",
        RuleDeleted = "rule_deleted",
        /// The site's definition of new users was changed.
        NewcomersSet = "newcomers_set",
        /// Another user's topic was renamed.
        TopicRenamed = "topic_renamed",
        TopicLocked = "topic_locked",
        TopicUnlocked = "topic_unlocked",
        TopicPinned = "topic_pinned",
        TopicUnpinned = "topic_unpinned",
        TopicResolved = "topic_resolved",
        TopicReopened = "topic_reopened",
        TopicArchived = "topic_archived",
        TopicUnarchived = "topic_unarchived",
        /// A topic was moved to another group.
        TopicMoved = "topic_moved",
        /// A topic was moved here from another group.
        TopicArrived = "topic_arrived",
        /// Messages were split off into a new topic.
        TopicSplit = "topic_split",
        /// A topic was merged into another one.
        TopicMerged = "topic_merged",
        TopicDeleted = "topic_deleted",
        /// A deleted topic was restored.
        TopicRestored = "topic_restored",
        /// A request to join was accepted.
        MemberAdmitted = "member_admitted",
        /// A request to join was declined.
        RequestDeclined = "request_declined",
        /// A user was invited by name.
        Invited = "invited",
        /// Such an invitation was withdrawn.
        Uninvited = "uninvited",
        /// An invitation link was created.
        LinkMade = "link_made",
        /// An invitation link was revoked, or another user's link that lets others ask.
        LinkRevoked = "link_revoked",
        /// A user joined by an invitation link.
        LinkFollowed = "link_followed",
        MemberRemoved = "member_removed",
        /// A user was banned from a group.
        MemberBanned = "member_banned",
        BanLifted = "ban_lifted",
        /// A member's role was changed.
        RoleGiven = "role_given",
        /// The group's admin handed it over to another member.
        GroupHandedOver = "group_handed_over",
        /// A group's settings or kind were changed.
        GroupEdited = "group_edited",
        GroupArchived = "group_archived",
        GroupUnarchived = "group_unarchived",
        GroupDeleted = "group_deleted",
        /// A deleted group was restored with its members.
        GroupRestored = "group_restored",
        GroupExported = "group_exported",
        Warned = "warned",
        WarningTakenBack = "warning_taken_back",
        /// Everything by a user was deleted in bulk.
        PersonCleared = "person_cleared",
        ClearingUndone = "clearing_undone",
        AccountSuspended = "account_suspended",
        AccountBanned = "account_banned",
        /// The suspension or ban of an account was lifted.
        AccountFreed = "account_freed",
        /// A user became a site admin.
        AdminMade = "admin_made",
        /// A user is no longer a site admin.
        AdminUnmade = "admin_unmade",
        /// A session of another user was ended.
        SessionRevoked = "session_revoked",
        /// Two-factor authentication of a user was turned off.
        SecondStepOff = "second_step_off",
        /// A link to set a new password was sent to the owner of an account.
        ResetLinkSent = "reset_link_sent",
        ClaimLinkRevoked = "claim_link_revoked",
        /// The email that asks a user to confirm an address was sent again.
        ConfirmationSent = "confirmation_sent",
        /// The email address of a user was confirmed on their behalf.
        AddressConfirmed = "address_confirmed",
        /// A link to download the data of an account was sent to its owner.
        DataLinkSent = "data_link_sent",
        /// The display name of an account was removed.
        NameCleared = "name_cleared",
        /// The avatar of an account was removed.
        AvatarCleared = "avatar_cleared",
        /// The data of an account was exported.
        AccountExported = "account_exported",
        AccountDeleted = "account_deleted",
        PasswordSet = "password_set",
        /// The site settings were changed.
        SiteChanged = "site_changed",
        /// A new version of a page of the site was published.
        SitePageChanged = "site_page_changed",
        /// A new account was approved.
        SignUpApproved = "sign_up_approved",
        SignUpDeclined = "sign_up_declined",
        /// A link that invites to sign up was created.
        SignUpLinkMade = "sign_up_link_made",
        SignUpLinkRevoked = "sign_up_link_revoked",
        JobRetried = "job_retried",
        JobDropped = "job_dropped",
        /// A user's name was hidden on a public page of the log.
        NameHidden = "name_hidden",
        NameShown = "name_shown",
        BotMade = "bot_made",
        /// A bot of a group got an API token, or lost one.
        BotChanged = "bot_changed",
        BotDeleted = "bot_deleted",
        /// A webhook, outgoing or incoming, was made.
        HookMade = "hook_made",
        HookChanged = "hook_changed",
        HookDeleted = "hook_deleted",
        AuditorChanged = "auditor_changed",
        /// Another user's poll was closed.
        PollClosed = "poll_closed",
        /// The link previews of another user's message were removed.
        PreviewsRemoved = "previews_removed",
        /// Another user's message was made a wiki.
        WikiMade = "wiki_made",
        /// Another user's wiki was made an ordinary message.
        WikiEnded = "wiki_ended",
        /// A kind of attachment was disabled or enabled again.
        KindChanged = "kind_changed",
    }
}

impl LogAction {
    /// Returns the visible text, which follows the actor's name.
    pub fn label(self) -> Text {
        match self {
            Self::MessageDeleted => log_actions::message_deleted(),
            Self::MessageRestored => log_actions::message_restored(),
            Self::ReportDismissed => log_actions::report_dismissed(),
            Self::PendingApproved => log_actions::pending_approved(),
            Self::PendingDeclined => log_actions::pending_declined(),
            Self::RuleMade => log_actions::rule_made(),
            Self::RuleChanged => log_actions::rule_changed(),
            Self::RuleSwitchedOn => log_actions::rule_switched_on(),
            Self::RuleSwitchedOff => log_actions::rule_switched_off(),
            Self::RuleDeleted => log_actions::rule_deleted(),
            Self::NewcomersSet => log_actions::newcomers_set(),
            Self::TopicRenamed => log_actions::topic_renamed(),
            Self::TopicLocked => log_actions::topic_locked(),
            Self::TopicUnlocked => log_actions::topic_unlocked(),
            Self::TopicPinned => log_actions::topic_pinned(),
            Self::TopicUnpinned => log_actions::topic_unpinned(),
            Self::TopicResolved => log_actions::topic_resolved(),
            Self::TopicReopened => log_actions::topic_reopened(),
            Self::TopicArchived => log_actions::topic_archived(),
            Self::TopicUnarchived => log_actions::topic_unarchived(),
            Self::TopicMoved => log_actions::topic_moved(),
            Self::TopicArrived => log_actions::topic_arrived(),
            Self::TopicSplit => log_actions::topic_split(),
            Self::TopicMerged => log_actions::topic_merged(),
            Self::TopicDeleted => log_actions::topic_deleted(),
            Self::TopicRestored => log_actions::topic_restored(),
            Self::MemberAdmitted => log_actions::member_admitted(),
            Self::RequestDeclined => log_actions::request_declined(),
            Self::Invited => log_actions::invited(),
            Self::Uninvited => log_actions::uninvited(),
            Self::LinkMade => log_actions::link_made(),
            Self::LinkRevoked => log_actions::link_revoked(),
            Self::LinkFollowed => log_actions::link_followed(),
            Self::MemberRemoved => log_actions::member_removed(),
            Self::MemberBanned => log_actions::member_banned(),
            Self::BanLifted => log_actions::ban_lifted(),
            Self::RoleGiven => log_actions::role_given(),
            Self::GroupHandedOver => log_actions::group_handed_over(),
            Self::GroupEdited => log_actions::group_edited(),
            Self::GroupArchived => log_actions::group_archived(),
            Self::GroupUnarchived => log_actions::group_unarchived(),
            Self::GroupDeleted => log_actions::group_deleted(),
            Self::GroupRestored => log_actions::group_restored(),
            Self::GroupExported => log_actions::group_exported(),
            Self::ClaimLinkRevoked => log_actions::claim_link_revoked(),
            Self::Warned => log_actions::warned(),
            Self::WarningTakenBack => log_actions::warning_taken_back(),
            Self::PersonCleared => log_actions::person_cleared(),
            Self::ClearingUndone => log_actions::clearing_undone(),
            Self::AccountSuspended => log_actions::account_suspended(),
            Self::AccountBanned => log_actions::account_banned(),
            Self::AccountFreed => log_actions::account_freed(),
            Self::AdminMade => log_actions::admin_made(),
            Self::AdminUnmade => log_actions::admin_unmade(),
            Self::SessionRevoked => log_actions::session_revoked(),
            Self::SecondStepOff => log_actions::second_step_off(),
            Self::ResetLinkSent => log_actions::reset_link_sent(),
            Self::ConfirmationSent => log_actions::confirmation_sent(),
            Self::AddressConfirmed => log_actions::address_confirmed(),
            Self::DataLinkSent => log_actions::data_link_sent(),
            Self::NameCleared => log_actions::name_cleared(),
            Self::AvatarCleared => log_actions::avatar_cleared(),
            Self::AccountExported => log_actions::account_exported(),
            Self::AccountDeleted => log_actions::account_deleted(),
            Self::PasswordSet => log_actions::password_set(),
            Self::SiteChanged => log_actions::site_changed(),
            Self::SitePageChanged => log_actions::site_page_changed(),
            Self::SignUpApproved => log_actions::sign_up_approved(),
            Self::SignUpDeclined => log_actions::sign_up_declined(),
            Self::SignUpLinkMade => log_actions::sign_up_link_made(),
            Self::SignUpLinkRevoked => log_actions::sign_up_link_revoked(),
            Self::JobRetried => log_actions::job_retried(),
            Self::JobDropped => log_actions::job_dropped(),
            Self::NameHidden => log_actions::name_hidden(),
            Self::NameShown => log_actions::name_shown(),
            Self::BotMade => log_actions::bot_made(),
            Self::BotChanged => log_actions::bot_changed(),
            Self::BotDeleted => log_actions::bot_deleted(),
            Self::HookMade => log_actions::hook_made(),
            Self::HookChanged => log_actions::hook_changed(),
            Self::HookDeleted => log_actions::hook_deleted(),
            Self::AuditorChanged => log_actions::auditor_changed(),
            Self::PollClosed => log_actions::poll_closed(),
            Self::WikiMade => log_actions::wiki_made(),
            Self::WikiEnded => log_actions::wiki_ended(),
            Self::PreviewsRemoved => log_actions::previews_removed(),
            Self::KindChanged => log_actions::kind_changed(),
        }
    }

    /// Returns the same with the affected user: `banned ben from the group`. What is shown of them may be a link.
    pub fn about(self, whom: &Html) -> Html {
        let text = match self {
            Self::MessageDeleted => log_actions::message_deleted_of(whom),
            Self::MessageRestored => log_actions::message_restored_of(whom),
            Self::ReportDismissed => log_actions::report_dismissed_of(whom),
            Self::PendingApproved => log_actions::pending_approved_of(whom),
            Self::PendingDeclined => log_actions::pending_declined_of(whom),
            Self::RuleMade => log_actions::rule_made_of(whom),
            Self::RuleChanged => log_actions::rule_changed_of(whom),
            Self::RuleSwitchedOn => log_actions::rule_switched_on_of(whom),
            Self::RuleSwitchedOff => log_actions::rule_switched_off_of(whom),
            Self::RuleDeleted => log_actions::rule_deleted_of(whom),
            Self::NewcomersSet => log_actions::newcomers_set_of(whom),
            Self::TopicRenamed => log_actions::topic_renamed_of(whom),
            Self::TopicLocked => log_actions::topic_locked_of(whom),
            Self::TopicUnlocked => log_actions::topic_unlocked_of(whom),
            Self::TopicPinned => log_actions::topic_pinned_of(whom),
            Self::TopicUnpinned => log_actions::topic_unpinned_of(whom),
            Self::TopicResolved => log_actions::topic_resolved_of(whom),
            Self::TopicReopened => log_actions::topic_reopened_of(whom),
            Self::TopicArchived => log_actions::topic_archived_of(whom),
            Self::TopicUnarchived => log_actions::topic_unarchived_of(whom),
            Self::TopicMoved => log_actions::topic_moved_of(whom),
            Self::TopicArrived => log_actions::topic_arrived_of(whom),
            Self::TopicSplit => log_actions::topic_split_of(whom),
            Self::TopicMerged => log_actions::topic_merged_of(whom),
            Self::TopicDeleted => log_actions::topic_deleted_of(whom),
            Self::TopicRestored => log_actions::topic_restored_of(whom),
            Self::MemberAdmitted => log_actions::member_admitted_of(whom),
            Self::RequestDeclined => log_actions::request_declined_of(whom),
            Self::Invited => log_actions::invited_of(whom),
            Self::Uninvited => log_actions::uninvited_of(whom),
            Self::LinkMade => log_actions::link_made_of(whom),
            Self::LinkRevoked => log_actions::link_revoked_of(whom),
            Self::LinkFollowed => log_actions::link_followed_of(whom),
            Self::MemberRemoved => log_actions::member_removed_of(whom),
            Self::MemberBanned => log_actions::member_banned_of(whom),
            Self::BanLifted => log_actions::ban_lifted_of(whom),
            Self::RoleGiven => log_actions::role_given_of(whom),
            Self::GroupHandedOver => log_actions::group_handed_over_of(whom),
            Self::GroupEdited => log_actions::group_edited_of(whom),
            Self::GroupArchived => log_actions::group_archived_of(whom),
            Self::GroupUnarchived => log_actions::group_unarchived_of(whom),
            Self::GroupDeleted => log_actions::group_deleted_of(whom),
            Self::GroupRestored => log_actions::group_restored_of(whom),
            Self::GroupExported => log_actions::group_exported_of(whom),
            Self::ClaimLinkRevoked => log_actions::claim_link_revoked_of(whom),
            Self::Warned => log_actions::warned_of(whom),
            Self::WarningTakenBack => log_actions::warning_taken_back_of(whom),
            Self::PersonCleared => log_actions::person_cleared_of(whom),
            Self::ClearingUndone => log_actions::clearing_undone_of(whom),
            Self::AccountSuspended => log_actions::account_suspended_of(whom),
            Self::AccountBanned => log_actions::account_banned_of(whom),
            Self::AccountFreed => log_actions::account_freed_of(whom),
            Self::AdminMade => log_actions::admin_made_of(whom),
            Self::AdminUnmade => log_actions::admin_unmade_of(whom),
            Self::SessionRevoked => log_actions::session_revoked_of(whom),
            Self::SecondStepOff => log_actions::second_step_off_of(whom),
            Self::ResetLinkSent => log_actions::reset_link_sent_of(whom),
            Self::ConfirmationSent => log_actions::confirmation_sent_of(whom),
            Self::AddressConfirmed => log_actions::address_confirmed_of(whom),
            Self::DataLinkSent => log_actions::data_link_sent_of(whom),
            Self::NameCleared => log_actions::name_cleared_of(whom),
            Self::AvatarCleared => log_actions::avatar_cleared_of(whom),
            Self::AccountExported => log_actions::account_exported_of(whom),
            Self::AccountDeleted => log_actions::account_deleted_of(whom),
            Self::PasswordSet => log_actions::password_set_of(whom),
            Self::SiteChanged => log_actions::site_changed_of(whom),
            Self::SitePageChanged => log_actions::site_page_changed_of(whom),
            Self::SignUpApproved => log_actions::sign_up_approved_of(whom),
            Self::SignUpDeclined => log_actions::sign_up_declined_of(whom),
            Self::SignUpLinkMade => log_actions::sign_up_link_made_of(whom),
            Self::SignUpLinkRevoked => log_actions::sign_up_link_revoked_of(whom),
            Self::JobRetried => log_actions::job_retried_of(whom),
            Self::JobDropped => log_actions::job_dropped_of(whom),
            Self::NameHidden => log_actions::name_hidden_of(whom),
            Self::NameShown => log_actions::name_shown_of(whom),
            Self::BotMade => log_actions::bot_made_of(whom),
            Self::BotChanged => log_actions::bot_changed_of(whom),
            Self::BotDeleted => log_actions::bot_deleted_of(whom),
            Self::HookMade => log_actions::hook_made_of(whom),
            Self::HookChanged => log_actions::hook_changed_of(whom),
            Self::HookDeleted => log_actions::hook_deleted_of(whom),
            Self::AuditorChanged => log_actions::auditor_changed_of(whom),
            Self::PollClosed => log_actions::poll_closed_of(whom),
            Self::WikiMade => log_actions::wiki_made_of(whom),
            Self::WikiEnded => log_actions::wiki_ended_of(whom),
            Self::PreviewsRemoved => log_actions::previews_removed_of(whom),
            Self::KindChanged => log_actions::kind_changed_of(whom),
        };
        text.into_html()
    }
}

#[cfg(test)]
mod tests {
    use texts::Lang;

    use super::*;

    #[test]
    fn the_affected_user_stands_where_the_language_has_them() {
        let about = LogAction::MemberBanned.about(&Html::trusted("<b>ben</b>"));
        assert_eq!(about.to(Lang::En), "banned <b>ben</b> from the group");
        assert_eq!(about.to(Lang::De), "hat <b>ben</b> für die Gruppe gesperrt");
    }
}
