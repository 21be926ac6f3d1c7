//! Handlers, one file a noun: each reads the request, calls the domain, answers.

pub mod admin;
pub mod groups;
pub mod help;
pub mod home;
pub mod messages;
pub mod moderation;
pub mod people;
pub mod search;
pub mod topics;

use domain::Error;
use std::str::FromStr;

/// An id in an address: anything else is not there.
fn id<T: FromStr>(text: &str) -> Result<T, Error> {
    text.parse().map_err(|_| Error::NotFound)
}

/// A fresh key for a form, so that sent twice it is done once.
fn key() -> Result<String, Error> {
    Ok(domain::platform::secrets::token()?[..32].to_owned())
}

/// The word that says why a form was refused and is given back, with the field it is about; other errors are passed on.
fn form_errors(error: Error) -> Result<Vec<(String, String)>, Error> {
    match error {
        Error::Invalid(fields) => Ok(fields.iter().map(|(field, why)| (field.to_owned(), why.to_owned())).collect()),
        Error::Forbidden(why) => Ok(vec![(String::new(), why.to_owned())]),
        Error::TooMany(wait) => Ok(vec![(
            String::new(),
            format!(
                "That was a lot in a short time. Nothing is lost: send it again in {}.",
                templates::when::wait(&wait.as_secs())
            ),
        )]),
        Error::Slow(wait) => Ok(vec![(
            String::new(),
            format!("{} Nothing is lost: send it again then.", crate::failure::too_soon(wait)),
        )]),
        other => Err(other),
    }
}

/// A form as it was sent, with what has to be changed in it.
///
/// # Errors
/// What is not about the form.
fn refill<F: templates::form::Refill>(mut form: F, error: Error) -> Result<F, Error> {
    for (field, why) in form_errors(error)? {
        form.set_error(&field, why);
    }
    Ok(form)
}
