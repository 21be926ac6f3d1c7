//! URLs in running text, links with labels, and where they lead.

use super::super::Node;
use super::{away, html, nodes, stays_text};

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
        away("http://a.example/?a=b&amp;c=&#39;d", "http://a.example/?a=b&amp;c=&#39;d")
    );
}

#[test]
fn punctuation_around_an_address_is_not_part_of_it() {
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
        let raw = format!("{before}http://a.example/b{after}").replace("&lt;", "<").replace("&gt;", ">");
        let expected = format!("{before}{link}{after}").replace('"', "&quot;");
        let found = html(&raw).replace("<em>", "*").replace("</em>", "*").replace("&quot;", "\"");
        assert_eq!(found, expected.replace("&quot;", "\""), "{raw}");
    }
}

#[test]
fn text_that_only_resembles_an_address_stays_text() {
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
fn an_address_may_start_with_www() {
    assert_eq!(html("see www.a.example/b."), format!("see {}.", away("http://www.a.example/b", "www.a.example/b")));
    assert_eq!(html("(www.a.example)"), format!("({})", away("http://www.a.example", "www.a.example")));
}

#[test]
fn mail_addresses_are_links() {
    assert_eq!(
        html("to foo_b.c+d@mail.a.example."),
        r#"to <a href="mailto:foo_b.c+d@mail.a.example">foo_b.c+d@mail.a.example</a>."#
    );
    assert_eq!(html("*me@a.example*"), r#"<em><a href="mailto:me@a.example">me@a.example</a></em>"#);
    assert!(matches!(&nodes("me@a.example")[..], [Node::Url { url, .. }] if url == "mailto:me@a.example"));
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
        assert!(matches!(&nodes(&format!("http://a.example/b.{kind}#c"))[..], [Node::Image { .. }]), "{kind}");
    }
}

#[test]
fn a_link_can_have_a_label() {
    assert_eq!(
        html("a [my **page**](http://a.example/(b)), c"),
        format!("a {}, c", away("http://a.example/(b)", "my <strong>page</strong>"))
    );
    assert_eq!(html("[a][b](http://c.example)"), format!("[a]{}", away("http://c.example", "b")));
    assert_eq!(html("[a [b] c](http://c.example)"), away("http://c.example", "a [b] c"));
    assert_eq!(html("[@ada `x`](http://c.example)"), away("http://c.example", "@ada <code>x</code>"));
    assert_eq!(html("[](http://c.example)"), away("http://c.example", "http://c.example"));
    assert_eq!(html("[http://c.example](http://c.example/)"), away("http://c.example/", "http://c.example"));
    assert_eq!(html("[pic](http://c.example/d.png)"), away("http://c.example/d.png", "pic"));
    assert_eq!(
        html("[a](http://b.example)[c](http://d.example)"),
        away("http://b.example", "a") + &away("http://d.example", "c")
    );
}

#[test]
fn a_label_without_a_valid_address_stays_text() {
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
    assert!(html(raw).starts_with("[<em><a href=\"http://bank.example\""), "{}", html(raw));
    assert!(html("[www.bank.example](http://evil.example)").starts_with('['));
}

#[test]
fn links_cannot_contain_links() {
    assert_eq!(
        html("[a [b](http://c.example) d](http://e.example)"),
        format!("[a {} d]({})", away("http://c.example", "b"), away("http://e.example", "http://e.example"))
    );
}

#[test]
fn an_image_can_have_a_description() {
    assert!(html("![a *cat*](http://a.example/b.png)").contains(r#"alt="a cat""#));
    assert!(html("![](http://a.example/b.png)").contains(r#"alt="b.png""#));
    assert_eq!(html("![cat](http://a.example/b)"), away("http://a.example/b", "cat"));
    assert_eq!(html(r"\![cat](http://a.example/b.png)"), format!("!{}", away("http://a.example/b.png", "cat")));
    stays_text("hey![x] there");
}

#[test]
fn links_to_our_own_pages_become_relative() {
    let url = "https://klatch.example/rust/hello-world/";
    assert_eq!(html(url), format!(r#"<a href="/rust/hello-world/">{url}</a>"#));
    assert!(matches!(&nodes(url)[..], [Node::Topic { group, topic, url, .. }]
        if group == "rust" && topic == "hello-world" && url == "/rust/hello-world/"));
    let url = "http://KLATCH.example/rust/%C3%BCber?x=1#m12";
    assert!(matches!(&nodes(url)[..], [Node::Message { group, topic, message_id: 12, url, .. }]
        if group == "rust" && topic == "über" && url == "/rust/%C3%BCber?x=1#m12"));
    assert_eq!(html("[x](https://klatch.example/a/b/)"), r#"<a href="/a/b/">x</a>"#);
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
    assert!(matches!(&nodes("https://klatch.example/a/b#mx")[..], [Node::Topic { .. }]));
    assert!(matches!(&nodes("https://klatch.example/a/b#m99999999999999999999")[..], [Node::Topic { .. }]));
}

#[test]
fn an_address_that_only_begins_like_ours_is_external() {
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
