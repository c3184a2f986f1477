//! Watches a folder of assets and acts when something in it has changed.
//!
//! Notifications from the system make it quick. They cover the files present when the watch began, so a folder that is
//! replaced, recreated or reached through a retargeted link would go unnoticed, as would any change on a file system
//! without notifications. The folder is therefore also polled every few seconds.

use std::path::{Path, PathBuf};
use std::sync::mpsc::{Receiver, RecvTimeoutError, SyncSender, sync_channel};
use std::thread::JoinHandle;
use std::time::Duration;

use notify::{Event, EventKind, RecommendedWatcher, RecursiveMode};

use super::stamp::Stamp;

/// Editors and copy tools write a file in several steps; the folder is read once it has been quiet for this long.
const QUIET: Duration = Duration::from_millis(200);
/// A folder that is never quiet is read anyway after this many times [`QUIET`].
const QUIET_TRIES: usize = 25;

/// Watches until stopped.
pub struct Watcher {
    signals: SyncSender<Signal>,
    thread: JoinHandle<()>,
}

enum Signal {
    Changed,
    Stop,
}

impl Watcher {
    /// Watches a folder and its subfolders; `poll_every` is the longest time that a change can go unnoticed.
    ///
    /// `act` is called at the start and after each change, on the watcher's own thread: read the folder there.
    ///
    /// # Errors
    /// When no thread can be started.
    pub fn start(folder: &Path, poll_every: Duration, act: impl FnMut() + Send + 'static) -> std::io::Result<Self> {
        // One pending notification is as good as many.
        let (signals, received) = sync_channel(1);
        let watch = Watch { folder: folder.to_owned(), native: None, signals: signals.clone(), act: Box::new(act) };
        let builder = std::thread::Builder::new().name("raidkeep-assets".to_owned());
        let thread = builder.spawn(move || watch.run(&received, poll_every))?;
        Ok(Self { signals, thread })
    }

    /// Stops watching; what is being done about a change is finished.
    pub fn stop(self) {
        // A thread that has ended needs no signal.
        let _ = self.signals.send(Signal::Stop);
        if self.thread.join().is_err() {
            tracing::error!("the thread that watches the assets has panicked");
        }
    }
}

struct Watch {
    folder: PathBuf,
    native: Option<RecommendedWatcher>,
    signals: SyncSender<Signal>,
    act: Box<dyn FnMut() + Send>,
}

impl Watch {
    fn run(mut self, received: &Receiver<Signal>, poll_every: Duration) {
        self.arm();
        // A change between reading the rules and this moment raised no signal.
        let mut seen = Stamp::of(&self.folder);
        (self.act)();
        loop {
            match received.recv_timeout(poll_every) {
                Ok(Signal::Changed) if is_quiet_at_last(received) => {}
                Err(RecvTimeoutError::Timeout) => {}
                Ok(_) | Err(RecvTimeoutError::Disconnected) => return,
            }
            let now = Stamp::of(&self.folder);
            if now != seen {
                seen = now;
                self.arm();
                (self.act)();
            }
        }
    }

    /// Subscribes to notifications about the folder that the name resolves to now, and about the name itself.
    fn arm(&mut self) {
        match self.watch_natively() {
            Ok(native) => self.native = Some(native),
            Err(error) => {
                self.native = None;
                tracing::warn!(
                    %error,
                    folder = %self.folder.display(),
                    "the system does not report changes of the assets; polling them every few seconds"
                );
            }
        }
    }

    fn watch_natively(&self) -> notify::Result<RecommendedWatcher> {
        let changed = self.signals.clone();
        let mut native = notify::recommended_watcher(move |event| note(event, &changed))?;
        let exact = std::path::absolute(&self.folder).map_err(notify::Error::io)?;
        if let Some(parent) = exact.parent() {
            notify::Watcher::watch(&mut native, parent, RecursiveMode::NonRecursive)?;
        }
        notify::Watcher::watch(&mut native, &self.folder, RecursiveMode::Recursive)?;
        Ok(native)
    }
}

/// Waits until the folder has been quiet for a while; false when watching is to stop.
fn is_quiet_at_last(received: &Receiver<Signal>) -> bool {
    for _ in 0..QUIET_TRIES {
        match received.recv_timeout(QUIET) {
            Ok(Signal::Changed) => {}
            Err(RecvTimeoutError::Timeout) => return true,
            Ok(Signal::Stop) | Err(RecvTimeoutError::Disconnected) => return false,
        }
    }
    true
}

fn note(event: notify::Result<Event>, changed: &SyncSender<Signal>) {
    match event {
        // Reading the assets raises an event too, and must not trigger another read.
        Ok(Event { kind: EventKind::Access(_), .. }) => {}
        Ok(_) => drop(changed.try_send(Signal::Changed)),
        Err(error) => tracing::debug!(%error, "a notification about the assets was lost"),
    }
}

#[cfg(test)]
mod tests;
