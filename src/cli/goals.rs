//! `--goals` of `simulate` and `compare`.

use std::path::PathBuf;
use std::process::ExitCode;

use clap::Args;

use crate::cli::tell;
use raidkeep_engine::rules::{AssetSource, Single};
use raidkeep_game::goals::Goals;
use raidkeep_studio::goals::{fit, open, open_of, worst};
use raidkeep_studio::report::goals::{GoalOutcome, GoalVerdict};
use raidkeep_studio::simulate::Policy;

/// The exit code when no goal is broken, but some are not certain.
const NOT_CERTAIN: u8 = 3;

#[derive(Debug, Args)]
pub(super) struct GoalOptions {
    /// Lets the goals decide the exit code: 0 all are held, 1 one is broken, 3 none is broken but one is not certain. They are
    /// in goals.ron of the assets, or in FILE. (Without this they are shown if there are any.)
    #[arg(long, value_name = "FILE", num_args = 0..=1, require_equals = true)]
    goals: Option<Option<PathBuf>>,
}

impl GoalOptions {
    /// The goals to be judged: those of the file that was named, else those of the assets.
    pub(super) fn read(
        &self,
        assets: &AssetSource,
        policy: &Policy,
        days: u32,
    ) -> Result<Option<Single<Goals>>, Box<dyn std::error::Error>> {
        let Some(named) = &self.goals else {
            let goals = open_of(assets)?;
            goals.iter().for_each(|goals| tell_of_misfits(goals, policy, days));
            return Ok(goals);
        };
        let goals = match named {
            Some(file) => open(file, assets)?,
            None => open_of(assets)?.ok_or_else(|| {
                format!("no goals.ron in {}; write one, or name a file: --goals=FILE", assets.describe())
            })?,
        };
        fit(&goals, policy, days)?;
        Ok(Some(goals))
    }

    /// What the goals make of the exit code.
    pub(super) fn exit_code(&self, outcomes: &[GoalOutcome]) -> ExitCode {
        match worst(outcomes) {
            _ if self.goals.is_none() => ExitCode::SUCCESS,
            GoalVerdict::Held => ExitCode::SUCCESS,
            GoalVerdict::Broken => ExitCode::FAILURE,
            GoalVerdict::NotCertain => ExitCode::from(NOT_CERTAIN),
        }
    }
}

/// Nobody asked for the goals, so that those of other policies and of longer runs are no mistake.
fn tell_of_misfits(goals: &Single<Goals>, policy: &Policy, days: u32) {
    if let Err(misfits) = fit(goals, policy, days) {
        let (few, all) = (misfits.error_count(), goals.content.goals.len());
        tell(&format!("{few} of {all} goals ask for what is not simulated, and are not judged; --goals says why"));
    }
}
