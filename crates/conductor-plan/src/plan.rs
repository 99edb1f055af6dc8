//! The draft task graph: items, what they cite, and how it is stored.

use crate::{Answer, Digest, DocumentKind, Finding, Requirement, RequirementId, SharedText, Source, Verdict};
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use taskwerk_model::Priority;
use thiserror::Error;

/// The version of the stored form that this build writes. A reader refuses a higher one. What version 2 added is empty in
/// a plan of version 1: answers, verdicts, reasons of a complexity, constraints of a requirement, questions of a finding.
pub const PLAN_VERSION: u32 = 2;

/// A draft task graph. Serializes to stable JSON, see [`Plan::to_json`].
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Plan {
    /// Version of the stored form, [`PLAN_VERSION`] when written by this build.
    pub version: u32,
    /// The documents' own title, where they have one.
    pub title: Option<String>,
    /// What made the plan.
    pub engine: Engine,
    /// The documents that it was made from, in the order given.
    pub documents: Vec<DocumentRef>,
    /// What the documents ask for.
    pub requirements: Vec<Requirement>,
    /// The work: parents before their children, otherwise in the order in which it is to be read.
    pub items: Vec<Item>,
    /// What reading the documents found worth saying. [`lint`](crate::lint) repeats these.
    pub notes: Vec<Finding>,
    /// What people said of single items so far; see [`review`](crate::review).
    #[serde(default)]
    pub verdicts: BTreeMap<ItemKey, Verdict>,
    /// Questions to the author that were answered, oldest first.
    #[serde(default)]
    pub answers: Vec<Answer>,
}

/// What made a plan.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Engine {
    /// Which engine.
    pub kind: EngineKind,
    /// The model or agent behind it, where there is one.
    pub model: Option<String>,
}

/// The engines that can make a plan.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum EngineKind {
    /// Deterministic rules, offline, no model.
    Outline,
    /// A language model behind a provider's interface.
    Llm,
    /// A configured coding agent.
    Agent,
}

/// A document as a plan remembers it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct DocumentRef {
    /// Its name, as given to [`Document::parse`](crate::Document::parse).
    pub name: String,
    /// SHA-256 of its bytes.
    pub digest: Digest,
    /// How it was read.
    pub kind: DocumentKind,
    /// Of a document with pages the line on which each of them begins, so that its text alone can be cited by page.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub pages: Vec<u32>,
}

/// The name of an item, stable while its title, its parent's title and the document's name stay: planning a document
/// again after an unrelated edit gives the same keys, so that an import finds what it imported before.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct ItemKey(SharedText);

/// One node of a plan: a piece of work, or a container of such pieces.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Item {
    /// Its name within the plan.
    pub key: ItemKey,
    /// One line, in the document's language.
    pub title: String,
    /// What is to be done, in the document's words. May be empty.
    pub description: String,
    /// The container that it belongs to.
    pub parent: Option<ItemKey>,
    /// The items that must be done before it.
    pub depends_on: Vec<ItemKey>,
    /// How long it takes. A container has none of its own.
    pub estimate: Option<Estimate>,
    /// How hard it is, from 1 (trivial) to 10.
    pub complexity: u8,
    /// Why it is that hard, a short phrase each.
    #[serde(default)]
    pub complexity_reasons: Vec<String>,
    /// What kind of work it is.
    pub category: Category,
    /// How much it matters.
    pub priority: Priority,
    /// Words to find it by.
    pub tags: Vec<String>,
    /// How one sees that it is done.
    pub acceptance: Vec<String>,
    /// Files that the document names for it, relative to the repository.
    pub files: Vec<String>,
    /// How sure the engine is that this is work of its own, in percent.
    pub confidence: u8,
    /// The requirements that it covers.
    pub requirements: Vec<RequirementId>,
    /// The places in the documents that it comes from; the first is the one to show.
    pub sources: Vec<Source>,
}

/// How long an item takes, in minutes of one worker's time.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Estimate {
    /// If all goes well.
    pub low: u32,
    /// Most likely.
    pub likely: u32,
    /// If it turns out harder than it reads.
    pub high: u32,
}

/// What kind of work an item is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Category {
    /// What other work stands on: project skeleton, build files, infrastructure.
    Setup,
    /// Stored data and its schema.
    Data,
    /// What the product does.
    Feature,
    /// What other programs call.
    Api,
    /// What people see and touch.
    Ui,
    /// Deployment, monitoring, running it.
    Operations,
    /// Checks of the rest.
    Test,
    /// Text for readers.
    Documentation,
}

/// One line of [`Plan::tree`].
#[derive(Debug, Clone, Copy)]
pub struct TreeRow<'p> {
    /// 0 for an item without a parent.
    pub depth: usize,
    /// Whether other items name this one as their parent.
    pub container: bool,
    /// The item.
    pub item: &'p Item,
}

/// Why stored JSON is not a plan.
#[derive(Debug, Error)]
pub enum PlanError {
    /// The text is no JSON, or not of the shape of a plan.
    #[error("failed to read the plan: {0}; it was not written by this program, or is damaged")]
    Malformed(#[from] serde_json::Error),
    /// A newer program wrote it.
    #[error(
        "failed to read the plan: it has version {found}, this program knows {PLAN_VERSION}; update the program"
    )]
    Newer {
        /// The version found.
        found: u32,
    },
}

impl Plan {
    /// A plan of these items, of no document and without anything that was said of it yet.
    pub fn of_items(engine: Engine, items: Vec<Item>) -> Self {
        Self {
            version: PLAN_VERSION,
            title: None,
            engine,
            documents: Vec::new(),
            requirements: Vec::new(),
            items,
            notes: Vec::new(),
            verdicts: BTreeMap::new(),
            answers: Vec::new(),
        }
    }

    /// The item with this key.
    pub fn get(&self, key: &ItemKey) -> Option<&Item> {
        self.items.iter().find(|item| item.key == *key)
    }

    /// Keys of the items that other items name as their parent.
    pub fn containers(&self) -> BTreeSet<&ItemKey> {
        self.items.iter().filter_map(|item| item.parent.as_ref()).collect()
    }

    /// The items that are work of their own: everything but the containers, in plan order.
    pub fn leaves(&self) -> impl Iterator<Item = &Item> {
        let containers = self.containers();
        self.items.iter().filter(move |item| !containers.contains(&item.key))
    }

    /// Every item once, each under its parent, for display. An item whose parent is unknown, or is part of a circle of
    /// parents, is shown at the top, so that nothing is ever hidden.
    pub fn tree(&self) -> Vec<TreeRow<'_>> {
        let known: BTreeMap<&ItemKey, usize> =
            self.items.iter().enumerate().rev().map(|(index, item)| (&item.key, index)).collect();
        let mut children: BTreeMap<usize, Vec<usize>> = BTreeMap::new();
        let mut roots = Vec::new();
        for (index, item) in self.items.iter().enumerate() {
            match item.parent.as_ref().and_then(|parent| known.get(parent)) {
                Some(&parent) => children.entry(parent).or_default().push(index),
                None => roots.push(index),
            }
        }
        let mut rows = Vec::with_capacity(self.items.len());
        let mut seen = vec![false; self.items.len()];
        for start in roots.into_iter().chain(0..self.items.len()) {
            let mut stack = vec![(start, 0)];
            while let Some((index, depth)) = stack.pop() {
                let Some(item) = self.items.get(index) else { continue };
                if std::mem::replace(&mut seen[index], true) {
                    continue;
                }
                let below = children.get(&index).map_or(&[][..], Vec::as_slice);
                rows.push(TreeRow { depth, container: !below.is_empty(), item });
                stack.extend(below.iter().rev().map(|&child| (child, depth + 1)));
            }
        }
        rows
    }

    /// The stored form: JSON with the fields in a fixed order.
    ///
    /// # Errors
    /// [`PlanError::Malformed`] when the JSON cannot be written, which no plan that was built here causes.
    pub fn to_json(&self) -> Result<String, PlanError> {
        Ok(serde_json::to_string(self)?)
    }

    /// Reads the stored form.
    ///
    /// # Errors
    /// When the text is not a plan, or was written by a newer program.
    pub fn from_json(text: &str) -> Result<Self, PlanError> {
        #[derive(Deserialize)]
        struct Header {
            version: u32,
        }
        let Header { version } = serde_json::from_str(text)?;
        if version > PLAN_VERSION {
            return Err(PlanError::Newer { found: version });
        }
        let plan: Self = serde_json::from_str(text)?;
        Ok(Self { version: PLAN_VERSION, ..plan })
    }
}

impl ItemKey {
    /// Any text can be a key; [`lint`](crate::lint) finds the doubtful ones.
    pub fn new(key: impl Into<SharedText>) -> Self {
        Self(key.into())
    }

    /// The key as text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for ItemKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl Category {
    /// Every category.
    pub const ALL: [Self; 8] = [
        Self::Setup,
        Self::Data,
        Self::Feature,
        Self::Api,
        Self::Ui,
        Self::Operations,
        Self::Test,
        Self::Documentation,
    ];

    /// The category that is written so, in whatever case.
    pub fn named(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|category| category.as_str().eq_ignore_ascii_case(word.trim()))
    }

    /// The category as it is written in JSON.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Setup => "setup",
            Self::Data => "data",
            Self::Feature => "feature",
            Self::Api => "api",
            Self::Ui => "ui",
            Self::Operations => "operations",
            Self::Test => "test",
            Self::Documentation => "documentation",
        }
    }
}
