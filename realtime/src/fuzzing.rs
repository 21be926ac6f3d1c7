//! Invariants of the HTTP parser for any input, checked by the fuzzer and by a test that mutates valid requests.

use crate::http1::{body, parser};

/// Checks the invariants on some bytes.
///
/// # Panics
/// When a head or a chunked body parses differently in one piece than in several.
pub fn check(bytes: &[u8]) {
    let whole = length(bytes);
    // A complete head stays the same when more bytes arrive, and a refused one stays refused.
    for end in 0..bytes.len() {
        if let Some(length) = length(&bytes[..end]) {
            assert!(length <= end, "a head is no longer than what came");
            assert_eq!(whole, Some(length));
            break;
        }
    }
    let used = discard(bytes, bytes.len().max(1));
    assert!(used.is_none_or(|used| used <= bytes.len()));
    assert_eq!(used, discard(bytes, 1), "pieces change nothing");
}

/// Returns the length of the head at the front, if it is complete and not refused.
fn length(bytes: &[u8]) -> Option<usize> {
    parser::read(bytes).ok().flatten().map(|(_, length)| length)
}

/// Returns how many bytes of a chunked body are read when it arrives in pieces of this size; `None` if it is refused.
fn discard(bytes: &[u8], piece: usize) -> Option<usize> {
    let mut discard = body::Discard::new(parser::Body::Chunked, 1 << 16).ok()?;
    let (mut kept, mut used) = (Vec::new(), 0);
    for piece in bytes.chunks(piece) {
        kept.extend_from_slice(piece);
        let read = discard.read(&kept).ok()?;
        kept.drain(..read);
        used += read;
    }
    Some(used)
}

#[cfg(test)]
mod tests {
    use std::time::{SystemTime, UNIX_EPOCH};

    use super::*;

    const GOOD: [&str; 6] = [
        "GET /live?after=1-1&seen=7:3&group=2 HTTP/1.1\r\nHost: a.example:80\r\nCookie: klatch=abc; b=c\r\n\r\n",
        "HEAD /live HTTP/1.0\r\nConnection: keep-alive\r\nX-Forwarded-For: 192.0.2.1, 10.0.0.1\r\n\r\n",
        "POST /live HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\nExpect: 100-continue\r\n\r\nhello",
        "OPTIONS * HTTP/1.1\r\nHost: [::1]:8080\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n0\r\n\r\n",
        "5\r\nhello\r\n0a;name=value\r\n0123456789\r\n0\r\nTrailer: x\r\n\r\n",
        "GET http://a.example/live HTTP/1.1\r\nHost: a.example\r\n\r\nGET / HTTP/1.1\r\nHost: a\r\n\r\n",
    ];
    /// Snippets that break parsers.
    const PARTS: [&str; 16] = [
        "\r\n",
        "\n",
        "\r",
        "\0",
        ":",
        " ",
        "\t",
        "\r\n\r\n",
        "Host: b\r\n",
        "Content-Length: 1\r\n",
        "Transfer-Encoding: chunked\r\n",
        "ffffffffffffffff",
        "+1",
        "HTTP/2.0",
        "%00",
        "\u{ff}",
    ];

    #[test]
    fn input_is_parsed_alike_in_one_piece_and_in_several() {
        let seed = SystemTime::now().duration_since(UNIX_EPOCH).expect("after 1970").as_nanos() as u64;
        let mut state = seed;
        let mut roll = |sides: usize| {
            state = state.wrapping_add(0x9e37_79b9_7f4a_7c15);
            let mut z = state;
            z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
            z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
            ((z ^ (z >> 31)) % sides.max(1) as u64) as usize
        };
        for _ in 0..20_000 {
            let mut bytes = GOOD[roll(GOOD.len())].as_bytes().to_vec();
            for _ in 0..1 + roll(4) {
                let at = roll(bytes.len() + 1);
                match roll(4) {
                    0 => drop(bytes.splice(at..at, PARTS[roll(PARTS.len())].bytes())),
                    1 => drop(bytes.drain(at..(at + 1 + roll(8)).min(bytes.len()))),
                    2 if at < bytes.len() => bytes[at] = roll(256) as u8,
                    _ => bytes.extend_from_within(at.min(bytes.len() / 2)..),
                }
            }
            let shown = String::from_utf8_lossy(&bytes).into_owned();
            let held = std::panic::catch_unwind(|| check(&bytes));
            assert!(held.is_ok(), "seed {seed}: {shown:?}");
        }
    }
}
