//! Clients behind trusted proxies: the header `X-Forwarded-For`, and the PROXY protocol.

use std::io::{self, ErrorKind};
use std::net::{IpAddr, SocketAddr};

use proxy_header::{ParseConfig, ProxyHeader};
use tokio::io::{AsyncRead, AsyncReadExt};

use crate::config::proxies::TrustedProxies;

/// The client that sent a request over a connection from `peer`. The addresses that proxies have noted, in the values of
/// `X-Forwarded-For`, are read from right to left: the first that is no trusted proxy is the client's, and what stands left
/// of it is its own claim. An entry that is no address ends the search.
pub fn forwarded_client<'v>(
    proxies: &TrustedProxies,
    peer: IpAddr,
    noted: impl DoubleEndedIterator<Item = &'v str>,
) -> IpAddr {
    let mut noted = noted.rev().flat_map(|value| value.rsplit(','));
    let mut client = peer;
    while proxies.trusts(client)
        && let Some(address) = noted.next().and_then(address_in)
    {
        client = address;
    }
    client
}

/// Some proxies note the port too.
fn address_in(entry: &str) -> Option<IpAddr> {
    let entry = entry.trim();
    let with_port = || entry.parse::<SocketAddr>().ok().map(|address| address.ip());
    let in_brackets = || entry.strip_prefix('[')?.strip_suffix(']')?.parse().ok();
    let address = entry.parse().ok().or_else(with_port).or_else(in_brackets)?;
    Some(address.to_canonical())
}

/// What a header of version 2 begins with. One of version 1 is not shorter.
const VERSION_2: &[u8; 12] = b"\r\n\r\n\0\r\nQUIT\n";
/// What follows there before the addresses: command, family, and the length of the rest.
const VERSION_2_REST: usize = 4;
const VERSION_1: &[u8] = b"PROXY ";
/// The longest header of version 1, as the protocol says.
const VERSION_1_BYTES_MAX: usize = 107;
/// The longest header of version 2 that is read. Addresses take at most 216 bytes of it; proxies add remarks.
const VERSION_2_BYTES_MAX: usize = 4096;

/// Reads a header of the PROXY protocol, version 1 or 2, and nothing beyond it. Returns the address of the client;
/// `None` when the proxy speaks for itself, as in a health check.
///
/// # Errors
/// When there is none, or it is malformed or too long.
pub async fn read_proxy_header(stream: &mut (impl AsyncRead + Unpin)) -> io::Result<Option<SocketAddr>> {
    let mut header = vec![0; VERSION_2.len()];
    stream.read_exact(&mut header).await?;
    if header == VERSION_2 {
        extend(&mut header, VERSION_2_REST, stream).await?;
        let rest = usize::from(u16::from_be_bytes([header[14], header[15]]));
        if header.len() + rest > VERSION_2_BYTES_MAX {
            return Err(io::Error::new(ErrorKind::InvalidData, "the header is too long"));
        }
        extend(&mut header, rest, stream).await?;
    } else if header.starts_with(VERSION_1) {
        while !header.ends_with(b"\n") && header.len() < VERSION_1_BYTES_MAX {
            extend(&mut header, 1, stream).await?;
        }
    }
    let parsed = ProxyHeader::parse(&header, ParseConfig::default());
    let (parsed, _) = parsed.map_err(|error| io::Error::new(ErrorKind::InvalidData, error.to_string()))?;
    Ok(parsed.proxied_address().map(|address| address.source))
}

/// Reads this many bytes more.
async fn extend(header: &mut Vec<u8>, count: usize, stream: &mut (impl AsyncRead + Unpin)) -> io::Result<()> {
    let from = header.len();
    header.resize(from + count, 0);
    stream.read_exact(&mut header[from..]).await.map(drop)
}

#[cfg(test)]
mod tests {
    use super::*;

    const HERE: IpAddr = IpAddr::V4(std::net::Ipv4Addr::LOCALHOST);

    fn client_of(noted: &[&str]) -> String {
        let trusted = ["127.0.0.1", "10.0.0.0/8", "2001:db8::/32"].map(str::to_owned);
        let proxies = TrustedProxies::parse(&trusted).expect("addresses and networks");
        forwarded_client(&proxies, HERE, noted.iter().copied()).to_string()
    }

    #[test]
    fn the_client_is_the_last_address_that_is_no_trusted_proxy() {
        assert_eq!(client_of(&["203.0.113.9"]), "203.0.113.9");
        assert_eq!(client_of(&["203.0.113.9, 10.1.2.3"]), "203.0.113.9", "a proxy behind a proxy");
        assert_eq!(
            client_of(&["6.6.6.6, 203.0.113.9", "10.1.2.3"]),
            "203.0.113.9",
            "what stands left of it is a claim"
        );
        assert_eq!(client_of(&["10.0.0.1,10.0.0.2"]), "10.0.0.1", "a request of a proxy itself");
        assert_eq!(client_of(&["203.0.113.9:4711"]), "203.0.113.9", "some note the port");
        assert_eq!(client_of(&["[2001:db9::1]:4711"]), "2001:db9::1");
        assert_eq!(client_of(&["[2001:db9::1]"]), "2001:db9::1");
        assert_eq!(client_of(&["::ffff:203.0.113.9"]), "203.0.113.9");
        assert_eq!(client_of(&[]), "127.0.0.1", "without a header it is the peer");
    }

    #[test]
    fn an_entry_that_is_no_address_hides_what_stands_left_of_it() {
        for noise in ["", "unknown", "_hidden", "203.0.113", "[::1", "a,b", "203.0.113.9;10.0.0.1"] {
            assert_eq!(client_of(&["203.0.113.9", noise]), "127.0.0.1", "{noise:?}");
        }
        assert_eq!(client_of(&["203.0.113.9, unknown, 10.0.0.7"]), "10.0.0.7");
    }

    #[test]
    fn a_header_from_nobody_trusted_is_ignored() {
        let nobody = TrustedProxies::default();
        assert_eq!(forwarded_client(&nobody, HERE, ["203.0.113.9"].into_iter()), HERE);
    }

    /// What a header says, and what is left of the bytes.
    async fn read(mut bytes: &[u8]) -> (Result<Option<String>, ErrorKind>, usize) {
        let read = read_proxy_header(&mut bytes).await;
        (read.map(|client| client.map(|client| client.to_string())).map_err(|error| error.kind()), bytes.len())
    }

    fn version_2(command: u8, family: u8, rest: &[u8]) -> Vec<u8> {
        let length = u16::try_from(rest.len()).expect("it is short").to_be_bytes();
        [VERSION_2, &[command, family][..], &length, rest].concat()
    }

    #[tokio::test]
    async fn both_versions_of_the_proxy_protocol_are_read_and_nothing_beyond_them() {
        let beyond = b"GET / HTTP/1.1\r\n";
        let addresses = [203, 0, 113, 9, 10, 0, 0, 1, 0x12, 0x67, 0, 80];
        let remarks = [&addresses[..], &[4, 0, 2, 0, 0]].concat();
        let cases: [(&[u8], Option<&str>); 6] = [
            (b"PROXY TCP4 203.0.113.9 10.0.0.1 4711 80\r\n", Some("203.0.113.9:4711")),
            (b"PROXY TCP6 2001:db9::1 ::1 4711 80\r\n", Some("[2001:db9::1]:4711")),
            (b"PROXY UNKNOWN\r\n", None),
            (&version_2(0x21, 0x11, &addresses), Some("203.0.113.9:4711")),
            (&version_2(0x21, 0x11, &remarks), Some("203.0.113.9:4711")),
            (&version_2(0x20, 0x00, &[]), None),
        ];
        for (header, client) in cases {
            let (read, left) = read(&[header, beyond].concat()).await;
            assert_eq!((read, left), (Ok(client.map(str::to_owned)), beyond.len()), "{}", header.escape_ascii());
        }
    }

    #[tokio::test]
    async fn a_header_that_is_malformed_cut_or_too_long_is_refused() {
        let long = [&b"PROXY TCP4 "[..], &[b'1'; 200], b"\r\n"].concat();
        let cases: [&[u8]; 8] = [
            b"GET / HTTP/1.1\r\nHost: x\r\n\r\n",
            b"PROXY TCP4 203.0.113.9 10.0.0.1 4711 80\n",
            b"PROXY TCP4 203.0.113.999 10.0.0.1 4711 80\r\n",
            b"PROXY UDP4 203.0.113.9 10.0.0.1 4711 80\r\n",
            &long,
            &version_2(0x22, 0x11, &[0; 12]),
            &version_2(0x21, 0x11, &[0; 5]),
            &version_2(0x21, 0x11, &[0; VERSION_2_BYTES_MAX]),
        ];
        for header in cases {
            assert_eq!(read(header).await.0, Err(ErrorKind::InvalidData), "{}", header.escape_ascii());
        }
        for header in [&b""[..], b"PROXY", b"PROXY TCP4 203.0.113.9 10.0", &version_2(0x21, 0x11, &[0; 12])[..20]] {
            assert_eq!(read(header).await.0, Err(ErrorKind::UnexpectedEof), "{}", header.escape_ascii());
        }
    }
}
