//! Where upstreams send their notifications, and whether they can.

use base64::{Engine as _, engine::general_purpose::STANDARD};
use portone_core::Secret;
use portone_engine::port::Random;

/// A secret to sign notifications with, for a sandbox in this process.
pub(crate) fn new_secret(random: &dyn Random) -> Secret<String> {
    let mut key = [0; 24];
    for part in key.chunks_exact_mut(8) {
        part.copy_from_slice(&random.next_u64().to_be_bytes());
    }
    Secret::new(format!("whsec_{}", STANDARD.encode(key)))
}

/// What stands before the channel's key in the address an upstream is given, where it can reach it: with it an upstream
/// tells us alone, without it whoever is set up there.
pub(crate) fn notice_url(
    upstream: &str,
    public_url: &str,
    base_url: &str,
    has_secret: bool,
) -> Option<String> {
    if !is_reachable(public_url, base_url) {
        tracing::warn!(
            upstream,
            public_url,
            "the upstream cannot reach public_url, so it is not asked to notify: deposits and delayed cancels are found by asking"
        );
        return None;
    }
    if !has_secret {
        tracing::warn!(
            upstream,
            "the upstream has no webhook_secret, so its notifications are refused: deposits and delayed cancels are found by asking"
        );
    }
    Some(format!("{public_url}/notifications"))
}

/// Whether an upstream at `base_url` can reach us at `public_url`: one on the internet reaches public addresses only.
fn is_reachable(public_url: &str, base_url: &str) -> bool {
    is_public(public_url) || !is_public(base_url)
}

/// Whether the host of a URL may be reached from anywhere. Of a name only its ending tells.
fn is_public(url: &str) -> bool {
    const LOCAL: [&str; 5] = ["localhost", "local", "internal", "lan", "home.arpa"];
    let Ok(url) = reqwest::Url::parse(url) else { return false };
    let Some(host) = url.host_str() else { return false };
    let host = host.trim_start_matches('[').trim_end_matches(']').trim_end_matches('.');
    if let Ok(address) = host.parse() {
        return portone_http::is_public(address);
    }
    let ends_so = |end: &str| host == end || host.ends_with(&format!(".{end}"));
    host.contains('.') && !LOCAL.iter().any(|end| ends_so(end))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_upstream_on_the_internet_is_given_public_addresses_only() {
        let live = "https://api.portone.io";
        for public in ["https://pay.shop.example", "http://203.0.114.7:8787", "https://[2001:4860::1]"] {
            let url = notice_url("live", public, live, true);
            assert_eq!(url, Some(format!("{public}/notifications")));
        }
        for private in [
            "http://127.0.0.1:8787",
            "http://0.0.0.0:8787",
            "http://10.0.0.5",
            "http://localhost:8787",
            "http://gateway",
            "http://pay.internal",
            "http://[::1]:8787",
        ] {
            assert_eq!(notice_url("live", private, live, true), None, "{private}");
            let beside = notice_url("sandbox", private, "http://127.0.0.1:8789", true);
            assert_eq!(beside, Some(format!("{private}/notifications")));
        }
    }
}
