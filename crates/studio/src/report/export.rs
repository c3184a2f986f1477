//! All figures of a study, as files for other programs.

use crate::report::csv::CsvTable;
use crate::simulate::Study;
use crate::simulate::figures::ByDay;

const COLUMNS: [&str; 15] = [
    "seed", "day", "crowd", "figure", "title", "unit", "value", "players", "lowest", "p10", "p25", "median", "p75",
    "p90", "highest",
];

/// Every value by seed, day and crowd; `value` is the mean of a spread, else the flow of the day or the state at its end.
pub fn series_csv(study: &Study) -> CsvTable {
    let mut csv = CsvTable::new(&COLUMNS);
    for run in &study.runs {
        for (measure, crowd, by_day) in run.figures.iter() {
            let (id, title) = (measure.to_string(), study.words.title(measure));
            let crowd = study.crowd_name(crowd).to_owned();
            for day in 1..=study.about.days {
                let index = day as usize - 1;
                let mut cells = vec![
                    run.seed.to_string(),
                    day.to_string(),
                    crowd.clone(),
                    id.clone(),
                    title.clone(),
                    measure.unit().to_owned(),
                ];
                match by_day {
                    ByDay::Numbers(numbers) => {
                        cells.push(numbers.get(index).map_or(String::new(), f64::to_string));
                        cells.resize(COLUMNS.len(), String::new());
                    }
                    ByDay::Spreads(spreads) => {
                        let spread = spreads.get(index).copied().unwrap_or_default();
                        let players = f64::from(spread.players);
                        cells.extend(
                            [spread.mean, players, spread.lowest, spread.p10, spread.p25, spread.median, spread.p75]
                                .map(|value| value.to_string()),
                        );
                        cells.extend([spread.p90, spread.highest].map(|value| value.to_string()));
                    }
                }
                csv.row(cells);
            }
        }
    }
    csv
}

/// Everything as JSON.
pub fn series_json(study: &Study) -> String {
    let mut json = serde_json::to_string(study).unwrap_or_default();
    json.push('\n');
    json
}
