//! How long a test runs that may run longer.

/// A number from an environment variable, such as how many cases are tried.
pub fn setting(name: &str, default: u64) -> u64 {
    std::env::var(name).ok().and_then(|text| text.parse().ok()).unwrap_or(default)
}
