//! Whether a request to a control route may come from a web page of another site. Browsers send it on behalf of any page
//! that its user opens, and control routes ask for no signature.

use std::net::IpAddr;

/// Whether a request comes from the sandbox's own pages or from no page at all. `any_host` allows it to be called by any
/// name; otherwise names other than `localhost` are refused, because whoever owns one can have it resolve to this machine.
pub(super) fn is_own(host: Option<&str>, origin: Option<&str>, any_host: bool) -> bool {
    let Some(host) = host else {
        return origin.is_none();
    };
    let is_known = any_host || name_of(host) == "localhost" || name_of(host).parse::<IpAddr>().is_ok();
    let is_same = origin.is_none_or(|origin| origin.strip_prefix("http://").is_some_and(|site| site == host));
    is_known && is_same
}

/// The host of `HOST` or `HOST:PORT`, without the brackets of IPv6.
fn name_of(host: &str) -> &str {
    match host.strip_prefix('[').and_then(|rest| rest.split_once(']')) {
        Some((address, _)) => address,
        None => host.rsplit_once(':').map_or(host, |(name, _)| name),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pages_of_other_sites_and_names_that_anybody_may_own_are_told_apart() {
        for host in ["127.0.0.1:7351", "localhost:7351", "localhost", "[::1]:7351", "10.0.0.7"] {
            assert!(is_own(Some(host), None, false), "{host}: no page");
            assert!(is_own(Some(host), Some(&format!("http://{host}")), false), "{host}: its own page");
            for origin in ["null", "http://evil.example", "https://127.0.0.1:7351", "http://127.0.0.1:80"] {
                assert!(!is_own(Some(host), Some(origin), false), "{host}: a page of {origin}");
            }
        }
        assert!(
            !is_own(Some("evil.example:7351"), Some("http://evil.example:7351"), false),
            "a name that came to lead here"
        );
        assert!(!is_own(Some("evil.example"), None, false));
        assert!(is_own(Some("sandbox:7351"), None, true), "where any address is allowed, so is any name");
        assert!(!is_own(Some("sandbox:7351"), Some("http://evil.example"), true));
    }
}
