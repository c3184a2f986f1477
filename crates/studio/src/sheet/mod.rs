//! The tables of an asset folder as sheets, for designers who work in a program for tables, and back.
//!
//! A sheet is read against what would be exported now: only a cell that differs changes the file, and in the file only that
//! value. So comments and layout stay, and a sheet that nobody edited changes nothing.

mod columns;
mod csv_file;
mod edits;
mod entry_texts;
mod export;
mod grid;
mod import;
mod kinds;
mod names;
mod numbers;
mod settings;
mod table;
mod values;
mod xlsx_file;

use std::collections::BTreeMap;

use crate::schema::AssetShapes;
use columns::{Column, Target};
pub use csv_file::{read_csv, write_csv};
pub use grid::{CellFault, SheetCell, SheetGrid};
use names::ItemNames;
use raidkeep_engine::rules::{Problem, RonValue};
use table::{ListPath, Table, TableRow, lists_of, plain_name, sheet_names, value_at};
pub use xlsx_file::{read_xlsx, write_xlsx};

/// The sheets of an asset folder.
#[derive(Debug)]
pub struct AssetSheets<'a> {
    shapes: &'a AssetShapes,
    /// All files, by their path below the folder.
    texts: BTreeMap<String, String>,
    /// The sheets, with the file and the list that each is of.
    sheets: Vec<(String, String, ListPath)>,
}

/// What an import has made of the files.
#[derive(Debug)]
pub struct ImportedSheets {
    /// The files that have changed, with their new texts.
    pub texts: BTreeMap<String, String>,
    imported: Vec<ImportedSheet>,
}

/// Where the entries of a list came from, or settings: see [`import::Edited`].
#[derive(Debug)]
struct ImportedSheet {
    grid: SheetGrid,
    file: String,
    path: ListPath,
    lines: Vec<Option<usize>>,
    targets: Vec<Option<Target>>,
}

impl<'a> AssetSheets<'a> {
    /// The sheets of the files that are in a folder of the assets such as `stages/`, or are the file `within`; of all if
    /// that is empty.
    pub fn new(texts: BTreeMap<String, String>, within: &str, shapes: &'a AssetShapes) -> Self {
        let mut found = Vec::new();
        for (file, text) in &texts {
            let Some(root) = RonValue::read(text) else { continue };
            found.extend(lists_of(&root, shapes.file(file), &[]).into_iter().map(|(path, ..)| (file.clone(), path)));
            if table(file, text, &ListPath::new(), shapes).is_some_and(|table| settings::is_worth_a_sheet(&table)) {
                found.push((file.clone(), ListPath::new()));
            }
        }
        let names = sheet_names(&found);
        let sheets = names.into_iter().zip(found).map(|(name, (file, path))| (name, file, path));
        let sheets = sheets.filter(|(_, file, _)| file.starts_with(within)).collect();
        Self { shapes, texts, sheets }
    }

    /// The names of the sheets.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        self.sheets.iter().map(|(name, ..)| name.as_str())
    }

    /// All sheets.
    pub fn export(&self) -> Vec<SheetGrid> {
        let names = ItemNames::of(&self.texts);
        let sheet = |(name, file, path): &(String, String, ListPath)| {
            let table = table(file, self.texts.get(file)?, path, self.shapes)?;
            Some(if table.is_settings() {
                settings::sheet(name, &table, &names)
            } else {
                export::sheet(name, &table, &names)
            })
        };
        self.sheets.iter().filter_map(sheet).collect()
    }

    /// A line for each formula of a run: where it is, and its values.
    pub fn formula_values(&self) -> Vec<String> {
        let lines = |(_, file, path): &(String, String, ListPath)| {
            let table = table(file, self.texts.get(file)?, path, self.shapes)?;
            Some(values::lines(&table))
        };
        self.sheets.iter().filter_map(lines).flatten().collect()
    }

    /// Takes over what was edited in sheets.
    ///
    /// # Errors
    /// Every cell that cannot be taken over, and sheets that are of no table.
    pub fn import(&self, grids: Vec<SheetGrid>) -> Result<ImportedSheets, Vec<CellFault>> {
        let (mut texts, mut imported, mut faults) = (self.texts.clone(), Vec::new(), Vec::new());
        for grid in grids {
            let Some((_, file, path)) = self.sheets.iter().find(|(name, ..)| name.eq_ignore_ascii_case(&grid.name))
            else {
                let known: Vec<&str> = self.names().collect();
                faults.push(grid.fault(0, 0, format!("no table has this sheet, expected one of {}", known.join(", "))));
                continue;
            };
            let Some(text) = texts.get(file).cloned() else { continue };
            let edited = table(file, &text, path, self.shapes).map(|table| {
                if table.is_settings() { settings::import(&grid, &table) } else { import::import(&grid, &table) }
            });
            match edited {
                Some(Ok(import::Edited { text, lines, targets })) => {
                    texts.insert(file.clone(), text);
                    imported.push(ImportedSheet { grid, file: file.clone(), path: path.clone(), lines, targets });
                }
                Some(Err(found)) => faults.extend(found),
                None => {}
            }
        }
        if !faults.is_empty() {
            return Err(faults);
        }
        texts.retain(|file, text| self.texts.get(file) != Some(text));
        Ok(ImportedSheets { texts, imported })
    }

    /// The cell that a problem of the imported files is about; `None` if no sheet holds its place.
    pub fn cell_of(&self, problem: &Problem, imported: &ImportedSheets) -> Option<CellFault> {
        let text = imported.texts.get(&problem.file).or_else(|| self.texts.get(&problem.file))?;
        let place = offset(text, problem.line, problem.column)?;
        let sheets = imported.imported.iter().filter(|sheet| sheet.file == problem.file);
        sheets.into_iter().find_map(|sheet| {
            let table = table(&sheet.file, text, &sheet.path, self.shapes)?;
            let entry = table.entries().iter().position(|part| part.span.contains(&place))?;
            let line = (*sheet.lines.get(entry)?)?;
            let span = |target: &Target| {
                table
                    .cell(TableRow { entry, n: None }, &Column { target: target.clone(), note: String::new() })
                    .1
                    .filter(|span| span.contains(&place))
            };
            let across = sheet.targets.iter().enumerate();
            let across = across.filter_map(|(across, target)| Some((across, span(target.as_ref()?)?)));
            let (across, _) = across.min_by_key(|(_, span)| span.len())?;
            let (row, column) = if table.is_settings() { (across, line) } else { (line, across) };
            let hint = problem.hint.as_ref().map(|hint| format!(" ({hint})")).unwrap_or_default();
            Some(sheet.grid.fault(row, column, format!("{}{hint}", problem.message)))
        })
    }
}

fn table<'a>(file: &str, text: &'a str, path: &ListPath, shapes: &'a AssetShapes) -> Option<Table<'a>> {
    let root = RonValue::read(text)?;
    if path.is_empty() {
        let is_struct = root.is_struct() && plain_name(&root);
        return is_struct.then(|| Table::settings(file, text, root, shapes.file(file)));
    }
    let list = value_at(&root, path)?.clone();
    let shape = path.iter().try_fold(shapes.file(file)?, |shape, key| shape.field(key));
    let element = shape.and_then(|shape| shape.element().or_else(|| shape.entry()));
    Some(Table::new(file, text, path.clone(), list, element))
}

/// The byte at a line and a column, both counted from 1.
fn offset(text: &str, line: u32, column: u32) -> Option<usize> {
    let mut start = 0;
    for _ in 1..line {
        start += text[start..].find('\n')? + 1;
    }
    let within = text[start..].char_indices().nth(usize::try_from(column).ok()?.saturating_sub(1));
    Some(within.map_or(text.len(), |(at, _)| start + at))
}
