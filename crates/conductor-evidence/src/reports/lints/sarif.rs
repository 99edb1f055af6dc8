//! SARIF 2.1.

use conductor_engine::lint::LintLevel;
use serde::Deserialize;

use super::List;

#[derive(Deserialize)]
struct Log {
    runs: Vec<Run>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Run {
    results: Option<Vec<Outcome>>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Outcome {
    rule_id: Option<String>,
    rule: Option<Rule>,
    level: Option<String>,
    kind: Option<String>,
    message: Option<Text>,
    #[serde(default)]
    locations: Vec<Location>,
    #[serde(default)]
    suppressions: Vec<serde::de::IgnoredAny>,
}

#[derive(Deserialize)]
struct Rule {
    id: Option<String>,
}

#[derive(Deserialize)]
struct Text {
    text: Option<String>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Location {
    physical_location: Option<Physical>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Physical {
    artifact_location: Option<Artifact>,
    region: Option<Region>,
}

#[derive(Deserialize)]
struct Artifact {
    uri: Option<String>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Region {
    start_line: Option<u64>,
}

pub(super) fn read(text: &str, list: &mut List<'_, '_>) -> Option<()> {
    let log: Log = serde_json::from_str(text).ok()?;
    for outcome in log.runs.iter().filter_map(|run| run.results.as_ref()).flatten() {
        // What is suppressed in the source, or is no failure, is no finding.
        let finding =
            outcome.kind.as_deref().is_none_or(|kind| kind == "fail") && outcome.suppressions.is_empty();
        let level = match outcome.level.as_deref() {
            Some("error") => LintLevel::Error,
            Some("note" | "none") => LintLevel::Note,
            // The standard's own default.
            Some(_) | None => LintLevel::Warning,
        };
        if !finding {
            continue;
        }
        let rule = outcome.rule_id.as_deref().or(outcome.rule.as_ref().and_then(|rule| rule.id.as_deref()));
        let place = outcome.locations.first().and_then(|location| location.physical_location.as_ref());
        let path =
            place.and_then(|place| place.artifact_location.as_ref()).and_then(|file| file.uri.as_deref());
        let line = place.and_then(|place| place.region.as_ref()).and_then(|region| region.start_line);
        let message =
            outcome.message.as_ref().and_then(|message| message.text.as_deref()).unwrap_or_default();
        list.note(level, rule, path, line, message);
    }
    Some(())
}
