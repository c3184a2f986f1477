//! Every way in which editors, rsync, git and Kubernetes replace files.

use std::fs;
use std::os::unix::fs::symlink;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::Arc;
use std::sync::mpsc::{Receiver, channel};

use schemars::JsonSchema;
use serde::Deserialize;
use tempfile::TempDir;

use super::*;
use crate::reload::{Reloader, RulesNews};
use crate::rules::{AssetSource, Catalogue, Report, Table, Tables, only};

/// Long enough that only notifications are seen.
const NEVER: Duration = Duration::from_secs(3600);
/// Quick enough for a test.
const OFTEN: Duration = Duration::from_millis(50);
/// How long a busy machine may take.
const PATIENCE: Duration = Duration::from_secs(60);

#[derive(Debug, Deserialize, JsonSchema)]
struct Number {
    value: u32,
}

impl Table for Number {
    const PATH: &'static str = "number.ron";
    type File = Self;

    fn assemble(files: Vec<(String, Self)>, _report: &mut Report) -> Self {
        only(files)
    }

    fn validate(&self, _tables: &Tables, _report: &mut Report) {}
}

/// A watched folder, and the news that its worlds receive.
struct Scene {
    place: TempDir,
    news: Receiver<RulesNews>,
    watcher: Watcher,
}

impl Scene {
    /// Watches the folder or link `assets`, which `make` creates in a folder of its own.
    fn new(poll_every: Duration, make: impl FnOnce(&Path)) -> Self {
        let place = tempfile::tempdir().expect("a temporary folder");
        make(place.path());
        let (sender, news) = channel();
        let folder = place.path().join("assets");
        let mut catalogue = Catalogue::new();
        catalogue.register::<Number>();
        let source = AssetSource::Folder(folder.clone());
        let rules = Arc::new(catalogue.load(&source).expect("valid assets"));
        let subscriber = Box::new(move |news| drop(sender.send(news)));
        let reloader = Arc::new(Reloader::new(catalogue, source, rules, vec![subscriber]));
        let watcher =
            Watcher::start(&folder, poll_every, move || drop(reloader.reload("the watcher"))).expect("a thread");
        Self { place, news, watcher }
    }

    fn path(&self, name: &str) -> PathBuf {
        self.place.path().join(name)
    }

    /// Waits until the worlds receive this value. A folder in the middle of being replaced may be refused first.
    #[track_caller]
    fn expect(&self, value: u32) {
        loop {
            let news = self.news.recv_timeout(PATIENCE).unwrap_or_else(|_| panic!("value {value} goes unnoticed"));
            if let RulesNews::Changed(rules) = news
                && rules.tables.get::<Number>().is_some_and(|number| number.value == value)
            {
                return;
            }
        }
    }
}

fn write(file: &Path, value: u32) {
    fs::write(file, format!("(value: {value})")).expect("a writable folder");
}

fn folder(path: &Path, value: u32) {
    fs::create_dir_all(path).expect("a writable folder");
    write(&path.join("number.ron"), value);
}

fn rename(from: &Path, to: &Path) {
    fs::rename(from, to).expect("both are in one folder");
}

#[test]
fn a_file_written_in_place_or_renamed_over_the_old_one_is_noticed() {
    let scene = Scene::new(NEVER, |place| folder(&place.join("assets"), 1));
    write(&scene.path("assets/number.ron"), 2);
    scene.expect(2);
    write(&scene.path("assets/.number.ron.XyZ123"), 3);
    rename(&scene.path("assets/.number.ron.XyZ123"), &scene.path("assets/number.ron"));
    scene.expect(3);
    fs::remove_file(scene.path("assets/number.ron")).expect("it is there");
    write(&scene.path("assets/number.ron"), 4);
    scene.expect(4);
    scene.watcher.stop();
}

#[test]
fn a_folder_that_is_exchanged_or_made_anew_is_noticed_again_and_again() {
    let scene = Scene::new(NEVER, |place| folder(&place.join("assets"), 1));
    for value in [2, 4] {
        folder(&scene.path("new"), value);
        rename(&scene.path("assets"), &scene.path(&format!("old-{value}")));
        rename(&scene.path("new"), &scene.path("assets"));
        scene.expect(value);
        write(&scene.path("assets/number.ron"), value + 1);
        scene.expect(value + 1);
    }
    fs::remove_dir_all(scene.path("assets")).expect("it is there");
    folder(&scene.path("assets"), 6);
    scene.expect(6);
    scene.watcher.stop();
}

#[test]
fn a_link_that_is_swapped_to_another_release_is_noticed() {
    let scene = Scene::new(NEVER, |place| {
        folder(&place.join("release-1"), 1);
        symlink("release-1", place.join("assets")).expect("a link");
    });
    for value in [2, 3] {
        folder(&scene.path(&format!("release-{value}")), value);
        symlink(format!("release-{value}"), scene.path("next")).expect("a link");
        rename(&scene.path("next"), &scene.path("assets"));
        scene.expect(value);
    }
    scene.watcher.stop();
}

#[test]
fn a_folder_mounted_by_kubernetes_is_noticed_when_its_inner_link_is_swapped() {
    let scene = Scene::new(OFTEN, |place| {
        folder(&place.join("assets/..1"), 1);
        symlink("..1", place.join("assets/..data")).expect("a link");
        symlink("..data/number.ron", place.join("assets/number.ron")).expect("a link");
    });
    folder(&scene.path("assets/..2"), 2);
    symlink("..2", scene.path("assets/..data_tmp")).expect("a link");
    rename(&scene.path("assets/..data_tmp"), &scene.path("assets/..data"));
    scene.expect(2);
    scene.watcher.stop();
}

#[test]
fn what_the_system_does_not_report_is_found_by_looking() {
    let scene = Scene::new(OFTEN, |place| {
        folder(&place.join("far/away"), 1);
        fs::create_dir(place.join("assets")).expect("a writable folder");
        symlink("../far/away/number.ron", place.join("assets/number.ron")).expect("a link");
    });
    write(&scene.path("far/away/number.ron"), 2);
    scene.expect(2);
    scene.watcher.stop();
}

#[test]
fn a_pipe_among_the_assets_is_refused_and_holds_nothing_up() {
    let scene = Scene::new(OFTEN, |place| folder(&place.join("assets"), 1));
    let made = Command::new("mkfifo").arg(scene.path("assets/pipe.ron")).status().expect("a command of the system");
    assert!(made.success(), "the pipe exists");
    let refused = loop {
        if let RulesNews::Refused(problems) = scene.news.recv_timeout(PATIENCE).expect("the pipe is noticed") {
            break problems;
        }
    };
    assert!(refused.to_string().contains("not a regular file"), "{refused}");
    fs::remove_file(scene.path("assets/pipe.ron")).expect("it is there");
    scene.expect(1);
    scene.watcher.stop();
}
