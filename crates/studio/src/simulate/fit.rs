//! Whether a policy fits the rules: what its players ask for has to be there.

use serde_json::value::RawValue;

use crate::simulate::policy::{CraftedKind, Habit, Policy};
use crate::simulate::purchase;
use raidkeep_engine::request::registry::RequestKind;
use raidkeep_engine::request::{Access, RequestTable};
use raidkeep_engine::rules::{Place, Problems, Report, Single, Tables};
use raidkeep_game::GameSettings;
use raidkeep_game::battles::FighterRules;
use raidkeep_game::crafting::CraftRules;
use raidkeep_game::shop::ShopRules;
use raidkeep_game::stages::{Mode, StageRules, SweepRules};
use raidkeep_game::tickets::TicketRules;

/// The rules and functions that policies are checked against.
struct Game<'g> {
    tables: &'g Tables,
    functions: &'g RequestTable,
}

/// Reports what a policy asks for and the rules do not have.
///
/// # Errors
/// Every such mistake, at its line in the policy.
pub fn fit(policy: &Single<Policy>, settings: &GameSettings, tables: &Tables) -> Result<(), Problems> {
    let mut app = raidkeep_game::build_app(settings);
    purchase::register(&mut app);
    let game = Game { tables, functions: app.world().resource::<RequestTable>() };
    let problems = policy.check(|policy, file, report| {
        for (index, archetype) in policy.archetypes.iter().enumerate() {
            let place = file.clone().key("archetypes").index(index).key("habits");
            for (index, habit) in archetype.habits.iter().enumerate() {
                game.check(habit, &place.clone().index(index), report);
            }
        }
    });
    if problems.has_errors() { Err(problems) } else { Ok(()) }
}

impl Game<'_> {
    fn check(&self, habit: &Habit, place: &Place, report: &mut Report) {
        match habit {
            Habit::Purchase { offer, .. } => self.check_offer(offer, place, report),
            Habit::Shop { points, .. } => self.check_budget(*points, place, report),
            Habit::Tickets { mode, .. } => {
                let sold = self.tables.get::<TicketRules>().is_some_and(|rules| rules.purchase(*mode).is_some());
                if !sold {
                    report.error(place.clone().key("mode"), "tickets.ron sells no tickets of this mode");
                }
            }
            Habit::Fight { mode, stage, .. } => {
                self.check_mode(*mode, &place.clone().key("mode"), report);
                stage.iter().for_each(|stage| self.check_stage(*mode, *stage, &place.clone().key("stage"), report));
            }
            Habit::Craft { kind, spend, .. } => self.check_craft(*kind, *spend, &place.clone().key("spend"), report),
            Habit::Activity { .. } => self.check_mode(Mode::Activity, place, report),
            Habit::Sweep { .. } => {
                if self.tables.get::<SweepRules>().is_none_or(|rules| rules.stages.is_empty()) {
                    report.error(place, "sweep.ron has no stage that can be swept");
                }
            }
            Habit::Battles { fighter: Some(name), .. } => self.check_fighter(name, place, report),
            Habit::Ask { function, data, .. } => self.check_request(function, &data.to_string(), place, report),
            Habit::HangUp
            | Habit::Mail
            | Habit::ReadMail
            | Habit::Letters { .. }
            | Habit::Tasks { .. }
            | Habit::Battles { fighter: None, .. }
            | Habit::Challenges { .. } => {}
        }
    }

    fn check_offer(&self, offer: &str, place: &Place, report: &mut Report) {
        let offers = self.tables.get::<ShopRules>().map_or(&[][..], |rules| &rules.offers);
        if !offers.iter().any(|known| known.id == offer) {
            let message = format!("unknown offer \"{offer}\", expected an id from shop.ron");
            report
                .error(place.clone().key("offer"), message)
                .nearest(offer, offers.iter().map(|known| known.id.as_str()));
        }
    }

    fn check_budget(&self, points: u32, place: &Place, report: &mut Report) {
        let offers = self.tables.get::<ShopRules>().map_or(&[][..], |rules| &rules.offers);
        if let Some(cheapest) = offers.iter().map(|offer| offer.price).min().filter(|cheapest| *cheapest > points) {
            let message =
                format!("{points} buys nothing, expected {cheapest} or more, the price of the cheapest offer");
            report.error(place.clone().key("points"), message);
        }
    }

    fn check_mode(&self, mode: Mode, place: &Place, report: &mut Report) {
        let rules = self.tables.get::<StageRules>().and_then(|rules| rules.mode(mode));
        if rules.is_none_or(|rules| rules.stages.is_empty()) {
            report.error(place, format!("there are no {} stages", mode.name()));
        }
    }

    fn check_stage(&self, mode: Mode, stage: u32, place: &Place, report: &mut Report) {
        let rules = self.tables.get::<StageRules>().and_then(|rules| rules.mode(mode));
        if rules.is_some_and(|rules| rules.stage(stage).is_none()) {
            report.error(place, format!("there is no {} stage {stage}", mode.name()));
        }
    }

    fn check_craft(&self, kind: CraftedKind, spend: u32, place: &Place, report: &mut Report) {
        let Some(rules) = self.tables.get::<CraftRules>() else {
            return;
        };
        let recipe = if kind == CraftedKind::Skill { &rules.skill } else { &rules.equipment };
        if !(1..=recipe.spend_max).contains(&spend.into()) {
            let message = format!("{spend} is out of range, expected 1 to {}, as crafting.ron says", recipe.spend_max);
            report.error(place, message);
        }
    }

    fn check_fighter(&self, name: &str, place: &Place, report: &mut Report) {
        let fighters = self.tables.get::<FighterRules>().map_or(&[][..], |rules| &rules.fighters);
        if !fighters.iter().any(|fighter| fighter.name == name) {
            let message = format!("unknown fighter \"{name}\", expected a name from fighters.ron");
            report
                .error(place.clone().key("fighter"), message)
                .nearest(name, fighters.iter().map(|fighter| fighter.name.as_str()));
        }
    }

    fn check_request(&self, name: &str, data: &str, place: &Place, report: &mut Report) {
        let players = || self.functions.kinds().iter().filter(|kind| kind.access != Access::Operator);
        let place_of_name = place.clone().key("function");
        match self.functions.find(name) {
            None => {
                let message = format!("there is no function {name}");
                report.error(place_of_name, message).nearest(name, players().map(|kind| kind.function));
            }
            Some(kind) if kind.access == Access::Operator => {
                report.error(place_of_name, format!("{name} is a function of operators, expected one of players"));
            }
            Some(kind) => {
                if let Some(message) = refusal_of(kind, data) {
                    report.error(place.clone().key("data"), message);
                }
            }
        }
    }
}

/// What a function says of arguments that it cannot read.
fn refusal_of(kind: &RequestKind, data: &str) -> Option<String> {
    let raw: &RawValue = serde_json::from_str(data).ok()?;
    (kind.decode)(Some(raw)).err().map(|refusal| refusal.message.into_owned())
}
