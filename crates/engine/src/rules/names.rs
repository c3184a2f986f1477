//! Names that one entry of the rules gives and others use: items, kinds of tickets, monsters, scenes.
//!
//! Tables say which names they give and use; whether they match is settled here, once for all tables. So a wrong name is
//! told where it is wrong: at its use, or, when several places use a name that nobody gives, where it should be given.

use std::collections::{BTreeMap, HashMap, HashSet};

use super::foreign::told_of_first;
use super::nearest::nearest;
use super::problem::did_you_mean;
use super::report::{Place, Report};

/// At most this many uses of a missing name are listed.
const USES_SHOWN: usize = 3;

/// A kind of name.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Naming {
    /// What bears the name, such as `item`.
    pub what: &'static str,
    /// Where it is given, such as `items.ron`.
    pub given_in: &'static str,
}

impl Naming {
    /// Names that count only within a file, such as those of its scenes.
    #[must_use]
    pub fn within(self, file: &str) -> NameScope {
        NameScope { kind: self, file: Some(file.to_owned()) }
    }
}

/// Where names of a kind count.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct NameScope {
    /// The kind.
    pub kind: Naming,
    /// The only file in which they count; `None` = in all files.
    pub file: Option<String>,
}

impl From<Naming> for NameScope {
    fn from(kind: Naming) -> Self {
        Self { kind, file: None }
    }
}

/// A name at the place that gives it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct GivenName {
    /// The name.
    pub name: String,
    /// What people call it, if that is something else.
    pub title: Option<String>,
    /// Where it stands.
    pub place: Place,
}

/// The names of one scope.
#[derive(Debug, Default)]
pub struct Names {
    /// The list that gives them; absent while its table could not be read.
    pub list: Option<Place>,
    /// Each name that is given.
    pub given: Vec<GivenName>,
    /// Each use of a name.
    pub used: Vec<(String, Place)>,
    /// What follows when no place uses a name; `None` = nothing.
    pub unused: Option<&'static str>,
}

/// All names, by their scope.
pub type AllNames = BTreeMap<NameScope, Names>;

/// Reports names that are given twice or not at all. Returns how many.
pub(super) fn settle(names: &AllNames, report: &mut Report) {
    for (scope, names) in names {
        if let Some(list) = &names.list {
            settle_scope(scope.kind, list, names, report);
        }
    }
}

fn settle_scope(kind: Naming, list: &Place, names: &Names, report: &mut Report) {
    let mut first: HashMap<&str, &GivenName> = HashMap::new();
    let mut repeated = 0;
    for given in &names.given {
        let earlier = first.entry(&given.name).or_insert(given);
        if !std::ptr::eq(*earlier, given) {
            repeated += 1;
            let shown = report.shown(&earlier.place);
            let message = format!("{} {} is listed twice, the first time in {shown}", kind.what, quoted(&given.name));
            report.error(&given.place, message);
        }
    }
    let mut missing: BTreeMap<&str, Vec<&Place>> = BTreeMap::new();
    let mut places = HashSet::new();
    for (name, place) in names.used.iter().filter(|(name, _)| !first.contains_key(name.as_str())) {
        // A run with formulas says the same for each of its numbers.
        if places.insert((name, place)) {
            missing.entry(name).or_default().push(place);
        }
    }
    if missing.is_empty() {
        if let Some(why) = names.unused {
            warn_of_unused(kind, names, why, report);
        }
        return;
    }
    let used: HashSet<&str> = names.used.iter().map(|(name, _)| name.as_str()).collect();
    let mut missing: Vec<_> = missing.into_iter().collect();
    missing.sort_by_key(|(_, places)| std::cmp::Reverse(places.len()));
    // A name that is given twice is probably the wrong name of what the others look for.
    for (name, places) in missing.into_iter().skip(repeated) {
        match places.as_slice() {
            [place] => tell_use(kind, name, place, &names.given, report),
            _ => tell_once(kind, name, &places, (list, &names.given, &used), report),
        }
    }
}

fn warn_of_unused(kind: Naming, names: &Names, why: &str, report: &mut Report) {
    let used: HashSet<&str> = names.used.iter().map(|(name, _)| name.as_str()).collect();
    for given in names.given.iter().filter(|given| !used.contains(given.name.as_str())) {
        report.warning(&given.place, format!("nothing uses {} {}, {why}", kind.what, quoted(&given.name)));
    }
}

fn tell_use(kind: Naming, name: &str, place: &Place, given: &[GivenName], report: &mut Report) {
    let message = format!("unknown {} {}, expected one of {}", kind.what, quoted(name), kind.given_in);
    let hint =
        told_of_first(name).or_else(|| nearest(name, given.iter().map(|given| given.name.as_str())).map(did_you_mean));
    let remark = report.error(place, message);
    if let Some(hint) = hint {
        remark.hint(hint);
    }
}

/// Tells of a name that several places use, at the entry that probably means it or else at the list without it.
fn tell_once(
    kind: Naming,
    name: &str,
    places: &[&Place],
    (list, given, used): (&Place, &[GivenName], &HashSet<&str>),
    report: &mut Report,
) {
    let (what, count, shown_name) = (kind.what, places.len(), quoted(name));
    let mut shown: Vec<String> = places.iter().take(USES_SHOWN).map(|place| report.shown(place)).collect();
    if count > USES_SHOWN {
        shown.push(format!("{} more", count - USES_SHOWN));
    }
    let shown = shown.join(", ");
    match misnamed(name, given, used) {
        Some(entry) => {
            let message = format!(
                "nothing uses {what} {}, but {count} places use {what} {shown_name}, which is not defined: {shown}",
                quoted(&entry.name)
            );
            report.error(&entry.place, message).hint(did_you_mean(name));
        }
        None => {
            let message = format!("{what} {shown_name} is missing here, {count} places use it: {shown}");
            report.error(list, message);
        }
    }
}

/// The entry that was probably meant to have this name: nothing uses the name that it has, and it is spelled much the
/// same or, as a number, out of order.
fn misnamed<'a>(name: &str, given: &'a [GivenName], used: &HashSet<&str>) -> Option<&'a GivenName> {
    let is_unused = |given: &GivenName| !used.contains(given.name.as_str());
    if let Some(number) = numbers(name) {
        let lists = given.windows(3).filter_map(|three| match three {
            [before, entry, after] => Some((numbers(&before.name)?, entry, numbers(&after.name)?)),
            _ => None,
        });
        let mut fits = lists.filter(|(before, entry, after)| {
            let is_in_order = numbers(&entry.name).is_some_and(|entry| *before < entry && entry < *after);
            is_unused(entry) && !is_in_order && *before < number && number < *after
        });
        return fits
            .next()
            .map(|(_, entry, _)| entry)
            .or_else(|| outer(&number, given).filter(|entry| is_unused(entry)));
    }
    let close = nearest(name, given.iter().filter(|given| is_unused(given)).map(|given| given.name.as_str()))?;
    given.iter().find(|given| given.name == close)
}

/// The first or the last entry, if it is out of order and would not be with this number.
fn outer<'a>(number: &[u64], given: &'a [GivenName]) -> Option<&'a GivenName> {
    let [first, second, ..] = given else { return None };
    let [.., before, last] = given else { return None };
    let of = |given: &GivenName| numbers(&given.name);
    let is_first = number < of(second)?.as_slice() && of(first)? > of(second)?;
    let is_last = number > of(before)?.as_slice() && of(last)? < of(before)?;
    if is_first { Some(first) } else { is_last.then_some(last) }
}

/// The numbers of a name such as `3:9`; `None` for words.
fn numbers(name: &str) -> Option<Vec<u64>> {
    name.split(':').map(|part| part.parse().ok()).collect()
}

/// Numbers stand as they are, words in quotes.
fn quoted(name: &str) -> String {
    if numbers(name).is_some() { name.to_owned() } else { format!("\"{name}\"") }
}

#[cfg(test)]
mod tests {
    use super::*;

    const ITEM: Naming = Naming { what: "item", given_in: "items.ron" };

    /// What is told when a list gives some names and places use others.
    fn told(given: &[&str], used: &[&str]) -> Vec<String> {
        let mut report = Report::default();
        let list = Place::file("items.ron").key("items");
        let entry = |(index, name): (usize, &&str)| GivenName {
            name: (*name).to_owned(),
            title: None,
            place: list.clone().index(index),
        };
        report.names_given(ITEM, list.clone(), given.iter().enumerate().map(entry));
        for (index, name) in used.iter().enumerate() {
            report.name_used(ITEM, *name, &Place::file("shop.ron").key("buys").index(index));
        }
        report.settle_names();
        report.problems().iter().map(ToString::to_string).collect()
    }

    #[test]
    fn a_wrong_use_is_told_at_the_use_with_the_nearest_name() {
        assert_eq!(
            told(&["sword", "shield"], &["sword", "sheild"]),
            [
                "shop.ron:1:1: error: buys[1]: unknown item \"sheild\", expected one of items.ron (did you mean \"shield\"?)"
            ]
        );
        assert_eq!(told(&["3:1", "3:2"], &["3:1", "3:2"]), Vec::<String>::new());
        assert!(told(&["3:1"], &["3\u{ff1a}1"])[0].contains("full-width colon"), "what cannot be seen is named");
    }

    #[test]
    fn a_place_that_uses_a_missing_name_several_times_is_one_place() {
        let mut report = Report::default();
        report.names_given(ITEM, Place::file("items.ron").key("items"), []);
        for _ in 0..5 {
            report.name_used(ITEM, "sword", &Place::file("stages.ron").key("layout"));
        }
        report.settle_names();
        let told: Vec<String> = report.problems().iter().map(ToString::to_string).collect();
        assert_eq!(told.len(), 1, "{told:?}");
        assert!(told[0].starts_with("stages.ron:1:1: error: layout: unknown item \"sword\""), "{told:?}");
    }

    #[test]
    fn a_name_that_several_places_miss_is_told_once_at_the_entry_that_should_have_it() {
        let wrong_word = told(&["shieldd", "sword"], &["shield", "shield", "sword"]);
        assert_eq!(wrong_word.len(), 1);
        assert!(
            wrong_word[0].starts_with("items.ron:1:1: error: items[0]: nothing uses item \"shieldd\""),
            "{wrong_word:?}"
        );
        for (given, place) in [
            (&["3:1", "3:200", "3:3", "3:9"][..], "items[1]"),
            (&["3:1", "3:4", "3:3", "3:9"], "items[1]"),
            (&["3:44", "3:3", "3:9"], "items[0]"),
            (&["3:0", "3:1", "3:9", "3:3"], "items:"),
            (&["3:1", "3:3", "3:9"], "items:"),
        ] {
            let found = told(given, &["3:2", "3:2", "3:2", "3:9"]);
            assert_eq!(found.len(), 1, "{found:?}");
            assert!(found[0].starts_with(&format!("items.ron:1:1: error: {place}")), "{given:?}: {found:?}");
        }
    }

    #[test]
    fn a_name_given_twice_is_told_instead_of_the_one_that_is_missing_for_it() {
        let found = told(&["3:1", "3:1", "3:3"], &["3:1", "3:2", "3:2", "3:3"]);
        assert_eq!(found, ["items.ron:1:1: error: items[1]: item 3:1 is listed twice, the first time in items.ron:1"]);
    }
}
