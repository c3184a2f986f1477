//! Rule sets that a server keeps, compared as folders are.

use raidkeep_engine::rules::RuleFiles;
use raidkeep_realm::rule_sets::{DifferentValue, RuleDiffer, RuleDifference};

use crate::diff::{AssetChange, AssetFiles, ChangeKind, diff};

/// Compares two rule sets, for the realm's `rules_diff`.
pub const SET_DIFFER: RuleDiffer = RuleDiffer(differences);

fn differences(before: RuleFiles, after: RuleFiles) -> Result<Vec<RuleDifference>, String> {
    let side =
        |name: &str, RuleFiles { texts, pictures }: RuleFiles| AssetFiles { name: name.to_owned(), texts, pictures };
    let found = diff(&side("from", before), &side("to", after)).map_err(|error| error.to_string())?;
    Ok(found.changes.into_iter().map(difference).collect())
}

fn difference(change: AssetChange) -> RuleDifference {
    let AssetChange { topic, subject, kind, file, values, entry: _ } = change;
    let kind = match kind {
        ChangeKind::Added => "added",
        ChangeKind::Removed => "removed",
        ChangeKind::Changed => "changed",
    };
    let values = values.into_iter().map(|value| DifferentValue { key: value.key, from: value.before, to: value.after });
    RuleDifference { topic, subject, kind: kind.to_owned(), file, values: values.collect() }
}
