//! The forms in which things were ever written, one example a line, are kept in files, and read for ever. What is
//! written today must be among them, so no form changes without a new version.

use std::collections::BTreeSet;

use conductor_engine::event::EventTag;
use serde::Serialize;
use serde_json::{Value, json};

use super::*;

const EVENT_FORMS: &str = include_str!("../../../tests/fixtures/journal/forms/events.jsonl");
const SETUP_FORMS: &str = include_str!("../../../tests/fixtures/journal/forms/setup.jsonl");
const STATE_FORMS: &str = include_str!("../../../tests/fixtures/journal/forms/state.jsonl");

const ADVICE: &str = "no form changes without a new version: add a step to the tables in `journal/upcast`, leave the \
                      lines of older versions alone, and add lines of the new one to `fixtures/journal/forms`";

struct Form {
    kind: String,
    version: i64,
    body: Value,
}

fn forms(lines: &str) -> Vec<Form> {
    let form = |line: &str| {
        let line: Value = serde_json::from_str(line).unwrap();
        Form {
            kind: line["kind"].as_str().unwrap_or_default().to_owned(),
            version: line["version"].as_i64().unwrap(),
            body: line["body"].clone(),
        }
    };
    lines.lines().map(form).collect()
}

/// Reads a form of any version; one of the current version is also what is written.
fn check<T: Serialize>(form: &Form, current: i64, read: impl FnOnce(&str) -> Result<T, UpcastError>) {
    let Form { kind, version, body } = form;
    let text = body.to_string();
    let read = read(&text).unwrap_or_else(|error| panic!("{kind} v{version}: {error}\n{text}\n{ADVICE}"));
    assert!(*version <= current, "{kind} v{version} is newer than what is written, v{current}");
    if *version == current {
        assert_eq!(&json!(read), body, "{kind} v{version}: {ADVICE}");
    }
}

#[test]
fn every_form_of_an_event_is_read_and_the_newest_is_written() {
    let mut current = BTreeSet::new();
    for form in forms(EVENT_FORMS) {
        let newest = event_version(&form.kind);
        check(&form, newest, |body| event(&form.kind, form.version, body));
        if form.version == newest {
            current.insert(form.kind);
        }
    }
    for tag in EventTag::ALL {
        let kind = json!(tag).as_str().unwrap().to_owned();
        assert!(current.contains(&kind), "no line of `{kind}` in version {}: {ADVICE}", event_version(&kind));
    }
}

#[test]
fn every_form_of_a_setup_is_read_and_the_newest_is_written() {
    let all = forms(SETUP_FORMS);
    for form in &all {
        check(form, i64::from(Setup::VERSION), setup);
    }
    assert!(all.iter().any(|form| form.version == i64::from(Setup::VERSION)), "{ADVICE}");
}

#[test]
fn every_form_of_a_state_is_read_and_the_newest_is_written() {
    let all = forms(STATE_FORMS);
    for form in &all {
        check(form, STATE_VERSION, |body| state(form.version, body));
    }
    assert!(all.iter().any(|form| form.version == STATE_VERSION), "{ADVICE}");
}
