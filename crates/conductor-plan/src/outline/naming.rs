//! Names of things that look like names of sections.
//!
//! `Notes`, `Users` and `Export` can be what a section says about the thing above it, or things that a product has. A
//! heading that tells somebody to do something is the name of a thing whatever words it has; of the others the
//! neighbours tell.

use super::attribute::Attribute;
use super::label::Label;
use super::language::{phrases, table};
use super::role::{Named, Role, is_feature_alias, is_phase};
use super::tree::{NodeKind, Tree};
use crate::words::{plain_text, plain_words};
use std::collections::BTreeSet;
use std::sync::LazyLock;

/// Whether a heading says what to do.
pub(super) fn is_command(name: &str) -> bool {
    static FIRST: LazyLock<BTreeSet<&str>> = LazyLock::new(|| phrases(|words| words.first_verbs).collect());
    static LAST: LazyLock<BTreeSet<&str>> = LazyLock::new(|| phrases(|words| words.last_verbs).collect());
    let words = plain_words(name);
    let [first, second, ..] = words.as_slice() else { return false };
    let noun = table!(of).any(|of| of == second);
    let last = words.last().is_some_and(|last| LAST.contains(&**last));
    FIRST.contains(&**first) && !noun || last
}

/// Whether the name of a role, in singular, is as often the name of a thing.
pub(super) fn role_or_thing(word: &str) -> bool {
    static WORDS: LazyLock<BTreeSet<&str>> = LazyLock::new(|| phrases(|words| words.role_or_thing).collect());
    WORDS.contains(word)
}

/// Whether a label is as often the name of a thing.
pub(super) fn attribute_or_thing(name: &str) -> bool {
    static NAMES: LazyLock<BTreeSet<&str>> =
        LazyLock::new(|| phrases(|words| words.attribute_or_thing).collect());
    NAMES.contains(plain_text(name).as_str())
}

/// Whether the sections under a node are things: what the section lists by its own name, or headings of which most are
/// called like nothing that a document has to have.
pub(super) fn lists_things(tree: &Tree, index: usize, role: Role) -> bool {
    let (mut plain, mut weak, mut firm, mut work) = (0, 0, 0, false);
    for (_, child) in tree.children(index) {
        let NodeKind::Section { level: 1.. } = child.kind else { continue };
        let name = &child.label.name;
        match child.label.role().filter(|_| !is_feature_alias(&child.label)) {
            None if child.label.attribute().is_none() => plain += 1,
            None if attribute_or_thing(name) => weak += 1,
            None => firm += 1,
            Some(named) if named.weak || named.share < 100 => weak += 1,
            Some(Named { role, .. }) => {
                firm += usize::from(role != Role::Overview);
                work |= role.is_work() || role == Role::Requirement;
            }
        }
    }
    match role {
        Role::Feature | Role::Story | Role::Data | Role::Api | Role::Architecture => {
            if says(&tree.node(index).label, role) {
                // A list of features has some: where nothing else is there, these are it.
                let only = plain == 0 && weak > 0 && role == Role::Feature && !tree.has_items(index);
                plain > 0 && plain >= firm || only
            } else {
                plain > 1 && firm == 0
            }
        }
        Role::Unknown | Role::Title => plain > 1 && firm == 0 && !work,
        Role::Persona
        | Role::Overview
        | Role::Experience
        | Role::Usage
        | Role::Requirement
        | Role::Roadmap
        | Role::Phase
        | Role::Chain
        | Role::Constraint
        | Role::Quality
        | Role::Dependency
        | Role::Acceptance
        | Role::Testing
        | Role::OutOfScope
        | Role::Future
        | Role::Risk
        | Role::Metrics
        | Role::OpenQuestion
        | Role::Appendix
        | Role::Instruction => false,
    }
}

/// What the label of each node says of the thing above it, if it is nothing but such a label and not the name of a thing
/// among things.
pub(crate) fn attributes(tree: &Tree, roles: &[Role]) -> Vec<Option<Attribute>> {
    let mut attributes: Vec<Option<Attribute>> =
        tree.nodes.iter().map(|node| node.label.attribute()).collect();
    for (index, node) in tree.nodes.iter().enumerate().filter(|(_, node)| !node.children.is_empty()) {
        let role = roles[index];
        let sections = lists_things(tree, index, role);
        let items = role.names_things() && says(&node.label, role) && lists_names(tree, index, &attributes);
        for &child in &node.children {
            let thing = match tree.node(child).kind {
                NodeKind::Section { .. } => sections && !roles[child].is_silent(),
                NodeKind::Item { .. } => items,
                NodeKind::Root | NodeKind::Intro | NodeKind::Text | NodeKind::Row { .. } | NodeKind::Code => {
                    false
                }
            };
            if thing && attribute_or_thing(&tree.node(child).label.name) {
                attributes[child] = None;
            }
        }
    }
    attributes
}

/// Whether most of the items under a node that have names are called like nothing that is said about a thing.
fn lists_names(tree: &Tree, index: usize, attributes: &[Option<Attribute>]) -> bool {
    let (mut plain, mut firm) = (0, 0);
    for (child, node) in tree.children(index).filter(|(_, node)| matches!(node.kind, NodeKind::Item { .. })) {
        match attributes[child] {
            None => plain += usize::from(node.label.named),
            Some(_) => firm += usize::from(!attribute_or_thing(&node.label.name)),
        }
    }
    plain > 0 && plain >= firm
}

/// Which nodes play a silent role only because of a word that is as often the name of a thing, within sections of which the
/// role is about work.
pub(crate) fn doubted(tree: &Tree, roles: &[Role], work: impl Fn(Role) -> bool) -> Vec<bool> {
    let mut doubted = vec![false; tree.nodes.len()];
    for (index, node) in tree.nodes.iter().enumerate().skip(1) {
        let (outer, role) = (roles[node.parent], roles[index]);
        let section = matches!(node.kind, NodeKind::Section { level: 1.. });
        let own = section && role.is_silent() && work(outer);
        doubted[index] = doubted[node.parent] || own && node.label.role().is_some_and(|named| named.weak);
    }
    doubted
}

/// Whether a section plays its role because it is called so, and has not only got it from the one around it.
pub(super) fn says(label: &Label, role: Role) -> bool {
    label.role().is_some_and(|named| named.role == role) || role == Role::Phase && is_phase(label)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::outline::role::{named, roles};
    use crate::{Document, OutlineOptions, lint, outline};

    /// The roles of the headings below the title, by their names.
    fn silent(text: &str) -> Vec<String> {
        let document = Document::parse("a.md", text.as_bytes()).unwrap();
        let tree = Tree::of(&document);
        let roles = roles(&tree);
        let sections =
            tree.nodes.iter().zip(&roles).filter(|(node, _)| matches!(node.kind, NodeKind::Section { .. }));
        sections.filter(|(_, role)| role.is_silent()).map(|(node, _)| node.label.name.clone()).collect()
    }

    #[test]
    fn what_says_what_to_do_names_no_section() {
        for name in
            ["List the notes", "Manage tasks", "Notizen auflisten", "Ajouter une note", "Create the schedule"]
        {
            assert_eq!(named(name), None, "{name}");
        }
        for name in ["List of features", "Test plan", "Feature list", "Build plan", "Getting started"] {
            assert!(named(name).is_some_and(|named| named.share >= 50), "{name}");
        }
    }

    #[test]
    fn a_word_that_may_be_a_thing_is_one_among_things() {
        let things = "# A\n## Features\n### Search\na\n### Notes\nb\n### Users\nc\n### Risks\nd\n";
        assert_eq!(silent(things), ["Risks"]);
        let parts = "# A\n## Overview\na\n## Users\nb\n## Features\n- **Search**: c\n## Notes\nd\n";
        assert_eq!(silent(parts), ["Users", "Notes"]);
        let bare = "# A\n## Add a note\na\n## List the notes\nb\n## Note search\nc\n## Users\nd\n";
        assert_eq!(silent(bare), Vec::<String>::new());
        let readme = "# A\n## Installation\na\n## Usage\nb\n## Notes\nc\n";
        assert_eq!(silent(readme), ["Installation", "Usage", "Notes"]);
        let interface = "# A\n## API\n### Users\n- `GET /users`\n### Orders\n- `GET /orders`\n";
        assert_eq!(silent(interface), Vec::<String>::new());
    }

    #[test]
    fn what_is_passed_over_in_doubt_is_told() {
        let of = |text: &str| {
            let document = Document::parse("a.md", text.as_bytes()).unwrap();
            outline(&[document], &OutlineOptions::default())
        };
        let only =
            of("# A\n## Features\n### Users\nEverybody has an account.\n\n### Acceptance criteria\n- x\n");
        assert!(only.items.iter().any(|item| item.title == "Users"), "{:?}", only.items);
        let beside = of("# A\n## Features\n- **Search**: a\n\n### Users\nEverybody has an account.\n");
        assert!(
            lint(&beside).iter().any(|finding| finding.message.contains("Everybody has an account")),
            "{:?}",
            lint(&beside)
        );
    }

    #[test]
    fn labels_are_names_among_named_things() {
        let titles = |text: &str| {
            let document = Document::parse("a.md", text.as_bytes()).unwrap();
            let plan = outline(&[document], &OutlineOptions::default());
            plan.items.into_iter().map(|item| item.title).collect::<Vec<_>>()
        };
        assert_eq!(titles("# Features\n- **Import**: a\n- **Export**: b\n"), ["Import", "Export"]);
        let described = "# Features\n## Search\n- Flow: a\n- Notes: b\n## Sync\n- Flow: a\n- Notes: b\n";
        assert_eq!(titles(described), ["Search", "Sync"]);
        let staged = "# Roadmap\n## Phase 1\n- **Import**: a\n- **Export**: b\n## Phase 2\n- **Users**: a\n- **Sync**: b\n";
        let staged = titles(staged);
        assert!(["Export", "Users"].iter().all(|title| staged.contains(&(*title).to_owned())), "{staged:?}");
    }
}
