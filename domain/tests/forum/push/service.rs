//! A push service on this machine, and a browser that registered with it and decrypts what it gets.

use std::sync::atomic::{AtomicU16, Ordering};
use std::sync::{Arc, Mutex};

use domain::model::{PushDeviceId, UserId};
use domain::people::push::{self, Registration};
use domain::people::sessions::{self, Origin};
use domain::platform::secrets;
use domain::policy::Viewer;
use domain::testing::TestForum;
use ring::aead::{AES_128_GCM, Aad, LessSafeKey, Nonce, UnboundKey};
use ring::agreement::{ECDH_P256, EphemeralPrivateKey, UnparsedPublicKey, agree_ephemeral};
use ring::hmac::{HMAC_SHA256, Key, sign};
use ring::rand::SystemRandom;
use serde_json::Value;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};

use crate::id;

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

pub struct Service {
    pub origin: String,
    status: Arc<AtomicU16>,
    got: Arc<Mutex<Vec<Got>>>,
}

impl Service {
    pub async fn open() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let origin = format!("http://{}", listener.local_addr().unwrap());
        let (status, got) = (Arc::new(AtomicU16::new(201)), Arc::<Mutex<Vec<Got>>>::default());
        let (answers, noted) = (status.clone(), got.clone());
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                tokio::spawn(serve(stream, answers.clone(), noted.clone()));
            }
        });
        Self { origin, status, got }
    }

    pub fn answers(&self, status: u16) {
        self.status.store(status, Ordering::SeqCst);
    }

    /// What it got since the last call.
    pub fn take(&self) -> Vec<Got> {
        std::mem::take(&mut *self.got.lock().unwrap())
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
    got.lock().unwrap().push(Got { head, body: bytes[start..].to_vec() });
    let answer = format!("HTTP/1.1 {} X\r\nContent-Length: 0\r\n\r\n", status.load(Ordering::SeqCst));
    stream.write_all(answer.as_bytes()).await.ok()
}

pub struct Browser {
    pub user: UserId,
    pub session: String,
    pub device: PushDeviceId,
    pub endpoint: String,
    private: EphemeralPrivateKey,
    public: Vec<u8>,
    auth: [u8; 16],
}

impl Browser {
    /// Signs in and turns push messages on.
    pub async fn on(forum: &TestForum, who: Viewer, service: &Service, name: &str) -> Self {
        let user = id(who);
        let origin = Origin::new([203, 0, 113, 7], "A browser");
        let session = secrets::digest(&sessions::open(&forum.cx, user, &origin).await.unwrap());
        let private = EphemeralPrivateKey::generate(&ECDH_P256, &SystemRandom::new()).unwrap();
        let public = private.compute_public_key().unwrap().as_ref().to_vec();
        let auth = [9; 16];
        let endpoint = format!("{}/{name}", service.origin);
        let new =
            Registration { endpoint: endpoint.clone(), public_key: base64url(&public), auth_secret: base64url(&auth) };
        let device = push::register(&forum.cx, user, &session, &new).await.unwrap();
        Self { user, session, device, endpoint, private, public, auth }
    }

    /// Decrypts a message. Its key works once.
    pub fn decrypt(self, got: &Got) -> Value {
        let (salt, rest) = got.body.split_at(16);
        assert_eq!(rest[..5], [0, 0, 16, 0, 65], "one record, and a point");
        let (sender, sealed) = rest[5..].split_at(65);
        let theirs = UnparsedPublicKey::new(&ECDH_P256, sender);
        let shared = agree_ephemeral(self.private, &theirs, <[u8]>::to_vec).unwrap();
        let about = [b"WebPush: info\0".as_slice(), &self.public, sender, &[1]].concat();
        let secret = hmac(salt, &hmac(&hmac(&self.auth, &shared), &about));
        let key = &hmac(&secret, b"Content-Encoding: aes128gcm\0\x01")[..16];
        let nonce = &hmac(&secret, b"Content-Encoding: nonce\0\x01")[..12];
        let nonce = Nonce::try_assume_unique_for_key(nonce).unwrap();
        let mut sealed = sealed.to_vec();
        let key = LessSafeKey::new(UnboundKey::new(&AES_128_GCM, key).unwrap());
        let plain = key.open_in_place(nonce, Aad::empty(), &mut sealed).unwrap();
        let (last, text) = plain.split_last().unwrap();
        assert_eq!(*last, 2, "the last record");
        serde_json::from_slice(text).unwrap()
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
