//! `raidkeep compare`: the same simulation under several asset folders.

use std::path::PathBuf;
use std::process::ExitCode;
use std::time::Instant;

use clap::Args;

use crate::cli::goals::GoalOptions;
use crate::cli::simulate::{Subject, write_file, write_page};
use crate::cli::{print_line, tell};
use raidkeep_engine::rules::AssetSource;
use raidkeep_studio::compare::{Comparison, compare, page};
use raidkeep_studio::diff::{DiffError, between};
use raidkeep_studio::goals::{self, judge};
use raidkeep_studio::report::goals::GoalOutcome;
use raidkeep_studio::rule_study::named_outcomes;

#[derive(Debug, Args)]
pub(super) struct Compare {
    /// Asset folders; each is compared with the first.
    #[arg(required = true, num_args = 2.., value_name = "DIR")]
    folders: Vec<PathBuf>,
    #[command(flatten)]
    subject: Subject,
    /// Folder for compare.html, compare.md, compare.json and csv/; created if it does not exist.
    #[arg(long, value_name = "DIR", default_value = "comparison")]
    out: PathBuf,
    #[command(flatten)]
    goals: GoalOptions,
}

impl Compare {
    pub(super) fn run(self) -> Result<ExitCode, Box<dyn std::error::Error>> {
        let policy = self.subject.read_policy()?;
        // The newest assets say what is wanted.
        let newest = AssetSource::Folder(self.folders.last().cloned().unwrap_or_default());
        let goals = self.goals.read(&newest, &policy.content, self.subject.days())?;
        let began = Instant::now();
        let studies = self.subject.study(&policy, self.folders.iter().cloned().map(AssetSource::Folder))?;
        let (base, others) = studies.split_first().ok_or("expected two folders or more")?;
        let comparisons = others.iter().zip(self.folders.iter().skip(1)).map(|(other, folder)| {
            let edits = between(&AssetSource::Folder(self.folders[0].clone()), &AssetSource::Folder(folder.clone()))?;
            Ok(compare(base, other, edits))
        });
        let comparisons: Vec<Comparison> = comparisons.collect::<Result<_, DiffError>>()?;
        let judged: Vec<Vec<GoalOutcome>> =
            studies.iter().map(|study| goals.as_ref().map(|goals| judge(goals, study)).unwrap_or_default()).collect();
        let mut markdown = comparisons.iter().map(Comparison::markdown).collect::<Vec<_>>().join("\n");
        if goals.is_some() {
            let named = studies.iter().map(|study| study.about.assets.as_str());
            markdown.push_str(&goals::markdown(&named.zip(judged.iter().map(Vec::as_slice)).collect::<Vec<_>>()));
        }
        let shown: Option<Vec<GoalOutcome>> = goals.map(|_| named_outcomes(&studies, &judged));
        write_file(&self.out, "compare.md", &markdown)?;
        write_file(&self.out, "compare.json", &format!("{}\n", serde_json::to_string(&comparisons)?))?;
        write_page(&self.out, "compare.html", &page(&studies, &comparisons, shown.as_deref()))?;
        print_line(markdown.trim_end());
        let page = self.out.join("compare.html");
        tell(&format!("{:.1} s; open {}", began.elapsed().as_secs_f64(), page.display()));
        // How it was before is no reason to fail.
        Ok(self.goals.exit_code(&judged[1..].concat()))
    }
}
