//! Where the bus is.

use std::fmt;
use std::str::FromStr;

use super::BusError;

/// Where the bus is: `memory:`, or the address of a Redis. Printing it shows no password.
#[derive(Clone, PartialEq, Eq)]
pub enum BusUrl {
    /// In this process.
    Memory,
    /// `redis://[user[:password]@]host[:port][/database]`, or `unix:` with a path.
    Redis(String),
}

impl FromStr for BusUrl {
    type Err = BusError;

    fn from_str(text: &str) -> Result<Self, BusError> {
        if matches!(text, "memory" | "memory:") {
            return Ok(Self::Memory);
        }
        match ::redis::parse_redis_url(text) {
            Some(url) if matches!(url.scheme(), "rediss" | "valkeys") => Err(BusError::Url(
                "TLS to Redis is not built in; use redis:// on a private network, or a tunnel".to_owned(),
            )),
            Some(_) => Ok(Self::Redis(text.to_owned())),
            None => Err(BusError::Url("it has to be memory: or redis://host:port".to_owned())),
        }
    }
}

impl BusUrl {
    /// Host and port, or the socket's path: fit to be shown.
    pub fn host(&self) -> String {
        match self {
            Self::Memory => "memory".to_owned(),
            Self::Redis(url) => host(url),
        }
    }
}

pub(super) fn host(url: &str) -> String {
    match ::redis::parse_redis_url(url) {
        Some(url) => match url.host_str() {
            Some(host) => format!("{host}:{}", url.port().unwrap_or(6379)),
            None => url.path().to_owned(),
        },
        None => "an address that is none".to_owned(),
    }
}

impl fmt::Debug for BusUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "BusUrl({})", self.host())
    }
}

impl fmt::Display for BusUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.host())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_never_shows_its_password() {
        let url: BusUrl = "redis://me:secret@redis.example:6380/2".parse().unwrap();
        assert_eq!(format!("{url} {url:?}"), "redis.example:6380 BusUrl(redis.example:6380)");
    }

    #[test]
    fn what_is_no_address_is_refused() {
        assert_eq!("memory:".parse::<BusUrl>().unwrap(), BusUrl::Memory);
        for text in ["", "localhost", "http://localhost", "rediss://localhost"] {
            assert!(matches!(text.parse::<BusUrl>(), Err(BusError::Url(_))), "{text:?}");
        }
    }
}
