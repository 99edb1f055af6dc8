//! The order of building that a document gives in a section of its own.

use super::draft::{Draft, Source};
use super::label::Label;
use super::language::spaced;
use super::matching::Index;
use super::merge::index_of;
use super::role::Role;
use super::tree::NodeKind;
use crate::words::Lexicon;
use std::cmp::Reverse;
use std::sync::LazyLock;

/// From this score on an entry of the chain speaks of an item.
const SAME: u32 = 50;
/// So many items of the layer before are looked at.
const WIDEST_LAYER: usize = 64;
/// A part of an entry names an item when it has this share of the item's name.
const NAMED: u32 = 60;

/// Pairs of positions (item, what it waits for) that the chains of a document say. Entries under one heading are a layer:
/// each waits for the one of the layer before that it has most in common with. Without headings, each entry waits for the
/// one before it.
pub(super) fn chain(source: &Source<'_>, drafts: &[Draft], lexicon: &Lexicon) -> Vec<(usize, usize)> {
    let layers = layers(source);
    if layers.is_empty() {
        return Vec::new();
    }
    let index = index_of(lexicon, drafts);
    let mut pairs = Vec::new();
    let mut before: Vec<usize> = Vec::new();
    for layer in layers {
        let mut here: Vec<usize> = Vec::new();
        for at in layer {
            let spoken = steps(source, at, drafts, &index);
            pairs.extend(spoken.windows(2).filter(|_| says_then(source, at)).filter_map(|pair| match pair {
                [first, second] => Some((*second, *first)),
                _ => None,
            }));
            let first = spoken.first().copied();
            let waits_for = first.and_then(|item| {
                let earlier = before.iter().copied().filter(|&earlier| earlier != item).take(WIDEST_LAYER);
                earlier.max_by_key(|&earlier| (index.score(index.get(item), earlier), Reverse(earlier)))
            });
            pairs.extend(first.zip(waits_for));
            // Of things that come one after the other, the last is what the next entry waits for.
            let sequence = says_then(source, at);
            here.extend(spoken.into_iter().rev().take(if sequence { 1 } else { usize::MAX }).rev());
        }
        if !here.is_empty() {
            before = here;
        }
    }
    pairs
}

/// The items that an entry speaks of, in its order: those that its parts name, else the one that fits the whole best.
fn steps(source: &Source<'_>, at: usize, drafts: &[Draft], index: &Index<'_>) -> Vec<usize> {
    let label = &source.tree.node(at).label;
    let open = |draft: usize| !drafts[draft].container;
    let mut found: Vec<usize> = Vec::new();
    for part in spoken_parts(said(label)) {
        let called = |part: &str| {
            let words = index.bag(part);
            index.called(&words, open).filter(|best| best.score >= NAMED).map(|best| best.entry)
        };
        // `Lists and booking` may be one item or two.
        let pieces: Vec<usize> = match called(part) {
            Some(whole) => vec![whole],
            None => AND
                .iter()
                .find_map(|and| part.split_once(and.as_str()))
                .into_iter()
                .flat_map(|(one, two)| [called(one), called(two)])
                .flatten()
                .collect(),
        };
        for entry in pieces {
            if !found.contains(&entry) {
                found.push(entry);
            }
        }
    }
    if found.is_empty() {
        let words = index.bag(&label.name);
        found.extend(index.called(&words, open).filter(|best| best.score >= NAMED).map(|best| best.entry));
    }
    if found.is_empty() {
        let below = source.lines_below(at);
        let lines = std::iter::once(&label.rest).chain(&below).map(String::as_str);
        let entry = index.entry(&label.name, lines);
        found.extend(index.best(&entry, open).filter(|best| best.score >= SAME).map(|best| best.entry));
    }
    found
}

/// The things that a text puts in order: `skeleton, then drivers, which needs tools` is about two.
pub(super) fn spoken_parts(text: &str) -> impl Iterator<Item = &str> {
    let parts = text.split([',', ';', '→', '+', '、', '，']);
    let parts = parts.flat_map(|part| {
        THEN.iter().fold(vec![part], |parts, then| {
            parts.into_iter().flat_map(|part| part.split(then.as_str())).collect()
        })
    });
    parts.map(before_need)
}

/// What an entry says: what stands behind its name, else the whole of it.
pub(super) fn said(label: &Label) -> &str {
    if label.rest.is_empty() { &label.name } else { &label.rest }
}

/// The part of a text before it says what that needs: `storage needs drivers` is about storage.
fn before_need(part: &str) -> &str {
    static NEEDS: LazyLock<Vec<String>> = LazyLock::new(|| spaced(|words| words.needs));
    let end = NEEDS.iter().filter_map(|need| part.find(need.as_str())).min();
    end.and_then(|end| part.get(..end)).unwrap_or(part)
}

/// Words between things that come one after the other.
static AND: LazyLock<Vec<String>> = LazyLock::new(|| spaced(|words| words.and));
static THEN: LazyLock<Vec<String>> = LazyLock::new(|| spaced(|words| words.then));

fn says_then(source: &Source<'_>, at: usize) -> bool {
    let said = said(&source.tree.node(at).label);
    said.contains('→') || THEN.iter().any(|then| said.contains(then.as_str()))
}

/// The entries of the chains, by layers.
pub(super) fn layers(source: &Source<'_>) -> Vec<Vec<usize>> {
    let mut layers: Vec<Vec<usize>> = Vec::new();
    for (index, node) in source.tree.nodes.iter().enumerate() {
        let section = matches!(node.kind, NodeKind::Section { .. } | NodeKind::Intro);
        if !section || source.roles[index] != Role::Chain {
            continue;
        }
        let items: Vec<usize> = source
            .tree
            .children(index)
            .filter(|(_, child)| match child.kind {
                NodeKind::Item { .. } => true,
                NodeKind::Text => !said(&child.label).is_empty(),
                NodeKind::Root
                | NodeKind::Section { .. }
                | NodeKind::Intro
                | NodeKind::Row { .. }
                | NodeKind::Code => false,
            })
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
