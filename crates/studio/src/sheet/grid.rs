//! A sheet as a program for tables shows it: cells in rows.

use std::fmt;

/// One cell.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub enum SheetCell {
    /// Nothing.
    #[default]
    Empty,
    /// A text.
    Text(String),
    /// A number, in decimal digits.
    Number(String),
    /// True or false.
    Flag(bool),
    /// What the program has made a date or a time of, as it shows it.
    Date(String),
    /// What holds no value, such as `#REF!`, and why.
    Broken(String),
}

/// One sheet.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct SheetGrid {
    /// The name of the sheet, or of the CSV file without `.csv`.
    pub name: String,
    /// The cells. Rows may have different lengths.
    pub rows: Vec<Vec<SheetCell>>,
    /// Whether a comma is the decimal mark, as where cells are separated by `;`.
    pub has_decimal_comma: bool,
}

/// What is wrong with a cell.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CellFault {
    /// The sheet.
    pub sheet: String,
    /// The row, counted from 0.
    pub row: usize,
    /// The column, counted from 0.
    pub column: usize,
    /// What was found, what was expected, and what to do.
    pub message: String,
}

impl fmt::Display for CellFault {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "Sheet {}, cell {}{}: {}", self.sheet, letters(self.column), self.row + 1, self.message)
    }
}

impl std::error::Error for CellFault {}

/// The letters of a column: A, B, .. Z, AA.
fn letters(column: usize) -> String {
    let mut letters = Vec::new();
    let mut rest = column + 1;
    while rest > 0 {
        letters.push(char::from(b'A' + u8::try_from((rest - 1) % 26).unwrap_or_default()));
        rest = (rest - 1) / 26;
    }
    letters.iter().rev().collect()
}

impl SheetCell {
    /// A text, or nothing if it is blank.
    pub fn text(text: impl Into<String>) -> Self {
        let text = text.into();
        if text.is_empty() { Self::Empty } else { Self::Text(text) }
    }

    /// Whether it holds nothing but blanks.
    pub fn is_blank(&self) -> bool {
        match self {
            Self::Empty => true,
            Self::Text(text) => text.trim_matches(is_blank).is_empty(),
            Self::Number(_) | Self::Flag(_) | Self::Date(_) | Self::Broken(_) => false,
        }
    }

    /// As it is shown.
    pub fn shown(&self) -> String {
        match self {
            Self::Empty => String::new(),
            Self::Text(text) | Self::Number(text) | Self::Date(text) | Self::Broken(text) => text.clone(),
            Self::Flag(flag) => if *flag { "TRUE" } else { "FALSE" }.to_owned(),
        }
    }
}

/// White space, also that of full width and the one that does not break.
pub(super) fn is_blank(letter: char) -> bool {
    letter.is_whitespace() || letter == '\u{200B}' || letter == '\u{FEFF}'
}

impl SheetGrid {
    /// A cell; empty where there is none.
    pub fn cell(&self, row: usize, column: usize) -> &SheetCell {
        const EMPTY: &SheetCell = &SheetCell::Empty;
        self.rows.get(row).and_then(|row| row.get(column)).unwrap_or(EMPTY)
    }

    /// A fault of a cell.
    pub fn fault(&self, row: usize, column: usize, message: impl Into<String>) -> CellFault {
        CellFault { sheet: self.name.clone(), row, column, message: message.into() }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_fault_names_sheet_and_cell_as_programs_for_tables_do() {
        let grid = SheetGrid { name: "general".to_owned(), ..SheetGrid::default() };
        assert_eq!(grid.fault(11, 4, "wrong").to_string(), "Sheet general, cell E12: wrong");
        assert_eq!([25, 26, 701, 702].map(letters), ["Z", "AA", "ZZ", "AAA"]);
    }
}
