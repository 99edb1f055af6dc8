//! Documents that include others: `{{#include features/search.md}}` and its like.
//!
//! An included file is a document of its own and is cited by its own name. It stands behind the one that includes it, and
//! a file that several include stands there once. Files outside the project and outside the folder of the document that
//! was named are not read: a document may come from anywhere, and must not be able to name any file of the machine.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use cli_kit::text::escape;
use cli_kit::{CliError, Exit, Printer};
use conductor_plan::{Document, Include};

use super::documents::{Found, is_a_document, name_of, parse, real, shown};

/// Includes within includes; more is a mistake, or a riddle.
const DEEPEST: usize = 32;

/// Documents as they are read.
pub(super) struct Reading<'b> {
    bases: &'b [PathBuf],
    documents: Vec<Document>,
    /// Every file that was read.
    seen: BTreeSet<PathBuf>,
    /// The files that are being read, each included by the one before, with the names that they are cited by.
    open: Vec<(PathBuf, String)>,
}

impl<'b> Reading<'b> {
    pub(super) fn new(bases: &'b [PathBuf]) -> Self {
        Self { bases, documents: Vec::new(), seen: BTreeSet::new(), open: Vec::new() }
    }

    pub(super) fn finish(self) -> Vec<Document> {
        self.documents
    }

    /// Reads a file and what it includes, unless another one included it before.
    pub(super) fn read(&mut self, one: &Found, printer: &mut Printer) -> Result<(), CliError> {
        let file = one.path.as_deref().map(real);
        if file.as_ref().is_some_and(|file| self.seen.contains(file)) {
            return Ok(());
        }
        let Some(document) = parse(one, printer)? else { return Ok(()) };
        let folder =
            file.as_deref().and_then(Path::parent).map_or_else(|| PathBuf::from("."), Path::to_owned);
        self.seen.extend(file.clone());
        self.open.push((file.unwrap_or_default(), one.name.clone()));
        let includes = document.includes().to_vec();
        let at = self.documents.len();
        self.documents.push(document);
        for include in &includes {
            match self.resolve(include, &folder)? {
                Ok(file) => self.include(&file, at, include, printer)?,
                Err(why) => self.miss(at, include, &why),
            }
        }
        self.open.pop();
        Ok(())
    }

    fn include(
        &mut self,
        file: &Path,
        at: usize,
        include: &Include,
        printer: &mut Printer,
    ) -> Result<(), CliError> {
        if let Some(first) = self.open.iter().position(|(open, _)| open == file) {
            return Err(self.circle(first));
        }
        if self.open.len() > DEEPEST {
            self.miss(at, include, &format!("it is included over more than {DEEPEST} others"));
            return Ok(());
        }
        let name = name_of(file, self.bases);
        self.read(&Found { path: Some(file.to_owned()), name, in_folder: true }, printer)
    }

    /// The file that an include names, or why there is none to be read.
    fn resolve(&self, include: &Include, folder: &Path) -> Result<Result<PathBuf, String>, CliError> {
        let named = folder.join(&include.path);
        let with_ending = folder.join(format!("{}.md", include.path));
        let candidates = [Some(named), include.note.then_some(with_ending)];
        let Some(file) = candidates.into_iter().flatten().find(|file| file.is_file()) else {
            return Ok(Err("there is no such file".to_owned()));
        };
        let file = real(&file);
        // The document that was named, not the one that includes: what it stands beside is meant to be read with it.
        let beside = self
            .open
            .first()
            .and_then(|(first, _)| first.parent())
            .filter(|_| !self.open[0].0.as_os_str().is_empty());
        let inside = self.bases.iter().map(|base| real(base)).chain(beside.map(Path::to_owned));
        if !inside.into_iter().any(|base| file.starts_with(base)) {
            let by = self.open.last().map_or("", |(_, name)| name.as_str());
            let message = format!(
                "{} includes {}, which is neither in the project nor beside the document",
                escape(by),
                shown(&file)
            );
            return Err(CliError::new(Exit::Refused, "DOCUMENT_OUTSIDE", message)
                .hint("copy the file into the project, or name it on the command line if you trust it"));
        }
        if is_a_document(&file) {
            Ok(Ok(file))
        } else {
            Ok(Err("it is no document by its ending".to_owned()))
        }
    }

    fn miss(&mut self, at: usize, include: &Include, why: &str) {
        if let Some(document) = self.documents.get_mut(at) {
            document.add_missing_include(include, why);
        }
    }

    fn circle(&self, first: usize) -> CliError {
        let mut names: Vec<&str> = self.open.iter().skip(first).map(|(_, name)| name.as_str()).collect();
        names.extend(names.first().copied());
        let path = escape(&names.join(" -> ")).into_owned();
        CliError::new(
            Exit::Usage,
            "DOCUMENT_CIRCLE",
            format!("documents include each other in a circle: {path}"),
        )
        .hint("remove one of these includes")
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::plan::documents::read;
    use cli_kit::printer::{Mode, Terminal};

    struct Place(tempfile::TempDir);

    impl Place {
        fn new(files: &[(&str, &str)]) -> Self {
            let place = Self(tempfile::tempdir().unwrap());
            for (path, text) in files {
                let file = place.0.path().join(path);
                std::fs::create_dir_all(file.parent().unwrap()).unwrap();
                std::fs::write(file, text).unwrap();
            }
            place
        }

        fn read(&self, named: &[&str]) -> Result<Vec<Document>, CliError> {
            let sink = || Box::new(std::io::sink());
            let mut printer = Printer::new(sink(), sink(), Mode::default(), Terminal::default());
            let named: Vec<PathBuf> = named.iter().map(|name| self.0.path().join(name)).collect();
            read(&named, &[self.0.path().join("project")], &mut printer)
        }

        fn names(&self, named: &[&str]) -> Vec<String> {
            self.read(named).unwrap().iter().map(|document| document.name().to_owned()).collect()
        }
    }

    #[test]
    fn included_files_stand_behind_the_document_each_once_and_under_their_own_name() {
        let place = Place::new(&[
            (
                "project/docs/prd.md",
                "# Product\n\n{{#include features/search.md}}\n\n!include features/export.md\n",
            ),
            ("project/docs/features/search.md", "# Search\n- finds\n\n![[shared]]\n"),
            ("project/docs/features/export.md", "# Export\n- writes\n\n![[shared]]\n"),
            ("project/docs/features/shared.md", "# Shared\n- both\n"),
        ]);
        let expected =
            ["docs/prd.md", "docs/features/search.md", "docs/features/shared.md", "docs/features/export.md"];
        assert_eq!(place.names(&["project/docs/prd.md"]), expected);
        assert_eq!(place.names(&["project/docs/prd.md", "project/docs/features/search.md"]), expected);
        let blocks: Vec<String> = place.read(&["project/docs/prd.md"]).unwrap()[0]
            .blocks()
            .iter()
            .map(|block| block.text.clone())
            .collect();
        assert_eq!(blocks, ["Product"], "the lines that include ask for nothing themselves");
    }

    #[test]
    fn a_circle_names_its_documents() {
        let place = Place::new(&[
            ("project/a.md", "# A\n\n{{#include b.md}}\n"),
            ("project/b.md", "# B\n\n{{#include c.md}}\n"),
            ("project/c.md", "# C\n\n{{#include b.md}}\n"),
        ]);
        let error = place.read(&["project/a.md"]).unwrap_err();
        assert_eq!((error.code.as_ref(), error.exit), ("DOCUMENT_CIRCLE", Exit::Usage));
        assert!(error.message.contains("b.md -> c.md -> b.md"), "{}", error.message);
    }

    #[test]
    fn what_is_not_there_is_a_finding_and_what_lies_outside_is_refused() {
        let place = Place::new(&[
            ("project/a.md", "# A\n- text\n\n{{#include gone.md}}\n\n{{#include listing.rs}}\n"),
            ("project/listing.rs", "fn main() {}\n"),
            ("project/b.md", "# B\n\n{{#include ../secret.md}}\n"),
            ("secret.md", "# Secret\n"),
            ("elsewhere/c.md", "# C\n\n{{#include beside.md}}\n"),
            ("elsewhere/beside.md", "# D\n"),
        ]);
        let documents = place.read(&["project/a.md"]).unwrap();
        let findings: Vec<String> =
            documents[0].findings().iter().map(|finding| finding.message.clone()).collect();
        assert_eq!(documents.len(), 1);
        assert!(
            findings[0].starts_with("`gone.md` at a.md:4 was not included: there is no such file"),
            "{findings:?}"
        );
        assert!(findings[1].contains("no document by its ending"), "{findings:?}");
        let error = place.read(&["project/b.md"]).unwrap_err();
        assert_eq!((error.code.as_ref(), error.exit), ("DOCUMENT_OUTSIDE", Exit::Refused));
        assert_eq!(place.names(&["elsewhere/c.md"]), ["c.md", "beside.md"]);
    }
}
