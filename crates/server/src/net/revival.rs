//! Opens a world again whose disk has failed, while the server runs and its clients stay connected.
//!
//! What is in memory has run ahead of the disk, so nothing of it is kept: the app is built anew and starts from what is
//! stored, as at a start of the server. Meanwhile requests are refused (status 16) and the world is not ready.

use std::path::PathBuf;
use std::rc::Rc;
use std::sync::Arc;
use std::thread::Builder;
use std::time::Duration;

use bevy_app::{App, AppExit};
use tokio::sync::oneshot;

use crate::net::listener::Seat;
use crate::net::plugin::BridgePlugin;
use crate::net::runner::{begin, draw_start, finish};
use crate::net::shard::{Ended, WorldLoop};
use crate::net::start_error::{StartError, system};
use crate::net::way_in::WayIn;
use raidkeep_engine::meters::Meters;
use raidkeep_engine::numbers::BatchNumber;
use raidkeep_engine::outside::{world_label, world_name};
use raidkeep_engine::reload::Reloader;
use raidkeep_engine::request::RequestTable;
use raidkeep_engine::start::Start;
use raidkeep_engine::storage::StoredWorld;
use raidkeep_engine::storage::store::{Answering, Store};
use raidkeep_engine::storage::worker::{StorageWorker, describe};

/// Builds the app of a world, without the network, rules and databases.
pub(super) type Rebuild = Arc<dyn Fn() -> App + Send + Sync>;

/// The lives of a world within one run of the server.
pub(super) struct Revival {
    seat: Rc<Seat>,
    rebuild: Option<Rebuild>,
    way_in: Arc<WayIn>,
    reloader: Arc<Reloader>,
    /// What must be on the disk.
    answering: Answering,
    /// How long to wait before the next attempt.
    pause: Duration,
    revivals: metrics::Counter,
}

impl Revival {
    pub(super) fn new(
        seat: Rc<Seat>,
        rebuild: Option<Rebuild>,
        (way_in, reloader): (Arc<WayIn>, Arc<Reloader>),
        answering: Answering,
    ) -> Self {
        let revivals = Meters::of_world(seat.number).counter("raidkeep_storage_revivals_total", &[]);
        let pause = seat.config().storage.first_pause();
        Self { seat, rebuild, way_in, reloader, answering, pause, revivals }
    }

    /// Runs the world until the server stops. Returns the exit status if a system has ended it.
    pub(super) async fn live(mut self, mut world: WorldLoop) -> AppExit {
        loop {
            match world.run().await {
                Ended::Exit(exit) => return exit,
                Ended::WithoutStorage(storage) => match self.revive(storage).await {
                    Some(again) => world = again,
                    None => return AppExit::Success,
                },
            }
        }
    }

    /// Tries until the world is open; `None` when the server stops before that.
    async fn revive(&mut self, storage: StorageWorker) -> Option<WorldLoop> {
        self.note_answered(self.seat.inbox.committed());
        let (number, mut stopping) = (self.seat.number, self.seat.stopping());
        let rebuild = match self.rebuild.clone().filter(|_| !self.seat.inbox.has_failed_for_good()) {
            Some(rebuild) => rebuild,
            None => {
                tracing::error!(world = %world_label(number), "this world does not go on by itself: {}", self.why_not());
                let _ = stopping.wait_for(|stop| *stop).await;
                return None;
            }
        };
        let mut remains = Some(storage);
        loop {
            tracing::warn!(world = %world_label(number), "the world is opened again in {} s", self.pause.as_secs());
            tokio::select! {
                _ = stopping.wait_for(|stop| *stop) => return None,
                () = tokio::time::sleep(self.pause) => {}
            }
            self.pause = (self.pause * 2).min(self.seat.config().storage.longest_pause());
            match self.open(&rebuild, remains.take()).await {
                Ok((world, found)) => {
                    self.seat.inbox.resume();
                    self.revivals.increment(1);
                    tracing::info!(world = %world_label(number), "the world goes on: {found}");
                    return Some(world);
                }
                Err(error) => tracing::error!(
                    world = %world_label(number),
                    "the world cannot be opened again: {error}. It answers nothing until it can; every change that was \
                     answered is on disk"
                ),
            }
        }
    }

    /// A life in which something was stored has shown that the disk was well: the attempts begin anew.
    fn note_answered(&mut self, last: BatchNumber) {
        if last > self.answering.last {
            self.answering.last = last;
            self.pause = self.seat.config().storage.first_pause();
        }
    }

    fn why_not(&self) -> &'static str {
        if self.rebuild.is_none() {
            "this program does not say how its app is built anew. Fix the cause and start the program again"
        } else {
            "opening its files again would not mend them. See the failure above, then start the server again"
        }
    }

    /// One attempt. Returns also what was found on the disk.
    async fn open(&self, rebuild: &Rebuild, remains: Option<StorageWorker>) -> Result<(WorldLoop, String), StartError> {
        let (store, start) = self.open_files(remains).await?;
        let found = describe(store.recovered);
        let mut app = rebuild();
        app.add_plugins(BridgePlugin { inbox: self.seat.inbox.clone() });
        finish(&mut app)?;
        let functions = app.world().get_resource::<RequestTable>();
        if !functions.is_some_and(|functions| self.way_in.has_functions_of(functions)) {
            return Err(StartError::OtherFunctions { number: self.seat.number });
        }
        // News of rules that the world starts under must not reach it once more.
        let rules = self.reloader.with_rules(|rules| {
            self.seat.inbox.end_life();
            rules.clone()
        });
        let world = begin(app, &self.seat, &self.reloader, &rules, (store, start))?;
        Ok((world, found))
    }

    /// Closes what is left of the storage and opens the files, on a thread of its own: a slow disk must not hold up the
    /// sockets.
    async fn open_files(&self, remains: Option<StorageWorker>) -> Result<(StoredWorld, Start), StartError> {
        let (place, answering) = (self.seat.place(), self.answering);
        let folder = PathBuf::from(&self.seat.config().data);
        let (sender, opened) = oneshot::channel();
        let open = move || {
            drop(remains);
            let mut store = Store::reopen(&folder, &world_name(place.number), answering)?.into();
            let start = draw_start(place, &mut store)?;
            Ok((store, start))
        };
        let thread = Builder::new().name("raidkeep-reopen".into());
        thread.spawn(move || drop(sender.send(open()))).map_err(system("start a thread"))?;
        let ended = |_| Err(system("open a world")(std::io::Error::other("its thread ended")));
        opened.await.unwrap_or_else(ended)
    }
}
