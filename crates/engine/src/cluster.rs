//! Nodes that share the stores of their worlds, as each of them sees the others; and `world_node`, which tells clients where
//! their world is.

use std::collections::BTreeMap;

use bevy_app::{App, Plugin};
use bevy_ecs::prelude::*;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::dispatch::RequestApp;
use crate::request;
use crate::request::{Answer, Anyone, Call, Success};
use crate::storage::{Rows, StorageError};

/// The version of its rows that a program writes to each table.
pub type RowVersions = BTreeMap<String, u16>;

/// What proves who a node is: the SHA-256 of the certificate that it made for itself.
pub type PeerKey = [u8; 32];

/// Another node.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Peer {
    /// Its name.
    pub node: String,
    /// Where it takes requests of other nodes: host and port.
    pub address: String,
    /// Who it must be.
    pub key: PeerKey,
}

/// Stores that several nodes reach.
pub trait SharedStores: Send + Sync {
    /// The rows of a world as they were last folded, whoever has it.
    ///
    /// # Errors
    /// When they cannot be read.
    fn peek(&self, world: u32) -> Result<Rows, StorageError>;

    /// Tells the other nodes where this one takes their requests, how they know it, and which rows it would write.
    ///
    /// # Errors
    /// When they cannot be told.
    fn introduce(&self, address: &str, key: PeerKey, rows: RowVersions) -> Result<(), StorageError>;

    /// The other nodes that are there.
    fn peers(&self) -> Vec<Peer>;

    /// Why this node cannot have a world now, as far as it has seen; `None` = it may try.
    fn withheld(&self, world: u32) -> Option<StorageError>;

    /// Which node has a world, as far as this one has seen; `None` = nobody has it.
    fn owner(&self, world: u32) -> Option<String>;
}

/// Where clients reach this node; `None` = it does not say.
#[derive(Debug, Clone, Default, PartialEq, Eq, Resource)]
pub struct NodeUrl(pub Option<Box<str>>);

/// `world_node {}`: where the node that has this world is reached. Any node takes any request; a client that connects there
/// saves a hop.
#[derive(Debug, Clone, Default, Serialize, Deserialize, JsonSchema)]
pub struct WorldNode {}

/// The reply of `world_node`.
#[derive(Debug, Serialize, JsonSchema)]
pub struct WorldNodeShown {
    /// The URL for clients; null = wherever the client is connected is as good.
    node: Option<Box<str>>,
}

request!(Anyone, "world_node", WorldNode => WorldNodeShown);

fn world_node(_: In<Call<WorldNode>>, own: Res<NodeUrl>) -> Answer<WorldNodeShown> {
    Ok(Success::with(WorldNodeShown { node: own.0.clone() }))
}

/// The function about nodes.
pub struct ClusterPlugin;

impl Plugin for ClusterPlugin {
    fn build(&self, app: &mut App) {
        app.init_resource::<NodeUrl>().add_request::<WorldNode, _>(world_node);
    }
}
