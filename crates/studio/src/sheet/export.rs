//! A table as a sheet.

use crate::sheet::columns::{Column, Target};
use crate::sheet::grid::{SheetCell, SheetGrid};
use crate::sheet::kinds::Kind;
use crate::sheet::names::ItemNames;
use crate::sheet::table::Table;

/// What the columns for reading only show.
const FORMULAS: &str = "formulas";
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
    for place in table.rows() {
        let mut row: Vec<SheetCell> = Vec::new();
        for column in &columns {
            row.push(match &column.target {
                Target::Shown(what) if what == COMMENT => SheetCell::text(table.comment(place.entry)),
                Target::Shown(what) if what == FORMULAS => SheetCell::text(table.formulas(place.entry).join("; ")),
                Target::Shown(_) => {
                    row.last().and_then(|id| names.get(&id.shown())).map_or(SheetCell::Empty, SheetCell::text)
                }
                _ => table.cell(place, column).0,
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
    if (0..table.entries().len()).any(|entry| !table.formulas(entry).is_empty()) {
        columns.push(shown(
            FORMULAS.to_owned(),
            "how the file computes the row; a value that is edited parts the run there",
        ));
    }
    columns.push(shown(COMMENT.to_owned(), "for reading only; change it in the file"));
    columns
}
