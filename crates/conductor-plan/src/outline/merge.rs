//! The same work told in several places becomes one item that cites them all.

use super::category::category_of;
use super::draft::{Draft, Source};
use super::label::is_alias;
use super::matching::{Entry, Index, Match};
use super::role::Role;
use super::title::title_of;
use super::tree::NodeKind;
use crate::Category;
use crate::words::{Lexicon, is_packed, normal_form};
use std::cell::LazyCell;
use std::collections::{BTreeMap, BTreeSet};

/// From this score on two names mean the same work.
const SAME: u32 = 50;
/// From this score on two names mean the same work where nothing else does.
const ALIKE: u32 = 40;
/// Longer names are sentences.
const LONGEST_NAME: usize = 6;
/// From this score on a story tells of a feature.
const TOLD: u32 = 30;
/// From this score on a heading elsewhere in the document gives the details of a piece of work.
const DETAILS: u32 = 75;
/// A sentence is about a piece of work when it has this share of its name.
const ABOUT: u32 = 60;

/// Adds drafts to those that are there: what is there already is enriched, the rest is appended. What is `told` of other
/// work belongs to the one that it resembles, if only a little.
///
/// The index is that of the drafts that are there, and is kept so: there may be hundreds of lists to be added.
pub(super) fn merge(
    (spine, index): (&mut Vec<Draft>, &mut Index<'_>),
    extra: Vec<Draft>,
    staged: bool,
    told: bool,
) {
    let before = spine.len();
    let mut changed = BTreeMap::new();
    if spine.is_empty() {
        spine.extend(extra);
    } else {
        take_in((spine, index), extra, staged, told, &mut changed);
    }
    for (at, counts) in changed {
        let draft = &spine[at];
        index.extend(at, &draft.title, draft.lines_since(counts).map(String::as_str));
    }
    for draft in spine.iter().skip(before) {
        index.push(entry_of(index, draft));
    }
}

/// Adds drafts to others, and tells which of those changed, and how many lines they had before.
fn take_in(
    (spine, index): (&mut Vec<Draft>, &Index<'_>),
    extra: Vec<Draft>,
    staged: bool,
    told: bool,
    changed: &mut BTreeMap<usize, [usize; 3]>,
) {
    let short = extra.iter().flat_map(|draft| &draft.aliases).any(|alias| is_alias(alias));
    let codes = if staged && short { codes(spine) } else { BTreeMap::new() };
    let asked: Vec<Entry> = extra.iter().map(|draft| entry_of(index, draft)).collect();
    let found: Vec<Option<Match>> = extra
        .iter()
        .zip(&asked)
        .map(|(draft, asked)| {
            if let Some(entry) = called_the_same(&codes, draft) {
                return Some(Match { entry, score: 100 });
            }
            let leaf = !draft.container && !asked.name.is_empty();
            let found =
                leaf.then(|| index.best(asked, |entry| !spine[entry].container && !spine[entry].gone))?;
            found.filter(|found| found.score >= if told { TOLD } else { SAME })
        })
        .collect();
    // Where data is stored is told as a feature and built with the schema.
    let schema = LazyCell::new(|| (0..spine.len()).find(|&entry| does(&spine[entry], Category::Data)));
    let stored = |draft: &Draft| {
        let stores = staged && !draft.container && category_of(&draft.title) == Category::Data;
        let entry = if stores { *schema } else { None }?;
        Some(Match { entry, score: SAME })
    };
    let found: Vec<Option<Match>> =
        found.into_iter().zip(&extra).map(|(found, draft)| found.or_else(|| stored(draft))).collect();
    let found = if staged { with_mutual(spine, &extra, &asked, index, found) } else { found };
    let mut visitors: BTreeMap<usize, Vec<(usize, u32)>> = BTreeMap::new();
    for (at, found) in found.iter().enumerate() {
        if let Some(Match { entry, score }) = *found {
            visitors.entry(entry).or_default().push((at, score));
        }
    }
    let mut kept: Vec<bool> = found.iter().map(Option::is_none).collect();
    let mut extra = extra;
    for (target, visitors) in visitors {
        // Several entries of a more detailed list are parts of one entry of a summary: the parts stay.
        let summary = visitors.len() > 1
            && !staged
            && !told
            && visitors.iter().all(|&(at, _)| index.spoken_of(target, &asked[at].name) < 90);
        if summary {
            spine[target].gone = true;
            for (at, _) in visitors {
                kept[at] = true;
                extra[at].places.extend(spine[target].places.clone());
                extra[at].priority = extra[at].priority.or(spine[target].priority);
            }
        } else {
            for &(at, _) in &visitors {
                let bare = asked[at].name.has_all(&index.get(target).name) && !told;
                changed.entry(target).or_insert_with(|| spine[target].counts());
                spine[target].enrich(&extra[at]);
                if bare && spine[target].name_after(&extra[at]) {
                    take_in_words(spine, target, index, &asked[at]);
                }
            }
        }
    }
    append(spine, extra, &mut kept);
}

/// `ratings` and `comments` of a stage are one item once that is called `Ratings and comments`.
fn take_in_words(spine: &mut [Draft], target: usize, index: &Index<'_>, asked: &Entry) {
    for other in index.sharing(&asked.name) {
        let one_word = spine[other].title.split_whitespace().count() == 1 && !spine[other].container;
        let part = other != target && spine[other].parent == spine[target].parent && !spine[other].gone;
        if one_word && part && asked.name.has_all(&index.get(other).name) {
            let copy = spine[other].clone();
            spine[target].enrich(&copy);
            spine[other].gone = true;
        }
    }
}

/// A roadmap tells everything once, so a feature that resembles an item which is no other feature is that item, even where
/// the two share fewer words: when each is the one that the other is most like.
fn with_mutual(
    spine: &[Draft],
    extra: &[Draft],
    asked: &[Entry],
    index: &Index<'_>,
    mut found: Vec<Option<Match>>,
) -> Vec<Option<Match>> {
    let taken: BTreeSet<usize> = found.iter().flatten().map(|found| found.entry).collect();
    let mut suitors: BTreeMap<usize, (u32, usize)> = BTreeMap::new();
    for (at, draft) in extra.iter().enumerate() {
        if found[at].is_some() || draft.container || asked[at].name.is_empty() {
            continue;
        }
        let open = |entry: usize| !spine[entry].container && !spine[entry].gone;
        let Some(best) = index.best(&asked[at], open) else { continue };
        if best.score >= ALIKE && !taken.contains(&best.entry) {
            let known = suitors.entry(best.entry).or_insert((best.score, at));
            if known.0 < best.score {
                *known = (best.score, at);
            }
        }
    }
    for (entry, (score, at)) in suitors {
        found[at] = Some(Match { entry, score });
    }
    found
}

/// The items by their short names; of several the first.
fn codes(spine: &[Draft]) -> BTreeMap<String, usize> {
    let mut codes = BTreeMap::new();
    for (at, draft) in spine.iter().enumerate().filter(|(_, draft)| !draft.container && !draft.gone) {
        for alias in draft.aliases.iter().filter(|alias| is_alias(alias)) {
            codes.entry(normal_form(alias)).or_insert(at);
        }
    }
    codes
}

/// The item that has a short name of this one, like `F1` or `REQ-12`.
fn called_the_same(codes: &BTreeMap<String, usize>, draft: &Draft) -> Option<usize> {
    let code = |name: &&String| is_alias(name) && name.chars().filter(|c| c.is_alphabetic()).count() <= 4;
    let mut names = draft.aliases.iter().filter(code);
    names.find_map(|name| codes.get(&normal_form(name)).copied()).filter(|_| !draft.container)
}

/// Appends what was kept; a container stays when at least two of its children do.
fn append(spine: &mut Vec<Draft>, extra: Vec<Draft>, kept: &mut [bool]) {
    let mut children = vec![0; extra.len()];
    for at in (0..extra.len()).rev() {
        if extra[at].container {
            kept[at] = children[at] >= 2;
        }
        if let Some(parent) = extra[at].parent.filter(|_| kept[at]) {
            children[parent] += 1;
        }
    }
    let mut position = BTreeMap::new();
    for (at, mut draft) in extra.into_iter().enumerate().filter(|&(at, _)| kept[at]) {
        draft.parent = draft.parent.and_then(|parent| position.get(&parent).copied());
        position.insert(at, spine.len());
        spine.push(draft);
    }
}

/// The drafts by their titles and what is said of them.
pub(super) fn index_of<'w>(lexicon: &'w Lexicon, drafts: &[Draft]) -> Index<'w> {
    let lines = |draft| Draft::lines(draft).map(String::as_str);
    Index::of(lexicon, drafts.iter().map(|draft| (draft.title.as_str(), lines(draft))))
}

fn entry_of(index: &Index<'_>, draft: &Draft) -> Entry {
    index.entry(&draft.title, draft.lines().map(String::as_str))
}

impl Draft {
    /// A name of one word says less than the name that has it in it: `editor` is the `Recipe editor`. Whether it was so.
    fn name_after(&mut self, other: &Self) -> bool {
        let words = |draft: &Self| draft.title.split_whitespace().count();
        let longer =
            words(self) == 1 && (2..=LONGEST_NAME).contains(&words(other)) && !self.title.contains(is_packed);
        if longer {
            self.aliases.push(std::mem::replace(&mut self.title, other.title.clone()));
        }
        longer
    }

    /// Takes in what another draft says of the same work.
    pub(crate) fn enrich(&mut self, other: &Self) {
        self.body.add(&other.body);
        self.scope.add(&other.scope);
        self.benefit.add(&other.benefit);
        self.acceptance.add(&other.acceptance);
        self.after.add(&other.after);
        self.aliases.add(&other.aliases);
        if normal_form(&self.title) != normal_form(&other.title) {
            self.aliases.add([&other.title]);
        }
        self.minutes = self.minutes.or(other.minutes);
        self.priority = self.priority.or(other.priority);
        self.places.extend(&other.places);
    }
}

/// Gives the work what other parts of the document say of it: criteria and requirements a line at a time, details where a
/// heading names it.
pub(super) fn attach(spine: &mut [Draft], source: &Source<'_>, lexicon: &Lexicon) {
    let index = index_of(lexicon, spine);
    let covered = Covered::of(spine, source.document);
    let codes = codes(spine);
    let open = |spine: &[Draft], entry: usize| !spine[entry].container && !spine[entry].gone;
    for (at, node) in source.tree.nodes.iter().enumerate().skip(1) {
        match (&node.kind, source.roles[at]) {
            (NodeKind::Item { .. } | NodeKind::Text, Role::Acceptance | Role::Requirement) => {
                let outer = &source.tree.node(node.parent).kind;
                if matches!(outer, NodeKind::Item { .. }) || covered.has(source, at) {
                    continue;
                }
                let text = node.label.full();
                let asked = index.text([text.as_str()]);
                let best =
                    index.about(&asked, |entry| open(spine, entry)).filter(|found| found.score >= ABOUT);
                if let Some(found) = best {
                    let mut line = source.lines_below(at);
                    line.insert(0, text);
                    spine[found.entry].acceptance.add([&line.join("; ")]);
                    spine[found.entry]
                        .places
                        .push(super::draft::Place { document: source.document, span: node.span });
                }
            }
            (
                NodeKind::Section { .. },
                Role::Appendix
                | Role::Architecture
                | Role::Experience
                | Role::Data
                | Role::Api
                | Role::Unknown,
            ) => {
                details(spine, source, &index, (&covered, &codes), at);
            }
            _ => {}
        }
    }
}

/// A heading of an appendix that names a piece of work tells more of it.
fn details(
    spine: &mut [Draft],
    source: &Source<'_>,
    index: &Index<'_>,
    (covered, codes): (&Covered, &BTreeMap<String, usize>),
    at: usize,
) {
    let node = source.tree.node(at);
    if covered.has(source, at)
        || source.tree.children(at).any(|(_, child)| matches!(child.kind, NodeKind::Section { .. }))
    {
        return;
    }
    let named = node.label.alias.as_deref().filter(|alias| is_alias(alias)).map(normal_form);
    let by_name = named.and_then(|alias| codes.get(&alias).copied());
    let title = title_of(&node.label.name).title;
    let asked = index.entry(&title, []);
    let found = by_name.or_else(|| {
        let found = index.best(&asked, |entry| !spine[entry].container && !spine[entry].gone)?;
        (found.score >= DETAILS && asked.name.len() >= 2).then_some(found.entry)
    });
    if let Some(found) = found {
        let mut more = source.read(at);
        more.title.clone_from(&spine[found].title);
        spine[found].enrich(&more);
    }
}

/// The parts of a document that pieces of work were read from.
struct Covered(Vec<(usize, usize)>);

impl Covered {
    fn of(spine: &[Draft], document: usize) -> Self {
        let places = spine.iter().flat_map(|draft| &draft.places).filter(|place| place.document == document);
        let mut ranges: Vec<(usize, usize)> =
            places.map(|place| (place.span.start, place.span.end)).collect();
        ranges.sort_unstable();
        let mut union: Vec<(usize, usize)> = Vec::new();
        for (start, end) in ranges {
            match union.last_mut().filter(|last| start <= last.1) {
                Some(last) => last.1 = last.1.max(end),
                None => union.push((start, end)),
            }
        }
        Self(union)
    }

    fn has(&self, source: &Source<'_>, at: usize) -> bool {
        let start = source.tree.node(at).own.start;
        let after = self.0.partition_point(|&(from, _)| from <= start);
        after.checked_sub(1).and_then(|before| self.0.get(before)).is_some_and(|&(_, end)| start < end)
    }
}

/// Adds work that the document only describes (its data, its interface), unless some item does it already: one of that
/// category, or one that speaks of it.
pub(super) fn beside(spine: &mut Vec<Draft>, extra: Vec<Draft>, category: Category, lexicon: &Lexicon) {
    if extra.is_empty() {
        return;
    }
    let index = index_of(lexicon, spine);
    let mut kind = (0..spine.len()).find(|&entry| does(&spine[entry], category));
    for draft in extra {
        let asked = entry_of(&index, &draft);
        let open = |entry: usize| !spine[entry].container && !spine[entry].gone;
        let named = index.best(&asked, open).filter(|found| found.score >= SAME).map(|found| found.entry);
        match named.or(kind) {
            Some(found) => {
                let place = draft.places.first().copied();
                spine[found].places.extend(place);
            }
            None => {
                kind = Some(spine.len()).filter(|_| does(&draft, category));
                spine.push(draft);
            }
        }
    }
}

/// Whether an item is work of a category, or has work of it among its parts.
fn does(draft: &Draft, category: Category) -> bool {
    !draft.container && !draft.gone && speaks_of(draft, category)
}

fn speaks_of(draft: &Draft, category: Category) -> bool {
    let as_title = |title: &String| category_of(title) == category;
    as_title(&draft.title) || draft.scope.iter().any(as_title)
}

/// Takes out what was merged into others, containers that have nothing left included.
pub(super) fn sweep(drafts: &mut Vec<Draft>) {
    let mut used = vec![false; drafts.len()];
    for at in (0..drafts.len()).rev() {
        let draft = &mut drafts[at];
        draft.gone |= draft.container && !used[at];
        if let Some(parent) = draft.parent.filter(|_| !draft.gone) {
            used[parent] = true;
        }
    }
    let mut place = BTreeMap::new();
    for (at, draft) in drafts.iter().enumerate().filter(|(_, draft)| !draft.gone) {
        place.insert(at, place.len());
        debug_assert!(!draft.gone);
    }
    drafts.retain(|draft| !draft.gone);
    for draft in drafts {
        draft.parent = draft.parent.and_then(|parent| place.get(&parent).copied());
    }
}
