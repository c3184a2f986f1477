//! The version of the protocol, as the subprotocol of a WebSocket handshake
//! (docs/contract/envelope.md#version-of-the-protocol).

use hyper::header::{HeaderMap, SEC_WEBSOCKET_PROTOCOL};

/// The version that this server speaks.
pub(super) const VERSION_1: &str = "raidkeep.v1";
/// What the names of all versions begin with.
const VERSIONS: &str = "raidkeep.";

/// The subprotocol to name in the answer to a handshake with these headers: `None` if the client offers none, or only
/// those of other programs, which it may go without.
///
/// # Errors
/// When the client offers versions of this protocol, and not the one that is spoken here.
pub(super) fn chosen(headers: &HeaderMap) -> Result<Option<&'static str>, String> {
    let values = headers.get_all(SEC_WEBSOCKET_PROTOCOL).into_iter().filter_map(|value| value.to_str().ok());
    let versions: Vec<&str> =
        values.flat_map(|value| value.split(',')).map(str::trim).filter(|name| name.starts_with(VERSIONS)).collect();
    match versions.as_slice() {
        [] => Ok(None),
        versions if versions.contains(&VERSION_1) => Ok(Some(VERSION_1)),
        versions => {
            Err(format!("this server speaks {VERSION_1}, and the client offers only {}\n", versions.join(", ")))
        }
    }
}

#[cfg(test)]
mod tests {
    use hyper::header::HeaderValue;

    use super::*;

    fn offered(values: &[&'static str]) -> Result<Option<&'static str>, String> {
        let mut headers = HeaderMap::new();
        for value in values {
            headers.append(SEC_WEBSOCKET_PROTOCOL, HeaderValue::from_static(value));
        }
        chosen(&headers)
    }

    #[test]
    fn the_version_is_named_if_it_is_among_those_offered() {
        for values in [&["raidkeep.v1"][..], &["raidkeep.v2, raidkeep.v1"], &["chat", "json,raidkeep.v1"]] {
            assert_eq!(offered(values), Ok(Some(VERSION_1)), "{values:?}");
        }
        for values in [&[][..], &[""], &["chat, json"], &["RAIDKEEP.V1"]] {
            assert_eq!(offered(values), Ok(None), "nothing is named: {values:?}");
        }
        let refusal = offered(&["raidkeep.v2", "raidkeep.v3, chat"]).expect_err("no version in common");
        assert!(refusal.contains("raidkeep.v1") && refusal.contains("raidkeep.v2, raidkeep.v3"), "{refusal}");
    }
}
