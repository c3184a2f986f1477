//! The outcome of a scenario.

use std::fmt;
use std::time::Duration;

/// The outcome of one scenario.
#[derive(Debug)]
pub struct ScenarioOutcome {
    /// The file.
    pub file: String,
    /// What the scenario shows.
    pub name: String,
    /// The set-up steps that failed, and all steps, in order.
    pub steps: Vec<StepOutcome>,
    /// Real duration.
    pub took: Duration,
}

/// The outcome of one step.
#[derive(Debug)]
pub struct StepOutcome {
    /// Its line in the file.
    pub line: u32,
    /// A short description of the step.
    pub title: String,
    /// Its verdict.
    pub verdict: StepVerdict,
}

/// Whether a step passed.
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
    /// Each expectation that did not hold: its line, what was expected, and what was found.
    pub mismatches: Vec<(u32, String, String)>,
    /// The reply or events in question.
    pub context: String,
}

impl ScenarioOutcome {
    /// Whether every step passed.
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

    /// The lines that describe a failure, each starting with its location in the file.
    pub fn describe(&self, failure: &Failure) -> Vec<String> {
        let file = &self.file;
        let lines = failure.mismatches.iter();
        let mut lines: Vec<String> =
            lines.map(|(line, expected, found)| format!("{file}:{line}: expected {expected}; found {found}")).collect();
        lines.push(failure.context.clone());
        lines
    }
}

/// Like a test runner: one line for the scenario and, if it failed, one for each step.
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
