//! Passwords, tokens, and the site's signing key.

use std::fmt;

use argon2::Argon2;
use argon2::password_hash::phc::PasswordHash;
use argon2::password_hash::{PasswordHasher, PasswordVerifier};
use chacha20poly1305::ChaCha20Poly1305;
use chacha20poly1305::aead::{Aead, Payload};
use hmac::{Hmac, KeyInit, Mac};
use model::hex::hex;
use sha2::{Digest, Sha256};

use crate::platform::error::{Error, Result};
use crate::platform::hashing::Lane;

/// The fewest characters of a password.
pub const MIN_PASSWORD: usize = 8;
/// The most characters of a password, so that hashing stays cheap.
pub const MAX_PASSWORD: usize = 1_000;

/// Fewer than a million guesses find a password below this.
const EASIEST: zxcvbn::Score = zxcvbn::Score::Two;

/// A hash that no password matches. Verifying it takes as long as a real one.
const NOBODY: &str =
    "$argon2id$v=19$m=19456,t=2,p=1$a2xhdGNoLW5vYm9keS0wMA$AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA";

/// The bytes of a short signature.
pub(crate) const SHORT: usize = 15;

/// A typed password. Never printed, never stored.
#[derive(Clone, serde::Deserialize)]
#[serde(transparent)]
pub struct Password(String);

impl Password {
    /// Wraps a typed password.
    pub fn new(typed: impl Into<String>) -> Self {
        Self(typed.into())
    }

    /// Checks a new password, as NIST SP 800-63B-4 (3.1.1.2) asks: its length, and that it is neither common nor made of
    /// the words in `about` (name, email address, name of the site). Errors name `field`.
    ///
    /// # Errors
    /// [`Error::Invalid`] when it is too short, too long, or easy to guess; [`Error::Busy`].
    pub async fn check(&self, lane: &Lane<'_>, field: &'static str, about: &[&str]) -> Result<()> {
        let count = self.0.chars().count();
        if count < MIN_PASSWORD {
            return Err(Error::invalid(field, texts::validation::at_least(MIN_PASSWORD)));
        }
        if count > MAX_PASSWORD {
            return Err(Error::invalid(field, texts::validation::at_most(MAX_PASSWORD)));
        }
        let (password, about) = (self.0.clone(), about.iter().map(|&word| word.to_owned()).collect::<Vec<_>>());
        let is_weak = lane.run(move || {
            let about: Vec<&str> = about.iter().map(String::as_str).collect();
            Ok(zxcvbn::zxcvbn(&password, &about).score() < EASIEST)
        });
        if is_weak.await? {
            return Err(Error::invalid(field, texts::validation::password_weak()));
        }
        Ok(())
    }

    /// The argon2id hash in PHC form, computed outside the async threads.
    ///
    /// # Errors
    /// [`Error::Busy`].
    pub async fn hash(self, lane: &Lane<'_>) -> Result<String> {
        lane.run(move || {
            let hash: PasswordHash =
                Argon2::default().hash_password(self.0.as_bytes()).map_err(|e| Error::Internal(e.to_string()))?;
            Ok(hash.to_string())
        })
        .await
    }

    /// Whether the password matches the hash. `None` (no such account, or unclaimed) takes as long and never matches.
    ///
    /// # Errors
    /// [`Error::Busy`].
    pub async fn verify(self, lane: &Lane<'_>, hash: Option<String>) -> Result<bool> {
        lane.run(move || {
            let known = hash.is_some();
            let hash = hash.unwrap_or_else(|| NOBODY.to_owned());
            let parsed = PasswordHash::new(&hash).map_err(|e| Error::Internal(format!("stored password hash: {e}")))?;
            let cut: String = self.0.chars().take(MAX_PASSWORD + 1).collect();
            Ok(Argon2::default().verify_password(cut.as_bytes(), &parsed).is_ok() && known)
        })
        .await
    }
}

impl fmt::Debug for Password {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Password(..)")
    }
}

/// Random bytes from the operating system.
pub(crate) fn fill(bytes: &mut [u8]) -> Result<()> {
    getrandom::fill(bytes).map_err(|e| Error::Internal(format!("no randomness: {e}")))
}

/// A token for a session or link: 256 random bits from the operating system, in hexadecimal.
pub fn token() -> Result<String> {
    let mut bytes = [0u8; 32];
    fill(&mut bytes)?;
    Ok(hex(&bytes))
}

/// The stored form of a token: its SHA-256 in hexadecimal.
pub fn digest(token: &str) -> String {
    hex(&Sha256::digest(token.as_bytes()))
}

/// HMAC-SHA256 of bytes under any key.
pub(crate) fn hmac(key: &[u8], bytes: &[u8]) -> Vec<u8> {
    // HMAC takes keys of any length.
    let mut mac = Hmac::<Sha256>::new_from_slice(key).unwrap_or_else(|_| unreachable!());
    mac.update(bytes);
    mac.finalize().into_bytes().to_vec()
}

/// Whether a hexadecimal signature is the HMAC-SHA256 of these bytes, compared in constant time.
pub(crate) fn hmac_holds(key: &[u8], bytes: &[u8], signature: &str) -> bool {
    let Some(signature) = unhex(signature) else { return false };
    let mut mac = Hmac::<Sha256>::new_from_slice(key).unwrap_or_else(|_| unreachable!());
    mac.update(bytes);
    mac.verify_slice(&signature).is_ok()
}

/// Encodes bytes as Base64 with padding.
pub(crate) fn base64(bytes: &[u8]) -> String {
    const DIGITS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let mut text = String::with_capacity(bytes.len().div_ceil(3) * 4);
    for three in bytes.chunks(3) {
        let at = |nth: usize| u32::from(three.get(nth).copied().unwrap_or(0));
        let bits = at(0) << 16 | at(1) << 8 | at(2);
        for place in 0..4 {
            let digit = DIGITS[(bits >> (18 - 6 * place) & 63) as usize];
            text.push(if place > three.len() { '=' } else { char::from(digit) });
        }
    }
    text
}

/// The headers of Standard Webhooks: an id, the time in seconds since 1970, and the signature of both with the body.
pub(crate) fn standard_webhook(secret: &[u8], id: &str, seconds: i64, body: &str) -> Vec<(&'static str, String)> {
    let signature = base64(&hmac(secret, format!("{id}.{seconds}.{body}").as_bytes()));
    vec![
        ("webhook-id", id.to_owned()),
        ("webhook-timestamp", seconds.to_string()),
        ("webhook-signature", format!("v1,{signature}")),
    ]
}

/// The digest of bytes.
pub(crate) fn digest_of(bytes: &[u8]) -> String {
    hex(&Sha256::digest(bytes))
}

/// The form of a hexadecimal token for one page: masked with random bytes, which come first. Pages that differ do not
/// reveal the token through their compressed sizes (BREACH).
pub fn mask(token: &str) -> Result<String> {
    let token = unhex(token).ok_or_else(|| Error::Internal("a token to mask is not hexadecimal".into()))?;
    let mut pad = vec![0; token.len()];
    fill(&mut pad)?;
    let masked: Vec<u8> = token.iter().zip(&pad).map(|(byte, pad)| byte ^ pad).collect();
    Ok(hex(&[pad, masked].concat()))
}

/// The token behind a masked one. `None` when it is malformed.
pub fn unmask(masked: &str) -> Option<String> {
    let bytes = unhex(masked)?;
    let (pad, masked) = bytes.split_at_checked(bytes.len() / 2)?;
    (pad.len() == masked.len()).then(|| hex(&pad.iter().zip(masked).map(|(pad, byte)| pad ^ byte).collect::<Vec<_>>()))
}

/// The site's secret key: signs form tokens and links, and encrypts stored secrets. Never printed.
#[derive(Clone)]
pub struct SecretKey(Vec<u8>);

impl SecretKey {
    /// A key from a text of at least 32 bytes; `None` when it is shorter.
    pub fn new(text: &str) -> Option<Self> {
        let text = text.trim();
        (text.len() >= 32).then(|| Self(text.as_bytes().to_vec()))
    }

    /// A new random key as text.
    pub fn random() -> Result<String> {
        token()
    }

    /// The text that the key was made from, for a backup and the file of a restored forum.
    pub fn bytes(&self) -> &[u8] {
        &self.0
    }

    /// Identifies the key without revealing it: 32 hexadecimal digits.
    pub fn fingerprint(&self) -> String {
        self.sign("fingerprint", "").chars().take(32).collect()
    }

    /// Signs `what` for one purpose.
    pub fn sign(&self, purpose: &str, what: &str) -> String {
        hex(&self.mac(purpose, what).finalize().into_bytes())
    }

    /// Whether the signature is valid, compared in constant time.
    pub fn verify(&self, purpose: &str, what: &str, signature: &str) -> bool {
        let Some(bytes) = unhex(signature) else { return false };
        self.mac(purpose, what).verify_slice(&bytes).is_ok()
    }

    /// Signs `what` for one purpose where there is little room: with the first bytes of the signature.
    pub(crate) fn sign_short(&self, purpose: &str, what: &str) -> [u8; SHORT] {
        let whole = self.mac(purpose, what).finalize().into_bytes();
        std::array::from_fn(|at| whole[at])
    }

    /// Whether the short signature is valid, compared in constant time.
    pub(crate) fn verify_short(&self, purpose: &str, what: &str, signature: &[u8; SHORT]) -> bool {
        self.mac(purpose, what).verify_truncated_left(signature).is_ok()
    }

    /// Encrypts `what`, bound to a purpose and an owner.
    pub fn encrypt(&self, purpose: &str, owner: &str, what: &[u8]) -> Result<String> {
        let mut nonce = [0u8; 12];
        fill(&mut nonce)?;
        let sealed = self.cipher(purpose).encrypt(&nonce.into(), Payload { msg: what, aad: owner.as_bytes() });
        let sealed = sealed.map_err(|_| Error::Internal("nothing was sealed".into()))?;
        Ok(hex(&[&nonce[..], &sealed].concat()))
    }

    /// Decrypts what was encrypted with this key for this purpose and owner; `None` for anything else.
    pub fn decrypt(&self, purpose: &str, owner: &str, sealed: &str) -> Option<Vec<u8>> {
        let bytes = unhex(sealed)?;
        let (nonce, sealed) = bytes.split_first_chunk::<12>()?;
        self.cipher(purpose).decrypt(&(*nonce).into(), Payload { msg: sealed, aad: owner.as_bytes() }).ok()
    }

    fn cipher(&self, purpose: &str) -> ChaCha20Poly1305 {
        let key: [u8; 32] = self.mac("seal", purpose).finalize().into_bytes().into();
        ChaCha20Poly1305::new(&key.into())
    }

    fn mac(&self, purpose: &str, what: &str) -> Hmac<Sha256> {
        // HMAC takes keys of any length.
        let mut mac = Hmac::<Sha256>::new_from_slice(&self.0).unwrap_or_else(|_| unreachable!());
        mac.update(purpose.as_bytes());
        mac.update(&[0]);
        mac.update(what.as_bytes());
        mac
    }
}

impl fmt::Debug for SecretKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("SecretKey(..)")
    }
}

fn unhex(text: &str) -> Option<Vec<u8>> {
    if !text.len().is_multiple_of(2) || !text.is_ascii() {
        return None;
    }
    (0..text.len() / 2).map(|i| u8::from_str_radix(&text[i * 2..i * 2 + 2], 16).ok()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_signature_is_valid_only_for_its_purpose_and_text() {
        let key = SecretKey::new(&"k".repeat(32)).unwrap();
        let signed = key.sign("form", "one");
        assert!(key.verify("form", "one", &signed));
        assert!(!key.verify("form", "two", &signed));
        assert!(!key.verify("mail", "one", &signed));
        assert!(!key.verify("form", "one", "zz"));
        assert!(!key.verify("form", "one", &"é".repeat(32)));
        let short = key.sign_short("form", "one");
        assert!(signed.starts_with(&hex(&short)));
        assert!(key.verify_short("form", "one", &short) && !key.verify_short("mail", "one", &short));
    }

    #[test]
    fn a_sealed_secret_opens_only_with_its_key_purpose_and_owner() {
        let key = SecretKey::new(&"k".repeat(32)).unwrap();
        let sealed = key.encrypt("second-step", "7", b"twenty bytes or less").unwrap();
        assert_ne!(sealed, key.encrypt("second-step", "7", b"twenty bytes or less").unwrap());
        assert_eq!(key.decrypt("second-step", "7", &sealed).unwrap(), b"twenty bytes or less");
        assert_eq!(key.decrypt("second-step", "8", &sealed), None);
        assert_eq!(key.decrypt("letter", "7", &sealed), None);
        assert_eq!(SecretKey::new(&"l".repeat(32)).unwrap().decrypt("second-step", "7", &sealed), None);
        for broken in ["", "00", "zz", &sealed[2..], &sealed[..sealed.len() - 2]] {
            assert_eq!(key.decrypt("second-step", "7", broken), None, "{broken}");
        }
    }

    #[test]
    fn base64_matches_the_standard_test_vectors() {
        for (bytes, text) in
            [("", ""), ("f", "Zg=="), ("ab", "YWI="), ("foo", "Zm9v"), ("foobar", "Zm9vYmFy"), ("\u{7f}~?", "f34/")]
        {
            assert_eq!(base64(bytes.as_bytes()), text);
        }
    }

    #[test]
    fn an_hmac_is_valid_only_for_its_key_and_bytes() {
        let signature = hex(&hmac(b"key", b"The quick brown fox jumps over the lazy dog"));
        assert_eq!(signature, "f7bc83f430538424b13298e6aa6fb143ef4d59a14946175997479dbc2d1a3cd8");
        assert!(hmac_holds(b"key", b"The quick brown fox jumps over the lazy dog", &signature));
        assert!(!hmac_holds(b"key", b"The quick brown fox", &signature) && !hmac_holds(b"kez", b"", "zz"));
    }

    #[test]
    fn a_webhook_is_signed_according_to_standard_webhooks() {
        // The signature is from OpenSSL.
        let headers = standard_webhook(b"secret", "msg_1", 1_700_000_000, "{\"a\":1}");
        let names: Vec<&str> = headers.iter().map(|(name, _)| *name).collect();
        assert_eq!(names, ["webhook-id", "webhook-timestamp", "webhook-signature"]);
        assert_eq!(headers[2].1, "v1,Q5nZ7DiOGwijBBqvBVAK6c0zDr2JLkXI7TaV4f+Q2vY=");
    }

    #[test]
    fn a_token_looks_different_each_time_it_is_masked() {
        let token = token().unwrap();
        let (one, other) = (mask(&token).unwrap(), mask(&token).unwrap());
        assert_ne!(one, other);
        assert!(!one.contains(&token[..16]) && !one.contains(&other[..16]));
        assert_eq!([one, other].map(|masked| unmask(&masked).unwrap()), [token.clone(), token]);
        for bad in ["zz", "0", "00ff00"] {
            assert_eq!(unmask(bad), None, "{bad}");
        }
    }

    #[tokio::test]
    async fn a_password_verifies_against_its_own_hash_only() {
        let hashing = crate::platform::hashing::Hashing::default();
        let lane = hashing.lane("");
        let hash = Password::new("correct horse").hash(&lane).await.unwrap();
        assert!(hash.starts_with("$argon2id$"));
        assert!(Password::new("correct horse").verify(&lane, Some(hash.clone())).await.unwrap());
        assert!(!Password::new("wrong horse").verify(&lane, Some(hash)).await.unwrap());
        assert!(!Password::new("correct horse").verify(&lane, None).await.unwrap());
    }
}
