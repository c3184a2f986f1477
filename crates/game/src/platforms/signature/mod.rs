//! Signatures of requests to and from the platforms. Nothing here does I/O or reads a clock.

mod mcrmb;
mod sud;

pub use mcrmb::{ReceivedQuery, Strictness, signed_query};
pub use sud::{AUTHORIZATION, AuthError, SUD_HEADERS, SudAuth, discovery_path};

use std::fmt::Write;

/// Lowercase hex.
fn hex(bytes: &[u8]) -> String {
    bytes.iter().fold(String::with_capacity(bytes.len() * 2), |mut text, byte| {
        // Writing into a String cannot fail.
        let _ = write!(text, "{byte:02x}");
        text
    })
}
