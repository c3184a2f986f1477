//! Sheets as workbooks of Excel.

use std::io::Cursor;

use calamine::{DataRef, Reader, Xlsx, XlsxError};
use rust_xlsxwriter::{DocProperties, ExcelDateTime, Format, Workbook, Worksheet};

use crate::sheet::grid::{SheetCell, SheetGrid};

/// Whole numbers beyond this are not exact in a program for tables.
const EXACT_MAX: f64 = 9_007_199_254_740_992.0;
/// Cells further right or down than this are not read: no table is that large, and a stray one must not fill memory.
const ROWS_MAX: u32 = 200_000;
const COLUMNS_MAX: u32 = 2_000;
/// How wide columns are, in characters.
const COLUMN_WIDTH: f64 = 14.0;

/// Writes sheets as one workbook. The same sheets give the same bytes.
///
/// # Errors
/// A message, if a sheet is larger than Excel allows.
pub fn write_xlsx(grids: &[SheetGrid]) -> Result<Vec<u8>, String> {
    let mut workbook = Workbook::new();
    let never = ExcelDateTime::from_ymd(2000, 1, 1).map_err(|error| error.to_string())?;
    workbook.set_properties(&DocProperties::new().set_creation_datetime(&never));
    for grid in grids {
        let sheet = workbook.add_worksheet();
        fill(sheet, grid).map_err(|error| format!("sheet {}: {error}", grid.name))?;
    }
    workbook.save_to_buffer().map_err(|error| error.to_string())
}

fn fill(sheet: &mut Worksheet, grid: &SheetGrid) -> Result<(), rust_xlsxwriter::XlsxError> {
    let (bold, note) = (Format::new().set_bold(), Format::new().set_italic().set_text_wrap());
    // So that Excel makes no date of a text that is typed over another.
    let text = Format::new().set_num_format("@");
    let plain = Format::new();
    sheet.set_name(&grid.name)?;
    sheet.set_freeze_panes(2, 2)?;
    for (row, cells) in (0..).zip(&grid.rows) {
        for (column, cell) in (0..).zip(cells) {
            let style = match (row, cell) {
                (0, _) => &bold,
                (1, _) => &note,
                (_, SheetCell::Text(_)) => &text,
                _ => &plain,
            };
            match cell {
                SheetCell::Number(number) => match exact(number) {
                    Some(exact) => sheet.write_number_with_format(row, column, exact, style)?,
                    None => sheet.write_string_with_format(row, column, number, &text)?,
                },
                SheetCell::Flag(flag) => sheet.write_boolean(row, column, *flag)?,
                SheetCell::Empty => continue,
                other => sheet.write_string_with_format(row, column, other.shown(), style)?,
            };
        }
        let width = u16::try_from(cells.len()).unwrap_or(u16::MAX);
        if row == 0 {
            (0..width).try_for_each(|column| sheet.set_column_width(column, COLUMN_WIDTH).map(drop))?;
        }
    }
    Ok(())
}

fn exact(number: &str) -> Option<f64> {
    number.parse::<f64>().ok().filter(|number| number.abs() <= EXACT_MAX)
}

/// Reads all sheets of a workbook. Of formulas their values are read.
///
/// # Errors
/// A message, if it is no workbook.
pub fn read_xlsx(bytes: &[u8]) -> Result<Vec<SheetGrid>, String> {
    let mut workbook: Xlsx<_> = Xlsx::new(Cursor::new(bytes)).map_err(told)?;
    let names = workbook.sheet_names();
    names.into_iter().map(|name| sheet(&mut workbook, name)).collect()
}

fn told(error: XlsxError) -> String {
    format!("cannot be read as a workbook (.xlsx): {error}")
}

fn sheet(workbook: &mut Xlsx<Cursor<&[u8]>>, name: String) -> Result<SheetGrid, String> {
    let mut grid = SheetGrid { name: name.clone(), ..SheetGrid::default() };
    let mut reader = workbook.worksheet_cells_reader(&name).map_err(told)?;
    while let Some(found) = reader.next_cell_with_formula().map_err(told)? {
        let (row, column) = found.pos;
        let cell = match (read(&found.value), found.formula) {
            (SheetCell::Empty, Some(_)) => SheetCell::Broken(
                "this formula has no stored value, open the workbook in a program for tables and save it".to_owned(),
            ),
            (SheetCell::Empty, None) => continue,
            (cell, _) => cell,
        };
        if row >= ROWS_MAX || column >= COLUMNS_MAX {
            return Err(format!(
                "sheet {name} has a cell in row {}, column {}: delete what is far beyond the table",
                row + 1,
                column + 1
            ));
        }
        let (Ok(row), Ok(column)) = (usize::try_from(row), usize::try_from(column)) else { continue };
        if grid.rows.len() <= row {
            grid.rows.resize(row + 1, Vec::new());
        }
        if grid.rows[row].len() <= column {
            grid.rows[row].resize(column + 1, SheetCell::Empty);
        }
        grid.rows[row][column] = cell;
    }
    Ok(grid)
}

fn read(value: &DataRef<'_>) -> SheetCell {
    match value {
        DataRef::Int(number) => SheetCell::Number(number.to_string()),
        DataRef::Float(number) => SheetCell::Number(format!("{number}")),
        DataRef::String(text) => SheetCell::text(text.as_str()),
        DataRef::SharedString(text) => SheetCell::text(*text),
        DataRef::Bool(flag) => SheetCell::Flag(*flag),
        DataRef::DateTime(moment) => {
            let (year, month, day, hour, minute, ..) = moment.to_ymd_hms_milli();
            let whole = moment.as_f64() >= 1.0;
            SheetCell::Date(if whole { format!("{year}-{month:02}-{day:02}") } else { format!("{hour}:{minute:02}") })
        }
        DataRef::DateTimeIso(text) | DataRef::DurationIso(text) => SheetCell::Date(text.clone()),
        DataRef::Error(error) => SheetCell::Broken(format!("this cell holds {error}, expected a value")),
        DataRef::Empty => SheetCell::Empty,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn grid() -> SheetGrid {
        let number = |number: &str| SheetCell::Number(number.to_owned());
        let rows = vec![
            vec![SheetCell::text("#"), SheetCell::text("name"), SheetCell::text("n")],
            vec![],
            vec![number("1"), SheetCell::text("8-24"), number("1.5"), SheetCell::Flag(true)],
            vec![number("2"), SheetCell::text("007"), number("9223372036854775807")],
        ];
        SheetGrid { name: "general".to_owned(), rows, has_decimal_comma: false }
    }

    #[test]
    fn a_workbook_keeps_numbers_texts_and_flags() {
        let bytes = write_xlsx(&[grid()]).expect("written");
        let read = read_xlsx(&bytes).expect("read");
        assert_eq!(read[0].rows[2], grid().rows[2]);
        assert_eq!(read[0].rows[3][2], SheetCell::text("9223372036854775807"), "no digit of a large number is lost");
        assert_eq!(bytes, write_xlsx(&[grid()]).expect("written"), "the same sheets give the same bytes");
    }

    #[test]
    fn what_is_no_workbook_is_told_and_no_panic() {
        assert!(read_xlsx(b"PK\x03\x04 no").expect_err("no workbook").contains("cannot be read as a workbook"));
    }

    #[test]
    fn a_formula_is_read_as_its_value() {
        let mut workbook = Workbook::new();
        let sheet = workbook.add_worksheet();
        sheet.write_formula(0, 0, rust_xlsxwriter::Formula::new("=1+1").set_result("2")).expect("written");
        let read = read_xlsx(&workbook.save_to_buffer().expect("written")).expect("read");
        assert_eq!(read[0].cell(0, 0), &SheetCell::Number("2".to_owned()));
    }
}
