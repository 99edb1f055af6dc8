//! What must be done before what.
//!
//! Words of the document come first: what an item says it waits for, and the order of building where the document gives
//! one. From these and from the stages a sequence of all items is made; everything else that is added points backwards in
//! that sequence, so that no circle can come about.

use super::api::is_endpoint_title;
use super::draft::Draft;
use super::explicit::explicit;
use super::language::table;
use super::matching::Index;
use super::merge::index_of;
use super::serving::{gives_access, needs_access, runs_work};
use crate::Category;
use crate::words::{Bag, Lexicon, is_packed, plain_words};
use std::cmp::Reverse;
use std::collections::{BTreeSet, BinaryHeap};

/// An item waits for at most so many others because of the words that they share.
const MOST_BY_WORDS: usize = 3;
/// Tests of the whole wait for at most so many items by name.
const MOST_TESTED: usize = 40;
/// Names of one word are mentioned by chance when the word is common; these are not.
const RARE: usize = 4;
/// Of so many items about data a feature may be found to work on one.
const MOST_DATA: usize = 64;
/// An item builds on an earlier one when it speaks of this share of its name.
const BUILDS_ON: u32 = 60;

/// For each draft the drafts that it waits for, and its place in the sequence. Containers wait for nothing.
pub(super) struct Edges {
    pub(super) before: Vec<BTreeSet<usize>>,
    pub(super) place: Vec<usize>,
}

/// Finds the dependencies of drafts, given those that the document states as an order of building.
pub(super) fn edges(drafts: &[Draft], chained: &[(usize, usize)], lexicon: &Lexicon) -> Edges {
    let index = index_of(lexicon, drafts);
    let mut net = Net::of(drafts);
    for (item, on) in explicit(drafts, &index) {
        net.add(item, on);
    }
    for &(item, on) in chained {
        if net.stage(on) <= net.stage(item) {
            net.add(item, on);
        }
    }
    let place = net.sequence();
    by_words(&mut net, &index, &place);
    by_stage(&mut net, &place);
    by_nature(&mut net, &index, &place);
    tests_last(&mut net, &place);
    Edges { before: net.before, place }
}

struct Net<'d> {
    drafts: &'d [Draft],
    before: Vec<BTreeSet<usize>>,
    children: Vec<Vec<usize>>,
    /// Whether there are stages.
    staged: bool,
    last_stage: usize,
    /// The drafts about data.
    data: Vec<usize>,
    /// Whether some other draft waits, or was to wait, for this one.
    waited_for: Vec<bool>,
}

impl<'d> Net<'d> {
    fn of(drafts: &'d [Draft]) -> Self {
        let mut children = vec![Vec::new(); drafts.len()];
        for (at, draft) in drafts.iter().enumerate() {
            if let Some(parent) = draft.parent {
                children[parent].push(at);
            }
        }
        let staged = drafts.iter().any(|draft| draft.phase.is_some());
        let data = (0..drafts.len())
            .filter(|&at| drafts[at].category == Some(Category::Data) && !drafts[at].container)
            .take(MOST_DATA)
            .collect();
        Self {
            drafts,
            before: vec![BTreeSet::new(); drafts.len()],
            children,
            staged,
            last_stage: drafts.iter().filter_map(|draft| draft.phase).max().unwrap_or(0),
            data,
            waited_for: vec![false; drafts.len()],
        }
    }

    /// What a roadmap does not name comes after its first stage.
    fn stage(&self, at: usize) -> usize {
        let draft = &self.drafts[at];
        // Tests and deployment of the whole come when everything is there.
        let last = matches!(draft.category, Some(Category::Test | Category::Operations));
        let whole = last && draft.list == usize::MAX;
        draft.phase.unwrap_or(if whole { self.last_stage } else { usize::from(self.staged) })
    }

    /// Adds a dependency, unless it would close a circle or is one of an item on what it is part of.
    fn add(&mut self, item: usize, on: usize) {
        let waited_for = self.leaves(on);
        if self.drafts[item].container || waited_for.contains(&item) {
            return;
        }
        // Nothing waits for the item yet, so nothing leads back to it.
        let free = !self.waited_for[item];
        for &at in &waited_for {
            self.waited_for[at] = true;
        }
        if free {
            self.before[item].insert(on);
            return;
        }
        let mut seen = BTreeSet::new();
        let mut stack = waited_for;
        while let Some(at) = stack.pop() {
            if at == item {
                return;
            }
            if seen.insert(at) {
                self.before[at].iter().for_each(|&on| self.leaves_into(on, &mut stack));
            }
        }
        self.before[item].insert(on);
    }

    /// The drafts under this one that are no containers; itself if it is none.
    fn leaves(&self, at: usize) -> Vec<usize> {
        let mut leaves = Vec::new();
        self.leaves_into(at, &mut leaves);
        leaves
    }

    fn leaves_into(&self, at: usize, leaves: &mut Vec<usize>) {
        if !self.drafts[at].container {
            leaves.push(at);
        }
        self.children[at].iter().for_each(|&child| self.leaves_into(child, leaves));
    }

    /// The place of each draft: what is waited for first, then by stage, foundations first and tests last, then as the
    /// document has it. A container has the place of its first part.
    fn sequence(&self) -> Vec<usize> {
        let count = self.drafts.len();
        let mut waits = vec![0; count];
        let mut next = vec![Vec::new(); count];
        for (item, before) in self.before.iter().enumerate() {
            let mut all = Vec::new();
            before.iter().for_each(|&on| self.leaves_into(on, &mut all));
            all.sort_unstable();
            all.dedup();
            waits[item] = all.len();
            all.into_iter().for_each(|on| next[on].push(item));
        }
        let rank = |at: usize| {
            let draft = &self.drafts[at];
            let bucket = match draft.category {
                Some(Category::Setup) => 0,
                // A roadmap says itself when its data is built.
                Some(Category::Data) if !self.staged => 1,
                _ if runs_work(draft) || gives_access(draft) => 1,
                Some(Category::Test | Category::Documentation) => 3,
                Some(
                    Category::Data | Category::Feature | Category::Api | Category::Ui | Category::Operations,
                )
                | None => 2,
            };
            Reverse((self.stage(at), bucket, at))
        };
        let mut free: BinaryHeap<_> =
            (0..count).filter(|&at| waits[at] == 0).map(|at| (rank(at), at)).collect();
        let mut place = vec![usize::MAX; count];
        let mut position = 0;
        while let Some((_, at)) = free.pop() {
            place[at] = position;
            position += 1;
            for &item in &next[at] {
                waits[item] -= 1;
                if waits[item] == 0 {
                    free.push((rank(item), item));
                }
            }
        }
        // Children stand after their containers, so one pass backwards reaches every depth.
        for at in (0..count).rev() {
            if self.drafts[at].container {
                place[at] = self.children[at].iter().map(|&child| place[child]).min().unwrap_or(place[at]);
            }
        }
        place
    }

    fn in_sequence(&self, place: &[usize]) -> Vec<usize> {
        let mut order: Vec<usize> = (0..self.drafts.len()).filter(|&at| !self.drafts[at].container).collect();
        order.sort_by_key(|&at| place[at]);
        order
    }
}

/// What runs work in the background is waited for by the work that it names; who may do what, by what has to know it.
fn by_nature(net: &mut Net<'_>, index: &Index<'_>, place: &[usize]) {
    let order = net.in_sequence(place);
    let access = order.iter().copied().find(|&item| gives_access(&net.drafts[item]));
    for item in order {
        let draft = &net.drafts[item];
        if let Some(access) = access.filter(|&access| place[access] < place[item] && needs_access(draft)) {
            net.before[item].insert(access);
        }
        if !runs_work(draft) {
            continue;
        }
        for line in draft.lines() {
            let line = index.text([line.as_str()]);
            let later = |other: usize| place[other] > place[item] && !net.drafts[other].container;
            let served = index.about(&line, later).filter(|found| found.score >= BUILDS_ON);
            if let Some(served) = served {
                net.before[served.entry].insert(item);
            }
        }
    }
}

/// An item that speaks of an earlier one by its whole name builds on it; where none is named, on the one of which it says
/// most, if that is enough.
fn by_words(net: &mut Net<'_>, index: &Index<'_>, place: &[usize]) {
    let generic = index.bag(&table!(generic).collect::<Vec<_>>().join(" "));
    let making = index.bag(&table!(making).collect::<Vec<_>>().join(" "));
    for item in net.in_sequence(place) {
        let draft = &net.drafts[item];
        if is_endpoint_title(&draft.title) || tests_everything(draft) {
            continue;
        }
        let mut found: BTreeSet<usize> = BTreeSet::new();
        for line in std::iter::once(&draft.title).chain(draft.lines()) {
            for name in index.names_in(&index.bag(line)) {
                let words = &name.words;
                let rare =
                    || words.iter().all(|word| index.frequency(word) <= RARE.max(net.drafts.len() / 8));
                let twin = index.get(item).name == *words;
                if !twin && (words.len() > 1 || rare()) {
                    found.extend(latest(net, place, item, &name.entries));
                }
            }
        }
        if found.is_empty() && net.before[item].is_empty() && !net.staged {
            let asked = index.text(whole(draft));
            let earlier = |other: usize| place[other] < place[item] && !net.drafts[other].container;
            let best = index.about(&asked, earlier).filter(|best| best.score >= BUILDS_ON);
            found.extend(best.map(|best| best.entry));
        }
        if found.is_empty() && net.before[item].is_empty() && !net.staged {
            found.extend(data_for(net, index, place, item, &generic));
        }
        if found.is_empty() && net.before[item].is_empty() {
            found.extend(maker(net, index, place, item, (&generic, &making)));
        }
        if found.is_empty() && net.staged {
            found.extend(kin(net, index, place, item, &generic));
        }
        let mut found: Vec<usize> = found.into_iter().collect();
        found.sort_by_key(|&other| Reverse((index.get(other).name.len(), place[other])));
        net.before[item].extend(found.into_iter().take(MOST_BY_WORDS));
    }
}

/// Of several items those that come last before one: it never waits for more.
fn latest(net: &Net<'_>, place: &[usize], item: usize, of: &[usize]) -> Vec<usize> {
    let earlier = |&other: &usize| place[other] < place[item] && !net.drafts[other].container;
    let mut latest: Vec<usize> = of.iter().copied().filter(earlier).collect();
    latest.sort_unstable_by_key(|&other| Reverse(place[other]));
    latest.truncate(MOST_BY_WORDS);
    latest
}

/// Title and lines of an item.
fn whole(draft: &Draft) -> impl Iterator<Item = &str> {
    std::iter::once(&draft.title).chain(draft.lines()).map(String::as_str)
}

/// The first earlier item that says in its title that something comes into being which this one's title speaks of: codes
/// are generated before they are sent.
fn maker(
    net: &Net<'_>,
    index: &Index<'_>,
    place: &[usize],
    item: usize,
    (generic, making): (&Bag, &Bag),
) -> Option<usize> {
    let own = telling(net, index, item, generic);
    let makes = |&other: &usize| {
        let name = &index.get(other).name;
        let earlier = place[other] < place[item] && !net.drafts[other].container;
        // Of an earlier stage everything is waited for anyway.
        let stage = !net.staged || net.stage(other) == net.stage(item);
        earlier
            && stage
            && name.iter().any(|word| making.has(word))
            && name.iter().any(|word| own.has(word) && !making.has(word))
    };
    index.sharing(&own).into_iter().filter(makes).min_by_key(|&other| place[other])
}

/// The words of an item's title that tell it from others.
fn telling(net: &Net<'_>, index: &Index<'_>, item: usize, generic: &Bag) -> Bag {
    let common = net.drafts.len().max(6);
    let tells = |&word: &u32| !generic.has(word) && index.frequency(word) * 2 <= common;
    Bag::from_words(index.bag(&net.drafts[item].title).iter().filter(tells))
}

/// The data that a feature works on: the first item about data that has a telling word in its title which the feature
/// speaks of.
fn data_for(net: &Net<'_>, index: &Index<'_>, place: &[usize], item: usize, generic: &Bag) -> Option<usize> {
    let draft = &net.drafts[item];
    let text = index.text(whole(draft)).text;
    let mut data: Vec<usize> = net
        .data
        .iter()
        .copied()
        .filter(|&other| place[other] < place[item])
        .filter(|&other| index.get(other).name.iter().any(|word| text.has(word) && !generic.has(word)))
        .collect();
    data.sort_by_key(|&other| place[other]);
    data.first().copied().filter(|_| draft.category != Some(Category::Data))
}

/// The earlier items with which one shares most of its title: at least two words that tell something, or else a word of
/// which its text makes the most.
fn kin(net: &Net<'_>, index: &Index<'_>, place: &[usize], item: usize, generic: &Bag) -> Vec<usize> {
    let draft = &net.drafts[item];
    let own = telling(net, index, item, generic);
    let earlier = |other: usize| place[other] < place[item] && !net.drafts[other].container;
    let shared = |other: usize| index.get(other).name.iter().filter(|&word| own.has(word)).count();
    let mut kin: Vec<(usize, usize, usize)> = index
        .sharing(&own)
        .into_iter()
        .filter(|&other| earlier(other))
        .map(|other| (shared(other), place[other], other))
        .collect();
    kin.retain(|&(shared, ..)| shared >= 2);
    kin.sort_unstable_by_key(|&kin| Reverse(kin));
    if kin.is_empty() && net.before[item].is_empty() {
        let asked = index.text(whole(draft));
        let best = index.about(&asked, earlier).filter(|best| best.score >= BUILDS_ON);
        return best.map(|best| best.entry).into_iter().collect();
    }
    kin.into_iter().take(2).map(|(.., other)| other).collect()
}

/// What begins a stage waits for the stages before; what begins the first one, for the foundation.
fn by_stage(net: &mut Net<'_>, place: &[usize]) {
    let order = net.in_sequence(place);
    let foundation = order.first().copied().filter(|&first| is_foundation(&net.drafts[first]));
    let tops = net.drafts.iter().enumerate().filter(|(_, draft)| draft.parent.is_none());
    let last = |top: usize| net.leaves(top).into_iter().map(|part| place[part]).max().unwrap_or(0);
    let stages: Vec<(usize, usize, usize)> =
        tops.filter_map(|(at, draft)| Some((draft.phase?, at, last(at)))).collect();
    for item in order {
        let own = net.stage(item);
        // What builds on the stage before, or on its own, is in its place already.
        let placed = net.before[item].iter().any(|&on| net.stage(on) + 1 >= own);
        if comes_last(net, &net.drafts[item]) || placed {
            continue;
        }
        // A stage of which a part comes later in the sequence cannot be waited for.
        let earlier = stages.iter().filter(|&&(stage, _, last)| stage < own && last < place[item]);
        net.before[item].extend(earlier.map(|&(_, top, _)| top));
        if let Some(foundation) = foundation.filter(|&first| first != item && net.before[item].is_empty()) {
            net.before[item].insert(foundation);
        }
    }
}

/// What everything else stands on, when it comes first: the project's skeleton, who may do what, or how data comes in.
fn is_foundation(draft: &Draft) -> bool {
    let words = plain_words(&draft.title);
    let starts = |start: &'static str| {
        let packed = start.chars().any(is_packed);
        packed && draft.title.contains(start) || words.iter().any(|word| word.starts_with(start))
    };
    draft.category == Some(Category::Setup)
        || table!(access).any(starts)
        || table!(data).any(starts) && table!(bringing).any(starts)
}

/// Tests of the whole: what the engine adds itself, and titles that say nothing but that it is tests.
fn tests_everything(draft: &Draft) -> bool {
    let words = plain_words(&draft.title);
    let only = words
        .iter()
        .all(|word| table!(tests).any(|known| word == known || known.len() > 3 && word.starts_with(known)));
    draft.category == Some(Category::Test) && (only || draft.list == usize::MAX)
}

/// Reports of the whole: titles that say nothing but that it is reports.
fn reports_everything(draft: &Draft) -> bool {
    let words = plain_words(&draft.title);
    words.iter().all(|word| table!(reports).any(|known| word.starts_with(known))) && !words.is_empty()
}

/// Whether an item that names nothing it builds on builds on everything: tests, and where there are no stages, reports.
fn comes_last(net: &Net<'_>, draft: &Draft) -> bool {
    draft.category == Some(Category::Test) || !net.staged && reports_everything(draft)
}

/// Tests and reports of the whole come after everything that nothing else builds on. More than a person would read are
/// left out: such an item is the last in the sequence anyway.
fn tests_last(net: &mut Net<'_>, place: &[usize]) {
    let built_on: BTreeSet<usize> = net.before.iter().flatten().copied().collect();
    for item in net.in_sequence(place) {
        let draft = &net.drafts[item];
        let last = comes_last(net, draft);
        if !last || !net.before[item].is_empty() {
            continue;
        }
        let ends = (0..net.drafts.len()).filter(|&other| {
            let work = !net.drafts[other].container && net.drafts[other].category != Some(Category::Test);
            work && place[other] < place[item] && !built_on.contains(&other)
        });
        let ends: Vec<usize> = ends.take(MOST_TESTED).collect();
        net.before[item].extend(ends);
    }
}
