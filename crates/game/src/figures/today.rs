//! The day that is being counted: in memory, and each number on disk.

use std::collections::{BTreeMap, HashMap};

use bevy_ecs::prelude::*;
use serde::{Deserialize, Serialize};

use crate::figures::days::{DetailedDay, FiguresDay, key};
use crate::figures::model::{DayCounts, DaySums, FigureSubject, FlowTally};
use crate::identity::Accounts;
use crate::items::ItemId;
use crate::stages::Mode;
use raidkeep_engine::clock::Clock;
use raidkeep_engine::storage::rows::RowScan;
use raidkeep_engine::storage::{Archive, ArchivedRow, WorldRow};

/// Which day is being counted.
#[derive(Debug, Default, Clone, Resource, Serialize, Deserialize)]
pub struct FiguresToday {
    /// The number of its date; `None` in a world that has never counted.
    pub date: Option<i32>,
    /// How often the date has gone back so far.
    pub part: u32,
    /// The last account that was counted as new, or was there before.
    pub last_account: u64,
}

impl WorldRow for FiguresToday {
    const TABLE: &'static str = "figures_day";
}

/// What was counted of the day. It is no part of the state that the game depends on, and no row of the world.
#[derive(Debug, Default, Resource)]
pub struct CountsToday(pub DayCounts);

/// What was counted of the day.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub enum TodayRow {
    /// The counts, with an empty key.
    Counts(DayCounts),
    /// A detail. Its key is the [`FigureSubject`].
    Detail(FlowTally),
}

impl ArchivedRow for TodayRow {
    const TABLE: &'static str = "figures_today";
}

#[derive(Debug, Clone)]
struct Detail {
    subject: FigureSubject,
    tally: FlowTally,
    is_unsaved: bool,
}

/// The number of a cause in [`DetailsToday`], as long as the day lasts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(super) struct CauseNumber(u16);

/// The details of the day.
///
/// A movement of items finds its sum by numbers, without comparing texts: there are several for each request.
#[derive(Debug, Default, Resource)]
pub struct DetailsToday {
    /// In the order in which they were first counted. What is stored does not depend on the maps, which only find.
    details: Vec<Detail>,
    by_subject: BTreeMap<FigureSubject, usize>,
    by_item: HashMap<(CauseNumber, ItemId), usize, foldhash::fast::FixedState>,
    causes: HashMap<String, CauseNumber, foldhash::fast::FixedState>,
    unsaved: Vec<usize>,
    sums: DaySums,
}

impl DetailsToday {
    /// The sums of all details.
    pub fn sums(&self) -> DaySums {
        self.sums
    }

    /// The details, in the order of their subjects.
    pub fn in_order(&self) -> Vec<(FigureSubject, FlowTally)> {
        self.by_subject.iter().map(|(subject, at)| (subject.clone(), self.details[*at].tally)).collect()
    }

    /// The number of a cause.
    pub(super) fn cause(&mut self, why: &str) -> CauseNumber {
        if let Some(known) = self.causes.get(why) {
            return *known;
        }
        let number = CauseNumber(u16::try_from(self.causes.len()).unwrap_or(u16::MAX));
        self.causes.insert(why.to_owned(), number);
        number
    }

    /// Counts a change of an item.
    pub(super) fn count_item(&mut self, (cause, why): (CauseNumber, &str), item: ItemId, change: i64) {
        let tally = FlowTally::of_change(change);
        if let Some(at) = self.by_item.get(&(cause, item)) {
            return self.add(*at, tally);
        }
        let at = self.place(&FigureSubject::Item(item.group, item.id, why.to_owned()));
        self.by_item.insert((cause, item), at);
        self.add(at, tally);
    }

    /// Counts a stage that was entered or won.
    pub(super) fn count_stage(&mut self, (mode, stage): (Mode, u32), tally: FlowTally) {
        self.count(&FigureSubject::Stage(mode, stage), tally);
    }

    /// Counts anything.
    pub(super) fn count(&mut self, subject: &FigureSubject, tally: FlowTally) {
        self.sums.count(subject, tally);
        let at = self.place(subject);
        self.add(at, tally);
    }

    fn place(&mut self, subject: &FigureSubject) -> usize {
        if let Some(at) = self.by_subject.get(subject) {
            return *at;
        }
        let at = self.details.len();
        self.details.push(Detail { subject: subject.clone(), tally: FlowTally::default(), is_unsaved: false });
        self.by_subject.insert(subject.clone(), at);
        at
    }

    fn add(&mut self, at: usize, tally: FlowTally) {
        let detail = &mut self.details[at];
        detail.tally.add(tally);
        if !std::mem::replace(&mut detail.is_unsaved, true) {
            self.unsaved.push(at);
        }
    }

    /// Writes what has changed; returns whether anything has.
    pub(super) fn save(&mut self, archive: &mut Archive) -> bool {
        let has_changed = !self.unsaved.is_empty();
        for at in self.unsaved.drain(..) {
            let detail = &mut self.details[at];
            detail.is_unsaved = false;
            archive.put(&subject_key(&detail.subject), &TodayRow::Detail(detail.tally));
        }
        has_changed
    }
}

fn subject_key(subject: &FigureSubject) -> Vec<u8> {
    postcard::to_stdvec(subject).expect("subjects should be plain data")
}

/// Reads what was counted of the day at the start.
pub(super) fn restore(world: &mut World, scan: RowScan<'_>) {
    let (mut today, mut counts) = (DetailsToday::default(), CountsToday::default());
    scan(&mut |key, value| match (postcard::from_bytes::<FigureSubject>(key), TodayRow::read(value)) {
        (Ok(subject), Ok(TodayRow::Detail(tally))) => today.count(&subject, tally),
        (_, Ok(TodayRow::Counts(counted))) if key.is_empty() => counts.0 = counted,
        (subject, row) => {
            let table = TodayRow::TABLE;
            tracing::error!(table, ?subject, error = ?row.err(), "a figure cannot be read; the day is counted without it");
        }
    });
    today.unsaved.clear();
    today.details.iter_mut().for_each(|detail| detail.is_unsaved = false);
    world.insert_resource(today);
    world.insert_resource(counts);
}

/// Begins to count in a world that never has: who is there already is not new.
pub(super) fn begin(world: &mut World) {
    let (date, last_account) = (world.resource::<Clock>().date_number(), world.resource::<Accounts>().last());
    let mut today = world.resource_mut::<FiguresToday>();
    if today.date.is_none() {
        (today.date, today.last_account) = (Some(date), last_account.0);
    }
}

/// Everything that was counted of the day.
pub(super) struct DayCounted<'a> {
    pub(super) counts: &'a mut DayCounts,
    pub(super) details: &'a mut DetailsToday,
}

impl DayCounted<'_> {
    pub(super) fn reborrow(&mut self) -> DayCounted<'_> {
        DayCounted { counts: self.counts, details: self.details }
    }
}

impl FiguresToday {
    /// Begins the day of this date if it is another one: the day before becomes its rows. Returns whether it is.
    pub(super) fn follow(
        this: &mut Mut<'_, Self>,
        DayCounted { counts, details }: DayCounted<'_>,
        archive: &mut Archive,
        date: i32,
    ) -> bool {
        let Some(before) = this.date.filter(|before| *before != date) else {
            return false;
        };
        let day = FiguresDay { counts: counts.clone(), sums: details.sums };
        for detail in &details.details {
            archive.delete::<TodayRow>(&subject_key(&detail.subject));
        }
        let key = key(before, this.part);
        archive.put(&key, &day);
        archive.put(&key, &DetailedDay { day, details: details.in_order() });
        *details = DetailsToday::default();
        *counts = counts.begin_after(before, date);
        this.date = Some(date);
        this.part += u32::from(date < before);
        true
    }
}
