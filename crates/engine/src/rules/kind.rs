//! One table among all, its type erased.

use std::any::TypeId;
use std::sync::OnceLock;

use super::bounds::check_bounds;
use super::catalogue::{Table, Tables};
use super::decode::decode;
use super::file_schema::FileSchema;
use super::former::Former;
use super::report::Report;
use crate::schema::{SchemaOf, schema_of};

/// A registered table, its type erased.
pub(super) struct Kind {
    pub(super) id: TypeId,
    pub(super) path: &'static str,
    pub(super) is_needed: bool,
    pub(super) former: Option<Former>,
    pub(super) build: fn(&[String], bool, &FileSchema, &mut Tables, &mut Report),
    pub(super) validate: fn(&Tables, &mut Report),
    pub(super) schema: SchemaOf,
    /// Generated when first needed.
    file_schema: OnceLock<FileSchema>,
}

impl Kind {
    pub(super) fn of<T: Table>() -> Self {
        Self {
            id: TypeId::of::<T>(),
            path: T::PATH,
            is_needed: T::IS_NEEDED,
            former: T::FORMERLY,
            build: build::<T>,
            validate: validate::<T>,
            schema: schema_of::<T::File>,
            file_schema: OnceLock::new(),
        }
    }

    pub(super) fn file_schema(&self) -> &FileSchema {
        self.file_schema.get_or_init(|| FileSchema::of(self.schema))
    }

    pub(super) fn is_folder(&self) -> bool {
        self.path.ends_with('/')
    }

    pub(super) fn matches(&self, file: &str) -> bool {
        if self.is_folder() { file.starts_with(self.path) } else { file == self.path }
    }

    /// What is told when there is no file of it.
    pub(super) fn missing(&self) -> String {
        if self.is_folder() {
            format!("this folder holds no file, expected {}*.ron", self.path)
        } else {
            format!("this file is missing, expected {}", self.path)
        }
    }
}

/// Decodes the files of a table and adds the table if all of them are present and valid.
///
/// Otherwise the files are still decoded, for their errors.
fn build<T: Table>(files: &[String], complete: bool, schema: &FileSchema, tables: &mut Tables, report: &mut Report) {
    let documents = report.documents();
    let mut problems = Vec::new();
    let mut contents = Vec::new();
    for file in files {
        let document = documents.get(file);
        let content = document.and_then(|document| {
            let content = decode(file, document, Some(schema), &mut problems)?;
            check_bounds(file, document, schema, &mut problems);
            Some(content)
        });
        contents.extend(content.map(|content| (file.clone(), content)));
    }
    report.add(problems);
    if complete && contents.len() == files.len() {
        let table = T::assemble(contents, report);
        tables.insert(table);
    }
}

fn validate<T: Table>(tables: &Tables, report: &mut Report) {
    if let Some(table) = tables.get::<T>() {
        table.validate(tables, report);
    }
}
