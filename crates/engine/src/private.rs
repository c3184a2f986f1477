//! Files and folders that only the user of the server may read, and whose names outlive a loss of power.
//!
//! Databases, copies, journals and logs tell everything about the players. Whoever makes a file of the server makes it
//! here.

use std::fs::{DirBuilder, File, OpenOptions, Permissions};
use std::io::{self, ErrorKind, Write};
use std::os::unix::fs::{DirBuilderExt, OpenOptionsExt, PermissionsExt};
use std::path::{Path, PathBuf};

const FOLDER_MODE: u32 = 0o700;
const FILE_MODE: u32 = 0o600;
/// Permissions that nothing of the server may have: writing for the group, and any for everybody else. Reading by the
/// group, for copies and the like, is the operator's choice.
const FORBIDDEN: u32 = 0o027;

/// A file or folder that others may read or change, and that this program cannot change.
#[derive(Debug, thiserror::Error)]
#[error(
    "{path} has the permissions {mode:04o}, with which others can read or change it, and they cannot be changed: {source}. \
     Make it a file or folder of the server's own user with `chown`, or take the permissions away with `chmod go-rwx`"
)]
pub struct TooOpen {
    path: String,
    mode: u32,
    source: io::Error,
}

/// A file of the operator's that others may read or change.
#[derive(Debug, thiserror::Error)]
#[error(
    "{path} has the permissions {mode:04o}, with which others can read or change it. Take them away: chmod o-rwx,g-w {path}"
)]
pub struct OpenToOthers {
    path: String,
    mode: u32,
}

/// Refuses a secret file of the operator's that others may read or change. Its permissions are not changed: who could
/// read it may have done so.
///
/// # Errors
/// When that is the case. A file that cannot be looked at is left to whoever reads it.
pub fn check(path: &Path) -> Result<(), OpenToOthers> {
    let mode = std::fs::metadata(path).map_or(0, |found| found.permissions().mode() & 0o7777);
    if mode & FORBIDDEN == 0 { Ok(()) } else { Err(OpenToOthers { path: path.display().to_string(), mode }) }
}

/// Options to open files with, of which those that are made are private.
pub fn options() -> OpenOptions {
    let mut options = OpenOptions::new();
    options.mode(FILE_MODE);
    options
}

/// Makes a folder, and those above it that are missing.
pub fn make_folder(folder: &Path) -> io::Result<()> {
    if folder.as_os_str().is_empty() || folder.is_dir() {
        return Ok(());
    }
    make_folder(&above(folder))?;
    match DirBuilder::new().mode(FOLDER_MODE).create(folder) {
        Ok(()) => sync_name(folder),
        Err(error) if error.kind() == ErrorKind::AlreadyExists && folder.is_dir() => Ok(()),
        Err(error) => Err(error),
    }
}

/// Waits until the names in a folder are on disk.
pub fn sync_folder(folder: &Path) -> io::Result<()> {
    File::open(folder)?.sync_all()
}

/// Waits until the name of a file or folder is on disk.
pub fn sync_name(path: &Path) -> io::Result<()> {
    sync_folder(&above(path))
}

/// Makes a file that does not exist yet. It is complete on disk when this returns, and so is its name.
pub fn write_new(path: &Path, bytes: &[u8]) -> io::Result<()> {
    write(path, bytes, options().write(true).create_new(true))?;
    sync_name(path)
}

/// Writes a file whether or not it exists. At any moment, also after a loss of power, it has the old or the new content.
pub fn replace(path: &Path, bytes: &[u8]) -> io::Result<()> {
    let mut beside = path.as_os_str().to_owned();
    beside.push(".tmp");
    let beside = PathBuf::from(beside);
    write(&beside, bytes, options().write(true).create(true).truncate(true))?;
    rename(&beside, path)
}

/// Gives a file or folder another name, which is on disk when this returns.
pub fn rename(from: &Path, to: &Path) -> io::Result<()> {
    std::fs::rename(from, to)?;
    sync_name(to)
}

fn write(path: &Path, bytes: &[u8], options: &OpenOptions) -> io::Result<()> {
    let mut file = options.open(path)?;
    file.write_all(bytes)?;
    file.sync_all()
}

fn above(path: &Path) -> PathBuf {
    match path.parent() {
        Some(parent) if !parent.as_os_str().is_empty() => parent.to_owned(),
        _ => PathBuf::from("."),
    }
}

/// Takes the permissions of others away from a file, or from a folder, its files, and its folders down to `levels` below
/// it. Returns what was changed; what does not exist needs no change.
///
/// # Errors
/// When they cannot be taken away, such as from a folder of another user.
pub fn tighten(path: &Path, levels: usize) -> Result<Vec<PathBuf>, TooOpen> {
    let mut tightened = Vec::new();
    tighten_into(path, levels, &mut tightened)?;
    Ok(tightened)
}

fn tighten_into(path: &Path, levels: usize, tightened: &mut Vec<PathBuf>) -> Result<(), TooOpen> {
    let Ok(found) = std::fs::metadata(path) else { return Ok(()) };
    let mode = found.permissions().mode() & 0o7777;
    let is_folder = found.is_dir();
    if (is_folder || found.is_file()) && mode & FORBIDDEN != 0 {
        let own = if is_folder { FOLDER_MODE } else { FILE_MODE };
        let changed = std::fs::set_permissions(path, Permissions::from_mode(own));
        changed.map_err(|source| TooOpen { path: path.display().to_string(), mode, source })?;
        tightened.push(path.to_owned());
    }
    let entries = is_folder.then(|| std::fs::read_dir(path).ok()).flatten();
    for entry in entries.into_iter().flatten().flatten() {
        // A link leads to what somebody keeps elsewhere.
        let Ok(kind) = entry.file_type() else { continue };
        if kind.is_file() {
            tighten_into(&entry.path(), 0, tightened)?;
        } else if kind.is_dir() && levels > 0 {
            tighten_into(&entry.path(), levels - 1, tightened)?;
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn mode(path: &Path) -> u32 {
        std::fs::metadata(path).expect("it is there").permissions().mode() & 0o777
    }

    fn set_mode(path: &Path, mode: u32) {
        std::fs::set_permissions(path, Permissions::from_mode(mode)).expect("it is ours");
    }

    #[test]
    fn what_is_made_is_private_with_the_folders_above_it() {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let inner = folder.path().join("a/b");
        make_folder(&inner).expect("a writable folder");
        make_folder(&inner).expect("what exists is fine");
        let file = inner.join("file");
        write_new(&file, b"old").expect("a writable folder");
        assert!(write_new(&file, b"new").is_err(), "nothing is overwritten by accident");
        replace(&file, b"new").expect("a writable folder");
        assert_eq!(std::fs::read(&file).expect("it is there"), b"new");
        assert_eq!((mode(&folder.path().join("a")), mode(&inner), mode(&file)), (0o700, 0o700, 0o600));
        assert_eq!(std::fs::read_dir(&inner).expect("it is there").count(), 1, "nothing is left beside it");
    }

    #[test]
    fn what_is_open_to_others_is_tightened_and_what_the_group_may_read_stays() {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let (open, shared, below) =
            (folder.path().join("open"), folder.path().join("shared"), folder.path().join("x/y"));
        for file in [&open, &shared] {
            std::fs::write(file, b"").expect("a writable folder");
        }
        std::fs::create_dir_all(&below).expect("a writable folder");
        for (path, mode) in [(folder.path(), 0o750), (&open, 0o644), (&shared, 0o640), (&below, 0o755)] {
            set_mode(path, mode);
        }
        set_mode(&folder.path().join("x"), 0o755);
        assert_eq!(tighten(folder.path(), 0).expect("all is ours"), std::slice::from_ref(&open));
        assert_eq!((mode(folder.path()), mode(&open), mode(&shared)), (0o750, 0o600, 0o640));
        assert_eq!(tighten(folder.path(), 1).expect("all is ours"), [folder.path().join("x")], "one level deeper");
        assert_eq!(mode(&below), 0o755, "and no further");
        assert!(tighten(&folder.path().join("missing"), 0).expect("nothing to do").is_empty());
    }
}
