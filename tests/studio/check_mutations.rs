//! The checker against single mistakes: they are injected into the shipped assets, and each must be told at its line and
//! nowhere else.

use std::collections::BTreeMap;
use std::path::Path;

use crate::mutation::{Kind, Known, Mutation, mutations};
use raidkeep::engine::rules::{AssetSource, Problems, RuleTables, Severity};
use raidkeep::game;
use raidkeep::server::config::Config;

/// How many mistakes are made.
const MISTAKES: usize = 400;
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

/// Draws mistakes in turn from every kind of every file until there are enough.
fn draw(files: &BTreeMap<String, String>, known: &Known<'_>) -> Vec<Mutation> {
    let mut random = Lcg(SEED);
    let mut pools: Vec<Vec<Mutation>> = Vec::new();
    for (at, (name, text)) in files.iter().enumerate() {
        // Every second kind for each file, in turn, is enough and halves the time.
        for kind in Kind::ALL.into_iter().skip(at % 2).step_by(2) {
            pools.push(mutations(name, text, kind, known));
        }
    }
    let mut drawn = Vec::new();
    while drawn.len() < MISTAKES {
        pools.retain(|pool| !pool.is_empty());
        assert!(
            !pools.is_empty(),
            "the shipped assets should have room for {MISTAKES} mistakes, found {}",
            drawn.len()
        );
        for pool in &mut pools {
            drawn.push(pool.swap_remove(random.below(pool.len())));
        }
    }
    drawn
}

#[test]
fn every_single_mistake_in_the_shipped_assets_is_told_at_its_line_and_only_there() {
    let config = Config::load(None, &[]).expect("the shipped configuration should be valid");
    let app = game::build_app(&config.game().expect("the shipped configuration should be valid"));
    let catalogue = &app.world().resource::<RuleTables>().catalogue;
    let files = game::shipped_assets().text_files().expect("the shipped assets should be readable");
    let folder = tempfile::tempdir().expect("a temporary folder");
    let source = AssetSource::Folder(folder.path().to_owned());
    let pictures = game::shipped_assets().pictures().expect("the shipped images should be readable");
    pictures.iter().for_each(|(name, bytes)| write(folder.path(), name, bytes));
    files.iter().for_each(|(name, text)| write(folder.path(), name, text));
    let unchanged = catalogue.load(&source).expect("without a mistake there should be no error");
    assert!(unchanged.warnings.is_empty(), "and no warning:\n{}", unchanged.warnings);

    let drawn = draw(&files, &Known::new(&files, &raidkeep::studio::schema::assets(catalogue)));
    let mut missed = Vec::new();
    for mistake in &drawn {
        write(folder.path(), &mistake.file, &mistake.text);
        let problems = catalogue.load(&source).map_or_else(|problems| problems, |rules| rules.warnings);
        if !is_caught(&problems, mistake) {
            missed.push(format!("{mistake}; reported:\n{problems}"));
        }
        write(folder.path(), &mistake.file, &files[&mistake.file]);
    }
    assert!(
        missed.is_empty(),
        "{} of {} mistakes were missed, or told with others that nobody made:\n{}",
        missed.len(),
        drawn.len(),
        missed.join("\n\n")
    );
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
