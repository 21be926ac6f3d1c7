//! Web Push: encrypts a message for one browser (RFC 8291) and signs who sends it (VAPID, RFC 8292).

mod stored;

use std::fmt;

use ring::aead::{AES_128_GCM, Aad, LessSafeKey, Nonce, UnboundKey};
use ring::agreement::{ECDH_P256, EphemeralPrivateKey, UnparsedPublicKey, agree_ephemeral};
use ring::rand::SystemRandom;
use ring::signature::{ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair, KeyPair};
use serde_json::json;

use crate::platform::error::{Error, Result};
use crate::platform::secrets::{fill, hmac};
use model::time::Timestamp;

pub use stored::{encrypt_anew, key};

/// The most bytes of a message, so that no push service refuses what it becomes.
pub const MOST: usize = 3_500;
/// The size of the only record. It is larger than any message.
const RECORD: u32 = 4_096;
/// The bytes of a point of P-256 that is not compressed, and of the secret that a browser adds.
const POINT: usize = 65;
const AUTH: usize = 16;
/// How long a signature is valid: push services take at most a day.
const VALID_SECONDS: i64 = 12 * 3_600;

/// What a browser gave us to encrypt messages for it.
#[derive(Clone, PartialEq, Eq)]
pub struct BrowserKeys {
    /// A point of P-256.
    public: Vec<u8>,
    auth: Vec<u8>,
}

impl fmt::Debug for BrowserKeys {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("BrowserKeys(..)")
    }
}

impl BrowserKeys {
    /// Reads both keys in Base64url. `None` when one is malformed.
    pub fn read(public: &str, auth: &str) -> Option<Self> {
        let (public, auth) = (from_base64url(public)?, from_base64url(auth)?);
        // The point itself is checked when it is used.
        let is_point = public.len() == POINT && public.first() == Some(&4);
        (is_point && auth.len() == AUTH).then_some(Self { public, auth })
    }

    /// Encrypts a message: the body of a request with `Content-Encoding: aes128gcm`.
    ///
    /// # Errors
    /// [`Error::Internal`] when the browser's key is no point of the curve, or the message is longer than [`MOST`].
    pub fn encrypt(&self, message: &[u8]) -> Result<Vec<u8>> {
        let random = SystemRandom::new();
        let own = EphemeralPrivateKey::generate(&ECDH_P256, &random).map_err(|_| broken("there is no randomness"))?;
        let own_public = own.compute_public_key().map_err(|_| broken("a key has no public part"))?;
        let theirs = UnparsedPublicKey::new(&ECDH_P256, &self.public);
        let shared =
            agree_ephemeral(own, &theirs, <[u8]>::to_vec).map_err(|_| broken("the key of a device is none"))?;
        let mut salt = [0; 16];
        fill(&mut salt)?;
        let sealed = self.seal(message, &shared, own_public.as_ref(), &salt)?;
        Ok([&salt[..], &RECORD.to_be_bytes(), &[POINT as u8], own_public.as_ref(), &sealed].concat())
    }

    /// Encrypts the one record of a message (RFC 8291, section 3.4, and RFC 8188).
    fn seal(&self, message: &[u8], shared: &[u8], own_public: &[u8], salt: &[u8; 16]) -> Result<Vec<u8>> {
        if message.len() > MOST {
            return Err(broken("the message is too long"));
        }
        let (key, nonce) = self.derive(shared, own_public, salt);
        // The last record ends with 2.
        let mut sealed = [message, &[2]].concat();
        let key = UnboundKey::new(&AES_128_GCM, &key).map_err(|_| broken("a key has a wrong length"))?;
        LessSafeKey::new(key)
            .seal_in_place_append_tag(Nonce::assume_unique_for_key(nonce), Aad::empty(), &mut sealed)
            .map_err(|_| broken("nothing was encrypted"))?;
        Ok(sealed)
    }

    /// Derives the key and the nonce of a message. Each HKDF needs one block only.
    fn derive(&self, shared: &[u8], own_public: &[u8], salt: &[u8; 16]) -> ([u8; 16], [u8; 12]) {
        let about = [b"WebPush: info\0".as_slice(), self.public.as_slice(), own_public, &[1]].concat();
        let secret = hmac(salt, &hmac(&hmac(&self.auth, shared), &about));
        let expand = |info: &[u8]| hmac(&secret, info);
        let (mut key, mut nonce) = ([0; 16], [0; 12]);
        key.copy_from_slice(&expand(b"Content-Encoding: aes128gcm\0\x01")[..16]);
        nonce.copy_from_slice(&expand(b"Content-Encoding: nonce\0\x01")[..12]);
        (key, nonce)
    }
}

/// The key pair by which push services recognize this forum.
pub struct Vapid(EcdsaKeyPair);

impl fmt::Debug for Vapid {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Vapid(..)")
    }
}

impl Vapid {
    /// Creates a key pair, in the form that [`Vapid::read`] reads (PKCS 8).
    ///
    /// # Errors
    /// Without randomness.
    pub fn generate() -> Result<Vec<u8>> {
        let pair = EcdsaKeyPair::generate_pkcs8(&ECDSA_P256_SHA256_FIXED_SIGNING, &SystemRandom::new());
        Ok(pair.map_err(|_| broken("there is no randomness"))?.as_ref().to_vec())
    }

    /// Reads a key pair.
    ///
    /// # Errors
    /// [`Error::Internal`] when it is damaged.
    pub fn read(pkcs8: &[u8]) -> Result<Self> {
        let pair = EcdsaKeyPair::from_pkcs8(&ECDSA_P256_SHA256_FIXED_SIGNING, pkcs8, &SystemRandom::new());
        pair.map(Self).map_err(|_| broken("the key for push messages is damaged"))
    }

    /// Returns the public key, in Base64url, which browsers get when they register.
    pub fn public(&self) -> String {
        base64url(self.0.public_key().as_ref())
    }

    /// Returns the header `Authorization` of a request to a push service. `audience` is the service's origin, `contact`
    /// an address of this site.
    ///
    /// # Errors
    /// Without randomness.
    pub fn authorization(&self, audience: &str, contact: &str, now: Timestamp) -> Result<String> {
        let until = now.0 / 1_000_000 + VALID_SECONDS;
        let claims = json!({"aud": audience, "exp": until, "sub": contact}).to_string();
        let head = base64url(br#"{"typ":"JWT","alg":"ES256"}"#);
        let text = format!("{head}.{}", base64url(claims.as_bytes()));
        let signed = self.0.sign(&SystemRandom::new(), text.as_bytes());
        let signed = signed.map_err(|_| broken("nothing was signed"))?;
        Ok(format!("vapid t={text}.{}, k={}", base64url(signed.as_ref()), self.public()))
    }
}

fn broken(why: &str) -> Error {
    Error::Internal(format!("push: {why}"))
}

/// Encodes bytes as Base64url without padding.
pub(crate) fn base64url(bytes: &[u8]) -> String {
    crate::platform::secrets::base64(bytes).trim_end_matches('=').replace('+', "-").replace('/', "_")
}

/// Decodes Base64url, with or without padding. `None` when it is malformed.
pub(crate) fn from_base64url(text: &str) -> Option<Vec<u8>> {
    let text = text.trim_end_matches('=');
    let (mut bytes, mut bits, mut held) = (Vec::with_capacity(text.len() * 3 / 4), 0_u32, 0);
    for digit in text.bytes() {
        let value = match digit {
            b'A'..=b'Z' => digit - b'A',
            b'a'..=b'z' => digit - b'a' + 26,
            b'0'..=b'9' => digit - b'0' + 52,
            b'-' => 62,
            b'_' => 63,
            _ => return None,
        };
        bits = bits << 6 | u32::from(value);
        held += 6;
        if held >= 8 {
            held -= 8;
            bytes.push((bits >> held & 0xff) as u8);
            bits &= (1 << held) - 1;
        }
    }
    // One digit alone is less than a byte, and the bits that are left are zero.
    (held < 6 && bits == 0).then_some(bytes)
}

#[cfg(test)]
mod tests;
