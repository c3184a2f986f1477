//! What a victory brings (docs/contract/stages.md#winning-a-stage).

use bevy_ecs::prelude::*;
use rand::seq::IndexedRandom;

use crate::items::{Amount, Cause};
use crate::stages::model::Progress;
use crate::stages::requests::RaiderItem;
use crate::stages::rules::{ModeRules, StageBlock};
use crate::stages::session::{OpenSession, StageSession};
use crate::stages::terms::SessionTables;
use crate::timed_events::Changeable;
use raidkeep_engine::clock::Clock;
use raidkeep_engine::random::Randomness;

/// The ledger's reason for the rewards of a victory.
const VICTORY: Cause = Cause::new("victory");

/// The rewards of a victory.
pub(super) struct Won {
    pub(super) reward: Vec<Amount>,
    pub(super) exp: i64,
    /// By how many the highest stage rose.
    pub(super) rise: u32,
}

/// Grants the rewards of a victory in this session, by the rules of its entry. A stage with windows pays out once in each.
pub(super) fn collect_victory(
    player: &mut RaiderItem,
    rules: &ModeRules,
    session: StageSession,
    tables: &SessionTables,
    random: &mut Randomness,
) -> Won {
    let (clock, OpenSession { stage, entered_at, .. }) = (&*tables.clock, session.open());
    let present = tables.present(rules);
    let is_new = player.progress.highest(present, clock) < stage;
    let rise = if is_new { player.progress.pass(present, stage, clock) } else { 0 };
    let block = rules.stage(stage).filter(|block| pays(block, stage, entered_at, clock, &mut player.progress));
    let block = block.map(|block| block.under(stage, tables.own_changes_of(&player.visitor, session)));
    let mut reward = block.as_deref().map(|block| draw(block, random)).unwrap_or_default();
    if let Some(block) = block.as_ref().filter(|block| !block.drops.is_empty()) {
        let drops = tables.drops_of(session).under(tables.own_changes_of(&player.visitor, session));
        reward.extend(drops.draw(&block.drops, 1, &mut player.inventory, random));
    }
    let exp = block.map_or(0, |block| block.exp);
    if !reward.is_empty() {
        player.inventory.grant(&reward, VICTORY);
    }
    if exp > 0 {
        player.experience.earn(exp);
    }
    Won { reward, exp, rise }
}

/// Whether a victory pays out. A player who entered while a window was open is paid even if it has closed since.
fn pays(block: &StageBlock, stage: u32, entered_at: i64, clock: &Clock, progress: &mut Mut<Progress>) -> bool {
    if !block.is_timed() {
        return true;
    }
    let unpaid = block.opening(entered_at, clock).filter(|opening| !progress.has_paid(stage, opening));
    if let Some(opening) = &unpaid {
        progress.note_paid(stage, opening);
    }
    unpaid.is_some()
}

/// All rewards of a stage, or the configured number of them, drawn with replacement.
fn draw(block: &StageBlock, random: &mut Randomness) -> Vec<Amount> {
    match block.random {
        None => block.rewards.clone(),
        Some(draws) => (0..draws).filter_map(|_| block.rewards.choose(random.source()).copied()).collect(),
    }
}
