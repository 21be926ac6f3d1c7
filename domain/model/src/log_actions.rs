//! What those do who keep order, and who reads of it.

use std::fmt;

use serde::{Deserialize, Serialize};

use crate::words::words;

words! {
    /// What those do who keep order: one word for each of their actions.
    LogAction {
        /// Another's message was deleted.
        MessageDeleted = "message_deleted",
        /// A message was brought back.
        MessageRestored = "message_restored",
        /// What was reported was left as it is.
        ReportDismissed = "report_dismissed",
        /// What waited was posted.
        PendingApproved = "held_approved",
        /// What waited was not.
        PendingDeclined = "held_declined",
        /// A rule was made.
        RuleMade = "rule_made",
        /// A rule was changed, and so is off.
        RuleChanged = "rule_changed",
        /// A rule was switched on.
        RuleSwitchedOn = "rule_switched_on",
        /// A rule was switched off.
        RuleSwitchedOff = "rule_switched_off",
        /// A rule was deleted.
        RuleDeleted = "rule_deleted",
        /// Others count as new on the site.
        NewcomersSet = "newcomers_set",
        /// Another's topic got another title.
        TopicRenamed = "topic_renamed",
        /// A topic was locked.
        TopicLocked = "topic_locked",
        /// It was opened again.
        TopicUnlocked = "topic_unlocked",
        /// A topic was put above the others.
        TopicPinned = "topic_pinned",
        /// It stands among the others again.
        TopicUnpinned = "topic_unpinned",
        /// What another's topic asked is answered.
        TopicResolved = "topic_resolved",
        /// Or is not.
        TopicReopened = "topic_reopened",
        /// A topic was archived.
        TopicArchived = "topic_archived",
        /// It was taken out of the archive.
        TopicUnarchived = "topic_unarchived",
        /// A topic went to another group.
        TopicMoved = "topic_moved",
        /// A topic came from another group.
        TopicArrived = "topic_arrived",
        /// Messages of a topic went to one of their own.
        TopicSplit = "topic_split",
        /// A topic became a part of another one.
        TopicMerged = "topic_merged",
        /// A topic was deleted.
        TopicDeleted = "topic_deleted",
        /// Somebody who asked was let in.
        MemberAdmitted = "member_admitted",
        /// Somebody who asked was not.
        RequestDeclined = "request_declined",
        /// Somebody was invited by name.
        Invited = "invited",
        /// That was taken back.
        Uninvited = "uninvited",
        /// A link was made that lets others in.
        LinkMade = "link_made",
        /// A link that lets others in was revoked, or another's that lets them ask.
        LinkRevoked = "link_revoked",
        /// Somebody came in by a link.
        LinkFollowed = "link_followed",
        /// A member was put out.
        MemberRemoved = "member_removed",
        /// Somebody was banned from a group.
        MemberBanned = "member_banned",
        /// They may come again.
        BanLifted = "ban_lifted",
        /// A member has another part.
        RoleGiven = "role_given",
        /// A group has another admin in the place of whoever gave it away.
        GroupHandedOver = "group_handed_over",
        /// A group says something else of itself, or is of another kind.
        GroupEdited = "group_edited",
        /// A group was archived.
        GroupArchived = "group_archived",
        /// It was taken out of the archive.
        GroupUnarchived = "group_unarchived",
        /// A group was deleted.
        GroupDeleted = "group_deleted",
        /// Somebody was warned.
        Warned = "warned",
        /// That was taken back.
        WarningTakenBack = "warning_taken_back",
        /// Everything that somebody wrote was taken away.
        PersonCleared = "person_cleared",
        /// That was undone.
        ClearingUndone = "clearing_undone",
        /// An account was suspended.
        AccountSuspended = "account_suspended",
        /// An account was banned.
        AccountBanned = "account_banned",
        /// An account may be used again.
        AccountFreed = "account_freed",
        /// Somebody administers the site.
        AdminMade = "admin_made",
        /// Or does no more.
        AdminUnmade = "admin_unmade",
        /// A sign-in of somebody was ended.
        SessionRevoked = "session_revoked",
        /// The second step of somebody's signing in was turned off.
        SecondStepOff = "second_step_off",
        /// What is decided about the site was changed.
        SiteChanged = "site_changed",
        /// A new account was let in.
        SignUpApproved = "sign_up_approved",
        /// A new account was not.
        SignUpDeclined = "sign_up_declined",
        /// A link was made with which one may sign up.
        SignUpLinkMade = "sign_up_link_made",
        /// Such a link was revoked.
        SignUpLinkRevoked = "sign_up_link_revoked",
        /// A failed job is tried again.
        JobRetried = "job_retried",
        /// A job was given up.
        JobDropped = "job_dropped",
        /// Somebody is not named on a public page of the log any more.
        NameHidden = "name_hidden",
        /// They are named again.
        NameShown = "name_shown",
    }
}

/// Who reads of a action.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LogReach {
    /// Whoever reads the group, or the site where it was done to an account.
    Public,
    /// Those who keep order in the group, and the admins of the site.
    Moderators,
    /// The admins of the site.
    Admins,
}

impl LogAction {
    /// Who reads of it. What only concerns those who wait at the door, or who said something in confidence, is not for everyone.
    pub fn reach(self) -> LogReach {
        match self {
            Self::MessageDeleted
            | Self::MessageRestored
            | Self::TopicRenamed
            | Self::TopicLocked
            | Self::TopicUnlocked
            | Self::TopicPinned
            | Self::TopicUnpinned
            | Self::TopicResolved
            | Self::TopicReopened
            | Self::TopicArchived
            | Self::TopicUnarchived
            | Self::TopicMoved
            | Self::TopicArrived
            | Self::TopicSplit
            | Self::TopicMerged
            | Self::TopicDeleted
            | Self::MemberAdmitted
            | Self::MemberRemoved
            | Self::MemberBanned
            | Self::BanLifted
            | Self::RoleGiven
            | Self::GroupHandedOver
            | Self::GroupEdited
            | Self::GroupArchived
            | Self::GroupUnarchived
            | Self::PersonCleared
            | Self::ClearingUndone
            | Self::AccountSuspended
            | Self::AccountBanned
            | Self::AccountFreed => LogReach::Public,
            Self::ReportDismissed
            | Self::PendingApproved
            | Self::PendingDeclined
            | Self::RuleMade
            | Self::RuleChanged
            | Self::RuleSwitchedOn
            | Self::RuleSwitchedOff
            | Self::RuleDeleted
            | Self::RequestDeclined
            | Self::Invited
            | Self::Uninvited
            | Self::LinkMade
            | Self::LinkRevoked
            | Self::LinkFollowed
            | Self::Warned
            | Self::WarningTakenBack
            | Self::NameHidden
            | Self::NameShown => LogReach::Moderators,
            Self::GroupDeleted
            | Self::NewcomersSet
            | Self::AdminMade
            | Self::AdminUnmade
            | Self::SessionRevoked
            | Self::SecondStepOff
            | Self::SiteChanged
            | Self::SignUpApproved
            | Self::SignUpDeclined
            | Self::SignUpLinkMade
            | Self::SignUpLinkRevoked
            | Self::JobRetried
            | Self::JobDropped => LogReach::Admins,
        }
    }

    /// What people read, after the name of whoever did it.
    pub fn label(self) -> &'static str {
        match self {
            Self::MessageDeleted => "deleted a message",
            Self::MessageRestored => "brought a message back",
            Self::ReportDismissed => "found nothing to do about a report",
            Self::PendingApproved => "approved a message",
            Self::PendingDeclined => "declined a message",
            Self::RuleMade => "made a rule",
            Self::RuleChanged => "changed a rule",
            Self::RuleSwitchedOn => "switched a rule on",
            Self::RuleSwitchedOff => "switched a rule off",
            Self::RuleDeleted => "deleted a rule",
            Self::NewcomersSet => "said who counts as new",
            Self::TopicRenamed => "renamed a topic",
            Self::TopicLocked => "locked a topic",
            Self::TopicUnlocked => "opened a topic again",
            Self::TopicPinned => "pinned a topic",
            Self::TopicUnpinned => "took a topic down",
            Self::TopicResolved => "marked a topic as resolved",
            Self::TopicReopened => "marked a topic as not resolved",
            Self::TopicArchived => "archived a topic",
            Self::TopicUnarchived => "took a topic out of the archive",
            Self::TopicMoved => "moved a topic away",
            Self::TopicArrived => "moved a topic here",
            Self::TopicSplit => "split a topic",
            Self::TopicMerged => "merged a topic into another",
            Self::TopicDeleted => "deleted a topic",
            Self::MemberAdmitted => "let somebody in",
            Self::RequestDeclined => "declined a request",
            Self::Invited => "invited somebody",
            Self::Uninvited => "took an invitation back",
            Self::LinkMade => "made a link that lets others in",
            Self::LinkRevoked => "revoked a link",
            Self::LinkFollowed => "came in by a link",
            Self::MemberRemoved => "put a member out",
            Self::MemberBanned => "banned somebody from the group",
            Self::BanLifted => "lifted a ban from the group",
            Self::RoleGiven => "gave a member another part",
            Self::GroupHandedOver => "handed the group over",
            Self::GroupEdited => "changed the group",
            Self::GroupArchived => "archived the group",
            Self::GroupUnarchived => "took the group out of the archive",
            Self::GroupDeleted => "deleted a group",
            Self::Warned => "warned somebody",
            Self::WarningTakenBack => "took a warning back",
            Self::PersonCleared => "removed what somebody wrote",
            Self::ClearingUndone => "brought back what was removed",
            Self::AccountSuspended => "suspended an account",
            Self::AccountBanned => "banned an account",
            Self::AccountFreed => "freed an account",
            Self::AdminMade => "made somebody an admin of the site",
            Self::AdminUnmade => "removed an admin of the site",
            Self::SessionRevoked => "ended a sign-in",
            Self::SecondStepOff => "turned off a second step of signing in",
            Self::SiteChanged => "changed the settings of the site",
            Self::SignUpApproved => "let a new account in",
            Self::SignUpDeclined => "declined a new account",
            Self::SignUpLinkMade => "made a link to sign up with",
            Self::SignUpLinkRevoked => "revoked a link to sign up with",
            Self::JobRetried => "had a job tried again",
            Self::JobDropped => "gave a job up",
            Self::NameHidden => "hid a name in the log",
            Self::NameShown => "showed a name in the log again",
        }
    }

    /// The same around the name of the person it was done to: `banned`, and `from the group`.
    pub fn around(self) -> (&'static str, &'static str) {
        match self {
            Self::MessageDeleted => ("deleted a message by", ""),
            Self::MessageRestored => ("brought a message back by", ""),
            Self::ReportDismissed => ("found nothing to do about a report of a message by", ""),
            Self::PendingApproved => ("approved a message by", ""),
            Self::PendingDeclined => ("declined a message by", ""),
            Self::RuleMade => ("made a rule for", ""),
            Self::RuleChanged => ("changed a rule for", ""),
            Self::RuleSwitchedOn => ("switched on a rule for", ""),
            Self::RuleSwitchedOff => ("switched off a rule for", ""),
            Self::RuleDeleted => ("deleted a rule for", ""),
            Self::NewcomersSet => ("said who counts as new for", ""),
            Self::TopicRenamed => ("renamed a topic by", ""),
            Self::TopicLocked => ("locked a topic by", ""),
            Self::TopicUnlocked => ("opened a topic by", "again"),
            Self::TopicPinned => ("pinned a topic by", ""),
            Self::TopicUnpinned => ("took down a topic by", ""),
            Self::TopicResolved => ("marked a topic by", "as resolved"),
            Self::TopicReopened => ("marked a topic by", "as not resolved"),
            Self::TopicArchived => ("archived a topic by", ""),
            Self::TopicUnarchived => ("took a topic by", "out of the archive"),
            Self::TopicMoved => ("moved a topic by", "away"),
            Self::TopicArrived => ("moved a topic by", "here"),
            Self::TopicSplit => ("split a topic by", ""),
            Self::TopicMerged => ("merged a topic by", "into another"),
            Self::TopicDeleted => ("deleted a topic by", ""),
            Self::MemberAdmitted => ("let", "in"),
            Self::RequestDeclined => ("declined the request of", ""),
            Self::Invited => ("invited", ""),
            Self::Uninvited => ("took back the invitation of", ""),
            Self::LinkMade => ("made a link for", ""),
            Self::LinkRevoked => ("revoked a link by", ""),
            Self::LinkFollowed => ("came in by a link of", ""),
            Self::MemberRemoved => ("put", "out"),
            Self::MemberBanned => ("banned", "from the group"),
            Self::BanLifted => ("lifted the ban of", "from the group"),
            Self::RoleGiven => ("gave another part to", ""),
            Self::GroupHandedOver => ("handed the group over to", ""),
            Self::GroupEdited => ("changed the group of", ""),
            Self::GroupArchived => ("archived the group of", ""),
            Self::GroupUnarchived => ("took out of the archive the group of", ""),
            Self::GroupDeleted => ("deleted the group of", ""),
            Self::Warned => ("warned", ""),
            Self::WarningTakenBack => ("took back the warning of", ""),
            Self::PersonCleared => ("removed what was written by", ""),
            Self::ClearingUndone => ("brought back what was removed of", ""),
            Self::AccountSuspended => ("suspended the account of", ""),
            Self::AccountBanned => ("banned the account of", ""),
            Self::AccountFreed => ("freed the account of", ""),
            Self::AdminMade => ("made", "an admin of the site"),
            Self::SiteChanged => ("changed the settings of the site for", ""),
            Self::SignUpApproved => ("let in the new account of", ""),
            Self::SignUpDeclined => ("declined the new account of", ""),
            Self::SignUpLinkMade => ("made a link to sign up with for", ""),
            Self::SignUpLinkRevoked => ("revoked a link to sign up with by", ""),
            Self::AdminUnmade => ("removed", "as an admin of the site"),
            Self::SessionRevoked => ("ended a sign-in of", ""),
            Self::SecondStepOff => ("turned off the second step of", ""),
            Self::JobRetried => ("had a job tried again for", ""),
            Self::JobDropped => ("gave up a job for", ""),
            Self::NameHidden => ("hid the name of", "in the log"),
            Self::NameShown => ("showed the name of", "in the log again"),
        }
    }

    /// Those that are read by people of this reach.
    pub fn readable(by: LogReach) -> impl Iterator<Item = Self> {
        Self::EACH.iter().copied().filter(move |action| match by {
            LogReach::Public => action.reach() == LogReach::Public,
            LogReach::Moderators => action.reach() != LogReach::Admins,
            LogReach::Admins => true,
        })
    }
}
