//! What a greedy player found, in the game's words.

use std::fmt::{self, Display};

use crate::simulate::greedy::day::{Bound, Day, Value};
use crate::simulate::greedy::holding::{Holding, Resource};
use crate::simulate::greedy::moves::Move;
use crate::simulate::greedy::{Greedy, GreedyPlan, Search};
use raidkeep_engine::rules::LoadedRules;
use raidkeep_game::items::ItemRules;
use raidkeep_game::stages::Mode;
use raidkeep_game::tickets::TicketRules;

/// Something that a greedy player does in its day.
#[derive(Debug, Clone, PartialEq)]
pub struct GreedyStep {
    /// How often in a day.
    pub times: u32,
    /// What, in the game's words.
    pub words: String,
    /// What it takes each time: names and quantities.
    pub takes: Vec<(String, f64)>,
    /// What it brings each time.
    pub brings: Vec<(String, f64)>,
}

pub(super) fn tell(
    search: &Search<'_>,
    holding: &Holding,
    moves: &[Move],
    best: Option<Day>,
    values: &[Option<Value>],
) -> Greedy {
    let names = Names(search.rules);
    let mut greedy = nothing(search.plan, search.rules, search.wanted);
    greedy.player = (search.plan.days, holding.level, holding.highest(Mode::General));
    greedy.tried = values.iter().flatten().count();
    let Some(day) = best.filter(|day| day.brought(search.wanted) > 0.0) else {
        return greedy;
    };
    greedy.per_hour = day.brought(search.wanted) / 24.0;
    for (index, known) in moves.iter().enumerate().filter(|(index, _)| day.done[*index] > 0) {
        let mut changes = day.each_time(index);
        let energy = values[index].as_ref().map_or(0.0, |value| value.of(Resource::Energy));
        changes.extend((energy != 0.0).then_some((Resource::Energy, energy)));
        let named = |sign: f64| -> Vec<(String, f64)> {
            let some = changes.iter().filter(|(_, change)| **change * sign > 0.0);
            some.map(|(resource, change)| (names.of(*resource), change.abs())).collect()
        };
        let (takes, brings) = (named(-1.0), named(1.0));
        greedy.steps.push(GreedyStep { times: day.done[index], words: known.words.clone(), takes, brings });
    }
    greedy.steps.sort_by_key(|step| std::cmp::Reverse(step.times));
    greedy.limits = day.bounds.iter().filter_map(|bound| names.bound(*bound, moves)).collect();
    greedy
}

/// Of a player who got nothing.
pub(super) fn nothing(plan: &GreedyPlan, rules: &LoadedRules, wanted: Resource) -> Greedy {
    Greedy {
        wanted: Names(rules).of(wanted),
        per_hour: 0.0,
        steps: Vec::new(),
        limits: Vec::new(),
        player: (plan.days, 0, 0),
        tried: 0,
    }
}

/// How things are called.
struct Names<'r>(&'r LoadedRules);

impl Names<'_> {
    fn of(&self, resource: Resource) -> String {
        let name = match resource {
            Resource::Energy => return "energy".to_owned(),
            Resource::Experience => return "experience".to_owned(),
            Resource::Ticket(key) => {
                let kinds = self.0.tables.get::<TicketRules>().and_then(|rules| rules.kind(key));
                kinds.map(|kind| format!("{} ({key})", kind.name))
            }
            Resource::Item(id) => {
                let item = self.0.tables.get::<ItemRules>().and_then(|rules| rules.item(id));
                item.map(|item| format!("{} ({id})", item.name))
            }
        };
        name.unwrap_or_else(|| format!("{resource:?}"))
    }

    /// `None` where the limit says nothing: what is used up as fast as it comes.
    fn bound(&self, bound: Bound, moves: &[Move]) -> Option<String> {
        match bound {
            Bound::Time => Some("the player's time".to_owned()),
            Bound::Of(resource @ (Resource::Energy | Resource::Ticket(_))) => Some(self.of(resource)),
            Bound::Of(_) => None,
            Bound::Move(index) => Some(format!("how often one can {}", moves.get(index)?.words)),
        }
    }
}

impl Display for Greedy {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (days, level, stage) = self.player;
        writeln!(f, "{} after {days} days of play: level {level}, general stage {stage}", self.wanted)?;
        if self.steps.is_empty() {
            return writeln!(f, "No move brings any ({} were tried).", self.tried);
        }
        writeln!(f, "Most found: {} an hour, around the clock, by this in a day:", grouped(self.per_hour))?;
        for GreedyStep { times, words, takes, brings } in &self.steps {
            let takes = if takes.is_empty() { "takes nothing".to_owned() } else { format!("takes {}", listed(takes)) };
            let brings = if brings.is_empty() { String::new() } else { format!("; brings {}", listed(brings)) };
            writeln!(f, "  {:>7} x {words}: {takes}{brings}", grouped(f64::from(*times)))?;
        }
        if !self.limits.is_empty() {
            writeln!(f, "Limited by: {}.", self.limits.join("; "))?;
        }
        Ok(())
    }
}

fn listed(amounts: &[(String, f64)]) -> String {
    amounts.iter().map(|(name, amount)| format!("{name} x {}", grouped(*amount))).collect::<Vec<_>>().join(", ")
}

/// A number with separators, and decimals where it is small and not whole.
fn grouped(value: f64) -> String {
    let decimals = if value < 100.0 && value.fract().abs() > 0.005 { 2 } else { 0 };
    let text = format!("{value:.decimals$}");
    let (whole, rest) = text.split_at(text.find('.').unwrap_or(text.len()));
    let mut grouped = String::new();
    for (index, digit) in whole.chars().enumerate() {
        if index > 0 && (whole.len() - index) % 3 == 0 {
            grouped.push(',');
        }
        grouped.push(digit);
    }
    grouped + rest
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_loop_is_told_with_names_and_quantities() {
        let step = GreedyStep {
            times: 17_280,
            words: "sweep stage 24, 100 at a time".to_owned(),
            takes: Vec::new(),
            brings: vec![("金币 (3:1)".to_owned(), 36_000.0), ("x".to_owned(), 0.25)],
        };
        let greedy = Greedy {
            wanted: "金币 (3:1)".to_owned(),
            per_hour: 25_920_000.0,
            steps: vec![step],
            limits: vec!["the player's time".to_owned()],
            player: (30, 45, 24),
            tried: 40,
        };
        let expected = "\
金币 (3:1) after 30 days of play: level 45, general stage 24
Most found: 25,920,000 an hour, around the clock, by this in a day:
   17,280 x sweep stage 24, 100 at a time: takes nothing; brings 金币 (3:1) x 36,000, x x 0.25
Limited by: the player's time.
";
        assert_eq!(greedy.to_string(), expected);
        let none = Greedy { per_hour: 0.0, steps: Vec::new(), ..greedy };
        assert!(none.to_string().ends_with("No move brings any (40 were tried).\n"));
    }
}
