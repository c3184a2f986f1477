//! Figures of several seeds: means with intervals, and what of many differences is more than chance.
//!
//! Everything is Student's t: a simulation has few seeds, so the spread between them is itself uncertain.

use serde::Serialize;

/// Intervals hold the true value with this chance.
pub const CONFIDENCE: f64 = 0.95;

/// The mean over seeds, and how certain it is.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Estimate {
    /// How many seeds.
    pub seeds: usize,
    /// The mean.
    pub mean: f64,
    /// The standard error of the mean; `None` with a single seed, which says nothing about chance.
    pub error: Option<f64>,
}

impl Estimate {
    /// From one value of each seed. `grain` is the step in which the values come, such as 1 for a median of whole
    /// numbers, or 0: seeds that agree on a coarse value may still differ by up to half a grain.
    pub fn of(values: &[f64], grain: f64) -> Self {
        let count = values.len() as f64;
        let mean = if values.is_empty() { 0.0 } else { values.iter().sum::<f64>() / count };
        let squares: f64 = values.iter().map(|value| (value - mean).powi(2)).sum();
        // A value that was rounded to a grain has the variance of a uniform distribution over it.
        let variance = squares / (count - 1.0) + grain.powi(2) / 12.0;
        let error = (values.len() > 1).then(|| (variance / count).sqrt());
        Self { seeds: values.len(), mean, error }
    }

    /// The interval that holds the true mean with [`CONFIDENCE`]; `None` with a single seed.
    pub fn interval(&self) -> Option<(f64, f64)> {
        let half = self.half_width()?;
        Some((self.mean - half, self.mean + half))
    }

    /// Half of the width of [`interval`](Self::interval).
    pub fn half_width(&self) -> Option<f64> {
        Some(self.error? * t_quantile(self.seeds.saturating_sub(1)))
    }

    /// The mean in standard errors, away from 0.
    pub fn effect_over_noise(&self) -> Option<f64> {
        let error = self.error?;
        Some(match (self.mean == 0.0, error == 0.0) {
            (true, _) => 0.0,
            (false, true) => f64::INFINITY,
            (false, false) => self.mean.abs() / error,
        })
    }

    /// The chance of a mean that far from 0 if the true one were 0.
    pub fn p_value(&self) -> Option<f64> {
        Some(two_sided(self.effect_over_noise()?, self.seeds.saturating_sub(1)))
    }
}

/// The chance that |t| of Student's distribution exceeds `t`, by the closed form for whole degrees of freedom
/// (Abramowitz and Stegun, 26.7.3 and 26.7.4).
pub fn two_sided(t: f64, degrees: usize) -> f64 {
    if degrees == 0 {
        return 1.0;
    }
    if t.is_infinite() {
        return 0.0;
    }
    let angle = (t / (degrees as f64).sqrt()).atan();
    let (sine, cosine) = angle.sin_cos();
    let is_odd = degrees % 2 == 1;
    let mut term = if is_odd { cosine } else { 1.0 };
    let mut sum = if degrees == 1 { 0.0 } else { term };
    let mut step = if is_odd { 3 } else { 2 };
    while step < degrees {
        term *= cosine * cosine * (step - 1) as f64 / step as f64;
        sum += term;
        step += 2;
    }
    let inside = if is_odd { (angle + sine * sum) * std::f64::consts::FRAC_2_PI } else { sine * sum };
    (1.0 - inside).clamp(0.0, 1.0)
}

/// How many standard errors reach to either end of an interval.
pub fn t_quantile(degrees: usize) -> f64 {
    let (mut low, mut high) = (0.0_f64, 1e6_f64);
    for _ in 0..80 {
        let middle = f64::midpoint(low, high);
        if two_sided(middle, degrees) > 1.0 - CONFIDENCE {
            low = middle;
        } else {
            high = middle;
        }
    }
    high
}

/// Which of many results are more than chance, such that among those about `false_share` are mistaken, by Benjamini and
/// Hochberg. Without it, one in twenty of hundreds of figures that did not change would seem to.
pub fn discoveries(p_values: &[f64], false_share: f64) -> Vec<bool> {
    let mut order: Vec<usize> = (0..p_values.len()).collect();
    order.sort_by(|a, b| p_values[*a].total_cmp(&p_values[*b]));
    let count = p_values.len() as f64;
    let holds = |(rank, index): (usize, &usize)| p_values[*index] <= false_share * (rank + 1) as f64 / count;
    let found = (0..order.len()).rev().find(|rank| holds((*rank, &order[*rank]))).map_or(0, |rank| rank + 1);
    let mut discovered = vec![false; p_values.len()];
    order[..found].iter().for_each(|index| discovered[*index] = true);
    discovered
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn quantiles_and_chances_are_those_of_the_tables() {
        for (degrees, quantile) in
            [(1, 12.706), (2, 4.303), (3, 3.182), (4, 2.776), (7, 2.365), (30, 2.042), (120, 1.980)]
        {
            assert!((t_quantile(degrees) - quantile).abs() < 0.001, "{degrees} degrees: {}", t_quantile(degrees));
        }
        assert!((two_sided(2.0, 10) - 0.073_388).abs() < 1e-5);
        assert!((two_sided(1.0, 1) - 0.5).abs() < 1e-9);
        assert_eq!((two_sided(0.0, 5), two_sided(f64::INFINITY, 5), two_sided(9.0, 0)), (1.0, 0.0, 1.0));
    }

    #[test]
    fn one_seed_says_nothing_about_chance() {
        let one = Estimate::of(&[5.0], 0.0);
        assert_eq!((one.mean, one.interval(), one.p_value()), (5.0, None, None));
        let two = Estimate::of(&[4.0, 6.0], 0.0);
        assert_eq!(two.error, Some(1.0));
        assert!(two.interval().is_some_and(|(low, high)| low < -7.0 && high > 17.0), "two seeds say little");
    }

    #[test]
    fn seeds_that_agree_on_a_coarse_value_are_not_certain_of_it() {
        let fine = Estimate::of(&[1.0, 1.0], 0.0);
        assert_eq!(fine.p_value(), Some(0.0), "a difference that is always the same is no chance");
        let coarse = Estimate::of(&[1.0, 1.0], 1.0);
        assert!(coarse.p_value().is_some_and(|p| p > 0.1), "two medians may be one level apart by chance");
        assert!(Estimate::of(&[1.0; 8], 1.0).p_value().is_some_and(|p| p < 0.001), "eight hardly");
    }

    #[test]
    fn of_many_figures_without_a_change_none_is_told_as_one() {
        let noise: Vec<f64> = (1..=200).map(|rank| f64::from(rank) / 200.0).collect();
        assert!(noise.iter().any(|p| *p < 0.05), "ten of them would seem to differ");
        assert!(discoveries(&noise, 0.05).iter().all(|found| !found));
        let mut mixed = noise;
        mixed.extend([1e-6, 1e-5]);
        let found = discoveries(&mixed, 0.05);
        assert_eq!((found.iter().filter(|found| **found).count(), found[200], found[201]), (2, true, true));
        assert!(discoveries(&[], 0.05).is_empty());
    }
}
