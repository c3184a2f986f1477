//! Amounts that are unlike those of the entries around them: a digit too many or too few.
//!
//! The entry that is wrong is told, not the one beside it: of all entries that are out of line, the one furthest out is
//! taken away first, and what is in line without it was right.

use std::collections::BTreeMap;

use crate::economy::Oddity;
use crate::economy::names::GoodNames;
use crate::trade::{Good, Quantity, Trade, TradeKind, TradePart};

/// From one entry to the next, quantities usually grow by less than this.
const STEP: f64 = 20.0;
/// An entry between two others is usually less than this from their middle.
const FROM_MIDDLE: f64 = 7.0;
/// The first and the last entry are usually less than this from the one beside them.
const FROM_END: f64 = 10.0;
/// Entries are alike if they are less than this from each other.
const ALIKE: f64 = 4.0;
/// Outliers of one series that are told.
const TOLD_MAX: usize = 5;

/// Amounts of the same good at the same key of entries of a list, in its order.
#[derive(PartialEq, Eq, PartialOrd, Ord)]
struct Series<'t> {
    kind: TradeKind,
    file: &'t str,
    key: &'static str,
    good: Good,
    takes: bool,
}

/// The amounts that are out of line with those around them.
pub(super) fn find(trades: &[Trade], names: &GoodNames<'_>) -> Vec<Oddity> {
    let mut series: BTreeMap<Series<'_>, Vec<(f64, &Trade, &TradePart)>> = BTreeMap::new();
    for trade in trades.iter().filter(|trade| is_in_order(trade.kind)) {
        let scale = match trade.kind {
            // What 1000 points buy; packs of several things have no price of each.
            TradeKind::Offer if trade.gives.len() == 1 => 1000.0 / trade.taken(Good::Points).max(1.0),
            TradeKind::Offer => continue,
            _ => 1.0,
        };
        let takes = trade.takes.iter().filter(|_| trade.kind != TradeKind::Offer).map(|part| (true, part));
        for (takes, part) in takes.chain(trade.gives.iter().map(|part| (false, part))) {
            let of = Series { kind: trade.kind, file: trade.place.file_name(), key: part.key, good: part.good, takes };
            series.entry(of).or_default().push((part.quantity * scale, trade, part));
        }
    }
    let mut found = Vec::new();
    for entries in series.values() {
        let amounts: Vec<f64> = entries.iter().map(|(amount, ..)| *amount).collect();
        for (index, around) in outliers(&amounts) {
            let (amount, trade, part) = entries[index];
            found.push(told(Quantity(amount), around, trade, part, names));
        }
    }
    found.extend(trades.windows(3).filter_map(without_experience));
    found
}

/// The second of three stages, if it alone brings no experience.
fn without_experience(three: &[Trade]) -> Option<Oddity> {
    let [before, trade, after] = three else { return None };
    let is_beside = |other: &Trade| other.kind == trade.kind && other.place.file_name() == trade.place.file_name();
    let (one, other) = (before.given(Good::Experience), after.given(Good::Experience));
    let is_odd = trade.given(Good::Experience) == 0.0 && one > 0.0 && other > 0.0 && ratio(one, other) < ALIKE;
    let is_stage = matches!(trade.kind, TradeKind::Stage | TradeKind::LegacyStage | TradeKind::Sweep);
    let message = format!("no experience, where the entries around it have {} and {}", Quantity(one), Quantity(other));
    let place = trade.place.clone().key("exp");
    (is_stage && is_odd && is_beside(before) && is_beside(after)).then_some(Oddity {
        place,
        message,
        hint: "add `exp`",
    })
}

/// Whether entries of this kind stand in an order in which amounts grow.
fn is_in_order(kind: TradeKind) -> bool {
    use TradeKind::{Gift, HangUp, LegacyStage, Offer, Stage, Sweep};
    matches!(kind, Stage | LegacyStage | Sweep | HangUp | Offer | Gift)
}

fn told(amount: Quantity, around: Around, trade: &Trade, part: &TradePart, names: &GoodNames<'_>) -> Oddity {
    let name = names.name(part.good);
    let others = match around {
        Around::Between(one, other) => format!("the entries around it have {} and {}", Quantity(one), Quantity(other)),
        Around::Beside(other) => format!("the entry beside it has {}", Quantity(other)),
        Around::After(other) => format!("the entry before it has {}", Quantity(other)),
    };
    let (place, message) = match trade.kind {
        TradeKind::Offer => (trade.cost_place(), format!("{amount} {name} for 1000 points, where {others}")),
        _ => (trade.place_of(part), format!("{amount} {name}, where {others}")),
    };
    Oddity { place, message, hint: "is a digit too many or missing?" }
}

/// What an outlier was compared with.
#[derive(Debug, Clone, Copy, PartialEq)]
enum Around {
    Between(f64, f64),
    Beside(f64),
    /// From here on amounts are of another size.
    After(f64),
}

/// The indices of amounts that are out of line, in their order. All amounts are above 0.
fn outliers(amounts: &[f64]) -> Vec<(usize, Around)> {
    let mut left: Vec<(usize, f64)> = amounts.iter().copied().enumerate().collect();
    let mut found = Vec::new();
    while found.len() < TOLD_MAX {
        let out = (0..left.len()).filter_map(|at| Some((at, distance(&left, at)?)));
        let Some((at, (_, around))) = out.max_by(|(_, (one, _)), (_, (other, _))| one.total_cmp(other)) else {
            break;
        };
        found.push((left.remove(at).0, around));
    }
    // Where an entry between two is taken away, they are two steps from each other.
    let steps = left.windows(2).filter(|pair| {
        let count = i32::try_from(pair[1].0 - pair[0].0).unwrap_or(i32::MAX);
        ratio(pair[0].1, pair[1].1) >= STEP.powi(count)
    });
    found.extend(steps.take(TOLD_MAX).map(|pair| (pair[1].0, Around::After(pair[0].1))));
    found.sort_by_key(|(index, _)| *index);
    found
}

/// How far out of line one of the amounts is, if it is.
fn distance(left: &[(usize, f64)], at: usize) -> Option<(f64, Around)> {
    let amount = |at: usize| left.get(at).map(|(_, amount)| *amount);
    let own = amount(at)?;
    let (before, after) = (at.checked_sub(1).and_then(amount), amount(at + 1));
    if let Some((before, after)) = before.zip(after) {
        let middle = (before * after).sqrt();
        let is_between = (before.min(after)..=before.max(after)).contains(&own);
        let far = ratio(own, middle);
        return (!is_between && far >= FROM_MIDDLE).then_some((far, Around::Between(before, after)));
    }
    // At an end, two others have to be alike to say what is usual.
    let beside = before.or(after)?;
    let further = if before.is_some() { at.checked_sub(2).and_then(amount) } else { amount(at + 2) }?;
    let far = ratio(own, beside);
    (ratio(beside, further) < ALIKE && far >= FROM_END).then_some((far, Around::Beside(beside)))
}

fn ratio(one: f64, other: f64) -> f64 {
    one.max(other) / one.min(other)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn indices(amounts: &[f64]) -> Vec<usize> {
        outliers(amounts).into_iter().map(|(index, _)| index).collect()
    }

    #[test]
    fn the_outlier_is_told_and_not_its_neighbours() {
        assert_eq!(indices(&[375.0, 375.0, 3750.0, 375.0, 375.0]), [2]);
        assert_eq!(indices(&[5000.0, 100_000.0, 20_000.0, 20_000.0, 30_000.0]), [1]);
        assert_eq!(indices(&[10.0, 100.0, 10.0, 10_000.0]), [2], "the dip, not the entries around it");
        assert_eq!(indices(&[50.0, 500.0, 500.0, 500.0]), [0], "the first");
        assert_eq!(indices(&[500.0, 500.0, 500.0, 5000.0]), [3], "the last");
    }

    #[test]
    fn growth_is_no_outlier_but_a_step_is_told_where_it_is_made() {
        assert_eq!(indices(&[10.0, 30.0, 90.0, 270.0, 800.0]), [0; 0]);
        assert_eq!(indices(&[1.0, 5.0, 25.0, 125.0]), [0; 0]);
        assert_eq!(indices(&[500.0, 600.0, 50_000.0, 60_000.0]), [2]);
        assert_eq!(indices(&[648.0, 6.0]), [1], "of two, the later is compared with the earlier");
        assert_eq!(indices(&[]), [0; 0]);
    }
}
