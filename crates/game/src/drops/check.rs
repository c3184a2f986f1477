//! What is wrong with drop tables.

use crate::drops::reference::DROP;
use crate::drops::rules::{DRAWS, DropEntry, DropRules, DropTable, GUARANTEED_AFTER, WEIGHT};
use crate::identifiers;
use crate::items::{Amount, ItemRules};
use raidkeep_engine::rules::{GivenName, Place, Report, Table, Tables};

/// The most draws of one roll with those of all tables that it may lead to.
const NESTED_DRAWS_MAX: u64 = 100_000;
/// The most entries of a table.
const ENTRIES_MAX: usize = 200;
/// The most entries of a table without replacement: the time to draw from one grows with the sets of its entries.
const ENTRIES_WITHOUT_REPLACEMENT_MAX: usize = 12;

/// Checks all tables.
pub(super) fn check(rules: &DropRules, tables: &Tables, report: &mut Report) {
    let given = (0..).zip(rules.tables()).map(|(index, table)| GivenName {
        name: table.id.clone(),
        title: Some(table.name.clone()),
        place: rules.place(index).clone().key("id"),
    });
    report.names_given(DROP, Place::file(DropRules::PATH), given);
    report.names_should_be_used(DROP, "so nobody can get what it holds");
    for (index, table) in rules.tables().enumerate() {
        let place = rules.place(index);
        check_table(table, place, report);
        for (at, entry) in table.entries.iter().enumerate() {
            check_entry(entry, table, tables, &place.clone().key("entries").index(at), report);
        }
        if rules.draws_at_most(index) > NESTED_DRAWS_MAX {
            let message = format!(
                "one roll may draw {} times with the tables that it leads to, expected at most {NESTED_DRAWS_MAX}",
                rules.draws_at_most(index)
            );
            report.error(place.clone().key("draws"), message);
        }
    }
    check_chests(rules, tables, report);
    let is_first = |(index, table): (usize, &DropTable)| rules.index(&table.id) == Some(index);
    if rules.tables().enumerate().all(is_first) {
        check_circles(rules, report);
    }
}

/// Checks tables as events make them.
pub(super) fn check_changed(rules: &DropRules, tables: &Tables, report: &mut Report) {
    check(rules, tables, report);
    for (index, table) in rules.tables().enumerate() {
        let place_of = |key: &str| rules.place(index).clone().key(key);
        report.check_range(place_of("draws"), table.draws, &DRAWS);
        if let Some(after) = table.guaranteed_after {
            report.check_range(place_of("guaranteed_after"), after, &GUARANTEED_AFTER);
        }
        for (at, entry) in table.entries.iter().enumerate() {
            report.check_range(place_of("entries").index(at).key("weight"), entry.weight, &WEIGHT);
        }
    }
}

/// Where two tables share an id, it cannot be told which of them leads where.
fn check_circles(rules: &DropRules, report: &mut Report) {
    for (index, entry) in rules.circles() {
        let table = rules.at(*index);
        let named = table.entries[*entry].table.as_deref().unwrap_or_default();
        let message = if named == table.id {
            format!("table \"{named}\" names itself, so a roll of it might never end")
        } else {
            format!("table \"{named}\" leads back to this one, \"{}\", so a roll of it might never end", table.id)
        };
        let place = rules.place(*index).clone().key("entries").index(*entry).key("table");
        report.error(place, message).hint("name a table that does not lead here, or grant items");
    }
}

fn check_chests(rules: &DropRules, tables: &Tables, report: &mut Report) {
    for (index, (chest, place)) in rules.chests().iter().enumerate() {
        if rules.chests()[..index].iter().any(|(earlier, _)| earlier.item == chest.item) {
            let message = format!("item {} is already a chest", chest.item);
            report.error(place.clone().key("item"), message);
        }
        if let Some(items) = tables.get::<ItemRules>() {
            items.check(&Amount { item: chest.item, quantity: 1 }, 1, place.clone().key("item"), report);
        }
        if chest.drops.is_empty() {
            report.error(place.clone().key("drops"), "the chest is empty, expected at least one drop table");
        }
        chest.drops.check(&place.clone().key("drops"), report);
    }
}

fn check_table(table: &DropTable, place: &Place, report: &mut Report) {
    if !identifiers::is_sound(&table.id) {
        let message = format!("\"{}\" is no id, expected lowercase letters, digits and _", table.id);
        report
            .error(place.clone().key("id"), message)
            .hint("the first character is a letter, such as in \"rare_scrolls\"");
    }
    if table.name.trim().is_empty() {
        report.error(place.clone().key("name"), "expected the name that players read beside the chances");
    }
    let (entries, place_of) = (table.entries.len(), |key: &str| place.clone().key(key));
    if entries == 0 || entries > ENTRIES_MAX {
        let message = format!("found {entries} entries, expected 1 to {ENTRIES_MAX}");
        report.error(place_of("entries"), message);
    }
    let draws = usize::try_from(table.draws).unwrap_or(usize::MAX);
    if !table.replacement && entries > ENTRIES_WITHOUT_REPLACEMENT_MAX {
        let message = format!(
            "found {entries} entries, expected at most {ENTRIES_WITHOUT_REPLACEMENT_MAX} in a table without replacement"
        );
        report.error(place_of("entries"), message).hint("put entries that belong together in a table of their own");
    } else if !table.replacement && draws > entries {
        let message = format!("{draws} draws without replacement, but there are only {entries} entries");
        report.error(place_of("draws"), message);
    } else if !table.replacement && draws == entries && entries > 1 {
        report.warning(place_of("draws"), "every roll brings all entries, so their weights mean nothing");
    }
    check_guarantee(table, place, report);
}

fn check_guarantee(table: &DropTable, place: &Place, report: &mut Report) {
    let guaranteed = table.entries.iter().filter(|entry| entry.guaranteed).count();
    if table.guaranteed_after.is_none() {
        if let Some(at) = table.entries.iter().position(|entry| entry.guaranteed) {
            let place = place.clone().key("entries").index(at).key("guaranteed");
            report
                .error(place, "the table does not say after how many misses")
                .hint("type guaranteed_after: 10, beside the entries, for the 11th draw at the latest");
        }
        return;
    }
    let place = place.clone().key("guaranteed_after");
    if guaranteed == 0 {
        let message = "no entry is guaranteed, so there is nothing to bring after the misses";
        report.error(&place, message).hint("type guaranteed: true in the entries that count as a hit");
    } else if guaranteed == table.entries.len() {
        report.error(&place, "every entry is guaranteed, so no draw can miss");
    }
    if !table.replacement {
        let message = "misses are counted for tables with replacement only";
        report.error(place, message).hint("name this table in the entry of another one, which has the guarantee");
    }
}

fn check_entry(entry: &DropEntry, table: &DropTable, tables: &Tables, place: &Place, report: &mut Report) {
    let place_of = |key: &str| place.clone().key(key);
    if entry.weight == 0 {
        let message = "a weight of 0 never comes, expected 1 or more";
        report.error(place_of("weight"), message).hint("remove the entry, or put // before its lines");
    }
    if let Some(items) = tables.get::<ItemRules>() {
        items.check_all(&entry.items, 1, &place_of("items"), report);
    }
    if let Some(named) = &entry.table {
        report.name_used(DROP, named.clone(), &place_of("table"));
    }
    if entry.guaranteed && entry.items.is_empty() && entry.table.is_none() && table.guaranteed_after.is_some() {
        report.error(place_of("guaranteed"), "nothing is guaranteed: the entry has neither items nor a table");
    }
}
