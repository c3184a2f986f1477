//! Which figures a report shows, and how it writes them.

use crate::report::number::short;
use crate::simulate::figures::ByDay;
use crate::simulate::{Crowd, Measure, MeasureKind, Study};
use crate::statistics::Estimate;

/// Whether a measure is 0 for everybody on every day with every seed.
pub fn is_nothing(study: &Study, measure: &Measure) -> bool {
    let is_zero = |by_day: &ByDay| match by_day {
        ByDay::Spreads(spreads) => spreads.iter().all(|spread| spread.highest == 0.0),
        ByDay::Numbers(numbers) => numbers.iter().all(|number| *number == 0.0),
    };
    let everybody = study.runs.iter().filter_map(|run| run.figures.by_day(measure, Crowd::Everybody));
    everybody.into_iter().all(is_zero)
}

/// The measures that answer "where are the players", in the order in which people ask.
pub fn headline_measures(study: &Study) -> Vec<Measure> {
    let is_headline = |measure: &Measure| {
        matches!(
            measure,
            Measure::Stayed
                | Measure::Level
                | Measure::Stages(_)
                | Measure::FinishedMode(_)
                | Measure::FinishedAll
                | Measure::IdleDays
                | Measure::EnergyWastedPercent
                | Measure::Points
        )
    };
    study.measures().into_iter().filter(|measure| is_headline(measure)).cloned().collect()
}

/// A value on a day, for a table: the median and in brackets what most players have for a spread, else the mean over the
/// seeds with half of its interval.
pub fn written(study: &Study, measure: &Measure, crowd: Crowd, day: u32) -> String {
    match study.spread(measure, crowd, day) {
        Some(spread) if spread.players == 0 => "-".to_owned(),
        Some(spread) => format!("{} ({}–{})", short(spread.median), short(spread.p10), short(spread.p90)),
        None => with_uncertainty(&study.estimate(measure, crowd, day)),
    }
}

/// The same without what is in brackets or behind ±.
pub fn written_briefly(study: &Study, measure: &Measure, crowd: Crowd, day: u32) -> String {
    match study.spread(measure, crowd, day) {
        Some(spread) if spread.players == 0 => "-".to_owned(),
        Some(spread) => short(spread.median),
        None => short(study.estimate(measure, crowd, day).mean),
    }
}

/// `12.5 ±0.8`, or the mean alone if it is the same with every seed or there is one seed.
pub fn with_uncertainty(estimate: &Estimate) -> String {
    match estimate.half_width().map(short) {
        Some(half) if half != "0" => format!("{} ±{half}", short(estimate.mean)),
        _ => short(estimate.mean),
    }
}

/// The unit of what [`written`] writes.
pub fn unit_of(measure: &Measure) -> String {
    match measure.kind() {
        MeasureKind::Spread | MeasureKind::State => measure.unit().to_owned(),
        MeasureKind::Flow => format!("{} a player so far", measure.unit()),
    }
}
