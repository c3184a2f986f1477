//! What operators see of a player, composed of parts: each feature registers its own with [`ViewApp::add_view_part`].
//!
//! A part is read-only. What it shows comes from the player in memory, and if it says so from rows on disk, which are read
//! off the world's thread. Its type is a field of [`ShownParts`] in the schema.

use bevy_app::App;
use bevy_ecs::prelude::*;
use schemars::json_schema;
use schemars::{JsonSchema, Schema, SchemaGenerator};
use serde::ser::SerializeMap;
use serde::{Serialize, Serializer};
use serde_json::value::RawValue;

use crate::request::{Player, Refusal, RequestTable};
use crate::schema::{schema_by_hand, schema_of};
use crate::storage::Rows;
use crate::storage::{FoundRows, RowQuery, StorageError};

/// A part of the view of a player.
pub trait ViewPart: 'static {
    /// Its name in requests and replies.
    const NAME: &'static str;
    /// What it shows. The doc comment of the type explains the part in the schema.
    type Shown: Serialize + JsonSchema;

    /// How to read what it shows besides what is in memory. The rows contain every change answered before.
    ///
    /// # Errors
    /// When the request asks this part for something that it cannot find out.
    fn rows(viewed: &Viewed<'_>) -> Result<Option<ViewReading>, Refusal> {
        let _ = viewed;
        Ok(None)
    }

    /// What it shows of the player. `rows` are those of [`rows`](Self::rows).
    ///
    /// # Errors
    /// When it cannot be shown.
    fn show(viewed: &Viewed<'_>, rows: FoundRows) -> Result<Self::Shown, Refusal>;
}

/// How rows are read off the world's thread.
pub struct ViewReading(Box<dyn FnOnce(&Rows) -> Result<FoundRows, StorageError> + Send + Sync>);

impl ViewReading {
    /// By a function.
    pub fn new(read: impl FnOnce(&Rows) -> Result<FoundRows, StorageError> + Send + Sync + 'static) -> Self {
        Self(Box::new(read))
    }

    /// Reads.
    ///
    /// # Errors
    /// When a row is damaged or cannot be read.
    pub fn read(self, rows: &Rows) -> Result<FoundRows, StorageError> {
        (self.0)(rows)
    }
}

impl From<RowQuery> for ViewReading {
    fn from(query: RowQuery) -> Self {
        Self::new(move |rows| rows.read(&query))
    }
}

/// A player who is looked at.
#[derive(Debug, Clone, Copy)]
pub struct Viewed<'w> {
    /// The world.
    pub world: &'w World,
    /// Who it is; in memory.
    pub player: Player,
    /// How much is shown.
    pub page: &'w ViewPage,
}

impl<'w> Viewed<'w> {
    /// A component of the player. One that is missing is a bug, and an internal error to the client.
    ///
    /// # Errors
    /// When the player has no such component.
    pub fn get<T: Component>(&self) -> Result<&'w T, Refusal> {
        self.world.get(self.player.entity).ok_or_else(Refusal::internal)
    }
}

/// How much of a long part is shown, and from where on.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ViewPage {
    /// Only what happened at this moment or later, unix seconds.
    pub from: Option<i64>,
    /// Only what happened before this moment, unix seconds.
    pub to: Option<i64>,
    /// Only what concerns this item, such as `3:1`.
    pub item: Option<String>,
    /// Only what has this cause.
    pub cause: Option<String>,
    /// Only what follows on the page that ended with this `next`.
    pub after: Option<u64>,
    /// The most entries.
    pub limit: usize,
}

impl ViewPage {
    /// Whether something that happened at `at` (unix seconds) is asked for.
    pub fn covers(&self, at: i64) -> bool {
        self.from.is_none_or(|from| at >= from) && self.to.is_none_or(|to| at < to)
    }
}

/// One page of a part that may be long.
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(rename = "{T}Page")]
pub struct ViewEntries<T> {
    /// Newest first.
    pub entries: Vec<T>,
    /// The `after` of the next page; null when this is the last.
    pub next: Option<u64>,
}

impl<T> ViewEntries<T> {
    /// The page of entries that are in memory, newest first, each with a number that falls from one to the next.
    pub fn of(numbered: impl Iterator<Item = (u64, T)>, page: &ViewPage) -> Self {
        let mut rest = numbered.skip_while(|(number, _)| page.after.is_some_and(|after| *number >= after)).peekable();
        let shown: Vec<(u64, T)> = rest.by_ref().take(page.limit).collect();
        let next = rest.peek().and(shown.last()).map(|(number, _)| *number);
        Self { entries: shown.into_iter().map(|(_, entry)| entry).collect(), next }
    }

    /// The same where not all was looked through, but only what comes before this number: the next page goes on there.
    #[must_use]
    pub fn looked_through_to(self, last: Option<u64>) -> Self {
        Self { next: self.next.or(last), ..self }
    }
}

/// What the parts show, by name.
#[derive(Debug, Default)]
pub struct ShownParts(Vec<(&'static str, Box<RawValue>)>);

impl Serialize for ShownParts {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(Some(self.0.len()))?;
        self.0.iter().try_for_each(|(name, shown)| map.serialize_entry(name, shown))?;
        map.end()
    }
}

/// The name under which [`RequestTable::complete`] finds the schema to which features add fields.
const SHOWN_PARTS: &str = "ShownParts";

schema_by_hand!(ShownParts, "ShownParts", |_| json_schema!({
    "type": "object",
    "description": "The parts of the view of a player that were asked for, by name.",
    "properties": {},
}));

/// A registered part.
#[derive(Debug, Clone, Copy)]
struct PartKind {
    name: &'static str,
    rows: fn(&Viewed<'_>) -> Result<Option<ViewReading>, Refusal>,
    show: fn(&Viewed<'_>, FoundRows) -> Result<Box<RawValue>, Refusal>,
}

/// All parts, in order of registration.
#[derive(Debug, Default, Clone, Resource)]
pub struct ViewParts {
    kinds: Vec<PartKind>,
}

/// Parts of which one or all are shown.
#[derive(Debug, Clone, Default)]
pub struct ChosenParts(Vec<PartKind>);

impl ViewParts {
    /// The names of all parts.
    pub fn names(&self) -> impl Iterator<Item = &'static str> {
        self.kinds.iter().map(|kind| kind.name)
    }

    /// All parts, or the one of this name; `None` when there is none.
    pub fn choose(&self, name: Option<&str>) -> Option<ChosenParts> {
        let Some(name) = name else {
            return Some(ChosenParts(self.kinds.clone()));
        };
        self.kinds.iter().find(|kind| kind.name == name).map(|kind| ChosenParts(vec![*kind]))
    }
}

impl ChosenParts {
    /// How to read the rows that each of them needs.
    ///
    /// # Errors
    /// The first refusal of a part.
    pub fn rows(&self, viewed: &Viewed<'_>) -> Result<Vec<Option<ViewReading>>, Refusal> {
        self.0.iter().map(|kind| (kind.rows)(viewed)).collect()
    }

    /// What they show. `rows` are those of [`rows`](Self::rows), in the same order; none for a part that needs none.
    ///
    /// # Errors
    /// The first refusal of a part.
    pub fn show(&self, viewed: &Viewed<'_>, rows: Vec<FoundRows>) -> Result<ShownParts, Refusal> {
        let rows = rows.into_iter().chain(std::iter::repeat_with(Vec::new));
        let shown = self.0.iter().zip(rows).map(|(kind, rows)| Ok((kind.name, (kind.show)(viewed, rows)?)));
        shown.collect::<Result<_, Refusal>>().map(ShownParts)
    }

    /// What those of them show that need no rows besides the player in memory.
    ///
    /// # Errors
    /// The first refusal of a part.
    pub fn show_from_memory(self, viewed: &Viewed<'_>) -> Result<ShownParts, Refusal> {
        let mut from_memory = Vec::new();
        for kind in self.0 {
            if (kind.rows)(viewed)?.is_none() {
                from_memory.push(kind);
            }
        }
        Self(from_memory).show(viewed, Vec::new())
    }
}

fn show<P: ViewPart>(viewed: &Viewed<'_>, rows: FoundRows) -> Result<Box<RawValue>, Refusal> {
    let shown = P::show(viewed, rows)?;
    Ok(serde_json::value::to_raw_value(&shown).expect("what a part shows should be plain data"))
}

fn field_of<P: ViewPart>(generator: &mut SchemaGenerator) -> Schema {
    let mut field = schema_of::<P::Shown>(generator);
    field.insert("description".to_owned(), format!("What the part `{}` shows.", P::NAME).into());
    field
}

/// How a feature shows operators what it knows of a player.
pub trait ViewApp {
    /// Adds a part to the view of a player.
    ///
    /// # Panics
    /// When another part has its name.
    fn add_view_part<P: ViewPart>(&mut self) -> &mut Self;
}

impl ViewApp for App {
    fn add_view_part<P: ViewPart>(&mut self) -> &mut Self {
        let parts = self.world_mut().get_resource_or_init::<ViewParts>().into_inner();
        assert!(parts.names().all(|name| name != P::NAME), "the part {} should be registered once", P::NAME);
        parts.kinds.push(PartKind { name: P::NAME, rows: P::rows, show: show::<P> });
        self.world_mut().resource_mut::<RequestTable>().add_field(SHOWN_PARTS, P::NAME, field_of::<P>);
        self
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pages_of_entries_follow_each_other_without_a_gap_and_the_last_has_no_next() {
        let numbered = || [9, 7, 4, 2].into_iter().map(|number| (number, number));
        let page = |after, limit| {
            let ViewEntries { entries, next } =
                ViewEntries::of(numbered(), &ViewPage { after, limit, ..ViewPage::default() });
            (entries, next)
        };
        assert_eq!(page(None, 3), (vec![9, 7, 4], Some(4)));
        assert_eq!(page(Some(4), 3), (vec![2], None));
        assert_eq!(page(Some(8), 2), (vec![7, 4], Some(4)), "an entry that is gone leaves no gap");
        assert_eq!(page(None, 4), (vec![9, 7, 4, 2], None));
        assert_eq!(page(Some(2), 4), (Vec::new(), None));
    }

    #[test]
    fn a_span_holds_its_beginning_and_not_its_end() {
        let page = ViewPage { from: Some(10), to: Some(20), ..ViewPage::default() };
        assert_eq!([9, 10, 19, 20].map(|at| page.covers(at)), [false, true, true, false]);
        assert!(ViewPage::default().covers(i64::MIN), "without a span everything is asked for");
    }
}
