//! Hand-written SVG line charts: a report needs axes and a legend, and nothing else a library would bring.

use std::borrow::Cow;
use std::fmt::Write as _;

use crate::report::number::{axis_ticks, short};

const WIDTH: f64 = 720.0;
const PLOT_LEFT: f64 = 62.0;
const PLOT_RIGHT: f64 = 470.0;
const PLOT_TOP: f64 = 52.0;
const PLOT_BOTTOM: f64 = 252.0;
const HEIGHT: f64 = 300.0;
const LEGEND_ROW: f64 = 18.0;

/// Colours that colour-blind readers can tell apart, by Okabe and Ito; the last are darker variants.
const COLOURS: [&str; 8] = ["#0072b2", "#d55e00", "#009e73", "#cc79a7", "#e69f00", "#56b4e9", "#5b3a8c", "#444444"];

/// The colour with this number.
pub fn colour(number: usize) -> &'static str {
    COLOURS[number % COLOURS.len()]
}

/// A chart to draw: values by day, the first day first.
#[derive(Debug)]
pub struct Drawing<'a> {
    /// Above the chart.
    pub title: &'a str,
    /// Unit of the values.
    pub unit: &'a str,
    /// In the order of the legend.
    pub curves: Vec<Curve<'a>>,
}

/// One line of a chart.
#[derive(Debug)]
pub struct Curve<'a> {
    /// In the legend.
    pub name: Cow<'a, str>,
    /// By day.
    pub values: &'a [f64],
    /// Curves with the same number share a colour.
    pub colour: usize,
    /// How the line is drawn.
    pub is_dashed: bool,
}

impl Drawing<'_> {
    /// The chart as an `svg` element.
    pub fn svg(&self) -> String {
        let height = HEIGHT.max(PLOT_TOP + LEGEND_ROW * (self.curves.len() as f64 + 1.0));
        let mut svg = format!(
            "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {WIDTH} {height}\" width=\"{WIDTH}\" \
             height=\"{height}\" role=\"img\" font-family=\"sans-serif\" font-size=\"12\">\n"
        );
        text(&mut svg, (8.0, 20.0), "start", " font-size=\"15\" font-weight=\"bold\"", self.title);
        text(&mut svg, (8.0, 40.0), "start", " fill=\"#555\"", self.unit);
        let highest = self.curves.iter().flat_map(|curve| curve.values).fold(0.0, |a: f64, b| a.max(*b));
        let ticks = axis_ticks(highest, 5);
        let scale = Scale { days: self.days(), highest: ticks.last().copied().unwrap_or(1.0) };
        draw_axes(&mut svg, &ticks, &scale);
        for (row, curve) in self.curves.iter().enumerate() {
            curve.draw(&mut svg, &scale, row);
        }
        svg.push_str("</svg>\n");
        svg
    }

    fn days(&self) -> usize {
        self.curves.iter().map(|curve| curve.values.len()).max().unwrap_or(0)
    }
}

/// Maps days and values to coordinates.
struct Scale {
    days: usize,
    highest: f64,
}

impl Scale {
    /// Days count from 1. A single day is centred.
    fn x(&self, day: usize) -> f64 {
        let part = if self.days > 1 { (day - 1) as f64 / (self.days - 1) as f64 } else { 0.5 };
        PLOT_LEFT + part * (PLOT_RIGHT - PLOT_LEFT)
    }

    fn y(&self, value: f64) -> f64 {
        PLOT_BOTTOM - value.max(0.0) / self.highest * (PLOT_BOTTOM - PLOT_TOP)
    }
}

fn draw_axes(svg: &mut String, ticks: &[f64], scale: &Scale) {
    for tick in ticks {
        let y = scale.y(*tick);
        // Writing into a string cannot fail, here and below.
        let _ = writeln!(svg, r##"<line x1="{PLOT_LEFT}" y1="{y:.1}" x2="{PLOT_RIGHT}" y2="{y:.1}" stroke="#ddd"/>"##);
        text(svg, (PLOT_LEFT - 6.0, y + 4.0), "end", "", &short(*tick));
    }
    for day in day_ticks(scale.days) {
        let x = scale.x(day);
        let _ = writeln!(
            svg,
            r##"<line x1="{x:.1}" y1="{PLOT_BOTTOM}" x2="{x:.1}" y2="{}" stroke="#888"/>"##,
            PLOT_BOTTOM + 4.0
        );
        text(svg, (x, PLOT_BOTTOM + 18.0), "middle", "", &day.to_string());
    }
    let _ = writeln!(
        svg,
        r##"<line x1="{PLOT_LEFT}" y1="{PLOT_BOTTOM}" x2="{PLOT_RIGHT}" y2="{PLOT_BOTTOM}" stroke="#888"/>"##
    );
    text(svg, ((PLOT_LEFT + PLOT_RIGHT) / 2.0, PLOT_BOTTOM + 36.0), "middle", " fill=\"#555\"", "day");
}

/// The days labelled on the axis: the first, then even steps.
fn day_ticks(days: usize) -> impl Iterator<Item = usize> {
    let step = [1, 2, 5, 10, 20, 50, 100, 200, 500].into_iter().find(|step| days / step <= 10).unwrap_or(1000);
    (1..=days).filter(move |day| *day == 1 || day % step == 0)
}

impl Curve<'_> {
    fn draw(&self, svg: &mut String, scale: &Scale, row: usize) {
        let colour = COLOURS[self.colour % COLOURS.len()];
        let dashes = match (self.is_dashed, self.colour / COLOURS.len()) {
            (true, _) => " stroke-dasharray=\"6 4\"",
            (false, 0) => "",
            (false, 1) => " stroke-dasharray=\"2 3\"",
            (false, _) => " stroke-dasharray=\"8 3 2 3\"",
        };
        let stroke = format!("fill=\"none\" stroke=\"{colour}\" stroke-width=\"2\"{dashes}");
        let places = (1..).zip(self.values).map(|(day, value)| format!("{:.1},{:.1}", scale.x(day), scale.y(*value)));
        let places: Vec<String> = places.collect();
        let _ = writeln!(svg, "<polyline points=\"{}\" {stroke}/>", places.join(" "));
        if let [place] = places.as_slice() {
            let (x, y) = place.split_once(',').unwrap_or_default();
            let _ = writeln!(svg, "<circle cx=\"{x}\" cy=\"{y}\" r=\"3\" fill=\"{colour}\"/>");
        }
        let (x, y) = (PLOT_RIGHT + 16.0, PLOT_TOP + LEGEND_ROW * row as f64);
        let _ = writeln!(svg, "<line x1=\"{x}\" y1=\"{y}\" x2=\"{}\" y2=\"{y}\" {stroke}/>", x + 22.0);
        text(svg, (x + 28.0, y + 4.0), "start", "", &self.name);
    }
}

fn text(svg: &mut String, (x, y): (f64, f64), anchor: &str, attributes: &str, content: &str) {
    let content = escape(content);
    let _ = writeln!(svg, "<text x=\"{x:.1}\" y=\"{y:.1}\" text-anchor=\"{anchor}\"{attributes}>{content}</text>");
}

/// Escapes text for HTML and SVG.
pub fn escape(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn drawing<'a>(values: &'a [f64]) -> Drawing<'a> {
        let curve = Curve { name: "a<b".into(), values, colour: 0, is_dashed: false };
        Drawing { title: "T & t", unit: "coins a day", curves: vec![curve] }
    }

    #[test]
    fn a_chart_has_title_unit_legend_and_its_curve_within_the_plot() {
        let svg = drawing(&[0.0, 5.0, 10.0]).svg();
        for expected in ["T &amp; t", "coins a day", "a&lt;b", ">day<", r#"points="62.0,252.0 266.0,152.0 470.0,52.0""#]
        {
            assert!(svg.contains(expected), "{expected} should be in\n{svg}");
        }
    }

    #[test]
    fn charts_of_one_day_and_of_none_are_drawn() {
        assert!(drawing(&[3.0]).svg().contains("<circle"), "one day is a dot");
        assert!(drawing(&[]).svg().ends_with("</svg>\n"));
        assert_eq!(day_ticks(30).collect::<Vec<_>>(), [1, 5, 10, 15, 20, 25, 30]);
    }
}
