//! The program is killed with SIGKILL at random moments while pairs of players use every feature: stages, hang-up,
//! world bosses, mail, tickets and offers for diamonds and for points, tasks, crafting, challenges and battles. After
//! each kill every player's state must match its replies, an open request that is retried with its key counts once, and
//! `raidkeep verify` finds nothing. All is archived, and now and then the world is put together from the archive alone.
//!
//! `RAIDKEEP_KILL_CYCLES=1000 RAIDKEEP_KILL_SEED=7 cargo test --release --test server kill_cycles::` runs longer.

mod acts;
mod books;
pub(crate) mod bosses;
pub(crate) mod pair;
mod player;
pub(crate) mod points;
pub(crate) mod siege;

use std::collections::BTreeMap;
use std::io::Write;
use std::time::{Duration, Instant};

use raidkeep::studio::long_run::setting;

use self::pair::Pair;
use self::player::Tally;
use self::siege::{Moment, Siege};
use crate::process::Lcg;

const PAIRS: usize = 6;
/// `raidkeep verify` checks the folder once in this many cycles.
const VERIFY_EVERY: usize = 5;
/// The world is restored from the archive once in this many cycles.
const RESTORE_EVERY: usize = 4;

pub(crate) fn tell(text: &str) {
    let _ = writeln!(std::io::stderr(), "{text}");
}

pub(crate) fn total<'p>(pairs: impl Iterator<Item = &'p Pair>) -> Tally {
    let mut sum = Tally::default();
    for tally in pairs.flat_map(|pair| &pair.fighters).map(|fighter| &fighter.tally) {
        tally.answered.iter().for_each(|(function, count)| *sum.answered.entry(function).or_default() += count);
        tally.refused.iter().for_each(|(what, count)| *sum.refused.entry(*what).or_default() += count);
        sum.open_and_there += tally.open_and_there;
        sum.open_and_dropped += tally.open_and_dropped;
    }
    sum
}

fn run(siege: &mut Siege, cycles: usize, seed: u64) -> Result<(), (usize, String)> {
    let mut lcg = Lcg(seed ^ 0xdead);
    for cycle in 0..cycles {
        let load = Duration::from_millis(30 + lcg.below(220));
        siege.cycle(load).map_err(|objection| (cycle, objection))?;
        if cycle % VERIFY_EVERY == VERIFY_EVERY - 1 {
            siege.verify().map_err(|objection| (cycle, objection))?;
        }
        if cycle % RESTORE_EVERY == RESTORE_EVERY - 1 {
            siege.restore().map_err(|objection| (cycle, objection))?;
        }
        if cycle % 100 == 99 {
            tell(&format!("{} cycles: {:?}", cycle + 1, siege.covered));
        }
    }
    Ok(())
}

#[test]
fn kills_while_every_feature_is_used_lose_nothing_and_double_nothing() {
    let cycles = usize::try_from(setting("RAIDKEEP_KILL_CYCLES", 30)).expect("a number of cycles");
    let seed = setting("RAIDKEEP_KILL_SEED", 20_261_121);
    let started = Instant::now();
    let mut siege = Siege::new(PAIRS, seed).expect("everybody should be able to log in");
    let result = run(&mut siege, cycles, seed);
    assert!(result.is_ok(), "seed {seed}, (cycle, objection): {:?}", result.expect_err("it failed"));
    let ends = siege.close_books().expect("after the last kill everything should be stored, and each order settled");
    siege.verify().expect("everything should be consistent");
    let tally = total(siege.pairs.iter());
    tell(&format!(
        "{cycles} cycles, seed {seed}, {:?}: {} answered with success {:?}, refused {:?}, \
         open at a kill: {} were there or show nothing, {} were not there; orders granted and refused: {ends:?}; {:?}",
        started.elapsed(),
        tally.answered.values().sum::<usize>(),
        tally.answered,
        tally.refused,
        tally.open_and_there,
        tally.open_and_dropped,
        siege.covered
    ));
    assert!(tally.answered.values().sum::<usize>() > 20 * cycles, "a run with little load proves little: {tally:?}");
    if cycles >= 100 {
        assert_covered(&siege, &tally);
    }
}

#[test]
fn the_harness_notices_when_the_disk_goes_back_in_time() {
    let mut siege = Siege::new(2, 7).expect("everybody should be able to log in");
    siege.cycle(Duration::from_millis(100)).expect("an honest disk should pass");
    siege.keep();
    siege.cycle(Duration::from_millis(200)).expect("an honest disk should pass");
    siege.go_back();
    let objection = siege.cycle(Duration::ZERO).expect_err("what was answered after the copy is gone");
    assert!(objection.contains("玩家#"), "it should say whose changes are missing: {objection}");
}

/// A long run that has not covered a case proves nothing about it.
fn assert_covered(siege: &Siege, tally: &Tally) {
    let functions = [
        "enter_stage_general",
        "victory_stage_general",
        "enter_stage_boss",
        "victory_stage_boss",
        "mopping_up_stage",
        "start_hang_up",
        "get_hang_up_reward",
        "buy_ticket",
        "buy_item",
        "send_mail",
        "claim_mail",
        "delete_mail",
        "merge",
        "select",
        "feedback",
        "challenge",
        "accept_c",
        "battle",
    ];
    for function in functions {
        assert!(tally.answered.contains_key(function), "{function} was never answered with success: {tally:?}");
    }
    let both = (tally.open_and_there, tally.open_and_dropped);
    assert!(
        both.0 > 0 && both.1 > 0,
        "of the requests that a kill left open, some should be applied, others not: {both:?}"
    );
    let kills: BTreeMap<Moment, usize> = siege.covered.kills.clone();
    assert_eq!(kills.len(), 4, "every moment should be tried: {kills:?}");
    let covered = &siege.covered;
    assert!(
        covered.whole_copies > 0 && covered.broken_off_copies > 0,
        "copies should be complete and interrupted: {covered:?}"
    );
}
