//! Descriptions of interfaces: each endpoint is a piece of work, each resource a container.

use super::draft::{Draft, Source};
use super::features::work_item;
use super::language::language;
use super::role::Role;
use super::title::title_of;
use super::tree::NodeKind;
use crate::Category;
use std::collections::BTreeMap;

const METHODS: &[&str] = &["GET", "POST", "PUT", "PATCH", "DELETE", "HEAD", "OPTIONS", "WS", "SUBSCRIBE"];

/// The work that a document names which describes nothing but an interface. Empty when it has no endpoints.
pub(super) fn interface(source: &Source<'_>) -> Vec<Draft> {
    let endpoints: Vec<usize> =
        (1..source.tree.nodes.len()).filter(|&index| is_endpoint(source, index)).collect();
    let mut drafts = Vec::new();
    if endpoints.len() < 2 {
        return drafts;
    }
    for top in tops(source) {
        section(source, top, None, &endpoints, &mut drafts);
    }
    for draft in &mut drafts {
        draft.category = Some(Category::Api);
    }
    drafts
}

fn section(
    source: &Source<'_>,
    index: usize,
    parent: Option<usize>,
    endpoints: &[usize],
    drafts: &mut Vec<Draft>,
) {
    let node = source.tree.node(index);
    if endpoints.contains(&index) {
        endpoint(source, index, parent, drafts);
        return;
    }
    let within: Vec<usize> =
        node.children.iter().copied().filter(|&child| holds(source, child, endpoints)).collect();
    if within.is_empty() {
        if matches!(node.kind, NodeKind::Section { .. }) && is_work(source, index) {
            work_item(source, index, parent, drafts);
        }
        return;
    }
    // A heading that only says that what follows are endpoints groups nothing.
    let generic = node.label.role_and_share().is_some_and(|(role, share)| role == Role::Api && share >= 100);
    let direct = within.iter().filter(|child| endpoints.contains(child)).count();
    let parent = if generic || direct < 2 || !matches!(node.kind, NodeKind::Section { .. }) {
        parent
    } else {
        drafts.push(Draft { parent, container: true, ..source.head(index) });
        Some(drafts.len() - 1)
    };
    for child in node.children.clone() {
        if within.contains(&child) || matches!(source.tree.node(child).kind, NodeKind::Section { .. }) {
            section(source, child, parent, endpoints, drafts);
        }
    }
}

fn holds(source: &Source<'_>, index: usize, endpoints: &[usize]) -> bool {
    let span = source.tree.node(index).span;
    endpoints.iter().any(|&endpoint| span.contains(&source.tree.node(endpoint).own))
}

fn endpoint(source: &Source<'_>, index: usize, parent: Option<usize>, drafts: &mut Vec<Draft>) {
    let mut draft = source.read(index);
    draft.title = title_of(&source.tree.node(index).label.name).title;
    if let NodeKind::Row { cells, .. } = &source.tree.node(index).kind {
        draft.title = cells.iter().take(2).cloned().collect::<Vec<_>>().join(" ").replace('`', "");
        draft.body = cells.iter().skip(2).cloned().collect();
        if let Some(first) = cells.first().filter(|cell| is_endpoint_title(cell)) {
            draft.title = first.replace('`', "");
            draft.body = cells.iter().skip(1).cloned().collect();
        }
    }
    // The fields of a request are no parts to be done one by one.
    draft.scope.retain(|line| !line.contains(" | "));
    draft.parent = parent;
    draft.confidence = 90;
    drafts.push(draft);
}

/// The sections that stand directly in the document, or in its title or in a section that describes the interface.
fn tops(source: &Source<'_>) -> Vec<usize> {
    let mut tops = Vec::new();
    for (index, node) in source.tree.nodes.iter().enumerate().skip(1) {
        let outermost = node.parent == 0 || source.roles[node.parent] == Role::Title;
        if matches!(node.kind, NodeKind::Section { .. }) && outermost && source.roles[index] != Role::Title {
            tops.push(index);
        }
    }
    tops
}

fn is_work(source: &Source<'_>, index: usize) -> bool {
    let quality = source.tree.node(index).label.role_and_share().is_some();
    matches!(source.roles[index], Role::Unknown | Role::Api | Role::Title)
        && !(quality && source.roles[index] != Role::Api)
        && source.attributes[index].is_none()
        && !source.tree.node(index).children.is_empty()
}

/// `GET /things`, as a heading, an item or a row of a table.
pub(super) fn is_endpoint(source: &Source<'_>, index: usize) -> bool {
    let node = source.tree.node(index);
    match &node.kind {
        NodeKind::Section { .. } | NodeKind::Item { .. } => is_endpoint_title(&node.label.name),
        NodeKind::Row { cells, .. } => {
            let first = cells.first().map_or("", String::as_str);
            let method = METHODS.contains(&first.replace('`', "").as_str());
            is_endpoint_title(first)
                || method && cells.get(1).is_some_and(|path| path.trim_matches('`').starts_with('/'))
        }
        NodeKind::Root | NodeKind::Intro | NodeKind::Text | NodeKind::Code => false,
    }
}

/// Whether a title is that of an endpoint.
pub(super) fn is_endpoint_title(text: &str) -> bool {
    let plain = text.replace(['`', '*'], "");
    let Some((method, path)) = plain.trim().split_once(' ') else { return false };
    METHODS.contains(&method) && path.trim_start().starts_with(['/', '{', 'h'])
}

/// One piece of work for each section of this role, for documents that name other work and describe this beside it.
pub(super) fn sections(source: &Source<'_>, role: Role, category: Category) -> Vec<Draft> {
    let mut drafts = Vec::new();
    for (index, node) in source.tree.nodes.iter().enumerate() {
        let outer = source.roles[node.parent];
        if matches!(node.kind, NodeKind::Section { .. }) && source.roles[index] == role && outer != role {
            let mut draft = source.head(index);
            for (child, below) in source.tree.children(index) {
                match below.kind {
                    NodeKind::Section { .. } => {
                        draft.scope.push(below.label.name.clone());
                        draft.scope.extend(source.lines_below(child));
                    }
                    NodeKind::Root
                    | NodeKind::Intro
                    | NodeKind::Item { .. }
                    | NodeKind::Text
                    | NodeKind::Row { .. }
                    | NodeKind::Code => {
                        source.absorb(&mut draft, child);
                    }
                }
            }
            // `Data models` is what is described, and no work yet.
            if node.label.role_and_share().is_some_and(|(named, share)| named == role && share >= 100) {
                let words = language(source);
                let title = if category == Category::Data { words.data_model } else { words.interface };
                draft.aliases.push(std::mem::replace(&mut draft.title, title.to_owned()));
            }
            draft.category = Some(category);
            draft.confidence = 60;
            drafts.push(draft);
        }
    }
    drafts
}

/// Pairs of positions (item, what it waits for): what is done with a thing needs the endpoint that makes such things.
pub(super) fn order(drafts: &[Draft]) -> Vec<(usize, usize)> {
    let makers: BTreeMap<&str, usize> = drafts
        .iter()
        .enumerate()
        .filter_map(|(at, draft)| Some((draft.title.strip_prefix("POST ")?.trim_end_matches('/'), at)))
        .collect();
    let mut pairs = Vec::new();
    for (item, draft) in drafts.iter().enumerate().filter(|(_, draft)| is_endpoint_title(&draft.title)) {
        let path = draft.title.split(' ').nth(1).unwrap_or_default();
        let things = path.find("/{").or_else(|| path.find("/:")).and_then(|at| path.get(..at));
        let maker = makers.get(things.unwrap_or(path)).copied().filter(|&maker| maker != item);
        pairs.extend(maker.map(|maker| (item, maker)));
    }
    pairs
}
