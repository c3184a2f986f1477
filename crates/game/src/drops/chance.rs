//! Many draws at once, from the distribution of their outcome instead of draw by draw.

use rand::{Rng, RngExt};
use rand_distr::{Binomial, Distribution};
use std::collections::BTreeMap;

/// How often each of the weights comes in `draws` draws with replacement.
pub(super) fn multinomial(draws: u64, weights: &[u64], random: &mut impl Rng) -> Vec<u64> {
    let mut counts = vec![0; weights.len()];
    let (mut left, mut weight_left) = (draws, weights.iter().sum::<u64>());
    for (count, weight) in counts.iter_mut().zip(weights) {
        if left == 0 {
            break;
        }
        *count = successes(left, *weight as f64 / weight_left.max(1) as f64, random);
        (left, weight_left) = (left - *count, weight_left - weight);
    }
    counts
}

/// How often each of the weights comes in `rolls` rolls of `draws` different ones.
///
/// The rolls go on together: so many of them have drawn this set, and of these so many draw that one next.
pub(super) fn without_replacement(rolls: u64, draws: u32, weights: &[u64], random: &mut impl Rng) -> Vec<u64> {
    let mut counts = vec![0; weights.len()];
    let mut drawn = BTreeMap::from([(0_u32, rolls)]);
    for _ in 0..draws {
        let mut next = BTreeMap::new();
        for (set, rolls) in drawn {
            let left: Vec<u64> =
                weights.iter().zip(0..).map(|(weight, at)| if has(set, at) { 0 } else { *weight }).collect();
            for (at, count) in (0..).zip(multinomial(rolls, &left, random)).filter(|(_, count)| *count > 0) {
                *next.entry(set | 1 << at).or_insert(0) += count;
                counts[at as usize] += count;
            }
        }
        drawn = next;
    }
    counts
}

/// Whether a set has a number.
pub(super) fn has(set: u32, at: u32) -> bool {
    set >> at & 1 == 1
}

/// Draws that hit by luck, or because so many before them have missed.
#[derive(Debug, Clone, Copy)]
pub(super) struct Guarantee {
    /// The chance of a hit by luck, above 0 and below 1.
    pub(super) luck: f64,
    /// After so many misses the next draw hits.
    pub(super) after: u32,
}

/// When the bulk of many draws is settled at once, the draws that are left over for certain, but for a chance of
/// e to the power of minus this.
const CERTAINTY: f64 = 45.0;
/// Fewer rounds than this are drawn one by one.
const BULK_MIN: u64 = 32;

impl Guarantee {
    /// The hits in `draws` draws after `misses` misses, and the misses since the last hit.
    ///
    /// A round is the misses up to a hit, and the hit. Whole rounds are settled together as long as they fit: rounds of one
    /// draw, of two draws and so on are as many as their distribution says.
    pub(super) fn draw(&self, draws: u64, misses: u32, random: &mut impl Rng) -> (u64, u32) {
        let (mut left, mut hits, mut misses) = (draws, 0, misses.min(self.after));
        while left > 0 {
            let rounds = if misses == 0 { self.rounds_that_fit(left) } else { 0 };
            if rounds >= BULK_MIN {
                let used = self.draws_of(rounds, random);
                if used <= left {
                    (left, hits) = (left - used, hits + rounds);
                }
                continue;
            }
            let round = self.round(self.after - misses, random);
            if round > left {
                // Below the misses that are still allowed, so it fits.
                return (hits, misses + u32::try_from(left).unwrap_or(0));
            }
            (left, hits, misses) = (left - round, hits + 1, 0);
        }
        (hits, misses)
    }

    /// The mean length of a round.
    pub(super) fn mean(&self) -> f64 {
        let misses_all = f64::from(self.after + 1) * (-self.luck).ln_1p();
        -misses_all.exp_m1() / self.luck
    }

    /// The draws of one round of which at most `allowed` miss.
    fn round(&self, allowed: u32, random: &mut impl Rng) -> u64 {
        let chance: f64 = random.random();
        let misses = (-chance).ln_1p() / (-self.luck).ln_1p();
        if misses >= f64::from(allowed) { u64::from(allowed) + 1 } else { misses as u64 + 1 }
    }

    /// So many rounds that they surely need no more than `draws` draws (Bernstein's inequality).
    fn rounds_that_fit(&self, draws: u64) -> u64 {
        let longest = f64::from(self.after + 1).min(1.0 + CERTAINTY / self.luck);
        let room = 4.0 * draws as f64 - 2.0 * longest * CERTAINTY;
        if room <= 0.0 {
            return 0;
        }
        let root = (room.sqrt() - (2.0 * longest * CERTAINTY).sqrt()) / 2.0;
        if root <= 0.0 { 0 } else { (root * root / self.mean()) as u64 }
    }

    /// The draws that so many rounds need together.
    fn draws_of(&self, rounds: u64, random: &mut impl Rng) -> u64 {
        let (mut left, mut draws) = (rounds, 0);
        for length in 1..=u64::from(self.after) {
            if left == 0 {
                break;
            }
            let of_it = successes(left, self.luck, random);
            (left, draws) = (left - of_it, draws + of_it * length);
        }
        draws + left * (u64::from(self.after) + 1)
    }
}

/// The number of successes in `trials` trials.
fn successes(trials: u64, probability: f64, random: &mut impl Rng) -> u64 {
    let distribution = Binomial::new(trials, probability.clamp(0.0, 1.0));
    distribution.map_or(0, |distribution| distribution.sample(random).min(trials))
}
