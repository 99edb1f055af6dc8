//! A repository of a user's in a temporary folder, and a picture of everything in it that is the user's.

use std::collections::BTreeMap;
use std::fs;
use std::os::unix::fs::{MetadataExt, PermissionsExt};
use std::path::{Path, PathBuf};

use conductor_engine::ids::{EvidenceId, Oid, RunId, SessionId, TreeId};
use conductor_host::git::{
    BranchName, CandidateOutcome, CommitText, RefName, Repo, Snapshot, Trailers, Workspace, WorkspaceSpec,
};
use conductor_host::process::{Cmd, EnvMap, Output};
use jiff::Timestamp;

pub(crate) struct Lab {
    dir: tempfile::TempDir,
    pub(crate) env: EnvMap,
}

/// Everything of the user's: files with mode, time and content.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Picture(BTreeMap<PathBuf, (u32, i64, i64, Vec<u8>)>);

pub(crate) fn at() -> Timestamp {
    Timestamp::from_second(1_700_000_000).expect("a time")
}

pub(crate) fn run(number: u64) -> RunId {
    RunId { session: SessionId(1), number }
}

pub(crate) fn branch(name: &str) -> BranchName {
    BranchName::parse(name).expect("a branch name")
}

pub(crate) fn text(number: u64) -> CommitText {
    let trailers = Trailers {
        task: Some(format!("TASK-{number:03}")),
        run: Some(run(number)),
        agent: Some("script".to_owned()),
        evidence: Some(EvidenceId("e1".to_owned())),
        reverts: None,
    };
    CommitText { subject: format!("feat: task {number}"), body: String::new(), trailers }
}

pub(crate) fn write(path: &Path, content: &str) {
    fs::create_dir_all(path.parent().expect("a parent")).expect("folders");
    fs::write(path, content).expect("a file");
}

pub(crate) fn read(path: &Path) -> String {
    fs::read_to_string(path).expect("a text")
}

impl Lab {
    /// A repository on `main` with one commit, and a user with an identity.
    pub(crate) fn new() -> Self {
        Self::with_init(&[])
    }

    pub(crate) fn with_init(options: &[&str]) -> Self {
        let dir = tempfile::tempdir().expect("a folder");
        let home = dir.path().join("home");
        write(
            &home.join(".gitconfig"),
            "[user]\n\tname = Ada\n\temail = ada@example.org\n[init]\n\tdefaultBranch = main\n",
        );
        let path = "/usr/local/bin:/usr/bin:/bin";
        let env = EnvMap::from([
            ("HOME".into(), home.into()),
            ("PATH".into(), path.into()),
            ("LC_ALL".into(), "C".into()),
        ]);
        let lab = Self { dir, env };
        fs::create_dir(lab.main()).expect("a folder");
        lab.git(&[&["init", "-q"], options].concat());
        write(&lab.main().join("README.md"), "one\ntwo\nthree\n");
        write(&lab.main().join("src/lib.rs"), "pub fn f() {}\n");
        write(&lab.main().join(".gitignore"), "target/\n.env\n*.log\n");
        lab.commit_all("start");
        lab
    }

    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.dir.path().join(name)
    }

    pub(crate) fn main(&self) -> PathBuf {
        self.path("main")
    }

    pub(crate) fn repo(&self) -> Repo {
        Repo::discover(&self.main(), &self.env).expect("a repository")
    }

    pub(crate) fn try_git_in(&self, dir: &Path, args: &[&str]) -> Output {
        Cmd::new("git", dir).envs(self.env.clone()).args(args.iter().copied()).run().expect("git runs")
    }

    pub(crate) fn git_in(&self, dir: &Path, args: &[&str]) -> String {
        let out = self.try_git_in(dir, args);
        assert!(out.exit.success(), "git {args:?}: {}", String::from_utf8_lossy(&out.stderr));
        String::from_utf8_lossy(&out.stdout).trim_end().to_owned()
    }

    /// A line of shell in the repository, with the user's environment.
    pub(crate) fn sh(&self, line: &str) -> String {
        let out =
            Cmd::new("/bin/sh", self.main()).envs(self.env.clone()).args(["-c", line]).run().expect("runs");
        assert!(out.exit.success(), "{line}: {}", String::from_utf8_lossy(&out.stderr));
        String::from_utf8_lossy(&out.stdout).trim_end().to_owned()
    }

    pub(crate) fn git(&self, args: &[&str]) -> String {
        self.git_in(&self.main(), args)
    }

    pub(crate) fn commit_all(&self, message: &str) -> Oid {
        self.git(&["add", "-A"]);
        self.git(&["commit", "-q", "--allow-empty", "-m", message]);
        self.head()
    }

    pub(crate) fn head(&self) -> Oid {
        self.oid("HEAD")
    }

    pub(crate) fn oid(&self, name: &str) -> Oid {
        Oid::parse(&self.git(&["rev-parse", name])).expect("an oid")
    }

    pub(crate) fn tree(&self, name: &str) -> TreeId {
        TreeId::parse(&self.git(&["rev-parse", &format!("{name}^{{tree}}")])).expect("a tree")
    }

    /// The content of a file in a commit or tree.
    pub(crate) fn show(&self, commit: &str, path: &str) -> String {
        self.git(&["cat-file", "-p", &format!("{commit}:{path}")])
    }

    pub(crate) fn files(&self, commit: &str) -> Vec<String> {
        self.git(&["ls-tree", "-r", "--name-only", commit]).lines().map(str::to_owned).collect()
    }

    pub(crate) fn spec(&self, number: u64) -> WorkspaceSpec {
        WorkspaceSpec {
            path: self.path(&format!("state/run/{number}")),
            run: run(number),
            branch: branch(&format!("feature/TASK-{number:03}")),
            base: self.head(),
        }
    }

    pub(crate) fn workspace(&self, repo: &Repo, number: u64) -> Workspace {
        repo.ensure_workspace(&self.spec(number)).expect("a workspace")
    }

    /// What is the user's: the checkout, and of the repository all but objects and Conductor's own refs.
    pub(crate) fn picture(&self) -> Picture {
        let mut files = BTreeMap::new();
        let conductors = [
            ".git/objects",
            ".git/refs/conductor",
            ".git/refs/heads/conductor",
            ".git/logs/refs/heads/conductor",
        ];
        picture_of(&self.main(), &self.main(), &conductors, &mut files);
        // Folders that git makes and removes beside Conductor's own refs are nobody's.
        Picture(files)
    }
}

fn picture_of(
    root: &Path,
    dir: &Path,
    without: &[&str],
    files: &mut BTreeMap<PathBuf, (u32, i64, i64, Vec<u8>)>,
) {
    for entry in fs::read_dir(dir).expect("a folder").flatten() {
        let path = entry.path();
        let inside = path.strip_prefix(root).expect("inside").to_owned();
        let meta = path.symlink_metadata().expect("meta");
        if without.iter().any(|w| inside == Path::new(w)) {
            continue;
        }
        if meta.is_dir() {
            picture_of(root, &path, without, files);
        } else {
            let content = if meta.is_symlink() {
                fs::read_link(&path).expect("a link").into_os_string().into_encoded_bytes()
            } else {
                fs::read(&path).expect("content")
            };
            files.insert(inside, (meta.mode(), meta.mtime(), meta.mtime_nsec(), content));
        }
    }
}

/// A program that leaves a trace when it runs, for planting where nothing of the kind may run.
pub(crate) struct Trap {
    pub(crate) program: PathBuf,
    traces: PathBuf,
}

impl Trap {
    pub(crate) fn new(lab: &Lab) -> Self {
        let (program, traces) = (lab.path("trap.sh"), lab.path("traces"));
        write(&program, &format!("#!/bin/sh\necho \"$0 $*\" >> '{}'\ncat\n", traces.display()));
        fs::set_permissions(&program, fs::Permissions::from_mode(0o755)).expect("executable");
        Self { program, traces }
    }

    pub(crate) fn text(&self) -> String {
        self.program.display().to_string()
    }

    pub(crate) fn plant_hooks(&self, dir: &Path) {
        fs::create_dir_all(dir).expect("hooks");
        let hooks = "pre-commit commit-msg post-commit post-checkout post-index-change post-merge pre-merge-commit \
                     reference-transaction prepare-commit-msg applypatch-msg post-rewrite fsmonitor-watchman";
        for hook in hooks.split_whitespace() {
            let _planted_already = std::os::unix::fs::symlink(&self.program, dir.join(hook));
        }
    }

    /// All the settings that make git run something.
    pub(crate) fn settings(&self) -> String {
        let p = self.text();
        format!(
            "[core]\n\tfsmonitor = {p}\n\tpager = {p}\n\teditor = {p}\n\tsshCommand = {p}\n\talternateRefsCommand = {p}\n\
             [filter \"evil\"]\n\tclean = {p}\n\tsmudge = {p}\n\tprocess = {p}\n\trequired = true\n\
             [filter \"odd = name\"]\n\tclean = {p}\n\tsmudge = {p}\n\
             [diff]\n\texternal = {p}\n[diff \"evil\"]\n\ttextconv = {p}\n\tcommand = {p}\n\
             [merge \"evil\"]\n\tdriver = {p} %A\n[gpg]\n\tprogram = {p}\n[commit]\n\tgpgSign = true\n\
             [log]\n\tshowSignature = true\n[credential]\n\thelper = {p}\n[uploadpack]\n\tpackObjectsHook = {p}\n"
        )
    }

    pub(crate) fn assert_never_ran(&self) {
        assert!(!self.traces.exists(), "ran: {}", read(&self.traces));
    }
}

/// Saves the workspace and expects that to be complete.
pub(crate) fn save(repo: &Repo, workspace: &Workspace) -> Snapshot {
    let snapshot = repo.snapshot(workspace, 1, at()).expect("a snapshot");
    assert!(snapshot.is_complete(), "{snapshot:?}");
    snapshot
}

/// A run's whole way to a commit on `tip`; the commit is on no branch yet.
pub(crate) fn work(lab: &Lab, repo: &Repo, number: u64, tip: &Oid, change: impl FnOnce(&Path)) -> Oid {
    let spec = WorkspaceSpec { base: tip.clone(), ..lab.spec(number) };
    let workspace = repo.ensure_workspace(&spec).expect("a workspace");
    change(workspace.path());
    let saved = save(repo, &workspace);
    let outcome = repo.candidate(tip, tip, &saved.commit, &saved.tree).expect("a candidate");
    let CandidateOutcome::Ready { tree, .. } = outcome else { panic!("{outcome:?}") };
    repo.commit(&tree, &[tip], &text(number), at()).expect("a commit")
}

pub(crate) fn snapshot_ref(number: u64, snapshot: u32) -> RefName {
    RefName::parse(&format!("refs/conductor/snap/{}/{snapshot}", run(number))).expect("a ref name")
}
