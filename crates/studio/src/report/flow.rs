//! Flow pictures: where an item comes from, where it goes, and what stays, as bands whose width is the quantity.

use std::fmt::Write as _;

use crate::report::chart::{escape, text};
use crate::report::number::short;

const WIDTH: f64 = 480.0;
const LABEL: f64 = 150.0;
const BAR: f64 = 10.0;
const MIDDLE: f64 = WIDTH / 2.0;
/// The height of the larger side, without the gaps.
const HEIGHT: f64 = 130.0;
const GAP: f64 = 6.0;
/// So much room takes a label.
const ROW: f64 = 16.0;
/// Smaller streams are drawn as one.
const STREAMS_MAX: usize = 6;

const IN: &str = "#009e73";
const OUT: &str = "#d55e00";
const KEPT: &str = "#0072b2";

/// A part of a flow.
#[derive(Debug, Clone, PartialEq)]
pub struct Stream {
    /// Why it flows.
    pub name: String,
    /// How much; positive.
    pub quantity: f64,
}

/// What flows in and out of the pockets of players.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Flows {
    /// Sources.
    pub came: Vec<Stream>,
    /// Sinks.
    pub went: Vec<Stream>,
}

impl Flows {
    /// The larger of what came and what went.
    pub fn size(&self) -> f64 {
        sum(&self.came).max(sum(&self.went))
    }

    /// The picture as an `svg` element. Pictures with the same `whole` can be compared: it is the quantity of the full
    /// height.
    pub fn svg(&self, title: &str, whole: f64) -> String {
        let (came, went) = (sum(&self.came), sum(&self.went));
        let mut left = side(&self.came, IN);
        let mut right = side(&self.went, OUT);
        if came > went {
            right.push(Node { name: "stays".to_owned(), quantity: came - went, colour: KEPT });
        } else if went > came {
            left.push(Node { name: "was there before".to_owned(), quantity: went - came, colour: KEPT });
        }
        let per_piece = if whole > 0.0 { HEIGHT / whole } else { 0.0 };
        let height = [&left, &right].map(|nodes| nodes.iter().map(|node| node.room(per_piece)).sum::<f64>());
        let height = height[0].max(height[1]).max(ROW) + 2.0;
        let mut svg = format!(
            "<svg viewBox=\"0 0 {WIDTH} {height:.1}\" role=\"img\" aria-label=\"{}\" font-size=\"12\">\n",
            escape(title)
        );
        let thick = came.max(went) * per_piece;
        let top = (height - thick) / 2.0;
        let x = MIDDLE - BAR / 2.0;
        let _ = writeln!(svg, r##"<rect x="{x}" y="{top:.1}" width="{BAR}" height="{thick:.1}" fill="#555"/>"##);
        draw_side(&mut svg, &left, (per_piece, top, height), true);
        draw_side(&mut svg, &right, (per_piece, top, height), false);
        svg.push_str("</svg>\n");
        svg
    }
}

fn sum(streams: &[Stream]) -> f64 {
    streams.iter().map(|stream| stream.quantity).sum()
}

/// A stream with its colour.
struct Node {
    name: String,
    quantity: f64,
    colour: &'static str,
}

impl Node {
    fn room(&self, per_piece: f64) -> f64 {
        (self.quantity * per_piece).max(ROW) + GAP
    }
}

/// The streams of a side, the largest first, small ones together.
fn side(streams: &[Stream], colour: &'static str) -> Vec<Node> {
    let mut sorted: Vec<&Stream> = streams.iter().filter(|stream| stream.quantity > 0.0).collect();
    sorted.sort_by(|a, b| b.quantity.total_cmp(&a.quantity));
    let shown = if sorted.len() > STREAMS_MAX { STREAMS_MAX - 1 } else { sorted.len() };
    let node = |name: &str, quantity: f64| Node { name: name.to_owned(), quantity, colour };
    let mut nodes: Vec<Node> = sorted[..shown].iter().map(|stream| node(&stream.name, stream.quantity)).collect();
    if let rest @ [_, ..] = &sorted[shown..] {
        let quantity = rest.iter().map(|stream| stream.quantity).sum();
        nodes.push(node(&format!("{} others", rest.len()), quantity));
    }
    nodes
}

fn draw_side(svg: &mut String, nodes: &[Node], (per_piece, top, height): (f64, f64, f64), is_left: bool) {
    let taken: f64 = nodes.iter().map(|node| node.room(per_piece)).sum();
    let (mut outer, mut inner) = ((height - taken) / 2.0 + GAP / 2.0, top);
    let (bar, edge, middle) = match is_left {
        true => (LABEL, LABEL + BAR, MIDDLE - BAR / 2.0),
        false => (WIDTH - LABEL - BAR, WIDTH - LABEL - BAR, MIDDLE + BAR / 2.0),
    };
    let all: f64 = nodes.iter().map(|node| node.quantity).sum();
    for node in nodes {
        let thick = node.quantity * per_piece;
        let room = node.room(per_piece) - GAP;
        let y = outer + (room - thick) / 2.0;
        let turn = f64::midpoint(edge, middle);
        let Node { name, quantity, colour } = node;
        let percent = if all > 0.0 { quantity * 100.0 / all } else { 0.0 };
        let told = format!("{name}: {} ({percent:.0} %)", short(*quantity));
        let _ = writeln!(
            svg,
            "<g><title>{}</title><path d=\"M{edge},{y:.1} C{turn:.1},{y:.1} {turn:.1},{inner:.1} {middle},{inner:.1} \
             V{:.1} C{turn:.1},{:.1} {turn:.1},{:.1} {edge},{:.1} Z\" fill=\"{colour}\" fill-opacity=\"0.35\"/>\
             <rect x=\"{bar}\" y=\"{y:.1}\" width=\"{BAR}\" height=\"{:.1}\" fill=\"{colour}\"/></g>",
            escape(&told),
            inner + thick,
            inner + thick,
            y + thick,
            y + thick,
            thick.max(1.0)
        );
        let (x, anchor) = if is_left { (LABEL - 4.0, "end") } else { (WIDTH - LABEL + 4.0, "start") };
        text(svg, (x, outer + room / 2.0 + 4.0), anchor, "", &format!("{name} {}", short(*quantity)));
        outer += room + GAP;
        inner += thick;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn streams(quantities: &[f64]) -> Vec<Stream> {
        let named = quantities.iter().enumerate();
        named.map(|(index, quantity)| Stream { name: format!("cause{index}"), quantity: *quantity }).collect()
    }

    #[test]
    fn what_stays_and_what_was_there_before_close_the_balance() {
        let grows = Flows { came: streams(&[30.0, 10.0]), went: streams(&[15.0]) };
        assert!(grows.svg("t", grows.size()).contains(">stays 25<"), "40 came and 15 went");
        let shrinks = Flows { came: streams(&[1.0]), went: streams(&[4.0]) };
        assert!(shrinks.svg("t", shrinks.size()).contains(">was there before 3<"));
        assert!(Flows::default().svg("t", 0.0).ends_with("</svg>\n"), "nothing at all can be drawn");
    }

    #[test]
    fn many_small_streams_are_drawn_as_one() {
        let flows = Flows { came: streams(&[9.0, 8.0, 7.0, 6.0, 5.0, 0.2, 0.3, 0.0]), went: Vec::new() };
        let svg = flows.svg("t", flows.size());
        assert!(svg.contains(">2 others 0.5<"), "{svg}");
        assert!(svg.contains("cause0: 9 (25 %)"), "the tooltip has the share: {svg}");
    }
}
