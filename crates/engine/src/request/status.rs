//! The statuses every function may answer with, in addition to its own (docs/contract/envelope.md#statuses).

/// A status that means the same whatever the function.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct GlobalStatus {
    /// The number.
    pub status: i32,
    /// Its name in programs.
    pub name: &'static str,
    /// What it says.
    pub meaning: &'static str,
}

/// Declares the statuses, and [`EVERY`] with all of them.
macro_rules! statuses {
    ($($(#[doc = $meaning:literal])+ $name:ident = $status:literal,)+) => {
        $($(#[doc = $meaning])+ pub const $name: i32 = $status;)+

        /// All of them.
        pub const EVERY: &[GlobalStatus] = &[$(
            GlobalStatus { status: $status, name: stringify!($name), meaning: concat!($($meaning,)+) },
        )+];
    };
}

statuses! {
    /// The function did what was asked.
    SUCCESS = 0,
    /// No function of that name is registered.
    UNKNOWN_FUNCTION = 10,
    /// The token is unknown, expired, revoked, or belongs to somebody without the right.
    INVALID_TOKEN = 11,
    /// The function needs a token, and neither the request nor the connection has one.
    TOKEN_NOT_PRESENT = 12,
    /// The request is not of the documented shape; the message names the field.
    MALFORMED = 13,
    /// The server has no world of that number.
    WORLD_NOT_FOUND = 14,
    /// The rate limit of the connection or of the player is exceeded.
    TOO_MANY_REQUESTS = 15,
    /// The server is busy, stopping or without storage; the same request may be sent again.
    BUSY = 16,
    /// The account is banned.
    BANNED = 17,
    /// The server is under maintenance.
    MAINTENANCE = 18,
    /// The client has to be updated.
    CLIENT_TOO_OLD = 19,
    /// The operator lacks the permission.
    NOT_PERMITTED = 20,
    /// An internal error; details are in the log.
    INTERNAL_ERROR = -1,
    /// The answer did not come in time; with `once` the request may be repeated safely.
    TIMED_OUT = -2,
}

/// Whether a status has the same meaning for every function; any other is a function's own code.
pub fn is_of_every_function(status: i32) -> bool {
    matches!(status, TIMED_OUT..=INTERNAL_ERROR | UNKNOWN_FUNCTION..=NOT_PERMITTED)
}
