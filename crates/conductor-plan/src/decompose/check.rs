//! Whether what an answer says makes sense, and what it comes to then.

use super::circle::circle;
use super::flaw::{Flaw, shortened};
use super::key::item_key;
use super::library::{Library, asks_for_work};
use super::reply::{ItemsReply, SaidExisting, SaidItem};
use crate::{Estimate, Item, ItemKey, RequirementId, Source};
use std::collections::{BTreeMap, BTreeSet};

/// The longest title that a task can have, in characters.
const LONGEST_TITLE: usize = 255;
/// The longest text of an item. Nobody reads more, and what is longer went wrong.
const LONGEST_TEXT: usize = 20_000;

/// What an answer comes to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Proposal {
    /// In the order in which they were named; they depend on each other only.
    pub(super) items: Vec<Item>,
    pub(super) existing: Vec<Existing>,
    /// Why the item that was to be split stays whole.
    pub(super) whole: Option<String>,
}

/// A requirement that the project meets already.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Existing {
    pub(super) requirement: RequirementId,
    pub(super) files: Vec<String>,
    pub(super) reason: String,
}

/// What an answer was asked for.
pub(super) struct Asked<'a> {
    pub(super) library: &'a Library<'a>,
    /// The item that is split; `None` for the first level.
    pub(super) parent: Option<&'a Item>,
    /// The requirements that were shown.
    pub(super) shown: &'a [RequirementId],
    pub(super) most: usize,
    /// Whether a soft flaw is worth another question.
    pub(super) first_time: bool,
}

impl Asked<'_> {
    /// The proposal, or all that is wrong with it.
    pub(super) fn check(&self, reply: &ItemsReply) -> Result<Proposal, Vec<Flaw>> {
        let mut flaws = Vec::new();
        self.check_amount(reply, &mut flaws);
        let existing: Vec<Existing> =
            reply.existing.iter().filter_map(|said| self.existing(said, &mut flaws)).collect();
        let mut items: Vec<Item> = reply.items.iter().map(|said| self.item(said, &mut flaws)).collect();
        self.link(&reply.items, &mut items, &mut flaws);
        if self.first_time && flaws.is_empty() {
            flaws.extend(self.uncovered(&items, &existing, reply));
        }
        if !flaws.is_empty() {
            return Err(flaws);
        }
        let whole = Some(reply.whole.trim()).filter(|why| !why.is_empty()).map(shortened);
        Ok(Proposal { items, existing, whole })
    }

    fn check_amount(&self, reply: &ItemsReply, flaws: &mut Vec<Flaw>) {
        let (found, whole) = (reply.items.len(), !reply.whole.trim().is_empty());
        match self.parent {
            Some(_) if whole && found > 0 => flaws.push(Flaw::BothWays),
            Some(_) if !whole && found == 1 => flaws.push(Flaw::OnePart),
            Some(_) if whole => {}
            None | Some(_) if found == 0 && !self.all_exists(reply) => flaws.push(Flaw::NoItems),
            None | Some(_) => {}
        }
        if found > self.most {
            flaws.push(Flaw::TooMany { found, most: self.most });
        }
    }

    /// Nothing is left to plan where the project meets all that was shown.
    fn all_exists(&self, reply: &ItemsReply) -> bool {
        let met = |id: &RequirementId| reply.existing.iter().any(|said| said.requirement == id.as_str());
        !self.shown.is_empty() && self.shown.iter().all(met)
    }

    fn existing(&self, said: &SaidExisting, flaws: &mut Vec<Flaw>) -> Option<Existing> {
        let Some(wanted) = self.library.requirement(&said.requirement) else {
            let (id, requirement) = ("existing".to_owned(), shortened(&said.requirement));
            flaws.push(Flaw::UnknownRequirement { id, requirement });
            return None;
        };
        check_files("existing", &said.files, flaws);
        let (requirement, reason) = (wanted.id.clone(), shortened(&said.reason));
        Some(Existing { requirement, files: said.files.clone(), reason })
    }

    fn item(&self, said: &SaidItem, flaws: &mut Vec<Flaw>) -> Item {
        let id = said.id.as_str();
        let title = said.title.split_whitespace().collect::<Vec<_>>().join(" ");
        check_texts(said, &title, flaws);
        check_numbers(said, self.parent, flaws);
        check_files(id, &said.files, flaws);
        let requirements = self.requirements(said, flaws);
        let sources = self.sources(said, &requirements, flaws);
        if sources.is_empty() {
            flaws.push(Flaw::NoCite { id: shortened(id) });
        }
        let parent = self.parent.map(|parent| parent.key.clone());
        Item {
            key: item_key(parent.as_ref(), &title, &requirements, &sources),
            title,
            description: said.description.trim().to_owned(),
            parent,
            depends_on: Vec::new(),
            estimate: Some(Estimate {
                low: said.low_minutes,
                likely: said.likely_minutes,
                high: said.high_minutes,
            }),
            complexity: said.complexity,
            complexity_reasons: said.complexity_reasons.clone(),
            category: said.category,
            priority: said.priority,
            tags: tags(said),
            acceptance: said.acceptance.clone(),
            files: said.files.clone(),
            confidence: said.confidence,
            requirements,
            sources,
        }
    }

    fn requirements(&self, said: &SaidItem, flaws: &mut Vec<Flaw>) -> Vec<RequirementId> {
        let mut known: Vec<RequirementId> = Vec::new();
        for name in &said.requirements {
            match self.library.requirement(name) {
                Some(wanted) if known.contains(&wanted.id) => {}
                Some(wanted) => known.push(wanted.id.clone()),
                None => flaws
                    .push(Flaw::UnknownRequirement { id: shortened(&said.id), requirement: shortened(name) }),
            }
        }
        known
    }

    /// The places that an item names, and then those of its requirements that lie in none of these.
    fn sources(&self, said: &SaidItem, requirements: &[RequirementId], flaws: &mut Vec<Flaw>) -> Vec<Source> {
        let mut sources: Vec<Source> = Vec::new();
        for cite in &said.cites {
            match self.library.cite(&cite.document, cite.first_line, cite.last_line) {
                Ok(source) if sources.contains(&source) => {}
                Ok(source) => sources.push(source),
                Err(why) => flaws.push(Flaw::BadCite {
                    id: shortened(&said.id),
                    document: shortened(&cite.document),
                    first: cite.first_line,
                    last: cite.last_line,
                    why,
                }),
            }
        }
        for wanted in requirements.iter().filter_map(|id| self.library.requirement(id.as_str())) {
            let within = |known: &Source| {
                known.document == wanted.source.document && known.span.contains(&wanted.source.span)
            };
            if !sources.iter().any(within) {
                sources.push(wanted.source.clone());
            }
        }
        sources
    }

    /// Turns the ids of the answer into keys, and checks that they name something.
    fn link(&self, said: &[SaidItem], items: &mut [Item], flaws: &mut Vec<Flaw>) {
        let mut at: BTreeMap<&str, usize> = BTreeMap::new();
        let mut keys: BTreeSet<ItemKey> = BTreeSet::new();
        for (index, (one, item)) in said.iter().zip(items.iter()).enumerate() {
            if at.insert(&one.id, index).is_some() {
                flaws.push(Flaw::SameId { id: shortened(&one.id) });
            }
            if !keys.insert(item.key.clone()) {
                flaws.push(Flaw::SameTitle { title: shortened(&one.title) });
            }
        }
        let mut waits = vec![Vec::new(); said.len()];
        for (index, one) in said.iter().enumerate() {
            for on in &one.depends_on {
                match at.get(on.as_str()) {
                    Some(&on) if waits[index].contains(&on) => {}
                    Some(&on) => waits[index].push(on),
                    None => flaws.push(Flaw::UnknownItem { id: shortened(&one.id), on: shortened(on) }),
                }
            }
        }
        if let Some(around) = circle(&waits) {
            flaws.push(Flaw::circle(around.iter().map(|&index| said[index].id.as_str())));
        }
        let keys: Vec<ItemKey> = items.iter().map(|item| item.key.clone()).collect();
        for (item, waits) in items.iter_mut().zip(waits) {
            item.depends_on = waits.into_iter().map(|on| keys[on].clone()).collect();
        }
    }

    /// What was shown, asks for work, and is covered by nothing. For a split the parts have to cover what the item did.
    fn uncovered(&self, items: &[Item], existing: &[Existing], reply: &ItemsReply) -> Option<Flaw> {
        if items.is_empty() && !reply.whole.trim().is_empty() {
            return None;
        }
        let covered: BTreeSet<&RequirementId> = items
            .iter()
            .flat_map(|item| &item.requirements)
            .chain(existing.iter().map(|existing| &existing.requirement))
            .collect();
        let left: Vec<String> = self
            .shown
            .iter()
            .filter(|id| !covered.contains(id))
            .filter(|id| self.library.requirement(id.as_str()).is_some_and(asks_for_work))
            .map(ToString::to_string)
            .collect();
        (!left.is_empty()).then_some(Flaw::Uncovered { requirements: left })
    }
}

fn check_texts(said: &SaidItem, title: &str, flaws: &mut Vec<Flaw>) {
    let length = title.chars().count();
    if length == 0 || length > LONGEST_TITLE || title.chars().any(char::is_control) {
        flaws.push(Flaw::bounds(&said.id, "title", &said.title, "one line of 1 to 255 characters"));
    }
    let long = std::iter::once(&said.description).chain(&said.acceptance).chain(&said.complexity_reasons);
    if long.map(String::len).sum::<usize>() > LONGEST_TEXT {
        flaws.push(Flaw::bounds(&said.id, "description", "too long", "short enough to be read"));
    }
    if said.acceptance.iter().any(|line| line.trim().is_empty()) {
        flaws.push(Flaw::bounds(
            &said.id,
            "acceptance",
            "with an empty line",
            "criteria that can be checked",
        ));
    }
    if said.complexity_reasons.iter().all(|reason| reason.trim().is_empty()) {
        flaws.push(Flaw::bounds(&said.id, "complexity_reasons", "empty", "at least one short phrase"));
    }
}

fn check_numbers(said: &SaidItem, parent: Option<&Item>, flaws: &mut Vec<Flaw>) {
    let SaidItem { id, low_minutes: low, likely_minutes: likely, high_minutes: high, .. } = said;
    if *low < 1 || low > likely || likely > high || *high > 100_000 {
        let found = format!("{low}, {likely}, {high}");
        flaws.push(Flaw::bounds(
            id,
            "minutes",
            found,
            "low, likely and high in this order, from 1 to 100000",
        ));
    }
    if !(1..=10).contains(&said.complexity) {
        flaws.push(Flaw::bounds(id, "complexity", said.complexity, "from 1 to 10"));
    }
    if said.confidence > 100 {
        flaws.push(Flaw::bounds(id, "confidence", said.confidence, "from 0 to 100"));
    }
    let whole = parent.and_then(|parent| parent.estimate).map(|estimate| estimate.likely);
    if whole.is_some_and(|whole| *likely >= whole.max(2)) {
        flaws.push(Flaw::NotSmaller { id: shortened(id), minutes: *likely });
    }
}

/// Files are named relative to the repository and stay in it.
fn check_files(id: &str, files: &[String], flaws: &mut Vec<Flaw>) {
    let inside = |file: &&String| {
        let parts: Vec<&str> = file.split(['/', '\\']).collect();
        !file.trim().is_empty()
            && !file.starts_with(['/', '\\', '~'])
            && !file.chars().any(char::is_control)
            && !parts.contains(&"..")
    };
    if let Some(bad) = files.iter().find(|file| !inside(file)) {
        flaws.push(Flaw::bounds(id, "files", bad, "paths inside the repository"));
    }
}

/// Tags are single words; the category is one of them, as in plans of every engine.
fn tags(said: &SaidItem) -> Vec<String> {
    let mut tags = vec![said.category.as_str().to_owned()];
    for tag in &said.tags {
        let tag = tag.split_whitespace().collect::<Vec<_>>().join("-").to_lowercase();
        let fits = !tag.is_empty() && tag.chars().count() <= 64 && !tag.chars().any(char::is_control);
        if fits && !tags.contains(&tag) {
            tags.push(tag);
        }
    }
    tags
}
