//! Sites whose pages need a browser to say what they are, and that have a short answer for programs (oEmbed).

use serde_json::Value;
use url::Url;

use super::head::Head;

/// Hosts, how the paths of their pages begin, and where to ask.
const SITES: [(&[&str], &str, &str); 6] = [
    (&["www.youtube.com", "youtube.com", "m.youtube.com"], "/watch", "https://www.youtube.com/oembed"),
    (&["youtu.be"], "/", "https://www.youtube.com/oembed"),
    (&["vimeo.com", "www.vimeo.com"], "/", "https://vimeo.com/api/oembed.json"),
    (&["www.flickr.com", "flickr.com"], "/photos/", "https://www.flickr.com/services/oembed/"),
    (&["soundcloud.com"], "/", "https://soundcloud.com/oembed"),
    (&["open.spotify.com"], "/", "https://open.spotify.com/oembed"),
];

/// Returns where to ask about a page.
pub(super) fn endpoint(url: &Url) -> Option<Url> {
    let host = url.host_str()?;
    let (.., endpoint) = SITES.iter().find(|(hosts, path, _)| hosts.contains(&host) && url.path().starts_with(path))?;
    Url::parse_with_params(endpoint, [("format", "json"), ("url", url.as_str())]).ok()
}

/// Reads an answer.
pub(super) fn read(body: &[u8]) -> Head {
    let answer: Value = serde_json::from_slice(body).unwrap_or_default();
    let text = |name: &str| answer[name].as_str().map(str::to_owned);
    Head {
        title: text("title"),
        description: text("author_name"),
        site: text("provider_name"),
        image: text("thumbnail_url"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn asked(url: &str) -> Option<String> {
        endpoint(&Url::parse(url).expect("a URL")).map(String::from)
    }

    #[test]
    fn a_few_sites_are_asked_for_a_short_answer() {
        assert_eq!(
            asked("https://www.youtube.com/watch?v=abc&t=1").as_deref(),
            Some(
                "https://www.youtube.com/oembed?format=json&url=https%3A%2F%2Fwww.youtube.com%2Fwatch%3Fv%3Dabc%26t%3D1"
            )
        );
        for other in ["https://youtube.com.evil.example/watch?v=a", "https://evil.example/", "https://www.youtube.com/"]
        {
            assert_eq!(asked(other), None, "{other}");
        }
    }

    #[test]
    fn an_answer_is_read_whatever_it_is() {
        let body = br#"{"title": "A heron", "author_name": "Mira", "thumbnail_url": 7, "html": "<iframe>"}"#;
        let text = |text: &str| Some(text.to_owned());
        let expected = Head { title: text("A heron"), description: text("Mira"), site: None, image: None };
        assert_eq!(read(body), expected);
        let deep = "[".repeat(60_000);
        for body in [&b""[..], b"[]", b"7", b"{", b"\xff", deep.as_bytes()] {
            assert_eq!(read(body), Head::default());
        }
    }
}
