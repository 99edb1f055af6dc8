//! What the documents promise: commands that build the whole workspace, and every exit code once.

use super::{Check, Finding};
use crate::workspace::Workspace;

/// Documents and scripts whose cargo commands people copy.
fn is_instruction(path: &str) -> bool {
    !path.contains('/') && path.ends_with(".md") || path.starts_with(".ci/") || path.starts_with(".github/")
}

pub(super) fn check(workspace: &Workspace) -> Vec<Finding> {
    let mut findings = Vec::new();
    for file in workspace.files.iter().filter(|file| is_instruction(&file.path)) {
        for (index, line) in file.text.lines().enumerate() {
            if selects_a_package(line) {
                findings.push(Finding {
                    check: Check::Document,
                    place: file.path.clone(),
                    problem: format!(
                        "line {}: a cargo command that selects one package builds its dependencies anew; leave it out",
                        index + 1
                    ),
                });
            }
        }
    }
    findings
}

/// Whether a line holds a cargo command with `-p` or `--package`. Arguments after ` -- ` belong to another program.
fn selects_a_package(line: &str) -> bool {
    line.split("cargo ").skip(1).any(|command| {
        let command = command.split(['`', '&', ';', '|', '#']).next().unwrap_or_default();
        let own = command.split(" -- ").next().unwrap_or_default();
        own.split_whitespace()
            .any(|word| word == "-p" || word == "--package" || word.starts_with("--package="))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_selected_package_is_found_in_cargo_commands_only() {
        let cases = [
            ("cargo test -p taskwerk", true),
            ("run `cargo build --package x`", true),
            ("cargo build --package=x", true),
            ("cd x && cargo check -p x", true),
            ("cargo test --workspace", false),
            ("mkdir -p target && cargo test --workspace", false),
            ("cargo run --bin conductor -- plan -p 1", false),
            ("`cargo test` and then `mkdir -p x`", false),
        ];
        for (line, expected) in cases {
            assert_eq!(selects_a_package(line), expected, "{line}");
        }
    }
}
