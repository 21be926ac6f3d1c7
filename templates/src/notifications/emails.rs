//! Emails about messages, as plain text and as HTML with the same content.

use askama::Template;
use domain::markup::{without_own_images, without_spoilers};
use domain::model::Concern;
use domain::platform::mail::{Activity, ActivityMessage, EmailBody, EmailTemplateData};
use domain::platform::remote::RemoteImages;

/// An email as HTML.
#[derive(Clone, Debug, Template)]
#[template(path = "notifications/email.html")]
struct Html<'a> {
    email: &'a Email<'a>,
}

/// An email as plain text.
#[derive(Clone, Debug, Template)]
#[template(path = "notifications/email.txt", escape = "none")]
struct Text<'a> {
    email: &'a Email<'a>,
}

/// The content of an email, for both formats.
#[derive(Clone, Debug)]
struct Email<'a> {
    subject: String,
    data: &'a EmailTemplateData,
    activity: &'a Activity,
}

/// Renders an email.
///
/// # Errors
/// When a template fails.
pub fn words(data: &EmailTemplateData, activity: &Activity) -> Result<EmailBody, String> {
    let subject = subject(data, activity);
    let email = Email { subject: subject.clone(), data, activity };
    let html = Html { email: &email }.render().map_err(|error| error.to_string())?;
    let text = Text { email: &email }.render().map_err(|error| error.to_string())?;
    Ok(EmailBody { subject: one_line(&subject), text: crate::sanitize(text), html: crate::sanitize(html) })
}

/// A header is one line, whatever a title contains.
fn one_line(text: &str) -> String {
    crate::sanitize(text.split_whitespace().collect::<Vec<_>>().join(" "))
}

fn subject(data: &EmailTemplateData, activity: &Activity) -> String {
    match activity.topics.as_slice() {
        [topic] => format!("[{}] {}", topic.group.as_ref().unwrap_or(&data.site_name), topic.title),
        _ => format!("{} new messages at {}", activity.count(), data.site_name),
    }
}

impl Email<'_> {
    /// What the email is, in a sentence.
    fn intro(&self) -> String {
        let site = &self.data.site_name;
        match self.activity.count() {
            1 => format!("There is a new message for you at {site}."),
            count => format!("There are {count} new messages for you at {site}."),
        }
    }

    /// Why a message is in the email; may be empty.
    fn why(&self, one: &ActivityMessage) -> &'static str {
        let original = one.message.reply_to.as_ref();
        match one.concern {
            Concern::Mention if original.is_some_and(|answered| answered.author.username == self.data.username) => {
                "replies to you"
            }
            Concern::Mention => "mentions you",
            Concern::Direct => "direct message",
            Concern::Followed => "in a topic you follow",
            Concern::Activity => "",
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
            false => "(This message contains a spoiler. Follow the link to read it.)".to_owned(),
        }
    }
}

#[cfg(test)]
mod tests {
    use domain::model::Concern;

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
            assert!(
                text.contains("/-/unsubscribe?token=1-mentions-ab")
                    && text.contains(&Concern::Mention.label().to_string())
            );
        }
        assert!(!written.text.contains("&#"), "{}", written.text);
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
