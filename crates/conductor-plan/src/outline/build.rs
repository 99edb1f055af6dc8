//! From drafts to the plan.

use super::draft::{self, Draft};
use super::edges::Edges;
use super::estimate::{around, guess};
use super::files::files_in;
use super::label::flat;
use super::lines::Lines;
use super::role::document_title;
use crate::document::short_hash;
use crate::graph::Graph;
use crate::lookup::Lookup;
use crate::words::{normal_form, plain_words};
use crate::{
    Category, Document, DocumentRef, Engine, EngineKind, Item, ItemKey, Plan, Priority, Requirement,
    RequirementId, SharedText, Source,
};
use std::borrow::Cow;
use std::collections::BTreeSet;

/// The readable part of a key is cut after so many characters.
const LONGEST_SLUG: usize = 40;

pub(super) fn build(
    documents: &[Document],
    sources: &[draft::Source<'_>],
    requirements: Vec<Requirement>,
    mut drafts: Vec<Draft>,
    edges: &Edges,
) -> Plan {
    for draft in &mut drafts {
        clean(&mut draft.title);
    }
    let keys = keys(documents, &drafts);
    let mut covered = coverage(documents, &drafts, &requirements);
    let names: Vec<SharedText> = documents.iter().map(|document| document.name().into()).collect();
    let items = reading_order(&drafts, edges)
        .into_iter()
        .map(|at| Item {
            key: keys[at].clone(),
            parent: drafts[at].parent.map(|parent| keys[parent].clone()),
            depends_on: edges.before[at].iter().map(|&on| keys[on].clone()).collect(),
            requirements: std::mem::take(&mut covered[at]),
            ..item(&names, std::mem::take(&mut drafts[at]))
        })
        .collect();
    let title = sources
        .first()
        .and_then(|source| Some(source.tree.node(document_title(source.tree)?).label.name.clone()));
    let mut plan = Plan {
        title,
        documents: documents
            .iter()
            .map(|document| DocumentRef {
                name: document.name().to_owned(),
                digest: document.digest().clone(),
                kind: document.kind(),
                pages: document.page_lines(),
            })
            .collect(),
        requirements,
        notes: documents.iter().flat_map(|document| document.findings().to_vec()).collect(),
        ..Plan::of_items(Engine { kind: EngineKind::Outline, model: None }, items)
    };
    drop_implied(&mut plan);
    plan
}

/// Whatever a title was put together from, cells and numbers of stages among it, it is one line without control characters.
fn clean(title: &mut String) {
    if title.contains(char::is_control) {
        *title = flat(&title.replace(char::is_control, " "));
    }
}

/// Parents before their children, and beside each other in the order in which they can be done.
fn reading_order(drafts: &[Draft], edges: &Edges) -> Vec<usize> {
    let mut children: Vec<Vec<usize>> = vec![Vec::new(); drafts.len()];
    let mut roots = Vec::new();
    for (at, draft) in drafts.iter().enumerate() {
        match draft.parent {
            Some(parent) => children[parent].push(at),
            None => roots.push(at),
        }
    }
    let mut order = Vec::with_capacity(drafts.len());
    let mut stack = roots;
    stack.sort_by_key(|&at| std::cmp::Reverse((edges.place[at], at)));
    while let Some(at) = stack.pop() {
        order.push(at);
        let mut below = std::mem::take(&mut children[at]);
        below.sort_by_key(|&at| std::cmp::Reverse((edges.place[at], at)));
        stack.extend(below);
    }
    order
}

/// What a draft says itself; its key and what it has to do with others is put in by whoever knows the others.
fn item(documents: &[SharedText], draft: Draft) -> Item {
    let guess = guess(draft.scope.len().max(draft.acceptance.len() / 2), &draft.text());
    let estimate = draft.minutes.map_or(guess.estimate, around);
    let category = draft.category.unwrap_or(Category::Feature);
    let mut files = draft.files.clone();
    files.extend(files_in(draft.lines()));
    let mut seen = BTreeSet::new();
    files.retain(|file| seen.insert(file.clone()));
    let source = |place: &draft::Place| {
        Some(Source { document: documents.get(place.document)?.clone(), span: place.span })
    };
    let mut cited = Lookup::default();
    let sources = draft.places.iter().filter(|place| cited.insert(**place, ()).is_none()).filter_map(source);
    Item {
        key: ItemKey::new(""),
        parent: None,
        depends_on: Vec::new(),
        estimate: (!draft.container).then_some(estimate),
        complexity: guess.complexity,
        complexity_reasons: guess.reasons,
        category,
        priority: draft.priority.unwrap_or(Priority::Medium),
        tags: std::iter::once(category.as_str().to_owned()).chain(draft.tags.iter().cloned()).collect(),
        files,
        confidence: draft.confidence,
        requirements: Vec::new(),
        sources: sources.collect(),
        description: description(&draft),
        acceptance: acceptance(draft.container, draft.acceptance, draft.scope),
        title: draft.title,
    }
}

/// Where the document states no criteria, the parts that it names are what one can check; else they describe the work.
fn description(draft: &Draft) -> String {
    let title = normal_form(&draft.title);
    let mut lines: Vec<Cow<'_, str>> =
        draft.body.iter().filter(|line| normal_form(line) != title).map(Cow::from).collect();
    if draft.container || !draft.acceptance.is_empty() {
        lines.extend(draft.scope.iter().map(|part| Cow::from(format!("- {part}"))));
    }
    lines.extend(draft.benefit.iter().map(Cow::from));
    lines.join("\n")
}

fn acceptance(container: bool, stated: Lines, scope: Lines) -> Vec<String> {
    if container || !stated.is_empty() { stated.into() } else { scope.into() }
}

/// A key for each draft: its title for people, and a hash of the document's name, the container's title and its own.
fn keys(documents: &[Document], drafts: &[Draft]) -> Vec<ItemKey> {
    let mut used = BTreeSet::new();
    let mut keys: Vec<ItemKey> = Vec::with_capacity(drafts.len());
    for draft in drafts {
        let document = draft.places.first().and_then(|place| documents.get(place.document));
        // Text from standard input has no name of its own, so its content has to tell it apart.
        let name = document.map_or("", |document| match document.name() {
            "" | "-" => document.digest().as_str(),
            name => name,
        });
        let container = draft.parent.map_or("", |parent| drafts[parent].title.as_str());
        let (container, title) = (normal_form(container), normal_form(&draft.title));
        let slug = slug(&draft.title);
        let mut key = format!("{slug}-{}", short_hash(&[name, &container, &title]));
        let mut count = 2;
        while !used.insert(key.clone()) {
            key = format!("{slug}-{}", short_hash(&[name, &container, &title, &count.to_string()]));
            count += 1;
        }
        keys.push(ItemKey::new(key));
    }
    keys
}

/// The words of a title that can stand in a key.
pub(crate) fn slug(title: &str) -> String {
    let mut slug = String::new();
    for word in plain_words(title).iter().filter(|word| word.is_ascii()) {
        if slug.len() + word.len() >= LONGEST_SLUG {
            break;
        }
        if !slug.is_empty() {
            slug.push('-');
        }
        slug.push_str(word);
    }
    if slug.is_empty() { "item".to_owned() } else { slug }
}

/// For each draft the requirements that stand in its places; where places lie within each other, the innermost counts.
fn coverage(
    documents: &[Document],
    drafts: &[Draft],
    requirements: &[Requirement],
) -> Vec<Vec<RequirementId>> {
    let mut covered = vec![Vec::new(); drafts.len()];
    for (number, document) in documents.iter().enumerate() {
        let mut places: Vec<(usize, usize, usize)> = drafts
            .iter()
            .enumerate()
            .flat_map(|(at, draft)| draft.places.iter().map(move |place| (place, at)))
            .filter(|(place, _)| place.document == number)
            .map(|(place, at)| (place.span.start, place.span.end, at))
            .collect();
        places.sort_unstable();
        let mut places = places.into_iter().peekable();
        let mut open: Vec<(usize, usize, usize)> = Vec::new();
        for wanted in requirements.iter().filter(|wanted| wanted.source.document == document.name()) {
            let span = wanted.source.span;
            while let Some(place) = places.next_if(|&(start, ..)| start <= span.start) {
                open.push(place);
            }
            open.retain(|&(_, end, _)| end > span.start);
            let fitting = open.iter().filter(|&&(_, end, _)| end >= span.end);
            let Some(length) = fitting.clone().map(|(start, end, _)| end - start).min() else { continue };
            for &(start, end, at) in fitting {
                // A draft may name a place twice; what it covers was then the last that it was given.
                if end - start == length && covered[at].last() != Some(&wanted.id) {
                    covered[at].push(wanted.id.clone());
                }
            }
        }
    }
    covered
}

/// Takes out the dependencies that others imply.
fn drop_implied(plan: &mut Plan) {
    let graph = Graph::of(plan);
    let Ok(sorted) = graph.sorted() else { return };
    let mut rank = vec![0; sorted.len()];
    for (place, &node) in sorted.iter().enumerate() {
        rank[node] = place;
    }
    let mut seen = Vec::new();
    let implied: Vec<BTreeSet<ItemKey>> = (0..plan.items.len())
        .map(|at| {
            graph
                .implied(at, &rank, &mut seen)
                .into_iter()
                .filter_map(|on| plan.items.get(on))
                .map(|on| on.key.clone())
                .collect()
        })
        .collect();
    for (item, implied) in plan.items.iter_mut().zip(implied) {
        item.depends_on.retain(|on| !implied.contains(on));
    }
}
