//! An auditor: a message in capital letters alone is refused.

use domain::Error;
use domain::screening::{Audit, BoxFuture};

pub fn audit<'a>(audit: &'a mut Audit<'_>) -> BoxFuture<'a, domain::Result<()>> {
    Box::pin(async move {
        let text = audit.submission.text;
        if text.len() > 20 && text == text.to_uppercase() && text != text.to_lowercase() {
            return Err(Error::invalid("text", texts::Text::verbatim("Please do not write in capital letters.")));
        }
        Ok(())
    })
}
