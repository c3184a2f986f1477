//! Tables as CSV for spreadsheets.

/// Without it, Excel takes UTF-8 for the encoding of the system.
const BYTE_ORDER_MARK: char = '\u{feff}';

/// A table of text and numbers, written row by row.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CsvTable {
    text: String,
}

impl CsvTable {
    /// A table with these columns.
    pub fn new(columns: &[&str]) -> Self {
        let mut table = Self { text: String::from(BYTE_ORDER_MARK) };
        table.row(columns.iter().map(|column| (*column).to_owned()));
        table
    }

    /// Adds a row.
    pub fn row(&mut self, cells: impl IntoIterator<Item = String>) {
        for (index, cell) in cells.into_iter().enumerate() {
            if index > 0 {
                self.text.push(',');
            }
            self.text.push_str(&quoted(&cell));
        }
        self.text.push_str("\r\n");
    }

    /// The whole file.
    pub fn text(&self) -> &str {
        &self.text
    }
}

/// A field, quoted if necessary. A text that spreadsheets would take for a formula begins with an apostrophe.
fn quoted(cell: &str) -> String {
    let is_number = cell.parse::<f64>().is_ok();
    let cell = if !is_number && cell.starts_with(['=', '+', '-', '@']) { format!("'{cell}") } else { cell.to_owned() };
    if cell.contains([',', '"', '\n', '\r']) { format!("\"{}\"", cell.replace('"', "\"\"")) } else { cell }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn excel_reads_the_names_and_takes_none_for_a_formula() {
        let mut table = CsvTable::new(&["what", "value"]);
        table.row(["金币, \"gold\"".to_owned(), "-2.5".to_owned()]);
        table.row(["=1+1".to_owned(), "3".to_owned()]);
        assert_eq!(table.text(), "\u{feff}what,value\r\n\"金币, \"\"gold\"\"\",-2.5\r\n'=1+1,3\r\n");
    }
}
