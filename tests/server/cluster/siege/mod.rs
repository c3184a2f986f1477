//! Three nodes with worlds that people play in, while machines die, hang, are cut off and have slow disks, clocks are wrong, worlds are moved,
//! and the database changes its primary. Players use every feature, as in [`kill_cycles`](crate::kill_cycles): after each round every
//! player's state must match its replies, in the end each order is settled once, and the archive has all of it. Meanwhile others use
//! one player of each world at all nodes at once, and what they hear must have one order.
//!
//! What `.ci/cluster siege` tries is a sample. More: `RAIDKEEP_SIEGE_ROUNDS`, `RAIDKEEP_SIEGE_PRIMARIES` (so many rounds change the primary; with
//! Patroni only), `RAIDKEEP_SIEGE_SEED`, `RAIDKEEP_SIEGE_WORLDS`, `RAIDKEEP_SIEGE_ACCOUNTS` (of people who are not here), and those of
//! [`patroni`], [`field`] and [`crowd`]; docs/cluster.md has the command.

mod crowd;
mod ends;
mod faults;
mod field;
mod net;
mod patroni;
mod register;
mod strikes;

use std::time::{Duration, Instant};

use raidkeep::studio::long_run::setting;

use self::faults::{Fault, Seen};
use self::field::{Field, Size};
use self::patroni::{Blow, Patroni};
use crate::kill_cycles::{tell, total};
use crate::process::Lcg;

/// All rows are checked once in this many rounds.
const VERIFY_EVERY: usize = 10;
/// Take-overs are this quick in 99 of 100 cases.
const TAKEN_OVER_WITHIN: Duration = Duration::from_secs(5);
const NEW_PRIMARY_WITHIN: Duration = Duration::from_secs(30);
/// Nobody waits longer while worlds are moved.
const MOVED_WITHIN: Duration = Duration::from_secs(1);

/// What happens in each round: every fault as often, in any order, and so many changes of the primary among them.
fn plan(field: &Field, rounds: usize, primaries: usize, lcg: &mut Lcg) -> Vec<Fault> {
    let blows = [Blow::Death, Blow::Hang, Blow::Cut].map(Fault::Primary);
    let mut plan: Vec<Fault> = field.faults().into_iter().cycle().take(rounds).collect();
    plan.extend(blows.into_iter().cycle().take(primaries));
    for at in (1..plan.len()).rev() {
        plan.swap(at, usize::try_from(lcg.below(at as u64 + 1)).unwrap_or_default());
    }
    plan
}

/// That which 99 of 100 are within.
fn within(times: &[Duration]) -> Option<Duration> {
    let mut times = times.to_vec();
    times.sort();
    times.get((times.len() * 99).div_ceil(100).saturating_sub(1)).copied()
}

/// Prints all times, so that those of several runs can be taken together.
fn tell_times(seen: &Seen) {
    let told = |times: &[Duration]| {
        let mut seconds: Vec<f64> = times.iter().map(|time| (time.as_secs_f64() * 100.0).round() / 100.0).collect();
        seconds.sort_by(f64::total_cmp);
        format!("{seconds:?}")
    };
    for (fault, took) in &seen.took {
        tell(&format!("{fault:?}: answered again after so many seconds: {}", told(took)));
    }
    tell(&format!("while worlds were moved, the longest waits in seconds: {}", told(&seen.waits)));
}

/// A sample is played beside other tests, on whatever machine there is.
const SAMPLE_PATIENCE: u32 = 3;

fn check_times(seen: &Seen) {
    let patience = if Patroni::is_wanted() { 1 } else { SAMPLE_PATIENCE };
    for (fault, took) in &seen.took {
        let bound = match fault {
            Fault::Death | Fault::Hang | Fault::Cut => TAKEN_OVER_WITHIN * patience,
            Fault::Primary(_) => NEW_PRIMARY_WITHIN * patience,
            Fault::SlowDisk | Fault::Move => continue,
        };
        let within = within(took).unwrap_or_default();
        assert!(within < bound, "{fault:?}: answered again in {within:?}");
    }
    let within = within(&seen.waits).unwrap_or_default();
    assert!(within < MOVED_WITHIN * patience, "while worlds were moved, somebody waited {within:?}");
}

#[test]
#[ignore = "needs PostgreSQL: .ci/cluster"]
fn worlds_on_machines_that_die_hang_and_are_cut_off_lose_nothing_and_double_nothing() {
    let number = |name: &str, default: u64| usize::try_from(setting(name, default)).expect("a number of rounds");
    let (rounds, primaries) = (number("RAIDKEEP_SIEGE_ROUNDS", 15), number("RAIDKEEP_SIEGE_PRIMARIES", 0));
    let seed = setting("RAIDKEEP_SIEGE_SEED", 20_261_201);
    let worlds = u32::try_from(setting("RAIDKEEP_SIEGE_WORLDS", 4)).expect("a number of worlds");
    let size = Size { worlds, accounts: setting("RAIDKEEP_SIEGE_ACCOUNTS", 0) };
    let began = Instant::now();
    let mut field = Field::new(seed, &size).expect("everybody should be able to log in");
    tell(&format!("begun in {:?}; seed {seed}", began.elapsed()));
    let mut lcg = Lcg(seed ^ 0xdead);
    for (round, fault) in plan(&field, rounds, primaries, &mut lcg).into_iter().enumerate() {
        let load = Duration::from_millis(200 + lcg.below(800));
        let checked = field.round(fault, load).and_then(|()| match round % VERIFY_EVERY {
            0 => field.verify(),
            _ => Ok(()),
        });
        assert!(checked.is_ok(), "seed {seed}, round {round}, {fault:?}: {:?}", checked.expect_err("it failed"));
        if round % 10 == 9 {
            tell(&format!("{} rounds in {:?}: {:?}", round + 1, began.elapsed(), field.seen.faults));
        }
    }
    tell_times(&field.seen);
    let ends = field.close_books().expect("everything should be stored, and each order settled");
    tell(&format!("all rounds are played, after {:?}", began.elapsed()));
    field.verify().expect("everything should be consistent");
    field.restore().expect("the archive has all of it, whoever wrote it");
    let tally = total(field.pairs());
    tell(&format!(
        "{rounds} rounds and {primaries} of the primary, seed {seed}, {:?}: {:?}; answered {:?}, refused {:?}, open and there {}, open and dropped {}; \
         orders {ends:?}; {} requests in an order that one world could have answered in",
        began.elapsed(),
        field.seen.faults,
        tally.answered,
        tally.refused,
        tally.open_and_there,
        tally.open_and_dropped,
        field.seen.observed
    ));
    assert!(tally.answered.values().sum::<usize>() > 10 * rounds, "a run with little load proves little: {tally:?}");
    check_times(&field.seen);
}
