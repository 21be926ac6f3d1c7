//! The input of an import: a file or standard input, plain or compressed with zstd.

use std::fs::File;
use std::io::{self, BufRead, BufReader, Read, stdin};
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use crate::compose::Failure;

/// The first bytes of zstd-compressed data (RFC 8878, 3.1.1).
const ZSTD: [u8; 4] = [0x28, 0xb5, 0x2f, 0xfd];
/// Bytes read at once.
const CAPACITY: usize = 1 << 20;
/// How many times its size compressed data may have. Conversations have about ten times.
const MAX_RATIO: u64 = 200;
/// The ratio counts from this many decompressed bytes on.
const FREE: u64 = 64 << 20;

/// Opens a file, or standard input for `-`.
///
/// # Errors
/// When it cannot be opened, with its path.
pub fn open(file: &Path) -> Result<Box<dyn BufRead + Send>, Failure> {
    let raw: Box<dyn Read + Send> = if file == Path::new("-") {
        Box::new(stdin())
    } else {
        Box::new(File::open(file).map_err(|error| format!("{}: {error}", file.display()))?)
    };
    Ok(decompressed(raw)?)
}

fn decompressed(raw: Box<dyn Read + Send>) -> io::Result<Box<dyn BufRead + Send>> {
    let compressed = Arc::new(AtomicU64::new(0));
    let mut reader = BufReader::with_capacity(CAPACITY, Counted { inner: raw, bytes: compressed.clone() });
    if !reader.fill_buf()?.starts_with(&ZSTD) {
        return Ok(Box::new(reader));
    }
    let inner = zstd::Decoder::with_buffer(reader)?;
    Ok(Box::new(BufReader::with_capacity(CAPACITY, Bounded { inner, compressed, bytes: 0 })))
}

/// Counts the bytes that it hands on.
struct Counted<R> {
    inner: R,
    bytes: Arc<AtomicU64>,
}

impl<R: Read> Read for Counted<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let read = self.inner.read(buffer)?;
        self.bytes.fetch_add(read as u64, Ordering::Relaxed);
        Ok(read)
    }
}

/// Fails when the data decompress to more than they can honestly have been.
struct Bounded<R> {
    inner: R,
    compressed: Arc<AtomicU64>,
    bytes: u64,
}

impl<R: Read> Read for Bounded<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let read = self.inner.read(buffer)?;
        self.bytes += read as u64;
        if self.bytes > FREE + MAX_RATIO * self.compressed.load(Ordering::Relaxed) {
            let why = format!("the file decompresses to more than {MAX_RATIO} times its size");
            return Err(io::Error::new(io::ErrorKind::InvalidData, why));
        }
        Ok(read)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn compressed(length: usize) -> Box<dyn Read + Send> {
        let mut encoder = zstd::Encoder::new(Vec::new(), 1).expect("an encoder");
        io::copy(&mut io::repeat(b' ').take(length as u64), &mut encoder).expect("a stream");
        Box::new(io::Cursor::new(encoder.finish().expect("its end")))
    }

    #[test]
    fn a_decompression_bomb_is_refused() {
        let read = |length: usize| {
            let mut reader = decompressed(compressed(length)).expect("a start");
            io::copy(&mut reader, &mut io::sink())
        };
        assert_eq!(read(1_000_000).expect("a small file"), 1_000_000);
        let error = read(500_000_000).expect_err("a bomb");
        assert!(error.to_string().contains("200 times"), "{error}");
    }
}
