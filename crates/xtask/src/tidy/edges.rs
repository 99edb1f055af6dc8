//! Who may depend on whom, and what the pure crates may depend on at all.

use std::fmt::Write as _;

use super::{Check, Finding};
use crate::workspace::{DependencyKind, Package, Workspace};

/// One crate's place in the architecture.
struct Place {
    name: &'static str,
    /// Our crates that it may depend on.
    may_use: &'static [&'static str],
    /// For a pure crate, the foreign crates that it may depend on; `None` for a crate that may do I/O.
    pure: Option<&'static [&'static str]>,
}

/// Our crates, lowest first. An edge that is not here is architecture: change this table and ARCHITECTURE.md
/// together, with the reason.
const PLACES: &[Place] = &[
    Place {
        name: "taskwerk-model",
        may_use: &[],
        pure: Some(&["jiff", "petgraph", "serde", "serde_json", "thiserror", "uuid"]),
    },
    Place { name: "taskwerk-store", may_use: &["taskwerk-model"], pure: None },
    Place { name: "taskwerk-client", may_use: &["taskwerk-model", "taskwerk-store"], pure: None },
    Place { name: "cli-kit", may_use: &[], pure: None },
    Place {
        name: "taskwerk",
        may_use: &["cli-kit", "taskwerk-client", "taskwerk-model", "taskwerk-store"],
        pure: None,
    },
    Place {
        name: "conductor-plan",
        may_use: &["taskwerk-model"],
        pure: Some(&[
            "aho-corasick",
            "chardetng",
            "encoding_rs",
            "flate2",
            "hayro-interpret",
            "html5gum",
            "jiff",
            "petgraph",
            "pulldown-cmark",
            "rustc-hash",
            "serde",
            "serde_json",
            "sha2",
            "thiserror",
        ]),
    },
    Place {
        name: "conductor-engine",
        may_use: &["taskwerk-model"],
        pure: Some(&["jiff", "serde", "serde_json", "thiserror"]),
    },
    Place {
        name: "conductor-evidence",
        may_use: &["conductor-engine"],
        pure: Some(&[
            "quick-xml",
            "serde",
            "serde_json",
            "thiserror",
            "tree-sitter",
            "tree-sitter-go",
            "tree-sitter-java",
            "tree-sitter-javascript",
            "tree-sitter-python",
            "tree-sitter-rust",
            "tree-sitter-typescript",
        ]),
    },
    Place {
        name: "conductor-host",
        may_use: &[
            "conductor-engine",
            "conductor-evidence",
            "conductor-plan",
            "taskwerk-client",
            "taskwerk-model",
        ],
        pure: None,
    },
    Place {
        name: "conductor",
        may_use: &[
            "cli-kit",
            "conductor-engine",
            "conductor-evidence",
            "conductor-host",
            "conductor-plan",
            "taskwerk-client",
        ],
        pure: None,
    },
    Place { name: TESTKIT, may_use: BELOW_TESTKIT, pure: None },
    // The model server of `testkit` is what real agents are driven against.
    Place { name: "xtask", may_use: LIBRARIES, pure: None },
];

/// All that is used from Rust: what ships with nothing may use it.
const LIBRARIES: &[&str] = &[
    "cli-kit",
    "conductor-engine",
    "conductor-evidence",
    "conductor-host",
    "conductor-plan",
    "taskwerk-client",
    "taskwerk-model",
    "taskwerk-store",
    TESTKIT,
];

/// All of them but the last.
const BELOW_TESTKIT: &[&str] = match LIBRARIES.split_last() {
    Some((_, below)) => below,
    None => &[],
};

/// Any crate's tests may use it; nothing that ships does.
const TESTKIT: &str = "testkit";

/// The members whose edges are not in the table.
pub(super) fn check(members: &[Package]) -> Vec<Finding> {
    let mut findings = Vec::new();
    for member in members {
        let Some(place) = place(&member.name) else {
            findings.push(Finding {
                check: Check::Edge,
                place: member.name.clone(),
                problem: "a new crate is architecture; give it a place in the table of edges and in ARCHITECTURE.md"
                    .to_owned(),
            });
            continue;
        };
        for dependency in &member.dependencies {
            let ours = members.iter().any(|other| other.name == dependency.name);
            let for_tests = dependency.kind == Some(DependencyKind::Dev) && dependency.name == TESTKIT;
            if ours && !for_tests && !place.may_use.contains(&dependency.name.as_str()) {
                findings.push(Finding {
                    check: Check::Edge,
                    place: format!("{} -> {}", member.name, dependency.name),
                    problem: format!("{} may use only {}", member.name, listed(place.may_use)),
                });
            }
        }
    }
    findings.extend(PLACES.iter().filter(|place| !members.iter().any(|m| m.name == place.name)).map(
        |place| Finding {
            check: Check::Edge,
            place: place.name.to_owned(),
            problem:
                "the table of edges names a crate that is not there; remove it from the table".to_owned(),
        },
    ));
    findings
}

/// Foreign dependencies of pure crates beyond their lists. Tests may use what they like.
pub(super) fn check_pure(members: &[Package]) -> Vec<Finding> {
    let mut findings = Vec::new();
    for member in members {
        let Some(allowed) = place(&member.name).and_then(|place| place.pure) else { continue };
        for dependency in &member.dependencies {
            let ours = members.iter().any(|other| other.name == dependency.name);
            let shipped = dependency.kind != Some(DependencyKind::Dev);
            if shipped && !ours && !allowed.contains(&dependency.name.as_str()) {
                findings.push(Finding {
                    check: Check::Pure,
                    place: format!("{} -> {}", member.name, dependency.name),
                    problem: format!(
                        "{} does no I/O and knows no clock; it may use only {}",
                        member.name,
                        listed(allowed)
                    ),
                });
            }
        }
    }
    findings
}

/// Whether a crate is held to purity.
pub(super) fn is_pure(name: &str) -> bool {
    place(name).is_some_and(|place| place.pure.is_some())
}

/// The edges that are there, as a Markdown table for ARCHITECTURE.md.
pub(crate) fn table(workspace: &Workspace) -> String {
    let mut out = String::from("| crate | what | depends on | its tests also on |\n|---|---|---|---|\n");
    for place in PLACES {
        let Some(member) = workspace.members.iter().find(|member| member.name == place.name) else {
            continue;
        };
        let edges = |dev: bool| {
            let mut names: Vec<&str> = member
                .dependencies
                .iter()
                .filter(|d| (d.kind == Some(DependencyKind::Dev)) == dev)
                .filter(|d| workspace.members.iter().any(|other| other.name == d.name))
                .map(|d| d.name.as_str())
                .collect();
            names.sort_unstable();
            names.dedup();
            if names.is_empty() { "–".to_owned() } else { format!("`{}`", names.join("`, `")) }
        };
        let what = member.description.as_deref().unwrap_or_default();
        let pure = if place.pure.is_some() { " (pure)" } else { "" };
        // Writing to a string cannot fail.
        let _ = writeln!(out, "| `{}`{pure} | {what} | {} | {} |", member.name, edges(false), edges(true));
    }
    out
}

fn place(name: &str) -> Option<&'static Place> {
    PLACES.iter().find(|place| place.name == name)
}

fn listed(names: &[&str]) -> String {
    if names.is_empty() { "no crate of ours".to_owned() } else { names.join(", ") }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::workspace::Dependency;

    fn package(name: &str, dependencies: &[(&str, Option<DependencyKind>)]) -> Package {
        Package {
            id: name.to_owned(),
            name: name.to_owned(),
            version: "0.1.0".to_owned(),
            license: None,
            description: None,
            dependencies: dependencies
                .iter()
                .map(|(name, kind)| Dependency { name: (*name).to_owned(), kind: *kind })
                .collect(),
            targets: Vec::new(),
            manifest_path: "Cargo.toml".into(),
        }
    }

    /// Every crate of the table, `changed` taking the place of its namesake.
    fn members(changed: Package) -> Vec<Package> {
        let mut members: Vec<Package> = PLACES.iter().map(|place| package(place.name, &[])).collect();
        members.retain(|member| member.name != changed.name);
        members.push(changed);
        members
    }

    fn places(findings: &[Finding]) -> Vec<&str> {
        findings.iter().map(|finding| finding.place.as_str()).collect()
    }

    #[test]
    fn the_table_itself_has_no_cycle_and_names_only_its_own_crates() {
        for (index, place) in PLACES.iter().enumerate() {
            for used in place.may_use {
                let below = PLACES[..index].iter().any(|lower| lower.name == *used);
                assert!(below, "{} uses {used}, which does not stand above it in the table", place.name);
            }
        }
    }

    #[test]
    fn an_edge_outside_the_table_is_found() {
        let cases: &[(&str, &str, Option<DependencyKind>, bool)] = &[
            ("taskwerk-store", "taskwerk-model", None, true),
            ("taskwerk-model", "taskwerk-store", None, false),
            ("conductor-host", "taskwerk-store", None, false),
            ("conductor", "taskwerk-store", None, false),
            ("conductor-engine", "conductor-plan", None, false),
            ("taskwerk", "conductor-host", None, false),
            ("conductor-host", "testkit", Some(DependencyKind::Dev), true),
            ("conductor-host", "testkit", None, false),
            ("testkit", "conductor", None, false),
            ("taskwerk", "conductor", Some(DependencyKind::Dev), false),
            ("xtask", "taskwerk", None, false),
        ];
        for (from, to, kind, allowed) in cases {
            let findings = check(&members(package(from, &[(to, *kind)])));
            let expected = if *allowed { vec![] } else { vec![format!("{from} -> {to}")] };
            assert_eq!(places(&findings), expected, "{from} -> {to}");
        }
    }

    #[test]
    fn a_crate_without_a_place_is_found() {
        assert_eq!(places(&check(&members(package("helpers", &[])))), ["helpers"]);
    }

    #[test]
    fn a_pure_crate_takes_only_what_its_list_names() {
        let io = members(package("conductor-engine", &[("serde", None), ("rusqlite", None)]));
        assert_eq!(places(&check_pure(&io)), ["conductor-engine -> rusqlite"]);
        let tests = members(package("conductor-engine", &[("tempfile", Some(DependencyKind::Dev))]));
        assert!(check_pure(&tests).is_empty());
        let outer = members(package("conductor-host", &[("rusqlite", None)]));
        assert!(check_pure(&outer).is_empty());
    }
}
