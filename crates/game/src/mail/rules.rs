//! `mail.ron`: the limits on mail.

use schemars::JsonSchema;
use serde::Deserialize;

use raidkeep_engine::rules::{Place, Report, SingleFile, Tables};

/// The limits on mail, and the sender of system mail.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct MailRules {
    /// Mails that a player's mailbox holds.
    pub box_max: usize,
    /// Mails that a player may send from one local midnight to the next.
    pub sent_per_day: u32,
    /// The longest subject of a player's mail, in characters.
    pub subject_max_chars: usize,
    /// The longest body of a player's mail, in characters.
    pub body_max_chars: usize,
    /// The sender of system mail.
    pub system_sender: String,
}

impl SingleFile for MailRules {
    const PATH: &'static str = "mail.ron";

    fn validate(&self, _: &Tables, report: &mut Report) {
        let place = Place::file(Self::PATH);
        // The whole mailbox is in memory with its player, and one reply lists all of it.
        let bounds = [
            ("box_max", self.box_max, 1000),
            ("subject_max_chars", self.subject_max_chars, 1000),
            ("body_max_chars", self.body_max_chars, 10_000),
        ];
        for (key, value, max) in bounds {
            if !(1..=max).contains(&value) {
                report.error(place.clone().key(key), format!("{value} is out of range, expected 1 to {max}"));
            }
        }
        if self.system_sender.trim().is_empty() {
            report.error(place.key("system_sender"), "expected a name that players see as the sender");
        }
    }
}
