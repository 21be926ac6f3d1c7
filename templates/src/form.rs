//! What stands in the fields of a form, and what is to mend in them.

/// One field: what was typed, and why it cannot stay so.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Field {
    /// What is in it.
    pub value: String,
    /// What to mend.
    pub error: Option<String>,
}

impl Field {
    /// A field with something in it.
    pub fn new(value: impl Into<String>) -> Self {
        Self { value: value.into(), error: None }
    }

    /// Whether this is the chosen one of several values.
    pub fn is(&self, value: &str) -> bool {
        self.value == value
    }
}

impl<T: Into<String>> From<T> for Field {
    fn from(value: T) -> Self {
        Self::new(value)
    }
}

/// A form that is shown again, with what has to be changed in it.
pub trait Refill {
    /// Sets the error of the field with that name; with any other name, of the form as a whole.
    fn set_error(&mut self, field: &str, why: impl Into<String>);
}

macro_rules! form {
    ($(#[$doc:meta])* $name:ident { $($(#[$fdoc:meta])* $field:ident),* $(,)? } $($key:ident)?) => {
        $(#[$doc])*
        #[derive(Clone, Debug, Default, PartialEq, Eq)]
        pub struct $name {
            $($(#[$fdoc])* pub $field: Field,)*
            /// What is to mend in the whole of it.
            pub error: Option<String>,
            $(
                /// Idempotency: sent twice with the same key, it is done once.
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
            /// Whether there is anything to mend.
            pub fn is_wrong(&self) -> bool {
                self.error.is_some() $(|| self.$field.error.is_some())*
            }
        }
    };
}

form! {
    /// Starts a topic.
    TopicForm {
        /// Its title.
        title,
        /// Its first message.
        text,
    } key
}

form! {
    /// Renames a topic.
    RenameForm {
        /// The title.
        title,
    }
}

form! {
    /// Splits a topic.
    SplitForm {
        /// The new topic's title.
        title,
        /// The group that it goes to.
        group,
        /// `from` or `these`.
        which,
    }
}

form! {
    /// Merges a topic into another.
    MergeForm {
        /// The other's address.
        into,
    }
}

form! {
    /// Writes or edits a message.
    MessageForm {
        /// What is said.
        text,
    } key
}

form! {
    /// Makes or edits a group.
    GroupForm {
        /// Its name.
        name,
        /// Its word in addresses; only when it is made.
        slug,
        /// `public`, `closed` or `private`.
        kind,
        /// Where it stands among those that one can discover.
        category,
        /// What it is about.
        description,
        /// Seconds between two messages of a member.
        slow,
        /// How many messages of somebody new wait for approval.
        first_held,
        /// `yes`: more people may come to read it.
        opens,
    } key
}

form! {
    /// Makes or changes a rule.
    RuleForm {
        /// How its makers call it.
        name,
        /// `words` or `pattern`.
        kind,
        /// The words, or the pattern.
        body,
        /// Where it looks: what is to mend in the four together.
        places,
        /// Into messages: `yes` or nothing.
        in_text,
        /// Into titles.
        in_title,
        /// Where links lead.
        in_links,
        /// At names of new accounts.
        in_names,
        /// `everyone` or `new`, and what is to mend in it.
        new,
        /// Accounts younger than so many days.
        new_days,
        /// Or with fewer messages.
        new_messages,
        /// What it does.
        action,
        /// What is told when it refuses.
        explanation,
    }
}

form! {
    /// Says who counts as new.
    NewcomersForm {
        /// Accounts younger than so many days.
        days,
        /// With fewer messages.
        messages,
        /// How many links their messages may have.
        links,
    }
}

form! {
    /// Deletes a group.
    DeleteGroupForm {
        /// How it is called, to be sure.
        name,
    }
}

form! {
    /// Asks to be let into a group.
    AskForm {
        /// What is said with it.
        message,
    }
}

form! {
    /// Reports a message.
    ReportForm {
        /// What is wrong with it.
        grounds,
        /// The same in words.
        words,
    }
}

form! {
    /// Does something to somebody that has a reason.
    ReasonForm {
        /// The reason, as they are told.
        reason,
    }
}

form! {
    /// Warns somebody.
    WarnForm {
        /// Why, as they are told.
        warning,
    }
}

form! {
    /// Takes away what somebody wrote.
    ClearForm {
        /// How far back: `all`, `week` or `day`.
        span,
        /// The reason, as they are told.
        reason,
        /// What is done besides: `nothing`, `suspend` or `ban`.
        also,
        /// For how long they are suspended.
        days,
    }
}

form! {
    /// Looks for rows of the log.
    LogFilterForm {
        /// The name of whoever did it.
        by,
        /// The name of whom it was done to.
        whom,
        /// What.
        what,
        /// The name of a group.
        group,
    }
}

form! {
    /// Suspends or bans an account.
    BarForm {
        /// For how long.
        days,
        /// The reason, as they are told.
        reason,
    }
}

form! {
    /// Makes a link into a group.
    LinkForm {
        /// As what it lets in; empty: it lets one ask.
        role,
        /// How many may use it.
        uses,
        /// For how long.
        days,
    }
}

form! {
    /// Invites somebody by name.
    InviteForm {
        /// The name.
        username,
    }
}

form! {
    /// Begins a conversation, or adds people to one.
    DirectForm {
        /// User names.
        to,
        /// What it is about; may be empty.
        title,
        /// The first message.
        text,
    } key
}

form! {
    /// Signs in.
    SignInForm {
        /// A user name or an address.
        username,
        /// The password; never sent back.
        password,
    }
}

form! {
    /// Signs up, or makes the first admin.
    SignUpForm {
        /// The name wanted.
        username,
        /// Where mail goes.
        email,
        /// The password; never sent back.
        password,
        /// What they say to whoever decides about the account.
        message,
    }
}

form! {
    /// What admins decide about the site.
    SiteForm {
        /// Its name.
        name,
        /// A line about it.
        line,
        /// `open`, `invited`, `approved` or `closed`.
        sign_ups,
        /// What everybody must know.
        notice,
        /// `yes`: nothing can be changed.
        read_only,
    }
}

form! {
    /// Makes a link with which one may sign up.
    SiteLinkForm {
        /// How many may use it.
        uses,
        /// For how long.
        days,
    }
}

form! {
    /// The profile and the colours.
    ProfileForm {
        /// The name as they write it.
        name,
        /// A few words.
        bio,
        /// Where they are.
        location,
        /// Their page.
        web,
        /// `auto`, `light` or `dark`.
        theme,
        /// `yes` where they follow what they write in.
        follow,
    }
}

form! {
    /// Changes the password; neither is sent back.
    PasswordForm {
        /// The one now.
        current_password,
        /// The one from now on.
        new_password,
    }
}

form! {
    /// Asks for a new password.
    ForgotForm {
        /// Where mail goes.
        email,
    }
}

form! {
    /// Sets a new password; never sent back.
    ResetForm {
        /// The one from now on.
        new_password,
    }
}

form! {
    /// Shows a code.
    CodeForm {
        /// The code.
        code,
    }
}

form! {
    /// Changes where mail goes.
    MailForm {
        /// To where.
        email,
        /// The password; never sent back.
        current_password,
    }
}

form! {
    /// Does what only its owner may do with an account.
    OwnPasswordForm {
        /// The password; never sent back.
        current_password,
    }
}

form! {
    /// Changes the user name.
    NameForm {
        /// The name wanted.
        username,
        /// The password; never sent back.
        current_password,
    }
}

form! {
    /// Deletes the account.
    DeleteForm {
        /// `keep` or `blank`: what becomes of their messages.
        words,
        /// The password; never sent back.
        current_password,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_complaint_about_no_field_is_about_the_form() {
        let mut form = TopicForm::default();
        assert!(!form.is_wrong());
        form.set_error("title", "Say what it is about");
        form.set_error("weather", "Too wet");
        assert_eq!(form.title.error.as_deref(), Some("Say what it is about"));
        assert_eq!(form.error.as_deref(), Some("Too wet"));
    }
}
