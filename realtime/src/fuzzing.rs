//! What the fuzzer may reach.

use crate::lean::{body, head};

/// How long the head at the front is, if one is there and is not refused.
pub fn head(bytes: &[u8]) -> Option<usize> {
    head::read(bytes).ok().flatten().map(|(_, length)| length)
}

/// How much of a chunked body is read when it comes in pieces of a size; `None`: it is refused.
pub fn discard(bytes: &[u8], piece: usize) -> Option<usize> {
    let mut discard = body::Discard::new(head::Body::Chunked, 1 << 16).ok()?;
    let (mut kept, mut used) = (Vec::new(), 0);
    for piece in bytes.chunks(piece) {
        kept.extend_from_slice(piece);
        let read = discard.read(&kept).ok()?;
        kept.drain(..read);
        used += read;
    }
    Some(used)
}
