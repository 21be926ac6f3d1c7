//! Hostile inputs: one list for every field.

/// Sets a flag in the page if any of it runs.
pub const CANARY: &str = "window.canary=1";

/// What a log line would begin with if input could forge one.
pub const FORGED: &str = "2026-01-01T00:00:00Z ERROR forged";

fn pieces() -> Vec<String> {
    let mut pieces: Vec<String> = [
        "<script>window.canary=1</script>",
        "</script><script>window.canary=1</script>",
        "</title></textarea></style><img src=x onerror=window.canary=1>",
        "\"><svg onload=window.canary=1>",
        "' onmouseover='window.canary=1' x='",
        "\" autofocus onfocus=\"window.canary=1",
        "<iframe srcdoc='<script>parent.canary=1</script>'>",
        "<a href=\"javascript:window.canary=1\">x</a>",
        "[x](javascript:window.canary=1)",
        "![x](javascript:window.canary=1)",
        "![x](https://evil.example/a.png?\"onerror=\"window.canary=1)",
        "https://evil.example/b.gif?<img src=http://evil.example/c.png>",
        "javascript:window.canary=1",
        "JaVaScRiPt\u{9}:window.canary=1",
        "data:text/html,<script>window.canary=1</script>",
        "[x](data:text/html;base64,PHNjcmlwdD4=)",
        "[x](//evil.example/\" onclick=\"window.canary=1)",
        "https://example.org/\"onclick=\"window.canary=1",
        "<style>body{display:none}</style>",
        "<base href=//evil.example/><form action=//evil.example>",
        "<meta http-equiv=refresh content='0;url=//evil.example'>",
        "]]><!--",
        "--><!]]>",
        "</main></body></html>",
        "{{7*7}} ${7*7} {%raw%} <%=7*7%> #{7*7}",
        "' or 1=1; drop table users; --",
        "\" or \"\"=\"",
        "%00 %0d%0aSet-Cookie:x=1 %_\\",
        "nul\0inside",
        "bell\u{7} escape\u{1b}[31m\u{1b}]2;owned\u{7} back\u{8}\u{8}",
        "x\r\nBcc: victim@example.org\r\n\r\nbody",
        "x\r\n2026-01-01T00:00:00Z ERROR forged",
        "turned \u{202e}around\u{2066} and \u{61c}\u{200f}marked",
        "zero\u{200b}width\u{200d}\u{feff}joined\u{ad}",
        "line\u{2028}and\u{2029}paragraph",
        "\u{fffe}\u{ffff}\u{fdd0} non-characters",
        "../../../etc/passwd",
        "..%2f..%2fadmin",
        "//evil.example/\\..",
        "admin",
        "аdmin ｒｏｏｔ-аdmin",
        "@root-admin @<b> @\" @everyone",
        "`</code><script>window.canary=1</script>`",
        "```\n</code></pre><script>window.canary=1</script>\n```",
        "> </blockquote><script>window.canary=1</script>",
        "```rust\n\"</code></pre><script>window.canary=1</script>\n```",
        "```x\"onmouseover=\"window.canary=1\ny\n```",
        "- </li></ul><script>window.canary=1</script>",
        "1. [ ] </li></ol><script>window.canary=1</script>",
        "# </h3><script>window.canary=1</script>",
        "a | </td></table><script>window.canary=1</script>\n--|--\n\" | <b onclick=window.canary=1>",
        "||</span><script>window.canary=1</script>|| ~~</s><b onclick=window.canary=1>~~",
        ">! </details><script>window.canary=1</script>",
        "Z\u{335}\u{321}\u{353}\u{318}\u{337}a\u{336}\u{34e}\u{359}l\u{335}\u{338}\u{353}g\u{334}\u{349}o\u{336}\u{347}",
    ]
    .map(String::from)
    .into();
    pieces.push("w".repeat(190));
    pieces
}

/// Packs the inputs in order into texts of at most `room` characters. Longer inputs are alone.
fn packed(room: usize, separator: &str) -> Vec<String> {
    let mut all = Vec::new();
    let mut text = String::new();
    for piece in pieces() {
        if !text.is_empty() && text.chars().count() + separator.len() + piece.chars().count() > room {
            all.push(std::mem::take(&mut text));
        }
        if !text.is_empty() {
            text += separator;
        }
        text += &piece;
    }
    all.push(text);
    all
}

/// Each input by itself, for the parser.
pub fn singles() -> Vec<String> {
    pieces()
}

/// For single-line fields: all inputs in lines that most fields accept, and one that none accepts.
pub fn lines() -> Vec<String> {
    let mut all = packed(58, " ");
    all.push("x".repeat(45_000));
    all
}

/// For multi-line fields: all inputs in a few texts, and all at once.
pub fn long() -> Vec<String> {
    let mut all = packed(450, "\n");
    all.extend(packed(1_900, " "));
    all.push(pieces().join("\n\n"));
    all.push("x".repeat(45_000));
    all
}

/// A few inputs for fields where each costs an account or a page of its own.
pub fn few() -> Vec<String> {
    let first = |room, separator| packed(room, separator).swap_remove(0);
    vec![first(58, " "), first(450, "\n"), first(1_900, " "), "x".repeat(45_000)]
}

/// Inputs that pages must show exactly as typed.
pub const READ_AS_TYPED: [&str; 3] =
    ["<script>window.canary=1</script>", "<style>body{display:none}</style>", "' or 1=1; drop table users; --"];
