//! What every crate has: a description, a crate document, the workspace's lints; and a pure one its own bans.

use super::{Check, Finding, edges};
use crate::workspace::{Package, Workspace};

pub(super) fn check(workspace: &Workspace) -> Vec<Finding> {
    workspace.members.iter().flat_map(|member| check_member(workspace, member)).collect()
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
    missing
        .into_iter()
        .map(|problem| Finding { check: Check::Crate, place: member.name.clone(), problem })
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
}
