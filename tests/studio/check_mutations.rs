//! The checker against single mistakes: they are injected into the shipped assets, and each must be told at its line and
//! nowhere else.

use std::collections::BTreeMap;
use std::path::Path;

use tempfile::TempDir;

use crate::mutation::{Kind, Known, Mutation, mutations, slips};
use raidkeep::engine::rules::{AssetSource, Catalogue, Problem, Problems, Severity};
use raidkeep::game;
use raidkeep::server::config::Config;
use raidkeep::studio::long_run::setting;

/// At least so many mistakes are made, and one of each kind that is tried in a file; `RAIDKEEP_MISTAKES` says another number.
const MISTAKES: u64 = 60;
const SEED: u64 = 20_261_121;

/// Pseudo-random numbers, the same for the same seed.
struct Lcg(u64);

impl Lcg {
    fn below(&mut self, bound: usize) -> usize {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        usize::try_from(self.0 >> 33).expect("31 bits fit") % bound
    }
}

fn write(folder: &Path, name: &str, text: impl AsRef<[u8]>) {
    let path = folder.join(name);
    std::fs::create_dir_all(path.parent().expect("a file lies in a folder")).expect("the folder should be writable");
    std::fs::write(path, text).expect("the folder should be writable");
}

/// The shipped assets in a folder, and what reads them.
struct Bench {
    catalogue: Catalogue,
    files: BTreeMap<String, String>,
    folder: TempDir,
}

impl Bench {
    fn new() -> Self {
        let config = Config::load(None, &[]).expect("the shipped configuration should be valid");
        let catalogue = game::catalogue(&config.game().expect("the shipped configuration should be valid"));
        let files = game::shipped_assets().text_files().expect("the shipped assets should be readable");
        let folder = tempfile::tempdir().expect("a temporary folder");
        let pictures = game::shipped_assets().pictures().expect("the shipped images should be readable");
        pictures.iter().for_each(|(name, bytes)| write(folder.path(), name, bytes));
        files.iter().for_each(|(name, text)| write(folder.path(), name, text));
        Self { catalogue, files, folder }
    }

    fn told(&self) -> Problems {
        self.catalogue.study(&AssetSource::Folder(self.folder.path().to_owned())).problems
    }

    /// Makes each mistake alone, and expects it to be told as it should be.
    fn try_all(&self, mistakes: &[Mutation], is_told: fn(&Problems, &Mutation) -> bool) {
        let mut missed = Vec::new();
        for mistake in mistakes {
            write(self.folder.path(), &mistake.file, &mistake.text);
            let problems = self.told();
            if !is_told(&problems, mistake) {
                missed.push(format!("{mistake}; reported:\n{problems}"));
            }
            write(self.folder.path(), &mistake.file, &self.files[&mistake.file]);
        }
        assert!(
            missed.is_empty(),
            "{} of {} mistakes were missed, or told with others that nobody made:\n{}",
            missed.len(),
            mistakes.len(),
            missed.join("\n\n")
        );
    }
}

/// Draws mistakes in turn from every kind of every file until there are enough.
fn draw(files: &BTreeMap<String, String>, known: &Known<'_>) -> Vec<Mutation> {
    let mut random = Lcg(SEED);
    let mut pools: Vec<Vec<Mutation>> = Vec::new();
    for (at, (name, text)) in files.iter().enumerate() {
        // Every eighth kind for each file, in turn, is enough and takes an eighth of the time.
        for kind in Kind::ALL.into_iter().skip(at % 8).step_by(8) {
            pools.push(mutations(name, text, kind, known));
        }
    }
    // Few files have room for some kinds.
    for kind in Kind::ALL {
        if !pools.iter().flatten().any(|mistake| mistake.kind == kind) {
            let mut by_file = files.iter().map(|(name, text)| mutations(name, text, kind, known));
            pools.extend(by_file.find(|pool| !pool.is_empty()));
        }
    }
    let mut drawn = Vec::new();
    let wanted = usize::try_from(setting("RAIDKEEP_MISTAKES", MISTAKES)).expect("a number of mistakes");
    while drawn.len() < wanted {
        pools.retain(|pool| !pool.is_empty());
        assert!(!pools.is_empty(), "the shipped assets should have room for {wanted} mistakes, found {}", drawn.len());
        for pool in &mut pools {
            drawn.push(pool.swap_remove(random.below(pool.len())));
        }
    }
    drawn
}

#[test]
fn every_single_mistake_in_the_shipped_assets_is_told_at_its_line_and_only_there() {
    let bench = Bench::new();
    let Bench { catalogue, files, .. } = &bench;
    let unchanged = bench.told();
    assert!(unchanged.is_empty(), "without a mistake there should be no error and no warning:\n{unchanged}");

    let drawn = draw(files, &Known::new(files, &raidkeep::studio::schema::assets(catalogue)));
    bench.try_all(&drawn, is_caught);
    for file in files.keys() {
        assert!(drawn.iter().any(|mistake| mistake.file == *file), "{file} should get its mistakes too");
    }
    for kind in Kind::ALL {
        assert!(drawn.iter().any(|mistake| mistake.kind == kind), "{kind:?} should be among the mistakes");
    }
}

/// Whether the mistake is told at its line, and nothing else is called an error.
fn is_caught(problems: &Problems, mistake: &Mutation) -> bool {
    let errors: Vec<_> = problems.iter().filter(|problem| problem.severity == Severity::Error).collect();
    matches!(errors.as_slice(), [only] if only.file == mistake.file && only.line == mistake.line)
}

/// How many slips are made.
const SLIPS: usize = 60;

#[test]
fn every_amount_with_digits_too_many_is_told_at_its_line_and_only_there() {
    let bench = Bench::new();
    let mut pools: Vec<Vec<Mutation>> = bench.files.iter().map(|(file, text)| slips(file, text)).collect();
    let mut random = Lcg(SEED);
    let mut drawn = Vec::new();
    while drawn.len() < SLIPS {
        pools.retain(|pool| !pool.is_empty());
        assert!(!pools.is_empty(), "the shipped assets should have room for {SLIPS} slips, found {}", drawn.len());
        for pool in &mut pools {
            drawn.push(pool.swap_remove(random.below(pool.len())));
        }
    }
    bench.try_all(&drawn, |problems, slip| {
        let is_here = |told: &Problem| {
            let is_warning = told.severity == Severity::Warning;
            is_warning && told.file == slip.file && told.line == slip.line
        };
        !problems.is_empty() && problems.iter().all(is_here)
    });
}
