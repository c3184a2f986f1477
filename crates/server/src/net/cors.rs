//! What web pages of other sites may do here (docs/contract/envelope.md#browsers): open a WebSocket and call the routes
//! of players, if the setting `allowed_origins` lists their origin.
//!
//! Nothing here relies on cookies, so a browser is never told that it may send credentials.

use bytes::Bytes;
use http_body_util::Full;
use hyper::header::{self, HeaderMap, HeaderValue};
use hyper::{Response, StatusCode};

use crate::config::Config;

const ANY: &str = "*";

/// Whether a page of the request's origin may open a WebSocket. Other clients than browsers send no origin.
pub fn may_connect(headers: &HeaderMap, config: &Config) -> bool {
    headers.get(header::ORIGIN).is_none_or(|origin| is_allowed(origin, config))
}

fn is_allowed(origin: &HeaderValue, config: &Config) -> bool {
    let origin = origin.to_str().unwrap_or_default();
    config.allowed_origins.iter().any(|allowed| allowed == ANY || allowed.eq_ignore_ascii_case(origin))
}

/// Which pages may read a reply.
pub enum Permission {
    /// Those of every site.
    Everybody,
    /// Those of the request's origin.
    Origin(HeaderValue),
    /// None.
    Nobody,
}

/// Which pages may read the reply to a request with these headers.
pub fn permission(headers: &HeaderMap, config: &Config) -> Permission {
    let origin = headers.get(header::ORIGIN).filter(|origin| is_allowed(origin, config));
    match origin {
        _ if config.allowed_origins.iter().any(|allowed| allowed == ANY) => Permission::Everybody,
        Some(origin) => Permission::Origin(origin.clone()),
        None => Permission::Nobody,
    }
}

impl Permission {
    /// Sets the headers for the browser. `methods` are those of the route.
    pub fn grant(self, headers: &mut HeaderMap, methods: &'static str) {
        if !matches!(self, Self::Everybody) {
            headers.insert(header::VARY, HeaderValue::from_static("origin"));
        }
        let origin = match self {
            Self::Everybody => HeaderValue::from_static(ANY),
            Self::Origin(origin) => origin,
            Self::Nobody => return,
        };
        headers.insert(header::ACCESS_CONTROL_ALLOW_ORIGIN, origin);
        headers.insert(header::ACCESS_CONTROL_ALLOW_METHODS, HeaderValue::from_static(methods));
        const ASKED: HeaderValue = HeaderValue::from_static("authorization, content-type, idempotency-key");
        headers.insert(header::ACCESS_CONTROL_ALLOW_HEADERS, ASKED);
        const MAX_AGE_SECONDS: HeaderValue = HeaderValue::from_static("600");
        headers.insert(header::ACCESS_CONTROL_MAX_AGE, MAX_AGE_SECONDS);
    }
}

/// The reply to OPTIONS, before any permission.
pub fn preflight(methods: &'static str) -> Response<Full<Bytes>> {
    let mut response = Response::new(Full::default());
    *response.status_mut() = StatusCode::NO_CONTENT;
    response.headers_mut().insert(header::ALLOW, HeaderValue::from_static(methods));
    response
}
