//! The address of the bus.

use std::fmt;
use std::str::FromStr;

use super::BusError;

/// The address of the bus. Printing it shows no password.
#[derive(Clone, PartialEq, Eq)]
#[allow(missing_docs)]
pub enum BusUrl {
    /// `memory:`, in this process.
    Memory,
    Redis(Servers),
}

/// One Redis, or a Cluster. Printing it shows no password.
#[derive(Clone, PartialEq, Eq)]
pub enum Servers {
    /// `redis://[user[:password]@]host[:port][/database]`, with TLS `rediss://`, or `unix:` with a path.
    One(String),
    /// `redis-cluster://[user[:password]@]host:port[,host:port...]`, with TLS `rediss-cluster://`: some of the nodes,
    /// each as the address of one Redis. They report the others.
    Cluster(Vec<String>),
}

/// The schemes of a Cluster, and those of its nodes.
const CLUSTERS: [(&str, &str); 2] = [("redis-cluster://", "redis://"), ("rediss-cluster://", "rediss://")];

impl FromStr for BusUrl {
    type Err = BusError;

    fn from_str(text: &str) -> Result<Self, BusError> {
        if matches!(text, "memory" | "memory:") {
            return Ok(Self::Memory);
        }
        let cluster = CLUSTERS.iter().find_map(|(scheme, node)| text.strip_prefix(scheme).map(|rest| (rest, node)));
        if let Some((rest, scheme)) = cluster {
            let (user, hosts) = rest.rsplit_once('@').map_or(("", rest), |(user, hosts)| (user, hosts));
            let at = if user.is_empty() { String::new() } else { format!("{user}@") };
            let urls: Vec<String> =
                hosts.trim_end_matches('/').split(',').map(|host| format!("{scheme}{at}{host}")).collect();
            return match urls.iter().all(|url| ::redis::parse_redis_url(url).is_some_and(|url| url.has_host())) {
                true => Ok(Self::Redis(Servers::Cluster(urls))),
                false => {
                    Err(BusError::Url("a cluster must have the form redis-cluster://host:port,host:port".to_owned()))
                }
            };
        }
        match ::redis::parse_redis_url(text) {
            Some(url) if url.fragment() == Some("insecure") => Err(BusError::Url(
                "`#insecure` is not allowed; set SSL_CERT_FILE to your own certificate authority".to_owned(),
            )),
            Some(_) => Ok(Self::Redis(Servers::One(text.to_owned()))),
            None => {
                let schemes = "redis://host:port, rediss://host:port (TLS) or redis-cluster://host:port";
                Err(BusError::Url(format!("must be memory:, {schemes}")))
            }
        }
    }
}

/// Returns host and port, or the socket's path, without credentials.
fn host(url: &str) -> String {
    match ::redis::parse_redis_url(url) {
        Some(url) => match url.host_str() {
            Some(host) => format!("{host}:{}", url.port().unwrap_or(6379)),
            None => url.path().to_owned(),
        },
        None => "an invalid address".to_owned(),
    }
}

impl fmt::Display for Servers {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::One(url) => f.write_str(&host(url)),
            Self::Cluster(urls) => {
                f.write_str("the cluster of ")?;
                f.write_str(&urls.iter().map(|url| host(url)).collect::<Vec<_>>().join(", "))
            }
        }
    }
}

impl fmt::Debug for Servers {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Servers({self})")
    }
}

impl fmt::Display for BusUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Memory => f.write_str("memory"),
            Self::Redis(servers) => servers.fmt(f),
        }
    }
}

impl fmt::Debug for BusUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "BusUrl({self})")
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
    fn a_cluster_address_lists_nodes_that_share_a_password() {
        let url: BusUrl = "redis-cluster://me:secret@one.example:7000,two.example:7001".parse().unwrap();
        assert_eq!(format!("{url}"), "the cluster of one.example:7000, two.example:7001");
        let nodes = ["redis://me:secret@one.example:7000", "redis://me:secret@two.example:7001"].map(str::to_owned);
        assert_eq!(url, BusUrl::Redis(Servers::Cluster(nodes.to_vec())));
        let url: BusUrl = "rediss-cluster://one.example:7000".parse().unwrap();
        assert_eq!(url, BusUrl::Redis(Servers::Cluster(vec!["rediss://one.example:7000".to_owned()])));
        for text in ["redis-cluster://", "redis-cluster://one.example:7000,"] {
            assert!(matches!(text.parse::<BusUrl>(), Err(BusError::Url(_))), "{text:?}");
        }
    }

    #[test]
    fn an_invalid_address_is_refused() {
        assert_eq!("memory:".parse::<BusUrl>().unwrap(), BusUrl::Memory);
        for text in ["", "localhost", "http://localhost", "rediss://localhost/#insecure"] {
            assert!(matches!(text.parse::<BusUrl>(), Err(BusError::Url(_))), "{text:?}");
        }
    }
}
