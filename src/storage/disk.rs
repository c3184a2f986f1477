//! A disk in memory that can lose power and fail, for tests and benchmarks.

use std::io;
use std::ops::Range;
use std::sync::{Arc, Mutex, PoisonError};

use redb::StorageBackend;

/// A file on a simulated disk. Clones are the same file.
#[derive(Debug, Clone, Default)]
pub struct Disk(Arc<Mutex<Platter>>);

#[derive(Debug, Default)]
struct Platter {
    /// What a reader sees.
    written: Vec<u8>,
    /// What survives a loss of power.
    synced: Vec<u8>,
    unsynced: Vec<Range<usize>>,
    writes_left: Option<u64>,
}

impl Disk {
    /// A disk that holds what this one would hold after losing power now. The old handle stays
    /// usable, as the ghost of the process that died.
    pub fn after_power_loss(&self) -> Self {
        let synced = self.with(|platter| platter.synced.clone());
        let platter = Platter { written: synced.clone(), synced, ..Platter::default() };
        Self(Arc::new(Mutex::new(platter)))
    }

    /// Lets `count` more writes and syncs succeed; all after those fail as on a full disk.
    pub fn fail_after(&self, count: u64) {
        self.with(|platter| platter.writes_left = Some(count));
    }

    /// Bytes the file takes.
    pub fn size_bytes(&self) -> usize {
        self.with(|platter| platter.written.len())
    }

    fn with<T>(&self, act: impl FnOnce(&mut Platter) -> T) -> T {
        act(&mut self.0.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

impl Platter {
    fn spend_write(&mut self) -> io::Result<()> {
        match &mut self.writes_left {
            None => Ok(()),
            Some(0) => Err(io::Error::new(io::ErrorKind::StorageFull, "no space left on the simulated disk")),
            Some(left) => {
                *left -= 1;
                Ok(())
            }
        }
    }

    fn range(&self, offset: u64, length: usize) -> io::Result<Range<usize>> {
        let start = usize::try_from(offset).map_err(|_| io::ErrorKind::InvalidInput)?;
        let end = start.checked_add(length).filter(|end| *end <= self.written.len());
        end.map(|end| start..end).ok_or_else(|| io::ErrorKind::UnexpectedEof.into())
    }
}

impl StorageBackend for Disk {
    fn len(&self) -> io::Result<u64> {
        Ok(self.with(|platter| platter.written.len() as u64))
    }

    fn read(&self, offset: u64, out: &mut [u8]) -> io::Result<()> {
        self.with(|platter| {
            let range = platter.range(offset, out.len())?;
            out.copy_from_slice(&platter.written[range]);
            Ok(())
        })
    }

    fn set_len(&self, len: u64) -> io::Result<()> {
        self.with(|platter| {
            platter.spend_write()?;
            let len = usize::try_from(len).map_err(|_| io::ErrorKind::InvalidInput)?;
            platter.written.resize(len, 0);
            Ok(())
        })
    }

    fn sync_data(&self) -> io::Result<()> {
        self.with(|platter| {
            platter.spend_write()?;
            let Platter { written, synced, unsynced, .. } = platter;
            synced.resize(written.len(), 0);
            for range in unsynced.drain(..) {
                let range = range.start.min(written.len())..range.end.min(written.len());
                synced[range.clone()].copy_from_slice(&written[range]);
            }
            Ok(())
        })
    }

    fn write(&self, offset: u64, data: &[u8]) -> io::Result<()> {
        self.with(|platter| {
            platter.spend_write()?;
            let range = platter.range(offset, data.len())?;
            platter.written[range.clone()].copy_from_slice(data);
            platter.unsynced.push(range);
            Ok(())
        })
    }
}
