//! The realm at a listener: where it sits, and whether it is as old as what the worlds have taken of it.

use std::collections::BTreeMap;
use std::sync::{Arc, PoisonError};

use bevy_app::App;

use crate::net::listener::{Door, Seat, Shared, lock};
use crate::net::start_error::{StartError, system};
use crate::net::way_in::WayIn;
use raidkeep_engine::outside::REALM;
use raidkeep_engine::realm::{RealmLink, RealmTaken};
use raidkeep_engine::reload::Reloader;
use raidkeep_engine::storage::{Rows, StoredWorld, WorldRow};
use raidkeep_realm::messages::{AcceptedRealm, check_realm};
use raidkeep_realm::operators::OperatorDirectory;

/// Where the realm of a program lives.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RealmPlace {
    /// In an app of its own.
    Apart,
    /// In the app of world 0, if that has the realm's plugins.
    Within,
}

impl RealmPlace {
    pub(super) fn door(self, capacity: usize) -> Option<Door> {
        (self == Self::Apart).then(|| Door::new(REALM, capacity))
    }
}

impl Seat {
    /// Whether this is the realm's.
    pub(in crate::net) fn is_realms(&self) -> bool {
        self.number == REALM
    }

    /// Tells an app whether there is a realm, the listener whom the app knows as operators, and the realm where to say which
    /// clients are served.
    pub(in crate::net) fn introduce_realm(&self, app: &mut App) {
        let shared = &self.listener.0;
        let directory = app.world().get_resource::<OperatorDirectory>();
        let has_realm = shared.realm.is_some() || directory.is_some();
        if let Some(directory) = directory {
            shared.operators.use_directory(directory);
            app.insert_resource(shared.clients.clone());
        }
        app.insert_resource(RealmLink { has_realm: has_realm && !self.is_realms() });
    }

    /// Compares the realm with what the worlds have taken of it: each world says what it took, and the realm waits for all.
    pub(in crate::net) fn compare_realm(&self, app: &mut App, store: &StoredWorld) -> Result<(), StartError> {
        if self.is_realms() {
            return self.check_all(app, store);
        }
        lock(&self.listener.0.progress).taken.insert(self.number, taken_by(&store.rows)?);
        self.listener.0.has_changed.notify_all();
        Ok(())
    }

    /// Notes that the world is here again. Where the realm is, rule sets are kept.
    pub(in crate::net) fn note_here(&self) {
        let shared = &self.listener.0;
        shared.offices.note_life(self.number);
        if self.is_realms() && shared.stores.shared().is_some() {
            shared.begin_publishing(&mut lock(&shared.progress));
        }
    }

    fn check_all(&self, app: &mut App, store: &StoredWorld) -> Result<(), StartError> {
        let shared = &self.listener.0;
        let taken = match shared.stores.shared() {
            // The worlds may be on other nodes, or have to wait for the realm.
            Some(stores) => {
                let numbers = 0..shared.config.worlds;
                let read = |number| Ok((number, taken_by(&stores.peek(number)?)?));
                numbers.map(read).collect::<Result<_, StartError>>()?
            }
            None => shared.await_taken(),
        };
        if shared.config.accept_realm {
            app.insert_resource(AcceptedRealm(taken.into_iter().map(|(world, taken)| (world, taken.number)).collect()));
            return Ok(());
        }
        for (world, taken) in taken {
            check_realm(&store.rows, world, taken).map_err(StartError::from)??;
        }
        Ok(())
    }

    /// The way in and the reloader that the first world sets up for all.
    pub(super) fn await_commons(&self) -> Result<(Arc<WayIn>, Arc<Reloader>), StartError> {
        let shared = &self.listener.0;
        let mut progress = lock(&shared.progress);
        loop {
            if let Some(commons) = &progress.commons {
                return Ok(commons.joined());
            }
            if progress.has_failed {
                return Err(system("start the realm")(std::io::Error::other("a world has failed")));
            }
            progress = shared.has_changed.wait(progress).unwrap_or_else(PoisonError::into_inner);
        }
    }
}

/// What a world has taken of the realm.
fn taken_by(rows: &Rows) -> Result<RealmTaken, StartError> {
    let row = rows.only_row(RealmTaken::TABLE)?;
    Ok(row.and_then(|row| RealmTaken::read(&row).ok()).unwrap_or_default())
}

impl Shared {
    /// What each world has taken of the realm, once all have said so.
    fn await_taken(&self) -> BTreeMap<u32, RealmTaken> {
        let mut progress = lock(&self.progress);
        while progress.taken.len() < self.doors.len() && !progress.has_failed {
            progress = self.has_changed.wait(progress).unwrap_or_else(PoisonError::into_inner);
        }
        progress.taken.clone()
    }

    /// How many apps have to be ready.
    pub(super) fn expected(&self) -> usize {
        self.doors.len() + usize::from(self.realm.is_some())
    }

    /// The door of a world, or of the realm.
    pub(super) fn door(&self, number: u32) -> Option<&Door> {
        if number == REALM { self.realm.as_ref() } else { self.doors.get(number as usize) }
    }
}
