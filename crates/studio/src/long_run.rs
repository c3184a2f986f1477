//! How long a test runs that may run longer.

/// A number from an environment variable, such as how many cases are tried.
pub fn setting(name: &str, default: u64) -> u64 {
    std::env::var(name).ok().and_then(|text| text.parse().ok()).unwrap_or(default)
}

/// How many stories a property is tried with: as many as `PROPTEST_CASES` says, else a sample for each run.
///
/// # Panics
/// When the variable holds a number that is none of stories.
pub fn stories(sample: u32) -> u32 {
    u32::try_from(setting("PROPTEST_CASES", sample.into())).expect("PROPTEST_CASES should be a number of stories")
}
