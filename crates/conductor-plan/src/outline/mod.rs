//! A plan from documents by rules alone: deterministic, offline, without a model.
//!
//! Each document becomes a tree; each of its sections plays a role, told by its heading. Where there is a roadmap it gives
//! the items, and the features of other sections enrich them; else the features are the items; else whatever looks like a
//! list of things to do. Then follow what the rest of the document says of each item, the order, and the estimates.

mod api;
mod artifact;
mod attribute;
mod build;
mod by_hand;
mod category;
mod chain;
mod components;
mod deployment;
mod draft;
mod edges;
mod estimate;
mod explicit;
mod fallback;
mod features;
mod files;
mod label;
mod language;
mod lines;
mod matching;
mod merge;
mod naming;
mod project;
mod roadmap;
pub(crate) mod role;
mod serving;
mod stage;
mod stage_table;
mod steps;
mod title;
pub(crate) mod tree;
pub(crate) use attribute::Attribute;
pub(crate) use build::slug;
pub(crate) use estimate::guess;
pub(crate) use explicit::stated_dependencies;
pub(crate) use label::flat;
pub(crate) use naming::{attributes, doubted};

use crate::both::both;
use crate::requirement::of_tree;
use crate::words::Lexicon;
use crate::{Category, Document, Plan, Requirement};
use draft::{Draft, Source};
use edges::Edges;
use role::Role;
use tree::Tree;

/// Where there are so many features, user stories tell of them.
const FEWEST_FEATURES: usize = 3;

/// Documents of so many bytes are worth a second thread.
const LONG: usize = 128 * 1024;

/// What [`outline`] aims at.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OutlineOptions {
    /// How deep items may be nested; 1 gives a flat list.
    pub max_depth: u8,
    /// Items that would take more than twice as long as this are split where the document names parts, in minutes.
    pub target_minutes: u32,
}

impl Default for OutlineOptions {
    fn default() -> Self {
        Self { max_depth: 3, target_minutes: 240 }
    }
}

/// Plans the documents. The same documents and options always give the same plan; a plan without items means that no
/// work could be recognised, which [`lint`](crate::lint) reports.
pub fn outline(documents: &[Document], options: &OutlineOptions) -> Plan {
    let trees: Vec<Tree> = documents.iter().map(Tree::of).collect();
    let roles: Vec<Vec<Role>> = trees.iter().map(role::roles).collect();
    let attributes: Vec<Vec<Option<Attribute>>> =
        trees.iter().zip(&roles).map(|(tree, roles)| attributes(tree, roles)).collect();
    let sources: Vec<Source<'_>> = trees
        .iter()
        .zip(roles.iter().zip(&attributes))
        .enumerate()
        .map(|(document, (tree, (roles, attributes)))| Source { document, tree, roles, attributes })
        .collect();
    let long = documents.iter().map(|document| document.text().len()).sum::<usize>() >= LONG;
    let wanted = || -> Vec<Requirement> {
        let pairs = documents.iter().zip(&sources);
        pairs
            .flat_map(|(document, source)| of_tree(document, source.tree, source.roles, source.attributes))
            .collect()
    };
    let (requirements, (drafts, edges)) = both(long, wanted, || drafts(&sources, options));
    build::build(documents, &sources, requirements, drafts, &edges)
}

/// The items in the making, complete, with what each waits for.
fn drafts(sources: &[Source<'_>], options: &OutlineOptions) -> (Vec<Draft>, Edges) {
    let lexicon = Lexicon::default();
    let mut drafts = spine(sources, &lexicon);
    sources.iter().for_each(|source| merge::attach(&mut drafts, source, &lexicon));
    sources.iter().for_each(|source| steps::add(&mut drafts, source, &lexicon));
    sources.iter().for_each(|source| components::add(&mut drafts, source, &lexicon));
    artifact::add(&mut drafts, sources);
    project::add(&mut drafts, sources);
    deployment::add(&mut drafts, sources);
    stage::settle(&mut drafts, options);
    let mut chained: Vec<(usize, usize)> =
        sources.iter().flat_map(|source| chain::chain(source, &drafts, &lexicon)).collect();
    chained.extend(api::order(&drafts));
    let edges = edges::edges(&drafts, &chained, &lexicon);
    (drafts, edges)
}

/// The items in the making: from the best list of work that the documents have, and from the others what that leaves out.
fn spine(sources: &[Source<'_>], lexicon: &Lexicon) -> Vec<Draft> {
    let mut drafts = Vec::new();
    for source in sources {
        append(&mut drafts, roadmap::roadmap(source));
    }
    if work(&drafts) < 2 {
        drafts.clear();
        // A table of stages that names less than the rest of the document only says when that comes.
        let tables: Vec<Draft> = sources.iter().fold(Vec::new(), |mut tables, source| {
            append(&mut tables, stage_table::stages(source));
            tables
        });
        if work(&tables) >= 2 && work(&tables) >= wanted_work(sources) {
            drafts = tables;
        }
    }
    let staged = work(&drafts) >= 2;
    let mut index = merge::index_of(lexicon, &drafts);
    let mut wanted: Vec<&[Role]> = vec![&[Role::Feature], &[Role::Story]];
    let known = |drafts: &[Draft]| drafts.iter().any(|draft| !draft.container);
    if !staged {
        wanted.push(&[Role::Requirement]);
    }
    for roles in wanted {
        for source in sources {
            if roles == [Role::Requirement] && known(&drafts) {
                continue;
            }
            for list in lists(features::features(source, roles)) {
                let told = roles == [Role::Story] && work(&drafts) >= FEWEST_FEATURES;
                merge::merge((&mut drafts, &mut index), list, staged, told);
            }
        }
    }
    if !known(&drafts) {
        sources.iter().for_each(|source| append(&mut drafts, api::interface(source)));
    } else {
        for (role, category) in [(Role::Data, Category::Data), (Role::Api, Category::Api)] {
            sources.iter().for_each(|source| {
                merge::beside(&mut drafts, api::sections(source, role, category), category, lexicon)
            });
        }
    }
    if !known(&drafts) {
        sources.iter().for_each(|source| append(&mut drafts, fallback::anything(source)));
    }
    merge::sweep(&mut drafts);
    drafts
}

fn work(drafts: &[Draft]) -> usize {
    drafts.iter().filter(|draft| !draft.container).count()
}

/// How much work the features, stories or else requirements of all documents name.
fn wanted_work(sources: &[Source<'_>]) -> usize {
    let count = |roles: &[Role]| -> usize {
        sources.iter().map(|source| work(&features::features(source, roles))).sum()
    };
    let wanted = count(&[Role::Feature]) + count(&[Role::Story]);
    if wanted > 0 { wanted } else { count(&[Role::Requirement]) }
}

/// Appends drafts, whose positions shift.
fn append(drafts: &mut Vec<Draft>, more: Vec<Draft>) {
    let shift = drafts.len();
    drafts.extend(
        more.into_iter().map(|draft| Draft { parent: draft.parent.map(|parent| parent + shift), ..draft }),
    );
}

/// Cuts drafts into the lists that they were read from.
fn lists(drafts: Vec<Draft>) -> Vec<Vec<Draft>> {
    let mut lists: Vec<Vec<Draft>> = Vec::new();
    let mut start = 0;
    for (at, mut draft) in drafts.into_iter().enumerate() {
        let same = lists.last().and_then(|list| list.first()).is_some_and(|first| first.list == draft.list);
        if !same {
            lists.push(Vec::new());
            start = at;
        }
        draft.parent = draft.parent.and_then(|parent| parent.checked_sub(start));
        if let Some(list) = lists.last_mut() {
            list.push(draft);
        }
    }
    lists
}
