//! Energy that comes back.

use crate::energy::EnergyRules;
use crate::trade::{Frequency, Good, Trade, TradeKind};
use raidkeep_engine::rules::{Place, SingleFile, Tables};

/// A point of energy.
pub fn trades(tables: &Tables) -> Vec<Trade> {
    let point = tables.get::<EnergyRules>().map(|rules| {
        let place = Place::file(<EnergyRules as SingleFile>::PATH);
        Trade::new(TradeKind::Time, "a point of energy", place, "seconds_per_point")
            .giving(Good::Energy, 1.0, "seconds_per_point")
            .with_frequency(Frequency::EverySeconds(rules.seconds_per_point.max(1)))
    });
    point.into_iter().collect()
}
