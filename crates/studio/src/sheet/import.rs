//! Takes a sheet's edits over into the text of a table's file.

use std::collections::{BTreeMap, BTreeSet};

use crate::sheet::columns::{Column, ENTRY, Heading, Target, read_heading};
use crate::sheet::edits::{insert_part, remove_part, replaced};
use crate::sheet::grid::{CellFault, SheetCell, SheetGrid};
use crate::sheet::kinds::{Kind, Reading};
use crate::sheet::numbers::plain_number;
use crate::sheet::table::{Table, TableRow};

/// The first cell of a row that is no entry.
pub(super) const REMARK: &str = "//";
/// By which an entry is found where the sheet does not number the entries.
const IDENTITIES: [&str; 6] = ["id", "key", "from", "stage", "name", "to"];

/// The new text of a file, and where in the sheet it came from.
pub(super) struct Edited {
    pub(super) text: String,
    /// The row of each entry of the list; for settings, the column of the values.
    pub(super) lines: Vec<Option<usize>>,
    /// What each column holds; for settings, each row.
    pub(super) targets: Vec<Option<Target>>,
}

/// Takes over what was edited. Without an edit the text is the same.
pub(super) fn import(grid: &SheetGrid, table: &Table<'_>) -> Result<Edited, Vec<CellFault>> {
    let mut import = Import { grid, table, targets: Vec::new(), faults: Vec::new() };
    import.read_headings();
    let plan = import.plan();
    if import.faults.is_empty() { Ok(import.carried_out(plan)) } else { Err(import.faults) }
}

/// What becomes of the list.
#[derive(Default)]
struct Plan {
    /// The new texts of entries, with the rows they came from.
    kept: BTreeMap<usize, (Option<String>, usize)>,
    /// New entries behind an entry, or in front of all.
    new: BTreeMap<Option<usize>, Vec<(String, usize)>>,
}

struct Import<'a> {
    grid: &'a SheetGrid,
    table: &'a Table<'a>,
    /// What each column of the sheet holds.
    targets: Vec<Option<Target>>,
    faults: Vec<CellFault>,
}

impl Import<'_> {
    fn fault(&mut self, row: usize, column: usize, message: impl Into<String>) {
        self.faults.push(self.grid.fault(row, column, message));
    }

    fn read_headings(&mut self) {
        let headings = self.grid.rows.first().cloned().unwrap_or_default();
        for (column, heading) in headings.iter().enumerate() {
            let target = match read_heading(&heading.shown(), &self.table.columns) {
                _ if heading.is_blank() => None,
                Heading::Target(target) if self.targets.contains(&Some(target.clone())) => {
                    self.fault(0, column, format!("the column {} is there twice", heading.shown()));
                    None
                }
                Heading::Target(target) => Some(target),
                Heading::ReadOnly => None,
                Heading::Unknown => {
                    let known: Vec<String> = self.table.columns.iter().map(|column| column.target.heading()).collect();
                    let heading = heading.shown();
                    let near = raidkeep_engine::rules::nearest(&heading, known.iter().map(String::as_str));
                    let hint = near.map(|near| format!(" (did you mean \"{near}\"?)")).unwrap_or_default();
                    self.fault(
                        0,
                        column,
                        format!(
                            "unknown column \"{heading}\", expected a field of {} as exported{hint}",
                            self.table.file
                        ),
                    );
                    None
                }
            };
            self.targets.push(target);
        }
        if !self.targets.iter().flatten().any(|target| *target == Target::Entry) && self.identity().is_none() {
            self.fault(
                0,
                0,
                format!(
                    "the column {ENTRY} is missing, so that it is not clear which row is which entry; export again"
                ),
            );
        }
    }

    /// The column that holds what identifies an entry.
    fn identity(&self) -> Option<(usize, &Target)> {
        let of = |key: &str| {
            self.targets.iter().enumerate().find_map(|(column, target)| match target {
                Some(target @ Target::Field { path, .. }) if path.len() == 1 && path[0] == key => {
                    Some((column, target))
                }
                _ => None,
            })
        };
        IDENTITIES.iter().find_map(|key| of(key))
    }

    /// Which row of the table a row of the sheet is; `None` = a new one.
    fn place_of(&mut self, row: usize, taken: &BTreeSet<(usize, Option<u32>)>) -> Option<TableRow> {
        let entry = self.entry_of(row)?;
        let n = match self.table.run_of(entry) {
            Some((from, to)) => Some(self.number_of(row, from, to)?),
            None => None,
        };
        if !taken.contains(&(entry, n)) {
            return Some(TableRow { entry, n });
        }
        let column = self.targets.iter().position(|target| *target == Some(Target::Entry)).unwrap_or_default();
        self.fault(row, column, format!("entry {} is there twice; leave {ENTRY} empty for a new row", entry + 1));
        None
    }

    /// Which number of a run with formulas a row is for.
    fn number_of(&mut self, row: usize, from: u32, to: u32) -> Option<u32> {
        let is_from = |target: &Option<Target>| matches!(target, Some(Target::Field { path, .. }) if *path == ["from"]);
        let Some(column) = self.targets.iter().position(is_from) else {
            self.fault(0, 0, "the column from is missing, and a run with formulas is found by it; export again");
            return None;
        };
        let typed = plain_number(&self.grid.cell(row, column).shown(), self.grid.has_decimal_comma);
        let number = typed.ok().and_then(|number| number.parse().ok()).filter(|number| (from..=to).contains(number));
        if number.is_none() {
            let message = format!(
                "this row belongs to the run from {from} to {to}, which has formulas: leave {ENTRY} empty for a row of another number"
            );
            self.fault(row, column, message);
        }
        number
    }

    /// Which entry of the file a row is; `None` = a new one.
    fn entry_of(&mut self, row: usize) -> Option<usize> {
        let count = self.table.entries().len();
        let numbered = self.targets.iter().position(|target| *target == Some(Target::Entry));
        let typed = numbered.map(|column| (column, self.grid.cell(row, column).clone()));
        if let Some((column, cell)) = typed.filter(|(_, cell)| !cell.is_blank()) {
            let number = plain_number(&cell.shown(), self.grid.has_decimal_comma).ok();
            let number =
                number.and_then(|number| number.parse::<usize>().ok()).filter(|number| (1..=count).contains(number));
            match number {
                None => self.fault(
                    row,
                    column,
                    format!("expected the number of an entry, 1 to {count}; leave it empty for a new row"),
                ),
                Some(number) => return Some(number - 1),
            }
            return None;
        }
        let (column, target) = self.identity()?;
        let target = Column { target: target.clone(), note: String::new() };
        let wanted = self.grid.cell(row, column).shown();
        let is_same = |place: &TableRow| {
            let known = self.table.cell(*place, &target).0.shown();
            known == wanted || plain_number(&wanted, self.grid.has_decimal_comma).is_ok_and(|number| number == known)
        };
        self.table.rows().into_iter().find(is_same).map(|place| place.entry)
    }

    fn plan(&mut self) -> Plan {
        let (mut plan, mut taken, mut above) = (Plan::default(), BTreeSet::new(), None);
        let mut runs: BTreeMap<usize, BTreeMap<u32, (Option<String>, usize)>> = BTreeMap::new();
        for row in 1..self.grid.rows.len() {
            let cells = &self.grid.rows[row];
            let is_mapped = |column: usize| self.targets.get(column).is_some_and(Option::is_some);
            let is_blank = cells.iter().enumerate().all(|(column, cell)| cell.is_blank() || !is_mapped(column));
            if is_blank || cells.iter().any(|cell| cell.shown().trim() == REMARK) {
                continue;
            }
            let faults = self.faults.len();
            match self.place_of(row, &taken) {
                Some(place @ TableRow { entry, n }) => {
                    taken.insert((entry, n));
                    above = Some(entry);
                    let text = self.edited_entry(row, place);
                    match n {
                        Some(n) => drop(runs.entry(entry).or_default().insert(n, (text, row))),
                        None => drop(plan.kept.insert(entry, (text, row))),
                    }
                }
                None if self.faults.len() > faults => {}
                None => {
                    let text = self.new_entry(row, above);
                    plan.new.entry(above).or_default().push((text, row));
                }
            }
        }
        for (entry, rows) in runs {
            let mut pieces = self.pieces(entry, rows).into_iter();
            if let Some((text, row)) = pieces.next() {
                plan.kept.insert(entry, (text, row));
            }
            let further: Vec<_> = pieces.filter_map(|(text, row)| Some((text?, row))).collect();
            if !further.is_empty() {
                plan.new.entry(Some(entry)).or_default().splice(0..0, further);
            }
        }
        plan
    }

    /// What becomes of a run with formulas: rows that were edited stand for themselves, and what is between them stays a
    /// run. `n` is the number of the row, so that the formulas hold in each part.
    fn pieces(&self, entry: usize, rows: BTreeMap<u32, (Option<String>, usize)>) -> Vec<(Option<String>, usize)> {
        let Some((from, to)) = self.table.run_of(entry) else { return Vec::new() };
        let first_row = rows.first_key_value().map(|(_, (_, row))| *row).unwrap_or_default();
        if (from..=to).all(|n| matches!(rows.get(&n), Some((None, _)))) {
            return vec![(None, first_row)];
        }
        let mut pieces = Vec::new();
        let mut run: Option<(u32, u32, usize)> = None;
        for n in from..=to {
            match (rows.get(&n), &mut run) {
                (Some((None, _)), Some((_, last, _))) => *last = n,
                (Some((None, row)), None) => run = Some((n, n, *row)),
                (edited, _) => {
                    pieces.extend(run.take().map(|(from, to, row)| (Some(self.table.run_text(entry, from, to)), row)));
                    pieces.extend(edited.map(|(text, row)| (text.clone(), *row)));
                }
            }
        }
        pieces.extend(run.map(|(from, to, row)| (Some(self.table.run_text(entry, from, to)), row)));
        pieces
    }

    /// The text of an entry with what was edited in a row; `None` if nothing was.
    fn edited_entry(&mut self, row: usize, place: TableRow) -> Option<String> {
        let before = match place.n {
            Some(n) => self.table.run_text(place.entry, n, n),
            None => self.table.text[self.table.entries()[place.entry].value.span.clone()].to_owned(),
        };
        let mut text = before.clone();
        for (column, target) in self.targets.clone().into_iter().enumerate() {
            let Some(target) = target else { continue };
            let cell = self.grid.cell(row, column).clone();
            let was = self.table.cell(place, &Column { target: target.clone(), note: String::new() }).0;
            match read_cell(&target, &cell, &was, self.grid.has_decimal_comma) {
                Ok(Reading::Same) => {}
                Ok(reading) => match self.table.apply(&text, &target, reading) {
                    Ok(changed) => text = changed,
                    Err(message) => self.fault(row, column, message),
                },
                Err(message) => self.fault(row, column, message),
            }
        }
        (text != before).then_some(text)
    }

    /// The text of a new entry, laid out as the one above it.
    fn new_entry(&mut self, row: usize, above: Option<usize>) -> String {
        let mut text = "()".to_owned();
        for (column, target) in self.targets.clone().into_iter().enumerate() {
            let Some(target) = target.filter(|target| *target != Target::Entry) else { continue };
            let cell = self.grid.cell(row, column).clone();
            match read_cell(&target, &cell, &SheetCell::Empty, self.grid.has_decimal_comma) {
                Ok(Reading::Literal(literal)) => match self.table.apply(&text, &target, Reading::Literal(literal)) {
                    Ok(changed) => text = changed,
                    Err(message) => self.fault(row, column, message),
                },
                Ok(Reading::Same | Reading::Cleared) => {}
                Err(message) => self.fault(row, column, message),
            }
        }
        self.table.laid_out(&text, above)
    }

    /// The text of the file after the plan.
    fn carried_out(self, plan: Plan) -> Edited {
        let count = self.table.entries().len();
        let mut text = self.table.text.to_owned();
        for (entry, (changed, _)) in plan.kept.iter().rev() {
            if let Some(changed) = changed {
                text = replaced(&text, self.table.entries()[*entry].value.span.clone(), changed);
            }
        }
        let mut rows: Vec<Option<usize>> = (0..count).map(|entry| plan.kept.get(&entry).map(|(_, row)| *row)).collect();
        let changes_list = |entry: &usize| !plan.kept.contains_key(entry) || plan.new.contains_key(&Some(*entry));
        for entry in (0..count).filter(changes_list).rev() {
            for (new, row) in plan.new.get(&Some(entry)).into_iter().flatten().rev() {
                text = self.table.in_list(&text, |text, group| insert_part(text, group, Some(entry), new));
                rows.insert(entry + 1, Some(*row));
            }
            if !plan.kept.contains_key(&entry) {
                text = self.table.in_list(&text, |text, group| remove_part(text, group, entry));
                rows.remove(entry);
            }
        }
        for (new, row) in plan.new.get(&None).into_iter().flatten().rev() {
            text = self.table.in_list(&text, |text, group| insert_part(text, group, None, new));
            rows.insert(0, Some(*row));
        }
        Edited { text, lines: rows, targets: self.targets }
    }
}

/// Reads a cell that was exported as `was`.
///
/// # Errors
/// A message that says what was expected and what to do.
pub(super) fn read_cell(
    target: &Target,
    cell: &SheetCell,
    was: &SheetCell,
    has_decimal_comma: bool,
) -> Result<Reading, String> {
    match target {
        Target::Entry | Target::Shown(_) => Ok(Reading::Same),
        Target::Key if cell.shown() == was.shown() => Ok(Reading::Same),
        Target::Key => Err("this word is used elsewhere; change it in the file".to_owned()),
        Target::Field { kind, .. } => kind.read(cell, was, has_decimal_comma),
        Target::Amount { .. } => match Kind::Number.read(cell, was, has_decimal_comma)? {
            // A formula may be typed, without its quotes.
            Reading::Literal(formula) if formula.starts_with('"') => {
                Ok(Reading::Literal(formula.trim_matches('"').to_owned()))
            }
            Reading::Literal(number) if number.parse::<i64>().is_err() => {
                Err(format!("\"{number}\" is no whole number, expected how many of the item"))
            }
            reading => Ok(reading),
        },
    }
}
