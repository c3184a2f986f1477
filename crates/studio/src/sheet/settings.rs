//! What a file holds outside of its lists, as a sheet: a key and its value a row.

use raidkeep_engine::rules::nearest;

use crate::sheet::columns::{Column, Heading, Target, read_heading};
use crate::sheet::edits::replaced;
use crate::sheet::grid::{CellFault, SheetCell, SheetGrid};
use crate::sheet::import::{Edited, REMARK, read_cell};
use crate::sheet::kinds::{Kind, Reading};
use crate::sheet::names::ItemNames;
use crate::sheet::table::{Table, TableRow};

const KEY: &str = "key";
const VALUE: &str = "value";
/// The only row of the table.
const WHOLE: TableRow = TableRow { entry: 0, n: None };

/// Whether a file has numbers outside of its lists.
pub(super) fn is_worth_a_sheet(table: &Table<'_>) -> bool {
    table.columns.iter().any(|column| match &column.target {
        Target::Amount { .. } | Target::Field { kind: Kind::Number, .. } => true,
        Target::Field { kind: Kind::Raw, .. } => table.cell(WHOLE, column).1.is_some(),
        _ => false,
    })
}

/// The sheet: the key, the value, what it means with its limits, and the comments of the file.
pub(super) fn sheet(name: &str, table: &Table<'_>, names: &ItemNames) -> SheetGrid {
    let mut rows = vec![[KEY, VALUE, "(meaning)", "(comment)"].map(SheetCell::text).to_vec()];
    for column in settings(table) {
        let heading = column.target.heading();
        let key = match &column.target {
            Target::Amount { item, .. } => names.get(item).map(|name| format!("{heading} {name}")),
            _ => None,
        };
        rows.push(vec![
            SheetCell::text(key.unwrap_or(heading)),
            table.cell(WHOLE, column).0,
            SheetCell::text(column.note.clone()),
            SheetCell::text(table.comment_of(&column.target)),
        ]);
    }
    SheetGrid { name: name.to_owned(), rows, has_decimal_comma: false }
}

fn settings<'t>(table: &'t Table<'_>) -> impl Iterator<Item = &'t Column> {
    table.columns.iter().filter(|column| matches!(column.target, Target::Field { .. } | Target::Amount { .. }))
}

/// Takes over what was edited. Without an edit the text is the same.
pub(super) fn import(grid: &SheetGrid, table: &Table<'_>) -> Result<Edited, Vec<CellFault>> {
    let heading = |wanted: &str| {
        let headings = grid.rows.first().map_or(&[][..], Vec::as_slice);
        headings.iter().position(|cell| cell.shown().trim().eq_ignore_ascii_case(wanted))
    };
    let (Some(key), Some(value)) = (heading(KEY), heading(VALUE)) else {
        return Err(vec![grid.fault(0, 0, format!("expected the columns {KEY} and {VALUE}, as exported"))]);
    };
    let (targets, mut faults) = targets(grid, table, key);
    let span = table.entries()[WHOLE.entry].value.span.clone();
    let mut text = table.text[span.clone()].to_owned();
    for (row, target) in targets.iter().enumerate() {
        let Some(target) = target else { continue };
        let was = table.cell(WHOLE, &Column { target: target.clone(), note: String::new() }).0;
        let read = read_cell(target, grid.cell(row, value), &was, grid.has_decimal_comma);
        let applied = read.and_then(|reading| match reading {
            Reading::Same => Ok(None),
            reading => table.apply(&text, target, reading).map(Some),
        });
        match applied {
            Ok(changed) => text = changed.unwrap_or(text),
            Err(message) => faults.push(grid.fault(row, value, message)),
        }
    }
    if !faults.is_empty() {
        return Err(faults);
    }
    Ok(Edited { text: replaced(table.text, span, &text), lines: vec![Some(value)], targets })
}

/// What each row of the sheet is about.
fn targets(grid: &SheetGrid, table: &Table<'_>, key: usize) -> (Vec<Option<Target>>, Vec<CellFault>) {
    let (mut targets, mut faults): (Vec<Option<Target>>, _) = (vec![None], Vec::new());
    for row in 1..grid.rows.len() {
        let typed = grid.cell(row, key).shown();
        let is_remark = grid.rows[row].iter().any(|cell| cell.shown().trim() == REMARK);
        let target = match read_heading(&typed, &table.columns) {
            _ if is_remark || grid.rows[row].iter().all(SheetCell::is_blank) => None,
            Heading::Target(target) if targets.contains(&Some(target.clone())) => {
                faults.push(grid.fault(row, key, format!("the key {typed} is there twice")));
                None
            }
            Heading::Target(target @ (Target::Field { .. } | Target::Amount { .. })) => Some(target),
            Heading::Target(_) | Heading::ReadOnly | Heading::Unknown => {
                let known: Vec<String> = settings(table).map(|column| column.target.heading()).collect();
                let near = nearest(&typed, known.iter().map(String::as_str));
                let hint = near.map(|near| format!(" (did you mean \"{near}\"?)")).unwrap_or_default();
                let message = format!("unknown key \"{typed}\", expected one of {} as exported{hint}", table.file);
                faults.push(grid.fault(row, key, message));
                None
            }
        };
        targets.push(target);
    }
    (targets, faults)
}
