//! Entities that belong to a player: loaded with it, saved with it, evicted with it.
//!
//! A relationship says who owns an entity. Despawning an entity deletes its row, unless its player leaves memory at the
//! same time: then the row stays, and the next load spawns the entity again.

use bevy_app::App;
use bevy_ecs::change_detection::Tick as ChangeTick;
use bevy_ecs::component::{ComponentId, Mutable};
use bevy_ecs::lifecycle::HookContext;
use bevy_ecs::prelude::*;
use bevy_ecs::relationship::{Relationship, RelationshipTarget};
use bevy_ecs::world::DeferredWorld;
use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::account::AccountId;
use crate::storage::portable::OwnRows;
use crate::storage::{
    Arrival, Batch, Discarded, KeyedBy, PlayerPart, RowError, Stored, TableReader, Touched, Unfit, decode_value,
    encode_value,
};

/// A component of entities that belong to a player: one row each.
///
/// Code that spawns or changes such an entity pushes its player to [`Touched`]; to end it, despawn it.
pub trait PlayerEntity: Component<Mutability = Mutable> + Serialize + DeserializeOwned {
    /// The table's name.
    const TABLE: &'static str;
    /// The version of the row format; raise it with every change of the fields.
    const VERSION: u16 = 1;
    /// Whether these entities are part of their player's document: a list under the name of the table. `false` when a
    /// component of the player describes them, as rows [beside](crate::storage::PlayerRows::BESIDE) its own.
    const IS_PART: bool = true;
    /// The relationship that says who owns an entity. Its target must have `linked_spawn`.
    type Owner: Relationship;

    /// Identifies the entity among those of its player. It never changes.
    fn number(&self) -> u64;

    /// Reads a row that an earlier program wrote; `None` when that version is unknown.
    fn upgrade(version: u16, bytes: &[u8]) -> Option<Self> {
        let _ = (version, bytes);
        None
    }

    /// Extracts from a component of the player what an earlier program kept there and is now an entity. It is called
    /// each time the player is loaded; the entity and the changed component are saved together.
    fn inherit(player: &mut EntityWorldMut<'_>) -> Option<Self> {
        let _ = player;
        None
    }

    /// Removes what must not be in a document of the player.
    fn depart(&mut self) {}

    /// Adapts what was read from a document to where it arrives, or says what is wrong with it.
    fn arrive(&mut self, arrival: Arrival<'_>) -> Result<(), Unfit> {
        let _ = arrival;
        Ok(())
    }

    /// Reads the value of a row.
    fn read(value: &[u8]) -> Result<Self, RowError> {
        decode_value(Self::VERSION, value, Self::upgrade)
    }
}

/// One kind of entities that belong to players.
#[derive(Debug, Clone, Copy)]
pub(super) struct OwnedKind {
    pub(super) table: &'static str,
    pub(super) part: Option<PlayerPart>,
    pub(super) component: ComponentId,
    pub(super) owner: fn(EntityRef<'_>) -> Option<Entity>,
    /// Adds to the batch those of a player that have changed between two ticks.
    pub(super) save: fn(&EntityWorldMut<'_>, AccountId, [ChangeTick; 2], &mut Batch),
    pub(super) digest: fn(&World, Entity, &mut Vec<u8>),
    /// Spawns those of a player, as unchanged since that change tick.
    pub(super) load: fn(&mut EntityWorldMut<'_>, &OwnRows, ChangeTick) -> Result<(), RowError>,
}

impl OwnedKind {
    /// Registers the component, and has its entities' rows deleted when they end.
    pub(super) fn of<T: PlayerEntity>(app: &mut App) -> Self {
        const { assert!(Owned::<T>::LINKED_SPAWN, "entities of a player should leave memory with it") };
        let world = app.world_mut();
        world.register_component_hooks::<T>().on_remove(note_end::<T>);
        Self {
            table: T::TABLE,
            part: T::IS_PART.then(PlayerPart::of_entities::<T>),
            component: world.register_component::<T>(),
            owner: |entity| entity.get::<T::Owner>().map(Relationship::get),
            save: save::<T>,
            digest: digest::<T>,
            load: load::<T>,
        }
    }
}

/// How to check the rows of a kind.
pub(super) fn table_reader<T: PlayerEntity>() -> TableReader {
    let read = |_: &World, rows: &OwnRows| {
        rows.iter().try_for_each(|(key, value)| {
            let number = T::read(value)?.number().to_be_bytes();
            if key.get(8..) == Some(&number) { Ok(()) } else { Err(RowError::Damaged) }
        })
    };
    TableReader::new(T::TABLE, T::VERSION, KeyedBy::Account, read)
}

/// Spawns an entity that belongs to this player.
pub(super) fn spawn<T: PlayerEntity>(player: &mut EntityWorldMut<'_>, component: T) -> Entity {
    let owner = <T::Owner as Relationship>::from(player.id());
    player.world_scope(|world| world.spawn((component, owner)).id())
}

/// On a player: the entities of a kind that belong to it.
type Owned<T> = <<T as PlayerEntity>::Owner as Relationship>::RelationshipTarget;

/// A row whose entity has ended.
#[derive(Debug)]
pub(super) struct EndedRow {
    pub(super) table: &'static str,
    pub(super) player: Entity,
    pub(super) key: [u8; 16],
}

fn row_key(account: AccountId, number: u64) -> [u8; 16] {
    let mut key = [0; 16];
    key[..8].copy_from_slice(&account.to_key());
    key[8..].copy_from_slice(&number.to_be_bytes());
    key
}

/// An entity that ends deletes its row; one that leaves memory with its player does not.
fn note_end<T: PlayerEntity>(mut world: DeferredWorld<'_>, context: HookContext) {
    let player = world.get::<T::Owner>(context.entity).map(Relationship::get);
    let number = world.get::<T>(context.entity).map(T::number);
    if let (Some(player), Some(number)) = (player, number)
        && let Some(account) = world.get::<Stored>(player).map(Stored::account)
    {
        let ended = EndedRow { table: T::TABLE, player, key: row_key(account, number) };
        world.resource_mut::<Discarded>().push_row(ended);
    }
}

fn save<T: PlayerEntity>(
    player: &EntityWorldMut<'_>,
    account: AccountId,
    [since, until]: [ChangeTick; 2],
    batch: &mut Batch,
) {
    let owned = player.get::<Owned<T>>().into_iter().flat_map(RelationshipTarget::iter);
    for entity in owned {
        let component = player.world().get_entity(entity).ok().and_then(|entity| entity.get_ref::<T>());
        if let Some(component) = component.filter(|component| component.last_changed().is_newer_than(since, until)) {
            let key = row_key(account, component.number());
            batch.put(T::TABLE, &key, |out| encode_value(T::VERSION, &*component, out));
        }
    }
}

fn digest<T: PlayerEntity>(world: &World, player: Entity, out: &mut Vec<u8>) {
    let owned = world.get::<Owned<T>>(player).into_iter().flat_map(RelationshipTarget::iter);
    let mut owned: Vec<&T> = owned.filter_map(|entity| world.get::<T>(entity)).collect();
    owned.sort_unstable_by_key(|component| component.number());
    for component in owned {
        out.extend_from_slice(&component.number().to_be_bytes());
        encode_value(T::VERSION, component, out);
    }
}

fn load<T: PlayerEntity>(player: &mut EntityWorldMut<'_>, rows: &OwnRows, since: ChangeTick) -> Result<(), RowError> {
    for (_, value) in rows {
        let entity = spawn(player, T::read(value)?);
        player.world_scope(|world| {
            if let Some(mut component) = world.get_mut::<T>(entity) {
                component.set_last_changed(since);
            }
        });
    }
    if let Some(inherited) = T::inherit(player) {
        spawn(player, inherited);
        let player_id = player.id();
        player.world_scope(|world| world.resource_mut::<Touched>().push(player_id));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::clock::{Clock, ClockMode};
    use crate::numbers::BatchNumber;
    use crate::storage::rows::{
        Persistence, begin_persistence, collect_batch, spawn_newcomer, spawn_stored, state_hash,
    };
    use crate::storage::{PlayerRow, StorageApp, StoragePlugin};
    use serde::Deserialize;

    #[derive(Debug, PartialEq, Component, Serialize, Deserialize)]
    struct Pet {
        number: u64,
        name: String,
    }

    #[derive(Component)]
    #[relationship(relationship_target = Pets)]
    struct PetOf(Entity);

    #[derive(Component)]
    #[relationship_target(relationship = PetOf, linked_spawn)]
    struct Pets(Vec<Entity>);

    impl PlayerEntity for Pet {
        const TABLE: &'static str = "pets";
        type Owner = PetOf;

        fn number(&self) -> u64 {
            self.number
        }

        fn inherit(player: &mut EntityWorldMut<'_>) -> Option<Self> {
            player.get::<House>()?.pet.as_ref()?;
            player.get_mut::<House>()?.pet.take().map(|name| Self { number: 0, name })
        }

        fn depart(&mut self) {
            self.name.make_ascii_uppercase();
        }
    }

    /// Where an earlier program kept the one pet of a player.
    #[derive(Debug, Default, Component, Serialize, Deserialize)]
    struct House {
        pet: Option<String>,
    }

    impl PlayerRow for House {
        const TABLE: &'static str = "houses";

        fn newcomer(_: &World) -> Self {
            Self::default()
        }
    }

    const ACCOUNT: AccountId = AccountId(7);

    fn world() -> World {
        let mut app = App::empty();
        app.add_plugins((crate::tick::TickPlugin, StoragePlugin));
        app.add_player_rows::<House>().add_player_entities::<Pet>();
        app.insert_resource(Clock::start(ClockMode::Manual, jiff::tz::TimeZone::UTC, 0, None));
        begin_persistence(app.world_mut(), BatchNumber(0));
        std::mem::take(app.world_mut())
    }

    fn pet(name: &str, number: u64) -> Pet {
        Pet { number, name: name.to_owned() }
    }

    fn adopt(world: &mut World, player: Entity, pet: Pet) -> Entity {
        world.resource_mut::<Touched>().push(player);
        spawn(&mut world.entity_mut(player), pet)
    }

    /// The tick's rows of pets: number, and name unless the row is deleted.
    fn saved(world: &mut World) -> Vec<(u8, Option<String>)> {
        collect_batch(world);
        let batch = world.resource_mut::<Persistence>().take_batch().unwrap_or_default();
        let rows = batch.rows().filter(|row| row.table == Pet::TABLE && !row.is_prefix);
        rows.map(|row| (row.key[15], row.value.map(|value| Pet::read(value).expect("a pet").name))).collect()
    }

    fn pets(world: &mut World) -> Vec<String> {
        let mut names: Vec<_> = world.query::<&Pet>().iter(world).map(|pet| pet.name.clone()).collect();
        names.sort_unstable();
        names
    }

    #[test]
    fn an_entity_is_saved_when_it_changes_and_deleted_when_it_ends() {
        let mut world = world();
        let player = spawn_newcomer(&mut world, ACCOUNT);
        let (rex, tom) = (adopt(&mut world, player, pet("rex", 1)), adopt(&mut world, player, pet("tom", 2)));
        assert_eq!(saved(&mut world), [(1, Some("rex".to_owned())), (2, Some("tom".to_owned()))]);
        world.get_mut::<Pet>(tom).expect("spawned").name = "Tom".to_owned();
        world.resource_mut::<Touched>().push(player);
        assert_eq!(saved(&mut world), [(2, Some("Tom".to_owned()))], "only what has changed");
        world.despawn(rex);
        assert_eq!(saved(&mut world), [(1, None)], "the row goes with its entity");
        assert_eq!(
            world.get::<Stored>(player).map(Stored::changed_in),
            Some(BatchNumber(3)),
            "and that is a change of the player"
        );
    }

    #[test]
    fn an_entity_that_takes_the_number_of_one_that_ended_in_the_same_tick_keeps_its_row() {
        let mut world = world();
        let player = spawn_newcomer(&mut world, ACCOUNT);
        let rex = adopt(&mut world, player, pet("rex", 1));
        saved(&mut world);
        world.despawn(rex);
        adopt(&mut world, player, pet("tom", 1));
        assert_eq!(saved(&mut world).last(), Some(&(1, Some("tom".to_owned()))), "the deletion comes first");
    }

    #[test]
    fn entities_leave_memory_with_their_player_and_come_back_with_it() {
        let mut world = world();
        let player = spawn_newcomer(&mut world, ACCOUNT);
        adopt(&mut world, player, pet("rex", 1));
        saved(&mut world);
        let before = state_hash(&mut world);
        world.despawn(player);
        assert_eq!(pets(&mut world), Vec::<String>::new(), "none is left without its player");
        assert_eq!(saved(&mut world), [], "their rows stay");
        let mut row = Vec::new();
        encode_value(1, &pet("rex", 1), &mut row);
        let mut house = Vec::new();
        encode_value(1, &House::default(), &mut house);
        let rows = [vec![(ACCOUNT.to_key().to_vec(), house)], vec![(row_key(ACCOUNT, 1).to_vec(), row)]];
        spawn_stored(&mut world, ACCOUNT, &rows).expect("the rows are whole");
        assert_eq!(pets(&mut world), ["rex"]);
        assert_eq!(state_hash(&mut world), before, "they are part of the state");
        assert_eq!(saved(&mut world), [], "what was loaded has not changed");
    }

    #[test]
    fn what_a_component_held_before_becomes_an_entity_once() {
        let mut world = world();
        let mut house = Vec::new();
        encode_value(1, &House { pet: Some("rex".to_owned()) }, &mut house);
        let rows = [vec![(ACCOUNT.to_key().to_vec(), house)]];
        spawn_stored(&mut world, ACCOUNT, &rows).expect("earlier rows have one table less");
        assert_eq!(pets(&mut world), ["rex"]);
        collect_batch(&mut world);
        let batch = world.resource_mut::<Persistence>().take_batch().expect("the move is a change");
        let tables: Vec<_> = batch.rows().map(|row| row.table).collect();
        assert_eq!(tables, ["houses", "pets"], "both sides of the move are in one batch");
    }

    #[test]
    fn a_row_that_cannot_be_read_spawns_nothing() {
        let mut world = world();
        let rows = [Vec::new(), vec![(row_key(ACCOUNT, 1).to_vec(), vec![1])]];
        assert_eq!(spawn_stored(&mut world, ACCOUNT, &rows), Err(("pets", RowError::Damaged)));
        assert_eq!(world.query::<&Stored>().iter(&world).count(), 0, "nobody is half there");
    }

    #[test]
    #[should_panic(expected = "pets changed without its player being pushed to Touched")]
    #[cfg(debug_assertions)]
    fn an_entity_that_changes_unnoted_stops_the_tests() {
        let mut world = world();
        let player = spawn_newcomer(&mut world, ACCOUNT);
        saved(&mut world);
        spawn(&mut world.entity_mut(player), pet("rex", 1));
        saved(&mut world);
    }

    #[test]
    fn a_document_tells_of_entities_and_brings_them() {
        let mut world = world();
        let part = PlayerPart::of_entities::<Pet>();
        let mut row = Vec::new();
        encode_value(1, &pet("rex", 1), &mut row);
        let departure = crate::storage::Departure { account: ACCOUNT, beside: &[], world: &world };
        let packed = (part.pack)(&[(row_key(ACCOUNT, 1).to_vec(), row)], departure).expect("the row is whole");
        assert_eq!(packed, serde_json::json!([{"number": 1, "name": "REX"}]));
        let arrival = Arrival { account: ACCOUNT, former: ACCOUNT, is_same_world: true, replaced: None, world: &world };
        let twice = serde_json::json!([packed[0], packed[0]]);
        let refused = (part.unpack)(&twice, arrival).err().map(|unfit| unfit.to_string());
        assert_eq!(refused.as_deref(), Some("[1]: has the number 1, like one before it"));
        let unpacked = (part.unpack)(&packed, arrival).expect("it was written by pack");
        let player = spawn_newcomer(&mut world, ACCOUNT);
        (unpacked.put_on)(&mut world.entity_mut(player));
        assert_eq!(saved(&mut world), [(1, Some("REX".to_owned()))]);
    }
}
