//! Self-contained HTML pages.

use crate::report::chart::{Curve, Drawing, escape};
use crate::report::number::short;
use crate::report::summary::{self, COLUMNS};
use crate::simulate::{Chart, Run};

const STYLE: &str = "body{font-family:sans-serif;margin:24px;color:#222;max-width:1500px}\
    h1{font-size:22px}h2{font-size:17px;margin-top:28px}\
    table{border-collapse:collapse;font-size:13px}td,th{padding:3px 10px;border-bottom:1px solid #ddd;text-align:right}\
    td:first-child,th:first-child{text-align:left}tr.chart td{font-weight:bold;background:#f4f4f4}\
    .charts{display:flex;flex-wrap:wrap;gap:16px}.charts svg{border:1px solid #ddd;background:#fff}";

/// A page around its content.
pub fn page(title: &str, content: &str) -> String {
    let title = escape(title);
    format!(
        "<!DOCTYPE html>\n<html lang=\"en\"><head><meta charset=\"utf-8\"><title>{title}</title>\n\
         <style>{STYLE}</style></head><body>\n<h1>{title}</h1>\n{content}</body></html>\n"
    )
}

/// A table. Cells are text, not HTML.
pub fn table(head: &[&str], rows: impl IntoIterator<Item = (&'static str, Vec<String>)>) -> String {
    let cells = |tag: &str, cells: &[String]| -> String {
        cells.iter().map(|cell| format!("<{tag}>{}</{tag}>", escape(cell))).collect()
    };
    let head: Vec<String> = head.iter().map(|cell| (*cell).to_owned()).collect();
    let mut html = format!("<table>\n<tr>{}</tr>\n", cells("th", &head));
    for (class, row) in rows {
        html.push_str(&format!("<tr class=\"{class}\">{}</tr>\n", cells("td", &row)));
    }
    html.push_str("</table>\n");
    html
}

/// Charts side by side.
pub fn charts(svgs: impl IntoIterator<Item = String>) -> String {
    format!("<div class=\"charts\">\n{}</div>\n", svgs.into_iter().collect::<String>())
}

/// The report of one simulation.
pub fn simulation(run: &Run) -> String {
    let kills = run.kills.iter().map(|kill| ("", vec![format!("{} {}", kill.boss, kill.name), kill.day.to_string()]));
    let mut head = vec![""];
    head.extend(COLUMNS);
    let rows = summary::rows(run).into_iter().map(|row| match row.values {
        None => ("chart", vec![format!("{} [{}]", row.name, row.unit)]),
        Some(values) => ("", std::iter::once(row.name).chain(values.map(short)).collect()),
    });
    let content = format!(
        "<p>{}</p>\n{}<h2>Bosses killed</h2>\n{}<h2>All figures</h2>\n{}",
        escape(&summary::headline(run)),
        charts(run.charts.iter().map(drawn)),
        table(&["boss", "day"], kills),
        table(&head, rows),
    );
    page("Raidkeep simulation", &content)
}

fn drawn(chart: &Chart) -> String {
    let curves = chart.lines.iter().enumerate().map(|(colour, line)| Curve {
        name: line.name.as_str().into(),
        values: &line.values,
        colour,
        is_dashed: false,
    });
    Drawing { title: &chart.title, unit: &chart.unit, curves: curves.collect() }.svg()
}
