//! Where the server listens: a TCP address, or a socket in the file system.

use std::fmt;
use std::io;
use std::net::SocketAddr;
use std::os::unix::fs::{FileTypeExt, PermissionsExt};
use std::path::{Path, PathBuf};
use std::str::FromStr;

use tokio::net::{TcpListener, TcpStream, UnixListener, UnixStream};

/// Where to listen.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Address {
    /// `127.0.0.1:2424`
    Tcp(SocketAddr),
    /// `unix:/run/klatch/lmtp.sock`
    Unix(PathBuf),
}

impl FromStr for Address {
    type Err = ();

    fn from_str(text: &str) -> Result<Self, ()> {
        match text.strip_prefix("unix:") {
            Some(path) if path.starts_with('/') => Ok(Self::Unix(path.into())),
            Some(_) => Err(()),
            None => text.parse().map(Self::Tcp).map_err(drop),
        }
    }
}

impl fmt::Display for Address {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Tcp(address) => address.fmt(f),
            Self::Unix(path) => write!(f, "unix:{}", path.display()),
        }
    }
}

/// A socket that listens.
#[derive(Debug)]
pub enum Listener {
    /// At a TCP address.
    Tcp(TcpListener),
    /// In the file system.
    Unix(UnixListener),
}

/// A connection.
pub(crate) enum Accepted {
    Tcp(TcpStream),
    Unix(UnixStream),
}

impl Listener {
    pub(crate) async fn accept(&self) -> io::Result<Accepted> {
        match self {
            Self::Tcp(listener) => listener.accept().await.map(|(stream, _)| Accepted::Tcp(stream)),
            Self::Unix(listener) => listener.accept().await.map(|(stream, _)| Accepted::Unix(stream)),
        }
    }
}

/// Listens at an address. Everyone on this machine may connect to a socket in the file system, if its folder lets them. One that
/// nobody listens at any more is replaced.
///
/// # Errors
/// When the address cannot be used.
pub async fn bind(address: &Address) -> io::Result<Listener> {
    match address {
        Address::Tcp(address) => TcpListener::bind(address).await.map(Listener::Tcp),
        Address::Unix(path) => {
            remove_left(path).await?;
            let listener = UnixListener::bind(path)?;
            std::fs::set_permissions(path, std::fs::Permissions::from_mode(0o666))?;
            Ok(Listener::Unix(listener))
        }
    }
}

/// Removes a socket that an earlier process left.
async fn remove_left(path: &Path) -> io::Result<()> {
    let is_socket = std::fs::symlink_metadata(path).is_ok_and(|about| about.file_type().is_socket());
    if is_socket && UnixStream::connect(path).await.is_err() {
        std::fs::remove_file(path)?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::Address;

    #[test]
    fn an_address_is_a_port_or_a_path() {
        for good in ["127.0.0.1:2424", "[::1]:2424", "unix:/run/klatch/lmtp.sock"] {
            let address: Address = good.parse().expect("an address");
            assert_eq!(address.to_string(), good);
        }
        for bad in ["", "2424", "localhost:2424", "unix:lmtp.sock", "/run/lmtp.sock"] {
            assert_eq!(bad.parse::<Address>(), Err(()), "{bad}");
        }
    }
}
