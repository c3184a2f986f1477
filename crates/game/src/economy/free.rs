//! What costs nothing, and what gives back at once what it costs.

use crate::economy::Oddity;
use crate::economy::names::GoodNames;
use crate::trade::{Frequency, Good, Quantity, Trade};

/// The oddities of single trades, and the other trades, which may be odd together.
pub(super) fn split<'t>(trades: &'t [Trade], names: &GoodNames<'_>) -> (Vec<Oddity>, Vec<&'t Trade>) {
    let (mut odd, mut others) = (Vec::new(), Vec::new());
    for trade in trades {
        match look(trade, names) {
            Some(oddity) => odd.push(oddity),
            None => others.push(trade),
        }
    }
    (odd, others)
}

fn look(trade: &Trade, names: &GoodNames<'_>) -> Option<Oddity> {
    if trade.frequency != Frequency::Always || trade.gives.is_empty() {
        return None;
    }
    if trade.takes.is_empty() {
        let message =
            "is free: it takes neither energy nor items, so that its rewards can be had without end".to_owned();
        return Some(Oddity { place: trade.cost_place(), message, hint: "expected energy of 1 or more, or a cost" });
    }
    let part = trade.takes.iter().find(|part| trade.given(part.good) >= trade.taken(part.good))?;
    let (taken, given) = (Quantity(trade.taken(part.good)), Quantity(trade.given(part.good)));
    let message = match part.good {
        Good::Item(_) => format!("comes back: it takes {taken} of {} and brings {given}", names.name(part.good)),
        _ => format!("comes back: it takes {taken} {} and brings {given}", names.name(part.good)),
    };
    Some(Oddity { place: trade.place_of(part), message, hint: "is a digit too many or missing?" })
}
