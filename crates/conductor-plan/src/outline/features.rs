//! Lists of features, of user stories and of tasks: each entry is a piece of work.

use super::attribute::{Attribute, attribute};
use super::draft::{Draft, Source, priority_of};
use super::estimate::minutes_in;
use super::label::flat;
use super::language::table;
use super::role::{Role, is_phase};
use super::title::title_of;
use super::tree::NodeKind;
use crate::words::plain_words;

/// The work that sections of these roles name.
pub(super) fn features(source: &Source<'_>, wanted: &[Role]) -> Vec<Draft> {
    let mut drafts = Vec::new();
    for (index, node) in source.tree.nodes.iter().enumerate() {
        let section = matches!(node.kind, NodeKind::Section { .. } | NodeKind::Intro);
        let role = source.roles[index];
        let outer = source.roles[node.parent];
        let inner = wanted.contains(&outer) || matches!(outer, Role::Roadmap | Role::Phase);
        if !section || !wanted.contains(&role) || inner {
            continue;
        }
        let is_list = node.label.role_and_share().is_some_and(|(named, _)| named == role);
        let before = drafts.len();
        if is_list {
            entries(source, index, None, &mut drafts);
        } else {
            feature(source, index, None, &mut drafts);
        }
        // `Must have` and `Nice to have` say how much all of it matters.
        let name = &node.label.name;
        let priority = priority_of(name).filter(|_| name.split_whitespace().count() <= 3);
        for draft in drafts.iter_mut().skip(before) {
            draft.priority = draft.priority.or(priority);
            draft.list = if is_list { index } else { node.parent };
        }
    }
    drafts
}

/// What a section lists.
fn entries(source: &Source<'_>, index: usize, parent: Option<usize>, drafts: &mut Vec<Draft>) {
    let groups: Vec<usize> = source.groups(index).collect();
    let sections =
        groups.iter().any(|&group| matches!(source.tree.node(group).kind, NodeKind::Section { .. }));
    let mut head: Option<Vec<String>> = None;
    for (child, node) in source.tree.children(index) {
        match &node.kind {
            NodeKind::Section { .. } if groups.contains(&child) => feature(source, child, parent, drafts),
            NodeKind::Intro if groups.contains(&child) => intro(source, child, sections, parent, drafts),
            // Beside sections, only what has a name of its own is a feature; the rest introduces them.
            NodeKind::Item { .. } if !source.is_attribute(child) && (!sections || node.label.bold) => {
                work_item(source, child, parent, drafts)
            }
            NodeKind::Row { head: true, cells } => head = Some(cells.clone()),
            NodeKind::Row { cells, .. } if !sections => {
                row(source, child, head.as_deref(), cells, parent, drafts)
            }
            NodeKind::Text if node.label.bold && source.attributes[child].is_none() => {
                work_item(source, child, parent, drafts)
            }
            NodeKind::Section { .. }
            | NodeKind::Intro
            | NodeKind::Item { .. }
            | NodeKind::Row { .. }
            | NodeKind::Text
            | NodeKind::Root
            | NodeKind::Code => {}
        }
    }
}

/// A line that introduces a list: the list is of features, and where the line has a name it is a group of them.
fn intro(
    source: &Source<'_>,
    index: usize,
    beside_sections: bool,
    parent: Option<usize>,
    drafts: &mut Vec<Draft>,
) {
    let node = source.tree.node(index);
    if !source.tree.has_items(index) && node.label.bold {
        work_item(source, index, parent, drafts);
    } else if !beside_sections
        || source.roles[index] == Role::Feature && node.label.role_and_share().is_some()
    {
        entries(source, index, parent, drafts);
    }
}

/// A section within a list of features: a feature, or a group of them.
fn feature(source: &Source<'_>, index: usize, parent: Option<usize>, drafts: &mut Vec<Draft>) {
    let sections = source.tree.children(index).any(|(child, node)| {
        matches!(node.kind, NodeKind::Section { .. }) && source.groups(index).any(|group| group == child)
    });
    let listed = is_phase(&source.tree.node(index).label) || lists_named_things(source, index);
    if !sections && !listed {
        work_item(source, index, parent, drafts);
        return;
    }
    let at = drafts.len();
    let mut group = source.head(index);
    group.parent = parent;
    group.container = true;
    drafts.push(group);
    entries(source, index, Some(at), drafts);
    match drafts.len() - at {
        1 => {
            drafts.pop();
            work_item(source, index, parent, drafts);
        }
        2 => {
            // A group of one is no group.
            drafts.remove(at);
            drafts[at].parent = parent;
        }
        _ => {
            for child in source.tree.children(index).map(|(child, _)| child).collect::<Vec<_>>() {
                if matches!(source.tree.node(child).kind, NodeKind::Text) {
                    source.absorb(&mut drafts[at], child);
                }
            }
        }
    }
}

/// Whether the items under a heading are pieces of work with names to refer to them by, as user stories and tasks are.
/// Numbered requirements are not: they say what the heading above them has to do.
fn lists_named_things(source: &Source<'_>, index: usize) -> bool {
    let items = source.tree.children(index).filter(|(_, node)| matches!(node.kind, NodeKind::Item { .. }));
    let names: Vec<&str> = items.map(|(_, node)| node.label.alias.as_deref().unwrap_or_default()).collect();
    let work = |name: &&str| {
        let word = plain_words(name).into_iter().next().unwrap_or_default();
        let word = word.trim_end_matches(|c: char| c.is_ascii_digit());
        table!(work_names).any(|work| work == word)
    };
    !names.is_empty() && (source.roles[index] == Role::Story || names.iter().all(work))
}

/// One piece of work. Where its parts are work of their own, it is a container for them.
pub(super) fn work_item(source: &Source<'_>, index: usize, parent: Option<usize>, drafts: &mut Vec<Draft>) {
    let done = matches!(source.tree.node(index).kind, NodeKind::Item { done: true, .. });
    let draft = source.read(index);
    if done || !is_title(&draft.title) {
        return;
    }
    let parts: Vec<usize> = parts(source, index);
    let at = drafts.len();
    if parts.len() < 2 {
        drafts.push(Draft { parent, ..draft });
    } else {
        let mut container = source.head(index);
        for (child, _) in source.tree.children(index) {
            if !parts.contains(&child) {
                source.absorb(&mut container, child);
            }
        }
        drafts.push(Draft { parent, container: true, ..container });
        for part in parts {
            work_item(source, part, Some(at), drafts);
        }
    }
    nested_features(source, index, parent, drafts);
}

/// The items under one that are work of their own: named in bold, and described by items of their own.
fn parts(source: &Source<'_>, index: usize) -> Vec<usize> {
    let items: Vec<usize> = source
        .tree
        .children(index)
        .filter(|(child, node)| matches!(node.kind, NodeKind::Item { .. }) && !source.is_attribute(*child))
        .map(|(child, _)| child)
        .collect();
    let all = items.iter().all(|&item| {
        let node = source.tree.node(item);
        (node.label.bold || node.label.alias.is_some()) && source.tree.has_items(item)
    });
    if all { items } else { Vec::new() }
}

/// A list within a feature that is introduced as features: `Advanced features:`.
fn nested_features(source: &Source<'_>, index: usize, parent: Option<usize>, drafts: &mut Vec<Draft>) {
    for (child, node) in source.tree.children(index) {
        let listed = matches!(node.kind, NodeKind::Intro)
            && source.attributes[child].is_none()
            && node.label.role_and_share().is_some_and(|(role, _)| role == Role::Feature);
        if listed && matches!(source.tree.node(index).kind, NodeKind::Section { .. }) {
            entries(source, child, parent, drafts);
        }
    }
}

/// A row of a table of features. The head of the table says which cell is what; without one that says so, the first cell
/// with words is the name.
pub(super) fn row(
    source: &Source<'_>,
    index: usize,
    head: Option<&[String]>,
    cells: &[String],
    parent: Option<usize>,
    drafts: &mut Vec<Draft>,
) {
    let known: Vec<Option<Attribute>> = head.unwrap_or_default().iter().map(|name| attribute(name)).collect();
    let of = |wanted: Attribute| {
        let at = known.iter().position(|known| *known == Some(wanted))?;
        cells.get(at).filter(|cell| !cell.is_empty())
    };
    let name = of(Attribute::Name)
        .or_else(|| of(Attribute::Tasks))
        .or_else(|| of(Attribute::Description))
        .or_else(|| {
            cells
                .iter()
                .zip(known.iter().chain(std::iter::repeat(&None)))
                .find(|(cell, known)| known.is_none() && is_title(cell))
                .map(|(cell, _)| cell)
        });
    let Some(name) = name else { return };
    let mut draft = source.head(index);
    draft.title = title_of(name).title;
    draft.body =
        of(Attribute::Description).filter(|text| *text != name).map(|text| flat(text)).into_iter().collect();
    draft.aliases = of(Attribute::Alias).cloned().into_iter().collect();
    draft.after = of(Attribute::DependsOn).cloned().into_iter().collect();
    draft.acceptance = of(Attribute::Acceptance).cloned().into_iter().collect();
    draft.priority = of(Attribute::Priority).and_then(|cell| priority_of(cell));
    draft.minutes = of(Attribute::Estimate).and_then(|cell| minutes_in(cell));
    draft.parent = parent;
    if is_title(&draft.title) {
        drafts.push(draft);
    }
}

/// Whether a text can stand as a title at all: it has letters, and is no remark.
pub(super) fn is_title(title: &str) -> bool {
    let letters = title.chars().filter(|c| c.is_alphabetic()).count();
    letters >= 2
        && !title.eq_ignore_ascii_case("etc")
        && !title.eq_ignore_ascii_case("n/a")
        && !title.eq_ignore_ascii_case("tbd")
        && !title.eq_ignore_ascii_case("none")
}
