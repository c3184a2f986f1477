//! The economy of some rules as a table for people: `raidkeep check --economy`.

use unicode_width::UnicodeWidthStr;

use crate::report::columns::{left, right};
use raidkeep_game::economy::listing::{EconomyListing, GoodListing, ItemListing, TradeListing};
use raidkeep_game::trade::{Frequency, Quantity, TradeKind};

/// As wide as a name becomes before it stands in a line of its own.
const WIDTH_MAX: usize = 60;
/// The names of trades that are shown beside an item.
const NAMES_SHOWN: usize = 3;
const HEADS: [&str; 6] = ["", "how often", "takes", "brings", "per energy", "per hour"];

/// A row of the table; the two last columns are numbers.
type Cells = [String; 6];

/// The trades by kind, then the items with what gives and takes them.
pub fn economy_text(economy: &EconomyListing) -> String {
    let mut text = String::new();
    let mut trades = economy.trades.as_slice();
    while let Some(first) = trades.first() {
        let (same, others) = trades.split_at(trades.partition_point(|trade| trade.kind == first.kind));
        trades = others;
        text += &table(title(first.kind), same);
    }
    text += "Items\n";
    for item in &economy.items {
        text += &flow(item);
    }
    text
}

fn title(kind: TradeKind) -> &'static str {
    match kind {
        TradeKind::Stage => "Stages",
        TradeKind::LegacyStage => "Stages by the legacy functions",
        TradeKind::Sweep => "Sweeps",
        TradeKind::HangUp => "Hang-up",
        TradeKind::Time => "What time brings",
        TradeKind::Ticket => "Tickets",
        TradeKind::Offer => "Offers",
        TradeKind::Use => "Potions and chests",
        TradeKind::Craft => "Crafting",
        TradeKind::Battle => "Battles",
        TradeKind::Task => "Tasks",
        TradeKind::Gift => "What comes once",
    }
}

fn table(title: &str, trades: &[TradeListing]) -> String {
    let alike = |at: usize| at > 0 && trades[at].is_like(&trades[at - 1]);
    let rows =
        trades.iter().enumerate().flat_map(|(at, trade)| if alike(at) { vec![the_same(trade)] } else { rows(trade) });
    let rows: Vec<Cells> = rows.collect();
    let heads = HEADS.map(str::to_owned);
    let width = |column: usize| {
        let cells = rows.iter().chain([&heads]).map(|row| row[column].width());
        cells.filter(|width| *width <= WIDTH_MAX).max().unwrap_or(0)
    };
    let widths: Vec<usize> = (0..HEADS.len()).map(width).collect();
    let mut heads = heads;
    title.clone_into(&mut heads[0]);
    let mut text: String = std::iter::once(&heads).chain(&rows).map(|row| line(row, &widths)).collect();
    text.push('\n');
    text
}

fn line(row: &Cells, widths: &[usize]) -> String {
    let cell = |(column, cell): (usize, &String)| {
        if column >= HEADS.len() - 2 { right(cell, widths[column]) } else { left(cell, widths[column]) }
    };
    let line = row.iter().enumerate().map(cell).collect::<Vec<_>>().join("  ");
    format!("{}\n", line.trim_end())
}

/// A single row for what is like the trade before it.
fn the_same(trade: &TradeListing) -> Cells {
    let mut cells = Cells::default();
    cells[0] = format!("  {}", trade.name);
    "the same".clone_into(&mut cells[1]);
    cells
}

/// A row for each good that comes, with what is taken beside it.
fn rows(trade: &TradeListing) -> Vec<Cells> {
    let count = trade.takes.len().max(trade.gives.len()).max(1);
    let good = |goods: &[GoodListing], row: usize| {
        goods.get(row).map(|good| format!("{} {}", Quantity(good.quantity), good.name)).unwrap_or_default()
    };
    let rate = |rate: Option<f64>| rate.map(|rate| Quantity(rate).to_string()).unwrap_or_default();
    let row = |row: usize| {
        let first = |text: String| if row == 0 { text } else { String::new() };
        let gives = trade.gives.get(row);
        [
            first(format!("  {}", trade.name)),
            first(how_often(trade)),
            good(&trade.takes, row),
            good(&trade.gives, row),
            rate(gives.and_then(|good| good.per_energy)),
            rate(gives.and_then(|good| good.per_hour)),
        ]
    };
    (0..count).map(row).collect()
}

fn how_often(trade: &TradeListing) -> String {
    let often = match trade.frequency {
        Frequency::Always => "any time".to_owned(),
        Frequency::PerDay(1) => "once a day".to_owned(),
        Frequency::PerDay(times) => format!("{times} a day"),
        Frequency::EverySeconds(seconds) if seconds % 60 == 0 => format!("every {} min", seconds / 60),
        Frequency::EverySeconds(seconds) => format!("every {seconds} s"),
        Frequency::Seldom => "now and then".to_owned(),
    };
    if trade.level > 0 { format!("{often}, level {}", trade.level) } else { often }
}

fn flow(item: &ItemListing) -> String {
    let shown = |names: &[String]| match names.len() {
        0 => "nothing".to_owned(),
        count => {
            let more = count.saturating_sub(NAMES_SHOWN);
            let names = names[..count.min(NAMES_SHOWN)].join(", ");
            if more > 0 { format!("{names} and {more} more") } else { names }
        }
    };
    format!("  {} ({}): from {}; to {}\n", item.name, item.id, shown(&item.sources), shown(&item.sinks))
}
