//! Documents without any of the usual sections: what looks like a list of things to do is one.

use super::attribute::attribute;
use super::draft::{Draft, Source};
use super::features::work_item;
use super::role::Role;
use super::tree::NodeKind;

/// The work of a document whose sections tell nothing: its innermost headings, else its list items, else its paragraphs.
pub(super) fn anything(source: &Source<'_>) -> Vec<Draft> {
    let mut drafts = Vec::new();
    let count = source.tree.nodes.len();
    for index in (1..count).filter(|&index| speaks(source, index) && is_leaf_section(source, index)) {
        work_item(source, index, None, &mut drafts);
    }
    if drafts.len() > 1 {
        return drafts;
    }
    let single = std::mem::take(&mut drafts);
    for index in (1..count).filter(|&index| speaks(source, index)) {
        let node = source.tree.node(index);
        let outer = &source.tree.node(node.parent).kind;
        if matches!(node.kind, NodeKind::Item { .. })
            && !matches!(outer, NodeKind::Item { .. })
            && !source.is_attribute(index)
        {
            work_item(source, index, None, &mut drafts);
        }
    }
    if drafts.is_empty() {
        drafts = single;
    }
    if drafts.is_empty() {
        for index in (1..count)
            .filter(|&index| speaks(source, index) && matches!(source.tree.node(index).kind, NodeKind::Text))
        {
            work_item(source, index, None, &mut drafts);
        }
    }
    for draft in &mut drafts {
        draft.confidence = 50;
    }
    drafts
}

fn speaks(source: &Source<'_>, index: usize) -> bool {
    matches!(
        source.roles[index],
        Role::Unknown | Role::Title | Role::Requirement | Role::Architecture | Role::Api | Role::Data
    )
}

fn is_leaf_section(source: &Source<'_>, index: usize) -> bool {
    let node = source.tree.node(index);
    let leaf = !source.tree.children(index).any(|(_, child)| matches!(child.kind, NodeKind::Section { .. }));
    matches!(node.kind, NodeKind::Section { level: 1.. })
        && leaf
        && !node.children.is_empty()
        && source.roles[index] != Role::Title
        && attribute(&node.label.name).is_none()
}
