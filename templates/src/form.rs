//! Values and errors of form fields.

/// A form field: its value, and what is wrong with it.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub struct Field {
    pub value: String,
    /// What to correct.
    pub error: Option<String>,
}

impl Field {
    /// Returns a field with a value and no error.
    pub fn new(value: impl Into<String>) -> Self {
        Self { value: value.into(), error: None }
    }

    /// Whether this is the selected one of several values.
    pub fn is(&self, value: &str) -> bool {
        self.value == value
    }
}

impl<T: Into<String>> From<T> for Field {
    fn from(value: T) -> Self {
        Self::new(value)
    }
}

/// A form that can be shown again with errors.
pub trait Refill {
    /// Sets the error of the field with that name; for any other name, of the form as a whole.
    fn set_error(&mut self, field: &str, why: impl Into<String>);
}

macro_rules! form {
    ($(#[$doc:meta])* $name:ident { $($(#[$fdoc:meta])* $field:ident),* $(,)? } $($key:ident)?) => {
        $(#[$doc])*
        #[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
        pub struct $name {
            $($(#[$fdoc])* pub $field: Field,)*
            /// An error of the form as a whole.
            pub error: Option<String>,
            $(
                /// The idempotency key: a form that is sent twice with the same key takes effect once.
                pub $key: String,
            )?
        }

        impl Refill for $name {
            fn set_error(&mut self, field: &str, why: impl Into<String>) {
                match field {
                    $(stringify!($field) => self.$field.error = Some(why.into()),)*
                    _ => self.error = Some(why.into()),
                }
            }
        }

        impl $name {
            /// Whether there is any error.
            pub fn is_wrong(&self) -> bool {
                self.error.is_some() $(|| self.$field.error.is_some())*
            }
        }
    };
}

pub(crate) use form;

form! {
    /// Starts a topic.
    TopicForm {
        title,
        text,
        /// The question of a poll; may be empty.
        question,
        /// The options of the poll, one per line.
        options,
        /// `yes` or empty.
        multiple,
        /// `yes` or empty.
        anonymous,
        /// `always`, `voted` or `closed`.
        results,
        /// The hours until the poll closes; empty: it stays open.
        closes_in,
    } key
}

form! {
    /// Renames a topic.
    RenameForm {
        title,
    }
}

form! {
    /// Splits a topic.
    SplitForm {
        title,
        /// Id of the group that it goes to.
        group,
        /// `from` (all messages from one on) or `these` (the selected ones).
        which,
    }
}

form! {
    /// Merges a topic into another.
    MergeForm {
        /// The address of the other topic.
        into,
    }
}

form! {
    /// Writes or edits a message.
    MessageForm {
        text,
        /// Id of the message that it replies to; may be empty.
        reply_to,
        /// The question of a poll; may be empty.
        question,
        /// The options of the poll, one per line.
        options,
        /// `yes` or empty.
        multiple,
        /// `yes` or empty.
        anonymous,
        /// `always`, `voted` or `closed`.
        results,
        /// The hours until the poll closes; empty: it stays open.
        closes_in,
    } key
}

impl TopicForm {
    /// Whether it has a poll, or an error about one.
    pub fn has_poll(&self) -> bool {
        [&self.question, &self.options].iter().any(|field| !field.value.trim().is_empty() || field.error.is_some())
    }
}

impl MessageForm {
    /// Whether it has a poll, or an error about one.
    pub fn has_poll(&self) -> bool {
        [&self.question, &self.options].iter().any(|field| !field.value.trim().is_empty() || field.error.is_some())
    }
}

form! {
    /// Creates or edits a group.
    GroupForm {
        name,
        /// The slug; only used on creation.
        slug,
        /// `public`, `closed` or `private`.
        kind,
        /// The category in the list of groups.
        category,
        description,
        /// Slow mode: seconds between two messages of a member.
        slow,
        /// How many messages of a new member need approval.
        first_held,
        /// `yes`: confirms that more people will be able to read the group.
        opens,
    } key
}

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
    /// Deletes a group.
    DeleteGroupForm {
        /// The group's name, typed as a confirmation.
        name,
    }
}

form! {
    /// Asks to join a group.
    AskForm {
        /// A message to the moderators.
        message,
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
    ClearForm {
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
    BarForm {
        days,
        /// Shown to the user.
        reason,
    }
}

form! {
    /// Creates an invitation link for a group.
    LinkForm {
        /// The role it grants; empty: it only lets people ask.
        role,
        /// How many people may use it.
        uses,
        days,
    }
}

form! {
    /// Invites a user by name.
    InviteForm {
        username,
    }
}

form! {
    /// Starts a conversation, or adds people to one.
    DirectForm {
        /// Usernames.
        to,
        /// May be empty.
        title,
        /// The first message.
        text,
    } key
}

form! {
    /// Signs in.
    SignInForm {
        /// A username or an email address.
        username,
        /// Never sent back.
        password,
    }
}

form! {
    /// Signs up, or creates the first admin.
    SignUpForm {
        username,
        email,
        /// Never sent back.
        password,
        /// A message to the admin who decides about the account.
        message,
    }
}

form! {
    /// The settings of the site.
    SiteForm {
        name,
        /// A line about the site.
        line,
        /// `open`, `invited`, `approved` or `closed`.
        sign_ups,
        /// A notice for everybody.
        notice,
        /// `yes`: the site is read-only.
        read_only,
        /// `yes`: admins need two-factor authentication.
        admins_need_two_factor,
        /// `load`, `click` or `never`.
        images,
    }
}

form! {
    /// Proves who the user is before an admin's change.
    ProofForm {
        /// The password, or a two-factor code.
        proof_password,
    }
}

form! {
    /// Creates a link that lets people sign up.
    SiteLinkForm {
        /// How many people may use it.
        uses,
        days,
    }
}

form! {
    /// The profile and the theme.
    ProfileForm {
        name,
        bio,
        location,
        /// A web address.
        web,
        /// `auto`, `light` or `dark`.
        theme,
        /// `yes`: topics they write in are followed.
        follow,
    }
}

form! {
    /// Changes the password; neither field is sent back.
    PasswordForm {
        current_password,
        new_password,
    }
}

form! {
    /// Requests a password reset.
    ForgotForm {
        email,
    }
}

form! {
    /// Sets a new password; never sent back.
    ResetForm {
        new_password,
    }
}

form! {
    /// Submits a code of two-factor authentication.
    CodeForm {
        code,
    }
}

form! {
    /// Changes the email address.
    MailForm {
        email,
        /// Never sent back.
        current_password,
    }
}

form! {
    /// Confirms an action on one's own account.
    OwnPasswordForm {
        /// Never sent back.
        current_password,
    }
}

form! {
    /// Creates an API token.
    ApiTokenForm {
        name,
        /// The words of the ticked scopes, separated by commas.
        scopes,
        /// `some`: only in the ticked groups.
        groups,
        /// How many days it lasts; `0`: it does not expire.
        days,
        /// Never sent back.
        current_password,
    }
}

form! {
    /// Changes the user name.
    NameForm {
        username,
        /// Never sent back.
        current_password,
    }
}

form! {
    /// Deletes the account.
    DeleteForm {
        /// What happens to their messages: `keep` or `blank`.
        words,
        /// Never sent back.
        current_password,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_error_without_a_field_belongs_to_the_form() {
        let mut form = TopicForm::default();
        assert!(!form.is_wrong());
        form.set_error("title", "Say what it is about");
        form.set_error("weather", "Too wet");
        assert_eq!(form.title.error.as_deref(), Some("Say what it is about"));
        assert_eq!(form.error.as_deref(), Some("Too wet"));
    }
}
