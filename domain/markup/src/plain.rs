//! Text without any syntax: the fallback text of an attachment, which is the last node of its message.

use super::html;
use super::node::Node;

/// Returns a text as a node without looking for syntax. A node that `follows` others begins with an empty line.
pub fn plain(text: &str, follows: bool) -> Node {
    let mut markup = String::with_capacity(text.len() + 16);
    if follows {
        markup.push_str("<br><br>");
    }
    for (at, line) in text.split('\n').enumerate() {
        if at > 0 {
            markup.push_str("<br>");
        }
        html::escape(line, &mut markup);
    }
    Node::Text { markup }
}

/// Joins the markup of a stored list of nodes without the last one.
///
/// # Errors
/// When the text is not a JSON list of nodes.
pub fn markup_without_plain(nodes_json: &str) -> Result<String, serde_json::Error> {
    let mut nodes: Vec<Node> = serde_json::from_str(nodes_json)?;
    nodes.pop();
    Ok(nodes.iter().map(Node::markup).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn plain_text_contains_no_syntax() {
        let node = plain("*One* <b>\n- @ada", true);
        assert_eq!(node.markup(), "<br><br>*One* &lt;b&gt;<br>- @ada");
        assert_eq!(plain("One", false).markup(), "One");
        let nodes = [Node::Text { markup: "Hello".into() }, node];
        let stored = serde_json::to_string(&nodes).expect("JSON");
        assert_eq!(markup_without_plain(&stored).expect("nodes"), "Hello");
        assert_eq!(markup_without_plain("[]").expect("nodes"), "");
    }
}
