//! The rows changed in one tick, as the bytes that go into the log.
//!
//! Layout: moment (i64 milliseconds), then for each row: table name (u8 length, bytes), key (u8
//! length, bytes), value (u32 length, bytes; `u32::MAX` = the row is deleted, `u32::MAX - 1` = every
//! row is deleted whose key begins with this one). Numbers are little endian. A value starts with
//! the schema version of its table (u16).

use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::numbers::BatchNumber;
use crate::storage::RowError;

const DELETED: u32 = u32::MAX;
const ALL_DELETED: u32 = u32::MAX - 1;

/// The rows that one tick changed.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Batch {
    /// Its number among the world's batches.
    pub number: BatchNumber,
    /// The world's clock at the tick, in unix milliseconds.
    pub moment_ms: i64,
    bytes: Vec<u8>,
    row_count: usize,
    keeps_moment: bool,
    deletes_groups: bool,
}

/// One row of a batch.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Row<'a> {
    /// The table's name.
    pub table: &'a str,
    /// The key within the table.
    pub key: &'a [u8],
    /// The new value; `None` deletes the row.
    pub value: Option<&'a [u8]>,
    /// Whether this deletes every row whose key begins with `key` instead of one row.
    pub is_prefix: bool,
}

impl Batch {
    /// An empty batch.
    pub fn new(number: BatchNumber, moment_ms: i64) -> Self {
        Self { number, moment_ms, ..Self::default() }
    }

    /// Adds a row; `write` appends its value.
    ///
    /// # Panics
    /// When a table name or key is longer than 255 bytes, which is a bug.
    pub fn put(&mut self, table: &str, key: &[u8], write: impl FnOnce(&mut Vec<u8>)) {
        self.head(table, key);
        let at = self.bytes.len();
        self.bytes.extend_from_slice(&[0; 4]);
        write(&mut self.bytes);
        let length = u32::try_from(self.bytes.len() - at - 4).expect("a row should be under 4 GiB");
        self.bytes[at..at + 4].copy_from_slice(&length.to_le_bytes());
    }

    /// Deletes a row.
    pub fn delete(&mut self, table: &str, key: &[u8]) {
        self.head(table, key);
        self.bytes.extend_from_slice(&DELETED.to_le_bytes());
    }

    /// Deletes every row of a table whose key begins with `prefix`: those on disk and those already put. Rows put
    /// afterwards stay.
    pub fn delete_all(&mut self, table: &str, prefix: &[u8]) {
        self.head(table, prefix);
        self.bytes.extend_from_slice(&ALL_DELETED.to_le_bytes());
        self.deletes_groups = true;
    }

    fn head(&mut self, table: &str, key: &[u8]) {
        self.bytes.push(u8::try_from(table.len()).expect("table names should be short"));
        self.bytes.extend_from_slice(table.as_bytes());
        self.bytes.push(u8::try_from(key.len()).expect("row keys should be under 256 bytes"));
        self.bytes.extend_from_slice(key);
        self.row_count += 1;
    }

    /// Appends the rows of another batch, leaving that one empty.
    pub fn append(&mut self, other: &mut Self) {
        self.bytes.append(&mut other.bytes);
        self.row_count += std::mem::take(&mut other.row_count);
        self.deletes_groups |= std::mem::take(&mut other.deletes_groups);
    }

    /// How many rows it holds.
    pub fn row_count(&self) -> usize {
        self.row_count
    }

    /// Whether it contains nothing worth a commit.
    pub fn is_empty(&self) -> bool {
        self.row_count == 0 && !self.keeps_moment
    }

    /// Whether it deletes rows by the beginning of their keys, as it does for each account that is deleted.
    pub fn deletes_groups(&self) -> bool {
        self.deletes_groups
    }

    /// Forces a commit for its moment alone, as when a manual clock was moved.
    pub fn keep_moment(&mut self) {
        self.keeps_moment = true;
    }

    /// The rows in the order they were added.
    pub fn rows(&self) -> impl Iterator<Item = Row<'_>> {
        Rows { rest: &self.bytes }
    }

    /// Bytes this batch takes in a log record.
    pub fn encoded_len(&self) -> usize {
        HEADER_BYTES + self.bytes.len()
    }

    /// Appends the batch to a log record.
    pub fn encode(&self, record: &mut Vec<u8>) {
        record.extend_from_slice(&self.number.0.to_le_bytes());
        record.extend_from_slice(&self.moment_ms.to_le_bytes());
        let length = u32::try_from(self.bytes.len()).expect("a batch should be under 4 GiB");
        record.extend_from_slice(&length.to_le_bytes());
        record.extend_from_slice(&self.bytes);
    }
}

const HEADER_BYTES: usize = 20;

/// A batch as stored in a log record.
#[derive(Debug, Clone, Copy)]
pub struct BatchView<'a> {
    /// Number of the batch.
    pub number: BatchNumber,
    /// The world's clock at the tick, in unix milliseconds.
    pub moment_ms: i64,
    bytes: &'a [u8],
}

impl<'a> BatchView<'a> {
    /// Bytes this batch takes in its record.
    pub fn encoded_len(&self) -> usize {
        HEADER_BYTES + self.bytes.len()
    }

    /// The rows in the order they were added; ends at the first truncated one.
    pub fn rows(&self) -> impl Iterator<Item = Row<'a>> + use<'a> {
        Rows { rest: self.bytes }
    }
}

/// The batches of a log record; ends at the first truncated one.
pub fn batches(mut record: &[u8]) -> impl Iterator<Item = BatchView<'_>> {
    std::iter::from_fn(move || {
        let number = BatchNumber(u64::from_le_bytes(*take(&mut record)?));
        let moment_ms = i64::from_le_bytes(*take(&mut record)?);
        let length = u32::from_le_bytes(*take(&mut record)?);
        let bytes = take_slice(&mut record, length as usize)?;
        Some(BatchView { number, moment_ms, bytes })
    })
}

struct Rows<'a> {
    rest: &'a [u8],
}

impl<'a> Iterator for Rows<'a> {
    type Item = Row<'a>;

    fn next(&mut self) -> Option<Row<'a>> {
        let [length] = *take(&mut self.rest)?;
        let table = std::str::from_utf8(take_slice(&mut self.rest, length.into())?).ok()?;
        let [length] = *take(&mut self.rest)?;
        let key = take_slice(&mut self.rest, length.into())?;
        let length = u32::from_le_bytes(*take(&mut self.rest)?);
        let value = match length {
            DELETED | ALL_DELETED => None,
            length => Some(take_slice(&mut self.rest, length as usize)?),
        };
        Some(Row { table, key, value, is_prefix: length == ALL_DELETED })
    }
}

fn take<'a, const N: usize>(rest: &mut &'a [u8]) -> Option<&'a [u8; N]> {
    let (head, tail) = rest.split_first_chunk::<N>()?;
    *rest = tail;
    Some(head)
}

fn take_slice<'a>(rest: &mut &'a [u8], length: usize) -> Option<&'a [u8]> {
    let (head, tail) = rest.split_at_checked(length)?;
    *rest = tail;
    Some(head)
}

/// Appends `value` in the current format of its table.
pub fn encode_value<T: Serialize>(version: u16, value: &T, out: &mut Vec<u8>) {
    out.extend_from_slice(&version.to_le_bytes());
    let bytes = std::mem::take(out);
    *out = postcard::to_extend(value, bytes).expect("rows should be plain data");
}

/// Reads a value, going through `upgrade(version, bytes)` when an earlier program wrote it.
pub fn decode_value<T: DeserializeOwned>(
    version: u16,
    bytes: &[u8],
    upgrade: impl FnOnce(u16, &[u8]) -> Option<T>,
) -> Result<T, RowError> {
    let (head, body) = bytes.split_first_chunk::<2>().ok_or(RowError::Damaged)?;
    match u16::from_le_bytes(*head) {
        found if found == version => postcard::from_bytes(body).map_err(|_| RowError::Damaged),
        found if found > version => Err(RowError::FromTheFuture { found, known: version }),
        found => upgrade(found, body).ok_or(RowError::NoUpgrade { found, known: version }),
    }
}

/// Reads a row from before its last fields existed: `missing` is what stands in for them.
pub fn complete_value<T: DeserializeOwned>(bytes: &[u8], missing: &impl Serialize) -> Option<T> {
    postcard::from_bytes(&postcard::to_extend(missing, bytes.to_vec()).ok()?).ok()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn rows_come_back_in_order() {
        let mut batch = Batch::new(BatchNumber(3), -5);
        batch.put("energy", b"k1", |out| out.extend_from_slice(b"value"));
        batch.delete("index", b"k2");
        batch.delete_all("mail", b"k");
        let mut record = Vec::new();
        batch.encode(&mut record);
        batch.encode(&mut record);
        let views: Vec<_> = batches(&record).collect();
        assert_eq!(views.len(), 2);
        assert_eq!((views[1].number, views[1].moment_ms), (BatchNumber(3), -5));
        let rows: Vec<_> = views[1].rows().collect();
        assert_eq!(rows[0], Row { table: "energy", key: b"k1", value: Some(b"value"), is_prefix: false });
        assert_eq!(rows[1], Row { table: "index", key: b"k2", value: None, is_prefix: false });
        assert_eq!(rows[2], Row { table: "mail", key: b"k", value: None, is_prefix: true });
    }

    #[test]
    fn a_value_of_a_later_program_is_refused_not_misread() {
        let mut bytes = Vec::new();
        encode_value(2, &7_u32, &mut bytes);
        let read = |version| decode_value::<u32>(version, &bytes, |_, _| None);
        assert_eq!(read(2), Ok(7));
        assert_eq!(read(1), Err(RowError::FromTheFuture { found: 2, known: 1 }));
        assert_eq!(read(3), Err(RowError::NoUpgrade { found: 2, known: 3 }));
        assert_eq!(decode_value::<u32>(1, b"\x01", |_, _| None), Err(RowError::Damaged));
    }

    proptest! {
        #[test]
        fn damaged_records_never_panic(bytes in proptest::collection::vec(any::<u8>(), 0..200)) {
            for batch in batches(&bytes) {
                prop_assert!(batch.rows().count() <= bytes.len());
            }
        }
    }
}
