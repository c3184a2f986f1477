//! CSV as spreadsheets read it: with a byte order mark, and texts that none of them takes for a formula.

/// Without it, Excel takes UTF-8 for the encoding of the system.
pub(crate) const MARK: char = '\u{feff}';
/// What spreadsheets take for the start of a formula, and the mark of a text itself.
const FORMULA_STARTS: [char; 7] = ['=', '+', '-', '@', '\t', '\r', '\''];

/// A text that is taken for no formula: before one that looks like it is an apostrophe.
pub(crate) fn guarded(text: String) -> String {
    if text.starts_with(FORMULA_STARTS) { format!("'{text}") } else { text }
}

/// The text that was [`guarded`].
pub(crate) fn unguarded(text: &str) -> &str {
    text.strip_prefix('\'').filter(|text| text.starts_with(FORMULA_STARTS)).unwrap_or(text)
}

/// A row, quoted where necessary, with its line end.
pub(crate) fn row(cells: impl IntoIterator<Item = String>, separator: u8) -> String {
    let ends = csv::Terminator::CRLF;
    let mut writer = csv::WriterBuilder::new().delimiter(separator).terminator(ends).from_writer(Vec::new());
    // Writing into memory cannot fail.
    let _ = writer.write_record(cells.into_iter().collect::<Vec<_>>());
    let bytes = writer.into_inner().unwrap_or_default();
    String::from_utf8_lossy(&bytes).into_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_is_no_formula_and_is_read_as_it_was() {
        for text in ["=1+1", "+8", "-8", "@SUM(A1)", "'quoted", "\tx", "''", "'=", "plain", "金币", "", "'"] {
            let written = guarded(text.to_owned());
            assert!(!written.starts_with(['=', '+', '-', '@', '\t', '\r']), "{written:?}");
            assert_eq!(unguarded(&written), text);
        }
        assert_eq!(unguarded("'tis"), "'tis", "an apostrophe that somebody typed stays");
    }
}
