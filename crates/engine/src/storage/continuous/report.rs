//! How moments are told to people.

/// A moment in unix milliseconds as text, in UTC.
pub(super) fn moment(unix_ms: i64) -> String {
    jiff::Timestamp::from_millisecond(unix_ms).map_or_else(|_| format!("{unix_ms} ms"), |moment| moment.to_string())
}
