//! Self-contained HTML pages: style, pictures and their numbers are part of the file, so that it can be sent, opened
//! without a network and printed.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use crate::report::chart::{self, Curve, escape};
use crate::report::csv::CsvTable;
use crate::report::goals::{GoalOutcome, GoalVerdict};

const STYLE: &str = include_str!("page.css");

/// A page, and the tables behind its pictures.
#[derive(Debug)]
pub struct Page {
    title: String,
    body: String,
    tables: Vec<(String, CsvTable)>,
}

/// A row of a table.
#[derive(Debug, Clone, Default)]
pub struct TableRow {
    /// How it looks: `group` for a heading within the table, `quiet` for what is less important.
    pub class: &'static str,
    /// Text, not HTML.
    pub cells: Vec<String>,
}

impl TableRow {
    /// An ordinary row.
    pub fn of(cells: impl IntoIterator<Item = String>) -> Self {
        Self { class: "", cells: cells.into_iter().collect() }
    }

    /// A heading within the table.
    pub fn group(name: String) -> Self {
        Self { class: "group", cells: vec![name] }
    }
}

impl Page {
    /// An empty page.
    pub fn new(title: &str) -> Self {
        Self { title: title.to_owned(), body: String::new(), tables: Vec::new() }
    }

    /// Starts a section.
    pub fn section(&mut self, title: &str) {
        self.body.push_str(&format!("<h2>{}</h2>\n", escape(title)));
    }

    /// Adds a paragraph.
    pub fn paragraph(&mut self, text: &str) {
        self.body.push_str(&format!("<p>{}</p>\n", escape(text)));
    }

    /// Adds a list.
    pub fn list(&mut self, items: impl IntoIterator<Item = String>) {
        let items: String = items.into_iter().map(|item| format!("<li>{}</li>\n", escape(&item))).collect();
        self.body.push_str(&format!("<ul>\n{items}</ul>\n"));
    }

    /// Adds a table. A heading within it takes the whole width. `name` is that of its CSV file.
    pub fn table(&mut self, name: &str, head: &[&str], rows: &[TableRow]) {
        let mut csv = CsvTable::new(head);
        let mut html = String::from("<div class=\"wide\"><table>\n<thead><tr>");
        head.iter().for_each(|cell| html.push_str(&format!("<th>{}</th>", escape(cell))));
        html.push_str("</tr></thead>\n");
        for row in rows {
            csv.row(row.cells.clone());
            html.push_str(&format!("<tr class=\"{}\">", row.class));
            let span = if row.class == "group" { format!(" colspan=\"{}\"", head.len()) } else { String::new() };
            row.cells.iter().for_each(|cell| html.push_str(&format!("<td{span}>{}</td>", escape(cell))));
            html.push_str("</tr>\n");
        }
        html.push_str("</table></div>\n");
        self.body.push_str(&html);
        self.link(name, csv);
    }

    /// Hides what follows until [`end_details`](Self::end_details) behind a line that opens it.
    pub fn begin_details(&mut self, summary: &str) {
        self.body.push_str(&format!("<details><summary>{}</summary>\n", escape(summary)));
    }

    /// See [`begin_details`](Self::begin_details).
    pub fn end_details(&mut self) {
        self.body.push_str("</details>\n");
    }

    /// Starts a row of pictures.
    pub fn begin_pictures(&mut self) {
        self.body.push_str("<div class=\"pictures\">\n");
    }

    /// Ends a row of pictures.
    pub fn end_pictures(&mut self) {
        self.body.push_str("</div>\n");
    }

    /// Adds a chart; `name` is that of its CSV file.
    pub fn chart(&mut self, name: &str, title: &str, unit: &str, curves: &[Curve]) {
        let key = |curve: &Curve| {
            let dash = if curve.is_dashed { "dashed" } else { "solid" };
            format!(
                "<span class=\"key\"><i style=\"border-top:3px {dash} {}\"></i>{}</span>",
                chart::colour(curve.colour),
                escape(&curve.name)
            )
        };
        let legend: String = curves.iter().map(key).collect();
        self.picture(name, title, unit, &legend, &chart::svg(title, curves), numbers_of(curves));
    }

    /// Adds a picture with its caption, its unit, its legend as HTML, and the numbers behind it.
    pub fn picture(&mut self, name: &str, title: &str, unit: &str, legend: &str, svg: &str, numbers: CsvTable) {
        self.body.push_str(&format!(
            "<figure><figcaption><b>{}</b> <span class=\"unit\">{}</span><div class=\"legend\">{legend}</div></figcaption>\n{svg}",
            escape(title),
            escape(unit),
        ));
        self.link(name, numbers);
        self.body.push_str("</figure>\n");
    }

    /// Adds the goals, judged.
    pub fn goals(&mut self, goals: &[GoalOutcome]) {
        self.section("Goals");
        let count = |verdict: GoalVerdict| goals.iter().filter(|goal| goal.verdict == verdict).count();
        let counts = [GoalVerdict::Broken, GoalVerdict::NotCertain, GoalVerdict::Held]
            .map(|verdict| format!("{} {}", count(verdict), verdict.word()));
        self.paragraph(&format!("{}.", counts.join(", ")));
        let row = |goal: &GoalOutcome| TableRow {
            class: match goal.verdict {
                GoalVerdict::Held => "held",
                GoalVerdict::Broken => "broken",
                GoalVerdict::NotCertain => "uncertain",
            },
            cells: vec![goal.goal.clone(), goal.found.clone(), goal.verdict.word().to_owned(), goal.place.clone()],
        };
        self.table("goals", &["goal", "found", "verdict", "written in"], &goals.iter().map(row).collect::<Vec<_>>());
    }

    /// The numbers behind what was added last, as a file that is part of the page.
    fn link(&mut self, name: &str, csv: CsvTable) {
        self.body.push_str(&format!(
            "<a class=\"csv\" download=\"{name}.csv\" href=\"data:text/csv;charset=utf-8;base64,{}\">{name}.csv</a>\n",
            STANDARD.encode(csv.text()),
            name = escape(name),
        ));
        self.tables.push((format!("{name}.csv"), csv));
    }

    /// The tables behind the pictures, by file name.
    pub fn tables(&self) -> &[(String, CsvTable)] {
        &self.tables
    }

    /// The whole page.
    pub fn html(&self) -> String {
        page(&self.title, &self.body)
    }
}

/// A page around its content, which is HTML.
pub fn page(title: &str, content: &str) -> String {
    let title = escape(title);
    format!(
        "<!DOCTYPE html>\n<html lang=\"en\"><head><meta charset=\"utf-8\">\n\
         <meta name=\"viewport\" content=\"width=device-width,initial-scale=1\"><title>{title}</title>\n\
         <style>{STYLE}</style></head><body>\n<h1>{title}</h1>\n{content}</body></html>\n"
    )
}

/// The numbers behind a chart: a row for each day, columns for each curve and the edges of its bands.
fn numbers_of(curves: &[Curve]) -> CsvTable {
    let mut columns = vec!["day".to_owned()];
    for curve in curves {
        columns.push(curve.name.clone());
        for (index, _) in curve.bands.iter().enumerate() {
            let band = if curve.bands.len() > 1 { format!(" band {}", index + 1) } else { String::new() };
            columns.extend(["low", "high"].map(|edge| format!("{}{band} {edge}", curve.name)));
        }
    }
    let mut csv = CsvTable::new(&columns.iter().map(String::as_str).collect::<Vec<_>>());
    let days = curves.iter().map(|curve| curve.values.len()).max().unwrap_or(0);
    for day in 0..days {
        let at = |values: &[f64]| values.get(day).map_or(String::new(), f64::to_string);
        let mut cells = vec![(day + 1).to_string()];
        for curve in curves {
            cells.push(at(&curve.values));
            curve.bands.iter().for_each(|(low, high)| cells.extend([at(low), at(high)]));
        }
        csv.row(cells);
    }
    csv
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_page_holds_the_numbers_of_its_pictures_for_excel() {
        let mut page = Page::new("T & t");
        let band = (vec![1.0, 2.0], vec![3.0, 4.0]);
        let curve = Curve { name: "a".into(), values: vec![2.0, 3.5], bands: vec![band], ..Curve::default() };
        page.chart("level", "Level", "level", &[curve]);
        let (name, csv) = &page.tables()[0];
        assert_eq!(
            (name.as_str(), csv.text()),
            ("level.csv", "\u{feff}day,a,a low,a high\r\n1,2,1,3\r\n2,3.5,2,4\r\n")
        );
        let html = page.html();
        assert!(html.contains("<h1>T &amp; t</h1>") && html.contains("download=\"level.csv\""), "{html}");
        assert!(html.contains(&STANDARD.encode(csv.text())), "the file is part of the page");
    }

    #[test]
    fn goals_are_counted_and_listed_with_their_verdicts() {
        let goal = |verdict| GoalOutcome {
            goal: "median level on day 7: between 18 and 22".into(),
            place: "goals.ron:3".into(),
            found: "24".into(),
            verdict,
        };
        let mut page = Page::new("t");
        page.goals(&[goal(GoalVerdict::Broken), goal(GoalVerdict::Held), goal(GoalVerdict::Held)]);
        assert!(page.html().contains("1 broken, 0 not certain, 2 held."));
        assert!(page.html().contains("<tr class=\"broken\">"));
    }
}
