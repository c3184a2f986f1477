//! The database of the model: leases, wishes and nodes as tables, and hostile stores for each world. What a statement of
//! `crates/postgres` does in one transaction is one step here.

use std::collections::BTreeMap;

use raidkeep::engine::outside::{Epoch, REALM, world_name};
use raidkeep::engine::storage::worker::Stores;
use raidkeep::postgres::lease::SeenLease;
use raidkeep::postgres::placement::{NodeState, WantedPlace, kept_for};
use raidkeep::studio::hostile_stores::HostileStores;

/// The worlds that are played, and the realm.
pub(super) const WORLDS: [u32; 3] = [0, 1, REALM];

/// What one look brings.
#[derive(Debug, Clone)]
pub(super) struct Look {
    pub(super) renewed: Vec<String>,
    pub(super) leases: Vec<(String, SeenLease)>,
    pub(super) wishes: BTreeMap<String, WantedPlace>,
    /// How often each node has said that it is there, and whether it drains.
    pub(super) nodes: BTreeMap<String, (u64, bool)>,
}

#[derive(Default)]
pub(super) struct Database {
    leases: BTreeMap<String, SeenLease>,
    epochs: BTreeMap<String, Epoch>,
    pub(super) stores: BTreeMap<String, HostileStores>,
    pub(super) wishes: BTreeMap<String, WantedPlace>,
    nodes: BTreeMap<String, (u64, bool)>,
    pub(super) taken: usize,
}

impl Database {
    pub(super) fn new() -> Self {
        let stores = WORLDS.map(|world| (world_name(world), HostileStores::default())).into();
        Self { stores, ..Self::default() }
    }

    /// A node begins: it takes worlds from now on.
    pub(super) fn introduce(&mut self, node: &str) {
        self.nodes.entry(node.to_owned()).or_default().1 = false;
    }

    pub(super) fn drain(&mut self, node: &str) {
        self.nodes.entry(node.to_owned()).or_default().1 = true;
    }

    /// Renews leases, and looks at everything.
    pub(super) fn round(&mut self, node: &str, held: &[(String, Epoch)]) -> Look {
        let mut renewed = Vec::new();
        for (world, epoch) in held {
            if let Some(lease) = self.leases.get_mut(world)
                && lease.epoch == epoch.to_u64().cast_signed()
                && !lease.is_free
            {
                lease.renewals += 1;
                renewed.push(world.clone());
            }
        }
        self.nodes.entry(node.to_owned()).or_default().0 += 1;
        let leases = self.leases.iter().map(|(world, lease)| (world.clone(), lease.clone())).collect();
        Look { renewed, leases, wishes: self.wishes.clone(), nodes: self.nodes.clone() }
    }

    /// Takes a world over, if it can be had.
    pub(super) fn take(
        &mut self,
        (node, world): (&str, &str),
        ended: Option<&SeenLease>,
        states: &[NodeState],
        bits: u32,
    ) -> Option<(Stores, Epoch)> {
        let new = || SeenLease { epoch: 0, node: String::new(), renewals: 0, is_free: true };
        let lease = self.leases.entry(world.to_owned()).or_insert_with(new);
        if !lease.is_free && ended != Some(lease) || kept_for(node, states, self.wishes.get(world)).is_some() {
            return None;
        }
        let epoch = self.epochs.entry(world.to_owned()).or_default();
        *epoch = epoch.next(bits);
        let renewals = lease.renewals + 1;
        *lease = SeenLease { epoch: epoch.to_u64().cast_signed(), node: node.to_owned(), renewals, is_free: false };
        self.taken += 1;
        let stores = self.stores[world].open(*epoch).expect("no later epoch was begun");
        Some((stores, *epoch))
    }

    /// Gives a world back.
    pub(super) fn release(&mut self, world: &str, epoch: Epoch) {
        if let Some(lease) = self.leases.get_mut(world)
            && lease.epoch == epoch.to_u64().cast_signed()
        {
            lease.is_free = true;
        }
    }
}
