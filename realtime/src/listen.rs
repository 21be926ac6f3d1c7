//! Listeners with a backlog large enough for many browsers that all reconnect at once.

use std::io;
use std::net::{SocketAddr, TcpListener};

use tokio::net::TcpSocket;

const BACKLOG: u32 = 4_096;

/// Binds a listener to an address of its own.
///
/// # Errors
/// When the address cannot be bound.
pub async fn bind(address: SocketAddr) -> io::Result<TcpListener> {
    listen(address, false)
}

/// Binds a listener that shares its address with other such processes. The kernel spreads the connections over them.
///
/// # Errors
/// When the address cannot be bound.
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
