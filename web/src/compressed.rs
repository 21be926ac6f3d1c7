//! Bytes that are sent often, compressed once.

use std::io::Write;
use std::sync::OnceLock;

use actix_web::web::Bytes;

/// A content coding that clients accept.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Coding {
    Identity,
    Gzip,
    Zstd,
    /// Brotli: the smallest, but slow to make.
    Brotli,
}

impl Coding {
    /// Returns the coding to use for the values of `Accept-Encoding`: Zstandard, then gzip.
    pub fn of<'a>(accepted: impl Iterator<Item = &'a str>) -> Self {
        let mut best = Self::Identity;
        for part in accepted.flat_map(|value| value.split(',')) {
            let (name, quality) = part.split_once(';').unwrap_or((part, ""));
            let quality = quality.trim().strip_prefix("q=").map_or(1.0, |q| q.trim().parse().unwrap_or(0.0));
            let coding = match name.trim() {
                name if name.eq_ignore_ascii_case("zstd") => Self::Zstd,
                name if name.eq_ignore_ascii_case("gzip") => Self::Gzip,
                _ => continue,
            };
            if quality > 0.0 && best != Self::Zstd {
                best = coding;
            }
        }
        best
    }

    /// The same for what is compressed once and stays as it is: Brotli comes first.
    pub fn of_file(accepted: &[&str]) -> Self {
        let is_brotli = |part: &str| {
            let (name, quality) = part.split_once(';').unwrap_or((part, ""));
            let quality = quality.trim().strip_prefix("q=").map_or(1.0, |q| q.trim().parse().unwrap_or(0.0));
            name.trim().eq_ignore_ascii_case("br") && quality > 0.0
        };
        let takes_brotli = accepted.iter().flat_map(|value| value.split(',')).any(is_brotli);
        if takes_brotli { Self::Brotli } else { Self::of(accepted.iter().copied()) }
    }

    /// Returns the name in `Content-Encoding`.
    pub fn name(self) -> &'static str {
        match self {
            Self::Identity => "identity",
            Self::Gzip => "gzip",
            Self::Zstd => "zstd",
            Self::Brotli => "br",
        }
    }
}

/// Bytes with their compressed forms, each made when it is first needed.
#[derive(Debug)]
pub struct Compressed {
    plain: Bytes,
    gzip: OnceLock<Option<Bytes>>,
    zstd: OnceLock<Option<Bytes>>,
    brotli: OnceLock<Option<Bytes>>,
}

/// The levels: what is sent often may take a little longer to compress.
const GZIP: u32 = 6;
const ZSTD: i32 = 7;
/// Files are compressed once, so at the best quality: 40 KB take a tenth of a second. Not so in a debug build.
const BROTLI: i32 = if cfg!(debug_assertions) { 5 } else { 11 };

impl Compressed {
    pub const fn new(plain: Bytes) -> Self {
        Self { plain, gzip: OnceLock::new(), zstd: OnceLock::new(), brotli: OnceLock::new() }
    }

    pub fn plain(&self) -> Bytes {
        self.plain.clone()
    }

    /// Returns the bytes in this coding; `None` for the identity, or if there is no memory to compress them.
    pub fn coded(&self, coding: Coding) -> Option<Bytes> {
        let bytes = |compressed: std::io::Result<Vec<u8>>| compressed.ok().map(Bytes::from);
        match coding {
            Coding::Identity => None,
            Coding::Gzip => self.gzip.get_or_init(|| bytes(gzip(&self.plain))).clone(),
            Coding::Zstd => self.zstd.get_or_init(|| bytes(zstd::encode_all(&*self.plain, ZSTD))).clone(),
            Coding::Brotli => self.brotli.get_or_init(|| bytes(brotli(&self.plain, BROTLI))).clone(),
        }
    }
}

fn gzip(bytes: &[u8]) -> std::io::Result<Vec<u8>> {
    let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::new(GZIP));
    encoder.write_all(bytes)?;
    encoder.finish()
}

/// Compresses bytes with Brotli.
pub fn brotli(bytes: &[u8], quality: i32) -> std::io::Result<Vec<u8>> {
    let params =
        brotli::enc::backward_references::BrotliEncoderParams { quality, size_hint: bytes.len(), ..Default::default() };
    let mut compressed = Vec::new();
    brotli::BrotliCompress(&mut &*bytes, &mut compressed, &params)?;
    Ok(compressed)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_best_coding_that_is_accepted_is_used() {
        for (accepted, coding) in [
            ("", Coding::Identity),
            ("gzip, deflate, br, zstd", Coding::Zstd),
            ("gzip, deflate, br", Coding::Gzip),
            ("GZIP;q=0.5", Coding::Gzip),
            ("zstd;q=0, gzip ; q=0.1", Coding::Gzip),
            ("gzip;q=0", Coding::Identity),
            ("gzip;q=x", Coding::Identity),
            ("br, *", Coding::Identity),
        ] {
            assert_eq!(Coding::of([accepted].into_iter()), coding, "{accepted}");
        }
        assert_eq!(Coding::of(["br", "gzip"].into_iter()), Coding::Gzip);
        assert_eq!(Coding::of_file(&["gzip, deflate", "br, zstd"]), Coding::Brotli);
        assert_eq!(Coding::of_file(&["gzip, br;q=0"]), Coding::Gzip);
    }

    #[test]
    fn every_coding_is_of_the_same_bytes() {
        let text = "Herons by the river. ".repeat(500);
        let all = Compressed::new(text.clone().into());
        assert_eq!(all.coded(Coding::Identity), None);
        let zstd = all.coded(Coding::Zstd).unwrap();
        assert_eq!(zstd::decode_all(&zstd[..]).unwrap(), text.as_bytes());
        let brotli = all.coded(Coding::Brotli).unwrap();
        let mut plain = Vec::new();
        brotli::BrotliDecompress(&mut &brotli[..], &mut plain).unwrap();
        assert_eq!(plain, text.as_bytes());
        let gzip = all.coded(Coding::Gzip).unwrap();
        let mut plain = Vec::new();
        std::io::copy(&mut flate2::read::GzDecoder::new(&gzip[..]), &mut plain).unwrap();
        assert_eq!(plain, text.as_bytes());
        assert!(gzip.len() < text.len() / 10 && zstd.len() < text.len() / 10);
        assert_eq!(all.coded(Coding::Gzip).unwrap().as_ptr(), gzip.as_ptr(), "compressed once");
    }
}
