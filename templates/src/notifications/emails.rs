//! Emails about messages, as plain text and as HTML with the same content.

use askama::Template;
use domain::mail_in::REPLY_ABOVE;
use domain::markup::{without_own_images, without_spoilers};
use domain::model::Concern;
use domain::platform::mail::{Activity, ActivityMessage, EmailBody, EmailTemplateData};
use domain::platform::remote::RemoteImages;
use texts::{Text, emails};

/// An email as HTML.
#[derive(Clone, Debug, Template)]
#[template(path = "notifications/email.html")]
struct AsHtml<'a> {
    email: &'a Email<'a>,
}

/// An email as plain text.
#[derive(Clone, Debug, Template)]
#[template(path = "notifications/email.txt", escape = "none")]
struct AsText<'a> {
    email: &'a Email<'a>,
}

/// The content of an email, for both formats.
#[derive(Clone, Debug)]
struct Email<'a> {
    subject: Text,
    data: &'a EmailTemplateData,
    activity: &'a Activity,
}

/// Renders an email in the language of the [`texts::within`] around it.
///
/// # Errors
/// When a template fails.
pub fn words(data: &EmailTemplateData, activity: &Activity) -> Result<EmailBody, String> {
    let email = Email { subject: subject(data, activity), data, activity };
    let html = AsHtml { email: &email }.render().map_err(|error| error.to_string())?;
    let text = AsText { email: &email }.render().map_err(|error| error.to_string())?;
    let subject = one_line(&email.subject.to_string());
    Ok(EmailBody { subject, text: crate::sanitize(text), html: crate::sanitize(html) })
}

/// A header is one line, whatever a title contains.
fn one_line(text: &str) -> String {
    crate::sanitize(text.split_whitespace().collect::<Vec<_>>().join(" "))
}

fn subject(data: &EmailTemplateData, activity: &Activity) -> Text {
    match activity.topics.as_slice() {
        [topic] => Text::verbatim(format!("[{}] {}", topic.group.as_ref().unwrap_or(&data.site_name), topic.title)),
        _ => emails::many_subject(activity.count(), &data.site_name),
    }
}

impl Email<'_> {
    /// The line that answers are written above, if they are posted; else nothing.
    fn mark(&self) -> String {
        if self.activity.takes_replies { format!("{REPLY_ABOVE}\n\n") } else { String::new() }
    }

    /// What the email is, in a sentence.
    fn intro(&self) -> Text {
        emails::intro(self.activity.count(), &self.data.site_name)
    }

    /// The address of the site's first page.
    fn home(&self) -> String {
        format!("{}/", self.data.base_url)
    }

    /// Why a message is in the email, if it says so.
    fn why(&self, one: &ActivityMessage) -> Option<Text> {
        let original = one.message.reply_to.as_ref();
        match one.concern {
            Concern::Mention if original.is_some_and(|answered| answered.author.username == self.data.username) => {
                Some(emails::why_reply())
            }
            Concern::Mention => Some(emails::why_mention()),
            Concern::Direct => Some(emails::why_direct()),
            Concern::Followed => Some(emails::why_followed()),
            Concern::Activity => None,
        }
    }

    /// The first words of the message that is answered; empty if there are none.
    fn answered(&self, one: &ActivityMessage) -> String {
        let original = one.message.reply_to.as_ref().filter(|original| !original.words().is_empty());
        original.map(|original| format!("{}: {}", original.author.username, original.words())).unwrap_or_default()
    }

    /// The message as HTML with absolute addresses, without images: programs for email load none of a private group.
    fn html(&self, one: &ActivityMessage) -> String {
        let html = crate::finish(without_own_images(&without_spoilers(&one.message.markup)), RemoteImages::LINKS);
        crate::feeds::absolute(&html, &self.data.base_url)
    }

    /// The message as typed. Text cannot cover spoilers.
    fn text(&self, one: &ActivityMessage) -> String {
        match without_spoilers(&one.message.markup) == one.message.markup {
            true => one.raw.clone(),
            false => emails::spoiler().to_string(),
        }
    }
}

#[cfg(test)]
mod tests {
    use domain::mail_in::REPLY_ABOVE;
    use domain::platform::mail::Activity;

    use super::words;
    use crate::samples::notifications::{activity, data};

    #[test]
    fn an_email_says_the_same_as_text_and_as_html() {
        let written = words(&data(), &activity()).expect("it draws");
        for text in [&written.text, &written.html] {
            for part in
                ["tomas", "replies to you", "Where do wrens sleep", "/-/messages/140", "/-/settings/notifications"]
            {
                assert!(text.contains(part), "{part}: {text}");
            }
            assert!(text.contains("/-/unsubscribe?token=1-mentions-ab") && text.contains("about mentions and replies"));
        }
        assert!(!written.text.contains("&#"), "{}", written.text);
        assert!(written.text.starts_with(&format!("{REPLY_ABOVE}\n\nHello mira,")), "{}", written.text);
        assert!(written.html.contains(REPLY_ABOVE), "{}", written.html);
        let silent = words(&data(), &Activity { takes_replies: false, ..activity() }).expect("it draws");
        assert!(silent.text.starts_with("Hello mira,") && !silent.html.contains(REPLY_ABOVE), "{}", silent.text);
    }

    #[test]
    fn hostile_titles_stay_one_header_and_text() {
        let mut hostile = activity();
        hostile.topics.truncate(1);
        hostile.topics[0].title = "Hello\r\nBcc: everyone@example.org\r\n\r\n<script>alert(1)</script>".to_owned();
        let written = words(&data(), &hostile).expect("it draws");
        assert!(!written.subject.contains(['\r', '\n']), "{:?}", written.subject);
        assert!(!written.html.contains("<script>"), "{}", written.html);
    }

    #[test]
    fn spoilers_are_in_no_email() {
        let mut spoiler = activity();
        let one = &mut spoiler.topics[0].messages[0];
        let parsed =
            domain::markup::parse("It ends ||badly||.", &domain::markup::Site { base_url: "https://forum.example" });
        let nodes = parsed.into_nodes(&std::collections::HashMap::new());
        one.message.markup = nodes.iter().map(|node| node.markup()).collect();
        one.raw = "It ends ||badly||.".to_owned();
        let written = words(&data(), &spoiler).expect("it draws");
        assert!(!written.text.contains("badly") && !written.html.contains("badly"), "{}", written.text);
    }
}
