//! Where a request comes from: the connection's address, or the one that a trusted proxy says it passes on.
//!
//! An address that anyone else claims is never believed: it would be a way around the waits after wrong guesses.

use std::net::{IpAddr, SocketAddr};

use axum::http::HeaderMap;

/// Who is at the other end: of what trusted proxies say in `X-Forwarded-For`, the last address that isn't one of theirs. What
/// stands before it anyone can have made up.
#[must_use]
pub fn client(peer: IpAddr, headers: &HeaderMap, trusted: &[IpAddr]) -> IpAddr {
    let trusts = |at: IpAddr| trusted.iter().any(|proxy| proxy.to_canonical() == at);
    let lines = headers.get_all("x-forwarded-for").iter().rev();
    let hops = lines.flat_map(|line| line.to_str().unwrap_or_default().rsplit(','));
    let mut at = peer.to_canonical();
    for hop in hops {
        match address(hop).filter(|_| trusts(at)) {
            Some(before) => at = before,
            None => break,
        }
    }
    at
}

/// An address, with or without a port, an IPv6 one with or without brackets.
fn address(text: &str) -> Option<IpAddr> {
    let text = text.trim();
    let bare = text
        .strip_prefix('[')
        .and_then(|text| text.strip_suffix(']'))
        .unwrap_or(text);
    let plain = bare.parse::<IpAddr>().ok();
    let with_port = || text.parse::<SocketAddr>().ok().map(|at| at.ip());
    plain.or_else(with_port).map(|found| found.to_canonical())
}

/// The network of an address: what the log may know, and what guesses over IPv6 are counted by.
#[must_use]
pub fn network(address: IpAddr) -> String {
    match address.to_canonical() {
        IpAddr::V4(v4) => {
            let [a, b, c, _] = v4.octets();
            format!("{a}.{b}.{c}.0/24")
        }
        IpAddr::V6(v6) => {
            let [a, b, c, ..] = v6.segments();
            format!("{a:x}:{b:x}:{c:x}::/48")
        }
    }
}

/// By what guesses from an address are counted: itself, or the network of an IPv6 host, which has 2⁶⁴ addresses.
#[must_use]
pub fn counted(address: IpAddr) -> String {
    match address.to_canonical() {
        IpAddr::V4(v4) => v4.to_string(),
        IpAddr::V6(v6) => {
            let [a, b, c, d, ..] = v6.segments();
            format!("{a:x}:{b:x}:{c:x}:{d:x}::/64")
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{client, counted, network};
    use axum::http::HeaderMap;
    use std::net::IpAddr;

    fn ip(text: &str) -> Option<IpAddr> {
        text.parse().ok()
    }

    #[test]
    fn only_a_trusted_proxy_is_believed() {
        let trusted: Vec<IpAddr> = ["10.0.0.1", "10.0.0.2"]
            .into_iter()
            .filter_map(ip)
            .collect();
        let of = |peer: &str, lines: &[&str]| {
            let mut headers = HeaderMap::new();
            for line in lines {
                headers.append("x-forwarded-for", line.parse().ok()?);
            }
            Some(client(ip(peer)?, &headers, &trusted))
        };
        for (peer, line, at) in [
            ("192.0.2.9", "198.51.100.7", "192.0.2.9"),
            ("10.0.0.1", "198.51.100.7", "198.51.100.7"),
            ("10.0.0.1", "203.0.113.1, 198.51.100.7", "198.51.100.7"),
            ("10.0.0.1", "198.51.100.7, 10.0.0.2", "198.51.100.7"),
            ("::ffff:10.0.0.1", "2001:db8::1", "2001:db8::1"),
            ("10.0.0.1", "[2001:db8::1]:4711", "2001:db8::1"),
            ("10.0.0.1", "198.51.100.7, nonsense", "10.0.0.1"),
            ("10.0.0.1", "", "10.0.0.1"),
        ] {
            assert_eq!(of(peer, &[line]), ip(at), "{peer} {line}");
        }
        let two = of("10.0.0.1", &["203.0.113.1", "198.51.100.7"]);
        assert_eq!(two, ip("198.51.100.7"));
    }

    #[test]
    fn networks_name_no_single_address() {
        let of = |text: &str| ip(text).map(|ip| (network(ip), counted(ip)));
        let both = |a: &str, b: &str| Some((a.to_owned(), b.to_owned()));
        assert_eq!(of("192.0.2.77"), both("192.0.2.0/24", "192.0.2.77"));
        let v6 = both("2001:db8:0::/48", "2001:db8:0:1::/64");
        assert_eq!(of("2001:db8:0:1::77"), v6);
    }
}
