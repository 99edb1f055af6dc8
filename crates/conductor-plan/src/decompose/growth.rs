//! A plan that grows by questions and answers: which are to be asked, and what an answer leads to.
//!
//! Nothing here depends on the order in which answers come: what is asked next about an item follows from the items above
//! it alone, and so does how many items may be below it. So answers may be asked for side by side, and the same answers
//! always give the same plan.

use super::ask::{self, Ask, AskId};
use super::assemble::{Branches, assemble};
use super::check::{Asked, Existing, Proposal};
use super::chunk::{Chunk, chunks};
use super::flaw::Flaw;
use super::form::Form;
use super::join;
use super::library::Library;
use super::options::DecomposeOptions;
use super::remark::{Remark, WhyWhole};
use super::reply::{ItemsReply, JoiningReply, read};
use super::share::{MOST_PARTS, shares, start_shares, wants_split};
use crate::{Document, Engine, Item, ItemKey, Plan};
use std::collections::BTreeMap;
use thiserror::Error;

/// A plan in the making.
#[derive(Debug, Clone)]
pub struct Growth<'d> {
    library: Library<'d>,
    options: DecomposeOptions,
    /// What is there without any answer: the documents, what they ask for, and for a split the items of the plan.
    base: Plan,
    /// The item that is split; `None` when documents are planned.
    only: Option<ItemKey>,
    chunks: Vec<Chunk>,
    /// How many items the answer for each chunk may have.
    chunk_shares: Vec<usize>,
    level: BTreeMap<usize, Proposal>,
    /// All items that are known, by key.
    items: BTreeMap<ItemKey, Item>,
    branches: Branches,
    /// For items that are split: how many items may be below each.
    below: BTreeMap<ItemKey, usize>,
    existing: Vec<Existing>,
    remarks: BTreeMap<AskId, Vec<Remark>>,
}

/// A plan that has grown, and what is worth saying of how.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Grown {
    /// The plan.
    pub plan: Plan,
    /// What is worth saying, in the order of the plan.
    pub remarks: Vec<Remark>,
}

/// Why nothing can be asked.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum GrowthError {
    /// More parts than items.
    #[error(
        "the documents have to be read in {parts} parts, and {most} items at most cannot cover them; allow more \
         (--max-items), or show a model more at once (planning.llm.context)"
    )]
    TooFewItems {
        /// How many parts there are.
        parts: usize,
        /// How many items the plan may have.
        most: usize,
    },
    /// The item that is to be split is not in the plan.
    #[error("the plan has no item `{key}`; `conductor plan show` lists them")]
    NoItem {
        /// Its key.
        key: ItemKey,
    },
    /// The item that is to be split has parts.
    #[error("\"{title}\" has parts already; split one of these")]
    HasParts {
        /// Its title.
        title: String,
    },
}

impl<'d> Growth<'d> {
    /// A plan of documents. `base` is what is known of them without a model, such as [`outline`](crate::outline) gives;
    /// its items do not count.
    ///
    /// # Errors
    /// When so few items are allowed that not every part of the documents could have one.
    pub fn of_documents(
        documents: &'d [Document],
        base: Plan,
        options: DecomposeOptions,
    ) -> Result<Self, GrowthError> {
        let library = Library::new(documents, &base.requirements);
        let chunks = chunks(&library, options.context_tokens);
        if chunks.len() > options.max_items {
            return Err(GrowthError::TooFewItems { parts: chunks.len(), most: options.max_items });
        }
        let chunk_shares = start_shares(&chunks, options.max_items);
        let base = Plan { items: Vec::new(), ..base };
        Ok(Self { chunks, chunk_shares, ..Self::new(library, options, base) })
    }

    /// The parts of one item of a plan. The documents are those that the plan was made from, as far as they are there.
    ///
    /// # Errors
    /// When there is no such item, or it has parts.
    pub fn of_item(
        documents: &'d [Document],
        plan: Plan,
        key: &ItemKey,
        options: DecomposeOptions,
    ) -> Result<Self, GrowthError> {
        let item = plan.get(key).cloned().ok_or_else(|| GrowthError::NoItem { key: key.clone() })?;
        if plan.containers().contains(key) {
            return Err(GrowthError::HasParts { title: item.title });
        }
        let library = Library::new(documents, &plan.requirements);
        let below = options.max_items;
        let mut growth = Self::new(library, options, plan);
        growth.items = growth.base.items.iter().map(|item| (item.key.clone(), item.clone())).collect();
        growth.below.insert(key.clone(), below);
        growth.only = Some(key.clone());
        Ok(growth)
    }

    fn new(library: Library<'d>, options: DecomposeOptions, base: Plan) -> Self {
        Self {
            library,
            options,
            base,
            only: None,
            chunks: Vec::new(),
            chunk_shares: Vec::new(),
            level: BTreeMap::new(),
            items: BTreeMap::new(),
            branches: Branches::default(),
            below: BTreeMap::new(),
            existing: Vec::new(),
            remarks: BTreeMap::new(),
        }
    }

    /// What is to be asked first.
    pub fn start(&self) -> Vec<Ask> {
        match &self.only {
            Some(key) => self.items.get(key).map(|item| self.split(item)).into_iter().collect(),
            None => (0..self.chunks.len())
                .map(|number| {
                    let most = self.chunk_shares.get(number).copied().unwrap_or(1);
                    ask::level(&self.library, number, &self.chunks, most, &self.options)
                })
                .collect(),
        }
    }

    /// Takes an answer, and tells what is to be asked because of it. `round` is how often the question was asked before.
    ///
    /// # Errors
    /// All that is wrong with the answer; nothing was taken from it then.
    pub fn answer(&mut self, ask: &Ask, text: &str, round: usize) -> Result<Vec<Ask>, Vec<Flaw>> {
        match ask.form {
            Form::Joining => {
                let read = read::<JoiningReply>(text).map_err(|flaw| vec![flaw])?;
                let roots = join::joined(&self.roots_before_joining(), &read.reply)?;
                self.unfenced(ask, read.fenced);
                Ok(self.take_roots(roots))
            }
            Form::Items => {
                let read = read::<ItemsReply>(text).map_err(|flaw| vec![flaw])?;
                let parent = match &ask.id {
                    AskId::Split(key) => self.items.get(key),
                    AskId::Level(_) | AskId::Join => None,
                };
                let (shown, most, first_time) = (ask.shown.as_slice(), ask.most, round == 0);
                let asked = Asked { library: &self.library, parent, shown, most, first_time };
                let proposal = asked.check(&read.reply)?;
                self.unfenced(ask, read.fenced);
                Ok(match &ask.id {
                    AskId::Split(key) => self.take_parts(key.clone(), proposal),
                    AskId::Level(number) => self.take_level(*number, proposal),
                    AskId::Join => Vec::new(),
                })
            }
        }
    }

    fn unfenced(&mut self, ask: &Ask, fenced: bool) {
        if fenced {
            self.remarks.entry(ask.id.clone()).or_default().push(Remark::Unfenced);
        }
    }

    fn take_level(&mut self, number: usize, proposal: Proposal) -> Vec<Ask> {
        self.level.insert(number, proposal);
        if self.level.len() < self.chunks.len() {
            return Vec::new();
        }
        let roots = self.roots_before_joining();
        if self.chunks.len() > 1 && roots.len() > 1 {
            return vec![ask::join(&roots, &join::edges(&roots))];
        }
        self.take_roots(roots)
    }

    fn roots_before_joining(&self) -> Vec<Item> {
        join::unite(self.level.values().flat_map(|proposal| proposal.items.iter().cloned()))
    }

    fn take_roots(&mut self, roots: Vec<Item>) -> Vec<Ask> {
        self.existing = self.level.values().flat_map(|proposal| proposal.existing.clone()).collect();
        let left = self.options.max_items.saturating_sub(roots.len());
        self.branches.roots = roots.iter().map(|item| item.key.clone()).collect();
        self.grow(&roots, left, 1)
    }

    fn take_parts(&mut self, key: ItemKey, proposal: Proposal) -> Vec<Ask> {
        let Proposal { items, existing, whole } = proposal;
        self.existing.extend(existing);
        if items.is_empty() {
            let why = WhyWhole::Indivisible(whole.unwrap_or_default());
            self.note(&key, why);
            return Vec::new();
        }
        let left = self.below.get(&key).copied().unwrap_or_default().saturating_sub(items.len());
        let depth = self.above(&key).len() + 2;
        self.branches.parts.insert(key, items.iter().map(|item| item.key.clone()).collect());
        self.grow(&items, left, depth)
    }

    /// Takes items of one container in, and asks for the parts of those that are too large. `left` is how many items may
    /// be below all of them, `depth` how deep they stand, from 1.
    fn grow(&mut self, items: &[Item], left: usize, depth: usize) -> Vec<Ask> {
        self.items.extend(items.iter().map(|item| (item.key.clone(), item.clone())));
        if self.only.is_some() || depth >= usize::from(self.options.max_depth) {
            return Vec::new();
        }
        let large: Vec<&Item> = items.iter().filter(|item| wants_split(item, &self.options)).collect();
        let mut asks = Vec::new();
        for (item, share) in large.iter().zip(shares(&large, left)) {
            if share < 2 {
                self.note(&item.key, WhyWhole::MaxItems);
                continue;
            }
            self.below.insert(item.key.clone(), share);
            asks.push(self.split(item));
        }
        asks
    }

    fn split(&self, item: &Item) -> Ask {
        let most = self.below.get(&item.key).copied().unwrap_or(2).clamp(2, MOST_PARTS);
        let above = self.above(&item.key);
        let beside = self.items.values().filter(|other| other.parent == item.parent && other.key != item.key);
        let mut beside: Vec<&Item> = beside.collect();
        // In the order of the documents, and not in that of their names.
        beside.sort_by_key(|item| item.sources.first());
        ask::split(&self.library, item, &above, &beside, most, &self.options)
    }

    /// The containers of an item, from the top.
    fn above(&self, key: &ItemKey) -> Vec<&Item> {
        let mut above: Vec<&Item> = Vec::new();
        let mut next = self.items.get(key).and_then(|item| item.parent.as_ref());
        while let Some(item) = next.and_then(|key| self.items.get(key)) {
            if above.iter().any(|known| known.key == item.key) {
                break;
            }
            above.push(item);
            next = item.parent.as_ref();
        }
        above.reverse();
        above
    }

    fn note(&mut self, key: &ItemKey, why: WhyWhole) {
        let title = self.items.get(key).map(|item| item.title.clone()).unwrap_or_default();
        let remark = Remark::Whole { item: key.clone(), title, why };
        self.remarks.entry(AskId::Split(key.clone())).or_default().push(remark);
    }

    /// The plan of all that was answered.
    pub fn finish(self, engine: Engine) -> Grown {
        let remarks = self.remarks.into_values().flatten().collect();
        let base = if self.only.is_some() { self.base } else { Plan { engine, ..self.base } };
        let only = self.only.as_ref();
        let plan = assemble(base, only, &self.items, &self.branches, &self.existing);
        Grown { plan, remarks }
    }

    /// Title of what a question is about, for people.
    pub fn about(&self, ask: &Ask) -> String {
        match &ask.id {
            AskId::Level(number) if self.chunks.len() > 1 => {
                format!("part {} of {}", number + 1, self.chunks.len())
            }
            AskId::Level(_) => "the documents".to_owned(),
            AskId::Join => "what the parts have in common".to_owned(),
            AskId::Split(key) => self.items.get(key).map(|item| item.title.clone()).unwrap_or_default(),
        }
    }

    pub(super) fn options(&self) -> &DecomposeOptions {
        &self.options
    }

    pub(super) fn library(&self) -> &Library<'d> {
        &self.library
    }

    /// In how many parts the documents are read; 0 when an item is split.
    pub(super) fn parts(&self) -> usize {
        self.chunks.len()
    }
}
