//! Tables as CSV for spreadsheets.

use crate::csv_text::{self, MARK, guarded};

/// A table of text and numbers, written row by row.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CsvTable {
    text: String,
}

impl CsvTable {
    /// A table with these columns.
    pub fn new(columns: &[&str]) -> Self {
        let mut table = Self { text: String::from(MARK) };
        table.row(columns.iter().map(|column| (*column).to_owned()));
        table
    }

    /// Adds a row.
    pub fn row(&mut self, cells: impl IntoIterator<Item = String>) {
        self.text.push_str(&csv_text::row(cells.into_iter().map(written), b','));
    }

    /// The whole file.
    pub fn text(&self) -> &str {
        &self.text
    }
}

/// A number, or a text that spreadsheets take for no formula.
fn written(cell: String) -> String {
    if cell.parse::<f64>().is_ok() { cell } else { guarded(cell) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn excel_reads_the_names_and_takes_none_for_a_formula() {
        let mut table = CsvTable::new(&["what", "value"]);
        table.row(["金币, \"gold\"".to_owned(), "-2.5".to_owned()]);
        table.row(["=1+1".to_owned(), "'quoted".to_owned()]);
        assert_eq!(table.text(), "\u{feff}what,value\r\n\"金币, \"\"gold\"\"\",-2.5\r\n'=1+1,''quoted\r\n");
    }
}
