//! `raidkeep scenario FILE...`: runs designers' tests.

use std::path::{Path, PathBuf};
use std::process::ExitCode;

use clap::Args;

use crate::cli::check::tell_warnings;
use crate::cli::{print_line, report};
use raidkeep_studio::scenario::junit::junit_xml;
use raidkeep_studio::scenario::{self, ScenarioOutcome, ScenarioRunner};

/// Exit code: the command line, a file or the assets are invalid, so no scenario was run.
const UNUSABLE: u8 = 2;

/// Exit codes: 0 if everything was as expected, 1 if something was not, 2 if a file or the assets are invalid.
#[derive(Debug, Args)]
pub(super) struct Scenario {
    /// Scenarios, or folders of them.
    #[arg(required = true, value_name = "FILE")]
    files: Vec<PathBuf>,
    /// Folder of the assets [default: assets if it exists, else the built-in ones].
    #[arg(long, value_name = "DIR")]
    assets: Option<PathBuf>,
    /// Also writes the outcome as JUnit XML to this file.
    #[arg(long, value_name = "FILE")]
    junit: Option<PathBuf>,
    /// Runs only scenarios with this text in the file name or their own name.
    #[arg(long, value_name = "TEXT")]
    filter: Option<String>,
}

impl Scenario {
    pub(super) fn run(self) -> ExitCode {
        match self.play() {
            Ok(outcomes) if outcomes.iter().all(ScenarioOutcome::passed) => ExitCode::SUCCESS,
            Ok(_) => ExitCode::FAILURE,
            Err(error) => {
                report(error.as_ref());
                ExitCode::from(UNUSABLE)
            }
        }
    }

    fn play(&self) -> Result<Vec<ScenarioOutcome>, Box<dyn std::error::Error>> {
        let mut scenarios = Vec::new();
        for file in self.found_files()? {
            scenarios.push(scenario::open(&file)?);
        }
        if let Some(filter) = &self.filter {
            scenarios.retain(|scenario| scenario.name().contains(filter) || scenario.content.name.contains(filter));
        }
        if scenarios.is_empty() {
            return Err("no scenario matches; check the files and --filter".into());
        }
        let assets = raidkeep_game::usual_assets(self.assets.as_deref());
        let runner = ScenarioRunner::new(&assets)?;
        tell_warnings(runner.warnings(), &assets);
        let mut outcomes = Vec::new();
        for scenario in &scenarios {
            let outcome = runner.play(scenario);
            print_line(&outcome.to_string());
            outcomes.push(outcome);
        }
        print_line(&summary(&outcomes));
        if let Some(junit) = &self.junit {
            std::fs::write(junit, junit_xml(&outcomes))
                .map_err(|error| format!("cannot write {}: {error}", junit.display()))?;
        }
        Ok(outcomes)
    }

    fn found_files(&self) -> Result<Vec<PathBuf>, String> {
        let mut found = Vec::new();
        for file in &self.files {
            match file.is_dir() {
                true => found.extend(ron_files(file).map_err(|error| format!("{}: {error}", file.display()))?),
                false => found.push(file.clone()),
            }
        }
        Ok(found)
    }
}

/// The scenario files of a folder, sorted by name.
fn ron_files(folder: &Path) -> std::io::Result<Vec<PathBuf>> {
    let entries = std::fs::read_dir(folder)?.collect::<Result<Vec<_>, _>>()?;
    let paths = entries.into_iter().map(|entry| entry.path());
    let mut files: Vec<PathBuf> = paths.filter(|path| path.extension().is_some_and(|ext| ext == "ron")).collect();
    files.sort();
    Ok(files)
}

fn summary(outcomes: &[ScenarioOutcome]) -> String {
    let passed = outcomes.iter().filter(|outcome| outcome.passed()).count();
    let steps: usize = outcomes.iter().map(|outcome| outcome.steps.len()).sum();
    let milliseconds: u128 = outcomes.iter().map(|outcome| outcome.took.as_millis()).sum();
    let (all, failed) = (outcomes.len(), outcomes.len() - passed);
    format!("{all} scenarios: {passed} passed, {failed} failed; {steps} steps in {milliseconds} ms")
}
