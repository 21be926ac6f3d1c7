//! A foreign host with images and a page, which remembers what it was asked.

use std::sync::{Arc, Mutex};

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};

/// One white pixel.
const GIF: &[u8] = b"GIF89a\x01\0\x01\0\x80\0\0\xff\xff\xff\0\0\0\x2c\0\0\0\0\x01\0\x01\0\0\x02\x02\x44\x01\0\x3b";
const PAGE: &[u8] = b"<title>The heron &amp; its nest</title><meta property=og:image content=/heron.gif>";

/// The host. Every path that ends with `.gif` is an image, `/page` is a page, and nothing else exists.
pub struct RemoteHost {
    /// Scheme, host and port.
    pub base: String,
    /// The heads of the requests.
    asked: Arc<Mutex<Vec<String>>>,
}

impl RemoteHost {
    pub async fn open() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let base = format!("http://{}", listener.local_addr().expect("its address"));
        let asked = Arc::<Mutex<Vec<String>>>::default();
        let noted = asked.clone();
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                tokio::spawn(serve(stream, noted.clone()));
            }
        });
        Self { base, asked }
    }

    /// The heads of all requests.
    pub fn asked(&self) -> Vec<String> {
        self.asked.lock().expect("no panic").clone()
    }
}

async fn serve(mut stream: TcpStream, asked: Arc<Mutex<Vec<String>>>) -> Option<()> {
    let mut bytes = Vec::new();
    let mut buffer = [0; 16_384];
    while !bytes.ends_with(b"\r\n\r\n") {
        let read = stream.read(&mut buffer).await.ok().filter(|read| *read > 0)?;
        bytes.extend_from_slice(&buffer[..read]);
    }
    let head = String::from_utf8_lossy(&bytes).into_owned();
    let path = head.split(' ').nth(1).unwrap_or_default().to_owned();
    asked.lock().ok()?.push(head);
    let (status, kind, body) = match path.split('?').next().unwrap_or_default() {
        "/page" => (200, "text/html", PAGE),
        path if path.ends_with(".gif") => (200, "image/gif", GIF),
        _ => (404, "text/plain", &b"nothing"[..]),
    };
    let head = format!("HTTP/1.1 {status} X\r\nContent-Type: {kind}\r\nContent-Length: {}\r\n\r\n", body.len());
    stream.write_all(&[head.as_bytes(), body].concat()).await.ok()
}
