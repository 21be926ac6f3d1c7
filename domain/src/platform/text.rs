//! Parsing and rendering of text, with its mentions looked up.

use crate::platform::context::Context;
use crate::platform::error::Result;
use markup::{self, Node};
use model::Attachment;
use std::collections::HashMap;

/// Parses a text and looks up its mentions in one query, and the titles of the topics it links in another. Topics of
/// public groups alone are shown by their titles, because anybody may come to read the text.
pub(crate) async fn parse(cx: &Context, text: &str) -> Result<Vec<Node>> {
    let mut parsed = markup::parse(text, &cx.markup_site());
    let linked = parsed.own_topics();
    if !linked.is_empty() {
        parsed.show_titles(&store::topics::public_titles(&cx.db, &linked).await?.into_iter().collect());
    }
    let people = store::people::users::by_names(&cx.db, parsed.usernames()).await?;
    let known: HashMap<String, markup::Person> = people
        .into_iter()
        .map(|named| (named.lower, markup::Person { id: named.person.id.0, username: named.person.username }))
        .collect();
    Ok(parsed.into_nodes(&known))
}

/// Parses the text of a message as it is stored: the fallback text of an attachment is one node at the end, without syntax.
pub(crate) async fn parse_message(cx: &Context, text: &str, attachment: Option<&Attachment>) -> Result<Vec<Node>> {
    let Some(attachment) = attachment else { return parse(cx, text).await };
    let typed = attachment.typed(text);
    let mut nodes = if typed.is_empty() { Vec::new() } else { parse(cx, typed).await? };
    nodes.push(markup::plain(&attachment.fallback, !nodes.is_empty()));
    Ok(nodes)
}

/// Renders a text that is not a message (a description, a bio) as HTML.
pub async fn render(cx: &Context, text: &str) -> Result<String> {
    if text.is_empty() {
        return Ok(String::new());
    }
    Ok(parse(cx, text).await?.iter().map(Node::markup).collect())
}

/// The largest heading of a message, and the smallest.
const HEADINGS: std::ops::RangeInclusive<u8> = 3..=6;

/// Renders a text that stands directly below the title of a page: its headings are one level higher than those of a
/// message, so that the outline of the page skips none.
pub async fn render_below_title(cx: &Context, text: &str) -> Result<String> {
    let mut html = render(cx, text).await?;
    for level in HEADINGS {
        for tag in ["<h", "</h"] {
            html = html.replace(&format!("{tag}{level}>"), &format!("{tag}{}>", level - 1));
        }
    }
    Ok(html)
}
