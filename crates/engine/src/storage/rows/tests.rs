use super::*;
use serde::Deserialize;

/// A row as an earlier program wrote it.
#[derive(Debug, Component, Serialize, Deserialize)]
struct PurseBefore {
    coins: u32,
}

/// The same table today: coins became large, and gems came.
#[derive(Debug, PartialEq, Component, Serialize, Deserialize)]
struct PurseNow {
    coins: u64,
    gems: u32,
}

impl PlayerRow for PurseBefore {
    const TABLE: &'static str = "purse";

    fn newcomer(_: &World) -> Self {
        Self { coins: 5 }
    }
}

impl PlayerRow for PurseNow {
    const TABLE: &'static str = "purse";
    const VERSION: u16 = 2;

    fn newcomer(_: &World) -> Self {
        Self { coins: 5, gems: 1 }
    }

    fn upgrade(version: u16, bytes: &[u8]) -> Option<Self> {
        let before: PurseBefore = postcard::from_bytes(bytes).ok().filter(|_| version == 1)?;
        Some(Self { coins: before.coins.into(), gems: 0 })
    }
}

const ACCOUNT: AccountId = AccountId(7);

fn world_with<T: PlayerRows>() -> World {
    let mut app = App::empty();
    app.init_resource::<Persistence>().init_resource::<Touched>();
    app.add_player_rows::<T>();
    std::mem::take(app.world_mut())
}

fn stored<T: PlayerRows>(mut component: T) -> Vec<(Vec<u8>, Vec<u8>)> {
    let mut batch = Batch::default();
    component.save(ACCOUNT, &mut batch);
    let row = |row: crate::storage::batch::Row<'_>| Some((row.key.to_vec(), row.value?.to_vec()));
    batch.rows().filter_map(row).collect()
}

#[test]
fn a_row_of_an_earlier_program_is_upgraded_when_it_is_loaded() {
    let mut world = world_with::<PurseNow>();
    let rows = [stored(PurseBefore { coins: 300 })];
    let entity = spawn_stored(&mut world, ACCOUNT, &rows).expect("version 1 can be upgraded");
    assert_eq!(world.get::<PurseNow>(entity), Some(&PurseNow { coins: 300, gems: 0 }));
}

#[test]
fn a_row_of_a_later_program_is_refused_and_named() {
    let mut world = world_with::<PurseBefore>();
    let rows = [stored(PurseNow { coins: 300, gems: 2 })];
    let refused = spawn_stored(&mut world, ACCOUNT, &rows);
    assert_eq!(refused, Err(("purse", RowError::FromTheFuture { found: 2, known: 1 })));
    assert_eq!(world.query::<&Stored>().iter(&world).count(), 0, "nobody is half there");
}

#[test]
fn a_player_from_before_the_table_gets_what_a_newcomer_has() {
    let mut world = world_with::<PurseNow>();
    let entity = spawn_stored(&mut world, ACCOUNT, &[Vec::new()]).expect("a missing row is no error");
    assert_eq!(world.get::<PurseNow>(entity), Some(&PurseNow { coins: 5, gems: 1 }));
}

/// Says nothing until something is written into it.
#[derive(Debug, Default, Component, Serialize, Deserialize)]
struct Diary {
    lines: u32,
}

impl PlayerRow for Diary {
    const TABLE: &'static str = "diaries";

    fn newcomer(_: &World) -> Self {
        Self::default()
    }

    fn is_blank(&self) -> bool {
        self.lines == 0
    }
}

/// What a tick writes of a player: `None` is a row that is deleted.
fn written(world: &mut World, player: Entity) -> Vec<Option<u32>> {
    world.resource_mut::<Touched>().push(player);
    collect_batch(world);
    let batch = world.resource_mut::<Persistence>().take_batch().unwrap_or_default();
    let lines = |value| decode_value(Diary::VERSION, value, Diary::upgrade).map_or(u32::MAX, |Diary { lines }| lines);
    batch.rows().map(|row| row.value.map(lines)).collect()
}

#[test]
fn of_what_every_newcomer_has_nothing_is_stored() {
    let mut app = App::empty();
    app.add_plugins((crate::tick::TickPlugin, crate::storage::StoragePlugin)).add_player_rows::<Diary>();
    app.insert_resource(Clock::start(crate::clock::ClockMode::Manual, jiff::tz::TimeZone::UTC, 0, None));
    let world = app.world_mut();
    begin_persistence(world, BatchNumber(0));
    let player = spawn_newcomer(world, ACCOUNT);
    assert_eq!(written(world, player), [], "a newcomer's diary is blank");
    world.get_mut::<Diary>(player).expect("everybody has one").lines = 3;
    assert_eq!(written(world, player), [Some(3)]);
    world.get_mut::<Diary>(player).expect("everybody has one").lines = 0;
    assert_eq!(written(world, player), [None], "its row goes when it is blank again");
    world.despawn(player);
    let player = spawn_stored(world, ACCOUNT, &[Vec::new()]).expect("a missing row is no error");
    assert_eq!(world.get::<Diary>(player).map(|diary| diary.lines), Some(0), "who comes back has a blank one");
    assert_eq!(written(world, player), [], "and nothing is stored of it");
}
