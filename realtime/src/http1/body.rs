//! Request bodies: read to their end and discarded.

use super::parser::{Body, Refusal};

/// The maximum length of a line between chunks, or of all trailers.
const LINE: usize = 4_096;

#[derive(Debug)]
pub(crate) struct Discard {
    state: State,
    /// How many more bytes are allowed.
    allowed: u64,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum State {
    /// Bytes left of the body, or of the current chunk.
    Bytes {
        left: u64,
        chunked: bool,
    },
    /// The line end after a chunk; the number of bytes still to come.
    AfterChunk(u8),
    Size,
    Trailer {
        read: usize,
    },
    Done,
}

const TOO_LARGE: Refusal = Refusal(413, "The body is too large.");
const BAD_CHUNK: Refusal = Refusal(400, "Malformed chunk.");

impl Discard {
    /// Starts a body of at most `limit` bytes.
    pub(crate) fn new(body: Body, limit: u64) -> Result<Self, Refusal> {
        let state = match body {
            Body::Length(length) if length > limit => return Err(TOO_LARGE),
            Body::Length(0) => State::Done,
            Body::Length(left) => State::Bytes { left, chunked: false },
            Body::Chunked => State::Size,
        };
        Ok(Self { state, allowed: limit })
    }

    pub(crate) fn is_done(&self) -> bool {
        self.state == State::Done
    }

    /// Reads on and returns how many bytes of the body were consumed. Pass the rest again, together with more.
    pub(crate) fn read(&mut self, bytes: &[u8]) -> Result<usize, Refusal> {
        let mut at = 0;
        while self.state != State::Done && at < bytes.len() {
            let rest = &bytes[at..];
            at += match self.state {
                State::Bytes { left, chunked } => {
                    let here = left.min(rest.len() as u64);
                    self.state = match (left - here, chunked) {
                        (0, true) => State::AfterChunk(2),
                        (0, false) => State::Done,
                        (left, chunked) => State::Bytes { left, chunked },
                    };
                    here as usize
                }
                State::AfterChunk(left) => {
                    if rest[0] != if left == 2 { b'\r' } else { b'\n' } {
                        return Err(BAD_CHUNK);
                    }
                    self.state = if left == 2 { State::AfterChunk(1) } else { State::Size };
                    1
                }
                State::Size => {
                    let Some(line) = line(rest)? else { break };
                    self.begin_chunk(line)?;
                    line.len() + 2
                }
                State::Trailer { read } => {
                    let Some(line) = line(rest)? else { break };
                    let read = read + line.len() + 2;
                    if read > LINE {
                        return Err(Refusal(431, "The trailers are too long."));
                    }
                    self.state = if line.is_empty() { State::Done } else { State::Trailer { read } };
                    line.len() + 2
                }
                State::Done => break,
            };
        }
        Ok(at)
    }

    /// Parses a chunk's size in hexadecimal digits. Extensions after a semicolon are ignored.
    fn begin_chunk(&mut self, line: &[u8]) -> Result<(), Refusal> {
        let digits = line.split(|byte| *byte == b';').next().unwrap_or_default().trim_ascii_end();
        let text = std::str::from_utf8(digits).map_err(|_| BAD_CHUNK)?;
        if text.is_empty() || !text.bytes().all(|byte| byte.is_ascii_hexdigit()) {
            return Err(BAD_CHUNK);
        }
        let size = u64::from_str_radix(text, 16).map_err(|_| TOO_LARGE)?;
        // The line counts too, so that many tiny chunks with long lines do not evade the limit.
        let cost = size.saturating_add(line.len() as u64 + 2);
        self.allowed = self.allowed.checked_sub(cost).ok_or(TOO_LARGE)?;
        self.state = if size == 0 { State::Trailer { read: 0 } } else { State::Bytes { left: size, chunked: true } };
        Ok(())
    }
}

/// Returns the first line without its end; `None` while it is incomplete.
fn line(bytes: &[u8]) -> Result<Option<&[u8]>, Refusal> {
    match bytes.iter().position(|byte| *byte == b'\n') {
        Some(end @ 1..=LINE) if bytes[end - 1] == b'\r' && !bytes[..end - 1].contains(&b'\r') => {
            Ok(Some(&bytes[..end - 1]))
        }
        None if bytes.len() <= LINE => Ok(None),
        Some(_) | None => Err(BAD_CHUNK),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Reads in pieces of this size, as from a socket, and returns what is left over at the end.
    fn discard(body: Body, bytes: &[u8], piece: usize) -> Result<Option<usize>, u16> {
        let mut discard = Discard::new(body, 1_000).map_err(|refusal| refusal.0)?;
        let (mut kept, mut used) = (Vec::new(), 0);
        for piece in bytes.chunks(piece) {
            kept.extend_from_slice(piece);
            let read = discard.read(&kept).map_err(|refusal| refusal.0)?;
            kept.drain(..read);
            used += read;
        }
        Ok(discard.is_done().then_some(bytes.len() - used))
    }

    #[test]
    fn a_body_is_read_exactly_to_its_end() {
        let chunked = b"5\r\nhello\r\n0a;name=value\r\n0123456789\r\n0\r\nTrailer: x\r\n\r\nGET";
        for piece in 1..=chunked.len() {
            assert_eq!(discard(Body::Chunked, chunked, piece), Ok(Some(3)), "{piece}");
            assert_eq!(discard(Body::Length(5), b"helloGET", piece), Ok(Some(3)));
        }
        assert_eq!(discard(Body::Length(0), b"GET", 3), Ok(Some(3)));
        assert_eq!(discard(Body::Chunked, &chunked[..20], 1), Ok(None));
    }

    #[test]
    fn malformed_or_too_many_chunks_are_refused() {
        for bad in
            ["\r\n", "x\r\n", "-1\r\n", "0x5\r\n", "5\nhello", "5\r\nhelloo", "5\r\nhello\n", "5 5\r\n", "5\r;\r\n"]
        {
            assert_eq!(discard(Body::Chunked, bad.as_bytes(), 1), Err(400), "{bad:?}");
        }
        assert_eq!(discard(Body::Chunked, b"fffffffffffffffff\r\n", 1), Err(413));
        assert_eq!(discard(Body::Chunked, b"ffffffffffffffff\r\n", 1), Err(413));
        assert_eq!(discard(Body::Chunked, b"3e8\r\n", 1), Err(413));
        assert_eq!(discard(Body::Chunked, &b"1\r\nx\r\n".repeat(1_000), 7), Err(413));
        assert_eq!(discard(Body::Length(1_001), b"", 1), Err(413));
        let trailers = format!("0\r\n{}", "A: b\r\n".repeat(1_000));
        assert_eq!(discard(Body::Chunked, trailers.as_bytes(), 100), Err(431));
        assert_eq!(discard(Body::Chunked, &[b'1'; 5_000], 100), Err(400));
    }
}
