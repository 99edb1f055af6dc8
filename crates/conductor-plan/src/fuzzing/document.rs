//! Documents: where everything that is made of them stands, and what is planned from them.

use super::plan::{check_sound, check_stored, shown};
use crate::decompose::{DecomposeOptions, Growth};
use crate::{
    Document, DocumentKind, Finding, FindingCode, OutlineOptions, Plan, Source, Span, outline, requirements,
};
use std::collections::BTreeSet;

/// A document, all that is found in it, and a plan of it.
pub fn document(name: &str, bytes: &[u8]) {
    let document = match Document::parse(name, bytes) {
        Ok(document) => document,
        Err(error) => {
            assert!(error.to_string().contains(name), "{error}");
            return;
        }
    };
    let places = Places::of(&document);
    places.check_blocks();
    let wanted = requirements(&document);
    wanted.iter().for_each(|wanted| places.check_source(&wanted.source, &wanted.text));
    // How deep a plan is follows from the input, so that a mutation changes that, too.
    let max_depth = [3, 2, 1][bytes.len() % 3];
    let options = OutlineOptions { max_depth, ..OutlineOptions::default() };
    let plan = outline(std::slice::from_ref(&document), &options);
    let findings = check_outline(&plan, &places);
    let deepest = plan.tree().iter().map(|row| row.depth).max().unwrap_or(0);
    assert!(deepest < usize::from(max_depth), "{deepest} of {max_depth}");
    check_stored(&plan);
    shown(&plan, &findings, &[(name.to_owned(), document.text().to_owned())]);
    // What a model would be asked.
    let options = DecomposeOptions { context_tokens: 500, max_items: 50_000, ..DecomposeOptions::default() };
    let documents = [document];
    match Growth::of_documents(&documents, plan, options) {
        Ok(growth) => assert!(!growth.start().is_empty()),
        Err(error) => panic!("{error}"),
    }
}

/// A plan that the rules made has no fault but that there may be nothing in it.
fn check_outline(plan: &Plan, places: &Places<'_>) -> Vec<Finding> {
    let findings = check_sound(plan);
    for finding in &findings {
        assert!(
            !matches!(finding.code, FindingCode::ItemWithoutSource | FindingCode::RedundantEdge),
            "{finding}"
        );
        finding.sources.iter().for_each(|source| places.check_source(source, &finding.message));
    }
    let wanted: BTreeSet<_> = plan.requirements.iter().map(|wanted| &wanted.id).collect();
    assert_eq!(wanted.len(), plan.requirements.len(), "each requirement has an id of its own");
    for item in &plan.items {
        assert!(item.requirements.iter().all(|id| wanted.contains(id)), "{item:?}");
        assert!(!item.title.trim().is_empty() && item.title.chars().count() <= 255, "{item:?}");
        assert!(!item.title.contains(char::is_control), "{item:?}");
        item.sources.iter().for_each(|source| places.check_source(source, &item.title));
    }
    findings
}

/// A document and where its lines begin.
struct Places<'d> {
    document: &'d Document,
    starts: Vec<usize>,
}

impl<'d> Places<'d> {
    fn of(document: &'d Document) -> Self {
        let breaks = document.text().match_indices('\n').map(|(at, _)| at + 1);
        Self { document, starts: std::iter::once(0).chain(breaks).collect() }
    }

    fn check_blocks(&self) {
        let mut before = 0;
        for block in self.document.blocks() {
            self.check(&block.span, block);
            assert!(before <= block.span.start, "blocks stand in order: {block:?}");
            before = block.span.start;
            assert!(block.span.start < block.span.end, "{block:?}");
            if matches!(self.document.kind(), DocumentKind::Plain | DocumentKind::Pdf) {
                let text = block.span.slice(self.document.text());
                let words = block.text.split(|c: char| !c.is_alphanumeric()).filter(|word| !word.is_empty());
                words.for_each(|word| assert!(text.contains(word), "{word:?} of {block:?} in {text:?}"));
            }
        }
        self.document.includes().iter().for_each(|include| self.check(&include.span, include));
        let sources = self.document.findings().iter().flat_map(|finding| &finding.sources);
        sources.for_each(|source| self.check_source(source, "a finding"));
    }

    fn check_source(&self, source: &Source, of: &str) {
        assert_eq!(source.document, self.document.name(), "{of}");
        self.check(&source.span, &of);
    }

    /// Whether a span lies in the text, between characters, and on the lines and the page that it names.
    fn check(&self, span: &Span, of: &dyn std::fmt::Debug) {
        let piece = self.document.text().get(span.start..span.end);
        assert!(piece.is_some(), "{span:?} of {of:?}");
        let line = |at: usize| u32::try_from(self.starts.partition_point(|&start| start <= at)).ok();
        assert_eq!(line(span.start), Some(span.first_line), "{span:?} of {of:?}");
        assert_eq!(
            line(span.end.saturating_sub(1).max(span.start)),
            Some(span.last_line),
            "{span:?} of {of:?}"
        );
        assert_eq!(span.page.is_some(), self.document.kind() == DocumentKind::Pdf, "{span:?} of {of:?}");
    }
}
