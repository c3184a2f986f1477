//! The page of a study: goals, where the players are, progress, economy, refusals, bosses.

use crate::report::chart::Curve;
use crate::report::csv::CsvTable;
use crate::report::facts::{headline_measures, is_nothing, unit_of, with_uncertainty, written};
use crate::report::flow::{Flows, Stream};
use crate::report::goals::GoalOutcome;
use crate::report::number::short;
use crate::report::page::{Page, TableRow};
use crate::report::summary::{self, LEGEND};
use crate::simulate::figures::rounded;
use crate::simulate::{Crowd, Measure, MeasureKind, Study};
use raidkeep_game::items::ItemId;

/// The page of one study, with its goals if it has any.
pub fn page(study: &Study, goals: Option<&[GoalOutcome]>) -> Page {
    let mut page = Page::new("Raidkeep simulation");
    page.paragraph(&summary::headline(study));
    if let Some(goals) = goals {
        page.goals(goals);
    }
    page.section("Where the players are");
    page.paragraph(LEGEND);
    let (nothing, shown): (Vec<_>, Vec<_>) =
        headline_measures(study).into_iter().partition(|measure| is_nothing(study, measure));
    side_by_side(&mut page, "players", study, &shown);
    if !nothing.is_empty() {
        let titles: Vec<String> = nothing.iter().map(|measure| study.words.title(measure)).collect();
        page.paragraph(&format!("0 for everybody on every day: {}.", titles.join("; ")));
    }
    page.section("Progress");
    page.paragraph("Lines are medians; the inner band holds half of the players, the outer one 80 %.");
    page.begin_pictures();
    for measure in study.measures().into_iter().filter(|measure| !is_nothing(study, measure)) {
        if matches!(
            measure,
            Measure::Level | Measure::Stages(_) | Measure::FinishedMode(_) | Measure::FinishedAll | Measure::IdleDays
        ) {
            by_archetype(&mut page, study, measure);
        }
    }
    page.end_pictures();
    economy(&mut page, study);
    refusals(&mut page, study);
    bosses(&mut page, study);
    page.section("Visits, energy, tickets, points");
    page.begin_pictures();
    visits(&mut page, study);
    for measure in study.measures().into_iter().filter(|measure| !is_nothing(study, measure)) {
        if matches!(measure, Measure::EnergyWastedPercent | Measure::TicketsLeft(_) | Measure::Points) {
            by_archetype(&mut page, study, measure);
        }
    }
    page.end_pictures();
    page.section("Functions");
    summary::coverage(study).text().lines().for_each(|line| page.paragraph(line));
    page
}

/// A table of measures by archetype on days 1, 7, 30 and the last.
fn side_by_side(page: &mut Page, name: &str, study: &Study, measures: &[Measure]) {
    let days = study.checkpoints();
    let mut head = vec![String::new()];
    head.extend(days.iter().map(|day| format!("day {day}")));
    let mut rows = Vec::new();
    for measure in measures {
        rows.push(TableRow::group(format!("{} [{}]", study.words.title(measure), unit_of(measure))));
        for crowd in study.crowds() {
            let mut cells = vec![study.crowd_name(crowd).to_owned()];
            cells.extend(days.iter().map(|day| written(study, measure, crowd, *day)));
            rows.push(TableRow::of(cells));
        }
    }
    page.table(name, &head.iter().map(String::as_str).collect::<Vec<_>>(), &rows);
}

/// A chart of a measure with a curve for each archetype.
fn by_archetype(page: &mut Page, study: &Study, measure: &Measure) {
    let archetypes = study.crowds().filter(|crowd| *crowd != Crowd::Everybody);
    let curves: Vec<Curve> = archetypes
        .enumerate()
        .map(|(colour, crowd)| curve(study, measure, crowd, study.crowd_name(crowd), colour))
        .collect();
    page.chart(&measure.to_string(), &study.words.title(measure), &unit_of(measure), &curves);
}

/// A measure by day: a fan for a spread, else the mean over the seeds in its interval.
pub fn curve(study: &Study, measure: &Measure, crowd: Crowd, name: &str, colour: usize) -> Curve {
    let days = 1..=study.about.days;
    let mut curve = Curve { name: name.to_owned(), colour, ..Curve::default() };
    if measure.kind() == MeasureKind::Spread {
        let (mut outer, mut inner) = ((Vec::new(), Vec::new()), (Vec::new(), Vec::new()));
        for spread in days.filter_map(|day| study.spread(measure, crowd, day)) {
            curve.values.push(spread.median);
            outer.0.push(spread.p10);
            outer.1.push(spread.p90);
            inner.0.push(spread.p25);
            inner.1.push(spread.p75);
        }
        curve.bands = vec![outer, inner];
        return curve;
    }
    let mut band = (Vec::new(), Vec::new());
    for day in days {
        let estimate = study.estimate(measure, crowd, day);
        let (low, high) = estimate.interval().unwrap_or((estimate.mean, estimate.mean));
        // An interval knows nothing of what is possible at most.
        let high = if measure.unit().starts_with('%') { high.min(100.0) } else { high };
        curve.values.push(rounded(estimate.mean));
        band.0.push(rounded(low.max(0.0)));
        band.1.push(rounded(high));
    }
    if study.runs.len() > 1 {
        curve.bands.push(band);
    }
    curve
}

fn visits(page: &mut Page, study: &Study) {
    for measure in [Measure::Came, Measure::Stayed] {
        let mean = |day: u32| {
            let sum: f64 = study.runs.iter().map(|run| run.figures.number(&measure, Crowd::Everybody, day)).sum();
            rounded(sum / study.runs.len().max(1) as f64)
        };
        let values = (1..=study.about.days).map(mean).collect();
        let curve = Curve { name: "all players".to_owned(), values, ..Curve::default() };
        page.chart(&measure.to_string(), &study.words.title(&measure), measure.unit(), &[curve]);
    }
}

/// The items that moved or are owned.
pub fn items(study: &Study) -> Vec<ItemId> {
    let item = |measure: &Measure| match measure {
        Measure::Stock(item) | Measure::Gained(item, _) | Measure::Spent(item, _) => Some(*item),
        _ => None,
    };
    let mut items: Vec<ItemId> = study.measures().into_iter().filter_map(item).collect();
    items.sort_unstable();
    items.dedup();
    items
}

/// What flowed of an item until the last day, a player.
pub fn flows(study: &Study, item: ItemId) -> Flows {
    let mut flows = Flows::default();
    for measure in study.measures() {
        let quantity = || study.estimate(measure, Crowd::Everybody, study.about.days).mean;
        match measure {
            Measure::Gained(gained, why) if *gained == item => {
                flows.came.push(Stream { name: why.to_string(), quantity: quantity() });
            }
            Measure::Spent(spent, why) if *spent == item => {
                flows.went.push(Stream { name: why.to_string(), quantity: quantity() });
            }
            _ => {}
        }
    }
    flows
}

/// The numbers behind flow pictures; each study comes with a name.
pub fn flow_numbers(named: &[(&str, &Flows)]) -> CsvTable {
    let mut csv = CsvTable::new(&["assets", "direction", "cause", "pieces a player"]);
    for (name, flows) in named {
        for (direction, streams) in [("gained", &flows.came), ("spent", &flows.went)] {
            for stream in streams {
                let quantity = rounded(stream.quantity).to_string();
                csv.row([(*name).to_owned(), direction.to_owned(), stream.name.clone(), quantity]);
            }
        }
    }
    csv
}

fn economy(page: &mut Page, study: &Study) {
    page.section("Economy");
    page.paragraph(&format!(
        "Of each item: where it came from (left), where it went (right), and what stays, a player from day 1 to day {}.",
        study.about.days
    ));
    page.begin_pictures();
    for item in items(study) {
        let flows = flows(study, item);
        if flows.size() > 0.0 {
            let title = study.words.item(item);
            let svg = flows.svg(&title, flows.size());
            let numbers = flow_numbers(&[(&study.about.assets, &flows)]);
            page.picture(&format!("flow {item}").replace(':', "-"), &title, "pieces a player", "", &svg, numbers);
        }
    }
    page.end_pictures();
    page.section("Stocks");
    let stocks: Vec<Measure> = items(study).into_iter().map(Measure::Stock).collect();
    side_by_side(page, "stocks", study, &stocks);
}

/// Rows of a table of refusals; rarer ones are in the series.
const REFUSALS_MAX: usize = 40;

fn refusals(page: &mut Page, study: &Study) {
    page.section("Refusals");
    let day = study.about.days;
    let mut found: Vec<(&Measure, f64)> = study
        .measures()
        .into_iter()
        .filter(|measure| matches!(measure, Measure::Refused(..)))
        .map(|measure| (measure, study.estimate(measure, Crowd::Everybody, day).mean))
        .collect();
    found.sort_by(|a, b| b.1.total_cmp(&a.1));
    page.paragraph(&format!("Refused requests a player from day 1 to day {day}, by function and reason."));
    let mut head = vec!["function", "reason"];
    head.extend(study.crowds().map(|crowd| study.crowd_name(crowd)));
    let mut rows = Vec::new();
    for (measure, _) in found.iter().take(REFUSALS_MAX) {
        if let Measure::Refused(function, status) = measure {
            let reason = format!("{status} {}", study.words.message(function, *status));
            let mut cells = vec![function.to_string(), reason.trim_end().to_owned()];
            cells.extend(study.crowds().map(|crowd| with_uncertainty(&study.estimate(measure, crowd, day))));
            rows.push(TableRow::of(cells));
        }
    }
    page.table("refusals", &head, &rows);
    if let Some(more) = found.len().checked_sub(REFUSALS_MAX).filter(|more| *more > 0) {
        page.paragraph(&format!("{} rarer reasons are in series.csv.", short(more as f64)));
    }
}

fn bosses(page: &mut Page, study: &Study) {
    page.section("World bosses");
    let kills = summary::kills(study);
    if kills.is_empty() {
        page.paragraph("No boss died.");
    } else {
        let rows: Vec<TableRow> = kills.iter().map(|kill| TableRow::of([kill.boss.clone(), kill.told()])).collect();
        page.table("bosses", &["boss", "first died on"], &rows);
    }
    page.begin_pictures();
    for measure in [Measure::BossesDead, Measure::BossLife] {
        let curve = curve(study, &measure, Crowd::Everybody, "all players", 0);
        page.chart(&measure.to_string(), &study.words.title(&measure), measure.unit(), &[curve]);
    }
    by_archetype(page, study, &Measure::BestDamage);
    page.end_pictures();
}
