//! The texts that players read: verdicts in words, chosen by the battle's dice.

use std::fmt::Display;

use schemars::JsonSchema;
use serde::Deserialize;

use crate::battles::action::Action;
use crate::battles::model::Battle;
use crate::battles::verdict::{Pair, Seat};
use raidkeep_engine::rules::{Place, Report};
use raidkeep_engine::template::Template;

/// The texts of `battles.ron`.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct BattleTexts {
    /// Shown as the action of a player who stayed silent.
    pub silent: String,
    /// Replaces the skills and items when none counts.
    pub bare: String,
    /// Shown to a player who has acted while the opponent has not.
    pub waiting: Template,
    /// Verdicts of a round that was won by a blow.
    struck: Vec<Template>,
    /// Verdicts of a round without a winner.
    even: Vec<Template>,
    /// Verdicts of a round that was won by breaking a guard.
    broken: Vec<Template>,
    /// Verdicts of a round in which a guard held.
    held: Vec<Template>,
    /// Verdicts of a round in which neither acted.
    idle: Vec<Template>,
    /// The rounds won by each, behind a verdict.
    score: Template,
    /// The end of a battle that was won.
    won: Template,
    /// The end of a battle without a winner.
    drawn: Template,
    /// The end of a battle whose loser went offline.
    escaped: Template,
    /// The end of a battle that both players left.
    deserted: Template,
    /// Behind the end of a battle in which neither is rewarded.
    pub unrewarded: String,
}

const NAMES: [&str; 2] = ["first", "second"];
const DUEL: [&str; 4] = ["winner", "loser", "winner_means", "loser_means"];

/// A round to be described: what each did, and who won.
pub struct ToldRound<'a> {
    /// What each did; `None` for a player who stayed silent.
    pub actions: &'a Pair<Option<Action>>,
    /// The winner, if any.
    pub winner: Option<Seat>,
    /// Chooses among the alternative texts.
    pub phrase: u32,
}

impl BattleTexts {
    /// Describes a round, with the score at the end.
    pub fn round(&self, battle: &Battle, round: &ToldRound<'_>) -> String {
        let name = |seat: Seat| battle.side(seat).name.as_str();
        let means = |seat: Seat| round.actions.get(seat).as_ref().map_or_else(String::new, |action| self.means(action));
        let acted = |seat: Seat| round.actions.get(seat).is_some();
        let [first, second] = Seat::BOTH;
        let told = match round.winner {
            Some(winner) => {
                let loser = winner.other();
                let texts = if acted(loser) { &self.struck } else { &self.broken };
                let values: [&dyn Display; 4] = [&name(winner), &name(loser), &means(winner), &means(loser)];
                choose(texts, round.phrase, &DUEL, &values)
            }
            None if acted(first) && acted(second) => {
                let values: [&dyn Display; 4] = [&name(first), &name(second), &means(first), &means(second)];
                choose(&self.even, round.phrase, &["first", "second", "first_means", "second_means"], &values)
            }
            None if acted(first) || acted(second) => {
                let attacker = if acted(first) { first } else { second };
                let values: [&dyn Display; 3] = [&name(attacker), &means(attacker), &name(attacker.other())];
                choose(&self.held, round.phrase, &["attacker", "attacker_means", "guard"], &values)
            }
            None => choose(&self.idle, round.phrase, &NAMES, &[&name(first), &name(second)]),
        };
        told + &self.score(battle)
    }

    fn score(&self, battle: &Battle) -> String {
        let [first, second] = Seat::BOTH.map(|seat| battle.side(seat));
        self.score.fill(&[
            ("round", &battle.rounds_played()),
            ("first", &first.name),
            ("second", &second.name),
            ("first_wins", &first.wins),
            ("second_wins", &second.wins),
        ])
    }

    /// Describes the end of a battle; `escaped` are the players who left it.
    pub fn end(&self, battle: &Battle, winner: Option<Seat>, escaped: &Pair<bool>) -> String {
        let name = |seat: Seat| battle.side(seat).name.as_str();
        match winner {
            Some(winner) => {
                let template = if *escaped.get(winner.other()) { &self.escaped } else { &self.won };
                template.fill(&[("winner", &name(winner)), ("loser", &name(winner.other()))])
            }
            None => {
                let template = if escaped.challenger { &self.deserted } else { &self.drawn };
                template.fill(&[("first", &name(Seat::Challenger)), ("second", &name(Seat::Challenged))])
            }
        }
    }

    /// What a player acts with: `「火球术」「短剑」`.
    fn means(&self, action: &Action) -> String {
        let named = action.skills.iter().chain(&action.items);
        let means: String = named.map(|named| format!("「{}」", named.name)).collect();
        if means.is_empty() { self.bare.clone() } else { means }
    }

    /// Reports empty lists, empty texts and unknown places.
    pub fn check(&self, place: &Place, report: &mut Report) {
        for (key, text) in [("silent", &self.silent), ("bare", &self.bare), ("unrewarded", &self.unrewarded)] {
            if text.trim().is_empty() {
                report.error(place.clone().key(key), "is empty, expected a text that players read");
            }
        }
        let lists: [(&str, &[Template], &[&str]); 5] = [
            ("struck", &self.struck, &DUEL),
            ("even", &self.even, &["first", "second", "first_means", "second_means"]),
            ("broken", &self.broken, &DUEL),
            ("held", &self.held, &["attacker", "attacker_means", "guard"]),
            ("idle", &self.idle, &NAMES),
        ];
        for (key, texts, places) in lists {
            let place = place.clone().key(key);
            if texts.is_empty() {
                report.error(&place, "is empty, expected at least one text");
            }
            for (index, text) in texts.iter().enumerate() {
                text.check(places, &place.clone().index(index), report);
            }
        }
        let singles: [(&str, &Template, &[&str]); 6] = [
            ("waiting", &self.waiting, &["opponent"]),
            ("score", &self.score, &["round", "first", "second", "first_wins", "second_wins"]),
            ("won", &self.won, &["winner", "loser"]),
            ("drawn", &self.drawn, &NAMES),
            ("escaped", &self.escaped, &["winner", "loser"]),
            ("deserted", &self.deserted, &NAMES),
        ];
        for (key, text, places) in singles {
            text.check(places, &place.clone().key(key), report);
        }
    }
}

fn choose(texts: &[Template], phrase: u32, places: &[&str], values: &[&dyn Display]) -> String {
    let at = phrase as usize % texts.len().max(1);
    let named: Vec<_> = places.iter().copied().zip(values.iter().copied()).collect();
    texts.get(at).map(|text| text.fill(&named)).unwrap_or_default()
}
