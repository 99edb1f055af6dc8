//! What sort of text a file holds, by its path, and which of its lines say something to a machine.

/// Texts for people: nothing in them is carried out.
const PROSE: &[&str] =
    &["md", "markdown", "txt", "rst", "adoc", "org", "tex", "html", "htm", "svg", "csv", "tsv", "ipynb"];

/// Files that a program writes: their lines are nobody's words.
const GENERATED: &[&str] = &["lock", "map", "snap", "sum", "min.js", "min.css", "lockfile"];
const GENERATED_NAMES: &[&str] = &[
    "package-lock.json",
    "npm-shrinkwrap.json",
    "pnpm-lock.yaml",
    "composer.lock",
    "packages.lock.json",
    "go.sum",
];

/// Folders and parts of names of tests and their data.
const TEST_FOLDERS: &[&str] =
    &["test", "tests", "spec", "specs", "__tests__", "fixtures", "testdata", "__snapshots__", "e2e"];

/// The longest line that is somebody's: minified code has longer ones. In bytes.
const MOST_LINE: usize = 2_000;

/// Whether the file is read by people only.
pub(super) fn is_prose(path: &str) -> bool {
    let (_, name) = parts(path);
    extension(&name).is_some_and(|ext| PROSE.contains(&ext))
}

/// Whether the file is written by a program.
pub(super) fn is_generated(path: &str) -> bool {
    let (_, name) = parts(path);
    GENERATED_NAMES.contains(&name.as_str()) || GENERATED.iter().any(|end| name.ends_with(&format!(".{end}")))
}

/// Whether the file belongs to tests.
pub(super) fn is_test(path: &str) -> bool {
    let (folders, name) = parts(path);
    let stem = name.split('.').next().unwrap_or_default();
    folders.iter().any(|folder| TEST_FOLDERS.contains(&folder.as_str()))
        || stem.starts_with("test_")
        || stem.ends_with("_test")
        || stem.ends_with("_spec")
        || stem == "tests"
        || name.contains(".test.")
        || name.contains(".spec.")
        || stem == "conftest"
        || stem.ends_with("tests") && extension(&name).is_some_and(|ext| matches!(ext, "cs" | "java" | "kt"))
}

/// Whether a line is a remark, or too long to be written by anybody.
pub(super) fn is_remark(line: &[u8]) -> bool {
    let line = line.trim_ascii_start();
    let begins = ["//", "#", "--", "*", "/*", "<!--", ";;", "%", "\"\"\"", "'''"];
    line.len() > MOST_LINE || begins.iter().any(|mark| line.starts_with(mark.as_bytes()))
}

/// Folders and name, in small letters.
fn parts(path: &str) -> (Vec<String>, String) {
    let path = path.to_lowercase();
    let mut folders: Vec<String> = path.split('/').map(str::to_owned).collect();
    let name = folders.pop().unwrap_or_default();
    (folders, name)
}

fn extension(name: &str) -> Option<&str> {
    name.rsplit_once('.').map(|(_, ext)| ext)
}
