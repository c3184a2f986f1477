//! The economy that the rules make: every trade of the game in one list, and what is odd about it.
//!
//! [`trades`] is the table of contents: each feature lists its own. What is looked for is in `free` and `loops` (what pays
//! for itself), `flows` (where items come from and go to), `outliers` and `packs` (amounts and prices unlike those around
//! them), `dates` (what is over), and `changed` (the same while events run). The list as designers read it is in
//! [`listing`].
//!
//! Everything here is a pure function of the tables, and of the moment at which someone looks. Nothing of it runs while
//! players play.

mod belongings;
mod changed;
mod dates;
mod flows;
mod free;
pub mod listing;
mod loops;
mod names;
mod outliers;
mod packs;

use bevy_app::{App, Plugin};

use crate::economy::names::GoodNames;
use crate::trade::Trade;
use crate::{battles, boss, crafting, drops, hang_up, shop, stages, tasks, tickets, timed_events};
use raidkeep_engine::rules::{AsOf, Place, Report, RulesApp, Tables};

/// Has the economy looked at whenever rules are read.
pub struct EconomyPlugin;

impl Plugin for EconomyPlugin {
    fn build(&self, app: &mut App) {
        app.add_judge(judge);
    }
}

/// Every trade of the game, by kind, in the order of the files.
pub fn trades(tables: &Tables) -> Vec<Trade> {
    let of_features = [
        stages::trades,
        hang_up::trades,
        tickets::trades,
        shop::trades,
        drops::trades,
        belongings::trades,
        crafting::trades,
        battles::trades,
        tasks::trades,
        boss::trades,
        timed_events::trades,
    ];
    let mut all: Vec<Trade> = of_features.into_iter().flat_map(|trades| trades(tables)).collect();
    all.sort_by_key(|trade| trade.kind);
    all
}

/// Something to tell.
#[derive(Debug, Clone, PartialEq)]
struct Oddity {
    place: Place,
    message: String,
    hint: &'static str,
}

impl Oddity {
    fn tell(&self, report: &mut Report) {
        report.warning(&self.place, &self.message).hint(self.hint);
    }
}

/// What can be had for nothing.
fn gifts(trades: &[Trade], names: &GoodNames<'_>) -> Vec<Oddity> {
    let (free, paid) = free::split(trades, names);
    let mut found: Vec<Oddity> = free.into_iter().chain(loops::find(&paid, names)).collect();
    // Stages of a run with formulas share an entry.
    found.dedup_by(|later, earlier| later.place == earlier.place);
    found
}

fn judge(tables: &Tables, as_of: Option<AsOf<'_>>, report: &mut Report) {
    let (trades, names) = (trades(tables), GoodNames::of(tables));
    let gifts = gifts(&trades, &names);
    gifts.iter().for_each(|oddity| oddity.tell(report));
    let outliers = outliers::find(&trades, &names);
    outliers.iter().for_each(|oddity| oddity.tell(report));
    // An amount that is far out of line is a slip, whatever else follows from it.
    let packs = packs::find(tables).into_iter().filter(|pack| outliers.iter().all(|known| known.place != pack.place));
    packs.for_each(|oddity| oddity.tell(report));
    flows::look(&trades, &names, tables, report);
    changed::look(&gifts, tables, report);
    dates::look(tables, as_of, report);
}
