//! What a world's storage does on stores that fail in every way their seams allow, wherever they are.

use std::collections::BTreeMap;
use std::sync::mpsc::TryRecvError;
use std::time::Duration;

use proptest::prelude::*;
use raidkeep::engine::numbers::{BatchNumber, QueryId};
use raidkeep::engine::outside::Epoch;
use raidkeep::engine::storage::StoredWorld;
use raidkeep::engine::storage::disk::Disks;
use raidkeep::engine::storage::store::Store;
use raidkeep::engine::storage::worker::StorageEvent;
use raidkeep::engine::storage::{Batch, IndexKey, RowQuery, StorageError};
use raidkeep::studio::hostile_stores::{HostileStores, Treatment};
use raidkeep::studio::store_life::{CHANGES, ChangeOutcome, StoreLife};

const PATIENCE: Duration = Duration::from_secs(60);

/// The next run of a world on the stores.
fn begin(stores: &HostileStores, number: u8) -> StoreLife {
    let taken = stores.open(Epoch::BEFORE.next(number.into())).expect("a later epoch may take over");
    StoreLife::begin(taken, number)
}

fn treatment() -> impl Strategy<Value = Treatment> {
    prop_oneof![
        8 => Just(Treatment::Sound),
        1 => Just(Treatment::UnknownKept),
        1 => Just(Treatment::UnknownLost),
        1 => Just(Treatment::Torn),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 128, ..ProptestConfig::default() })]

    #[test]
    fn what_was_answered_is_kept_and_an_unknown_result_stops_the_world(
        treatments in proptest::collection::vec(treatment(), 1..60),
        take_overs in proptest::collection::vec(any::<bool>(), 60),
    ) {
        let stores = HostileStores::default();
        let mut life = begin(&stores, 1);
        // What must be in the rows at the end, by number of the change: the life that made it.
        let mut kept = BTreeMap::new();
        for (treatment, is_taken_over) in treatments.into_iter().zip(take_overs) {
            stores.treat([treatment]);
            let change = life.send();
            let outcome = life.outcome();
            if matches!(treatment, Treatment::Sound | Treatment::UnknownKept) {
                kept.insert(change, life.number);
            }
            let expected = match treatment {
                Treatment::Sound => ChangeOutcome::Answered,
                _ => ChangeOutcome::Stopped { may_pass: true },
            };
            prop_assert_eq!(&outcome, &expected, "an append that is not acknowledged stops the world");
            if outcome != ChangeOutcome::Answered {
                let next = life.number + 1;
                prop_assert!(!life.answers_after_failure(), "a stopped world answers nothing more");
                life = begin(&stores, next);
            } else if is_taken_over {
                let next = begin(&stores, life.number + 1);
                let mut fenced = std::mem::replace(&mut life, next);
                fenced.send();
                prop_assert_eq!(fenced.outcome(), ChangeOutcome::Stopped { may_pass: true }, "it was taken over");
                prop_assert!(!fenced.answers_after_failure(), "a fenced world never answers again");
            }
        }
        let number = life.number + 1;
        drop(life);
        drop(begin(&stores, number));
        let rows: BTreeMap<u64, u8> = (stores.rows(CHANGES).into_iter())
            .map(|(key, value)| (u64::from_be_bytes(key.try_into().expect("eight bytes")), value[0]))
            .collect();
        prop_assert_eq!(rows, kept, "the rows hold what was kept, each once, of the life that made it");
    }
}

#[test]
fn nothing_is_answered_while_the_store_is_slow_and_a_world_taken_over_meanwhile_is_fenced() {
    let stores = HostileStores::default();
    let mut life = begin(&stores, 1);
    stores.hold();
    let held = [life.send(), life.send(), life.send()];
    assert_eq!(life.events.try_recv().err(), Some(TryRecvError::Empty), "none of {held:?} is kept yet");
    let mut later = stores.open(Epoch::BEFORE.next(2)).expect("a later epoch may take over");
    stores.release();
    assert_eq!(life.outcome(), ChangeOutcome::Stopped { may_pass: true }, "the append came too late");
    assert!(!life.answers_after_failure());
    let mut batch = Batch::new(BatchNumber(1), 0);
    batch.put(CHANGES, b"key", |out| out.push(2));
    let record = later.log.append(&[batch], 0).expect("the world that has the log goes on");
    assert_eq!(record.number, 1, "and nothing of the fenced one is in its way");
}

#[test]
fn a_fold_that_fails_stops_the_world_and_the_log_still_has_what_the_rows_lack() {
    let stores = HostileStores::default();
    let mut life = begin(&stores, 1);
    stores.fail_folds(1);
    life.send();
    assert_eq!(life.outcome(), ChangeOutcome::Answered);
    life.worker.query(QueryId(1), RowQuery::range(CHANGES, &[0], &[1]));
    assert_eq!(life.outcome(), ChangeOutcome::Stopped { may_pass: true }, "a query needs the fold");
    drop(life);
    drop(begin(&stores, 2));
    assert_eq!(stores.rows(CHANGES).len(), 1, "the next start folds it");
}

#[test]
fn the_log_file_and_the_rows_file_refuse_earlier_epochs_too() {
    let mut store = StoredWorld::from(Store::open_disks(&Disks::default()).expect("new disks should open"));
    let epoch = store.begin_epoch(7).expect("a sound disk");
    let mut batch = Batch::new(BatchNumber(1), 0);
    batch.put(CHANGES, b"key", |out| out.push(1));
    let record = store.log.append(&[batch], 0).expect("a sound disk");
    assert_eq!(
        store.log.tail(1).expect("a sound disk"),
        std::slice::from_ref(&record),
        "the log reads what it was given"
    );
    let refused = store.rows.fold(Epoch::BEFORE, std::slice::from_ref(&record));
    assert!(matches!(refused, Err(StorageError::Fenced { by, .. }) if by == epoch), "{refused:?}");
    assert!(store.rows.fold(epoch, &[record]).is_ok());
    let refused = store.log.take_over(Epoch::BEFORE);
    assert!(matches!(refused, Err(StorageError::Fenced { by, .. }) if by == epoch), "{refused:?}");
}

#[test]
fn stores_behind_a_network_are_asked_several_things_at_a_time() {
    let stores = HostileStores::default();
    stores.read_together(3);
    let life = begin(&stores, 1);
    for name in ["ann", "bob", "cleo"] {
        life.worker.look_up(IndexKey::new("name", name.as_bytes()));
    }
    for _ in 0..3 {
        let event = life.events.recv_timeout(PATIENCE).expect("none of them waits for the others to be answered");
        assert!(matches!(event, StorageEvent::Found(_, None)), "{event:?}");
    }
}
