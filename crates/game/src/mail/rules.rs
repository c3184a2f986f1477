//! `mail.ron`: the limits on mail.

use schemars::JsonSchema;
use serde::Deserialize;

use raidkeep_engine::rules::{Place, Report, SingleFile, Tables};

/// The limits on mail, and the sender of system mail.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct MailRules {
    /// Mails that a player's mailbox holds. All of it is in memory with its player, and one reply lists it.
    #[schemars(range(min = 1, max = 1000), extend("unit" = "mails"))]
    pub box_max: usize,
    /// Mails that a player may send from one local midnight to the next.
    #[schemars(range(min = 0, max = 1_000_000), extend("unit" = "mails"))]
    pub sent_per_day: u32,
    /// The longest subject of a player's mail, in characters.
    #[schemars(range(min = 1, max = 1000))]
    pub subject_max_chars: usize,
    /// The longest body of a player's mail, in characters.
    #[schemars(range(min = 1, max = 10_000))]
    pub body_max_chars: usize,
    /// The sender of system mail.
    pub system_sender: String,
}

impl SingleFile for MailRules {
    const PATH: &'static str = "mail.ron";

    fn validate(&self, _: &Tables, report: &mut Report) {
        let place = Place::file(Self::PATH);
        if self.system_sender.trim().is_empty() {
            report.error(place.key("system_sender"), "expected a name that players see as the sender");
        }
    }
}
