//! What the game calls things: the nouns of tables, and the names beside ids.

use std::collections::BTreeMap;

use crate::diff::plain::Plain;

/// How the entries of a list are called.
pub(super) struct Nouns {
    /// The heading of their changes.
    pub(super) topic: String,
    /// Before the id of one.
    pub(super) one: String,
    /// Before the ids of several.
    pub(super) many: String,
}

/// Table, list, topic, one, many; in the order in which changes are told.
const NOUNS: [(&str, &str, &str, &str, &str); 17] = [
    ("stages/", "stages", "Stages", "stage", "stages"),
    ("sweep.ron", "stages", "Sweeping", "sweep of stage", "sweep of stages"),
    ("hang_up.ron", "rates", "Hang-up", "hang-up of stage", "hang-up of stages"),
    ("hang_up.ron", "chances", "Hang-up", "chances of hang-up of stage", "chances of hang-up of stages"),
    ("world_boss.ron", "bosses", "Bosses", "boss", "bosses"),
    ("items.ron", "items", "Items", "item", "items"),
    ("shop.ron", "offers", "Offers", "offer", "offers"),
    ("tickets.ron", "kinds", "Tickets", "ticket", "tickets"),
    ("tickets.ron", "purchases", "Tickets", "sale of ticket", "sales of tickets"),
    ("levels.ron", "curve", "Levels", "level", "levels"),
    ("monsters.ron", "monsters", "Monsters", "monster", "monsters"),
    ("layouts.ron", "layouts", "Layouts", "layout", "layouts"),
    ("fighters.ron", "fighters", "Fighters", "fighter", "fighters"),
    ("characters.ron", "characters", "Characters", "character", "characters"),
    ("tasks/", "", "Tasks", "task", "tasks"),
    ("events/", "", "Events", "event", "events"),
    ("goals.ron", "goals", "Goals", "goal", "goals"),
];

/// The nouns of a list, or of the whole table if that is the list's name or `""`.
pub(super) fn nouns(table: &str, list: &str) -> Nouns {
    let known = NOUNS.iter().find(|(path, name, ..)| *path == table && *name == list);
    if let Some((_, _, topic, one, many)) = known {
        return Nouns { topic: (*topic).to_owned(), one: (*one).to_owned(), many: (*many).to_owned() };
    }
    let topic = topic(table);
    let noun = if list.is_empty() { topic.to_lowercase() } else { list.replace('_', " ") };
    Nouns { topic, one: noun.clone(), many: noun }
}

/// The heading of a table's changes.
pub(super) fn topic(table: &str) -> String {
    if let Some((_, _, topic, ..)) = NOUNS.iter().find(|(path, ..)| *path == table) {
        return (*topic).to_owned();
    }
    let words = table.trim_end_matches('/').trim_end_matches(".ron").replace('_', " ");
    let mut letters = words.chars();
    letters.next().map(|first| first.to_uppercase().collect::<String>() + letters.as_str()).unwrap_or_default()
}

/// Where a table's changes are told among those of others.
pub(super) fn rank(table: &str) -> usize {
    NOUNS.iter().position(|(path, ..)| *path == table).unwrap_or(NOUNS.len())
}

/// The names of items and tickets.
#[derive(Debug, Default)]
pub(super) struct Names {
    items: BTreeMap<String, String>,
    tickets: BTreeMap<String, String>,
}

impl Names {
    /// Adds those of an asset folder; of two names of the same thing the later one counts.
    pub(super) fn add(&mut self, items: Option<&Plain>, tickets: Option<&Plain>) {
        let named = |table: Option<&Plain>, list: &str, id: &str| {
            let entries = table.and_then(|table| table.field(list)).map_or(&[][..], Plain::elements);
            let pair =
                |entry: &Plain| Some((entry.field(id)?.bare()?.to_owned(), entry.field("name")?.bare()?.to_owned()));
            entries.iter().filter_map(pair).collect::<Vec<_>>()
        };
        self.items.extend(named(items, "items", "id"));
        self.tickets.extend(named(tickets, "kinds", "key"));
    }

    /// An item by name and id.
    pub(super) fn item(&self, id: &str) -> String {
        self.items.get(id).map_or_else(|| id.to_owned(), |name| format!("{name} ({id})"))
    }

    /// What identifies an entry, with its name.
    pub(super) fn entry(&self, key: &str, id: &Plain, entry: &Plain) -> String {
        let shown = id.bare().unwrap_or_default();
        let known = match key {
            "id" | "item" => self.items.get(shown),
            "ticket" | "key" => self.tickets.get(shown),
            _ => None,
        };
        let own = entry.field("name").and_then(Plain::bare).filter(|_| key != "name");
        match own.or(known.map(String::as_str)) {
            Some(name) => format!("{shown} {name}"),
            None => shown.to_owned(),
        }
    }
}
