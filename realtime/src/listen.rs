//! Listeners with a queue long enough for a herd of browsers that all connect again at once.

use std::io;
use std::net::{SocketAddr, TcpListener};

use tokio::net::TcpSocket;

/// How many connections may wait to be accepted.
const BACKLOG: u32 = 4_096;

/// A listener that has its address for itself.
///
/// # Errors
/// When the address cannot be had.
pub async fn bind(address: SocketAddr) -> io::Result<TcpListener> {
    listen(address, false)
}

/// A listener that shares its address with other processes that ask for that: the kernel spreads the connections.
///
/// # Errors
/// When the address cannot be had.
pub async fn bind_shared(address: SocketAddr) -> io::Result<TcpListener> {
    listen(address, true)
}

fn listen(address: SocketAddr, shared: bool) -> io::Result<TcpListener> {
    let socket = if address.is_ipv4() { TcpSocket::new_v4()? } else { TcpSocket::new_v6()? };
    socket.set_reuseaddr(true)?;
    socket.set_reuseport(shared)?;
    socket.bind(address)?;
    socket.listen(BACKLOG)?.into_std()
}
