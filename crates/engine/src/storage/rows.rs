//! Which components and resources are stored, and how a tick's changes become a batch.
//!
//! Nothing is scanned: the dispatcher marks the caller of each request, systems mark the entities they changed, and
//! only those are checked ([`Touched`]). Debug builds verify after every tick that none was forgotten.

use std::collections::BTreeSet;
use std::hash::Hasher;

use bevy_app::App;
use bevy_ecs::change_detection::Tick as ChangeTick;
use bevy_ecs::component::{ComponentId, Mutable};
use bevy_ecs::lifecycle::HookContext;
use bevy_ecs::prelude::*;
use bevy_ecs::world::DeferredWorld;
use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::account::AccountId;
use crate::clock::Clock;
use crate::hash::StableHasher;
use crate::numbers::BatchNumber;
use crate::storage::owned::{self, OwnedKind};
use crate::storage::{
    Archive, Arrival, Batch, Claim, Departure, Directory, Discarded, IdentityTable, KeyedBy, PlayerEntity, PlayerPart,
    TableReader, Unfit, WorldRow, decode_value, encode_value,
};

/// A component of players that is one row per player.
pub trait PlayerRow: Component<Mutability = Mutable> + Serialize + DeserializeOwned {
    /// The table's name.
    const TABLE: &'static str;
    /// The version of the row format; raise it with every change of the fields.
    const VERSION: u16 = 1;

    /// The value for a new player, and for a player without a row.
    fn newcomer(world: &World) -> Self;

    /// Whether it says no more than the value of every new player, today and in any later world: no row is kept then.
    fn is_blank(&self) -> bool {
        false
    }

    /// Reads a row that an earlier program wrote; `None` when that version is unknown.
    fn upgrade(version: u16, bytes: &[u8]) -> Option<Self> {
        let _ = (version, bytes);
        None
    }

    /// Applies what has happened to all players while this one was not in memory. The result is not written back: the
    /// same row gives the same result each time it is read.
    fn catch_up(&mut self, world: &World) {
        let _ = world;
    }

    /// Removes what must not be in a document of the player, such as credentials.
    fn depart(&mut self) {}

    /// Adapts what was read from a document to where it arrives, or says what is wrong with it.
    fn arrive(&mut self, arrival: Arrival<'_>) -> Result<(), Unfit> {
        let _ = arrival;
        Ok(())
    }

    /// See [`PlayerRows::claims`].
    fn claims(&self, arrival: Arrival<'_>) -> Vec<Claim> {
        let _ = arrival;
        Vec::new()
    }
}

/// A component of players that is any number of rows per player, with keys that start with the account's.
pub trait PlayerRows: Component<Mutability = Mutable> + Sized {
    /// The table's name.
    const TABLE: &'static str;
    /// The latest version of row formats that this program writes.
    const ROW_VERSION: u16;
    /// The value for a new player.
    fn newcomer(world: &World) -> Self;
    /// Whether nothing is stored of it, because it says no more than the value of every new player.
    fn is_blank(&self) -> bool {
        false
    }
    /// Adds the changes to the batch.
    fn save(&mut self, account: AccountId, batch: &mut Batch);
    /// Appends the complete component, for the state hash.
    fn digest(&self, out: &mut Vec<u8>);
    /// Builds the component from all of the player's rows, in key order.
    fn load(rows: &[(Vec<u8>, Vec<u8>)], world: &World) -> Result<Self, RowError>;

    /// Another table with rows of the same account that belong to the component but are not loaded with it.
    const BESIDE: Option<&'static str> = None;
    /// The component's form in a document of the player.
    type Portable: Serialize + DeserializeOwned;
    /// Converts the component to its form in a document.
    fn pack(self, departure: Departure<'_>) -> Result<Self::Portable, RowError>;
    /// Converts the form in a document to the component, all of which will be saved, or says what is wrong with it.
    fn unpack(portable: Self::Portable, arrival: Arrival<'_>) -> Result<Self, Unfit>;
    /// The unique names that it claims where it arrives.
    fn claims(&self, arrival: Arrival<'_>) -> Vec<Claim> {
        let _ = arrival;
        Vec::new()
    }
}

impl<T: PlayerRow> PlayerRows for T {
    const TABLE: &'static str = T::TABLE;
    const ROW_VERSION: u16 = T::VERSION;

    fn newcomer(world: &World) -> Self {
        T::newcomer(world)
    }

    fn is_blank(&self) -> bool {
        PlayerRow::is_blank(self)
    }

    fn save(&mut self, account: AccountId, batch: &mut Batch) {
        match PlayerRow::is_blank(self) {
            true => batch.delete(T::TABLE, &account.to_key()),
            false => batch.put(T::TABLE, &account.to_key(), |out| encode_value(T::VERSION, self, out)),
        }
    }

    fn digest(&self, out: &mut Vec<u8>) {
        encode_value(T::VERSION, self, out);
    }

    fn load(rows: &[(Vec<u8>, Vec<u8>)], world: &World) -> Result<Self, RowError> {
        match rows.first() {
            None => Ok(T::newcomer(world)),
            Some((_, value)) => {
                let mut row: T = decode_value(T::VERSION, value, T::upgrade)?;
                row.catch_up(world);
                Ok(row)
            }
        }
    }

    type Portable = T;

    fn pack(mut self, _: Departure<'_>) -> Result<T, RowError> {
        self.depart();
        Ok(self)
    }

    fn unpack(mut portable: T, arrival: Arrival<'_>) -> Result<Self, Unfit> {
        portable.arrive(arrival)?;
        portable.catch_up(arrival.world);
        Ok(portable)
    }

    fn claims(&self, arrival: Arrival<'_>) -> Vec<Claim> {
        PlayerRow::claims(self, arrival)
    }
}

/// A component of entities that belong to nobody: one row each.
pub trait WorldEntity: Component<Mutability = Mutable> + Serialize + DeserializeOwned {
    /// The table's name.
    const TABLE: &'static str;
    /// The version of the row format; raise it with every change of the fields.
    const VERSION: u16 = 1;
    /// The row's key, unique in the table.
    fn key(&self) -> u64;

    /// Reads a row that an earlier program wrote; `None` when that version is unknown.
    fn upgrade(version: u16, bytes: &[u8]) -> Option<Self> {
        let _ = (version, bytes);
        None
    }

    /// Reads the value of a row of this table.
    fn read(value: &[u8]) -> Result<Self, RowError> {
        decode_value(Self::VERSION, value, Self::upgrade)
    }
}

/// Calls a function with all rows of a table, key and value, in key order.
pub type RowScan<'a> = &'a mut dyn FnMut(&mut dyn FnMut(&[u8], &[u8]));

/// Takes the rows of a table when the world starts.
pub type StartReader = fn(&mut World, RowScan<'_>);

/// Why a row cannot be read.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum RowError {
    /// The bytes are not what the version says.
    #[error("the row is damaged")]
    Damaged,
    /// An earlier version that cannot be upgraded.
    #[error("the row has version {found} and this program only knows how to read {known}")]
    NoUpgrade {
        /// In the row.
        found: u16,
        /// Of the program.
        known: u16,
    },
    /// A later program wrote it.
    #[error("the row has version {found}, written by a later program; this one knows {known}")]
    FromTheFuture {
        /// In the row.
        found: u16,
        /// Of the program.
        known: u16,
    },
}

/// On each player in memory: its account, and how current its rows are.
#[derive(Debug, Component)]
pub struct Stored {
    account: AccountId,
    changed_in: BatchNumber,
}

impl Stored {
    /// A player whose rows are on disk up to `batch`.
    pub fn new(account: AccountId, batch: BatchNumber) -> Self {
        Self { account, changed_in: batch }
    }

    /// The account.
    pub fn account(&self) -> AccountId {
        self.account
    }

    /// The batch that holds the player's last change.
    pub fn changed_in(&self) -> BatchNumber {
        self.changed_in
    }
}

/// The entities whose rows may have changed in this tick: the caller of each request, entities that got a stored
/// component, and those changed through [`Edit`](super::Edit) or [`EditWorld`](super::EditWorld).
#[derive(Debug, Default, Resource)]
pub struct Touched(Vec<Entity>);

impl Touched {
    /// Marks the entity to be saved when the tick ends.
    pub fn push(&mut self, entity: Entity) {
        if self.0.last() != Some(&entity) {
            self.0.push(entity);
        }
    }

    /// The entities pushed in this tick.
    pub fn entities(&self) -> &[Entity] {
        &self.0
    }
}

/// The tables that hold players, in the order in which their rows are loaded.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct PlayerTables {
    /// Their names.
    pub tables: Vec<&'static str>,
    /// The one without whose row a player does not exist.
    pub identity: &'static str,
}

/// The table of players of a world that has none.
const NO_PLAYERS: &str = "no_players";

/// All kinds of rows, and the pending batch.
#[derive(Debug, Resource)]
pub struct Persistence {
    pub(super) players: Vec<PlayerKind>,
    pub(super) owned: Vec<OwnedKind>,
    pub(super) worlds: Vec<WorldKind>,
    pub(super) entities: Vec<EntityKind>,
    tables: Vec<TableReader>,
    readers: Vec<(&'static str, StartReader)>,
    identity: Option<IdentityTable>,
    since: ChangeTick,
    batch: Batch,
    last_batch: BatchNumber,
    pub(super) moment_changed: bool,
}

impl Default for Persistence {
    fn default() -> Self {
        Self {
            players: Vec::new(),
            owned: Vec::new(),
            worlds: Vec::new(),
            entities: Vec::new(),
            tables: Vec::new(),
            readers: Vec::new(),
            identity: None,
            since: ChangeTick::new(0),
            batch: Batch::default(),
            last_batch: BatchNumber::default(),
            moment_changed: false,
        }
    }
}

#[derive(Debug, Clone, Copy)]
pub(super) struct PlayerKind {
    table: &'static str,
    part: PlayerPart,
    pub(super) component: ComponentId,
    newcomer: fn(&mut EntityWorldMut<'_>, ChangeTick),
    save: fn(&mut EntityWorldMut<'_>, AccountId, &mut Batch),
    digest: fn(&World, Entity, &mut Vec<u8>),
    load: fn(&mut EntityWorldMut<'_>, &[(Vec<u8>, Vec<u8>)], ChangeTick) -> Result<(), RowError>,
}

#[derive(Debug, Clone, Copy)]
pub(super) struct WorldKind {
    table: &'static str,
    pub(super) component: ComponentId,
    save: fn(&World, &mut Batch),
    load: fn(&mut World, &[u8]) -> Result<(), RowError>,
}

#[derive(Debug, Clone, Copy)]
pub(super) struct EntityKind {
    pub(super) component: ComponentId,
    save: fn(&World, Entity, &mut Batch),
    /// Deletes the row; false when the entity has none.
    delete: fn(&World, Entity, &mut Batch) -> bool,
    save_all: fn(&mut World, &mut Batch),
}

impl Persistence {
    /// The tables that are read when the world starts, and their readers.
    pub fn start_readers(&self) -> Vec<(&'static str, StartReader)> {
        self.readers.clone()
    }

    /// The tables that hold players: those of their components in order of registration, followed by those of the
    /// entities that belong to them.
    pub fn player_tables(&self) -> Vec<&'static str> {
        let owned = self.owned.iter().map(|kind| kind.table);
        self.players.iter().map(|kind| kind.table).chain(owned).collect()
    }

    /// The tables that hold players, and which of them says who exists.
    pub fn player_rows(&self) -> PlayerTables {
        let identity = self.identity().table;
        PlayerTables { tables: self.player_tables(), identity }
    }

    /// The table that says which accounts exist; one that is always empty in a world without players, such as the realm.
    pub fn identity(&self) -> IdentityTable {
        self.identity.unwrap_or(IdentityTable { table: NO_PLAYERS, name: |_| None })
    }

    /// Digests the content of each player table for the state hash, in the order of the tables.
    fn player_digests(&self) -> impl Iterator<Item = fn(&World, Entity, &mut Vec<u8>)> {
        let owned = self.owned.iter().map(|kind| kind.digest);
        self.players.iter().map(|kind| kind.digest).chain(owned)
    }

    /// How many of the player tables hold players' components; the others hold entities that belong to players.
    pub fn component_table_count(&self) -> usize {
        self.players.len()
    }

    /// The parts of a player's document, in the order of their tables.
    pub fn player_parts(&self) -> Vec<PlayerPart> {
        let owned = self.owned.iter().filter_map(|kind| kind.part);
        self.players.iter().map(|kind| kind.part).chain(owned).collect()
    }

    /// All tables of components and resources, with their readers.
    pub fn table_readers(&self) -> Vec<TableReader> {
        self.tables.clone()
    }

    /// The tables that hold one row of the world each.
    pub fn world_tables(&self) -> Vec<&'static str> {
        self.worlds.iter().map(|kind| kind.table).collect()
    }

    /// The number of the last batch that was collected.
    pub fn last_batch(&self) -> BatchNumber {
        self.last_batch
    }

    /// Stores this tick's moment even if no row changed.
    pub fn keep_moment(&mut self) {
        self.moment_changed = true;
    }

    /// Takes the batch of the last tick, if it changed anything.
    pub fn take_batch(&mut self) -> Option<Batch> {
        (!self.batch.is_empty()).then(|| std::mem::take(&mut self.batch))
    }
}

/// How a feature registers its stored state.
pub trait StorageApp {
    /// Every player has this component, and it is stored.
    fn add_player_rows<T: PlayerRows>(&mut self) -> &mut Self;
    /// The same for the component that says which accounts exist: an account without a row of it does not exist. `name`
    /// reads a player's name from the row, for people.
    fn add_identity_rows<T: PlayerRow>(&mut self, name: fn(&[u8]) -> Option<String>) -> &mut Self;
    /// Entities with this component belong to a player, and are stored. Code that spawns or changes one pushes its
    /// player to [`Touched`]; its row is deleted when it is despawned.
    fn add_player_entities<T: PlayerEntity>(&mut self) -> &mut Self;
    /// The world has this resource, and it is stored.
    fn add_world_row<T: WorldRow>(&mut self) -> &mut Self;
    /// Entities with this component are stored from the moment they get it. They are changed through
    /// [`Edit`](super::Edit) or [`EditWorld`](super::EditWorld), and pushed to [`Discarded`] when they end.
    fn add_world_entities<T: WorldEntity>(&mut self) -> &mut Self;
    /// Registers a table to read when the world starts, after the world's own rows and in order of registration.
    fn add_start_reader(&mut self, table: &'static str, reader: StartReader) -> &mut Self;
}

impl StorageApp for App {
    fn add_player_rows<T: PlayerRows>(&mut self) -> &mut Self {
        let kind = PlayerKind {
            table: T::TABLE,
            part: PlayerPart::of::<T>(),
            component: self.world_mut().register_component::<T>(),
            newcomer: |entity, since| {
                let component = T::newcomer(entity.world());
                insert_player_kind(entity, component, false, since);
            },
            save: |entity, account, batch| {
                if let Some(mut component) = entity.get_mut::<T>() {
                    component.bypass_change_detection().save(account, batch);
                }
            },
            digest: |world, entity, out| {
                if let Some(component) = world.get::<T>(entity) {
                    component.digest(out);
                }
            },
            load: load_player_kind::<T>,
        };
        let read = |world: &World, rows: &[(Vec<u8>, Vec<u8>)]| T::load(rows, world).map(drop);
        let table = TableReader::new(T::TABLE, T::ROW_VERSION, KeyedBy::Account, read);
        let mut persistence = self.world_mut().resource_mut::<Persistence>();
        persistence.players.push(kind);
        persistence.tables.push(table);
        self
    }

    fn add_identity_rows<T: PlayerRow>(&mut self, name: fn(&[u8]) -> Option<String>) -> &mut Self {
        self.add_player_rows::<T>();
        let mut persistence = self.world_mut().resource_mut::<Persistence>();
        let earlier = persistence.identity.replace(IdentityTable { table: <T as PlayerRow>::TABLE, name });
        assert!(earlier.is_none(), "one table should say which accounts there are");
        self
    }

    fn add_player_entities<T: PlayerEntity>(&mut self) -> &mut Self {
        let kind = OwnedKind::of::<T>(self);
        let mut persistence = self.world_mut().resource_mut::<Persistence>();
        persistence.owned.push(kind);
        persistence.tables.push(owned::table_reader::<T>());
        self
    }

    fn add_world_row<T: WorldRow>(&mut self) -> &mut Self {
        self.init_resource::<T>();
        let kind = WorldKind {
            table: T::TABLE,
            component: self.world_mut().register_component::<T>(),
            save: |world, batch| {
                batch.put(T::TABLE, b"", |out| encode_value(T::VERSION, world.resource::<T>(), out));
            },
            load: |world, value| {
                world.insert_resource(T::read(value)?);
                Ok(())
            },
        };
        let mut persistence = self.world_mut().resource_mut::<Persistence>();
        persistence.worlds.push(kind);
        persistence.tables.push(TableReader::new(T::TABLE, T::VERSION, KeyedBy::Itself, read_world_row::<T>));
        self
    }

    fn add_world_entities<T: WorldEntity>(&mut self) -> &mut Self {
        let noted = |mut world: DeferredWorld<'_>, context: HookContext| {
            world.resource_mut::<Touched>().push(context.entity);
        };
        self.world_mut().register_component_hooks::<T>().on_insert(noted);
        let kind = EntityKind {
            component: self.world_mut().register_component::<T>(),
            save: |world, entity, batch| {
                if let Some(component) = world.get::<T>(entity) {
                    save_world_entity(component, batch);
                }
            },
            delete: |world, entity, batch| {
                let component = world.get::<T>(entity);
                if let Some(component) = component {
                    batch.delete(T::TABLE, &component.key().to_be_bytes());
                }
                component.is_some()
            },
            save_all: |world, batch| {
                let mut all: Vec<(u64, Entity)> =
                    world.query::<(Entity, &T)>().iter(world).map(|(entity, row)| (row.key(), entity)).collect();
                all.sort_unstable();
                for (_, entity) in all {
                    if let Some(component) = world.get::<T>(entity) {
                        save_world_entity(component, batch);
                    }
                }
            },
        };
        let mut persistence = self.world_mut().resource_mut::<Persistence>();
        persistence.entities.push(kind);
        persistence.tables.push(TableReader::new(T::TABLE, T::VERSION, KeyedBy::Itself, read_entities::<T>));
        self.add_start_reader(T::TABLE, spawn_world_entities::<T>)
    }

    fn add_start_reader(&mut self, table: &'static str, reader: StartReader) -> &mut Self {
        self.world_mut().resource_mut::<Persistence>().readers.push((table, reader));
        self
    }
}

fn read_world_row<T: WorldRow>(_: &World, rows: &[(Vec<u8>, Vec<u8>)]) -> Result<(), RowError> {
    rows.iter().try_for_each(|(_, value)| T::read(value).map(drop))
}

fn read_entities<T: WorldEntity>(_: &World, rows: &[(Vec<u8>, Vec<u8>)]) -> Result<(), RowError> {
    rows.iter().try_for_each(|(key, value)| {
        let row = T::read(value)?;
        if row.key().to_be_bytes()[..] == key[..] { Ok(()) } else { Err(RowError::Damaged) }
    })
}

fn spawn_world_entities<T: WorldEntity>(world: &mut World, scan: RowScan<'_>) {
    scan(&mut |key, value| match T::read(value) {
        Ok(component) => drop(world.spawn(component)),
        Err(error) => tracing::error!(table = T::TABLE, ?key, %error, "a row of the world is skipped"),
    });
}

fn save_world_entity<T: WorldEntity>(component: &T, batch: &mut Batch) {
    batch.put(T::TABLE, &component.key().to_be_bytes(), |out| encode_value(T::VERSION, component, out));
}

fn load_player_kind<T: PlayerRows>(
    entity: &mut EntityWorldMut<'_>,
    rows: &[(Vec<u8>, Vec<u8>)],
    since: ChangeTick,
) -> Result<(), RowError> {
    let component = T::load(rows, entity.world())?;
    insert_player_kind(entity, component, !rows.is_empty(), since);
    Ok(())
}

/// Inserts a component that is to be saved, unless it is stored already or nothing is stored of it.
fn insert_player_kind<T: PlayerRows>(
    entity: &mut EntityWorldMut<'_>,
    component: T,
    is_stored: bool,
    since: ChangeTick,
) {
    let is_saved = is_stored || component.is_blank();
    entity.insert(component);
    if let (true, Some(mut component)) = (is_saved, entity.get_mut::<T>()) {
        component.set_last_changed(since);
    }
}

/// Spawns a newly created player: every stored component with its initial value.
pub fn spawn_newcomer(world: &mut World, account: AccountId) -> Entity {
    let persistence = world.resource::<Persistence>();
    let (kinds, since, last_batch) = (persistence.players.clone(), persistence.since, persistence.last_batch);
    let mut entity = world.spawn(Stored::new(account, last_batch));
    for kind in kinds {
        (kind.newcomer)(&mut entity, since);
    }
    let id = entity.id();
    world.resource_mut::<Touched>().push(id);
    id
}

/// Spawns a player and its entities from rows, `rows[n]` being those of the n-th player table. On an error, which names
/// the table, nothing is spawned.
pub fn spawn_stored(
    world: &mut World,
    account: AccountId,
    rows: &[Vec<(Vec<u8>, Vec<u8>)>],
) -> Result<Entity, (&'static str, RowError)> {
    let persistence = world.resource::<Persistence>();
    let (since, batch) = (persistence.since, persistence.last_batch);
    let (kinds, owned) = (persistence.players.clone(), persistence.owned.clone());
    let (own, of_entities) = rows.split_at(kinds.len().min(rows.len()));
    let mut entity = world.spawn(Stored::new(account, batch));
    let mut loaded = Ok(());
    for (kind, rows) in kinds.iter().zip(own) {
        loaded = loaded.and_then(|()| (kind.load)(&mut entity, rows, since).map_err(|error| (kind.table, error)));
    }
    // The rows of an earlier program may lack a table, and contain something that has moved to one since.
    let of_entities = of_entities.iter().map(Vec::as_slice).chain(std::iter::repeat(&[][..]));
    for (kind, rows) in owned.iter().zip(of_entities) {
        loaded = loaded.and_then(|()| (kind.load)(&mut entity, rows, since).map_err(|error| (kind.table, error)));
    }
    if let Err(error) = loaded {
        entity.despawn();
        return Err(error);
    }
    let id = entity.id();
    // Components newer than the player's rows were added just now, and must be saved like any change.
    if own.iter().any(Vec::is_empty) {
        world.resource_mut::<Touched>().push(id);
    }
    Ok(id)
}

/// Restores the world's own rows; `rows[n]` is that of the n-th world table.
pub fn restore_world(world: &mut World, rows: &[Option<Vec<u8>>]) -> Result<(), (&'static str, RowError)> {
    let kinds = world.resource::<Persistence>().worlds.clone();
    for (kind, row) in kinds.iter().zip(rows) {
        if let Some(row) = row {
            (kind.load)(world, row).map_err(|error| (kind.table, error))?;
        }
    }
    Ok(())
}

/// Everything in memory is as on disk; batches continue after `last_batch`.
pub fn begin_persistence(world: &mut World, last_batch: BatchNumber) {
    let since = world.increment_change_tick();
    let mut persistence = world.resource_mut::<Persistence>();
    persistence.last_batch = last_batch;
    persistence.since = since;
    world.resource_mut::<Touched>().0.clear();
}

/// Collects this tick's changes into its batch.
pub fn collect_batch(world: &mut World) {
    world.resource_scope(|world, mut persistence: Mut<Persistence>| {
        let persistence = &mut *persistence;
        let this_tick = world.increment_change_tick();
        let number = persistence.last_batch.next();
        let mut batch = Batch::new(number, world.resource::<Clock>().now_ms());
        discard(world, &persistence.entities, &mut batch);
        discard_owned(world, &mut batch);
        discard_players(world, persistence, &mut batch);
        let mut touched = std::mem::take(&mut *world.resource_mut::<Touched>()).0;
        touched.sort_unstable();
        touched.dedup();
        for entity in &touched {
            save_touched(world, *entity, persistence, this_tick, &mut batch);
        }
        world.resource_mut::<Directory>().save(number, &mut batch);
        world.resource_mut::<Archive>().save(&mut batch);
        for kind in &persistence.worlds {
            let ticks = world.get_resource_change_ticks_by_id(kind.component);
            if ticks.is_some_and(|ticks| ticks.is_changed(persistence.since, this_tick)) {
                (kind.save)(world, &mut batch);
            }
        }
        if cfg!(debug_assertions) {
            assert_nobody_forgotten(world, persistence, this_tick, &touched);
        }
        if std::mem::take(&mut persistence.moment_changed) {
            batch.keep_moment();
        }
        if !batch.is_empty() {
            persistence.last_batch = number;
        }
        persistence.batch = batch;
        persistence.since = this_tick;
        touched.clear();
        world.resource_mut::<Touched>().0 = touched;
    });
}

/// Removes ended entities. It runs before anything is saved, so that a key may be reused in the same tick.
fn discard(world: &mut World, kinds: &[EntityKind], batch: &mut Batch) {
    for entity in world.resource_mut::<Discarded>().take() {
        let deleted = kinds.iter().filter(|kind| (kind.delete)(world, entity, batch)).count();
        if deleted > 0 {
            world.despawn(entity);
        }
    }
}

/// Deletes the rows of players' entities that have ended. It runs before anything is saved, like [`discard`].
fn discard_owned(world: &mut World, batch: &mut Batch) {
    for ended in world.resource_mut::<Discarded>().take_rows() {
        batch.delete(ended.table, &ended.key);
        if let Some(mut stored) = world.get_mut::<Stored>(ended.player) {
            stored.changed_in = batch.number;
        }
    }
}

/// Deletes all rows of deleted players.
fn discard_players(world: &mut World, persistence: &Persistence, batch: &mut Batch) {
    for account in world.resource_mut::<Discarded>().take_players() {
        let beside = persistence.players.iter().filter_map(|kind| kind.part.beside);
        let tables: BTreeSet<&str> = persistence.player_tables().into_iter().chain(beside).collect();
        tables.into_iter().for_each(|table| batch.delete_all(table, &account.to_key()));
    }
}

fn save_touched(
    world: &mut World,
    entity: Entity,
    persistence: &Persistence,
    this_tick: ChangeTick,
    batch: &mut Batch,
) {
    save_player(world, entity, persistence, this_tick, batch);
    for kind in &persistence.entities {
        let ticks = world.get_entity(entity).ok().and_then(|entity| entity.get_change_ticks_by_id(kind.component));
        if ticks.is_some_and(|ticks| ticks.is_changed(persistence.since, this_tick)) {
            (kind.save)(world, entity, batch);
        }
    }
}

fn save_player(world: &mut World, entity: Entity, persistence: &Persistence, this_tick: ChangeTick, batch: &mut Batch) {
    let Ok(mut entity) = world.get_entity_mut(entity) else {
        return;
    };
    let Some(account) = entity.get::<Stored>().map(Stored::account) else {
        return;
    };
    let rows_before = batch.row_count();
    for kind in &persistence.players {
        let ticks = entity.get_change_ticks_by_id(kind.component);
        if ticks.is_some_and(|ticks| ticks.is_changed(persistence.since, this_tick)) {
            (kind.save)(&mut entity, account, batch);
        }
    }
    for kind in &persistence.owned {
        (kind.save)(&entity, account, [persistence.since, this_tick], batch);
    }
    if batch.row_count() > rows_before
        && let Some(mut stored) = entity.get_mut::<Stored>()
    {
        stored.changed_in = batch.number;
    }
}

/// An unmarked change to a player would be lost in a crash; tests must catch it at once.
fn assert_nobody_forgotten(world: &mut World, persistence: &Persistence, this_tick: ChangeTick, touched: &[Entity]) {
    let mut players = world.query::<(Entity, EntityRef, &Stored)>();
    for (id, entity, stored) in players.iter(world) {
        if touched.contains(&id) {
            continue;
        }
        for kind in &persistence.players {
            let ticks = entity.get_change_ticks_by_id(kind.component);
            let changed = ticks.is_some_and(|ticks| ticks.is_changed(persistence.since, this_tick));
            assert!(!changed, "{} of {} changed without being pushed to Touched", kind.table, stored.account);
        }
    }
    let mut others = world.query_filtered::<(Entity, EntityRef), Without<Stored>>();
    for (id, entity) in others.iter(world).filter(|(id, _)| !touched.contains(id)) {
        for kind in &persistence.entities {
            let ticks = entity.get_change_ticks_by_id(kind.component);
            let changed = ticks.is_some_and(|ticks| ticks.is_changed(persistence.since, this_tick));
            assert!(!changed, "entity {id} changed without being pushed to Touched");
        }
        for kind in &persistence.owned {
            let ticks = entity.get_change_ticks_by_id(kind.component);
            let changed = ticks.is_some_and(|ticks| ticks.is_changed(persistence.since, this_tick));
            let is_noted = (kind.owner)(entity).is_some_and(|player| touched.contains(&player));
            assert!(!changed || is_noted, "{} changed without its player being pushed to Touched", kind.table);
        }
    }
}

/// The content of each of a player's tables in the form hashed for the state: a row of an earlier program gives the
/// same as the one that this program would write. `rows[n]` are those of the n-th player table.
pub fn digest_rows(
    world: &mut World,
    account: AccountId,
    rows: &[Vec<(Vec<u8>, Vec<u8>)>],
) -> Result<Vec<Vec<u8>>, (&'static str, RowError)> {
    let entity = spawn_stored(world, account, rows)?;
    let digests = world.resource::<Persistence>().player_digests();
    let digest = |digest: fn(&World, Entity, &mut Vec<u8>)| {
        let mut bytes = Vec::new();
        digest(world, entity, &mut bytes);
        bytes
    };
    let digests = digests.map(digest).collect();
    world.despawn(entity);
    Ok(digests)
}

/// A hash of all stored state in memory, independent of how it got there: two worlds with the same state have the same
/// hash.
pub fn state_hash(world: &mut World) -> u64 {
    let mut players: Vec<(AccountId, Entity)> =
        world.query::<(Entity, &Stored)>().iter(world).map(|(entity, stored)| (stored.account, entity)).collect();
    players.sort_unstable();
    let kinds = world.resource::<Persistence>().entities.clone();
    let mut entities = Batch::default();
    kinds.iter().for_each(|kind| (kind.save_all)(world, &mut entities));
    let persistence = world.resource::<Persistence>();
    let mut bytes = Vec::new();
    entities.encode(&mut bytes);
    for (account, entity) in players {
        bytes.extend_from_slice(&account.to_key());
        for digest in persistence.player_digests() {
            digest(world, entity, &mut bytes);
        }
    }
    let mut batch = Batch::default();
    for kind in &persistence.worlds {
        (kind.save)(world, &mut batch);
    }
    batch.encode(&mut bytes);
    let mut hasher = StableHasher::default();
    hasher.write(&bytes);
    hasher.finish()
}

#[cfg(test)]
mod tests;
