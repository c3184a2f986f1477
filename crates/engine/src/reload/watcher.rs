//! Looks at the folder of the assets and has them read again when something in it has changed.

use std::path::Path;
use std::sync::Arc;
use std::sync::mpsc::{Receiver, RecvTimeoutError, SyncSender, sync_channel};
use std::thread::JoinHandle;
use std::time::Duration;

use notify::{Event, EventKind, RecommendedWatcher, RecursiveMode};

use crate::reload::Reloader;

/// Editors and copying tools write a file in several steps; the folder is read when it has been quiet for so long.
const QUIET: Duration = Duration::from_millis(200);
/// A folder that is never quiet is read all the same after so many times [`QUIET`].
const QUIET_TRIES: usize = 25;

/// Watches until it is stopped.
pub struct Watcher {
    /// Its end of the channel closes with it, which ends the thread.
    notifier: RecommendedWatcher,
    thread: JoinHandle<()>,
}

impl Watcher {
    /// Watches a folder and all folders in it.
    ///
    /// # Errors
    /// When the system gives no way to watch it, or no thread.
    pub fn start(folder: &Path, reloader: Arc<Reloader>) -> Result<Self, Box<dyn std::error::Error>> {
        // One note that something has changed is as good as many.
        let (changed, changes) = sync_channel(1);
        let mut notifier = notify::recommended_watcher(move |event| note(event, &changed))?;
        notify::Watcher::watch(&mut notifier, folder, RecursiveMode::Recursive)?;
        let builder = std::thread::Builder::new().name("raidkeep-assets".to_owned());
        let thread = builder.spawn(move || watch(&changes, &reloader))?;
        Ok(Self { notifier, thread })
    }

    /// Ends watching; an attempt under way is finished.
    pub fn stop(self) {
        drop(self.notifier);
        if self.thread.join().is_err() {
            tracing::error!("the thread that watches the assets has panicked");
        }
    }
}

fn note(event: notify::Result<Event>, changed: &SyncSender<()>) {
    match event {
        // Reading the assets is such an event too, and must not lead to reading them again.
        Ok(Event { kind: EventKind::Access(_), .. }) => {}
        Ok(_) => drop(changed.try_send(())),
        Err(error) => tracing::warn!(%error, "changes of the assets may go unseen; rules_reload reads them"),
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
