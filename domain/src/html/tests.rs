use std::collections::HashMap;

use super::*;

fn markup(html: &str) -> String {
    to_markup(html, "https://old.example").text
}

#[test]
fn paragraphs_lists_and_quotes_become_lines() {
    assert_eq!(markup("<p>One\ntwo<br>\nthree</p>\n<p>Four</p>"), "One two\nthree\n\nFour");
    assert_eq!(
        markup("<ul><li>a<ol><li>b</li><li>c</li></ol></li>\n<li><p>d</p></li></ul>"),
        "- a\n  1. b\n  2. c\n- d"
    );
    assert_eq!(markup("<p>x</p><blockquote><p>a</p><p>b</p></blockquote><p>y</p>"), "x\n\n> a\n>\n> b\n\ny");
    assert_eq!(markup("<h2>A title</h2>text"), "## A title\n\ntext");
}

#[test]
fn lists_headings_and_tables_keep_their_shape() {
    let table = "<table><tr><th>a</th><th>b</th></tr><tr><td>1</td><td>2|<b>3</b></td></tr></table>";
    assert_eq!(markup(table), "| a | b |\n|---|---|\n| 1 | 2\\|**3** |");
    assert_eq!(markup("<table><tr><td>a<td>b<tr><td>1</table>x"), "| a | b |\n|---|---|\n| 1 |  |\n\nx");
    // A table that arranges a page.
    assert_eq!(
        markup("<table><tr><td><p>a</p><p>b</p></td><td>c</td></tr><tr><td>d</td></tr></table>"),
        "a\n\nb\nc\nd"
    );
    assert_eq!(
        markup("<ol start=3><li>a<pre><code>x\n  y</code></pre></li><li>b</li></ol>"),
        "3. a\n\n   ```\n   x\n     y\n   ```\n4. b"
    );
    assert_eq!(
        markup(r#"<ul><li><input type="checkbox" checked> a</li><li><span class="chcklst-box fa"></span> b</li></ul>"#),
        "- [x]  a\n- [ ]  b"
    );
    assert_eq!(markup("<ul><li><h3>a</h3></li></ul>"), "- **a**");
    assert_eq!(markup("x<hr>y"), "x\n\n---\n\ny");
}

#[test]
fn deleted_and_hidden_text_stays_deleted_and_hidden() {
    assert_eq!(markup("<del>no</del> <s>way</s>"), "~~no~~ ~~way~~");
    assert_eq!(markup(r#"it is <span class="spoiler">the cat</span>"#), "it is ||the cat||");
    assert_eq!(markup(r#"<div class="spoiler"><p>a</p><p>b</p></div>"#), ">! a\n>!\n>! b");
}

#[test]
fn text_that_looks_like_markup_is_escaped() {
    for text in [
        "- a",
        "+ a",
        "* a",
        "1. a",
        "12) a",
        "# a",
        "### a",
        "---",
        "- - -",
        "~~a~~",
        "||a||",
        "> a",
        ">! a",
        "a || b",
        "~5",
        "#1",
        "-5",
        "1.5",
        "__two words__",
        "2011. a",
        "_ _ _",
    ] {
        let text = text.replace('>', "&gt;");
        for html in [format!("<p>x</p><p>{text}</p>"), format!("x<br>{text}"), format!("<ul><li>{text}</li></ul>")] {
            let typed = markup(&html);
            let parsed = markup::parse(&typed, &markup::Site { base_url: "" }).into_nodes(&HashMap::new());
            let shown: String = parsed.iter().map(markup::Node::markup).collect();
            assert!(shown.ends_with(&text) || shown.ends_with(&format!("{text}</li></ul>")), "{typed:?}: {shown}");
        }
    }
}

#[test]
fn code_keeps_its_spaces_and_its_language() {
    let html = "<div class=\"codehilite\" data-code-language=\"Rust\"><pre><span></span><code><span>fn</span> x() {\n  *y\n}\n</code></pre></div>";
    assert_eq!(markup(html), "```rust\nfn x() {\n  *y\n}\n```");
    assert_eq!(markup("<pre><code class=\"lang-cpp\">a &lt; b</code></pre>"), "```cpp\na < b\n```");
    assert_eq!(markup("<code>a`b</code> and <code>__x</code>"), "``a`b`` and `__x`");
}

#[test]
fn emphasis_is_kept_and_syntax_characters_are_escaped() {
    assert_eq!(markup("<em>so </em><strong>much</strong>"), "*so* **much**");
    assert_eq!(markup("2 * 3, *p, snake_case, _x and `"), r"2 * 3, \*p, snake_case, \_x and \`");
    assert_eq!(markup("<p>&gt; no quote</p>"), r"\> no quote");
}

#[test]
fn links_images_and_mentions_are_kept() {
    assert_eq!(
        markup(r#"<a href="/t/1">See</a> <a href="https://a.example/b">https://a.example/b</a>"#),
        "[See](https://old.example/t/1) https://a.example/b"
    );
    let image = to_markup(
        r#"<a class="lightbox" href="https://a.example/full.png"><img src="/small.png" alt="A [cat]"><div class="meta">cat 3 MB</div></a>"#,
        "",
    );
    // Without the address of the forum, only the link is left.
    assert_eq!((image.text.as_str(), image.files), ("https://a.example/full.png", 0));
    let image = to_markup(
        r#"<a class="lightbox" href="https://a.example/full.png"><img src="https://a.example/s.png" alt="A [cat]"><div class="meta">cat 3 MB</div></a>"#,
        "",
    );
    assert_eq!((image.text.as_str(), image.files), ("![A cat](https://a.example/full.png)", 1));
    assert_eq!(markup(r#"<span class="user-mention" data-user-id="7">@Ann Example</span>"#), "@**Ann Example|7**");
    assert_eq!(markup(r#"<a class="mention" href="/u/ann_e">@ann_e</a>"#), "@ann_e");
    assert_eq!(markup(r#"<img class="emoji" title=":smile:" alt=":smile:" src="x">"#), ":smile:");
    assert_eq!(markup(r#"<a href="javascript:alert(1)">x</a>"#), "x");
    let quote = r#"<aside class="quote" data-username="ann"><div class="title"><img class="avatar" src="a"> ann:</div><blockquote><p>Hi</p></blockquote></aside><p>Yes</p>"#;
    assert_eq!(markup(quote), "> @ann:\n> Hi\n\nYes");
}

#[test]
fn formulas_are_kept_in_tex() {
    let html = r#"<p>If <span class="katex"><span class="katex-mathml"><math><semantics><mrow><mi>x</mi></mrow><annotation encoding="application/x-tex">x_1</annotation></semantics></math></span><span class="katex-html" aria-hidden="true"><span>x1</span></span></span> then</p>"#;
    assert_eq!(markup(html), "If `$$x_1$$` then");
}

#[test]
fn no_html_is_left_and_no_input_is_refused() {
    assert_eq!(markup("<script>alert('<p>')</script><style>p{}</style>a<!-- b -->c"), "ac");
    assert_eq!(markup("</p></div><li>x<b>y"), "- x**y**");
    assert_eq!(markup(&"<div>".repeat(5_000)), "");
    for html in [
        "<img src=x onerror=alert(1)>",
        "&lt;script&gt;alert(1)&lt;/script&gt;",
        "<a href='https://a.example/\"onclick=x'>y</a>",
    ] {
        let parsed = markup::parse(&markup(html), &markup::Site { base_url: "" }).into_nodes(&HashMap::new());
        let shown = markup::markup_of(&serde_json::to_string(&parsed).unwrap()).unwrap();
        assert!(
            !shown.contains("<script") && !shown.contains("<img src=\"x") && !shown.contains("\"onclick"),
            "{shown}"
        );
    }
}
