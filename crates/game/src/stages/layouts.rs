//! `monsters.ron` and `layouts.ron`: what a client places on the field of a stage.
//!
//! The server does not simulate these; the legacy function `enter_stage` hands them to the client.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::stages::rules::StageRules;
use raidkeep_engine::rules::{GivenName, Naming, Place, Report, SingleFile, Tables};
use raidkeep_engine::schema::each;

/// Monsters, by their `id`.
pub const MONSTER: Naming = Naming { what: "monster", given_in: "the monsters in monsters.ron" };

/// Layouts, by their `id`.
pub const LAYOUT: Naming = Naming { what: "layout", given_in: "the layouts in layouts.ron" };

/// `monsters.ron`.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct MonsterRules {
    /// Every monster.
    pub monsters: Vec<Monster>,
}

/// One monster's attributes.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Monster {
    /// Its name in layouts.
    pub id: String,
    /// For people.
    pub name: String,
    /// Life points.
    #[schemars(range(min = 1, max = 1_000_000_000_000_000_i64), extend("unit" = "life points"))]
    pub life: i64,
    /// Damage of a hit.
    #[schemars(range(min = 0, max = 1_000_000_000_000_000_i64), extend("unit" = "life points"))]
    pub attack: i64,
    /// How much damage is taken off a hit.
    #[schemars(range(min = 0, max = 1_000_000_000_000_000_i64), extend("unit" = "life points"))]
    pub defense: i64,
    /// Fields a second.
    #[schemars(range(min = 0.0, max = 1000000.0), extend("unit" = "fields a second"))]
    pub speed: f64,
}

/// `layouts.ron`.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct LayoutRules {
    /// Every layout.
    pub layouts: Vec<Layout>,
}

/// The waves of a stage.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Layout {
    /// Its name in stages.
    pub id: String,
    /// In order of appearance.
    pub waves: Vec<Wave>,
}

/// One wave.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Wave {
    /// Seconds after the entry.
    #[schemars(range(min = 0, max = 1_000_000), extend("unit" = "seconds"))]
    pub time: u32,
    /// Seconds between two enemies of the wave.
    #[schemars(range(min = 0.0, max = 1000000.0), extend("unit" = "seconds"))]
    pub cool_down: f64,
    /// The enemies.
    pub enemies: Vec<Enemy>,
}

/// Some monsters of one kind.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Enemy {
    /// From `monsters.ron`.
    pub monster: String,
    /// How many.
    #[schemars(range(min = 1, max = 1_000_000_000), extend("unit" = "monsters"))]
    pub count: u32,
    /// Where they appear, on a field of 0 to 100 by 0 to 100.
    #[schemars(transform = each(0, 100, "percent of the field"))]
    pub spawn: (f64, f64),
}

impl MonsterRules {
    /// The monsters that appear in a layout, each once.
    pub fn of_layout(&self, layout: &Layout) -> Vec<Monster> {
        let appears = |monster: &&Monster| {
            layout.waves.iter().flat_map(|wave| &wave.enemies).any(|enemy| enemy.monster == monster.id)
        };
        self.monsters.iter().filter(appears).cloned().collect()
    }
}

impl LayoutRules {
    /// The layout with that name.
    pub fn layout(&self, id: &str) -> Option<&Layout> {
        self.layouts.iter().find(|layout| layout.id == id)
    }

    /// Whether the monster appears in any layout.
    fn has_monster(&self, id: &str) -> bool {
        let waves = self.layouts.iter().flat_map(|layout| &layout.waves);
        waves.flat_map(|wave| &wave.enemies).any(|enemy| enemy.monster == id)
    }
}

impl SingleFile for MonsterRules {
    const PATH: &'static str = "monsters.ron";

    fn validate(&self, tables: &Tables, report: &mut Report) {
        for (index, monster) in self.monsters.iter().enumerate() {
            let place = Place::file(Self::PATH).key("monsters").index(index);
            if tables.get::<LayoutRules>().is_some_and(|layouts| !layouts.has_monster(&monster.id)) {
                report.warning(place.key("id"), format!("\"{}\" appears in no layout", monster.id));
            }
        }
        let list = Place::file(Self::PATH).key("monsters");
        let given = self.monsters.iter().enumerate().map(|(index, monster)| GivenName {
            name: monster.id.clone(),
            title: Some(monster.name.clone()),
            place: list.clone().index(index).key("id"),
        });
        report.names_given(MONSTER, list.clone(), given);
    }
}

impl SingleFile for LayoutRules {
    const PATH: &'static str = "layouts.ron";

    fn validate(&self, tables: &Tables, report: &mut Report) {
        for (index, layout) in self.layouts.iter().enumerate() {
            let place = Place::file(Self::PATH).key("layouts").index(index);
            for (at, wave) in layout.waves.iter().enumerate() {
                check_wave(wave, &place.clone().key("waves").index(at), report);
            }
            if tables.get::<StageRules>().is_some_and(|stages| !stages.may_have_layout(&layout.id)) {
                report.warning(place.key("id"), format!("no stage has the layout \"{}\"", layout.id));
            }
        }
        let list = Place::file(Self::PATH).key("layouts");
        let given = self.layouts.iter().enumerate().map(|(index, layout)| GivenName {
            name: layout.id.clone(),
            title: None,
            place: list.clone().index(index).key("id"),
        });
        report.names_given(LAYOUT, list.clone(), given);
    }
}

fn check_wave(wave: &Wave, place: &Place, report: &mut Report) {
    for (index, enemy) in wave.enemies.iter().enumerate() {
        let place = place.clone().key("enemies").index(index);
        report.name_used(MONSTER, enemy.monster.clone(), &place.key("monster"));
    }
}
