//! Components that the architecture lists by their bare names.
//!
//! Who writes `Core components: the daemon, the command line, the server` names what has to be there. A component that
//! no item is called after is work of its own; one that has parts or a technology with it is a description, and left alone.

use super::draft::{Draft, Source};
use super::features::is_title;
use super::language::table;
use super::matching::Index;
use super::role::Role;
use super::tree::NodeKind;
use crate::words::{Lexicon, is_packed, plain_text};

/// From this score on an item is called after a component.
const CALLED: u32 = 50;
/// Longer names are descriptions.
const MOST_WORDS: usize = 5;
/// Longer lists are of everything that there is.
const MOST_COMPONENTS: usize = 8;

/// Adds the components that no item is called after.
pub(super) fn add(drafts: &mut Vec<Draft>, source: &Source<'_>, lexicon: &Lexicon) {
    let lists: Vec<usize> =
        (1..source.tree.nodes.len()).filter(|&index| lists_components(source, index)).collect();
    if lists.is_empty() || drafts.is_empty() {
        return;
    }
    let named = drafts.iter().map(|draft| (draft.title.as_str(), draft.aliases.iter().map(String::as_str)));
    let index = Index::of(lexicon, named);
    // What a system is made of has to be there from the beginning.
    let first_stage = drafts.iter().position(|draft| draft.container && draft.phase == Some(0));
    let mut found = Vec::new();
    for (_, list) in
        lists.iter().flat_map(|&list| source.tree.children(list).map(move |(child, _)| (list, child)))
    {
        let node = source.tree.node(list);
        let bare = matches!(node.kind, NodeKind::Item { done: false })
            && !node.label.named
            && node.children.is_empty();
        let draft = source.head(list);
        if !bare || !is_title(&draft.title) || draft.title.split_whitespace().count() > MOST_WORDS {
            continue;
        }
        let asked = index.entry(&draft.title, []);
        let known = |entry: usize| !drafts[entry].gone;
        let words = index.bag(&draft.title);
        let named = index.called(&words, known).is_some_and(|found| found.score >= CALLED)
            || index.best(&asked, known).is_some_and(|found| found.score >= CALLED);
        if !named {
            found.push(Draft { confidence: 50, list: node.parent, parent: first_stage, ..draft });
        }
    }
    drafts.extend(found);
}

fn lists_components(source: &Source<'_>, index: usize) -> bool {
    let node = source.tree.node(index);
    let heads = matches!(node.kind, NodeKind::Section { .. } | NodeKind::Intro | NodeKind::Item { .. });
    if !heads || source.roles[index] != Role::Architecture || node.children.len() > MOST_COMPONENTS {
        return false;
    }
    let name = plain_text(&node.label.name);
    table!(components).any(|list| {
        let packed = list.chars().any(is_packed);
        packed && node.label.name.trim().ends_with(list) || name == list
    })
}

#[cfg(test)]
mod tests {
    use crate::{Document, OutlineOptions, outline};

    #[test]
    fn bare_components_are_work_and_described_ones_are_not() {
        let text = "# Ferry\n## Roadmap\n### Phase 1\n- **Gangway driver**: a\n- **Ticket app**: b\n\n### Phase 2\n- \
                    **Bar**: c\n- **Cabins**: d\n\n## Architecture\n### Core components\n- Ticket app\n- Signal relay\n- \
                    Database: PostgreSQL\n- Bridge\n  - with radar\n";
        let document = Document::parse("a.md", text.as_bytes()).unwrap();
        let plan = outline(&[document], &OutlineOptions::default());
        let titles: Vec<&str> = plan.items.iter().map(|item| item.title.as_str()).collect();
        assert!(titles.contains(&"Signal relay"), "{titles:?}");
        assert!(!titles.iter().any(|title| title.contains("PostgreSQL") || *title == "Bridge"), "{titles:?}");
        assert_eq!(titles.iter().filter(|title| **title == "Ticket app").count(), 1);
    }
}
