//! The rows of kept rules: one for the terms in force, and one for each of before that something follows.

use std::collections::BTreeMap;

use bevy_ecs::prelude::*;
use serde::{Deserialize, Serialize};

use crate::in_force::{Deriver, Followers, InForce, TermsId, fingerprint};
use crate::rules::{Catalogue, LoadedRules, Rules, Table, TableTexts, Tables};
use crate::storage::{Discarded, WorldEntity};

/// The rules that something may follow, under one set of files and events, as a row of the world. It has the texts, so
/// that a later program reads it as it reads an older folder of assets.
#[derive(Debug, Clone, PartialEq, Eq, Component, Serialize, Deserialize)]
pub struct KeptRules {
    terms: TermsId,
    /// The running events.
    events: Vec<String>,
    texts: TableTexts,
    /// Whether [`TermsId::UNKNOWN`] is these terms: those of the first start.
    is_first: bool,
}

impl WorldEntity for KeptRules {
    const TABLE: &'static str = "kept_rules";

    fn key(&self) -> u64 {
        self.terms.0
    }
}

/// The tables that are kept.
#[derive(Debug, Default, Resource)]
pub(super) struct KeptKinds(pub(super) Catalogue);

/// Tables as they were when something began.
#[derive(Debug, Default, Resource)]
pub struct FormerTables {
    /// The terms in force.
    pub(super) present: TermsId,
    rows: BTreeMap<TermsId, Entity>,
    /// The tables of those that are not in force.
    of_before: BTreeMap<TermsId, Tables>,
    first: Option<TermsId>,
}

impl FormerTables {
    /// Identifies the terms in force, for what begins now and [keeps](Followers) them.
    pub fn present(&self) -> TermsId {
        self.present
    }

    /// A [kept](crate::in_force::InForceApp::keep_rules) table under these terms. It is `in_force` where they are in force,
    /// and where they could not be kept.
    pub fn get<'t, T: Table>(&'t self, terms: TermsId, in_force: &'t Rules<T>) -> &'t T {
        if terms == self.present {
            return in_force;
        }
        self.tables(terms).and_then(|tables| tables.get()).unwrap_or(in_force)
    }

    /// The tables under terms that are not in force; `None` if they are, or are not kept.
    pub(super) fn tables(&self, terms: TermsId) -> Option<&Tables> {
        self.of_before.get(&self.resolved(terms)?)
    }

    /// Drops the rules of these terms, unless they are in force or something follows them.
    pub(super) fn drop_unfollowed(&mut self, terms: TermsId, followers: &Followers, discarded: &mut Discarded) {
        let Some(terms) = self.resolved(terms) else {
            return;
        };
        let unknown = if self.first == Some(terms) { followers.of(TermsId::UNKNOWN) } else { 0 };
        if followers.of(terms) + unknown > 0 || terms == self.present {
            return;
        }
        self.of_before.remove(&terms);
        self.first.take_if(|first| *first == terms);
        if let Some(row) = self.rows.remove(&terms) {
            discarded.push(row);
        }
    }

    fn resolved(&self, terms: TermsId) -> Option<TermsId> {
        if terms == TermsId::UNKNOWN { self.first } else { Some(terms) }
    }
}

/// Identifies the terms of these rules while these events run.
pub(super) fn terms(world: &World, rules: &LoadedRules, events: &[String]) -> TermsId {
    TermsId(fingerprint(&kept_texts(world, rules), events).max(1))
}

fn kept_texts(world: &World, rules: &LoadedRules) -> TableTexts {
    rules.texts.of(world.resource::<KeptKinds>().0.paths())
}

/// The terms in force and their tables, before they change.
pub(super) fn leaving(world: &World) -> (TermsId, Tables) {
    let in_force = world.resource::<InForce>();
    (world.resource::<FormerTables>().present, in_force.tables.of(&world.resource::<KeptKinds>().0))
}

/// Other terms have come into force: they get a row, and the former ones stay as long as something follows them.
pub(super) fn follow_change(world: &mut World, (left, tables): (TermsId, Tables)) {
    let mut former = world.resource_mut::<FormerTables>();
    let present = former.present;
    if left == present {
        return;
    }
    former.of_before.remove(&present);
    former.of_before.insert(left, tables);
    write_present(world, false);
    drop_unfollowed(world, left);
}

fn drop_unfollowed(world: &mut World, terms: TermsId) {
    world.resource_scope(|world, mut former: Mut<FormerTables>| {
        world.resource_scope(|world, mut discarded: Mut<Discarded>| {
            former.drop_unfollowed(terms, world.resource::<Followers>(), &mut discarded);
        });
    });
}

/// The terms in force have a row at all times: a restart with other assets must find them.
fn write_present(world: &mut World, is_first: bool) {
    let in_force = world.resource::<InForce>();
    let former = world.resource::<FormerTables>();
    let (terms, events) = (former.present, in_force.force.events.clone());
    if former.rows.contains_key(&terms) {
        return;
    }
    let texts = kept_texts(world, &world.resource::<InForce>().rules);
    let row = world.spawn(KeptRules { terms, events, texts, is_first }).id();
    let mut former = world.resource_mut::<FormerTables>();
    former.rows.insert(terms, row);
    if is_first {
        former.first = Some(terms);
    }
}

/// At the start, once everything that follows terms is counted: reads the rules that are followed and not in force.
pub(super) fn restore(world: &mut World) {
    let mut rows: Vec<(Entity, KeptRules)> =
        world.query::<(Entity, &KeptRules)>().iter(world).map(|(entity, row)| (entity, row.clone())).collect();
    rows.sort_unstable_by_key(|(_, row)| row.terms);
    let present = world.resource::<FormerTables>().present;
    for (entity, row) in &rows {
        let tables = (row.terms != present).then(|| read(world, row));
        let mut former = world.resource_mut::<FormerTables>();
        former.rows.insert(row.terms, *entity);
        if row.is_first {
            former.first = Some(row.terms);
        }
        if let Some(tables) = tables {
            former.of_before.insert(row.terms, tables);
        }
    }
    write_present(world, rows.is_empty());
    rows.iter().for_each(|(_, row)| drop_unfollowed(world, row.terms));
}

fn read(world: &World, row: &KeptRules) -> Tables {
    let (tables, problems) = world.resource::<KeptKinds>().0.read_again(&row.texts);
    for problem in problems.iter() {
        tracing::error!(
            "rules that sessions still follow cannot be read; they follow those in force instead: {problem}"
        );
    }
    let deriver = world.get_resource::<Deriver>().filter(|_| !row.events.is_empty());
    deriver.map_or_else(|| tables.clone(), |deriver| (deriver.derive)(&tables, &row.events))
}
