//! The settings of the sandbox; `config/sandbox.ron` explains each of them.

use serde::{Deserialize, Serialize, Serializer};

use raidkeep_game::platforms::secret::Secret;
use raidkeep_game::platforms::signature::Strictness;

/// The built-in settings.
const SHIPPED: &str = include_str!("../../../config/sandbox.ron");

/// The credentials the sandbox accepts, and its behaviour.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SandboxSettings {
    /// The number of the game server at MCRMB.
    pub sid: String,
    /// Its key.
    pub key: Secret,
    /// Whether calls to MCRMB must follow its document to the letter; otherwise what the plugins in use send is accepted
    /// too.
    #[serde(default)]
    pub strict: bool,
    /// The application at SUD.
    pub app_id: String,
    /// Its secret.
    pub app_secret: Secret,
    /// Whether it may listen on addresses that other machines can reach.
    pub allow_any_address: bool,
    /// Cards that exist without being added.
    pub free_cards: Vec<FreeCards>,
    /// Limits on what is kept and accepted.
    pub limits: SandboxLimits,
    /// What `CardTypes` answers.
    pub channels: Vec<Channel>,
}

/// Cards that every player can use.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct FreeCards {
    /// Prefix of their numbers.
    pub prefix: String,
    /// Value of each.
    pub yuan: u32,
}

/// Limits on what is kept and accepted.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SandboxLimits {
    /// Records shown per player.
    pub records_shown: usize,
    /// Payments remembered.
    pub payments_kept: usize,
    /// Game rounds remembered.
    pub rounds_kept: usize,
    /// How far a timestamp may be off.
    pub freshness_seconds: u32,
    /// Nonces remembered.
    pub nonces_kept: usize,
    /// Requests waiting to be applied late.
    pub late_requests: usize,
    /// Maximum bytes of a request body.
    pub body_bytes: usize,
    /// Open connections.
    pub connections: usize,
    /// How long a client may take to send a request.
    pub patience_seconds: u64,
}

/// A kind of card (docs/contract/points-platform.md#cards), serialized as the contract shows it.
#[derive(Debug, Clone, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct Channel {
    /// Its name in the reply.
    #[serde(skip_serializing)]
    pub key: String,
    /// The value of `ctype`.
    pub id: u32,
    /// Display name.
    pub name: String,
    /// Length of a card number; 0 = any.
    #[serde(rename(serialize = "num"))]
    pub number_length: usize,
    /// Length of its password; 0 = any.
    #[serde(rename(serialize = "pwd"))]
    pub password_length: usize,
    /// Points for 100 yuan.
    #[serde(rename(serialize = "rate"))]
    pub rate_percent: u32,
}

impl Channel {
    /// Whether number and password have the lengths of this channel.
    pub fn fits(&self, number: &str, password: &str) -> bool {
        let fits = |text: &str, length: usize| length == 0 || text.chars().count() == length;
        fits(number, self.number_length) && fits(password, self.password_length)
    }

    /// The points for a card, rounded down.
    pub fn points(&self, yuan: u32) -> i64 {
        i64::from(yuan) * i64::from(self.rate_percent) / 100
    }
}

/// The channels in the order of the settings, as the one object that `CardTypes` answers.
pub(super) struct ChannelTable<'a>(pub(super) &'a [Channel]);

impl Serialize for ChannelTable<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_map(self.0.iter().map(|channel| (&channel.key, channel)))
    }
}

impl SandboxSettings {
    /// The built-in settings; their keys are the published examples.
    pub fn shipped() -> Result<Self, String> {
        Self::read(SHIPPED)
    }

    /// Reads settings in RON; the error names the line and what was expected.
    pub fn read(text: &str) -> Result<Self, String> {
        let settings: Self = ron::from_str(text).map_err(|error| error.to_string())?;
        let mistakes = settings.mistakes();
        if mistakes.is_empty() { Ok(settings) } else { Err(mistakes.join("\n")) }
    }

    fn mistakes(&self) -> Vec<String> {
        let mut mistakes = Vec::new();
        for (name, is_empty) in [
            ("sid", self.sid.is_empty()),
            ("key", self.key.is_empty()),
            ("app_id", self.app_id.is_empty()),
            ("app_secret", self.app_secret.is_empty()),
        ] {
            if is_empty {
                mistakes.push(format!("{name} is empty; a signature with an empty key proves nothing"));
            }
        }
        for (at, channel) in self.channels.iter().enumerate() {
            if self.channels[..at].iter().any(|other| other.id == channel.id || other.key == channel.key) {
                mistakes.push(format!("channels[{at}]: id {} or key {} is taken", channel.id, channel.key));
            }
        }
        if self.free_cards.iter().any(|cards| cards.prefix.is_empty()) {
            mistakes.push("free_cards: an empty prefix makes every card free".to_owned());
        }
        if self.limits.connections == 0 {
            mistakes.push("limits.connections: expected at least 1".to_owned());
        }
        mistakes
    }

    /// The channel with this id, as a client writes it; unless the settings are strict, also the one with this key.
    pub(super) fn channel(&self, ctype: &str) -> Option<&Channel> {
        let id: Option<u32> = ctype.parse().ok();
        self.channels.iter().find(|channel| Some(channel.id) == id || (!self.strict && channel.key == ctype))
    }

    pub(super) fn strictness(&self) -> Strictness {
        if self.strict { Strictness::Document } else { Strictness::Plugins }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_shipped_settings_are_right_and_show_no_key() {
        let settings = SandboxSettings::shipped().expect("the shipped settings are right");
        assert_eq!((settings.sid.as_str(), settings.key.expose()), ("1", "abcabc"), "the contract's example");
        assert!(!settings.allow_any_address, "a sandbox is for this machine");
        let printed = format!("{settings:?}");
        assert!(!printed.contains("abcabc") && !printed.contains("test-app-secret"), "keys are never printed");
    }

    #[test]
    fn every_mistake_in_the_settings_is_reported() {
        let text = SHIPPED.replace("\"abcabc\"", "\"\"").replace("prefix: \"88\"", "prefix: \"\"");
        let text = text.replace("key: \"lt\", id: 2", "key: \"lt\", id: 1");
        let told = SandboxSettings::read(&text).expect_err("three mistakes");
        assert_eq!(told.lines().count(), 3, "{told}");
        let unknown = SandboxSettings::read("(sidd: \"1\")").expect_err("no such key");
        assert!(unknown.contains("sidd"), "{unknown}");
    }

    #[test]
    fn a_card_fits_its_channel_by_length_and_is_worth_the_rate() {
        let settings = SandboxSettings::shipped().expect("the shipped settings are right");
        let channel = settings.channel("10").expect("the contract has channel 10");
        assert!(channel.fits("123456789", "123456789012"));
        assert!(!channel.fits("12345678", "123456789012") && !channel.fits("123456789", "1"));
        assert_eq!(channel.points(100), 75);
        assert!(settings.channel("5").is_some_and(|any| any.fits("1", "")), "length 0 is any length");
        assert!(settings.channel("13").is_none());
        assert_eq!(settings.channel("yd").map(|channel| channel.id), Some(1), "some plugins send its letters");
        let strict = SandboxSettings { strict: true, ..settings };
        assert!(strict.channel("yd").is_none() && strict.channel("1").is_some());
    }
}
