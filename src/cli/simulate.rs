//! `raidkeep simulate`: simulates virtual players for some days, and writes a report.

use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::time::Instant;

use clap::Args;
use indicatif::{ProgressBar, ProgressStyle};

use crate::cli::check::tell_warnings;
use crate::cli::goals::GoalOptions;
use crate::cli::{print_line, tell};
use raidkeep_engine::rules::{AssetSource, LoadedRules, Problems, Single};
use raidkeep_studio::goals::{self, judge};
use raidkeep_studio::report::export::{series_csv, series_json};
use raidkeep_studio::report::page::Page;
use raidkeep_studio::report::{simulation, summary};
use raidkeep_studio::simulate::study::load;
use raidkeep_studio::simulate::{GreedyPlan, Policy, Study, StudyPlan, Troubles, greedy, policy, study};

/// The default policy: its path, and the built-in copy.
pub(super) const DEFAULT_POLICY: &str = "policies/mixed.ron";
const SHIPPED_POLICY: &str = include_str!("../../policies/mixed.ron");

/// Arguments shared by `simulate` and `compare`.
#[derive(Debug, Args)]
pub(super) struct Subject {
    /// Number of players.
    #[arg(long, value_name = "N", default_value = "1000", value_parser = clap::value_parser!(u32).range(1..=1_000_000))]
    players: u32,
    /// Number of days.
    #[arg(long, value_name = "D", default_value = "30", value_parser = clap::value_parser!(u32).range(1..=3650))]
    days: u32,
    /// How the players behave [default: policies/mixed.ron if it exists, else the built-in copy].
    #[arg(long, value_name = "FILE")]
    policy: Option<PathBuf>,
    /// The first random seed.
    #[arg(long, value_name = "S", default_value = "1")]
    seed: u64,
    /// How many seeds; more make it more certain what is chance and what is not.
    #[arg(long, value_name = "N", default_value = "8", value_parser = clap::value_parser!(u32).range(1..=1000))]
    seeds: u32,
}

impl Subject {
    fn policy_file(&self) -> &Path {
        self.policy.as_deref().unwrap_or(Path::new(DEFAULT_POLICY))
    }

    pub(super) fn read_policy(&self) -> Result<Single<Policy>, Problems> {
        self.policy.as_deref().map_or_else(usual_policy, policy::open)
    }

    /// Simulates all seeds under each of the assets, and shows how far it is.
    pub(super) fn study(
        &self,
        policy: &Single<Policy>,
        assets: impl IntoIterator<Item = AssetSource>,
    ) -> Result<Vec<Study>, Box<dyn std::error::Error>> {
        let named = |assets: AssetSource| Ok((short_name(&assets), load_telling(&assets)?));
        let folders = assets.into_iter().map(named).collect::<Result<Vec<_>, Troubles>>()?;
        let policy_name = short_policy_name(self.policy_file());
        let Self { players, days, seed, seeds, .. } = *self;
        let plan = StudyPlan { players, days, first_seed: seed, seeds, policy, policy_name: &policy_name };
        let runs = u64::try_from(folders.len()).unwrap_or(u64::MAX).saturating_mul(seeds.into());
        let bar = day_bar(u64::from(days).saturating_mul(runs));
        let studies = study(&plan, &folders, || bar.inc(1));
        bar.finish_and_clear();
        Ok(studies?)
    }

    pub(super) fn days(&self) -> u32 {
        self.days
    }

    /// Player-days of all seeds under one asset folder.
    pub(super) fn size(&self) -> f64 {
        f64::from(self.players) * f64::from(self.days) * f64::from(self.seeds)
    }
}

/// The policy of the working directory if there is one, else the built-in copy.
pub(super) fn usual_policy() -> Result<Single<Policy>, Problems> {
    let file = Path::new(DEFAULT_POLICY);
    if file.exists() { policy::open(file) } else { policy::read(DEFAULT_POLICY, SHIPPED_POLICY) }
}

/// The name of a policy's file, for reports.
pub(super) fn short_policy_name(file: &Path) -> String {
    file.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default()
}

/// Loads rules, and shows what they warn of.
fn load_telling(assets: &AssetSource) -> Result<LoadedRules, Troubles> {
    let rules = load(assets)?;
    tell_warnings(&rules.warnings, assets);
    Ok(rules)
}

/// What reports call assets.
fn short_name(assets: &AssetSource) -> String {
    match assets {
        AssetSource::Folder(folder) => folder.display().to_string(),
        _ => "built-in".to_owned(),
    }
}

#[derive(Debug, Args)]
pub(super) struct Simulate {
    #[command(flatten)]
    subject: Subject,
    /// Folder of the assets [default: assets if it exists, else the built-in ones].
    #[arg(long, value_name = "DIR")]
    assets: Option<PathBuf>,
    /// Folder for report.html, summary.txt, series.csv, series.json and csv/; created if it does not exist.
    #[arg(long, value_name = "DIR", default_value = "simulation")]
    out: PathBuf,
    /// Looks for the most of this item per hour instead, and prints how a player gets it: an item's id, identifier or name,
    /// or exp. Before, the player lives for --days.
    #[arg(long, value_name = "ITEM")]
    greedy: Option<String>,
    #[command(flatten)]
    goals: GoalOptions,
}

impl Simulate {
    pub(super) fn run(self) -> Result<ExitCode, Box<dyn std::error::Error>> {
        let policy = self.subject.read_policy()?;
        let assets = raidkeep_game::usual_assets(self.assets.as_deref());
        if let Some(wanted) = &self.greedy {
            let Subject { days, seed, .. } = self.subject;
            let plan = GreedyPlan { wanted, days, seed, policy: &policy.content };
            let found = greedy(&plan, &load_telling(&assets)?)?;
            print_line(found.to_string().trim_end());
            return Ok(ExitCode::SUCCESS);
        }
        let goals = self.goals.read(&assets, &policy.content, self.subject.days)?;
        let began = Instant::now();
        let studies = self.subject.study(&policy, [assets])?;
        let study = studies.first().ok_or("expected one study")?;
        let seconds = began.elapsed().as_secs_f64();
        let summary = summary::text(study);
        let goals = goals.map(|goals| judge(&goals, study));
        let page = simulation::page(study, goals.as_deref());
        write_file(&self.out, "summary.txt", &summary)?;
        write_file(&self.out, "series.csv", series_csv(study).text())?;
        write_file(&self.out, "series.json", &series_json(study))?;
        write_page(&self.out, "report.html", &page)?;
        print_line(summary.trim_end());
        tell(&format!(
            "{seconds:.1} s, {:.1} us a player-day; open {}",
            seconds * 1e6 / self.subject.size(),
            self.out.join("report.html").display()
        ));
        let outcomes = goals.unwrap_or_default();
        if !outcomes.is_empty() {
            write_file(&self.out, "goals.json", &format!("{}\n", serde_json::to_string_pretty(&outcomes)?))?;
            print_line(&format!("\n{}", goals::text(&outcomes).trim_end()));
        }
        Ok(self.goals.exit_code(&outcomes))
    }
}

/// Writes a page, and the tables behind its pictures into a folder beside it.
pub(super) fn write_page(folder: &Path, name: &str, page: &Page) -> Result<(), String> {
    write_file(folder, name, &page.html())?;
    page.tables().iter().try_for_each(|(name, table)| write_file(&folder.join("csv"), name, table.text()))
}

pub(super) fn write_file(folder: &Path, name: &str, content: &str) -> Result<(), String> {
    let path = folder.join(name);
    let written = std::fs::create_dir_all(folder).and_then(|()| std::fs::write(&path, content));
    written.map_err(|error| format!("cannot write {}: {error}", path.display()))
}

/// A progress bar over the days of all runs, on stderr if that is a terminal.
fn day_bar(days: u64) -> ProgressBar {
    let style = ProgressStyle::with_template("[{bar:40}] day {pos} of {len}, {eta} left");
    let style = style.expect("the template should be valid").progress_chars("#>-");
    ProgressBar::new(days).with_style(style)
}
