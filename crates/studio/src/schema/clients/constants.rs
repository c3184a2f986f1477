//! The game's numbers that clients name: modes of stages, items, kinds of tickets.

use raidkeep_engine::rules::Tables;
use raidkeep_game::items::{GROUPS, ItemRules};
use raidkeep_game::stages::Mode;
use raidkeep_game::stages::rules::StageRules;
use raidkeep_game::tickets::TicketRules;

/// A constant: its name, its value as text, and what people call it.
#[derive(Debug)]
pub(super) struct Constant {
    pub(super) name: String,
    pub(super) value: String,
    pub(super) doc: String,
}

/// The numbers of one set of assets.
#[derive(Debug)]
pub(super) struct Constants {
    /// Each mode with its first and its last stage.
    pub(super) modes: Vec<(&'static str, u32, u32)>,
    pub(super) groups: Vec<Constant>,
    pub(super) items: Vec<Constant>,
    pub(super) tickets: Vec<Constant>,
}

impl Constants {
    pub(super) fn of(tables: &Tables) -> Self {
        let stages = tables.get::<StageRules>();
        let range = |mode: Mode| {
            let rules = stages?.mode(mode)?;
            Some((mode.name(), rules.first, rules.last))
        };
        let groups = GROUPS.iter().enumerate().map(|(number, name)| Constant {
            name: (*name).to_owned(),
            value: number.to_string(),
            doc: String::new(),
        });
        let items = tables.get::<ItemRules>().into_iter().flat_map(|rules| &rules.items).map(|item| Constant {
            name: item.identifier.clone().unwrap_or_else(|| format!("item_{}_{}", item.id.group, item.id.id)),
            value: item.id.to_string(),
            doc: item.name.clone(),
        });
        let tickets = tables.get::<TicketRules>().into_iter().flat_map(|rules| &rules.kinds).map(|kind| Constant {
            name: kind.identifier.clone().unwrap_or_else(|| format!("ticket_{}", kind.key)),
            value: kind.key.to_string(),
            doc: kind.name.clone(),
        });
        Self {
            modes: Mode::ALL.into_iter().filter_map(range).collect(),
            groups: groups.collect(),
            items: items.collect(),
            tickets: tickets.collect(),
        }
    }
}
