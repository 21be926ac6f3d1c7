//! Streams of requests that two servers might cut into requests differently.

/// A small random generator (splitmix64). The same seed gives the same stream on every machine.
#[derive(Debug)]
struct Rng(u64);

impl Rng {
    fn roll(&mut self, sides: usize) -> usize {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut bits = self.0;
        bits = (bits ^ (bits >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        bits = (bits ^ (bits >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        ((bits ^ (bits >> 31)) % sides.max(1) as u64) as usize
    }

    fn one_of<'a>(&mut self, all: &[&'a str]) -> &'a str {
        all[self.roll(all.len())]
    }

    fn chance(&mut self, percent: usize) -> bool {
        self.roll(100) < percent
    }
}

/// Header lines that say how long the body is, or seem to. `#` stands for the right length.
const FRAMING: [&str; 42] = [
    "Content-Length: #",
    "Content-Length: 0",
    "Content-Length: 3",
    "Content-Length: 400",
    "Content-Length: #, #",
    "Content-Length: #, 3",
    "Content-Length: +#",
    "Content-Length: -#",
    "Content-Length: 0#",
    "Content-Length: 0x#",
    "Content-Length: # ",
    "Content-Length: \t#",
    "Content-Length: #a",
    "Content-Length: # 3",
    "Content-Length: ",
    "Content-Length: 18446744073709551617",
    "Content-Length : #",
    " Content-Length: #",
    "Content_Length: #",
    "content-length: #",
    "Content-Length: #\0",
    "Content-Length:\r\n #",
    "X: y\nContent-Length: #",
    "X: y\rContent-Length: #",
    "Transfer-Encoding: chunked",
    "Transfer-Encoding: Chunked",
    "transfer-encoding: chunked",
    "Transfer-Encoding:chunked",
    "Transfer-Encoding: \tchunked",
    "Transfer-Encoding: \u{b}chunked",
    "Transfer-Encoding: xchunked",
    "Transfer-Encoding: chunked, identity",
    "Transfer-Encoding: identity",
    "Transfer-Encoding: gzip, chunked",
    "Transfer-Encoding: chunked, chunked",
    "Transfer-Encoding: \"chunked\"",
    "Transfer-Encoding: chunked;q=1",
    "Transfer-Encoding : chunked",
    "Transfer_Encoding: chunked",
    "Transfer-Encoding:\r\n chunked",
    "X: y\nTransfer-Encoding: chunked",
    "Transfer-Encoding: chunked\0",
];

const OTHER_LINES: [&str; 16] = [
    "Host: b",
    "Host : a",
    "Expect: 100-continue",
    "Expect: tea",
    "Connection: keep-alive",
    "Connection: close",
    "Connection: Content-Length",
    "Connection: Transfer-Encoding",
    "Connection: upgrade\r\nUpgrade: websocket",
    "X: y\r\n folded",
    "X: a\0b",
    ": empty",
    "no colon",
    "X\u{7f}: y",
    "X: \u{e9}",
    "TE: trailers",
];

const TARGETS: [&str; 12] = [
    "/-/sign-in",
    "/-/sign-in",
    "/-/sign-in",
    "/-/nothing",
    "/live",
    "/-/../-/sign-in",
    "//-/sign-in",
    "http://a/-/sign-in",
    "http://b.example/-/sign-in",
    "/-/sign-in?a b",
    "/-/sign-in#part",
    "*",
];

const VERSIONS: [&str; 10] = [
    "HTTP/1.1",
    "HTTP/1.1",
    "HTTP/1.1",
    "HTTP/1.1",
    "HTTP/1.0",
    "HTTP/1.2",
    "HTTP/2.0",
    "http/1.1",
    "HTTP/1.1 ",
    "HTTP/01.1",
];

const LINE_ENDS: [&str; 5] = ["\n", "\r", "\r\r\n", "\n\r", " \r\n"];

const PREFIXES: [&str; 6] = ["\r\n", "\n", "\r\n\r\n", " ", "\0", "\t\r\n"];

/// Chunks of a body with the five bytes `a=b&c`.
const CHUNKS: [&str; 16] = [
    "5\r\na=b&c\r\n0\r\n\r\n",
    "5\r\na=b&c\r\n0\r\n\r\n",
    "2\r\na=\r\n3\r\nb&c\r\n0\r\n\r\n",
    "5;name=value\r\na=b&c\r\n0\r\n\r\n",
    "5;\"\r\n\"\r\na=b&c\r\n0\r\n\r\n",
    "5 \r\na=b&c\r\n0\r\n\r\n",
    "5 ;x\r\na=b&c\r\n0\r\n\r\n",
    "05\r\na=b&c\r\n00\r\n\r\n",
    "0x5\r\na=b&c\r\n0\r\n\r\n",
    "+5\r\na=b&c\r\n0\r\n\r\n",
    "5\na=b&c\n0\n\n",
    "5\r\na=b&c0\r\n\r\n",
    "5\r\na=b&cd\r\n0\r\n\r\n",
    "5\r\na=b&c\r\n0\r\nX: y\r\n\r\n",
    "5\r\na=b&c\r\n0\r\nContent-Length: 3\r\n\r\n",
    "10000000000000005\r\na=b&c\r\n0\r\n\r\n",
];

/// Returns the stream for a seed. Each request names itself in `X-Request-Id`: the mark, the seed and a number. The last
/// one asks to end the connection.
pub fn stream(seed: u64, mark: char) -> Vec<u8> {
    let mut rng = Rng(seed);
    let mut out = Vec::new();
    for nth in 0..1 + rng.roll(3) {
        out.extend(request(&mut rng, &format!("{mark}{seed}-{nth}")));
    }
    out.extend(plain("/-/nothing", &format!("{mark}{seed}-last"), "Connection: close\r\n"));
    out
}

fn plain(target: &str, id: &str, lines: &str) -> Vec<u8> {
    format!("GET {target} HTTP/1.1\r\nHost: a\r\nX-Request-Id: {id}\r\n{lines}\r\n").into_bytes()
}

fn request(rng: &mut Rng, id: &str) -> Vec<u8> {
    let hidden = String::from_utf8_lossy(&plain("/-/nothing", &format!("{id}-hidden"), "")).into_owned();
    let chunked = rng.chance(40);
    let mut body = match (chunked, rng.roll(4)) {
        (true, 0) => format!("{:x}\r\n{hidden}\r\n0\r\n\r\n", hidden.len()),
        (true, _) => rng.one_of(&CHUNKS).to_owned(),
        (false, 0) => hidden.clone(),
        (false, 1) => String::new(),
        (false, 2) => format!("0\r\n\r\n{hidden}"),
        (false, _) => "a=b&c".to_owned(),
    };
    let method = if rng.chance(75) { "POST" } else { "GET" };
    let mut lines = vec!["Host: a".to_owned(), format!("X-Request-Id: {id}")];
    match (chunked, method, body.is_empty()) {
        (true, ..) => lines.push("Transfer-Encoding: chunked".to_owned()),
        (false, "GET", true) => {}
        (false, ..) => lines.push("Content-Length: #".to_owned()),
    }
    let (mut target, mut version, mut prefix) = ("/-/sign-in", "HTTP/1.1", "");
    let mut odd_end = None;
    for _ in 0..1 + rng.roll(3) {
        match rng.roll(9) {
            0 | 1 => {
                let place = rng.roll(lines.len() + 1);
                lines.insert(place, rng.one_of(&FRAMING).to_owned());
            }
            2 => {
                lines.pop();
                lines.push(rng.one_of(&FRAMING).to_owned());
            }
            3 => {
                let place = rng.roll(lines.len() + 1);
                lines.insert(place, rng.one_of(&OTHER_LINES).to_owned());
            }
            4 => odd_end = Some((rng.roll(lines.len() + 2), rng.one_of(&LINE_ENDS))),
            5 => target = rng.one_of(&TARGETS),
            6 => version = rng.one_of(&VERSIONS),
            7 => prefix = rng.one_of(&PREFIXES),
            _ => body.push_str(rng.one_of(&["", "\r\n", "\n", "x", &hidden])),
        }
    }
    let length = body.len().to_string();
    let mut text = prefix.to_owned();
    let all =
        std::iter::once(format!("{method} {target} {version}")).chain(lines).chain(std::iter::once(String::new()));
    for (nth, line) in all.enumerate() {
        text.push_str(&if nth == 0 { line } else { line.replace('#', &length) });
        text.push_str(match odd_end {
            Some((place, end)) if place == nth => end,
            _ => "\r\n",
        });
    }
    let mut bytes = text.into_bytes();
    if rng.chance(10) {
        // One damaged byte, but no new letter: HEAD instead of GET would have an answer without a body.
        let place = rng.roll(bytes.len());
        bytes[place] = b"\0\t\n\r :;,\"\x7f\xff"[rng.roll(11)];
    }
    bytes.extend_from_slice(body.as_bytes());
    bytes
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_same_seed_gives_the_same_stream_and_others_give_others() {
        let all: std::collections::HashSet<Vec<u8>> = (0..1_000).map(|seed| stream(seed, 'a')).collect();
        assert_eq!(all.len(), 1_000);
        assert_eq!(stream(7, 'a'), stream(7, 'a'));
        assert_eq!(stream(7, 'a').len(), stream(7, 'b').len());
    }
}
