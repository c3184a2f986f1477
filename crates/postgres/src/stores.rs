//! The worlds of a cluster as a server opens them: each node may have any of them.

use raidkeep_engine::cluster::{Peer, PeerKey, RowVersions, SharedStores};
use raidkeep_engine::open::{OpenError, WorldStores};
use raidkeep_engine::outside::world_name;
use raidkeep_engine::storage::store::Answering;
use raidkeep_engine::storage::{Rows, StorageError, StoredWorld};

use crate::node::Node;

/// The worlds that this node may have.
#[derive(Debug)]
pub struct ClusterStores(Node);

impl ClusterStores {
    /// Those of a node.
    pub fn new(node: Node) -> Self {
        Self(node)
    }
}

impl WorldStores for ClusterStores {
    fn open(&self, world: u32) -> Result<StoredWorld, OpenError> {
        Ok(self.0.take(&world_name(world), None)?)
    }

    fn reopen(&self, world: u32, answering: Answering) -> Result<StoredWorld, OpenError> {
        Ok(self.0.take(&world_name(world), Some(answering))?)
    }

    fn shared(&self) -> Option<&dyn SharedStores> {
        Some(self)
    }
}

impl SharedStores for ClusterStores {
    fn peek(&self, world: u32) -> Result<Rows, StorageError> {
        Ok(self.0.peek(&world_name(world)))
    }

    fn introduce(&self, address: &str, key: PeerKey, rows: RowVersions) -> Result<(), StorageError> {
        self.0.introduce(address, key, rows)
    }

    fn peers(&self) -> Vec<Peer> {
        self.0.peers()
    }

    fn withheld(&self, world: u32) -> Option<StorageError> {
        let world = world_name(world);
        if !self.0.is_introduced() {
            return Some(self.0.elsewhere(&world));
        }
        self.0.withheld(&world)
    }

    fn owner(&self, world: u32) -> Option<String> {
        self.0.owner(&world_name(world))
    }
}
