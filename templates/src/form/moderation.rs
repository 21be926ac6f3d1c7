//! Forms of moderators and admins, and reports.

use super::{Field, Refill, form};

form! {
    /// Creates or changes a rule.
    RuleForm {
        /// The name for moderators.
        name,
        /// `words` or `pattern`.
        kind,
        /// The words, or the pattern.
        body,
        /// Only for an error that concerns the four places together.
        places,
        /// Looks into messages: `yes` or nothing.
        in_text,
        /// Looks into titles.
        in_title,
        /// Looks at the targets of links.
        in_links,
        /// Looks at the names of new accounts.
        in_names,
        /// `everyone` or `new`.
        new,
        /// Accounts younger than so many days count as new.
        new_days,
        /// So do accounts with fewer messages.
        new_messages,
        effect,
        /// Shown to the author when it refuses.
        explanation,
    }
}

form! {
    /// Sets who counts as new.
    NewcomersForm {
        /// Accounts younger than so many days.
        days,
        /// Accounts with fewer messages.
        messages,
        /// How many links their messages may contain.
        links,
    }
}

form! {
    /// Reports a message.
    ReportForm {
        /// The reason, as a word from a list.
        grounds,
        /// The reason in the reporter's own words.
        words,
        /// The name of a person without an account; may be empty.
        name,
        /// The address of a person without an account.
        email,
        /// `yes`: a person without an account states that they believe it to be true.
        good_faith,
    }
}

form! {
    /// Carries the reason of a moderator's action.
    ReasonForm {
        reason,
    }
}

form! {
    /// Warns a user.
    WarnForm {
        /// The text, shown to the user.
        warning,
    }
}

form! {
    /// Bulk-deletes the messages of a user.
    BulkDeleteForm {
        /// How far back: `all`, `week` or `day`.
        span,
        /// Shown to the user.
        reason,
        /// What happens besides: `nothing`, `suspend` or `ban`.
        also,
        /// For how many days to suspend.
        days,
    }
}

form! {
    /// Filters the moderation log.
    LogFilterForm {
        /// Username of who acted.
        by,
        /// Username of who was acted upon.
        whom,
        /// The action.
        what,
        group,
    }
}

form! {
    /// Suspends or bans an account.
    RestrictForm {
        days,
        /// Shown to the user.
        reason,
    }
}
