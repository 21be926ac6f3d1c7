//! The signatures of webhooks, as other programs make and check them.

use crate::platform::secrets;

/// The HMAC-SHA256 of a text in hexadecimal, as senders sign.
pub fn hmac(secret: &str, text: &str) -> String {
    model::hex::hex(&secrets::hmac(secret.as_bytes(), text.as_bytes()))
}

/// The signature that a receiver of Standard Webhooks computes from its secret and the signed text.
///
/// # Panics
/// When the secret is not one of Standard Webhooks.
pub fn standard_signature(secret: &str, text: &str) -> String {
    let encoded = secret.strip_prefix("whsec_").expect("the prefix");
    let value =
        |byte: u8| b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/".iter().position(|d| *d == byte);
    let digits: Vec<usize> = encoded.bytes().filter_map(value).collect();
    let mut key = Vec::new();
    for four in digits.chunks(4) {
        let bits = four.iter().fold(0, |bits, digit| bits << 6 | digit) << (6 * (4 - four.len()));
        key.extend((0..four.len() - 1).map(|nth| (bits >> (16 - 8 * nth)) as u8));
    }
    secrets::base64(&secrets::hmac(&key, text.as_bytes()))
}
