//! One HTTP exchange with a platform, as plain data: the world makes requests and reads answers; the transport is
//! elsewhere.

pub mod circuit;
pub mod lines;
mod outage;

use std::fmt;

use serde::{Deserialize, Serialize};

/// The method of a request to a platform.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Method {
    /// Everything is in the URL.
    Get,
    /// With a body.
    Post,
}

/// A request to a platform. It carries signatures and may carry card passwords, so logs show only its method, host and
/// path.
#[derive(Clone, PartialEq, Eq)]
pub struct Exchange {
    /// How.
    pub method: Method,
    /// The target, with the query, percent-encoded.
    pub url: String,
    /// Headers other than those of HTTP itself.
    pub headers: Vec<(&'static str, String)>,
    /// The bytes that were signed.
    pub body: Vec<u8>,
}

impl Exchange {
    /// The URL without its query.
    pub fn endpoint(&self) -> &str {
        self.url.split_once('?').map_or(self.url.as_str(), |(endpoint, _)| endpoint)
    }
}

impl fmt::Debug for Exchange {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:?} {}", self.method, self.endpoint())
    }
}

/// A platform's answer.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Answered {
    /// The HTTP status.
    pub status: u16,
    /// The body, at most as long as the limit allows.
    pub body: Vec<u8>,
}

/// Why there is no answer.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, thiserror::Error)]
pub enum CallFailure {
    /// No connection was made: the request was certainly not carried out.
    #[error("cannot connect: {0}")]
    NotSent(String),
    /// The connection broke, or the answer was not HTTP or too long: whether the request was carried out is unknown.
    #[error("the answer was lost: {0}")]
    Lost(String),
    /// No answer in time: whether the request was carried out is unknown.
    #[error("no answer in time")]
    TimedOut,
}

/// How an exchange ended.
pub type CallOutcome = Result<Answered, CallFailure>;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_exchange_shows_no_secret_when_it_is_printed() {
        let exchange = Exchange {
            method: Method::Get,
            url: "http://host/Api/Charge?sign=abc&cpwd=secret".to_owned(),
            headers: vec![("Sud-Signature", "secret".to_owned())],
            body: b"secret".to_vec(),
        };
        assert_eq!(format!("{exchange:?}"), "Get http://host/Api/Charge");
    }
}
