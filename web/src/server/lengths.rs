//! Corrects the length of requests of the API: some clients of 2011 count characters in place of bytes. The bytes beyond
//! would begin the next request, which is none.
//!
//! Proxies take the length as it is, and send nothing beyond it.

/// The longest head that is looked at.
const HEAD: usize = 16 * 1_024;

/// What is left to come of a body, on one connection.
#[derive(Debug, Default)]
pub struct Lengths {
    left: usize,
}

impl Lengths {
    /// Looks at bytes that came. `begins` says whether a request begins with them. Returns what they should have been;
    /// `None` if they are right, or not of the API.
    pub fn correct(&mut self, bytes: &[u8], begins: bool) -> Option<Vec<u8>> {
        if begins {
            self.left = 0;
            let head = head(bytes)?;
            let body = bytes.len() - head.end;
            self.left = head.length.saturating_sub(body);
            let beyond = bytes.get(head.end + head.length..).filter(|beyond| !is_request(beyond))?;
            // The head and the body came together: now the length is known.
            let length = (head.length + beyond.len()).to_string();
            return Some([&bytes[..head.digits.0], length.as_bytes(), &bytes[head.digits.1..]].concat());
        }
        if self.left == 0 {
            return None;
        }
        let (own, beyond) = bytes.split_at(self.left.min(bytes.len()));
        self.left -= own.len();
        // The head said another length already.
        (!is_request(beyond)).then(|| own.to_vec())
    }
}

/// The methods of requests.
const METHODS: [&[u8]; 7] = [b"GET ", b"POST ", b"HEAD ", b"PUT ", b"DELETE ", b"OPTIONS ", b"PATCH "];

/// Whether these bytes can begin a request, as when a client sends several at once. Nothing can.
fn is_request(bytes: &[u8]) -> bool {
    let bytes = bytes.strip_prefix(b"\r").unwrap_or(bytes);
    let bytes = bytes.strip_prefix(b"\n").unwrap_or(bytes);
    METHODS.iter().any(|method| match bytes.strip_prefix(*method) {
        Some(target) => {
            target.is_empty() || target.starts_with(b"/") || target.starts_with(b"h") || target.starts_with(b"*")
        }
        None => method.starts_with(bytes),
    })
}

/// The head of a request of the API that has a body.
struct Head {
    length: usize,
    /// Where the digits of the length begin and end.
    digits: (usize, usize),
    end: usize,
}

/// Reads a head; `None` if it is not whole, is not of the API, or its length is not plain.
fn head(bytes: &[u8]) -> Option<Head> {
    let target = bytes.strip_prefix(b"POST ")?;
    let target = &target[..target.iter().position(|byte| *byte == b' ')?];
    let is_api = target.starts_with(b"/api/")
        || target.starts_with(b"//api/")
        || target.starts_with(b"http") && target.windows(5).any(|part| part == b"/api/");
    if !is_api {
        return None;
    }
    let end = bytes[..bytes.len().min(HEAD)].windows(4).position(|four| four == b"\r\n\r\n")? + 4;
    let mut found = None;
    let mut at = 0;
    for line in bytes[..end].split(|byte| *byte == b'\n') {
        let name = line.split(|byte| *byte == b':').next().unwrap_or_default();
        if name.eq_ignore_ascii_case(b"transfer-encoding") {
            return None;
        }
        if name.eq_ignore_ascii_case(b"content-length") {
            if found.is_some() {
                return None;
            }
            let value = line.get(name.len() + 1..)?;
            let spaces = value.iter().take_while(|byte| **byte == b' ').count();
            let digits = value[spaces..].iter().take_while(|byte| byte.is_ascii_digit()).count();
            if value[spaces + digits..].trim_ascii() != b"" {
                return None;
            }
            let from = at + name.len() + 1 + spaces;
            let length = std::str::from_utf8(&bytes[from..from + digits]).ok()?.parse().ok()?;
            found = Some(Head { length, digits: (from, from + digits), end });
        }
        at += line.len() + 1;
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    fn request(path: &str, length: &str, body: &str) -> String {
        format!("POST {path} HTTP/1.1\r\nHost: a\r\nContent-Length: {length}\r\nX: y\r\n\r\n{body}")
    }

    fn corrected(text: &str) -> Option<String> {
        let bytes = Lengths::default().correct(text.as_bytes(), true)?;
        Some(String::from_utf8(bytes).expect("text"))
    }

    #[test]
    fn a_content_length_in_characters_is_corrected_to_bytes() {
        let body = "message=gr\u{fc}\u{df}e \u{20ac}";
        for path in ["/api/x.json", "//api/x.json", "http://a//api/x.json"] {
            let right = request(path, "19", body);
            assert_eq!(corrected(&request(path, "15", body)), Some(right.clone()), "{path}");
            assert_eq!(corrected(&right), None, "{path}");
        }
        let loud = "message=\u{e4}\u{f6}\u{fc} YES";
        assert_eq!(corrected(&request("/api/x.json", "15", loud)), Some(request("/api/x.json", "18", loud)));
        let body = "\u{20ac}".repeat(40);
        assert_eq!(corrected(&request("/api/x.json", "40", &body)), Some(request("/api/x.json", "120", &body)));
    }

    #[test]
    fn a_body_that_arrives_after_its_head_is_cut_to_its_length() {
        let mut lengths = Lengths::default();
        assert_eq!(lengths.correct(request("/api/x.json", "6", "").as_bytes(), true), None);
        assert_eq!(lengths.correct("a=\u{fc}".as_bytes(), false), None);
        assert_eq!(lengths.correct("\u{fc}\u{fc}".as_bytes(), false), Some(vec![0xc3, 0xbc]));
        assert_eq!(lengths.correct(b"anything", false), None, "the body is over");
    }

    #[test]
    fn later_requests_and_other_addresses_are_not_changed() {
        for next in ["GET /api/y.json HTTP/1.1\r\n\r\n", "POST /", "G", "DELETE", "\r\n", ""] {
            assert_eq!(corrected(&request("/api/x.json", "3", &format!("a=b{next}"))), None, "{next:?}");
        }
        assert_eq!(corrected(&request("/-/sign-in", "1", "a=b")), None);
        for bad in ["+3", "3, 3", "", "99999999999999999999999", "x"] {
            assert_eq!(corrected(&request("/api/x.json", bad, "a=b")), None, "{bad}");
        }
        let twice = request("/api/x.json", "1", "a=b").replace("X: y", "Content-Length: 1");
        let chunked = request("/api/x.json", "1", "a=b").replace("X: y", "Transfer-Encoding: chunked");
        assert_eq!((corrected(&twice), corrected(&chunked), corrected("POST /api/x")), (None, None, None));
    }
}
