//! The environment variables that the program reads.

use std::collections::BTreeMap;

use crate::cli::cluster::PASSWORD_VARIABLE;
use raidkeep_engine::rules::nearest;
use raidkeep_game::platforms::sud::sessions::SESSION_KEYS_VARIABLE;

/// All of them. A variable that starts like ours and is not among them is most likely misspelt.
const KNOWN: [&str; 8] = [
    "RAIDKEEP_LOG",
    "RAIDKEEP_OPERATOR_TOKEN",
    "RAIDKEEP_MCRMB_KEY",
    "RAIDKEEP_SUD_SECRET",
    SESSION_KEYS_VARIABLE,
    "RAIDKEEP_NARRATOR_KEY",
    PASSWORD_VARIABLE,
    "RAIDKEEP_COMMIT",
];
/// Those that are no secrets.
const PUBLIC: [&str; 2] = ["RAIDKEEP_LOG", "RAIDKEEP_COMMIT"];

/// Stands for a secret.
pub(super) const HIDDEN: &str = "(hidden)";

/// The variables that are set, with their values unless those are secrets.
pub(super) fn given_variables() -> BTreeMap<&'static str, String> {
    let given = KNOWN.iter().filter_map(|name| Some((*name, std::env::var(name).ok()?)));
    let shown = |(name, value)| (name, if PUBLIC.contains(&name) { value } else { HIDDEN.to_owned() });
    given.map(shown).collect()
}

/// One line for each variable that starts with `RAIDKEEP_` and that nothing reads.
pub(super) fn unknown_variables() -> Vec<String> {
    unknown(std::env::vars_os().filter_map(|(name, _)| name.into_string().ok()))
}

fn unknown(names: impl Iterator<Item = String>) -> Vec<String> {
    let mut unknown: Vec<String> = names
        .filter(|name| name.starts_with("RAIDKEEP_") && !KNOWN.contains(&name.as_str()))
        .map(|name| {
            let hint = nearest(&name, KNOWN);
            let hint = hint.map(|near| format!("; did you mean {near}?")).unwrap_or_default();
            format!("nothing reads the environment variable {name}{hint}")
        })
        .collect();
    unknown.sort();
    unknown
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_misspelt_variable_is_told_and_others_are_not() {
        let names = ["RAIDKEEP_OPERATOR_TOKNE", "RAIDKEEP_LOG", "PATH"].map(str::to_owned);
        let told = unknown(names.into_iter());
        assert_eq!(told.len(), 1, "only names like ours are reported: {told:?}");
        assert!(
            told[0].contains("RAIDKEEP_OPERATOR_TOKNE") && told[0].contains("did you mean RAIDKEEP_OPERATOR_TOKEN")
        );
    }
}
