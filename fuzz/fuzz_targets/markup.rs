//! Whatever is typed, the markup is allowed and well-formed. Run it with `cargo +nightly fuzz run markup`.
#![no_main]

use std::collections::HashMap;

use markup::{Node, Person, Site, check, excerpt, markup_of, parse, without_spoilers};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|raw: &str| {
    let parsed = parse(
        raw,
        &Site {
            base_url: "https://klatch.example",
        },
    );
    let people: HashMap<String, Person> = (1..)
        .zip(parsed.usernames())
        .map(|(id, name)| {
            let username = name.clone();
            (name.clone(), Person { id, username })
        })
        .collect();
    let nodes = parsed.into_nodes(&people);
    for node in &nodes {
        check::check(node.markup()).expect("markup that is allowed");
    }
    let json = serde_json::to_string(&nodes).expect("nodes as json");
    assert_eq!(
        serde_json::from_str::<Vec<Node>>(&json).expect("nodes read back"),
        nodes
    );
    let joined: String = nodes.iter().map(Node::markup).collect();
    assert_eq!(markup_of(&json).expect("markup read back"), joined);
    check::check(&joined).expect("markup that is allowed together");
    check::check(&without_spoilers(&joined)).expect("markup that is allowed without spoilers");
    assert!(excerpt(raw, 80).chars().count() <= 80);
});
