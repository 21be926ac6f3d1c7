//! The external links of a message.

use super::node::Node;

/// The start of every external link in a node's markup. User text cannot contain it, since its quotes are escaped.
const AWAY: &str = "<a href=\"http";

/// Returns the hosts of the external links, in lower case, one for each link.
pub fn hosts(nodes: &[Node]) -> Vec<String> {
    let mut hosts = Vec::new();
    for node in nodes {
        for part in node.markup().split(AWAY).skip(1) {
            let Some((_, after)) = part.split_once("://") else { continue };
            let authority = after.split(['/', '?', '#', '"', '\\']).next().unwrap_or_default();
            let host = authority.rsplit('@').next().unwrap_or_default();
            let host = host.split(':').next().unwrap_or_default().trim_end_matches('.');
            hosts.push(host.to_lowercase());
        }
    }
    hosts
}

#[cfg(test)]
mod tests {
    use std::collections::HashMap;

    use super::hosts;
    use crate::{Site, parse};

    #[test]
    fn external_links_are_counted_in_any_position() {
        let of =
            |text: &str| hosts(&parse(text, &Site { base_url: "https://forum.example" }).into_nodes(&HashMap::new()));
        assert_eq!(of("no link, `https://code.example`, and a@mail.example"), [""; 0]);
        assert_eq!(of("https://forum.example/a/b/ is ours"), [""; 0]);
        assert_eq!(
            of(
                "https://One.example/x, [two](http://user:pass@two.example:8080/?a=b)\n\n> http://three.example\n\n**http://four.example** http://five.example/p.png"
            ),
            ["one.example", "two.example", "three.example", "four.example", "five.example"]
        );
        assert_eq!(of("<a href=\"http://typed.example\">"), ["typed.example"], "as a plain address, once");
    }
}
