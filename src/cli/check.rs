//! `raidkeep check`: looks for mistakes in the assets without starting anything.

use std::path::PathBuf;
use std::process::ExitCode;

use clap::{Args, ValueEnum};
use serde::Serialize;

use crate::cli::{print_line, tell};
use raidkeep_engine::rules::{AssetSource, Problem, Problems};
use raidkeep_server::config::Config;

/// Exit code 0: the assets are valid. 1: they are not, or there are warnings and --deny-warnings is set.
#[derive(Debug, Args)]
pub(super) struct Check {
    /// Folder of the assets [default: assets if it exists, else the built-in ones].
    #[arg(value_name = "FOLDER")]
    folder: Option<PathBuf>,
    /// How problems are shown.
    #[arg(long, value_enum, default_value_t = Format::Text)]
    format: Format,
    /// Fails on warnings too.
    #[arg(long)]
    deny_warnings: bool,
}

#[derive(Debug, Clone, Copy, ValueEnum)]
enum Format {
    /// One line per problem, `file:line:column: severity: key: message (hint)`, and a summary.
    Text,
    /// One JSON object: `assets`, `errors`, `warnings` and `problems`.
    Json,
    /// GitHub workflow commands, which show each problem at its line.
    Github,
}

/// The output of `--format json`.
#[derive(Serialize)]
struct Findings<'a> {
    /// Where the assets are; file names are relative to it.
    assets: String,
    errors: usize,
    warnings: usize,
    problems: &'a Problems,
}

impl Check {
    pub(super) fn run(self) -> Result<ExitCode, Box<dyn std::error::Error>> {
        let settings = Config::load(None, &[])?.game()?;
        let source = raidkeep_game::usual_assets(self.folder.as_deref());
        let problems = match raidkeep_game::load_rules(&settings, &source) {
            Ok(rules) => rules.warnings,
            Err(problems) => problems,
        };
        let errors = problems.error_count();
        let warnings = problems.len() - errors;
        match self.format {
            Format::Json => {
                let findings = Findings { assets: source.describe(), errors, warnings, problems: &problems };
                print_line(&serde_json::to_string_pretty(&findings)?);
            }
            Format::Text => {
                problems.iter().for_each(|problem| print_line(&located(problem, &source).to_string()));
                print_line(&summary(errors, warnings, &source));
            }
            Format::Github => {
                problems.iter().for_each(|problem| print_line(&github_command(&located(problem, &source))));
                print_line(&summary(errors, warnings, &source));
            }
        }
        let fails = errors > 0 || self.deny_warnings && warnings > 0;
        Ok(if fails { ExitCode::FAILURE } else { ExitCode::SUCCESS })
    }
}

/// The same problem with a path relative to the working directory, so that terminals and editors can open it.
fn located(problem: &Problem, source: &AssetSource) -> Problem {
    let AssetSource::Folder(folder) = source else {
        return problem.clone();
    };
    Problem { file: folder.join(&problem.file).display().to_string(), ..problem.clone() }
}

/// Prints the warnings of assets that are used for something else, on stderr.
pub(super) fn tell_warnings(warnings: &Problems, source: &AssetSource) {
    warnings.iter().for_each(|warning| tell(&located(warning, source).to_string()));
}

fn summary(errors: usize, warnings: usize, source: &AssetSource) -> String {
    let count = |count: usize, one: &str| format!("{count} {one}{}", if count == 1 { "" } else { "s" });
    format!("{}, {} in {}", count(errors, "error"), count(warnings, "warning"), source.describe())
}

/// `::error file=..,line=..,col=..,title=..::message`, with special characters escaped.
fn github_command(problem: &Problem) -> String {
    let text = |text: &str| text.replace('%', "%25").replace('\r', "%0D").replace('\n', "%0A");
    let property = |value: &str| text(value).replace(':', "%3A").replace(',', "%2C");
    let Problem { severity, file, line, column, key, message, hint } = problem;
    let hint = hint.as_ref().map(|hint| format!(" ({hint})")).unwrap_or_default();
    let title = if key.is_empty() { "raidkeep check" } else { key };
    let (file, title, message) = (property(file), property(title), text(&format!("{message}{hint}")));
    format!("::{severity} file={file},line={line},col={column},title={title}::{message}")
}

#[cfg(test)]
mod tests {
    use super::*;
    use raidkeep_engine::rules::Severity;

    #[test]
    fn a_github_command_is_one_line_and_escapes_what_means_something_there() {
        let problem = Problem {
            severity: Severity::Warning,
            file: "a,b:c.ron".to_owned(),
            line: 3,
            column: 5,
            key: "items[0]".to_owned(),
            message: "100%\nwrong: yes, it is".to_owned(),
            hint: Some("did you mean \"x\"?".to_owned()),
        };
        assert_eq!(
            github_command(&problem),
            "::warning file=a%2Cb%3Ac.ron,line=3,col=5,title=items[0]::100%25%0Awrong: yes, it is (did you mean \"x\"?)"
        );
    }

    #[test]
    fn the_summary_counts() {
        let source = raidkeep_game::shipped_assets();
        assert_eq!(summary(1, 0, &source), "1 error, 0 warnings in the files built into the program");
    }
}
