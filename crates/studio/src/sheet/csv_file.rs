//! Sheets as CSV files, as Excel and others write them: with a byte order mark, `;` or tabs, in UTF-16 or GBK.

use encoding_rs::{GB18030, UTF_16BE, UTF_16LE};

use crate::csv_text::{self, MARK, guarded, unguarded};
use crate::sheet::grid::{SheetCell, SheetGrid, is_blank};

/// Excel names the separator in a line of its own.
const SEPARATOR_LINE: &str = "sep=";

/// Writes a sheet, for Excel: UTF-8 with a byte order mark, lines end with CR LF.
pub fn write_csv(grid: &SheetGrid, separator: u8) -> String {
    let row = |row: &Vec<SheetCell>| csv_text::row(row.iter().map(|cell| written(cell, separator)), separator);
    format!("{MARK}{}", grid.rows.iter().map(row).collect::<String>())
}

fn written(cell: &SheetCell, separator: u8) -> String {
    match cell {
        SheetCell::Text(text) => guarded(text.clone()),
        SheetCell::Number(number) if separator != b',' => number.replace('.', ","),
        other => other.shown(),
    }
}

/// Reads a CSV file. Returns the sheet, and a remark if it is not UTF-8.
///
/// # Errors
/// A message if it is in no known encoding.
pub fn read_csv(name: &str, bytes: &[u8]) -> Result<(SheetGrid, Option<String>), String> {
    let (text, remark) = decoded(bytes)?;
    let text = text.strip_prefix(MARK).unwrap_or(&text);
    let (separator, text) = separated(text);
    let rows = lines(text, separator).into_iter().map(|line| row(line, separator)).collect::<Result<Vec<_>, _>>()?;
    Ok((SheetGrid { name: name.to_owned(), rows, has_decimal_comma: separator != b',' }, remark))
}

fn row(line: &str, separator: u8) -> Result<Vec<SheetCell>, String> {
    let mut reader = csv::ReaderBuilder::new();
    let reader = reader.delimiter(separator).has_headers(false).buffer_capacity(line.len() + 1);
    let record = reader.from_reader(line.as_bytes()).records().next();
    let record = record.transpose().map_err(|error| error.to_string())?;
    Ok(record.map_or_else(Vec::new, |record| record.iter().map(read).collect()))
}

/// The lines of a text, also blank ones, so that rows keep their numbers. One with line breaks between quotes is one.
fn lines(text: &str, separator: u8) -> Vec<&str> {
    let mut lines = Vec::new();
    let (mut start, mut quoted, mut before) = (0, false, b'\n');
    for (at, byte) in text.bytes().enumerate() {
        match byte {
            b'"' if quoted || before == b'\n' || before == separator => quoted = !quoted,
            b'"' if before == b'"' => quoted = true,
            b'\n' if !quoted => {
                lines.push(text[start..at].trim_end_matches('\r'));
                start = at + 1;
            }
            _ => {}
        }
        before = byte;
    }
    if start < text.len() {
        lines.push(text[start..].trim_end_matches('\r'));
    }
    lines
}

fn read(field: &str) -> SheetCell {
    let plain = field.strip_prefix("=\"").and_then(|field| field.strip_suffix('"')).unwrap_or(field);
    SheetCell::text(unguarded(plain))
}

fn decoded(bytes: &[u8]) -> Result<(String, Option<String>), String> {
    if let Some(rest) = bytes.strip_prefix(&[0xff, 0xfe]) {
        return Ok((UTF_16LE.decode_without_bom_handling(rest).0.into_owned(), None));
    }
    if let Some(rest) = bytes.strip_prefix(&[0xfe, 0xff]) {
        return Ok((UTF_16BE.decode_without_bom_handling(rest).0.into_owned(), None));
    }
    if let Ok(text) = std::str::from_utf8(bytes) {
        return Ok((text.to_owned(), None));
    }
    let (text, is_broken) = GB18030.decode_without_bom_handling(bytes);
    if is_broken {
        return Err("is neither UTF-8 nor GBK, save it as \"CSV UTF-8\"".to_owned());
    }
    Ok((
        text.into_owned(),
        Some("is not UTF-8 and was read as GBK; look at its names, or save it as \"CSV UTF-8\"".to_owned()),
    ))
}

/// The separator of a text, and the text without a line that only names it.
fn separated(text: &str) -> (u8, &str) {
    let first = text.lines().next().unwrap_or_default();
    if let Some(named) = first.strip_prefix(SEPARATOR_LINE) {
        let rest = text[first.len()..].trim_start_matches(['\r', '\n']);
        return (named.trim_matches(is_blank).bytes().next().unwrap_or(b','), rest);
    }
    let mut quoted = false;
    let mut counts = [(b',', 0_usize), (b';', 0), (b'\t', 0)];
    for byte in first.bytes() {
        quoted ^= byte == b'"';
        for (separator, count) in &mut counts {
            *count += usize::from(!quoted && byte == *separator);
        }
    }
    let most = counts.into_iter().rev().max_by_key(|(_, count)| *count);
    (most.map_or(b',', |(separator, _)| separator), text)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn texts(grid: &SheetGrid) -> Vec<Vec<String>> {
        grid.rows.iter().map(|row| row.iter().map(SheetCell::shown).collect()).collect()
    }

    #[test]
    fn what_excel_writes_is_read_whatever_its_mark_separator_and_encoding() {
        let expected = vec![vec!["name".to_owned(), "n".to_owned()], vec!["金币".to_owned(), "1,5".to_owned()]];
        let semicolons = "\u{feff}name;n\r\n金币;1,5\r\n";
        let named = "sep=;\r\nname;n\r\n金币;1,5\r\n";
        let tabs: Vec<u8> =
            [0xff, 0xfe].into_iter().chain("name\tn\r\n金币\t1,5".encode_utf16().flat_map(u16::to_le_bytes)).collect();
        let (gbk, ..) = GB18030.encode("name,n\n金币,\"1,5\"\n");
        for bytes in [semicolons.as_bytes(), named.as_bytes(), &tabs, &gbk] {
            let (grid, remark) = read_csv("a", bytes).expect("read");
            assert_eq!(texts(&grid), expected);
            assert_eq!(remark.is_some(), bytes == &*gbk, "only GBK is remarked on");
        }
        assert!(read_csv("a", b"a,\xff\xff\xff").is_err(), "what is in no known encoding is refused");
    }

    #[test]
    fn rows_keep_the_number_that_excel_shows_beside_them() {
        let (grid, _) = read_csv("a", b"a,b\r\n\r\n\"x\ny\",2\r\n\r\n,\r\n3,4\r\n").expect("read");
        assert_eq!(grid.cell(2, 0), &SheetCell::text("x\ny"));
        assert_eq!(grid.cell(5, 0), &SheetCell::text("3"));
    }

    #[test]
    fn a_text_that_looks_like_a_formula_stays_a_text() {
        let row = vec![SheetCell::text("=1+1"), SheetCell::text("'quoted"), SheetCell::Number("-1.5".to_owned())];
        let grid = SheetGrid { name: "a".to_owned(), rows: vec![row.clone()], has_decimal_comma: true };
        let written = write_csv(&grid, b';');
        assert_eq!(written, "\u{feff}'=1+1;''quoted;-1,5\r\n");
        let (again, _) = read_csv("a", written.as_bytes()).expect("read");
        assert_eq!(again.rows[0][..2], row[..2]);
    }
}
