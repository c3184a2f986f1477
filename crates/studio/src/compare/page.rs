//! The page of comparisons: goals, what was edited, what changed most, and where the players are, before and after.

use std::collections::BTreeMap;

use crate::compare::{ComparedRow, Comparison};
use crate::report::chart::Curve;
use crate::report::facts::{headline_measures, unit_of, written};
use crate::report::goals::GoalOutcome;
use crate::report::page::{Page, TableRow};
use crate::report::simulation::{curve, flow_numbers, flows, items};
use crate::report::summary::{LEGEND, headline};
use crate::simulate::{Measure, Study};
use raidkeep_game::items::ItemId;

/// Rows of the first table; the others are below, behind a line.
const ROWS_MAX: usize = 25;
/// Pictures of what changed most; more are slow to open.
const CHARTS_MAX: usize = 12;

/// The page about studies that are each compared with the first, with their goals if they have any.
pub fn page(studies: &[Study], comparisons: &[Comparison], goals: Option<&[GoalOutcome]>) -> Page {
    let mut page = Page::new("Raidkeep comparison");
    studies.iter().for_each(|study| page.paragraph(&headline(study)));
    if let Some(goals) = goals {
        page.goals(goals);
    }
    if let Some((base, others)) = studies.split_first() {
        for (index, (other, comparison)) in others.iter().zip(comparisons).enumerate() {
            // File names are told apart where there are several comparisons.
            let suffix = if index == 0 { String::new() } else { format!(" {}", index + 1) };
            add(&mut page, (base, other), comparison, &suffix);
        }
    }
    page
}

fn add(page: &mut Page, studies: (&Study, &Study), comparison: &Comparison, suffix: &str) {
    page.section(&format!("{} against {}: what was edited", comparison.other, comparison.base));
    if comparison.edits.is_empty() {
        page.paragraph("Nothing.");
    }
    for (topic, changes) in comparison.edits.topics() {
        page.paragraph(topic);
        page.list(changes.iter().map(|change| format!("{}: {}", change.subject, change.words())));
    }
    page.section("What changed most");
    page.paragraph(&comparison.verdict());
    changes(page, comparison, suffix);
    page.begin_pictures();
    for row in comparison.leading().into_iter().take(CHARTS_MAX) {
        let name = format!("change {} {}{suffix}", row.measure, row.of).replace(':', "-");
        let title = format!("{}, {}", row.title, row.of);
        page.chart(&name, &title, &row.unit, &both_curves(studies, row));
    }
    page.end_pictures();
    if !comparison.kills.is_empty() {
        page.section("Bosses that die on other days");
        let row = |kill: &crate::compare::KillDifference| {
            TableRow::of([kill.boss.clone(), kill.died.0.clone(), kill.died.1.clone()])
        };
        let rows: Vec<TableRow> = comparison.kills.iter().map(row).collect();
        page.table(&format!("bosses{suffix}"), &["boss", &comparison.base, &comparison.other], &rows);
    }
    page.section("Where the players are");
    page.paragraph(LEGEND);
    side_by_side(page, &format!("players{suffix}"), studies, &headline_measures(studies.0));
    economy(page, studies, suffix);
}

fn changes(page: &mut Page, comparison: &Comparison, suffix: &str) {
    let days: Vec<String> = comparison.days.iter().map(|day| format!("day {day}")).collect();
    let mut head = vec!["what", "of", "change", "effect / noise"];
    head.extend(days.iter().map(String::as_str));
    let rows_of =
        |rows: &[&ComparedRow]| -> Vec<TableRow> { rows.iter().map(|row| TableRow::of(row.cells())).collect() };
    let leading = comparison.leading();
    if !leading.is_empty() {
        page.paragraph(
            "By falling effect over noise; of each figure the crowd in which it is clearest. The change has its 95 % \
             interval in brackets.",
        );
        page.table(&format!("changes{suffix}"), &head, &rows_of(&leading[..leading.len().min(ROWS_MAX)]));
    }
    let differing: Vec<&ComparedRow> = comparison.differing().collect();
    let uncertain: Vec<&ComparedRow> = comparison.uncertain().collect();
    let lists = [
        ("all that differs", "all changes", differing),
        ("what cannot be told apart from chance", "cannot be told apart", uncertain),
    ];
    for (title, name, rows) in lists.into_iter().filter(|(_, _, rows)| !rows.is_empty()) {
        page.begin_details(&format!("{title}: {} figures", rows.len()));
        page.table(&format!("{name}{suffix}"), &head, &rows_of(&rows));
        page.end_details();
    }
}

fn both_curves((base, other): (&Study, &Study), row: &ComparedRow) -> Vec<Curve> {
    let before = curve(base, &row.measure, row.crowd, &base.about.assets, 0);
    let after = curve(other, &row.measure, row.crowd, &other.about.assets, 1);
    vec![before, Curve { is_dashed: true, ..after }]
}

/// A table of measures by archetype on days 1, 7, 30 and the last, before and after.
fn side_by_side(page: &mut Page, name: &str, (base, other): (&Study, &Study), measures: &[Measure]) {
    let days = base.checkpoints();
    let names = [base, other].map(|study| study.about.assets.as_str());
    let mut head = vec![String::new()];
    head.extend(days.iter().flat_map(|day| names.map(|name| format!("day {day}, {name}"))));
    let mut rows = Vec::new();
    for measure in measures {
        rows.push(TableRow::group(format!("{} [{}]", base.words.title(measure), unit_of(measure))));
        for crowd in base.crowds() {
            let mut cells = vec![base.crowd_name(crowd).to_owned()];
            let both = |day: &u32| [base, other].map(|study| written(study, measure, crowd, *day));
            cells.extend(days.iter().flat_map(both));
            rows.push(TableRow::of(cells));
        }
    }
    page.table(name, &head.iter().map(String::as_str).collect::<Vec<_>>(), &rows);
}

fn economy(page: &mut Page, (base, other): (&Study, &Study), suffix: &str) {
    page.section("Economy");
    page.paragraph(&format!(
        "Of each item: where it came from (left), where it went (right), and what stays, a player from day 1 to day {}; \
         {} above, {} below, in the same scale.",
        base.about.days, base.about.assets, other.about.assets
    ));
    let mut names: BTreeMap<ItemId, String> = BTreeMap::new();
    for study in [other, base] {
        names.extend(items(study).into_iter().map(|item| (item, study.words.item(item))));
    }
    page.begin_pictures();
    for (item, title) in &names {
        let (before, after) = (flows(base, *item), flows(other, *item));
        let whole = before.size().max(after.size());
        if whole > 0.0 {
            let svg = format!("{}<hr>{}", before.svg(title, whole), after.svg(title, whole));
            let numbers = flow_numbers(&[(&base.about.assets, &before), (&other.about.assets, &after)]);
            let name = format!("flow {item}{suffix}").replace(':', "-");
            page.picture(&name, title, "pieces a player", "", &svg, numbers);
        }
    }
    page.end_pictures();
    page.section("Stocks");
    let stocks: Vec<Measure> = names.into_keys().map(Measure::Stock).collect();
    side_by_side(page, &format!("stocks{suffix}"), (base, other), &stocks);
}
