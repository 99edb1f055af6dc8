//! Deployment, where the document has a section about it.
//!
//! A section that is called after it says how the product gets to where it runs. That is work, unless some item does it.

use super::draft::{Draft, Source};
use super::language::{language, phrases};
use super::role::Role;
use super::tree::NodeKind;
use crate::Category;
use crate::words::{fold, is_packed, runs};
use std::collections::BTreeMap;
use std::sync::LazyLock;

/// Adds the deployment where a section asks for it.
pub(super) fn add(drafts: &mut Vec<Draft>, sources: &[Source<'_>]) {
    let does = |draft: &Draft| {
        std::iter::once(&draft.title)
            .chain(&draft.scope)
            .any(|line| named(line, |word, name| word.starts_with(name)))
    };
    if drafts.is_empty() || drafts.iter().any(does) {
        return;
    }
    drafts.extend(sources.iter().find_map(section));
}

fn section(source: &Source<'_>) -> Option<Draft> {
    let index = (1..source.tree.nodes.len()).find(|&index| {
        let node = source.tree.node(index);
        let heads = matches!(node.kind, NodeKind::Section { .. });
        let role = matches!(source.roles[index], Role::Architecture | Role::Unknown);
        let said = !source.lines_below(index).is_empty();
        heads
            && role
            && said
            && named(&node.label.name, |word, name| word == name)
            && is_short(&node.label.name)
    })?;
    let mut draft = source.read(index);
    draft.aliases.push(std::mem::replace(&mut draft.title, language(source).deploy.to_owned()));
    draft.category = Some(Category::Operations);
    draft.confidence = 50;
    draft.list = usize::MAX;
    Some(draft)
}

fn is_short(name: &str) -> bool {
    name.split_whitespace().count() <= 3
}

fn named(text: &str, fits: fn(&str, &str) -> bool) -> bool {
    static NAMES: LazyLock<BTreeMap<char, Vec<&str>>> = LazyLock::new(|| {
        let mut names: BTreeMap<char, Vec<&str>> = BTreeMap::new();
        for name in phrases(|words| words.deployment) {
            names.entry(name.chars().next().unwrap_or_default()).or_default().push(name);
        }
        names
    });
    static PACKED: LazyLock<Vec<&str>> =
        LazyLock::new(|| phrases(|words| words.deployment).filter(|name| name.contains(is_packed)).collect());
    let named = |word: &str| {
        let names = word.chars().next().and_then(|first| NAMES.get(&first));
        names.is_some_and(|names| names.iter().any(|name| fits(word, name)))
    };
    !text.is_ascii() && PACKED.iter().any(|name| text.contains(name))
        || runs(text).any(|word| named(&fold(word)))
}

#[cfg(test)]
mod tests {
    use crate::{Document, OutlineOptions, outline};

    #[test]
    fn a_section_about_it_asks_for_it() {
        let titles = |text: &str| {
            let document = Document::parse("a.md", text.as_bytes()).unwrap();
            let plan = outline(&[document], &OutlineOptions::default());
            plan.items.into_iter().map(|item| item.title).collect::<Vec<_>>()
        };
        let features = "# Ferry\n## Features\n- **Map**: a\n- **Tickets**: b\n";
        let section = "\n## Deployment\n- Containers on two machines\n";
        assert!(titles(&format!("{features}{section}")).contains(&"Set up the deployment".to_owned()));
        let done = format!("{features}- **Deploy to the harbour**: c\n{section}");
        assert_eq!(titles(&done), ["Map", "Tickets", "Deploy to the harbour"]);
        assert_eq!(titles(features), ["Map", "Tickets"]);
    }
}
