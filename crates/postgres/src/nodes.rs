//! Who the nodes of a cluster are, and where worlds are wanted.

use std::collections::BTreeMap;
use std::time::Instant;

use tokio_postgres::types::Type;
use tokio_postgres::{Client, Error, Row};

use raidkeep_engine::cluster::{Peer, PeerKey, RowVersions};
use raidkeep_engine::storage::StorageError;

use crate::connection::Connection;
use crate::fault::Fault;
use crate::lease::LeaseTimes;
use crate::placement::{NodeState, WantedPlace, reads};

const INTRODUCE: &str = "INSERT INTO raidkeep.nodes (node, address, key, beats, drains, rows) VALUES ($1, $2, $3, 0, false, $4) \
     ON CONFLICT (node) DO UPDATE SET address = $2, key = $3, rows = $4, beats = nodes.beats + 1, drains = false";
const BEAT: &str = "UPDATE raidkeep.nodes SET beats = beats + 1 WHERE node = $1 AND key = $2";
const LEAVE: &str = "DELETE FROM raidkeep.nodes WHERE node = $1 AND key = $2";
const LOOK: &str = "SELECT node, address, key, beats, drains, rows FROM raidkeep.nodes";
const WISHES: &str = "SELECT world, node, is_pinned FROM raidkeep.wishes";
const WISH: &str = "INSERT INTO raidkeep.wishes (world, node, is_pinned) VALUES ($1, $2, $3) \
     ON CONFLICT (world) DO UPDATE SET node = $2, is_pinned = $3";
const FORGET: &str = "DELETE FROM raidkeep.wishes WHERE world = $1 AND ($2 OR NOT is_pinned)";
const DRAIN: &str = "UPDATE raidkeep.nodes SET drains = true WHERE node = $1";

/// This node, as it introduces itself.
#[derive(Debug, Clone)]
pub(crate) struct Introduction {
    pub(crate) node: String,
    pub(crate) address: String,
    pub(crate) key: PeerKey,
    pub(crate) rows: RowVersions,
}

/// A node as a row of the table says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct SeenNode {
    peer: Peer,
    beats: i64,
    drains: bool,
    rows: RowVersions,
}

/// What one look at the tables brings.
#[derive(Debug, Default)]
pub(crate) struct Roll {
    nodes: Vec<SeenNode>,
    wishes: BTreeMap<String, WantedPlace>,
    /// Whether the row of this node is still its own.
    is_own: bool,
}

/// The nodes that were ever seen, and since when each is as it is.
#[derive(Debug, Default)]
pub(crate) struct KnownNodes {
    seen: BTreeMap<String, (SeenNode, Instant)>,
    pub(crate) wishes: BTreeMap<String, WantedPlace>,
}

impl KnownNodes {
    /// Takes what was looked up.
    pub(crate) fn note(&mut self, roll: Roll, now: Instant) {
        self.seen.retain(|name, _| roll.nodes.iter().any(|node| node.peer.node == *name));
        for node in roll.nodes {
            match self.seen.get(&node.peer.node) {
                Some((before, _)) if *before == node => {}
                _ => drop(self.seen.insert(node.peer.node.clone(), (node, now))),
            }
        }
        self.wishes = roll.wishes;
    }

    /// Forgets when nodes were last seen, because nobody has looked for a while.
    pub(crate) fn look_away(&mut self) {
        self.seen.clear();
    }

    fn present(&self, times: LeaseTimes) -> impl Iterator<Item = &SeenNode> {
        self.seen.values().filter(move |(_, since)| since.elapsed() < times.silence()).map(|(node, _)| node)
    }

    /// The nodes that are there.
    pub(crate) fn peers(&self, times: LeaseTimes) -> impl Iterator<Item = &Peer> {
        self.present(times).map(|node| &node.peer)
    }

    /// Those that are there, and whether they take worlds.
    pub(crate) fn states(&self, times: LeaseTimes) -> Vec<NodeState> {
        let staying: Vec<&SeenNode> = self.present(times).filter(|node| !node.drains).collect();
        let is_too_new = |node: &SeenNode| staying.iter().any(|other| !reads(&other.rows, &node.rows));
        let state = |node: &SeenNode| NodeState {
            name: node.peer.node.clone(),
            drains: node.drains,
            is_too_new: is_too_new(node),
        };
        self.present(times).map(state).collect()
    }
}

impl SeenNode {
    fn read(row: &Row) -> Option<Self> {
        let key: PeerKey = row.get::<_, &[u8]>(2).try_into().ok()?;
        let peer = Peer { node: row.get(0), address: row.get(1), key };
        Some(Self { peer, beats: row.get(3), drains: row.get(4), rows: read_versions(row.get(5)) })
    }
}

/// As in the table: `mail 2 boss 1`.
fn written_versions(rows: &RowVersions) -> String {
    rows.iter().map(|(table, version)| format!("{table} {version}")).collect::<Vec<_>>().join(" ")
}

fn read_versions(text: &str) -> RowVersions {
    let words: Vec<&str> = text.split(' ').collect();
    words.chunks_exact(2).filter_map(|pair| Some((pair[0].to_owned(), pair[1].parse().ok()?))).collect()
}

impl Roll {
    /// Says that this node is there, and looks at all.
    pub(crate) async fn call(client: &Client, own: Option<&Introduction>) -> Result<Self, Error> {
        let is_own = match own {
            None => true,
            Some(Introduction { node, key, .. }) => {
                let key = key.as_slice();
                let values = [(node as _, Type::TEXT), (&key as _, Type::BYTEA)];
                client.execute_typed(BEAT, &values).await? > 0
            }
        };
        let nodes = client.query_typed(LOOK, &[]).await?.iter().filter_map(SeenNode::read).collect();
        let wish = |row: &Row| (row.get(0), WantedPlace { node: row.get(1), is_pinned: row.get(2) });
        let wishes = client.query_typed(WISHES, &[]).await?.iter().map(wish).collect();
        Ok(Self { nodes, wishes, is_own })
    }

    /// Whether another process has taken the name of this node.
    pub(crate) fn has_namesake(&self) -> bool {
        !self.is_own
    }
}

/// Says for the first time that this node is there.
///
/// # Errors
/// When the database fails.
pub(crate) fn introduce(connection: &Connection, own: &Introduction) -> Result<(), StorageError> {
    let own = own.clone();
    let introduced = connection.ask(async move |client| {
        let Introduction { node, address, key, rows } = &own;
        let (key, rows) = (key.as_slice(), written_versions(rows));
        let values =
            [(node as _, Type::TEXT), (address as _, Type::TEXT), (&key as _, Type::BYTEA), (&rows as _, Type::TEXT)];
        client.execute_typed(INTRODUCE, &values).await
    });
    introduced.map(drop).map_err(|fault| fault.while_doing("introduce this node"))
}

/// Says that this node is gone.
///
/// # Errors
/// When the database fails; others see it by themselves then.
pub(crate) fn leave(connection: &Connection, own: Introduction) -> Result<(), StorageError> {
    let left = connection.ask(async move |client| {
        let key = own.key.as_slice();
        client.execute_typed(LEAVE, &[(&own.node as _, Type::TEXT), (&key as _, Type::BYTEA)]).await
    });
    left.map(drop).map_err(|fault| fault.while_doing("leave the cluster"))
}

/// Wishes that a node has a world.
///
/// # Errors
/// When the database fails.
pub(crate) fn wish(connection: &Connection, world: &str, wanted: WantedPlace) -> Result<(), Fault> {
    let world = world.to_owned();
    let wished = connection.ask(async move |client| {
        let WantedPlace { node, is_pinned } = wanted;
        let values = [(&world as _, Type::TEXT), (&node as _, Type::TEXT), (&is_pinned as _, Type::BOOL)];
        client.execute_typed(WISH, &values).await
    });
    wished.map(drop)
}

/// Forgets where a world was wanted; what an operator has said only if it is `also_pinned`.
///
/// # Errors
/// When the database fails.
pub(crate) fn forget(connection: &Connection, world: &str, also_pinned: bool) -> Result<(), Fault> {
    let world = world.to_owned();
    let forgotten = connection.ask(async move |client| {
        client.execute_typed(FORGET, &[(&world as _, Type::TEXT), (&also_pinned as _, Type::BOOL)]).await
    });
    forgotten.map(drop)
}

/// Has a node give all worlds away. Whether there is such a node.
///
/// # Errors
/// When the database fails.
pub(crate) fn drain(connection: &Connection, node: &str) -> Result<bool, StorageError> {
    let node = node.to_owned();
    let drained = connection.ask(async move |client| client.execute_typed(DRAIN, &[(&node as _, Type::TEXT)]).await);
    drained.map(|nodes| nodes > 0).map_err(|fault| fault.while_doing("drain a node"))
}
