//! `orchestration.gates`: checks by name. An entry replaces or adds one; `null` takes one away.

use std::collections::BTreeMap;
use std::time::Duration;

use conductor_engine::gate::{GateKind, TestReader};
use serde_json::Value;

use super::reader::{Field, Section};

/// What the user's file says about one gate. What is absent stays as it was found, or has its default.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct GateConfig {
    /// The command line, for `/bin/sh -c`.
    pub run: Option<String>,
    /// What it is about; guessed from its name when absent.
    pub kind: Option<GateKind>,
    /// How long it may take.
    pub timeout: Option<Duration>,
    /// How its tests are read.
    pub reader: Option<TestReader>,
    /// The JUnit XML file that it writes, relative to the workspace.
    pub report: Option<String>,
    /// Its place in the order; gates of a lower phase run first.
    pub phase: Option<u32>,
    /// Whether it may use the network.
    pub network: Option<bool>,
    /// Directories that may survive between gate workspaces, relative to the workspace.
    pub cache: Option<Vec<String>>,
}

pub(super) fn read_all(field: Field<'_>) -> BTreeMap<String, Option<GateConfig>> {
    field.entries(|name, entry| {
        let config = match entry.value() {
            Value::Null => None,
            Value::String(_) => Some(GateConfig { run: Some(entry.text()?), ..GateConfig::default() }),
            Value::Bool(_) | Value::Number(_) | Value::Array(_) | Value::Object(_) => {
                Some(GateConfig::read(entry.section()?))
            }
        };
        Some((name.to_owned(), config))
    })
}

impl GateConfig {
    fn read(mut section: Section<'_>) -> Self {
        let kinds = [
            ("setup", GateKind::Setup),
            ("build", GateKind::Build),
            ("format", GateKind::Format),
            ("lint", GateKind::Lint),
            ("test", GateKind::Test),
            ("coverage", GateKind::Coverage),
            ("custom", GateKind::Custom),
        ];
        let readers = [
            ("cargo", TestReader::Cargo),
            ("pytest", TestReader::Pytest),
            ("go", TestReader::Go),
            ("junit", TestReader::Junit),
        ];
        let read = Self {
            run: section.take("run").and_then(|f| command(&f)),
            kind: section.take("kind").and_then(|f| f.choice(&kinds)),
            timeout: section.take("timeout").and_then(|f| f.duration()),
            reader: section.take("reader").and_then(|f| f.choice(&readers)),
            report: section.take("report").and_then(|f| inside(&f)),
            phase: section.take("phase").and_then(|f| f.whole(0, 1000)),
            network: section.take("network").and_then(|f| f.flag()),
            cache: section.take("cache").and_then(|f| f.list(|entry| inside(&entry))),
        };
        section.finish();
        read
    }
}

/// A command may have several lines, as YAML blocks do.
fn command(field: &Field<'_>) -> Option<String> {
    match field.value().as_str() {
        Some(text) if !text.trim().is_empty() && !text.contains('\0') => Some(text.trim_end().to_owned()),
        Some(_) | None => field.refuse("a command line"),
    }
}

/// A path that stays in the workspace.
fn inside(field: &Field<'_>) -> Option<String> {
    let text = field.text()?;
    let ok = !text.starts_with('/')
        && text.trim_end_matches('/').split('/').all(|part| !matches!(part, "" | "." | ".." | ".git"));
    if ok { Some(text.trim_end_matches('/').to_owned()) } else { field.refuse("a path inside the workspace") }
}
