//! Parsing and rendering of text, with its mentions looked up.

use crate::platform::context::Context;
use crate::platform::error::Result;
use markup::{self, Node};
use model::Attachment;
use std::collections::HashMap;

/// Parses a text and looks up its mentions in one query.
pub(crate) async fn parse(cx: &Context, text: &str) -> Result<Vec<Node>> {
    let parsed = markup::parse(text, &cx.markup_site());
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
