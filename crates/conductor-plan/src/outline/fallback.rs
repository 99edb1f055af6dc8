//! Documents without any of the usual sections: what looks like a list of things to do is one.

use super::draft::{Draft, Source};
use super::features::work_item;
use super::role::Role;
use super::title::title_of;
use super::tree::NodeKind;
use crate::Category;
use crate::words::is_packed;

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
        let text =
            |index: &usize| speaks(source, *index) && matches!(source.tree.node(*index).kind, NodeKind::Text);
        (1..count).filter(text).for_each(|index| drafts.extend(sentences(source, index)));
        // The first sentence says what is to be built; the others add to it.
        if let [first, _, ..] = drafts.as_mut_slice() {
            first.category = Some(Category::Setup);
        }
    }
    for draft in &mut drafts {
        draft.confidence = 50;
    }
    drafts
}

/// Each sentence of a paragraph is a piece of work: `Add a flag. Write tests.`
fn sentences(source: &Source<'_>, index: usize) -> Vec<Draft> {
    let text = source.tree.node(index).label.full();
    let pieces = text.split_inclusive(['.', '!', '。']).collect::<Vec<_>>();
    let mut sentences: Vec<String> = Vec::new();
    for piece in pieces {
        // A dot within a word (`main.go`, `e.g.`) ends no sentence.
        match sentences.last_mut() {
            Some(last) if !piece.starts_with(' ') && !last.ends_with('。') => last.push_str(piece),
            Some(_) | None => sentences.push(piece.to_owned()),
        }
    }
    let words = |text: &str| text.split_whitespace().count() >= 2 || text.chars().any(is_packed);
    let drafts = sentences.iter().filter(|sentence| words(sentence)).map(|sentence| Draft {
        title: title_of(sentence).title,
        body: vec![sentence.trim().to_owned()].into(),
        ..source.head(index)
    });
    drafts.filter(|draft| draft.title.contains(char::is_alphabetic)).collect()
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
        && source.attributes[index].is_none()
}
