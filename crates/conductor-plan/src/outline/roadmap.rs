//! A roadmap: stages become containers, what they deliver becomes work.

use super::attribute::{Attribute, attribute};
use super::draft::{Draft, Source};
use super::features::{row, work_item};
use super::role::{Role, is_phase};
use super::stage_table::{has_stages, listed};
use super::tree::NodeKind;

/// The work that the roadmap of a document names; empty when it has none.
pub(super) fn roadmap(source: &Source<'_>) -> Vec<Draft> {
    let mut drafts = Vec::new();
    for (index, node) in source.tree.nodes.iter().enumerate() {
        let outer = source.roles[node.parent];
        if !matches!(node.kind, NodeKind::Section { .. } | NodeKind::Intro)
            || matches!(outer, Role::Roadmap | Role::Phase)
        {
            continue;
        }
        let role = source.roles[index];
        if role == Role::Roadmap {
            section(source, index, &mut drafts);
        } else if role == Role::Phase && !matches!(outer, Role::Feature | Role::Story) {
            phase(source, index, None, &mut drafts);
        }
    }
    if drafts.iter().any(|draft| draft.container && draft.parent.is_none()) {
        for (stage, draft) in drafts.iter_mut().filter(|draft| draft.parent.is_none()).enumerate() {
            draft.phase = Some(stage);
        }
    }
    drafts
}

fn section(source: &Source<'_>, index: usize, drafts: &mut Vec<Draft>) {
    let groups: Vec<usize> = source.groups(index).collect();
    let staged = groups.iter().any(|&group| source.roles[group] == Role::Phase || has_parts(source, group));
    let mut head: Option<&[String]> = None;
    for (child, node) in source.tree.children(index) {
        match &node.kind {
            NodeKind::Section { .. } | NodeKind::Intro if groups.contains(&child) => {
                // A tag and a heading within it may both say that this is the roadmap.
                if node
                    .label
                    .role_and_share()
                    .is_some_and(|(role, share)| role == Role::Roadmap && share >= 100)
                    && source.roles[child] == Role::Roadmap
                {
                    section(source, child, drafts);
                } else if staged || matches!(node.kind, NodeKind::Intro) {
                    phase(source, child, None, drafts);
                } else {
                    work_item(source, child, None, drafts);
                }
            }
            NodeKind::Item { .. } if names_no_work(source, child) => {}
            NodeKind::Item { .. } if is_phase(&node.label) && source.tree.has_items(child) => {
                phase(source, child, None, drafts)
            }
            NodeKind::Item { .. } if is_phase(&node.label) && told(source, child, drafts) => {}
            NodeKind::Item { .. } if !source.is_attribute(child) => work_item(source, child, None, drafts),
            NodeKind::Row { head: true, cells } => {
                head = Some(cells).filter(|cells| lists_tasks(cells)).map(Vec::as_slice)
            }
            NodeKind::Row { cells, .. } if head.is_some() => row(source, child, head, cells, None, drafts),
            NodeKind::Item { .. }
            | NodeKind::Section { .. }
            | NodeKind::Intro
            | NodeKind::Root
            | NodeKind::Text
            | NodeKind::Row { .. }
            | NodeKind::Code => {}
        }
    }
}

/// `Future: …` and `Out of scope: …` in a roadmap say what is not built.
fn names_no_work(source: &Source<'_>, index: usize) -> bool {
    let label = &source.tree.node(index).label;
    let role = label.role_and_share().filter(|(_, share)| label.named && *share >= 100);
    role.is_some_and(|(role, _)| {
        matches!(role, Role::Future | Role::OutOfScope | Role::Risk | Role::OpenQuestion)
    })
}

/// A stage that tells its deliverables in one line. Whether it does.
fn told(source: &Source<'_>, index: usize, drafts: &mut Vec<Draft>) -> bool {
    let at = drafts.len();
    let label = &source.tree.node(index).label;
    // `Phase 1: login, search` has no name but its number.
    let (name, text) = match &label.alias {
        Some(alias) if label.rest.is_empty() => (Some(alias), &label.name),
        Some(_) | None => (None, &label.rest),
    };
    let found = listed(source, index, text, at);
    if found.is_empty() {
        return false;
    }
    let mut stage = source.head(index);
    if let Some(name) = name {
        stage.title.clone_from(name);
        stage.body.clear();
    }
    stage.container = true;
    stage.confidence = 90;
    drafts.push(stage);
    drafts.extend(found);
    true
}

/// Whether the head of a table says that its rows are pieces of work, and not stages or dates.
fn lists_tasks(head: &[String]) -> bool {
    let work = |cell: &String| matches!(attribute(cell), Some(Attribute::Tasks | Attribute::Name));
    !has_stages(head) && head.iter().any(work)
}

/// Whether what stands under a heading is more than the details of one thing: sections of its own, or items that have
/// items of their own.
fn has_parts(source: &Source<'_>, group: usize) -> bool {
    let mut children = source.tree.children(group);
    children.any(|(child, node)| match node.kind {
        NodeKind::Section { .. } => true,
        NodeKind::Item { .. } => source.tree.has_items(child),
        NodeKind::Root | NodeKind::Intro | NodeKind::Text | NodeKind::Row { .. } | NodeKind::Code => false,
    })
}

/// One stage. A stage that names no deliverables is work itself.
fn phase(source: &Source<'_>, index: usize, parent: Option<usize>, drafts: &mut Vec<Draft>) {
    let at = drafts.len();
    let mut stage = source.head(index);
    stage.title = stage_title(source, index, &stage.title);
    stage.parent = parent;
    stage.container = true;
    stage.confidence = 95;
    drafts.push(stage);
    below(source, index, at, drafts);
    if drafts.len() == at + 1 {
        let texts = source.tree.children(index).filter(|(_, child)| matches!(child.kind, NodeKind::Text));
        let told =
            texts.flat_map(|(child, node)| listed(source, child, &node.label.full(), at)).collect::<Vec<_>>();
        drafts.extend(told);
    }
    if drafts.len() == at + 1 {
        drafts[at].container = false;
        for child in source.tree.node(index).children.clone() {
            source.absorb(&mut drafts[at], child);
        }
    }
}

fn deliverables(source: &Source<'_>, index: usize, stage: usize, drafts: &mut Vec<Draft>) {
    let node = source.tree.node(index);
    match &node.kind {
        NodeKind::Section { .. } | NodeKind::Intro => match (source.roles[index], source.attributes[index]) {
            (_, Some(Attribute::Tasks)) | (Role::Feature | Role::Story | Role::Roadmap, None) => {
                below(source, index, stage, drafts)
            }
            (role, _) if role.is_silent() => source.absorb(&mut drafts[stage], index),
            (_, Some(_)) => source.absorb(&mut drafts[stage], index),
            (_, None) if matches!(node.kind, NodeKind::Intro) => below(source, index, stage, drafts),
            (_, None) => work_item(source, index, Some(stage), drafts),
        },
        NodeKind::Item { .. } => match source.attributes[index].filter(|_| source.is_attribute(index)) {
            Some(Attribute::Tasks) if !node.label.rest.is_empty() => {
                // `Key deliverables: editor, search, accounts`.
                let found = listed(source, index, &node.label.rest, stage);
                if found.is_empty() {
                    source.absorb(&mut drafts[stage], index);
                }
                drafts.extend(found);
                below(source, index, stage, drafts);
            }
            Some(Attribute::Tasks) => below(source, index, stage, drafts),
            Some(_) => source.absorb(&mut drafts[stage], index),
            None => work_item(source, index, Some(stage), drafts),
        },
        NodeKind::Text => source.absorb(&mut drafts[stage], index),
        NodeKind::Root | NodeKind::Row { .. } | NodeKind::Code => {}
    }
}

fn below(source: &Source<'_>, index: usize, stage: usize, drafts: &mut Vec<Draft>) {
    let mut head: Option<&[String]> = None;
    for (child, node) in source.tree.children(index) {
        match &node.kind {
            NodeKind::Row { head: true, cells } => {
                head = Some(cells).filter(|cells| lists_tasks(cells)).map(Vec::as_slice)
            }
            NodeKind::Row { cells, .. } if head.is_some() => {
                row(source, child, head, cells, Some(stage), drafts)
            }
            NodeKind::Row { .. }
            | NodeKind::Section { .. }
            | NodeKind::Intro
            | NodeKind::Item { .. }
            | NodeKind::Text
            | NodeKind::Root
            | NodeKind::Code => deliverables(source, child, stage, drafts),
        }
    }
}

/// A stage keeps its number: it says when it comes.
fn stage_title(source: &Source<'_>, index: usize, title: &str) -> String {
    match &source.tree.node(index).label.alias {
        Some(alias) if alias.starts_with(|c: char| c.is_alphabetic()) => format!("{alias}: {title}"),
        Some(_) | None => title.to_owned(),
    }
}

impl Source<'_> {
    /// The sections directly under a node that may hold work.
    pub(super) fn groups(&self, index: usize) -> impl Iterator<Item = usize> {
        self.tree
            .children(index)
            .filter(move |(child, node)| {
                let section = matches!(node.kind, NodeKind::Section { .. } | NodeKind::Intro);
                let role = self.roles[*child];
                let named = node.label.name.chars().any(char::is_alphanumeric);
                let about = matches!(role, Role::Overview | Role::Constraint | Role::Quality)
                    && role != self.roles[index];
                section
                    && named
                    && !role.is_silent()
                    && !about
                    && self.attributes[*child].is_none_or(|known| known == Attribute::Tasks)
            })
            .map(|(child, _)| child)
    }

    /// Whether a node says something about the one above it, rather than naming something of its own.
    pub(super) fn is_attribute(&self, index: usize) -> bool {
        let node = self.tree.node(index);
        let labelled =
            node.label.named || !node.children.is_empty() || node.label.name.ends_with([':', '：']);
        labelled && self.attributes[index].is_some()
    }
}
