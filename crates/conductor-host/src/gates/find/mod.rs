//! Finds the gates of a project in its committed files, for projects that do not name them.

mod cargo;
mod cmake;
mod go;
mod gradle;
mod just;
mod make;
mod maven;
mod node;
mod python;
mod script;

use std::collections::BTreeMap;

use conductor_engine::gate::{CoverageForm, CoverageSource, GateKind, GateSpec, TestReader};

/// How a file is kept in the tree.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FileMode {
    /// An ordinary file.
    Plain,
    /// A file that may be executed.
    Executable,
    /// Anything else: a symbolic link, a submodule.
    Other,
}

/// A committed tree. Gates are never looked for in a workspace, where an agent could plant one.
pub trait TreeView {
    /// All files by their path from the root, with `/` between folders. Paths that are not UTF-8 are left out.
    fn files(&self) -> &BTreeMap<String, FileMode>;

    /// The content of one file; `None` when it is not there or cannot be read. Called for a handful of
    /// manifests only.
    fn read(&self, path: &str) -> Option<Vec<u8>>;
}

/// What was found.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Found {
    /// The gates, in the order in which they run.
    pub gates: Vec<GateSpec>,
    /// What else was seen and why it is not used, in sentences for people.
    pub notes: Vec<String>,
}

/// What a search goes by and comes to.
#[derive(Debug, Default)]
struct Search {
    /// Whether a least coverage is demanded: then it is measured where the project has a tool for it, and not only
    /// where the project is set up to measure it anyway.
    coverage: bool,
    /// See [`Found::notes`].
    notes: Vec<String>,
}

/// Finds the gates of a project. With `coverage`, tests also measure what they reach, where the project has a tool
/// for that.
///
/// Each language at the root of the tree brings its own gates. Makefiles and scripts mostly call the same
/// tools again, so they are used only where no language brought a gate of that kind.
pub fn find(tree: &dyn TreeView, coverage: bool) -> Found {
    let mut search = Search { coverage, notes: Vec::new() };
    let mut gates: Vec<GateSpec> = Vec::new();
    for (language, finder) in LANGUAGES {
        let mut own = finder(tree, &mut search);
        for gate in &mut own {
            if gates.iter().any(|other| other.name == gate.name) {
                gate.name = format!("{}-{language}", gate.name);
            }
        }
        let alone = |gate: &GateSpec| own.iter().filter(|other| other.phase == gate.phase).count() == 1;
        // Languages know nothing of each other; steps of one language may build on each other.
        let parallel: Vec<bool> =
            own.iter().map(|gate| gate.kind != GateKind::Setup && alone(gate)).collect();
        gates.extend(own.into_iter().zip(parallel).map(|(gate, parallel)| GateSpec { parallel, ..gate }));
    }
    for finder in [make::find, just::find, script::find] {
        for gate in finder(tree) {
            match gates.iter().find(|other| other.kind == gate.kind) {
                Some(other) => search.notes.push(format!(
                    "{}: `{}` is not used, since {} has the gate {} already",
                    gate.reason, gate.run, other.reason, other.name
                )),
                None => gates.push(gate),
            }
        }
    }
    gates.sort_by_key(|gate| gate.phase);
    // What has nothing beside it needs no leave to run beside others.
    let phases: Vec<u32> = gates.iter().filter(|gate| gate.parallel).map(|gate| gate.phase).collect();
    for gate in &mut gates {
        gate.parallel &= phases.iter().filter(|phase| **phase == gate.phase).count() > 1;
    }
    Found { gates, notes: search.notes }
}

type Finder = fn(&dyn TreeView, &mut Search) -> Vec<GateSpec>;

const LANGUAGES: [(&str, Finder); 7] = [
    ("cargo", cargo::find),
    ("node", node::find),
    ("python", python::find),
    ("go", go::find),
    ("maven", maven::find),
    ("gradle", gradle::find),
    ("cmake", cmake::find),
];

/// The usual place of a kind of gate in the order.
pub(super) fn usual_phase(kind: GateKind) -> u32 {
    match kind {
        GateKind::Setup => 0,
        GateKind::Build => 1,
        GateKind::Format => 2,
        GateKind::Lint => 3,
        GateKind::Test => 4,
        GateKind::Coverage => 5,
        GateKind::Custom => 6,
    }
}

/// How long a gate may take when nothing else is said, in seconds.
pub(super) const USUAL_TIMEOUT: u64 = 20 * 60;

/// A gate with the usual values.
fn gate(name: &str, kind: GateKind, run: impl Into<String>, reason: impl Into<String>) -> GateSpec {
    GateSpec {
        name: name.to_owned(),
        kind,
        phase: usual_phase(kind),
        run: run.into(),
        timeout_seconds: USUAL_TIMEOUT,
        reader: None,
        report: None,
        coverage: None,
        lints: None,
        parallel: false,
        retries: 0,
        cache: Vec::new(),
        network: kind == GateKind::Setup,
        reason: reason.into(),
    }
}

/// The same, with a reader for its tests.
fn with_reader(gate: GateSpec, reader: TestReader) -> GateSpec {
    GateSpec { reader: Some(reader), ..gate }
}

/// The same, with a report that its tests are read from.
fn with_report(gate: GateSpec, reader: TestReader, report: impl Into<String>) -> GateSpec {
    GateSpec { reader: Some(reader), report: Some(report.into()), ..gate }
}

/// The same, with a coverage report.
fn with_coverage(gate: GateSpec, form: CoverageForm, report: impl Into<String>) -> GateSpec {
    GateSpec { coverage: Some(CoverageSource { form, report: report.into() }), ..gate }
}

/// The first of `paths` in which one of `words` stands.
fn mentions<'p>(tree: &dyn TreeView, paths: &[&'p str], words: &[&str]) -> Option<&'p str> {
    let speaks =
        |path: &&&str| text(tree, path).is_some_and(|text| words.iter().any(|word| text.contains(word)));
    paths.iter().find(speaks).copied()
}

fn has(tree: &dyn TreeView, path: &str) -> bool {
    tree.files().contains_key(path)
}

/// The first of `paths` that is there.
fn first<'p>(tree: &dyn TreeView, paths: &[&'p str]) -> Option<&'p str> {
    paths.iter().copied().find(|path| has(tree, path))
}

/// A file as text; bytes that are not UTF-8 are replaced.
fn text(tree: &dyn TreeView, path: &str) -> Option<String> {
    has(tree, path)
        .then(|| tree.read(path))
        .flatten()
        .map(|bytes| String::from_utf8_lossy(&bytes).into_owned())
}

#[cfg(test)]
mod tests;
