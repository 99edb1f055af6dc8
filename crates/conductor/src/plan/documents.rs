//! Reading the documents that a plan is made from: files, folders, standard input, and what they include.

use std::collections::BTreeSet;
use std::fs::File;
use std::io::{ErrorKind, Read};
use std::path::{Path, PathBuf};

use cli_kit::text::escape;
use cli_kit::{CliError, Exit, Printer};
use conductor_plan::{Document, DocumentError, MAX_DOCUMENT_BYTES};

use super::includes;

/// The name of the document that came from standard input.
const STDIN: &str = "stdin";

/// What is taken for a document in a folder.
const EXTENSIONS: [&str; 10] = ["md", "markdown", "mdx", "mdown", "mkd", "txt", "text", "pdf", "html", "htm"];

/// More than this is hardly a folder of documents; it was more likely the wrong one.
const MOST_IN_A_FOLDER: usize = 500;

/// A file that was named, found in a folder that was, or included by another.
pub(super) struct Found {
    /// How it is opened; `None` for standard input.
    pub(super) path: Option<PathBuf>,
    /// How it is cited.
    pub(super) name: String,
    /// Whether it was found in a folder, where an empty file is passed over.
    pub(super) in_folder: bool,
}

/// Reads everything that was named, each file once, followed by what it includes. A document inside one of `bases` (the
/// project, the checkout that the user is in) is cited by its path from there, so that the same document has the same
/// name on every machine and in every checkout; one outside by its file name.
pub(super) fn read(
    named: &[PathBuf],
    bases: &[PathBuf],
    printer: &mut Printer,
) -> Result<Vec<Document>, CliError> {
    let mut found = Vec::new();
    for path in named {
        gather(path, bases, &mut found)?;
    }
    let mut seen = BTreeSet::new();
    found.retain(|one| seen.insert(one.path.as_deref().map(real)));
    tell_apart(&mut found);
    let mut reading = includes::Reading::new(bases);
    for one in found {
        reading.read(&one, printer)?;
    }
    let documents = reading.finish();
    if documents.is_empty() {
        return Err(CliError::new(Exit::Usage, "DOCUMENT_EMPTY", "none of the files holds any text")
            .hint("name a document that says what to build"));
    }
    Ok(documents)
}

/// Reads one file; `None` when it was found in a folder and there is no text in it.
pub(super) fn parse(one: &Found, printer: &mut Printer) -> Result<Option<Document>, CliError> {
    match Document::parse(&one.name, &bytes(one)?) {
        Ok(document) => Ok(Some(document)),
        Err(DocumentError::Empty { name }) if one.in_folder => {
            printer.warn(format!("{name} holds no text and is passed over"));
            Ok(None)
        }
        Err(error) => Err(not_a_document(&error)),
    }
}

/// A path without links and detours, by which a file is known again.
pub(super) fn real(path: &Path) -> PathBuf {
    path.canonicalize().unwrap_or_else(|_| path.to_owned())
}

fn gather(path: &Path, bases: &[PathBuf], found: &mut Vec<Found>) -> Result<(), CliError> {
    if path.as_os_str() == "-" {
        found.push(Found { path: None, name: STDIN.to_owned(), in_folder: false });
        return Ok(());
    }
    let metadata = std::fs::metadata(path).map_err(|error| unreadable(&shown(path), &error))?;
    if !metadata.is_dir() {
        found.push(Found { path: Some(path.to_owned()), name: name_of(path, bases), in_folder: false });
        return Ok(());
    }
    let mut files = Vec::new();
    walk(path, &mut files)?;
    if files.is_empty() {
        let message = format!("{} holds no documents", shown(path));
        return Err(CliError::new(Exit::NotFound, "DOCUMENT_NOT_FOUND", message)
            .hint(format!("documents are files with the ending {}", EXTENSIONS.join(", "))));
    }
    found.extend(files.into_iter().map(|file| Found {
        name: name_of(&file, bases),
        path: Some(file),
        in_folder: true,
    }));
    Ok(())
}

/// The documents below a folder, in the order of their names. Links and hidden entries are not followed.
fn walk(folder: &Path, files: &mut Vec<PathBuf>) -> Result<(), CliError> {
    let failed = |error: std::io::Error| unreadable(&shown(folder), &error);
    let mut entries = std::fs::read_dir(folder)
        .and_then(|entries| entries.collect::<Result<Vec<_>, _>>())
        .map_err(failed)?;
    entries.sort_by_key(std::fs::DirEntry::file_name);
    for entry in entries.into_iter().filter(|entry| !entry.file_name().as_encoded_bytes().starts_with(b".")) {
        let (path, kind) = (entry.path(), entry.file_type().map_err(failed)?);
        if kind.is_dir() {
            walk(&path, files)?;
        } else if kind.is_file() && is_a_document(&path) {
            files.push(path);
        }
        if files.len() > MOST_IN_A_FOLDER {
            let message = format!("{} holds more than {MOST_IN_A_FOLDER} documents", shown(folder));
            return Err(CliError::usage(message).hint("name the documents, or a smaller folder"));
        }
    }
    Ok(())
}

/// Whether a file is one that documents are written in, by its ending.
pub(super) fn is_a_document(path: &Path) -> bool {
    let extension = path.extension().and_then(|extension| extension.to_str());
    extension.is_some_and(|extension| EXTENSIONS.contains(&extension.to_ascii_lowercase().as_str()))
}

/// How a file is cited.
pub(super) fn name_of(path: &Path, bases: &[PathBuf]) -> String {
    let real = real(path);
    let inside = bases.iter().find_map(|base| real.strip_prefix(base.canonicalize().ok()?).ok());
    let name = inside.or_else(|| real.file_name().map(Path::new)).unwrap_or(&real);
    name.to_string_lossy().into_owned()
}

/// Documents from outside that share their file name are cited by their whole path.
fn tell_apart(found: &mut [Found]) {
    let names: Vec<String> = found.iter().map(|one| one.name.clone()).collect();
    for one in found {
        let shared = names.iter().filter(|name| **name == one.name).count() > 1;
        if let Some(path) = one.path.as_ref().filter(|_| shared) {
            one.name = real(path).to_string_lossy().into_owned();
        }
    }
}

fn bytes(found: &Found) -> Result<Vec<u8>, CliError> {
    let read = || match &found.path {
        None => read_bounded(std::io::stdin().lock()),
        Some(path) => read_bounded(File::open(path)?),
    };
    read().map_err(|error| unreadable(&found.name, &error))
}

/// One byte more than is allowed is enough to see that it is too much.
fn read_bounded(source: impl Read) -> std::io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    let most = u64::try_from(MAX_DOCUMENT_BYTES).unwrap_or(u64::MAX).saturating_add(1);
    source.take(most).read_to_end(&mut bytes)?;
    Ok(bytes)
}

pub(super) fn shown(path: &Path) -> String {
    escape(&path.to_string_lossy()).into_owned()
}

fn unreadable(name: &str, error: &std::io::Error) -> CliError {
    let (exit, code, hint) = if error.kind() == ErrorKind::NotFound {
        (Exit::NotFound, "DOCUMENT_NOT_FOUND", "check the path; - is standard input")
    } else {
        (Exit::Usage, "DOCUMENT_UNREADABLE", "name a file that you may read")
    };
    CliError::new(exit, code, format!("failed to read {}: {error}", escape(name))).hint(hint)
}

fn not_a_document(error: &DocumentError) -> CliError {
    let code = match error {
        DocumentError::Empty { .. } => "DOCUMENT_EMPTY",
        DocumentError::Binary { .. } => "DOCUMENT_BINARY",
        DocumentError::Encrypted { .. } => "DOCUMENT_ENCRYPTED",
        DocumentError::Scanned { .. } => "DOCUMENT_SCANNED",
        DocumentError::Damaged { .. } => "DOCUMENT_DAMAGED",
        DocumentError::TooComplex { .. } => "DOCUMENT_TOO_COMPLEX",
        DocumentError::TooLarge { .. } => "DOCUMENT_TOO_LARGE",
    };
    CliError::new(Exit::Usage, code, error.to_string())
}

#[cfg(test)]
mod tests {
    use super::*;
    use cli_kit::printer::{Mode, Terminal};

    fn read_all(named: &[PathBuf], base: &Path) -> Result<Vec<String>, CliError> {
        let sink = || Box::new(std::io::sink());
        let mut printer = Printer::new(sink(), sink(), Mode::default(), Terminal::default());
        Ok(read(named, &[base.to_owned()], &mut printer)?
            .iter()
            .map(|document| document.name().to_owned())
            .collect())
    }

    #[test]
    fn documents_are_cited_by_their_path_in_the_project_or_their_name() {
        let base = tempfile::tempdir().unwrap();
        let put = |path: &str, text: &str| {
            let file = base.path().join(path);
            std::fs::create_dir_all(file.parent().unwrap()).unwrap();
            std::fs::write(&file, text).unwrap();
            file
        };
        let root = base.path().join("project");
        let inside = put("project/docs/b.md", "# b");
        put("project/docs/a.TXT", "a");
        put("project/docs/empty.md", " \n");
        put("project/docs/deep/c.md", "# c");
        put("project/docs/.hidden/d.md", "# d");
        put("project/docs/picture.png", "x");
        put("project/docs/page.html", "<h1>d</h1>");
        let (one, two) = (put("one/prd.md", "# 1"), put("two/prd.md", "# 2"));
        let docs = root.join("docs");
        let names = |named: &[&PathBuf]| {
            read_all(&named.iter().map(|path| (*path).clone()).collect::<Vec<_>>(), &root)
        };
        assert_eq!(names(&[&docs]).unwrap(), ["docs/a.TXT", "docs/b.md", "docs/deep/c.md", "docs/page.html"]);
        assert_eq!(names(&[&inside, &docs.join("../docs/b.md"), &one]).unwrap(), ["docs/b.md", "prd.md"]);
        let apart = names(&[&one, &two]).unwrap();
        assert!(apart[0].ends_with("one/prd.md") && apart[1].ends_with("two/prd.md"), "{apart:?}");
    }

    #[test]
    fn what_cannot_be_read_says_why() {
        let base = tempfile::tempdir().unwrap();
        let put = |name: &str, bytes: &[u8]| {
            std::fs::write(base.path().join(name), bytes).unwrap();
            base.path().join(name)
        };
        let nothing = base.path().join("nothing");
        std::fs::create_dir(&nothing).unwrap();
        let cases = [
            (base.path().join("no.md"), "DOCUMENT_NOT_FOUND", Exit::NotFound),
            (nothing, "DOCUMENT_NOT_FOUND", Exit::NotFound),
            (put("empty.md", b"\n"), "DOCUMENT_EMPTY", Exit::Usage),
            (put("binary.md", b"a\0b"), "DOCUMENT_BINARY", Exit::Usage),
            (put("torn.pdf", b"%PDF-1.7\nnothing"), "DOCUMENT_DAMAGED", Exit::Usage),
            (put("large.md", &vec![b'x'; MAX_DOCUMENT_BYTES + 1]), "DOCUMENT_TOO_LARGE", Exit::Usage),
        ];
        for (path, code, exit) in cases {
            let error = read_all(&[path], base.path()).unwrap_err();
            assert_eq!((error.code.as_ref(), error.exit), (code, exit));
        }
    }
}
