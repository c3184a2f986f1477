//! Moments as arguments.

use std::path::Path;

use raidkeep_game::GameSettings;
use raidkeep_server::config::Config;

use crate::cli::call::Failure;
use crate::cli::serve::usual_config;

/// The settings in the configuration file, or in its default place.
pub(super) fn settings_of(config: Option<&Path>) -> Result<GameSettings, Failure> {
    Ok(Config::load(usual_config(config.map(Path::to_owned)).as_deref(), &[])?.game()?)
}

/// A moment on the game's clock, in the zone of the settings: unix milliseconds.
///
/// # Errors
/// When it is none; `flag` is what it was given for.
pub(super) fn parse_moment(text: &str, flag: &str, settings: &GameSettings) -> Result<i64, Failure> {
    if let Ok(moment) = text.parse::<jiff::Timestamp>() {
        return Ok(moment.as_millisecond());
    }
    let moment = text.parse::<jiff::civil::DateTime>();
    let expected =
        |_| format!("{flag} {text}: expected a moment such as \"2026-03-10 12:00:00\" or 2026-03-10T04:00:00.5Z");
    Ok(moment.map_err(expected)?.to_zoned(settings.zone.clone())?.timestamp().as_millisecond())
}
