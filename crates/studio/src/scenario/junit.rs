//! Outcomes as JUnit XML, which CI servers show. A scenario is a suite, a step is a test case.

use std::borrow::Cow;
use std::fmt::Write as _;

use crate::scenario::outcome::{Outcome, StepOutcome, Verdict};

/// The whole file.
pub fn junit_xml(outcomes: &[Outcome]) -> String {
    let mut xml = String::from("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<testsuites name=\"raidkeep scenario\">\n");
    outcomes.iter().for_each(|outcome| write_suite(&mut xml, outcome));
    xml.push_str("</testsuites>\n");
    xml
}

fn write_suite(xml: &mut String, outcome: &Outcome) {
    let count = |is: fn(&Verdict) -> bool| outcome.steps.iter().filter(|step| is(&step.verdict)).count();
    // Writing into a string cannot fail.
    let _ = writeln!(
        xml,
        r#"  <testsuite name="{}" tests="{}" failures="{}" skipped="{}" time="{:.3}">"#,
        escape(&format!("{}: {}", outcome.file, outcome.name)),
        outcome.steps.len(),
        count(|verdict| matches!(verdict, Verdict::Failed(_))),
        count(|verdict| matches!(verdict, Verdict::NotRun)),
        outcome.took.as_secs_f64(),
    );
    outcome.steps.iter().for_each(|step| write_case(xml, outcome, step));
    xml.push_str("  </testsuite>\n");
}

fn write_case(xml: &mut String, outcome: &Outcome, step: &StepOutcome) {
    let inner = match &step.verdict {
        Verdict::Passed => String::new(),
        Verdict::NotRun => "<skipped/>".to_owned(),
        Verdict::Failed(failure) => {
            let lines = outcome.describe(failure);
            let first = lines.first().map_or("", String::as_str);
            format!(r#"<failure message="{}">{}</failure>"#, escape(first), escape(&lines.join("\n")))
        }
    };
    let (class, name) = (escape(&outcome.file), format!("line {}: {}", step.line, step.title));
    let _ = writeln!(
        xml,
        r#"    <testcase classname="{class}" name="{}" file="{class}" line="{}">{inner}</testcase>"#,
        escape(&name),
        step.line,
    );
}

/// Text as it may stand in XML. Characters that XML has no form for are replaced.
fn escape(text: &str) -> Cow<'_, str> {
    let is_plain = |c: char| !matches!(c, '<' | '>' | '&' | '"') && is_allowed(c);
    if text.chars().all(is_plain) {
        return Cow::Borrowed(text);
    }
    let mut escaped = String::with_capacity(text.len() + 16);
    for c in text.chars() {
        match c {
            '<' => escaped.push_str("&lt;"),
            '>' => escaped.push_str("&gt;"),
            '&' => escaped.push_str("&amp;"),
            '"' => escaped.push_str("&quot;"),
            allowed if is_allowed(allowed) => escaped.push(allowed),
            _ => escaped.push('\u{fffd}'),
        }
    }
    Cow::Owned(escaped)
}

fn is_allowed(c: char) -> bool {
    matches!(c, '\t' | '\n' | '\r' | ' '..='\u{d7ff}' | '\u{e000}'..='\u{fffd}' | '\u{10000}'..)
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;
    use crate::scenario::outcome::Failure;

    #[test]
    fn failures_and_steps_that_were_not_run_are_told_in_valid_xml() {
        let step = |line, verdict| StepOutcome { line, title: "ann asks a<b".to_owned(), verdict };
        let failure = Failure {
            mismatches: vec![(5, "status: 0".to_owned(), "\"9\u{1}\"".to_owned())],
            context: "reply".to_owned(),
        };
        let outcome = Outcome {
            file: "a.ron".to_owned(),
            name: "R&D".to_owned(),
            steps: vec![step(3, Verdict::Passed), step(5, Verdict::Failed(failure)), step(7, Verdict::NotRun)],
            took: Duration::from_millis(12),
        };
        let xml = junit_xml(&[outcome]);
        assert!(xml.contains(r#"name="a.ron: R&amp;D" tests="3" failures="1" skipped="1" time="0.012""#), "{xml}");
        assert!(xml.contains("a.ron:5: expected status: 0; found &quot;9\u{fffd}&quot;"), "{xml}");
        assert!(xml.contains(r#"name="line 7: ann asks a&lt;b" file="a.ron" line="7"><skipped/>"#), "{xml}");
    }
}
