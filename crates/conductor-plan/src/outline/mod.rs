//! A plan from documents by rules alone: deterministic, offline, without a model.

use crate::plan::{Engine, EngineKind};
use crate::{
    BlockKind, Category, Document, DocumentRef, Estimate, Item, ItemKey, PLAN_VERSION, Plan, Priority, Source,
};

/// What [`outline`] aims at.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OutlineOptions {
    /// How deep containers may be nested; 1 gives a flat list.
    pub max_depth: u8,
    /// Items that would take clearly longer than this are split where the document gives parts, in minutes.
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
    let _ = options;
    let mut items = Vec::new();
    for document in documents {
        for block in document.blocks() {
            if let BlockKind::Heading { .. } = block.kind {
                items.push(Item {
                    key: ItemKey::new(crate::document::short_hash(&[document.name(), &block.text])),
                    title: block.text.clone(),
                    description: String::new(),
                    parent: None,
                    depends_on: Vec::new(),
                    estimate: Some(Estimate { low: 30, likely: 60, high: 120 }),
                    complexity: 3,
                    category: Category::Feature,
                    priority: Priority::Medium,
                    tags: Vec::new(),
                    acceptance: Vec::new(),
                    files: Vec::new(),
                    confidence: 50,
                    requirements: Vec::new(),
                    sources: vec![Source { document: document.name().to_owned(), span: block.span }],
                });
            }
        }
    }
    Plan {
        version: PLAN_VERSION,
        title: None,
        engine: Engine { kind: EngineKind::Outline, model: None },
        documents: documents
            .iter()
            .map(|document| DocumentRef {
                name: document.name().to_owned(),
                digest: document.digest().clone(),
                kind: document.kind(),
            })
            .collect(),
        requirements: Vec::new(),
        items,
        notes: documents.iter().flat_map(|document| document.findings().to_vec()).collect(),
    }
}
