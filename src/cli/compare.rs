//! `raidkeep compare`: the same simulation under several asset folders.

use std::path::PathBuf;
use std::time::Instant;

use clap::Args;

use crate::cli::simulate::{Subject, write_file, write_page};
use crate::cli::{print_line, tell};
use raidkeep_engine::rules::AssetSource;
use raidkeep_studio::compare::{Comparison, compare, page};
use raidkeep_studio::diff::{DiffError, between};

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
}

impl Compare {
    pub(super) fn run(self) -> Result<(), Box<dyn std::error::Error>> {
        let policy = self.subject.read_policy()?;
        let began = Instant::now();
        let studies = self.subject.study(&policy, self.folders.iter().cloned().map(AssetSource::Folder))?;
        let (base, others) = studies.split_first().ok_or("expected two folders or more")?;
        let comparisons = others.iter().zip(self.folders.iter().skip(1)).map(|(other, folder)| {
            let edits = between(&AssetSource::Folder(self.folders[0].clone()), &AssetSource::Folder(folder.clone()))?;
            Ok(compare(base, other, edits))
        });
        let comparisons: Vec<Comparison> = comparisons.collect::<Result<_, DiffError>>()?;
        let markdown = comparisons.iter().map(Comparison::markdown).collect::<Vec<_>>().join("\n");
        write_file(&self.out, "compare.md", &markdown)?;
        write_file(&self.out, "compare.json", &format!("{}\n", serde_json::to_string(&comparisons)?))?;
        write_page(&self.out, "compare.html", &page(&studies, &comparisons, None))?;
        print_line(markdown.trim_end());
        let page = self.out.join("compare.html");
        tell(&format!("{:.1} s; open {}", began.elapsed().as_secs_f64(), page.display()));
        Ok(())
    }
}
