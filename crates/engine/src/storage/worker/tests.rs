use super::*;
use crate::storage::disk::Disks;
use crate::storage::store::Store;
use std::time::Duration;

fn batch(number: u64, value: u8) -> Batch {
    let mut batch = Batch::new(BatchNumber(number), 0);
    batch.put("test", b"key", |out| out.push(value));
    batch
}

#[test]
fn a_query_finds_the_batches_before_it_because_they_are_folded_first() {
    let store = Store::open_disks(&Disks::default()).expect("the simulated disks should open");
    let (sender, events) = channel();
    let listener: StorageListener = Arc::new(move |event| {
        let _ = sender.send(event);
    });
    let worker = StorageWorker::start(StoredWorld::from(store), PlayerTables::default(), listener)
        .expect("threads should start");
    let query = RowQuery::range("test", b"key", b"kez");
    for number in 1..=3_u8 {
        worker.commit(batch(number.into(), number));
        worker.query(QueryId(number.into()), query.clone());
    }
    let mut found = Vec::new();
    while found.len() < 3 {
        match events.recv_timeout(Duration::from_secs(60)) {
            Ok(StorageEvent::Read(query, rows)) => found.push((query.0, rows)),
            Ok(StorageEvent::Committed(_)) => {}
            other => panic!("three answers expected: {other:?}"),
        }
    }
    for (query, rows) in found {
        let [(_, value)] = &rows[..] else { panic!("one row expected: {rows:?}") };
        assert!(u64::from(value[0]) >= query, "query {query} should find its batch, and found {value:?}");
    }
    assert_eq!(worker.folded_batch(), BatchNumber(3), "what was read was folded first");
}

/// The world once waited forever for such a thread, while reporting that it was ready.
#[test]
fn a_storage_thread_that_panics_is_a_failure_of_the_storage() {
    let store = Store::open_disks(&Disks::default()).expect("the simulated disks should open");
    let (sender, events) = channel();
    let listener: StorageListener = Arc::new(move |event| {
        let panics = matches!(event, StorageEvent::Committed(_));
        let _ = sender.send(event);
        assert!(!panics, "this test makes a storage thread panic");
    });
    let worker = StorageWorker::start(StoredWorld::from(store), PlayerTables::default(), listener)
        .expect("threads should start");
    worker.commit(batch(1, 1));
    drop(worker);
    let events: Vec<StorageEvent> = events.try_iter().collect();
    let failures = events.iter().filter(|event| matches!(event, StorageEvent::Failed { may_pass: false, .. })).count();
    assert_eq!(failures, 1, "the world is told that nothing more will be stored: {events:?}");
}
