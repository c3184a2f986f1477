//! A table as a sheet.

use crate::sheet::columns::{Column, Target};
use crate::sheet::grid::{SheetCell, SheetGrid};
use crate::sheet::kinds::Kind;
use crate::sheet::names::ItemNames;
use crate::sheet::table::Table;

/// Rows above the entries: the headings, and what they mean.
const COMMENT: &str = "comment";

/// The sheet of a table: headings, what they mean, then an entry a row.
pub(super) fn sheet(name: &str, table: &Table<'_>, names: &ItemNames) -> SheetGrid {
    let columns = shown_columns(table, names);
    let heading = |column: &Column| match &column.target {
        Target::Amount { item, .. } => match names.get(item) {
            Some(name) => SheetCell::text(format!("{} {name}", column.target.heading())),
            None => SheetCell::text(column.target.heading()),
        },
        target => SheetCell::text(target.heading()),
    };
    let mut rows = vec![columns.iter().map(heading).collect::<Vec<_>>()];
    rows.push(columns.iter().map(|column| SheetCell::text(column.note.clone())).collect());
    for entry in 0..table.entries().len() {
        let mut row: Vec<SheetCell> = Vec::new();
        for column in &columns {
            row.push(match &column.target {
                Target::Shown(what) if what == COMMENT => SheetCell::text(table.comment(entry)),
                Target::Shown(_) => {
                    row.last().and_then(|id| names.get(&id.shown())).map_or(SheetCell::Empty, SheetCell::text)
                }
                _ => table.cell(entry, column).0,
            });
        }
        rows.push(row);
    }
    SheetGrid { name: name.to_owned(), rows, has_decimal_comma: false }
}

/// The columns of the table, with names behind items, and the comments of the file.
fn shown_columns(table: &Table<'_>, names: &ItemNames) -> Vec<Column> {
    let mut columns = Vec::new();
    let shown = |what: String, note: &str| Column { target: Target::Shown(what), note: note.to_owned() };
    for column in &table.columns {
        columns.push(column.clone());
        if let Target::Field { path, kind: Kind::Item } = &column.target {
            let is_definition =
                (0..table.entries().len()).any(|entry| table.entries()[entry].value.field("name").is_some());
            if !is_definition && names.get("3:1").is_some() {
                columns.push(shown(format!("name of {}", path.join(".")), "for reading only"));
            }
        }
    }
    columns.push(shown(COMMENT.to_owned(), "for reading only; change it in the file"));
    columns
}
