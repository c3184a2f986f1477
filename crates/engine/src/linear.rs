//! A small linear program: how often to do what, for the most of something, within limits.

/// One limit: the sum of `weights` times how often each thing is done is at most `most`.
#[derive(Debug, Clone)]
pub struct Limit {
    /// Of each thing.
    pub weights: Vec<f64>,
    /// The most; not negative.
    pub most: f64,
}

/// Steps after which rounding errors must have led in a circle.
const STEPS_MAX: usize = 20_000;
const TINY: f64 = 1e-9;

/// How often to do each thing for the largest sum of `gains`; nothing is done a negative number of times. Every gain must
/// be limited.
///
/// The simplex method with the rule of Bland, which always takes the first candidate and so never goes in circles.
pub fn maximize(gains: &[f64], limits: &[Limit]) -> Vec<f64> {
    let (things, rows) = (gains.len(), limits.len());
    let mut table: Vec<Vec<f64>> = limits.iter().enumerate().map(|(row, limit)| limit.row(row, rows)).collect();
    let highest = gains.iter().fold(0.0_f64, |highest, gain| highest.max(gain.abs())).max(TINY);
    // The last row holds what a further unit of each column would bring.
    let mut prices: Vec<f64> = gains.iter().map(|gain| gain / highest).collect();
    prices.resize(things + rows + 1, 0.0);
    let mut basis: Vec<usize> = (things..things + rows).collect();
    for _ in 0..STEPS_MAX {
        let Some(column) = (0..things + rows).find(|column| prices[*column] > TINY) else {
            break;
        };
        let ratio = |row: &Vec<f64>| row.last().copied().unwrap_or(0.0) / row[column];
        let candidates = (0..rows).filter(|row| table[*row][column] > TINY);
        let Some(row) =
            candidates.min_by(|a, b| ratio(&table[*a]).total_cmp(&ratio(&table[*b])).then(basis[*a].cmp(&basis[*b])))
        else {
            break;
        };
        basis[row] = column;
        pivot(&mut table, &mut prices, row, column);
    }
    let mut times = vec![0.0; things];
    for (row, column) in basis.iter().enumerate().filter(|(_, column)| **column < things) {
        times[*column] = table[row].last().copied().unwrap_or(0.0).max(0.0);
    }
    times
}

impl Limit {
    /// Its row of the table, scaled so that large and small units are treated alike.
    fn row(&self, index: usize, rows: usize) -> Vec<f64> {
        let largest = self.weights.iter().fold(0.0_f64, |largest, weight| largest.max(weight.abs())).max(TINY);
        let slack = (0..rows).map(|row| f64::from(u8::from(row == index)));
        let weights = self.weights.iter().map(|weight| weight / largest);
        weights.chain(slack).chain([self.most / largest]).collect()
    }

    /// Whether doing things so often leaves nothing of it.
    pub fn is_reached(&self, times: &[f64]) -> bool {
        let used: f64 = self.weights.iter().zip(times).map(|(weight, times)| weight * times).sum();
        let size: f64 = self.weights.iter().zip(times).map(|(weight, times)| (weight * times).abs()).sum();
        size > TINY && self.most - used <= 1e-6 * size.max(self.most)
    }
}

fn pivot(table: &mut [Vec<f64>], prices: &mut [f64], row: usize, column: usize) {
    let by = table[row][column];
    table[row].iter_mut().for_each(|value| *value /= by);
    let chosen = table[row].clone();
    let subtract = |from: &mut [f64]| {
        let factor = from[column];
        if factor != 0.0 {
            from.iter_mut().zip(&chosen).for_each(|(value, chosen)| *value -= factor * chosen);
        }
    };
    table.iter_mut().enumerate().filter(|(other, _)| *other != row).for_each(|(_, other)| subtract(other));
    subtract(prices);
}

#[cfg(test)]
mod tests {
    use super::*;

    fn limit(weights: &[f64], most: f64) -> Limit {
        Limit { weights: weights.to_vec(), most }
    }

    #[test]
    fn what_pays_most_is_done_within_all_limits() {
        // Stage: 6 energy, 60 s, 375 coins. Sweep: 6 energy, 5 s, 200 coins. 240 energy and 600 s.
        let limits = [limit(&[6.0, 6.0], 240.0), limit(&[60.0, 5.0], 600.0)];
        let times = maximize(&[375.0, 200.0], &limits);
        // 40 runs; 7.27 of them may be fights.
        assert!((times[0] - 400.0 / 55.0).abs() < 1e-6 && (times[0] + times[1] - 40.0).abs() < 1e-6, "{times:?}");
        assert!(limits.iter().all(|limit| limit.is_reached(&times)));
    }

    #[test]
    fn what_is_spent_has_to_be_earned_before() {
        // Farming brings 20 iron in 10 s, forging turns 30 iron into a coin in 1 s.
        let limits = [limit(&[10.0, 1.0], 160.0), limit(&[-20.0, 30.0], 0.0)];
        let times = maximize(&[0.0, 1.0], &limits);
        assert!((times[0] - 15.0).abs() < 1e-6 && (times[1] - 10.0).abs() < 1e-6, "{times:?}");
    }

    #[test]
    fn where_nothing_brings_anything_nothing_is_done() {
        assert_eq!(maximize(&[0.0, -1.0], &[limit(&[1.0, 1.0], 5.0)]), [0.0, 0.0]);
        assert_eq!(maximize(&[], &[]), [0.0; 0]);
    }
}
