//! What can be told from an agent's output: its last words, what it used, and its own session.
//!
//! Programs that print a JSON value per line are read by the few keys that the known ones use; everything else
//! is plain text. Lines that cannot be understood are passed over.

use conductor_engine::attempt::Usage;
use serde_json::Value;

use super::result_file::{bounded, micros};

/// What the output of an agent says.
#[derive(Debug, Clone, Default, PartialEq)]
pub(super) struct Said {
    /// Its last words: the last message of a stream, or the last paragraph of plain text.
    pub(super) summary: String,
    /// A question or blocker in the strict form, as the very last line of its last words.
    pub(super) appeal: Option<Appeal>,
    pub(super) usage: Usage,
    /// The name of the agent's own session.
    pub(super) session: Option<String>,
}

/// An agent needs somebody.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Appeal {
    Question(String),
    Blocked(String),
}

/// Reads the output of an agent.
pub(super) fn read(stdout: &[u8]) -> Said {
    let text = String::from_utf8_lossy(stdout);
    let mut said = Said::default();
    let mut message = None;
    for value in
        text.lines().filter(|line| line.starts_with('{')).filter_map(|line| serde_json::from_str(line).ok())
    {
        message = words(&value).or(message);
        add_usage(&mut said.usage, &value);
        said.session = session(&value).or(said.session);
    }
    let last_words = message.unwrap_or_else(|| last_paragraph(&text));
    said.appeal = last_words.lines().rev().find(|line| !line.trim().is_empty()).and_then(appeal);
    said.summary = bounded(&last_words);
    said
}

/// A line is an appeal only when nothing stands before the word and something after it.
fn appeal(line: &str) -> Option<Appeal> {
    let parts = line.split_once(": ").map(|(word, rest)| (word, bounded(rest)));
    match parts {
        Some((_, rest)) if rest.is_empty() => None,
        Some(("QUESTION", rest)) => Some(Appeal::Question(rest)),
        Some(("BLOCKED", rest)) => Some(Appeal::Blocked(rest)),
        Some(_) | None => None,
    }
}

fn last_paragraph(text: &str) -> String {
    let lines: Vec<&str> = text.trim_end().lines().collect();
    let start = lines.iter().rposition(|line| line.trim().is_empty()).map_or(0, |blank| blank + 1);
    lines.get(start..).unwrap_or_default().join("\n")
}

/// The words in one event of a stream: Claude's result or message, Codex's item, OpenCode's part, Gemini's
/// message.
fn words(event: &Value) -> Option<String> {
    const PLACES: [&str; 5] = ["/result", "/message/content/0/text", "/item/text", "/part/text", "/content"];
    let ours = event.pointer("/role").and_then(Value::as_str) != Some("user")
        && event.pointer("/type").and_then(Value::as_str) != Some("user");
    let found = PLACES.iter().find_map(|place| event.pointer(place)?.as_str());
    found.filter(|text| ours && !text.trim().is_empty()).map(str::to_owned)
}

/// Claude tells the sum in its result, Codex for each turn, OpenCode for each step, Gemini in its result.
/// Claude's messages carry start values, which would be counted twice.
fn add_usage(sum: &mut Usage, event: &Value) {
    let kind = event.pointer("/type").and_then(Value::as_str).unwrap_or_default();
    let (tokens, cost) = match kind {
        "result" => (event.pointer("/usage").or(event.pointer("/stats")), event.pointer("/total_cost_usd")),
        "turn.completed" => (event.pointer("/usage"), None),
        "step_finish" => (event.pointer("/part/tokens"), event.pointer("/part/cost")),
        _ => (None, None),
    };
    let number = |names: [&str; 2]| tokens.and_then(|t| names.iter().find_map(|name| t.get(name)?.as_u64()));
    add(&mut sum.input_tokens, number(["input_tokens", "input"]));
    add(&mut sum.output_tokens, number(["output_tokens", "output"]));
    add(&mut sum.cost_micros, cost.and_then(micros));
}

fn add(sum: &mut Option<u64>, more: Option<u64>) {
    if let Some(more) = more {
        *sum = Some(sum.unwrap_or_default().saturating_add(more));
    }
}

fn session(event: &Value) -> Option<String> {
    ["session_id", "thread_id", "sessionID"]
        .iter()
        .find_map(|key| event.get(key)?.as_str())
        .filter(|id| !id.is_empty() && id.len() <= 200)
        .map(str::to_owned)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn the_last_paragraph_of_plain_text_is_the_summary() {
        let table = [
            ("", "", None),
            ("working\n\nStored notes.\nAdded tests.\n\n", "Stored notes.\nAdded tests.", None),
            (
                "x\n\nQUESTION: Which database?\n",
                "QUESTION: Which database?",
                Some(Appeal::Question("Which database?".into())),
            ),
            (
                "BLOCKED: no network\r\n\n \n",
                "BLOCKED: no network",
                Some(Appeal::Blocked("no network".into())),
            ),
            ("QUESTION: a?\nnever mind", "QUESTION: a?\nnever mind", None),
            ("my QUESTION: a?", "my QUESTION: a?", None),
            ("question: a?", "question: a?", None),
            ("QUESTION: ", "QUESTION:", None),
        ];
        for (text, summary, appeal) in table {
            let said = read(text.as_bytes());
            assert_eq!((said.summary.as_str(), said.appeal), (summary, appeal), "{text:?}");
        }
    }

    #[test]
    fn the_streams_of_known_programs_are_understood() {
        let claude = r#"{"type":"system","subtype":"init","session_id":"c-1"}
{"type":"assistant","message":{"content":[{"type":"text","text":"working"}],"usage":{"output_tokens":1}},"session_id":"c-1"}
{"type":"user","message":{"content":[{"type":"tool_result","text":"tool output"}]},"session_id":"c-1"}
{"type":"result","subtype":"success","result":"Done.\n\nQUESTION: Keep the old file?","total_cost_usd":0.31,"usage":{"input_tokens":12,"output_tokens":34},"session_id":"c-1"}"#;
        let codex = r#"{"type":"thread.started","thread_id":"t-1"}
{"type":"item.completed","item":{"type":"agent_message","text":"Wrote it."}}
{"type":"turn.completed","usage":{"input_tokens":5,"cached_input_tokens":1,"output_tokens":2}}
{"type":"turn.completed","usage":{"input_tokens":5,"output_tokens":2}}"#;
        let opencode = r#"{"type":"text","sessionID":"o-1","part":{"text":"All good."}}
not json
{"type":"step_finish","sessionID":"o-1","part":{"tokens":{"input":7,"output":3},"cost":0.01}}"#;
        let usage = |input, output, cost| Usage {
            input_tokens: Some(input),
            output_tokens: Some(output),
            cost_micros: cost,
        };
        let table = [
            (claude, "Done.\n\nQUESTION: Keep the old file?", usage(12, 34, Some(310_000)), "c-1"),
            (codex, "Wrote it.", usage(10, 4, None), "t-1"),
            (opencode, "All good.", usage(7, 3, Some(10_000)), "o-1"),
        ];
        for (stream, summary, usage, session) in table {
            let said = read(stream.as_bytes());
            assert_eq!(said.summary, summary);
            assert_eq!(said.usage, usage, "{summary}");
            assert_eq!(said.session.as_deref(), Some(session), "{summary}");
        }
        assert_eq!(read(claude.as_bytes()).appeal, Some(Appeal::Question("Keep the old file?".into())));
    }

    proptest! {
        #[test]
        fn garbage_never_panics(bytes in any::<Vec<u8>>(), text in r#"(\{"type":"(result|x)","(usage|result|part)":[-0-9a-z"{}:]{0,12}\}?\n?){0,4}"#) {
            let _whatever = (read(&bytes), read(text.as_bytes()));
        }
    }
}
