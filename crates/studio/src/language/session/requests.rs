//! What an editor asks.

use std::collections::HashMap;

use gen_lsp_types::json_rpc::{Error, Id, ResponseObject};
use gen_lsp_types::{
    CompletionParams, CompletionRequest, CompletionResponse, Definition, DefinitionParams, DefinitionRequest,
    DefinitionResponse, DocumentSymbolParams, DocumentSymbolRequest, DocumentSymbolResponse, ErrorCodes, Hover,
    HoverParams, HoverRequest, InitializeParams, InitializeRequest, InitializeResult, InlayHint, InlayHintParams,
    InlayHintRequest, Location, LspRequestMethod, PositionEncodingKind, PrepareRenameParams, PrepareRenameRequest,
    PrepareRenameResult, Range, ReferenceParams, ReferencesRequest, RenameParams, RenameRequest, Request, ServerInfo,
    ShutdownRequest, TextDocumentPositionParams, TextEdit, Uri, WorkspaceEdit,
};
use raidkeep_engine::rules::AssetSource;
use serde_json::Value;

use super::{AssetFolder, LanguageSession, OpenText, Stage, ToEditor, source_of, uri_in};
use crate::language::answers::{capabilities, card, completion_list, hints, symbols};
use crate::language::check::CheckedFolder;
use crate::language::complete::{Known, complete};
use crate::language::hover::hover;
use crate::language::lines::{ColumnUnit, Lines};
use crate::language::names::WrittenName;
use crate::language::outline::outline;
use crate::language::rename::Renaming;

/// Codes of the Language Server Protocol beside those of JSON-RPC.
pub(super) const REQUEST_CANCELLED: i32 = -32800;
const REQUEST_FAILED: i32 = -32803;

/// Why a request gets no result.
pub(super) struct Denial {
    pub(super) code: i32,
    pub(super) message: String,
}

/// The result of a request, or that it has to wait for a check of the texts as they are now.
enum Answer<T> {
    Now(T),
    Later,
}

type Answered<T> = Result<Answer<T>, Denial>;

/// An open asset, with what was found in its folder as it is now.
struct Scene<'s> {
    folder: &'s AssetFolder,
    checked: &'s CheckedFolder,
    file: &'s str,
    open: &'s OpenText,
}

/// Where a request is about.
enum Stand<'s> {
    /// In no asset that is open.
    Nowhere,
    /// In one whose folder is still being checked.
    Unchecked,
    Known(Scene<'s>),
}

impl LanguageSession {
    pub(super) fn request(&mut self, id: Id, method: String, params: Value) -> Option<ToEditor> {
        use LspRequestMethod as Method;
        match (self.stage, Method::from(method.as_str())) {
            (Stage::New, Method::Initialize) => Some(self.initialize(id, params)),
            (Stage::New, _) => {
                Some(denied(id, Denial::new(ErrorCodes::ServerNotInitialized, "expected `initialize` first")))
            }
            (Stage::ShutDown | Stage::Ended(_), _) => {
                Some(denied(id, Denial::new(ErrorCodes::InvalidRequest, "the session is shut down")))
            }
            (Stage::Running, Method::Shutdown) => {
                self.stage = Stage::ShutDown;
                Some(ToEditor::Response(ResponseObject::from_success::<ShutdownRequest>(id, ())))
            }
            (Stage::Running, Method::Initialize) => {
                Some(denied(id, Denial::new(ErrorCodes::InvalidRequest, "the session has begun already")))
            }
            (Stage::Running, Method::TextDocumentCompletion) => {
                self.answer::<CompletionRequest>(id, method, params, Self::complete)
            }
            (Stage::Running, Method::TextDocumentHover) => self.answer::<HoverRequest>(id, method, params, Self::hover),
            (Stage::Running, Method::TextDocumentInlayHint) => {
                self.answer::<InlayHintRequest>(id, method, params, Self::hints)
            }
            (Stage::Running, Method::TextDocumentDefinition) => {
                self.answer::<DefinitionRequest>(id, method, params, Self::definition)
            }
            (Stage::Running, Method::TextDocumentReferences) => {
                self.answer::<ReferencesRequest>(id, method, params, Self::references)
            }
            (Stage::Running, Method::TextDocumentDocumentSymbol) => {
                self.answer::<DocumentSymbolRequest>(id, method, params, Self::symbols)
            }
            (Stage::Running, Method::TextDocumentPrepareRename) => {
                self.answer::<PrepareRenameRequest>(id, method, params, Self::prepare_rename)
            }
            (Stage::Running, Method::TextDocumentRename) => {
                self.answer::<RenameRequest>(id, method, params, Self::rename)
            }
            (Stage::Running, _) => {
                Some(denied(id, Denial::new(ErrorCodes::MethodNotFound, format!("`{method}` is not supported"))))
            }
        }
    }

    /// Answers a request, or keeps it until the next check.
    fn answer<R: Request>(
        &mut self,
        id: Id,
        method: String,
        params: Value,
        handle: fn(&Self, &R::Params) -> Answered<R::Result>,
    ) -> Option<ToEditor> {
        let read = match serde_json::from_value(params.clone()) {
            Ok(read) => read,
            Err(error) => return Some(denied(id, Denial::new(ErrorCodes::InvalidParams, error.to_string()))),
        };
        match handle(self, &read) {
            Ok(Answer::Now(result)) => Some(ToEditor::Response(ResponseObject::from_success::<R>(id, result))),
            Ok(Answer::Later) => {
                self.waiting.push((id, method, params));
                None
            }
            Err(denial) => Some(denied(id, denial)),
        }
    }

    fn initialize(&mut self, id: Id, params: Value) -> ToEditor {
        let params: InitializeParams = match serde_json::from_value(params) {
            Ok(params) => params,
            Err(error) => return denied(id, Denial::new(ErrorCodes::InvalidParams, error.to_string())),
        };
        let capabilities_of_editor = params.capabilities;
        let encodings = capabilities_of_editor.general.and_then(|general| general.position_encodings);
        if encodings.is_some_and(|encodings| encodings.contains(&PositionEncodingKind::UTF8)) {
            self.unit = ColumnUnit::Utf8;
        }
        let completion = capabilities_of_editor.text_document.and_then(|text| text.completion);
        let snippets = completion.and_then(|completion| completion.completion_item?.snippet_support);
        self.has_snippets = snippets.unwrap_or(false);
        self.stage = Stage::Running;
        let result = InitializeResult {
            capabilities: capabilities(self.unit),
            server_info: Some(ServerInfo {
                name: "raidkeep".to_owned(),
                version: Some(env!("CARGO_PKG_VERSION").to_owned()),
            }),
        };
        ToEditor::Response(ResponseObject::from_success::<InitializeRequest>(id, result))
    }

    fn scene(&self, uri: &Uri) -> Stand<'_> {
        let open = self.texts.get(&uri.0).and_then(|open| Some((open, open.asset.as_ref()?)));
        let Some((open, (path, file))) = open else { return Stand::Nowhere };
        let Some(folder) = self.folders.get(path) else { return Stand::Nowhere };
        match folder.current() {
            Some(checked) => Stand::Known(Scene { folder, checked, file, open }),
            None => Stand::Unchecked,
        }
    }

    /// Needs no check of the text as it is now: while somebody types, there is none.
    fn complete(&self, params: &CompletionParams) -> Answered<Option<CompletionResponse>> {
        let TextDocumentPositionParams { text_document, position } = &params.text_document_position_params;
        let open = self.texts.get(&text_document.uri.0);
        let Some((open, (path, file))) = open.and_then(|open| Some((open, open.asset.as_ref()?))) else {
            return Ok(Answer::Now(None));
        };
        let Some(folder) = self.folders.get(path) else { return Ok(Answer::Now(None)) };
        if folder.checked.is_none() {
            return Ok(Answer::Later);
        }
        let lines = Lines::new(&open.text, self.unit);
        let known = Known { catalogue: &self.catalogue, slots: &folder.slots, names: &folder.names };
        let completion = complete(file, &open.text, lines.offset(*position), known);
        let list = completion_list(completion, &lines, self.has_snippets);
        Ok(Answer::Now(Some(CompletionResponse::CompletionList(list))))
    }

    /// Answers about a place of an asset; `otherwise` is the answer about everything else.
    fn at<T>(
        &self,
        place: &TextDocumentPositionParams,
        otherwise: T,
        tell: impl FnOnce(&Scene<'_>, &Lines<'_>, usize) -> Result<T, Denial>,
    ) -> Answered<T> {
        match self.scene(&place.text_document.uri) {
            Stand::Nowhere => Ok(Answer::Now(otherwise)),
            Stand::Unchecked => Ok(Answer::Later),
            Stand::Known(scene) => {
                let lines = Lines::new(&scene.open.text, self.unit);
                tell(&scene, &lines, lines.offset(place.position)).map(Answer::Now)
            }
        }
    }

    fn hover(&self, params: &HoverParams) -> Answered<Option<Hover>> {
        self.at(&params.text_document_position_params, None, |scene, lines, offset| {
            let Scene { checked, file, open, .. } = scene;
            let schema = self.catalogue.schema_of_file(file);
            let found = hover(file, &open.text, offset, schema, (&checked.study, &checked.names));
            Ok(found.map(|found| card(found, lines)))
        })
    }

    fn hints(&self, params: &InlayHintParams) -> Answered<Option<Vec<InlayHint>>> {
        let InlayHintParams { text_document, range, .. } = params;
        let place = TextDocumentPositionParams { text_document: text_document.clone(), position: range.start };
        self.at(&place, None, |scene, lines, offset| {
            Ok(Some(hints(scene.checked, scene.file, lines, offset..lines.offset(range.end))))
        })
    }

    /// Needs only the text.
    fn symbols(&self, params: &DocumentSymbolParams) -> Answered<Option<DocumentSymbolResponse>> {
        let open = self.texts.get(&params.text_document.uri.0).filter(|open| open.asset.is_some());
        let found = open.map(|open| symbols(outline(&open.text), &Lines::new(&open.text, self.unit)));
        Ok(Answer::Now(found.map(DocumentSymbolResponse::DocumentSymbolList)))
    }

    fn definition(&self, params: &DefinitionParams) -> Answered<Option<DefinitionResponse>> {
        self.at(&params.text_document_position_params, None, |scene, _, offset| {
            let Some((name, _)) = scene.checked.names.at(scene.file, offset) else { return Ok(None) };
            let found = Definition::LocationList(self.locations(scene, name, true, false));
            Ok(Some(DefinitionResponse::Definition(found)))
        })
    }

    fn references(&self, params: &ReferenceParams) -> Answered<Option<Vec<Location>>> {
        self.at(&params.text_document_position_params, None, |scene, _, offset| {
            let found = scene.checked.names.at(scene.file, offset);
            Ok(found.map(|(name, _)| self.locations(scene, name, params.context.include_declaration, true)))
        })
    }

    /// Where a name is given and where it is used.
    fn locations(&self, scene: &Scene<'_>, name: &WrittenName, given: bool, used: bool) -> Vec<Location> {
        let mentions = name.given.iter().filter(|_| given).chain(name.used.iter().filter(|_| used));
        let mut found: Vec<Location> = mentions
            .map(|mention| {
                let lines = Lines::new(scene.checked.study.text(&mention.file).unwrap_or_default(), self.unit);
                Location { uri: self.uri_of(scene, &mention.file), range: lines.range(mention.span.clone()) }
            })
            .collect();
        // An image is a file.
        let by_file =
            name.unwritten.as_ref().filter(|place| given && scene.checked.study.text(place.file_name()).is_none());
        found.extend(
            by_file.map(|place| Location { uri: self.uri_of(scene, place.file_name()), range: Range::default() }),
        );
        found
    }

    fn uri_of(&self, scene: &Scene<'_>, file: &str) -> Uri {
        uri_in(&scene.checked.folder, scene.folder, file, &self.texts)
    }

    fn prepare_rename(&self, params: &PrepareRenameParams) -> Answered<Option<PrepareRenameResult>> {
        self.at(&params.text_document_position_params, None, |scene, lines, offset| {
            let source = source_of(&scene.checked.folder, &self.texts);
            let (_, span) = self.renaming(scene, &source).subject(scene.file, offset).map_err(Denial::failed)?;
            Ok(Some(lines.range(span).into()))
        })
    }

    fn rename(&self, params: &RenameParams) -> Answered<Option<WorkspaceEdit>> {
        self.at(&params.text_document_position_params, None, |scene, _, offset| {
            let source = source_of(&scene.checked.folder, &self.texts);
            let renaming = self.renaming(scene, &source);
            let edits = renaming.edits(scene.file, offset, &params.new_name).map_err(Denial::failed)?;
            let edits = edits.into_iter().map(|(file, spans)| {
                let lines = Lines::new(scene.checked.study.text(&file).unwrap_or_default(), self.unit);
                let edit = |span| TextEdit { range: lines.range(span), new_text: params.new_name.clone() };
                (self.uri_of(scene, &file), spans.into_iter().map(edit).collect())
            });
            let changes: HashMap<Uri, Vec<TextEdit>> = edits.collect();
            Ok(Some(WorkspaceEdit { changes: Some(changes), ..WorkspaceEdit::default() }))
        })
    }

    fn renaming<'r>(&'r self, scene: &Scene<'r>, source: &'r AssetSource) -> Renaming<'r> {
        let CheckedFolder { study, names, .. } = scene.checked;
        Renaming { catalogue: &self.catalogue, source, study, names }
    }
}

impl Denial {
    pub(super) fn new(code: ErrorCodes, message: impl Into<String>) -> Self {
        Self { code: code.into(), message: message.into() }
    }

    fn failed(message: String) -> Self {
        Self { code: REQUEST_FAILED, message }
    }
}

pub(super) fn denied(id: Id, denial: Denial) -> ToEditor {
    let Denial { code, message } = denial;
    ToEditor::Response(ResponseObject::from_error(id, Error { code: code.into(), message, data: None }))
}
