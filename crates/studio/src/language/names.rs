//! Where the names of the assets are written: ids of items, tickets, monsters, scenes.

use std::collections::{BTreeMap, BTreeSet};
use std::ops::Range;

use raidkeep_engine::rules::{AssetStudy, Catalogue, NameScope, Naming, Place, TextSlot};

/// A name and where it is written.
#[derive(Debug)]
pub struct WrittenName {
    /// What bears it, and in which files it counts.
    pub scope: NameScope,
    /// The name.
    pub name: String,
    /// What people call it, if that is something else.
    pub title: Option<String>,
    /// Where it is given; several when it is given twice.
    pub given: Vec<NameMention>,
    /// Where it is used.
    pub used: Vec<NameMention>,
    /// The first place that gives or uses it and does not spell it out, such as an image, or a key that always means it.
    pub unwritten: Option<Place>,
}

/// A name in a text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NameMention {
    /// The file, below the assets.
    pub file: String,
    /// The name alone: of `"3:1:500"`, only `3:1`.
    pub span: Range<usize>,
    /// The whole string or word that holds it.
    pub token: Range<usize>,
}

/// Which name is written at a place of a file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Written {
    /// The name alone.
    pub span: Range<usize>,
    /// The whole string or word that holds it.
    pub token: Range<usize>,
    /// Whether it is used there, and not given.
    pub is_use: bool,
    name: usize,
}

/// How ids are written at a place.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct IdForm {
    /// What bears them.
    pub kind: Naming,
    /// In quotes.
    pub is_quoted: bool,
    /// With something behind it, as in `"3:1:500"`.
    pub has_more: bool,
}

/// In which places of which tables ids stand, learnt from places that have one.
#[derive(Debug, Default, Clone)]
pub struct IdSlots(BTreeMap<(String, TextSlot), BTreeSet<IdForm>>);

/// The names of a study, by place.
#[derive(Debug, Default)]
pub struct WrittenNames {
    names: Vec<WrittenName>,
    /// For each file, where names are written in it, in order.
    by_file: BTreeMap<String, Vec<Written>>,
    /// Where ids stand.
    pub slots: IdSlots,
}

impl WrittenNames {
    /// Finds all names in the texts of a study.
    pub fn of(study: &AssetStudy, catalogue: &Catalogue) -> Self {
        let mut written = Self::default();
        for (scope, names) in &study.names {
            let mut known: BTreeMap<&str, usize> = BTreeMap::new();
            let first = written.names.len();
            for given in &names.given {
                let at = *known.entry(&given.name).or_insert_with(|| written.add(scope, &given.name));
                let name = &mut written.names[at];
                name.title = name.title.take().or_else(|| given.title.clone());
                name.note(study, &given.place, true);
            }
            for (name, place) in names.used.iter().chain(&names.mentioned) {
                let at = *known.entry(name).or_insert_with(|| written.add(scope, name));
                let form = written.names[at].note(study, place, false);
                if let (Some((slot, form)), Some(table)) = (form, catalogue.owner(place.file_name())) {
                    written.slots.0.entry((table.to_owned(), slot)).or_default().insert(form);
                }
            }
            for at in first..written.names.len() {
                written.index(at);
            }
        }
        written.by_file.values_mut().for_each(|list| list.sort_by_key(|written| written.span.start));
        written
    }

    fn add(&mut self, scope: &NameScope, name: &str) -> usize {
        let (given, used) = (Vec::new(), Vec::new());
        let name = name.to_owned();
        self.names.push(WrittenName { scope: scope.clone(), name, title: None, given, used, unwritten: None });
        self.names.len() - 1
    }

    fn index(&mut self, at: usize) {
        let name = &mut self.names[at];
        for list in [&mut name.given, &mut name.used] {
            // A run with formulas uses a name once for each number.
            list.sort_by(|one, other| (&one.file, one.span.start).cmp(&(&other.file, other.span.start)));
            list.dedup();
        }
        let given = name.given.iter().map(|mention| (mention, false));
        for (mention, is_use) in given.chain(name.used.iter().map(|mention| (mention, true))) {
            let NameMention { file, span, token } = mention.clone();
            self.by_file.entry(file).or_default().push(Written { span, token, is_use, name: at });
        }
    }

    fn in_file(&self, file: &str) -> &[Written] {
        self.by_file.get(file).map_or(&[], Vec::as_slice)
    }

    /// The name at a byte offset of a file, and its span there.
    pub fn at(&self, file: &str, offset: usize) -> Option<(&WrittenName, Range<usize>)> {
        let found = self.in_file(file).iter().find(|seen| seen.span.start <= offset && offset <= seen.span.end)?;
        Some((self.names.get(found.name)?, found.span.clone()))
    }

    /// The names within a span of a file, in order.
    pub fn within(&self, file: &str, part: Range<usize>) -> impl Iterator<Item = (&WrittenName, &Written)> {
        let inside =
            self.in_file(file).iter().filter(move |seen| part.start <= seen.span.end && seen.span.start <= part.end);
        inside.filter_map(|seen| Some((self.names.get(seen.name)?, seen)))
    }

    /// A name of a scope.
    pub fn get(&self, scope: &NameScope, name: &str) -> Option<&WrittenName> {
        self.names.iter().find(|known| known.scope == *scope && known.name == name)
    }
}

impl WrittenName {
    /// Whether any entry gives it.
    pub fn is_given(&self) -> bool {
        !self.given.is_empty() || self.unwritten.is_some()
    }

    /// All places where it is written.
    pub fn mentions(&self) -> impl Iterator<Item = &NameMention> {
        self.given.iter().chain(&self.used)
    }

    /// Notes a place; returns how the name is written there.
    fn note(&mut self, study: &AssetStudy, place: &Place, gives: bool) -> Option<(TextSlot, IdForm)> {
        let text = study.text(place.file_name()).unwrap_or_default();
        let found = study.seats(place).into_iter().find_map(|seat| {
            let within = name_in(&text[seat.span.clone()], &self.name)?;
            Some((seat, within))
        });
        let Some((seat, within)) = found else {
            self.unwritten.get_or_insert_with(|| place.clone());
            return None;
        };
        let token = seat.span.clone();
        let span = token.start + within.start..token.start + within.end;
        let is_quoted = within.start > 0;
        let form = IdForm { kind: self.scope.kind, is_quoted, has_more: span.end + usize::from(is_quoted) < token.end };
        let mention = NameMention { file: place.file_name().to_owned(), span, token };
        if gives {
            self.given.push(mention)
        } else {
            self.used.push(mention)
        }
        Some((seat.slot, form))
    }
}

/// Where a string or word holds a name: as a whole, or before a colon.
fn name_in(token: &str, name: &str) -> Option<Range<usize>> {
    if token == name {
        return Some(0..name.len());
    }
    let rest = token.strip_prefix('"')?.strip_prefix(name)?;
    rest.starts_with(['"', ':']).then_some(1..1 + name.len())
}

impl IdSlots {
    /// Which ids stand at a place of a table.
    pub fn at(&self, table: &str, slot: &TextSlot) -> impl Iterator<Item = IdForm> {
        self.0.get(&(table.to_owned(), slot.clone())).into_iter().flatten().copied()
    }

    /// Adds what others have learnt.
    pub fn add(&mut self, others: &Self) {
        for (slot, forms) in &others.0 {
            self.0.entry(slot.clone()).or_default().extend(forms);
        }
    }
}

/// The names that were given when their list could be read the last time: while somebody types, its file is broken.
#[derive(Debug, Default)]
pub struct GivenNames(BTreeMap<NameScope, Vec<(String, Option<String>)>>);

impl GivenNames {
    /// Takes over the lists that could be read.
    pub fn learn(&mut self, study: &AssetStudy) {
        for (scope, names) in study.names.iter().filter(|(_, names)| names.list.is_some()) {
            let given = names.given.iter().map(|given| (given.name.clone(), given.title.clone()));
            self.0.insert(scope.clone(), given.collect());
        }
    }

    /// The names of a kind that count in a file, in the order in which they are given.
    pub fn of(&self, kind: Naming, file: &str) -> impl Iterator<Item = (&str, Option<&str>)> {
        let counts = move |scope: &NameScope| scope.kind == kind && scope.file.as_deref().is_none_or(|own| own == file);
        let lists = self.0.iter().filter(move |(scope, _)| counts(scope)).flat_map(|(_, list)| list);
        lists.map(|(name, title)| (name.as_str(), title.as_deref()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_is_found_in_what_holds_it() {
        assert_eq!(name_in("\"3:1:500\"", "3:1"), Some(1..4));
        assert_eq!(name_in("\"3:10:500\"", "3:1"), None);
        assert_eq!(name_in("18", "18"), Some(0..2));
        assert_eq!(name_in("\"老猎户\"", "老猎户"), Some(1..10));
        assert_eq!(name_in("3", "18"), None, "a key that means a ticket without naming it");
    }
}
