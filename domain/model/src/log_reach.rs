//! Who may read about the actions of moderators and admins.

use crate::LogAction;

/// Who may read about an action.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LogReach {
    /// Everyone who reads the group, or the site if the action concerned an account.
    Public,
    /// The group's moderators and the site admins.
    Moderators,
    /// The site admins.
    Admins,
}

impl LogAction {
    /// Returns who may read about the action. Actions about join requests and confidential reports are not public.
    pub fn reach(self) -> LogReach {
        match self {
            Self::MessageDeleted
            | Self::MessageRestored
            | Self::PollClosed
            | Self::PreviewsRemoved
            | Self::WikiMade
            | Self::WikiEnded
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
            | Self::TopicRestored
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
            | Self::NameShown
            | Self::BotMade
            | Self::BotChanged
            | Self::BotDeleted
            | Self::HookMade
            | Self::HookChanged
            | Self::HookDeleted
            | Self::GroupExported => LogReach::Moderators,
            Self::GroupDeleted
            | Self::GroupRestored
            | Self::NewcomersSet
            | Self::AdminMade
            | Self::AdminUnmade
            | Self::SessionRevoked
            | Self::SecondStepOff
            | Self::ResetLinkSent
            | Self::ConfirmationSent
            | Self::AddressConfirmed
            | Self::DataLinkSent
            | Self::NameCleared
            | Self::AvatarCleared
            | Self::AccountExported
            | Self::AccountDeleted
            | Self::PasswordSet
            | Self::SiteChanged
            | Self::SitePageChanged
            | Self::SignUpApproved
            | Self::SignUpDeclined
            | Self::SignUpLinkMade
            | Self::SignUpLinkRevoked
            | Self::JobRetried
            | Self::JobDropped
            | Self::ClaimLinkRevoked
            | Self::AuditorChanged
            | Self::KindChanged => LogReach::Admins,
        }
    }

    /// Iterates over the actions that readers of this reach may read about.
    pub fn readable(by: LogReach) -> impl Iterator<Item = Self> {
        Self::EACH.iter().copied().filter(move |action| match by {
            LogReach::Public => action.reach() == LogReach::Public,
            LogReach::Moderators => action.reach() != LogReach::Admins,
            LogReach::Admins => true,
        })
    }
}
