//! The summary of a study as text.

use crate::report::columns::{left, right};
use crate::report::facts::{headline_measures, unit_of, written};
use crate::report::number::short;
use crate::simulate::{Coverage, Measure, Study};

/// What was simulated, in a sentence.
pub fn headline(study: &Study) -> String {
    let about = &study.about;
    let (requests, refused) =
        study.runs.iter().fold((0, 0), |(all, refused), run| (all + run.requests, refused + run.refused));
    let percent = refused as f64 * 100.0 / (requests.max(1)) as f64;
    format!(
        "{} players, {} days, policy {}, {}, assets {} ({}): {requests} requests, {percent:.1} % refused",
        about.players,
        about.days,
        about.policy,
        seeds(study),
        about.assets,
        about.fingerprint
    )
}

/// `seed 1` or `seeds 1 to 8`.
pub fn seeds(study: &Study) -> String {
    match study.runs.as_slice() {
        [] => "no seed".to_owned(),
        [only] => format!("seed {}", only.seed),
        [first, .., last] => format!("seeds {} to {}", first.seed, last.seed),
    }
}

/// How to read the values of tables.
pub const LEGEND: &str = "Of what each player has, the median, and in brackets what 10 % and 90 % of the players do not \
                          exceed, among those who are not gone for good; of everything else the mean, and ± the half width \
                          of its 95 % interval over the seeds.";

/// Widths of the name and value columns.
const NAME_COLUMNS: usize = 30;
const VALUE_COLUMNS: usize = 20;

/// The whole summary.
pub fn text(study: &Study) -> String {
    let mut text = format!("{}\n\n", headline(study));
    let days = study.checkpoints();
    text.push_str(&left("", NAME_COLUMNS));
    days.iter().for_each(|day| text.push_str(&right(&format!("day {day}"), VALUE_COLUMNS)));
    text.push('\n');
    let stocks = study.measures().into_iter().filter(|measure| matches!(measure, Measure::Stock(_))).cloned();
    for measure in headline_measures(study).into_iter().chain(stocks) {
        text.push_str(&format!("{} [{}]\n", study.words.title(&measure), unit_of(&measure)));
        for crowd in study.crowds() {
            text.push_str(&left(&format!("  {}", study.crowd_name(crowd)), NAME_COLUMNS));
            for day in &days {
                text.push_str(&right(&written(study, &measure, crowd, *day), VALUE_COLUMNS));
            }
            text.push('\n');
        }
    }
    text.push_str(&format!("\n{LEGEND}\n\nBosses killed\n"));
    let kills = kills(study);
    if kills.is_empty() {
        text.push_str("  none\n");
    }
    for kill in kills {
        text.push_str(&format!("  {}: {}\n", kill.boss, kill.told()));
    }
    text.push_str(&format!("\nFunctions\n{}", coverage(study).text()));
    text
}

/// The functions that were called with any seed.
pub fn coverage(study: &Study) -> Coverage {
    let mut all = Coverage::default();
    study.runs.iter().for_each(|run| all.add(&run.coverage));
    all
}

/// When a boss first died.
#[derive(Debug, Clone, PartialEq)]
pub struct FirstKill {
    /// The boss.
    pub boss: String,
    /// The day of its first death with each seed with which it died, in ascending order.
    pub days: Vec<u32>,
    /// How many seeds there are.
    pub seeds: usize,
}

impl FirstKill {
    /// `day 3`, or `day 12 (11 to 14), with 7 of 8 seeds`.
    pub fn told(&self) -> String {
        let (Some(first), Some(last)) = (self.days.first(), self.days.last()) else {
            return "never".to_owned();
        };
        let median = self.days[(self.days.len() - 1) / 2];
        let range = if first == last { String::new() } else { format!(" ({first} to {last})") };
        let of = if self.days.len() == self.seeds {
            String::new()
        } else {
            format!(", with {} of {} seeds", self.days.len(), self.seeds)
        };
        format!("day {}{range}{of}", short(median.into()))
    }
}

/// The bosses that died with any seed, in the order of the roster.
pub fn kills(study: &Study) -> Vec<FirstKill> {
    let first_kill = |boss: &str| {
        let days = study.runs.iter().filter_map(|run| run.kills.iter().find(|kill| kill.boss == boss));
        let mut days: Vec<u32> = days.map(|kill| kill.day).collect();
        days.sort_unstable();
        FirstKill { boss: study.words.boss(boss), days, seeds: study.runs.len() }
    };
    study.words.roster().map(first_kill).filter(|kill| !kill.days.is_empty()).collect()
}
