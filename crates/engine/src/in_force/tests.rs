//! A price, doubled by an event in every second hundred of seconds.

use std::collections::BTreeMap;

use schemars::JsonSchema;

use super::*;
use crate::clock::ClockMode;
use crate::numbers::BatchNumber;
use crate::rules::{AssetSource, Report, RuleTables, Rules, RulesApp, SingleFile};
use crate::storage::StoragePlugin;
use crate::storage::rows::{begin_persistence, collect_batch};
use crate::tick::TickPlugin;

#[derive(Debug, Deserialize, JsonSchema)]
struct Price {
    price: i64,
}

impl SingleFile for Price {
    const PATH: &'static str = "price.ron";

    fn validate(&self, _: &Tables, _: &mut Report) {}
}

/// What the hook was told: from when on, the price, and how many events run.
#[derive(Default, Resource)]
struct Told(Vec<(i64, i64, usize)>);

const DOUBLING: Deriver = Deriver {
    running: |_, moment| {
        let hundreds = moment.at.div_euclid(100);
        let events = if hundreds % 2 == 1 { vec!["double".to_owned()] } else { Vec::new() };
        Running { events, until: Some((hundreds + 1) * 100) }
    },
    derive: |tables, _| {
        let mut derived = tables.clone();
        if let Some(files) = tables.get::<Price>() {
            derived.insert(Price { price: files.price * 2 });
        }
        derived
    },
};

fn app() -> App {
    let mut app = App::empty();
    app.add_plugins((TickPlugin, StoragePlugin, InForcePlugin));
    register_rows(&mut app);
    app.init_resource::<Told>().add_rules::<Price>().keep_rules::<Price>().derive_rules_with(DOUBLING);
    app.add_force_hook(|world, change| {
        let price = world.resource::<Rules<Price>>().price;
        world.resource_mut::<Told>().0.push((change.at, price, change.after.events.len()));
    });
    app
}

fn rules(app: &App, price: i64) -> LoadedRules {
    let files = BTreeMap::from([("price.ron".to_owned(), format!("(price: {price})"))]);
    app.world().resource::<RuleTables>().catalogue.load(&AssetSource::Texts(files)).expect("a valid price")
}

fn set_clock(world: &mut World, at: i64) {
    world.insert_resource(Clock::start(ClockMode::Manual, TimeZone::UTC, at * 1000, None));
}

/// Starts a world that has these rows.
fn start(price: i64, at: i64, history: History<Force>, kept: Vec<KeptRules>, sessions: &[TermsId]) -> World {
    let mut app = app();
    let rules = rules(&app, price);
    set_clock(app.world_mut(), at);
    begin(app.world_mut(), rules);
    app.insert_resource(history);
    app.world_mut().spawn_batch(kept);
    sessions.iter().for_each(|terms| app.world_mut().resource_mut::<Followers>().count(*terms));
    begin_persistence(app.world_mut(), BatchNumber(0));
    // Only the changes that the history has were stored.
    catch_up(app.world_mut(), Some(i64::MIN));
    std::mem::take(app.world_mut())
}

fn new(price: i64, at: i64) -> World {
    start(price, at, History::default(), Vec::new(), &[])
}

/// The rows of kept rules, once the tick is over.
fn kept_rows(world: &mut World) -> Vec<KeptRules> {
    collect_batch(world);
    world.query::<&KeptRules>().iter(world).cloned().collect()
}

/// Starts it again later, with the rows it has.
fn again(world: &mut World, price: i64, at: i64, sessions: &[TermsId]) -> World {
    let kept = kept_rows(world);
    start(price, at, world.resource::<History<Force>>().clone(), kept, sessions)
}

fn go_to(world: &mut World, at: i64) {
    set_clock(world, at);
    follow_the_clock(world);
}

fn told(world: &mut World) -> Vec<(i64, i64, usize)> {
    std::mem::take(&mut world.resource_mut::<Told>().0)
}

fn price(world: &World) -> i64 {
    world.resource::<Rules<Price>>().price
}

#[test]
fn an_event_changes_the_tables_at_its_moment_and_gives_them_back() {
    let mut world = new(7, 50);
    assert_eq!((price(&world), told(&mut world)), (7, vec![(50, 7, 0)]));
    assert_eq!(world.resource::<Agenda>().next_at(), Some(100), "the world wakes for it");
    go_to(&mut world, 99);
    assert_eq!(told(&mut world), []);
    go_to(&mut world, 100);
    assert_eq!((price(&world), told(&mut world)), (14, vec![(100, 14, 1)]));
    assert_eq!(world.resource::<InForce>().events(), ["double"]);
    go_to(&mut world, 200);
    assert_eq!((price(&world), told(&mut world)), (7, vec![(200, 7, 0)]));
}

#[test]
fn whatever_began_and_ended_in_between_is_told_in_order_with_its_moment() {
    let mut world = new(7, 50);
    told(&mut world);
    go_to(&mut world, 450);
    assert_eq!(told(&mut world), [(100, 14, 1), (200, 7, 0), (300, 14, 1), (400, 7, 0)], "a world that slept");
    let mut world = again(&mut world, 7, 650, &[]);
    assert_eq!(told(&mut world), [(500, 14, 1), (600, 7, 0), (650, 7, 0)], "and one that was down");
    let history = world.resource::<History<Force>>();
    let pieces: Vec<_> = history.pieces(0, 700).map(|piece| (piece.from, piece.terms.events.len())).collect();
    assert_eq!(pieces, [(0, 0), (100, 1), (200, 0), (300, 1), (400, 0), (500, 1), (600, 0)]);
}

#[test]
fn changed_files_take_effect_with_the_events_that_run() {
    let mut world = new(7, 150);
    assert_eq!(price(&world), 14);
    let changed = rules(&app(), 8);
    change_rules(&mut world, Arc::new(changed));
    assert_eq!(
        (price(&world), world.resource::<InForce>().of_files().tables.get::<Price>().map(|of| of.price)),
        (16, Some(8))
    );
    go_to(&mut world, 250);
    assert_eq!(price(&world), 8);
    let mut world = again(&mut world, 9, 260, &[]);
    assert_eq!((price(&world), told(&mut world)), (9, vec![(260, 9, 0)]), "other files at a start");
}

#[test]
fn a_clock_that_is_set_back_sees_the_events_of_then() {
    let mut world = new(7, 250);
    go_to(&mut world, 150);
    assert_eq!(price(&world), 14);
    go_to(&mut world, 50);
    assert_eq!(price(&world), 7);
    go_to(&mut world, 120);
    assert_eq!(price(&world), 14);
}

#[test]
fn tables_that_no_event_changes_do_not_count_as_changed() {
    let mut world = new(7, 50);
    let before = world.resource_ref::<Rules<Price>>().last_changed();
    let same = world.resource::<InForce>().tables().clone();
    rules::install(&same, &mut world);
    assert_eq!(world.resource_ref::<Rules<Price>>().last_changed(), before);
}

/// The price under some terms.
fn price_of(world: &World, terms: TermsId) -> Option<i64> {
    world.resource::<FormerTables>().tables(terms)?.get::<Price>().map(|table| table.price)
}

#[test]
fn what_began_under_an_event_follows_it_after_its_end_and_after_a_start_with_other_files() {
    let mut world = new(7, 150);
    let terms = world.resource::<FormerTables>().present();
    assert_eq!(price_of(&world, terms), None, "they are in force");
    world.resource_mut::<Followers>().count(terms);
    go_to(&mut world, 250);
    assert_eq!((price(&world), price_of(&world, terms)), (7, Some(14)));
    go_to(&mut world, 350);
    assert_eq!(
        (world.resource::<FormerTables>().present(), price_of(&world, terms)),
        (terms, None),
        "the event is back"
    );
    let world = again(&mut world, 9, 360, &[terms]);
    assert_eq!((price(&world), price_of(&world, terms)), (18, Some(14)), "they are read from the row");
}

#[test]
fn terms_that_nothing_follows_are_dropped_when_others_come_into_force() {
    let mut world = new(7, 150);
    let terms = world.resource::<FormerTables>().present();
    go_to(&mut world, 250);
    assert_eq!(price_of(&world, terms), None);
    assert_eq!(kept_rows(&mut world).len(), 1, "those in force have a row");
}
