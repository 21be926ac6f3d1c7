//! Values and errors of form fields.

mod moderation;
mod people;

use texts::Text;

pub use moderation::{
    BulkDeleteForm, LogFilterForm, NewcomersForm, ReasonForm, ReportForm, RestrictForm, RuleForm, WarnForm,
};
pub use people::{
    ApiTokenForm, CodeForm, DeleteForm, ForgotForm, MailForm, NameForm, OwnPasswordForm, PasswordForm, ProfileForm,
    ProofForm, ResetForm, SignInForm, SignUpForm, SiteLinkForm,
};

/// A form field: its value, and what is wrong with it.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub struct Field {
    pub value: String,
    /// What to correct.
    pub error: Option<Text>,
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
    fn set_error(&mut self, field: &str, why: Text);
}

macro_rules! form {
    ($(#[$doc:meta])* $name:ident { $($(#[$fdoc:meta])* $field:ident),* $(,)? } $($key:ident)?) => {
        $(#[$doc])*
        #[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
        pub struct $name {
            $($(#[$fdoc])* pub $field: Field,)*
            /// An error of the form as a whole.
            pub error: Option<::texts::Text>,
            $(
                /// The idempotency key: a form that is sent twice with the same key takes effect once.
                pub $key: String,
            )?
        }

        impl Refill for $name {
            fn set_error(&mut self, field: &str, why: ::texts::Text) {
                match field {
                    $(stringify!($field) => self.$field.error = Some(why),)*
                    _ => self.error = Some(why),
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
    /// Uploads an avatar, the image of a group, or the logo. The file is never sent back.
    PictureForm {
        file,
    }
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
    /// Writes a message.
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
        /// What the page shows: the author of an answer has read it. Empty if unread messages come before.
        seen,
    } key
}

form! {
    /// Edits a message.
    EditForm {
        text,
        /// The question of its poll.
        question,
        /// The options of the poll, one per line.
        options,
        /// `yes` or empty.
        remove_attachment,
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
        /// `load` or `never`.
        images,
        /// `yes`: new messages get previews of their links.
        link_previews,
        /// A welcome text on the home page of visitors.
        welcome,
        /// The accent color, as `#rrggbb`.
        accent,
        /// Words of the pages that new members must accept, separated by spaces.
        must_accept,
        /// The tag of a language.
        language,
    }
}

form! {
    /// Writes a page of the site.
    SitePageForm {
        text,
        /// The version that it changes.
        base,
        /// `yes`: everyone who accepted an earlier version is asked again.
        asks_again,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_error_without_a_field_belongs_to_the_form() {
        let mut form = TopicForm::default();
        assert!(!form.is_wrong());
        form.set_error("title", Text::verbatim("Say what it is about"));
        form.set_error("weather", Text::verbatim("Too wet"));
        assert_eq!(form.title.error, Some(Text::verbatim("Say what it is about")));
        assert_eq!(form.error, Some(Text::verbatim("Too wet")));
    }
}
