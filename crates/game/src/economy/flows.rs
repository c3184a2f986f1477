//! Where items come from and where they go.

use std::collections::{BTreeMap, BTreeSet};

use crate::economy::names::GoodNames;
use crate::items::{ItemId, ItemRules};
use crate::tickets::TicketRules;
use crate::trade::{Good, Trade, TradePart};
use raidkeep_engine::rules::{Place, Report, SingleFile, Tables};

/// What gives and takes each item, in words.
#[derive(Debug, Default)]
pub(super) struct Flow<'t> {
    pub(super) sources: Vec<&'t str>,
    pub(super) sinks: Vec<&'t str>,
}

/// The flows of all items.
pub(super) fn flows<'t>(trades: &'t [Trade], tables: &'t Tables) -> BTreeMap<ItemId, Flow<'t>> {
    let mut flows: BTreeMap<ItemId, Flow<'t>> = BTreeMap::new();
    for trade in trades {
        for item in trade.gives.iter().filter_map(item).collect::<BTreeSet<_>>() {
            flows.entry(item).or_default().sources.push(&trade.name);
        }
        for item in trade.takes.iter().filter_map(item).collect::<BTreeSet<_>>() {
            flows.entry(item).or_default().sinks.push(&trade.name);
        }
    }
    let items = tables.get::<ItemRules>().into_iter().flat_map(|rules| &rules.items);
    for item in items.filter(|item| item.expires_after.is_some()) {
        flows.entry(item.id).or_default().sinks.push("it expires");
    }
    for item in tables.get::<TicketRules>().into_iter().flat_map(|rules| &rules.vip_items) {
        flows.entry(*item).or_default().sinks.push("who owns it is VIP");
    }
    flows
}

pub(super) fn look(trades: &[Trade], names: &GoodNames<'_>, tables: &Tables, report: &mut Report) {
    let Some(rules) = tables.get::<ItemRules>() else {
        return;
    };
    let flows = flows(trades, tables);
    let none = Flow::default();
    for (index, item) in rules.items.iter().enumerate() {
        let Flow { sources, sinks } = flows.get(&item.id).unwrap_or(&none);
        let name = names.name(Good::Item(item.id));
        let message = match (sources.as_slice(), sinks.as_slice()) {
            ([_, ..], [_, ..]) => continue,
            ([one, ..], []) => {
                format!("nothing takes {name}: players get it, for example by {one}, and can do nothing with it")
            }
            ([], [one, ..]) => format!("nothing gives {name}: nobody can ever pay for {one}"),
            ([], []) => format!("nothing gives {name}, and nothing takes it"),
        };
        report.warning(place_of(index), message).hint(HINT);
    }
}

const HINT: &str = "if that is meant, say why: intended: \"..\"";

fn place_of(index: usize) -> Place {
    Place::file(<ItemRules as SingleFile>::PATH).key("items").index(index)
}

fn item(part: &TradePart) -> Option<ItemId> {
    match part.good {
        Good::Item(item) => Some(item),
        _ => None,
    }
}
