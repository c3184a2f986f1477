//! The statuses every function may answer with, in addition to its own (docs/contract/envelope.md#statuses).

/// The function did what was asked.
pub const SUCCESS: i32 = 0;
/// No function of that name is registered.
pub const UNKNOWN_FUNCTION: i32 = 10;
/// The token is unknown, expired, revoked, or belongs to somebody without the right.
pub const INVALID_TOKEN: i32 = 11;
/// The function needs a token, and neither the request nor the connection has one.
pub const TOKEN_NOT_PRESENT: i32 = 12;
/// The request is not of the documented shape; the message names the field.
pub const MALFORMED: i32 = 13;
/// The server has no world of that number.
pub const WORLD_NOT_FOUND: i32 = 14;
/// The rate limit of the connection or of the player is exceeded.
pub const TOO_MANY_REQUESTS: i32 = 15;
/// The server is busy, stopping or without storage; the same request may be sent again.
pub const BUSY: i32 = 16;
/// The account is banned.
pub const BANNED: i32 = 17;
/// The server is under maintenance.
pub const MAINTENANCE: i32 = 18;
/// The client has to be updated.
pub const CLIENT_TOO_OLD: i32 = 19;
/// The operator lacks the permission.
pub const NOT_PERMITTED: i32 = 20;
/// An internal error; details are in the log.
pub const INTERNAL_ERROR: i32 = -1;
/// The answer did not come in time; with `once` the request may be repeated safely.
pub const TIMED_OUT: i32 = -2;

/// Whether a status has the same meaning for every function; any other is a function's own code.
pub fn is_of_every_function(status: i32) -> bool {
    matches!(status, TIMED_OUT..=INTERNAL_ERROR | UNKNOWN_FUNCTION..=NOT_PERMITTED)
}
