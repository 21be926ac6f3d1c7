//! What is typed, and what it becomes.

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
fn line_ends_are_kept_and_blank_lines_count_as_one() {
    assert_eq!(html("a\nb"), "a<br>b");
    assert_eq!(html("\n\na\n\n\n\nb\n\n"), "a<br><br>b");
    assert_eq!(html("a\r\nb\rc\u{2028}d"), "a<br>b<br>c<br>d");
    assert_eq!(html("a  \n    b"), "a<br>    b");
}

#[test]
fn characters_that_act_on_the_page_are_dropped() {
    assert_eq!(
        html("a\0b\u{7}c\u{85}d\u{202e}e\u{2067}f\u{7f}g\th"),
        "abcdefg\th"
    );
    assert_eq!(html("*\u{202e}*a**"), html("**a**"));
}

#[test]
fn addresses_are_links() {
    let plain = |url: &str| assert_eq!(html(url), away(url, url));
    plain("http://a.example");
    plain("https://a.example:8080/b/c.html?d=e_f*g#h");
    plain("HTTP://A.EXAMPLE/");
    plain("http://localhost:3000/");
    plain("http://en.wikipedia.org/wiki/Rust_(programming_language)");
    plain("http://a.example/[x]{y}");
    plain("http://bücher.example/straße?q=%C3%BC");
    plain("http://例え.テスト/パス");
    plain("http://web.example/http://a.example/");
    assert_eq!(
        html("http://a.example/?a=b&c='d"),
        away(
            "http://a.example/?a=b&amp;c=&#39;d",
            "http://a.example/?a=b&amp;c=&#39;d"
        )
    );
}

#[test]
fn an_address_leaves_the_signs_around_it_to_the_sentence() {
    let link = away("http://a.example/b", "http://a.example/b");
    for (before, after) in [
        ("", "."),
        ("", ", and"),
        ("(see ", ")"),
        ("(", ")."),
        ("[", "]"),
        ("", "!?"),
        ("\"", "\""),
        ("&lt;", "&gt;"),
        ("‘", "’"),
        ("“", "”"),
        ("看", "。"),
        ("x:", ""),
        ("", "..."),
        ("*", "* x*"),
        ("{", "}"),
        ("", "(("),
        ("", ")))"),
    ] {
        let raw = format!("{before}http://a.example/b{after}")
            .replace("&lt;", "<")
            .replace("&gt;", ">");
        let expected = format!("{before}{link}{after}").replace('"', "&quot;");
        let found = html(&raw)
            .replace("<em>", "*")
            .replace("</em>", "*")
            .replace("&quot;", "\"");
        assert_eq!(found, expected.replace("&quot;", "\""), "{raw}");
    }
}

#[test]
fn what_only_looks_like_an_address_is_text() {
    for raw in [
        "http://",
        "http:// x",
        "http:/a",
        "xhttp://a",
        "ftp://a.example",
        "javascript://a",
        "://",
        "https://.",
        "www.",
        "www.x",
        "awww.x.y",
        "www..x",
        "http",
        "data:text/html,x",
    ] {
        stays_text(raw);
    }
}

#[test]
fn www_is_enough() {
    assert_eq!(
        html("see www.a.example/b."),
        format!("see {}.", away("http://www.a.example/b", "www.a.example/b"))
    );
    assert_eq!(
        html("(www.a.example)"),
        format!("({})", away("http://www.a.example", "www.a.example"))
    );
}

#[test]
fn mail_addresses_are_links() {
    assert_eq!(
        html("to foo_b.c+d@mail.a.example."),
        r#"to <a href="mailto:foo_b.c+d@mail.a.example">foo_b.c+d@mail.a.example</a>."#
    );
    assert_eq!(
        html("*me@a.example*"),
        r#"<em><a href="mailto:me@a.example">me@a.example</a></em>"#
    );
    assert!(
        matches!(&nodes("me@a.example")[..], [Node::Url { url, .. }] if url == "mailto:me@a.example")
    );
    for raw in [
        "a@b",
        "a@b.c",
        "a@.example",
        "git@host.example:repo",
        "svn://me@host.example/",
        "a@-x.example",
        "@me@host.example",
        "a@b.example9",
        "é@a.example",
    ] {
        stays_text(raw);
    }
}

#[test]
fn a_link_to_an_image_shows_it() {
    assert_eq!(
        html("http://a.example/b/c.PNG?w=1"),
        concat!(
            r#"<a href="http://a.example/b/c.PNG?w=1" class="image" target="_blank" rel="nofollow noopener ugc">"#,
            r#"<img src="http://a.example/b/c.PNG?w=1" alt="c.PNG" loading="lazy" referrerpolicy="no-referrer"></a>"#,
        )
    );
    for raw in [
        "http://a.example/.png",
        "http://a.png",
        "http://a.example/?b.png",
        "http://a.example/b.png/c",
        "http://a.example/b.pngx",
    ] {
        assert!(matches!(&nodes(raw)[..], [Node::Url { .. }]), "{raw}");
    }
    for kind in ["jpg", "jpeg", "gif", "webp", "avif"] {
        assert!(
            matches!(
                &nodes(&format!("http://a.example/b.{kind}#c"))[..],
                [Node::Image { .. }]
            ),
            "{kind}"
        );
    }
}

#[test]
fn a_link_can_have_a_label() {
    assert_eq!(
        html("a [my **page**](http://a.example/(b)), c"),
        format!(
            "a {}, c",
            away("http://a.example/(b)", "my <strong>page</strong>")
        )
    );
    assert_eq!(
        html("[a][b](http://c.example)"),
        format!("[a]{}", away("http://c.example", "b"))
    );
    assert_eq!(
        html("[a [b] c](http://c.example)"),
        away("http://c.example", "a [b] c")
    );
    assert_eq!(
        html("[@ada `x`](http://c.example)"),
        away("http://c.example", "@ada <code>x</code>")
    );
    assert_eq!(
        html("[](http://c.example)"),
        away("http://c.example", "http://c.example")
    );
    assert_eq!(
        html("[http://c.example](http://c.example/)"),
        away("http://c.example/", "http://c.example")
    );
    assert_eq!(
        html("[pic](http://c.example/d.png)"),
        away("http://c.example/d.png", "pic")
    );
    assert_eq!(
        html("[a](http://b.example)[c](http://d.example)"),
        away("http://b.example", "a") + &away("http://d.example", "c")
    );
}

#[test]
fn a_link_with_a_label_leads_nowhere_else() {
    for raw in [
        "[a](javascript:alert(1))",
        "[a](/b)",
        "[a](//b.example)",
        "[a](data:x)",
        "[a] (b)",
        "[a](ftp://b)",
        "[a]",
        "[a](",
        "](",
        "[a](http://)",
    ] {
        stays_text(raw);
    }
    assert!(html("[a](http://b.example").contains("[a]("));
}

#[test]
fn a_label_that_reads_as_another_address_stays_as_typed() {
    let raw = "[*http://bank.example*](http://evil.example)";
    assert!(
        html(raw).starts_with("[<em><a href=\"http://bank.example\""),
        "{}",
        html(raw)
    );
    assert!(html("[www.bank.example](http://evil.example)").starts_with('['));
}

#[test]
fn links_hold_no_links() {
    assert_eq!(
        html("[a [b](http://c.example) d](http://e.example)"),
        format!(
            "[a {} d]({})",
            away("http://c.example", "b"),
            away("http://e.example", "http://e.example")
        )
    );
}

#[test]
fn an_image_can_have_words() {
    assert!(html("![a *cat*](http://a.example/b.png)").contains(r#"alt="a cat""#));
    assert!(html("![](http://a.example/b.png)").contains(r#"alt="b.png""#));
    assert_eq!(
        html("![cat](http://a.example/b)"),
        away("http://a.example/b", "cat")
    );
    stays_text("hey![x] there");
}

#[test]
fn our_own_pages_open_here() {
    let url = "https://klatch.example/rust/hello-world/";
    assert_eq!(
        html(url),
        format!(r#"<a href="/rust/hello-world/">{url}</a>"#)
    );
    assert!(
        matches!(&nodes(url)[..], [Node::Topic { group, topic, url, .. }]
        if group == "rust" && topic == "hello-world" && url == "/rust/hello-world/")
    );
    let url = "http://KLATCH.example/rust/%C3%BCber?x=1#m12";
    assert!(
        matches!(&nodes(url)[..], [Node::Message { group, topic, message_id: 12, url, .. }]
        if group == "rust" && topic == "über" && url == "/rust/%C3%BCber?x=1#m12")
    );
    assert_eq!(
        html("[x](https://klatch.example/a/b/)"),
        r#"<a href="/a/b/">x</a>"#
    );
    for (url, path) in [
        ("", "/"),
        ("/", "/"),
        ("/rust/", "/rust/"),
        ("/users/ada/", "/users/ada/"),
        ("?q=a", "/?q=a"),
        ("/a/b/c", "/a/b/c"),
        ("/a/%zz/", "/a/%zz/"),
    ] {
        assert!(
            matches!(&nodes(&format!("https://klatch.example{url}"))[..], [Node::Url { url, .. }] if url == path),
            "{url}"
        );
    }
    assert!(matches!(
        &nodes("https://klatch.example/a/b#mx")[..],
        [Node::Topic { .. }]
    ));
    assert!(matches!(
        &nodes("https://klatch.example/a/b#m99999999999999999999")[..],
        [Node::Topic { .. }]
    ));
}

#[test]
fn what_only_begins_like_our_own_page_leads_away() {
    for url in [
        "https://klatch.example.evil.example/a/b/",
        "https://klatch.example@evil.example/",
        "https://klatch.example//evil.example/",
        "https://klatch.example:81/a/b/",
        "https://klatch.exampl",
    ] {
        assert_eq!(html(url), away(url, url));
    }
}

#[test]
fn code_is_between_back_ticks() {
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
        "a<pre><code class=\"language-rust\">fn x() {\n\n    &lt;y&gt;\n}</code></pre>b"
    );
    assert!(
        matches!(&nodes("```c++\nx\n```")[..], [Node::CodeBlock { language: Some(language), .. }] if language == "c++")
    );
    assert!(matches!(
        &nodes("```\nx\n```")[..],
        [Node::CodeBlock { language: None, .. }]
    ));
    assert_eq!(html("````\n```\n````"), "<pre><code>```</code></pre>");
    assert_eq!(html("```\nno end"), "<pre><code>no end</code></pre>");
    assert_eq!(
        html("```select 1;\nselect 2;```\nx"),
        "<pre><code>select 1;\nselect 2;</code></pre>x"
    );
    assert_eq!(html("```one line```"), "<code>one line</code>");
    assert_eq!(html("```"), "```");
}

#[test]
fn quotes_nest_and_hold_everything() {
    assert_eq!(html("> a\n> b\nc"), "<blockquote>a<br>b</blockquote>c");
    assert_eq!(
        html(">> a\n> b"),
        "<blockquote><blockquote>a</blockquote>b</blockquote>"
    );
    assert_eq!(html(">a"), "<blockquote>a</blockquote>");
    assert_eq!(
        html("> **a** `b`\n> ```\n> c\n> ```"),
        "<blockquote><strong>a</strong> <code>b</code><pre><code>c</code></pre></blockquote>"
    );
    assert_eq!(
        html("x\n\n> a\n\n> b"),
        "x<blockquote>a</blockquote><blockquote>b</blockquote>"
    );
    assert_eq!(
        html(&format!("{}a", "> ".repeat(9))),
        format!(
            "{}&gt; &gt; &gt; &gt; &gt; a{}",
            "<blockquote>".repeat(4),
            "</blockquote>".repeat(4)
        )
    );
    for raw in [">_<", ">:(", ">>> print(1)", "a > b", "->"] {
        stays_text(raw);
    }
}

#[test]
fn emphasis_is_between_words() {
    assert_eq!(
        html("*a* _b_ **c** ***d***"),
        "<em>a</em> <em>b</em> <strong>c</strong> <em><strong>d</strong></em>"
    );
    assert_eq!(
        html("(*a*), \"_b_\"!"),
        "(<em>a</em>), &quot;<em>b</em>&quot;!"
    );
    assert_eq!(html("**a *b* c**"), "<strong>a <em>b</em> c</strong>");
    assert_eq!(html("***a* b**"), "<strong><em>a</em> b</strong>");
    assert_eq!(html("*a **b***"), "<em>a <strong>b</strong></em>");
    assert_eq!(html("**_a_**"), "<strong><em>a</em></strong>");
    assert_eq!(html("_snake_case_"), "<em>snake_case</em>");
    assert_eq!(html("这是*重点*。"), "这是<em>重点</em>。");
    assert_eq!(html("*a _b* c_"), "<em>a _b</em> c_");
    assert_eq!(
        html("**see http://a.example/ now**"),
        format!(
            "<strong>see {} now</strong>",
            away("http://a.example/", "http://a.example/")
        )
    );
}

#[test]
fn signs_that_are_no_emphasis_are_text() {
    for raw in [
        "snake_case_name",
        "2*3*4",
        "a * b * c",
        "* item",
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
        "* a*",
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
    assert_eq!(
        html("hi :smile:!"),
        r#"hi <span class="emoji" title=":smile:">😄</span>!"#
    );
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
fn the_emoji_are_in_order() {
    use super::super::emoji::{EMOJI, find};
    assert!(EMOJI.windows(2).all(|pair| pair[0].name < pair[1].name));
    assert!(EMOJI.iter().all(|emoji| find(emoji.name) == Some(emoji)));
    assert!(
        EMOJI
            .iter()
            .all(|emoji| html(&format!(":{}:", emoji.name)).contains(emoji.char))
    );
}

#[test]
fn a_backslash_makes_the_next_sign_plain() {
    assert_eq!(
        html(r"\*a\* \`b\` \_c_ \@ada \:smile: \[x](http\://a.example)"),
        "*a* `b` _c_ @ada :smile: [x](http://a.example)"
    );
    assert_eq!(html(r"\> a"), "&gt; a");
    assert_eq!(html(r"\**a*"), "*<em>a</em>");
    for raw in [
        r"C:\new\dir",
        r"\\server\share",
        r"\d+\.\w",
        "\\",
        r"a\",
        r"¯\_(ツ)_/¯",
    ] {
        stays_text(raw);
    }
}

#[test]
fn names_of_every_script_pass() {
    stays_text("Zoë 李 👩‍👩‍👧 العربية עברית");
}
