//! `mail.ron`: the limits on mail.

use std::fmt::Display;

use schemars::JsonSchema;
use serde::Deserialize;

use crate::mail::WhyReturned;
use raidkeep_engine::rules::{Place, Report, SingleFile, Tables};
use raidkeep_engine::template::Template;

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
    /// What a player reads whose mail to another world comes back.
    pub returned: ReturnTexts,
}

/// The mail that brings a mail to another world back to its writer. `{to}` is who it was for, `{subj}` and `{body}` are what was
/// written.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ReturnTexts {
    /// Its subject.
    pub subject: Template,
    /// Its text when there is no such player.
    pub no_such_player: Template,
    /// Its text when the player's mailbox is full.
    pub box_full: Template,
}

impl ReturnTexts {
    /// Subject and text.
    pub fn texts(&self, why: WhyReturned, to: &str, subj: &str, body: &str) -> (String, String) {
        let values: [(&str, &dyn Display); 3] = [("to", &to), ("subj", &subj), ("body", &body)];
        let text = match why {
            WhyReturned::NoSuchPlayer => &self.no_such_player,
            WhyReturned::BoxFull => &self.box_full,
        };
        (self.subject.fill(&values), text.fill(&values))
    }

    fn check(&self, place: impl Fn(&str) -> Place, report: &mut Report) {
        let texts =
            [("subject", &self.subject), ("no_such_player", &self.no_such_player), ("box_full", &self.box_full)];
        for (key, text) in texts {
            text.check(&["to", "subj", "body"], &place(key), report);
        }
    }
}

impl SingleFile for MailRules {
    const PATH: &'static str = "mail.ron";

    fn validate(&self, _: &Tables, report: &mut Report) {
        let place = |key: &str| Place::file(Self::PATH).key(key);
        if self.system_sender.trim().is_empty() {
            report.error(place("system_sender"), "expected a name that players see as the sender");
        }
        self.returned.check(|key| place("returned").key(key), report);
    }
}
