//! Encrypted archives: a header, then chunks of 64 KiB, each encrypted with ChaCha20-Poly1305. The key comes from the
//! passphrase by argon2id. A chunk is bound to its number and to whether it is the last one, so chunks cannot be left
//! out, exchanged or cut off (the STREAM construction). docs/export-format.md describes the bytes.

use std::fmt;
use std::io::{self, Read, Seek, SeekFrom, Write};

use argon2::{Algorithm, Argon2, Params, Version};
use chacha20poly1305::ChaCha20Poly1305;
use chacha20poly1305::aead::{Aead, KeyInit, Payload};

use crate::platform::error::{Error, Result};
use crate::platform::secrets::fill;

/// The first bytes of an encrypted archive.
const MAGIC: &[u8; 16] = b"klatch sealed 1\n";
const SALT: usize = 16;
const HEADER: usize = MAGIC.len() + SALT;
const CHUNK: usize = 64 << 10;
const TAG: usize = 16;
/// 64 MiB and three passes, as RFC 9106 recommends where memory is scarce.
const MEMORY_KIB: u32 = 64 << 10;
const PASSES: u32 = 3;

/// A passphrase. Never printed.
#[derive(Clone)]
pub struct Passphrase(String);

impl Passphrase {
    /// A passphrase from the text of a file or setting, without blanks around it; `None` when it has fewer than 8 characters.
    pub fn new(text: &str) -> Option<Self> {
        let text = text.trim();
        (text.chars().count() >= 8).then(|| Self(text.to_owned()))
    }
}

impl fmt::Debug for Passphrase {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Passphrase(..)")
    }
}

fn cipher(passphrase: &Passphrase, salt: &[u8]) -> Result<ChaCha20Poly1305> {
    let internal =
        |error: &dyn fmt::Display| Error::Internal(format!("cannot derive a key from the passphrase: {error}"));
    let params = Params::new(MEMORY_KIB, PASSES, 1, Some(32)).map_err(|error| internal(&error))?;
    let mut key = [0; 32];
    Argon2::new(Algorithm::Argon2id, Version::V0x13, params)
        .hash_password_into(passphrase.0.as_bytes(), salt, &mut key)
        .map_err(|error| internal(&error))?;
    Ok(ChaCha20Poly1305::new(&key.into()))
}

/// The nonce of a chunk. Each archive has its own key, so numbers are enough.
fn nonce(number: u64, is_last: bool) -> [u8; 12] {
    let mut nonce = [0; 12];
    nonce[3..11].copy_from_slice(&number.to_be_bytes());
    nonce[11] = u8::from(is_last);
    nonce
}

/// Encrypts what is written to it. [`SealedWriter::finish`] writes the last chunk.
pub(super) struct SealedWriter<W> {
    inner: W,
    cipher: ChaCha20Poly1305,
    header: [u8; HEADER],
    chunk: Vec<u8>,
    number: u64,
}

impl<W: Write> SealedWriter<W> {
    pub fn begin(mut inner: W, passphrase: &Passphrase) -> Result<Self> {
        let mut header = [0; HEADER];
        header[..MAGIC.len()].copy_from_slice(MAGIC);
        fill(&mut header[MAGIC.len()..])?;
        let cipher = cipher(passphrase, &header[MAGIC.len()..])?;
        inner.write_all(&header).map_err(|error| Error::Internal(error.to_string()))?;
        Ok(Self { inner, cipher, header, chunk: Vec::with_capacity(CHUNK), number: 0 })
    }

    fn seal(&mut self, is_last: bool) -> io::Result<()> {
        let payload = Payload { msg: &self.chunk, aad: &self.header };
        let sealed = self.cipher.encrypt(&nonce(self.number, is_last).into(), payload);
        self.inner.write_all(&sealed.map_err(|_| io::Error::other("a chunk was not encrypted"))?)?;
        self.chunk.clear();
        self.number += 1;
        Ok(())
    }

    pub fn finish(mut self) -> io::Result<W> {
        self.seal(true)?;
        Ok(self.inner)
    }
}

impl<W: Write> Write for SealedWriter<W> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        // A full chunk is written when more follows: the last one has to know that it is the last.
        if self.chunk.len() == CHUNK {
            self.seal(false)?;
        }
        let taken = bytes.len().min(CHUNK - self.chunk.len());
        self.chunk.extend_from_slice(&bytes[..taken]);
        Ok(taken)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.inner.flush()
    }
}

/// Decrypts an archive, at any position.
pub(super) struct SealedReader<R> {
    inner: R,
    cipher: ChaCha20Poly1305,
    header: [u8; HEADER],
    /// The number of chunks, and the bytes of all of them without their tags.
    chunks: u64,
    length: u64,
    position: u64,
    /// The chunk that was decrypted last, and its number.
    open: Option<(u64, Vec<u8>)>,
}

/// Whether a file begins as an encrypted archive does. Leaves it at its beginning.
pub(super) fn is_sealed(file: &mut (impl Read + Seek)) -> io::Result<bool> {
    let mut magic = Vec::new();
    file.by_ref().take(MAGIC.len() as u64).read_to_end(&mut magic)?;
    file.seek(SeekFrom::Start(0))?;
    Ok(magic == MAGIC)
}

impl<R: Read + Seek> SealedReader<R> {
    /// Opens an archive.
    ///
    /// # Errors
    /// When the passphrase is wrong, or the first or last chunk is damaged or missing.
    pub fn open(mut inner: R, passphrase: &Passphrase) -> Result<Self> {
        let damaged = |_| super::manifest::refused("it is too short");
        let mut header = [0; HEADER];
        inner.read_exact(&mut header).map_err(damaged)?;
        let cipher = cipher(passphrase, &header[MAGIC.len()..])?;
        let sealed = inner.seek(SeekFrom::End(0)).map_err(damaged)?.saturating_sub(HEADER as u64);
        let chunks = sealed.div_ceil((CHUNK + TAG) as u64);
        let length = sealed.saturating_sub(chunks * TAG as u64);
        let mut reader = Self { inner, cipher, header, chunks, length, position: 0, open: None };
        reader
            .decrypt(0)
            .map_err(|_| super::manifest::refused("the passphrase is wrong, or its beginning is damaged"))?;
        reader
            .decrypt(chunks.saturating_sub(1))
            .map_err(|_| super::manifest::refused("its end is damaged or missing"))?;
        Ok(reader)
    }

    fn decrypt(&mut self, number: u64) -> io::Result<()> {
        if self.open.as_ref().is_some_and(|(open, _)| *open == number) {
            return Ok(());
        }
        self.inner.seek(SeekFrom::Start(HEADER as u64 + number * (CHUNK + TAG) as u64))?;
        let mut sealed = Vec::with_capacity(CHUNK + TAG);
        self.inner.by_ref().take((CHUNK + TAG) as u64).read_to_end(&mut sealed)?;
        let payload = Payload { msg: &sealed, aad: &self.header };
        let chunk = self.cipher.decrypt(&nonce(number, number + 1 == self.chunks).into(), payload);
        let chunk = chunk.map_err(|_| io::Error::new(io::ErrorKind::InvalidData, "an encrypted chunk is damaged"))?;
        self.open = Some((number, chunk));
        Ok(())
    }
}

impl<R: Read + Seek> Read for SealedReader<R> {
    fn read(&mut self, bytes: &mut [u8]) -> io::Result<usize> {
        if self.position >= self.length || bytes.is_empty() {
            return Ok(0);
        }
        let number = self.position / CHUNK as u64;
        self.decrypt(number)?;
        let Some((_, chunk)) = &self.open else { return Ok(0) };
        let rest = chunk.get((self.position - number * CHUNK as u64) as usize..).unwrap_or_default();
        let taken = rest.len().min(bytes.len());
        bytes[..taken].copy_from_slice(&rest[..taken]);
        self.position += taken as u64;
        Ok(taken)
    }
}

impl<R: Read + Seek> Seek for SealedReader<R> {
    fn seek(&mut self, to: SeekFrom) -> io::Result<u64> {
        let target = match to {
            SeekFrom::Start(at) => Some(at),
            SeekFrom::End(by) => self.length.checked_add_signed(by),
            SeekFrom::Current(by) => self.position.checked_add_signed(by),
        };
        self.position = target.ok_or_else(|| io::Error::from(io::ErrorKind::InvalidInput))?;
        Ok(self.position)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::io::Cursor;

    fn sealed(bytes: &[u8]) -> Vec<u8> {
        let mut writer = SealedWriter::begin(Vec::new(), &Passphrase::new("a passphrase").unwrap()).unwrap();
        writer.write_all(bytes).unwrap();
        writer.finish().unwrap()
    }

    fn opened(sealed: &[u8], passphrase: &str) -> Result<Vec<u8>, String> {
        let reader = SealedReader::open(Cursor::new(sealed), &Passphrase::new(passphrase).unwrap());
        let mut bytes = Vec::new();
        reader.map_err(|error| error.to_string())?.read_to_end(&mut bytes).map_err(|error| error.to_string())?;
        Ok(bytes)
    }

    #[test]
    fn an_encrypted_archive_is_read_only_with_its_passphrase() {
        for length in [0, 1, CHUNK - 1, CHUNK, CHUNK + 1, 3 * CHUNK] {
            let bytes: Vec<u8> = (0..length).map(|number| (number % 251) as u8).collect();
            let sealed = sealed(&bytes);
            assert_eq!(opened(&sealed, "a passphrase"), Ok(bytes), "{length}");
            assert!(opened(&sealed, "another one").unwrap_err().contains("the passphrase is wrong"), "{length}");
        }
    }

    #[test]
    fn an_encrypted_archive_that_was_changed_or_cut_off_is_refused() {
        let whole = sealed(&vec![7; 3 * CHUNK]);
        for length in [0, 20, HEADER, HEADER + CHUNK + TAG, HEADER + 2 * (CHUNK + TAG), whole.len() - 1] {
            opened(&whole[..length], "a passphrase").expect_err("a part");
        }
        for at in [17, HEADER, HEADER + CHUNK + TAG + 5, whole.len() - 1] {
            let mut changed = whole.clone();
            changed[at] ^= 1;
            opened(&changed, "a passphrase").expect_err("a change");
        }
        let (head, chunks) = whole.split_at(HEADER);
        let (first, rest) = chunks.split_at(CHUNK + TAG);
        let (second, third) = rest.split_at(CHUNK + TAG);
        opened(&[head, second, first, third].concat(), "a passphrase").expect_err("another order");
        opened(&[head, first, third].concat(), "a passphrase").expect_err("a chunk less");
    }

    #[test]
    fn an_encrypted_archive_is_read_from_any_position() {
        let bytes: Vec<u8> = (0..2 * CHUNK + 9).map(|number| (number % 249) as u8).collect();
        let sealed = sealed(&bytes);
        let passphrase = Passphrase::new("a passphrase").unwrap();
        let mut reader = SealedReader::open(Cursor::new(&sealed), &passphrase).unwrap();
        for at in [2 * CHUNK + 3, 5, CHUNK - 2] {
            reader.seek(SeekFrom::Start(at as u64)).unwrap();
            let mut four = [0; 4];
            reader.read_exact(&mut four).unwrap();
            assert_eq!(four, bytes[at..at + 4]);
        }
        assert_eq!(reader.seek(SeekFrom::End(-1)).unwrap(), bytes.len() as u64 - 1);
        reader.seek(SeekFrom::Current(-1_000_000)).unwrap_err();
    }
}
