//! `merge`, `bag`, `skill`, `legal` (docs/contract/role-play.md#crafting).

use std::fmt::Display;

use bevy_app::App;
use bevy_ecs::prelude::*;
use schemars::JsonSchema;
use serde::ser::SerializeMap;
use serde::{Deserialize, Serialize, Serializer};

use crate::case_file::{MUTED, Voices};
use crate::crafting::model::{Craft, CraftKind, Possessions};
use crate::crafting::rules::{CraftRules, Recipe, RecipeTexts};
use crate::identity::{Account, NOT_YOUR_ROLE, NameRules, own_role};
use crate::items::{Amount, Cause, Inventory, ItemRules};
use crate::spelling;
use crate::timed_events::{Changeable, EventRules};
use raidkeep_engine::clock::Clock;
use raidkeep_engine::dispatch::RequestApp;
use raidkeep_engine::request;
use raidkeep_engine::request::lenient::{Integer, integer};
use raidkeep_engine::request::route::RouteApp;
use raidkeep_engine::request::{Answer, Anyone, Call, Code, Player, Reads, Refusal, Success};
use raidkeep_engine::rules::Rules;
use raidkeep_engine::schema::{map_of, schema_by_hand};
use raidkeep_engine::template::Template;

pub(super) fn register(app: &mut App) {
    app.add_request::<Merge, _>(merge);
    app.add_request::<Bag, _>(bag);
    app.add_request::<Skill, _>(skill);
    app.add_request::<Legal, _>(legal);
    app.add_route::<Merge>("/merge").add_route::<Bag>("/bag").add_route::<Skill>("/skill").add_route::<Legal>("/legal");
}

/// The ledger's cause for materials spent.
const CRAFTING: Cause = Cause::new("crafting");

/// `merge {role, mode, num, des, name?}`: crafts something from `num` units of material.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
pub struct Merge {
    /// The caller's own username.
    role: String,
    /// 0 a skill, 1 a piece of equipment.
    #[serde(deserialize_with = "integer")]
    #[schemars(with = "Integer")]
    mode: i64,
    /// How many units of the material to spend.
    #[serde(deserialize_with = "integer")]
    #[schemars(with = "Integer")]
    num: i64,
    /// What it is, in words.
    des: String,
    /// An addition to the contract; by default the name is the start of the description.
    #[serde(default)]
    name: Option<String>,
}

request!(
    Player, "merge", Merge => CraftTold,
    READS = Reads::Caller,
    CODES = &[
        Code::of(NOT_YOUR_ROLE),
        Code::refusal(SHORT, "materials insufficient"),
        Code::refusal(spelling::ILLEGAL, "illegal name or description"),
        Code::refusal(FULL, "no more can be owned"),
        MUTED,
    ],
);

/// A reply that is a text for the player.
#[derive(Debug, Default, Serialize, JsonSchema)]
pub struct CraftTold {
    /// What the player reads.
    text: String,
}

const SHORT: i32 = 95;
const FULL: i32 = 99;

/// Why nothing was made. The text is for the player, the status for programs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Objection {
    Short,
    Illegal,
    Full,
}

impl Objection {
    fn of(self, recipe: &Recipe) -> (i32, &'static str, &Template) {
        match self {
            Self::Short => (SHORT, "materials insufficient", &recipe.texts.short),
            Self::Illegal => (spelling::ILLEGAL, "illegal name or description", &recipe.texts.illegal),
            Self::Full => (FULL, "no more can be owned", &recipe.texts.full),
        }
    }
}

fn merge(
    In(call): In<Call<Merge>>,
    mut players: Query<(&Account, &mut Inventory, &mut Possessions)>,
    (rules, events, clock): (Res<Rules<CraftRules>>, Res<Rules<EventRules>>, Res<Clock>),
    names: Res<Rules<NameRules>>,
    items: Res<Rules<ItemRules>>,
    voices: Voices,
) -> Answer<CraftTold> {
    let Merge { role, mode, num, des: description, name } = call.request;
    let (account, mut inventory, mut possessions) = call.caller.get_mut(&mut players)?;
    own_role(account, &role)?;
    let kind = CraftKind::of_mode(mode).ok_or_else(|| Refusal::malformed("data.mode", "0 (skill) or 1 (equipment)"))?;
    let rules = rules.under(events.own_changes(account.made_at(), clock.now()));
    let recipe = rules.recipe(kind);
    if !(1..=recipe.spend_max).contains(&num) {
        let expected = format!("an integer from 1 to {}", recipe.spend_max);
        return Err(Refusal::malformed("data.num", &expected));
    }
    voices.may_say(call.caller.entity, &description)?;
    let name = name.unwrap_or_else(|| rules.name_of(&description));
    let craft = Craft { name, description, strength: recipe.strength(num) };
    let material = items.name_of(recipe.material);
    let words = |inventory: &Inventory, template: &Template, strength: u32| {
        let (name, description, left) = (&craft.name, &craft.description, inventory.quantity(recipe.material));
        let values: [&dyn Display; 6] = [name, description, &strength, &num, &left, &material];
        let named: Vec<_> = RecipeTexts::PLACES.into_iter().zip(values).collect();
        CraftTold { text: template.fill(&named) }
    };
    let price = [Amount { item: recipe.material, quantity: num }];
    let objection = objection(kind, &craft, recipe, &possessions, &names);
    if let Some(objection) = objection.or_else(|| (!inventory.pay(&price, CRAFTING)).then_some(Objection::Short)) {
        let (status, message, template) = objection.of(recipe);
        return Ok(Success::with(words(&inventory, template, craft.strength)).status(status).message(message));
    }
    let strength = possessions.add(kind, craft.clone()).strength;
    Ok(Success::with(words(&inventory, &recipe.texts.made, strength)))
}

/// Why it cannot be made, apart from its price.
fn objection(
    kind: CraftKind,
    craft: &Craft,
    recipe: &Recipe,
    owned: &Possessions,
    names: &NameRules,
) -> Option<Objection> {
    let is_legal = names.is_legal_name(&craft.name) && names.is_legal_description(&craft.description);
    if !is_legal {
        return Some(Objection::Illegal);
    }
    (!owned.has_room(kind, &craft.name, recipe.owned_max)).then_some(Objection::Full)
}

/// Name to description, in order of crafting: `{"火球术":"向敌人投出火焰"}`.
#[derive(Debug, Default)]
pub struct Described(Vec<(String, String)>);

impl Described {
    fn of(crafts: &[Craft]) -> Self {
        Self(crafts.iter().map(|craft| (craft.name.clone(), craft.description.clone())).collect())
    }
}

impl Serialize for Described {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(Some(self.0.len()))?;
        self.0.iter().try_for_each(|(name, description)| map.serialize_entry(name, description))?;
        map.end()
    }
}

schema_by_hand!(Described, "Described", |generator| map_of::<String>("Name to description.", generator));

/// `bag {role}`.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
pub struct Bag {
    /// The caller's own username.
    role: String,
}

request!(Player, "bag", Bag => BagShown, READS = Reads::Caller, CODES = &[Code::of(NOT_YOUR_ROLE)]);

/// The reply of `bag`.
#[derive(Debug, Default, Serialize, JsonSchema)]
pub struct BagShown {
    /// The caller's equipment.
    equipments: Described,
}

fn bag(In(call): In<Call<Bag>>, players: Query<(&Account, &Possessions)>) -> Answer<BagShown> {
    let (account, possessions) = call.caller.get(&players)?;
    own_role(account, &call.request.role)?;
    Ok(Success::with(BagShown { equipments: Described::of(possessions.all(CraftKind::Equipment)) }))
}

/// `skill {role}`.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
pub struct Skill {
    /// The caller's own username.
    role: String,
}

request!(Player, "skill", Skill => SkillsShown, READS = Reads::Caller, CODES = &[Code::of(NOT_YOUR_ROLE)]);

/// The reply of `skill`.
#[derive(Debug, Default, Serialize, JsonSchema)]
pub struct SkillsShown {
    /// The caller's skills.
    skills: Described,
}

fn skill(In(call): In<Call<Skill>>, players: Query<(&Account, &Possessions)>) -> Answer<SkillsShown> {
    let (account, possessions) = call.caller.get(&players)?;
    own_role(account, &call.request.role)?;
    Ok(Success::with(SkillsShown { skills: Described::of(possessions.all(CraftKind::Skill)) }))
}

/// `legal {mode, content}`: whether a name (mode 0) or the description of a role (mode 1) may be used.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
pub struct Legal {
    /// 0 a name, 1 the description of a role.
    #[serde(deserialize_with = "integer")]
    #[schemars(with = "Integer")]
    mode: i64,
    /// The text.
    content: String,
}

request!(Anyone, "legal", Legal => Judged);

/// The reply of `legal`.
#[derive(Debug, Default, Serialize, JsonSchema)]
pub struct Judged {
    /// Whether it may be used.
    status: bool,
}

fn legal(In(call): In<Call<Legal>>, names: Res<Rules<NameRules>>) -> Answer<Judged> {
    let is_legal = match call.request.mode {
        0 => names.is_legal_name(&call.request.content),
        1 => names.is_legal_description(&call.request.content),
        _ => return Err(Refusal::malformed("data.mode", "0 (name) or 1 (description)")),
    };
    Ok(Success::with(Judged { status: is_legal }))
}
