//! Warnings about quantities that are valid but look like a slip: a digit too many or too few.

use crate::items::Amount;
use raidkeep_engine::rules::{Place, Report};

/// From one entry to the next, quantities usually grow by less than this.
const LARGEST_STEP: i64 = 20;

/// Warns of each item of `later` (at `place`) whose quantity is far more or far less than in `earlier`, the entry
/// before.
///
/// Items that only one of the two has are not compared.
pub fn warn_of_jumps(earlier: &[Amount], later: &[Amount], place: &Place, report: &mut Report) {
    for (index, amount) in later.iter().enumerate() {
        let before = earlier.iter().find(|before| before.item == amount.item).map(|before| before.quantity);
        if let Some(before) = before.filter(|before| is_jump(*before, amount.quantity)) {
            let message = format!(
                "{} of item {} after {before} in the entry before: is a digit too many or missing?",
                amount.quantity, amount.item
            );
            report.warning(place.clone().index(index), message);
        }
    }
}

/// Whether one is so much larger than the other that it is probably a mistake.
pub fn is_jump(one: i64, other: i64) -> bool {
    let (small, large) = (one.min(other), one.max(other));
    small > 0 && large / small >= LARGEST_STEP
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_a_jump_of_the_same_item_is_told() {
        let amounts =
            |texts: &[&str]| texts.iter().map(|text| text.parse().expect("an amount")).collect::<Vec<Amount>>();
        let mut report = Report::default();
        let place = Place::file("a.ron").key("rewards");
        warn_of_jumps(&amounts(&["3:1:500", "3:2:1"]), &amounts(&["3:1:900", "3:3:70"]), &place, &mut report);
        assert!(report.problems().is_empty(), "growth and other items are nothing to tell: {:?}", report.problems());
        warn_of_jumps(&amounts(&["3:1:500"]), &amounts(&["3:2:1", "3:1:50000"]), &place, &mut report);
        assert_eq!(report.problems()[0].key, "rewards[1]");
        assert!(is_jump(10_000, 500) && !is_jump(0, 500));
    }
}
