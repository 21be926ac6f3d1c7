//! Images of other hosts in finished HTML: shown, offered as a link, or only linked.

use model::Images;

/// How each image begins in HTML: only [`crate::html`] writes images.
const IMAGE: &str = "<img src=\"";

/// Replaces the images in a page or fragment as the site wants it. With [`Images::Click`], each becomes an offer that
/// `static/js/images.js` accepts; it is a link to the image. The policy of pages allows no image without TLS, so such
/// images are always plain links.
pub fn show_images(html: String, images: Images) -> String {
    if !html.contains(IMAGE) {
        return html;
    }
    let mut shown = String::with_capacity(html.len());
    let mut rest = html.as_str();
    while let Some((before, after)) = rest.split_once(IMAGE) {
        let (image, after) = after.split_once('>').unwrap_or((after, ""));
        let alt = image.split_once(" alt=\"").and_then(|(_, alt)| alt.split_once('"')).map_or("", |(alt, _)| alt);
        shown.push_str(before);
        match images {
            _ if !image.starts_with("https://") => shown.push_str(alt),
            Images::Never => shown.push_str(alt),
            Images::Load => shown.extend([IMAGE, image, ">"]),
            Images::Click => shown.extend([
                "<span class=\"unloaded\" title=\"This image is on another site, which can see your IP address when you load it.\">",
                alt,
                "</span>",
            ]),
        }
        rest = after;
    }
    shown.push_str(rest);
    shown
}

/// Returns the addresses of the images in our HTML.
pub fn images(html: &str) -> Vec<String> {
    let addresses = html.split(IMAGE).skip(1).filter_map(|after| after.split_once('"'));
    addresses.map(|(address, _)| address.replace("&#39;", "'").replace("&amp;", "&")).collect()
}

#[cfg(test)]
mod tests {
    use std::collections::HashMap;

    use super::*;

    const TEXT: &str = "![a *\"nest\"*](https://a.example/n.png) > https://a.example/e.gif?q=<img http://a.example/plain.png `<img src=\"https://x\">`";

    fn shown(images: Images) -> String {
        let nodes = crate::parse(TEXT, &crate::Site { base_url: "" }).into_nodes(&HashMap::new());
        show_images(nodes.iter().map(crate::Node::markup).collect(), images)
    }

    #[test]
    fn images_become_placeholders_or_text_and_nothing_else_changes() {
        let (load, click, never) = (shown(Images::Load), shown(Images::Click), shown(Images::Never));
        assert_eq!([&load, &click, &never].map(|html| html.matches("<img ").count()), [2, 0, 0], "{load}");
        assert_eq!([&load, &click, &never].map(|html| html.matches("class=\"unloaded\"").count()), [0, 2, 0]);
        for html in [&load, &click, &never] {
            assert!(!html.contains("<img src=\"http:"), "{html}");
            assert!(html.contains("&lt;img src=&quot;https://x&quot;&gt;</code>"), "{html}");
            assert_eq!(html.matches("class=\"image\"").count(), 3, "{html}");
        }
        assert!(click.contains(">a &quot;nest&quot;</span></a>"), "{click}");
        assert!(never.contains(">a &quot;nest&quot;</a>") && never.contains(">plain.png</a>"), "{never}");
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
            assert_eq!(show_images(html.to_owned(), Images::Click), html);
        }
        assert_eq!(show_images("<img src=\"".to_owned(), Images::Click), "");
    }
}
