//! Images in finished HTML: those of other hosts are shown from an address of ours, or only linked.

use model::FILES;

/// How each image begins in HTML: only [`crate::html`] and the templates of previews write images.
const IMAGE: &str = "<img src=\"";

/// How our HTML and the templates escape characters, after the `&`.
const ESCAPED: [(&str, char); 9] = [
    ("amp;", '&'),
    ("#38;", '&'),
    ("#39;", '\''),
    ("quot;", '"'),
    ("#34;", '"'),
    ("lt;", '<'),
    ("#60;", '<'),
    ("gt;", '>'),
    ("#62;", '>'),
];

/// Replaces the images of other hosts in a page or fragment. `address` returns the address from which to show one; with
/// `None`, its description takes its place, which is in a link to it.
pub fn show_images(html: String, address: impl Fn(&str) -> Option<String>) -> String {
    if !html.contains(IMAGE) {
        return html;
    }
    let mut shown = String::with_capacity(html.len());
    let mut rest = html.as_str();
    while let Some((before, after)) = rest.split_once(IMAGE) {
        let (image, after) = after.split_once('>').unwrap_or((after, ""));
        shown.push_str(before);
        rest = after;
        if image.starts_with(FILES) {
            shown.extend([IMAGE, image, ">"]);
            continue;
        }
        let (foreign, attributes) = image.split_once('"').unwrap_or((image, ""));
        match address(&unescaped(foreign)) {
            // It needs no escaping.
            Some(own) => shown.extend([IMAGE, &own, "\"", attributes, ">"]),
            None => shown.push_str(alt(image)),
        }
    }
    shown.push_str(rest);
    shown
}

/// Returns the description in the attributes of an image.
fn alt(image: &str) -> &str {
    image.split_once(" alt=\"").and_then(|(_, alt)| alt.split_once('"')).map_or("", |(alt, _)| alt)
}

/// Returns an address as it was before our HTML or a template escaped it.
fn unescaped(address: &str) -> String {
    let mut plain = String::with_capacity(address.len());
    let mut rest = address;
    while let Some((before, after)) = rest.split_once('&') {
        plain.push_str(before);
        let found = ESCAPED.iter().find_map(|(escaped, c)| Some((after.strip_prefix(escaped)?, *c)));
        let (after, c) = found.unwrap_or((after, '&'));
        plain.push(c);
        rest = after;
    }
    plain + rest
}

/// Replaces uploaded images by their descriptions, for copies that are read without the site.
pub fn without_own_images(html: &str) -> String {
    let mut shown = String::with_capacity(html.len());
    let mut rest = html;
    while let Some((before, after)) = rest.split_once(IMAGE) {
        let (image, after) = after.split_once('>').unwrap_or((after, ""));
        shown.push_str(before);
        match image.starts_with(FILES) {
            true => shown.push_str(alt(image)),
            false => shown.extend([IMAGE, image, ">"]),
        }
        rest = after;
    }
    shown.push_str(rest);
    shown
}

/// Returns the addresses of the images in our HTML.
pub fn images(html: &str) -> Vec<String> {
    let addresses = html.split(IMAGE).skip(1).filter_map(|after| after.split_once('"'));
    addresses.map(|(address, _)| unescaped(address)).collect()
}

#[cfg(test)]
mod tests {
    use std::collections::HashMap;

    use super::*;

    const TEXT: &str = "![a *\"nest\"*](https://a.example/n.png) > https://a.example/e.gif?q=<img http://a.example/plain.png `<img src=\"https://x\">`";

    fn html(text: &str) -> String {
        let nodes = crate::parse(text, &crate::Site { base_url: "" }).into_nodes(&HashMap::new());
        nodes.iter().map(crate::Node::markup).collect()
    }

    #[test]
    fn images_of_other_hosts_get_our_addresses_or_become_text_and_nothing_else_changes() {
        let through = show_images(html(TEXT), |address| Some(format!("/-/image/{}", address.len())));
        let links = show_images(html(TEXT), |_| None);
        assert_eq!([&through, &links].map(|html| html.matches("<img ").count()), [3, 0], "{through}");
        for (html, other) in [(&through, &links), (&links, &through)] {
            assert!(!html.contains("<img src=\"http"), "{html}");
            assert!(html.contains("&lt;img src=&quot;https://x&quot;&gt;</code>"), "{html}");
            assert_eq!(html.matches("class=\"image\"").count(), 3, "{other}");
        }
        assert!(through.contains("<img src=\"/-/image/23\" alt=\"a &quot;nest&quot;\" loading=\"lazy\""), "{through}");
        assert!(links.contains(">a &quot;nest&quot;</a>") && links.contains(">plain.png</a>"), "{links}");
    }

    #[test]
    fn an_address_is_asked_for_as_it_was_typed() {
        for (text, typed) in [
            (html("https://a.example/b.png?c=d&e='f'g"), "https://a.example/b.png?c=d&e='f'g"),
            (
                "<img src=\"https://a.example/?b&#38;amp;c=&#34;&#60;&#62;&#39;\" alt=\"\">".to_owned(),
                "https://a.example/?b&amp;c=\"<>'",
            ),
        ] {
            let asked = std::cell::RefCell::new(Vec::new());
            show_images(text, |address| {
                asked.borrow_mut().push(address.to_owned());
                None
            });
            assert_eq!(*asked.borrow(), [typed]);
        }
    }

    #[test]
    fn uploaded_images_are_always_shown_and_become_words_in_copies() {
        let html = html("![a](/-/files/1/b.jpg?9x9) ![c](https://a.example/d.png)");
        assert!(show_images(html.clone(), |_| None).contains("<img src=\"/-/files/1/b.jpg\""));
        let copy = without_own_images(&html);
        assert!(copy.contains(">a</a>") && copy.matches("<img ").count() == 1, "{copy}");
    }

    #[test]
    fn the_images_in_html_have_their_addresses() {
        let nodes = crate::parse(
            "- https://a.example/b.png?c='d&e=f\n- ![x](http://a.example/y)",
            &crate::Site { base_url: "" },
        );
        let html: String = nodes.into_nodes(&HashMap::new()).iter().map(crate::Node::markup).collect();
        assert_eq!(images(&html), ["https://a.example/b.png?c='d&e=f"]);
        assert_eq!(images("no image &lt;img src=&quot;"), [""; 0]);
    }

    #[test]
    fn html_without_images_and_half_an_image_are_left_alone() {
        for html in ["", "<p>text</p>", "<img", "<img class=\"other\">"] {
            assert_eq!(show_images(html.to_owned(), |_| None), html);
        }
        assert_eq!(show_images("<img src=\"".to_owned(), |_| None), "");
    }
}
