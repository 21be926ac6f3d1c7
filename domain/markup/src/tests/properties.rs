//! Properties that hold for any input.

use proptest::prelude::*;

use super::super::{Node, check, excerpt, markup_of, mentions, parse, without_spoilers};
use super::{SITE, people};

/// Meaningful pieces, which are combined at random.
fn pieces() -> impl Strategy<Value = String> {
    let piece = prop_oneof![
        prop::sample::select(vec![
            "*",
            "**",
            "***",
            "_",
            "__",
            "~~",
            "||",
            "|",
            "|-|-:|\n",
            "a | b\n--|--\n",
            "- ",
            "* ",
            "+ ",
            "1. ",
            "\n  - ",
            "\n3) ",
            "- [ ] ",
            "# ",
            "### ",
            "\n---\n",
            ">! ",
            "!<",
            "```rust\n",
            "```sql\n",
            "`",
            "``",
            "```",
            "\n",
            "\n\n",
            " ",
            "> ",
            ">",
            ">> ",
            "\\",
            "[",
            "]",
            "](",
            "(",
            ")",
            "!",
            "![",
            "@",
            "@ada",
            "@simonw.",
            ":",
            ":smile:",
            ".",
            ",",
            "a",
            "b c",
            "http://",
            "https://a.example/",
            "www.",
            "www.a.b",
            "http://a.example/b.png",
            "https://klatch.example/g/t/#m1",
            "https://klatch.example",
            "//",
            "me@a.example",
            "<b>",
            "</a>",
            "&",
            "&amp;",
            "\"",
            "'",
            "\0",
            "\u{202e}",
            "\r\n",
            "\t",
            "é",
            "李",
            "😄",
            "\u{a0}",
            "¯\\_",
            "rust",
            "javascript:",
            "{",
            "}",
        ])
        .prop_map(str::to_owned),
        any::<char>().prop_map(String::from),
    ];
    prop::collection::vec(piece, 0..60).prop_map(|pieces| pieces.concat())
}

fn check_all(raw: &str) -> Result<(), TestCaseError> {
    let parsed = parse(raw, &SITE);
    prop_assert!(parsed.usernames().iter().all(|name| *name == name.to_lowercase()));
    let nodes = parsed.into_nodes(&people());
    for node in &nodes {
        prop_assert!(!node.markup().is_empty());
        check::check(node.markup()).map_err(TestCaseError::fail)?;
    }
    let adjacent_text = |pair: &[Node]| matches!(pair, [Node::Text { .. }, Node::Text { .. }]);
    prop_assert!(!nodes.windows(2).any(adjacent_text), "text in two nodes: {nodes:?}");
    prop_assert!(mentions(&nodes).iter().all(|id| [1, 56, 7, 8, 9].contains(id)));

    let json = serde_json::to_string(&nodes).expect("json");
    prop_assert_eq!(&serde_json::from_str::<Vec<Node>>(&json).expect("nodes"), &nodes);
    prop_assert!(json.len() <= (8 * raw.len()).max(64_000));
    let joined: String = nodes.iter().map(Node::markup).collect();
    prop_assert_eq!(markup_of(&json).expect("markup"), &joined[..]);
    check::check(&joined).map_err(TestCaseError::fail)?;
    let hidden = without_spoilers(&joined);
    check::check(&hidden).map_err(TestCaseError::fail)?;
    prop_assert!(!hidden.contains("class=\"spoiler\""), "{hidden}");
    // Parsed again, as after an update, it is the same.
    prop_assert_eq!(parse(raw, &SITE).into_nodes(&people()), nodes);
    Ok(())
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn any_input_gives_allowed_and_well_formed_markup(raw in pieces()) {
        check_all(&raw)?;
    }

    #[test]
    fn any_string_gives_allowed_and_well_formed_markup(raw in any::<String>()) {
        check_all(&raw)?;
    }

    /// Syntax may be dropped, and what stands for a URL or an emoji, but no word. The numbers of lists are attributes, and
    /// spoilers have a label.
    #[test]
    fn no_typed_word_is_lost(raw in r"[a-zé0-9*_`>\[\]()\\!@,.'<&#|~+ \n-]{0,120}") {
        let letters = |text: &str| text.chars().filter(|c| c.is_alphabetic()).collect::<String>().to_lowercase();
        // The language of a fence is not shown, nor is the x of a checkbox.
        prop_assume!(!raw.contains("```") && !raw.contains("[x] "));
        let markup: String = parse(&raw, &SITE).into_nodes(&people()).iter().map(Node::markup).collect();
        let markup = markup.replace("<summary>Spoiler</summary>", "<summary></summary>");
        let visible = check::visible(&markup).map_err(TestCaseError::fail)?;
        prop_assert_eq!(letters(&visible), letters(&raw));
    }

    #[test]
    fn text_without_syntax_is_shown_as_typed(raw in r#"[a-z"<&;,?$%^=/李é][a-z"<&;,?$#%^=+/ 李é-]{0,80}"#) {
        let markup: String = parse(&raw, &SITE).into_nodes(&people()).iter().map(Node::markup).collect();
        prop_assert_eq!(check::visible(&markup).map_err(TestCaseError::fail)?, raw.trim_end());
    }

    #[test]
    fn an_excerpt_is_short_and_on_one_line(raw in pieces(), max in 0_usize..40) {
        let line = excerpt(&raw, max);
        prop_assert!(line.chars().count() <= max);
        prop_assert!(!line.chars().any(char::is_control));
    }
}

#[test]
fn the_checker_refuses_forbidden_markup() {
    for markup in [
        "<",
        ">",
        "\"",
        "&",
        "&nbsp;",
        "<script>",
        "<b></b>",
        "<em>",
        "</em>",
        "<em><strong></em></strong>",
        "<em class=\"x\"></em>",
        "<a href=\"javascript:alert(1)\">x</a>",
        "<a href=\"http://a.example\">x</a>",
        "<a href=\"//a.example\">x</a>",
        "<a href=\"/\" onclick=\"x\">x</a>",
        "<a href=\"/\"><a href=\"/\">x</a></a>",
        "<em><blockquote></blockquote></em>",
        "<pre>x</pre>",
        "<img src=\"http://a.example/b.png\">",
        "<br/>",
        "<em >x</em>",
        "<!-- x -->",
        "\0",
        "\u{202e}",
        "<code><em>x</em></code>",
        "<a href=\"/\\evil.example\">x</a>",
        "<span>x</span>",
        "<a>x</a>",
        "<ul>x</ul>",
        "<ul><em>x</em></ul>",
        "<li>x</li>",
        "<ol start=\"1000\"><li>x</li></ol>",
        "<ol start=\"-1\"><li>x</li></ol>",
        "<li value=\"\">x</li>",
        "<h1>x</h1>",
        "<h3><hr></h3>",
        "<h3><ul></ul></h3>",
        "<table></table>x</table>",
        "<div>x</div>",
        "<div class=\"scroll\" tabindex=\"0\">x</div>",
        "<div class=\"scroll\" tabindex=\"1\"></div>",
        "<td>x</td>",
        "<tr><td>x</td></tr>",
        "<table><tr></tr></table>",
        "<table><thead><tr><td><br></td></tr></thead></table>",
        "<details class=\"spoiler\" open=\"\">x</details>",
        "<summary>x</summary>",
        "<details><summary>x</summary></details>",
        "<em><details class=\"spoiler\">x</details></em>",
        "<span class=\"k\" title=\"x\">x</span>",
        "<span class=\"k\"><em>x</em></span>",
        "<span class=\"spoiler\">x</span>",
        "<span class=\"spoiler\" tabindex=\"0\"><br></span>",
        "<code><span class=\"k\">x</span></code>",
        "<pre><code><span class=\"other\">x</span></code></pre>",
        "<pre><code><em>x</em></code></pre>",
        "<pre data-evil=\"x\"><code></code></pre>",
        "<input type=\"checkbox\">",
    ] {
        assert!(check::check(markup).is_err(), "{markup}");
    }
}
