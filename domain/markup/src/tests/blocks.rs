//! Lists, headings, rules, tables and spoilers on lines of their own.

use super::super::{Node, Site, excerpt, mentions, parse};
use super::{SITE, html, nodes, stays_text};

#[test]
fn lists_have_bullets_or_numbers() {
    assert_eq!(html("- a\n- *b*"), "<ul><li>a</li><li><em>b</em></li></ul>");
    assert_eq!(html("* a\n+ b"), "<ul><li>a</li><li>b</li></ul>");
    assert_eq!(html("1. a\n2. b"), "<ol><li>a</li><li>b</li></ol>");
    assert_eq!(html("1) a\n2) b"), "<ol><li>a</li><li>b</li></ol>");
    assert_eq!(html("To do:\n- a\nend"), "To do:<ul><li>a</li></ul>end");
    assert_eq!(html("- a\n\n- b\n\nend"), "<ul><li>a</li><li>b</li></ul>end");
    assert_eq!(html("- a\n\n1. b"), "<ul><li>a</li></ul><ol><li>b</li></ol>");
    assert!(matches!(&nodes("- a")[..], [Node::List { ordered: false, .. }]));
    assert!(matches!(&nodes("1. a")[..], [Node::List { ordered: true, .. }]));
    for raw in [
        "-a",
        "-",
        "1.",
        "1.a",
        "1.5 l",
        "2011. What a year",
        "007. Bond",
        "+ 1 to that",
        "- :)",
        "* *",
        "10:30",
        "-- me",
        "a - b",
        "--force x",
    ] {
        stays_text(raw);
    }
    assert_eq!(html("it was in\n11. of that"), "it was in<br>11. of that");
}

#[test]
fn a_list_keeps_the_numbers_that_were_typed() {
    assert_eq!(html("3. a\n4. b"), "<ol start=\"3\"><li>a</li><li>b</li></ol>");
    assert_eq!(html("1. a\n1. b\n1. c"), "<ol><li>a</li><li>b</li><li>c</li></ol>");
    assert_eq!(html("1. a\n3. b\n4. c"), "<ol><li>a</li><li value=\"3\">b</li><li>c</li></ol>");
    assert_eq!(html("0. a\n1. b"), "<ol start=\"0\"><li>a</li><li>b</li></ol>");
    assert_eq!(html("1. a\n\nwhy?\n\n2. b"), "<ol><li>a</li></ol>why?<ol start=\"2\"><li>b</li></ol>");
}

#[test]
fn lists_nest_and_items_contain_any_block() {
    assert_eq!(html("- a\n  - b\n- c"), "<ul><li>a<ul><li>b</li></ul></li><li>c</li></ul>");
    assert_eq!(html("1. a\n  - b\n2. c"), "<ol><li>a<ul><li>b</li></ul></li><li>c</li></ol>");
    assert_eq!(html("- a\n    - b\n        - c"), "<ul><li>a<ul><li>b<ul><li>c</li></ul></li></ul></li></ul>");
    assert_eq!(html("- a\n\t- b"), "<ul><li>a<ul><li>b</li></ul></li></ul>");
    assert_eq!(html("- a\n  b\n\n  c\n- d"), "<ul><li>a<br>b<br><br>c</li><li>d</li></ul>");
    assert_eq!(
        html("- a\n  > b\n- > c"),
        "<ul><li>a<blockquote>b</blockquote></li><li><blockquote>c</blockquote></li></ul>"
    );
    assert_eq!(
        html("1. a\n   ```\n   x\n     y\n   ```\n2. b"),
        "<ol><li>a<pre><code>x\n  y</code></pre></li><li>b</li></ol>"
    );
    assert_eq!(html("> - a\n> - b"), "<blockquote><ul><li>a</li><li>b</li></ul></blockquote>");
    assert_eq!(html("- - a\n- # b"), "<ul><li>- a</li><li># b</li></ul>");
    let deep: String = (0..20).map(|depth| format!("{}- a\n", "  ".repeat(depth))).collect();
    assert_eq!(html(&deep).matches("<ul>").count(), 6);
}

#[test]
fn text_between_two_items_belongs_to_the_first() {
    assert_eq!(html("1. why?\nso\n2. how?\nthus"), "<ol><li>why?<br>so</li><li>how?</li></ol>thus");
    assert_eq!(html("- a\nb\n\n- c"), "<ul><li>a</li></ul>b<ul><li>c</li></ul>");
    assert_eq!(html("1. a\n- b\n2. c"), "<ol><li>a<ul><li>b</li></ul></li><li>c</li></ol>");
}

#[test]
fn tasks_have_checkboxes() {
    assert_eq!(
        html("- [ ] a\n- [x] b\n- [X] c\n- [y] d"),
        concat!(
            r#"<ul><li class="task"><span class="box" title="To do">☐</span> a</li>"#,
            r#"<li class="task"><span class="box" title="Done">☑</span> b</li>"#,
            r#"<li class="task"><span class="box" title="Done">☑</span> c</li><li>[y] d</li></ul>"#,
        )
    );
    stays_text("[ ] a");
    stays_text("[x](y)");
}

#[test]
fn headings_start_at_level_three_and_skip_no_level() {
    assert_eq!(html("# a\nb"), "<h3>a</h3>b");
    assert_eq!(html("## *a* ##\n\n### b#"), "<h3><em>a</em></h3><h4>b#</h4>");
    assert_eq!(
        html("# a\n## b\n### c\n#### d\n##### e\n## f"),
        "<h3>a</h3><h4>b</h4><h5>c</h5><h6>d</h6><h6>e</h6><h4>f</h4>"
    );
    assert_eq!(html("> # a\n\n### b"), "<blockquote><h3>a</h3></blockquote><h4>b</h4>");
    assert!(matches!(&nodes("# @ada")[..], [Node::Heading { level: 3, mentions, .. }] if *mentions == [7]));
    for raw in ["#channel", "#1", "#", "# #", "####### a", "a # b", "  # a", "# -*- coding", "#      / a", "# | a"] {
        stays_text(raw);
    }
    // Comments in a configuration.
    assert_eq!(html("# one\n# two\nkey = 1"), "# one<br># two<br>key = 1");
}

#[test]
fn three_or_more_marks_on_a_line_make_a_rule() {
    assert_eq!(html("a\n---\nb"), "a<hr>b");
    assert_eq!(html("a\n\n* * *\n\nb"), "a<hr>b");
    assert_eq!(html("a\n___"), "a<hr>");
    assert!(matches!(&nodes("a\n-----")[..], [Node::Text { .. }, Node::Rule { .. }]));
    for raw in ["---", "***", "--", "-- -", "---x", "a ---"] {
        stays_text(raw);
    }
    assert_eq!(html("a\n--\nb\n====\nc"), "a<br>--<br>b<br>====<br>c");
    // Drawings.
    assert_eq!(html("  ____\n /"), "  ____<br> /");
    assert_eq!(html("____  ___\n|"), "____  ___<br>|");
}

#[test]
fn tables_have_a_line_of_dashes() {
    let table = |head: &str, body: &str| {
        format!("<div class=\"scroll\" tabindex=\"0\"><table><thead>{head}</thead>{body}</table></div>")
    };
    assert_eq!(
        html("| a | *b* |\n|:--|--:|\n| 1 | 2 |\nend"),
        table(
            "<tr><th>a</th><th class=\"end\"><em>b</em></th></tr>",
            "<tbody><tr><td>1</td><td class=\"end\">2</td></tr></tbody>"
        ) + "end"
    );
    assert_eq!(
        html("so:\na | b\n:-:|---"),
        "so:".to_owned() + &table("<tr><th class=\"center\">a</th><th>b</th></tr>", "")
    );
    // A row may have fewer cells; more are part of the last.
    assert_eq!(
        html("a|b\n-|-\n1|\n1|2|3\n||x\n"),
        table(
            "<tr><th>a</th><th>b</th></tr>",
            "<tbody><tr><td>1</td></tr><tr><td>1</td><td>2|3</td></tr><tr><td></td><td>x</td></tr></tbody>"
        )
    );
    assert_eq!(html("a \\| b | `c\\|d`\n--|--"), table("<tr><th>a | b</th><th><code>c|d</code></th></tr>", ""));
    for raw in ["a | b", "|a|b|", r"grep 'a\|b'"] {
        stays_text(raw);
    }
    assert_eq!(html("a | b\nc | d"), "a | b<br>c | d");
    assert_eq!(html("a | b\n--|--|--\n"), "a | b<br>--|--|--");
}

#[test]
fn spoilers_are_hidden() {
    assert_eq!(
        html("it is ||the *cat*||!"),
        "it is <span class=\"spoiler\" tabindex=\"0\" title=\"Spoiler\">the <em>cat</em></span>!"
    );
    assert_eq!(
        html("so\n>! the cat\n> ok"),
        "so<details class=\"spoiler\"><summary>Spoiler</summary>the cat</details><blockquote>ok</blockquote>"
    );
    assert_eq!(html(">!the cat!<"), "<details class=\"spoiler\"><summary>Spoiler</summary>the cat</details>");
    assert!(matches!(&nodes(">! @ada")[..], [Node::Spoiler { mentions, .. }] if *mentions == [7]));
    assert!(matches!(&nodes("||@ada||")[..], [Node::Spoiler { mentions, .. }] if *mentions == [7]));
    assert!(html("||https://a.example||").contains("href=\"https://a.example\""));
    for raw in [
        "a || b || c",
        "if (a||b||c)",
        "x ||",
        "|| x ||",
        "||||",
        "||a|",
        "false||true",
        ">!= 3",
        ">!",
        "(a)||(b)||(c)",
    ] {
        stays_text(raw);
    }
    assert_eq!(html("`a ||b||`"), "<code>a ||b||</code>");
    assert_eq!(excerpt("it is ||the cat||\n>! and\n> no", 80), "it is (spoiler) (spoiler)");
    assert_eq!(html(r"\||a|| \~~b~~ c \|| d"), "||a|| ~~b~~ c || d");
    for raw in [r"/(X.X)\~~~>>-->", r"\\||//", r"\/\~~~"] {
        stays_text(raw);
    }
}

#[test]
fn tildes_strike_text_through() {
    assert_eq!(html("~~a *b*~~ c"), "<s>a <em>b</em></s> c");
    assert!(matches!(&nodes("~~@ada~~")[..], [Node::Strikethrough { mentions, .. }] if *mentions == [7]));
    for raw in ["~5 minutes", "~a~", "~~~", "~~", "~~ a ~~", "a~~b~~c", "~/x ~y/z", "~~~a~~~"] {
        stays_text(raw);
    }
}

#[test]
fn double_underscores_are_strong_around_several_words() {
    assert_eq!(html("__so much__ better"), "<strong>so much</strong> better");
    assert!(html("__hi @ada__").contains("@Ada</a></strong>"));
    for raw in ["__init__", "__a__ and __b__", "__file__, __name__", "a __ b __ c", "__ a b __"] {
        stays_text(raw);
    }
}

#[test]
fn a_backslash_escapes_the_marker_of_a_line() {
    for (raw, shown) in [
        (r"\- a", "- a"),
        (r"\+ a", "+ a"),
        (r"\* a", "* a"),
        (r"1\. a", "1. a"),
        (r"1\) a", "1) a"),
        (r"\# a", "# a"),
        ("a\n\\---", "a<br>---"),
        (r"\>! a", "&gt;! a"),
    ] {
        assert_eq!(html(raw), shown, "{raw}");
    }
    for raw in [r"\-a", r"\#a", r"1\.5", r"\d+\.\d", r"\+49", r"a \- b"] {
        stays_text(raw);
    }
}

#[test]
fn names_in_blocks_mention_and_are_linked() {
    let raw = "- @ada\n  - @simonw\n\n| @ericflo | b |\n|--|--|\n\n> - @dot.\n\n- > @under_";
    assert_eq!(mentions(&nodes(raw)), [7, 56, 1]);
    assert_eq!(html(raw).matches("<a href=\"/users/").count(), 5);
    let names = parse("> a @ada\n\n- @simonw", &Site { base_url: SITE.base_url });
    assert_eq!(names.usernames(), ["simonw", "ada"]);
}

#[test]
fn an_excerpt_of_blocks_is_plain_text() {
    assert_eq!(
        excerpt("# Plan\n- one\n- [x] two\n\n---\n\n3. three\n4. four", 80),
        "Plan - one - ☑ two 3. three 4. four"
    );
    assert_eq!(excerpt("a | b\n--|--\n1 | **2**", 80), "a | b 1 | 2");
    assert_eq!(excerpt("~~no~~ - yes", 80), "no - yes");
}

#[test]
fn code_is_highlighted_in_languages_we_know() {
    assert_eq!(
        html("```rust\nlet x = \"a\"; // b\n```"),
        concat!(
            r#"<pre data-language="rust"><code class="language-rust"><span class="k">let</span> x = "#,
            r#"<span class="s">&quot;a&quot;</span>; <span class="c">// b</span></code></pre>"#,
        )
    );
    assert_eq!(
        html("```diff\n-a\n+b\n```"),
        concat!(
            r#"<pre data-language="diff"><code class="language-diff"><span class="del">-a</span>"#,
            "\n",
            r#"<span class="ins">+b</span></code></pre>"#,
        )
    );
    assert_eq!(
        html("```klingon\nlet x\n```"),
        r#"<pre data-language="klingon"><code class="language-klingon">let x</code></pre>"#
    );
    assert_eq!(html("```\nlet x\n```"), "<pre><code>let x</code></pre>");
    assert!(
        html("```sql\nselect a FROM b -- c\n```")
            .contains("<span class=\"k\">select</span> a <span class=\"k\">FROM</span>")
    );
    // Neither the code nor its width changes.
    let code = "\tlet\t李 = \"日本\"; /* é\n\t*/ fn";
    let shown = html(&format!("```rust\n{code}\n```"));
    assert_eq!(super::check::visible(&shown).as_deref(), Ok(code));
    assert!(shown.contains("<span class=\"s\">&quot;日本&quot;</span>"), "{shown}");
    for long in ["let x; ".repeat(4_000), "let x;\n".repeat(4_000)] {
        assert!(!html(&format!("```rust\n{long}\n```")).contains("<span"));
    }
}
