//! The kinds of emails.

use std::fmt;

use serde::{Deserialize, Serialize};

use crate::words::words;

words! {
    /// The kind of an email.
    EmailKind {
        /// Asks to confirm an address.
        Confirm = "confirm",
        /// Resets a forgotten password.
        Reset = "reset",
        /// To the current address: another one was requested.
        AddressAsked = "addressasked",
        /// To the old address: it was replaced or removed.
        AddressChanged = "addresschanged",
        PasswordChanged = "passwordchanged",
        /// Two-factor authentication was turned on.
        SecondStepOn = "secondstepon",
        /// Two-factor authentication was turned off.
        SecondStepOff = "secondstepoff",
        /// An API token was created.
        TokenMade = "tokenmade",
        /// A recovery code was used.
        RecoveryUsed = "recoveryused",
        /// The account was deleted.
        Deleted = "deleted",
        /// The new account was approved.
        Approved = "approved",
        /// The new account was declined.
        Declined = "declined",
        /// The account was suspended or banned.
        Restricted = "barred",
        /// The suspension or ban was lifted.
        Reinstated = "freed",
        /// Someone signed in with a browser in which the account was not used before.
        NewBrowser = "newbrowser",
        /// There were many attempts to sign in to the account.
        ManyAttempts = "manyattempts",
        /// A notice about a decision.
        Notice = "notice",
        /// To a person without an account: their report arrived.
        ReportReceived = "reportreceived",
        /// To a person without an account: their report was answered.
        ReportAnswered = "reportanswered",
        /// Someone invited the user into a group.
        Invited = "invited",
        /// The user became the admin of a group whose last admin left.
        GroupInherited = "groupinherited",
        /// To site admins: a group has a new admin, because its last one left.
        GroupSucceeded = "groupsucceeded",
        /// A link to download the account's data, requested by a site admin.
        DataLink = "datalink",
        /// The operator exported the account's data.
        Exported = "exported",
        /// A site admin or the operator confirmed the account's address.
        AddressConfirmed = "addressconfirmed",
        /// A site admin ended sessions.
        SessionsEnded = "sessionsended",
        /// A site admin or the operator deleted the account.
        DeletedByAdmin = "deletedbyadmin",
        /// The user became a site admin.
        AdminMade = "adminmade",
        /// The user is no longer a site admin.
        AdminUnmade = "adminunmade",
        /// To moderators of a group: someone asks to join it.
        JoinRequested = "joinrequested",
        /// The user's request to join a group was approved.
        Admitted = "admitted",
        /// Messages that concern the user and are still unread.
        Activity = "activity",
        /// What the user sent by email and was not posted, with the reason.
        Returned = "returned",
    }
}
