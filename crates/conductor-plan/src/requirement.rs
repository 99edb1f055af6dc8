//! What a document asks for, each with the place where it says so.

use crate::document::short_hash;
use crate::outline::role::{Role, named_role, roles};
use crate::outline::tree::{NodeKind, Tree};
use crate::outline::{Attribute, attributes, doubted};
use crate::words::{normal_form, plain_words};
use crate::{Document, Source};
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

/// Something that a document asks for.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Requirement {
    /// Its name, made from the document's name and its own words: it stays when other parts of the document change.
    pub id: RequirementId,
    /// The document's words, without markup.
    pub text: String,
    /// Title of the section that it stands in; empty when it stands before the first one.
    pub section: String,
    /// Where it stands.
    pub source: Source,
    /// What kind of demand it is.
    pub kind: RequirementKind,
    /// How strong the demand is.
    pub modality: Modality,
    /// What it binds the work to, in the order in which it says so.
    #[serde(default)]
    pub constraints: Vec<Constraint>,
}

/// Something that a requirement binds the work to.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Constraint {
    /// A technology by name: `PostgreSQL`.
    Technology {
        /// The name as it is usually written.
        name: String,
    },
    /// A number with its unit: `at most 200 ms`.
    Quantity {
        /// On which side of the number the work has to stay.
        bound: Bound,
        /// The number as the document writes it, with a decimal point and without separators: `0.5`, `10000`.
        value: String,
        /// The unit as it is usually written, `ms`, `%`, `users`.
        unit: String,
    },
}

/// On which side of a number the work has to stay.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Bound {
    /// `at most`, `under`, `within`.
    AtMost,
    /// `at least`, `more than`, `up to` of what has to be possible.
    AtLeast,
    /// Nothing says which.
    Exactly,
}

/// The name of a requirement.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct RequirementId(String);

/// What kind of demand a requirement is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum RequirementKind {
    /// Something that the product does.
    Feature,
    /// A limit on how it is made.
    Constraint,
    /// How well it does it: speed, safety, ease.
    Quality,
    /// What it offers to other programs or to people.
    Interface,
    /// What it stores.
    Data,
    /// What it stands on: libraries, services, tools.
    Dependency,
    /// What it does not do.
    OutOfScope,
    /// What has not been decided.
    OpenQuestion,
}

/// How strong a demand is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Modality {
    /// Without it the work is not done.
    Must,
    /// Expected.
    Should,
    /// Nice to have.
    May,
}

/// What a document asks for, in its order.
pub fn requirements(document: &Document) -> Vec<Requirement> {
    of_tree(document, &Tree::of(document))
}

pub(crate) fn of_tree(document: &Document, tree: &Tree) -> Vec<Requirement> {
    let roles = roles(tree);
    // A table in a roadmap gives dates to what is asked for elsewhere.
    let dated = |index: usize| {
        matches!(tree.node(index).kind, NodeKind::Row { .. })
            && matches!(roles[index], Role::Roadmap | Role::Phase)
    };
    let mut attributes = attributes(tree, &roles);
    // What was passed over for a word that is as often the name of a thing is still asked for.
    let within_work = doubted(tree, &roles, Role::is_work);
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
    let doubted = doubted(tree, &roles, plain);
    let plain = |index: usize| (plain(roles[index]) || doubted[index]).then_some(RequirementKind::Feature);
    demands(document, tree, &attributes, plain)
}

fn demands(
    document: &Document,
    tree: &Tree,
    attributes: &[Option<Attribute>],
    kind_of: impl Fn(usize) -> Option<RequirementKind>,
) -> Vec<Requirement> {
    let mut found = Vec::new();
    let mut used = BTreeSet::new();
    // How often each text came: a document may say the same sentence a thousand times.
    let mut times: BTreeMap<String, u32> = BTreeMap::new();
    for (index, node) in tree.nodes.iter().enumerate().skip(1) {
        let Some(kind) = kind_of(index) else { continue };
        let Some(text) = demand(tree, attributes, index) else { continue };
        let name = normal_form(&text);
        let count = times.entry(name.clone()).or_default();
        let id = loop {
            *count += 1;
            let nth = count.to_string();
            let parts = [document.name(), name.as_str(), nth.as_str()];
            // The first of its kind is named by its text alone.
            let id = format!("R-{}", short_hash(if *count == 1 { &parts[..2] } else { &parts }));
            if used.insert(id.clone()) {
                break id;
            }
        };
        found.push(Requirement {
            id: RequirementId(id),
            section: section_of(tree, index),
            source: Source { document: document.name().to_owned(), span: node.own },
            kind,
            modality: modality(&text),
            constraints: Vec::new(),
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
            let lists = named_role(&node.label.name).is_some_and(|(_, share)| share >= 50);
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
    let words = plain_words(text).join(" ");
    ["does not have", "no specific", "not applicable", "does not require"]
        .iter()
        .any(|phrase| words.contains(phrase))
        || matches!(words.as_str(), "none" | "n a" | "tbd")
}

fn demand_of_heading(tree: &Tree, attributes: &[Option<Attribute>], index: usize) -> bool {
    matches!(tree.node(index).kind, NodeKind::Section { .. }) && demand(tree, attributes, index).is_some()
}

fn section_of(tree: &Tree, index: usize) -> String {
    let mut at = tree.node(index).parent;
    while at != 0 && !matches!(tree.node(at).kind, NodeKind::Section { .. }) {
        at = tree.node(at).parent;
    }
    tree.node(at).label.name.clone()
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

/// Words that make a demand weaker, as they stand in the text; without one it is a must.
fn modality(text: &str) -> Modality {
    const MAY: &[&str] = &[
        "may",
        "could",
        "optional",
        "optionally",
        "kann",
        "koennte",
        "peut",
        "podria",
        "podrian",
        "puede",
        "pode",
        "poderia",
    ];
    const SHOULD: &[&str] = &[
        "should",
        "ideally",
        "preferably",
        "sollte",
        "sollten",
        "devrait",
        "deberia",
        "deberian",
        "deveria",
    ];
    let words = plain_words(text);
    let has = |weak: &[&str]| words.iter().any(|word| weak.contains(&word.as_str()));
    if has(&["must", "shall", "muss", "muessen", "doit", "debe", "deben", "deve", "devem"]) {
        Modality::Must
    } else if has(SHOULD) || text.contains("권장") || text.contains("应该") {
        Modality::Should
    } else if has(MAY) || text.contains("선택") || text.contains("可选") {
        Modality::May
    } else {
        Modality::Must
    }
}

impl RequirementKind {
    /// The kind in words: `out of scope`.
    pub fn words(self) -> &'static str {
        match self {
            Self::Feature => "a feature",
            Self::Constraint => "a constraint",
            Self::Quality => "a quality",
            Self::Interface => "an interface",
            Self::Data => "about data",
            Self::Dependency => "a dependency",
            Self::OutOfScope => "out of scope",
            Self::OpenQuestion => "an open question",
        }
    }
}

impl RequirementId {
    /// Any text can be an id; [`lint`](crate::lint) finds those that name nothing.
    pub fn new(id: impl Into<String>) -> Self {
        Self(id.into())
    }

    /// The id as text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for RequirementId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}
