//! Documents that change, and what becomes of their plans.

#![expect(clippy::unwrap_used, reason = "tests")]

mod diff;
mod laws;
mod update;
mod world;

use conductor_plan::{Document, OutlineOptions, Plan, outline};

/// Two pages: three phases, qualities, constraints, what is left out.
const DOCUMENT: &str = include_str!("lending.md");

fn plan_as(name: &str, text: &str) -> Plan {
    outline(&[Document::parse(name, text.as_bytes()).unwrap()], &OutlineOptions::default())
}

fn plan(text: &str) -> Plan {
    plan_as("lending.md", text)
}

/// The document with each of these replaced, which must be there once.
#[track_caller]
fn edited(edits: &[(&str, &str)]) -> String {
    let mut text = DOCUMENT.to_owned();
    for (old, new) in edits {
        assert_eq!(text.matches(old).count(), 1, "{old}");
        text = text.replace(old, new);
    }
    text
}
