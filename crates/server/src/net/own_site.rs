//! Which requests of browsers the operators' listener takes: those that were made for it, by its own pages.
//!
//! A web page anywhere can send requests to an address on the operator's machine, and it can point a host name of its
//! own there (DNS rebinding). The first shows in `Origin`, the second in `Host`.

use std::net::{IpAddr, SocketAddr};

use hyper::Uri;
use hyper::header::{self, HeaderMap, HeaderValue};

/// Why a request is refused, if it is. `own` is the address that it was sent to; `hosts` are the configured names.
pub(super) fn refusal(uri: &Uri, headers: &HeaderMap, own: Option<IpAddr>, hosts: &[String]) -> Option<&'static str> {
    let named = headers.get_all(header::HOST).iter().map(text_of).chain(uri.authority().map(|name| name.as_str()));
    let named: Vec<&str> = named.collect();
    let is_known = |authority: &str| is_own(host_of(authority), own, hosts);
    if !named.iter().all(|host| is_known(host)) {
        return Some("the operators' listener has no such host name; see admin.hosts in the configuration\n");
    }
    let is_from_here = |origin: &str| {
        let (_, authority) = origin.split_once("://").unwrap_or_default();
        is_named(host_of(authority), hosts) || named.iter().any(|host| host.eq_ignore_ascii_case(authority))
    };
    let is_foreign = headers.get_all(header::ORIGIN).iter().any(|origin| !is_from_here(text_of(origin)));
    is_foreign.then_some("pages of other sites may not talk to the operators' listener\n")
}

/// Whether a page asks that came from the host that it asks.
pub(super) fn is_same_site(headers: &HeaderMap) -> bool {
    let origin = headers.get(header::ORIGIN).map(text_of).and_then(|origin| origin.split_once("://"));
    let host = headers.get(header::HOST).map(text_of);
    origin.is_some_and(|(_, authority)| host.is_some_and(|host| host.eq_ignore_ascii_case(authority)))
}

/// Text that is not readable is like none: no host has that name.
fn text_of(value: &HeaderValue) -> &str {
    value.to_str().unwrap_or_default()
}

/// `HOST` of `HOST:PORT`, `[IPV6]` of `[IPV6]:PORT`. The port may be that of a tunnel, so it says nothing.
fn host_of(authority: &str) -> &str {
    match authority.rsplit_once(':') {
        Some((host, port)) if !port.ends_with(']') => host,
        _ => authority,
    }
}

fn is_own(host: &str, own: Option<IpAddr>, hosts: &[String]) -> bool {
    if host.eq_ignore_ascii_case("localhost") || is_named(host, hosts) {
        return true;
    }
    let address = host.trim_start_matches('[').trim_end_matches(']').parse::<IpAddr>();
    address.is_ok_and(|address| {
        address.is_loopback() || own.is_some_and(|own| own.to_canonical() == address.to_canonical())
    })
}

fn is_named(host: &str, hosts: &[String]) -> bool {
    hosts.iter().any(|known| known.eq_ignore_ascii_case(host))
}

/// The address that a connection was made to.
pub(super) fn own_address(local: std::io::Result<SocketAddr>) -> Option<IpAddr> {
    local.ok().map(|local| local.ip())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn refused(host: &'static str, origin: Option<&'static str>) -> bool {
        let mut headers = HeaderMap::new();
        headers.insert(header::HOST, HeaderValue::from_static(host));
        headers.extend(origin.map(|origin| (header::ORIGIN, HeaderValue::from_static(origin))));
        let hosts = ["ops.example".to_owned()];
        refusal(&Uri::from_static("/metrics"), &headers, Some(IpAddr::from([10, 0, 0, 7])), &hosts).is_some()
    }

    #[test]
    fn a_name_that_somebody_pointed_here_is_refused() {
        for host in
            ["localhost", "LOCALHOST:9000", "127.0.0.1:7352", "[::1]:7352", "[::1]", "10.0.0.7", "Ops.Example:80"]
        {
            assert!(!refused(host, None), "{host} is this listener");
        }
        for host in ["evil.example", "evil.example:7352", "10.0.0.8", "localhost.evil.example", "", "127.0.0.1.evil:1"]
        {
            assert!(refused(host, None), "{host} is not");
        }
    }

    #[test]
    fn only_pages_of_the_listener_itself_may_talk_to_it() {
        assert!(!refused("127.0.0.1:7352", Some("http://127.0.0.1:7352")));
        assert!(!refused("127.0.0.1:7352", Some("https://ops.example")), "a configured name");
        for origin in
            ["http://127.0.0.1:3000", "https://evil.example", "null", "http://localhost:7352", "127.0.0.1:7352"]
        {
            assert!(refused("127.0.0.1:7352", Some(origin)), "{origin} is another site");
        }
    }
}
