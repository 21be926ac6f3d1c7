//! The stored list of nodes, and what is read back from it.

use super::super::{Node, excerpt, markup_of, mentions};
use super::{html, nodes};

const SEED: &str =
    "@ericflo @simonw Here's how we connect/disconnect from Redis in production: http://dpaste.com/406797/";

#[test]
fn the_seed_example_gives_exactly_its_nodes() {
    let expected = concat!(
        r#"[{"type":"username","user_id":1,"username":"ericflo","markup":"<a href=\"/users/ericflo/\">@ericflo</a>"},"#,
        r#"{"type":"username","user_id":56,"username":"simonw","markup":" <a href=\"/users/simonw/\">@simonw</a>"},"#,
        r#"{"type":"text","markup":" Here&#39;s how we connect/disconnect from Redis in production: "},"#,
        r#"{"type":"url","url":"http://dpaste.com/406797/","markup":"<a href=\"http://dpaste.com/406797/\" "#,
        r#"target=\"_blank\" rel=\"nofollow noopener ugc\">http://dpaste.com/406797/</a>"}]"#,
    );
    assert_eq!(serde_json::to_string(&nodes(SEED)).expect("json"), expected);
}

const EVERYTHING: &str = "hi @ada, see http://a.example/ and http://a.example/b.png or `x` :smile: *em @ada* **strong**\n\
    > quoted\n```rust\nfn main() {}\n```\n- a list\n\n# Heading\n---\na | b\n--|--\n\n~~no~~ ||x||\nhttps://klatch.example/g/t/ https://klatch.example/g/t/#m12";

#[test]
fn stored_nodes_are_read_back_unchanged() {
    let nodes = nodes(EVERYTHING);
    let json = serde_json::to_string(&nodes).expect("json");
    assert_eq!(serde_json::from_str::<Vec<Node>>(&json).expect("nodes"), nodes);
    let types: Vec<serde_json::Value> = serde_json::from_str(&json).expect("json");
    for kind in [
        "text",
        "username",
        "url",
        "image",
        "code",
        "code_block",
        "quote",
        "emphasis",
        "strong",
        "strikethrough",
        "spoiler",
        "heading",
        "list",
        "table",
        "rule",
        "emoji",
        "topic",
        "message",
    ] {
        assert!(types.iter().any(|node| node["type"] == kind), "no {kind} in {json}");
    }
}

#[test]
fn stored_nodes_render_the_same_markup() {
    for raw in [EVERYTHING, SEED, "", "plain", "\"quotes\" \\ and <tags>\nü"] {
        let json = serde_json::to_string(&nodes(raw)).expect("json");
        assert_eq!(markup_of(&json).expect("markup"), html(raw));
    }
}

#[test]
fn rendering_ignores_all_other_fields() {
    let json = r#"[{"markup":"a","later":{"markup":["no"]}},{"type":"unknown","x":null,"markup":"b"}]"#;
    assert_eq!(markup_of(json).expect("markup"), "ab");
}

#[test]
fn anything_but_a_list_of_nodes_is_an_error() {
    for json in ["", "{}", "[1]", "[{}]", r#"[{"markup":1}]"#, "[] []", r#"[{"markup":"a"}"#] {
        assert!(markup_of(json).is_err(), "{json}");
    }
}

#[test]
fn fields_without_content_are_left_out() {
    let json = serde_json::to_string(&nodes("*a*\n```\nb\n```")).expect("json");
    assert_eq!(
        json,
        r#"[{"type":"emphasis","markup":"<em>a</em>"},{"type":"code_block","markup":"<pre><code>b</code></pre>"}]"#
    );
}

#[test]
fn mentions_list_each_person_once_in_order() {
    assert_eq!(mentions(&nodes("@simonw **and @ada** @ericflo @simonw")), [56, 7, 1]);
}

#[test]
fn an_excerpt_is_one_plain_line() {
    let raw = "**Hello** @ada,\n\nsee `code` at [my page](http://a.example/) :smile:\n```\nlet x;\n```";
    assert_eq!(excerpt(raw, 200), "Hello @ada, see code at my page 😄 let x;");
    assert_eq!(excerpt("<b> & 'so'", 200), "<b> & 'so'");
}

#[test]
fn a_shortened_excerpt_ends_with_an_ellipsis() {
    assert_eq!(excerpt("one two three", 13), "one two three");
    assert_eq!(excerpt("one two three", 12), "one two thr…");
    assert_eq!(excerpt("one two three", 8), "one two…");
    assert_eq!(excerpt("übermäßig", 4), "übe…");
    assert_eq!(excerpt(&"word ".repeat(100_000), 10), "word word…");
    assert_eq!(excerpt("word", 0), "");
    assert_eq!(excerpt("", 10), "");
}

#[test]
fn an_excerpt_skips_quotes_unless_there_is_nothing_else() {
    assert_eq!(excerpt("> you said\n\nyes", 100), "yes");
    assert_eq!(excerpt("> you said", 100), "you said");
}
