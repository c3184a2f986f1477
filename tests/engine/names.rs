//! Names of files at a loss of power: a file that was made or renamed is found again only once its folder was synced.

use raidkeep::engine::numbers::BatchNumber;
use raidkeep::engine::storage::disk::{Disk, Disks};
use raidkeep::engine::storage::store::Store;
use raidkeep::engine::storage::{Batch, StoredWorld};

/// More writes and syncs to one file than a world takes until it has answered a few changes.
const STEPS: u64 = 60;
const CHANGES: u64 = 4;

fn batch(number: u64) -> Batch {
    let mut batch = Batch::new(BatchNumber(number), 1);
    batch.put("test", &number.to_be_bytes(), |out| out.push(1));
    batch
}

/// Starts a world and makes changes until a disk fails. Returns the last change that was answered.
fn answer(disks: &Disks) -> u64 {
    let Ok(mut store) = Store::open_disks(disks).map(StoredWorld::from) else { return 0 };
    let first = store.recovered.last_batch.0;
    let mut answered = first;
    if store.begin_epoch(7).is_err() {
        return answered;
    }
    for number in first + 1..=first + CHANGES {
        let Ok(record) = store.log.append(&[batch(number)], 0) else { break };
        answered = number;
        if store.rows.fold(store.log.epoch(), &[record]).is_err() {
            break;
        }
    }
    answered
}

/// What may have reached the disk: only what was synced, or that and any of the other names, lengths and sectors.
fn after_power_losses(disks: &Disks, draws: u64) -> Vec<Disks> {
    let torn = (0..draws).map(|seed| {
        let mut drawn = seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1;
        disks.after_torn_power_loss(&mut || {
            drawn = drawn.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            drawn >> 63 == 1
        })
    });
    [disks.after_power_loss()].into_iter().chain(torn).collect()
}

fn each(disks: &Disks) -> [(&'static str, &Disk); 3] {
    [("log", &disks.log), ("rows", &disks.rows), ("mark", &disks.mark)]
}

/// What is wrong after the power was cut at each step of a world that begins on such disks.
fn faults(begin: impl Fn() -> Disks) -> Vec<String> {
    let mut faults = Vec::new();
    for (file, steps) in (0..STEPS).flat_map(|steps| [0, 1, 2].map(|file| (file, steps))) {
        let disks = begin();
        each(&disks)[file].1.fail_after(steps);
        let answered = answer(&disks);
        for left in after_power_losses(&disks, 8) {
            let found = Store::open_disks(&left).map(|store| store.recovered.last_batch.0);
            let is_right = found.as_ref().is_ok_and(|last| *last >= answered);
            if !is_right {
                faults.push(format!("{} fails after {steps}: answered {answered}, {found:?}", each(&disks)[file].0));
            }
        }
    }
    faults
}

#[test]
fn a_world_that_is_made_survives_a_loss_of_power_at_every_step() {
    assert_eq!(faults(Disks::default), Vec::<String>::new(), "it is there with what it answered, or was never begun");
}

/// The planted fault that the test above must find.
#[test]
fn a_folder_that_is_not_synced_when_a_world_is_made_is_noticed() {
    let faults = faults(|| {
        let disks = Disks::default();
        each(&disks).into_iter().for_each(|(_, disk)| disk.ignore_name_syncs());
        disks
    });
    assert!(faults.len() > 50, "worlds with answered changes vanish: {}", faults.len());
}

/// A world that lost its last answer, and its mark.
fn damaged() -> Disks {
    let disks = Disks::default();
    answer(&disks);
    let disks = disks.after_power_loss();
    disks.log.damage(|bytes| {
        let last = bytes.chunks(512).rposition(|sector| sector.iter().any(|byte| *byte != 0)).expect("it has records");
        bytes[last * 512..].fill(0);
    });
    disks.mark.damage(Vec::clear);
    disks
}

#[test]
fn a_loss_that_is_accepted_may_be_accepted_again_after_a_loss_of_power_at_any_step() {
    let mut cut_off = 0;
    for (file, steps) in (0..STEPS / 3).flat_map(|steps| [0, 1, 2].map(|file| (file, steps))) {
        let disks = damaged();
        each(&disks)[file].1.fail_after(steps);
        cut_off += usize::from(Store::accept_loss_on(&disks).is_err());
        for left in after_power_losses(&disks, 3) {
            let story = format!("{} fails after {steps}", each(&disks)[file].0);
            if Store::open_disks(&left).is_err() {
                Store::accept_loss_on(&left).unwrap_or_else(|error| panic!("{story}: {error}"));
            }
            let mut store = Store::open_disks(&left).unwrap_or_else(|error| panic!("{story}: {error}"));
            let next = store.recovered.last_batch.0 + 1;
            store.log.append(&[batch(next)], 0).unwrap_or_else(|error| panic!("{story}: {error}"));
        }
    }
    assert!(cut_off > 10, "the power was cut in the middle of it {cut_off} times");
}
