//! Networks of clients, and a count of the open connections from each.

use std::collections::HashMap;
use std::net::{IpAddr, Ipv6Addr};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

/// Returns the network that identifies a client: an IPv4 address itself, or the /64 of an IPv6 address, since a client
/// usually has all addresses of its /64.
pub fn network(address: IpAddr) -> IpAddr {
    masked(address, 64)
}

/// Returns the site that a client belongs to: an IPv4 address itself, or the /48 of an IPv6 address. Providers often
/// give a whole /48 to one customer.
pub fn wide_network(address: IpAddr) -> IpAddr {
    masked(address, 48)
}

fn masked(address: IpAddr, bits: u32) -> IpAddr {
    match address.to_canonical() {
        IpAddr::V4(v4) => v4.into(),
        IpAddr::V6(v6) => Ipv6Addr::from_bits(v6.to_bits() & (u128::MAX << (128 - bits))).into(),
    }
}

/// Whether connections from this address are not counted: a proxy on this machine connects from there, for everybody.
pub fn is_own_proxy(address: IpAddr) -> bool {
    [IpAddr::from([127, 0, 0, 1]), Ipv6Addr::LOCALHOST.into()].contains(&address.to_canonical())
}

/// The open connections of a process.
#[derive(Debug)]
pub struct Connections {
    per_network: usize,
    total: usize,
    open: AtomicUsize,
    networks: Mutex<HashMap<IpAddr, usize>>,
}

/// An open connection, counted until it is dropped.
#[derive(Debug)]
pub struct Counted {
    all: Arc<Connections>,
    network: Option<IpAddr>,
}

impl Connections {
    /// Starts to count. `total` is the number that the process accepts; the caller keeps to it.
    pub fn new(per_network: usize, total: usize) -> Arc<Self> {
        Arc::new(Self { per_network, total, open: AtomicUsize::new(0), networks: Mutex::default() })
    }

    /// Counts a connection from this address; `None` for a proxy, whose connections belong to many clients. Returns
    /// `None` when its network has too many.
    pub fn count(self: &Arc<Self>, address: Option<IpAddr>) -> Option<Counted> {
        let network = address.map(network);
        if let Some(network) = network {
            let mut networks = self.networks.lock().unwrap_or_else(PoisonError::into_inner);
            let open = networks.entry(network).or_default();
            if *open >= self.per_network {
                return None;
            }
            *open += 1;
        }
        self.open.fetch_add(1, Ordering::Relaxed);
        Some(Counted { all: self.clone(), network })
    }

    /// Whether few more connections fit: then idle ones must make room.
    pub fn is_crowded(&self) -> bool {
        self.open.load(Ordering::Relaxed) >= self.total - self.total / 4
    }
}

impl Drop for Counted {
    fn drop(&mut self) {
        self.all.open.fetch_sub(1, Ordering::Relaxed);
        let Some(network) = self.network else { return };
        let mut networks = self.all.networks.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(open) = networks.get_mut(&network) {
            *open -= 1;
            if *open == 0 {
                networks.remove(&network);
            }
        }
        if networks.capacity() > 4 * networks.len().max(1_024) {
            networks.shrink_to_fit();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn address(text: &str) -> IpAddr {
        text.parse().expect("an address")
    }

    #[test]
    fn a_network_is_an_ipv4_address_or_an_ipv6_prefix() {
        for (client, narrow, wide) in [
            ("192.0.2.7", "192.0.2.7", "192.0.2.7"),
            ("::ffff:192.0.2.7", "192.0.2.7", "192.0.2.7"),
            ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::", "2001:db8:1::"),
        ] {
            let client = address(client);
            assert_eq!((network(client), wide_network(client)), (address(narrow), address(wide)));
        }
    }

    #[test]
    fn connections_are_limited_per_network_but_not_for_a_proxy() {
        let all = Connections::new(2, 100);
        let open = |text: &str| all.count(Some(address(text)));
        let first = open("2001:db8::1").expect("the first");
        let _second = open("2001:db8::2").expect("the second");
        assert!(open("2001:db8::3").is_none());
        let _elsewhere = open("2001:db8:0:1::3").expect("another network");
        let proxied: Vec<Counted> = (0..9).filter_map(|_| all.count(None)).collect();
        assert_eq!(proxied.len(), 9);
        drop(first);
        assert!(open("2001:db8::3").is_some());
    }

    #[test]
    fn the_server_is_crowded_when_three_quarters_of_its_connections_are_open() {
        let all = Connections::new(100, 4);
        let mut open: Vec<Counted> = (0..2).filter_map(|_| all.count(None)).collect();
        assert!(!all.is_crowded());
        open.extend(all.count(None));
        assert!(all.is_crowded());
        open.pop();
        assert!(!all.is_crowded());
    }
}
