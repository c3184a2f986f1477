//! Opens a world whose disk has failed, or that another node had, while the server runs and its clients stay connected.
//!
//! What is in memory has run ahead of the disk, so nothing of it is kept: the app is built anew and starts from what is
//! stored, as at a start of the server. Meanwhile requests are refused (status 16) and the world is not ready.

use std::rc::Rc;
use std::sync::Arc;
use std::thread::Builder;
use std::time::Duration;

use bevy_app::{App, AppExit};
use tokio::sync::oneshot;

use crate::net::listener::Seat;
use crate::net::plugin::BridgePlugin;
use crate::net::runner::{begin, check_clock, draw_start, finish};
use crate::net::shard::{Ended, WorldLoop};
use crate::net::start_error::{StartError, system};
use raidkeep_engine::meters::Meters;
use raidkeep_engine::numbers::BatchNumber;
use raidkeep_engine::outside::world_label;
use raidkeep_engine::reload::Reloader;
use raidkeep_engine::request::RequestTable;
use raidkeep_engine::start::Start;
use raidkeep_engine::storage::store::Answering;
use raidkeep_engine::storage::worker::{StorageWorker, describe};
use raidkeep_engine::storage::{StorageError, StoredWorld};

/// Builds the app of a world, without the network, rules and databases.
pub(super) type Rebuild = Arc<dyn Fn() -> App + Send + Sync>;

/// How often a node looks whether it may have a world of stores that others reach too.
const STAND_BY_PAUSE: Duration = Duration::from_millis(20);

/// The lives of a world within one run of the server.
pub(super) struct Revival {
    seat: Rc<Seat>,
    rebuild: Option<Rebuild>,
    reloader: Arc<Reloader>,
    /// What must be there; `None` before this process has had the world.
    answering: Option<Answering>,
    /// How long to wait before the next attempt.
    pause: Duration,
    /// The app of the next life, built before the world can be opened: who waits for a world does not wait for this too.
    prepared: Option<App>,
    revivals: metrics::Counter,
}

/// Stores what is left, and lets another node have the world. On a thread of its own: clients of other worlds must not wait.
fn give_back(storage: StorageWorker) {
    let thread = Builder::new().name("raidkeep-give-back".into());
    // Without a thread, it is closed here and now.
    let _ = thread.spawn(move || drop(storage));
}

impl Revival {
    /// `unused` is an app with all its plugins finished, of a world that another node has.
    pub(super) fn new(
        seat: Rc<Seat>,
        rebuild: Option<Rebuild>,
        reloader: Arc<Reloader>,
        answering: Option<Answering>,
        unused: Option<App>,
    ) -> Self {
        let revivals = Meters::of_world(seat.number).counter("raidkeep_storage_revivals_total", &[]);
        let pause = seat.config().storage.first_pause();
        Self { seat, rebuild, reloader, answering, pause, prepared: unused, revivals }
    }

    /// Runs the world, once it is here, until the server stops. Returns the exit status if a system has ended it.
    pub(super) async fn live(mut self, mut world: Option<WorldLoop>) -> AppExit {
        loop {
            let remains = match world.take() {
                None => None,
                Some(world) => match world.run().await {
                    Ended::Exit(exit) => return exit,
                    Ended::WithoutStorage(storage) => Some(storage),
                    Ended::GivenBack(storage) => {
                        give_back(storage);
                        None
                    }
                },
            };
            match self.revive(remains).await {
                Some(again) => world = Some(again),
                None => return AppExit::Success,
            }
        }
    }

    /// Tries until the world is open; `None` when the server stops before that.
    async fn revive(&mut self, mut remains: Option<StorageWorker>) -> Option<WorldLoop> {
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
        let is_shared = self.seat.stores().shared().is_some();
        if is_shared && let Some(storage) = remains.take() {
            // As long as there is anything left of it, this node renews the lease, and nobody gets the world.
            give_back(storage);
        }
        if self.prepared.is_none() {
            // Why it cannot be built is told when the world is to be opened.
            self.prepared = self.build(&rebuild).ok();
        }
        // What was said last; a node that stands by asks too often to say it each time.
        let mut told = String::new();
        loop {
            let pause = if is_shared { STAND_BY_PAUSE } else { self.pause };
            if !is_shared {
                tracing::warn!(world = %world_label(number), "the world is opened again in {} s", pause.as_secs());
            }
            tokio::select! {
                _ = stopping.wait_for(|stop| *stop) => return None,
                () = tokio::time::sleep(pause) => {}
            }
            if let Some(withheld) = self.seat.stores().shared().and_then(|shared| shared.withheld(number)) {
                self.tell(&withheld.into(), &mut told);
                continue;
            }
            self.pause = (self.pause * 2).min(self.seat.config().storage.longest_pause());
            match self.open(&rebuild, remains.take()).await {
                Ok((world, found)) => {
                    self.seat.inbox.resume();
                    self.revivals.increment(1);
                    tracing::info!(world = %world_label(number), "the world goes on: {found}");
                    self.seat.note_here();
                    return Some(world);
                }
                Err(error) => self.tell(&error, &mut told),
            }
        }
    }

    /// Says why the world is not here.
    fn tell(&self, error: &StartError, told: &mut String) {
        let (world, text) = (world_label(self.seat.number), error.to_string());
        if self.seat.stores().shared().is_some() && *told == text {
            return;
        }
        match error {
            StartError::Storage(StorageError::Elsewhere { node, .. }) => {
                tracing::info!(%world, node, "another node has this world; this one stands by");
            }
            error => tracing::error!(
                %world,
                "the world cannot be opened again: {error}. It answers nothing until it can; every change that was answered \
                 is on disk"
            ),
        }
        *told = text;
    }

    /// A life in which something was stored has shown that the disk was well: the attempts begin anew.
    fn note_answered(&mut self, last: BatchNumber) {
        if let Some(answering) = self.answering.as_mut().filter(|answering| last > answering.last) {
            answering.last = last;
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

    fn build(&self, rebuild: &Rebuild) -> Result<App, StartError> {
        let mut app = rebuild();
        app.add_plugins(BridgePlugin { inbox: self.seat.inbox.clone() });
        finish(&mut app)?;
        Ok(app)
    }

    /// One attempt. Returns also what was found.
    async fn open(
        &mut self,
        rebuild: &Rebuild,
        remains: Option<StorageWorker>,
    ) -> Result<(WorldLoop, String), StartError> {
        let (store, start) = self.open_stores(remains).await?;
        let found = describe(store.recovered);
        let mut app = match self.prepared.take() {
            Some(app) => app,
            None => self.build(rebuild)?,
        };
        if self.seat.stores().shared().is_some() {
            check_clock(app.world(), &self.seat, &store)?;
            self.seat.compare_realm(&mut app, &store)?;
            self.seat.follow_rules(&self.reloader, &store.rows)?;
        }
        let functions = app.world().get_resource::<RequestTable>();
        if !functions.is_some_and(|functions| self.seat.has_functions(functions)) {
            return Err(StartError::OtherFunctions { number: self.seat.number });
        }
        // News of rules that the world starts under must not reach it once more.
        let rules = self.reloader.with_rules(|rules| {
            self.seat.inbox.end_life();
            rules.clone()
        });
        let answering = store.answering()?;
        let world = begin(app, &self.seat, &self.reloader, &rules, (store, start))?;
        self.answering = Some(answering);
        Ok((world, found))
    }

    /// Closes what is left of the storage and opens the stores, on a thread of its own: a slow disk must not hold up the
    /// sockets.
    async fn open_stores(&self, remains: Option<StorageWorker>) -> Result<(StoredWorld, Start), StartError> {
        let (place, answering, stores) = (self.seat.place(), self.answering, self.seat.stores().clone());
        let (sender, opened) = oneshot::channel();
        let open = move || {
            drop(remains);
            let opened = match answering {
                Some(answering) => stores.reopen(place.number, answering),
                None => stores.open(place.number),
            };
            let mut store = opened?;
            let start = draw_start(place, &mut store)?;
            Ok((store, start))
        };
        let thread = Builder::new().name("raidkeep-reopen".into());
        thread.spawn(move || drop(sender.send(open()))).map_err(system("start a thread"))?;
        let ended = |_| Err(system("open a world")(std::io::Error::other("its thread ended")));
        opened.await.unwrap_or_else(ended)
    }
}
