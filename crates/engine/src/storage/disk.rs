//! An in-memory disk that can lose power, tear writes, fail, fill up and be slow, for tests and benchmarks.

use std::io;
use std::ops::Range;
use std::sync::{Arc, Condvar, Mutex, PoisonError};

use redb::StorageBackend;

/// A file on a simulated disk. Clones are the same file.
#[derive(Debug, Clone, Default)]
pub struct Disk(Arc<(Mutex<Platter>, Condvar)>);

/// The files of a world on simulated disks. Clones are the same files.
#[derive(Debug, Clone, Default)]
pub struct Disks {
    /// The log.
    pub log: Disk,
    /// The rows.
    pub rows: Disk,
    /// How far the world has answered.
    pub mark: Disk,
}

impl Disks {
    /// See [`Disk::after_power_loss`].
    pub fn after_power_loss(&self) -> Self {
        self.each(Disk::after_power_loss)
    }

    /// See [`Disk::after_torn_power_loss`].
    pub fn after_torn_power_loss(&self, survives: &mut dyn FnMut() -> bool) -> Self {
        self.each(|disk| disk.after_torn_power_loss(survives))
    }

    /// See [`Disk::after_kill`].
    pub fn after_kill(&self) -> Self {
        self.each(Disk::after_kill)
    }

    /// See [`Disk::mend`].
    pub fn mend(&self) {
        [&self.log, &self.rows, &self.mark].into_iter().for_each(Disk::mend);
    }

    fn each(&self, mut make: impl FnMut(&Disk) -> Disk) -> Self {
        Self { log: make(&self.log), rows: make(&self.rows), mark: make(&self.mark) }
    }
}

/// The unit of an atomic write, in bytes.
const SECTOR_BYTES: usize = 512;

#[derive(Debug, Default)]
struct Platter {
    /// What a reader sees.
    written: Vec<u8>,
    /// What survives a loss of power.
    synced: Vec<u8>,
    unsynced: Vec<Range<usize>>,
    writes_left: Option<u64>,
    is_held: bool,
    name: Name,
}

/// The entry of a file in its folder, which is on disk only when the folder was synced.
#[derive(Debug, Default)]
struct Name {
    is_synced: bool,
    /// What the entry on disk leads to while a rename is not: what was synced of the file of before.
    former: Option<Vec<u8>>,
    /// A planted fault: syncs of the folder do nothing.
    ignores_syncs: bool,
}

impl Disk {
    /// A disk with the contents of this one after losing power now. The old handle stays usable, as the ghost of the
    /// process that died.
    pub fn after_power_loss(&self) -> Self {
        Self::holding(self.with(|platter| match platter.name.is_synced {
            true => platter.synced.clone(),
            false => platter.name.former.clone().unwrap_or_default(),
        }))
    }

    /// The same, but each unsynced sector for which `survives` says so is kept, and so are the file's new length and its
    /// name: a disk writes in any order it likes, and the last write may be torn.
    pub fn after_torn_power_loss(&self, survives: &mut dyn FnMut() -> bool) -> Self {
        Self::holding(self.with(|platter| {
            if !platter.name.is_synced && !survives() {
                return platter.name.former.clone().unwrap_or_default();
            }
            let mut torn = platter.synced.clone();
            if survives() {
                torn.resize(platter.written.len(), 0);
            }
            for range in &platter.unsynced {
                for start in range.clone().step_by(SECTOR_BYTES) {
                    let end = (start + SECTOR_BYTES).min(range.end).min(platter.written.len()).min(torn.len());
                    if start < end && survives() {
                        torn[start..end].copy_from_slice(&platter.written[start..end]);
                    }
                }
            }
            torn
        }))
    }

    /// A disk with the contents of this one after its process was killed but the machine kept running.
    pub fn after_kill(&self) -> Self {
        let (written, name) = self.with(|platter| {
            let Name { is_synced, former, ignores_syncs } = &platter.name;
            let name = Name { is_synced: *is_synced, former: former.clone(), ignores_syncs: *ignores_syncs };
            (platter.written.clone(), name)
        });
        let disk = Self::holding(written);
        disk.with(|platter| platter.name = name);
        disk
    }

    /// A disk with a file that was there before.
    fn holding(bytes: Vec<u8>) -> Self {
        let name = Name { is_synced: !bytes.is_empty(), ..Name::default() };
        let platter = Platter { written: bytes.clone(), synced: bytes, name, ..Platter::default() };
        Self(Arc::new((Mutex::new(platter), Condvar::new())))
    }

    /// Waits until the file's name is on disk, if there is a file.
    pub(super) fn sync_name(&self) -> io::Result<()> {
        if self.with(|platter| platter.written.is_empty() || platter.name.is_synced || platter.name.ignores_syncs) {
            return Ok(());
        }
        self.change(|platter| {
            platter.name = Name { is_synced: true, ..Name::default() };
            Ok(())
        })
    }

    /// Gives the file another name, under which nobody looks for it. That is on disk once the name of the next file here is.
    pub(super) fn put_aside(&self) -> io::Result<()> {
        self.change(|platter| {
            let Name { is_synced, former, ignores_syncs } = std::mem::take(&mut platter.name);
            let former = if is_synced { Some(std::mem::take(&mut platter.synced)) } else { former };
            platter.name = Name { is_synced: false, former, ignores_syncs };
            platter.written.clear();
            platter.synced.clear();
            platter.unsynced.clear();
            Ok(())
        })
    }

    /// Plants a fault: from now on nobody waits until the file's name is on disk.
    pub fn ignore_name_syncs(&self) {
        self.with(|platter| platter.name.ignores_syncs = true);
    }

    /// Lets `count` more writes and syncs succeed; all after those fail as on a full disk.
    pub fn fail_after(&self, count: u64) {
        self.with(|platter| platter.writes_left = Some(count));
    }

    /// Frees space: writes succeed from now on.
    pub fn mend(&self) {
        self.with(|platter| platter.writes_left = None);
    }

    /// From now on writes and syncs block until [`Disk::release`].
    pub fn hold(&self) {
        self.with(|platter| platter.is_held = true);
    }

    /// Unblocks writes and syncs.
    pub fn release(&self) {
        self.with(|platter| platter.is_held = false);
        self.0.1.notify_all();
    }

    /// Damages what is on the disk, behind the back of whoever uses it.
    pub fn damage(&self, damage: impl FnOnce(&mut Vec<u8>)) {
        self.with(|platter| {
            damage(&mut platter.written);
            platter.synced.clone_from(&platter.written);
            platter.unsynced.clear();
        });
    }

    /// Looks at what is on the disk.
    pub fn read_bytes<T>(&self, look: impl FnOnce(&[u8]) -> T) -> T {
        self.with(|platter| look(&platter.written))
    }

    /// Size of the file in bytes.
    pub fn size_bytes(&self) -> usize {
        self.with(|platter| platter.written.len())
    }

    fn with<T>(&self, act: impl FnOnce(&mut Platter) -> T) -> T {
        act(&mut self.0.0.lock().unwrap_or_else(PoisonError::into_inner))
    }

    /// The same for operations that change the disk: they block while the disk is held, and fail when there is no
    /// space.
    fn change<T>(&self, act: impl FnOnce(&mut Platter) -> io::Result<T>) -> io::Result<T> {
        let platter = self.0.0.lock().unwrap_or_else(PoisonError::into_inner);
        let waited = self.0.1.wait_while(platter, |platter| platter.is_held);
        let mut platter = waited.unwrap_or_else(PoisonError::into_inner);
        platter.spend_write()?;
        act(&mut platter)
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
        self.change(|platter| {
            let len = usize::try_from(len).map_err(|_| io::ErrorKind::InvalidInput)?;
            platter.written.resize(len, 0);
            Ok(())
        })
    }

    fn sync_data(&self) -> io::Result<()> {
        self.change(|platter| {
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
        self.change(|platter| {
            let range = platter.range(offset, data.len())?;
            platter.written[range.clone()].copy_from_slice(data);
            platter.unsynced.push(range);
            Ok(())
        })
    }
}
