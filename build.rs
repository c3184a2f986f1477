//! Notes which commit and profile the program is built from, for `--version` and the log.

use std::path::Path;
use std::process::Command;

fn main() {
    println!("cargo::rerun-if-changed=build.rs");
    println!("cargo::rerun-if-env-changed=RAIDKEEP_COMMIT");
    // A source archive without a repository says its commit in the environment, or nothing.
    let commit = std::env::var("RAIDKEEP_COMMIT").ok().or_else(|| git(&["rev-parse", "--short=12", "HEAD"]));
    println!("cargo::rustc-env=RAIDKEEP_COMMIT={}", commit.as_deref().unwrap_or("unknown"));
    // Cargo hands this to the program that it runs, too: it must not look like a setting of ours.
    println!("cargo::rustc-env=BUILD_PROFILE={}", profile().as_deref().unwrap_or("unknown"));
    // Every commit writes to this file.
    if let Some(history) = git(&["rev-parse", "--git-path", "logs/HEAD"]).filter(|path| Path::new(path).is_file()) {
        println!("cargo::rerun-if-changed={history}");
    }
}

fn git(arguments: &[&str]) -> Option<String> {
    let output = Command::new("git").args(arguments).output().ok().filter(|output| output.status.success())?;
    Some(String::from_utf8(output.stdout).ok()?.trim().to_owned()).filter(|text| !text.is_empty())
}

/// Cargo's own variable calls every optimised profile "release"; the folder of the build has its name.
fn profile() -> Option<String> {
    let folder = std::env::var("OUT_DIR").ok()?;
    let build = Path::new(&folder).ancestors().find(|folder| folder.ends_with("build"))?;
    Some(build.parent()?.file_name()?.to_string_lossy().into_owned())
}
