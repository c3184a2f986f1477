//! The calendar as a picture: to the hour, with tooltips.

use std::fmt::Write as _;

use jiff::civil::Weekday;
use jiff::tz::TimeZone;

use super::{Calendar, Month, Row};
use crate::report::chart::{colour, escape};
use crate::report::csv::CsvTable;
use crate::report::page::Page;

const DAY_WIDTH: f64 = 26.0;
const NAME_WIDTH: f64 = 210.0;
const ROW_HEIGHT: f64 = 24.0;
const TITLE_HEIGHT: f64 = 52.0;
const MARGIN: f64 = 12.0;
const DAYS_MAX: f64 = 31.0;

impl Calendar<'_> {
    /// The calendar as an `svg` element; times in it are those of the zone.
    pub fn svg(&self, zone: &TimeZone) -> String {
        let rows: Vec<(usize, &Row<'_>)> =
            self.events.iter().filter(|row| row.event.player_days.is_none()).enumerate().collect();
        let month_height = TITLE_HEIGHT + ROW_HEIGHT * rows.len() as f64 + MARGIN;
        let (width, height) =
            (NAME_WIDTH + DAY_WIDTH * DAYS_MAX + 2.0 * MARGIN, month_height * self.months.len() as f64);
        let mut svg = format!(
            "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {width} {height}\" width=\"{width}\" \
             height=\"{height}\" role=\"img\" font-family=\"sans-serif\" font-size=\"12\">\n"
        );
        for (at, month) in self.months.iter().enumerate() {
            let top = month_height * at as f64;
            month.draw(&mut svg, top, rows.len());
            for (place, row) in &rows {
                let top = top + TITLE_HEIGHT + ROW_HEIGHT * *place as f64;
                row.draw(&mut svg, month, top, colour(*place), zone);
            }
        }
        svg.push_str("</svg>\n");
        svg
    }

    /// The calendar as a page that needs nothing else, with its times as CSV.
    pub fn html(&self, zone: &TimeZone) -> String {
        let mut page = Page::new("Raidkeep calendar");
        let mut times = CsvTable::new(&["event", "name", "begins", "ends"]);
        for row in &self.events {
            for (from, until) in &row.times {
                let name = row.event.name.together(" / ");
                times.row([row.id.to_owned(), name, local(*from, zone), local(*until, zone)]);
            }
        }
        page.begin_pictures();
        page.picture("calendar", "When events run", "days of the world's zone", "", &self.svg(zone), times);
        page.end_pictures();
        for row in &self.events {
            page.section(&format!("{}: {}", row.id, row.event.name.together(" / ")));
            page.list(row.words());
        }
        page.html()
    }
}

impl Month {
    /// The title, the days, and weekends in grey.
    fn draw(&self, svg: &mut String, top: f64, rows: usize) {
        let _ = writeln!(
            svg,
            "<text x=\"{MARGIN}\" y=\"{}\" font-size=\"15\" font-weight=\"bold\">{}</text>",
            top + 22.0,
            escape(&self.title())
        );
        for (at, (date, ..)) in self.days().enumerate() {
            let x = NAME_WIDTH + DAY_WIDTH * at as f64;
            let is_weekend = matches!(date.weekday(), Weekday::Saturday | Weekday::Sunday);
            let fill = if is_weekend { "#eee" } else { "#fff" };
            let height = ROW_HEIGHT * rows as f64;
            let _ = writeln!(
                svg,
                "<rect x=\"{x}\" y=\"{}\" width=\"{DAY_WIDTH}\" height=\"{height}\" fill=\"{fill}\" stroke=\"#ddd\"/>\
                 <text x=\"{}\" y=\"{}\" text-anchor=\"middle\" fill=\"#555\">{}</text>\
                 <text x=\"{}\" y=\"{}\" text-anchor=\"middle\" fill=\"#555\" font-size=\"9\">{}</text>",
                top + TITLE_HEIGHT,
                x + DAY_WIDTH / 2.0,
                top + TITLE_HEIGHT - 5.0,
                date.day(),
                x + DAY_WIDTH / 2.0,
                top + TITLE_HEIGHT - 18.0,
                date.strftime("%a"),
            );
        }
    }

    /// Where a moment is between the left and the right of the month.
    fn x(&self, moment: i64) -> f64 {
        let day = self.midnights.partition_point(|midnight| *midnight <= moment).saturating_sub(1);
        let rest = match self.midnights.get(day..day + 2) {
            Some(&[begins, ends]) => (moment - begins) as f64 / (ends - begins) as f64,
            _ => 0.0,
        };
        NAME_WIDTH + DAY_WIDTH * (day as f64 + rest)
    }
}

impl Row<'_> {
    fn draw(&self, svg: &mut String, month: &Month, top: f64, fill: &str, zone: &TimeZone) {
        let title = self.event.name.together(" / ");
        let _ = writeln!(
            svg,
            "<text x=\"{MARGIN}\" y=\"{}\"><title>{}</title>{}</text>",
            top + 16.0,
            escape(&title),
            escape(&shortened(&format!("{} {}", self.event.name.zh, self.id)))
        );
        for (from, until) in &self.times {
            let (begins, ends) = ((*from).max(month.begins_at()), (*until).min(month.ends_at()));
            if begins < ends {
                let (left, right) = (month.x(begins), month.x(ends));
                let _ = writeln!(
                    svg,
                    "<rect x=\"{left:.1}\" y=\"{}\" width=\"{:.1}\" height=\"{}\" rx=\"3\" fill=\"{fill}\">\
                     <title>{}: {} to {}</title></rect>",
                    top + 4.0,
                    (right - left).max(2.0),
                    ROW_HEIGHT - 8.0,
                    escape(&title),
                    local(*from, zone),
                    local(*until, zone),
                );
            }
        }
    }
}

/// The longest name beside a row, in characters; the tooltip has all of it.
const NAME_CHARS_MAX: usize = 26;

fn shortened(name: &str) -> String {
    if name.chars().count() <= NAME_CHARS_MAX {
        return name.to_owned();
    }
    name.chars().take(NAME_CHARS_MAX - 1).chain(['…']).collect()
}

fn local(moment: i64, zone: &TimeZone) -> String {
    let stamp = jiff::Timestamp::from_second(moment).unwrap_or(jiff::Timestamp::UNIX_EPOCH);
    stamp.to_zoned(zone.clone()).strftime("%Y-%m-%d %H:%M").to_string()
}
