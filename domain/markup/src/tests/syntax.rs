//! The syntax and its result.

use super::super::Node;
use super::{away, html, nodes, stays_text};

#[test]
fn plain_words_are_one_text_node() {
    stays_text("Hello, world");
    stays_text("<b>bold</b> & <script>alert('x')</script> \"so\"");
    assert_eq!(html("<b>'&\""), "&lt;b&gt;&#39;&amp;&quot;");
    assert_eq!(nodes(""), []);
    assert_eq!(nodes(" \n\t\n "), []);
}

#[test]
fn line_breaks_are_kept_and_several_blank_lines_count_as_one() {
    assert_eq!(html("a\nb"), "a<br>b");
    assert_eq!(html("\n\na\n\n\n\nb\n\n"), "a<br><br>b");
    assert_eq!(html("a\r\nb\rc\u{2028}d"), "a<br>b<br>c<br>d");
    assert_eq!(html("a  \n    b"), "a<br>    b");
}

#[test]
fn control_characters_are_removed() {
    assert_eq!(html("a\0b\u{7}c\u{85}d\u{202e}e\u{2067}f\u{7f}g\th"), "abcdefg\th");
    assert_eq!(html("*\u{202e}*a**"), html("**a**"));
}

#[test]
fn text_between_backticks_is_code() {
    assert_eq!(html("a `b *c* <d>` e"), "a <code>b *c* &lt;d&gt;</code> e");
    assert_eq!(html("`` a`b ``"), "<code>a`b</code>");
    assert_eq!(html("`\\`"), "<code>\\</code>");
    assert_eq!(html("` `"), "<code> </code>");
    assert!(matches!(&nodes("`x`")[..], [Node::Code { .. }]));
    for raw in ["a ` b", "``a`", "`a``", "[nick_`] hi", "````"] {
        stays_text(raw);
    }
    assert_eq!(html("`a\nb`"), "`a<br>b`");
    assert_eq!(html("``a` b`"), "``a<code> b</code>");
}

#[test]
fn fenced_code_keeps_its_lines() {
    assert_eq!(
        html("a\n\n```rust\nfn x() {\n\n    <y>\n}\n```\n\nb"),
        "a<pre data-language=\"rust\"><code class=\"language-rust\"><span class=\"k\">fn</span> <span class=\"f\">x</span>() {\n\n    &lt;y&gt;\n}</code></pre>b"
    );
    assert!(
        matches!(&nodes("```c++\nx\n```")[..], [Node::CodeBlock { language: Some(language), .. }] if language == "c++")
    );
    assert!(matches!(&nodes("```\nx\n```")[..], [Node::CodeBlock { language: None, .. }]));
    assert_eq!(html("````\n```\n````"), "<pre><code>```</code></pre>");
    assert_eq!(html("```\nno end"), "<pre><code>no end</code></pre>");
    assert_eq!(html("```select 1;\nselect 2;```\nx"), "<pre><code>select 1;\nselect 2;</code></pre>x");
    assert_eq!(html("```one line```"), "<code>one line</code>");
    assert_eq!(html("```"), "```");
}

#[test]
fn quotes_nest_and_contain_any_block() {
    assert_eq!(html("> a\n> b\nc"), "<blockquote>a<br>b</blockquote>c");
    assert_eq!(html(">> a\n> b"), "<blockquote><blockquote>a</blockquote>b</blockquote>");
    assert_eq!(html(">a"), "<blockquote>a</blockquote>");
    assert_eq!(
        html("> **a** `b`\n> ```\n> c\n> ```"),
        "<blockquote><strong>a</strong> <code>b</code><pre><code>c</code></pre></blockquote>"
    );
    assert_eq!(html("x\n\n> a\n\n> b"), "x<blockquote>a</blockquote><blockquote>b</blockquote>");
    assert_eq!(
        html(&format!("{}a", "> ".repeat(9))),
        format!("{}&gt; &gt; &gt; &gt; &gt; a{}", "<blockquote>".repeat(4), "</blockquote>".repeat(4))
    );
    for raw in [">_<", ">:(", ">>> print(1)", "a > b", "->"] {
        stays_text(raw);
    }
}

#[test]
fn emphasis_surrounds_whole_words() {
    assert_eq!(html("*a* _b_ **c** ***d***"), "<em>a</em> <em>b</em> <strong>c</strong> <em><strong>d</strong></em>");
    assert_eq!(html("(*a*), \"_b_\"!"), "(<em>a</em>), &quot;<em>b</em>&quot;!");
    assert_eq!(html("**a *b* c**"), "<strong>a <em>b</em> c</strong>");
    assert_eq!(html("***a* b**"), "<strong><em>a</em> b</strong>");
    assert_eq!(html("*a **b***"), "<em>a <strong>b</strong></em>");
    assert_eq!(html("**_a_**"), "<strong><em>a</em></strong>");
    assert_eq!(html("_snake_case_"), "<em>snake_case</em>");
    assert_eq!(html("这是*重点*。"), "这是<em>重点</em>。");
    assert_eq!(html("*a _b* c_"), "<em>a _b</em> c_");
    assert_eq!(
        html("**see http://a.example/ now**"),
        format!("<strong>see {} now</strong>", away("http://a.example/", "http://a.example/"))
    );
}

#[test]
fn marks_that_are_not_emphasis_stay_text() {
    for raw in [
        "snake_case_name",
        "2*3*4",
        "a * b * c",
        "*args, **kwargs",
        "f(*args, **kwargs)",
        "char *a, *b;",
        "__init__",
        "**",
        "****",
        "*#*",
        "**##**#**",
        "*_*",
        "**************",
        "*.py *.rs",
        "(.*).*",
        "/* a */",
        "/*a*/",
        ":* and :*",
        "*a",
        "a*",
        "_a",
        "a_",
        "**a*",
        "*a**",
        "*a *",
        "_ a _",
        "src/_foo_/bar",
        "\u{a0}* a *",
    ] {
        stays_text(raw);
    }
    assert_eq!(html("*a\nb*"), "*a<br>b*");
}

#[test]
fn emoji_have_short_names() {
    assert_eq!(html("hi :smile:!"), r#"hi <span class="emoji" title=":smile:">😄</span>!"#);
    assert!(
        matches!(&nodes(":+1::tada:")[..], [Node::Emoji { name, char, .. }, Node::Emoji { .. }] if name == "+1" && char == "👍")
    );
    for raw in [
        ":unknown:",
        "10:30:45",
        "a:heart:",
        ": smile :",
        "::",
        ":smile",
        "exp:channel:entries",
        ":SMILE:",
        "std::heart::x",
    ] {
        stays_text(raw);
    }
}

#[test]
fn every_short_name_of_github_is_an_emoji() {
    for emoji in emojis::iter() {
        for name in emoji.shortcodes() {
            let expected = format!(r#"<span class="emoji" title=":{name}:">{emoji}</span>"#);
            assert_eq!(html(&format!(":{name}:")), expected);
        }
    }
}

#[test]
fn some_emoji_have_a_shorter_name() {
    for (name, char) in [
        ("clown", "🤡"),
        ("fox", "🦊"),
        ("globe", "🌐"),
        ("medal", "🏅"),
        ("megaphone", "📣"),
        ("money", "💰"),
        ("panda", "🐼"),
        ("party", "🥳"),
        ("shipit", "🐿️"),
        ("slight_smile", "🙂"),
        ("sun", "☀️"),
        ("tree", "🌳"),
        ("upside_down", "🙃"),
        ("wine", "🍷"),
        ("zipper_mouth", "🤐"),
    ] {
        assert_eq!(html(&format!(":{name}:")), format!(r#"<span class="emoji" title=":{name}:">{char}</span>"#));
    }
}

#[test]
fn a_backslash_escapes_the_next_character() {
    assert_eq!(
        html(r"\*a\* \`b\` \_c_ \@ada \:smile: \[x](http\://a.example)"),
        "*a* `b` _c_ @ada :smile: [x](http://a.example)"
    );
    assert_eq!(html(r"\> a"), "&gt; a");
    assert_eq!(html(r"\**a*"), "*<em>a</em>");
    for raw in [r"C:\new\dir", r"\\server\share", r"\d+\.\w", "\\", r"a\", r"¯\_(ツ)_/¯"] {
        stays_text(raw);
    }
}

#[test]
fn names_in_every_script_are_mentions() {
    stays_text("Zoë 李 👩‍👩‍👧 العربية עברית");
}

#[test]
fn a_long_text_of_nothing_but_syntax_stays_text() {
    for unit in ["`a` ", ":+1: ", "*a* ", "http://a.b ", "@ada ", "[a](http://b) ", "*a*\n"] {
        let raw = unit.repeat(10_000);
        let nodes = nodes(&raw);
        let stored = serde_json::to_string(&nodes).expect("JSON").len();
        assert!(stored <= 8 * raw.len(), "{stored} bytes for {} of {unit:?}", raw.len());
        assert!(!matches!(nodes[0], Node::Text { .. }), "{unit:?} begins with {:?}", nodes[0]);
        assert!(matches!(nodes.last(), Some(Node::Text { .. })), "{unit:?} ends with {:?}", nodes.last());
        let visible = super::check::visible(&html(&raw)).expect("markup");
        assert!(visible.ends_with(unit.trim_end()), "{unit:?} is lost");
    }
    // Everything in a message of usual length is what it looks like.
    let raw = "https://example.org/a *b* `c` :+1:\n".repeat(40);
    assert_eq!(nodes(&raw).iter().filter(|node| node.kind() == "emoji").count(), 40);
}
