//! Which addresses a shop's URL may lead to. A URL is a shop's to choose, so without this a webhook could be aimed at
//! what only the gateway's own network can reach (server-side request forgery).
//!
//! The check is made on the addresses a connection is really made to: names are resolved here, and what is forbidden never
//! gets into the list the client connects to. A name that resolves differently a second time (DNS rebinding) is checked
//! a second time.

use std::error::Error as StdError;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};

use reqwest::Url;
use reqwest::dns::{Addrs, Name, Resolve, Resolving};
use thiserror::Error;

/// Whether an address is one of the public Internet. Loopback, private, link-local, shared (CGNAT), unspecified,
/// multicast, broadcast, documentation, benchmark and reserved addresses are not; nor are IPv6 addresses that stand
/// for such an IPv4 address (mapped, compatible, NAT64, 6to4, Teredo).
pub const fn is_public(address: IpAddr) -> bool {
    match address {
        IpAddr::V4(address) => is_public_v4(address),
        IpAddr::V6(address) => is_public_v6(address),
    }
}

const fn is_public_v4(address: Ipv4Addr) -> bool {
    let [a, b, c, _] = address.octets();
    !(address.is_loopback()
        || address.is_private()
        || address.is_link_local()
        || address.is_multicast()
        || address.is_broadcast()
        || address.is_documentation()
        || a == 0
        || (a == 100 && b & 0xc0 == 64) // shared between customers of a provider (RFC 6598)
        || (a == 192 && b == 0 && c == 0) // protocol assignments
        || (a == 192 && b == 88 && c == 99) // 6to4 relays
        || (a == 198 && b & 0xfe == 18) // benchmarks
        || a >= 240) // reserved
}

#[allow(clippy::match_same_arms)] // a row a range, each with its document
const fn is_public_v6(address: Ipv6Addr) -> bool {
    let segments = address.segments();
    match segments {
        // Mapped and compatible: `::ffff:a.b.c.d`, `::a.b.c.d` (loopback and unspecified among them).
        [0, 0, 0, 0, 0, 0 | 0xffff, high, low] => is_public_v4(embedded(high, low)),
        // NAT64 (RFC 6052), and its local prefix, which leads into the operator's own network.
        [0x64, 0xff9b, 0, 0, 0, 0, high, low] => is_public_v4(embedded(high, low)),
        [0x64, 0xff9b, 1, ..] => false,
        // 6to4.
        [0x2002, high, low, ..] => is_public_v4(embedded(high, low)),
        // Teredo, documentation, benchmarks, ORCHID.
        [0x2001, 0 | 2 | 0xdb8, ..] => false,
        [0x2001, 0x10..=0x2f, ..] => false,
        [0x3fff, 0..=0xfff, ..] => false,
        // Only 2000::/3 has been given out: this leaves out fc00::/7, fe80::/10, fec0::/10 and ff00::/8.
        [first, ..] => first & 0xe000 == 0x2000,
    }
}

const fn embedded(high: u16, low: u16) -> Ipv4Addr {
    let ([a, b], [c, d]) = (high.to_be_bytes(), low.to_be_bytes());
    Ipv4Addr::new(a, b, c, d)
}

/// Why a URL is not called.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
pub(crate) enum Refusal {
    /// It leads to an address that is not public.
    #[error("the URL leads to a private address, and webhook_private_targets is false")]
    Private,
    /// It is no URL that can be called.
    #[error("the URL is no http:// or https:// address")]
    NoUrl,
}

impl Refusal {
    /// The refusal that made a client's error, if one did.
    pub(crate) fn of(error: &(dyn StdError + 'static)) -> Option<Self> {
        let mut cause = Some(error);
        while let Some(error) = cause {
            if let Some(refusal) = error.downcast_ref() {
                return Some(*refusal);
            }
            cause = error.source();
        }
        None
    }
}

/// A URL that may be called, as far as its text tells: an address in it is connected to without asking the resolver.
pub(crate) fn check_url(text: &str, private_targets: bool) -> Result<Url, Refusal> {
    let url = Url::parse(text).map_err(|_| Refusal::NoUrl)?;
    let host = url.host_str().filter(|_| matches!(url.scheme(), "http" | "https")).ok_or(Refusal::NoUrl)?;
    let literal: Result<IpAddr, _> = host.trim_start_matches('[').trim_end_matches(']').parse();
    match literal {
        Ok(address) if !private_targets && !is_public(address) => Err(Refusal::Private),
        _ => Ok(url),
    }
}

/// Resolves names by the system, and keeps only what may be connected to.
#[derive(Debug)]
pub(crate) struct PublicResolver;

impl Resolve for PublicResolver {
    fn resolve(&self, name: Name) -> Resolving {
        Box::pin(async move {
            let found: Vec<SocketAddr> = tokio::net::lookup_host((name.as_str(), 0)).await?.collect();
            Ok(public_only(found)?)
        })
    }
}

fn public_only(found: Vec<SocketAddr>) -> Result<Addrs, Refusal> {
    let public: Vec<SocketAddr> = found.into_iter().filter(|address| is_public(address.ip())).collect();
    if public.is_empty() { Err(Refusal::Private) } else { Ok(Box::new(public.into_iter())) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_public_addresses_are_public() {
        let public = [
            "1.1.1.1",
            "100.63.255.255",
            "100.128.0.0",
            "172.15.0.1",
            "172.32.0.1",
            "192.167.0.1",
            "169.253.0.1",
            "198.17.0.1",
            "198.20.0.1",
            "223.255.255.255",
            "52.78.5.241",
            "2606:4700:4700::1111",
            "2002:101:101::1",
            "::ffff:1.1.1.1",
            "64:ff9b::1.1.1.1",
            "2400:cb00::1",
        ];
        for address in public {
            assert!(is_public(address.parse().expect(address)), "{address} is public");
        }
        let private = [
            "0.0.0.0",
            "0.1.2.3",
            "10.0.0.1",
            "100.64.0.1",
            "100.127.255.255",
            "127.0.0.1",
            "127.9.9.9",
            "169.254.169.254",
            "172.16.0.1",
            "172.31.255.255",
            "192.0.0.8",
            "192.0.2.1",
            "192.168.1.1",
            "198.18.0.1",
            "198.51.100.1",
            "203.0.113.1",
            "224.0.0.1",
            "239.1.1.1",
            "240.0.0.1",
            "255.255.255.255",
            "::",
            "::1",
            "::ffff:127.0.0.1",
            "::ffff:10.0.0.1",
            "::127.0.0.1",
            "64:ff9b::10.0.0.1",
            "64:ff9b:1::1",
            "2001::1",
            "2001:db8::1",
            "2002:7f00:1::1",
            "fc00::1",
            "fd12::1",
            "fe80::1",
            "fec0::1",
            "ff02::1",
            "100::1",
        ];
        for address in private {
            assert!(!is_public(address.parse().expect(address)), "{address} is not public");
        }
    }

    #[test]
    fn an_address_in_a_url_is_seen_however_it_is_spelt() {
        for url in [
            "http://127.0.0.1/hook",
            "http://127.1/",
            "http://0x7f.1/",
            "http://2130706433/",
            "http://0177.0.0.1/",
            "https://[::1]:8443/",
            "http://[::ffff:169.254.169.254]/",
            "http://user@10.0.0.1/",
            "http://0/",
        ] {
            assert_eq!(check_url(url, false), Err(Refusal::Private), "{url}");
            assert!(check_url(url, true).is_ok(), "{url}");
        }
        for url in ["ftp://example.com/", "file:///etc/passwd", "hook", "http://", "javascript:alert(1)"] {
            assert_eq!(check_url(url, true), Err(Refusal::NoUrl), "{url}");
        }
        assert!(check_url("https://shop.example/hook", false).is_ok());
    }

    /// A name may resolve to a public address and to a private one: only the public one is left to connect to.
    #[test]
    fn a_private_address_among_others_is_never_connected_to() {
        let found = |texts: &[&str]| texts.iter().map(|text| text.parse().expect("an address")).collect();
        let kept: Vec<SocketAddr> = public_only(found(&["127.0.0.1:0", "1.1.1.1:0", "[fe80::1]:0"]))
            .map(Iterator::collect)
            .expect("one is left");
        assert_eq!(kept, ["1.1.1.1:0".parse().expect("an address")]);
        assert_eq!(public_only(found(&["10.0.0.1:0"])).err(), Some(Refusal::Private));
        assert_eq!(public_only(Vec::new()).err(), Some(Refusal::Private));
    }
}
