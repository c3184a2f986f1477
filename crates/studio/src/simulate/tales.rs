//! What virtual players say in tasks: they tell by what they read which scene they are in.

use std::collections::BTreeMap;

use raidkeep_engine::template::Template;
use raidkeep_game::narrator::Script;
use raidkeep_game::tasks::{PersonalTasks, PublicTasks};

/// The tasks of one kind, by the names that players see.
#[derive(Debug, Default)]
pub(super) struct Tales {
    by_name: BTreeMap<String, usize>,
    tales: Vec<Tale>,
}

impl Tales {
    pub(super) fn public(tasks: &PublicTasks) -> Self {
        let mut known = Self::default();
        for name in tasks.names() {
            if let Some(task) = tasks.get(name) {
                known.by_name.insert(name.to_owned(), known.tales.len());
                known.tales.push(Tale::of(&task.script));
            }
        }
        known
    }

    pub(super) fn personal(templates: &PersonalTasks) -> Self {
        let mut known = Self::default();
        for (_, template) in templates.all() {
            let subjects = template.subjects.iter();
            known.by_name.extend(subjects.map(|subject| (template.task_name(&subject.name), known.tales.len())));
            known.tales.push(Tale::of(&template.task.script));
        }
        known
    }

    pub(super) fn find(&self, task: &str) -> Option<&Tale> {
        self.tales.get(*self.by_name.get(task)?)
    }
}

/// The scenes of a task.
#[derive(Debug)]
pub(super) struct Tale {
    scenes: Vec<KnownScene>,
}

/// A scene as a player knows it.
#[derive(Debug)]
struct KnownScene {
    /// The end of what is read on arrival, behind the last place that is filled.
    ending: String,
    /// For each choice, words that choose it.
    words: Vec<String>,
}

impl Tale {
    fn of(script: &Script) -> Self {
        let scene = |text: &Template, words: Vec<String>| {
            let text = text.to_string();
            KnownScene { ending: text.rsplit('}').next().unwrap_or_default().to_owned(), words }
        };
        let scenes = script.scenes.values().map(|known| {
            // The first choice that fits is taken, so each has to be named by words of its own.
            let words = known.choices.iter().filter_map(|choice| choice.keywords.first().cloned());
            scene(&known.text, words.collect())
        });
        Self { scenes: scenes.collect() }
    }

    /// The scene whose text ends what was read.
    pub(super) fn scene_of(&self, read: &str) -> Option<usize> {
        let is_told = |scene: &KnownScene| !scene.ending.trim().is_empty() && read.ends_with(&scene.ending);
        let ends = self.scenes.iter().enumerate().filter(|(_, scene)| is_told(scene));
        ends.max_by_key(|(_, scene)| scene.ending.len()).map(|(index, _)| index)
    }

    /// The words of a scene; of all scenes where it is not known which one it is.
    pub(super) fn words(&self, scene: Option<usize>) -> Vec<&str> {
        let here = |index: usize| scene.is_none_or(|scene| scene == index);
        let scenes = self.scenes.iter().enumerate().filter(|(index, _)| here(*index));
        scenes.flat_map(|(_, scene)| scene.words.iter().map(String::as_str)).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use raidkeep_game::shipped_rules;

    #[test]
    fn a_player_who_reads_a_scene_knows_its_words() {
        let tales = Tales::public(&shipped_rules());
        let lamb = tales.find("走失的小羊").expect("a shipped task");
        let scene = lamb.scene_of(
            "“小明！我家的小羊不见了。草坡上有一串蹄印，灌木那边还有咩咩声。你帮我看看蹄印，还是去听听声音？”",
        );
        assert_eq!(lamb.words(scene), ["蹄印", "声音", "不帮"], "the name in the text does not matter");
        let same = lamb.scene_of("阿牧急得直跺脚：“先看看蹄印，或者听听声音吧！”");
        assert_eq!(same, None, "a text that is no arrival leaves the player where it was");
        assert_eq!(lamb.words(None).len(), 8, "whoever is lost tries anything");
    }

    #[test]
    fn personal_tasks_are_known_by_the_names_of_all_their_subjects() {
        let tales = Tales::personal(&shipped_rules());
        for name in ["讨伐雪原狼王", "讨伐枯井怨鬼"] {
            assert!(tales.find(name).is_some_and(|tale| tale.words(None).len() > 5), "{name}");
        }
        assert!(tales.find("讨伐老猎户").is_none());
    }
}
