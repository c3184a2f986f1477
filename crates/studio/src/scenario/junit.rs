//! Outcomes as JUnit XML for CI servers. A scenario is a suite, a step is a test case.

use quick_junit::{NonSuccessKind, Report, TestCase, TestCaseStatus, TestSuite};

use crate::scenario::outcome::{ScenarioOutcome, StepOutcome, StepVerdict};

/// The complete XML file.
pub fn junit_xml(outcomes: &[ScenarioOutcome]) -> String {
    let mut report = Report::new("raidkeep scenario");
    report.add_test_suites(outcomes.iter().map(suite));
    report.to_string().expect("writing XML into a string should not fail")
}

fn suite(outcome: &ScenarioOutcome) -> TestSuite {
    let mut suite = TestSuite::new(format!("{}: {}", outcome.file, outcome.name));
    suite.set_time(outcome.took);
    suite.add_test_cases(outcome.steps.iter().map(|step| case(outcome, step)));
    suite
}

fn case(outcome: &ScenarioOutcome, step: &StepOutcome) -> TestCase {
    let status = match &step.verdict {
        StepVerdict::Passed => TestCaseStatus::success(),
        StepVerdict::NotRun => TestCaseStatus::skipped(),
        StepVerdict::Failed(failure) => {
            let lines = outcome.describe(failure);
            let mut status = TestCaseStatus::non_success(NonSuccessKind::Failure);
            status.set_message(lines.first().map_or("", String::as_str)).set_description(lines.join("\n"));
            status
        }
    };
    let mut case = TestCase::new(format!("line {}: {}", step.line, step.title), status);
    case.set_classname(outcome.file.as_str());
    case.extra.insert("file".into(), outcome.file.as_str().into());
    case.extra.insert("line".into(), step.line.to_string().into());
    case
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;
    use crate::scenario::outcome::Failure;

    #[test]
    fn failures_and_skipped_steps_are_reported_in_valid_xml() {
        let step = |line, verdict| StepOutcome { line, title: "ann asks a<b".to_owned(), verdict };
        let failure = Failure {
            mismatches: vec![(5, "status: 0".to_owned(), "\"9\u{1}\"".to_owned())],
            context: "reply".to_owned(),
        };
        let outcome = ScenarioOutcome {
            file: "a.ron".to_owned(),
            name: "R&D".to_owned(),
            steps: vec![
                step(3, StepVerdict::Passed),
                step(5, StepVerdict::Failed(failure)),
                step(7, StepVerdict::NotRun),
            ],
            took: Duration::from_millis(12),
        };
        let xml = junit_xml(&[outcome]);
        let suite = r#"name="a.ron: R&amp;D" tests="3" skipped="1" errors="0" failures="1" time="0.012""#;
        assert!(xml.contains(suite), "{xml}");
        assert!(
            xml.contains("a.ron:5: expected status: 0; found &quot;9&quot;"),
            "control characters are left out: {xml}"
        );
        let case = r#"name="line 7: ann asks a&lt;b" classname="a.ron" file="a.ron" line="7">"#;
        let (_, inner) = xml.split_once(case).expect("each step has its case");
        assert!(inner.trim_start().starts_with("<skipped/>"), "{xml}");
    }
}
