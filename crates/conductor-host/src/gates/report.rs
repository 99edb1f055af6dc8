//! The report files that a gate is to write: found by a pattern, and told apart from those that were there before, for
//! instance because they are committed or lie in a cache.

use std::collections::BTreeMap;
use std::fs::{self, File};
use std::io::Read;
use std::path::{Path, PathBuf};
use std::time::SystemTime;

/// Reports that are longer together are not read, in bytes.
const MOST_BYTES: u64 = 64 * 1024 * 1024;

/// More files than this are not read.
const MOST_FILES: usize = 5_000;

/// How many entries of folders are looked at for one pattern.
const MOST_ENTRIES: usize = 200_000;

/// Folders that hold no reports, and many files.
const NO_REPORTS: [&str; 2] = [".git", "node_modules"];

/// Where a file stood: its last change and its length.
type State = (SystemTime, u64);

/// The report files of one gate.
#[derive(Debug)]
pub(super) struct Reports {
    workspace: PathBuf,
    pattern: String,
    before: BTreeMap<PathBuf, State>,
}

impl Reports {
    /// Looks at the files before the gate runs. In the pattern, `*` is a part of a name and `**` any folders.
    pub(super) fn before(workspace: &Path, pattern: &str) -> Self {
        let before = found(workspace, pattern);
        Self { workspace: workspace.to_owned(), pattern: pattern.to_owned(), before }
    }

    /// Reads what the gate wrote, in the order of the paths; `None` when it wrote nothing, or too much to be read.
    pub(super) fn written(&self) -> Option<Vec<Vec<u8>>> {
        let now = found(&self.workspace, &self.pattern);
        let written = now.iter().filter(|(path, state)| self.before.get(*path) != Some(state));
        let mut room = MOST_BYTES;
        let mut reports = Vec::new();
        for (path, _) in written {
            let mut bytes = Vec::new();
            let length =
                File::open(path).and_then(|file| file.take(room + 1).read_to_end(&mut bytes)).ok()?;
            room = room.checked_sub(u64::try_from(length).ok()?)?;
            reports.push(bytes);
        }
        (!reports.is_empty() && reports.len() <= MOST_FILES).then_some(reports)
    }
}

/// The regular files that a pattern means; a link could lead anywhere and is no report.
fn found(workspace: &Path, pattern: &str) -> BTreeMap<PathBuf, State> {
    let mut files = BTreeMap::new();
    if pattern.contains('*') {
        let parts: Vec<&str> = pattern.split('/').collect();
        let mut looked = 0;
        walk(workspace, &parts, &mut looked, &mut files);
    } else {
        note(workspace.join(pattern), &mut files);
    }
    files
}

fn note(path: PathBuf, files: &mut BTreeMap<PathBuf, State>) {
    let state = fs::symlink_metadata(&path).ok().filter(fs::Metadata::is_file);
    let state = state.and_then(|metadata| Some((metadata.modified().ok()?, metadata.len())));
    if let Some(state) = state {
        files.insert(path, state);
    }
}

fn walk(dir: &Path, parts: &[&str], looked: &mut usize, files: &mut BTreeMap<PathBuf, State>) {
    let Some((part, rest)) = parts.split_first() else { return };
    if *part == "**" {
        walk(dir, rest, looked, files);
    }
    for entry in fs::read_dir(dir).into_iter().flatten().flatten() {
        *looked += 1;
        if *looked > MOST_ENTRIES {
            return;
        }
        let name = entry.file_name();
        let name = name.to_string_lossy();
        let is_dir = entry.file_type().is_ok_and(|kind| kind.is_dir());
        if is_dir && *part == "**" {
            if !NO_REPORTS.contains(&name.as_ref()) {
                walk(&entry.path(), parts, looked, files);
            }
        } else if *part != "**" && is_like(&name, part) {
            if is_dir {
                walk(&entry.path(), rest, looked, files);
            } else if rest.is_empty() {
                note(entry.path(), files);
            }
        }
    }
}

/// Whether a name is one of those that a pattern with `*` means.
fn is_like(name: &str, pattern: &str) -> bool {
    let mut parts = pattern.split('*');
    let Some(mut rest) = name.strip_prefix(parts.next().unwrap_or_default()) else { return false };
    let mut parts = parts.peekable();
    if parts.peek().is_none() {
        return rest.is_empty();
    }
    while let Some(part) = parts.next() {
        if parts.peek().is_none() {
            return rest.ends_with(part);
        }
        match rest.split_once(part) {
            Some((_, after)) => rest = after,
            None => return false,
        }
    }
    true
}

#[cfg(test)]
mod tests {
    use super::*;

    fn texts(reports: &Reports) -> Vec<String> {
        let all = reports.written().unwrap_or_default();
        all.into_iter().map(|bytes| String::from_utf8_lossy(&bytes).into_owned()).collect()
    }

    #[test]
    fn only_a_report_of_this_run_counts() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("junit.xml");
        let written = Reports::before(dir.path(), "junit.xml");
        assert_eq!(written.written(), None);
        fs::write(&path, "one").unwrap();
        assert_eq!(texts(&written), ["one"]);
        let stale = Reports::before(dir.path(), "junit.xml");
        assert_eq!(stale.written(), None);
        fs::write(&path, "another").unwrap();
        assert_eq!(texts(&stale), ["another"]);
        fs::remove_file(&path).unwrap();
        fs::write(dir.path().join("real.xml"), "one").unwrap();
        std::os::unix::fs::symlink("real.xml", &path).unwrap();
        assert_eq!(written.written(), None);
    }

    #[test]
    fn patterns_find_the_reports_of_several_modules() {
        let dir = tempfile::tempdir().unwrap();
        let pattern = "**/target/surefire-reports/TEST-*.xml";
        let reports = Reports::before(dir.path(), pattern);
        for path in [
            "target/surefire-reports",
            "web/core/target/surefire-reports",
            "node_modules/x/target/surefire-reports",
        ] {
            let dir = dir.path().join(path);
            fs::create_dir_all(&dir).unwrap();
            fs::write(dir.join("TEST-a.xml"), path.split('/').next().unwrap()).unwrap();
            fs::write(dir.join("a.txt"), "no").unwrap();
        }
        std::os::unix::fs::symlink(dir.path().join("web"), dir.path().join("linked")).unwrap();
        assert_eq!(texts(&reports), ["target", "web"]);
        assert_eq!(Reports::before(dir.path(), pattern).written(), None);
    }

    #[test]
    fn names_are_compared_with_patterns() {
        let table = [
            ("TEST-a.xml", "TEST-*.xml", true),
            ("TEST-.xml", "TEST-*.xml", true),
            ("TEST-a.txt", "TEST-*.xml", false),
            ("a", "a", true),
            ("ab", "a", false),
            ("abcabc", "a*b*c", true),
            ("ac", "a*b*c", false),
            ("anything", "*", true),
            ("", "a*", false),
        ];
        for (name, pattern, like) in table {
            assert_eq!(is_like(name, pattern), like, "{name} {pattern}");
        }
    }
}
