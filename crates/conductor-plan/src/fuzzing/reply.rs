//! What a model or an agent answers.

use super::plan::{check_sound, check_stored};
use crate::decompose::{DecomposeOptions, Growth, repair};
use crate::{Document, Engine, EngineKind, OutlineOptions, outline};

/// The most answers of one input.
const MOST_ANSWERS: usize = 16;
/// What goes back to the model about an answer is no longer, in bytes.
const LONGEST_REPAIR: usize = 64 * 1024;
/// More items no plan may have.
const MOST_ITEMS: usize = 20;

const DOCUMENT: &str = "\
# Notes

A place for notes.

## Features

- Users can store notes in notebooks.
- Users can search notes by word and by date within 200 ms.

## Data

- A note has a title, a text and a date.
";

/// Answers, with a zero byte between them, to one question after the other, by the bits of the first byte: whether the
/// document is asked about in several parts, whether an item of its plan is split instead, and whether the questions were
/// asked before. In an answer `@0` stands for the id of the document's first requirement, and so on.
pub fn reply(bytes: &[u8]) {
    let Some((&mode, answers)) = bytes.split_first() else { return };
    let document = Document::parse("n.md", DOCUMENT.as_bytes()).unwrap_or_else(|error| panic!("{error}"));
    let documents = [document];
    let base = outline(&documents, &OutlineOptions::default());
    let mut answers = String::from_utf8_lossy(answers).into_owned();
    for (number, wanted) in base.requirements.iter().enumerate().take(10) {
        answers = answers.replace(&format!("@{number}"), wanted.id.as_str());
    }
    let context_tokens = if mode & 1 == 0 { 10_000 } else { 40 };
    let options = DecomposeOptions { context_tokens, max_items: MOST_ITEMS, ..DecomposeOptions::default() };
    let most = if mode & 2 == 0 { MOST_ITEMS } else { MOST_ITEMS + base.items.len() };
    let growth = if mode & 2 == 0 {
        Growth::of_documents(&documents, base, options)
    } else {
        let key = base.leaves().next().map(|item| item.key.clone()).unwrap_or_else(|| panic!("{base:?}"));
        Growth::of_item(&documents, base, &key, options)
    };
    let mut growth = growth.unwrap_or_else(|error| panic!("{error}"));
    let mut asks = growth.start();
    for answer in answers.split('\0').take(MOST_ANSWERS) {
        let Some(ask) = asks.first().cloned() else { break };
        match growth.answer(&ask, answer, usize::from(mode >> 2 & 1)) {
            Ok(more) => {
                asks.remove(0);
                asks.extend(more);
            }
            Err(flaws) => {
                assert!(!flaws.is_empty());
                let again = repair(&flaws);
                assert!(again.len() <= LONGEST_REPAIR, "{} bytes", again.len());
            }
        }
    }
    let grown = growth.finish(Engine { kind: EngineKind::Llm, model: None });
    assert!(grown.plan.items.len() <= most, "{} items", grown.plan.items.len());
    check_sound(&grown.plan);
    check_stored(&grown.plan);
}
