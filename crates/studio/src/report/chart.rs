//! Hand-written SVG charts by day: curves with bands around them. A report needs axes and little else a library would
//! bring. What a day holds is shown when the pointer rests on it, by style alone, without a script.

use std::fmt::Write as _;

use crate::report::number::{axis_ticks, short};

const WIDTH: f64 = 480.0;
const HEIGHT: f64 = 240.0;
const PLOT_LEFT: f64 = 52.0;
const PLOT_RIGHT: f64 = 470.0;
const PLOT_TOP: f64 = 10.0;
const PLOT_BOTTOM: f64 = 202.0;

/// More days than these share a tooltip with their neighbours.
const TIPS_MAX: usize = 120;
const TIP_ROW: f64 = 15.0;
const TIP_CHARACTER: f64 = 6.6;

/// Colours that colour-blind readers can tell apart, by Okabe and Ito; the last are darker variants.
const COLOURS: [&str; 8] = ["#0072b2", "#d55e00", "#009e73", "#cc79a7", "#e69f00", "#56b4e9", "#5b3a8c", "#444444"];

/// The colour with this number.
pub fn colour(number: usize) -> &'static str {
    COLOURS[number % COLOURS.len()]
}

/// One line of a chart, with its bands.
#[derive(Debug, Clone, Default)]
pub struct Curve {
    /// In the legend and in tooltips.
    pub name: String,
    /// By day, the first day first.
    pub values: Vec<f64>,
    /// Areas around the line, the widest first: their lower and upper edges by day.
    pub bands: Vec<(Vec<f64>, Vec<f64>)>,
    /// Curves with the same number share a colour.
    pub colour: usize,
    /// How the line is drawn.
    pub is_dashed: bool,
}

/// The chart as an `svg` element.
pub fn svg(title: &str, curves: &[Curve]) -> String {
    let mut svg = format!(
        "<svg viewBox=\"0 0 {WIDTH} {HEIGHT}\" role=\"img\" aria-label=\"{}\" font-size=\"12\">\n",
        escape(title)
    );
    let edges = curves.iter().flat_map(|curve| curve.bands.iter().flat_map(|(_, high)| high));
    let highest = curves.iter().flat_map(|curve| &curve.values).chain(edges).fold(0.0, |a: f64, b| a.max(*b));
    let ticks = axis_ticks(highest, 5);
    let days = curves.iter().map(|curve| curve.values.len()).max().unwrap_or(0);
    let scale = Scale { days, highest: ticks.last().copied().unwrap_or(1.0) };
    draw_axes(&mut svg, &ticks, &scale);
    curves.iter().for_each(|curve| curve.draw_bands(&mut svg, &scale));
    curves.iter().for_each(|curve| curve.draw_line(&mut svg, &scale));
    draw_tips(&mut svg, curves, &scale);
    svg.push_str("</svg>\n");
    svg
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
        PLOT_BOTTOM - value.clamp(0.0, self.highest) / self.highest * (PLOT_BOTTOM - PLOT_TOP)
    }

    fn points<'v>(&self, values: impl Iterator<Item = (usize, &'v f64)>) -> String {
        let points = values.map(|(day, value)| format!("{:.1},{:.1}", self.x(day), self.y(*value)));
        points.collect::<Vec<_>>().join(" ")
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
        let below = PLOT_BOTTOM + 4.0;
        let _ = writeln!(svg, r##"<line x1="{x:.1}" y1="{PLOT_BOTTOM}" x2="{x:.1}" y2="{below}" stroke="#888"/>"##);
        text(svg, (x, PLOT_BOTTOM + 17.0), "middle", "", &day.to_string());
    }
    let _ = writeln!(
        svg,
        r##"<line x1="{PLOT_LEFT}" y1="{PLOT_BOTTOM}" x2="{PLOT_RIGHT}" y2="{PLOT_BOTTOM}" stroke="#888"/>"##
    );
    text(svg, (f64::midpoint(PLOT_LEFT, PLOT_RIGHT), PLOT_BOTTOM + 33.0), "middle", " fill=\"#555\"", "day");
}

/// The days labelled on the axis: the first, then even steps.
fn day_ticks(days: usize) -> impl Iterator<Item = usize> {
    let step = [1, 2, 5, 10, 20, 50, 100, 200, 500].into_iter().find(|step| days / step <= 10).unwrap_or(1000);
    (1..=days).filter(move |day| *day == 1 || day % step == 0)
}

impl Curve {
    fn draw_bands(&self, svg: &mut String, scale: &Scale) {
        for (low, high) in &self.bands {
            let there = scale.points((1..).zip(high));
            let back: Vec<(usize, &f64)> = (1..).zip(low).collect();
            let back = scale.points(back.into_iter().rev());
            let colour = colour(self.colour);
            let _ = writeln!(svg, r#"<polygon points="{there} {back}" fill="{colour}" fill-opacity="0.16"/>"#);
        }
    }

    fn draw_line(&self, svg: &mut String, scale: &Scale) {
        let colour = colour(self.colour);
        let dashes = if self.is_dashed { " stroke-dasharray=\"6 4\"" } else { "" };
        let points = scale.points((1..).zip(&self.values));
        let _ =
            writeln!(svg, r#"<polyline points="{points}" fill="none" stroke="{colour}" stroke-width="2"{dashes}/>"#);
        if let [_] = self.values.as_slice() {
            let (x, y) = points.split_once(',').unwrap_or_default();
            let _ = writeln!(svg, r#"<circle cx="{x}" cy="{y}" r="3" fill="{colour}"/>"#);
        }
    }

    /// What the curve holds on a day, for a tooltip.
    fn told(&self, day: usize) -> String {
        let at = |values: &[f64]| values.get(day - 1).copied().map_or("-".to_owned(), short);
        let band = self.bands.first().map(|(low, high)| format!(" ({}–{})", at(low), at(high)));
        format!("{}: {}{}", self.name, at(&self.values), band.unwrap_or_default())
    }
}

fn draw_tips(svg: &mut String, curves: &[Curve], scale: &Scale) {
    let step = scale.days.div_ceil(TIPS_MAX).max(1);
    let half = (PLOT_RIGHT - PLOT_LEFT) / scale.days.max(2) as f64 * step as f64 / 2.0;
    for day in (1..=scale.days).step_by(step) {
        let x = scale.x(day);
        let lines: Vec<String> =
            std::iter::once(format!("day {day}")).chain(curves.iter().map(|curve| curve.told(day))).collect();
        let longest = lines.iter().map(|line| unicode_width::UnicodeWidthStr::width(line.as_str())).max().unwrap_or(0);
        let (width, height) = (longest as f64 * TIP_CHARACTER + 12.0, lines.len() as f64 * TIP_ROW + 6.0);
        let is_left = x > f64::midpoint(PLOT_LEFT, PLOT_RIGHT);
        let left = if is_left { (x - width - 6.0).max(0.0) } else { (x + 6.0).min((WIDTH - width).max(0.0)) };
        let _ = write!(
            svg,
            "<g class=\"day\"><rect x=\"{:.1}\" y=\"{PLOT_TOP}\" width=\"{:.1}\" height=\"{:.1}\" fill=\"none\" \
             pointer-events=\"all\"/><g class=\"tip\"><line x1=\"{x:.1}\" y1=\"{PLOT_TOP}\" x2=\"{x:.1}\" \
             y2=\"{PLOT_BOTTOM}\" stroke=\"#888\"/><rect x=\"{left:.1}\" y=\"{PLOT_TOP}\" width=\"{width:.1}\" \
             height=\"{height:.1}\" fill=\"#fff\" stroke=\"#888\"/>",
            x - half,
            half * 2.0,
            PLOT_BOTTOM - PLOT_TOP
        );
        for (row, line) in lines.iter().enumerate() {
            let y = PLOT_TOP + TIP_ROW * (row as f64 + 0.9);
            text(svg, (left + 6.0, y), "start", "", line);
        }
        svg.push_str("</g></g>\n");
    }
}

/// A text element; `attributes` begin with a space.
pub fn text(svg: &mut String, (x, y): (f64, f64), anchor: &str, attributes: &str, content: &str) {
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

    fn curve(values: &[f64]) -> Curve {
        Curve { name: "a<b".into(), values: values.to_vec(), ..Curve::default() }
    }

    #[test]
    fn a_chart_has_its_curve_within_the_plot_and_tells_each_day() {
        let svg = svg("T & t", &[curve(&[0.0, 5.0, 10.0])]);
        for expected in ["T &amp; t", "a&lt;b: 5<", ">day 3<", r#"points="52.0,202.0 261.0,106.0 470.0,10.0""#] {
            assert!(svg.contains(expected), "{expected} should be in\n{svg}");
        }
    }

    #[test]
    fn a_band_lies_around_its_line_and_is_told_with_it() {
        let banded = Curve { bands: vec![(vec![2.0, 4.0], vec![8.0, 10.0])], ..curve(&[5.0, 5.0]) };
        let svg = svg("t", &[banded]);
        assert!(svg.contains(r#"<polygon points="52.0,48.4 470.0,10.0 470.0,125.2 52.0,163.6""#), "{svg}");
        assert!(svg.contains("a&lt;b: 5 (2–8)"), "{svg}");
    }

    #[test]
    fn charts_of_one_day_and_of_none_are_drawn() {
        assert!(svg("t", &[curve(&[3.0])]).contains("<circle"), "one day is a dot");
        assert!(svg("t", &[curve(&[])]).ends_with("</svg>\n"));
        assert_eq!(day_ticks(30).collect::<Vec<_>>(), [1, 5, 10, 15, 20, 25, 30]);
    }
}
