//! Who gets a mail to all: what operators say, and how a player is measured against it.

use bevy_ecs::prelude::*;
use bevy_ecs::system::SystemParam;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::identity::log_ins::NotedLogIn;
use crate::identity::{Account, LogIns};
use crate::items::{Amount, Inventory};
use crate::levels::{Experience, LevelRules};
use crate::spelling::folded;
use raidkeep_engine::account::AccountId;
use raidkeep_engine::request::Refusal;
use raidkeep_engine::rules::Rules;
use raidkeep_engine::storage::rows::Stored;

/// The most names, and the most items, in one audience.
const NAMES_MAX: usize = 1000;
const ITEMS_MAX: usize = 20;

/// Who gets a mail to all. A player has to meet everything that is said; what is missing says nothing.
///
/// Accounts and log-ins count up to the moment at which the mail was written, whenever the player looks. Name, level and
/// items are those of the moment at which the player looks at its mail.
#[derive(Debug, Default, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct AudienceTerms {
    /// Also accounts that are made after the mail was written; false = only those that there are.
    pub newcomers: bool,
    /// Only accounts that were made at this moment or later, unix seconds.
    pub made_from: Option<i64>,
    /// Only accounts that were made before this moment, unix seconds.
    pub made_before: Option<i64>,
    /// Only players whose last log-in was at this moment or later, unix seconds. Making the account counts as one.
    pub seen_from: Option<i64>,
    /// Only players whose last log-in was before this moment, unix seconds.
    pub seen_before: Option<i64>,
    /// Only from this level on.
    pub level_min: Option<u32>,
    /// Only up to this level.
    pub level_max: Option<u32>,
    /// Only players with one of these names, in any spelling by which they are found; empty = with any. At most 1,000.
    #[schemars(length(max = 1000))]
    pub names: Vec<String>,
    /// Only players who have at least so much of each of these items. At most 20.
    #[schemars(length(max = 20))]
    pub has: Vec<Amount>,
}

/// What decides whether a player is in an audience.
#[derive(Debug, Clone, Copy)]
pub struct Recipient<'a> {
    /// The account's number.
    pub account: AccountId,
    /// The player's name.
    pub name: &'a str,
    /// When the account was made, unix seconds.
    pub made_at: i64,
    /// The player's level.
    pub level: u32,
    /// The log-ins that are kept, newest first.
    pub log_ins: &'a [NotedLogIn],
    /// What the player has; `None` = nothing.
    pub inventory: Option<&'a Inventory>,
}

impl AudienceTerms {
    /// Whether nothing is asked of a player but that the account is there when the mail is written.
    pub fn is_everybody(&self) -> bool {
        *self == Self::default()
    }

    /// Whether anything is asked but when the account was made.
    pub(super) fn asks_more_than_accounts(&self) -> bool {
        let Self { newcomers, made_from, made_before, .. } = *self;
        *self != Self { newcomers, made_from, made_before, ..Self::default() }
    }

    /// Whether log-ins are asked for.
    pub(super) fn asks_for_log_ins(&self) -> bool {
        self.seen_from.is_some() || self.seen_before.is_some()
    }

    /// Refuses what nobody can meet, and what is too long.
    ///
    /// # Errors
    /// Status 13 with the path of the field.
    pub fn check(&self) -> Result<(), Refusal> {
        let moments = [
            ("data.audience.made_before", self.made_from, self.made_before),
            ("data.audience.seen_before", self.seen_from, self.seen_before),
        ];
        for (field, from, before) in moments {
            if from.zip(before).is_some_and(|(from, before)| from >= before) {
                return Err(Refusal::malformed(field, "a later moment than the first, in unix seconds"));
            }
        }
        if self.level_min.zip(self.level_max).is_some_and(|(min, max)| min > max) {
            return Err(Refusal::malformed("data.audience.level_max", "at least level_min"));
        }
        if self.names.len() > NAMES_MAX || self.names.iter().any(|name| name.trim().is_empty()) {
            return Err(Refusal::malformed("data.audience.names", "at most 1000 names"));
        }
        if self.has.len() > ITEMS_MAX || self.has.iter().any(|amount| amount.quantity < 1) {
            return Err(Refusal::malformed("data.audience.has", "at most 20 amounts of 1 or more"));
        }
        Ok(())
    }

    /// The same with its names in the form in which [`Self::admits`] looks for them.
    #[must_use]
    pub fn prepared(mut self) -> Self {
        self.names.iter_mut().for_each(|name| *name = folded(name.trim()));
        self.names.sort_unstable();
        self.names.dedup();
        self
    }

    /// Whether a player is in the audience of a mail that was written at this moment, unix seconds. The terms are
    /// [prepared](Self::prepared).
    pub fn admits(&self, who: &Recipient<'_>, written_at: i64) -> bool {
        let is_within = |value: i64, from: Option<i64>, before: Option<i64>| {
            from.is_none_or(|from| from <= value) && before.is_none_or(|before| value < before)
        };
        (self.newcomers || who.made_at <= written_at)
            && is_within(who.made_at, self.made_from, self.made_before)
            && (!self.asks_for_log_ins()
                || who.seen_by(written_at).is_some_and(|seen| is_within(seen, self.seen_from, self.seen_before)))
            && self.level_min.is_none_or(|min| min <= who.level)
            && self.level_max.is_none_or(|max| who.level <= max)
            && (self.names.is_empty() || self.names.binary_search(&folded(who.name)).is_ok())
            && (self.has.is_empty() || who.inventory.is_some_and(|inventory| inventory.covers(&self.has)))
    }
}

impl Recipient<'_> {
    /// The last log-in up to a moment, or the making of the account. `None` when the player has logged in so often since
    /// that it is not known any more.
    fn seen_by(&self, at: i64) -> Option<i64> {
        match self.log_ins.iter().find(|log_in| log_in.at <= at) {
            Some(log_in) => Some(log_in.at),
            None => (self.log_ins.len() < LogIns::KEPT).then_some(self.made_at),
        }
    }
}

/// Of a player in memory.
type Measured = (Entity, &'static Stored, &'static Account, &'static Experience, &'static LogIns, &'static Inventory);

/// The players in memory as recipients.
#[derive(SystemParam)]
pub(super) struct Recipients<'w, 's> {
    players: Query<'w, 's, Measured>,
    levels: Res<'w, Rules<LevelRules>>,
}

impl Recipients<'_, '_> {
    /// One of them.
    pub(super) fn of(&self, player: Entity) -> Result<Recipient<'_>, Refusal> {
        let (_, stored, account, experience, log_ins, inventory) =
            self.players.get(player).map_err(|_| Refusal::internal())?;
        Ok(Recipient::of(stored.account(), account, self.levels.standing(experience.total).level, log_ins, inventory))
    }

    /// All of them.
    pub(super) fn all(&self) -> impl Iterator<Item = (Entity, Recipient<'_>)> {
        self.players.iter().map(|(player, stored, account, experience, log_ins, inventory)| {
            let level = self.levels.standing(experience.total).level;
            (player, Recipient::of(stored.account(), account, level, log_ins, inventory))
        })
    }
}

impl<'a> Recipient<'a> {
    /// A player with these components.
    pub(super) fn of(
        number: AccountId,
        account: &'a Account,
        level: u32,
        log_ins: &'a LogIns,
        inventory: &'a Inventory,
    ) -> Self {
        let (name, made_at) = (account.name(), account.made_at());
        Self { account: number, name, made_at, level, log_ins: log_ins.latest(), inventory: Some(inventory) }
    }

    /// A player of whom nothing is known but its account.
    #[cfg(test)]
    pub(super) const fn plain(account: AccountId) -> Self {
        Self { account, name: "", made_at: 0, level: 1, log_ins: &[], inventory: None }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::identity::LogInWay;
    use crate::items::Cause;

    const WRITTEN: i64 = 1000;
    const ANN: Recipient<'_> = Recipient { name: "Ann", made_at: 100, level: 5, ..Recipient::plain(AccountId(1)) };

    fn terms(text: &str) -> AudienceTerms {
        let terms: AudienceTerms = serde_json::from_str(text).expect("terms");
        terms.check().expect("terms that can be met");
        terms.prepared()
    }

    fn log_ins(moments: &[i64]) -> Vec<NotedLogIn> {
        moments.iter().map(|at| NotedLogIn { at: *at, address: None, way: LogInWay::Device }).collect()
    }

    #[track_caller]
    fn assert_admits(text: &str, who: &Recipient<'_>, expected: bool) {
        assert_eq!(terms(text).admits(who, WRITTEN), expected, "{text} with {who:?}");
    }

    #[test]
    fn who_is_there_gets_it_and_who_comes_later_only_if_newcomers_do() {
        let late = Recipient { made_at: WRITTEN + 1, ..ANN };
        assert_admits("{}", &ANN, true);
        assert_admits("{}", &Recipient { made_at: WRITTEN, ..ANN }, true);
        assert_admits("{}", &late, false);
        assert_admits(r#"{"newcomers": true}"#, &late, true);
        assert_admits(r#"{"newcomers": true, "made_before": 1001}"#, &late, false);
    }

    #[test]
    fn each_bound_is_exact() {
        for (text, expected) in [
            (r#"{"made_from": 100}"#, true),
            (r#"{"made_from": 101}"#, false),
            (r#"{"made_before": 101}"#, true),
            (r#"{"made_before": 100}"#, false),
            (r#"{"level_min": 5, "level_max": 5}"#, true),
            (r#"{"level_min": 6}"#, false),
            (r#"{"level_max": 4}"#, false),
            (r#"{"names": ["Bob", " ANN "]}"#, true),
            (r#"{"names": ["Bob"]}"#, false),
            (r#"{"level_min": 5, "names": ["Bob"]}"#, false),
        ] {
            assert_admits(text, &ANN, expected);
        }
    }

    #[test]
    fn the_last_log_in_is_that_before_the_mail_was_written() {
        let logged = log_ins(&[WRITTEN + 50, WRITTEN + 10, 400, 300]);
        let seen = Recipient { log_ins: &logged, ..ANN };
        assert_admits(r#"{"seen_from": 400}"#, &seen, true);
        assert_admits(r#"{"seen_from": 401}"#, &seen, false);
        assert_admits(r#"{"seen_before": 401}"#, &seen, true);
        assert_admits(r#"{"seen_before": 400}"#, &seen, false);
        assert_admits(r#"{"seen_from": 100, "seen_before": 101}"#, &ANN, true);
        let often = log_ins(&[WRITTEN + 1; LogIns::KEPT]);
        let unknown = Recipient { log_ins: &often, ..ANN };
        assert_admits(r#"{"seen_from": 1}"#, &unknown, false);
        assert_admits(r#"{"seen_before": 999}"#, &unknown, false);
    }

    #[test]
    fn what_a_player_has_decides_by_its_quantity() {
        let mut inventory = Inventory::default();
        inventory.grant(&["3:1:7".parse().expect("an amount")], Cause::new("test"));
        let rich = Recipient { inventory: Some(&inventory), ..ANN };
        assert_admits(r#"{"has": ["3:1:7"]}"#, &rich, true);
        assert_admits(r#"{"has": ["3:1:8"]}"#, &rich, false);
        assert_admits(r#"{"has": ["3:1:1", "3:2:1"]}"#, &rich, false);
        assert_admits(r#"{"has": ["3:1:1"]}"#, &ANN, false);
    }

    #[test]
    fn what_nobody_can_meet_is_refused_at_its_field() {
        for (text, field) in [
            (r#"{"made_from": 5, "made_before": 5}"#, "data.audience.made_before"),
            (r#"{"seen_from": 6, "seen_before": 5}"#, "data.audience.seen_before"),
            (r#"{"level_min": 6, "level_max": 5}"#, "data.audience.level_max"),
            (r#"{"names": [" "]}"#, "data.audience.names"),
            (r#"{"has": ["3:1:0"]}"#, "data.audience.has"),
        ] {
            let terms: AudienceTerms = serde_json::from_str(text).expect("terms");
            let refusal = terms.check().expect_err("nobody can meet it");
            assert!(refusal.message.starts_with(field), "{text}: {}", refusal.message);
        }
        assert!(
            serde_json::from_str::<AudienceTerms>(r#"{"level_mim": 5}"#).is_err(),
            "a slip must not mean everybody"
        );
    }
}
