//! Tests of loading as a whole.

use std::collections::HashMap;
use std::fs;

use schemars::JsonSchema;
use serde::Deserialize;

use super::decode::decode;
use super::locate::Document;
use super::*;

#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[expect(dead_code, reason = "only decoding is tested")]
struct Energy {
    maximum: u32,
    interval: u8,
    #[serde(default)]
    label: Option<String>,
}

impl Table for Energy {
    const PATH: &'static str = "energy.ron";
    type File = Self;

    fn assemble(files: Vec<(String, Self)>, _report: &mut Report) -> Self {
        let mut files = files.into_iter();
        files.next().map(|(_, energy)| energy).expect("a table is assembled from its file")
    }

    fn validate(&self, _tables: &Tables, report: &mut Report) {
        if self.interval == 0 {
            report.warning(Place::file(Self::PATH).key("interval"), "energy refills at once");
        }
    }
}

struct Items(HashMap<String, u32>);

impl Table for Items {
    const PATH: &'static str = "items.ron";
    type File = HashMap<String, u32>;

    fn assemble(files: Vec<(String, Self::File)>, _report: &mut Report) -> Self {
        Self(files.into_iter().flat_map(|(_, items)| items).collect())
    }

    fn validate(&self, _tables: &Tables, _report: &mut Report) {}
}

#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[expect(dead_code, reason = "only decoding is tested")]
pub(super) struct Stage {
    id: u32,
    kind: Kind,
    #[serde(default)]
    rewards: Vec<String>,
    #[serde(default)]
    bounds: Option<(i8, i8)>,
}

#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[expect(dead_code, reason = "only decoding is tested")]
enum Kind {
    Normal,
    Boss { health: u32 },
    Timed(u32),
}

#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct StageFile {
    pub(super) stages: Vec<Stage>,
}

struct Stages(Vec<(String, StageFile)>);

impl Table for Stages {
    const PATH: &'static str = "stages/";
    type File = StageFile;

    fn assemble(files: Vec<(String, StageFile)>, _report: &mut Report) -> Self {
        Self(files)
    }

    fn validate(&self, tables: &Tables, report: &mut Report) {
        let Some(Items(items)) = tables.get() else {
            return;
        };
        for (file, content) in &self.0 {
            let stages = Place::file(file).key("stages");
            for (index, stage) in content.stages.iter().enumerate() {
                for (at, reward) in stage.rewards.iter().enumerate() {
                    if !items.contains_key(reward) {
                        let place = stages.clone().index(index).key("rewards").index(at);
                        report
                            .error(place, format!("unknown item {reward}"))
                            .nearest(reward, items.keys().map(String::as_str));
                    }
                }
            }
        }
    }
}

fn load(files: &[(&str, &str)]) -> Result<LoadedRules, Problems> {
    let folder = tempfile::tempdir().expect("temporary folder");
    for (name, text) in files {
        let path = folder.path().join(name);
        fs::create_dir_all(path.parent().expect("a file has a folder")).expect("folder");
        fs::write(path, text).expect("file");
    }
    let mut catalogue = Catalogue::new();
    catalogue.register::<Energy>().register::<Items>().register::<Stages>();
    catalogue.load(&AssetSource::Folder(folder.path().to_owned()))
}

const ENERGY: (&str, &str) = ("energy.ron", "(maximum: 100, interval: 5)");
const ITEMS: (&str, &str) = ("items.ron", "{\"3:9\": 1, \"1:1\": 2}");
const STAGES: (&str, &str) = ("stages/general.ron", "(stages: [(id: 1, kind: Boss(health: 5), rewards: [\"3:9\"])])");

/// Everything said about the given files.
fn faults(files: &[(&str, &str)]) -> Vec<String> {
    let problems = match load(files) {
        Ok(rules) => rules.warnings,
        Err(problems) => problems,
    };
    problems.iter().map(Problem::to_string).collect()
}

fn energy_faults(text: &str) -> Vec<String> {
    faults(&[("energy.ron", text), ITEMS, STAGES])
}

fn stage_faults(text: &str) -> Vec<String> {
    faults(&[ENERGY, ITEMS, ("stages/a.ron", text)])
}

#[test]
fn valid_files_are_loaded() {
    let rules = load(&[ENERGY, ITEMS, STAGES]).expect("all files are valid");
    assert!(rules.warnings.is_empty());
    let energy = rules.tables.get::<Energy>().expect("the table is loaded");
    assert_eq!((energy.maximum, energy.interval), (100, 5));
    assert!(rules.tables.shared::<Stages>().is_some());
}

#[test]
fn the_fingerprint_follows_what_tables_read() {
    let of = |files: &[_]| load(files).expect("all files are valid").fingerprint;
    let first = of(&[ENERGY, ITEMS, STAGES]);
    assert_eq!(first, of(&[STAGES, ENERGY, ITEMS]));
    assert_eq!(first, of(&[STAGES, ENERGY, ITEMS, ("spare.ron", "5")]));
    assert_ne!(first, of(&[("energy.ron", "(maximum: 101, interval: 5)"), ITEMS, STAGES]));
    assert_ne!(first, of(&[ENERGY, ITEMS, ("stages/b.ron", STAGES.1)]));
}

#[test]
fn a_typo_in_a_field_is_located_and_gets_a_hint() {
    assert_eq!(
        energy_faults("(\n  maximun: 100,\n  interval: 5,\n)"),
        ["energy.ron:2:3: error: maximun: unknown field `maximun`, expected one of \
          `maximum`, `interval`, `label` (did you mean \"maximum\"?)"]
    );
}

#[test]
fn a_typo_in_a_variant_is_located_and_gets_a_hint() {
    assert_eq!(
        stage_faults("(stages: [\n(id: 1, kind: Bos(health: 1))])"),
        ["stages/a.ron:2:15: error: stages[0].kind: unknown name `Bos`, expected one \
          of `Normal`, `Boss`, `Timed` (did you mean \"Boss\"?)"]
    );
}

#[test]
fn errors_in_two_elements_of_a_list_are_both_reported() {
    assert_eq!(
        stage_faults("(stages: [\n(id: \"a\", kind: Normal),\n(id: 1, kind: Normal),\n(id: 300,),\n])"),
        [
            "stages/a.ron:2:6: error: stages[0].id: found the string \"a\", expected a whole number",
            "stages/a.ron:4:1: error: stages[2]: missing field `kind`",
        ]
    );
}

#[test]
fn errors_in_two_fields_of_a_struct_are_both_reported() {
    assert_eq!(
        energy_faults("(maximum: yes,\n interval: 300, label: 5)"),
        [
            "energy.ron:1:11: error: maximum: found the name `yes`, expected a whole number",
            "energy.ron:2:12: error: interval: 300 is out of range, expected 0 to 255",
            "energy.ron:2:24: error: label: found the number 5, expected a string in double quotes",
        ]
    );
}

#[test]
fn errors_in_several_files_are_all_reported() {
    let found = faults(&[("energy.ron", "("), ("items.ron", "{1: 1}"), ("stages/a.ron", "()")]);
    assert_eq!(
        found,
        [
            "energy.ron:1:2: error: found the end of the file, expected `)`: the `(` in line 1, column 1 is not closed",
            "items.ron:1:2: error: [\"1\"]: found the number 1, expected a string in double quotes",
            "stages/a.ron:1:1: error: missing field `stages`",
        ]
    );
}

#[test]
fn a_duplicate_map_key_is_located() {
    assert_eq!(
        faults(&[ENERGY, STAGES, ("items.ron", "{\n\"3:9\": 1,\n\t\"3:9\": 2}")]),
        ["items.ron:3:2: error: [\"3:9\"]: this key is given twice, the first time in line 2"]
    );
}

#[test]
fn a_duplicate_field_is_reported_once() {
    assert_eq!(
        energy_faults("(maximum: 1, interval: 1,\nmaximum: 2, label: 3)"),
        [
            "energy.ron:2:1: error: maximum: this key is given twice, the first time in line 1",
            "energy.ron:2:20: error: label: found the number 3, expected a string in double quotes",
        ]
    );
}

#[test]
fn a_missing_file_is_reported_and_a_stray_one_gets_a_hint() {
    assert_eq!(
        faults(&[("enrgy.ron", ENERGY.1), ITEMS]),
        [
            "energy.ron:1:1: error: this file is missing, expected energy.ron (rename \"enrgy.ron\" to \"energy.ron\")",
            "stages/:1:1: error: this folder holds no file, expected stages/*.ron",
            "enrgy.ron:1:1: warning: no table reads this file (did you mean \"energy.ron\"?)",
        ]
    );
}

#[test]
fn a_missing_field_points_to_its_struct() {
    assert_eq!(
        stage_faults("(stages: [(id: 1, kind: Boss( ) )])"),
        ["stages/a.ron:1:25: error: stages[0].kind: missing field `health`"]
    );
    assert_eq!(energy_faults("// head\n (maximum: 5 /* ) */ )"), ["energy.ron:2:2: error: missing field `interval`"]);
}

#[test]
fn a_wrong_type_says_what_was_found() {
    assert_eq!(
        stage_faults("(stages: [(id: 1, kind: Timed(\"体\"), bounds: (1, 2, 3), rewards: {})])"),
        [
            "stages/a.ron:1:31: error: stages[0].kind: found the string \"体\", expected a whole number",
            "stages/a.ron:1:52: error: stages[0].bounds[2]: found the number 3, expected the closing `)`",
            "stages/a.ron:1:65: error: stages[0].rewards: found a map, expected a list in `[` `]`",
        ]
    );
    assert_eq!(
        stage_faults("(stages: [(id: 1, kind: Normal, bounds: (1))])"),
        ["stages/a.ron:1:41: error: stages[0].bounds: found 1 value, expected 2 values in `(` `)`"]
    );
}

#[test]
fn a_number_that_is_read_in_part_is_shown_in_full() {
    assert_eq!(
        energy_faults("(maximum: 1.5, interval: 2$3)"),
        [
            "energy.ron:1:11: error: maximum: found the number 1.5, expected a whole number",
            "energy.ron:1:26: error: interval: found the number 2$3, which makes no sense from \
             `$3` on",
        ]
    );
}

#[test]
fn a_fault_found_by_a_type_itself_points_to_the_value() {
    #[derive(Debug, Deserialize, JsonSchema)]
    #[serde(try_from = "(u8, u8)")]
    struct Span;

    impl TryFrom<(u8, u8)> for Span {
        type Error = &'static str;

        fn try_from((low, high): (u8, u8)) -> Result<Self, &'static str> {
            if low <= high { Ok(Self) } else { Err("low is above high") }
        }
    }

    let document = Document::new("[\n (1, 2),\n  (2, 1 /* ) */ ),\n]".to_owned());
    let mut problems = Vec::new();
    assert!(decode::<Vec<Span>>("a.ron", &document, None, &mut problems).is_none());
    assert_eq!(Problems::new(problems).to_string(), "a.ron:3:3: error: [1]: low is above high");
}

#[test]
fn a_semantic_error_is_located_in_a_folder_table() {
    let text = "(stages: [\r\n  (id: 1, kind: Normal), // 关卡\r\n  (id: 2, kind: Normal,\r\n\t\
                rewards: [\"1:1\", /* 物品 */ \"3:99\"]),\r\n])";
    assert_eq!(
        faults(&[ENERGY, ITEMS, STAGES, ("stages/deep/b.ron", text)]),
        ["stages/deep/b.ron:4:28: error: stages[1].rewards[1]: unknown item 3:99 \
          (did you mean \"3:9\"?)"]
    );
}

#[test]
fn warnings_do_not_prevent_loading() {
    let rules = load(&[("energy.ron", "(maximum: 1, interval: 0)"), ITEMS, STAGES]);
    let rules = rules.expect("warnings do no harm");
    assert_eq!(rules.warnings.to_string(), "energy.ron:1:24: warning: interval: energy refills at once");
}

#[test]
fn a_missing_comma_or_bracket_is_located() {
    assert_eq!(
        energy_faults("(maximum: 1\n interval: 5)"),
        ["energy.ron:2:2: error: found the name `interval`, expected a comma before it"]
    );
    assert_eq!(
        stage_faults("(stages: [(id: 1, kind: Normal)\n)"),
        ["stages/a.ron:1:32: error: expected `]` here: the `[` in line 1, column 10 is not closed"]
    );
}
