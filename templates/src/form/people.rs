//! Forms for accounts: sign-in, sign-up, settings, deletion.

use super::{Field, Refill, form};

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
        /// The versions of pages that the visitor accepts.
        accept,
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
        /// The tag of a language, or empty.
        language,
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
