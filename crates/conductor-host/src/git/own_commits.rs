//! The commits that an agent made in its clone: read as plain data, kept under refs of Conductor's.
//!
//! Nothing is run in the clone. Its `.git` may have been replaced by a file, a link or another repository;
//! what cannot be read is a finding, and the workspace is then kept.

use std::collections::BTreeMap;
use std::ffi::OsString;
use std::fs;
use std::io::Read;
use std::os::unix::ffi::{OsStrExt, OsStringExt};
use std::path::Path;

use conductor_engine::ids::{Oid, RunId};

use super::error::GitError;
use super::name::RefName;
use super::open::Repo;
use super::snapshot::own_ref;
use super::workspace::{Workspace, beside, delete};

/// A file of refs that is larger than this is not read.
const MAX_FILE: u64 = 16 * 1024 * 1024;
/// More refs than this are not kept.
const MAX_TIPS: usize = 10_000;
/// How deep folders of refs may be.
const MAX_DEPTH: usize = 30;

/// Something in a workspace that keeps it from being understood, and so from being deleted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Finding {
    /// `.git` is gone, or is no directory any more.
    GitDirReplaced,
    /// A file of its refs is no plain file, too large, or not in git's form.
    OddRefs {
        /// The file, relative to `.git`.
        file: String,
    },
    /// It has more refs than are looked at.
    TooManyRefs,
    /// It has more files than are looked at.
    TooManyFiles,
    /// Its `.gitattributes` ask for a conversion that fails; the files were saved as they are.
    AttributesNotObeyed,
    /// Commits whose objects are missing or damaged.
    BrokenCommits {
        /// The refs that name them.
        refs: Vec<String>,
    },
}

/// What became of the agent's own commits.
#[derive(Debug, Default)]
pub(super) struct OwnCommits {
    pub(super) kept: Vec<(RefName, Oid)>,
    pub(super) findings: Vec<Finding>,
}

/// The commits that the clone's refs name, each with the refs that name it.
#[derive(Debug, Default)]
pub(super) struct Tips {
    pub(super) tips: BTreeMap<Oid, Vec<String>>,
    pub(super) findings: Vec<Finding>,
}

pub(super) fn kept_refs(run: RunId) -> String {
    format!("refs/conductor/keep/{run}")
}

impl Repo {
    /// Keeps every commit that a ref, `HEAD` or a stash of the clone names and that is not the run's base.
    pub(super) fn keep_own_commits(&self, workspace: &Workspace) -> Result<OwnCommits, GitError> {
        let Tips { mut tips, mut findings } = read_tips(&workspace.path().join(".git"));
        tips.remove(workspace.base());
        if tips.is_empty() {
            return Ok(OwnCommits { kept: Vec::new(), findings });
        }
        let missing = self.missing_commits(tips.keys())?;
        if !missing.is_empty() && !self.import(workspace, &missing)? {
            // One broken ref must not cost the others: each by itself.
            for tip in &missing {
                if !self.import(workspace, std::slice::from_ref(tip))? {
                    findings.push(Finding::BrokenCommits { refs: tips.remove(tip).unwrap_or_default() });
                }
            }
        }
        let prefix = kept_refs(workspace.run());
        let named = tips.into_keys().map(|tip| Ok((own_ref(&format!("{prefix}/{tip}"))?, tip)));
        let kept = named.collect::<Result<Vec<_>, GitError>>()?;
        if !kept.is_empty() {
            self.ensure_refs(&kept)?;
        }
        Ok(OwnCommits { kept, findings })
    }

    /// Those that the main repository does not have.
    fn missing_commits<'a>(&self, tips: impl Iterator<Item = &'a Oid>) -> Result<Vec<Oid>, GitError> {
        let step = "look for an agent's commits";
        let asked: String = tips.map(|tip| format!("{tip}\n")).collect();
        let out = self
            .git()
            .cmd(step, "cat-file")
            .args(["--batch-check=%(objectname) %(objecttype)"])
            .stdin(asked)
            .ok()?;
        let text = String::from_utf8_lossy(&out);
        Ok(text.lines().filter_map(|line| Oid::parse(line.strip_suffix(" missing")?).ok()).collect())
    }

    /// Copies commits and all that they need from the clone's objects. The main repository's git reads them
    /// as data, and `index-pack` computes every name anew, so that no object can pose as another. False when
    /// they are not whole.
    fn import(&self, workspace: &Workspace, tips: &[Oid]) -> Result<bool, GitError> {
        let pack = beside(workspace.path(), ".pack");
        let wanted: String =
            tips.iter().map(|tip| format!("{tip}\n")).chain([format!("^{}\n", workspace.base())]).collect();
        let packed = self
            .git()
            .cmd("pack an agent's commits", "pack-objects")
            .args([
                "--revs",
                "--stdout",
                "--quiet",
                "--no-reuse-delta",
                "--no-reuse-object",
                "--no-use-bitmap-index",
            ])
            // The clone could bring indexes of its own that say what is not so.
            .config("core.commitGraph", "false")
            .config("core.multiPackIndex", "false")
            .env("GIT_ALTERNATE_OBJECT_DIRECTORIES", path_list_entry(&workspace.path().join(".git/objects")))
            .stdin(wanted)
            .stdout_file(&pack)
            .run()?;
        let whole = packed.exit.success() && {
            let options = ["--stdin", "--strict"];
            self.git()
                .cmd("take in an agent's commits", "index-pack")
                .args(options)
                .stdin_file(&pack)
                .run()?
                .exit
                .success()
        };
        delete(&pack)?;
        Ok(whole)
    }
}

/// A path as the only entry of a list that git splits at colons.
fn path_list_entry(path: &Path) -> OsString {
    let mut quoted = vec![b'"'];
    for byte in path.as_os_str().as_bytes() {
        if matches!(byte, b'"' | b'\\') {
            quoted.push(b'\\');
        }
        quoted.push(*byte);
    }
    quoted.push(b'"');
    OsString::from_vec(quoted)
}

/// Reads `HEAD`, all refs and all stashes of a repository directory, running nothing.
pub(super) fn read_tips(git_dir: &Path) -> Tips {
    let mut found = Tips::default();
    if !git_dir.symlink_metadata().is_ok_and(|meta| meta.is_dir()) {
        found.findings.push(Finding::GitDirReplaced);
        return found;
    }
    found.file(git_dir, "HEAD", |found, text| found.loose("HEAD", text));
    found.folder(git_dir, "refs", 0);
    found.file(git_dir, "packed-refs", |found, text| found.packed(text));
    found.file(git_dir, "logs/refs/stash", |found, text| found.stashes(text));
    if git_dir.join("reftable").exists() || git_dir.join("commondir").exists() {
        found.findings.push(Finding::OddRefs { file: "reftable or commondir".to_owned() });
    }
    found
}

impl Tips {
    /// Reads one file and has it understood; one that is not there has nothing to say.
    fn file(&mut self, git_dir: &Path, name: &str, read: impl FnOnce(&mut Self, &str) -> bool) {
        let path = git_dir.join(name);
        let Ok(meta) = path.symlink_metadata() else { return };
        let mut text = String::new();
        // Only a plain file: a link may lead anywhere, and a pipe would be waited for.
        let got = meta.is_file()
            && meta.len() <= MAX_FILE
            && fs::File::open(&path).and_then(|file| file.take(MAX_FILE).read_to_string(&mut text)).is_ok();
        if !got || !read(self, &text) {
            self.findings.push(Finding::OddRefs { file: name.to_owned() });
        }
    }

    fn folder(&mut self, git_dir: &Path, name: &str, depth: usize) {
        let path = git_dir.join(name);
        if depth > MAX_DEPTH || !path.symlink_metadata().is_ok_and(|meta| meta.is_dir()) {
            return self.findings.push(Finding::OddRefs { file: name.to_owned() });
        }
        let Ok(entries) = fs::read_dir(&path) else {
            return self.findings.push(Finding::OddRefs { file: name.to_owned() });
        };
        for entry in entries.flatten() {
            let below = format!("{name}/{}", entry.file_name().to_string_lossy());
            if self.tips.len() > MAX_TIPS {
                return self.findings.push(Finding::TooManyRefs);
            }
            if entry.file_type().is_ok_and(|kind| kind.is_dir()) {
                self.folder(git_dir, &below, depth + 1);
            } else if !below.ends_with(".lock") {
                self.file(git_dir, &below, |found, text| found.loose(&below, text));
            }
        }
    }

    /// `<oid>` or `ref: <name>`, which is read where it stands itself.
    fn loose(&mut self, name: &str, text: &str) -> bool {
        let text = text.trim();
        text.starts_with("ref: ") || self.tip(text, name)
    }

    fn packed(&mut self, text: &str) -> bool {
        // Lines with `^` say what an annotated tag points at; the tag itself is kept.
        let mut lines = text.lines().filter(|line| !line.starts_with(['#', '^']) && !line.is_empty());
        lines.all(|line| line.split_once(' ').is_some_and(|(oid, name)| self.tip(oid, name)))
    }

    /// Older stashes stand only in the log: `<old> <new> <who> <when>\t<what>`.
    fn stashes(&mut self, text: &str) -> bool {
        text.lines().all(|line| line.split(' ').nth(1).is_some_and(|oid| self.tip(oid, "stash")))
    }

    fn tip(&mut self, oid: &str, name: &str) -> bool {
        let Ok(oid) = Oid::parse(oid) else { return false };
        if self.tips.len() > MAX_TIPS {
            return false;
        }
        self.tips.entry(oid).or_default().push(name.to_owned());
        true
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn oid(digit: char) -> String {
        String::from(digit).repeat(40)
    }

    fn git_dir(files: &[(&str, String)]) -> tempfile::TempDir {
        let dir = tempfile::tempdir().unwrap();
        fs::create_dir_all(dir.path().join("refs/heads")).unwrap();
        for (name, text) in files {
            let path = dir.path().join(name);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(path, text).unwrap();
        }
        dir
    }

    #[test]
    fn every_kind_of_ref_is_read() {
        let dir = git_dir(&[
            ("HEAD", "ref: refs/heads/x\n".into()),
            ("refs/heads/deep/er", oid('1')),
            ("packed-refs", format!("# pack-refs with: peeled\n{} refs/tags/t\n^{}\n", oid('2'), oid('9'))),
            (
                "logs/refs/stash",
                format!(
                    "{} {} A <a> 1 +0000\tone\n{} {} A <a> 2 +0000\ttwo\n",
                    oid('0'),
                    oid('3'),
                    oid('3'),
                    oid('4')
                ),
            ),
        ]);
        let found = read_tips(dir.path());
        assert_eq!(found.findings, []);
        let names: Vec<String> = found
            .tips
            .iter()
            .map(|(oid, names)| format!("{} {}", &oid.as_str()[..1], names.join(",")))
            .collect();
        assert_eq!(names, ["1 refs/heads/deep/er", "2 refs/tags/t", "3 stash", "4 stash"]);
    }

    #[test]
    fn what_is_odd_is_a_finding_and_never_waited_for() {
        let odd = |file: &str| vec![Finding::OddRefs { file: file.to_owned() }];
        let dir = git_dir(&[("HEAD", "rubbish".into())]);
        assert_eq!(read_tips(dir.path()).findings, odd("HEAD"));

        let dir = git_dir(&[("HEAD", oid('1'))]);
        std::os::unix::fs::symlink("/etc/passwd", dir.path().join("refs/heads/x")).unwrap();
        assert_eq!(read_tips(dir.path()).findings, odd("refs/heads/x"));

        let dir = git_dir(&[]);
        let made = crate::process::Cmd::new("/usr/bin/mkfifo", dir.path()).arg("HEAD").run().unwrap();
        assert!(made.exit.success());
        assert_eq!(read_tips(dir.path()).findings, odd("HEAD"));

        assert_eq!(read_tips(&dir.path().join("gone")).findings, [Finding::GitDirReplaced]);
        let dir = git_dir(&[("reftable/x", String::new())]);
        assert_eq!(read_tips(dir.path()).findings, odd("reftable or commondir"));
    }
}
