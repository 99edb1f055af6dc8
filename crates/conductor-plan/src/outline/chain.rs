//! The order of building that a document gives in a section of its own.

use super::draft::{Draft, Source};
use super::matching::{Entry, Index};
use super::role::Role;
use super::tree::NodeKind;

/// From this score on an entry of the chain speaks of an item.
const SAME: u32 = 50;

/// Pairs of positions (item, what it waits for) that the chains of a document say. Entries under one heading are a layer:
/// each waits for the one of the layer before that it has most in common with. Without headings, each entry waits for the
/// one before it.
pub(super) fn chain(source: &Source<'_>, drafts: &[Draft]) -> Vec<(usize, usize)> {
    let layers = layers(source);
    if layers.is_empty() {
        return Vec::new();
    }
    let mut index = Index::of(drafts.iter().map(|draft| (draft.title.as_str(), draft.text())));
    let mut pairs = Vec::new();
    let mut before: Vec<(usize, Entry)> = Vec::new();
    for layer in layers {
        let mut here: Vec<(usize, Entry)> = Vec::new();
        for at in layer {
            let label = &source.tree.node(at).label;
            let text = format!("{}\n{}", label.rest, source.lines_below(at).join("\n"));
            let entry = index.entry(&label.name, &text);
            let best =
                index.best(&entry, |draft| !drafts[draft].container).filter(|found| found.score >= SAME);
            if let Some(found) = best.filter(|found| here.iter().all(|(item, _)| *item != found.entry)) {
                here.push((found.entry, entry));
            }
        }
        for (item, _) in &here {
            let waits_for =
                before.iter().max_by_key(|(earlier, _)| (index.score(index.get(*item), *earlier), *earlier));
            pairs.extend(
                waits_for.map(|(earlier, _)| (*item, *earlier)).filter(|(item, earlier)| item != earlier),
            );
        }
        if !here.is_empty() {
            before = here;
        }
    }
    pairs
}

/// The entries of the chains, by layers.
fn layers(source: &Source<'_>) -> Vec<Vec<usize>> {
    let mut layers: Vec<Vec<usize>> = Vec::new();
    for (index, node) in source.tree.nodes.iter().enumerate() {
        let section = matches!(node.kind, NodeKind::Section { .. } | NodeKind::Intro);
        if !section || source.roles[index] != Role::Chain {
            continue;
        }
        let items: Vec<usize> = source
            .tree
            .children(index)
            .filter(|(_, child)| matches!(child.kind, NodeKind::Item { .. }))
            .map(|(child, _)| child)
            .collect();
        let layered = source.roles[node.parent] == Role::Chain;
        if layered {
            layers.push(items);
        } else {
            layers.extend(items.into_iter().map(|item| vec![item]));
        }
    }
    layers.retain(|layer| !layer.is_empty());
    layers
}
