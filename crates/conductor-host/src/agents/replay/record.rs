//! Making a recorded turn of what an attempt left in its directory.

use std::fs;
use std::path::Path;

use conductor_engine::attempt::{AttemptEnd, AttemptReport};

use super::recording::{Content, Turn, TurnEnd};
use super::wire::{Began, WORKSPACE, Wire};
use crate::transcript::{self, Event};

/// What stands in the place of a secret.
const HIDDEN: &str = "********";

/// The turn that an attempt was: its words from the transcript in `dir`, its program's lines where they were written
/// down, its end as it was reported, and its patch. `secrets` do not show in it.
pub fn turn_of(dir: &Path, report: &AttemptReport, patch: Option<Vec<u8>>, secrets: &[String]) -> Turn {
    let (end, message) = end(&report.end);
    let hide = |text: String| secrets.iter().fold(text, |text, secret| text.replace(secret, HIDDEN));
    let log = fs::read_to_string(dir.join("wire.jsonl")).unwrap_or_default();
    let patch = patch.filter(|patch| !patch.is_empty()).map(|patch| match Content::of(patch) {
        Content::Text(text) => Content::Text(hide(text)),
        other @ Content::Base64(_) => other,
    });
    Turn {
        messages: messages(&dir.join("transcript.jsonl")).into_iter().map(hide).collect(),
        deletes: Vec::new(),
        writes: Vec::new(),
        end,
        message: hide(message),
        usage: report.usage.clone(),
        patch,
        wire: Wire::of_log(&log).map(|(wire, began)| portable(wire, &began, hide)),
    }
}

/// The lines without the machine that they were recorded on.
fn portable(mut wire: Wire, began: &Began, hide: impl Fn(String) -> String) -> Wire {
    let quoted = serde_json::to_string(&began.workspace).unwrap_or_default();
    let quoted = quoted.trim_matches('"').to_owned();
    for line in &mut wire.lines {
        let text = std::mem::take(&mut line.line);
        let text = match began.workspace.len() {
            // Nothing that could be told from other words.
            0 | 1 => text,
            _ => text.replace(&quoted, WORKSPACE).replace(&began.workspace, WORKSPACE),
        };
        line.line = hide(text);
    }
    wire
}

/// What the agent said, message by message.
fn messages(transcript: &Path) -> Vec<String> {
    let mut all: Vec<String> = Vec::new();
    let mut cursor = 0;
    let mut open = false;
    while let Ok(page) = transcript::read(transcript, cursor) {
        cursor = page.cursor;
        for entry in page.entries {
            let Event::Message { text, part } = entry.event else {
                open = false;
                continue;
            };
            match all.last_mut().filter(|_| part && open) {
                Some(last) => last.push_str(&text),
                None => all.push(text),
            }
            open = true;
        }
        if !page.more {
            break;
        }
    }
    all
}

fn end(end: &AttemptEnd) -> (TurnEnd, String) {
    match end {
        AttemptEnd::Finished { summary } => (TurnEnd::Done, summary.clone()),
        AttemptEnd::Asked { question } => (TurnEnd::Question, question.clone()),
        AttemptEnd::Blocked { reason } => (TurnEnd::Blocked, reason.clone()),
        AttemptEnd::Failed { message, .. } => (TurnEnd::Failed, message.clone()),
        AttemptEnd::Refused { reason } => (TurnEnd::Failed, reason.clone()),
        AttemptEnd::TimedOut => (TurnEnd::Failed, "it used up its time".to_owned()),
        AttemptEnd::Stalled => (TurnEnd::Failed, "it fell silent".to_owned()),
        AttemptEnd::Looped => (TurnEnd::Failed, "it went round in circles".to_owned()),
        AttemptEnd::OverBudget => (TurnEnd::Failed, "it used more than it may".to_owned()),
        AttemptEnd::RateLimited { .. } => (TurnEnd::Failed, "its provider let nothing through".to_owned()),
        AttemptEnd::Cancelled => (TurnEnd::Failed, "it was cancelled".to_owned()),
        AttemptEnd::Interrupted => (TurnEnd::Failed, "it was interrupted".to_owned()),
    }
}
