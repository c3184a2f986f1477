//! `raidkeep simulate`: simulates virtual players for some days, and writes a report.

use std::path::{Path, PathBuf};
use std::time::Instant;

use clap::Args;
use indicatif::{ProgressBar, ProgressStyle};

use crate::cli::print_line;
use raidkeep_engine::rules::AssetSource;
use raidkeep_studio::report::{page, summary};
use raidkeep_studio::simulate::{GreedyPlan, Policy, Run, SimulationPlan, greedy, policy, simulate};

/// The default policy: its path, and the built-in copy.
const DEFAULT_POLICY: &str = "policies/mixed.ron";
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
    /// The random seed.
    #[arg(long, value_name = "S", default_value = "1")]
    seed: u64,
}

impl Subject {
    fn policy_file(&self) -> &Path {
        self.policy.as_deref().unwrap_or(Path::new(DEFAULT_POLICY))
    }

    pub(super) fn read_policy(&self) -> Result<Policy, Box<dyn std::error::Error>> {
        let file = self.policy_file();
        let name = file.display().to_string();
        let text = match std::fs::read_to_string(file) {
            Err(_) if self.policy.is_none() => SHIPPED_POLICY.to_owned(),
            read => read.map_err(|error| format!("cannot read {name}: {error}"))?,
        };
        Ok(policy::read(&name, &text)?)
    }

    /// Simulates with these assets; `progress` is called after each day with the number of days completed.
    pub(super) fn simulate(
        &self,
        policy: &Policy,
        assets: &AssetSource,
        progress: impl FnMut(u32),
    ) -> Result<Run, raidkeep_studio::simulate::Troubles> {
        let name = self.policy_file().file_name();
        let policy_name = name.map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
        let Self { players, days, seed, .. } = *self;
        simulate(&SimulationPlan { players, days, seed, policy, policy_name: &policy_name }, assets, progress)
    }

    pub(super) fn days(&self) -> u32 {
        self.days
    }

    /// Player-days.
    pub(super) fn size(&self) -> f64 {
        f64::from(self.players) * f64::from(self.days)
    }
}

#[derive(Debug, Args)]
pub(super) struct Simulate {
    #[command(flatten)]
    subject: Subject,
    /// Folder of the assets [default: assets if it exists, else the built-in ones].
    #[arg(long, value_name = "DIR")]
    assets: Option<PathBuf>,
    /// Folder for series.csv, series.json, summary.txt and report.html; created if it does not exist.
    #[arg(long, value_name = "DIR", default_value = "simulation")]
    out: PathBuf,
    /// Looks for the most of this item per hour instead, and prints how a player gets it: an item's id, identifier or name,
    /// or exp. Before, the player lives for --days.
    #[arg(long, value_name = "ITEM")]
    greedy: Option<String>,
}

impl Simulate {
    pub(super) fn run(self) -> Result<(), Box<dyn std::error::Error>> {
        let policy = self.subject.read_policy()?;
        if let Some(wanted) = &self.greedy {
            let Subject { days, seed, .. } = self.subject;
            let plan = GreedyPlan { wanted, days, seed, policy: &policy };
            let found = greedy(&plan, &raidkeep_game::usual_assets(self.assets.as_deref()))?;
            print_line(found.to_string().trim_end());
            return Ok(());
        }
        let began = Instant::now();
        let bar = day_bar(self.subject.days());
        let run =
            self.subject.simulate(&policy, &raidkeep_game::usual_assets(self.assets.as_deref()), |_| bar.inc(1))?;
        bar.finish_and_clear();
        let seconds = began.elapsed().as_secs_f64();
        let summary = summary::text(&run);
        let files = [
            ("summary.txt", summary.clone()),
            ("series.csv", run.to_csv()),
            ("series.json", run.to_json()),
            ("report.html", page::simulation(&run)),
        ];
        for (name, content) in files {
            write_file(&self.out, name, &content)?;
        }
        print_line(summary.trim_end());
        tell(&format!(
            "{seconds:.1} s, {:.1} us a player-day; open {}",
            seconds * 1e6 / self.subject.size(),
            self.out.join("report.html").display()
        ));
        Ok(())
    }
}

pub(super) fn write_file(folder: &Path, name: &str, content: &str) -> Result<(), String> {
    let path = folder.join(name);
    let written = std::fs::create_dir_all(folder).and_then(|()| std::fs::write(&path, content));
    written.map_err(|error| format!("cannot write {}: {error}", path.display()))
}

/// A progress bar, on stderr if that is a terminal.
pub(super) fn day_bar(days: u32) -> ProgressBar {
    let style = ProgressStyle::with_template("[{bar:40}] day {pos} of {len}, {eta} left");
    let style = style.expect("the template should be valid").progress_chars("#>-");
    ProgressBar::new(days.into()).with_style(style)
}

/// Prints to stderr, apart from the output that is the same in every run.
#[expect(clippy::print_stderr, reason = "times differ from run to run, so they stay out of the output")]
pub(super) fn tell(line: &str) {
    eprintln!("{line}");
}
