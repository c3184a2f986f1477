//! What came of a scenario.

use std::fmt;
use std::time::Duration;

/// One scenario that was run.
#[derive(Debug)]
pub struct ScenarioOutcome {
    /// The file.
    pub file: String,
    /// What the scenario shows.
    pub name: String,
    /// What was given, if that failed, and the steps, in order.
    pub steps: Vec<StepOutcome>,
    /// Real time it took.
    pub took: Duration,
}

/// One step.
#[derive(Debug)]
pub struct StepOutcome {
    /// Where it stands in the file.
    pub line: u32,
    /// The step in a few words.
    pub title: String,
    /// What came of it.
    pub verdict: StepVerdict,
}

/// What came of a step.
#[derive(Debug)]
pub enum StepVerdict {
    /// Everything was as expected.
    Passed,
    /// Something was not.
    Failed(Failure),
    /// An earlier step had failed.
    NotRun,
}

/// What was not as expected.
#[derive(Debug)]
pub struct Failure {
    /// Each expectation that did not hold: the line it stands in, what was expected, and what was found.
    pub mismatches: Vec<(u32, String, String)>,
    /// The reply or the events it was about.
    pub context: String,
}

impl ScenarioOutcome {
    /// Whether all was as expected.
    pub fn passed(&self) -> bool {
        self.steps.iter().all(|step| matches!(step.verdict, StepVerdict::Passed))
    }

    /// Each step that failed.
    pub fn failures(&self) -> impl Iterator<Item = (&StepOutcome, &Failure)> {
        self.steps.iter().filter_map(|step| match &step.verdict {
            StepVerdict::Failed(failure) => Some((step, failure)),
            StepVerdict::Passed | StepVerdict::NotRun => None,
        })
    }

    /// The lines that tell of a failure, each with the place in the file first.
    pub fn describe(&self, failure: &Failure) -> Vec<String> {
        let file = &self.file;
        let lines = failure.mismatches.iter();
        let mut lines: Vec<String> =
            lines.map(|(line, expected, found)| format!("{file}:{line}: expected {expected}; found {found}")).collect();
        lines.push(failure.context.clone());
        lines
    }
}

/// Like a test runner: a line for the scenario, and one for each step of a scenario that failed.
impl fmt::Display for ScenarioOutcome {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let verdict = if self.passed() { "ok  " } else { "FAIL" };
        write!(f, "{verdict} {}: {} ({} steps)", self.file, self.name, self.steps.len())?;
        if self.passed() {
            return Ok(());
        }
        for step in &self.steps {
            let (verdict, failure) = match &step.verdict {
                StepVerdict::Passed => ("ok  ", None),
                StepVerdict::Failed(failure) => ("FAIL", Some(failure)),
                StepVerdict::NotRun => ("-   ", None),
            };
            write!(f, "\n  {verdict} line {}: {}", step.line, step.title)?;
            for line in failure.iter().flat_map(|failure| self.describe(failure)) {
                write!(f, "\n         {line}")?;
            }
        }
        Ok(())
    }
}
