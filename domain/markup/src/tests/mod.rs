//! Tests of the parser.

mod blocks;
mod links;
mod people;
mod properties;
mod speed;
mod stored;
mod syntax;

use std::collections::HashMap;

use super::{Node, Person, Site, check, parse};

const SITE: Site<'static> = Site { base_url: "https://klatch.example" };

fn people() -> HashMap<String, Person> {
    [(1, "ericflo"), (56, "simonw"), (7, "Ada"), (8, "dot."), (9, "under_")]
        .into_iter()
        .map(|(id, username)| (username.to_lowercase(), Person { id, username: username.to_owned() }))
        .collect()
}

fn nodes(raw: &str) -> Vec<Node> {
    let nodes = parse(raw, &SITE).into_nodes(&people());
    for node in &nodes {
        check::check(node.markup()).expect("markup that is allowed");
    }
    nodes
}

fn html(raw: &str) -> String {
    nodes(raw).iter().map(Node::markup).collect()
}

fn away(url: &str, label: &str) -> String {
    format!(r#"<a href="{url}" target="_blank" rel="nofollow noopener ugc">{label}</a>"#)
}

/// Asserts that the text is shown exactly as typed.
#[track_caller]
fn stays_text(raw: &str) {
    let nodes = nodes(raw);
    assert!(matches!(nodes.as_slice(), [Node::Text { .. }]), "{raw:?} became {nodes:?}");
    assert_eq!(check::visible(nodes[0].markup()).as_deref(), Ok(raw));
}
