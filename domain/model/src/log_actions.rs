//! The actions of moderators and admins.

use std::fmt;

use serde::{Deserialize, Serialize};

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
    pub fn label(self) -> &'static str {
        match self {
            Self::MessageDeleted => "deleted a message",
            Self::MessageRestored => "restored a message",
            Self::ReportDismissed => "dismissed a report",
            Self::PendingApproved => "approved a message",
            Self::PendingDeclined => "declined a message",
            Self::RuleMade => "created a rule",
            Self::RuleChanged => "changed a rule",
            Self::RuleSwitchedOn => "turned on a rule",
            Self::RuleSwitchedOff => "turned off a rule",
            Self::RuleDeleted => "deleted a rule",
            Self::NewcomersSet => "changed who counts as a new member",
            Self::TopicRenamed => "renamed a topic",
            Self::TopicLocked => "locked a topic",
            Self::TopicUnlocked => "unlocked a topic",
            Self::TopicPinned => "pinned a topic",
            Self::TopicUnpinned => "unpinned a topic",
            Self::TopicResolved => "marked a topic as resolved",
            Self::TopicReopened => "marked a topic as unresolved",
            Self::TopicArchived => "archived a topic",
            Self::TopicUnarchived => "unarchived a topic",
            Self::TopicMoved => "moved a topic to another group",
            Self::TopicArrived => "moved a topic here",
            Self::TopicSplit => "split a topic",
            Self::TopicMerged => "merged a topic into another",
            Self::TopicDeleted => "deleted a topic",
            Self::TopicRestored => "restored a topic",
            Self::MemberAdmitted => "approved a request to join",
            Self::RequestDeclined => "declined a request to join",
            Self::Invited => "invited someone",
            Self::Uninvited => "withdrew an invitation",
            Self::LinkMade => "created an invite link",
            Self::LinkRevoked => "revoked an invite link",
            Self::LinkFollowed => "joined with an invite link",
            Self::MemberRemoved => "removed a member",
            Self::MemberBanned => "banned someone from the group",
            Self::BanLifted => "lifted a ban from the group",
            Self::RoleGiven => "changed a member's role",
            Self::GroupHandedOver => "handed the group over",
            Self::GroupEdited => "changed the group settings",
            Self::GroupArchived => "archived the group",
            Self::GroupUnarchived => "unarchived the group",
            Self::GroupDeleted => "deleted a group",
            Self::GroupRestored => "restored the group",
            Self::GroupExported => "exported the complete group",
            Self::ClaimLinkRevoked => "revoked a link to claim an account",
            Self::Warned => "warned someone",
            Self::WarningTakenBack => "withdrew a warning",
            Self::PersonCleared => "deleted someone's posts",
            Self::ClearingUndone => "restored someone's posts",
            Self::AccountSuspended => "suspended an account",
            Self::AccountBanned => "banned an account",
            Self::AccountFreed => "lifted a suspension or ban",
            Self::AdminMade => "made someone a site admin",
            Self::AdminUnmade => "removed a site admin",
            Self::SessionRevoked => "ended a session",
            Self::SecondStepOff => "turned off an account's two-factor authentication",
            Self::ResetLinkSent => "sent a password reset link",
            Self::ConfirmationSent => "resent a confirmation email",
            Self::AddressConfirmed => "confirmed an email address",
            Self::DataLinkSent => "sent a data download link",
            Self::NameCleared => "removed a display name",
            Self::AccountExported => "exported an account's data",
            Self::AccountDeleted => "deleted an account",
            Self::PasswordSet => "set a password",
            Self::SiteChanged => "changed the site settings",
            Self::SitePageChanged => "changed a page of the site",
            Self::SignUpApproved => "approved a new account",
            Self::SignUpDeclined => "declined a new account",
            Self::SignUpLinkMade => "created a sign-up link",
            Self::SignUpLinkRevoked => "revoked a sign-up link",
            Self::JobRetried => "retried a job",
            Self::JobDropped => "discarded a job",
            Self::NameHidden => "hid a name in the log",
            Self::NameShown => "showed a name in the log again",
            Self::BotMade => "created a bot",
            Self::BotChanged => "changed a bot",
            Self::BotDeleted => "deleted a bot",
            Self::HookMade => "created a webhook",
            Self::HookChanged => "changed a webhook",
            Self::HookDeleted => "deleted a webhook",
            Self::AuditorChanged => "changed an external auditor",
            Self::PollClosed => "closed a poll",
            Self::PreviewsRemoved => "removed the link previews of a message",
            Self::WikiMade => "made a message a wiki",
            Self::WikiEnded => "made a wiki an ordinary message",
            Self::KindChanged => "changed a kind of attachment",
        }
    }

    /// Returns the visible text before and after the affected user's name: `banned`, and `from the group`.
    pub fn around(self) -> (&'static str, &'static str) {
        match self {
            Self::MessageDeleted => ("deleted a message by", ""),
            Self::MessageRestored => ("restored a message by", ""),
            Self::ReportDismissed => ("dismissed a report about a message by", ""),
            Self::PendingApproved => ("approved a message by", ""),
            Self::PendingDeclined => ("declined a message by", ""),
            Self::RuleMade => ("created a rule for", ""),
            Self::RuleChanged => ("changed a rule for", ""),
            Self::RuleSwitchedOn => ("turned on a rule for", ""),
            Self::RuleSwitchedOff => ("turned off a rule for", ""),
            Self::RuleDeleted => ("deleted a rule for", ""),
            Self::NewcomersSet => ("changed who counts as a new member for", ""),
            Self::TopicRenamed => ("renamed a topic by", ""),
            Self::TopicLocked => ("locked a topic by", ""),
            Self::TopicUnlocked => ("unlocked a topic by", ""),
            Self::TopicPinned => ("pinned a topic by", ""),
            Self::TopicUnpinned => ("unpinned a topic by", ""),
            Self::TopicResolved => ("marked a topic by", "as resolved"),
            Self::TopicReopened => ("marked a topic by", "as unresolved"),
            Self::TopicArchived => ("archived a topic by", ""),
            Self::TopicUnarchived => ("unarchived a topic by", ""),
            Self::TopicMoved => ("moved a topic by", "to another group"),
            Self::TopicArrived => ("moved a topic by", "here"),
            Self::TopicSplit => ("split a topic by", ""),
            Self::TopicMerged => ("merged a topic by", "into another"),
            Self::TopicDeleted => ("deleted a topic by", ""),
            Self::TopicRestored => ("restored a topic by", ""),
            Self::MemberAdmitted => ("approved", "to join the group"),
            Self::RequestDeclined => ("declined the request to join by", ""),
            Self::Invited => ("invited", ""),
            Self::Uninvited => ("withdrew the invitation of", ""),
            Self::LinkMade => ("created an invite link for", ""),
            Self::LinkRevoked => ("revoked an invite link by", ""),
            Self::LinkFollowed => ("joined with an invite link by", ""),
            Self::MemberRemoved => ("removed", "from the group"),
            Self::MemberBanned => ("banned", "from the group"),
            Self::BanLifted => ("lifted the group ban of", ""),
            Self::RoleGiven => ("changed the role of", ""),
            Self::GroupHandedOver => ("handed the group over to", ""),
            Self::GroupEdited => ("changed the group settings of", ""),
            Self::GroupArchived => ("archived the group of", ""),
            Self::GroupUnarchived => ("unarchived the group of", ""),
            Self::GroupDeleted => ("deleted the group of", ""),
            Self::GroupRestored => ("restored the group of", ""),
            Self::GroupExported => ("exported the group of", ""),
            Self::ClaimLinkRevoked => ("revoked a link to claim the account of", ""),
            Self::Warned => ("warned", ""),
            Self::WarningTakenBack => ("withdrew the warning of", ""),
            Self::PersonCleared => ("deleted the posts of", ""),
            Self::ClearingUndone => ("restored the posts of", ""),
            Self::AccountSuspended => ("suspended the account of", ""),
            Self::AccountBanned => ("banned the account of", ""),
            Self::AccountFreed => ("lifted the suspension or ban of", ""),
            Self::AdminMade => ("made", "a site admin"),
            Self::SiteChanged => ("changed the site settings for", ""),
            Self::SitePageChanged => ("changed a page of the site for", ""),
            Self::SignUpApproved => ("approved the new account of", ""),
            Self::SignUpDeclined => ("declined the new account of", ""),
            Self::SignUpLinkMade => ("created a sign-up link for", ""),
            Self::SignUpLinkRevoked => ("revoked a sign-up link by", ""),
            Self::AdminUnmade => ("removed", "as a site admin"),
            Self::SessionRevoked => ("ended a session of", ""),
            Self::SecondStepOff => ("turned off two-factor authentication for", ""),
            Self::ResetLinkSent => ("sent a password reset link to", ""),
            Self::ConfirmationSent => ("resent the confirmation email to", ""),
            Self::AddressConfirmed => ("confirmed the email address of", ""),
            Self::DataLinkSent => ("sent a data download link to", ""),
            Self::NameCleared => ("removed the display name of", ""),
            Self::AccountExported => ("exported the data of", ""),
            Self::AccountDeleted => ("deleted the account of", ""),
            Self::PasswordSet => ("set the password of", ""),
            Self::JobRetried => ("retried a job for", ""),
            Self::JobDropped => ("discarded a job for", ""),
            Self::NameHidden => ("hid the name of", "in the log"),
            Self::NameShown => ("showed the name of", "in the log again"),
            Self::BotMade => ("created the bot", ""),
            Self::BotChanged => ("changed the bot", ""),
            Self::BotDeleted => ("deleted the bot", ""),
            Self::HookMade => ("created a webhook that posts as", ""),
            Self::HookChanged => ("changed a webhook that posts as", ""),
            Self::HookDeleted => ("deleted a webhook that posted as", ""),
            Self::AuditorChanged => ("changed an external auditor of", ""),
            Self::PollClosed => ("closed a poll by", ""),
            Self::PreviewsRemoved => ("removed the link previews of a message by", ""),
            Self::WikiMade => ("made a message by", "a wiki"),
            Self::WikiEnded => ("made a wiki by", "an ordinary message"),
            Self::KindChanged => ("changed a kind of attachment by", ""),
        }
    }
}
