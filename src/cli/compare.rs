//! `raidkeep compare`: the same simulation under several asset folders.

use std::path::PathBuf;
use std::time::Instant;

use clap::Args;

use crate::cli::print_line;
use crate::cli::simulate::{Subject, day_bar, tell, write_file};
use raidkeep_engine::rules::AssetSource;
use raidkeep_studio::compare::{Comparison, compare};
use raidkeep_studio::report::page;
use raidkeep_studio::simulate::{Policy, Run, Troubles};

#[derive(Debug, Args)]
pub(super) struct Compare {
    /// Asset folders; each is compared with the first.
    #[arg(required = true, num_args = 2.., value_name = "DIR")]
    folders: Vec<PathBuf>,
    #[command(flatten)]
    subject: Subject,
    /// Folder for compare.md, compare.json and compare.html; created if it does not exist.
    #[arg(long, value_name = "DIR", default_value = "comparison")]
    out: PathBuf,
}

impl Compare {
    pub(super) fn run(self) -> Result<(), Box<dyn std::error::Error>> {
        let policy = self.subject.read_policy()?;
        let began = Instant::now();
        let runs = self.simulate_all(&policy)?;
        let names: Vec<String> = self.folders.iter().map(|folder| folder.display().to_string()).collect();
        let mut named = names.iter().map(String::as_str).zip(&runs);
        let base = named.next().ok_or("expected two folders or more")?;
        let comparisons: Vec<Comparison> = named.map(|other| compare(base, other)).collect();
        let markdown = comparisons.iter().map(Comparison::markdown).collect::<Vec<_>>().join("\n");
        let html: String = comparisons.iter().map(Comparison::html).collect();
        write_file(&self.out, "compare.md", &markdown)?;
        write_file(&self.out, "compare.json", &format!("{}\n", serde_json::to_string_pretty(&comparisons)?))?;
        write_file(&self.out, "compare.html", &page::page("Raidkeep comparison", &html))?;
        print_line(markdown.trim_end());
        let page = self.out.join("compare.html");
        tell(&format!("{:.1} s; open {}", began.elapsed().as_secs_f64(), page.display()));
        Ok(())
    }

    /// One world per core at a time; a world uses only one core.
    fn simulate_all(&self, policy: &Policy) -> Result<Vec<Run>, Troubles> {
        let cores = std::thread::available_parallelism().map_or(1, usize::from);
        let folder_count = u32::try_from(self.folders.len()).unwrap_or(u32::MAX);
        let all = self.subject.days().saturating_mul(folder_count);
        let bar = day_bar(all);
        let note_day = |_| bar.inc(1);
        let mut runs = Vec::new();
        for folders in self.folders.chunks(cores) {
            let outcomes = std::thread::scope(|scope| {
                let start = |folder: &PathBuf| {
                    let assets = AssetSource::Folder(folder.clone());
                    scope.spawn(move || self.subject.simulate(policy, &assets, note_day))
                };
                let threads: Vec<_> = folders.iter().map(start).collect();
                let join = |thread: std::thread::ScopedJoinHandle<'_, _>| {
                    thread.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic))
                };
                threads.into_iter().map(join).collect::<Vec<Result<Run, Troubles>>>()
            });
            for outcome in outcomes {
                runs.push(outcome?);
            }
        }
        bar.finish_and_clear();
        Ok(runs)
    }
}
