//! The worlds of a cluster as a server opens them.
//!
//! One node serves all worlds, and the others stand by: a node takes worlds only while it has the realm.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use raidkeep_engine::open::{OpenError, SharedStores, WorldStores};
use raidkeep_engine::outside::{REALM, world_name};
use raidkeep_engine::storage::store::Answering;
use raidkeep_engine::storage::{Rows, StorageError, StoredWorld, Tenure};

use crate::node::Node;

/// The worlds that this node may have.
#[derive(Debug)]
pub struct ClusterStores {
    node: Node,
    realm: Mutex<Option<Arc<dyn Tenure>>>,
}

impl ClusterStores {
    /// Those of a node.
    pub fn new(node: Node) -> Self {
        Self { node, realm: Mutex::default() }
    }

    fn take(&self, world: u32, answering: Option<Answering>) -> Result<StoredWorld, StorageError> {
        let name = world_name(world);
        if world == REALM {
            let taken = self.node.take(&name, answering)?;
            *self.realm.lock().unwrap_or_else(PoisonError::into_inner) = Some(taken.tenure.clone());
            return Ok(taken);
        }
        let realm = self.realm.lock().unwrap_or_else(PoisonError::into_inner).clone();
        let realm = realm.filter(|realm| realm.holds()).ok_or_else(|| self.node.elsewhere(&world_name(REALM)))?;
        let taken = self.node.take(&name, answering)?;
        let tenure = Arc::new(BesideRealm { own: taken.tenure, realm });
        Ok(StoredWorld { tenure, ..taken })
    }
}

impl WorldStores for ClusterStores {
    fn open(&self, world: u32) -> Result<StoredWorld, OpenError> {
        Ok(self.take(world, None)?)
    }

    fn reopen(&self, world: u32, answering: Answering) -> Result<StoredWorld, OpenError> {
        Ok(self.take(world, Some(answering))?)
    }

    fn shared(&self) -> Option<&dyn SharedStores> {
        Some(self)
    }
}

impl SharedStores for ClusterStores {
    fn peek(&self, world: u32) -> Result<Rows, StorageError> {
        Ok(self.node.peek(&world_name(world)))
    }
}

/// A world that is served only where the realm is.
#[derive(Debug)]
struct BesideRealm {
    own: Arc<dyn Tenure>,
    realm: Arc<dyn Tenure>,
}

impl Tenure for BesideRealm {
    fn holds(&self) -> bool {
        // In an orderly stop, the realm may end before the worlds.
        self.own.holds() && (self.realm.holds() || self.realm.was_given_back())
    }

    fn ask_every(&self) -> Option<Duration> {
        self.own.ask_every()
    }
}
