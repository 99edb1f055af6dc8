//! What the checks look at: cargo's view of the workspace and the text of its files, loaded once.

use std::io;
use std::path::{Path, PathBuf};

use serde::Deserialize;

use crate::program::program;

/// Folders and files at the root that hold committed text. Naming them keeps build output, stores and whatever a
/// developer leaves at the root out of the checks, without asking git.
const ROOTS: &[&str] = &[
    ".cargo",
    ".ci",
    ".github",
    "ARCHITECTURE.md",
    "CHANGELOG.md",
    "CONTRIBUTING.md",
    "Cargo.toml",
    "README.md",
    "clippy.toml",
    "crates",
    "deny.toml",
    "docs",
    "rust-toolchain.toml",
    "rustfmt.toml",
];

/// The workspace as cargo and the file system tell it.
pub(crate) struct Workspace {
    pub(crate) root: PathBuf,
    /// The workspace's own crates, by name.
    pub(crate) members: Vec<Package>,
    /// Every package that this machine builds, the members among them.
    pub(crate) packages: Vec<Package>,
    /// Text files below [`ROOTS`], by path.
    pub(crate) files: Vec<TextFile>,
    pub(crate) lock: String,
}

/// A text file; `path` is relative to the root, with `/`.
pub(crate) struct TextFile {
    pub(crate) path: String,
    pub(crate) text: String,
}

#[derive(Clone, Deserialize)]
pub(crate) struct Package {
    pub(crate) id: String,
    pub(crate) name: String,
    pub(crate) version: String,
    pub(crate) license: Option<String>,
    pub(crate) description: Option<String>,
    pub(crate) dependencies: Vec<Dependency>,
    pub(crate) targets: Vec<Target>,
    pub(crate) manifest_path: PathBuf,
}

#[derive(Clone, Deserialize)]
pub(crate) struct Dependency {
    pub(crate) name: String,
    pub(crate) kind: Option<DependencyKind>,
}

#[derive(Clone, Copy, Deserialize, PartialEq, Eq)]
#[serde(rename_all = "lowercase")]
pub(crate) enum DependencyKind {
    Dev,
    Build,
}

#[derive(Clone, Deserialize)]
pub(crate) struct Target {
    pub(crate) kind: Vec<String>,
    pub(crate) src_path: PathBuf,
}

#[derive(Debug, thiserror::Error)]
pub(crate) enum WorkspaceError {
    #[error("failed to start {program}: {source}; is it on the PATH?")]
    Start { program: &'static str, source: io::Error },
    #[error("`{command}` failed; build the workspace once with network, then try again\n{stderr}")]
    Cargo { command: String, stderr: String },
    #[error("failed to understand the output of `cargo metadata`: {0}")]
    Metadata(#[from] serde_json::Error),
    #[error("failed to learn the host's target from `rustc -vV`: it printed no `host:` line")]
    Host,
    #[error("failed to read {}: {source}", path.display())]
    Read { path: PathBuf, source: io::Error },
}

impl Workspace {
    /// Reads the workspace that this program was built from. Starts `rustc` and `cargo metadata`, offline.
    pub(crate) fn load() -> Result<Self, WorkspaceError> {
        let root = root();
        let metadata = metadata(&root)?;
        let mut members: Vec<Package> = metadata
            .packages
            .iter()
            .filter(|p| metadata.workspace_members.contains(&p.id))
            .cloned()
            .collect();
        members.sort_by(|a, b| a.name.cmp(&b.name));
        let mut files = Vec::new();
        for name in ROOTS {
            collect(&root, &root.join(name), &mut files)?;
        }
        files.sort_by(|a, b| a.path.cmp(&b.path));
        let lock = read(&root.join("Cargo.lock"))?;
        Ok(Self { root, members, packages: metadata.packages, files, lock })
    }

    /// The text of a file by its path from the root, if it is there.
    pub(crate) fn text(&self, path: &str) -> Option<&str> {
        self.files.iter().find(|file| file.path == path).map(|file| file.text.as_str())
    }

    /// A path from the root with `/`, for messages and for looking files up.
    pub(crate) fn relative(&self, path: &Path) -> String {
        slashed(path.strip_prefix(&self.root).unwrap_or(path))
    }
}

/// The root of the source tree that this program was compiled in.
pub(crate) fn root() -> PathBuf {
    let here = Path::new(env!("CARGO_MANIFEST_DIR"));
    here.ancestors().nth(2).unwrap_or(here).to_path_buf()
}

#[derive(Deserialize)]
struct Metadata {
    packages: Vec<Package>,
    workspace_members: Vec<String>,
}

/// Only packages of this machine's platform: cargo has downloaded those to build, and no others, so the answer
/// needs no network.
fn metadata(root: &Path) -> Result<Metadata, WorkspaceError> {
    let version = output(root, "rustc", &["-vV"])?;
    let version = String::from_utf8_lossy(&version);
    let host = version.lines().find_map(|line| line.strip_prefix("host: ")).ok_or(WorkspaceError::Host)?;
    let arguments = ["metadata", "--format-version", "1", "--locked", "--offline", "--filter-platform", host];
    Ok(serde_json::from_slice(&output(root, "cargo", &arguments)?)?)
}

fn output(dir: &Path, name: &'static str, arguments: &[&str]) -> Result<Vec<u8>, WorkspaceError> {
    let output = program(name, dir)
        .args(arguments)
        .output()
        .map_err(|source| WorkspaceError::Start { program: name, source })?;
    if output.status.success() {
        return Ok(output.stdout);
    }
    Err(WorkspaceError::Cargo {
        command: format!("{name} {}", arguments.join(" ")),
        stderr: String::from_utf8_lossy(&output.stderr).into_owned(),
    })
}

/// Adds the text files at or below `path`. What is not UTF-8 is no text and is left out.
fn collect(root: &Path, path: &Path, files: &mut Vec<TextFile>) -> Result<(), WorkspaceError> {
    let failed = |source| WorkspaceError::Read { path: path.to_path_buf(), source };
    if path.is_dir() {
        for entry in std::fs::read_dir(path).map_err(failed)? {
            collect(root, &entry.map_err(failed)?.path(), files)?;
        }
    } else if path.is_file() {
        let bytes = match std::fs::read(path) {
            Ok(bytes) => bytes,
            // An editor's scratch file may be gone between the listing and the reading.
            Err(source) if source.kind() == io::ErrorKind::NotFound => return Ok(()),
            Err(source) => return Err(failed(source)),
        };
        if let Ok(text) = String::from_utf8(bytes) {
            files.push(TextFile { path: slashed(path.strip_prefix(root).unwrap_or(path)), text });
        }
    }
    Ok(())
}

fn read(path: &Path) -> Result<String, WorkspaceError> {
    std::fs::read_to_string(path).map_err(|source| WorkspaceError::Read { path: path.to_path_buf(), source })
}

fn slashed(path: &Path) -> String {
    path.to_string_lossy().replace(std::path::MAIN_SEPARATOR, "/")
}
