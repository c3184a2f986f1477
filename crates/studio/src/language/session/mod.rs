//! The conversation with an editor, without threads and without input or output.

mod requests;

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::sync::{Arc, OnceLock};

use gen_lsp_types::json_rpc::{Id, RequestObject, ResponseObject};
use gen_lsp_types::{
    CancelParams, Diagnostic, DidChangeTextDocumentParams, DidCloseTextDocumentParams, DidOpenTextDocumentParams,
    ErrorCodes, LspNotificationMethod, PublishDiagnosticsNotification, PublishDiagnosticsParams,
    TextDocumentContentChangeEvent, Uri,
};
use jiff::tz::TimeZone;
use raidkeep_engine::rules::{AssetSource, Catalogue};
use serde::Serialize;
use serde_json::Value;

use crate::language::answers::diagnostics;
use crate::language::check::{CheckedFolder, FolderCheck};
use crate::language::lines::ColumnUnit;
use crate::language::names::{GivenNames, IdSlots};
use crate::language::uri::{path_of, uri_of};
use requests::{Denial, REQUEST_CANCELLED, denied};

/// A message to the editor.
#[derive(Debug, Clone, Serialize)]
#[serde(untagged)]
pub enum ToEditor {
    /// The answer to a request.
    Response(ResponseObject),
    /// Something that the editor did not ask for.
    Notice(RequestObject),
}

/// A text that the editor has open.
#[derive(Debug)]
struct OpenText {
    /// Its folder of assets and its path below; `None` for a file that is no asset.
    asset: Option<(PathBuf, String)>,
    version: i32,
    text: String,
}

/// A folder of assets with open files.
#[derive(Debug, Default)]
struct AssetFolder {
    /// The folder as the editor writes it.
    shown: PathBuf,
    generation: u64,
    is_checking: bool,
    checked: Option<CheckedFolder>,
    /// What the editor has been told of each file.
    told: BTreeMap<String, Vec<Diagnostic>>,
    names: GivenNames,
    slots: IdSlots,
}

impl AssetFolder {
    /// What was found in the files as they are now.
    fn current(&self) -> Option<&CheckedFolder> {
        self.checked.as_ref().filter(|checked| checked.generation == self.generation)
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Stage {
    New,
    Running,
    ShutDown,
    /// With the exit code.
    Ended(u8),
}

/// What an editor has open, and what is known of it.
#[derive(Debug)]
pub struct LanguageSession {
    catalogue: Arc<Catalogue>,
    zone: TimeZone,
    shipped: Arc<OnceLock<IdSlots>>,
    stage: Stage,
    unit: ColumnUnit,
    has_snippets: bool,
    texts: BTreeMap<String, OpenText>,
    folders: BTreeMap<PathBuf, AssetFolder>,
    /// Requests that wait for a check.
    waiting: Vec<(Id, String, Value)>,
}

impl LanguageSession {
    /// A session that an editor has not begun yet. The zone is that of the world.
    #[must_use]
    pub fn new(catalogue: Catalogue, zone: TimeZone) -> Self {
        Self {
            catalogue: Arc::new(catalogue),
            zone,
            shipped: Arc::default(),
            stage: Stage::New,
            unit: ColumnUnit::default(),
            has_snippets: false,
            texts: BTreeMap::new(),
            folders: BTreeMap::new(),
            waiting: Vec::new(),
        }
    }

    /// The exit code, once the editor has ended the session.
    #[must_use]
    pub fn exit_code(&self) -> Option<u8> {
        match self.stage {
            Stage::Ended(code) => Some(code),
            Stage::New | Stage::Running | Stage::ShutDown => None,
        }
    }

    /// Whether the editor has said that it will leave.
    #[must_use]
    pub fn is_shut_down(&self) -> bool {
        matches!(self.stage, Stage::ShutDown | Stage::Ended(0))
    }

    /// The folders of assets that files were opened in. Changes of their files belong to [`Self::files_changed`].
    pub fn folders(&self) -> impl Iterator<Item = &PathBuf> {
        self.folders.keys()
    }

    /// Takes a message of the editor as it was sent.
    pub fn receive_bytes(&mut self, message: &[u8]) -> Vec<ToEditor> {
        match serde_json::from_slice(message) {
            Ok(message) => self.receive(message),
            Err(error) => {
                let denial = Denial::new(ErrorCodes::ParseError, format!("this is no message: {error}"));
                vec![denied(Id::Null, denial)]
            }
        }
    }

    /// Takes a message of the editor.
    pub fn receive(&mut self, message: RequestObject) -> Vec<ToEditor> {
        let (method, id, params) = message.into_parts();
        let params = params.unwrap_or_default();
        match id {
            // The editor's answer to a request; there is none that needs one.
            _ if method.is_empty() => Vec::new(),
            Some(id) => self.request(id, method, params).into_iter().collect(),
            None => self.notice(&method, params),
        }
    }

    /// The next folder to check. Ask again after each message, when no further message waits.
    pub fn next_check(&mut self) -> Option<FolderCheck> {
        let is_due = |folder: &AssetFolder| !folder.is_checking && folder.current().is_none();
        let (path, folder) = self.folders.iter_mut().find(|(_, folder)| is_due(folder))?;
        folder.is_checking = true;
        let generation = folder.generation;
        let source = source_of(path, &self.texts);
        let open = self.texts.values().filter_map(|open| Some((open.asset.as_ref()?, open.version)));
        let versions = open.filter(|((of, _), _)| of == path).map(|((_, file), version)| (file.clone(), version));
        Some(FolderCheck {
            folder: path.clone(),
            generation,
            versions: versions.collect(),
            source,
            catalogue: Arc::clone(&self.catalogue),
            zone: self.zone.clone(),
            shipped: Arc::clone(&self.shipped),
        })
    }

    /// Takes what a check has found: tells of each file whose mistakes have changed, and answers what has waited.
    pub fn checked(&mut self, checked: CheckedFolder) -> Vec<ToEditor> {
        let Some(folder) = self.folders.get_mut(&checked.folder) else { return Vec::new() };
        folder.is_checking = false;
        folder.names.learn(&checked.study);
        folder.slots.clone_from(&checked.names.slots);
        if let Some(shipped) = self.shipped.get() {
            folder.slots.add(shipped);
        }
        let mut outgoing = Self::news(folder, &checked, &self.texts, self.unit);
        folder.checked = Some(checked);
        for (id, method, params) in std::mem::take(&mut self.waiting) {
            outgoing.extend(self.request(id, method, params));
        }
        outgoing
    }

    /// Notes that files of a folder have changed on disk.
    pub fn files_changed(&mut self, folder: &PathBuf) {
        if let Some(folder) = self.folders.get_mut(folder) {
            folder.generation += 1;
        }
    }

    fn news(
        folder: &mut AssetFolder,
        checked: &CheckedFolder,
        texts: &BTreeMap<String, OpenText>,
        unit: ColumnUnit,
    ) -> Vec<ToEditor> {
        let found = diagnostics(checked, unit);
        let files: BTreeSet<&String> = found.keys().chain(folder.told.keys()).collect();
        let mut news = Vec::new();
        for file in files {
            let of_file = found.get(file).cloned().unwrap_or_default();
            if folder.told.get(file).map_or(&[][..], Vec::as_slice) == of_file {
                continue;
            }
            let uri = uri_in(&checked.folder, folder, file, texts);
            let version = checked.versions.get(file).copied();
            let params = PublishDiagnosticsParams { uri, version, diagnostics: of_file };
            let notice = RequestObject::from_notification::<PublishDiagnosticsNotification>(params);
            news.push(ToEditor::Notice(notice));
        }
        folder.told = found;
        news
    }

    fn notice(&mut self, method: &str, params: Value) -> Vec<ToEditor> {
        match LspNotificationMethod::from(method) {
            LspNotificationMethod::Exit => {
                let code = u8::from(self.stage != Stage::ShutDown);
                self.stage = Stage::Ended(code);
            }
            _ if self.stage != Stage::Running => {}
            LspNotificationMethod::TextDocumentDidOpen => {
                if let Ok(DidOpenTextDocumentParams { text_document: opened }) = serde_json::from_value(params) {
                    self.open(&opened.uri, opened.version, opened.text);
                }
            }
            LspNotificationMethod::TextDocumentDidChange => {
                if let Ok(params) = serde_json::from_value(params) {
                    self.change(&params);
                }
            }
            LspNotificationMethod::TextDocumentDidClose => {
                if let Ok(params) = serde_json::from_value::<DidCloseTextDocumentParams>(params)
                    && let Some(closed) = self.texts.remove(&params.text_document.uri.0)
                {
                    self.touch(closed.asset.as_ref());
                }
            }
            LspNotificationMethod::CancelRequest => {
                if let Ok(CancelParams { id }) = serde_json::from_value(params) {
                    return self.cancel(&id.into());
                }
            }
            _ => {}
        }
        Vec::new()
    }

    fn open(&mut self, uri: &Uri, version: i32, text: String) {
        let path = path_of(uri);
        let asset = path.as_ref().and_then(|path| self.catalogue.folder_of(path));
        if let (Some(path), Some((folder, file))) = (path, &asset) {
            let known = self.folders.entry(folder.clone()).or_default();
            let depth = file.split('/').count();
            known.shown = path.ancestors().nth(depth).unwrap_or(folder).to_owned();
        }
        // An editor that shows the mark of the byte order as a character would move every column of the first line.
        let text = text.strip_prefix('\u{feff}').map(str::to_owned).unwrap_or(text);
        self.touch(asset.as_ref());
        self.texts.insert(uri.0.clone(), OpenText { asset, version, text });
    }

    fn change(&mut self, params: &DidChangeTextDocumentParams) {
        let changed = &params.text_document;
        let Some(open) = self.texts.get_mut(&changed.text_document_identifier.uri.0) else { return };
        let Some(TextDocumentContentChangeEvent::TextDocumentContentChangeWholeDocument(whole)) =
            params.content_changes.last()
        else {
            return;
        };
        open.version = changed.version;
        open.text.clone_from(&whole.text);
        let asset = open.asset.clone();
        self.touch(asset.as_ref());
    }

    fn touch(&mut self, asset: Option<&(PathBuf, String)>) {
        if let Some(folder) = asset.and_then(|(folder, _)| self.folders.get_mut(folder)) {
            folder.generation += 1;
        }
    }

    fn cancel(&mut self, id: &Id) -> Vec<ToEditor> {
        let before = self.waiting.len();
        self.waiting.retain(|(waiting, ..)| waiting != id);
        let denial = Denial { code: REQUEST_CANCELLED, message: "cancelled".to_owned() };
        (self.waiting.len() < before).then(|| denied(id.clone(), denial)).into_iter().collect()
    }
}

/// The files of a folder, with the open ones as the editor has them.
fn source_of(folder: &Path, texts: &BTreeMap<String, OpenText>) -> AssetSource {
    let open = texts.values().filter_map(|open| Some((open.asset.as_ref()?, &open.text)));
    let open = open.filter(|((of, _), _)| of == folder).map(|((_, file), text)| (file.clone(), text.clone()));
    AssetSource::Layers(vec![AssetSource::Folder(folder.to_owned()), AssetSource::Texts(open.collect())])
}

/// The URI of a file, as the editor writes it.
fn uri_in(path: &Path, folder: &AssetFolder, file: &str, texts: &BTreeMap<String, OpenText>) -> Uri {
    let is_it = |open: &OpenText| open.asset.as_ref().is_some_and(|(of, name)| of == path && name == file);
    let open = texts.iter().find(|(_, open)| is_it(open)).map(|(uri, _)| Uri(uri.clone()));
    open.unwrap_or_else(|| uri_of(&folder.shown.join(file)))
}
