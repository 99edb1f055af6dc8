//! What every crate has: a description, a crate document, the workspace's lints, a use for each dependency; and a
//! pure one its own bans.

use super::{Check, Finding, edges};
use crate::workspace::{Package, Workspace};

pub(super) fn check(workspace: &Workspace) -> Vec<Finding> {
    let mut findings: Vec<Finding> =
        workspace.members.iter().flat_map(|member| check_member(workspace, member)).collect();
    findings.extend(unused_versions(workspace.text("Cargo.toml").unwrap_or_default(), &workspace.members));
    findings
}

fn check_member(workspace: &Workspace, member: &Package) -> Vec<Finding> {
    let manifest = workspace.relative(&member.manifest_path);
    let folder = manifest.trim_end_matches("/Cargo.toml");
    let text = |path: &str| workspace.text(path).unwrap_or_default();
    let mut missing = Vec::new();
    if member.description.as_deref().is_none_or(|d| d.trim().is_empty()) {
        missing.push("its manifest has no description".to_owned());
    }
    if folder != format!("crates/{}", member.name) {
        missing.push(format!("it lives in {folder}; a crate's folder is crates/<its name>"));
    }
    if !inherits_lints(text(&manifest)) {
        missing.push(
            "its manifest does not inherit the workspace's lints; add `[lints]` `workspace = true`".into(),
        );
    }
    for target in member.targets.iter().filter(|target| target.kind.iter().any(|k| k == "lib" || k == "bin"))
    {
        let source = workspace.relative(&target.src_path);
        if !text(&source).starts_with("//! ") {
            missing.push(format!("{source} does not begin with a crate document (`//! …`)"));
        }
    }
    if edges::is_pure(&member.name) && !text(&format!("{folder}/clippy.toml")).contains("this crate is pure")
    {
        missing.push("it is pure but has no clippy.toml that bans I/O and clocks".to_owned());
    }
    let own = missing.into_iter().map(|problem| Finding {
        check: Check::Crate,
        place: member.name.clone(),
        problem,
    });
    own.chain(unused_dependencies(workspace, member, folder)).collect()
}

/// Dependencies that no source of the crate names. A dependency is known in code by its name with underscores.
fn unused_dependencies(workspace: &Workspace, member: &Package, folder: &str) -> Vec<Finding> {
    let inside = |path: &str| path.strip_prefix(folder).is_some_and(|rest| rest.starts_with('/'));
    let sources = || workspace.files.iter().filter(|file| file.path.ends_with(".rs") && inside(&file.path));
    let unused = |name: &&str| {
        let word = name.replace('-', "_");
        !sources().any(|file| names(&file.text, &word))
    };
    let mut names: Vec<&str> =
        member.dependencies.iter().map(|dependency| dependency.name.as_str()).collect();
    names.sort_unstable();
    names.dedup();
    let finding = |name: &str| Finding {
        check: Check::Crate,
        place: format!("{} -> {name}", member.name),
        problem: "no source of the crate names this dependency; remove it".to_owned(),
    };
    names.into_iter().filter(unused).map(finding).collect()
}

/// Whether a text holds a word, and not only as a part of a longer one.
fn names(text: &str, word: &str) -> bool {
    let continues = |c: Option<char>| c.is_some_and(|c| c.is_alphanumeric() || c == '_');
    text.match_indices(word).any(|(at, _)| {
        !continues(text[..at].chars().next_back()) && !continues(text[at + word.len()..].chars().next())
    })
}

/// Versions that the root manifest fixes for nobody.
fn unused_versions(manifest: &str, members: &[Package]) -> Vec<Finding> {
    let in_table = manifest
        .lines()
        .skip_while(|line| line.trim() != "[workspace.dependencies]")
        .skip(1)
        .take_while(|line| !line.starts_with('['));
    in_table
        .filter_map(|line| line.split_once(" = "))
        .map(|(name, _)| name)
        .filter(|name| !name.starts_with('#'))
        .filter(|name| !members.iter().any(|member| member.dependencies.iter().any(|d| d.name == *name)))
        .map(|name| Finding {
            check: Check::Crate,
            place: format!("Cargo.toml {name}"),
            problem: "no crate depends on it; remove it from [workspace.dependencies]".to_owned(),
        })
        .collect()
}

fn inherits_lints(manifest: &str) -> bool {
    let mut lines = manifest.lines().map(str::trim);
    lines.any(|line| line == "[lints]") && lines.next() == Some("workspace = true")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lints_count_as_inherited_only_in_their_own_table() {
        assert!(inherits_lints("[package]\nname = \"a\"\n\n[lints]\nworkspace = true\n"));
        assert!(!inherits_lints("[package]\nname = \"a\"\n"));
        assert!(!inherits_lints("[lints]\n\n[dependencies.b]\nworkspace = true\n"));
    }

    #[test]
    fn a_dependency_is_named_only_by_its_whole_word() {
        for (text, expected) in [
            ("use serde::Deserialize;", true),
            ("#[derive(serde::Serialize)]", true),
            ("use serde_json::json;", false),
            ("let deserde = 1;", false),
        ] {
            assert_eq!(names(text, "serde"), expected, "{text}");
        }
    }

    #[test]
    fn a_version_that_nobody_takes_is_found() {
        let manifest = "[workspace.dependencies]\n# Theirs.\nserde = \"1\"\n\n[profile.dev]\ndebug = 1\n";
        let found = unused_versions(manifest, &[]);
        assert_eq!(found.len(), 1);
        assert_eq!(found[0].place, "Cargo.toml serde");
    }
}
