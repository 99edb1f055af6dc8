//! Finding what a document asks for in its sections.

use super::constraint::constraints;
use super::modality::modality;
use super::{Requirement, RequirementId, RequirementKind};
use crate::document::short_hash;
use crate::lookup::Lookup;
use crate::outline::role::{Role, roles};
use crate::outline::tree::{Node, NodeKind, Tree};
use crate::outline::{Attribute, attributes, doubted};
use crate::phrases::Phrases;
use crate::words::{normal_form, plain_text};
use crate::{ANSWERS, Document, SharedText, Source};
use std::collections::BTreeMap;
use std::sync::LazyLock;

/// What a document asks for, in its order.
pub fn requirements(document: &Document) -> Vec<Requirement> {
    let tree = Tree::of(document);
    let roles = roles(&tree);
    of_tree(document, &tree, &roles, &attributes(&tree, &roles))
}

/// The same of a document of which roles and attributes are known.
pub(crate) fn of_tree(
    document: &Document,
    tree: &Tree,
    roles: &[Role],
    attributes: &[Option<Attribute>],
) -> Vec<Requirement> {
    if document.name() == ANSWERS {
        return answered(tree);
    }
    // A table in a roadmap gives dates to what is asked for elsewhere.
    let dated = |index: usize| {
        matches!(tree.node(index).kind, NodeKind::Row { .. })
            && matches!(roles[index], Role::Roadmap | Role::Phase)
    };
    // What was passed over for a word that is as often the name of a thing is still asked for.
    let within_work = doubted(tree, roles, Role::is_work);
    let mut attributes = attributes.to_vec();
    attributes
        .iter_mut()
        .zip(&within_work)
        .filter(|(_, doubted)| **doubted)
        .for_each(|(known, _)| *known = None);
    let kind = |index: usize| {
        let kind = if within_work[index] { Some(RequirementKind::Feature) } else { kind_of(roles[index]) };
        kind.filter(|_| !dated(index))
    };
    let found = demands(document, tree, &attributes, kind);
    if !found.is_empty() {
        return found;
    }
    // A note without the usual sections asks for what it says.
    let plain = |role: Role| matches!(role, Role::Unknown | Role::Title);
    let doubted = doubted(tree, roles, plain);
    let plain = |index: usize| (plain(roles[index]) || doubted[index]).then_some(RequirementKind::Feature);
    demands(document, tree, &attributes, plain)
}

/// What the author answered: one requirement an answer, with its question, since `No` alone says nothing. To a question
/// that was answered again the last answer counts.
fn answered(tree: &Tree) -> Vec<Requirement> {
    let mut found: BTreeMap<String, Requirement> = BTreeMap::new();
    for (index, node) in tree.nodes.iter().enumerate() {
        let said: Vec<&Node> = tree
            .children(index)
            .map(|(_, child)| child)
            .filter(|child| !matches!(child.kind, NodeKind::Section { .. }))
            .collect();
        let (NodeKind::Section { level: 2.. }, Some(first), Some(last)) =
            (&node.kind, said.first(), said.last())
        else {
            continue;
        };
        let question = node.label.full();
        let answer: Vec<String> = said.iter().map(|child| child.label.full()).collect();
        let text = format!("{question} {}", answer.join(" "));
        let id = format!("R-{}", short_hash(&[ANSWERS, &normal_form(&question)]));
        let requirement = Requirement {
            id: RequirementId::new(&id),
            section: question.into(),
            source: Source { document: ANSWERS.into(), span: first.span.join(last.span) },
            kind: RequirementKind::Constraint,
            modality: modality(&text),
            constraints: constraints(&answer.join(" ")),
            text,
        };
        found.insert(id, requirement);
    }
    let mut found: Vec<Requirement> = found.into_values().collect();
    found.sort_by_key(|wanted| wanted.source.span.start);
    found
}

fn demands(
    document: &Document,
    tree: &Tree,
    attributes: &[Option<Attribute>],
    kind_of: impl Fn(usize) -> Option<RequirementKind>,
) -> Vec<Requirement> {
    let name_of_document = SharedText::from(document.name());
    let mut sections = Sections::default();
    let mut found = Vec::new();
    let mut used = Lookup::default();
    // How often each text came: a document may say the same sentence a thousand times.
    let mut times: Lookup<String, u32> = Lookup::default();
    for (index, node) in tree.nodes.iter().enumerate().skip(1) {
        let Some(kind) = kind_of(index) else { continue };
        let Some(text) = demand(tree, attributes, index) else { continue };
        let name = normal_form(&text);
        let count = times.get_or_insert_with(name.clone(), || 0);
        let id = loop {
            *count += 1;
            let nth = count.to_string();
            let parts = [document.name(), name.as_str(), nth.as_str()];
            // The first of its kind is named by its text alone.
            let id = format!("R-{}", short_hash(if *count == 1 { &parts[..2] } else { &parts }));
            if used.insert(id.clone(), ()).is_none() {
                break id;
            }
        };
        found.push(Requirement {
            id: RequirementId::new(id),
            section: sections.of(tree, index),
            source: Source { document: name_of_document.clone(), span: node.own },
            kind,
            modality: modality(&text),
            constraints: constraints(&text),
            text,
        });
    }
    found
}

/// What a node asks for, if it asks for something: items and rows do, headings with nothing but text under them, and
/// running text elsewhere than under such a heading.
fn demand(tree: &Tree, attributes: &[Option<Attribute>], index: usize) -> Option<String> {
    let node = tree.node(index);
    let about = attributes[index].filter(|_| node.label.named || !node.children.is_empty());
    let text = match (&node.kind, about) {
        (NodeKind::Item { .. } | NodeKind::Text, Some(Attribute::Description | Attribute::Acceptance)) => {
            node.label.rest.clone()
        }
        (_, Some(_)) => return None,
        (NodeKind::Item { done: true, .. }, None) => return None,
        (NodeKind::Item { .. } | NodeKind::Text, None) => node.label.full(),
        (NodeKind::Row { head: false, .. }, None) => node.label.name.clone(),
        (NodeKind::Section { .. }, None) => {
            let bare = node
                .children
                .iter()
                .all(|&child| matches!(tree.node(child).kind, NodeKind::Text | NodeKind::Code));
            let lists = node.label.role_and_share().is_some_and(|(_, share)| share >= 50);
            if !bare || lists || node.children.is_empty() {
                return None;
            }
            node.label.name.clone()
        }
        (NodeKind::Row { .. } | NodeKind::Root | NodeKind::Intro | NodeKind::Code, None) => return None,
    };
    let under_own_heading =
        matches!(node.kind, NodeKind::Text) && demand_of_heading(tree, attributes, node.parent);
    // `The following features are planned:` asks for nothing itself.
    let words = text.chars().filter(|c| c.is_alphabetic()).count() >= 3
        && !text.ends_with([':', '：'])
        && !denies(&text);
    (words && !under_own_heading).then_some(text)
}

/// `The project has no specific data requirements` asks for nothing.
fn denies(text: &str) -> bool {
    static PHRASES: LazyLock<Phrases<()>> = LazyLock::new(|| {
        Phrases::of(&[((), "does not have, no specific, not applicable, does not require")])
    });
    let alone = text.len() <= 16 && matches!(plain_text(text).as_str(), "none" | "n a" | "tbd");
    alone || PHRASES.stand_in(text)
}

fn demand_of_heading(tree: &Tree, attributes: &[Option<Attribute>], index: usize) -> bool {
    matches!(tree.node(index).kind, NodeKind::Section { .. }) && demand(tree, attributes, index).is_some()
}

/// The names of the sections that were asked for so far, by their nodes.
#[derive(Default)]
struct Sections(Lookup<usize, SharedText>);

impl Sections {
    /// The name of the section that a node stands in.
    fn of(&mut self, tree: &Tree, index: usize) -> SharedText {
        let mut at = tree.node(index).parent;
        while at != 0 && !matches!(tree.node(at).kind, NodeKind::Section { .. }) {
            at = tree.node(at).parent;
        }
        self.0.get_or_insert_with(at, || SharedText::from(&tree.node(at).label.name)).clone()
    }
}

fn kind_of(role: Role) -> Option<RequirementKind> {
    match role {
        Role::Feature | Role::Story | Role::Roadmap | Role::Phase | Role::Requirement => {
            Some(RequirementKind::Feature)
        }
        Role::Api => Some(RequirementKind::Interface),
        Role::Data => Some(RequirementKind::Data),
        Role::Constraint => Some(RequirementKind::Constraint),
        Role::Quality | Role::Acceptance | Role::Testing => Some(RequirementKind::Quality),
        Role::Architecture | Role::Dependency => Some(RequirementKind::Dependency),
        Role::OutOfScope => Some(RequirementKind::OutOfScope),
        Role::OpenQuestion => Some(RequirementKind::OpenQuestion),
        Role::Unknown
        | Role::Title
        | Role::Overview
        | Role::Persona
        | Role::Experience
        | Role::Usage
        | Role::Chain
        | Role::Future
        | Role::Risk
        | Role::Metrics
        | Role::Appendix
        | Role::Instruction => None,
    }
}
