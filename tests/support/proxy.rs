//! A reverse proxy that makes one site of the services: polls go to realtime, everything else to web. It does what
//! `deploy/nginx.conf` does, in the few lines that a test needs.

use std::sync::Arc;

use tokio::io::{AsyncReadExt, AsyncWriteExt, copy_bidirectional};
use tokio::net::{TcpListener, TcpStream};

const HEAD: usize = 64 * 1_024;

/// Serves on the listener until the test's runtime ends.
pub fn serve(listener: TcpListener, pages: u16, polls: u16) {
    let ports = Arc::new((pages, polls));
    tokio::spawn(async move {
        while let Ok((browser, _)) = listener.accept().await {
            let ports = Arc::clone(&ports);
            // The browser notices a broken connection.
            tokio::spawn(async move { forward(browser, &ports).await.ok() });
        }
    });
}

/// Forwards one request and its answer. `Connection: close` tells both ends that no second one follows.
async fn forward(mut browser: TcpStream, (pages, polls): &(u16, u16)) -> std::io::Result<()> {
    let mut bytes = Vec::new();
    let end = loop {
        if let Some(end) = bytes.windows(4).position(|four| four == b"\r\n\r\n") {
            break end;
        }
        if bytes.len() > HEAD || browser.read_buf(&mut bytes).await? == 0 {
            return Ok(());
        }
    };
    let head = String::from_utf8_lossy(&bytes[..end]).into_owned();
    let is_poll = head.split(' ').nth(1).is_some_and(|path| path.starts_with("/live") || path.starts_with("/api/live"));
    let Ok(mut service) = TcpStream::connect(("127.0.0.1", if is_poll { *polls } else { *pages })).await else {
        return browser.write_all(b"HTTP/1.1 502 Bad Gateway\r\nContent-Length: 0\r\nConnection: close\r\n\r\n").await;
    };
    let lines = head.split("\r\n").filter(|line| !line.to_ascii_lowercase().starts_with("connection:"));
    let mut request = lines.collect::<Vec<_>>().join("\r\n").into_bytes();
    request.extend_from_slice(b"\r\nConnection: close\r\n\r\n");
    request.extend_from_slice(&bytes[end + 4..]);
    service.write_all(&request).await?;
    copy_bidirectional(&mut browser, &mut service).await?;
    Ok(())
}
