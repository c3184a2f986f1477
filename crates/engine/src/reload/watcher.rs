//! Watches the assets folder and has it reloaded when something in it has changed.

use std::path::Path;
use std::sync::Arc;
use std::sync::mpsc::{Receiver, RecvTimeoutError, SyncSender, sync_channel};
use std::thread::JoinHandle;
use std::time::Duration;

use notify::{Event, EventKind, RecommendedWatcher, RecursiveMode};

use crate::reload::Reloader;

/// Editors and copy tools write a file in several steps; the folder is read once it has been quiet for this long.
const QUIET: Duration = Duration::from_millis(200);
/// A folder that is never quiet is read anyway after this many times [`QUIET`].
const QUIET_TRIES: usize = 25;

/// Watches until stopped.
pub struct Watcher {
    /// Dropping it closes the channel, which ends the thread.
    notifier: RecommendedWatcher,
    thread: JoinHandle<()>,
}

impl Watcher {
    /// Watches a folder and its subfolders.
    ///
    /// # Errors
    /// When the system offers no way to watch it, or no thread.
    pub fn start(folder: &Path, reloader: Arc<Reloader>) -> Result<Self, Box<dyn std::error::Error>> {
        // One pending notification is as good as many.
        let (changed, changes) = sync_channel(1);
        let mut notifier = notify::recommended_watcher(move |event| note(event, &changed))?;
        notify::Watcher::watch(&mut notifier, folder, RecursiveMode::Recursive)?;
        let builder = std::thread::Builder::new().name("raidkeep-assets".to_owned());
        let thread = builder.spawn(move || watch(&changes, &reloader))?;
        Ok(Self { notifier, thread })
    }

    /// Stops watching; an attempt in progress is finished.
    pub fn stop(self) {
        drop(self.notifier);
        if self.thread.join().is_err() {
            tracing::error!("the thread that watches the assets has panicked");
        }
    }
}

fn note(event: notify::Result<Event>, changed: &SyncSender<()>) {
    match event {
        // Reading the assets raises an event too, and must not trigger another read.
        Ok(Event { kind: EventKind::Access(_), .. }) => {}
        Ok(_) => drop(changed.try_send(())),
        Err(error) => tracing::warn!(%error, "changes of the assets may go unnoticed; use rules_reload to read them"),
    }
}

fn watch(changes: &Receiver<()>, reloader: &Reloader) {
    while changes.recv().is_ok() {
        for _ in 0..QUIET_TRIES {
            match changes.recv_timeout(QUIET) {
                Ok(()) => {}
                Err(RecvTimeoutError::Timeout) => break,
                Err(RecvTimeoutError::Disconnected) => return,
            }
        }
        reloader.reload();
    }
}
