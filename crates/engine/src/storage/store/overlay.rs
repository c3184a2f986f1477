//! A file that is read and never written: changes stay in memory.

use std::collections::HashMap;
use std::fs::File;
use std::io;
use std::os::unix::fs::FileExt;
use std::sync::{Mutex, MutexGuard, PoisonError};

use redb::StorageBackend;

const PAGE_BYTES: usize = 4096;

/// A file under changes that are lost when this is dropped.
#[derive(Debug, Default)]
pub(in crate::storage) struct Overlay {
    file: Option<File>,
    changes: Mutex<Changes>,
}

#[derive(Debug, Default)]
struct Changes {
    length: u64,
    /// Bytes of the file that still count; what was cut off and grown again is zero.
    of_file: u64,
    pages: HashMap<u64, Box<[u8; PAGE_BYTES]>>,
}

impl Overlay {
    /// Over this file as it is now.
    pub(in crate::storage) fn over(file: File) -> io::Result<Self> {
        let length = file.metadata()?.len();
        let changes = Changes { length, of_file: length, pages: HashMap::new() };
        Ok(Self { file: Some(file), changes: Mutex::new(changes) })
    }

    fn lock(&self) -> MutexGuard<'_, Changes> {
        self.changes.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// A page as it lies in the file.
    fn page_of_file(&self, changes: &Changes, number: u64) -> io::Result<Box<[u8; PAGE_BYTES]>> {
        let mut page = Box::new([0; PAGE_BYTES]);
        let at = number * PAGE_BYTES as u64;
        let there = changes.of_file.saturating_sub(at).min(PAGE_BYTES as u64) as usize;
        if let Some(file) = &self.file {
            file.read_exact_at(&mut page[..there], at)?;
        }
        Ok(page)
    }
}

/// The pages that a range of bytes touches: number of the page, range in it, range in the bytes.
fn pieces(offset: u64, length: usize) -> impl Iterator<Item = (u64, std::ops::Range<usize>, std::ops::Range<usize>)> {
    let mut done = 0;
    std::iter::from_fn(move || {
        if done == length {
            return None;
        }
        let at = offset + done as u64;
        let from = (at % PAGE_BYTES as u64) as usize;
        let count = (PAGE_BYTES - from).min(length - done);
        let piece = (at / PAGE_BYTES as u64, from..from + count, done..done + count);
        done += count;
        Some(piece)
    })
}

impl StorageBackend for Overlay {
    fn len(&self) -> io::Result<u64> {
        Ok(self.lock().length)
    }

    fn read(&self, offset: u64, out: &mut [u8]) -> io::Result<()> {
        let changes = self.lock();
        if offset.saturating_add(out.len() as u64) > changes.length {
            return Err(io::ErrorKind::UnexpectedEof.into());
        }
        for (page, within, target) in pieces(offset, out.len()) {
            match changes.pages.get(&page) {
                Some(bytes) => out[target].copy_from_slice(&bytes[within]),
                None => out[target].copy_from_slice(&self.page_of_file(&changes, page)?[within]),
            }
        }
        Ok(())
    }

    fn set_len(&self, length: u64) -> io::Result<()> {
        let mut changes = self.lock();
        if length < changes.length {
            let kept = length / PAGE_BYTES as u64;
            let cut = self.page_of_file(&changes, kept)?;
            let page = changes.pages.remove(&kept).unwrap_or(cut);
            changes.pages.retain(|number, _| *number < kept);
            changes.of_file = changes.of_file.min(length);
            let within = (length % PAGE_BYTES as u64) as usize;
            let mut page = page;
            page[within..].fill(0);
            changes.pages.insert(kept, page);
        }
        changes.length = length;
        Ok(())
    }

    fn sync_data(&self) -> io::Result<()> {
        Ok(())
    }

    fn write(&self, offset: u64, data: &[u8]) -> io::Result<()> {
        let mut changes = self.lock();
        changes.length = changes.length.max(offset + data.len() as u64);
        for (number, within, source) in pieces(offset, data.len()) {
            if !changes.pages.contains_key(&number) {
                let page = self.page_of_file(&changes, number)?;
                changes.pages.insert(number, page);
            }
            if let Some(page) = changes.pages.get_mut(&number) {
                page[within].copy_from_slice(&data[source]);
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::io::Write;

    use proptest::prelude::*;

    #[derive(Debug, Clone)]
    enum Step {
        Write(u64, Vec<u8>),
        SetLength(u64),
    }

    fn steps() -> impl Strategy<Value = Vec<Step>> {
        let write = (0_u64..12_000, proptest::collection::vec(any::<u8>(), 1..6000));
        let step = prop_oneof![
            write.prop_map(|(at, bytes)| Step::Write(at, bytes)),
            (0_u64..18_000).prop_map(Step::SetLength),
        ];
        proptest::collection::vec(step, 0..12)
    }

    proptest! {
        #[test]
        fn it_reads_as_a_file_would_and_the_file_stays(before in proptest::collection::vec(any::<u8>(), 0..9000), steps in steps()) {
            let mut file = tempfile::NamedTempFile::new()?;
            file.write_all(&before)?;
            let overlay = Overlay::over(file.reopen()?)?;
            let mut expected = before.clone();
            for step in steps {
                match step {
                    Step::Write(at, bytes) => {
                        let end = at as usize + bytes.len();
                        expected.resize(expected.len().max(end), 0);
                        expected[at as usize..end].copy_from_slice(&bytes);
                        overlay.write(at, &bytes)?;
                    }
                    Step::SetLength(length) => {
                        expected.resize(length as usize, 0);
                        overlay.set_len(length)?;
                    }
                }
            }
            let mut found = vec![1; overlay.len()? as usize];
            overlay.read(0, &mut found)?;
            prop_assert_eq!(found, expected);
            prop_assert_eq!(std::fs::read(file.path())?, before);
        }
    }
}
