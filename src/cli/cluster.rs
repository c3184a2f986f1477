//! The database of a cluster, as the configuration names it; `raidkeep cluster` and `raidkeep migrate`.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::{Duration, Instant};

use clap::{Args, Subcommand, ValueEnum};

use crate::cli::call::Failure;
use crate::cli::print_line;
use crate::cli::serve::usual_config;
use raidkeep_engine::open::WorldStores;
use raidkeep_engine::private;
use raidkeep_engine::storage::folder::{self, put_aside};
use raidkeep_engine::storage::store::Store;
use raidkeep_engine::storage::{Rows, StorageError, StoredWorld};
use raidkeep_game::platforms::sud::sessions::SESSION_KEYS_VARIABLE;
use raidkeep_postgres::{ClusterStores, DatabaseSettings, LeaseTimes, Node, NodeStatus, WorldStatus};
use raidkeep_server::config::{ClusterSettings, Config};
use raidkeep_server::net::trust::roots_of_command;

/// Where a world may go that was moved by hand.
const ANY: &str = "any";

/// The environment variable with the password of the database.
pub(super) const PASSWORD_VARIABLE: &str = "RAIDKEEP_DATABASE_PASSWORD";

#[derive(Debug, Subcommand)]
pub(super) enum ClusterCommand {
    /// Prints which nodes are there, which has which world, and how far the rows are behind the log.
    Status(ClusterConfig),
    /// Moves a world to a node, where it stays until it is moved again or that node is drained.
    Move {
        /// Such as world-3, or realm.
        world: String,
        /// Its cluster.node; `any` = worlds are spread by load again.
        node: String,
        #[command(flatten)]
        config: ClusterConfig,
    },
    /// Moves all worlds of a node to others. It takes none until it is started again.
    Drain {
        /// Its cluster.node.
        node: String,
        #[command(flatten)]
        config: ClusterConfig,
    },
}

#[derive(Debug, Args)]
pub(super) struct ClusterConfig {
    /// The configuration file [default: config/server.ron if it exists, else the built-in one].
    #[arg(long, value_name = "FILE")]
    config: Option<PathBuf>,
    /// Sets any key of the configuration, such as cluster.database; may be repeated.
    #[arg(long, value_name = "KEY=VALUE")]
    set: Vec<String>,
}

#[derive(Debug, Args)]
pub(super) struct Migrate {
    /// Where the worlds go.
    #[arg(long)]
    to: Place,
    /// Folder of the databases: the worlds of a stopped server, or an empty folder to which they come.
    #[arg(long, value_name = "FOLDER")]
    data: PathBuf,
    #[command(flatten)]
    cluster: ClusterConfig,
}

#[derive(Debug, Clone, Copy, ValueEnum)]
enum Place {
    /// Into the database of a cluster.
    Database,
    /// Out of it, into files.
    Files,
}

/// Where the worlds are, if not in the data folder.
pub(super) fn stores(config: &Config) -> Result<Option<Arc<dyn WorldStores>>, Failure> {
    let cluster = &config.cluster;
    if !cluster.is_on() {
        return Ok(None);
    }
    if std::env::var(SESSION_KEYS_VARIABLE).unwrap_or_default().is_empty() {
        return Err(format!(
            "{SESSION_KEYS_VARIABLE} is not set. All nodes of a cluster need the same keys of players' sessions; a key that this \
             node made for itself would end the sessions of others. The file session_keys of a server that ran alone has its key"
        )
        .into());
    }
    let node = start(cluster)?;
    tracing::info!(node = cluster.node, "the worlds are in a database");
    Ok(Some(Arc::new(ClusterStores::new(node))))
}

fn start(cluster: &ClusterSettings) -> Result<Node, Failure> {
    Ok(Node::start(&cluster.node, database(cluster)?, LeaseTimes { length: cluster.lease() })?)
}

/// The database of the cluster.
fn database(cluster: &ClusterSettings) -> Result<DatabaseSettings, Failure> {
    let ca_file = (!cluster.ca_file.is_empty()).then(|| Path::new(&cluster.ca_file));
    let settings = DatabaseSettings::read(&cluster.database, roots_of_command(ca_file)?)?;
    if settings.is_exposed() {
        tracing::warn!(
            "the database is reached without encryption: whoever is on the way reads what players have, and may change it. Add \
             ?sslmode=require to cluster.database"
        );
    }
    let password = std::env::var(PASSWORD_VARIABLE).ok().filter(|password| !password.is_empty());
    Ok(password.map_or(settings.clone(), |password| settings.with_password(&password)))
}

impl ClusterConfig {
    /// This command beside the nodes of the cluster.
    fn node(&self) -> Result<(Node, Duration), Failure> {
        let named = format!("cluster.node=command-{}", std::process::id());
        let arguments: Vec<String> = self.set.iter().cloned().chain([named]).collect();
        let config = Config::load(usual_config(self.config.clone()).as_deref(), &arguments)?;
        if !config.cluster.is_on() {
            return Err("cluster.database is empty: the configuration names no database".into());
        }
        Ok((start(&config.cluster)?, config.cluster.lease()))
    }
}

impl ClusterCommand {
    pub(super) fn run(self) -> Result<(), Failure> {
        match self {
            Self::Status(config) => status(&config),
            Self::Move { world, node, config } => move_world(&config, &world, &node),
            Self::Drain { node, config } => drain(&config, &node),
        }
    }
}

fn status(config: &ClusterConfig) -> Result<(), Failure> {
    let (node, lease) = config.node()?;
    // Whether a lease is renewed shows only after a while.
    std::thread::sleep(lease + lease / 4);
    let worlds = node.status()?;
    if worlds.is_empty() {
        print_line("the database has no worlds yet; the first node that is started makes them");
    }
    node.nodes().iter().for_each(|node| print_line(&shown_node(node)));
    worlds.iter().for_each(|world| print_line(&shown(world)));
    Ok(())
}

/// How often it is looked whether worlds have arrived, and for how long.
const LOOK_EVERY: Duration = Duration::from_millis(200);
const PATIENCE: Duration = Duration::from_secs(60);

fn move_world(config: &ClusterConfig, world: &str, to: &str) -> Result<(), Failure> {
    let (node, lease) = config.node()?;
    if !node.status()?.iter().any(|known| known.world == world) {
        return Err(
            format!("the database has no world named {world:?}: raidkeep cluster status shows their names").into()
        );
    }
    if to == ANY {
        node.move_world(world, None)?;
        print_line(&format!("{world} goes wherever there is least to do"));
        return Ok(());
    }
    std::thread::sleep(lease / 2);
    match node.nodes().into_iter().find(|known| known.node == to) {
        None => {
            return Err(
                format!("there is no node {to:?} now: raidkeep cluster status shows those that are there").into()
            );
        }
        Some(known) if known.drains => return Err(format!("node {to} is drained and takes no worlds").into()),
        Some(_) => node.move_world(world, Some(to))?,
    }
    wait_for(&node, |worlds| worlds.iter().any(|known| known.world == world && known.node.as_deref() == Some(to)))?;
    print_line(&format!("{world} is on {to}"));
    Ok(())
}

fn drain(config: &ClusterConfig, name: &str) -> Result<(), Failure> {
    let (node, lease) = config.node()?;
    std::thread::sleep(lease / 2);
    if !node.nodes().iter().any(|known| known.node != name && !known.drains) {
        return Err("no other node is there that takes worlds".into());
    }
    if !node.drain(name)? {
        return Err(format!("there is no node {name:?}: raidkeep cluster status shows those that are there").into());
    }
    wait_for(&node, |worlds| worlds.iter().all(|known| known.node.as_deref().is_some_and(|node| node != name)))?;
    print_line(&format!("{name} has no worlds any more; it can be stopped"));
    Ok(())
}

/// Waits until worlds are where they should be.
fn wait_for(node: &Node, is_done: impl Fn(&[WorldStatus]) -> bool) -> Result<(), Failure> {
    let until = Instant::now() + PATIENCE;
    while Instant::now() < until {
        if is_done(&node.status()?) {
            return Ok(());
        }
        std::thread::sleep(LOOK_EVERY);
    }
    let seconds = PATIENCE.as_secs();
    Err(format!("nothing has come of it within {seconds} s; it stays wished for: raidkeep cluster status shows more")
        .into())
}

fn shown_node(status: &NodeStatus) -> String {
    let NodeStatus { node, address, drains, is_too_new, worlds, load_us } = status;
    let drained = match (drains, is_too_new) {
        (true, _) => ", drained",
        (false, true) => ", takes no worlds until those are drained that cannot read its rows",
        (false, false) => "",
    };
    let percent = *load_us as f64 / 10_000.0;
    format!("node {node} at {address}{drained}: {worlds} worlds that take {percent:.1} % of a core")
}

fn shown(status: &WorldStatus) -> String {
    let WorldStatus { world, node, is_silent, epoch, last_record, folded_record } = status;
    let place = match node {
        None => "free".to_owned(),
        Some(node) if *is_silent => format!("nobody; {node} had it and has not renewed its lease"),
        Some(node) => format!("on {node}"),
    };
    let behind = last_record.saturating_sub(*folded_record);
    format!("{world}: {place}; epoch {epoch}, log record {last_record}, {behind} of them not in the rows yet")
}

impl Migrate {
    pub(super) fn run(self) -> Result<(), Failure> {
        match self.to {
            Place::Database => self.bring_to_database(),
            Place::Files => self.take_to_files(),
        }
    }

    /// Each world is brought in one transaction; then its files are put aside, so that no server starts it again.
    fn bring_to_database(&self) -> Result<(), Failure> {
        let worlds = folder::worlds(&self.data)?;
        if worlds.is_empty() {
            return Err(
                format!("there is no world in {}; --data names the folder of a server", self.data.display()).into()
            );
        }
        let _lock = folder::lock(&self.data)?;
        let (node, _) = self.cluster.node()?;
        for world in worlds {
            let rows = Rows::from(Store::open_folder(&self.data, &world)?.rows);
            if let Some(damage) = rows.damages()?.into_iter().next() {
                return Err(StorageError::RowsDamaged { file: world, damage }.into());
            }
            let count = node.bring(&world, &rows)?;
            drop(rows);
            let kept = put_aside(&self.data, &world)?;
            let kept: Vec<String> = kept.iter().map(|file| file.display().to_string()).collect();
            print_line(&format!(
                "{world}: {count} rows are in the database; its files are kept as {}",
                kept.join(", ")
            ));
        }
        print_line(&format!(
            "all nodes need the key of players' sessions in {SESSION_KEYS_VARIABLE}: it is in {}",
            self.data.join("session_keys").display()
        ));
        Ok(())
    }

    /// All worlds are taken over first, so that no node serves one meanwhile.
    fn take_to_files(&self) -> Result<(), Failure> {
        let is_new = std::fs::read_dir(&self.data).map_or(true, |mut entries| entries.next().is_none());
        if !is_new {
            return Err(format!("{} is not empty; --data names a new folder", self.data.display()).into());
        }
        let (node, lease) = self.cluster.node()?;
        std::thread::sleep(lease + lease / 4);
        let worlds = node.status()?;
        if worlds.is_empty() {
            return Err("the database has no worlds".into());
        }
        let take = |world: &WorldStatus| node.take(&world.world, None);
        let taken: Vec<StoredWorld> = worlds
            .iter()
            .map(take)
            .collect::<Result<_, _>>()
            .map_err(|error| format!("{error}; stop all nodes first. Nothing was changed"))?;
        let unfinished = self.data.with_extension("unfinished");
        if unfinished.exists() {
            std::fs::remove_dir_all(&unfinished)?;
        }
        for world in &taken {
            let copied = world.rows.copy_to(&unfinished)?;
            print_line(&format!("{}: {} rows", world.rows.world_name(), copied.rows));
        }
        private::sync_folder(&unfinished)?;
        private::rename(&unfinished, &self.data)?;
        for world in taken {
            node.drop_world(world)?;
        }
        print_line(&format!("the worlds are in {}, and no longer in the database", self.data.display()));
        Ok(())
    }
}
