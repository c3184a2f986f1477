//! Why a server does not start.

use std::io::ErrorKind;
use std::net::SocketAddr;

use crate::config::ConfigError;
use crate::net::operator::OperatorTokenError;
use crate::net::tls::PairError;
use raidkeep_engine::clock_check::ClockTooFar;
use raidkeep_engine::open::OpenError;
use raidkeep_engine::private::TooOpen;
use raidkeep_engine::rules::Problems;
use raidkeep_engine::start::StartFailures;
use raidkeep_engine::storage::StorageError;
use raidkeep_engine::storage::continuous::ArchiveError;
use raidkeep_engine::storage::folder::FolderError;
use raidkeep_realm::messages::RealmIsOlder;

/// Why a server does not start.
#[derive(Debug, thiserror::Error)]
pub enum StartError {
    /// The configuration.
    #[error("{0}")]
    Config(#[from] ConfigError),
    /// What the plugins of a world reported: mistakes in the assets, databases that cannot be opened.
    #[error("{0}")]
    World(#[from] StartFailures),
    /// The databases.
    #[error("{0}")]
    Storage(#[from] StorageError),
    /// The databases of one world.
    #[error("{0}")]
    Open(OpenError),
    /// The continuous archive.
    #[error("{0}")]
    Archive(#[from] ArchiveError),
    /// The folder of the databases.
    #[error("{0}")]
    Folder(#[from] FolderError),
    /// Files of players that others can read.
    #[error("{0}")]
    TooOpen(#[from] TooOpen),
    /// The system clock.
    #[error("{0}")]
    Clock(#[from] ClockTooFar),
    /// The certificate.
    #[error("{0}")]
    Certificate(#[from] PairError),
    /// The realm.
    #[error("{0}")]
    Realm(#[from] RealmIsOlder),
    /// The realm says which rule set is pinned, but does not have its files.
    #[error(
        "the rule set {fingerprint} is pinned, but its files are not among those of the realm; start once with --unpin-rules, \
         which runs what the assets have"
    )]
    PinnedSetMissing {
        /// Which.
        fingerprint: String,
    },
    /// The realm says which rule set is in force, but does not have its files.
    #[error(
        "the rule set {fingerprint} is in force, but its files are not among those of the realm: rules_reload on a node that serves"
    )]
    SetMissing {
        /// Which.
        fingerprint: String,
    },
    /// This program cannot use the rule set that is in force.
    #[error(
        "this node cannot use the rule set {fingerprint} that the realm has in force, so it takes no world:\n{problems}"
    )]
    SetUnusable {
        /// Which.
        fingerprint: String,
        /// What is wrong with it for this program.
        problems: Box<Problems>,
    },
    /// The operator token.
    #[error("{0}")]
    Token(#[from] OperatorTokenError),
    /// The port.
    #[error("cannot listen on {address}: {source}{}", bind_hint(.source, .key))]
    Bind {
        /// The setting.
        key: &'static str,
        /// As configured.
        address: String,
        /// Why.
        source: std::io::Error,
    },
    /// An operating system call failed.
    #[error("cannot {action}: {source}")]
    System {
        /// What was tried.
        action: &'static str,
        /// Why not.
        source: std::io::Error,
    },
    /// Two apps for one world, or an app for a world that the listener does not have.
    #[error("there is no place for a world {number}: the listener is for {worlds} worlds, each of one app")]
    NoPlace {
        /// Which.
        number: u32,
        /// How many there are.
        worlds: usize,
    },
    /// Worlds that share a port must have the same functions.
    #[error("world {number} has other functions than the first world on its listener")]
    OtherFunctions {
        /// Which.
        number: u32,
    },
    /// An app lacks something that a world needs to start.
    #[error("the app has no {what}; it needs the plugin that opens it")]
    Missing {
        /// What.
        what: &'static str,
    },
}

impl From<OpenError> for StartError {
    fn from(error: OpenError) -> Self {
        match error {
            OpenError::Storage(error) => Self::Storage(error),
            error => Self::Open(error),
        }
    }
}

/// What to do about a port that cannot be had.
fn bind_hint(error: &std::io::Error, key: &str) -> String {
    match error.kind() {
        ErrorKind::AddrInUse => format!(". Is another server running there? {key} takes another address"),
        ErrorKind::PermissionDenied => format!("; ports below 1024 are reserved, {key} takes another"),
        ErrorKind::AddrNotAvailable => format!("; this machine does not have that address, {key} takes another"),
        _ => format!("; {key} takes an address of this machine and a port such as 127.0.0.1:7350"),
    }
}

pub(super) fn system(action: &'static str) -> impl FnOnce(std::io::Error) -> StartError {
    move |source| StartError::System { action, source }
}

/// Binds the address of a setting.
pub(super) fn bind(key: &'static str, address: &str) -> Result<(std::net::TcpListener, SocketAddr), StartError> {
    let bound = std::net::TcpListener::bind(address).and_then(|listener| {
        listener.set_nonblocking(true)?;
        let address = listener.local_addr()?;
        Ok((listener, address))
    });
    bound.map_err(|source| StartError::Bind { key, address: address.to_owned(), source })
}
