//! What a greedy player can do: habits, each played once.

use bevy_ecs::prelude::*;
use serde_json::json;

use crate::simulate::greedy::holding::Holding;
use crate::simulate::policy::{Archetype, CraftedKind, Habit, TaskKind};
use raidkeep_engine::rules::Rules;
use raidkeep_game::battles::FighterRules;
use raidkeep_game::items::ItemRules;
use raidkeep_game::shop::ShopRules;
use raidkeep_game::stages::rules::ModeRules;
use raidkeep_game::stages::{Mode, StageRules, SweepRules};
use raidkeep_game::tickets::TicketRules;

/// How often a sweep without energy is swept in one request. Any number would do.
const FREE_SWEEPS: i64 = 100;
/// The most energy of a sweep in one request.
const SWEEP_ENERGY: i64 = 60;

/// Something that a player can do again and again.
#[derive(Debug)]
pub(super) struct Move {
    /// In the game's words.
    pub(super) words: String,
    /// A player who does this and nothing else, and always wins.
    pub(super) archetype: Archetype,
    /// Whether it pays for the time since the last time, so that once a day is enough.
    pub(super) is_daily: bool,
}

/// The moves of a player who has come so far.
pub(super) fn moves(world: &World, holding: &Holding, hands: &Archetype) -> Vec<Move> {
    let mut all = Moves { hands, moves: Vec::new() };
    all.add("collect the hang-up", vec![Habit::HangUp]);
    if let Some(hang_up) = all.moves.last_mut() {
        hang_up.is_daily = true;
    }
    let stages = world.resource::<Rules<StageRules>>();
    for mode in [Mode::General, Mode::Endless, Mode::Boss, Mode::Coin, Mode::Exp] {
        if let Some(rules) = stages.mode(mode).filter(|rules| rules.repeatable) {
            all.add_stages(rules, holding.highest(mode));
        }
    }
    all.add("fight in an open activity stage", vec![Habit::Activity { at_most: 1, win_chance: 1.0 }]);
    all.add_sweeps(world.resource::<Rules<SweepRules>>(), holding.highest(Mode::General));
    all.add_purchases(world);
    for kind in [TaskKind::Public, TaskKind::Personal] {
        let words = if kind == TaskKind::Public { "play a public task" } else { "ask for a personal task and play it" };
        all.add(words, vec![Habit::Tasks { kind, at_most: 1, chance: 1.0 }]);
    }
    for kind in [CraftedKind::Skill, CraftedKind::Equipment] {
        let words = if kind == CraftedKind::Skill { "craft a skill" } else { "craft a piece of equipment" };
        all.add(words, vec![Habit::Craft { kind, spend: 1, at_most: 1 }]);
    }
    for fighter in &world.resource::<Rules<FighterRules>>().fighters {
        let name = fighter.name.clone();
        let words = format!("fight {name}");
        all.add(&words, vec![Habit::Battles { fighter: Some(name), at_most: 1, chance: 1.0 }]);
    }
    all.moves
}

/// The hands of the quickest archetype of a policy, with habits of their own.
pub(super) fn with_habits(hands: &Archetype, habits: Vec<Habit>) -> Archetype {
    Archetype {
        name: hands.name.clone(),
        share: 1,
        leaves_per_day: 0.0,
        visits: Vec::new(),
        fight_seconds: hands.fight_seconds,
        pause_seconds: hands.pause_seconds,
        damage: hands.damage,
        accepts_challenges: 0.0,
        habits,
    }
}

struct Moves<'h> {
    hands: &'h Archetype,
    moves: Vec<Move>,
}

impl Moves<'_> {
    fn add(&mut self, words: &str, habits: Vec<Habit>) {
        let archetype = with_habits(self.hands, habits);
        self.moves.push(Move { words: words.to_owned(), archetype, is_daily: false });
    }

    /// The highest stage of each block that the player can enter: the others of the block bring the same.
    fn add_stages(&mut self, rules: &ModeRules, highest: u32) {
        let reachable = rules.reachable(highest);
        for block in rules.stages.iter().filter(|block| block.from <= reachable) {
            let stage = block.to.unwrap_or(block.from).min(reachable);
            let habit = Habit::Fight { mode: rules.mode, stage: Some(stage), at_most: 1, win_chance: 1.0 };
            self.add(&format!("win stage {stage}"), vec![habit]);
        }
    }

    fn add_sweeps(&mut self, rules: &SweepRules, highest: u32) {
        for block in rules.stages.iter().filter(|block| block.from <= highest) {
            let stage = block.to.min(highest);
            let count = if block.energy > 0 { (SWEEP_ENERGY / block.energy).max(1) } else { FREE_SWEEPS };
            let data = json!({ "stage": stage, "count": count });
            self.add(&format!("sweep stage {stage}, {count} at a time"), vec![once("mopping_up_stage", data)]);
        }
    }

    fn add_purchases(&mut self, world: &World) {
        let tickets = world.resource::<Rules<TicketRules>>();
        for purchase in &tickets.purchases {
            let name = tickets.kind(purchase.ticket).map_or("", |kind| kind.name.as_str());
            let habit = Habit::Tickets { mode: purchase.mode, at_most: 1 };
            self.add(&format!("buy a ticket {name} ({})", purchase.ticket), vec![habit]);
        }
        for offer in world.resource::<Rules<ShopRules>>().offers.iter().filter(|offer| offer.price == 0) {
            let habit = Habit::Purchase { offer: offer.id.clone(), chance: 1.0 };
            self.add(&format!("take the offer {} ({}) for 0 points", offer.name, offer.id), vec![habit]);
        }
        for item in world.resource::<Rules<ItemRules>>().items.iter().filter(|item| item.energy.is_some()) {
            let data = json!({ "item": item.id.to_string(), "count": 1 });
            self.add(&format!("drink {} ({})", item.name, item.id), vec![once("use_item", data)]);
        }
    }
}

/// One call of a function.
fn once(function: &str, data: serde_json::Value) -> Habit {
    Habit::Ask { function: function.to_owned(), data, at_most: 1, chance: 1.0 }
}
