//! `raidkeep check`: looks for mistakes in the assets without starting anything.

use std::path::{Path, PathBuf};
use std::process::ExitCode;

use clap::{Args, ValueEnum};
use serde::Serialize;

use crate::cli::against::Against;
use crate::cli::moment::{parse_moment, settings_of};
use crate::cli::{print_line, tell};
use raidkeep_engine::clock;
use raidkeep_engine::rules::{AsOf, AssetSource, Catalogue, Problem, Problems};
use raidkeep_game::economy::listing::EconomyListing;
use raidkeep_studio::economy::economy_text;
use raidkeep_studio::impact::Impact;
use raidkeep_studio::schema::AssetShapes;
use raidkeep_studio::sheet::AssetSheets;

/// With --against, whether something in use is removed.
const REMOVES: u8 = 2;

/// Exit code 0: the assets are valid. 1: they are not, or there are warnings and --deny-warnings is set. 2: they are, and
/// remove something that players of the server named with --against have.
#[derive(Debug, Args)]
pub(super) struct Check {
    /// Folder of the assets, or one file in it [default: assets if it exists, else the built-in ones].
    #[arg(value_name = "PATH")]
    path: Option<PathBuf>,
    /// How problems are shown.
    #[arg(long, value_enum, default_value_t = Format::Text)]
    format: Format,
    /// Fails on warnings too.
    #[arg(long)]
    deny_warnings: bool,
    #[command(flatten)]
    against: Against,
    /// Prints the values of all runs with formulas too.
    #[arg(long)]
    values: bool,
    /// Prints the economy too: what every stage, offer, task and so on takes and gives, per energy and per hour, and where
    /// items come from and go to.
    #[arg(long)]
    economy: bool,
    /// Looks as of a moment, such as "2027-02-10 12:00:00": what is over then is told, and the economy is that of the events
    /// that run then [default: now].
    #[arg(long, value_name = "MOMENT")]
    at: Option<String>,
    /// Configuration file, for the zone [default: as serve].
    #[arg(long, value_name = "FILE")]
    config: Option<PathBuf>,
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
    /// What players have of what is changed, with --against.
    #[serde(skip_serializing_if = "Option::is_none")]
    impact: Option<&'a Impact>,
    /// With --economy, if there are no errors.
    #[serde(skip_serializing_if = "Option::is_none")]
    economy: Option<&'a EconomyListing>,
}

impl Check {
    pub(super) fn run(self) -> Result<ExitCode, Box<dyn std::error::Error>> {
        let settings = settings_of(self.config.as_deref())?;
        let moment = self.at.as_ref().map_or_else(|| Ok(clock::wall_ms()), |at| parse_moment(at, "--at", &settings))?;
        let as_of = AsOf { moment: moment.div_euclid(1000), zone: &settings.zone };
        let catalogue = raidkeep_game::catalogue(&settings);
        let subject = Subject::of(self.path.as_deref(), &catalogue);
        let source = &subject.source;
        let study = catalogue.study_at(source, as_of);
        let is_listed = self.economy && study.problems.error_count() == 0;
        let economy = is_listed.then(|| EconomyListing::at(&study.tables, as_of));
        let (problems, elsewhere) = subject.split(study.problems);
        let errors = problems.error_count();
        let warnings = problems.len() - errors;
        // Assets with errors reach no server.
        let impact = if errors == 0 { self.against.ask(source)? } else { None };
        let summary = || summary(errors, warnings, elsewhere, &subject.describe());
        match self.format {
            Format::Json => {
                let findings = Findings {
                    assets: source.describe(),
                    errors,
                    warnings,
                    problems: &problems,
                    impact: impact.as_ref(),
                    economy: economy.as_ref(),
                };
                print_line(&serde_json::to_string_pretty(&findings)?);
            }
            Format::Text => {
                problems.iter().for_each(|problem| print_line(&subject.located(problem).to_string()));
                if self.values {
                    subject.values(&catalogue).iter().for_each(|line| print_line(line));
                }
                economy.iter().for_each(|economy| print_line(economy_text(economy).as_str()));
                print_line(&summary());
            }
            Format::Github => {
                problems.iter().for_each(|problem| print_line(&github_command(&subject.located(problem))));
                print_line(&summary());
            }
        }
        if let Some(impact) = impact.as_ref().filter(|_| !matches!(self.format, Format::Json)) {
            print_line(impact.text().trim_end());
        }
        let fails = errors > 0 || self.deny_warnings && warnings > 0;
        Ok(match impact {
            _ if fails => ExitCode::FAILURE,
            Some(impact) if impact.removals() > 0 => ExitCode::from(REMOVES),
            _ => ExitCode::SUCCESS,
        })
    }
}

/// What is checked: a folder of assets, or one file within its folder.
struct Subject {
    source: AssetSource,
    /// The file as given, and its path below the assets.
    file: Option<(PathBuf, String)>,
}

impl Subject {
    fn of(path: Option<&Path>, catalogue: &Catalogue) -> Self {
        let file = path.filter(|path| path.is_file());
        match file.and_then(|file| Some((file, catalogue.folder_of(file)?))) {
            Some((file, (folder, below))) => {
                Self { source: AssetSource::Folder(folder), file: Some((file.to_owned(), below)) }
            }
            None => Self { source: raidkeep_game::usual_assets(path), file: None },
        }
    }

    /// The values of formulas, a line for each.
    fn values(&self, catalogue: &Catalogue) -> Vec<String> {
        let within = self.file.as_ref().map_or("", |(_, below)| below);
        let shapes = AssetShapes::new(catalogue);
        let texts = self.source.text_files().unwrap_or_default();
        AssetSheets::new(texts, within, &shapes).formula_values()
    }

    fn describe(&self) -> String {
        self.file.as_ref().map_or_else(|| self.source.describe(), |(file, _)| file.display().to_string())
    }

    /// The problems of the subject, and how many errors there are elsewhere.
    fn split(&self, found: Problems) -> (Problems, usize) {
        let Some((_, below)) = &self.file else {
            return (found, 0);
        };
        let all = found.error_count();
        let own = Problems::new(found.into_iter().filter(|problem| problem.file == *below).collect());
        let elsewhere = all - own.error_count();
        (own, elsewhere)
    }

    /// The same problem with a path relative to the working directory, so that terminals and editors can open it.
    fn located(&self, problem: &Problem) -> Problem {
        let file = match (&self.file, &self.source) {
            (Some((file, _)), _) => file.clone(),
            (None, AssetSource::Folder(folder)) => folder.join(&problem.file),
            (None, _) => return problem.clone(),
        };
        Problem { file: file.display().to_string(), ..problem.clone() }
    }
}

/// Prints the warnings of assets that are used for something else, on stderr.
pub(super) fn tell_warnings(warnings: &Problems, source: &AssetSource) {
    let subject = Subject { source: source.clone(), file: None };
    warnings.iter().for_each(|warning| tell(&subject.located(warning).to_string()));
}

fn summary(errors: usize, warnings: usize, elsewhere: usize, subject: &str) -> String {
    let count = |count: usize, one: &str| format!("{count} {one}{}", if count == 1 { "" } else { "s" });
    let elsewhere = match elsewhere {
        0 => String::new(),
        errors => format!(" ({} in other files)", count(errors, "error")),
    };
    format!("{}, {} in {subject}{elsewhere}", count(errors, "error"), count(warnings, "warning"))
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
        let source = raidkeep_game::shipped_assets().describe();
        assert_eq!(summary(1, 0, 0, &source), "1 error, 0 warnings in the files built into the program");
        assert_eq!(summary(0, 2, 1, "a.ron"), "0 errors, 2 warnings in a.ron (1 error in other files)");
    }
}
