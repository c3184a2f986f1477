//! The invariants of every table: it is known, its rows can be read, and rows of an account belong to one that exists.

use bevy_ecs::prelude::*;

use crate::account::AccountId;
use crate::storage::directory::INDEX_TABLE;
use crate::storage::{KeyedBy, TableReader};
use crate::verify::Inspection;
use crate::verify::inspection::account_of;

pub(super) fn check(world: &World, tables: &[TableReader], inspection: &mut Inspection<'_>) {
    for found in inspection.tables() {
        if found != INDEX_TABLE && tables.iter().all(|known| known.table != found) {
            let what = "this program knows no such table; a later program, or another one, has written it";
            inspection.breach(&found, b"", None, what);
        }
    }
    for table in tables {
        match table.keyed_by {
            KeyedBy::Account => check_accounts(world, table, inspection),
            KeyedBy::Itself => check_single_rows(world, table, inspection),
        }
    }
}

fn check_single_rows(world: &World, table: &TableReader, inspection: &mut Inspection<'_>) {
    inspection.each(table.table, |inspection, key, value| {
        if let Err(error) = (table.read)(world, &[(key.to_vec(), value.to_vec())]) {
            inspection.breach(table.table, key, None, error.to_string());
        }
    });
}

/// An account's rows are adjacent; they are read together.
fn check_accounts(world: &World, table: &TableReader, inspection: &mut Inspection<'_>) {
    let mut present: Option<(AccountId, Vec<(Vec<u8>, Vec<u8>)>)> = None;
    inspection.each(table.table, |inspection, key, value| {
        let Some(account) = account_of(key) else {
            inspection.breach(table.table, key, None, "the key does not begin with an account's number");
            return;
        };
        let row = (key.to_vec(), value.to_vec());
        match &mut present {
            Some((same, rows)) if *same == account => rows.push(row),
            _ => {
                if let Some((account, rows)) = present.replace((account, vec![row])) {
                    check_account(world, table, inspection, account, &rows);
                }
            }
        }
    });
    if let Some((account, rows)) = present {
        check_account(world, table, inspection, account, &rows);
    }
}

fn check_account(
    world: &World,
    table: &TableReader,
    inspection: &mut Inspection<'_>,
    account: AccountId,
    rows: &[(Vec<u8>, Vec<u8>)],
) {
    let first = rows.first().map_or(&[][..], |(key, _)| key);
    if !inspection.exists(account) {
        let what = format!("{} rows of {account}, which does not exist: nobody will ever load them", rows.len());
        inspection.breach(table.table, first, Some(account), what);
    }
    if let Err(error) = (table.read)(world, rows) {
        let what = format!("{error}; the player cannot be loaded and all its requests are refused");
        inspection.breach(table.table, first, Some(account), what);
    }
}
