//! Which program this is.

/// Version, commit and profile, as `raidkeep --version` and the log say them.
pub(super) const VERSION: &str =
    concat!(env!("CARGO_PKG_VERSION"), " (commit ", env!("RAIDKEEP_COMMIT"), ", profile ", env!("BUILD_PROFILE"), ")");
/// The commit that the program was built from; "unknown" without a repository.
pub(super) const COMMIT: &str = env!("RAIDKEEP_COMMIT");
/// The profile that the program was built with: debug, release or dist.
pub(super) const PROFILE: &str = env!("BUILD_PROFILE");
