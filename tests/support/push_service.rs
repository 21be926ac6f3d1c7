//! A push service on this machine, and the keys of a browser that decrypts what it gets (RFC 8291).
//!
//! Chromium subscribes at the push service of Google alone, and without a screen at none. So a test subscribes in its place.

// Each suite uses only a part of this.
#![allow(dead_code)]

use std::sync::atomic::{AtomicU16, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, MutexGuard};

use ring::aead::{AES_128_GCM, Aad, LessSafeKey, Nonce, UnboundKey};
use ring::agreement::{ECDH_P256, EphemeralPrivateKey, UnparsedPublicKey, agree_ephemeral};
use ring::hmac::{HMAC_SHA256, Key, sign};
use ring::rand::SystemRandom;
use serde_json::Value;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};

/// A request that the service got.
#[derive(Clone, Debug)]
pub struct Got {
    pub head: String,
    pub body: Vec<u8>,
}

impl Got {
    pub fn header(&self, name: &str) -> String {
        let line = self.head.lines().find_map(|line| {
            let (known, value) = line.split_once(':')?;
            known.eq_ignore_ascii_case(name).then(|| value.trim().to_owned())
        });
        line.unwrap_or_default()
    }
}

/// The service. Each path is the endpoint of a browser.
#[derive(Debug)]
pub struct PushService {
    pub origin: String,
    status: Arc<AtomicU16>,
    got: Arc<Mutex<Vec<Got>>>,
    /// How many clients are connected.
    open: Arc<AtomicUsize>,
}

impl PushService {
    pub async fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let origin = format!("http://{}", listener.local_addr().expect("its address"));
        let (status, got) = (Arc::new(AtomicU16::new(201)), Arc::<Mutex<Vec<Got>>>::default());
        let open = Arc::<AtomicUsize>::default();
        let (answers, noted, connected) = (status.clone(), got.clone(), open.clone());
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                let (answers, noted, connected) = (answers.clone(), noted.clone(), connected.clone());
                connected.fetch_add(1, Ordering::SeqCst);
                tokio::spawn(async move {
                    serve(stream, answers, noted).await;
                    connected.fetch_sub(1, Ordering::SeqCst);
                });
            }
        });
        Self { origin, status, got, open }
    }

    pub fn answers(&self, status: u16) {
        self.status.store(status, Ordering::SeqCst);
    }

    /// What it got since the last call.
    pub fn take(&self) -> Vec<Got> {
        std::mem::take(&mut *self.lock())
    }

    /// What it got, from the beginning or the last [`PushService::take`].
    pub fn got(&self) -> Vec<Got> {
        self.lock().clone()
    }

    /// How many clients are connected.
    pub fn clients(&self) -> usize {
        self.open.load(Ordering::SeqCst)
    }

    fn lock(&self) -> MutexGuard<'_, Vec<Got>> {
        self.got.lock().expect("nobody panics here")
    }
}

async fn serve(mut stream: TcpStream, status: Arc<AtomicU16>, got: Arc<Mutex<Vec<Got>>>) -> Option<()> {
    let mut bytes = Vec::new();
    let mut buffer = [0; 16_384];
    let (head, length, start) = loop {
        let read = stream.read(&mut buffer).await.ok().filter(|read| *read > 0)?;
        bytes.extend_from_slice(&buffer[..read]);
        let Some(end) = bytes.windows(4).position(|four| four == b"\r\n\r\n") else { continue };
        let head = String::from_utf8_lossy(&bytes[..end]).into_owned();
        let length = Got { head: head.clone(), body: Vec::new() }.header("content-length").parse().unwrap_or(0);
        break (head, length, end + 4);
    };
    while bytes.len() < start + length {
        let read = stream.read(&mut buffer).await.ok().filter(|read| *read > 0)?;
        bytes.extend_from_slice(&buffer[..read]);
    }
    got.lock().ok()?.push(Got { head, body: bytes[start..].to_vec() });
    let answer = format!("HTTP/1.1 {} X\r\nContent-Length: 0\r\n\r\n", status.load(Ordering::SeqCst));
    stream.write_all(answer.as_bytes()).await.ok()
}

/// The keys of a browser's subscription.
#[derive(Debug)]
pub struct Keys {
    private: EphemeralPrivateKey,
    public: Vec<u8>,
    auth: [u8; 16],
}

impl Keys {
    pub fn generate() -> Self {
        let private = EphemeralPrivateKey::generate(&ECDH_P256, &SystemRandom::new()).expect("a key");
        let public = private.compute_public_key().expect("its public part").as_ref().to_vec();
        Self { private, public, auth: [9; 16] }
    }

    /// `p256dh`, in Base64url.
    pub fn public_key(&self) -> String {
        base64url(&self.public)
    }

    /// `auth`, in Base64url.
    pub fn auth_secret(&self) -> String {
        base64url(&self.auth)
    }

    /// Decrypts a message. The private key works once.
    ///
    /// # Panics
    /// When it is not encrypted for this browser.
    pub fn decrypt(self, got: &Got) -> Value {
        let (salt, rest) = got.body.split_at(16);
        assert_eq!(rest[..5], [0, 0, 16, 0, 65], "one record, and a point");
        let (sender, sealed) = rest[5..].split_at(65);
        let theirs = UnparsedPublicKey::new(&ECDH_P256, sender);
        let shared = agree_ephemeral(self.private, &theirs, <[u8]>::to_vec).expect("a point of the curve");
        let about = [b"WebPush: info\0".as_slice(), &self.public, sender, &[1]].concat();
        let secret = hmac(salt, &hmac(&hmac(&self.auth, &shared), &about));
        let key = &hmac(&secret, b"Content-Encoding: aes128gcm\0\x01")[..16];
        let nonce = &hmac(&secret, b"Content-Encoding: nonce\0\x01")[..12];
        let nonce = Nonce::try_assume_unique_for_key(nonce).expect("twelve bytes");
        let mut sealed = sealed.to_vec();
        let key = LessSafeKey::new(UnboundKey::new(&AES_128_GCM, key).expect("sixteen bytes"));
        let plain = key.open_in_place(nonce, Aad::empty(), &mut sealed).expect("a message for this browser");
        let (last, text) = plain.split_last().expect("the mark of the last record");
        assert_eq!(*last, 2, "the last record");
        serde_json::from_slice(text).expect("JSON")
    }
}

fn hmac(key: &[u8], bytes: &[u8]) -> Vec<u8> {
    sign(&Key::new(HMAC_SHA256, key), bytes).as_ref().to_vec()
}

pub fn base64url(bytes: &[u8]) -> String {
    const DIGITS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
    let mut text = String::new();
    for three in bytes.chunks(3) {
        let at = |nth: usize| u32::from(three.get(nth).copied().unwrap_or(0));
        let bits = at(0) << 16 | at(1) << 8 | at(2);
        for place in 0..=three.len() {
            text.push(char::from(DIGITS[(bits >> (18 - 6 * place) & 63) as usize]));
        }
    }
    text
}
